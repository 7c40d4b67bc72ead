"""Reads over encoded bytes of real runtimes: every value arrives, and what is absent is None."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest
from stored_chain import StoredChain

from taoctl.errors import UsageError
from taoctl.reads.balances import balances
from taoctl.reads.hyperparameters import hyperparameters
from taoctl.reads.metagraph import WANTED_FIELDS, metagraph
from taoctl.reads.neurons import my_neurons
from taoctl.reads.risk import risk_rows
from taoctl.reads.stake import stake
from taoctl.reads.subnets import subnet, subnets

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
CHARLIE = "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y"
DAVE = "5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy"
TAO = 10**9


def dynamic_info(netuid: int, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "netuid": netuid,
        "owner_hotkey": ALICE,
        "owner_coldkey": BOB,
        "subnet_name": list(f"net {netuid}".encode()),
        "token_symbol": list("α".encode()),
        "tempo": 20,
        "last_step": 980,
        "blocks_since_last_step": 20,
        "emission": 0,
        "alpha_in": 5 * TAO,
        "alpha_out": 7 * TAO,
        "tao_in": 3 * TAO,
        "alpha_out_emission": TAO,
        "alpha_in_emission": 2,
        "tao_in_emission": 30,
        "pending_alpha_emission": 0,
        "pending_root_emission": 0,
        "subnet_volume": 2**70,
        "network_registered_at": 5,
        "subnet_identity": None,
        "moving_price": {"bits": 3 << 31},
    }
    return {**values, **changes}


def identity(**changes: str) -> dict[str, str]:
    names = (
        "subnet_name",
        "github_repo",
        "subnet_contact",
        "subnet_url",
        "discord",
        "description",
        "logo_url",
        "additional",
    )
    return {**dict.fromkeys(names, ""), **changes}


def subnet_chain() -> StoredChain:
    chain = StoredChain(424)
    named = identity(subnet_url="https://one.example", description="first\x1b[2Jnet")
    infos = [
        dynamic_info(0, tempo=0, tao_in_emission=0),
        dynamic_info(1, subnet_identity=named),
        None,
        dynamic_info(3, tao_in_emission=10),
    ]
    chain.answer("SubnetInfoRuntimeApi", "get_all_dynamic_info", value=infos)
    prices = [{"netuid": n, "price": p} for n, p in ((0, TAO), (1, 600_000_000), (3, 5))]
    chain.answer("SwapRuntimeApi", "current_alpha_price_all", value=prices)
    chain.put("SubnetworkN", 1, value=16)
    chain.put("MaxAllowedUids", 1, value=16)
    chain.put("Burn", 0, value=456)
    chain.put("NetworkRegistrationAllowed", 0, value=True)
    chain.put("Burn", 1, value=123)
    chain.put("NetworkRegistrationAllowed", 1, value=False)
    chain.put("SubtokenEnabled", 1, value=True)
    chain.put("LastEpochBlock", 1, value=985)
    chain.put("LastEpochBlock", 3, value=990)
    chain.put("PendingEpochAt", 3, value=1002)
    chain.put("SubnetExcessTao", 1, value=30)
    chain.put("SubnetExcessTao", 3, value=10)
    return chain


def test_subnets_come_from_one_api_call_and_storage() -> None:
    chain = subnet_chain()
    rows = asyncio.run(subnets(chain.view()))
    assert [row.netuid for row in rows] == [0, 1, 3]
    one = rows[1]
    assert (one.name, one.symbol, one.price_rao) == ("net 1", "α", 600_000_000)
    assert (one.alpha_in_rao, one.alpha_out_rao, one.tao_in_rao) == (5 * TAO, 7 * TAO, 3 * TAO)
    assert one.volume_rao == 2**70
    assert one.moving_price_bits == 3 << 31
    assert (one.neurons, one.max_neurons, one.burn_rao) == (16, 16, 123)
    assert (one.registration_allowed, one.trading_enabled) == (False, True)
    assert one.url == "https://one.example"
    assert one.github is None
    assert chain.asked.count("SubnetInfoRuntimeApi_get_all_dynamic_info") == 1


def test_root_sells_no_registration() -> None:
    root = asyncio.run(subnets(subnet_chain().view()))[0]
    assert (root.netuid, root.burn_rao, root.registration_allowed) == (0, None, None)


def test_emission_shares_count_the_part_that_buys_alpha() -> None:
    rows = asyncio.run(subnets(subnet_chain().view()))
    assert [row.emission_share_ppm for row in rows] == [0, 750_000, 250_000]


def test_the_next_epoch_heeds_a_pending_trigger_and_root_has_none() -> None:
    rows = asyncio.run(subnets(subnet_chain().view()))
    assert [row.next_epoch_block for row in rows] == [None, 1005, 1002]


def test_defaults_of_the_runtime_are_values_not_zero() -> None:
    row = asyncio.run(subnet(subnet_chain().view(), 3))
    assert row.max_neurons == 256
    assert row.burn_rao == 100_000_000
    assert row.registration_allowed is True


def test_an_unknown_subnet_names_those_that_exist() -> None:
    with pytest.raises(UsageError, match="no subnet 2") as caught:
        asyncio.run(subnet(subnet_chain().view(), 2))
    assert "0, 1, 3" in str(caught.value.hint)


def test_a_runtime_without_a_value_gives_none() -> None:
    chain = StoredChain(365)
    infos = [dynamic_info(1, subnet_volume=9)]
    chain.answer("SubnetInfoRuntimeApi", "get_all_dynamic_info", value=infos)
    chain.answer("SwapRuntimeApi", "current_alpha_price", 1, value=77)
    (row,) = asyncio.run(subnets(chain.view(1000)))
    assert row.price_rao == 77
    assert row.emission_share_ppm is None
    # The runtime counts 20 - (1005 + 1 + 1) % 21 = 0 blocks until the epoch in block 1005.
    assert row.next_epoch_block == 1005


def test_the_oldest_runtime_is_read_from_storage() -> None:
    chain = StoredChain(218)
    for netuid in (0, 1):
        chain.put("NetworksAdded", netuid, value=True)
    chain.put("Tempo", 1, value=99)
    chain.put("SubnetMechanism", 1, value=1)
    chain.put("SubnetTAO", 1, value=3 * TAO)
    chain.put("SubnetAlphaIn", 1, value=4 * TAO)
    chain.put("SubnetOwner", 1, value=ALICE)
    chain.put("TokenSymbol", 1, value="α")
    root, one = asyncio.run(subnets(chain.view()))
    assert root.price_rao == TAO
    assert (one.tempo, one.owner_coldkey, one.symbol) == (99, ALICE, "α")
    assert (one.price_rao, one.tao_in_rao) == (750_000_000, 3 * TAO)
    assert one.volume_rao is None
    assert one.moving_price_bits is None


WANTED = {
    "dividends",
    "hotkeys",
    "coldkeys",
    "axons",
    "active",
    "validator_permit",
    "last_update",
    "emission",
    "incentives",
    "consensus",
    "block_at_registration",
    "alpha_stake",
    "tao_stake",
    "total_stake",
    "immunity_period",
    "max_validators",
    "tempo",
    "moving_price",
}


def selective_fields(chain: StoredChain) -> list[str]:
    """Field names of SelectiveMetagraph as the metadata lists them."""
    info = chain.codec.need_api("SubnetInfoRuntimeApi", "get_selective_metagraph")
    registry = chain.codec.registry
    option = registry[int(info.output.split("::")[1])]
    some = next(v for v in option["def"]["variant"]["variants"] if v["name"] == "Some")
    struct = registry[some["fields"][0]["type"]]
    return [field["name"] for field in struct["def"]["composite"]["fields"]]


@pytest.mark.parametrize("spec", [424, 393, 365])
def test_the_numbers_of_metagraph_fields_are_those_of_the_runtime(spec: int) -> None:
    names = selective_fields(StoredChain(spec))
    asked = {names[number] for number in WANTED_FIELDS}
    assert asked >= WANTED


def axon(ip: int, port: int, ip_type: int = 4) -> dict[str, int]:
    return {
        "block": 1,
        "version": 1,
        "ip": ip,
        "port": port,
        "ip_type": ip_type,
        "protocol": 4,
        "placeholder1": 0,
        "placeholder2": 0,
    }


def graph_chain() -> StoredChain:
    chain = subnet_chain()
    known: dict[str, Any] = {
        **dict.fromkeys(selective_fields(chain)),
        "netuid": 1,
        "name": list(b"net 1"),
        "symbol": list("α".encode()),
        "owner_hotkey": ALICE,
        "owner_coldkey": ALICE,
        "tempo": 20,
        "immunity_period": 100,
        "max_validators": 8,
        "hotkeys": [ALICE, BOB, CHARLIE, DAVE],
        "coldkeys": [ALICE, DAVE, DAVE, BOB],
        "axons": [axon(0, 0), axon(0x01020304, 8091), axon(1, 80, 6), axon(0x7F000001, 0)],
        "active": [True, True, False, True],
        "validator_permit": [True, False, False, False],
        "last_update": [990, 1, 2, 3],
        "emission": [900, 40, 50, 40],
        "dividends": [65535, 0, 0, 0],
        "incentives": [0, 100, 200, 300],
        "consensus": [0, 11, 22, 33],
        "block_at_registration": [10, 30, 20, 960],
        "alpha_stake": [5, 6, 7, 8],
        "tao_stake": [1, 2, 3, 4],
        "total_stake": [50, 60, 70, 80],
    }
    arguments = (1, list(WANTED_FIELDS))
    chain.answer("SubnetInfoRuntimeApi", "get_selective_metagraph", *arguments, value=known)
    chain.answer("SwapRuntimeApi", "current_alpha_price", 1, value=500_000_000)
    prices = [{"netuid": 1, "price": 500_000_000}]
    chain.answer("SwapRuntimeApi", "current_alpha_price_all", value=prices)
    chain.put("ValidatorTrust", 1, value=[65535, 0, 0, 0])
    chain.put("MinNonImmuneUids", 1, value=0)
    return chain


def test_the_metagraph_holds_every_vector_by_uid() -> None:
    graph = _graph()
    assert graph.subnet.name == "net 1"
    assert graph.subnet.price_rao == 500_000_000
    assert graph.max_validators == 8
    first, second, third, fourth = graph.neurons
    assert [n.uid for n in graph.neurons] == [0, 1, 2, 3]
    assert (first.hotkey, first.coldkey) == (ALICE, ALICE)
    assert (first.dividends, first.validator_trust, first.validator_permit) == (65535, 65535, True)
    assert (second.incentive, second.consensus, second.emission_rao) == (100, 11, 40)
    assert (third.stake_rao, third.alpha_stake_rao, third.tao_stake_rao) == (70, 7, 3)
    assert (third.active, third.last_update, third.registered_at) == (False, 2, 20)
    assert [n.axon for n in graph.neurons] == [None, "1.2.3.4:8091", "[::1]:80", None]
    assert fourth.immunity_left_blocks == 60
    assert second.immunity_left_blocks == 0


def _graph() -> Any:
    return asyncio.run(metagraph(graph_chain().view(), 1))


def test_prune_ranks_follow_emission_age_and_immunity() -> None:
    # ALICE is the owner; of the others BOB (uid 1) earns least and is out of immunity.
    assert [n.prune_rank for n in _graph().neurons] == [None, 1, 2, 3]


def test_arrivals_on_a_young_subnet_are_counted_since_it_was_made() -> None:
    graph = _graph()
    for made, window, came in ((None, 1000, 4), (940, 60, 1), (25, 975, 2)):
        known = dataclasses.replace(
            graph.subnet, registered_at=made, max_neurons=4, neurons=4, registration_allowed=True
        )
        young = dataclasses.replace(graph, subnet=known)
        (row,) = risk_rows(young, {1}, 1000, {})
        assert (row.window_blocks, row.registrations) == (window, came)
        # The first to go does so with the next registration.
        assert row.expected_blocks == window // came


def test_my_neurons_are_found_by_ownership_and_membership_without_stake() -> None:
    chain = graph_chain()
    chain.put("NetworksAdded", 0, value=True)
    chain.put("NetworksAdded", 1, value=True)
    chain.put("OwnedHotkeys", DAVE, value=[BOB, CHARLIE])
    for uid, hotkey in enumerate((ALICE, BOB, CHARLIE, DAVE)):
        chain.put("Uids", 1, hotkey, value=uid)
    names = {DAVE: "miner", BOB: "first"}
    rows = asyncio.run(my_neurons(chain.view(), [DAVE], [DAVE], names))
    assert [(r.uid, r.wallet_name, r.hotkey_name) for r in rows] == [
        (1, "miner", "first"),
        (2, "miner", None),
        (3, "first", "miner"),
    ]
    # 40 rao an epoch, 7200 / 20 epochs a day, half a TAO per alpha.
    assert (rows[0].alpha_per_day_rao, rows[0].tao_per_day_rao) == (14_400, 7_200)
    assert [r.free_slots for r in rows] == [0, 0, 0]
    assert asyncio.run(my_neurons(chain.view(), [])) == ()


def test_free_slots_are_the_uids_that_a_subnet_may_still_give() -> None:
    chain = graph_chain()
    chain.put("MaxAllowedUids", 1, value=20)
    row = asyncio.run(metagraph(chain.view(), 1)).subnet
    assert row.free_slots == 4
    assert dataclasses.replace(row, neurons=21).free_slots == 0
    assert dataclasses.replace(row, max_neurons=None).free_slots is None


def stake_info(hotkey: str, coldkey: str, netuid: int, alpha: int) -> dict[str, Any]:
    return {
        "hotkey": hotkey,
        "coldkey": coldkey,
        "netuid": netuid,
        "stake": alpha,
        "locked": 0,
        "emission": 9,
        "tao_emission": 0,
        "drain": 0,
        "is_registered": True,
    }


def stake_chain() -> StoredChain:
    chain = subnet_chain()
    infos = [stake_info(BOB, ALICE, 3, 4 * TAO), stake_info(BOB, ALICE, 1, 2 * TAO)]
    both = [(ALICE, infos), (BOB, [stake_info(DAVE, BOB, 0, 0)])]
    chain.answer("StakeInfoRuntimeApi", "get_stake_info_for_coldkeys", [ALICE, BOB], value=both)
    locks = {ALICE: {1: {"total": 2 * TAO, "locked": TAO, "available": TAO}}}
    chain.answer(
        "StakeInfoRuntimeApi",
        "get_stake_availability_for_coldkeys",
        [ALICE, BOB],
        None,
        value=locks,
    )
    return chain


def test_stake_is_valued_sorted_and_without_empty_positions() -> None:
    rows = asyncio.run(stake(stake_chain().view(), [ALICE, BOB]))
    assert [(r.netuid, r.alpha_rao, r.value_tao_rao, r.locked_rao) for r in rows] == [
        (1, 2 * TAO, 1_200_000_000, TAO),
        (3, 4 * TAO, 20, 0),
    ]


def test_the_oldest_runtime_divides_shares() -> None:
    chain = StoredChain(218)
    for netuid in (0, 1):
        chain.put("NetworksAdded", netuid, value=True)
    chain.put("StakingHotkeys", ALICE, value=[BOB])
    chain.put("Alpha", BOB, ALICE, 1, value=1)
    chain.put("TotalHotkeyShares", BOB, 1, value=3)
    chain.put("TotalHotkeyAlpha", BOB, 1, value=100)
    (row,) = asyncio.run(stake(chain.view(), [ALICE]))
    assert (row.alpha_rao, row.locked_rao, row.emission_rao) == (33, None, None)


def test_a_balance_adds_up_and_an_unused_account_is_zero() -> None:
    chain = stake_chain()
    account = {
        "nonce": 7,
        "consumers": 0,
        "providers": 1,
        "sufficients": 0,
        "data": {"free": 10 * TAO, "reserved": 5, "frozen": 1, "flags": 0},
    }
    chain.put("Account", ALICE, value=account, pallet="System")
    first, second = asyncio.run(balances(chain.view(), [ALICE, BOB], {ALICE: "main"}))
    assert (first.name, first.free_rao, first.reserved_rao, first.nonce) == ("main", 10 * TAO, 5, 7)
    assert first.staked_value_rao == 1_200_000_020
    assert first.total_rao == 10 * TAO + 5 + 1_200_000_020
    assert (second.free_rao, second.total_rao) == (0, 0)


def test_hyperparameters_say_value_meaning_and_setter() -> None:
    chain = StoredChain(424)
    chain.put("NetworksAdded", 1, value=True)
    entries = [
        {"name": "kappa", "value": {"U16": 32767}},
        {"name": "min_burn", "value": {"TaoBalance": 500_000}},
        {"name": "burn_increase_mult", "value": {"U64F64": {"bits": 5 << 62}}},
        {"name": "alpha_sigmoid_steepness", "value": {"I32F32": {"bits": -(1 << 32)}}},
        {"name": "liquid_alpha_enabled", "value": {"Bool": False}},
        {"name": "of_tomorrow", "value": {"U64": 3}},
        {"name": "commit_reveal_period", "value": {"U64": 1}},
        {"name": "weights_rate_limit", "value": {"U64": 1}},
        {"name": "serving_rate_limit", "value": {"U64": 50}},
    ]
    chain.answer("SubnetInfoRuntimeApi", "get_subnet_hyperparams_v3", 1, value=entries)
    rows = {row.name: row for row in asyncio.run(hyperparameters(chain.view(), 1))}
    assert (rows["kappa"].value, rows["kappa"].meaning, rows["kappa"].setter) == (
        32767,
        "0.5000",
        "root",
    )
    assert rows["min_burn"].meaning == "0.000500000 TAO"
    assert rows["burn_increase_mult"].meaning == "1.2500"
    assert rows["alpha_sigmoid_steepness"].meaning == "-1.0000"
    assert rows["liquid_alpha_enabled"].value is False
    assert [
        rows[name].meaning
        for name in ("commit_reveal_period", "weights_rate_limit", "serving_rate_limit")
    ] == ["1 epoch", "1 block", "50 blocks"]
    assert (rows["of_tomorrow"].value, rows["of_tomorrow"].setter) == (3, None)


def test_hyperparameters_of_the_oldest_runtime_come_from_storage() -> None:
    chain = StoredChain(218)
    chain.put("NetworksAdded", 1, value=True)
    chain.put("Tempo", 1, value=99)
    rows = {row.name: row.value for row in asyncio.run(hyperparameters(chain.view(), 1))}
    assert rows["tempo"] == 99
    assert rows["kappa"] == 32767


def test_hyperparameters_of_an_unknown_subnet_are_refused() -> None:
    chain = StoredChain(424)
    chain.put("NetworksAdded", 4, value=True)
    with pytest.raises(UsageError, match="no subnet 9"):
        asyncio.run(hyperparameters(chain.view(), 9))

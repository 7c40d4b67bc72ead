"""Runtime APIs, asked as clients ask them: SCALE in, SCALE out, compared with storage."""

from __future__ import annotations

from typing import Any

import pytest
from scenario_chain import ScenarioChain, lived

from taoctl.economics.inheritance import combined_weight
from taoctl.economics.shares import position_value
from taoctl.localnet import scenarios
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.pallets.apis import shapes
from taoctl.localnet.pallets.subtensor.subnets import subnet_account

TAO = 10**9
BLOCKS = 40


def ask(chain: ScenarioChain, api: str, method: str, *args: Any, block: int | None = None) -> Any:
    """The decoded answer of a `state_call`."""
    codec = chain.runtime.codec
    info = codec.need_api(api, method)
    data = chain.runtime.call_api(info.rpc_name, codec.encode_api_args(info, args), block)
    return codec.decode_api_result(info, data)


@pytest.fixture(scope="module")
def chain() -> ScenarioChain:
    return lived("demo", BLOCKS)


def subnet_api(chain: ScenarioChain, method: str, *args: Any, block: int | None = None) -> Any:
    return ask(chain, "SubnetInfoRuntimeApi", method, *args, block=block)


def text(codes: list[int]) -> str:
    return bytes(codes).decode()


def test_every_method_answers(chain: ScenarioChain) -> None:
    someone = dev_account("Alice")
    samples: dict[str, Any] = {
        "netuid": 3,
        "uid": 2,
        "mecid": 0,
        "subid": 0,
        "metagraph_indexes": [1, 52, 72],
        "coldkey": someone,
        "coldkey_account": someone,
        "coldkey_accounts": [someone],
        "hotkey_account": someone,
        "delegate_account": someone,
        "hotkey": someone,
        "delegatee_account": someone,
        "origin_coldkey_account": someone,
        "destination_coldkey_account": someone,
        "origin": None,
        "destination": (someone, 3),
        "netuids": None,
        "amount": TAO,
        "tao": TAO,
        "alpha": TAO,
    }
    codec = chain.runtime.codec
    asked = 0
    for api, method in codec.api_methods():
        if api.split("RuntimeApi")[0] in ("SubnetInfo", "NeuronInfo", "StakeInfo", "Swap"):
            inputs = codec.need_api(api, method).inputs
            ask(chain, api, method, *(samples[name] for name, _ in inputs))
            asked += 1
    assert asked >= 30


def test_dynamic_info_of_every_network(chain: ScenarioChain) -> None:
    module = chain.runtime.subtensor
    answer = subnet_api(chain, "get_all_dynamic_info")
    assert [info["netuid"] for info in answer] == list(range(13))
    for info in answer:
        netuid = info["netuid"]
        assert info["alpha_in"] == module.SubnetAlphaIn[netuid]
        assert info["alpha_out"] == module.SubnetAlphaOut[netuid]
        assert info["tao_in"] == module.SubnetTAO[netuid]
        assert info["tempo"] == module.Tempo[netuid]
        assert info["owner_coldkey"] == module.SubnetOwner[netuid]
        assert info["moving_price"] == {"bits": module.SubnetMovingPrice[netuid]}
        assert info["pending_alpha_emission"] == (
            module.PendingServerEmission[netuid] + module.PendingValidatorEmission[netuid]
        )
        assert info["blocks_since_last_step"] == BLOCKS - info["last_step"]
    assert text(answer[0]["subnet_name"]) == "root"
    assert text(answer[1]["subnet_name"]) == answer[1]["subnet_identity"]["subnet_name"]
    assert text(answer[1]["token_symbol"]) == "\u03b1"
    assert answer[0]["subnet_identity"] is None


def test_a_subnet_that_is_not_there(chain: ScenarioChain) -> None:
    for method in (
        "get_dynamic_info",
        "get_metagraph",
        "get_subnet_info",
        "get_subnet_info_v2",
        "get_subnet_hyperparams",
        "get_subnet_hyperparams_v2",
        "get_subnet_hyperparams_v3",
        "get_subnet_state",
        "get_subnet_account_id",
    ):
        assert subnet_api(chain, method, 99) is None
    assert subnet_api(chain, "get_selective_metagraph", 99, [1]) is None
    assert subnet_api(chain, "get_mechagraph", 3, 1) is None
    assert ask(chain, "NeuronInfoRuntimeApi", "get_neurons_lite", 99) == []
    assert ask(chain, "NeuronInfoRuntimeApi", "get_neuron_lite", 3, 64) is None


def test_metagraph_is_storage_uid_by_uid(chain: ScenarioChain) -> None:
    module = chain.runtime.subtensor
    for netuid in (0, 3, 5):
        graph = subnet_api(chain, "get_metagraph", netuid)
        count = module.SubnetworkN[netuid]
        assert graph["num_uids"] == count == len(graph["hotkeys"])
        assert graph["block"] == BLOCKS
        for uid in range(count):
            hotkey = module.Keys[netuid, uid]
            assert graph["hotkeys"][uid] == hotkey
            assert graph["coldkeys"][uid] == module.Owner[hotkey]
            assert graph["block_at_registration"][uid] == module.BlockAtRegistration[netuid, uid]
            alpha = module.inherited_alpha(hotkey, netuid)
            tao = module.inherited_tao(hotkey, netuid)
            assert graph["alpha_stake"][uid] == alpha
            assert graph["tao_stake"][uid] == tao
            weight = combined_weight(alpha, tao, module.TaoWeight.get())
            assert graph["total_stake"][uid] == weight
            paid = (hotkey, module.AlphaDividendsPerSubnet[netuid, hotkey])
            assert graph["alpha_dividends_per_hotkey"][uid] == paid
        for field, store in (
            ("incentives", module.Incentive),
            ("dividends", module.Dividends),
            ("consensus", module.Consensus),
            ("emission", module.Emission),
            ("last_update", module.LastUpdate),
            ("active", module.Active),
            ("validator_permit", module.ValidatorPermit),
        ):
            assert graph[field] == list(store[netuid])
        assert graph["rank"] == graph["trust"] == graph["pruning_score"] == []


def test_metagraph_serves_axons_and_identities(chain: ScenarioChain) -> None:
    module = chain.runtime.subtensor
    graph = subnet_api(chain, "get_metagraph", 2)
    served = 0
    for hotkey, coldkey, axon, identity in zip(
        graph["hotkeys"], graph["coldkeys"], graph["axons"], graph["identities"], strict=True
    ):
        stored = module.Axons.get((2, hotkey))
        served += stored is not None
        assert axon == (stored or dict.fromkeys(axon, 0))
        named = module.IdentitiesV2.get(coldkey)
        assert (identity is None) == (named is None)
        if named is not None:
            assert identity["name"].encode() == named["name"]
    assert served > 30


def test_selective_metagraph_fills_what_was_asked_for(chain: ScenarioChain) -> None:
    whole = subnet_api(chain, "get_metagraph", 4)
    names = shapes.METAGRAPH_FIELDS
    assert len(names) == 74
    for index, name in enumerate(names):
        part = subnet_api(chain, "get_selective_metagraph", 4, [index])
        filled = {key for key, value in part.items() if value is not None}
        assert filled == {"netuid", name}
        assert part["netuid"] == (4 if index == 0 else 0)
        if name in whole and name != "netuid":
            assert part[name] == whole[name]
    every = subnet_api(chain, "get_selective_metagraph", 4, list(range(74)))
    assert {k: v for k, v in every.items() if k in whole} == whole
    nothing = subnet_api(chain, "get_selective_metagraph", 4, [74, 999])
    assert {key for key, value in nothing.items() if value is not None} == {"netuid"}
    assert subnet_api(chain, "get_selective_mechagraph", 4, 0, [62])["netuid"] == 4


def test_selective_metagraph_lists_validators_lightest_first(chain: ScenarioChain) -> None:
    module = chain.runtime.subtensor
    validators = subnet_api(chain, "get_selective_metagraph", 4, [72])["validators"]
    weights = subnet_api(chain, "get_metagraph", 4)["total_stake"]
    assert validators == sorted(validators, key=lambda uid: weights[uid])
    assert all(module.ValidatorPermit[4][uid] for uid in validators)
    assert all(weights[uid] >= module.StakeThreshold.get() for uid in validators)
    assert len(validators) >= 8


def test_hyperparameters_in_all_three_forms(chain: ScenarioChain) -> None:
    module = chain.runtime.subtensor
    first = subnet_api(chain, "get_subnet_hyperparams", 3)
    second = subnet_api(chain, "get_subnet_hyperparams_v2", 3)
    third = {
        entry["name"]: next(iter(entry["value"].values()))
        for entry in subnet_api(chain, "get_subnet_hyperparams_v3", 3)
    }
    assert first.items() <= second.items()
    assert third["tempo"] == second["tempo"] == module.Tempo[3]
    assert third["immunity_period"] == module.ImmunityPeriod[3]
    assert third["yuma_version"] == (3 if module.Yuma3On[3] else 2)
    assert third["alpha_sigmoid_steepness"] == {"bits": module.AlphaSigmoidSteepness[3] << 32}
    assert third["burn_increase_mult"] == {"bits": module.BurnIncreaseMult[3]}
    assert third["activity_cutoff"] == module.activity_cutoff_blocks(3)
    assert len(third) == 33 and "rho" not in third
    assert {k: second[k] for k in third.keys() & second.keys()} == {
        k: third[k] for k in third.keys() & second.keys()
    }


def test_next_epoch(chain: ScenarioChain) -> None:
    module = chain.runtime.subtensor
    for netuid in chain.scenario.netuids:
        answer = subnet_api(chain, "get_next_epoch_start_block", netuid)
        assert answer == module.LastEpochBlock[netuid] + module.Tempo[netuid] > BLOCKS


def test_neurons(chain: ScenarioChain) -> None:
    module = chain.runtime.subtensor
    lite = ask(chain, "NeuronInfoRuntimeApi", "get_neurons_lite", 2)
    full = ask(chain, "NeuronInfoRuntimeApi", "get_neurons", 2)
    assert [n["uid"] for n in lite] == list(range(64))
    for uid, (short, long) in enumerate(zip(lite, full, strict=True)):
        assert short.items() <= long.items()
        assert short["hotkey"] == module.Keys[2, uid]
        assert short["incentive"] == module.Incentive[2][uid]
        assert short["validator_trust"] == module.ValidatorTrust[2][uid]
        assert short["pruning_score"] == 65_535
        assert short["stake"] == [(short["coldkey"], module.hotkey_alpha(short["hotkey"], 2))]
        weights = [pair for pair in module.weight_row(2, uid) if pair[1]]
        assert long["weights"] == weights
    assert any(n["weights"] for n in full) and any(n["bonds"] for n in full)
    assert ask(chain, "NeuronInfoRuntimeApi", "get_neuron", 2, 7) == full[7]


def test_stake_of_a_coldkey_is_its_positions(chain: ScenarioChain) -> None:
    module = chain.runtime.subtensor
    for wallet in scenarios.demo_wallets("demo"):
        coldkey = wallet.coldkey_ss58
        answer = ask(chain, "StakeInfoRuntimeApi", "get_stake_info_for_coldkey", coldkey)
        found = {(p["hotkey"], p["netuid"]): p["stake"] for p in answer}
        expected = {
            (hotkey, netuid): stake
            for hotkey, holder, netuid in dict(module.AlphaV2.items())
            if holder == coldkey and (stake := module.stake_of(hotkey, coldkey, netuid))
        }
        assert found == expected and found
        for position in answer:
            uid = module.Uids.get((position["netuid"], position["hotkey"]))
            assert position["is_registered"] == (uid is not None)
        together = ask(chain, "StakeInfoRuntimeApi", "get_stake_info_for_coldkeys", [coldkey])
        assert together == [(coldkey, answer)]
        one = ask(
            chain,
            "StakeInfoRuntimeApi",
            "get_stake_info_for_hotkey_coldkey_netuid",
            answer[0]["hotkey"],
            coldkey,
            answer[0]["netuid"],
        )
        assert one == answer[0]


def test_stake_availability(chain: ScenarioChain) -> None:
    _, validator = scenarios.demo_wallets("demo")
    coldkey = validator.coldkey_ss58

    def available(netuids: list[int] | None) -> Any:
        method = "get_stake_availability_for_coldkeys"
        return ask(chain, "StakeInfoRuntimeApi", method, [coldkey], netuids)[coldkey]

    everywhere = available(None)
    assert set(everywhere) == {0, 1, 2, 3, 4}
    for netuid, row in everywhere.items():
        total = chain.runtime.subtensor.coldkey_alpha(coldkey, netuid)
        assert row == {"total": total, "locked": 0, "available": total}
    assert available([2, 2, 99]) == {2: everywhere[2]}
    assert available([]) == {} == available(list(range(14)))


def test_stake_fee_is_the_pools(chain: ScenarioChain) -> None:
    alice = dev_account("Alice")

    def fee(origin: Any, destination: Any) -> int:
        args = (origin, alice, destination, alice, 65_535_000)
        return int(ask(chain, "StakeInfoRuntimeApi", "get_stake_fee", *args))

    assert fee(None, (alice, 3)) in (32_999, 33_000)
    assert fee((alice, 3), (alice, 3)) == 0
    assert fee((alice, 3), (alice, 0)) == 0
    assert fee((alice, 3), None) == fee(None, (alice, 3))


def test_prices(chain: ScenarioChain) -> None:
    swap = chain.runtime.swap
    every = ask(chain, "SwapRuntimeApi", "current_alpha_price_all")
    assert [row["netuid"] for row in every] == list(range(13))
    assert every[0]["price"] == TAO
    for row in every:
        one = ask(chain, "SwapRuntimeApi", "current_alpha_price", row["netuid"])
        assert row["price"] == one == swap.price_rao(row["netuid"])
    assert ask(chain, "SwapRuntimeApi", "current_alpha_price", 99) == TAO


def test_simulated_swaps(chain: ScenarioChain) -> None:
    swap = chain.runtime.swap
    buy = ask(chain, "SwapRuntimeApi", "sim_swap_tao_for_alpha", 3, 50 * TAO)
    real = swap.simulate_buy(3, 50 * TAO)
    assert buy["tao_amount"] + buy["tao_fee"] == 50 * TAO
    assert (buy["alpha_amount"], buy["tao_fee"]) == (real.amount_paid_out, real.fee_paid)
    assert buy["alpha_slippage"] > 0 == buy["alpha_fee"] == buy["tao_slippage"]
    sell = ask(chain, "SwapRuntimeApi", "sim_swap_alpha_for_tao", 3, 50 * TAO)
    real = swap.simulate_sell(3, 50 * TAO)
    assert (sell["tao_amount"], sell["alpha_fee"]) == (real.amount_paid_out, real.fee_paid)
    root = ask(chain, "SwapRuntimeApi", "sim_swap_tao_for_alpha", 0, 7)
    assert (root["tao_amount"], root["alpha_amount"], root["tao_fee"]) == (7, 7, 0)
    for netuid, amount in ((99, TAO), (3, 2**64 - 1)):
        nothing = ask(chain, "SwapRuntimeApi", "sim_swap_tao_for_alpha", netuid, amount)
        assert not any(nothing.values())


def test_delegates(chain: ScenarioChain) -> None:
    module = chain.runtime.subtensor
    (chief,) = scenarios.demo_wallets("demo")[1].hotkeys.values()
    one = ask(chain, "DelegateInfoRuntimeApi", "get_delegate", chief)
    assert one["owner_ss58"] == module.Owner[chief]
    assert one["take"] == module.Delegates[chief]
    assert one["registrations"] == [0, 1, 2, 3, 4]
    assert one["validator_permits"] == [0, 1, 2, 3, 4]
    held = {
        (coldkey, netuid): stake for coldkey, rows in one["nominators"] for netuid, stake in rows
    }
    expected = {
        (coldkey, netuid): module.stake_of(chief, coldkey, netuid)
        for (coldkey, netuid), _ in module.AlphaV2.prefix(chief)
    }
    assert held == expected and len(held) > 20
    assert one["total_daily_return"] > 0 and one["return_per_1000"] > 0
    every = ask(chain, "DelegateInfoRuntimeApi", "get_delegates")
    assert {d["delegate_ss58"] for d in every} == set(dict(module.Delegates.items()))
    assert ask(chain, "DelegateInfoRuntimeApi", "get_delegate", dev_account("Bob")) is None
    (coldkey, netuid), stake = next(iter(held.items()))
    mine = ask(chain, "DelegateInfoRuntimeApi", "get_delegated", coldkey)
    assert (chief, (netuid, stake)) in [(d["delegate_ss58"], pair) for d, pair in mine]


def test_delegates_after_a_subnet_was_removed() -> None:
    """Positions are then valued by the pool at the place of their netuid, as on mainnet."""
    other = ScenarioChain("small")
    module = other.runtime.subtensor
    (chief,) = scenarios.demo_wallets("small")[1].hotkeys.values()

    def held() -> dict[tuple[str, int], int]:
        one = ask(other, "DelegateInfoRuntimeApi", "get_delegate", chief)
        return {(coldkey, n): stake for coldkey, rows in one["nominators"] for n, stake in rows}

    before = held()
    with other.runtime.state.amend():
        del module.NetworksAdded[1]
    after = held()
    assert {n for _, n in before} == {0, 1, 2, 3} and {n for _, n in after} == {0, 1, 2}
    assert {key: v for key, v in after.items() if key[1] == 0} == {
        key: v for key, v in before.items() if key[1] == 0
    }
    for (coldkey, netuid), stake in after.items():
        if netuid:
            expected = position_value(
                module.hotkey_alpha(chief, netuid + 1),
                module.share_of(chief, coldkey, netuid),
                module.total_shares(chief, netuid + 1),
            )
            assert stake == expected
    (coldkey, netuid) = next(key for key in before if key[1] == 3)
    mine = ask(other, "DelegateInfoRuntimeApi", "get_delegated", coldkey)
    assert (chief, (3, before[coldkey, 3])) in [(d["delegate_ss58"], pair) for d, pair in mine]


def test_positions_without_shares_are_no_delegations() -> None:
    other = ScenarioChain("small")
    module = other.runtime.subtensor
    (chief,) = scenarios.demo_wallets("small")[1].hotkeys.values()
    someone = dev_account("Ferdie")
    with other.runtime.state.amend():
        module.AlphaV2[chief, someone, 2] = {"mantissa": 0, "exponent": 0}
    assert (someone, 2) in dict(module.AlphaV2.prefix(chief))
    assert ask(other, "DelegateInfoRuntimeApi", "get_delegated", someone) == []


def test_mechagraphs_differ_in_incentives_and_updates_alone() -> None:
    other = ScenarioChain("small")
    module = other.runtime.subtensor
    count = module.SubnetworkN[2]
    with other.runtime.state.amend():
        module.MechanismCountCurrent[2] = 3
        module.Incentive[4096 + 2] = tuple(range(count))
        module.LastUpdate[4096 + 2] = tuple(range(100, 100 + count))
    first, second, third = (subnet_api(other, "get_mechagraph", 2, m) for m in range(3))
    assert first == subnet_api(other, "get_metagraph", 2)
    assert second["incentives"] == list(range(count))
    assert second["last_update"] == list(range(100, 100 + count))
    assert (second["netuid"], third["netuid"]) == (4096 + 2, 2 * 4096 + 2)
    assert (third["incentives"], third["last_update"]) == ([], [])
    kept = first.keys() - {"netuid", "incentives", "last_update"}
    assert (
        {k: second[k] for k in kept} == {k: third[k] for k in kept} == {k: first[k] for k in kept}
    )
    assert subnet_api(other, "get_mechagraph", 2, 3) is None
    every = subnet_api(other, "get_all_mechagraphs")
    assert [graph["netuid"] for graph in every] == [0, 1, 2, 4096 + 2, 2 * 4096 + 2, 3]
    assert every[3] == second
    assert [g["netuid"] for g in subnet_api(other, "get_all_metagraphs")] == [0, 1, 2, 3]
    chosen = subnet_api(other, "get_selective_mechagraph", 2, 1, [0, 52, 59, 62])
    assert chosen["netuid"] == 2, "the chain puts the subnet's own number back"
    assert (chosen["incentives"], chosen["last_update"]) == (
        second["incentives"],
        second["last_update"],
    )
    lost = subnet_api(other, "get_selective_mechagraph", 2, 9, [62, 61])
    assert (lost["incentives"], lost["dividends"]) == ([], first["dividends"])


def test_subnet_states_and_accounts(chain: ScenarioChain) -> None:
    state = subnet_api(chain, "get_subnet_state", 2)
    graph = subnet_api(chain, "get_metagraph", 2)
    assert {k: state[k] for k in state.keys() & graph.keys()} == {
        k: graph[k] for k in state.keys() & graph.keys()
    }
    assert len(state["emission_history"]) == 13
    assert {len(row) for row in state["emission_history"]} == {64}
    assert subnet_api(chain, "get_subnet_account_id", 2) == subnet_account(2)
    infos = subnet_api(chain, "get_subnets_info_v2")
    assert [info["netuid"] for info in infos] == list(range(13))
    assert subnet_api(chain, "get_subnet_info", 2)["subnetwork_n"] == 64


def test_registration_cost_starts_at_the_minimum(chain: ScenarioChain) -> None:
    cost = ask(chain, "SubnetRegistrationRuntimeApi", "get_network_registration_cost")
    assert cost == chain.runtime.subtensor.NetworkMinLockCost.get()


def test_registration_cost_falls_from_twice_the_last() -> None:
    other = ScenarioChain("small")
    module = other.runtime.subtensor
    with other.runtime.state.amend():
        module.NetworkLastLockCost.put(5_040 * TAO)
        module.LastRateLimitedBlock["NetworkLastRegistered"] = 1
    other.run(5)
    cost = ask(other, "SubnetRegistrationRuntimeApi", "get_network_registration_cost")
    assert cost == 2 * 5_040 * TAO - 4 * (5_040 * TAO // 100_800)


def test_the_subnet_to_prune_is_the_cheapest_past_immunity() -> None:
    other = ScenarioChain("small")
    assert subnet_api(other, "get_subnet_to_prune") is None
    module = other.runtime.subtensor
    with other.runtime.state.amend():
        module.NetworkImmunityPeriod.put(2)
        module.NetworkRegisteredAt[3] = 2

    def cheapest() -> int:
        with other.runtime.state.amend():
            for netuid, price in ((1, 500), (2, 400), (3, 300)):
                module.SubnetMovingPrice[netuid] = price
        return int(subnet_api(other, "get_subnet_to_prune"))

    other.run(2)
    assert cheapest() == 2
    other.run(2)
    assert cheapest() == 3


def test_answers_at_a_past_block_are_those_of_then() -> None:
    other = ScenarioChain("small")
    other.run(14)
    then = subnet_api(other, "get_metagraph", 2)
    other.run(14)
    assert subnet_api(other, "get_metagraph", 2) != then
    assert subnet_api(other, "get_metagraph", 2, block=14) == then

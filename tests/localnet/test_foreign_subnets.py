"""What foreign wallets' own programs, unmodified, tell of subnets is what the chain has stored.

The chain makes a block for each transaction alone, so that nothing moves while they read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chain_thread import ThreadChain
from foreign_cli import Btcli, peer
from nodes import TAO
from settings_chain import BOB, BOBS, CLOSED, SUBNETS, caught_up, genesis, on

from taoctl.chain.client import Chain
from taoctl.economics.symbols import SYMBOLS
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Host, Runtime
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.localnet.sealing import Seal
from taoctl.reads.hyperparameters import hyperparameters

NAMED = 3
"""The subnet with an identity, and with neurons that earned something."""
BLOCKS = 6


def uneven(runtime: Runtime) -> None:
    """The subnets of the settings, no two of them alike, with emission into their pools."""
    genesis(runtime)
    module = runtime.subtensor
    for netuid in SUBNETS:
        module.SubnetTAO[netuid] += netuid * 37 * TAO + 11
        runtime.balances.endow(subnet_account(netuid), netuid * 37 * TAO + 11)
        module.SubnetMovingPrice[netuid] = netuid * (1 << 32) // 10
        module.Burn[netuid] = 400_000_000 + netuid * 1_000_003
        module.SubnetEmissionEnabled[netuid] = True
        module.Tempo[netuid] = 50_000 + netuid
        module.MaxAllowedUids[netuid] = 128 + netuid
        module.TokenSymbol[netuid] = SYMBOLS[netuid].encode()
    module.SubnetIdentitiesV3[NAMED] = {
        "subnet_name": "Rao ⛏".encode(),
        "github_repo": b"https://git.example/rao",
        "subnet_contact": b"team@rao.example",
        "subnet_url": b"https://rao.example",
        "discord": b"rao",
        "description": b"An invented subnet",
        "logo_url": b"",
        "additional": b"",
    }
    module.Emission[NAMED] = (3_000_000_007, 5_000_000_011)
    module.Incentive[NAMED] = (13_107, 52_428)
    module.Dividends[NAMED] = (65_535, 0)
    module.TotalIssuance.put(runtime.balances.TotalIssuance.get())


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with ThreadChain(seal=Seal.INSTANT, finality_lag=0, pallets=PALLETS, genesis=uneven) as chain:
        chain.make_blocks(BLOCKS)
        yield chain


@pytest.fixture
def newer(tmp_path: Path, net: ThreadChain) -> Btcli:
    return Btcli(peer("TAOCTL_BTCLI11"), tmp_path, net.url)


@pytest.fixture
def older(tmp_path: Path, net: ThreadChain) -> Btcli:
    return Btcli(peer("TAOCTL_BTCLI9"), tmp_path, net.url, columns=10**6)


def old_json(btcli: Btcli, *words: str) -> Any:
    """What the older program prints as JSON; a name may be broken over lines there."""
    return json.loads(btcli.run(*words, "--json-output"), strict=False)


def entry(net: ThreadChain, item: str, key: Any) -> Any:
    """An entry of the subnet pallet, by the node itself."""

    async def work(node: DevNode) -> Any:
        head: Host = node.head
        return head.store("SubtensorModule", item)[key]

    return net.do(work)


def tao(net: ThreadChain, item: str, netuid: int) -> float:
    """An entry in TAO, or alpha, as the programs print it."""
    return int(entry(net, item, netuid)) / TAO


def price_rao(net: ThreadChain, netuid: int) -> int:
    async def work(node: DevNode) -> int:
        return int(node.head.swap.price_rao(netuid))

    found: int = net.do(work)
    return found


def rows(net: ThreadChain, netuid: int) -> dict[str, Any]:
    """The hyperparameters by name, as taoctl reads them."""

    async def work(chain: Chain) -> dict[str, Any]:
        found = await hyperparameters(await caught_up(chain), netuid)
        return {one.name: one.value for one in found if one.value is not None}

    return on(net.url, work)


def test_btcli_lists_subnets(newer: Btcli, net: ThreadChain) -> None:
    listed = {one["netuid"]: one for one in newer.json("subnets", "list")}
    assert set(listed) == {0, *SUBNETS}
    for netuid in SUBNETS:
        row = listed[netuid]
        assert row["price_tao_per_alpha"] == price_rao(net, netuid) / TAO
        assert row["burn_tao"] == tao(net, "Burn", netuid)
        emitted = int(entry(net, "SubnetTaoInEmission", netuid))
        assert row["emission_tao_per_day"] == pytest.approx(emitted * 7_200 / TAO)
        assert row["tempo"] == entry(net, "Tempo", netuid)
        assert row["neurons"] == entry(net, "SubnetworkN", netuid)
        assert row["max_neurons"] == entry(net, "MaxAllowedUids", netuid)
        assert row["symbol"] == entry(net, "TokenSymbol", netuid).decode()
    emissions = {n: listed[n]["emission_tao_per_day"] for n in SUBNETS}
    assert len(set(emissions.values())) == len(SUBNETS)
    assert [n for n in SUBNETS if not emissions[n]] == [CLOSED]
    assert listed[NAMED]["name"] == "Rao ⛏"
    assert "Rao ⛏" in newer.run("subnets", "list")


def test_btcli_shows_a_subnet(newer: Btcli, net: ThreadChain) -> None:
    shown = newer.json("subnets", "show", str(NAMED))
    assert (shown["owner_coldkey"], shown["owner_hotkey"]) == (BOB, BOBS)
    assert shown["registered_at"] == entry(net, "NetworkRegisteredAt", NAMED)
    assert shown["tempo"] == entry(net, "Tempo", NAMED)
    assert shown["burn_tao"] == tao(net, "Burn", NAMED)
    assert (shown["neurons"], shown["max_neurons"]) == (2, 128 + NAMED)
    said = entry(net, "SubnetIdentitiesV3", NAMED)
    assert shown["identity"] == {name: text.decode() for name, text in said.items()}
    other = newer.json("subnets", "show", "5")
    assert other["symbol"] == entry(net, "TokenSymbol", 5).decode()
    assert not any((other["identity"] or {}).values())
    assert BOB in newer.run("subnets", "show", str(NAMED))


def test_btcli_tells_prices(newer: Btcli, net: ThreadChain) -> None:
    """`burn-cost` with a number: btcli 11.3 fails in itself where it has to ask for one."""
    for netuid in (1, NAMED):
        told = newer.json("subnets", "price", "--netuid", str(netuid))
        assert told["price_rao"] == price_rao(net, netuid)
        told = newer.json("subnets", "burn-cost", str(netuid))
        assert told["tao"] == tao(net, "Burn", netuid)

    async def cost(chain: Chain) -> int:
        view = await caught_up(chain)
        api = "SubnetRegistrationRuntimeApi"
        return int(await view.api(api, "get_network_registration_cost"))

    assert newer.json("subnets", "create-cost")["tao"] == on(net.url, cost) / TAO


def test_btcli_shows_hyperparameters(newer: Btcli, net: ThreadChain) -> None:
    ours = rows(net, NAMED)
    for words in (("subnets", "hyperparameters", str(NAMED)), ("hparams", "get", "--netuid", "3")):
        told = newer.json(*words)
        same = {name for name in told.keys() & ours.keys() if name != "alpha_sigmoid_steepness"}
        assert len(same) > 30
        assert {name: told[name] for name in same} == {name: ours[name] for name in same}
        assert told["alpha_sigmoid_steepness"] << 32 == ours["alpha_sigmoid_steepness"]
        assert told["tempo"] == entry(net, "Tempo", NAMED)
        assert told["max_allowed_uids"] == entry(net, "MaxAllowedUids", NAMED)
        assert told["burn_increase_mult"] == entry(net, "BurnIncreaseMult", NAMED)
    one = newer.run("subnets", "hyperparameters", str(NAMED), "--name", "min_burn")
    assert str(entry(net, "MinBurn", NAMED)) in one


def test_bittensor_cli_lists_subnets(older: Btcli, net: ThreadChain) -> None:
    listed = old_json(older, "subnets", "list")["subnets"]
    assert set(listed) == {str(netuid) for netuid in (0, *SUBNETS)}
    for netuid in SUBNETS:
        row = listed[str(netuid)]
        pool = {name: tao(net, item, netuid) for name, item in _POOL.items()}
        assert row["liquidity"] == pool
        assert row["alpha_out"] == tao(net, "SubnetAlphaOut", netuid)
        assert row["supply"] == pytest.approx(pool["alpha_in"] + row["alpha_out"])
        assert row["price"] == price_rao(net, netuid) / TAO
        assert row["emission"] == tao(net, "SubnetTaoInEmission", netuid)
        assert (row["emission"] > 0) is (netuid != CLOSED)
        assert row["tempo"]["sn_tempo"] == entry(net, "Tempo", netuid)
        since = entry(net, "BlocksSinceLastStep", netuid)
        assert row["tempo"]["blocks_since_last_step"] == since
    assert listed[str(NAMED)]["subnet_name"] == "Rao ⛏"


_POOL = {"tao_in": "SubnetTAO", "alpha_in": "SubnetAlphaIn"}


def test_bittensor_cli_shows_a_subnet(older: Btcli, net: ThreadChain) -> None:
    words = ("subnets", "show", "--netuid", str(NAMED), "--mechid", "0", "--no-prompt")
    shown = old_json(older, *words)
    assert shown["owner"] == BOB
    assert shown["rate"] == price_rao(net, NAMED) / TAO
    assert shown["tao_pool"] == tao(net, "SubnetTAO", NAMED)
    assert shown["alpha_pool"] == tao(net, "SubnetAlphaIn", NAMED)
    assert shown["tempo"]["tempo"] == entry(net, "Tempo", NAMED)
    assert shown["registration_cost"] == tao(net, "Burn", NAMED)
    neurons = {one["uid"]: one for one in shown["uids"]}
    assert set(neurons) == {0, 1}
    for uid, row in neurons.items():
        hotkey = entry(net, "Keys", (NAMED, uid))
        assert (row["hotkey"], row["coldkey"]) == (hotkey, entry(net, "Owner", hotkey))
        assert row["alpha_stake"] == tao(net, "TotalHotkeyAlpha", (hotkey, NAMED))
        for name in ("Incentive", "Dividends"):
            expected = entry(net, name, NAMED)[uid] / 65_535
            assert row[name.lower()] == pytest.approx(expected, abs=1e-6)
        assert row["emissions"] == entry(net, "Emission", NAMED)[uid] / TAO


@pytest.mark.parametrize("words", [("subnets", "hyperparameters"), ("sudo", "get")])
def test_bittensor_cli_shows_hyperparameters(
    older: Btcli, net: ThreadChain, words: tuple[str, str]
) -> None:
    ours = rows(net, NAMED)
    listed = old_json(older, *words, "--netuid", str(NAMED))
    told = {one["hyperparameter"]: one["value"] for one in listed}
    same = {name for name in told.keys() & ours.keys() if name not in _FIXED}
    assert len(same) > 25
    assert {name: told[name] for name in same} == {name: ours[name] for name in same}


_FIXED = ("alpha_sigmoid_steepness", "burn_increase_mult")
"""Fixed point numbers, which it prints as it likes."""

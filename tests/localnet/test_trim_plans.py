"""Trimming a subnet: who leaves is who the plan names, and what it refuses the chain refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from chain_thread import ThreadChain
from settings_chain import BOB, carried_out, caught_up, forced, genesis, on, put, stored

from taoctl.calls.owner.trim import TrimUids
from taoctl.chain.client import Chain
from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.sealing import Seal
from taoctl.scale.crypto import KeySigner
from taoctl.submit.options import TxOptions
from taoctl.submit.plan import make_plan

MINERS = [KeySigner(f"//Miner/{number}").ss58 for number in range(10)]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


def crowded(runtime: Runtime) -> None:
    """Twelve neurons on each of the first subnets; the owner's is uid 1."""
    genesis(runtime)
    module = runtime.subtensor
    for netuid in (1, 2, 3):
        for hotkey in MINERS:
            module.append_neuron(netuid, hotkey, 0)
        module.Emission[netuid] = (5, 0, 3, 3, 9, 0, 8, 7, 2, 2, 6, 1)
        module.MinAllowedUids[netuid] = 3
        module.ImmunityPeriod[netuid] = 0


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with ThreadChain(seal=Seal.INSTANT, finality_lag=0, pallets=PALLETS, genesis=crowded) as chain:
        yield chain


def test_who_leaves_is_who_the_plan_names(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        keys = [await stored(view, "Keys", 1, uid) for uid in range(12)]
        plan, outcome = await carried_out(chain, TrimUids(1, 7), "//Bob")
        assert (plan.refusals, outcome.error) == ((), None)
        named = {one.before for one in plan.effects if one.what.startswith("uid ")}
        # The least emission leaves first, of equals the highest UID, but never the owner's, 1.
        assert named == {keys[uid] for uid in (5, 11, 9, 8, 3)}
        assert any("above 3" in one for one in plan.warnings)
        view = await caught_up(chain)
        left = [await stored(view, "Keys", 1, uid) for uid in range(7)]
        assert left == [keys[uid] for uid in (0, 1, 2, 4, 6, 7, 10)]
        assert await stored(view, "MaxAllowedUids", 1) == 7
        refused = await make_plan(chain, TrimUids(1, 7), BOB, TxOptions(again=True))
        assert refused.refusals[0].name == "TxRateLimitExceeded"
        # The tempo of 60,000 blocks has epochs in 216,000 + the block, far from a window.
        assert refused.refusals[0].allowed_from_block == (outcome.block or 0) + 216_000

    on(net.url, work)


async def _alike(net: ThreadChain, chain: Chain, intent: TrimUids, uri: str, name: str) -> Any:
    await caught_up(chain)
    plan = await make_plan(chain, intent, KeySigner(uri).ss58, TxOptions(again=True))
    assert [one.name for one in plan.refusals] == [name.rpartition(".")[2]], intent
    assert plan.refusals[0].hint
    assert await asyncio.to_thread(forced, net, plan.call, uri) == name


def test_what_a_plan_refuses_the_chain_refuses(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        module = "SubtensorModule"
        await _alike(net, chain, TrimUids(2, 2), "//Bob", f"{module}.InvalidValue")
        await _alike(net, chain, TrimUids(2, 257), "//Bob", f"{module}.InvalidValue")
        await _alike(net, chain, TrimUids(2, 7), "//Alice", "BadOrigin")
        await put(chain, "ImmunityPeriod", (2,), 60_000)
        immune = f"{module}.TrimmingWouldExceedMaxImmunePercentage"
        await _alike(net, chain, TrimUids(2, 11), "//Bob", immune)
        await put(chain, "ImmunityPeriod", (2,), 0)
        await put(chain, "PendingEpochAt", (2,), 50_000)
        frozen = f"{module}.AdminActionProhibitedDuringWeightsWindow"
        await _alike(net, chain, TrimUids(2, 11), "//Bob", frozen)

    on(net.url, work)


def test_room_that_nobody_uses_is_just_taken_away(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        plan, outcome = await carried_out(chain, TrimUids(3, 12), "//Bob")
        assert (plan.refusals, outcome.error) == ((), None)
        assert [one.what for one in plan.effects] == ["max_allowed_uids", "neurons"]
        view = await caught_up(chain)
        assert await stored(view, "SubnetworkN", 3) == await stored(view, "MaxAllowedUids", 3) == 12

    on(net.url, work)

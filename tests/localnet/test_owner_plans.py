"""Triggered epochs, symbols and identities: plans come true, and refuse what the chain refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from chain_thread import ThreadChain
from settings_chain import (
    BOB,
    carried_out,
    caught_up,
    forced,
    on,
    put,
    settings_chain,
    stored,
)

from taoctl.calls.base import Intent
from taoctl.calls.owner.identity import SetSubnetIdentity
from taoctl.calls.owner.symbol import SetSymbol
from taoctl.calls.owner.trigger import TriggerEpoch
from taoctl.calls.subnet_identity import MOST_BYTES
from taoctl.chain.client import Chain
from taoctl.reads.subnet_identities import subnet_identities
from taoctl.reads.tempo import tempo
from taoctl.submit.options import TxOptions
from taoctl.submit.plan import make_plan

PALLET = "SubtensorModule"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


async def refused(
    net: ThreadChain, chain: Chain, intent: Intent, name: str, uri: str = "//Bob"
) -> int | None:
    """The block from which it is said to be allowed, once the chain has refused it alike."""
    await caught_up(chain)
    from settings_chain import ALICE

    who = BOB if uri == "//Bob" else ALICE
    plan = await make_plan(chain, intent, who, TxOptions(again=True))
    assert plan.refusals and plan.refusals[0].name == name, (intent, plan.refusals)
    assert plan.refusals[0].hint
    error = await asyncio.to_thread(forced, net, plan.call, uri)
    assert error == (name if name == "BadOrigin" else f"{PALLET}.{name}"), intent
    return plan.refusals[0].allowed_from_block


def test_an_epoch_runs_as_many_blocks_later_as_the_window_has(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        hidden = "DynamicTempoBlockedByCommitReveal"
        assert await refused(net, chain, TriggerEpoch(1), hidden) is None
        assert (await tempo(await caught_up(chain), 1)).trigger_from_block is None
        await put(chain, "CommitRevealWeightsEnabled", (1,), False)
        before = await tempo(await caught_up(chain), 1)
        assert before.next_epoch_block == 60_000 and before.epoch == 0
        plan, outcome = await carried_out(chain, TriggerEpoch(1), "//Bob")
        assert (plan.refusals, outcome.error) == ((), None)
        (effect,) = plan.effects
        assert (effect.before, effect.after) == ("block 60000", "10 blocks after this")
        assert outcome.block is not None
        fires = outcome.block + 10
        row = await tempo(await caught_up(chain), 1)
        assert (row.pending_epoch_at, row.next_epoch_block, row.open_from_block) == (
            fires,
            fires,
            fires,
        )
        limit = outcome.block + 2 * 60_000
        assert row.trigger_from_block == limit
        pending = await refused(net, chain, TriggerEpoch(1), "EpochTriggerAlreadyPending")
        assert pending == limit
        await chain.call("dev_newBlock", [{"to": fires}])
        row = await tempo(await caught_up(chain), 1)
        assert (row.epoch, row.pending_epoch_at, row.last_epoch_block) == (1, None, fires)
        assert await refused(net, chain, TriggerEpoch(1), "TxRateLimitExceeded") == limit

    on(net.url, work)


def test_an_epoch_that_comes_by_itself_is_not_triggered(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "CommitRevealWeightsEnabled", (2,), False)
        await chain.call("dev_newBlock", [{"to": 150}])
        await put(chain, "Tempo", (2,), 100)
        await put(chain, "LastEpochBlock", (2,), 60)
        # Frozen are blocks 151 to 159.
        row = await tempo(await caught_up(chain), 2)
        assert (row.open_from_block, row.trigger_from_block) == (160, 160)
        imminent = await refused(net, chain, TriggerEpoch(2), "AutoEpochAlreadyImminent")
        assert imminent == 160
        await chain.call("dev_newBlock", [{"to": 159}])
        plan, outcome = await carried_out(chain, TriggerEpoch(2), "//Bob")
        assert (plan.refusals, outcome.error, outcome.block) == ((), None, 160)

    on(net.url, work)


def test_root_has_no_next_epoch(net: ThreadChain) -> None:
    async def steps(chain: Chain) -> None:
        view = await caught_up(chain)
        row = await tempo(view, 0)
        assert row.tempo > 0 and row.next_epoch_block is None
        assert (await tempo(view, 1)).next_epoch_block is not None

    on(net.url, steps)


def test_a_symbol_is_taken_once(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        plan, outcome = await carried_out(chain, SetSymbol(3, "ж"), "//Bob")
        assert plan.refusals[0].name == "SymbolDoesNotExist" and outcome.error is not None
        plan, outcome = await carried_out(chain, SetSymbol(3, "θ"), "//Bob")
        assert (plan.refusals, outcome.error) == ((), None)
        assert [(one.what, one.after) for one in plan.effects] == [("symbol", "θ")]
        assert await stored(await caught_up(chain), "TokenSymbol", 3) == "θ"
        await refused(net, chain, SetSymbol(4, "θ"), "SymbolAlreadyInUse")
        await refused(net, chain, SetSymbol(3, "θ"), "SymbolAlreadyInUse")
        for unknown in ("b", "", "θθ", "Τ"):  # noqa: RUF001 (Greek capital tau)
            await refused(net, chain, SetSymbol(4, unknown), "SymbolDoesNotExist")

    on(net.url, work)


def test_an_identity_is_set_field_by_field(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        first = SetSubnetIdentity(5, (("subnet_name", "Rao"), ("description", "Räume")))
        plan, outcome = await carried_out(chain, first, "//Bob")
        assert (plan.refusals, outcome.error) == ((), None)
        second = SetSubnetIdentity(5, (("discord", "rao"), ("description", "")))
        plan, outcome = await carried_out(chain, second, "//Bob")
        assert outcome.error is None
        changes = [(one.what, one.before, one.after) for one in plan.effects]
        assert changes == [("discord", "none", "rao"), ("description", "Räume", "none")]
        (row,) = await subnet_identities(await caught_up(chain), [4, 5])
        assert (row.netuid, row.subnet_name, row.discord) == (5, "Rao", "rao")
        assert row.description == ""
        same = await SetSubnetIdentity(5, (("discord", "rao"),)).warnings(
            await caught_up(chain), BOB
        )
        assert "already" in same[0]

    on(net.url, work)


@pytest.mark.parametrize(("name", "most"), MOST_BYTES.items())
def test_too_long_a_field_is_refused(net: ThreadChain, name: str, most: int) -> None:
    async def work(chain: Chain) -> None:
        intent = SetSubnetIdentity(6, ((name, "ä" * (most // 2) + "x"),))
        await refused(net, chain, intent, "InvalidIdentity")

    on(net.url, work)


@pytest.mark.parametrize("netuid", [6, 99])
def test_only_owners_change_what_is_theirs(net: ThreadChain, netuid: int) -> None:
    async def work(chain: Chain) -> None:
        uri = "//Alice" if netuid == 6 else "//Bob"
        await refused(net, chain, TriggerEpoch(netuid), "BadOrigin", uri)
        await refused(net, chain, SetSymbol(netuid, "δ"), "BadOrigin", uri)
        intent = SetSubnetIdentity(netuid, (("discord", "x"),))
        await refused(net, chain, intent, "NotSubnetOwner", uri)

    on(net.url, work)

"""When an owner may change what: in the block that is said, all calls, and in none before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from chain_thread import ThreadChain
from nodes import signed
from settings_chain import BOB, caught_up, on, settings_chain
from test_hyperparameter_plans import NEW

from taoctl.calls.base import ChainCall, Intent, Refusal, call_bytes
from taoctl.calls.owner.hyperparameter import SetHyperparameter, settable
from taoctl.calls.owner.trigger import TriggerEpoch
from taoctl.calls.owner.trim import TrimUids
from taoctl.chain.client import Chain
from taoctl.chain.owner_clock import OWNER_HOTKEY, TEMPO, VERSION_KEY
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Runtime
from taoctl.localnet.scaletypes import variant

FROZEN = "AdminActionProhibitedDuringWeightsWindow"
TOO_SOON = "TxRateLimitExceeded"
MOST, RESCHEDULED, TRIGGERED, TRIMMED = 1, 2, 3, 4
"""Subnets: one for most calls, and one for each of those that would get in their way."""
CYCLE, WINDOW = 40, 6
"""Blocks between two epochs, and those before one in which nothing is changed."""
HEIGHT = 400
"""More blocks than what one waits for between two tempos."""
VERSION_CYCLES = 3


def _where(name: str) -> int:
    return RESCHEDULED if name == "tempo" else MOST


SETTERS = [SetHyperparameter(_where(name), name, value) for name, value in NEW.items()]
TRIGGER, TRIM = TriggerEpoch(TRIGGERED), TrimUids(TRIMMED, 200)


def _limit(intent: Intent) -> str | int | None:
    """What the chain notes a change under, of those that are waited for in tempos, and of tempos.

    What waits for days is in other tests: no chain of a test gets so far.
    """
    if isinstance(intent, TriggerEpoch):
        return "TriggerEpoch"
    if not isinstance(intent, SetHyperparameter):
        return None
    limit = settable(intent.name)[1].limit
    known = isinstance(limit, str) or limit in (TEMPO, VERSION_KEY)
    return limit if known and limit != OWNER_HOTKEY else None


def _wait(limit: str | int) -> int:
    if limit == TEMPO:
        return 360
    return CYCLE * (VERSION_CYCLES if limit == VERSION_KEY else 2)


def _note(runtime: Runtime, intent: Any, block: int) -> None:
    """Say that it was done by its owner in this block."""
    limit, module = _limit(intent), runtime.subtensor
    if isinstance(limit, int):
        module.TransactionKeyLastBlock[BOB, intent.netuid, limit] = block
    elif limit is not None:
        key = variant("OwnerHyperparamUpdate", (intent.netuid, limit))
        module.LastRateLimitedBlock[key] = block


@pytest.fixture
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        chain.make_blocks(HEIGHT)
        yield chain


def arrange(net: ThreadChain, write: Callable[[Runtime, int], int]) -> int:
    """Change the state behind everybody's back; what `write` makes of it and of the head."""

    async def work(node: DevNode) -> int:
        found: list[int] = []
        await node.amend(lambda runtime: found.append(write(runtime, node.best_number)))
        await node.sealer.new_blocks(1)
        return found[0]

    block: int = net.do(work)
    return block


def schedule(runtime: Runtime, due: int) -> None:
    """Let the epoch of each subnet be due in a block, and nothing but time be in the way."""
    module = runtime.subtensor
    module.LiquidAlphaOn[MOST] = True
    module.MaxAllowedUids[MOST], module.MechanismCountCurrent[MOST] = 128, 2
    module.AdminFreezeWindow.put(WINDOW)
    module.MaxEpochsPerBlock.put(4)
    module.WeightsVersionKeyRateLimit.put(VERSION_CYCLES)
    for netuid in (MOST, RESCHEDULED, TRIGGERED, TRIMMED):
        module.Tempo[netuid] = CYCLE
        module.LastEpochBlock[netuid] = due - CYCLE
        module.CommitRevealWeightsEnabled[netuid] = netuid != TRIGGERED


async def refusals(chain: Chain, intents: list[Any]) -> dict[str, tuple[Refusal, ...]]:
    """What each is refused with, on the newest block."""
    view = await caught_up(chain)
    found = [await one.preflight(view, BOB) for one in intents]
    return {one.summary(): why for one, why in zip(intents, found, strict=True)}


def outcomes(net: ThreadChain, calls: list[ChainCall]) -> tuple[int, list[str | None]]:
    """The next block, and the subnet pallet's errors of calls in it; None where one succeeds."""

    async def work(node: DevNode) -> tuple[int, list[str | None]]:
        codec, block = node.runtime.codec, node.best_number + 1
        batch = ChainCall("Utility", "force_batch", {"calls": calls})
        node.submit(signed(node, call_bytes(codec, batch), "//Bob"))
        while node.best_number < block:
            await asyncio.sleep(0.002)
        raw = node.state_at(block).read(codec.storage_key("System", "Events"))
        names = {index: name for name, index in node.runtime.subtensor.error_indexes.items()}
        found: list[str | None] = []
        for record in codec.decode_storage("System", "Events", raw):
            if record["event_id"] == "ItemCompleted":
                found.append(None)
            elif record["event_id"] == "ItemFailed":
                module = record["attributes"]["error"]["Module"]
                assert module["index"] == 7, module
                found.append(names[int(module["error"][2:4], 16)])
        return block, found

    seen: tuple[int, list[str | None]] = net.do(work)
    return seen


def hold(net: ThreadChain, intents: list[Any], allowed: int, names: set[str]) -> None:
    """All are refused until the block that is said from the start, and carried out in it."""

    async def work(chain: Chain) -> list[ChainCall]:
        calls = []
        while (view := await caught_up(chain)).block < allowed - 2:
            for what, why in (await refusals(chain, intents)).items():
                assert why and {one.name for one in why} <= names, (what, why)
                assert {one.allowed_from_block for one in why} == {allowed}, (what, why)
                assert all(str(allowed) in (one.hint or "") for one in why), (what, why)
            await chain.call("dev_newBlock", [])
        assert view.block == allowed - 2
        for one in intents:
            calls.append(await one.call(view, BOB))
        early, errors = await asyncio.to_thread(outcomes, net, calls)
        assert (early, len(errors)) == (allowed - 1, len(calls))
        assert set(errors) <= names, errors
        assert not any((await refusals(chain, intents)).values())
        return calls

    calls = on(net.url, work)
    assert outcomes(net, calls) == (allowed, [None] * len(calls))


def test_a_limit_is_over_in_the_block_that_is_said(net: ThreadChain) -> None:
    intents = [one for one in (*SETTERS, TRIGGER) if _limit(one) is not None]
    assert len(intents) > 25

    def write(runtime: Runtime, head: int) -> int:
        allowed = head + 5
        schedule(runtime, allowed + CYCLE // 2)
        for one in intents:
            limit = _limit(one)
            assert limit is not None
            _note(runtime, one, allowed - _wait(limit))
        return allowed

    hold(net, intents, arrange(net, write), {TOO_SOON})


def test_the_window_is_over_in_the_block_that_is_said(net: ThreadChain) -> None:
    frozen = [one for one in SETTERS if settable(one.name)[1].window]
    assert {one.name for one in SETTERS} - {one.name for one in frozen} == {"owner_hotkey"}

    def write(runtime: Runtime, head: int) -> int:
        schedule(runtime, head + WINDOW)
        return head + WINDOW

    imminent = {FROZEN, "AutoEpochAlreadyImminent"}
    hold(net, [*frozen, TRIM, TRIGGER], arrange(net, write), imminent)


def test_a_limit_that_ends_within_a_window_is_over_with_it(net: ThreadChain) -> None:
    intents = [one for one in (*SETTERS, TRIGGER) if _limit(one) is not None]

    def write(runtime: Runtime, head: int) -> int:
        due = head + WINDOW + 3
        schedule(runtime, due)
        for one in intents:
            limit = _limit(one)
            assert limit is not None
            _note(runtime, one, due - 2 - _wait(limit))
        return due

    names = {FROZEN, TOO_SOON, "AutoEpochAlreadyImminent"}
    hold(net, intents, arrange(net, write), names)


def test_a_triggered_epoch_ends_the_window_that_it_began(net: ThreadChain) -> None:
    def write(runtime: Runtime, head: int) -> int:
        schedule(runtime, head + 1 + CYCLE)
        for netuid in (MOST, RESCHEDULED, TRIGGERED, TRIMMED):
            runtime.subtensor.PendingEpochAt[netuid] = head + 5
        return head + 5

    frozen = [one for one in SETTERS if settable(one.name)[1].window]
    pending = {FROZEN, "EpochTriggerAlreadyPending"}
    hold(net, [*frozen, TRIM, TRIGGER], arrange(net, write), pending)

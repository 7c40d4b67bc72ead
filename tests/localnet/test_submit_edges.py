"""Sending where nodes forget, lag and lie, clocks jump, and the journal is in the way."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chain_thread import ThreadChain
from fault_proxy import Fault, FaultProxy, Spoil
from sending import ALICE, BOB, NO_CHANGE, TAO, a_chain, sent, with_chain

from taoctl.calls.base import ChainCall
from taoctl.calls.transfer import Transfer
from taoctl.chain.client import Chain
from taoctl.chain.rpc import RpcError
from taoctl.chain.runtime import Runtime
from taoctl.errors import RefusedError, UnknownOutcomeError
from taoctl.journal import store
from taoctl.journal.record import Record, State
from taoctl.journal.store import Journal
from taoctl.submit import follow as following
from taoctl.submit import nonce as nonces
from taoctl.submit import settle as settling
from taoctl.submit.blocks import ends
from taoctl.submit.notice import open_transactions
from taoctl.submit.options import TxOptions, Wait
from taoctl.submit.outcome import Outcome, Progress
from taoctl.submit.plan import make_plan
from taoctl.submit.send import follow
from taoctl.submit.settle import Settler, rebroadcast, resume_all
from taoctl.units import Tao

TWO = Transfer(BOB.ss58, Tao(2 * TAO))


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    return tmp_path


def answering(
    monkeypatch: pytest.MonkeyPatch, method: str, answer: Callable[[list[Any]], Any]
) -> None:
    """Have every node answer a method so; `...` lets the node itself answer."""
    whole = Chain._ask

    async def ask(self: Chain, asked: str, params: Any = (), **kwargs: Any) -> Any:
        told = answer(list(params)) if asked == method else ...
        return await whole(self, asked, params, **kwargs) if told is ... else told

    monkeypatch.setattr(Chain, "_ask", ask)


def lost(chain: ThreadChain, **options: Any) -> Record:
    """A transaction that was signed and written down, and that no node has."""

    async def lose(connected: Chain, journal: Journal) -> Record:
        with pytest.raises(UnknownOutcomeError):
            await sent(connected, journal, wait=Wait.NONE, **options)
        return journal.list()[0]

    with FaultProxy(chain.url) as proxy:
        proxy.spoil(Fault(Spoil.CUT_BEFORE))
        found: Record = with_chain(proxy.url, lose)
    return found


def forget(chain: ThreadChain) -> None:
    """Empty the node's pool, as a restart does."""

    async def drop(node: Any) -> None:
        for entry in node.pool.pending():
            node.pool.drop(entry, "dropped")

    chain.do(drop)


# eras


@pytest.mark.parametrize("which", ["first", "last", "none"])
def test_the_era_is_searched_from_its_first_block_to_its_last(which: str) -> None:
    with a_chain(block_time=60, finality_lag=0) as chain:
        chain.make_blocks(3)
        record = lost(chain)
        assert record.last_block is not None
        assert (record.from_block, record.last_block) == (3, 18)
        wanted = {"first": 4, "last": 18, "none": 19}[which]
        chain.make_blocks(wanted - 1 - 3)
        (early,) = with_chain(chain.url, resume_all)
        if which == "none":
            assert (early.state, early.final) == (State.EXPIRED, True)
            return
        assert early.unresolved
        with_chain(chain.url, lambda c, j: rebroadcast(c, j, early))
        chain.make_blocks(25)
        (done,) = with_chain(chain.url, resume_all)
        assert (done.state, done.block, done.final) == (State.FINALIZED, wanted, True)


def test_a_pool_that_refuses_the_same_bytes_again_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(params: list[Any]) -> Any:
        raise RpcError("author_submitExtrinsic", 1010, "Invalid Transaction", "Custom error: 21")

    with a_chain(block_time=60) as chain:
        record = lost(chain)
        answering(monkeypatch, "author_submitExtrinsic", refuse)
        with pytest.raises(RefusedError, match=r"Custom error: 21 .*ColdkeySwapDisputed") as caught:
            with_chain(chain.url, lambda c, j: rebroadcast(c, j, record))
    hint = caught.value.hint or ""
    assert "only root" in hint and hint.endswith("in the pool of another node")


def test_nothing_expires_before_its_last_block_is_final() -> None:
    with a_chain(block_time=60, finality_lag=4) as chain:
        record = lost(chain)
        assert record.last_block == 15
        chain.make_blocks(18)
        (waiting,) = with_chain(chain.url, resume_all)
        assert waiting.unresolved and not waiting.final
        assert "until block 15 is final" in (waiting.reason or "")
        chain.make_blocks(1)
        (done,) = with_chain(chain.url, resume_all)
        assert (done.state, done.final) == (State.EXPIRED, True)


# nonces


def test_a_gap_is_filled_before_what_waits_behind_it() -> None:
    async def work(chain: Chain, journal: Journal) -> list[int]:
        await sent(chain, journal, Transfer(BOB.ss58, Tao(1)), wait=Wait.NONE, nonce=2)
        later = []
        for rao in (2, 3, 4):
            intent = Transfer(BOB.ss58, Tao(rao))
            plan = await make_plan(chain, intent, ALICE.ss58, TxOptions(), journal=journal)
            outcome = await sent(chain, journal, intent, wait=Wait.NONE)
            assert plan.nonce == outcome.record.nonce
            later.append(outcome.record.nonce)
        return later

    with a_chain(block_time=60) as chain:
        assert with_chain(chain.url, work) == [0, 1, 3]
        chain.make_blocks(4)
        records = with_chain(chain.url, resume_all)
        assert {record.state for record in records} == {State.FINALIZED}


def test_a_node_whose_pool_lags_does_not_have_a_nonce_used_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def work(chain: Chain, journal: Journal) -> int:
        await sent(chain, journal, wait=Wait.NONE)
        answering(monkeypatch, "system_accountNextIndex", lambda params: 0)
        return (await sent(chain, journal, TWO, wait=Wait.NONE)).record.nonce

    with a_chain(block_time=60) as chain:
        assert with_chain(chain.url, work) == 1


def test_a_nonce_that_is_too_high_waits_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Progress] = []

    async def work(chain: Chain, journal: Journal) -> None:
        with monkeypatch.context() as patched:
            answering(patched, "system_accountNextIndex", lambda params: 7)
            waiting = asyncio.create_task(sent(chain, journal, told=told))
            while "it waits for an earlier transaction of this key" not in [
                step.text for step in told
            ]:
                assert not waiting.done()
                await asyncio.sleep(0.01)
            waiting.cancel()
            with pytest.raises(UnknownOutcomeError):
                await waiting

    with a_chain(block_time=60) as chain:
        with_chain(chain.url, work)
        chain.make_blocks(25)
        (done,) = with_chain(chain.url, resume_all)
        assert (done.state, done.final) == (State.EXPIRED, True)


@pytest.mark.parametrize("clock", ["goes on", "is set back"])
def test_what_a_node_took_and_forgot_holds_up_the_next_one_openly(
    monkeypatch: pytest.MonkeyPatch, clock: str
) -> None:
    async def first(chain: Chain, journal: Journal) -> Outcome:
        return await sent(chain, journal, wait=Wait.NONE)

    async def next_one(chain: Chain, journal: Journal) -> Outcome:
        return await sent(chain, journal, TWO, wait=Wait.NONE)

    with a_chain(block_time=60, finality_lag=0) as chain:
        with_chain(chain.url, first)
        forget(chain)
        chain.make_blocks(1)
        if clock == "goes on":
            monkeypatch.setattr(nonces, "TRUSTED_S", 0.2)
            time.sleep(0.3)
        else:
            now = time.time()
            monkeypatch.setattr(time, "time", lambda: now - 3600)
        with pytest.raises(RefusedError, match="would wait behind it"):
            with_chain(chain.url, next_one)


def test_a_plan_says_what_would_hold_the_transaction_up() -> None:
    async def plan(chain: Chain, journal: Journal, **options: Any) -> tuple[str, ...]:
        made = await make_plan(chain, TWO, ALICE.ss58, TxOptions(**options), journal=journal)
        return made.warnings

    async def first(chain: Chain, journal: Journal) -> Outcome:
        return await sent(chain, journal, wait=Wait.NONE)

    with a_chain(block_time=60, finality_lag=0) as chain:
        assert with_chain(chain.url, plan) == ()
        (gap,) = with_chain(chain.url, lambda c, j: plan(c, j, nonce=5))
        assert gap == "the next nonce is 0: 5 waits until those between are used"
        record = with_chain(chain.url, first).record
        assert with_chain(chain.url, plan) == ()
        forget(chain)
        (behind,) = with_chain(chain.url, plan)
        assert behind.startswith(f"it waits behind transaction {record.id} (nonce 0)")


def test_what_the_pool_let_go_is_not_trusted_for_a_moment() -> None:
    async def first(chain: Chain, journal: Journal) -> None:
        outcome = await sent(chain, journal, wait=Wait.NONE)
        journal.move(outcome.record.id, state=State.UNKNOWN, reason="the pool let it go")

    async def next_one(chain: Chain, journal: Journal) -> Outcome:
        return await sent(chain, journal, TWO, wait=Wait.NONE)

    with a_chain(block_time=60, finality_lag=0) as chain:
        with_chain(chain.url, first)
        forget(chain)
        with pytest.raises(RefusedError, match="would wait behind it"):
            with_chain(chain.url, next_one)


# nodes that lie


def test_a_refusal_of_what_the_pool_has_is_no_refusal() -> None:
    with a_chain(block_time=0.2) as chain, FaultProxy(chain.url) as proxy:
        proxy.spoil(Fault(Spoil.REFUSAL))
        outcome = with_chain(proxy.url, lambda c, j: sent(c, j, era_blocks=64))
    assert outcome.state is State.IN_BLOCK


def test_a_block_between_two_looks_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_chain(block_time=60) as chain, FaultProxy(chain.url) as proxy:

        async def taken_meanwhile(asked: Chain, extrinsic: bytes) -> bool:
            await asyncio.to_thread(chain.make_blocks, 1)
            return False

        monkeypatch.setattr(settling, "in_pool", taken_meanwhile)
        proxy.spoil(Fault(Spoil.REFUSAL))
        outcome = with_chain(proxy.url, lambda c, j: sent(c, j))
        states = {step.state for step in Journal().steps(outcome.record.id)}
    assert outcome.state is State.IN_BLOCK and State.REJECTED not in states


def test_an_error_that_is_not_the_pools_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "in_pool", _nowhere)
    with a_chain(block_time=0.2) as chain, FaultProxy(chain.url) as proxy:
        proxy.spoil(Fault(Spoil.OTHER_ERROR))
        outcome = with_chain(proxy.url, lambda c, j: sent(c, j, era_blocks=64))
        states = {step.state for step in Journal().steps(outcome.record.id)}
    assert outcome.state is State.IN_BLOCK and State.REJECTED not in states


def test_what_was_carried_out_after_all_is_not_paid_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(chain: Chain, journal: Journal) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(settling, "in_pool", _nowhere)
            with pytest.raises(RefusedError, match="was not taken"):
                await sent(chain, journal)

    async def again(chain: Chain, journal: Journal) -> None:
        assert "succeeded in block 1" in (await open_transactions(chain) or "")
        plan = await make_plan(chain, intent, ALICE.ss58, TxOptions(), journal=journal)
        assert [one.name for one in plan.refusals] == ["AlreadySent"]
        with pytest.raises(RefusedError, match="carried out in block 1") as caught:
            await sent(chain, journal)
        assert caught.value.hint is not None and "--again" in caught.value.hint
        # The same under the lock, without a look beforehand.
        outcome = await sent(chain, journal, again=True, wait=Wait.NONE)
        assert outcome.record.nonce == 1

    intent = Transfer(BOB.ss58, Tao(TAO))
    with a_chain(block_time=60) as chain, FaultProxy(chain.url) as proxy:
        proxy.spoil(Fault(Spoil.REFUSAL))
        with_chain(proxy.url, refused)
        chain.make_blocks(1)
        with_chain(chain.url, again)
        chain.make_blocks(3)
        with_chain(chain.url, resume_all)
        # The one that was asked for twice is news to nobody.
        assert with_chain(chain.url, lambda c, j: sent(c, j, wait=Wait.NONE)).record.nonce == 2


async def _nowhere(chain: Chain, extrinsic: bytes) -> bool:
    return False


# what cannot be had


@pytest.mark.parametrize("method", ["state_getStorage", "chain_getBlock"])
def test_a_wait_for_what_the_node_dropped_comes_to_an_end(
    monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def pruned(params: list[Any]) -> Any:
        if method == "chain_getBlock":
            return None
        raise RpcError(method, 4003, "State already discarded", None)

    async def wait(chain: Chain, journal: Journal) -> Outcome:
        chosen = TxOptions(wait=Wait.FINALIZED)
        return await follow(chain, journal, journal.list()[0], chosen, told.append)

    told: list[Progress] = []
    monkeypatch.setattr(following, "LOST_S", 0.3)
    monkeypatch.setattr(following, "LOOK_S", 0.1)
    with a_chain(block_time=60) as chain:
        with_chain(chain.url, lambda c, j: sent(c, j, wait=Wait.NONE))
        chain.make_blocks(30)
        with monkeypatch.context() as patched:
            answering(patched, method, pruned)
            with pytest.raises(UnknownOutcomeError, match="archive"):
                with_chain(chain.url, wait)
        assert "archive" in told[0].text
        (record,) = Journal().list()
        assert record.unresolved and record.block == (None if method == "chain_getBlock" else 1)
        assert with_chain(chain.url, wait).state is State.FINALIZED


def test_a_block_that_brings_a_new_runtime_is_read_as_the_old_one_wrote_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = Chain._runtime_at

    async def upgraded(self: Chain, block_hash: str) -> Runtime:
        runtime = await whole(self, block_hash)
        if block_hash != seen[1]:
            return runtime
        newer = replace(runtime.version, spec_version=runtime.spec_version + 1)
        return replace(runtime, version=newer, codec=_Useless(runtime.codec))  # type: ignore[arg-type]

    with a_chain(block_time=60) as chain:
        call = ChainCall("Sudo", "sudo", {"call": NO_CHANGE})
        with_chain(chain.url, lambda c, j: sent(c, j, call, wait=Wait.NONE))
        chain.make_blocks(4)
        seen = {place.block: place.block_hash for (place,) in chain.executed().values()}
        monkeypatch.setattr(Chain, "_runtime_at", upgraded)
        (done,) = with_chain(chain.url, resume_all)
    assert (done.state, done.block, done.error) == (State.FAILED, 1, "Balances.DeltaZero")


class _Useless:
    """A codec that knows where the events are, and reads nothing."""

    def __init__(self, codec: Any) -> None:
        self.storage_key = codec.storage_key


def test_a_journal_that_is_in_the_way_ends_the_wait_as_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not as a mistake in the command: whoever reads that sends it again."""
    monkeypatch.setattr(store, "BUSY_S", 0.1)
    holder: list[sqlite3.Connection] = []

    async def work(chain: Chain, journal: Journal) -> None:
        def tell(step: Progress) -> None:
            if step.stage == "sent":
                holder.append(sqlite3.connect(journal.path, isolation_level=None))
                holder[0].execute("BEGIN IMMEDIATE")

        told: Any = type("Told", (), {"append": staticmethod(tell)})
        with pytest.raises(UnknownOutcomeError, match="cannot be used"):
            await sent(chain, journal, told=told)
        holder[0].close()

    with a_chain(block_time=60, finality_lag=0) as chain:
        with_chain(chain.url, work)
        chain.make_blocks(1)
        (done,) = with_chain(chain.url, resume_all)
        assert done.state is State.FINALIZED


# two that look at once


def test_a_late_look_does_not_undo_what_another_process_saw() -> None:
    async def work(chain: Chain, journal: Journal) -> None:
        record = (await sent(chain, journal, wait=Wait.NONE)).record
        slow = Settler(chain, journal, journal.move(record.id, State.PREPARED))
        changes = await slow._changes(await ends(chain))
        assert changes["state"] is State.UNKNOWN
        await chain.call("dev_newBlock")
        seen = await settling.settle(chain, journal, record)
        assert seen.state is State.IN_BLOCK
        assert journal.move(record.id, seen=slow.record, **changes) == seen
        assert journal.get(record.id) == seen

    with a_chain(block_time=60) as chain:
        with_chain(chain.url, work)


# the notice


def test_what_never_expires_costs_other_commands_no_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def look(params: list[Any]) -> Any:
        asked.append(params)
        return ...

    with a_chain(block_time=60) as chain:
        lost(chain, era_blocks=0)
        chain.make_blocks(50)
        answering(monkeypatch, "chain_getBlock", look)
        line = with_chain(chain.url, lambda c, j: open_transactions(c))
        assert "transaction 1" in line and "is open" in line
        assert asked == []
        with_chain(chain.url, lambda c, j: rebroadcast(c, j, j.get(1)))
        chain.make_blocks(4)
        line = with_chain(chain.url, lambda c, j: open_transactions(c))
        assert "succeeded in block 51" in line and asked

"""Sending on a chain: every outcome, what is refused before, and what is left for later."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chain_thread import test_key
from fault_proxy import Fault, FaultProxy, Spoil
from sending import ALICE, BOB, NO_CHANGE, ONE, TAO, Given, a_chain, pay, sent, with_chain

from taoctl.calls.base import ChainCall
from taoctl.calls.transfer import Transfer, TransferAll
from taoctl.chain.client import Chain, connect
from taoctl.chain.runtime import RuntimeVersion
from taoctl.errors import (
    BadDataError,
    DeadlineError,
    Exit,
    RefusedError,
    UnknownOutcomeError,
    UsageError,
)
from taoctl.journal.record import Record, State
from taoctl.journal.store import Journal
from taoctl.localnet.sealing import Seal
from taoctl.scale.crypto import ED25519, KeySigner
from taoctl.submit.nonce import key_lock
from taoctl.submit.notice import open_transactions
from taoctl.submit.options import TxOptions, Wait
from taoctl.submit.outcome import Outcome, Progress
from taoctl.submit.plan import Plan, make_plan
from taoctl.submit.send import follow, send
from taoctl.submit.settle import rebroadcast, resume_all, settle
from taoctl.units import Tao


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    return tmp_path


def test_a_plan_says_what_it_costs_and_sending_does_what_the_plan_says() -> None:
    told: list[Progress] = []

    async def work(chain: Chain, journal: Journal) -> tuple[Plan, Outcome]:
        options = TxOptions(tip=Tao(7), wait=Wait.FINALIZED)
        plan = await make_plan(chain, Transfer(BOB.ss58, ONE), ALICE.ss58, options)
        return plan, await send(chain, plan, ALICE, journal, options, told.append)

    with a_chain() as chain:
        plan, outcome = with_chain(chain.url, work)
        places = chain.executed()[outcome.record.extrinsic_hash]
    assert plan.refusals == () and str(plan.tree) == "Balances.transfer_keep_alive"
    assert plan.fee is not None and plan.balance_after is not None
    assert plan.balance_before == Tao(10_000 * TAO)
    assert plan.balance_after == plan.balance_before - ONE - plan.fee - Tao(7)
    assert outcome.state is State.FINALIZED and outcome.record.final and outcome.error is None
    assert outcome.fee_paid == plan.fee + Tao(7)
    assert [(p.block, p.block_hash, p.index) for p in places] == [
        (outcome.block, outcome.block_hash, outcome.index)
    ]
    names = [str(event) for event in outcome.events]
    assert names[0] == "Balances.Withdraw" and names[-1] == "System.ExtrinsicSuccess"
    stages = [step.stage for step in told]
    assert stages[:2] == ["signing", "sending"] and stages[-1] == "finalized"
    assert all(step.record_id == outcome.record.id for step in told[1:])


@pytest.mark.parametrize(
    ("call", "error", "where"),
    [
        (pay(10**18), "Arithmetic.Underflow", None),
        (pay(1, KeySigner("//Nobody").ss58), "Token.BelowMinimum", None),
        (
            ChainCall("Utility", "batch", {"calls": [pay(), pay(10**18), pay()]}),
            "Arithmetic.Underflow",
            "Utility.batch call 2",
        ),
        (
            ChainCall("Utility", "batch_all", {"calls": [pay(), pay(10**18)]}),
            "Arithmetic.Underflow",
            None,
        ),
        (
            ChainCall("Utility", "force_batch", {"calls": [pay(), pay(), pay(10**18), pay()]}),
            "Arithmetic.Underflow",
            "Utility.force_batch call 3",
        ),
        (ChainCall("Sudo", "sudo", {"call": pay()}), "BadOrigin", "Sudo.sudo"),
        (ChainCall("Sudo", "sudo", {"call": NO_CHANGE}), "Balances.DeltaZero", "Sudo.sudo"),
        (
            ChainCall("Utility", "batch", {"calls": [ChainCall("Sudo", "sudo", {"call": pay()})]}),
            "BadOrigin",
            "Sudo.sudo",
        ),
    ],
    ids=lambda value: str(value),
)
def test_success_is_not_always_success(call: ChainCall, error: str, where: str | None) -> None:
    with a_chain(seal=Seal.INSTANT) as chain:
        outcome = with_chain(chain.url, lambda c, j: sent(c, j, call))
    assert outcome.state is State.FAILED
    assert outcome.error is not None
    assert (outcome.error.name, outcome.error.where) == (error, where)
    assert outcome.record.error == error and outcome.fee_paid is not None


def test_a_module_error_has_the_chains_name() -> None:
    call = ChainCall("Sudo", "sudo", {"call": NO_CHANGE})
    with a_chain(seal=Seal.INSTANT) as chain:
        outcome = with_chain(chain.url, lambda c, j: sent(c, j, call))
    assert outcome.error is not None and outcome.error.name == "Balances.DeltaZero"
    assert outcome.error.docs == outcome.record.error_docs


def test_the_same_again_is_refused_while_the_first_is_open() -> None:
    async def work(chain: Chain, journal: Journal) -> None:
        first = await sent(chain, journal, wait=Wait.NONE)
        plan = await make_plan(
            chain, Transfer(BOB.ss58, ONE), ALICE.ss58, TxOptions(), journal=journal
        )
        assert [one.name for one in plan.refusals] == ["AlreadySent"]
        assert plan.nonce == 1
        with pytest.raises(RefusedError, match=f"sent as transaction {first.record.id}") as caught:
            await sent(chain, journal, wait=Wait.NONE)
        assert caught.value.hint is not None and "--again" in caught.value.hint
        other = await sent(chain, journal, Transfer(BOB.ss58, Tao(5)), wait=Wait.NONE)
        again = await sent(chain, journal, again=True, wait=Wait.NONE)
        assert [one.record.nonce for one in (first, other, again)] == [0, 1, 2]

    with a_chain(block_time=60) as chain:
        with_chain(chain.url, work)
        chain.make_blocks(4)
        records = with_chain(chain.url, resume_all)
        assert {record.state for record in records} == {State.FINALIZED}
        assert chain.received_rao()[BOB.ss58] == 2 * TAO + 5


def test_a_nonce_can_be_taken_over_and_the_loser_knows_by_whom() -> None:
    async def lose(chain: Chain, journal: Journal) -> Record:
        with pytest.raises(UnknownOutcomeError):
            await sent(chain, journal, wait=Wait.NONE)
        return journal.list()[0]

    async def take(chain: Chain, journal: Journal) -> Record:
        other = Transfer(BOB.ss58, Tao(2))
        return (await sent(chain, journal, other, wait=Wait.NONE, nonce=0)).record

    with a_chain(block_time=60, finality_lag=3) as chain, FaultProxy(chain.url) as proxy:
        proxy.spoil(Fault(Spoil.CUT_BEFORE))
        first = with_chain(proxy.url, lose)
        second = with_chain(chain.url, take)
        chain.make_blocks(1)
        early = with_chain(chain.url, lambda c, j: settle(c, j, first))
        assert (early.state, early.final) == (State.REPLACED, False)
        chain.make_blocks(20)
        done = with_chain(chain.url, lambda c, j: settle(c, j, early))
        won = with_chain(chain.url, lambda c, j: settle(c, j, second))
    assert (done.state, done.final) == (State.REPLACED, True)
    assert done.replaced_by == second.extrinsic_hash
    assert won.state is State.FINALIZED


def test_a_pool_that_holds_the_nonce_lets_nobody_take_it() -> None:
    async def work(chain: Chain, journal: Journal) -> None:
        await sent(chain, journal, wait=Wait.NONE)
        with pytest.raises(RefusedError, match="Priority is too low"):
            await sent(chain, journal, Transfer(BOB.ss58, Tao(2)), nonce=0)
        assert [one.state for one in journal.list()] == [State.REJECTED, State.SENT]

    with a_chain(block_time=60) as chain:
        with_chain(chain.url, work)


def test_what_the_node_refuses_is_said_and_not_pending() -> None:
    poor = KeySigner("//Poor")

    async def work(chain: Chain, journal: Journal) -> Record:
        plan = await make_plan(chain, Given(pay(1)), poor.ss58, TxOptions())
        assert [one.name for one in plan.refusals] == ["Payment"]
        with pytest.raises(RefusedError, match="Inability to pay some fees"):
            await send(chain, plan, poor, journal, TxOptions())
        (record,) = journal.list()
        assert journal.find_identical(record.digest) is None
        return record

    with a_chain() as chain:
        record = with_chain(chain.url, work)
        assert (record.state, record.final) == (State.REJECTED, False)
        chain.make_blocks(80)
        (done,) = with_chain(chain.url, resume_all)
    assert (done.state, done.final) == (State.REJECTED, True)
    assert "Inability to pay" in (done.reason or "")


def test_ed25519_signs_alike_and_a_second_try_is_the_same_transaction() -> None:
    poor = KeySigner("//Poor", ED25519)

    async def work(chain: Chain, journal: Journal) -> None:
        for _ in range(2):
            plan = await make_plan(chain, Given(pay(1)), poor.ss58, TxOptions(), crypto=ED25519)
            with pytest.raises(RefusedError, match="Inability to pay some fees"):
                await send(chain, plan, poor, journal, TxOptions())
        (record,) = journal.list()
        assert record.state is State.REJECTED

    with a_chain(block_time=60) as chain:
        with_chain(chain.url, work)


def test_a_journal_that_fails_after_the_bytes_left_is_an_unknown_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*args: Any, **kwargs: Any) -> Record:
        raise UsageError("the journal cannot be used: database or disk is full")

    async def work(chain: Chain, journal: Journal) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(Journal, "move", full)
            with pytest.raises(UnknownOutcomeError, match="disk is full"):
                await sent(chain, journal)
        assert [one.state for one in journal.list()] == [State.PREPARED]

    with a_chain(block_time=60) as chain:
        with_chain(chain.url, work)
        chain.make_blocks(4)
        (done,) = with_chain(chain.url, resume_all)
    assert (done.state, done.block) == (State.FINALIZED, 1)


def test_nothing_is_sent_that_cannot_be_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any) -> Record:
        raise UsageError("the journal cannot be used: database or disk is full")

    async def work(chain: Chain, journal: Journal) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(Journal, "add", full)
            with pytest.raises(UsageError, match="disk is full"):
                await sent(chain, journal)

    with a_chain(block_time=60) as chain:
        with_chain(chain.url, work)
        assert chain.node.pool.counts == (0, 0)


def test_what_was_never_passed_on_expires_and_holds_up_the_next() -> None:
    async def lose(chain: Chain, journal: Journal) -> Record:
        with pytest.raises(UnknownOutcomeError) as caught:
            await sent(chain, journal, deadline_s=0.3)
        (record,) = journal.list()
        assert caught.value.hint is not None
        assert f"tx resume {record.id}" in caught.value.hint
        assert f"after block {record.last_block}" in caught.value.hint
        return record

    async def next_one(chain: Chain, journal: Journal) -> Outcome:
        return await sent(chain, journal, Transfer(BOB.ss58, Tao(3)))

    with a_chain(block_time=60) as chain, FaultProxy(chain.url) as proxy:
        proxy.spoil(Fault(Spoil.CUT_BEFORE))
        record = with_chain(proxy.url, lose)
        assert record.state is State.UNKNOWN and not record.acknowledged
        with pytest.raises(RefusedError, match="would wait behind it") as caught:
            with_chain(chain.url, next_one)
        assert caught.value.hint is not None and "--rebroadcast" in caught.value.hint
        chain.make_blocks(19)
        (done,) = with_chain(chain.url, resume_all)
        assert (done.state, done.final, done.block) == (State.EXPIRED, True, None)
        with pytest.raises(RefusedError, match="expired"):
            with_chain(chain.url, lambda c, j: rebroadcast(c, j, done))


def test_the_same_bytes_sent_again_are_executed_once() -> None:
    async def lose(chain: Chain, journal: Journal) -> Record:
        with pytest.raises(UnknownOutcomeError):
            await sent(chain, journal, wait=Wait.NONE)
        return journal.list()[0]

    async def again(chain: Chain, journal: Journal) -> Record:
        record = await rebroadcast(chain, journal, journal.list()[0])
        return await rebroadcast(chain, journal, record)

    with a_chain(block_time=60) as chain, FaultProxy(chain.url) as proxy:
        proxy.spoil(Fault(Spoil.CUT_BEFORE))
        with_chain(proxy.url, lose)
        record = with_chain(chain.url, again)
        assert (record.state, record.acknowledged) == (State.SENT, True)
        chain.make_blocks(3)
        (done,) = with_chain(chain.url, resume_all)
        assert (done.state, done.block) == (State.FINALIZED, 1)
        assert chain.received_rao()[BOB.ss58] == TAO


def test_a_lost_answer_is_found_in_the_pool_and_in_the_block() -> None:
    told: list[Progress] = []
    with a_chain(block_time=0.2) as chain, FaultProxy(chain.url) as proxy:
        proxy.spoil(Fault(Spoil.CUT_AT_ONCE))
        outcome = with_chain(proxy.url, lambda c, j: sent(c, j, told=told, era_blocks=64))
        assert proxy.seen == 1, "a submission is never repeated by itself"
    assert outcome.state is State.IN_BLOCK
    assert "lost" in [step.stage for step in told]


def test_a_retracted_block_is_forgotten_and_the_next_one_found() -> None:
    with a_chain(block_time=60, finality_lag=5) as chain:
        chain.make_blocks(2)
        with_chain(chain.url, lambda c, j: sent(c, j, wait=Wait.NONE))
        chain.make_blocks(1)
        (first,) = with_chain(chain.url, resume_all)
        assert (first.state, first.block) == (State.IN_BLOCK, 3)
        assert chain.go_back(1)
        (back,) = with_chain(chain.url, resume_all)
        assert (back.state, back.block, back.block_hash) == (State.SENT, None, None)
        chain.make_blocks(9)
        (done,) = with_chain(chain.url, resume_all)
        assert done.state is State.FINALIZED
        truth = chain.executed()[done.extrinsic_hash]
        assert [(p.block, p.block_hash) for p in truth] == [(done.block, done.block_hash)]
        assert done.block_hash != first.block_hash
        states = [step.state for step in Journal().steps(done.id)]
        assert states[-3:] == [State.IN_BLOCK, State.SENT, State.FINALIZED]


def test_another_chains_records_are_left_alone() -> None:
    with a_chain(block_time=60) as chain:
        with_chain(chain.url, lambda c, j: sent(c, j, wait=Wait.NONE))
    time.sleep(0.002)
    with a_chain(block_time=60) as other:
        assert with_chain(other.url, resume_all) == ()
        before = Journal().list()[0]
        assert with_chain(other.url, lambda c, j: settle(c, j, before)) == before
        assert with_chain(other.url, lambda c, j: open_transactions(c)) is None
        with pytest.raises(RefusedError, match="another chain"):
            with_chain(other.url, lambda c, j: rebroadcast(c, j, before))
        outcome = with_chain(other.url, lambda c, j: sent(c, j, wait=Wait.NONE))
        assert outcome.record.nonce == 0


def test_blocks_that_cannot_be_had_leave_it_open_and_say_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def lost(self: Chain, method: str, *args: Any, **kwargs: Any) -> Any:
        return None if method == "chain_getBlock" else await whole(self, method, *args, **kwargs)

    whole = Chain.call
    with a_chain(block_time=60) as chain:
        with_chain(chain.url, lambda c, j: sent(c, j, wait=Wait.NONE))
        chain.make_blocks(30)
        with monkeypatch.context() as patched:
            patched.setattr(Chain, "call", lost)
            (record,) = with_chain(chain.url, resume_all)
        assert record.unresolved and "no longer has block" in (record.reason or "")
        (done,) = with_chain(chain.url, resume_all)
        assert done.state is State.FINALIZED


def test_an_interrupted_wait_leaves_a_record_to_go_on_with() -> None:
    async def interrupt(chain: Chain, journal: Journal) -> None:
        task = asyncio.create_task(sent(chain, journal, deadline_s=None))
        while not journal.list() or not journal.list()[0].acknowledged:
            assert not task.done()
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(UnknownOutcomeError, match="the wait was interrupted") as caught:
            await task
        assert caught.value.exit_code is Exit.UNKNOWN_OUTCOME

    async def go_on(chain: Chain, journal: Journal) -> Outcome:
        wanted = TxOptions(wait=Wait.FINALIZED, deadline_s=60)
        return await follow(chain, journal, journal.list()[0], wanted, lambda step: None)

    with a_chain(block_time=60) as chain:
        with_chain(chain.url, interrupt)
        chain.make_blocks(4)
        assert with_chain(chain.url, go_on).state is State.FINALIZED


def test_every_later_command_hears_of_it_in_one_line() -> None:
    async def say(chain: Chain, journal: Journal) -> str | None:
        return await open_transactions(chain)

    with a_chain(block_time=60) as chain:
        assert with_chain(chain.url, say) is None
        with_chain(chain.url, lambda c, j: sent(c, j, wait=Wait.NONE))
        line = with_chain(chain.url, say)
        assert line is not None and "transaction 1" in line and "tx resume 1" in line
        chain.make_blocks(1)
        assert "succeeded in block 1" in (with_chain(chain.url, say) or "")
        chain.make_blocks(4)
        assert with_chain(chain.url, say) is None
        assert Journal().get(1).state is State.FINALIZED


def test_nothing_is_sent_under_another_runtime_or_by_another_key() -> None:
    async def work(chain: Chain, journal: Journal) -> None:
        plan = await make_plan(chain, Transfer(BOB.ss58, ONE), ALICE.ss58, TxOptions())
        with pytest.raises(BadDataError, match="the key that is open"):
            await send(chain, plan, BOB, journal, TxOptions())
        newer = RuntimeVersion("node-subtensor", 999, 1)
        plan.composer.runtime = replace(plan.composer.runtime, version=newer)
        with pytest.raises(RefusedError, match="runtime was upgraded"):
            await send(chain, plan, ALICE, journal, TxOptions())
        assert journal.list() == ()

    with a_chain(block_time=60) as chain:
        with_chain(chain.url, work)


def test_one_process_at_a_time_sends_with_a_key() -> None:
    async def run() -> None:
        async with key_lock("0x11", ALICE.ss58):
            async with key_lock("0x11", BOB.ss58), key_lock("0x22", ALICE.ss58):
                pass
            with pytest.raises(DeadlineError, match="another taoctl"):
                async with key_lock("0x11", ALICE.ss58, wait_s=0.1):
                    pass
        async with key_lock("0x11", ALICE.ss58, wait_s=0.1):
            pass

    asyncio.run(run())


def test_many_at_once_with_one_key_get_a_nonce_each() -> None:
    async def one(url: str, number: int) -> Outcome:
        async with connect(url, timeout=30) as chain:
            with Journal() as journal:
                intent = Transfer(BOB.ss58, Tao(number + 1))
                return await sent(chain, journal, intent, era_blocks=64)

    async def all_of(url: str) -> list[Outcome]:
        return list(await asyncio.gather(*(one(url, number) for number in range(6))))

    with a_chain(block_time=0.1) as chain:
        outcomes = asyncio.run(all_of(chain.url))
        assert {outcome.state for outcome in outcomes} == {State.IN_BLOCK}
        assert sorted(outcome.record.nonce for outcome in outcomes) == list(range(6))
        assert chain.received_rao()[BOB.ss58] == 21


def test_an_account_that_ends_with_its_last_transaction_is_no_riddle() -> None:
    key = KeySigner(test_key(0))

    async def empty(chain: Chain, journal: Journal) -> Outcome:
        return await sent(chain, journal, TransferAll(BOB.ss58, True), key, wait=Wait.NONE)

    async def nonce(chain: Chain, journal: Journal) -> int:
        view = await chain.at_head()
        return int((await view.value("System", "Account", key.ss58))["nonce"])

    with a_chain(block_time=60, keys=1) as chain:
        with_chain(chain.url, empty)
        chain.make_blocks(24)
        assert with_chain(chain.url, nonce) == 0, "the chain has forgotten the account"
        (done,) = with_chain(chain.url, resume_all)
        assert (done.state, done.block, done.final) == (State.FINALIZED, 1, True)


def test_an_immortal_transaction_is_settled_too() -> None:
    async def forever(chain: Chain, journal: Journal) -> Record:
        outcome = await sent(chain, journal, era_blocks=0, wait=Wait.NONE)
        assert outcome.record.last_block is None
        return outcome.record

    with a_chain(block_time=60) as chain:
        chain.make_blocks(5)
        with_chain(chain.url, forever)
        (waiting,) = with_chain(chain.url, resume_all)
        assert waiting.unresolved
        chain.make_blocks(4)
        (done,) = with_chain(chain.url, resume_all)
        assert (done.state, done.block) == (State.FINALIZED, 6)

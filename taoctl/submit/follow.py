"""Wait for what becomes of a transaction: heads and the node's words say when to look."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

from taoctl.chain.client import Chain
from taoctl.chain.rpc import LostError
from taoctl.chain.submission import PoolStatus, Submission
from taoctl.errors import TaoctlError, UnknownOutcomeError
from taoctl.journal.record import Record, State
from taoctl.journal.store import JOURNAL_TROUBLE, Journal
from taoctl.submit.options import Wait
from taoctl.submit.outcome import Outcome, Progress
from taoctl.submit.settle import Settler

Tell = Callable[[Progress], None]

LOOK_S = 4.0
"""Longest pause between looks while nothing is heard; blocks are announced."""
UNANSWERED_S = 30.0
"""How long to look for a transaction that no node is known to have taken."""
LOST_S = 60.0
"""How long to wait for a lost connection to come back, or for what the node does not have."""

_GIVEN_UP = frozenset({"dropped", "invalid", "usurped"})
_SEEN = frozenset({State.IN_BLOCK, State.FINALIZED, State.FAILED, State.EXPIRED, State.REPLACED})


class Follower:
    """Follows one record until it is as far as was asked for.

    Args:
        submission: what the node that took it says of it; None when nobody listens.
        deadline_s: seconds to wait at most; None as long as its era lasts.
    """

    def __init__(
        self,
        chain: Chain,
        journal: Journal,
        record: Record,
        *,
        submission: Submission | None,
        wait: Wait,
        deadline_s: float | None,
        tell: Tell,
    ) -> None:
        self._chain = chain
        self._journal = journal
        self._settler = Settler(chain, journal, record)
        self._submission = submission
        self._wait = wait
        self._until = None if deadline_s is None else time.monotonic() + deadline_s
        self._tell = tell
        self._wake = asyncio.Event()
        self._given_up: PoolStatus | None = None
        self._begun = time.monotonic()
        self._lost_at: float | None = None
        self._trouble = ""
        self._told: tuple[State, str | None] | None = None
        self._reason = record.reason

    @property
    def record(self) -> Record:
        """The record as it was last seen."""
        return self._settler.record

    async def outcome(self) -> Outcome:
        """What became of it.

        Raises:
            UnknownOutcomeError: it cannot be said in the time that there is.
        """
        tasks = [asyncio.create_task(self._hear_heads())]
        if self._submission is not None:
            tasks.append(asyncio.create_task(self._hear_pool(self._submission)))
        try:
            return await self._until_seen()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _until_seen(self) -> Outcome:
        while True:
            self._wake.clear()
            given_up = self._given_up
            await self._look()
            if self._far_enough():
                return self._settler.outcome
            self._check_patience(given_up)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s()):
                    await self._wake.wait()

    async def _look(self) -> None:
        try:
            await self._settler.settle(ask_pool=not self.record.acknowledged)
            trouble = self._settler.missing
        except JOURNAL_TROUBLE as problem:
            raise unknown_outcome(self.record, problem.message) from problem
        except TaoctlError as problem:
            trouble = f"the chain does not answer: {problem.message}"
        if trouble is not None:
            self._lack(trouble)
            return
        self._lost_at = None
        record = self.record
        if record.state in _SEEN and self._told != (record.state, record.block_hash):
            self._told = (record.state, record.block_hash)
            self._say(record.state.value, _words(record))
        elif record.unresolved and record.reason not in (None, self._reason):
            self._say("waiting", str(record.reason))
        self._reason = record.reason

    def _lack(self, trouble: str) -> None:
        self._trouble = trouble
        if self._lost_at is None:
            self._lost_at = time.monotonic()
            self._say("lost", trouble)

    def _far_enough(self) -> bool:
        record = self.record
        if record.final:
            return True
        seen = record.state in (State.IN_BLOCK, State.FAILED, State.REPLACED)
        return seen and self._wait is not Wait.FINALIZED

    def _check_patience(self, given_up: PoolStatus | None) -> None:
        now, record = time.monotonic(), self.record
        if given_up is not None and record.unresolved:
            raise self._unknown(f"the node's pool let it go ({given_up.name})")
        if self._until is not None and now >= self._until:
            raise self._unknown("the time to wait for it is over")
        if self._lost_at is not None and now - self._lost_at > LOST_S:
            raise self._unknown(self._trouble)
        waited_s = now - self._begun
        if record.unresolved and not record.acknowledged and waited_s > UNANSWERED_S:
            raise self._unknown("nobody knows whether a node took it")

    def _pause_s(self) -> float:
        if self._until is None:
            return LOOK_S
        return max(0.0, min(LOOK_S, self._until - time.monotonic()))

    def _unknown(self, why: str) -> UnknownOutcomeError:
        record = self.record
        if record.unresolved:
            with contextlib.suppress(*JOURNAL_TROUBLE):
                self._settler.record = self._journal.move(
                    record.id, State.UNKNOWN, seen=record, reason=why
                )
        return unknown_outcome(self.record, why)

    async def _hear_heads(self) -> None:
        async for _ in self._chain.heads():
            self._wake.set()

    async def _hear_pool(self, submission: Submission) -> None:
        try:
            async for status in submission:
                self._hear(status)
        except LostError as lost:
            self._say("lost", f"the connection was lost, looking at the blocks: {lost.message}")
        finally:
            self._wake.set()

    def _hear(self, status: PoolStatus) -> None:
        if status.name in _GIVEN_UP:
            self._given_up = status
        elif status.name in ("retracted", "inBlock"):
            self._given_up = None
        if status.name in _POOL_WORDS:
            self._say(status.name, _POOL_WORDS[status.name])
        self._wake.set()

    def _say(self, stage: str, text: str) -> None:
        self._tell(Progress(stage, text, self.record.id))


_POOL_WORDS = {
    "future": "it waits for an earlier transaction of this key",
    "ready": "it waits for a block",
    "retracted": "the block that had it was retracted; it waits for another",
    "usurped": "another transaction took its place in the pool",
    "dropped": "the node's pool dropped it",
    "invalid": "the node's pool says that it is not valid any more",
    "finalityTimeout": "the node gave up waiting for the block to be final",
}


def unknown_outcome(record: Record, why: str) -> UnknownOutcomeError:
    """The error that says what is not known, until when it can change, and how to go on."""
    until = "" if record.last_block is None else f"; after block {record.last_block} it is certain"
    place = "" if record.block is None else f" (seen in block {record.block})"
    return UnknownOutcomeError(
        f"transaction {record.id} was sent and its outcome is not known{place}: {why}",
        f"do not send it again; ask with `taoctl tx resume {record.id}`{until}",
        details={"transaction": record.reference()},
    )


def _words(record: Record) -> str:
    match record.state:
        case State.IN_BLOCK:
            return f"in block {record.block}"
        case State.FINALIZED:
            return f"final in block {record.block}"
        case State.FAILED:
            return f"failed in block {record.block}: {record.error}"
        case _:
            return record.reason or record.state.value

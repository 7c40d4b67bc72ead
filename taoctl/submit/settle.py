"""Find out from the blocks what became of transactions in the journal."""

from __future__ import annotations

from typing import Any

from taoctl.chain.client import Chain
from taoctl.chain.rpc import RpcError
from taoctl.errors import BadDataError, RefusedError, UnknownOutcomeError
from taoctl.journal.record import UNRESOLVED, Record, State
from taoctl.journal.store import Journal
from taoctl.submit.blocks import BlockGoneError, Ends, Lookout, Place, Sighting, ends, in_pool
from taoctl.submit.events import Executed, executed
from taoctl.submit.outcome import Failure, Outcome
from taoctl.submit.pool_codes import custom_error, named
from taoctl.submit.rejection import Rejection, rejection_of

_STRETCH = 32
"""Blocks to look through before it is written down that they do not have it."""


class Settler:
    """Settles one record again and again; no block's body is asked for twice."""

    def __init__(self, chain: Chain, journal: Journal, record: Record) -> None:
        self._chain = chain
        self._journal = journal
        self._lookout = Lookout(chain, record)
        self._executed: tuple[str, Executed] | None = None
        self.record = record
        self.missing: str | None = None
        """What of the chain could not be had the last time, so that nothing more can be said."""

    @property
    def outcome(self) -> Outcome:
        """What the last settling found."""
        known = self._executed[1] if self._executed and self.record.block is not None else None
        if known is not None:
            return Outcome(self.record, known.failure, known.events)
        error = self.record.error
        failure = Failure(error, self.record.error_docs) if error is not None else None
        return Outcome(self.record, failure)

    async def settle(self, *, ask_pool: bool = False) -> Record:
        """The record as the chain has it now, written to the journal; raises what reads raise."""
        self.record = self._journal.get(self.record.id)
        if self.record.final:
            return self.record
        at = await ends(self._chain)
        self.missing = None
        try:
            changes = await self._changes(at)
        except BlockGoneError as problem:
            self.missing = f"{problem.message}; {problem.hint}"
            changes = {"reason": self.missing}
        if ask_pool and self._lost_sight(changes):
            changes = {**changes, **await self._pool_changes()}
        self.record = self._journal.move(self.record.id, seen=self.record, **changes)
        return self.record

    def _lost_sight(self, changes: dict[str, Any]) -> bool:
        return changes.get("state", self.record.state) in UNRESOLVED and not changes.get("final")

    async def _pool_changes(self) -> dict[str, Any]:
        waits = await in_pool(self._chain, self.record.extrinsic)
        if not waits:
            return {}
        return {
            "state": State.SENT,
            "acknowledged": True,
            "reason": f"it waits in the pool of {self._chain.link.endpoint}",
        }

    async def _changes(self, at: Ends) -> dict[str, Any]:
        record = self.record
        if at.finalized < record.from_block and at.head.number < record.from_block:
            return {
                "reason": f"the chain is at block {at.head.number}, "
                f"before the block {record.from_block} that this was signed at"
            }
        if await self._is_final_where_it_was(at):
            done = State.FAILED if record.state is State.FAILED else State.FINALIZED
            return {"state": done, "final": True}
        last = record.last_block
        stop = at.finalized if last is None else min(last, at.finalized)
        first = max(record.from_block, record.scanned_to) + 1
        final = await self._scanned(first, stop)
        if final.place is not None:
            return await self._included(final.place, final=True)
        best = await self._lookout.unfinalized(
            at.head, max(at.finalized, record.from_block), record.last_block
        )
        if best.place is not None:
            return await self._included(best.place, final=False)
        return self._absent(at, final, best, stop)

    async def _scanned(self, first: int, last: int) -> Sighting:
        """What finalized blocks say; a long look is written down on the way."""
        rival: str | None = None
        for at in range(first, last + 1, _STRETCH):
            stop = min(at + _STRETCH - 1, last)
            seen = await self._lookout.finalized(at, stop)
            if seen.place is not None:
                return seen
            rival = rival or seen.rival
            if rival is None and stop < last:
                self.record = self._journal.move(self.record.id, scanned_to=stop)
        return Sighting(rival=rival)

    async def _is_final_where_it_was(self, at: Ends) -> bool:
        """Whether the block that had it when its events were read is finalized now."""
        record = self.record
        if record.state not in (State.IN_BLOCK, State.FAILED) or record.block is None:
            return False
        if record.block > at.finalized:
            return False
        answer = await self._chain.call("chain_getBlockHash", [record.block])
        return bool(answer == record.block_hash)

    async def _included(self, place: Place, *, final: bool) -> dict[str, Any]:
        where = {
            "block": place.block,
            "block_hash": place.block_hash,
            "index": place.index,
            "acknowledged": True,
            "replaced_by": None,
        }
        try:
            found = await self._events(place)
        except (RefusedError, BadDataError) as problem:
            # Its place is sure; whether it succeeded there is not.
            why = f"block {place.block} has it, but what became of it there is not known"
            hint = f"; {problem.hint}" if problem.hint else ""
            self.missing = f"{why}: {problem.message}{hint}"
            return {**_NOWHERE, **where, "state": State.UNKNOWN, "reason": self.missing}
        failure = found.failure
        done = State.FINALIZED if final else State.IN_BLOCK
        return {
            **where,
            "state": State.FAILED if failure is not None else done,
            "final": final,
            "fee_rao": found.fee_rao,
            "error": failure.name if failure is not None else None,
            "error_docs": failure.docs if failure is not None else None,
            "reason": f"inside {failure.where}" if failure and failure.where else None,
        }

    async def _events(self, place: Place) -> Executed:
        if self._executed is None or self._executed[0] != place.block_hash:
            found = await executed(self._chain, place, self.record.spec_version)
            self._executed = (place.block_hash, found)
        return self._executed[1]

    def _absent(self, at: Ends, final: Sighting, best: Sighting, stop: int) -> dict[str, Any]:
        record = self.record
        rival = final.rival or best.rival
        changes: dict[str, Any] = {}
        if final.rival is None and stop > record.scanned_to:
            changes["scanned_to"] = stop
        if rival is not None:
            over = record.last_block is None or at.finalized >= record.last_block
            return {
                **changes,
                **_NOWHERE,
                "state": State.REPLACED,
                "final": final.rival is not None and over,
                "replaced_by": rival,
                "reason": f"another transaction used nonce {record.nonce}",
            }
        if record.last_block is not None and at.finalized >= record.last_block:
            state = record.state if record.state is State.REJECTED else State.EXPIRED
            why = f"no block up to {record.last_block}, the last that may have it, has it"
            reason = record.reason if state is State.REJECTED else why
            return {**changes, **_NOWHERE, "state": state, "final": True, "reason": reason}
        if record.block is not None or record.state is State.REPLACED:
            changes |= {**_NOWHERE, "state": State.SENT if record.acknowledged else State.UNKNOWN}
            changes["reason"] = (
                f"block {record.block}, which had it, was retracted"
                if record.block is not None
                else "the block with the transaction that replaced it was retracted"
            )
        elif record.state is State.PREPARED:
            changes |= {"state": State.UNKNOWN, "reason": "nobody saw whether a node took it"}
        if record.last_block is not None and at.head.number >= record.last_block:
            why = f"no block up to {record.last_block}, the last that may have it, has it"
            if record.state is not State.REJECTED:
                changes["reason"] = (
                    f"{why}; that is not certain until block {record.last_block} is final"
                )
        return changes


_NOWHERE: dict[str, Any] = {
    "block": None,
    "block_hash": None,
    "index": None,
    "fee_rao": None,
    "error": None,
    "error_docs": None,
    "replaced_by": None,
}


async def settle(chain: Chain, journal: Journal, record: Record) -> Record:
    """The record as the chain has it now, written to the journal.

    A record whose blocks cannot be had stays what it was, with the reason. Raises what reads
    raise when the chain cannot be asked at all.
    """
    if record.genesis != chain.genesis:
        return record
    return await Settler(chain, journal, record).settle(ask_pool=True)


async def resume_all(chain: Chain, journal: Journal) -> tuple[Record, ...]:
    """Settle every record of this chain that is not final; as they are now, oldest first."""
    return tuple(
        [await settle(chain, journal, record) for record in journal.pending(chain.genesis)]
    )


async def rebroadcast(chain: Chain, journal: Journal, record: Record) -> Record:
    """Hand the very same bytes to a node again, for a record that is unresolved.

    The chain executes one nonce once, so that this cannot execute anything twice.

    Raises:
        RefusedError: it is of another chain, it is resolved, or the node refuses it.
        UnknownOutcomeError: the connection ended before the node answered.
    """
    if record.genesis != chain.genesis:
        raise RefusedError(
            f"transaction {record.id} belongs to another chain ({record.network})",
            "name that network with --network",
        )
    record = await settle(chain, journal, record)
    if not record.unresolved:
        raise RefusedError(
            f"transaction {record.id} is not sent again: it is {record.state.value}",
            f"see `taoctl tx show {record.id}`",
        )
    record = journal.move(record.id, endpoint=chain.link.endpoint, reason="sent again")
    try:
        await chain.call("author_submitExtrinsic", ["0x" + record.extrinsic.hex()])
    except UnknownOutcomeError as problem:
        return journal.move(record.id, state=State.UNKNOWN, reason=problem.message)
    except RpcError as problem:
        return await _refused_again(chain, journal, record, problem)
    return journal.move(
        record.id, state=State.SENT, acknowledged=True, reason="sent again, and taken"
    )


async def _refused_again(
    chain: Chain, journal: Journal, record: Record, problem: RpcError
) -> Record:
    record = await settle(chain, journal, record)
    if not record.unresolved:
        return record
    if rejection_of(problem) is Rejection.HELD:
        return journal.move(record.id, state=State.SENT, acknowledged=True)
    journal.move(record.id, reason=f"sent again, and refused: {problem.text}")
    _, advice = custom_error(problem) or (None, None)
    elsewhere = "it may still be in the pool of another node"
    raise RefusedError(
        f"the node did not take transaction {record.id} again: {named(problem)}",
        f"{advice}; {elsewhere}" if advice else elsewhere,
    )

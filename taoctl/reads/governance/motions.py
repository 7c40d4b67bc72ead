"""Motions of the Triumvirate: what is proposed, and how the Senate has voted on it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.chain.view import Storage, View
from taoctl.economics.governance import MotionOutcome, motion_nays, motion_outcome
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.proposal import Proposal, Status, Tally

TRIUMVIRATE = "Triumvirate"
SENATE = Storage("SenateMembers", "Members")

_DECIDED = {MotionOutcome.APPROVED: Status.APPROVED, MotionOutcome.REJECTED: Status.REJECTED}
_CLOSING = {
    Status.APPROVED: "approved; closing it carries it out",
    Status.REJECTED: "rejected; closing it removes it",
}


@dataclass(frozen=True, slots=True)
class _Senate:
    """Who votes on every motion: the senators now, and the prime."""

    seats: tuple[str, ...]
    prime: str | None


async def motions(view: View) -> tuple[Proposal, ...]:
    """The open motions in the order they were proposed; at most ten."""
    hashes = [str(one) for one in await view.value(TRIUMVIRATE, "Proposals")]
    return await _read(view, hashes)


async def motion(view: View, index: int) -> Proposal | None:
    """The motion of an index; one that is closed is only known to be gone, None was never made."""
    for one in await motions(view):
        if one.index == index:
            return one
    if index >= int(await view.value(TRIUMVIRATE, "ProposalCount")):
        return None
    return Proposal(
        backend=Backend.TRIUMVIRATE,
        id=str(index),
        index=index,
        status=Status.GONE,
        no_call="closed motions leave nothing in storage; their events do",
        next_step="closed; only its events tell how",
    )


async def _read(view: View, hashes: Sequence[str]) -> tuple[Proposal, ...]:
    keys = [(one,) for one in hashes]
    codec = view.codec
    votings, senate, *calls = await asyncio.gather(
        view.values(TRIUMVIRATE, "Voting", keys),
        _senate(view),
        *(view.raw(codec.storage_key(TRIUMVIRATE, "ProposalOf", one)) for one in hashes),
    )
    found = [
        _motion(view.block, motion_hash, voting, call, senate)
        for motion_hash, voting, call in zip(hashes, votings, calls, strict=True)
        if voting is not None
    ]
    return tuple(sorted(found, key=lambda one: one.index or 0))


async def _senate(view: View) -> _Senate:
    seats, prime = await asyncio.gather(
        view.value(SENATE.pallet, SENATE.item), view.value(TRIUMVIRATE, "Prime")
    )
    return _Senate(tuple(map(str, seats)), None if prime is None else str(prime))


def _motion(
    block: int, motion_hash: str, voting: Mapping[str, Any], call: bytes | None, senate: _Senate
) -> Proposal:
    ayes, nays = (tuple(map(str, voting[side])) for side in ("ayes", "nays"))
    threshold, end, seats = int(voting["threshold"]), int(voting["end"]), len(senate.seats)
    # What is sent now is carried out in the next block at the earliest.
    ended = block + 1 >= end
    outcome = motion_outcome(
        len(ayes),
        len(nays),
        threshold=threshold,
        seats=seats,
        ended=ended,
        prime_aye=senate.prime in ayes,
    )
    decided = _DECIDED.get(outcome)
    return Proposal(
        backend=Backend.TRIUMVIRATE,
        id=str(voting["index"]),
        index=int(voting["index"]),
        hash=motion_hash,
        status=Status.ONGOING,
        call=call,
        call_hash=motion_hash,
        no_call=None if call is not None else "storage has no call of this hash",
        deadline_block=end,
        tally=Tally(len(ayes), len(nays), seats),
        ayes=ayes,
        nays=nays,
        threshold=threshold,
        nay_threshold=motion_nays(threshold, seats),
        seats=seats,
        voters=senate.seats,
        decided=decided,
        next_step=_waits(end, senate, ayes) if decided is None else _CLOSING[decided],
        next_block=end if decided is None else block + 1,
    )


def _waits(end: int, senate: _Senate, ayes: Sequence[str]) -> str:
    side = "ayes" if senate.prime in ayes else "nays"
    return f"from block {end} on it may be closed, whoever has not voted counting as {side}"

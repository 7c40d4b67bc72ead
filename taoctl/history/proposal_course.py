"""How proposals went: what was last seen of each, carried on by the events after that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import TypeAlias

from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.events import ProposalEvent
from taoctl.reads.governance.proposal import WAITING, Proposal, Status, Tally
from taoctl.reads.governance.tracks import track_label

Key: TypeAlias = tuple[Backend, str, tuple[int, int] | None]
"""What tells proposals apart: a multisig call may be opened again under the same hash."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A proposal as it stood after a block."""

    block: int
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a block."""

    block: int
    event: ProposalEvent


_ENDS = {
    "Triumvirate.Approved": (Status.APPROVED, "approved"),
    "Triumvirate.Disapproved": (Status.REJECTED, "rejected; nothing runs"),
    "Triumvirate.Executed": (Status.EXECUTED, "its call has run"),
    "Referenda.Approved": (Status.APPROVED, "approved; its call is to run"),
    "Referenda.Delegated": (Status.DELEGATED, "approved; it goes on as a review"),
    "Referenda.Rejected": (Status.REJECTED, "rejected; nothing runs"),
    "Referenda.Cancelled": (Status.CANCELLED, "cancelled in its review; nothing runs"),
    "Referenda.Killed": (Status.KILLED, "ended by root; nothing runs"),
    "Referenda.Expired": (Status.EXPIRED, "expired undecided; nothing runs"),
    "Referenda.FastTracked": (Status.FAST_TRACKED, "fast-tracked; its call is to run"),
    "Referenda.Enacted": (Status.ENACTED, "its call has run"),
    "Multisig.MultisigExecuted": (Status.EXECUTED, "its call has run"),
    "Multisig.MultisigCancelled": (Status.CANCELLED, "cancelled by its opener; nothing runs"),
}
_BEGINNINGS = frozenset({"Proposed", "Submitted", "NewMultisig"})
_NOT_KNOWN = "nothing that was seen has its call"


def key_of(proposal: Proposal) -> Key:
    """What tells a proposal apart from all others of its chain."""
    return proposal.backend, proposal.id, proposal.timepoint


def merged(old: Proposal, new: Proposal) -> Proposal:
    """The newer of two looks at one proposal, with what only the older one had.

    Of an open one the newer votes count, though there be none any more; a concluded one has lost
    most of what it was.
    """
    if not _same(old, new):
        return new
    names = _OF_OPEN if new.open else _ALL
    lost = {name: getattr(old, name) for name in names if getattr(new, name) in (None, ())}
    if lost.get("call") is not None:
        lost["no_call"] = None
        lost["call_hash"] = old.call_hash
    return replace(new, **lost)


_OF_OPEN = ("call", "call_hash", "proposer", "opened_block")
_ALL = tuple(
    one.name
    for one in fields(Proposal)
    if one.name not in {"next_step", "next_block", "no_call", "decided", "deadline_block"}
)


def _same(old: Proposal, new: Proposal) -> bool:
    """Whether two looks are at one proposal: after a reorganisation an index may be another's."""
    pairs = ((old.hash, new.hash), (old.opened_block, new.opened_block))
    return all(one is None or other is None or one == other for one, other in pairs)


def courses(seen: Iterable[Seen], told: Iterable[Told]) -> tuple[Proposal, ...]:
    """Every proposal that was seen or told of, by backend and in the order in which they began.

    Args:
        seen: the looks that were kept, of each proposal at most one while it was open and one
            after that.
        told: events in the order of the chain.
    """
    looks: dict[Key, list[Seen]] = {}
    for one in sorted(seen, key=lambda look: (look.block, not look.proposal.open)):
        looks.setdefault(key_of(one.proposal), []).append(one)
    events = _by_proposal(looks, told)
    found = [
        _course(key, looks.get(key, ()), events.get(key, ()))
        for key in dict.fromkeys((*looks, *events))
    ]
    order = list(Backend)
    return tuple(sorted(found, key=lambda one: (order.index(one.backend), _age(one))))


def _age(proposal: Proposal) -> tuple[int, int, str]:
    height, index = proposal.timepoint or (0, 0)
    return (proposal.index if proposal.index is not None else height, index, proposal.id)


def _by_proposal(
    looks: Mapping[Key, list[Seen]], told: Iterable[Told]
) -> dict[Key, tuple[Told, ...]]:
    motions: dict[str, int] = {}
    for key, known in looks.items():
        if key[0] is Backend.TRIUMVIRATE and known[-1].proposal.hash is not None:
            motions[known[-1].proposal.hash] = int(key[1])
    found: dict[Key, list[Told]] = {}
    for one in told:
        event = one.event
        if event.pallet == "Triumvirate" and event.hash is not None and event.index is not None:
            motions[event.hash] = event.index
        if (of := _key(event, motions)) is not None:
            found.setdefault(of, []).append(one)
        if event.child is not None:
            found.setdefault((Backend.REFERENDA, str(event.child), None), []).append(one)
    return {key: tuple(events) for key, events in found.items()}


def _key(event: ProposalEvent, motions: Mapping[str, int]) -> Key | None:
    if event.backend is Backend.SUDO:
        return None if event.hash is None else (event.backend, event.hash, event.timepoint)
    if event.backend is Backend.REFERENDA:
        return None if event.index is None else (event.backend, str(event.index), None)
    if event.hash is None or event.name == "MemberExecuted":
        return None
    index = motions.get(event.hash)
    return event.backend, event.hash if index is None else str(index), None


def _course(key: Key, looks: Iterable[Seen], events: Iterable[Told]) -> Proposal:
    opened = next((one for one in looks if one.proposal.open), None)
    closed = next((one for one in looks if not one.proposal.open), None)
    since = -1 if opened is None else opened.block
    found = _unseen(key) if opened is None else opened.proposal
    for one in events:
        if one.block > since:
            found = _after(found, one.block, one.event)
        elif one.event.name in _BEGINNINGS or str(one.event.child) == key[1]:
            found = _begun(found, one.block, one.event)
    if closed is not None and closed.block >= since and (found.open or found.status in WAITING):
        found = merged(found, closed.proposal)
    return found


def _unseen(key: Key) -> Proposal:
    backend, id_, timepoint = key
    return Proposal(
        backend=backend,
        id=id_,
        index=int(id_) if id_.isdecimal() else None,
        hash=id_ if id_.startswith("0x") else None,
        call_hash=id_ if id_.startswith("0x") else None,
        status=Status.PENDING if backend is Backend.SUDO else Status.ONGOING,
        no_call=_NOT_KNOWN,
        timepoint=timepoint,
        opened_block=None if timepoint is None else timepoint[0],
    )


def _begun(proposal: Proposal, block: int, event: ProposalEvent) -> Proposal:
    """What an event says of how a proposal began."""
    if event.child is not None:
        parent = None if event.index is None else str(event.index)
        return _on_track(replace(proposal, opened_block=block, parent=parent), event.track)
    found = replace(
        proposal,
        opened_block=block,
        proposer=event.who,
        hash=proposal.hash or event.hash,
        call_hash=proposal.call_hash or event.hash,
        threshold=event.threshold if event.threshold is not None else proposal.threshold,
        account=event.account,
        account_role=event.account_role,
    )
    return _on_track(found, event.track)


def _on_track(proposal: Proposal, track: int | None) -> Proposal:
    if track is None or proposal.track is not None:
        return proposal
    return replace(proposal, track=track_label(track), track_id=track)


def _after(proposal: Proposal, block: int, event: ProposalEvent) -> Proposal:
    """A proposal after one more event."""
    if event.child is not None and str(event.child) == proposal.id:
        return _begun(proposal, block, event)
    found = proposal
    if event.name in _BEGINNINGS:
        found = _begun(found, block, event)
    if event.aye is not None or event.name in _APPROVALS or event.name == "VoteRemoved":
        found = _voted(found, event)
    if event.name == "Closed" and event.ayes is not None and event.nays is not None:
        found = replace(found, tally=Tally(event.ayes, event.nays, found.seats))
    end = _ENDS.get(f"{event.pallet}.{event.name}")
    if end is None:
        return found
    status, words = end
    if event.failure is not None:
        words = f"its call failed: {event.failure}"
    return replace(
        found,
        status=status,
        ended_block=block,
        decided=None,
        child=found.child if event.child is None else str(event.child),
        next_step=f"{words}, in block {block}",
        next_block=None,
        dispatch_block=block if status in (Status.ENACTED, Status.EXECUTED) else None,
    )


_APPROVALS = frozenset({"NewMultisig", "MultisigApproval", "MultisigExecuted"})


def _voted(proposal: Proposal, event: ProposalEvent) -> Proposal:
    who = event.who
    if who is None:
        return proposal
    aye = True if event.name in _APPROVALS else event.aye
    ayes = tuple(one for one in proposal.ayes if one != who) + ((who,) if aye else ())
    nays = tuple(one for one in proposal.nays if one != who) + ((who,) if aye is False else ())
    total = event.total if event.total is not None else proposal.seats
    tally = Tally(len(ayes), len(nays), total)
    if event.ayes is not None and event.nays is not None:
        tally = Tally(event.ayes, event.nays, total)
    return replace(proposal, ayes=ayes, nays=nays, tally=tally)

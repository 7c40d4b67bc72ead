"""Rows of what happens to proposals, event by event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from taoctl.reads.columns import Column, Kind
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.events import ProposalEvent
from taoctl.reads.governance.headline import headline
from taoctl.reads.governance.proposal import Proposal
from taoctl.scale.codec import Codec

GONE = "Reorganised"
"""What stands for the event where blocks are no longer on the chain."""
_BEGIN = frozenset({"Proposed", "Submitted", "NewMultisig", "Delegated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One event of a proposal, or that blocks which told some are gone."""

    block: Annotated[int, Column("block", Kind.BLOCK, "block it happened in")]
    event: Annotated[
        str, Column("event", Kind.TEXT, "the chain's name; Reorganised where blocks are gone")
    ]
    id: Annotated[
        str | None, Column("id", Kind.HASH, "index of a motion or referendum, or the hash")
    ]
    backend: Annotated[
        str | None, Column("by", Kind.TEXT, "who decides: triumvirate, referenda, sudo", drop=2)
    ]
    who: Annotated[str | None, Column("who", Kind.SS58, "account that did it")]
    vote: Annotated[str | None, Column("vote", Kind.TEXT, "aye or nay, where that is the event")]
    ayes: Annotated[int | None, Column("ayes", Kind.INT, "ayes after it")]
    nays: Annotated[int | None, Column("nays", Kind.INT, "nays after it")]
    total: Annotated[
        int | None, Column("of", Kind.INT, "who may vote, counted, where it is told", wide=True)
    ]
    what: Annotated[str | None, Column("what", Kind.TEXT, "the call, its failure, or the review")]
    hash: Annotated[
        str | None, Column("hash", Kind.HASH, "hash of the motion or multisig call", wide=True)
    ]
    account: Annotated[
        str | None, Column("account", Kind.SS58, "multisig account it waits on", wide=True)
    ]
    block_hash: Annotated[
        str | None, Column("block hash", Kind.HASH, "hash of the block", wide=True)
    ]


def event_rows(
    codec: Codec,
    block: int,
    block_hash: str,
    events: Sequence[ProposalEvent],
    stood: Iterable[Proposal],
) -> tuple[EventRow, ...]:
    """The rows of a block's events.

    Args:
        stood: how proposals stood in the block or before it, where one began or ended.
    """
    known = tuple(stood)
    return tuple(_row(codec, block, block_hash, one, known) for one in events)


def gone_row(block: int) -> EventRow:
    """The row that says that this block and those after it are no longer on the chain."""
    return EventRow(
        block=block,
        event=GONE,
        id=None,
        backend=None,
        who=None,
        vote=None,
        ayes=None,
        nays=None,
        total=None,
        what="what was told of this block and later ones is no longer so",
        hash=None,
        account=None,
        block_hash=None,
    )


def _row(
    codec: Codec, block: int, block_hash: str, event: ProposalEvent, known: Sequence[Proposal]
) -> EventRow:
    of = next((one for one in known if _is_of(event, one)), None)
    index = event.index if event.index is not None else (None if of is None else of.index)
    return EventRow(
        block=block,
        event=f"{event.pallet}.{event.name}",
        id=str(index) if index is not None else event.hash,
        backend=event.backend.value,
        who=event.who,
        vote=None if event.aye is None else ("aye" if event.aye else "nay"),
        ayes=event.ayes,
        nays=event.nays,
        total=event.total,
        what=_what(codec, event, of),
        hash=event.hash,
        account=event.account,
        block_hash=block_hash,
    )


def _is_of(event: ProposalEvent, one: Proposal) -> bool:
    if one.backend is not event.backend:
        return False
    if event.backend is Backend.REFERENDA:
        return one.index == event.index
    return event.hash is not None and one.hash == event.hash


def _what(codec: Codec, event: ProposalEvent, of: Proposal | None) -> str | None:
    if event.failure is not None:
        return f"its call failed: {event.failure}"
    if event.child is not None:
        return f"goes on as referendum {event.child}, its review"
    return headline(codec, of) if of is not None and event.name in _BEGIN else None

"""How a chain is governed, and where somebody's own keys sit in that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.economics.governance import MAX_MOTIONS, MAX_REFERENDA
from taoctl.reads.columns import Column, Kind
from taoctl.reads.governance.backends import Backend, backends, why_none
from taoctl.reads.governance.finding import proposals
from taoctl.reads.governance.members import Collective, collectives, owned_hotkeys
from taoctl.reads.governance.proposal import Proposal
from taoctl.reads.governance.rows import (
    CollectiveRow,
    MemberRow,
    TrackRow,
    collective_row,
    member_rows,
    track_row,
)
from taoctl.reads.governance.sudo_multisig import Shared
from taoctl.reads.governance.tracks import tracks

_HOW = {
    Backend.TRIUMVIRATE: "the Triumvirate proposes motions, the Senate votes",
    Backend.REFERENDA: "referenda on tracks, on which collectives vote",
    Backend.SUDO: "calls wait for approvals on the account of the sudo key",
}
_MOST = {Backend.TRIUMVIRATE: MAX_MOTIONS, Backend.REFERENDA: MAX_REFERENDA, Backend.SUDO: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendRow:
    """One way in which a chain is governed."""

    backend: Annotated[str, Column("backend", Kind.TEXT, "triumvirate, referenda or sudo")]
    how: Annotated[str, Column("how", Kind.TEXT, "how a proposal becomes a root call")]
    open: Annotated[int, Column("open", Kind.INT, "proposals that can be voted on or approved")]
    most: Annotated[int | None, Column("most", Kind.INT, "most that can be open at once")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """One seat of mine in one group."""

    name: Annotated[str | None, Column("wallet", Kind.TEXT, "name of my coldkey")]
    collective: Annotated[str, Column("collective", Kind.TEXT, "name of the group")]
    may: Annotated[str, Column("may", Kind.TEXT, "what the seat allows")]
    member: Annotated[str, Column("member", Kind.SS58, "my account that has the seat")]
    keys: Annotated[str, Column("key", Kind.TEXT, "coldkey or hotkey")]
    coldkey: Annotated[
        str | None, Column("coldkey", Kind.SS58, "my coldkey that signs for it", wide=True)
    ]


@dataclass(frozen=True, slots=True)
class Overview:
    """How a chain is governed; `why` says why not, for one without governance."""

    backends: tuple[BackendRow, ...]
    tracks: tuple[TrackRow, ...]
    collectives: tuple[CollectiveRow, ...]
    seats: tuple[SeatRow, ...]
    why: str | None


async def overview(
    view: View,
    coldkeys: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    shared: Sequence[Shared] = (),
) -> Overview:
    """The backends, tracks and groups of a chain, and the seats of some coldkeys.

    Args:
        names: what to call coldkeys.
        shared: multisig accounts whose members are known.
    """
    await view.settle()
    there = backends(view)
    if not there:
        return Overview((), (), (), (), why_none(view))
    found, groups, mine = await asyncio.gather(
        proposals(view, shared), collectives(view, shared), owned_hotkeys(view, coldkeys)
    )
    ruled = tracks(found) if Backend.REFERENDA in there else ()
    rows = member_rows(groups, mine, {})
    return Overview(
        tuple(_backend(one, found) for one in there),
        tuple(track_row(one) for one in ruled),
        tuple(collective_row(one) for one in groups),
        tuple(_seats(groups, rows, names or {}, frozenset(coldkeys))),
        None,
    )


def _backend(backend: Backend, found: Iterable[Proposal]) -> BackendRow:
    return BackendRow(
        backend=backend.value,
        how=_HOW[backend],
        open=sum(one.open for one in found if one.backend is backend),
        most=_MOST[backend],
    )


def _seats(
    groups: Iterable[Collective],
    members: Iterable[MemberRow],
    names: Mapping[str, str],
    coldkeys: frozenset[str],
) -> Iterable[SeatRow]:
    may = {(one.backend.value, one.name): one.may for one in groups}
    for row in members:
        if row.mine:
            yield SeatRow(
                name=None if row.coldkey is None else names.get(row.coldkey),
                collective=row.collective,
                may=may[row.backend, row.collective],
                member=row.member,
                keys=row.keys,
                coldkey=row.coldkey,
            )
    for one in groups:
        # A sudo key that no multisig holds is a key like any other, which may be mine.
        if not one.members and one.account in coldkeys:
            yield SeatRow(
                name=names.get(one.account),
                collective=one.name,
                may=one.may,
                member=one.account,
                keys=one.keys,
                coldkey=one.account,
            )

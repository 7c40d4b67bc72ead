"""The columns of the governance screens, made from what the reads declare."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.reads.columns import ABSENT, Column, Kind
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.changes import Change
from taoctl.reads.governance.details import Details
from taoctl.reads.governance.proposal import Proposal, Status
from taoctl.reads.governance.rows import ProposalRow
from taoctl.reads.governance.standing import Standing
from taoctl.reads.governance.words import call_lines, named, upgrade_lines
from taoctl.text import printable
from tui.figures import age, grouped
from tui.glyphs import Glyphs
from tui.governance_page import Entry
from tui.screens.columns import declared_in, muted
from tui.widgets.charts import bar
from tui.widgets.table_model import TableColumn

_BAR = 4
_LEAST_WIDTH = 20
_HASH_SHOWN = 10
_GOOD = (Status.APPROVED, Status.FAST_TRACKED, Status.DELEGATED, Status.ENACTED)


@dataclass(frozen=True, slots=True)
class TextRow:
    """A line of a call, or of what is known of the code it brings."""

    number: Annotated[int, Column("line", Kind.INT, "number of the line")]
    text: Annotated[str, Column("call", Kind.TEXT, "what stands there")]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A value that a proposal would change, in words; `-` for what is not known."""

    number: Annotated[int, Column("number", Kind.INT, "in the order of the calls")]
    what: Annotated[str, Column("changes", Kind.TEXT, "the value, and whose it is")]
    before: Annotated[str | None, Column("now", Kind.TEXT, "what is stored now")]
    after: Annotated[str | None, Column("then", Kind.TEXT, "what would be stored")]
    note: Annotated[str | None, Column("note", Kind.TEXT, "what else is to be known of it")]
    call: Annotated[str, Column("by", Kind.TEXT, "the call that does it")]
    same: Annotated[bool, Column("same", Kind.BOOL, "whether nothing would change")]


@dataclass(frozen=True, slots=True)
class VoteRow:
    """Somebody who voted or may vote."""

    name: Annotated[str | None, Column("name", Kind.TEXT, "what the voter is called here")]
    voter: Annotated[str, Column("voter", Kind.SS58, "account that votes")]
    vote: Annotated[str | None, Column("vote", Kind.TEXT, "aye, nay or approved; - for none yet")]
    mine: Annotated[bool, Column("mine", Kind.BOOL, "whether one of my wallets signs for it")]


def proposal_columns(glyphs: Glyphs) -> tuple[TableColumn, ...]:
    """The columns over `Entry`."""
    declared = declared_in(ProposalRow)
    return (
        declared("id", text=short_id, pinned=True, max_width=_HASH_SHOWN + 1),
        TableColumn(
            "votes",
            "aye and nay",
            value=lambda one: tally_text(one.proposal, glyphs),
            text=str,
            right=False,
            help="ayes, then nays, each of how many decide it",
            tone=_tally_tone,
            max_width=28,
        ),
        declared("my_vote", right=False, tone=_vote_tone),
        TableColumn(
            "left",
            "next in",
            value=lambda one: one.row.left_blocks,
            text=_blocks,
            help="blocks until the next thing happens to it",
            min_width=7,
        ),
        declared("does", text=_printable, max_width=70, min_width=10, tone=muted_unknown),
        TableColumn(
            "left_time",
            "about",
            value=_left_seconds,
            text=lambda seconds: ABSENT if seconds is None else age(seconds),
            rank=1,
            help="about how long that is",
            tone=muted,
            min_width=7,
        ),
        declared("status", rank=1, tone=muted),
        declared("track", rank=1, text=_printable, max_width=16, tone=muted),
        declared("actions", rank=2, max_width=16),
        declared("backend", rank=3, tone=muted),
        declared("next_step", rank=4, text=_printable, max_width=70, tone=muted),
        declared("opened_block", rank=5, tone=muted),
        declared("proposer", rank=6, tone=muted),
    )


def change_columns() -> tuple[TableColumn, ...]:
    """The columns over `ChangeRow`."""
    declared = declared_in(ChangeRow, _itself)
    return (
        declared("what", pinned=True, max_width=44),
        declared("before", max_width=34, tone=muted),
        declared("after", max_width=34, tone=lambda row, _: "muted" if row.same else "accent"),
        declared("note", rank=1, max_width=80, tone=lambda _row, note: "warn" if note else "muted"),
        declared("call", rank=2, tone=muted),
    )


def text_columns() -> tuple[TableColumn, ...]:
    """The columns over `TextRow`."""
    declared = declared_in(TextRow, _itself)
    return (declared("text", pinned=True, max_width=400), declared("number", rank=9))


def vote_columns() -> tuple[TableColumn, ...]:
    """The columns over `VoteRow`."""
    declared = declared_in(VoteRow, _itself)
    return (
        declared("vote", pinned=True, right=False, min_width=8, tone=_vote_tone),
        declared("name", max_width=24, text=_printable),
        declared("voter", text=lambda address: address or ABSENT, max_width=48),
        declared("mine", rank=1, right=False, tone=muted),
    )


def change_rows(changes: Sequence[Change], names: Mapping[str, str]) -> tuple[ChangeRow, ...]:
    """A row for each value that would change; what strangers wrote is printable."""
    return tuple(_change_row(number, one, names) for number, one in enumerate(changes, 1))


def _change_row(number: int, one: Change, names: Mapping[str, str]) -> ChangeRow:
    whose = f" of {named(one.account, names)}" if one.account else ""
    subnet = "" if one.netuid is None else f" of subnet {one.netuid}"
    what = f"{printable(one.what, 200)}{subnet}{whose}" if one.known else printable(one.call, 120)
    return ChangeRow(
        number=number,
        what=what,
        before=printable(one.before_text, 400) or None,
        after=printable(one.after_text, 400) or None,
        note=printable(one.note, 400) or None,
        call=printable(one.call, 120),
        same=one.before is not None and one.before == one.after,
    )


def text_rows(found: Details, names: Mapping[str, str], width: int) -> tuple[TextRow, ...]:
    """The call to its last argument, and below it what is known of the code of an upgrade.

    Lines longer than `width` go on in the next row.
    """
    one = found.proposal
    lines: list[str] = []
    if found.opened is not None:
        lines += call_lines(found.opened, names)
        lines.append(f"{grouped(found.opened.size)} bytes, hash {found.opened.call_hash}")
    else:
        lines.append(f"not known: {printable(one.no_call or '', 300)}")
        lines += [f"hash {one.call_hash}"] if one.call_hash else []
    if found.upgrade is not None:
        lines += ["", "runtime upgrade", *upgrade_lines(found.upgrade, names)]
    parts = (part for line in lines for part in _wrapped(line, max(width, _LEAST_WIDTH)))
    return tuple(TextRow(number, part) for number, part in enumerate(parts, 1))


def _wrapped(line: str, width: int) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())][: width // 2]
    room = width - len(indent)
    below = textwrap.wrap(line.strip(), room, subsequent_indent="  ")
    return [indent + part for part in below] or [""]


def vote_rows(one: Proposal, standing: Standing, names: Mapping[str, str]) -> tuple[VoteRow, ...]:
    """Everybody who voted or may vote: mine first, then ayes, nays, and who has not voted."""
    aye = "approved" if one.backend is Backend.SUDO else "aye"
    said = {**dict.fromkeys(one.ayes, aye), **dict.fromkeys(one.nays, "nay")}
    mine = {seat.voter for seat in standing.seats}
    listed = dict.fromkeys((*one.ayes, *one.nays, *one.voters))
    voters = sorted(listed, key=lambda who: who not in mine)
    return tuple(VoteRow(names.get(who), who, said.get(who), who in mine) for who in voters)


def tally_text(one: Proposal, glyphs: Glyphs) -> str:
    """`━━── 1/2  ──── 0/2`: ayes, then nays, each of how many decide it; `?` where none tells."""
    if one.tally is None:
        return ABSENT
    parts = [_side(one.tally.ayes, one.threshold, glyphs)]
    if one.backend is not Backend.SUDO:
        parts.append(_side(one.tally.nays, one.nay_threshold, glyphs))
    return "  ".join(parts)


def _side(votes: int, needed: int | None, glyphs: Glyphs) -> str:
    full, rest = bar(votes, needed or 0, _BAR, glyphs)
    return f"{full}{rest} {votes}/{'?' if needed is None else needed}"


def short_id(text: str) -> str:
    """An index as it is, and of a hash the beginning by which it can be named."""
    return text if len(text) <= _HASH_SHOWN else text[:_HASH_SHOWN] + "…"


def verdict_tone(one: Proposal) -> str | None:
    """How what the votes amount to stands out."""
    if one.decided is None:
        return None
    return "good" if one.decided in _GOOD else "bad"


def muted_unknown(_row: Any, value: Any) -> str | None:
    """Mutes what is not known."""
    return "muted" if value is None else None


def _tally_tone(one: Entry, _text: str) -> str | None:
    return verdict_tone(one.proposal)


def _vote_tone(_row: Any, vote: str | None) -> str | None:
    if vote is None:
        return "muted"
    return {"aye": "good", "approved": "good", "nay": "bad"}.get(vote, "accent")


def _left_seconds(one: Entry) -> int | None:
    left, block_ms = one.row.left_blocks, one.block_ms
    return None if left is None or block_ms is None else left * block_ms // 1000


def _blocks(left: int | None) -> str:
    return ABSENT if left is None else grouped(left) if left else "now"


def _printable(text: str | None) -> str:
    return ABSENT if text is None else printable(text)


def _itself(row: Any) -> Any:
    return row

"""What the governance screens say above their lists: who governs, and where a proposal is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from taoctl.addresses import short_ss58
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.proposal import Proposal
from taoctl.text import printable
from tui.figures import grouped
from tui.glyphs import UNICODE, Glyphs
from tui.governance_page import GovernancePage, ProposalPage
from tui.screens.governance_columns import verdict_tone
from tui.widgets.charts import bar
from tui.widgets.lines import Line, Piece, clip
from tui.widgets.panels import Panel

_BY = {
    Backend.TRIUMVIRATE: "the Triumvirate proposes, the Senate votes",
    Backend.REFERENDA: "collectives vote on referenda",
    Backend.SUDO: "calls of the sudo key wait for approvals",
}
_KINDS = {
    Backend.TRIUMVIRATE: "motion",
    Backend.REFERENDA: "referendum",
    Backend.SUDO: "multisig call",
}
_BAR = 12
_NARROW_BAR = 6


class GovernancePanel(Panel):
    """Who governs this chain, how much is open, and what waits for one of my keys."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Governance", glyphs, id="governance")
        self._page: GovernancePage | None = None

    def show(self, page: GovernancePage) -> None:
        """What is open at a block."""
        self._page = page
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """Two lines, each cut at the end."""
        page = self._page
        if page is None:
            return [(Piece("reading", "muted"),)]
        if page.why_none:
            return [clip((Piece(printable(page.why_none, 400), "muted"),), width)]
        by = "; ".join(_BY[one] for one in page.backends)
        said = [Piece(f"{len(page.entries)} open", "strong"), *_waiting(page)]
        return [clip(said, width), clip((Piece(by, "muted"),), width)]


def _waiting(page: GovernancePage) -> list[Piece]:
    """How many of the open ones a key of mine has not spoken on, and how many it may close."""
    silent = [
        one
        for one in page.entries
        if {"vote", "approve"} & set(one.standing.actions)
        and any(seat.vote is None for seat in one.standing.seats)
    ]
    closable = [one for one in page.entries if "close" in one.standing.actions]
    pieces = []
    if silent:
        which = f"{len(silent)} of them wait for you"
        pieces += [Piece("   "), Piece(which, "warn")]
    if closable:
        pieces += [Piece("   "), Piece(f"{len(closable)} may be closed", "accent")]
    if page.entries and not pieces:
        pieces += [Piece("   "), Piece("none waits for a key of yours", "muted")]
    return pieces


class ProposalPanel(Panel):
    """What a proposal is, how the votes stand, what happens next and when, and what I may do."""

    def __init__(self, names: Mapping[str, str], glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Proposal", glyphs, id="proposal")
        self._names = names
        self._page: ProposalPage | None = None

    def show(self, page: ProposalPage) -> None:
        """A proposal at a block."""
        self._page = page
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """Five lines, each cut at the end."""
        page = self._page
        if page is None:
            return [(Piece("reading the proposal", "muted"),)]
        said = (
            self._what(page),
            self._does(page),
            self._votes(page.entry.proposal),
            self._next(page),
            self._mine(page),
        )
        return [clip(line, width) for line in said]

    def _what(self, page: ProposalPage) -> list[Piece]:
        one = page.entry.proposal
        track = f" on track {printable(one.track, 60)}" if one.track else ""
        role = f" on the {one.account_role} account" if one.account_role else ""
        pieces = [
            Piece(f"{_KINDS[one.backend]}{track}{role}: ", "muted"),
            Piece(one.status.value, "strong"),
        ]
        if one.decided is not None:
            pieces.append(Piece(f", {one.decided.value} by the votes", verdict_tone(one)))
        if one.proposer is not None:
            pieces.append(Piece(f"   by {self._called(one.proposer)}", "muted"))
        if one.opened_block is not None:
            pieces.append(Piece(f" in block {grouped(one.opened_block)}", "muted"))
        for word, other in (("review of", one.parent), ("reviewed as", one.child)):
            if other is not None:
                pieces.append(Piece(f"   {word} {other}", "muted"))
        return pieces

    def _does(self, page: ProposalPage) -> list[Piece]:
        does = page.entry.row.does
        if does is None:
            why = page.entry.proposal.no_call or "not known"
            return [Piece("does   ", "muted"), Piece(printable(why, 300), "muted")]
        return [Piece("does   ", "muted"), Piece(does)]

    def _votes(self, one: Proposal) -> list[Piece]:
        pieces = [Piece("votes  ", "muted")]
        if one.tally is None:
            return [*pieces, Piece("nothing tells them", "muted")]
        pieces += self._side("aye", one.tally.ayes, one.threshold, "good")
        if one.backend is not Backend.SUDO:
            pieces.append(Piece("   "))
            pieces += self._side("nay", one.tally.nays, one.nay_threshold, "bad")
        if one.tally.abstaining is not None:
            pieces.append(Piece(f"   {one.tally.abstaining} have not voted", "muted"))
        return pieces

    def _side(self, word: str, votes: int, needed: int | None, tone: str) -> list[Piece]:
        size = _NARROW_BAR if self.narrow else _BAR
        full, rest = bar(votes, needed or 0, size, self._glyphs)
        count = f" {votes} of {'?' if needed is None else needed}"
        return [Piece(f"{word} "), Piece(full, tone), Piece(rest, "muted"), Piece(count)]

    def _next(self, page: ProposalPage) -> list[Piece]:
        one, left = page.entry.proposal, page.entry.left_text
        pieces = [Piece("next   ", "muted")]
        if left:
            pieces.append(Piece(f"{left}: ", "accent"))
        return [*pieces, Piece(printable(one.next_step, 400))]

    def _mine(self, page: ProposalPage) -> list[Piece]:
        standing = page.entry.standing
        pieces = [Piece("yours  ", "muted")]
        if not standing.seats:
            pieces.append(Piece("none of your keys has a vote here", "muted"))
        for seat in standing.seats:
            name = self._called(seat.voter)
            tone = {"aye": "good", "approved": "good", "nay": "bad"}.get(seat.vote or "", "warn")
            pieces += [Piece(f"{name} "), Piece(seat.vote or "not yet", tone), Piece("  ")]
        if standing.actions:
            pieces.append(Piece(f"you may {', '.join(standing.actions)}", "muted"))
        return pieces

    def _called(self, address: str) -> str:
        return printable(self._names.get(address) or short_ss58(address))

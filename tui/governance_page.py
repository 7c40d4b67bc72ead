"""The open proposals of a chain at one block, and one of them in full, as the screens show them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from taoctl.chain.pace import measured_block_ms
from taoctl.chain.view import View
from taoctl.reads.governance.backends import Backend, backends, why_none
from taoctl.reads.governance.details import Details, details
from taoctl.reads.governance.finding import proposal, proposals
from taoctl.reads.governance.headline import headline
from taoctl.reads.governance.members import owned_hotkeys
from taoctl.reads.governance.proposal import Proposal
from taoctl.reads.governance.rows import ProposalRow, proposal_row
from taoctl.reads.governance.standing import Mine, Standing, my_standing
from taoctl.reads.governance.sudo_multisig import Shared
from tui.figures import age, blocks_text

LONG_CALL = 1 << 14
"""Bytes of a call above which it is taken apart once, and not at every block."""
_PACE_BLOCKS = 100
"""How long it holds how long blocks take."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A proposal, its row, and what my keys have to do with it, at a block.

    `block_ms` is how long a block takes; None where that is not known.
    """

    proposal: Proposal
    row: ProposalRow
    standing: Standing
    block: int
    block_ms: int | None

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others of the chain; a call can be opened again later."""
        one = self.proposal
        return one.backend.value, f"{one.id} {one.timepoint}" if one.timepoint else one.id

    @property
    def left_text(self) -> str:
        """How long until the next thing happens to it; empty where nothing tells that."""
        left = self.row.left_blocks
        if left is None:
            return ""
        if not left or not self.block_ms:
            return blocks_text(left) if left else "now"
        return f"{blocks_text(left)}, {age(left * self.block_ms / 1000)}"


@dataclass(frozen=True, slots=True)
class GovernancePage:
    """What is open at a block; `why_none` is empty where the chain has governance."""

    block: int
    backends: tuple[Backend, ...]
    why_none: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """One proposal at a block, in full; `read_block` is when its call was taken apart."""

    entry: Entry
    details: Details
    read_block: int


@dataclass
class GovernanceReader:
    """Reads proposals block after block, and takes each call apart once for its line.

    Attributes:
        coldkeys: of the wallets.
        shared: multisig accounts whose members are known.
    """

    coldkeys: Sequence[str]
    shared: Sequence[Shared] = ()
    _does: dict[tuple[int, str | None], str | None] = field(default_factory=dict)
    _long: tuple[tuple[int, str], ProposalPage] | None = None
    _pace: tuple[int, int | None] | None = None

    async def open_ones(self, view: View) -> GovernancePage:
        """All proposals that are open; a chain without governance is asked nothing."""
        await view.settle()
        there = backends(view)
        if not there:
            return GovernancePage(view.block, (), why_none(view), ())
        found = await proposals(view, self.shared)
        mine, block_ms = await self._mine(view, found)
        lines = {(view.spec_version, one.call_hash): self._line(view, one) for one in found}
        self._does = lines
        entries = tuple(self._entry(view, one, mine, block_ms) for one in found)
        return GovernancePage(view.block, there, "", entries)

    async def one(self, view: View, id_: str) -> ProposalPage:
        """One proposal in full.

        Raises:
            UsageError: nothing goes by that id.
            NotInRuntimeError: the chain has no governance.
        """
        found = await proposal(view, id_, self.shared)
        mine, block_ms = await self._mine(view, (found,))
        self._does = {(view.spec_version, found.call_hash): self._line(view, found)}
        entry = self._entry(view, found, mine, block_ms)
        place = (view.spec_version, f"{found.id} {found.call_hash}")
        if self._long is not None and self._long[0] == place:
            before = self._long[1]
            full = replace(before.details, proposal=found)
            return ProposalPage(entry, full, before.read_block)
        page = ProposalPage(entry, await details(view, found), view.block)
        if found.call is not None and len(found.call) > LONG_CALL:
            self._long = place, page
        return page

    async def _mine(self, view: View, found: Sequence[Proposal]) -> tuple[Mine, int | None]:
        if not found:
            return (), None
        return await asyncio.gather(owned_hotkeys(view, self.coldkeys), self._block_ms(view))

    async def _block_ms(self, view: View) -> int | None:
        known = self._pace
        if known is None or abs(view.block - known[0]) >= _PACE_BLOCKS:
            known = self._pace = view.block, await measured_block_ms(view)
        return known[1]

    def _entry(self, view: View, one: Proposal, mine: Mine, block_ms: int | None) -> Entry:
        # Without its call, which would be taken apart again.
        row = proposal_row(view.codec, view.block, replace(one, call=None), mine)
        row = replace(row, does=self._does[view.spec_version, one.call_hash])
        return Entry(one, row, my_standing(one, mine), view.block, block_ms)

    def _line(self, view: View, one: Proposal) -> str | None:
        known = self._does.get((view.spec_version, one.call_hash))
        return known if known is not None else headline(view.codec, one)

"""Events of proposals as they come: every block once, over reorganisations and lost connections."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from taoctl.chain.client import Chain
from taoctl.chain.header import read_header
from taoctl.chain.view import View
from taoctl.errors import RefusedError
from taoctl.history.proposal_backfill import Read, keep, read_block
from taoctl.history.proposals import ProposalStore
from taoctl.reads.governance.finding import proposals

REACH = 256
"""Blocks behind the newest that are read after a lost connection, and remembered for reorgs."""


@dataclass(frozen=True, slots=True)
class News:
    """What has come with a new head.

    Attributes:
        reads: the new blocks, oldest first.
        gone_from: first block of those told before that are no longer on the chain.
        left_out: first and last of blocks that were too many to read; a backfill reads them.
    """

    reads: tuple[Read, ...]
    gone_from: int | None = None
    left_out: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Path:
    """Hashes of blocks after a number, oldest first; `cut` where what is before is too much."""

    after: int
    hashes: tuple[str, ...]
    cut: bool


class ProposalWatch:
    """Reads each block of a chain once, and keeps what it tells in a store.

    The first look reads the view's block alone. A look that fails is made up for by the next one.
    """

    def __init__(self, store: ProposalStore) -> None:
        self._store = store
        self._known: dict[int, str] = {}

    async def look(self, view: View) -> News:
        """What has come since the last look, up to the view's block.

        Raises:
            RefusedError: the node no longer has a block's state.
            What `View.value` raises; BadDataError, UsageError for the store.
        """
        genesis = view.chain.genesis
        path = await self._path(view)
        last_known = max(self._known, default=-1)
        reads, refused = await _reads(view.chain, path.hashes)
        begin = path.after + 1
        left_out = (begin, begin + refused - 1) if refused else None
        if path.cut and begin + refused - 1 > last_known:
            left_out = (last_known + 1, begin + refused - 1)
        gone_from = begin if not path.cut and path.after < last_known else None
        if gone_from is not None:
            # How votes stand is read anew, since nothing tells which of them are gone.
            stood = await proposals(view)
            await asyncio.to_thread(self._store.forget_from, genesis, gone_from)
            await asyncio.to_thread(self._store.see, genesis, view.block, stood)
        await asyncio.to_thread(keep, self._store, genesis, reads)
        known = {n: one for n, one in self._known.items() if gone_from is None or n < gone_from}
        known |= {begin + at: one for at, one in enumerate(path.hashes)}
        self._known = {n: one for n, one in known.items() if n > view.block - REACH} or {
            view.block: view.block_hash
        }
        return News(tuple(reads), gone_from, left_out)

    async def _path(self, view: View) -> _Path:
        """The blocks from one that was read to the view's."""
        first_known = min(self._known, default=view.block)
        hashes: list[str] = []
        number, block_hash = view.block, view.block_hash
        while self._known.get(number) != block_hash and number >= first_known:
            if len(hashes) == REACH:
                return _Path(number, tuple(hashes[::-1]), cut=True)
            hashes.append(block_hash)
            header = read_header(await view.chain.call("chain_getHeader", [block_hash]))
            number, block_hash = number - 1, header.parent_hash
        return _Path(number, tuple(hashes[::-1]), cut=False)


async def _reads(chain: Chain, hashes: Sequence[str]) -> tuple[list[Read], int]:
    """What blocks tell, oldest first, and how many of the first the node has no state of.

    One after another: there is rarely more than one.

    Raises:
        RefusedError: not even of the last one.
    """
    found: list[Read] = []
    refused = 0
    for at, block_hash in enumerate(hashes):
        try:
            found.append(await read_block(await chain.at_hash(block_hash)))
        except RefusedError:
            if at == len(hashes) - 1:
                raise
            found, refused = [], at + 1
    return found, refused

"""Reading the past of proposals from the chain's blocks, a few at once, in parts that are kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from taoctl.chain.client import Chain
from taoctl.chain.view import View
from taoctl.errors import TaoctlError, UsageError
from taoctl.history.proposals import BlockEvents, ProposalStore
from taoctl.reads.governance.events import ProposalEvent, parent_of, proposal_events
from taoctl.reads.governance.finding import proposal, proposals
from taoctl.reads.governance.proposal import Proposal

PART = 64
"""Blocks that are kept together; so many are read again at most after an interruption."""
_AT_ONCE = 8
"""Blocks that are read at the same time."""
_BEGIN = frozenset({"Proposed", "Submitted", "NewMultisig", "Delegated"})
_END = frozenset(
    {
        "Closed",
        "Rejected",
        "Cancelled",
        "Killed",
        "Expired",
        "FastTracked",
        "Approved",
        "Delegated",
        "Enacted",
        "MultisigExecuted",
        "MultisigCancelled",
    }
)


@dataclass(frozen=True, slots=True)
class Read:
    """What one block tells: events, and how proposals stood where one began or ended.

    `looks` are of the block itself and of the one before it, by block.
    """

    block: int
    block_hash: str
    events: tuple[ProposalEvent, ...]
    looks: tuple[tuple[int, tuple[Proposal, ...]], ...]


async def read_block(view: View) -> Read:
    """The events of proposals in a block, and what the chain forgets with the next one.

    Final votes and calls stand in the state before the block in which a proposal ends.

    Raises:
        RefusedError: the node no longer has the block's state.
        What `View.value` raises.
    """
    events = await proposal_events(view)
    names = {one.name for one in events}
    looks = []
    if names & _END and view.block > 0:
        before = await parent_of(view)
        looks.append((before.block, await _stood(before, events)))
    if names & _BEGIN:
        looks.append((view.block, await _stood(view, events)))
    return Read(view.block, view.block_hash, events, tuple(looks))


async def _stood(view: View, events: Iterable[ProposalEvent]) -> tuple[Proposal, ...]:
    """The open proposals of a block, those that events are of with calls of any length."""
    named = {
        str(number) for one in events for number in (one.index, one.child) if number is not None
    }
    found = [one for one in await proposals(view) if one.open]
    return tuple(
        [
            await proposal(view, one.id) if one.id in named and one.call is None else one
            for one in found
        ]
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a backfill is.

    Attributes:
        done: blocks of the range that are read, now or before.
        total: blocks of the range.
        block: the newest one that was read.
        events: events of proposals found so far.
    """

    done: int
    total: int
    block: int
    events: int


def keep(
    store: ProposalStore, genesis: str, reads: Sequence[Read], read: tuple[int, int] | None = None
) -> None:
    """Keep what blocks tell; `read` as for `ProposalStore.tell`. It blocks."""
    for one in reads:
        for block, stood in one.looks:
            store.see(genesis, block, stood)
    store.tell(genesis, [BlockEvents(one.block, one.events) for one in reads], read)


async def backfill(
    chain: Chain, store: ProposalStore, first: int, last: int
) -> AsyncIterator[Progress]:
    """Read a range of finalized blocks, but for those read before, and keep what they tell.

    It says how far it is after each part, which is kept by then: whoever stops it, and begins
    again, goes on there. At most eight blocks are read at once.

    Raises:
        UsageError: the range ends after the newest finalized block.
        RefusedError: the node no longer has a block's state; what came before is kept.
    """
    newest = await chain.finalized_number()
    if last > newest:
        raise UsageError(
            f"block {last} is not finalized", f"the newest finalized block is {newest}"
        )
    missing = await asyncio.to_thread(store.unread, chain.genesis, first, last)
    total = last - first + 1
    done, found = total - sum(end - begin + 1 for begin, end in missing), 0
    if not missing:
        yield Progress(done, total, last, found)
    for begin, end in missing:
        for at in range(begin, end + 1, PART):
            until = min(at + PART - 1, end)
            reads = await _read_part(chain, at, until)
            await asyncio.to_thread(keep, store, chain.genesis, reads, (at, until))
            done, found = done + len(reads), found + sum(len(one.events) for one in reads)
            yield Progress(done, total, until, found)


async def _read_part(chain: Chain, first: int, last: int) -> list[Read]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(number: int) -> Read:
        async with gate:
            return await read_block(await chain.at_block(number))

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(number)) for number in range(first, last + 1)]
    except* TaoctlError as trouble:
        raise _first_of(trouble) from None
    return [task.result() for task in tasks]


def _first_of(trouble: BaseExceptionGroup[TaoctlError]) -> TaoctlError:
    found = trouble.exceptions[0]
    return _first_of(found) if isinstance(found, BaseExceptionGroup) else found

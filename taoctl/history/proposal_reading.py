"""Proposals as the chain has them and as they were kept: open ones, and how others ended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from taoctl.chain.view import View
from taoctl.errors import TaoctlError, UsageError
from taoctl.history.proposal_course import Key, key_of, merged
from taoctl.history.proposals import ProposalStore
from taoctl.reads.governance.backends import Backend, backends
from taoctl.reads.governance.finding import NoSuchProposal, proposal, proposals
from taoctl.reads.governance.proposal import Proposal, Status
from taoctl.reads.governance.referenda import newest_referenda
from taoctl.reads.governance.sudo_multisig import Shared


async def all_proposals(
    view: View, store: ProposalStore, shared: Sequence[Shared] = ()
) -> tuple[Proposal, ...]:
    """The open proposals of the view's block, and all that ended as far as anything tells.

    Of referenda the chain keeps how they ended, of the newest thousand it is asked; of the others
    there is what the store has. Open ones come first.

    Args:
        view: of the newest block, since the store has what is known now.
        shared: as for `proposals`.
    """
    here = await proposals(view, shared)
    past = {key_of(one): one for one in await _past(view, store)}
    found: dict[Key, Proposal] = {key_of(one): _with(past.get(key_of(one)), one) for one in here}
    if Backend.REFERENDA in backends(view):
        for one in await newest_referenda(view):
            found.setdefault(key_of(one), _with(past.get(key_of(one)), one))
    for key, kept in past.items():
        found.setdefault(key, _gone(kept))
    return tuple(found.values())


async def any_proposal(
    view: View, store: ProposalStore, id_: str, shared: Sequence[Shared] = ()
) -> Proposal:
    """One proposal, open or not, with what the store has of it.

    An open one is in the chain's storage, and does without a store that cannot be read.

    Args:
        view: of the newest block.
        id_: as for `proposal`.
        shared: as for `proposals`.

    Raises:
        What `proposal` raises; NoSuchProposal where the store has none either.
        BadDataError, UsageError for the store, unless the proposal is open.
    """
    try:
        found = await proposal(view, id_, shared)
    except NoSuchProposal:
        kept = _by_hash(await _past(view, store), id_)
        if kept is None:
            raise
        return _gone(kept)
    try:
        past = {key_of(one): one for one in await _past(view, store)}
    except TaoctlError:
        if not found.open:
            raise
        return found
    return _with(past.get(key_of(found)), found)


async def _past(view: View, store: ProposalStore) -> tuple[Proposal, ...]:
    return await asyncio.to_thread(store.past, view.chain.genesis)


def _with(kept: Proposal | None, now: Proposal) -> Proposal:
    """What the chain has, with what only the store has."""
    if kept is None:
        return now
    if now.status is Status.GONE:
        return _gone(kept)
    found = merged(kept, now)
    ended = kept.status is now.status and not now.open and kept.next_step
    return replace(found, next_step=kept.next_step) if ended else found


def _gone(kept: Proposal) -> Proposal:
    """A kept proposal that the chain no longer has."""
    if not kept.open:
        return kept
    since = "" if kept.opened_block is None else f" --from {kept.opened_block}"
    return replace(
        kept,
        status=Status.GONE,
        decided=None,
        next_step=f"no longer open; `taoctl gov backfill{since}` reads how it ended",
        next_block=None,
    )


def _by_hash(past: Sequence[Proposal], id_: str) -> Proposal | None:
    """The newest of those whose hash begins so."""
    begin = id_.lower()
    if not begin.startswith("0x"):
        return None
    found = [one for one in past if one.hash is not None and one.hash.startswith(begin)]
    hashes = list(dict.fromkeys(str(one.hash) for one in found))
    if len(hashes) > 1:
        raise UsageError(f"{begin} is the beginning of {', '.join(hashes)}", "give more digits")
    return found[-1] if found else None

"""The history of proposals as commands of governance keep and read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from taoctl.cli import output
from taoctl.errors import TaoctlError
from taoctl.text import printable

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.history.proposals import ProposalStore
    from taoctl.reads.governance.proposal import Proposal


def store() -> ProposalStore:
    """The store of proposals that this program keeps."""
    from taoctl.history.proposals import ProposalStore, default_path

    return ProposalStore(default_path())


async def keep(view: View, proposals: Iterable[Proposal]) -> None:
    """Keep how proposals stand; where that fails, say so, since the answer does not need it."""
    # The command tree loads this module too, and must not pay for an event loop.
    import asyncio

    try:
        await asyncio.to_thread(store().see, view.chain.genesis, view.block, tuple(proposals))
    except TaoctlError as problem:
        output.warn(printable(f"what is open now is not kept: {problem.message}"))

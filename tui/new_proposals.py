"""What is proposed while the dashboard is open, whichever screen is shown."""

from __future__ import annotations

import asyncio

from taoctl.chain.view import View
from taoctl.reads.governance.backends import Backend, backends
from taoctl.reads.governance.sudo_multisig import pending_calls

LOOK_BLOCKS = 5
"""How many blocks go by between two looks."""
_COUNTS = {
    Backend.TRIUMVIRATE: ("motion", "Triumvirate", "ProposalCount"),
    Backend.REFERENDA: ("referendum", "Referenda", "ReferendumCount"),
}
_NAMED = 3
_HASH_SHOWN = 10


class NewProposals:
    """Tells of each proposal once; what there is at the first look is not new.

    A chain without governance is asked nothing. Calls are not read: of motions and referenda the
    chain is asked how many there ever were, of the sudo key's account which calls wait.
    """

    def __init__(self) -> None:
        self._counts: dict[Backend, int] = {}
        self._pending: set[tuple[str, object]] | None = None
        self._looked = -LOOK_BLOCKS

    def is_due(self, block: int) -> bool:
        """Whether it is time to look again; a chain that went back is looked at anew."""
        return abs(block - self._looked) >= LOOK_BLOCKS

    async def look(self, view: View) -> tuple[str, ...]:
        """What is new, in words: `referendum 3`, `multisig call 0x9f1c22ab`."""
        self._looked = view.block
        await view.settle()
        there = backends(view)
        reads = [self._counted(view, one) for one in there if one in _COUNTS]
        if Backend.SUDO in there:
            reads.append(self._waiting(view))
        return tuple(name for found in await asyncio.gather(*reads) for name in found)

    async def _counted(self, view: View, backend: Backend) -> tuple[str, ...]:
        word, pallet, item = _COUNTS[backend]
        count = int(await view.value(pallet, item))
        before = self._counts.get(backend, count)
        self._counts[backend] = max(before, count)
        return tuple(f"{word} {index}" for index in range(before, count))

    async def _waiting(self, view: View) -> tuple[str, ...]:
        found = {(one.id, one.timepoint): one for one in await pending_calls(view)}
        before, self._pending = self._pending, set(found) | (self._pending or set())
        if before is None:
            return ()
        new = [one.id for key, one in found.items() if key not in before]
        return tuple(f"multisig call {id_[:_HASH_SHOWN]}" for id_ in new)


def notice_of(new: tuple[str, ...]) -> str:
    """One sentence on what is new."""
    more = len(new) - _NAMED
    listed = ", ".join(new[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{listed}: 6 shows what is open"

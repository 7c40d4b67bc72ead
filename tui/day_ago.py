"""Prices of a day before, which rows do not wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from taoctl.chain.client import Chain
from taoctl.chain.view import View
from taoctl.reads.positions import prices_a_day_ago

_PATIENCE_S = 0.5


class DayAgoPrices:
    """Asks for the prices of a day before, and until they come gives those that it knew last.

    A block of a day ago is the dearest thing to ask for: it may come from an archive that is to be
    connected to first. The rows of the newest block are shown meanwhile.
    """

    def __init__(self) -> None:
        self._chain: Chain | None = None
        self._asking: asyncio.Task[Mapping[int, int]] | None = None
        self._known: Mapping[int, int] = {}

    async def at(self, view: View) -> Mapping[int, int]:
        """Rao of TAO per alpha and netuid, a day before a block; empty while it is not known."""
        if self._chain is not view.chain:
            self._forget(view.chain)
        if self._asking is None:
            self._asking = asyncio.create_task(_ask(view))
        asking = self._asking
        await asyncio.wait({asking}, timeout=_PATIENCE_S)
        if asking is self._asking and asking.done():
            self._asking = None
            self._known = asking.result()
        return self._known

    def _forget(self, chain: Chain) -> None:
        if self._asking is not None:
            self._asking.cancel()
        self._chain, self._asking, self._known = chain, None, {}


async def _ask(view: View) -> Mapping[int, int]:
    return await prices_a_day_ago(view)

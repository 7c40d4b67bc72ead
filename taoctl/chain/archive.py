"""Old blocks and states from archive endpoints, when the one in use no longer has them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from taoctl.chain.bars import Bars
from taoctl.chain.health import Greet
from taoctl.chain.link import Link
from taoctl.errors import RefusedError, TaoctlError

RETRY_S = 30.0
"""Pause before an archive that could not be reached is tried again."""

_READS = ("state_", "chain_getBlock", "chain_getHeader")


def is_pruned(error: RefusedError) -> bool:
    """Whether a node refused because it no longer has a block or its state, or never had."""
    return "State already discarded" in error.message or "UnknownBlock" in error.message


def may_be_older(method: str, params: Sequence[Any], newest: int) -> bool:
    """Whether null as an answer may mean that the node is too young: an archive may know more.

    Nodes that keep few bodies have none for an old hash; those that began at a recent state have
    no hash for an old number.

    Args:
        method: of the request.
        params: of the request.
        newest: number of the newest block heard of.
    """
    if len(params) != 1:
        return False
    if method == "chain_getBlockHash":
        return isinstance(params[0], int) and params[0] <= newest
    return method == "chain_getBlock" and params[0] is not None


class Archive:
    """The archive endpoints of a network, connected to when first needed.

    Args:
        endpoints: WebSocket URLs.
        greet: checks that an endpoint serves the chain.
        bars: endpoints that refused us lately.
    """

    def __init__(self, endpoints: Sequence[str], greet: Greet, bars: Bars) -> None:
        self.endpoints = tuple(endpoints)
        self._greet = greet
        self._bars = bars
        self._link: Link | None = None
        self._opening = asyncio.Lock()
        self._closed_until = 0.0
        self._problem: TaoctlError | None = None

    def serves(self, method: str) -> bool:
        """Whether there is an archive that may be asked this."""
        return bool(self.endpoints) and method.startswith(_READS)

    async def call(self, method: str, params: Sequence[Any], *, timeout: float) -> Any:
        """The result of a read.

        Raises:
            RpcError: the archive does not have it either.
            UnreachableError, DeadlineError: no archive answers.
        """
        deadline = time.monotonic() + timeout
        link = await self._opened(timeout)
        left = max(0.1, deadline - time.monotonic())
        return await link.call(method, params, timeout=left)

    async def _opened(self, timeout: float) -> Link:
        async with self._opening:
            if self._link is not None:
                return self._link
            if self._problem is not None and time.monotonic() < self._closed_until:
                raise self._problem
            link = Link(self.endpoints, self._greet, bars=self._bars)
            try:
                await link.open(timeout)
            except TaoctlError as problem:
                await link.close()
                self._problem, self._closed_until = problem, time.monotonic() + RETRY_S
                raise
            self._link = link
            return link

    async def close(self) -> None:
        """Close the connection, if there is one."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

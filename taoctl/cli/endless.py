"""What commands have that go on until they are stopped: a form, a first read, an end by Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from taoctl.cli import options
from taoctl.cli.options import Format
from taoctl.errors import DeadlineError, UsageError

if TYPE_CHECKING:
    from taoctl.chain.client import Chain
    from taoctl.chain.view import View

T = TypeVar("T")


class Stopped(Exception):
    """Ctrl-C ended what has no other end, and there is nothing to say about it."""


@contextmanager
def until_ctrl_c() -> Iterator[None]:
    """Take Ctrl-C for the end of what happens inside, of which people are told that it is one.

    Raises:
        Stopped: it was pressed.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped from None


def require_endless_form() -> None:
    """Take a form that has no end, NDJSON where stdout is no terminal.

    Raises:
        UsageError: one that has an end was asked for, or a block of the past.
    """
    chosen = options.current()
    if chosen.at_block is not None:
        raise UsageError("a block of the past does not change", "add --blocks 1 to see it")
    if chosen.format in (Format.JSON, Format.YAML, Format.CSV):
        raise UsageError(
            f"-o {chosen.format} is one answer, and a watch has no end",
            "use -o ndjson, or add --blocks 1",
        )
    if chosen.output is None and chosen.format is Format.TABLE and not sys.stdout.isatty():
        chosen.output = Format.NDJSON


async def first_read(chain: Chain, read: Callable[[View], Awaitable[T]], limit: float) -> T:
    """Read once, so that what is wrong with the question is not taken for trouble that passes.

    Raises:
        DeadlineError: that took longer than `limit` seconds.
    """
    # The command tree loads this module too, and must not pay for an event loop.
    import asyncio

    try:
        async with asyncio.timeout(limit):
            return await read(await chain.at_head())
    except TimeoutError:
        raise DeadlineError(
            f"{chain.link.endpoint} did not answer within {limit:g} s",
            "allow more with --timeout, or name another endpoint with --network",
        ) from None

"""A warning of announced swaps of coldkeys beside what commands were asked for.

An announcement that the owner did not make is the sign of a stolen key, and there are days to
stop it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from taoctl.cli import output

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.reads.coldkey_swaps import ColdkeySwapRow

_MOST = 5


async def swaps_of(view: View, coldkeys: Sequence[str]) -> tuple[ColdkeySwapRow, ...]:
    """The announced swaps of the coldkeys; none where the runtime knows no such thing."""
    from taoctl.errors import NotInRuntimeError
    from taoctl.reads.coldkey_swaps import coldkey_swaps

    try:
        rows = await coldkey_swaps(view, coldkeys)
    except NotInRuntimeError:
        return ()
    return tuple(row for row in rows if row.state != "none")


def warn_of(swaps: Iterable[ColdkeySwapRow]) -> None:
    """Say which coldkeys are about to be swapped, and what to do about it."""
    rows = list(swaps)
    for row in rows[:_MOST]:
        if row.state == "disputed":
            output.warn(
                f"the swap of the coldkey {row.coldkey} is disputed: the chain takes nothing from "
                "it until root decides"
            )
            continue
        when = "now" if row.state == "ready" else f"from block {row.execute_from_block} on"
        output.warn(
            f"the coldkey {row.coldkey} is announced to be swapped, {when}: see `taoctl wallet "
            "swap-coldkey status`. If that was not you, its key is stolen: stop it with `taoctl "
            "wallet swap-coldkey dispute`"
        )
    if len(rows) > _MOST:
        output.warn(f"{len(rows) - _MOST} more coldkeys are announced to be swapped")

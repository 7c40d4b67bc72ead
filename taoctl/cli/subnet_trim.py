"""`taoctl subnet trim`: fewer UIDs."""

from __future__ import annotations

from typing import Annotated

import typer

from taoctl.cli import context
from taoctl.cli.writing import WriteFlags, writes


@writes
def trim(
    flags: WriteFlags,
    netuid: Annotated[
        int, typer.Argument(metavar="NETUID", help="Subnet number.", parser=context.netuid)
    ],
    most: Annotated[
        int, typer.Argument(metavar="UIDS", min=0, max=65_535, help="That it may have then.")
    ],
) -> None:
    """Let a subnet have fewer UIDs: those who earned least in the last epoch leave.

    Neither the owner's own nor those in immunity leave. The plan names who does; those who stay
    close ranks, so that UIDs change. It may be done once in 216000 blocks, and room that was
    taken away comes back only with max_allowed_uids.

    \b
    Examples:
      taoctl subnet trim 1 128 --wallet my-wallet --dry-run
      taoctl subnet trim 1 64 --wallet my-wallet
    """
    from taoctl.calls.owner.trim import TrimUids
    from taoctl.cli.transact import transact

    transact(TrimUids(netuid, most), flags)

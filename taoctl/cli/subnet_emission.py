"""`taoctl subnet emission`: where the TAO and the alpha of a subnet's blocks go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.output import Result, Section
from taoctl.text import printable
from taoctl.units import Tao

if TYPE_CHECKING:
    from taoctl.reads.subnet_emission import SubnetEmission

SCHEMA = "taoctl.subnet.emission/1"


def emission(
    netuid: Annotated[
        int, typer.Argument(metavar="NETUID", help="Subnet number.", parser=context.netuid)
    ],
) -> None:
    """Where the TAO and the new alpha of a subnet go: of its next block, and of its next epoch.

    TAO goes into the pool, with alpha, and what that leaves buys alpha that is nobody's. New alpha
    waits for the epoch, which pays the owner, miners, validators with their stakers, and root.
    Figures of the next block are exact; those of the epoch suppose that each block adds as much.
    `withheld` is the part of miners that the last epoch kept from hotkeys of the subnet's owner.

    \b
    Examples:
      taoctl subnet emission 1
      taoctl subnet emission 1 -o json | jq '.data.parts[] | select(.part == "owner").epoch'
    """
    from taoctl.reads.subnet_emission import EmissionRow, subnet_emission

    found, origin = context.run(lambda view: subnet_emission(view, netuid))
    flow = found.flow
    result = Result(
        SCHEMA,
        origin,
        (Section(found.rows, EmissionRow, key="parts"),),
        extra={
            "netuid": found.subnet.netuid,
            "next_epoch_block": found.subnet.next_epoch_block,
            "blocks_to_epoch": found.blocks,
            "held_back": found.held_back or None,
            "block_tao_rao": None if flow is None else str(flow.minted),
            "alpha_out_rao": None if flow is None else str(flow.alpha_out),
        },
        headline=_headline(found),
    )
    output.show(result)


def _headline(found: SubnetEmission) -> str:
    subnet, flow = found.subnet, found.flow
    said = f"subnet {subnet.netuid} {printable(subnet.name)}"
    if flow is None:
        return f"{said} has no part in emission: {found.held_back}"
    got = Tao(flow.tao_in + flow.tao_buys)
    said += f" gets {got} of the {Tao(flow.minted)} of a block"
    if found.held_back:
        said += f" ({found.held_back})"
    if found.blocks is None:
        return f"{said}; no epoch is due"
    when = "the next block" if found.blocks == 1 else f"{found.blocks} blocks"
    return f"{said}; its next epoch is in {when}"

"""`taoctl subnet emission`: where the TAO and the alpha of a subnet's blocks go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from taoctl.cli import context, output
from taoctl.cli.output import Result, Section
from taoctl.cli.subnet_title import subnet_title
from taoctl.units import Tao, rao_to_decimal

if TYPE_CHECKING:
    from taoctl.reads.epoch_participants import Participants
    from taoctl.reads.subnet_emission import SubnetEmission

SCHEMA = "taoctl.subnet.emission/1"


def emission(
    netuid: Annotated[
        int, typer.Argument(metavar="NETUID", help="Subnet number.", parser=context.netuid)
    ],
    participants: Annotated[
        bool,
        typer.Option("--participants", help="Also everybody whom the next epoch pays, and what."),
    ] = False,
    stakers: Annotated[
        bool,
        typer.Option(
            "--stakers",
            help="Also what it adds to each position, of nominators and root stakers too.",
        ),
    ] = False,
) -> None:
    """Where the TAO and the new alpha of a subnet go: of its next block, and of its next epoch.

    TAO goes into the pool, with alpha, and what that leaves buys alpha that is nobody's. New alpha
    waits for the epoch, which pays the owner, miners, validators with their stakers, and root.
    Figures of the next block are exact; those of the epoch suppose that each block adds as much.
    `withheld` is the part of miners that the last epoch kept from hotkeys of the subnet's owner.

    With --participants the next epoch is run here, on the state as it is. In the block before the
    epoch that is exact to the rao.

    \b
    Examples:
      taoctl subnet emission 1
      taoctl subnet emission 1 --participants
      taoctl subnet emission 1 --stakers -o csv
      taoctl subnet emission 1 -o json | jq '.data.parts[] | select(.part == "owner").epoch'
    """
    from taoctl.reads.epoch_participants import epoch_participants
    from taoctl.reads.subnet_emission import EmissionRow, subnet_emission

    everybody: Participants | None = None
    if participants or stakers:
        asked, origin = context.run(lambda view: epoch_participants(view, netuid, stakers=stakers))
        found, everybody = asked.emission, asked
    else:
        found, origin = context.run(lambda view: subnet_emission(view, netuid))
    flow = found.flow
    result = Result(
        SCHEMA,
        origin,
        (Section(found.rows, EmissionRow, key="parts"), *_sections(everybody)),
        extra={
            "netuid": found.subnet.netuid,
            "next_epoch_block": found.epoch_block,
            "blocks_to_epoch": found.blocks,
            "held_back": found.held_back or None,
            "block_tao_rao": None if flow is None else str(flow.minted),
            "alpha_out_rao": None if flow is None else str(flow.alpha_out),
            **_extra(everybody),
        },
        headline=_headline(found),
    )
    output.show(result)
    if everybody is not None:
        _say(everybody)


def _sections(everybody: Participants | None) -> tuple[Section, ...]:
    from taoctl.reads.epoch_gains import GainRow
    from taoctl.reads.epoch_payout import PaymentRow

    if everybody is None:
        return ()
    paid = Section(everybody.payout.rows, PaymentRow, key="participants")
    if everybody.gains is None:
        return (paid,)
    return paid, Section(everybody.gains, GainRow, key="positions")


def _extra(everybody: Participants | None) -> dict[str, Any]:
    if everybody is None:
        return {}
    pending = everybody.payout.pending
    return {
        "exact": not everybody.doubts,
        "doubts": list(everybody.doubts),
        "epoch_alpha_rao": str(pending.owner + pending.shared_out),
        "nobody_rao": str(everybody.payout.nobody_rao),
    }


def _say(everybody: Participants) -> None:
    paid = everybody.payout
    whole = rao_to_decimal(paid.pending.owner + paid.pending.shared_out)
    said = f"the epoch of block {paid.block} shares out {whole} alpha"
    if paid.nobody_rao > 0:
        said += f", {rao_to_decimal(paid.nobody_rao)} of it to nobody"
    output.note(said if everybody.doubts else f"{said}; exact to the rao")
    for one in everybody.doubts:
        output.note(f"it may be otherwise: {one}")


def _headline(found: SubnetEmission) -> str:
    subnet, flow = found.subnet, found.flow
    said = subnet_title(subnet.netuid, subnet.name)
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

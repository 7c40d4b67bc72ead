"""`taoctl subnet prune-order`: who is replaced next on a full subnet, and after whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.output import Result, Section
from taoctl.text import printable

if TYPE_CHECKING:
    from taoctl.reads.prune_order import PruneLine

SCHEMA = "taoctl.subnet.prune-order/1"


def prune_order(
    netuid: Annotated[
        int, typer.Argument(metavar="NETUID", help="Subnet number.", parser=context.netuid)
    ],
) -> None:
    """The neurons of a subnet in the order in which registrations replace them.

    The order of the chain itself, with what parts each from the one before: those with the least
    emission of the last epoch first, of equal ones the oldest, then the lowest UID. Those out of
    immunity go before the others, and the owner's never.

    \b
    Examples:
      taoctl subnet prune-order 1
      taoctl subnet prune-order 1 -o json | jq '.data[0].hotkey'
    """
    from taoctl.reads.prune_order import PruneRow, prune_line

    names = context.names()
    line, origin = context.run(lambda view: prune_line(view, netuid, names))
    section = Section(line.rows, PruneRow)
    output.show(Result(SCHEMA, origin, (section,), headline=_headline(line)))
    context.warn_insecure(output.addresses_in(section))


def _headline(line: PruneLine) -> str:
    subnet, order = line.graph.subnet, line.graph.prune
    said = f"subnet {subnet.netuid} {printable(subnet.name)}"
    if subnet.registration_allowed is False:
        return f"{said} takes no registrations"
    if subnet.free_slots:
        free = "1 UID is" if subnet.free_slots == 1 else f"{subnet.free_slots} UIDs are"
        return f"{said}: {free} free, and nobody is replaced before they are taken"
    following = None if order is None else order.next_uid
    if following is None:
        return f"{said} is full, and none of its neurons can be replaced"
    return f"{said} is full: the next registration replaces uid {following}"

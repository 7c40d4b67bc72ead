"""`taoctl subnet prune-order`: who is replaced next on a full subnet, and which subnet is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.output import Result, Section
from taoctl.cli.subnet_title import subnet_title
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.reads.prune_order import PruneLine
    from taoctl.reads.subnet_prune_order import SubnetPruneLine

SCHEMA = "taoctl.subnet.prune-order/1"
SUBNETS_SCHEMA = "taoctl.subnet.prune-order.subnets/1"
_USAGE = "`taoctl subnet prune-order 1` for its neurons, `--subnets` for the subnets themselves"


def prune_order(
    netuid: Annotated[
        int | None,
        typer.Argument(metavar="[NETUID]", help="Subnet number.", parser=context.netuid),
    ] = None,
    of_subnets: Annotated[
        bool,
        typer.Option("--subnets", help="The subnets themselves, which new subnets replace."),
    ] = False,
) -> None:
    """The neurons of a subnet in the order in which registrations replace them.

    The order of the chain itself, with what parts each from the one before: those with the least
    emission of the last epoch first, of equal ones the oldest, then the lowest UID. Those out of
    immunity go before the others, and the owner's never.

    With --subnets the subnets in the order in which new ones replace them: those with the lowest
    moving price first, of equal ones the oldest; never one that is immune.

    \b
    Examples:
      taoctl subnet prune-order 1
      taoctl subnet prune-order 1 -o json | jq '.data[0].hotkey'
      taoctl subnet prune-order --subnets
    """
    if of_subnets:
        if netuid is not None:
            raise UsageError("give a NETUID or --subnets, not both", _USAGE)
        _of_subnets()
        return
    if netuid is None:
        raise UsageError("NETUID is missing", _USAGE)
    from taoctl.reads.prune_order import PruneRow, prune_line

    names = context.names()
    line, origin = context.run(lambda view: prune_line(view, netuid, names))
    section = Section(line.rows, PruneRow)
    output.show(Result(SCHEMA, origin, (section,), headline=_headline(line)))
    context.warn_insecure(output.addresses_in(section))


def _of_subnets() -> None:
    from taoctl.reads.subnet_prune_order import SubnetPruneRow, subnet_prune_line

    line, origin = context.run(subnet_prune_line)
    section = Section(line.rows, SubnetPruneRow)
    output.show(Result(SUBNETS_SCHEMA, origin, (section,), headline=_whether_one_goes(line)))


def _whether_one_goes(line: SubnetPruneLine) -> str:
    count = len(line.rows)
    said = f"{count} subnet{'' if count == 1 else 's'} of {line.limit}"
    if line.room:
        return f"{said}: there is room for {line.room} more, and nobody is replaced before"
    if line.rows and line.rows[0].prune_rank is not None:
        first = line.rows[0]
        return f"{said}: a new one replaces {subnet_title(first.netuid, first.name)}"
    return f"{said}: all of them are immune, and no new one can be made"


def _headline(line: PruneLine) -> str:
    subnet, order = line.graph.subnet, line.graph.prune
    said = subnet_title(subnet.netuid, subnet.name)
    if subnet.registration_allowed is False:
        return f"{said} takes no registrations"
    if subnet.free_slots:
        free = "1 UID is" if subnet.free_slots == 1 else f"{subnet.free_slots} UIDs are"
        return f"{said}: {free} free, and nobody is replaced before they are taken"
    following = None if order is None else order.next_uid
    if following is None:
        return f"{said} is full, and none of its neurons can be replaced"
    return f"{said} is full: the next registration replaces uid {following}"

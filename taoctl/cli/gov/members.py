"""`taoctl gov members`: who may propose and vote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.gov.accounts import known_groups, my_coldkeys
from taoctl.cli.gov.app import app
from taoctl.cli.output import Result, Section
from taoctl.errors import UsageError
from taoctl.text import printable

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.reads.governance.members import Collective
    from taoctl.reads.governance.rows import MemberRow

SCHEMA = "taoctl.gov.members/1"


@app.command("members")
def members(
    group: Annotated[
        str | None,
        typer.Argument(metavar="[COLLECTIVE]", help="Only this group, or the beginning of it."),
    ] = None,
) -> None:
    """The members of every group that may propose or vote, mine marked.

    Senators are hotkeys, and vote through their coldkey; all others are coldkeys.

    \b
    Examples:
      taoctl gov members
      taoctl gov members economic
      taoctl gov members -o csv
    """
    from taoctl.reads.governance.members import collectives, owned_hotkeys
    from taoctl.reads.governance.rows import MemberRow, member_rows

    coldkeys, shared, names = my_coldkeys(), known_groups(), context.names()

    async def work(view: View) -> tuple[tuple[MemberRow, ...], list[str]]:
        groups = _chosen(await collectives(view, shared), group)
        rows = member_rows(groups, await owned_hotkeys(view, coldkeys), names)
        untold = [f"{one.name} {one.account}" for one in groups if not one.complete]
        return rows, untold

    (rows, untold), origin = context.run(work)
    section = Section(rows, MemberRow)
    output.show(Result(SCHEMA, origin, (section,)))
    for one in untold:
        output.note(f"{one}: no chain tells all who are behind it; `taoctl address add` may")
    context.warn_insecure(output.addresses_in(section))


def _chosen(groups: Sequence[Collective], wanted: str | None) -> Sequence[Collective]:
    """The groups whose name is, or else begins with, what was asked for; all for nothing.

    Raises:
        UsageError: none is called so.
    """
    if wanted is None:
        return groups
    lower = wanted.lower()
    exact = [one for one in groups if one.name.lower() == lower]
    found = exact or [one for one in groups if one.name.lower().startswith(lower)]
    if not found:
        names = ", ".join(one.name for one in groups) or "none"
        raise UsageError(f"there is no group {printable(wanted)!r}", f"groups: {names}")
    return found

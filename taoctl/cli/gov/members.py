"""`taoctl gov members`: who may propose and vote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taoctl.cli import context, output
from taoctl.cli.gov.accounts import known_groups, my_coldkeys
from taoctl.cli.gov.app import app
from taoctl.cli.output import Result, Section

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.reads.governance.rows import MemberRow

SCHEMA = "taoctl.gov.members/1"


@app.command("members")
def members() -> None:
    """The members of every group that may propose or vote, mine marked.

    Senators are hotkeys, and vote through their coldkey; all others are coldkeys.

    \b
    Examples:
      taoctl gov members
      taoctl gov members -o csv
    """
    from taoctl.reads.governance.members import collectives, owned_hotkeys
    from taoctl.reads.governance.rows import MemberRow, member_rows

    coldkeys, shared, names = my_coldkeys(), known_groups(), context.names()

    async def work(view: View) -> tuple[tuple[MemberRow, ...], list[str]]:
        groups = await collectives(view, shared)
        rows = member_rows(groups, await owned_hotkeys(view, coldkeys), names)
        untold = [f"{one.name} {one.account}" for one in groups if not one.complete]
        return rows, untold

    (rows, untold), origin = context.run(work)
    section = Section(rows, MemberRow)
    output.show(Result(SCHEMA, origin, (section,)))
    for one in untold:
        output.note(f"{one}: no chain tells all who are behind it; `taoctl address add` may")
    context.warn_insecure(output.addresses_in(section))

"""`taoctl gov list`: the proposals that are open, or all that are known of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, options, output
from taoctl.cli.gov.accounts import known_groups, my_coldkeys
from taoctl.cli.gov.app import app
from taoctl.cli.gov.kept import keep, store
from taoctl.cli.output import Result, Section
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.reads.governance.rows import ProposalRow

SCHEMA = "taoctl.gov.list/1"


@app.command("list")
def list_(
    every: Annotated[
        bool, typer.Option("--all", help="Also those that have ended, from taoctl's own history.")
    ] = False,
) -> None:
    """The proposals that are open, or whose call is still to run.

    `mine` and `may` are of all wallets, or of those that --wallet names. Ayes and nays are
    each of how many decide it; `-o wide` says in words what happens next.

    What is shown is kept, so that `--all` has it when the chain has forgotten it; `gov watch` and
    `gov backfill` keep more.

    \b
    Examples:
      taoctl gov list
      taoctl gov list --wallet my-wallet -o wide
      taoctl gov list --all
      taoctl gov list -o json | jq '.data.proposals[] | select(.actions != "")'
    """
    from taoctl.history.proposal_reading import all_proposals
    from taoctl.reads.governance.backends import backends, why_none
    from taoctl.reads.governance.finding import proposals
    from taoctl.reads.governance.members import owned_hotkeys
    from taoctl.reads.governance.rows import ProposalRow, proposal_row

    if every and options.current().at_block is not None:
        raise UsageError(
            "--all is what is known now, not in a block of the past", "leave --at-block out"
        )
    coldkeys, shared = my_coldkeys(), known_groups()

    async def work(view: View) -> tuple[list[str], str | None, tuple[ProposalRow, ...]]:
        found = await proposals(view, shared)
        await keep(view, found)
        if every:
            found = await all_proposals(view, store(), shared)
        mine = await owned_hotkeys(view, coldkeys)
        there = backends(view)
        rows = tuple(proposal_row(view.codec, view.block, one, mine) for one in found)
        return [one.value for one in there], None if there else why_none(view), rows

    (there, why, rows), origin = context.run(work)
    section = Section(rows, ProposalRow, key="proposals")
    extra = {"backends": there, "no_governance": why}
    output.show(Result(SCHEMA, origin, (section,), extra=extra, headline=why or ""))

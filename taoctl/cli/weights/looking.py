"""`taoctl weights status`: what hotkeys committed to, and when it is revealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.output import Result, Section
from taoctl.cli.wallet.named import key_completions
from taoctl.cli.weights.app import app

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.reads.weight_commits import WeightCommitRow

STATUS_SCHEMA = "taoctl.weights.status/1"


@app.command("status")
def status(
    accounts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SS58|NAME]...",
            help="Hotkeys, or wallets for those in them; every wallet when left out.",
            autocompletion=key_completions,
        ),
    ] = None,
) -> None:
    """Commits to weights that wait, and the blocks in which they may be revealed.

    \b
    Examples:
      taoctl weights status
      taoctl weights status my-wallet/validator -o json
    """
    from taoctl.reads.children import owned_hotkeys
    from taoctl.reads.weight_commits import WeightCommitRow, weight_commits

    coldkeys, hotkeys, names = context.keys(accounts or ())

    async def work(view: View) -> tuple[WeightCommitRow, ...]:
        from taoctl.journal.store import Journal
        from taoctl.journal.weights import kept_weights

        mine = await owned_hotkeys(view, coldkeys, hotkeys)
        with Journal() as journal:
            kept = {one.commit_hash for one in kept_weights(journal, view.chain.genesis)}
        return await weight_commits(view, mine, names, kept)

    rows, origin = context.run(work)
    section = Section(rows, WeightCommitRow)
    output.show(Result(STATUS_SCHEMA, origin, (section,)))
    context.warn_insecure(output.addresses_in(section))

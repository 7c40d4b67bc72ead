"""`taoctl weights show|status`: who weighs whom, and what is committed and when it opens."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, live_page, options, output
from taoctl.cli.options import Format
from taoctl.cli.output import Origin, Result, Section
from taoctl.cli.weights.app import app
from taoctl.errors import UsageError
from taoctl.units import U16_MAX

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.reads.weight_commits import WeightCommitRow
    from taoctl.reads.weights import WeightRow

SHOW_SCHEMA = "taoctl.weights.show/1"
STATUS_SCHEMA = "taoctl.weights.status/1"


Uids = list[int] | None


@app.command("show")
def show(
    netuid: Annotated[str, typer.Argument(metavar="NETUID", help="The subnet.")],
    uids: Annotated[
        Uids,
        typer.Option("--uid", metavar="UID", min=0, max=U16_MAX, help="Only what it gives."),
    ] = None,
    targets: Annotated[
        Uids,
        typer.Option("--to", metavar="UID", min=0, max=U16_MAX, help="Only what it is given."),
    ] = None,
    mechanism: Annotated[
        int,
        typer.Option("--mechanism", metavar="N", min=0, max=15, help="Mechanism of the subnet."),
    ] = 0,
    map_: Annotated[
        bool | None,
        typer.Option(
            "--map/--list",
            help="A heat map, or each weight; a map on a terminal where nothing is left out.",
        ),
    ] = None,
) -> None:
    """Who weighs whom on a subnet, as the chain stores it, and how old that is.

    On a terminal as a heat map: a line for each UID that weighs, a cell for each that is weighed,
    or for some neighbours where there is no room. Weights that are committed and not revealed are
    not in it; nobody sees those.

    \b
    Examples:
      taoctl weights show 1
      taoctl weights show 1 --to 7
      taoctl weights show 1 --uid 0 --uid 3 -o csv
    """
    from taoctl.reads.weights import WeightRow, weights

    as_map = _wants_map(map_, filtered=bool(uids or targets))
    number, names = context.netuid(netuid), context.names()
    rows, origin = context.run(
        lambda view: weights(view, number, mechanism, uids or (), targets or (), names)
    )
    section = Section(rows, WeightRow)
    if rows and as_map:
        _show_map(rows, origin)
    else:
        output.show(Result(SHOW_SCHEMA, origin, (section,)))
    context.warn_insecure(output.addresses_in(section))


def _wants_map(asked: bool | None, *, filtered: bool) -> bool:
    """Whether to draw; raise UsageError where a map is asked for as data."""
    form = options.current().format
    if form not in (Format.TABLE, Format.WIDE):
        if asked:
            raise UsageError(f"a map is for the eye, and -o {form} is not", "leave --map out")
        return False
    return not filtered and live_page.on_terminal() if asked is None else asked


def _show_map(rows: Sequence[WeightRow], origin: Origin) -> None:
    from taoctl.cli.weights.heat import heat_map, palette

    output.note(output.styled(origin.caption(), "2", sys.stderr))
    output.write(heat_map(rows, shutil.get_terminal_size().columns, palette()))


@app.command("status")
def status(
    accounts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SS58|NAME]...",
            help="Hotkeys, or wallets for those in them; every wallet when left out.",
            autocompletion=context.key_completions,
        ),
    ] = None,
) -> None:
    """Commits to weights that wait, and the blocks in which they may be revealed.

    \b
    Examples:
      taoctl weights status
      taoctl weights status my-wallet/validator -o json
    """
    from taoctl.reads.weight_commits import WeightCommitRow, weight_commits

    coldkeys, hotkeys, names = context.keys(accounts or ())

    async def work(view: View) -> tuple[WeightCommitRow, ...]:
        return await weight_commits(view, coldkeys, hotkeys, names, _kept(view.chain.genesis))

    rows, origin = context.run(work)
    section = Section(rows, WeightCommitRow)
    output.show(Result(STATUS_SCHEMA, origin, (section,)))
    context.warn_insecure(output.addresses_in(section))


def _kept(genesis: str) -> set[tuple[str, str]] | None:
    """Hotkey and hash of what the journal can reveal; None, and a warning, if it cannot say."""
    from taoctl.journal.store import JOURNAL_TROUBLE, Journal
    from taoctl.journal.weights import kept_weights

    try:
        with Journal() as journal:
            return {(one.hotkey_ss58, one.commit_hash) for one in kept_weights(journal, genesis)}
    except JOURNAL_TROUBLE as trouble:
        output.warn(f"{trouble.message}; what it keeps of commits is not known")
        return None

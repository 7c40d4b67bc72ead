"""`taoctl gov watch`: what happens to proposals, as it happens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from taoctl.cli import context, interrupts, options, output
from taoctl.cli.endless import first_read, require_endless_form, until_ctrl_c
from taoctl.cli.gov.app import app
from taoctl.cli.gov.kept import keep, store
from taoctl.cli.options import Format
from taoctl.cli.output import Origin, Result, Section
from taoctl.errors import NotInRuntimeError
from taoctl.text import printable

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.history.proposal_backfill import Read
    from taoctl.history.proposal_watch import News
    from taoctl.reads.governance.event_rows import EventRow

Known: TypeAlias = "tuple[News, tuple[EventRow, ...], Origin]"

SCHEMA = "taoctl.gov.watch/1"


@app.command("watch")
def watch(
    blocks: Annotated[
        int | None,
        typer.Option(
            "--blocks", metavar="N", min=1, help="Stop after so many; till Ctrl-C when left out."
        ),
    ] = None,
) -> None:
    """Say what is proposed, voted and decided, in the block in which it happens.

    A line for each event, of motions, referenda and calls of the sudo multisig alike; all of it is
    kept for `gov list --all`. It goes on over lost connections and tells afterwards what happened
    meanwhile, up to 256 blocks. Where the chain has gone back behind blocks, a line says so, and
    those that replace them are told. Where stdout is no terminal, lines are written as -o ndjson.

    \b
    Examples:
      taoctl gov watch
      taoctl gov watch | jq -c --unbuffered 'select(.data.event == "Referenda.Submitted").data'
    """
    if blocks == 1:
        rows, origin = context.run(_one)
        output.show(Result(SCHEMA, origin, (Section(rows, _row_class()),)))
        return
    require_endless_form()
    with until_ctrl_c():
        interrupts.run(_follow(blocks))


def _row_class() -> type[EventRow]:
    from taoctl.reads.governance.event_rows import EventRow

    return EventRow


async def _one(view: View) -> tuple[EventRow, ...]:
    from taoctl.history.proposal_backfill import read_block

    await _governed(view)
    return _rows(view, (await read_block(view),))


async def _governed(view: View) -> None:
    """Raise NotInRuntimeError, with why, where nothing can ever happen."""
    from taoctl.reads.governance.backends import backends, why_none

    await view.settle()
    if not backends(view):
        raise NotInRuntimeError(why_none(view), "another network may have proposals")


async def _follow(blocks: int | None) -> None:
    from taoctl.chain.client import connect
    from taoctl.history.proposal_watch import ProposalWatch
    from taoctl.watch import follow

    seen = ProposalWatch(store())

    async def read(view: View) -> Known:
        await view.settle()
        news = await seen.look(view)
        return news, _rows(view, news.reads), context.origin_of(view)

    limit = context.timeout()
    async with connect(context.network_of(context.network()), timeout=limit) as chain:
        known = await first_read(chain, lambda view: _begin(view, read), limit)
        await context.say_open(chain)
        first, last, problem = known[2].block or 0, known[2].block_hash, None
        _say(*known)
        async for live in follow(chain, read):
            if live.problem is not None and live.problem != problem:
                output.warn(printable(live.problem))
            problem = live.problem
            if live.rows is None or live.block is None or live.block_hash == last:
                continue
            last = live.block_hash
            _say(*live.rows)
            if blocks is not None and live.block - first + 1 >= blocks:
                return


async def _begin(view: View, read: Callable[[View], Awaitable[Known]]) -> Known:
    """Keep what is open when the watch begins, and say on stderr what is watched."""
    from taoctl.reads.governance.finding import proposals

    await _governed(view)
    found = await proposals(view)
    await keep(view, found)
    known = await read(view)
    many = "1 proposal" if len(found) == 1 else f"{len(found)} proposals"
    output.note(f"{known[2].caption()} · watching {many} and what comes, Ctrl-C ends")
    return known


def _rows(view: View, reads: Sequence[Read]) -> tuple[EventRow, ...]:
    from taoctl.reads.governance.event_rows import event_rows

    return tuple(
        row
        for one in reads
        for row in event_rows(
            view.codec,
            one.block,
            one.block_hash,
            one.events,
            [stood for _, listed in one.looks for stood in listed],
        )
    )


def _say(news: News, rows: Sequence[EventRow], origin: Origin) -> None:
    """A line for each, for people without a heading, for it goes on."""
    from taoctl.reads.governance.event_rows import gone_row

    if news.left_out is not None:
        first, last = news.left_out
        output.warn(
            f"blocks {first} to {last} were not read; "
            f"`taoctl gov backfill --from {first} --to {last}` reads them"
        )
    if news.gone_from is not None:
        rows = (gone_row(news.gone_from), *rows)
    if not rows:
        return
    if options.current().format is Format.NDJSON:
        output.show(Result(SCHEMA, origin, (Section(rows, _row_class()),)))
        return
    for row in rows:
        output.write(_line(row))


def _line(row: EventRow) -> str:
    from taoctl.addresses import short_ss58

    wide = options.current().format is Format.WIDE
    what = row.id if row.id is None or wide or not row.id.startswith("0x") else row.id[:10]
    who = None if row.who is None else (row.who if wide else short_ss58(row.who))
    votes = None if row.ayes is None else f"{row.ayes} ayes, {row.nays} nays"
    said = [
        row.event,
        "" if who is None else f"by {who}",
        row.vote or "",
        "" if votes is None else f"({votes})",
    ]
    words = " ".join(one for one in said if one) + (f": {row.what}" if row.what else "")
    return f"block {row.block}  {what or '':<10}  {printable(words, 400)}"

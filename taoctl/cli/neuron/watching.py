"""`taoctl neuron watch`: what goes wrong with my neurons, as it happens."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from taoctl.cli import context, interrupts, options, output
from taoctl.cli.arguments import Accounts
from taoctl.cli.endless import first_read, require_endless_form, until_ctrl_c
from taoctl.cli.neuron.app import app
from taoctl.cli.options import Format
from taoctl.cli.output import Origin, Result, Section
from taoctl.text import printable

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.reads.alarms import AlarmRow, AlarmWatch

Known: TypeAlias = "tuple[tuple[AlarmRow, ...], Origin]"

WATCH_SCHEMA = "taoctl.neuron.watch/1"


@app.command("watch")
def watch(
    accounts: Accounts = None,
    blocks: Annotated[
        int | None,
        typer.Option(
            "--blocks", metavar="N", min=1, help="Stop after so many; till Ctrl-C when left out."
        ),
    ] = None,
) -> None:
    """Say when a neuron of yours loses its UID or a commit, nears pruning, or its weights grow old.

    A line for each, once, at the block in which it begins: a lost UID within one block, for the
    chain emits no event and so who holds it is looked at in every block; a place among the next
    three to be replaced; a validator whose last weights are older than two tempos, or so old that
    its stake no longer counts; committed weights that were never revealed. It goes on over
    lost connections, and tells afterwards what was lost meanwhile. Where stdout is no terminal,
    lines are written as -o ndjson.

    \b
    Examples:
      taoctl neuron watch
      taoctl neuron watch my-wallet --blocks 1 -o json
      taoctl neuron watch | jq -c --unbuffered 'select(.data.alarm == "lost").data'
    """
    from taoctl.reads.alarms import AlarmWatch

    coldkeys, hotkeys, names = context.keys(accounts or ())
    seen = AlarmWatch(coldkeys, hotkeys, names)
    context.warn_insecure((*coldkeys, *hotkeys))
    if blocks == 1:
        rows, origin = context.run(seen.look)
        _say(rows, origin)
        return
    require_endless_form()
    with until_ctrl_c():
        interrupts.run(_follow(seen, blocks))


async def _follow(seen: AlarmWatch, blocks: int | None) -> None:
    from taoctl.chain.client import connect
    from taoctl.watch import follow

    async def read(view: View) -> Known:
        await view.settle()
        return await seen.look(view), context.origin_of(view)

    limit = context.timeout()
    async with connect(context.network_of(context.network()), timeout=limit) as chain:
        rows, origin = await first_read(chain, read, limit)
        await context.say_open(chain)
        _begin(seen, origin)
        _say_each(rows, origin)
        last, first, problem = origin.block_hash, origin.block or 0, None
        async for live in follow(chain, read):
            if live.problem is not None and live.problem != problem:
                output.warn(printable(live.problem))
            problem = live.problem
            if live.rows is None or live.block is None or live.block_hash == last:
                continue
            last = live.block_hash
            _say_each(*live.rows)
            if blocks is not None and live.block - first + 1 >= blocks:
                return


def _begin(seen: AlarmWatch, origin: Origin) -> None:
    """Say on stderr what is watched."""
    many = "1 neuron" if seen.neurons == 1 else f"{seen.neurons} neurons"
    output.note(f"{origin.caption()} · watching {many}, Ctrl-C ends")


def _say_each(rows: Sequence[AlarmRow], origin: Origin) -> None:
    """A line for each, for people without a heading, for it goes on."""
    if not rows:
        return
    if options.current().format is Format.NDJSON:
        _say(rows, origin)
        return
    for row in rows:
        output.write(output.styled(_line(row), "1;31", sys.stdout))


def _line(row: AlarmRow) -> str:
    from taoctl.addresses import short_ss58

    wide = options.current().format is Format.WIDE
    name = row.hotkey_name or (row.hotkey if wide else short_ss58(row.hotkey))
    return printable(
        f"block {row.block}  {row.alarm.upper():<11}  subnet {row.netuid} uid {row.uid} {name}: "
        f"{row.what}"
    )


def _say(rows: Sequence[AlarmRow], origin: Origin) -> None:
    from taoctl.reads.alarms import AlarmRow

    output.show(Result(WATCH_SCHEMA, origin, (Section(rows, AlarmRow),)))

"""`taoctl weights watch`: how old each validator's weights are, anew with every block."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from taoctl.cli import context, interrupts, options, output
from taoctl.cli.endless import first_read, require_endless_form, until_ctrl_c
from taoctl.cli.live_page import LivePage
from taoctl.cli.options import Format
from taoctl.cli.output import Origin, Result, Section
from taoctl.cli.weights.app import app
from taoctl.text import printable
from taoctl.wallet.public import discover

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.reads.weight_ages import WeightAgeRow

WATCH_SCHEMA = "taoctl.weights.watch/1"

Ages: TypeAlias = "tuple[WeightAgeRow, ...]"
Read: TypeAlias = "Callable[[View], Awaitable[tuple[Ages, Origin]]]"


@app.command("watch")
def watch(
    netuid: Annotated[str, typer.Argument(metavar="NETUID", help="The subnet.")],
    mechanism: Annotated[
        int,
        typer.Option("--mechanism", metavar="N", min=0, max=15, help="Mechanism of the subnet."),
    ] = 0,
    blocks: Annotated[
        int | None,
        typer.Option(
            "--blocks", metavar="N", min=1, help="Stop after so many; till Ctrl-C when left out."
        ),
    ] = None,
) -> None:
    """How long ago each validator of a subnet last set weights, with every block.

    Those of your wallets come first and stand out, then whose weights are oldest. Where stdout is
    no terminal, each block is written as -o ndjson.

    \b
    Examples:
      taoctl weights watch 1
      taoctl weights watch 1 --blocks 1 -o json
      taoctl weights watch 1 | jq -c 'select(.data.mine and .data.state != "fresh").data'
    """
    from taoctl.reads.weight_ages import weight_ages

    number, mine, names = context.netuid(netuid), _mine(), context.names()

    async def rows_of(view: View) -> Ages:
        return await weight_ages(view, number, mechanism, mine, names)

    if blocks == 1:
        rows, origin = context.run(rows_of)
        _say(rows, origin)
        context.warn_insecure(row.hotkey for row in rows if row.mine)
        return

    async def read(view: View) -> tuple[Ages, Origin]:
        rows = await rows_of(view)
        await view.settle()
        return rows, context.origin_of(view)

    require_endless_form()
    context.warn_insecure(sorted(mine))
    with until_ctrl_c(), LivePage() as page:
        interrupts.run(_follow(_Watch(read, page, f"subnet {number}", blocks)))


def _mine() -> frozenset[str]:
    """Keys of the wallets that --wallet names, else of all; none where there are none."""
    if context.wallet_names():
        coldkeys, hotkeys, _ = context.keys(())
        return frozenset((*coldkeys, *hotkeys))
    found = discover(context.wallet_path())
    known = {one.coldkey for one in found} | {key.ss58 for one in found for key in one.hotkeys}
    return frozenset(key for key in known if key)


def _say(rows: Sequence[WeightAgeRow], origin: Origin) -> None:
    from taoctl.reads.weight_ages import WeightAgeRow

    output.show(Result(WATCH_SCHEMA, origin, (Section(rows, WeightAgeRow),)))


@dataclass(slots=True)
class _Watch:
    """What is read, where it is shown, and how many blocks of it are still wanted."""

    read: Read
    page: LivePage
    title: str
    left: int | None


async def _follow(what: _Watch) -> None:
    from taoctl.chain.client import connect
    from taoctl.watch import follow

    limit = context.timeout()
    async with connect(context.network_of(context.network()), timeout=limit) as chain:
        await first_read(chain, what.read, limit)
        await context.say_open(chain)
        block: str | None = None
        problem: str | None = None
        async for live in follow(chain, what.read):
            new, known = live.block_hash != block, live.rows
            if known is None or not (new or live.problem != problem):
                continue
            block, problem = live.block_hash, live.problem
            _show(what, *known, problem, new=new)
            if new and what.left is not None:
                what.left -= 1
                if not what.left:
                    return


def _show(what: _Watch, rows: Ages, origin: Origin, problem: str | None, *, new: bool) -> None:
    if options.current().format is not Format.NDJSON:
        what.page.show(_page(rows, what, origin, problem))
    elif new:
        _say(rows, origin)
    elif problem is not None:
        output.warn(printable(problem))


def _page(rows: Ages, what: _Watch, origin: Origin, problem: str | None) -> list[str]:
    """A page for people: whose weights, where, and of trouble what it is; mine stands out."""
    from taoctl.reads.columns import columns_of
    from taoctl.reads.weight_ages import WeightAgeRow

    width, columns = what.page.columns, columns_of(WeightAgeRow)
    table, left_out = output.table_text(columns, rows, width, full=True)
    if options.current().format is not Format.WIDE or left_out:
        # Of a wide page that does not fit, the last columns would go, and they matter most.
        narrow = [column for column in columns if not column.wide]
        table, _ = output.table_text(narrow, rows, width)
    head, *lines = table.split("\n")
    simulated = " SIM" if origin.simulated else ""
    said = f"{origin.network}{simulated} · block {origin.block} · {what.title}"
    top = [output.styled(_cut(said, width), "2", sys.stdout)]
    if problem is not None:
        top.append(output.styled(_cut(printable(problem), width), "33", sys.stdout))
    marked = [
        output.styled(line, _STYLES[row.state], sys.stdout) if row.mine else line
        for line, row in zip(lines, rows, strict=True)
    ]
    return [*top, head, *marked] if rows else [*top, "nobody may set weights here"]


def _cut(text: str, width: int | None) -> str:
    return text if width is None else output.fitted(text, width)


_STYLES = {"fresh": "1;32", "old": "1;33", "inactive": "1;31", "never": "1;31"}
"""Escape codes for lines of mine, by the state of their weights."""

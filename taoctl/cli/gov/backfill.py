"""`taoctl gov backfill`: read from the chain's blocks how proposals went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, interrupts, options, output
from taoctl.cli.gov.app import app
from taoctl.cli.gov.kept import store
from taoctl.cli.output import Origin
from taoctl.errors import RefusedError, StoppedError, UsageError
from taoctl.text import printable

if TYPE_CHECKING:
    from taoctl.history.proposal_backfill import Progress

SCHEMA = "taoctl.gov.backfill/1"
_SAY_S = 2.0


@app.command("backfill")
def backfill(
    first: Annotated[
        int, typer.Option("--from", metavar="BLOCK", min=0, help="The first block to read.")
    ],
    last: Annotated[
        int | None,
        typer.Option("--to", metavar="BLOCK", min=0, help="The last one; else the finalized one."),
    ] = None,
) -> None:
    """Read how proposals went from blocks of the past, for `gov list --all` and `gov show`.

    Only events tell how motions and multisig calls ended and how everybody voted, and only blocks
    have those. Finalized blocks are read, each once: what is interrupted goes on where it was.
    Most nodes keep the state of some hundred blocks; for older ones ask an archive.

    \b
    Examples:
      taoctl gov backfill --from 5000000 -n archive
      taoctl gov backfill --from 5000000 --to 5007200 -n wss://archive.example:443
    """
    output.require_form()
    if options.current().at_block is not None:
        raise UsageError("a backfill reads a range of blocks", "give --from and --to")
    if last is not None and last < first:
        raise UsageError(f"block {last} is before block {first}", "give --from and --to in order")
    seen: list[Progress] = []
    try:
        origin = interrupts.run(_read(first, last, seen))
    except KeyboardInterrupt:
        raise StoppedError(*_stopped(seen)) from None
    except RefusedError as problem:
        if seen:
            problem.message = f"{problem.message} ({_said(seen[-1])})"
        raise
    done = seen[-1]
    data = {
        "first_block": first,
        "last_block": done.block,
        "blocks": done.total,
        "events": done.events,
    }
    text = (
        f"blocks {first} to {done.block} are read; {_events(done)} of proposals in those now read"
    )
    output.show_data(SCHEMA, data, text, origin)


async def _read(first: int, last: int | None, seen: list[Progress]) -> Origin:
    import asyncio

    from taoctl.chain.client import connect
    from taoctl.history.proposal_backfill import backfill as work

    limit, loop = context.timeout(), asyncio.get_running_loop()
    async with connect(context.network_of(context.network()), timeout=limit) as chain:
        end = await chain.finalized_number() if last is None else last
        if end < first:
            raise UsageError(
                f"block {first} is not finalized", f"the newest finalized block is {end}"
            )
        said = loop.time()
        async for progress in work(chain, store(), first, end):
            seen.append(progress)
            if loop.time() - said >= _SAY_S:
                said = loop.time()
                output.note(_said(progress))
        return context.origin_of(await chain.at_block(end))


def _said(progress: Progress) -> str:
    return (
        f"{progress.done} of {progress.total} blocks read, up to block {progress.block}; "
        f"{_events(progress)}"
    )


def _events(progress: Progress) -> str:
    return "1 event" if progress.events == 1 else f"{progress.events} events"


def _stopped(seen: list[Progress]) -> tuple[str, str]:
    how = printable(_said(seen[-1])) if seen else "nothing new is kept"
    return f"stopped: {how}", "the same command goes on from there"

"""`taoctl chain`: the chain itself."""

from __future__ import annotations

from typing import Annotated

import typer

from taoctl.cli import chain_call, context, options, output
from taoctl.cli.output import Result, Section
from taoctl.errors import UsageError

app = typer.Typer(
    help="The chain itself: runtime, head, single blocks, any call.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("call")(chain_call.call)


@app.command("info")
def info() -> None:
    """Network, endpoint, runtime and head.

    \b
    Examples:
      taoctl chain info
      taoctl chain info -n test -o json
    """
    from taoctl.reads.chain import ChainRow, chain_info

    row, origin = context.run(chain_info)
    output.show(Result("taoctl.chain.info/1", origin, (Section([row], ChainRow, single=True),)))
    if row.newer_than_tested:
        output.warn(
            f"runtime {row.spec_version} is newer than the newest this version was tested with"
        )


@app.command("block")
def block_(
    number: Annotated[
        str | None, typer.Argument(metavar="NUMBER|HASH", help="The newest when left out.")
    ] = None,
) -> None:
    """One block: hash, time, extrinsics and events.

    \b
    Examples:
      taoctl chain block
      taoctl chain block 1234
      taoctl chain block 0x2f05…cc76
    """
    from taoctl.reads.chain import BlockRow, block

    if number is not None:
        if options.current().at_block not in (None, number):
            raise UsageError("the block was given twice", "leave out --at-block")
        options.current().at_block = number
    row, origin = context.run(block)
    output.show(Result("taoctl.chain.block/1", origin, (Section([row], BlockRow, single=True),)))

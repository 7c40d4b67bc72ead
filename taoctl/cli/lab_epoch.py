"""`taoctl lab epoch`: one epoch of the chain's consensus."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taoctl.cli import case_file, context, output
from taoctl.cli.output import Result, Section
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.reads.what_if import WhatIf

EPOCH_SCHEMA = "taoctl.lab.epoch/1"
WHAT_IF_SCHEMA = "taoctl.lab.what-if/1"


def epoch(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE.json]", help="The epoch's input; - reads stdin."),
    ] = None,
    netuid: Annotated[
        str | None,
        typer.Option("--netuid", metavar="NETUID", help="Start from a subnet of the chain."),
    ] = None,
    set_weight: Annotated[
        list[str] | None,
        typer.Option(
            "--set-weight",
            metavar="V:M=W",
            help="Let uid V weigh uid M with W, 0 to 65535; again for more.",
        ),
    ] = None,
    stake: Annotated[
        list[str] | None,
        typer.Option(
            "--stake",
            metavar="U=AMOUNT",
            help="Let uid U have so much stake: 10alpha on the subnet, 10tao on root.",
        ),
    ] = None,
    mechid: Annotated[
        int,
        typer.Option("--mechid", metavar="MECHID", min=0, max=255, help="Whose weights to set."),
    ] = 0,
    last: Annotated[
        bool, typer.Option("--last", help="The subnet's last epoch, not its next one.")
    ] = False,
) -> None:
    """Run one epoch of a subnet, bit for bit as the chain does, and see what changes would do.

    From a file: one JSON object with what an epoch reads, alone, as `input`, or many of them in
    `cases`. u16 values stand for parts of 65535, stakes and emission are rao, weights and bonds
    hold a row of [uid, value] pairs for each uid. With -o json, `data` is what the epoch writes;
    a null row of bonds is left as it was.

    With --netuid: the subnet's next epoch, were nothing else to change until its block, before and
    after the changes; a weight is set in the row as it is stored, in the block before the epoch.

    \b
    Examples:
      taoctl lab epoch epoch.json -o json
      taoctl lab epoch --netuid 1
      taoctl lab epoch --netuid 1 --set-weight 3:7=65535 --set-weight 3:9=0
      taoctl lab epoch --netuid 1 --stake 3=5000alpha --last
    """
    if (file is None) == (netuid is None):
        raise UsageError("an epoch comes from a file or from --netuid", "give one of them")
    if file is not None:
        if set_weight or stake or mechid or last:
            raise UsageError("changes are of a subnet of the chain", "use them with --netuid")
        output.require_form()
        data = case_file.answered(case_file.parsed(file), _run)
        output.show_data(EPOCH_SCHEMA, data, case_file.text_of(data, _text))
        return
    _from_chain(context.netuid(netuid or ""), set_weight or [], stake or [], mechid, last)


def _run(data: Any) -> dict[str, Any]:
    from taoctl.economics.epoch_check import checked_epoch_input
    from taoctl.economics.yuma import run_epoch

    return run_epoch(checked_epoch_input(data)).to_json()


def _text(found: Mapping[str, Any]) -> str:
    from taoctl.cli.epoch_rows import EpochRow, epoch_rows
    from taoctl.reads.columns import columns_of

    return output.table_text(columns_of(EpochRow), epoch_rows(found), None)[0]


def _from_chain(
    netuid: int, set_weight: list[str], stake: list[str], mechid: int, last: bool
) -> None:
    from taoctl.cli import epoch_changes
    from taoctl.reads.columns import Kind, json_value
    from taoctl.reads.what_if import ChangeRow, what_if

    weights, stakes = epoch_changes.weights(set_weight), epoch_changes.stakes(stake)
    found, origin = context.run(
        lambda view: what_if(view, netuid, weights=weights, stakes=stakes, mechid=mechid, last=last)
    )
    extra = {
        "netuid": netuid,
        "epoch_block": found.block,
        "emission": json_value(Kind.ALPHA, found.emission),
        "equals_chain": found.equals_chain,
    }
    several = any(row.mechid for row in found.rows)
    shown = frozenset({"mechid"} if several else ())
    section = Section(found.rows, ChangeRow, key="neurons", shown=shown)
    headline = _headline(found, bool(weights or stakes))
    output.show(Result(WHAT_IF_SCHEMA, origin, (section,), extra=extra, headline=headline))
    if found.without_permit:
        listed = ", ".join(map(str, found.without_permit))
        output.warn(f"without a validator permit, so that its weights do not count: uid {listed}")
    context.warn_insecure(output.addresses_in(section))


def _headline(found: WhatIf, changed: bool) -> str:
    from taoctl.reads.columns import Kind, format_value

    alpha = format_value(Kind.ALPHA, found.emission)
    told = f"epoch of block {found.block}, {alpha} α shared out"
    if found.equals_chain is not None:
        told += ", " + ("as" if found.equals_chain else "otherwise than") + " the chain stored it"
    return told if changed else f"{told}; nothing was changed"

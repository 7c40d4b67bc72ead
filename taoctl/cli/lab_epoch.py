"""`taoctl lab epoch`: one epoch of the chain's consensus."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from taoctl.cli import case_file, output

EPOCH_SCHEMA = "taoctl.lab.epoch/1"


def epoch(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.json", help="The epoch's input; - reads stdin."),
    ],
) -> None:
    """Run one epoch of a subnet on an input from a file, bit for bit as the chain does.

    The file has one JSON object with what an epoch reads: alone, as `input`, or many of them in
    `cases`. u16 values stand for parts of 65535, stakes and emission are rao, weights and bonds
    hold a row of [uid, value] pairs for each uid. With -o json, `data` is what the epoch writes;
    a null row of bonds is left as it was.

    \b
    Examples:
      taoctl lab epoch epoch.json
      taoctl lab epoch epoch.json -o json
      taoctl lab epoch - -o json < epoch.json
    """
    output.require_form()
    data = case_file.answered(case_file.parsed(file), _run)
    output.show_data(EPOCH_SCHEMA, data, case_file.text_of(data, _text))


def _run(data: Any) -> dict[str, Any]:
    from taoctl.economics.epoch_check import checked_epoch_input
    from taoctl.economics.yuma import run_epoch

    return run_epoch(checked_epoch_input(data)).to_json()


def _text(found: Mapping[str, Any]) -> str:
    from taoctl.cli.epoch_rows import EpochRow, epoch_rows
    from taoctl.reads.columns import columns_of

    return output.table_text(columns_of(EpochRow), epoch_rows(found), None)[0]

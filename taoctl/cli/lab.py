"""`taoctl lab`: the chain's arithmetic to try things with; nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taoctl.cli import case_file, context, lab_epoch, options, output, plots
from taoctl.cli.options import Format
from taoctl.cli.output import Result, Section
from taoctl.errors import UsageError
from taoctl.reads.columns import Kind, format_value, json_value
from taoctl.units import RAO_PER_TAO

if TYPE_CHECKING:
    from taoctl.economics.pool import Side
    from taoctl.reads.curve import CurveRow

app = typer.Typer(
    help="The chain's arithmetic, to try things with; nothing is sent.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

SWAP_SCHEMA = "taoctl.lab.swap/1"
STAKE_SCHEMA = "taoctl.lab.stake/1"


@app.callback()
def group() -> None:
    """Hold the commands."""


@app.command("swap")
def swap(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.json", help="The swap; - reads stdin."),
    ],
) -> None:
    """Run a subnet's pool on a swap from a file, to the last rao as the chain does.

    The file has one JSON object with side (buy: TAO in, sell: alpha in), alpha_reserve,
    tao_reserve, quote_weight_perquintill, fee_rate_u16, amount (fee included) and
    limit_price_rao (null for none), all in rao; alone, as `input`, or many of them in `cases`.
    What the pool refuses is an answer too: its error's name.

    \b
    Examples:
      taoctl lab swap swap.json
      taoctl lab swap swap.json -o json
      taoctl lab swap - < swap.json
    """
    output.require_form()
    data = case_file.answered(case_file.parsed(file), _swapped)
    output.show_data(SWAP_SCHEMA, data, case_file.text_of(data, _swap_text))


def _swapped(data: Any) -> dict[str, Any]:
    from taoctl.economics.vectors import checked_swap_input, swap_output

    return swap_output(checked_swap_input(data))


def _swap_text(found: Mapping[str, Any]) -> str:
    width = max(len(name) for name in found)
    lines = [f"{name.replace('_', ' ').ljust(width)}  {one}" for name, one in found.items()]
    return "\n".join(lines).replace("True", "yes").replace("False", "no")


app.command("epoch")(lab_epoch.epoch)


@app.command("stake")
def stake(
    netuid: Annotated[str, typer.Argument(metavar="NETUID", help="Subnet number.")],
    amount: Annotated[
        str, typer.Argument(metavar="AMOUNT", help="Up to where: 100tao to buy, 100alpha to sell.")
    ],
) -> None:
    """What staking or unstaking costs on a subnet, from small amounts up to the one given.

    Each row is one order alone on the pool as it stands now, without a limit. `impact` is what the
    order moves the price against itself, `cost` has the pool's fee in it too; both are parts of
    the value at the spot price. On a terminal the impact is drawn above the rows.

    \b
    Examples:
      taoctl lab stake 1 1000tao
      taoctl lab stake 1 5000alpha -o csv
    """
    from taoctl.calls.stake.amount import parse_amount
    from taoctl.reads.curve import CurveRow, curve

    number = context.netuid(netuid)
    most = parse_amount(amount, "either")
    if most.relative:
        raise UsageError(f"{amount!r} is a share of nothing here", "write 100tao or 100alpha")
    side: Side = "buy" if most.kind == "tao" else "sell"
    (price, rows), origin = context.run(lambda view: curve(view, number, side, most.rao))
    if plots.can_draw() and options.current().format in (Format.TABLE, Format.WIDE):
        output.write(_drawn(rows, number, side))
    section = Section(rows, CurveRow, key="points")
    extra = {"netuid": number, "side": side, "spot_price": json_value(Kind.PRICE, price)}
    told = f"spot price {format_value(Kind.PRICE, price)} TAO per alpha"
    if any(row.cost_ppm is None for row in rows):
        told += "; the pool refuses the orders without a price"
    output.show(Result(STAKE_SCHEMA, origin, (section,), extra=extra, headline=told))


def _drawn(rows: Sequence[CurveRow], netuid: int, side: Side) -> str:
    known = [row for row in rows if row.impact_ppm is not None]
    if not known:
        return ""
    unit = "TAO" if side == "buy" else "alpha"
    paid = [row.tao_rao if side == "buy" else row.alpha_rao for row in known]
    return plots.curve(
        f"subnet {netuid}: {side}",
        (f"{unit} in", [(one or 0) / RAO_PER_TAO for one in paid]),
        ("impact %", [(row.impact_ppm or 0) / 10_000 for row in known]),
    )

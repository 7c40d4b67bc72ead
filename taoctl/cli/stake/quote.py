"""`taoctl stake quote`: what a trade would come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taoctl.cli import context, output
from taoctl.cli import options as global_options
from taoctl.cli.options import Format
from taoctl.cli.schema_parts import DECIMAL, INT, INT_OR_NULL, RAO, TAO, TAO_OR_NULL, Plain, obj
from taoctl.cli.stake import options
from taoctl.cli.stake.app import app
from taoctl.reads.columns import Kind, format_value, json_value
from taoctl.units import Alpha, Tao, stake_unit, subnet_name

if TYPE_CHECKING:
    from taoctl.calls.stake.enquiry import Enquiry

SCHEMA = "taoctl.stake.quote/1"
_LABEL_WIDTH = 12


@app.command("quote")
def quote(
    amount: Annotated[
        str, typer.Argument(metavar="AMOUNT", help="10tao to stake, 10alpha to unstake or swap.")
    ],
    netuid: options.Netuid,
    to_netuid: options.ToNetuid = None,
    tolerance: options.Tolerance = None,
    limit: options.LimitPrice = None,
    unsafe: options.Unsafe = False,
) -> None:
    """What a trade would come to now: what goes in and comes out, the fee, the price impact.

    It is for nobody in particular and needs no wallet; the transaction's own fee is not in it.

    \b
    Examples:
      taoctl stake quote 10tao --netuid 1
      taoctl stake quote 500alpha --netuid 1 --tolerance 0.5%
      taoctl stake quote 500alpha --netuid 1 --to-netuid 4 -o json
    """
    from taoctl.calls.stake.amount import parse_amount
    from taoctl.calls.stake.enquiry import enquire

    output.require_form()
    wanted, source = parse_amount(amount, "either"), context.netuid(netuid)
    target = None if to_netuid is None else context.netuid(to_netuid)
    until = options.limit_of(tolerance, limit, unsafe)
    found, origin = context.run(lambda view: enquire(view, source, wanted, until, target))
    if global_options.current().format in (Format.TABLE, Format.WIDE):
        output.note(origin.caption())
    output.show_data(SCHEMA, _json(found), "\n".join(_lines(found)), origin)


def _json(found: Enquiry) -> dict[str, Any]:
    one = found.quote
    return {
        "kind": one.kind,
        "netuid": one.netuid,
        "netuid_in": one.netuid_in,
        "paid_in": _money(one.paid_in),
        "pool_fee": _money(one.pool_fee),
        "out": _money(one.out),
        "minimum_out": _money(one.minimum_out),
        "spot_price": json_value(Kind.PRICE, one.price_rao),
        "spot_price_after": json_value(Kind.PRICE, one.price_after_rao),
        "limit_price": json_value(Kind.PRICE, one.limit_price_rao),
        "impact_ppm": one.impact_ppm,
        "cost_ppm": one.cost_ppm,
        "fits_limit": found.fits,
        "most_within_limit": _money(found.most),
    }


def _money(amount: Tao | Alpha | None) -> Any:
    match amount:
        case Tao(rao):
            return json_value(Kind.TAO, rao)
        case Alpha(rao, netuid):
            return {**json_value(Kind.ALPHA, rao), "netuid": netuid}
    return None


def _lines(found: Enquiry) -> Iterator[str]:
    one = found.quote
    unit = "TAO per alpha"
    if one.netuid_in is not None:
        unit = f"{stake_unit(one.netuid)} for one of {subnet_name(one.netuid_in)}"
    least = "" if one.minimum_out is None else f"; within the limit at least {one.minimum_out}"
    yield _line("you give", f"{one.paid_in}, of which the pool keeps {one.pool_fee}")
    yield _line("you get", f"{'not known' if one.out is None else one.out}{least}")
    yield _line("price", f"{_price(one.price_rao)} → {_price(one.price_after_rao)} {unit}")
    yield _line("impact", f"{_part(one.impact_ppm)}, with the fee {_part(one.cost_ppm)}")
    yield _line("limit", _limit(found))


def _limit(found: Enquiry) -> str:
    price = found.quote.limit_price_rao
    if price is None:
        return "none"
    if found.most is not None and not found.most.rao:
        return f"{_price(price)}, which lets nothing through: the chain would refuse this"
    most = "" if found.most is None else f", which lets {found.most} through at most"
    told = {
        True: "",
        False: "; the chain would refuse this, but for --partial",
        None: "; whether this fits cannot be told on this runtime",
    }
    return f"{_price(price)}{most}{told[found.fits]}"


def _line(label: str, text: str) -> str:
    return f"{label.ljust(_LABEL_WIDTH)}{text}"


def _price(rao: int | None) -> str:
    return format_value(Kind.PRICE, rao, full=True)


def _part(ppm: int | None) -> str:
    return format_value(Kind.PPM, ppm)


_ALPHA: dict[str, Any] = obj(rao=RAO, alpha=DECIMAL, netuid=INT)
_MONEY = {"anyOf": [TAO, _ALPHA]}
_MONEY_OR_NULL = {"anyOf": [TAO, _ALPHA, {"type": "null"}]}

QUOTE = Plain(
    "taoctl stake quote",
    obj(
        kind={"enum": ["buy", "sell", "swap"]},
        netuid=INT,
        netuid_in=INT_OR_NULL,
        paid_in=_MONEY,
        pool_fee=_MONEY,
        out=_MONEY_OR_NULL,
        minimum_out=_MONEY_OR_NULL,
        spot_price=TAO_OR_NULL,
        spot_price_after=TAO_OR_NULL,
        limit_price=TAO_OR_NULL,
        impact_ppm=INT_OR_NULL,
        cost_ppm=INT_OR_NULL,
        fits_limit={"type": ["boolean", "null"]},
        most_within_limit=_MONEY_OR_NULL,
    ),
)
"""What the JSON of a quote holds."""

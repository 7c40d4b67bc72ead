"""The options that the trades of stake share, and what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.calls.batch_mode import BatchMode
from taoctl.cli import context, options
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.calls.stake.amount import Amount as Quantity
    from taoctl.calls.stake.limits import Limit

TaoAmount = Annotated[
    str, typer.Argument(metavar="AMOUNT", help="TAO with its unit: 10tao; or 50%, or all.")
]
AlphaAmount = Annotated[
    str, typer.Argument(metavar="AMOUNT", help="Alpha with its unit: 10alpha; or 50%, or all.")
]
Netuids = Annotated[
    list[str],
    typer.Option("--netuid", metavar="N[,N…]", help="The subnet; repeatable. 0 is root."),
]
Netuid = Annotated[str, typer.Option("--netuid", metavar="N", help="The subnet; 0 is root.")]
ToNetuid = Annotated[
    str | None, typer.Option("--to-netuid", metavar="M", help="The subnet it goes to.")
]
Hotkeys = Annotated[
    list[str] | None,
    typer.Option(
        "--hotkey",
        metavar="SS58|NAME",
        help="Whom the stake backs: an address, a hotkey of the wallet, WALLET/HOTKEY or a name "
        "of the book; repeatable.",
        autocompletion=context.key_completions,
    ),
]
Hotkey = Annotated[
    str | None,
    typer.Option(
        "--hotkey",
        metavar="SS58|NAME",
        help="Whom the stake backs: an address, a hotkey of the wallet, WALLET/HOTKEY or a name "
        "of the book.",
        autocompletion=context.key_completions,
    ),
]
Tolerance = Annotated[
    str | None,
    typer.Option(
        "--tolerance",
        metavar="PERCENT",
        help="Trade no further than so far from the spot price; 1% unless set otherwise.",
    ),
]
LimitPrice = Annotated[
    str | None,
    typer.Option("--limit", metavar="PRICE", help="Trade no further than this price."),
]
Unsafe = Annotated[
    bool, typer.Option("--unsafe", help="Trade at any price, by a call that has no limit.")
]
Partial = Annotated[
    bool,
    typer.Option("--partial", help="Trade as much as the limit lets through, not all or none."),
]
Mode = Annotated[
    BatchMode,
    typer.Option(
        "--batch-mode", help="With several targets: what a failing one does to the others."
    ),
]


def netuids_of(given: Sequence[str]) -> list[int]:
    """The subnet numbers of repeated and comma-joined options, each once, in their order.

    Raises:
        UsageError: one is no subnet number, or there is none.
    """
    parts = [part.strip() for text in given for part in text.split(",")]
    found = list(dict.fromkeys(context.netuid(part) for part in parts if part))
    if not found:
        raise UsageError("no subnet was named", "name it with --netuid")
    return found


def alpha_of(text: str, netuids: Sequence[int]) -> Quantity:
    """An amount of alpha of subnets; of root, where alpha is TAO, also written as TAO.

    Raises:
        UsageError: it has no unit, or that of something else.
    """
    from taoctl.calls.stake.amount import parse_amount

    return parse_amount(text, "either" if not any(netuids) else "alpha")


def limit_of(
    tolerance: str | None, price: str | None, unsafe: bool, partial: bool = False
) -> Limit:
    """How far a trade may go: what the options say, or else the tolerance of the settings.

    Raises:
        UsageError: they contradict each other, or one cannot be read.
    """
    from taoctl.calls.stake.limits import Unlimited, parse_price, parse_tolerance

    named = [
        name
        for name, said in (
            ("--tolerance", tolerance is not None),
            ("--limit", price is not None),
            ("--unsafe", unsafe),
        )
        if said
    ]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)} contradict each other", "give one of them")
    if unsafe and partial:
        raise UsageError(
            "--partial means nothing with --unsafe", "without a limit all of it is traded"
        )
    if unsafe:
        return Unlimited()
    if price is not None:
        return parse_price(price)
    if tolerance is None:
        tolerance = options.current().config().tolerance
    return parse_tolerance(tolerance)

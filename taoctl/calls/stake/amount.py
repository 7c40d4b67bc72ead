"""Amounts as people write them for a trade: with their unit, as a share, or everything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from taoctl.errors import UsageError
from taoctl.text import printable
from taoctl.units import (
    RAO_PER_TAO,
    ROOT_NETUID,
    U64_MAX,
    Alpha,
    decimal_to_rao,
    rao_to_decimal,
    subnet_names,
)

WHOLE = 1_000_000
"""Millionths in a whole."""

Takes = Literal["tao", "alpha", "either"]
"""The units that an operation takes."""

_WRITTEN = re.compile(r"^\s*(?P<figure>[0-9.,_+-]*)\s*(?P<unit>[^0-9.,_+\s-].*?)?\s*$")
_PERCENT = re.compile(r"^(?P<whole>[0-9]{1,3})(?:\.(?P<fraction>[0-9]{1,4}))?$")
_UNITS = {"tao": "tao", "τ": "tao", "alpha": "alpha", "α": "alpha", "rao": "rao"}
_EXAMPLES = {
    "tao": "write 10tao, 50% or all",
    "alpha": "write 10alpha, 50% or all",
    "either": "write 10tao, 10alpha, 50% or all",
}


@dataclass(frozen=True, slots=True)
class Amount:
    """How much to trade.

    Attributes:
        kind: an amount of TAO or of alpha, a share of what there is, or all of it.
        rao: of an amount.
        millionths: of a share.
        parts: among how many targets a share, or all, is divided evenly.
    """

    kind: Literal["tao", "alpha", "share", "all"]
    rao: int = 0
    millionths: int = 0
    parts: int = 1

    @property
    def relative(self) -> bool:
        """Whether it depends on what there is."""
        return self.kind in ("share", "all")

    def of(self, whole_rao: int) -> int:
        """The rao of it where there are so many; rounded down."""
        match self.kind:
            case "all":
                return whole_rao // self.parts
            case "share":
                return whole_rao * self.millionths // (WHOLE * self.parts)
        return self.rao

    def divided(self, parts: int) -> Amount:
        """Its part for each of several targets; an amount is for each of them whole."""
        return replace(self, parts=self.parts * parts) if self.relative else self

    def of_tao(self) -> str:
        """What it is of the free TAO, and into how many parts that is divided."""
        if not self.relative:
            return str(self)
        parts = "" if self.parts == 1 else f" in {self.parts} equal parts"
        return f"{replace(self, parts=1)} of the free TAO{parts}"

    def of_stake(self, netuids: Sequence[int]) -> str:
        """What it is of the stake on a subnet, or on each of several; that on root is TAO."""
        if tuple(netuids) == (ROOT_NETUID,):
            return (
                f"{self} of the TAO on root" if self.relative else str(Alpha(self.rao, ROOT_NETUID))
            )
        each = "" if len(netuids) == 1 else "each of "
        whole = "the alpha of " if self.relative else ""
        return f"{self} of {whole}{each}{subnet_names(netuids)}"

    def __str__(self) -> str:
        match self.kind:
            case "all":
                text = "all"
            case "share":
                whole, fraction = divmod(self.millionths, WHOLE // 100)
                text = f"{whole}.{fraction:04d}".rstrip("0").rstrip(".") + "%"
            case "tao":
                return f"{rao_to_decimal(self.rao)} TAO"
            case _:
                return f"{rao_to_decimal(self.rao)} alpha"
        return text if self.parts == 1 else f"1/{self.parts} of {text}"


def tao_amount(rao: int) -> Amount:
    """An amount of TAO."""
    return Amount("tao", rao)


def alpha_amount(rao: int) -> Amount:
    """An amount of alpha, of whichever subnet the operation names."""
    return Amount("alpha", rao)


ALL = Amount("all")
"""Everything there is."""


def parse_amount(text: str, takes: Takes) -> Amount:
    """Read `10tao`, `10alpha`, `500000rao` (of TAO), `50%` or `all`.

    Args:
        takes: the units that the operation takes.

    Raises:
        UsageError: another unit or none, more digits than there are rao, nothing, a negative
            figure, or more than 100 %.
    """
    hint = _EXAMPLES[takes]
    said = repr(printable(text.strip(), 40))
    if text.strip().lower() == "all":
        return ALL
    match = _WRITTEN.match(text)
    if match is None or not match["figure"]:
        raise UsageError(f"{said} is no amount", hint)
    figure, written = match["figure"], match["unit"]
    if figure.startswith("-"):
        raise UsageError(f"{said} is negative", hint)
    if written is None:
        raise UsageError(f"{said} has no unit", _with_unit(figure, takes))
    if written == "%":
        return _share(figure, said, hint)
    unit = _UNITS.get(written.lower())
    if unit is None:
        raise UsageError(f"{said} has no unit that is known here", hint)
    kind: Literal["tao", "alpha"] = "alpha" if unit == "alpha" else "tao"
    if takes not in (kind, "either"):
        wanted = {"tao": "TAO", "alpha": "alpha"}[takes]
        raise UsageError(f"{said} is not {wanted}, which this takes", hint)
    rao = _rao(figure, unit, said, hint)
    if not 0 < rao <= U64_MAX:
        raise UsageError(f"{said} is {'too much' if rao else 'nothing'}", hint)
    return Amount(kind, rao)


def _rao(figure: str, unit: str, said: str, hint: str) -> int:
    try:
        rao = decimal_to_rao(figure)
    except UsageError:
        raise UsageError(
            f"{said} is no amount",
            f"{hint}: a plain decimal with at most nine digits after the point",
        ) from None
    if unit != "rao":
        return rao
    if rao % RAO_PER_TAO:
        raise UsageError(f"{said} is part of a rao, and there is nothing smaller", hint)
    return rao // RAO_PER_TAO


def _share(figure: str, said: str, hint: str) -> Amount:
    match = _PERCENT.match(figure)
    if match is None:
        raise UsageError(f"{said} is no share", f"{hint}: at most four digits after the point")
    millionths = int(match["whole"]) * (WHOLE // 100) + int((match["fraction"] or "").ljust(4, "0"))
    if not 0 < millionths <= WHOLE:
        raise UsageError(f"{said} is {'more than there is' if millionths else 'nothing'}", hint)
    return Amount("share", millionths=millionths)


def _with_unit(figure: str, takes: Takes) -> str:
    try:
        decimal_to_rao(figure)
    except UsageError:
        return _EXAMPLES[takes]
    units = ("tao", "alpha") if takes == "either" else (takes,)
    return "write " + " or ".join(f"{figure}{unit}" for unit in units)

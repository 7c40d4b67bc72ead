"""Money as integers: TAO and the alpha of each subnet, counted in rao."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from taoctl.errors import UsageError

RAO_PER_TAO = 1_000_000_000
"""Base units in one TAO, and in one alpha of any subnet."""

ROOT_NETUID = 0
"""The network of root stake, which is TAO one to one: it has no pool and no epochs."""

U16_MAX = 65_535
U64_MAX = 2**64 - 1

_DECIMAL = re.compile(r"^(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]{1,9}))?$")


class UnitMismatchError(TypeError):
    """Amounts of different tokens met in one operation."""


def subnet_name(netuid: int) -> str:
    """A subnet as people call it: `subnet 1`, and `root` for 0."""
    return "root" if netuid == ROOT_NETUID else f"subnet {netuid}"


def stake_unit(netuid: int) -> str:
    """What stake on a subnet is counted in: `alpha of subnet 1`, and `TAO on root` for 0."""
    return "TAO on root" if netuid == ROOT_NETUID else f"alpha of subnet {netuid}"


def subnet_names(netuids: Sequence[int]) -> str:
    """Several subnets as people call them, in the order given: `root and subnets 1, 4`."""
    plain = [netuid for netuid in netuids if netuid != ROOT_NETUID]
    listed = ", ".join(map(str, plain))
    found = ["root"] if len(plain) < len(netuids) else []
    if plain:
        found.append(f"subnet {listed}" if len(plain) == 1 else f"subnets {listed}")
    return " and ".join(found)


@dataclass(frozen=True, slots=True, order=False)
class Tao:
    """An amount of TAO in rao. Arithmetic with anything but Tao raises UnitMismatchError."""

    rao: int

    def _same(self, other: object) -> Tao:
        if not isinstance(other, Tao):
            raise UnitMismatchError(f"Tao and {type(other).__name__} cannot be combined")
        return other

    def __add__(self, other: Tao) -> Tao:
        return Tao(self.rao + self._same(other).rao)

    def __sub__(self, other: Tao) -> Tao:
        return Tao(self.rao - self._same(other).rao)

    def __lt__(self, other: Tao) -> bool:
        return self.rao < self._same(other).rao

    def __le__(self, other: Tao) -> bool:
        return self.rao <= self._same(other).rao

    def __gt__(self, other: Tao) -> bool:
        return self.rao > self._same(other).rao

    def __ge__(self, other: Tao) -> bool:
        return self.rao >= self._same(other).rao

    def __str__(self) -> str:
        return f"{rao_to_decimal(self.rao)} TAO"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a decimal TAO figure such as `1.5`; raises UsageError for anything else."""
        return cls(decimal_to_rao(text))


@dataclass(frozen=True, slots=True, order=False)
class Alpha:
    """An amount of one subnet's alpha in rao. Mixing subnets raises UnitMismatchError."""

    rao: int
    netuid: int

    def _same(self, other: object) -> Alpha:
        if not isinstance(other, Alpha) or other.netuid != self.netuid:
            what = f"alpha of subnet {other.netuid}" if isinstance(other, Alpha) else repr(other)
            raise UnitMismatchError(f"alpha of subnet {self.netuid} and {what} cannot be combined")
        return other

    def __add__(self, other: Alpha) -> Alpha:
        return Alpha(self.rao + self._same(other).rao, self.netuid)

    def __sub__(self, other: Alpha) -> Alpha:
        return Alpha(self.rao - self._same(other).rao, self.netuid)

    def __lt__(self, other: Alpha) -> bool:
        return self.rao < self._same(other).rao

    def __le__(self, other: Alpha) -> bool:
        return self.rao <= self._same(other).rao

    def __gt__(self, other: Alpha) -> bool:
        return self.rao > self._same(other).rao

    def __ge__(self, other: Alpha) -> bool:
        return self.rao >= self._same(other).rao

    def __str__(self) -> str:
        return f"{rao_to_decimal(self.rao)} {stake_unit(self.netuid)}"


def rao_to_decimal(rao: int) -> str:
    """Exact decimal text of an amount in rao, nine fraction digits: 1 -> `0.000000001`."""
    sign = "-" if rao < 0 else ""
    whole, fraction = divmod(abs(rao), RAO_PER_TAO)
    return f"{sign}{whole}.{fraction:09d}"


def decimal_to_rao(text: str) -> int:
    """Rao of a plain decimal with at most nine fraction digits; raises UsageError otherwise."""
    match = _DECIMAL.match(text.strip())
    if match is None:
        raise UsageError(
            f"{text!r} is not an amount",
            "write a plain decimal with at most nine digits after the point, such as 1.5",
        )
    fraction = (match["fraction"] or "").ljust(9, "0")
    return int(match["whole"]) * RAO_PER_TAO + int(fraction)


def mul_rao(amount_rao: int, price_rao: int) -> int:
    """Rao of TAO that an amount of alpha is worth at a price in rao of TAO per alpha (floored)."""
    return amount_rao * price_rao // RAO_PER_TAO

"""What an extrinsic costs: weight fee, length fee and tip, and who pays.

Rules of the runtime (spec 424): 0.0005 rao per unit of ref time, 1 rao per byte, no multiplier.
"""

from __future__ import annotations

from dataclasses import dataclass

WEIGHT_FEE_PARTS = 500_000
"""Parts per billion of a rao for one unit of ref time."""
BASE_EXTRINSIC_WEIGHT = 108_157_000
LENGTH_FEE_PER_BYTE = 1
PAYER_WEIGHT = 75_000_000
"""What finding the payer adds to every call: three database reads."""
_BILLION = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Fee:
    """The fee of one extrinsic in rao, without its tip.

    `weight` is the call's and the extensions' ref time, `free` whether the call pays no fee.
    """

    weight: int
    dispatch_class: str
    free: bool
    base: int
    length: int
    weight_fee: int

    @property
    def total(self) -> int:
        """Base, length and weight fee."""
        return self.base + self.length + self.weight_fee


def weight_to_fee(ref_time: int) -> int:
    """Rao for an amount of ref time, rounded to the nearest, halves down."""
    whole, part = divmod(ref_time * WEIGHT_FEE_PARTS, _BILLION)
    return whole + (part > _BILLION // 2)


def fee_of(weight: int, length: int, *, pays: bool, dispatch_class: str) -> Fee:
    """The fee of an extrinsic of this many bytes; `weight` is the call's and the extensions'."""
    if not pays:
        return Fee(weight, dispatch_class, True, 0, 0, 0)
    return Fee(
        weight,
        dispatch_class,
        False,
        weight_to_fee(BASE_EXTRINSIC_WEIGHT),
        length * LENGTH_FEE_PER_BYTE,
        weight_to_fee(weight),
    )

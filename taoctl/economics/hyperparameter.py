"""What is to be known of a hyperparameter, and its value in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from taoctl.units import U16_MAX, U64_MAX, rao_to_decimal

Unit = Literal[
    "count",
    "blocks",
    "tao",
    "u16",
    "u64",
    "millionths",
    "thousandths",
    "epochs",
    "bool",
    "i32f32",
    "u64f64",
    "yuma",
    "choice",
    "split",
    "account",
]
Setter = Literal["owner", "root", "nobody"]

BURN_OR_RECYCLE = ("Burn", "Recycle")
"""The chain's words for what becomes of emission that a subnet's owner would mine."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that are taken, as the chain counts; None: no bound of its own.

    `below` and `above` are the chain's errors for what is less and for what is more.
    """

    least: int | None
    most: int | None
    below: str
    above: str


@dataclass(frozen=True, slots=True)
class Change:
    """The call that sets a hyperparameter.

    Attributes:
        call: its name; of AdminUtils, unless `pallet` says otherwise.
        argument: that takes the value, beside `netuid`.
        limit: what the chain notes an owner's change under: a hyperparameter by its own name, a
            kind of transaction by its number, or None where nothing is waited for.
        window: whether the freeze window keeps it back.
        root: whether root may make the same call.
    """

    call: str
    argument: str
    limit: str | int | None
    pallet: str = "AdminUtils"
    window: bool = True
    root: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """Facts about one hyperparameter. `setter` nobody: the chain no longer uses or sets it.

    Attributes:
        item: storage of SubtensorModule that holds it by netuid; empty for none.
        place: which of the values in that item, where it holds several.
        change: how it is set; None for what no single call sets.
        used: whether the chain does anything with the value.
        instead: the hyperparameter that has its effect, on runtimes that have that one.
    """

    unit: Unit
    setter: Setter
    effect: str
    item: str = ""
    place: int | None = None
    change: Change | None = None
    bounds: Bounds | None = None
    used: bool = True
    instead: str = ""


Value: TypeAlias = int | bool | str | tuple[int, ...]
"""A value as the chain counts it; of a choice its place, of an account its ss58 address, of a split
the shares of 65535, none of which means even ones."""


def from_storage(known: Known, stored: Any) -> Value | None:
    """The value in what the chain stores, fixed point numbers as their bits; None for nothing."""
    if known.place is not None and stored is not None:
        stored = stored[known.place]
    match known.unit:
        case "split":
            return tuple(int(one) for one in stored or ())
        case _ if stored is None:
            return None
        case "account":
            return str(stored)
        case "choice":
            return BURN_OR_RECYCLE.index(str(stored))
        case "yuma":
            return 3 if stored else 2
        case "i32f32":
            return int(stored) << 32
        case "bool":
            return bool(stored)
    return int(stored["bits"]) if isinstance(stored, dict) else int(stored)


def as_argument(known: Known, value: Value) -> Any:
    """A value as the call that sets it takes it."""
    match known.unit, value:
        case "split", tuple():
            return list(value) or None
        case "choice", int():
            return BURN_OR_RECYCLE[value]
        case "yuma", int():
            return value == 3
        case "i32f32", int():
            return value >> 32
        case "u64f64", int():
            return {"bits": value}
    return value


def value_text(unit: Unit, value: Value | None) -> str:
    """A value in its own unit; empty where it is not known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return " / ".join(_ratio(one, U16_MAX) for one in value) or "even"
    return _figure_text(unit, value)


def exact_text(unit: Unit, value: Value | None) -> str:
    """As value_text, with the chain's own number where that is rounded."""
    text = value_text(unit, value)
    return f"{text} ({value})" if unit in ("u16", "u64", "u64f64") and text else text


def _figure_text(unit: Unit, value: int) -> str:
    match unit:
        case "blocks" | "epochs":
            return f"{value} {unit if value != 1 else unit.removesuffix('s')}"
        case "tao":
            return f"{rao_to_decimal(value)} TAO"
        case "u16":
            return _ratio(value, U16_MAX)
        case "u64":
            return _ratio(value, U64_MAX)
        case "millionths":
            return _ratio(value, 1_000_000, 6)
        case "thousandths":
            return _ratio(value, 1_000, 3)
        case "i32f32":
            return ("-" if value < 0 else "") + _ratio(abs(value), 1 << 32)
        case "u64f64":
            return _ratio(value, 1 << 64)
        case "choice":
            return BURN_OR_RECYCLE[value].lower()
        case _:
            return str(value)


def _ratio(value: int, scale: int, digits: int = 4) -> str:
    step: int = 10**digits
    whole, fraction = divmod((value * step * 2 + scale) // (scale * 2), step)
    return f"{whole}.{fraction:0{digits}d}"

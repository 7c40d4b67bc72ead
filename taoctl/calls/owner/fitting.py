"""Whether a value fits the type that the runtime's call takes."""

from __future__ import annotations

import re

from taoctl.chain.view import View
from taoctl.economics.hyperparameter import Change, Known, Value, as_argument, value_text
from taoctl.errors import UsageError
from taoctl.units import U16_MAX

_INTEGER = re.compile(r"^([ui])(8|16|32|64|128)$")
_ONE_32 = 1 << 32


def need_fitting(view: View, name: str, known: Known, change: Change, value: Value) -> None:
    """Raise UsageError, with what may be chosen, for a value that the call cannot carry."""
    if known.unit == "split" and isinstance(value, tuple):
        if not all(0 <= one <= U16_MAX for one in value):
            raise UsageError(f"{name} takes shares of {U16_MAX}", f"choose from 0 to {U16_MAX}")
        return
    found = _range(view, change, known)
    if found is None or isinstance(value, bool) or not isinstance(value, int):
        return
    least, most = found
    argument = as_argument(known, value)
    counted = argument["bits"] if isinstance(argument, dict) else argument
    if least <= counted <= most:
        return
    scale = _ONE_32 if known.unit == "i32f32" else 1
    least, most = least * scale, most * scale
    if known.bounds is not None:
        least = least if known.bounds.least is None else known.bounds.least
        most = most if known.bounds.most is None else known.bounds.most
    low, high = value_text(known.unit, least), value_text(known.unit, most)
    said = f"{name} cannot be {value_text(known.unit, value)}"
    raise UsageError(said, f"choose from {low} to {high}")


def _range(view: View, change: Change, known: Known) -> tuple[int, int] | None:
    """The least and the most that the argument holds; None where it is no number."""
    if known.unit == "u64f64":
        return 0, (1 << 128) - 1
    args = dict(view.codec.call_args(change.pallet, change.call) or ())
    match = _INTEGER.match(args.get(change.argument, ""))
    if match is None:
        return None
    bits = int(match[2])
    if match[1] == "u":
        return 0, (1 << bits) - 1
    return -(1 << (bits - 1)), (1 << (bits - 1)) - 1

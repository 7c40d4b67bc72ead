"""Golden vectors in and out: the `input` object of a case to its `output` object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from taoctl.economics.pool import U16_MAX, U64_MAX, WEIGHT_ONE, Pool, SwapError, swap
from taoctl.economics.yuma import EpochInput, run_epoch
from taoctl.errors import BadDataError, UsageError
from taoctl.text import printable

_SWAP_BOUNDS = {
    "alpha_reserve": U64_MAX,
    "tao_reserve": U64_MAX,
    "quote_weight_perquintill": WEIGHT_ONE,
    "fee_rate_u16": U16_MAX,
    "amount": U64_MAX,
    "limit_price_rao": U64_MAX,
}
"""The whole numbers of a swap case, and the largest that each may be."""


def epoch_output(case_input: Mapping[str, Any]) -> dict[str, Any]:
    """Run a Yuma case; raises BadDataError when a field is missing or inconsistent."""
    return run_epoch(EpochInput.from_json(case_input)).to_json()


def swap_output(case_input: Mapping[str, Any]) -> dict[str, Any]:
    """Run a swap case; a refused swap gives `{"error": name}`.

    Raises BadDataError when a field is missing.
    """
    pool = Pool.from_json(case_input)
    missing = {"side", "amount", "limit_price_rao"} - case_input.keys()
    if missing:
        raise BadDataError(f"swap without {', '.join(sorted(missing))}")
    side, amount = case_input["side"], case_input["amount"]
    try:
        return swap(pool, side, amount, case_input["limit_price_rao"]).to_json()
    except SwapError as error:
        return {"error": error.name}


def checked_swap_input(data: Any) -> Mapping[str, Any]:
    """The `input` object of a swap case that somebody wrote, every field checked.

    A limit of null is that of an order without one. Fields that a swap has no use for are let be.

    Raises:
        UsageError: it is no object, or a field is missing or cannot be; says which.
    """
    if not isinstance(data, Mapping):
        raise UsageError("a swap is a JSON object", f"with side, {', '.join(_SWAP_BOUNDS)}")
    missing = {"side", *_SWAP_BOUNDS} - data.keys()
    if missing:
        raise UsageError(f"swap without {', '.join(sorted(missing))}")
    if data["side"] not in ("buy", "sell"):
        raise UsageError(f"side is {_said(data['side'])}", "it is buy (TAO in) or sell (alpha in)")
    for name, most in _SWAP_BOUNDS.items():
        value = data[name]
        if value is None and name == "limit_price_rao":
            continue
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise UsageError(f"{name} is {_said(value)}", f"a whole number from 0 to {most}")
    return data


def _said(value: Any) -> str:
    return printable(json.dumps(value), 60)

"""Golden vectors in and out: the `input` object of a case to its `output` object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taoctl.economics.pool import Pool, SwapError, swap
from taoctl.economics.yuma import EpochInput, run_epoch
from taoctl.errors import BadDataError


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

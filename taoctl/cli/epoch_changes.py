"""Changes of an epoch as people write them: `V:M=W` for a weight, `U=AMOUNT` for a stake."""

from __future__ import annotations

import re
from collections.abc import Sequence

from taoctl.economics.what_if import NewStake, NewWeight
from taoctl.errors import UsageError
from taoctl.text import printable
from taoctl.units import U16_MAX

_WEIGHT = re.compile(r"([0-9]{1,5}):([0-9]{1,5})=([0-9]{1,5})", re.ASCII)
_STAKE = re.compile(r"([0-9]{1,5})=(.+)", re.ASCII)
_NOTHING = re.compile(r"0+(?:\.0+)?\s*(tao|τ|rao|alpha|α)", re.IGNORECASE)


def weights(texts: Sequence[str]) -> tuple[NewWeight, ...]:
    """Weights that were written; the last counts where one is set twice.

    Raises:
        UsageError: one is not `V:M=W`, each a whole number of u16.
    """
    found: dict[tuple[int, int], NewWeight] = {}
    for text in texts:
        match = _WEIGHT.fullmatch(text)
        figures = [int(part) for part in match.groups()] if match else []
        if not figures or max(figures) > U16_MAX:
            raise UsageError(
                f"{printable(text, 40)!r} is not a weight",
                "write VALIDATOR:MINER=WEIGHT, two uids and 0 to 65535, such as 3:7=65535",
            )
        found[figures[0], figures[1]] = NewWeight(*figures)
    return tuple(found.values())


def stakes(texts: Sequence[str]) -> tuple[NewStake, ...]:
    """Stakes that were written; the last counts where one is set twice.

    Raises:
        UsageError: one is not `U=AMOUNT`, a uid and an amount of alpha, or of TAO for root.
    """
    from taoctl.calls.stake.amount import parse_amount

    found: dict[tuple[int, bool], NewStake] = {}
    for text in texts:
        match = _STAKE.fullmatch(text)
        hint = "write UID=AMOUNT, such as 3=1000alpha, or 3=1000tao for stake on root"
        if match is None or int(match[1]) > U16_MAX:
            raise UsageError(f"{printable(text, 40)!r} is not a stake", hint)
        uid, figure = int(match[1]), match[2]
        if nothing := _NOTHING.fullmatch(figure):
            on_root = nothing[1].lower() not in ("alpha", "α")
            found[uid, on_root] = NewStake(uid, 0, on_root)
            continue
        try:
            amount = parse_amount(figure, "either")
        except UsageError as problem:
            raise UsageError(problem.message, hint) from None
        if amount.relative:
            raise UsageError(f"{printable(text, 40)!r} is a share of nothing here", hint)
        on_root = amount.kind == "tao"
        found[uid, on_root] = NewStake(uid, amount.rao, on_root)
    return tuple(found.values())

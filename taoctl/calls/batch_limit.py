"""How many calls a batch holds."""

from __future__ import annotations

from taoctl.calls.base import Refusal
from taoctl.chain.view import View


def too_many(view: View, count: int) -> tuple[Refusal, ...]:
    """The refusal of a batch of so many calls; empty where it holds them, or nobody can tell."""
    if not view.codec.has_constant("Utility", "batched_calls_limit"):
        return ()
    limit = int(view.constant("Utility", "batched_calls_limit"))
    if count <= limit:
        return ()
    message = f"a batch holds {limit} calls at most, not {count}"
    return (Refusal("TooManyCalls", message, "send them in several parts"),)

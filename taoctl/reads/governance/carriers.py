"""Calls that carry others out, and for whom they do not: then nothing inside them runs."""

from __future__ import annotations

from typing import Any

from taoctl.reads.governance.nested import COLLECTIVE, ROOT, Step

_OF_ROOT = frozenset(
    {
        ("Utility", "dispatch_as"),
        ("Utility", "dispatch_as_fallible"),
        ("Utility", "with_weight"),
        ("Scheduler", "schedule"),
        ("Scheduler", "schedule_named"),
        ("Scheduler", "schedule_after"),
        ("Scheduler", "schedule_named_after"),
        ("Referenda", "enact"),
    }
)
_OF_ACCOUNTS = frozenset({"Proxy", "Multisig", "Crowdloan"})


def refused(step: Step, sudo: Any) -> str:
    """Why a call that carries others out fails for whom it acts as; empty where it does not.

    Args:
        sudo: who holds the sudo key; None for nobody.

    Source: the origins that the dispatches of each pallet ensure.
    """
    origin, key = step.origin, (step.pallet, step.name)
    if origin is None:
        return ""
    whom = "the collective, which is not root" if origin == COLLECTIVE else origin
    fails = f"it acts as {whom}, and needs"
    if step.pallet == "Sudo" and origin not in (ROOT, sudo):
        error = "BadOrigin" if origin == COLLECTIVE else "RequireSudo"
        return f"{fails} the sudo key: this fails with {error}"
    if step.pallet == "SubtensorModule" and origin != COLLECTIVE:
        return f"{fails} the majority of a collective: this fails with BadOrigin"
    if key in _OF_ROOT and origin != ROOT:
        return f"{fails} root: this fails with BadOrigin"
    if step.pallet in _OF_ACCOUNTS and origin in (ROOT, COLLECTIVE):
        return f"{fails} an account: this fails with BadOrigin"
    return ""

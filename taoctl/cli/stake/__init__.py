"""`taoctl stake`: what is staked, trades of stake, and the settings of stakers."""

from __future__ import annotations

from taoctl.cli.stake import auto, child, claim, ending, lock, moving, quote, take, trading
from taoctl.cli.stake import list as listing
from taoctl.cli.stake.app import app

__all__ = [
    "app",
    "auto",
    "child",
    "claim",
    "ending",
    "listing",
    "lock",
    "moving",
    "quote",
    "take",
    "trading",
]

"""`taoctl weights`: what validators think of miners: set, committed, revealed, shown."""

from __future__ import annotations

from taoctl.cli.weights import looking, sending, watching
from taoctl.cli.weights.app import app

__all__ = ["app", "looking", "sending", "watching"]

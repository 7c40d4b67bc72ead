"""`taoctl neuron`: what miners and validators get, why, and how near they are to pruning."""

from __future__ import annotations

from taoctl.cli.neuron import commitment, explain, hotkeys, listing, probing, serving, watching
from taoctl.cli.neuron.app import app

__all__ = ["app", "commitment", "explain", "hotkeys", "listing", "probing", "serving", "watching"]

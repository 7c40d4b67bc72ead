"""Aura: how long a slot is, which clients take for the time between blocks."""

from __future__ import annotations

from taoctl.localnet.frame import Constant, Pallet
from taoctl.localnet.types import u64


class Aura(Pallet):
    """The constant alone: a localnet has no authorities, and makes blocks when it is told to."""

    name = "Aura"
    index = 3
    crate = "pallet_aura::pallet"
    constants = [Constant("SlotDuration", u64, 12_000)]

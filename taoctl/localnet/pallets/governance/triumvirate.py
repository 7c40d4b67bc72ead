"""The pallets of a chain on which the Triumvirate proposes and the Senate votes."""

from __future__ import annotations

from functools import lru_cache

from taoctl.localnet.pallet import Pallet
from taoctl.localnet.pallets.governance.collective import Triumvirate
from taoctl.localnet.pallets.governance.membership import SenateMembers, TriumvirateMembers
from taoctl.localnet.pallets.governance.senate import SenateSubtensorModule

MAINNET_MOTION_DURATION = 3_600
"""Blocks of 12 hours at 12 s each; spec 218 in a localnet of its own has 14,400 of 3 s."""


@lru_cache(maxsize=8)
def governance_a(
    motion_duration: int = Triumvirate.motion_duration, *, root_closes: bool = False
) -> tuple[type[Pallet], ...]:
    """Triumvirate, its members, the Senate, and SubtensorModule in place of the usual one.

    Args:
        motion_duration: blocks that a motion must be open for at least.
        root_closes: only root closes motions, as on mainnet from 2025-02-07 on.
    """
    chosen = {"motion_duration": motion_duration, "root_closes": root_closes}
    triumvirate: type[Pallet] = Triumvirate
    if any(getattr(Triumvirate, name) != value for name, value in chosen.items()):
        triumvirate = type("Triumvirate", (Triumvirate,), chosen)
    return (SenateSubtensorModule, triumvirate, TriumvirateMembers, SenateMembers)


GOVERNANCE_A = governance_a()
"""As governance_a, with the localnet's short duration and motions that any account closes."""

"""The collectives of the referenda: who may be in them, how many, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.localnet.types import Enum

CollectiveId = Enum(
    "node_subtensor_runtime::governance::collectives::CollectiveId",
    ["Proposers", "Triumvirate", "Economic", "Building", "EconomicEligible"],
)
STORED_MEMBERS = 64
"""Members that the list of any collective has room for."""


@dataclass(frozen=True, slots=True)
class Collective:
    """The rules of one collective: members at least and at most, and whether they rotate."""

    least: int
    most: int
    rotates: bool = False


COLLECTIVES = {
    "Proposers": Collective(1, 20),
    "Triumvirate": Collective(3, 3),
    "Economic": Collective(16, 16, rotates=True),
    "Building": Collective(16, 16, rotates=True),
    "EconomicEligible": Collective(0, 64),
}
"""Every collective by the name that its id has on chain."""

"""How many mechanisms a subnet has, and how they share its emission.

Source: subnets/mechanism.rs of subtensor at spec 425.
"""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.localnet.pallets.subtensor.subnets import Subnets
from taoctl.units import U16_MAX

MOST_MECHANISMS = 16
"""More would not fit into the storage indices."""
MOST_UIDS = 256
"""UIDs of all mechanisms of a subnet together."""


class MechanismCounts(Subnets):
    """Counts and splits."""

    def ensure_uids_fit(self, uids: int, mechanisms: int) -> None:
        """Raise TooManyUIDsPerMechanism where all mechanisms together have too many UIDs."""
        if uids * mechanisms > MOST_UIDS:
            raise self.error("TooManyUIDsPerMechanism")

    def set_mechanism_count(self, netuid: int, count: int) -> None:
        """Add mechanisms, or take the last away with all they hold; the split is even again."""
        self._ensure_mechanisms_of(netuid)
        if not 0 < count <= self.MaxMechanismCount.get():
            raise self.error("InvalidValue")
        self.ensure_uids_fit(self.MaxAllowedUids[netuid], count)
        if count > MOST_MECHANISMS:
            raise self.error("InvalidValue")
        before = self.MechanismCountCurrent[netuid]
        if count == before:
            return
        for mechanism in range(count, before):
            self._clear_mechanism(self.mechanism_index(netuid, mechanism))
        self.MechanismCountCurrent[netuid] = count
        self._drop_split(netuid)

    def set_most_mechanisms(self, count: int) -> None:
        """Set how many mechanisms a subnet may have."""
        if not 0 < count <= MOST_MECHANISMS:
            raise self.error("InvalidValue")
        self.MaxMechanismCount.put(count)

    def set_emission_split(self, netuid: int, split: Sequence[int] | None) -> None:
        """Set the shares of the mechanisms, of 65535 together; None for even ones."""
        self._ensure_mechanisms_of(netuid)
        if split is None:
            self._drop_split(netuid)
            return
        if not 0 < len(split) <= self.MechanismCountCurrent[netuid] or sum(split) != U16_MAX:
            raise self.error("InvalidValue")
        self.MechanismEmissionSplit[netuid] = tuple(split)

    def _ensure_mechanisms_of(self, netuid: int) -> None:
        if not self.subnet_exists(netuid):
            raise self.error("MechanismDoesNotExist")

    def _drop_split(self, netuid: int) -> None:
        if netuid in self.MechanismEmissionSplit:
            del self.MechanismEmissionSplit[netuid]

    def _clear_mechanism(self, index: int) -> None:
        for vector in (self.Incentive, self.LastUpdate):
            if index in vector:
                del vector[index]
        for rows in (self.Weights, self.Bonds, self.WeightCommits, self.TimelockedWeightCommits):
            for key, _ in list(rows.prefix(index)):
                del rows[index, key]

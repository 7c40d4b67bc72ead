"""What speaks against a value that an owner or root sets for a subnet."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import Pallet
from taoctl.units import U16_MAX

MOST_BONDS_MOVING_AVERAGE = 975_000
MOST_BURN_HALF_LIFE = 36_100
MOST_OWNER_UIDS = 10
MOST_REVEAL_PERIODS = 100
LEAST_ALPHA_VALUE = U16_MAX // 40
ONE = 1 << 64
"""1 in the bits of U64F64."""


def min_burn(self: Pallet, netuid: int, value: int) -> None:
    """Below 1 TAO and below the subnet's highest price."""
    subtensor = self.rt.subtensor
    _bound(self, value < subtensor.constant("MinBurnUpperBound"))
    _bound(self, value < subtensor.MaxBurn[netuid])


def max_burn(self: Pallet, netuid: int, value: int) -> None:
    """Above 0.1 TAO and above the subnet's lowest price."""
    subtensor = self.rt.subtensor
    _bound(self, value > subtensor.constant("MaxBurnLowerBound"))
    _bound(self, value > subtensor.MinBurn[netuid])


def burn_half_life(self: Pallet, netuid: int, value: int) -> None:
    """1 to 36,100 blocks."""
    _valid(self, 0 < value <= MOST_BURN_HALF_LIFE)


def burn_increase(self: Pallet, netuid: int, value: int) -> None:
    """1 to 3."""
    _valid(self, ONE <= value <= 3 * ONE)


def activity_cutoff(self: Pallet, netuid: int, value: int) -> None:
    """At least what the chain asks for."""
    if value < self.rt.subtensor.MinActivityCutoff.get():
        raise self.rt.subtensor.error("ActivityCutoffTooLow")


def childkey_take(self: Pallet, netuid: int, value: int) -> None:
    """Within what the chain allows."""
    subtensor = self.rt.subtensor
    _valid(self, subtensor.MinChildkeyTake.get() <= value <= subtensor.MaxChildkeyTake.get())


def reveal_period(self: Pallet, netuid: int, value: int) -> None:
    """1 to 100 epochs."""
    if value > MOST_REVEAL_PERIODS:
        raise self.rt.subtensor.error("RevealPeriodTooLarge")
    if value < 1:
        raise self.rt.subtensor.error("RevealPeriodTooSmall")


def owner_uids(self: Pallet, netuid: int, value: int) -> None:
    """1 to 10."""
    if not 0 < value <= MOST_OWNER_UIDS:
        raise self.rt.subtensor.error("InvalidValue")


def max_uids(self: Pallet, netuid: int, value: int) -> None:
    """Not below the least allowed nor those there are, not above 256 in all mechanisms."""
    subtensor = self.rt.subtensor
    if value < subtensor.MinAllowedUids[netuid]:
        raise self.error("MaxAllowedUidsLessThanMinAllowedUids")
    if value < subtensor.SubnetworkN[netuid]:
        raise self.error("MaxAllowedUIdsLessThanCurrentUIds")
    if value > subtensor.constant("InitialMaxAllowedUids"):
        raise self.error("MaxAllowedUidsGreaterThanDefaultMaxAllowedUids")
    subtensor.ensure_uids_fit(value, subtensor.MechanismCountCurrent[netuid])


def min_uids(self: Pallet, netuid: int, value: int) -> None:
    """Below the most allowed and those there are."""
    if value >= self.rt.subtensor.MaxAllowedUids[netuid]:
        raise self.error("MinAllowedUidsGreaterThanMaxAllowedUids")
    if value >= self.rt.subtensor.SubnetworkN[netuid]:
        raise self.error("MinAllowedUidsGreaterThanCurrentUids")


def max_validators(self: Pallet, netuid: int, value: int) -> None:
    """No more than UIDs are allowed."""
    if value > self.rt.subtensor.MaxAllowedUids[netuid]:
        raise self.error("MaxValidatorsLargerThanMaxUIds")


def _bound(self: Pallet, within: bool) -> None:
    if not within:
        raise self.error("ValueNotInBounds")


def _valid(self: Pallet, within: Any) -> None:
    if not within:
        raise self.error("InvalidValue")

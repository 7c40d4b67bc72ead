"""What owners change of their subnets by calls of SubtensorModule itself.

Source: coinbase/tempo_control.rs, utils/identity.rs and macros/dispatches.rs of subtensor at
spec 425.
"""

from __future__ import annotations

from taoctl.economics.symbols import SUBNET_SYMBOLS
from taoctl.localnet.frame import Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import NETUID
from taoctl.localnet.pallets.subtensor.owner_guard import OwnerGuard
from taoctl.localnet.pallets.subtensor.rate_limits import Kind
from taoctl.localnet.types import Bytes, u16, u32

MOST_BYTES = {
    "subnet_name": 256,
    "github_repo": 1024,
    "subnet_contact": 1024,
    "subnet_url": 1024,
    "discord": 256,
    "description": 1024,
    "logo_url": 1024,
    "additional": 1024,
}
"""Bytes that each field may have; the first three are within what the chain allows them in all."""

_CUTOFF = "ActivityCutoffFactorMilli"
_TRIGGER = "TriggerEpoch"


class OwnerCalls(OwnerGuard):
    """set_subnet_identity, update_symbol, set_tempo, set_activity_cutoff_factor, trigger_epoch."""

    @call(78, args=[NETUID, *((name, Bytes) for name in MOST_BYTES)], weight=142_513_000)
    def set_subnet_identity(self, origin: Origin, netuid: int, *values: bytes) -> None:
        """Store what a subnet says of itself."""
        if self.SubnetOwner[netuid] != ensure_signed(origin):
            raise self.error("NotSubnetOwner")
        identity = dict(zip(MOST_BYTES, values, strict=True))
        if not is_valid_subnet_identity(identity):
            raise self.error("InvalidIdentity")
        self.SubnetIdentitiesV3[netuid] = identity
        self.deposit("SubnetIdentitySet", netuid)

    @call(112, args=[NETUID, ("symbol", Bytes)], weight=228_313_000)
    def update_symbol(self, origin: Origin, netuid: int, symbol: bytes) -> None:
        """Give a subnet another token symbol: one of the chain's list that no subnet has."""
        self.ensure_subnet_owner_or_root(origin, netuid)
        if symbol.decode("utf-8", "replace") not in SUBNET_SYMBOLS:
            raise self.error("SymbolDoesNotExist")
        if any(used == symbol for used in self.TokenSymbol.values()):
            raise self.error("SymbolAlreadyInUse")
        self.TokenSymbol[netuid] = symbol
        self.deposit("SymbolUpdated", netuid, symbol)

    @call(139, args=[NETUID, ("tempo", u16)], weight=496_407_000)
    def set_tempo(self, origin: Origin, netuid: int, tempo: int) -> None:
        """Set the blocks between epochs; the count begins anew with this block."""
        who = self.ensure_subnet_owner(origin, netuid)
        if not self.constant("MinTempo") <= tempo <= self.constant("MaxTempo"):
            raise self.error("TempoOutOfBounds")
        self.ensure_admin_window_open(netuid)
        self.ensure_in_time(who, netuid, Kind.TEMPO_UPDATE)
        self.apply_tempo(netuid, tempo)
        self.note_change(who, netuid, Kind.TEMPO_UPDATE)

    @call(140, args=[NETUID, ("factor_milli", u32)], weight=414_193_000)
    def set_activity_cutoff_factor(self, origin: Origin, netuid: int, factor_milli: int) -> None:
        """Set after how many thousandths of a tempo a silent validator counts as inactive."""
        who = self.ensure_subnet_owner_or_root(origin, netuid)
        least = self.constant("MinActivityCutoffFactorMilli")
        if not least <= factor_milli <= self.constant("MaxActivityCutoffFactorMilli"):
            raise self.error("ActivityCutoffFactorMilliOutOfBounds")
        if who is not None:
            self.ensure_admin_window_open(netuid)
            self.ensure_in_time(who, netuid, _CUTOFF)
        self.ActivityCutoffFactorMilli[netuid] = factor_milli
        self.deposit("ActivityCutoffFactorMilliSet", netuid, factor_milli)
        self.note_change(who, netuid, _CUTOFF)

    @call(141, args=[NETUID], weight=442_539_000)
    def trigger_epoch(self, origin: Origin, netuid: int) -> None:
        """Have an epoch run AdminFreezeWindow blocks from now, in which nothing may be changed."""
        who = self.ensure_subnet_owner(origin, netuid)
        if self.CommitRevealWeightsEnabled[netuid]:
            raise self.error("DynamicTempoBlockedByCommitReveal")
        if self.PendingEpochAt[netuid]:
            raise self.error("EpochTriggerAlreadyPending")
        window = self.AdminFreezeWindow.get()
        if self.Tempo[netuid] and self.blocks_to_epoch(netuid) < window:
            raise self.error("AutoEpochAlreadyImminent")
        self.ensure_in_time(who, netuid, _TRIGGER)
        fires_at = self.rt.block_number + window
        self.PendingEpochAt[netuid] = fires_at
        self.note_change(who, netuid, _TRIGGER)
        self.deposit("EpochTriggered", netuid, who, fires_at)

    def apply_tempo(self, netuid: int, tempo: int) -> None:
        """Set a tempo and begin its count in this block."""
        self.Tempo[netuid] = tempo
        self.deposit("TempoSet", netuid, tempo)
        self.LastEpochBlock[netuid] = self.rt.block_number


def is_valid_subnet_identity(identity: dict[str, bytes]) -> bool:
    """Whether every field of a subnet's identity is short enough."""
    return all(len(identity[field]) <= most for field, most in MOST_BYTES.items())

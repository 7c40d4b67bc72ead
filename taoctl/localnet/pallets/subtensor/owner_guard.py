"""Who may change a subnet, when, and how often.

Source: utils/misc.rs and utils/rate_limiting.rs of subtensor at spec 425.
"""

from __future__ import annotations

from typing import TypeAlias

from taoctl.localnet.frame import BadOrigin, Origin, Root, ensure_signed
from taoctl.localnet.pallets.subtensor.rate_limits import Kind, RateLimits
from taoctl.localnet.pallets.subtensor.subnets import is_subnet_account
from taoctl.localnet.scaletypes import variant

Limit: TypeAlias = Kind | str
"""What is limited: a kind of transaction, or a hyperparameter by the chain's name for it."""

MIN_TEMPO = 360
_DAY = 7_200
_FIXED_LIMITS = {
    Kind.MECHANISM_COUNT_UPDATE: _DAY,
    Kind.MECHANISM_EMISSION: _DAY,
    Kind.MAX_UIDS_TRIMMING: 30 * _DAY,
    Kind.TEMPO_UPDATE: MIN_TEMPO,
}
OWNER_HOTKEY_LIMIT = 7 * _DAY
"""Blocks between two changes of a subnet's owner hotkey, by whomever."""


class OwnerGuard(RateLimits):
    """Origins, freeze windows and rate limits of what subnet owners may change."""

    def ensure_subnet_owner(self, origin: Origin, netuid: int) -> str:
        """The coldkey that owns the subnet and signed; raises BadOrigin for everybody else."""
        who = ensure_signed(origin)
        if self.SubnetOwner[netuid] != who:
            raise BadOrigin
        return who

    def ensure_subnet_owner_or_root(self, origin: Origin, netuid: int) -> str | None:
        """The owner's coldkey, None for root; raises BadOrigin for everybody else."""
        return None if isinstance(origin, Root) else self.ensure_subnet_owner(origin, netuid)

    def ensure_owner_in_time(self, origin: Origin, netuid: int, limit: Limit) -> str | None:
        """As ensure_subnet_owner_or_root; an owner who changed it lately is refused too."""
        who = self.ensure_subnet_owner_or_root(origin, netuid)
        if who is not None:
            self.ensure_in_time(who, netuid, limit)
        return who

    def ensure_in_time(self, who: str, netuid: int, limit: Limit) -> None:
        """Raise TxRateLimitExceeded within the limit after the last change."""
        last = self.last_change(who, netuid, limit)
        if last and self.rt.block_number - last < self.limit_blocks(netuid, limit):
            raise self.error("TxRateLimitExceeded")

    def set_owner_hotkey(self, origin: Origin, netuid: int, hotkey: str) -> None:
        """Set the hotkey that speaks for a subnet's owner; root waits as the owner does."""
        self.ensure_subnet_owner_or_root(origin, netuid)
        self.ensure_subnet_exists(netuid)
        key = variant("SetSNOwnerHotkey", netuid)
        last = self.LastRateLimitedBlock[key]
        if last and self.rt.block_number - last < OWNER_HOTKEY_LIMIT:
            raise self.error("TxRateLimitExceeded")
        self.LastRateLimitedBlock[key] = self.rt.block_number
        if is_subnet_account(hotkey):
            raise self.error("CannotUseSystemAccount")
        self.SubnetOwnerHotkey[netuid] = hotkey
        self.deposit("SubnetOwnerHotkeySet", netuid, hotkey)

    def limit_blocks(self, netuid: int, limit: Limit) -> int:
        """Blocks between two changes by the owner."""
        if isinstance(limit, str):
            return int(self.OwnerHyperparamRateLimit.get() * self.Tempo[netuid])
        if limit is Kind.SET_WEIGHTS_VERSION_KEY:
            return int(self.WeightsVersionKeyRateLimit.get() * self.Tempo[netuid])
        return _FIXED_LIMITS[limit]

    def last_change(self, who: str, netuid: int, limit: Limit) -> int:
        """The block of the owner's last change; 0 for none."""
        if isinstance(limit, str):
            return int(self.LastRateLimitedBlock[_key(netuid, limit)])
        return int(self.TransactionKeyLastBlock[who, netuid, int(limit)])

    def note_change(self, who: str | None, netuid: int, limit: Limit) -> None:
        """Note that the owner changed it in this block; what root changes is not noted."""
        if who is None:
            return
        if isinstance(limit, str):
            self.LastRateLimitedBlock[_key(netuid, limit)] = self.rt.block_number
        else:
            self.note_transaction(limit, who, netuid)

    def ensure_admin_window_open(self, netuid: int) -> None:
        """Raise while a subnet's hyperparameters are frozen."""
        if self.in_admin_freeze_window(netuid):
            raise self.error("AdminActionProhibitedDuringWeightsWindow")

    def in_admin_freeze_window(self, netuid: int) -> bool:
        """Whether an epoch is pending, or due in fewer than AdminFreezeWindow blocks."""
        if not self.Tempo[netuid]:
            return False
        if self.PendingEpochAt[netuid] > self.rt.block_number:
            return True
        return self.blocks_to_epoch(netuid) < int(self.AdminFreezeWindow.get())

    def blocks_to_epoch(self, netuid: int) -> int:
        """Blocks until the epoch that the tempo brings; the tempo must not be 0."""
        due = self.LastEpochBlock[netuid] + self.Tempo[netuid]
        return max(int(due) - self.rt.block_number, 0)


def _key(netuid: int, hyperparameter: str) -> object:
    return variant("OwnerHyperparamUpdate", (netuid, hyperparameter))

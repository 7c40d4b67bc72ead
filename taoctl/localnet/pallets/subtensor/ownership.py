"""Subnets that change hands: to the hotkey that the locks on them speak for."""

from __future__ import annotations

from dataclasses import replace

from taoctl.economics.conviction import ONE, Lock
from taoctl.localnet.pallets.subtensor.conviction import Convictions
from taoctl.localnet.pallets.subtensor.guards import Guards
from taoctl.localnet.pallets.subtensor.lock_calls import LockCalls
from taoctl.localnet.pallets.subtensor.locks import U128_MAX, merged, store_total
from taoctl.localnet.types import ZERO_ACCOUNT

YEAR = 7_200 * 365 + 1_800
"""Blocks for which a new subnet stays with its owner."""
_TENTH = 10


class Ownership(Guards, LockCalls, Convictions):
    """The hand-over that an epoch may bring."""

    def change_owner_if_needed(self, netuid: int) -> None:
        """Give a subnet to the owner of its most convicted hotkey, when the time has come.

        That takes a year since registration and a conviction of a tenth of the alpha outstanding.
        """
        king = self._successor(netuid)
        if king is None:
            return
        before, after = self.SubnetOwner[netuid], self.Owner[king]
        if after in (ZERO_ACCOUNT, before) or not self._ensure_seat(netuid, king):
            return
        self._swap_totals(netuid, self.SubnetOwnerHotkey[netuid], king)
        self.SubnetOwner[netuid] = after
        self.SubnetOwnerHotkey[netuid] = king
        self.deposit("SubnetOwnerChanged", netuid, before, after)

    def _successor(self, netuid: int) -> str | None:
        outstanding = int(self.SubnetAlphaOut[netuid])
        if not outstanding or self.rt.block_number < self.NetworkRegisteredAt[netuid] + YEAR:
            return None
        if min(self.total_conviction(netuid) * _TENTH, U128_MAX) < outstanding * ONE:
            return None
        return self.most_convicted(netuid)

    def _ensure_seat(self, netuid: int, hotkey: str) -> bool:
        if (netuid, hotkey) in self.Uids:
            return True
        if self.SubnetworkN[netuid] < self.MaxAllowedUids[netuid]:
            self.append_neuron(netuid, hotkey, self.rt.block_number)
            return True
        leaving = self.neuron_to_prune(netuid)
        if leaving is not None:
            self.replace_neuron(netuid, leaving, hotkey, self.rt.block_number)
        return leaving is not None

    def _swap_totals(self, netuid: int, leaving: str, king: str) -> None:
        """Count locks to the old owner's hotkey as anybody's, and those to the king as owner's."""
        for perpetual in (True, False):
            self._move_total(netuid, leaving, perpetual, to_owner=False)
        for perpetual in (True, False):
            self._move_total(netuid, king, perpetual, to_owner=True)

    def _move_total(self, netuid: int, hotkey: str, perpetual: bool, *, to_owner: bool) -> None:
        start, key = self.bucket(netuid, hotkey, not to_owner, perpetual)
        stored = start[key]
        if stored is None:
            return
        del start[key]
        moved = self.rolled(self.lock_from(stored), not to_owner, perpetual)
        goal, key = self.bucket(netuid, hotkey, to_owner, perpetual)
        there = self.rolled(self.lock_from(goal[key]), to_owner, perpetual)
        total: Lock = replace(merged(there, moved), last_update=self.rt.block_number)
        store_total(goal, key, self.rolled(total, True, perpetual) if to_owner else total)

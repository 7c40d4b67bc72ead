"""Conviction on a subnet: whom its locks speak for, over all of the coldkeys."""

from __future__ import annotations

from collections.abc import Iterator

from taoctl.localnet.pallets.subtensor.locks import U128_MAX, Locks
from taoctl.localnet.pallets.subtensor.subnets import account_bytes


class Convictions(Locks):
    """The totals of locks, rolled forward to this block."""

    def hotkey_conviction(self, hotkey: str, netuid: int) -> int:
        """Conviction bits of all locks to a hotkey on a subnet."""
        found = (bits for other, bits in self._convictions(netuid) if other == hotkey)
        return min(sum(found), U128_MAX)

    def total_conviction(self, netuid: int) -> int:
        """Conviction bits of all locks on a subnet."""
        return min(sum(bits for _, bits in self._convictions(netuid)), U128_MAX)

    def most_convicted(self, netuid: int) -> str | None:
        """The hotkey with the highest conviction; of equals that with the highest public key."""
        scores: dict[str, int] = {}
        for hotkey, bits in self._convictions(netuid):
            scores[hotkey] = min(scores.get(hotkey, 0) + bits, U128_MAX)
        return max(scores, key=lambda h: (scores[h], account_bytes(h)), default=None)

    def _convictions(self, netuid: int) -> Iterator[tuple[str, int]]:
        """(hotkey, conviction bits) of every total; the owner's hotkey may have several."""
        for perpetual, totals in ((True, self.HotkeyLock), (False, self.DecayingHotkeyLock)):
            for hotkey, stored in totals.prefix(netuid):
                lock = self.rolled(self.lock_from(stored), False, perpetual)
                yield hotkey, lock.conviction
        for perpetual, totals in ((True, self.OwnerLock), (False, self.DecayingOwnerLock)):
            stored = totals[netuid]
            if stored is not None:
                lock = self.rolled(self.lock_from(stored), True, perpetual)
                yield self.SubnetOwnerHotkey[netuid], lock.conviction

"""Locks to a hotkey that is swapped: they and their totals go to the new one.

Source: lock.rs of subtensor at spec 424 (swap_hotkey_locks_for_netuids).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from taoctl.localnet.pallets.subtensor.db_weight import Tally
from taoctl.localnet.pallets.subtensor.locks import Locks, drop, store_total

_LOOK = 5
"""Reads that the chain counts for each subnet it looks at."""
_TOTALS = 6
"""Writes that the chain counts for the totals of a subnet."""


@dataclass(frozen=True, slots=True)
class _Move:
    """Locks of one subnet on their way, and whether both hotkeys count as its owner's."""

    netuid: int
    old: str
    new: str
    from_owner: bool
    to_owner: bool


class LockSwaps(Locks):
    """Every lock to a hotkey, moved to another of the same owner with its conviction."""

    def swap_locks(self, old: str, new: str, netuids: Iterable[int], tally: Tally) -> None:
        """Move the locks to a hotkey on these subnets.

        Where the new one is the subnet owner's and the old one is not, what is moved takes the
        place of the owner's totals, as on the chain.
        """
        moves = [one for netuid in netuids if (one := self._lock_move(old, new, netuid, tally))]
        for move in moves:
            for coldkey, _ in list(self.LockingColdkeys.prefix(move.netuid, old)):
                self._swap_lock(move, coldkey, tally)
        for move in moves:
            self._swap_totals_to(move)
            tally.add(0, _TOTALS)

    def _lock_move(self, old: str, new: str, netuid: int, tally: Tally) -> _Move | None:
        tally.add(_LOOK)
        from_owner = self.is_owner_hotkey(netuid, old)
        to_owner = from_owner or self.is_owner_hotkey(netuid, new)
        held = (netuid, old) in self.HotkeyLock or (netuid, old) in self.DecayingHotkeyLock
        if not to_owner and not held:
            return None
        return _Move(netuid, old, new, from_owner, to_owner)

    def _swap_lock(self, move: _Move, coldkey: str, tally: Tally) -> None:
        netuid, old = move.netuid, move.old
        stored = self.Lock[coldkey, netuid, old]
        tally.add(1)
        drop(self.LockingColdkeys, (netuid, old, coldkey))
        if stored is None:
            tally.add(0, 1)
            return
        perpetual = self.is_perpetual(coldkey, netuid)
        lock = self.rolled(self.lock_from(stored), move.from_owner, perpetual)
        drop(self.Lock, (coldkey, netuid, old))
        self.put_lock(coldkey, netuid, move.new, self.rolled(lock, move.to_owner, perpetual))
        tally.add(0, 2)

    def _swap_totals_to(self, move: _Move) -> None:
        for perpetual in (True, False):
            start, key = self.bucket(move.netuid, move.old, move.from_owner, perpetual)
            stored = start[key]
            if stored is None:
                continue
            del start[key]
            total = self.rolled(self.lock_from(stored), move.from_owner, perpetual)
            goal, key = self.bucket(move.netuid, move.new, move.to_owner, perpetual)
            store_total(goal, key, self.rolled(total, move.to_owner, perpetual))

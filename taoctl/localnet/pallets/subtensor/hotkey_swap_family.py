"""Children and parents of a hotkey that is swapped.

Source: set_children.rs of subtensor at spec 424 (parent_child_swap_hotkey).
"""

from __future__ import annotations

from taoctl.localnet.pallets.subtensor.children import (
    MAX_CHILDREN,
    Children,
    by_key,
    put_family,
    with_member,
)
from taoctl.localnet.pallets.subtensor.db_weight import Tally
from taoctl.localnet.store import MapStore


class FamilySwaps(Children):
    """Every mention of a hotkey among children and parents, put in another's name."""

    def swap_family(self, old: str, new: str, netuid: int, tally: Tally) -> None:
        """Give the children and parents of a hotkey on a subnet to another.

        What the other lent before is taken back. Raises InvalidChild where one of the two is the
        other's child, also one that is asked for, and whatever else its new place does not allow.
        """
        children = self.others(old, self.ChildKeys[old, netuid])
        parents = self.others(old, self.ParentKeys[old, netuid])
        self.ensure_sound(children, ())
        self.ensure_sound(children, parents)
        tally.add(2)
        for child in children:
            self._forget(self.ParentKeys, child, netuid, old, tally)
        for parent in parents:
            self._forget(self.ChildKeys, parent, netuid, old, tally)
        # The chain leaves an empty list of children behind, unlike the one of parents.
        self.ChildKeys[old, netuid] = ()
        put_family(self.ParentKeys, (old, netuid), ())
        tally.add(0, 2)
        if new in children or new in parents:
            raise self.error("InvalidChild")
        self._swap_pending(old, new, netuid, parents, tally)
        self._relate(new, netuid, (self.ChildKeys, self.ParentKeys), children, tally)
        tally.add(1, 1)
        self._relate(new, netuid, (self.ParentKeys, self.ChildKeys), parents, tally)
        self._swap_asked_for(old, new, netuid, tally)

    def _swap_pending(
        self, old: str, new: str, netuid: int, parents: dict[str, int], tally: Tally
    ) -> None:
        if (netuid, old) not in self.PendingChildKeys:
            return
        asked, after = self.PendingChildKeys[netuid, old]
        wanted = {child: share for share, child in asked}
        if new in wanted:
            raise self.error("InvalidChild")
        if len(wanted) > MAX_CHILDREN:
            raise self.error("TooManyChildren")
        self.ensure_sound(wanted, parents)
        del self.PendingChildKeys[netuid, old]
        self.PendingChildKeys[netuid, new] = (asked, after)
        tally.add(1, 2)

    def _relate(
        self,
        pivot: str,
        netuid: int,
        sides: tuple[MapStore, MapStore],
        wanted: dict[str, int],
        tally: Tally,
    ) -> None:
        """Store one side of a hotkey's family, and the other side of each of its members."""
        mine, theirs = sides
        before = {member for _, member in mine[pivot, netuid]}
        put_family(mine, (pivot, netuid), by_key(wanted))
        for member, share in wanted.items():
            family = with_member(theirs[member, netuid], share, pivot)
            put_family(theirs, (member, netuid), family)
            tally.add(1, 1)
        for member in before - wanted.keys():
            self._forget(theirs, member, netuid, pivot, tally)

    def _forget(self, side: MapStore, member: str, netuid: int, who: str, tally: Tally) -> None:
        kept = [row for row in side[member, netuid] if row[1] != who]
        put_family(side, (member, netuid), kept)
        tally.add(1, 1)

    def _swap_asked_for(self, old: str, new: str, netuid: int, tally: Tally) -> None:
        """Put the new hotkey last where others have asked for the old one as their child."""
        for parent, (asked, after) in list(self.PendingChildKeys.prefix(netuid)):
            tally.add(1)
            place = next((n for n, (_, child) in enumerate(asked) if child == old), None)
            if place is not None:
                moved = (*asked[:place], *asked[place + 1 :], (asked[place][0], new))
                self.PendingChildKeys[netuid, parent] = (moved, after)
                tally.add(1, 2)

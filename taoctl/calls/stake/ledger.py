"""Money of accounts at one block, changed as orders are worked through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from taoctl.calls.accounts import holdings
from taoctl.calls.base import Effect
from taoctl.calls.stake.holdings import positions_of
from taoctl.chain.view import View
from taoctl.units import Alpha, Tao

Place: TypeAlias = tuple[str, str, int]
"""A position: hotkey, coldkey and subnet."""


@dataclass(frozen=True, slots=True)
class Books:
    """What a ledger held at one moment, rao."""

    free: dict[str, int]
    alpha: dict[Place, int]


class Ledger:
    """Free balances and positions of a view's block as the orders so far leave them.

    What an account holds is read when it is first asked for; what changes it does not check.

    Attributes:
        view: the block.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self._opening = Books({}, {})
        self._now = Books({}, {})
        self._before = Books({}, {})
        self._listed: set[str] = set()
        self._touched: list[str | Place] = []
        self._blind = False

    async def free(self, ss58: str) -> Tao:
        """The free balance."""
        if ss58 not in self._now.free:
            read = (await holdings(self.view, ss58)).free_rao
            self._now.free[ss58] = self._opening.free[ss58] = read
        return Tao(self._now.free[ss58])

    async def moved(self, ss58: str) -> int:
        """Rao that orders have added to a free balance; negative where they took."""
        return (await self.free(ss58)).rao - self._opening.free[ss58]

    async def spendable(self, ss58: str, *, keep_alive: bool = True) -> int:
        """Rao of the free balance that may leave; without `keep_alive` all that can."""
        held = await holdings(self.view, ss58)
        return max(held.spendable(keep_alive=keep_alive).rao + await self.moved(ss58), 0)

    async def position(self, hotkey: str, coldkey: str, netuid: int) -> Alpha:
        """What a coldkey holds through a hotkey on a subnet."""
        await self._list(coldkey)
        return Alpha(self._now.alpha.get((hotkey, coldkey, netuid), 0), netuid)

    async def gained(self, hotkey: str, coldkey: str, netuid: int) -> int:
        """Rao of alpha that orders have added to a position; negative where they took."""
        held = (await self.position(hotkey, coldkey, netuid)).rao
        return held - self._opening.alpha.get((hotkey, coldkey, netuid), 0)

    def is_moved(self, hotkey: str, netuid: int) -> bool:
        """Whether orders have changed what is held through a hotkey on a subnet."""
        return any(
            rao != self._opening.alpha.get(place, 0)
            for place, rao in self._now.alpha.items()
            if (place[0], place[2]) == (hotkey, netuid)
        )

    async def positions(self, coldkey: str) -> Sequence[tuple[str, int, Alpha]]:
        """All positions of a coldkey: hotkey, subnet and alpha, by subnet and then hotkey."""
        await self._list(coldkey)
        listed = [
            (hotkey, netuid, Alpha(rao, netuid))
            for (hotkey, owner, netuid), rao in self._now.alpha.items()
            if owner == coldkey and rao
        ]
        return sorted(listed, key=lambda one: (one[1], one[0]))

    async def on_subnet(self, coldkey: str, netuid: int) -> int:
        """Rao of alpha of a coldkey on a subnet, through all hotkeys."""
        listed = await self.positions(coldkey)
        return sum(alpha.rao for _, place, alpha in listed if place == netuid)

    async def _list(self, coldkey: str) -> None:
        if coldkey in self._listed:
            return
        found = await positions_of(self.view, coldkey)
        self._listed.add(coldkey)
        for (hotkey, netuid), rao in found.items():
            self._opening.alpha[hotkey, coldkey, netuid] = rao
            self._now.alpha[hotkey, coldkey, netuid] = rao

    async def move_tao(self, ss58: str, delta_rao: int) -> None:
        """Add to a free balance, or take from it."""
        self._touch(ss58)
        self._now.free[ss58] = (await self.free(ss58)).rao + delta_rao

    async def move_alpha(self, hotkey: str, coldkey: str, netuid: int, delta_rao: int) -> None:
        """Add to a position, or take from it."""
        place = (hotkey, coldkey, netuid)
        self._touch(place)
        self._now.alpha[place] = (await self.position(*place)).rao + delta_rao

    def _touch(self, what: str | Place) -> None:
        if what not in self._touched:
            self._touched.append(what)

    @property
    def blind(self) -> bool:
        """Whether an order's outcome is not known, so that nothing after it is either."""
        return self._blind

    async def lose_sight(self, ss58: str) -> None:
        """Note that what the orders come to is no longer known, nor what it leaves an account."""
        await self.free(ss58)
        self._touch(ss58)
        self._blind = True

    def books(self) -> Books:
        """What there is now, to go back to."""
        return Books(dict(self._now.free), dict(self._now.alpha))

    def restore_books(self, books: Books) -> None:
        """Go back to what there was; what was read since stays known."""
        self._now = Books(
            {**self._opening.free, **books.free}, {**self._opening.alpha, **books.alpha}
        )

    def measure_from_here(self) -> None:
        """Take what there is now for what was before, in effects."""
        self._before = self.books()
        self._touched.clear()

    def effects(self) -> tuple[Effect, ...]:
        """What is different from before, in the order in which it was first touched."""
        found = (self._effect(what) for what in self._touched)
        return tuple(one for one in found if one.before != one.after)

    def _effect(self, what: str | Place) -> Effect:
        if isinstance(what, str):
            before = self._before.free.get(what, self._opening.free[what])
            after = None if self._blind else Tao(self._now.free[what])
            return Effect(what, "free", Tao(before), after)
        hotkey, coldkey, netuid = what
        held = self._before.alpha.get(what, self._opening.alpha.get(what, 0))
        left = None if self._blind else Alpha(self._now.alpha.get(what, 0), netuid)
        return Effect(coldkey, "stake", Alpha(held, netuid), left, hotkey, netuid)

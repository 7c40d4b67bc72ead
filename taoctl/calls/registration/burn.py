"""Registering hotkeys on a subnet against its burn, no dearer than a limit.

Source: `do_register` and `do_register_limit` of pallet subtensor at spec 425. The chain pays less
where only the existential deposit would make up the price; that is refused here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from taoctl.calls.accounts import ACCOUNT, EXISTENTIAL_DEPOSIT, holdings
from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.batch_mode import BatchMode
from taoctl.calls.registration.price import BURN, SeatPrice, capped, seat_price
from taoctl.calls.registration.seats import Seat, Seats, epoch_comes_first
from taoctl.calls.registration.words import (
    foreign,
    lost_words,
    no_use,
    seat_effects,
    system_account,
)
from taoctl.calls.stake.hotkeys import NETWORKS, OWNER, PALLET, is_stored, item, no_subnet, read
from taoctl.calls.stake.limits import Price, Tolerance
from taoctl.calls.stake.market import Market
from taoctl.calls.stake.refusals import RefusedOrder, UnknownOutcome
from taoctl.calls.stake.trade import one_call
from taoctl.chain.view import Call, View
from taoctl.errors import NotInRuntimeError
from taoctl.units import Tao

LIMITED = Call(PALLET, "register_limit")
UNLIMITED = Call(PALLET, "burned_register")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Worked:
    """Registrations worked through for the next block.

    Attributes:
        prices_rao: what each costs there.
        caps_rao: the most that each may cost; None where the call knows no limit.
        price: of the seats.
        seats: what each gets; shorter where one gets none.
        refusals: why the chain would refuse them.
        warnings: what the user should know.
    """

    prices_rao: tuple[int, ...]
    caps_rao: tuple[int, ...] | None
    price: SeatPrice
    seats: tuple[Seat, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Register(Intent):
    """Register hotkeys on a subnet, all or none of them.

    Attributes:
        netuid: the subnet; not root.
        hotkeys: ss58 addresses; new ones, or the signer's own.
        cap: the most that one may cost: a price, or how far above what it costs in the next block
            if nobody else registers.
        unlimited: whether it may be done without a limit, where the runtime knows none.
    """

    needs = (ACCOUNT, EXISTENTIAL_DEPOSIT, OWNER, NETWORKS, BURN, item("Uids"), UNLIMITED)

    netuid: int
    hotkeys: tuple[str, ...]
    cap: Tolerance | Price
    unlimited: bool = False

    def summary(self) -> str:
        """Which hotkeys, and where."""
        shown = ", ".join(self.hotkeys[:_SHOWN])
        more = len(self.hotkeys) - _SHOWN
        shown += f" and {more} more" if more > 0 else ""
        many = f"{len(self.hotkeys)} hotkeys, all or none: " if len(self.hotkeys) > 1 else ""
        return f"register {many}{shown} on subnet {self.netuid}"

    async def words(self, view: View, origin: str) -> str:
        """What they cost, and at most; no price of a subnet that is not there."""
        if await no_subnet(view, self.netuid):
            return self.summary()
        worked = await self._worked(view, origin)
        costs = [str(Tao(rao)) for rao in worked.prices_rao[:_SHOWN]]
        said = f"{self.summary()} for {', '.join(costs)}"
        if len(worked.prices_rao) > _SHOWN:
            said += " and so on"
        if len(worked.prices_rao) > 1:
            said += f", {Tao(sum(worked.prices_rao))} in all"
        if worked.caps_rao is None:
            return f"{said}, at any price"
        return f"{said}, and for no more than {Tao(sum(worked.caps_rao))}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`register_limit` for each, in one batch where there are several.

        Raises:
            NotInRuntimeError: the runtime knows no limit, and it was not allowed without.
        """
        limits = self._caps(view, (await seat_price(view, self.netuid)).sequence(self._count)[:-1])
        calls = []
        for place, hotkey in enumerate(self.hotkeys):
            args = {"netuid": self.netuid, "hotkey": hotkey}
            if limits is None:
                calls.append(ChainCall(PALLET, UNLIMITED.name, args))
            else:
                limit = {"limit_price": limits[place]}
                calls.append(ChainCall(PALLET, LIMITED.name, {**args, **limit}))
        return one_call(calls, BatchMode.ALL)

    @property
    def _count(self) -> int:
        return len(self.hotkeys)

    def _caps(self, view: View, prices: Sequence[int]) -> tuple[int, ...] | None:
        if view.has(LIMITED):
            return tuple(capped(self.cap, price) for price in prices)
        if self.unlimited:
            return None
        raise NotInRuntimeError(
            f"this chain's runtime (spec {view.spec_version}) has no {LIMITED}, so it knows no "
            "limit of what a registration may cost",
            "register at whatever it costs then, with --unsafe",
        )

    # what comes of it

    async def _worked(self, view: View, origin: str) -> Worked:
        return await view.derived(("register", self, origin), lambda: self._work(view, origin))

    async def _work(self, view: View, origin: str) -> Worked:
        price = await seat_price(view, self.netuid)
        prices = price.sequence(self._count)[:-1]
        worked = Worked(prices, self._caps(view, prices), price)
        refusals = await no_subnet(view, self.netuid)
        refusals = refusals or self._too_dear(view, worked, slice(1))
        refusals = refusals or await self._closed(view) or await self._too_many(view)
        if refusals:
            return replace(worked, refusals=refusals)
        refusals = await self._unpayable(view, origin, prices)
        refusals += await self._hotkeys_refused(view, origin)
        refusals += self._too_dear(view, worked, slice(1, None))
        seats, seatless, warnings = await self._seated(view, origin)
        pool, pool_warnings = await self._pool_refuses(view, prices)
        return replace(
            worked,
            seats=seats,
            refusals=refusals + seatless + pool,
            warnings=warnings + pool_warnings,
        )

    def _too_dear(self, view: View, worked: Worked, places: slice) -> tuple[Refusal, ...]:
        # A call without a limit is at least not begun where it costs more than was allowed.
        caps = worked.caps_rao or [capped(self.cap, price) for price in worked.prices_rao]
        rows = list(enumerate(zip(worked.prices_rao, caps, strict=True)))
        for place, (price, cap) in rows[places]:
            if price > cap:
                return (self._dear(view, worked.price, price, cap, place),)
        return ()

    def _dear(self, view: View, at: SeatPrice, price: int, cap: int, place: int) -> Refusal:
        which = "" if not place else f", the {place} before it counted in"
        said = f"a seat on subnet {self.netuid} costs {Tao(price)}{which}, not {Tao(cap)} or less"
        left = at.blocks_until(cap) if not place else None
        if left is None:
            bound = f"it falls no lower than {Tao(at.min_rao)} here; "
            hint = f"{bound if cap < at.min_rao else ''}allow more with --max-burn"
            return Refusal("RegistrationPriceLimitExceeded", said, hint)
        block = view.block + 1 + left
        return Refusal(
            "RegistrationPriceLimitExceeded",
            said,
            f"it falls so far by block {block} if nobody registers: wait with --wait-below, or "
            "allow more with --max-burn",
            block,
        )

    async def _closed(self, view: View) -> tuple[Refusal, ...]:
        if await read(view, "NetworkRegistrationAllowed", self.netuid):
            return ()
        said = f"subnet {self.netuid} takes no registrations now"
        hint = "its owner may allow them again; see `taoctl subnet hyperparameters`"
        return (Refusal("SubNetRegistrationDisabled", said, hint),)

    async def _too_many(self, view: View) -> tuple[Refusal, ...]:
        if self._count < 2:
            return ()
        limit = int(view.constant("Utility", "batched_calls_limit"))
        if self._count <= limit:
            return ()
        said = f"a batch holds {limit} calls at most, not {self._count}"
        return (Refusal("TooManyCalls", said, "register them in several parts"),)

    async def _unpayable(
        self, view: View, origin: str, prices: Sequence[int]
    ) -> tuple[Refusal, ...]:
        held = await holdings(view, origin)
        most, whole = held.spendable(), Tao(sum(prices))
        if whole <= most:
            return ()
        said = f"{origin} can spend {most}, and it costs {whole}"
        if whole <= held.spendable(keep_alive=False):
            hint = "leave the existential deposit in the account"
            return (Refusal("NotExpendable", said, hint),)
        return (Refusal("NotEnoughBalanceToStake", said, "fund the account first"),)

    async def _hotkeys_refused(self, view: View, origin: str) -> tuple[Refusal, ...]:
        found: tuple[Refusal, ...] = ()
        for place, hotkey in enumerate(self.hotkeys):
            found += await self._hotkey_refused(view, origin, hotkey, self.hotkeys[:place])
        return found

    async def _hotkey_refused(
        self, view: View, origin: str, hotkey: str, earlier: Sequence[str]
    ) -> tuple[Refusal, ...]:
        if hotkey in earlier or await is_stored(view, "Uids", self.netuid, hotkey):
            uid = await read(view, "Uids", self.netuid, hotkey)
            has = "twice" if uid is None else f"already, as uid {uid}"
            said = f"{hotkey} is on subnet {self.netuid} {has}"
            hint = "name each hotkey once" if uid is None else "name another hotkey"
            return (Refusal("HotKeyAlreadyRegisteredInSubNet", said, hint),)
        return system_account(hotkey) or await foreign(view, origin, hotkey)

    async def _seated(
        self, view: View, origin: str
    ) -> tuple[tuple[Seat, ...], tuple[Refusal, ...], tuple[str, ...]]:
        taken = await Seats(view, self.netuid, origin).load(self._count)
        seats: list[Seat] = []
        for hotkey in self.hotkeys:
            seat = await taken.take()
            refusal = no_use(seat, hotkey, self.netuid, len(seats))
            if seat is None or refusal is not None:
                return tuple(seats), (refusal,) if refusal else (), ()
            seats.append(seat)
        return tuple(seats), (), await self._losses(view, origin, seats)

    async def _losses(self, view: View, origin: str, seats: Sequence[Seat]) -> tuple[str, ...]:
        found = [lost_words(seat, origin) for seat in seats if seat.whose == "other"]
        if any(seat.uid is None for seat in seats):
            found.append("the subnet is full, and who is replaced cannot be told on this runtime")
        if found and await epoch_comes_first(view, self.netuid):
            found.append("an epoch is due in the next block: another may be replaced after it")
        return tuple(found)

    async def _pool_refuses(
        self, view: View, prices: Sequence[int]
    ) -> tuple[tuple[Refusal, ...], tuple[str, ...]]:
        """The price buys alpha, which is recycled; the pool may not take it."""
        market = Market(view)
        try:
            for rao in prices:
                if rao:
                    await market.trade(self.netuid, "buy", rao)
        except RefusedOrder as no:
            return (no.refusal,), ()
        except UnknownOutcome:
            return (), ("whether the subnet's pool takes the price cannot be told here",)
        return (), ()

    async def refused_at_any_price(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Why the chain would refuse them whatever they cost; raises NotInRuntimeError too."""
        self._caps(view, ())
        refusals = await no_subnet(view, self.netuid)
        refusals = refusals or await self._closed(view) or await self._too_many(view)
        return refusals or await self._hotkeys_refused(view, origin)

    # what it says of that

    @property
    def varies(self) -> bool:
        """Whether its limits are other ones on another block: those by a tolerance."""
        return isinstance(self.cap, Tolerance)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """A price past the limit, no registrations, no money, a hotkey or a seat that is not free.

        And what the chain would take payment for without giving a seat that lasts.
        """
        return (await self._worked(view, origin)).refusals

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The balance, who has which UID then, who has none, and the price after it."""
        worked = await self._worked(view, origin)
        if worked.refusals:
            return ()
        free = (await holdings(view, origin)).free
        spent = Tao(sum(worked.prices_rao))
        found = [Effect(origin, "free", free, free - spent)]
        for hotkey, seat in zip(self.hotkeys, worked.seats, strict=True):
            found += await seat_effects(view, origin, self.netuid, hotkey, seat)
        prices = worked.price.sequence(self._count)
        what = f"price of a seat on subnet {self.netuid}"
        return (*found, Effect(None, what, Tao(worked.price.burn_rao), Tao(prices[-1])))

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """Who loses a seat."""
        return (await self._worked(view, origin)).warnings

    async def spends(self, view: View, origin: str) -> Tao | None:
        """The prices of all."""
        return Tao(sum((await self._worked(view, origin)).prices_rao))

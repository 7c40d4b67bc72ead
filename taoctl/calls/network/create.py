"""Creating a subnet for no more than a limit, which the chain's own call does not know.

The limit is held by a second call in the same all-or-none batch: a transfer by the account to
itself, which moves nothing and fails where less is left than the limit allows.

Source: subnets/subnet.rs of subtensor at spec 425 (do_register_network), and `transfer` of the
Balances pallet.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.accounts import ACCOUNT, EXISTENTIAL_DEPOSIT, Holdings, holdings
from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.network.identity import NAMED, identity_value
from taoctl.calls.network.payout import Payout, payout
from taoctl.calls.network.price import ENTRIES as PRICE
from taoctl.calls.network.price import NetworkPrice, network_price
from taoctl.calls.network.room import ENTRIES as ROOM
from taoctl.calls.network.room import Room, room
from taoctl.calls.network.words import (
    back_words,
    fall_words,
    gone_words,
    keeps_all,
    leaving_words,
    limit_words,
)
from taoctl.calls.registration.words import foreign, system_account
from taoctl.calls.stake.hotkeys import OWNER, PALLET, owner_of, read, read_or_none, too_soon
from taoctl.calls.subnet_identity import too_long
from taoctl.chain.view import Call, View
from taoctl.units import U64_MAX, Tao, subnet_name

PLAIN = Call(PALLET, "register_network")
GUARD = Call("Balances", "transfer_keep_alive")
TOO_DEAR = "MaxCostExceeded"
"""Refusal, our own, of a price above the limit."""

FEE_ROOM = Tao(10_000_000)
"""What the fee may be, so that paying it does not count as a higher price."""

_MECHANISM = 1
"""Of subnets with their own token, which older runtimes want to be told."""


@dataclass(frozen=True, slots=True)
class CreateSubnet(Intent):
    """Create a subnet that the signer owns, with a hotkey as its first neuron.

    Attributes:
        hotkey: ss58 address; a new one, or the signer's own.
        most: the most that it may cost; what it costs in the next block when None.
        identity: (name, text) of what the subnet says of itself; empty for nothing.
        fee_room: what the account may be short of for the fee.
        guarded: whether the chain is to undo it where it costs more than the limit.
    """

    needs = (*PRICE, *ROOM, ACCOUNT, EXISTENTIAL_DEPOSIT, OWNER, PLAIN)

    hotkey: str
    most: Tao | None = None
    identity: tuple[tuple[str, str], ...] = ()
    fee_room: Tao = FEE_ROOM
    guarded: bool = True

    def summary(self) -> str:
        """With which hotkey."""
        return f"create a subnet with the hotkey {self.hotkey}"

    @property
    def varies(self) -> bool:
        """Whether it is another call on another block: what is to be left depends on it."""
        return self.guarded

    async def words(self, view: View, origin: str) -> str:
        """What it costs, and at most."""
        price = await network_price(view)
        said = f"{self.summary()} for {Tao(price.next_rao)}"
        return f"{said}, and for no more than {self._cap(price)}" if self.guarded else said

    async def call(self, view: View, origin: str) -> ChainCall:
        """`register_network`, alone or before the call that fails where it cost too much."""
        create = self._create(view)
        kept = await self.kept(view, origin)
        if kept is None:
            return create
        guard = ChainCall(GUARD.pallet, GUARD.name, {"dest": origin, "value": kept})
        return ChainCall("Utility", "batch_all", {"calls": [create, guard]})

    def _create(self, view: View) -> ChainCall:
        args: dict[str, object] = {"hotkey": self.hotkey}
        if "mechid" in dict(view.codec.call_args(PLAIN.pallet, PLAIN.name) or ()):
            args["mechid"] = _MECHANISM
        if not self.identity:
            return ChainCall(PALLET, PLAIN.name, args)
        return ChainCall(
            PALLET, NAMED.name, {**args, "identity": identity_value(view, self.identity)}
        )

    def _cap(self, price: NetworkPrice) -> Tao:
        return Tao(price.next_rao) if self.most is None else self.most

    async def kept(self, view: View, origin: str) -> int | None:
        """What the account must be able to send afterwards, rao; None where nothing need be.

        Where it has no more than the limit and the fee, the chain itself cannot take more. What it
        is paid for alpha on the subnet that goes is to be left as well.
        """
        if not self.guarded:
            return None
        price, held, back = await asyncio.gather(
            network_price(view), holdings(view, origin), _back(view, origin)
        )
        kept = held.spendable().rao - self._cap(price).rao - self.fee_room.rao
        kept += 0 if back is None else back.reliable_rao
        return min(kept, U64_MAX) if kept > 0 else None

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """A hotkey of somebody else, a time or a place that is not there, money, or the limit."""
        refusals = system_account(self.hotkey) or await foreign(view, origin, self.hotkey)
        refusals = refusals or await _not_open(view)
        if refusals:
            return refusals
        price = await network_price(view)
        return (
            _just_created(view, price)
            or no_room(view, await room(view))
            or self._unpayable(price, await holdings(view, origin))
            or self._too_dear(view, price)
            or too_long({name: text.encode() for name, text in self.identity})
        )

    def _unpayable(self, price: NetworkPrice, held: Holdings) -> tuple[Refusal, ...]:
        cost = Tao(price.next_rao)
        if cost <= held.spendable():
            return ()
        said = f"{held.ss58} can spend {held.spendable()}, and a subnet costs {cost}"
        if cost <= held.spendable(keep_alive=False):
            return (Refusal("NotExpendable", said, "leave the existential deposit in the account"),)
        when = price.first_block_at(max(held.spendable().rao - self.fee_room.rao, 0))
        hint = "fund the account first"
        if when is not None:
            hint += f"; if nobody else creates a subnet it costs as little in block {when}"
        return (Refusal("CannotAffordLockCost", said, hint, when),)

    def _too_dear(self, view: View, price: NetworkPrice) -> tuple[Refusal, ...]:
        cap = self._cap(price)
        if price.next_rao <= cap.rao:
            return ()
        said = f"a subnet costs {Tao(price.next_rao)}, not {cap} or less"
        when = price.first_block_at(cap.rao)
        if when is not None:
            hint = f"it falls so far by block {when} if nobody else creates one: wait, or allow "
            return (Refusal(TOO_DEAR, said, f"{hint}more with --max-cost", when),)
        least = "" if price.curve is None else f"{Tao(price.curve.least_rao)} is the least; "
        return (Refusal(TOO_DEAR, said, f"{least}allow more with --max-cost"),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The balance, the number it gets, whose the hotkey is, and the price after it."""
        if await self.preflight(view, origin):
            return ()
        price, place = await network_price(view), await room(view)
        free, cost = (await holdings(view, origin)).free, Tao(price.next_rao)
        back = await _back(view, origin)
        # What is paid for alpha depends on that of everybody, which is not read.
        found = [Effect(origin, "free", free, free - cost if back is None else None)]
        if place.netuid is not None:
            name = subnet_name(place.netuid)
            found += [
                Effect(None, f"owner of {name}", await _owner(view, place), origin),
                Effect(
                    None,
                    f"TAO in the pool of {name}",
                    await _pool(view, place),
                    cost if keeps_all(view) else None,
                ),
                Effect(self.hotkey, f"uid on {name}", "none", "0"),
            ]
        if await owner_of(view, self.hotkey) is None:
            found.append(Effect(self.hotkey, "owner", "none", origin))
        return (*found, Effect(None, "price of a subnet", Tao(price.now_rao), Tao(2 * cost.rao)))

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """Who goes for it, what becomes of the TAO, and what it costs at other times."""
        price, place = await network_price(view), await room(view)
        back = await _back(view, origin)
        found = await leaving_words(view, origin, place)
        found += back_words(back, guarded=self.guarded)
        found += gone_words(view)
        found += fall_words(price)
        kept = await self.kept(view, origin)
        return found + limit_words(kept, self._cap(price), guarded=self.guarded)

    async def spends(self, view: View, origin: str) -> Tao | None:
        """What it costs."""
        return Tao((await network_price(view)).next_rao)


async def _back(view: View, origin: str) -> Payout | None:
    """What the signer gets back of a subnet that goes; None where it gets nothing."""
    place = await room(view)
    if place.leaving is None:
        return None
    found = await payout(view, origin, place.leaving.netuid)
    return found if found.some else None


async def _owner(view: View, place: Room) -> str:
    return "none" if place.leaving is None else str(await read(view, "SubnetOwner", place.netuid))


async def _pool(view: View, place: Room) -> Tao:
    if place.leaving is None:
        return Tao(0)
    return Tao(int(await read(view, "SubnetTAO", place.netuid)))


async def _not_open(view: View) -> tuple[Refusal, ...]:
    start = int(await read_or_none(view, "NetworkRegistrationStartBlock") or 0)
    said = "nobody may create subnets on this chain yet"
    return too_soon(view, "SubNetRegistrationDisabled", said, start)


def _just_created(view: View, price: NetworkPrice) -> tuple[Refusal, ...]:
    said = f"one subnet may be created in {price.limit_blocks} blocks, and somebody did so in "
    said += f"block {price.last_block}"
    return too_soon(view, "NetworkTxRateLimitExceeded", said, price.open_from_block)


def no_room(view: View, place: Room) -> tuple[Refusal, ...]:
    """The refusal of a chain that is full and makes no room; empty where there is some."""
    if place.open_from_block is None:
        return ()
    said = f"there are {place.count} subnets, as many as may be, and none may be replaced: all "
    said += "are in their immunity"
    return too_soon(view, "SubnetLimitReached", said, place.open_from_block)

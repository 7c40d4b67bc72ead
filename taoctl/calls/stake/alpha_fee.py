"""Transaction fees that are taken in alpha, where the TAO does not pay them.

Source: pallet transaction-fee (`fees_in_alpha`, `can_withdraw_in_alpha`, `withdraw_in_alpha`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from taoctl.calls.accounts import ALPHA_FEE_CALLS, holdings
from taoctl.calls.base import ChainCall, Refusal
from taoctl.calls.stake.around import Around, Following, Tipped
from taoctl.calls.stake.desk import Desk, RefusedOrder
from taoctl.calls.stake.holdings import PALLET
from taoctl.calls.stake.trade import Trade, Worked
from taoctl.chain.view import Storage, View
from taoctl.units import U64_MAX, Alpha, Tao

_SUBTOKEN = Storage(PALLET, "SubtokenEnabled")
_PAID = "TransactionFeePaidWithAlpha"


@dataclass(frozen=True, slots=True)
class AlphaFee:
    """A fee that is taken from a position and sold for the author of the block.

    Attributes:
        payer: ss58 address of the coldkey that holds the position.
        hotkey: ss58 address through which it holds it.
        alpha: how much; the pool charges nothing on it.
    """

    payer: str
    hotkey: str
    alpha: Alpha

    async def pay(self, desk: Desk) -> None:
        """Take it, before the call is carried out."""
        netuid = self.alpha.netuid
        await desk.move_alpha(self.hotkey, self.payer, netuid, -self.alpha.rao)
        await desk.trade(netuid, "sell", self.alpha.rao, drop_fee=True)


@dataclass(frozen=True, slots=True)
class AfterAlphaFee(Around):
    """A trade as it is once its fee was taken in alpha; its effects have the fee in them."""

    trade: Trade
    fee: AlphaFee

    async def work(self, desk: Desk, origin: str) -> Worked:
        """Pay the fee, and work through the trade."""
        mark = desk.mark()
        try:
            await self.fee.pay(desk)
        except RefusedOrder as no:
            desk.restore(mark)
            worked = await self.trade.work(desk, origin)
            why = f"its alpha cannot be sold for it: {no.refusal.message}"
            return replace(worked, refusals=(_unpaid(self.fee.payer, None, why),))
        return await self.trade.work(desk, origin)


def after_fee(trade: Trade, fee: AlphaFee) -> Trade:
    """A trade once its fee was taken in alpha; what others send before it is done before that."""
    if isinstance(trade, Tipped | Following):
        return replace(trade, trade=after_fee(trade.trade, fee))
    return AfterAlphaFee(trade, fee)


def may_take_alpha(call: ChainCall) -> bool:
    """Whether the fee of a call may be taken in alpha; not where it is inside another call."""
    return call.pallet == PALLET and call.name in ALPHA_FEE_CALLS


async def alpha_fee(view: View, call: ChainCall, payer: str, fee: Tao) -> AlphaFee | Refusal | None:
    """The fee of a call in alpha, where TAO does not pay it; None where TAO does or must.

    A refusal where the call could be paid in alpha, and there is too little of that.
    """
    if not may_take_alpha(call):
        return None
    if fee <= (await holdings(view, payer)).spendable() or not _takes_alpha(view):
        return None
    desk = Desk(view)
    places = await _places(desk, call, payer)
    if len(places) != 1:
        return _unpaid(payer, fee, "it is taken in alpha only where one subnet is unstaked from")
    ((hotkey, netuid),) = places
    held = await desk.position(hotkey, payer, netuid)
    # What is worth less than a rao of alpha costs all of it: so the chain has it.
    alpha = await _worth(desk, netuid, fee) or held
    if alpha > held:
        return _unpaid(payer, fee, f"the {held} at {hotkey} do not pay it either")
    return AlphaFee(payer, hotkey, alpha)


def _takes_alpha(view: View) -> bool:
    """Whether the runtime tells of fees that it takes in alpha; of older ones nobody can tell."""
    return any(
        one["path"][:1] == ["pallet_subtensor"]
        and one["path"][-1] == "Event"
        and any(variant["name"] == _PAID for variant in one["def"]["variant"]["variants"])
        for one in view.codec.registry.values()
        if "variant" in one["def"] and one.get("path")
    )


async def _places(desk: Desk, call: ChainCall, payer: str) -> Sequence[tuple[str, int]]:
    """The positions that may pay: hotkey and subnet."""
    args = call.args
    hotkey = str(args.get("origin_hotkey", args.get("hotkey")))
    if call.name not in ("unstake_all", "unstake_all_alpha"):
        return [(hotkey, int(args.get("origin_netuid", args.get("netuid"))))]
    found = []
    for holder, netuid, _ in await desk.positions(payer):
        enabled = not desk.view.has(_SUBTOKEN) or await desk.view.value(
            _SUBTOKEN.pallet, _SUBTOKEN.item, netuid
        )
        if holder == hotkey and enabled:
            found.append((holder, netuid))
    return found


async def _worth(desk: Desk, netuid: int, fee: Tao) -> Alpha | None:
    """The alpha that is worth a fee at the spot price, rounded down; None for less than a rao."""
    bits = await desk.price_bits(netuid)
    worth = min((fee.rao << 64) // bits, U64_MAX) if bits else 0
    return Alpha(worth, netuid) if worth else None


def _unpaid(payer: str, fee: Tao | None, why: str) -> Refusal:
    amount = "" if fee is None else f" of {fee}"
    return Refusal(
        "Payment",
        f"{payer} has too little free TAO for the fee{amount}, and {why}",
        "send it some TAO first",
    )

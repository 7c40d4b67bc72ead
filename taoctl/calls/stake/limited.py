"""What trades with a price limit have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taoctl.calls.base import ChainCall
from taoctl.calls.stake.desk import Desk
from taoctl.calls.stake.holdings import PALLET
from taoctl.calls.stake.refusals import (
    RefusedOrder,
    UnknownOutcome,
    money,
    past_limit,
    too_large_for_pool,
)
from taoctl.chain.view import Call, View
from taoctl.economics.pool import INPUT_RESERVE_MULTIPLE, Side
from taoctl.errors import NotInRuntimeError
from taoctl.units import U64_MAX


def limited_call(
    view: View, name: str, args: Mapping[str, Any], *, partial: bool | None
) -> ChainCall:
    """A call that takes a limit.

    Args:
        partial: whether less will do; None for a call that does not ask.

    Raises:
        NotInRuntimeError: the runtime has no such call.
    """
    if not view.has(Call(PALLET, name)):
        raise NotInRuntimeError(
            f"this chain's runtime (spec {view.spec_version}) has no call {PALLET}.{name}, so it "
            "knows no price limit",
            "it trades at any price only, with --unsafe",
        )
    asked = {} if partial is None else {"allow_partial": partial}
    return ChainCall(PALLET, name, {**args, **asked})


async def check_pool_takes(desk: Desk, side: Side, netuid: int, amount: int) -> None:
    """Refuse more than 1000 times the pool's reserve (InsufficientLiquidity)."""
    if await desk.market.trades(netuid):
        most = await desk.market.reserve(netuid, side) * INPUT_RESERVE_MULTIPLE
        if amount > most:
            raise too_large_for_pool(netuid, money(most, None if side == "buy" else netuid))


async def most_within(
    desk: Desk, side: Side, netuid: int, amount: int, limit_price_rao: int | None
) -> int | None:
    """The most that a limit lets through, rao; None where the curve is not known here.

    Raises:
        RefusedOrder: the price is past the limit already, or the pool is too small.
    """
    if limit_price_rao is None:
        return U64_MAX
    await desk.market.agrees(netuid, side, amount)
    return await desk.market.most(netuid, side, limit_price_rao)


async def capped(
    desk: Desk,
    side: Side,
    netuid: int,
    amount: int,
    limit_price_rao: int | None,
    most: int | None,
    *,
    partial: bool,
) -> int:
    """What of an order is traded, rao; all of it where the curve is not known: trading tells.

    Raises:
        RefusedOrder: the order would move the price past the limit, and less will not do.
        UnknownOutcome: it may be less than all, and nobody can tell how much.
    """
    if limit_price_rao is None or (most is not None and amount <= most):
        return amount
    if most is None:
        if partial:
            await _whole(desk, side, netuid, amount, limit_price_rao)
        return amount
    if partial:
        return most
    raise past_limit(side, netuid, limit_price_rao, money(most, None if side == "buy" else netuid))


async def _whole(desk: Desk, side: Side, netuid: int, amount: int, limit: int) -> None:
    mark = desk.market.mark()
    try:
        await desk.trade(netuid, side, amount, limit)
    except RefusedOrder as no:
        if no.refusal.name != "SlippageTooHigh":
            raise
        raise UnknownOutcome(
            f"how much of it the limit lets through on subnet {netuid} cannot be told: its curve "
            "is none that is known here"
        ) from None
    finally:
        desk.market.restore(mark)

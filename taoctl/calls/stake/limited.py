"""What trades with a price limit have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taoctl.calls.base import ChainCall
from taoctl.calls.stake.desk import Desk
from taoctl.calls.stake.holdings import PALLET
from taoctl.calls.stake.refusals import RefusedOrder, UnknownOutcome, money, past_limit
from taoctl.chain.view import Call, View
from taoctl.economics.pool import Side
from taoctl.errors import NotInRuntimeError


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


async def within_limit(
    desk: Desk, side: Side, netuid: int, amount: int, limit_price_rao: int, *, partial: bool
) -> int:
    """What of an order its limit lets through, rao.

    Where the curve is not known here it is all of it: trading it tells then.

    Raises:
        RefusedOrder: the price is past the limit, or the order would move it there.
        UnknownOutcome: it may be less than all, and nobody can tell how much.
    """
    most = await desk.market.most(netuid, side, limit_price_rao)
    if most is not None:
        if amount <= most:
            return amount
        if partial:
            return most
        raise past_limit(
            side, netuid, limit_price_rao, money(most, None if side == "buy" else netuid)
        )
    if partial:
        await _whole(desk, side, netuid, amount, limit_price_rao)
    return amount


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

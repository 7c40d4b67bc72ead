"""What the chain refuses of trades, in the words of a person."""

from __future__ import annotations

from taoctl.calls.base import Refusal
from taoctl.units import Alpha, Tao, rao_to_decimal

WOULD_BE_LOST = "WouldBeLost"
"""Refusal, our own, of what the chain would take and give nothing for."""


class RefusedOrder(Exception):
    """The chain would refuse what is being worked through."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class UnknownOutcome(Exception):
    """Nobody can tell here what comes of what is being worked through; the text says why."""


def refused(
    name: str, message: str, hint: str | None = None, allowed_from_block: int | None = None
) -> RefusedOrder:
    """A refusal by the chain's own error name, to be raised."""
    return RefusedOrder(Refusal(name, message, hint, allowed_from_block))


def money(rao: int, netuid: int | None) -> Tao | Alpha:
    """Rao as TAO, or as alpha of a subnet."""
    return Tao(rao) if netuid is None else Alpha(rao, netuid)


def price_words(rao: int) -> str:
    """A price in rao as people write it."""
    text = rao_to_decimal(rao).rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def pool_refuses(name: str, netuid: int, limit_price_rao: int | None = None) -> RefusedOrder:
    """The refusal of a swap by the Swap pallet's error name."""
    if name == "PriceLimitExceeded" and limit_price_rao is not None:
        return refused(
            name,
            f"the price on subnet {netuid} is already past the limit of "
            f"{price_words(limit_price_rao)} TAO per alpha",
            "allow another price, or wait until it is there",
        )
    messages = {
        "ReservesTooLow": (f"the pool of subnet {netuid} is too small for it", "trade more of it"),
        "SwapInputTooLarge": (
            f"it is more than 1000 times what the pool of subnet {netuid} holds",
            "trade less",
        ),
        "InsufficientLiquidity": (f"the pool of subnet {netuid} cannot pay it out", "trade less"),
    }
    message, hint = messages.get(name, (f"the pool of subnet {netuid} refuses it", None))
    return refused(name, message, hint)


def too_large_for_pool(netuid: int, most: Tao | Alpha) -> RefusedOrder:
    """The refusal of more than 1000 times a pool's reserve."""
    return refused(
        "InsufficientLiquidity",
        f"the pool of subnet {netuid} takes {most} at once, and no more",
        "trade less",
    )


def past_limit(
    side: str, netuid: int, limit_price_rao: int, most: Tao | Alpha | None
) -> RefusedOrder:
    """The refusal of an order that moves the price past its own limit."""
    way = "above" if side == "buy" else "below"
    hint = "trade less, allow more with --tolerance, or take what the limit lets with --partial"
    if most is not None and most.rao > 0:
        hint = (
            f"{most} stay within the limit: trade that much, allow more with --tolerance, or "
            "take what the limit lets through with --partial"
        )
    elif most is not None:
        hint = "nothing stays within the limit: allow another price"
    return refused(
        "SlippageTooHigh",
        f"the order itself moves the price on subnet {netuid} {way} the limit of "
        f"{price_words(limit_price_rao)} TAO per alpha",
        hint,
    )

"""What became of the trades of a transaction, beside what was quoted for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from taoctl.calls.base import Quote
from taoctl.calls.stake.desk import Desk
from taoctl.chain.client import Chain
from taoctl.economics.pool import RAO
from taoctl.errors import TaoctlError
from taoctl.submit.outcome import Event, Outcome, alpha_paid
from taoctl.units import Alpha, Tao


@dataclass(frozen=True, slots=True)
class Leg:
    """A pool's side of a trade, as its event has it: rao of TAO and of alpha, and the fee.

    Attributes:
        tao_rao: had for a sale; given for a purchase, the fee included.
        alpha_rao: had for a purchase; given for a sale, without the fee.
        fee_rao: in the token that was given; None where the runtime's event does not say it.
    """

    name: str
    coldkey: str
    hotkey: str
    tao_rao: int
    alpha_rao: int
    netuid: int
    fee_rao: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A quote, and what the chain did.

    Attributes:
        quote: as the plan had it.
        paid_in: what was given, the pool's fee included; None where it was not traded.
        pool_fee: of it what the pool kept; None where that is not known.
        out: what was had; None where it was not traded, or had not to do with the pool.
        average_price_rao: what was paid for what was had, fee included, as the quote's prices are.
        spot_price_rao: the price at the end of the block that refused it; None for another trade.
    """

    quote: Quote
    paid_in: Tao | Alpha | None = None
    pool_fee: Tao | Alpha | None = None
    out: Tao | Alpha | None = None
    average_price_rao: int | None = None
    spot_price_rao: int | None = None

    @property
    def traded(self) -> bool:
        """Whether the chain carried it out."""
        return self.out is not None

    @property
    def gained_ppm(self) -> int | None:
        """How much more was had than was quoted, in millionths; negative where it was less."""
        if self.out is None or self.quote.out is None or not self.quote.out.rao:
            return None
        return (self.out.rao - self.quote.out.rao) * 1_000_000 // self.quote.out.rao


async def compared(
    chain: Chain, quotes: Sequence[Quote], outcome: Outcome
) -> tuple[Comparison, ...]:
    """Each quote beside what became of it; asks the node only for the price of one that failed.

    A price that the node no longer has stays unknown.
    """
    found = compare(quotes, outcome.events)
    if outcome.error is None or outcome.block_hash is None:
        return found
    return tuple(
        [one if one.traded else await _refused(chain, one, outcome.block_hash) for one in found]
    )


def compare(quotes: Sequence[Quote], events: Sequence[Event]) -> tuple[Comparison, ...]:
    """Each quote beside the trade of it that the events tell of, in their order."""
    legs = list(_own_legs(events))
    found = []
    for quote in quotes:
        taken = _legs_of(quote, legs)
        if taken is None:
            found.append(Comparison(quote))
            continue
        places, comparison = taken
        legs = legs[places[-1] + 1 :]
        found.append(comparison)
    return tuple(found)


def _own_legs(events: Sequence[Event]) -> Iterator[Leg]:
    """The trades of the calls: not the one that paid the fee, which comes before them."""
    paid_in_alpha = alpha_paid(events) is not None
    for event in events:
        leg = _leg(event)
        if leg is None:
            continue
        if paid_in_alpha:
            paid_in_alpha = False
            continue
        yield leg


def _leg(event: Event) -> Leg | None:
    """The trade that an event tells of; older runtimes say less of it."""
    if event.pallet != "SubtensorModule" or event.name not in ("StakeAdded", "StakeRemoved"):
        return None
    coldkey, hotkey, tao, alpha, netuid, *fee = event.values
    charged = int(fee[0]) if fee else None
    return Leg(event.name, coldkey, hotkey, int(tao), int(alpha), int(netuid), charged)


def _legs_of(quote: Quote, legs: Sequence[Leg]) -> tuple[list[int], Comparison] | None:
    """The places of a quote's trades among those left, and what they came to."""
    sold = bought = None
    if quote.kind in ("sell", "swap"):
        netuid = quote.netuid if quote.netuid_in is None else quote.netuid_in
        sold = _place(legs, 0, "StakeRemoved", quote, netuid)
        if sold is None:
            return None
    if quote.kind in ("buy", "swap"):
        start = 0 if sold is None else sold + 1
        bought = _place(legs, start, "StakeAdded", quote, quote.netuid)
        if bought is None:
            return None
    places = [one for one in (sold, bought) if one is not None]
    sale = None if sold is None else legs[sold]
    purchase = None if bought is None else legs[bought]
    return places, _outcome(quote, sale, purchase)


def _place(legs: Sequence[Leg], start: int, name: str, quote: Quote, netuid: int) -> int | None:
    """Where the next trade of a kind on a subnet is; a move buys for another key."""
    for place in range(start, len(legs)):
        one = legs[place]
        same = quote.kind == "swap" or (one.coldkey, one.hotkey) == (quote.account, quote.hotkey)
        if one.name == name and one.netuid == netuid and same:
            return place
    return None


def _outcome(quote: Quote, sale: Leg | None, purchase: Leg | None) -> Comparison:
    paid_in: Tao | Alpha
    pool_fee: Tao | Alpha | None
    out: Tao | Alpha
    if sale is None:
        assert purchase is not None
        paid_in, out = Tao(purchase.tao_rao), Alpha(purchase.alpha_rao, purchase.netuid)
        pool_fee = None if purchase.fee_rao is None else Tao(purchase.fee_rao)
        average = _ratio(paid_in.rao, out.rao)
    else:
        paid_in = Alpha(sale.alpha_rao + (sale.fee_rao or 0), sale.netuid)
        pool_fee = None if sale.fee_rao is None else Alpha(sale.fee_rao, sale.netuid)
        out = Tao(sale.tao_rao) if purchase is None else Alpha(purchase.alpha_rao, purchase.netuid)
        average = _ratio(out.rao, paid_in.rao)
        if purchase is not None and not sale.fee_rao and purchase.fee_rao:
            pool_fee = Tao(purchase.fee_rao)
    return Comparison(quote, paid_in, pool_fee, out, average)


def _ratio(numerator: int, denominator: int) -> int | None:
    return numerator * RAO // denominator if denominator else None


async def _refused(chain: Chain, one: Comparison, block_hash: str) -> Comparison:
    try:
        desk = Desk(await chain.at_hash(block_hash))
        price = await desk.price_rao(one.quote.netuid)
        if one.quote.netuid_in is not None:
            given = await desk.price_rao(one.quote.netuid_in)
            return replace(one, spot_price_rao=given * RAO // price if price else None)
    except TaoctlError:
        return one
    return replace(one, spot_price_rao=price)

"""A subnet's weighted TAO/alpha pool: prices, swaps and injections as the chain rounds them.

All amounts are integer rao. Prices are TAO per alpha: U64F64 bits inside, rao of TAO per one
alpha outside. Source: pallets/swap of subtensor at spec 425 (balancer.rs, swap_step.rs, impls.rs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self

from taoctl.economics.power import ratio_power
from taoctl.errors import BadDataError, RefusedError, UsageError

Side = Literal["buy", "sell"]
"""buy: TAO in, alpha out; sell: alpha in, TAO out."""

WEIGHT_ONE = 10**18
"""1.0 as a perquintill weight."""

WEIGHT_MIN = WEIGHT_ONE // 100
RAO = 10**9
U16_MAX = 65_535
U64_MAX = 2**64 - 1
DEFAULT_FEE_RATE_U16 = 33
MINIMUM_RESERVE_RAO = 1_000_000
INPUT_RESERVE_MULTIPLE = 1_000
MAX_PRICE_RAO = 10**15
"""Limit of a market buy: a million TAO per alpha."""

MIN_PRICE_RAO = 1_000
"""Limit of a market sell: a millionth of a TAO per alpha."""

_ONE = 1 << 64
_U128_MAX = 2**128 - 1
_SWAP_PRECISION = 256
_LIMIT_PRECISION = 1_024

_MESSAGES = {
    "ReservesTooLow": "the pool is too small for this swap",
    "SwapInputTooLarge": "the amount is more than 1000 times the pool's reserve",
    "PriceLimitExceeded": "the price limit is already passed by the current price",
    "InsufficientLiquidity": "the pool cannot pay out this amount",
    "ReservesOutOfBalance": "the reserves are too unequal for a pool at this price",
}


class SwapError(RefusedError):
    """The Swap pallet refuses a swap; `name` is its error name."""

    code = "swap"

    def __init__(self, name: str) -> None:
        super().__init__(_MESSAGES[name])
        self.name = name


@dataclass(frozen=True, slots=True)
class Pool:
    """Reserves (rao), weight of TAO (perquintill) and fee rate (u16, 65535 = 100 %)."""

    alpha_reserve: int
    tao_reserve: int
    quote_weight_perquintill: int = WEIGHT_ONE // 2
    fee_rate_u16: int = DEFAULT_FEE_RATE_U16

    @property
    def base_weight_perquintill(self) -> int:
        """Weight of alpha; the two weights sum to one."""
        return WEIGHT_ONE - self.quote_weight_perquintill

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The pool of a swap vector's `input` object; raises BadDataError for a missing field."""
        try:
            return cls(**{field.name: data[field.name] for field in fields(cls)})
        except KeyError as error:
            raise BadDataError(f"pool without {error.args[0]}") from error


@dataclass(frozen=True, slots=True)
class SwapResult:
    """One executed swap.

    `amount_paid_in` excludes the fee, which is in the input token and leaves the pool;
    `refund` was not taken; `partial` says that the limit stopped the swap. `pool` is the pool
    afterwards.
    """

    pool: Pool
    amount_paid_in: int
    amount_paid_out: int
    fee_paid: int
    refund: int
    partial: bool
    price_before_bits: int
    price_after_bits: int

    def to_json(self) -> dict[str, Any]:
        """The `output` object of a swap vector."""
        return {
            "amount_paid_in": self.amount_paid_in,
            "amount_paid_out": self.amount_paid_out,
            "fee_paid": self.fee_paid,
            "refund": self.refund,
            "partial": self.partial,
            "alpha_after": self.pool.alpha_reserve,
            "tao_after": self.pool.tao_reserve,
            "price_before_bits": self.price_before_bits,
            "price_after_bits": self.price_after_bits,
            "price_before": self.price_before_bits / _ONE,
            "price_after": self.price_after_bits / _ONE,
        }


@dataclass(frozen=True, slots=True)
class SimSwap:
    """The runtime API's SimSwapResult, field for field, in rao."""

    tao_amount: int = 0
    alpha_amount: int = 0
    tao_fee: int = 0
    alpha_fee: int = 0
    tao_slippage: int = 0
    alpha_slippage: int = 0


@dataclass(frozen=True, slots=True)
class Injection:
    """Liquidity the protocol added: the pool afterwards and what went in (0, 0 when skipped)."""

    pool: Pool
    tao: int
    alpha: int


def spot_price_bits(pool: Pool) -> int:
    """Price of one alpha in TAO as U64F64 bits; 0 when a reserve is empty."""
    if pool.alpha_reserve == 0 or pool.quote_weight_perquintill == 0:
        return 0
    weights = (pool.base_weight_perquintill << 64) // pool.quote_weight_perquintill
    reserves = (pool.tao_reserve << 64) // pool.alpha_reserve
    return min((weights * reserves) >> 64, _U128_MAX)


def price_rao(pool: Pool) -> int:
    """Rao of TAO per one alpha, floored, as the runtime API reports it."""
    return min((spot_price_bits(pool) * RAO) >> 64, U64_MAX)


def fee_rao(pool: Pool, amount: int) -> int:
    """The fee inside an input amount, in the input token, rao, floored."""
    return (amount * ((pool.fee_rate_u16 << 64) // U16_MAX)) >> 64


def market_limit_rao(side: Side) -> int:
    """The price limit of an order without one."""
    return MAX_PRICE_RAO if side == "buy" else MIN_PRICE_RAO


def swap(
    pool: Pool,
    side: Side,
    amount: int,
    limit_price_rao: int | None = None,
    *,
    drop_fees: bool = False,
) -> SwapResult:
    """Swap `amount` rao (fee included), stopping at the limit price (None: market order).

    Raises SwapError named as the Swap pallet's error, UsageError for a negative amount.
    """
    if amount < 0 or side not in ("buy", "sell"):
        raise UsageError("a swap needs side buy or sell and an amount of at least 0 rao")
    if drop_fees:
        pool_fee = replace(pool, fee_rate_u16=0)
        done = swap(pool_fee, side, amount, limit_price_rao)
        return replace(done, pool=replace(done.pool, fee_rate_u16=pool.fee_rate_u16))
    price = spot_price_bits(pool)
    limit = ((market_limit_rao(side) if limit_price_rao is None else limit_price_rao) << 64) // RAO
    fee = fee_rao(pool, amount)
    net = amount - fee
    _admit(pool, side, net, price, limit)
    paid_out = amount_out(pool, side, net)
    target = spot_price_bits(_moved(pool, side, net, paid_out))
    partial = target > limit if side == "buy" else target < limit
    if partial:
        net = _amount_to_limit(pool, side, price, limit)
        paid_out = amount_out(pool, side, net)
        fee = _fee_on_net(pool, net)
    if net and not paid_out:
        raise SwapError("ReservesTooLow")
    if paid_out > _reserve_out(pool, side):
        raise SwapError("InsufficientLiquidity")
    after = _moved(pool, side, net, paid_out)
    return SwapResult(
        pool=after,
        amount_paid_in=net,
        amount_paid_out=paid_out,
        fee_paid=fee,
        refund=max(amount - net - fee, 0),
        partial=partial,
        price_before_bits=price,
        price_after_bits=spot_price_bits(after),
    )


def amount_out(pool: Pool, side: Side, net: int) -> int:
    """Output rao for a net input, without fee, limits or checks."""
    base, quote = pool.base_weight_perquintill, pool.quote_weight_perquintill
    reserve = pool.tao_reserve if side == "buy" else pool.alpha_reserve
    exponent = (quote, base) if side == "buy" else (base, quote)
    grown = min(reserve + net, U64_MAX)
    kept = ratio_power((reserve, grown), exponent, WEIGHT_ONE, _SWAP_PRECISION)
    # The chain takes an unusable power for 0, which pays out the whole reserve.
    kept_bits = 0 if kept is None or not 0 <= kept <= U64_MAX else (kept << 64) // WEIGHT_ONE
    return (_reserve_out(pool, side) * (_ONE - min(kept_bits, _ONE))) >> 64


def max_amount(pool: Pool, side: Side, limit_price_rao: int) -> int:
    """The largest order (fee included) that stays within the limit, in rao of the input token.

    Raises SwapError as `swap` does. Source: get_max_amount_add / get_max_amount_remove.
    """
    reserve = pool.tao_reserve if side == "buy" else pool.alpha_reserve
    probe = min(reserve * INPUT_RESERVE_MULTIPLE, U64_MAX)
    done = swap(pool, side, probe, limit_price_rao)
    return min(done.amount_paid_in + done.fee_paid, U64_MAX)


def max_amount_moved(origin: Pool, destination: Pool, limit_price_rao: int) -> int:
    """The most alpha of one dynamic subnet that can move to another within a limit, in rao.

    The limit is origin price over destination price, times 10^9. Source: get_max_amount_move.
    """
    t1, t2 = origin.tao_reserve, destination.tao_reserve
    a1, a2 = origin.alpha_reserve, destination.alpha_reserve
    if 0 in (t1, t2, a1, a2):
        return 0
    limit = (limit_price_rao << 64) // RAO
    if limit > _quotient(spot_price_bits(origin), spot_price_bits(destination)):
        return 0
    if limit_price_rao == 0:
        return U64_MAX
    total = t1 + t2
    reached = _quotient(a2 * ((t1 << 64) // total), limit)
    return min(max(reached - a1 * ((t2 << 64) // total), 0) >> 64, U64_MAX)


def simulate(pool: Pool, side: Side, amount: int) -> SimSwap:
    """A market order's outcome as sim_swap_* answers it; all zero where the swap would fail."""
    price = spot_price_bits(pool)
    try:
        done = swap(pool, side, amount)
    except SwapError:
        return SimSwap()
    if side == "buy":
        ideal = _quotient(amount << 64, price) >> 64
        return SimSwap(
            tao_amount=done.amount_paid_in,
            alpha_amount=done.amount_paid_out,
            tao_fee=done.fee_paid,
            alpha_slippage=max(ideal - done.amount_paid_out, 0),
        )
    ideal = min(amount * price, _U128_MAX) >> 64
    return SimSwap(
        tao_amount=done.amount_paid_out,
        alpha_amount=done.amount_paid_in,
        alpha_fee=done.fee_paid,
        tao_slippage=max(ideal - done.amount_paid_out, 0),
    )


def inject(pool: Pool, tao: int, alpha: int) -> Injection:
    """Add protocol liquidity (rao) in any proportion; the weights shift so the price stays.

    Skipped (0, 0) when a weight would leave [0.01, 0.99].
    Source: update_weights_for_added_liquidity, adjust_protocol_liquidity.
    """
    new_tao, new_alpha = pool.tao_reserve + tao, pool.alpha_reserve + alpha
    base = _weighted(pool.base_weight_perquintill, pool.tao_reserve * new_alpha)
    quote = _weighted(pool.quote_weight_perquintill, pool.alpha_reserve * new_tao)
    total = base + quote
    weight = quote * WEIGHT_ONE // total if total else WEIGHT_ONE // 2
    if not WEIGHT_MIN <= weight <= WEIGHT_ONE - WEIGHT_MIN:
        return Injection(pool, 0, 0)
    after = replace(
        pool, alpha_reserve=new_alpha, tao_reserve=new_tao, quote_weight_perquintill=weight
    )
    return Injection(after, tao, alpha)


def weight_for_price(tao_reserve: int, alpha_reserve: int, price_bits: int) -> int:
    """Weight of TAO (perquintill) that gives a new pool a price (U64F64 bits).

    Raises SwapError ReservesOutOfBalance when a weight would leave [0.01, 0.99].
    Source: maybe_initialize_palswap.
    """
    value = tao_reserve + (price_bits >> 64) * alpha_reserve
    value += (alpha_reserve * (price_bits & (_ONE - 1))) >> 64
    weight = tao_reserve * WEIGHT_ONE // value if value else 0
    if not WEIGHT_MIN <= weight <= WEIGHT_ONE - WEIGHT_MIN:
        raise SwapError("ReservesOutOfBalance")
    return weight


def alpha_for_tao(pool: Pool, tao: int) -> int:
    """Alpha rao worth an amount of TAO at the spot price, no fee or impact; 0 without a price."""
    return _quotient(tao << 64, spot_price_bits(pool)) >> 64


def _admit(pool: Pool, side: Side, net: int, price: int, limit: int) -> None:
    """Raise what the pallet checks first, in its order.

    A limit equal to the price is refused too: is_beyond_price_limit compares strictly.
    """
    reserve = pool.tao_reserve if side == "buy" else pool.alpha_reserve
    if net > min(reserve * INPUT_RESERVE_MULTIPLE, U64_MAX):
        raise SwapError("SwapInputTooLarge")
    if _reserve_out(pool, side) < MINIMUM_RESERVE_RAO:
        raise SwapError("ReservesTooLow")
    if not (price < limit if side == "buy" else price > limit):
        raise SwapError("PriceLimitExceeded")


def _reserve_out(pool: Pool, side: Side) -> int:
    return pool.alpha_reserve if side == "buy" else pool.tao_reserve


def _moved(pool: Pool, side: Side, paid_in: int, paid_out: int) -> Pool:
    """The pool after `paid_in` went in and `paid_out` went out."""
    if side == "buy":
        alpha, tao = pool.alpha_reserve - paid_out, pool.tao_reserve + paid_in
    else:
        alpha, tao = pool.alpha_reserve + paid_in, pool.tao_reserve - paid_out
    return replace(
        pool, alpha_reserve=min(max(alpha, 0), U64_MAX), tao_reserve=min(max(tao, 0), U64_MAX)
    )


def _amount_to_limit(pool: Pool, side: Side, price: int, limit: int) -> int:
    """Net input that brings the price to the limit."""
    if side == "buy":
        reserve, ratio, weight = pool.tao_reserve, (limit, price), pool.base_weight_perquintill
    else:
        reserve, ratio, weight = pool.alpha_reserve, (price, limit), pool.quote_weight_perquintill
    grown = ratio_power(ratio, (weight, WEIGHT_ONE), WEIGHT_ONE, _LIMIT_PRECISION)
    if grown is None:
        return 0
    factor = (min(max(grown, 0), U64_MAX) << 64) // WEIGHT_ONE
    return min(reserve * max(factor - _ONE, 0), _U128_MAX) >> 64


def _fee_on_net(pool: Pool, net: int) -> int:
    """The fee that belongs to a net input, so that fee over (net + fee) is the rate."""
    rest = U16_MAX - pool.fee_rate_u16
    rate = (pool.fee_rate_u16 << 64) // rest if rest else 0
    return min(net * rate, _U128_MAX) >> 64


def _quotient(numerator_bits: int, denominator_bits: int) -> int:
    """U64F64 division; 0 where it divides by 0 or overflows."""
    if denominator_bits == 0:
        return 0
    quotient = (numerator_bits << 64) // denominator_bits
    return quotient if quotient <= _U128_MAX else 0


def _weighted(weight: int, value: int) -> int:
    """`value` times a perquintill weight, rounded to nearest."""
    return (value * weight + WEIGHT_ONE // 2) // WEIGHT_ONE

"""The pool equals a step-by-step swap on drawn pools, orders and limits, errors included."""

import random
from collections import Counter
from typing import Any

import pool_scalar
import pytest

from taoctl.economics.pool import Pool, price_rao
from taoctl.economics.vectors import swap_output

SUPPLY = 21 * 10**15
HALF = 5 * 10**17


def drawn(seed: int) -> dict[str, Any]:
    """A swap case as in the vectors: from dust to more than the pool takes, limits near spot."""
    draw = random.Random(seed)
    pool = Pool(
        alpha_reserve=reserve(draw),
        tao_reserve=reserve(draw),
        quote_weight_perquintill=weight(draw),
        fee_rate_u16=draw.choice([0, 1, 33, 33, 10_000, draw.randint(0, 10_000)]),
    )
    side = draw.choice(["buy", "sell"])
    taken = pool.tao_reserve if side == "buy" else pool.alpha_reserve
    market = 10**15 if side == "buy" else 1_000
    spot = price_rao(pool)
    around = [spot - 1, spot, spot + 1, spot * 9 // 10, spot * 11 // 10, spot * 3, spot // 3]
    limits = [market, market, *around, 0, 2**64 - 1]
    amounts = [0, 1, draw.randint(2, 10**6), taken // 10**6, taken // 7, taken * 3, taken * 999]
    amounts += [taken * 1_000, taken * 1_112, draw.randint(0, taken)]
    return {
        "side": side,
        "alpha_reserve": pool.alpha_reserve,
        "tao_reserve": pool.tao_reserve,
        "quote_weight_perquintill": pool.quote_weight_perquintill,
        "fee_rate_u16": pool.fee_rate_u16,
        "amount": min(draw.choice(amounts), 2**64 - 1),
        "limit_price_rao": min(max(draw.choice(limits), 0), 2**64 - 1),
    }


def reserve(draw: random.Random) -> int:
    low = [0, 1, 999_999, 10**6, 10**6 + 1]
    return draw.choice([draw.choice(low), *(draw.randint(10**9, SUPPLY) for _ in range(6)), 10**12])


def weight(draw: random.Random) -> int:
    """Half, whole percents, or any 18 digits between 0.01 and 0.99."""
    near = draw.randint(HALF - 10**16, HALF + 10**16)
    return draw.choice([HALF, HALF, draw.randint(1, 99) * 10**16, near, near, wide(draw)])


def wide(draw: random.Random) -> int:
    return draw.randint(10**16, 99 * 10**16)


def expected(case: dict[str, Any]) -> dict[str, Any]:
    """What the step-by-step swap says, in the form of the vectors."""
    x, y, w = case["alpha_reserve"], case["tao_reserve"], case["quote_weight_perquintill"]
    order = (case["amount"], case["limit_price_rao"], case["fee_rate_u16"])
    try:
        done, alpha, tao = pool_scalar.swap(case["side"], x, y, w, *order)
    except pool_scalar.Refused as refused:
        return {"error": str(refused)}
    bits = [pool_scalar.price(*pair, pool_scalar.SCALE - w, w) for pair in ((x, y), (alpha, tao))]
    return {
        "amount_paid_in": done.paid_in,
        "amount_paid_out": done.paid_out,
        "fee_paid": done.fee,
        "refund": max(case["amount"] - done.paid_in - done.fee, 0),
        "partial": done.partial,
        "alpha_after": alpha,
        "tao_after": tao,
        "price_before_bits": bits[0],
        "price_after_bits": bits[1],
        "price_before": bits[0] / 2**64,
        "price_after": bits[1] / 2**64,
    }


@pytest.mark.parametrize("first", range(0, 800, 200))
def test_the_pool_and_the_steps_agree(first: int) -> None:
    for seed in range(first, first + 200):
        case = drawn(seed)
        assert swap_output(case) == expected(case), case


@pytest.mark.soak
def test_the_pool_and_the_steps_agree_on_many_swaps() -> None:
    for seed in range(1_000, 12_000):
        case = drawn(seed)
        assert swap_output(case) == expected(case), case


def test_the_draws_meet_every_outcome() -> None:
    met: Counter[str] = Counter()
    for seed in range(1_500):
        case = drawn(seed)
        done = swap_output(case)
        met[str(done.get("error") or ("partial" if done["partial"] else "full"))] += 1
        met["no fee"] += case["fee_rate_u16"] == 0
        met["nothing taken"] += done.get("amount_paid_in") == 0
    assert set(met) == {
        *("full", "partial", "no fee", "nothing taken"),
        *("PriceLimitExceeded", "ReservesTooLow", "SwapInputTooLarge"),
    }
    assert min(met.values()) >= 20, met


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_a_limit_equal_to_the_price_is_refused(side: str) -> None:
    case = {
        "side": side,
        "alpha_reserve": 4 * 10**9,
        "tao_reserve": 10**9,
        "quote_weight_perquintill": HALF,
        "fee_rate_u16": 33,
        "amount": 10**6,
        "limit_price_rao": 250_000_000,
    }
    assert swap_output(case) == {"error": "PriceLimitExceeded"}
    near = 250_000_001 if side == "buy" else 249_999_999
    assert swap_output(case | {"limit_price_rao": near})["partial"]

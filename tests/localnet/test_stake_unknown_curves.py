"""Plans of stake where the pools have a curve that is not known here: believed, or left open."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from desk_chain import ALICE, EVEN, UNEVEN, VAL1, DeskChain, run
from subtensor_chain import TAO

from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.amount import Amount, alpha_amount, tao_amount
from taoctl.calls.stake.limits import Tolerance, Unlimited
from taoctl.calls.stake.move import SwapStake
from taoctl.calls.stake.remove import RemoveStake
from taoctl.submit.comparison import compared
from taoctl.units import Alpha, Tao

HELD = 400 * TAO
HALF = Amount("share", millionths=500_000)
FREE = Unlimited()


@pytest.fixture
def chain() -> Iterator[DeskChain]:
    """Alice has stake, and the runtime tells a price that the known curve does not give."""
    chain = DeskChain()
    for netuid in (EVEN, UNEVEN):
        bought = chain.said(AddStake(VAL1, netuid, tao_amount(40 * TAO), FREE))
        assert chain.done(bought.call).ok
    tell(chain, price(chain, EVEN) - 1)
    yield chain


def price(chain: DeskChain, netuid: int) -> int:
    quote = chain.said(AddStake(VAL1, netuid, tao_amount(TAO), FREE)).quotes[0]
    assert quote.price_rao is not None
    return quote.price_rao


def tell(chain: DeskChain, rao: int) -> None:
    chain.overrule["SwapRuntimeApi_current_alpha_price"] = rao.to_bytes(8, "little")


def test_a_tolerance_is_measured_from_the_price_that_the_runtime_tells(chain: DeskChain) -> None:
    told = price(chain, EVEN) // 2
    tell(chain, told)
    said = chain.said(AddStake(VAL1, EVEN, tao_amount(TAO), Tolerance(10_000)))
    (limit,) = (
        int(one["value"])
        for one in chain.rt.codec.decode_call(said.call)["call_args"]
        if one["name"] == "limit_price"
    )
    assert limit == told * 101 // 100


def test_what_nobody_can_tell_is_not_nothing(chain: DeskChain) -> None:
    order = AddStake(VAL1, EVEN, tao_amount(500 * TAO), Tolerance(1_000), partial=True)
    said = chain.said(order)
    assert said.refusals == () and said.quotes == ()
    assert any("cannot be told" in text for text in said.warnings)
    assert said.spends is None
    assert [(one.account, one.what, one.after) for one in said.effects] == [(ALICE, "free", None)]


def test_what_is_left_of_a_nomination_is_known_to_stay(chain: DeskChain) -> None:
    chain.rt.state.begin_block(chain.rt.state.head + 1)
    chain.rt.subtensor.NominatorMinRequiredStake.put(10**8)
    chain.rt.state.commit_block()
    said = chain.said(RemoveStake(VAL1, EVEN, HALF, FREE))
    assert said.warnings == () and len(said.quotes) == 1
    assert all(one.after is not None for one in said.effects)
    assert chain.done(said.call).ok
    known = [cast("Tao | Alpha", one.after).rao for one in said.effects]
    assert all(abs(a - b) <= 1 for a, b in zip(known, chain.holds(said.effects), strict=True))


def test_what_is_left_of_a_nomination_may_be_too_little(chain: DeskChain) -> None:
    chain.rt.state.begin_block(chain.rt.state.head + 1)
    chain.rt.subtensor.NominatorMinRequiredStake.put(10**8)
    held = chain.rt.subtensor.stake_of(VAL1, ALICE, EVEN)
    chain.rt.state.commit_block()
    said = chain.said(RemoveStake(VAL1, EVEN, alpha_amount(held - TAO // 10), FREE))
    assert any("cannot be told" in text for text in said.warnings)
    assert said.spends is None and all(one.after is None for one in said.effects)


def test_the_tolerance_of_a_swap_is_of_the_most_that_the_ratio_may_be(chain: DeskChain) -> None:
    """Of prices that are rounded down to a rao, the ratio may be more than they say."""
    tell(chain, 1_000)
    said = chain.said(SwapStake(VAL1, EVEN, UNEVEN, alpha_amount(TAO), Tolerance(10_000)))
    (limit,) = (
        int(one["value"])
        for one in chain.rt.codec.decode_call(said.call)["call_args"]
        if one["name"] == "limit_price"
    )
    assert limit >= 1_001 * 10**6 * 99 // 100


def test_a_trade_that_failed_there_has_its_price_told(chain: DeskChain) -> None:
    quotes = chain.said(AddStake(VAL1, EVEN, tao_amount(TAO), FREE)).quotes

    async def at_hash(_: str) -> Any:
        return chain.view()

    outcome = SimpleNamespace(events=(), error="refused", block_hash="0x00")
    node = cast("Any", SimpleNamespace(at_hash=at_hash))
    (found,) = run(compared(node, quotes, cast("Any", outcome)))
    assert found.spot_price_rao == price(chain, EVEN) and not found.traded

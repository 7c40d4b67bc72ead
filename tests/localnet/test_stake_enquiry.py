"""A quote for nobody says what the plan of the same trade says, and what its limit lets through."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk_chain import ALICE, EVEN, ROOT, STABLE, UNEVEN, VAL1, VAL_ON_2, DeskChain, run
from hypothesis import given, settings
from hypothesis import strategies as st
from subtensor_chain import TAO

from taoctl.calls.base import Quote
from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.amount import ALL, Amount, alpha_amount, tao_amount
from taoctl.calls.stake.enquiry import NOBODY, Enquiry, enquire
from taoctl.calls.stake.limits import Limit, Price, Tolerance, Unlimited
from taoctl.calls.stake.move import SwapStake
from taoctl.calls.stake.remove import RemoveStake
from taoctl.errors import RefusedError, UsageError
from taoctl.scale.codec import Codec

FREE = Unlimited()
LIMITS = st.one_of(st.just(FREE), st.integers(1, 300_000).map(Tolerance))


@pytest.fixture(scope="module")
def chain() -> DeskChain:
    """Alice with stake on every subnet that trades."""
    chain = DeskChain()
    for hotkey, netuid in ((VAL1, ROOT), (VAL1, EVEN), (VAL_ON_2, UNEVEN), (VAL1, STABLE)):
        said = chain.said(AddStake(hotkey, netuid, tao_amount(100 * TAO), FREE))
        assert chain.done(said.call).ok
    return chain


def asked(
    chain: DeskChain, netuid: int, amount: Amount, limit: Limit = FREE, to: int | None = None
) -> Enquiry:
    found: Enquiry = run(enquire(chain.view(), netuid, amount, limit, to))
    return found


def anonymous(quote: Quote) -> Quote:
    return replace(quote, account=NOBODY, hotkey=NOBODY)


@settings(max_examples=20, deadline=None)
@given(
    netuid=st.sampled_from([ROOT, EVEN, UNEVEN, STABLE]),
    rao=st.integers(10**7, 500 * TAO),
    limit=LIMITS,
)
def test_a_purchase_is_quoted_as_its_plan_quotes_it(
    chain: DeskChain, netuid: int, rao: int, limit: Limit
) -> None:
    found = asked(chain, netuid, tao_amount(rao), limit)
    said = chain.said(AddStake(VAL1, netuid, tao_amount(rao), limit))
    if found.fits:
        assert said.refusals == ()
        assert anonymous(said.quotes[0]) == found.quote
    else:
        assert said.names[0] in {"SlippageTooHigh", "Swap.PriceLimitExceeded"}, said.names
        assert found.quote.minimum_out is None


@settings(max_examples=15, deadline=None)
@given(netuid=st.sampled_from([EVEN, UNEVEN]), rao=st.integers(10**8, 30 * TAO), limit=LIMITS)
def test_a_sale_is_quoted_as_its_plan_quotes_it(
    chain: DeskChain, netuid: int, rao: int, limit: Limit
) -> None:
    hotkey = VAL1 if netuid == EVEN else VAL_ON_2
    found = asked(chain, netuid, alpha_amount(rao), limit)
    said = chain.said(RemoveStake(hotkey, netuid, alpha_amount(rao), limit))
    if found.fits:
        assert said.refusals == ()
        assert anonymous(said.quotes[0]) == found.quote
    else:
        assert said.names == ["SlippageTooHigh"]


@settings(max_examples=15, deadline=None)
@given(
    netuids=st.permutations([ROOT, EVEN, UNEVEN]),
    rao=st.integers(10**8, 20 * TAO),
    limit=LIMITS,
)
def test_a_swap_is_quoted_as_its_plan_quotes_it(
    chain: DeskChain, netuids: list[int], rao: int, limit: Limit
) -> None:
    source, target, _ = netuids
    hotkey = VAL_ON_2 if source == UNEVEN else VAL1
    found = asked(chain, source, alpha_amount(rao), limit, target)
    said = chain.said(SwapStake(hotkey, source, target, alpha_amount(rao), limit))
    if found.fits:
        assert said.refusals == ()
        assert said.quotes, said
        assert anonymous(said.quotes[0]) == found.quote
    else:
        assert said.names[0] in {"SlippageTooHigh", "Swap.PriceLimitExceeded"}, said.names


def test_the_most_that_fits_fits_and_more_does_not(chain: DeskChain) -> None:
    found = asked(chain, UNEVEN, tao_amount(5_000 * TAO), Tolerance(10_000))
    assert found.fits is False
    assert found.most is not None
    fits = chain.said(AddStake(VAL1, UNEVEN, tao_amount(found.most.rao), Tolerance(10_000)))
    assert fits.refusals == ()
    more = tao_amount(found.most.rao + TAO // 100)
    assert chain.said(AddStake(VAL1, UNEVEN, more, Tolerance(10_000))).names == ["SlippageTooHigh"]


def test_without_a_limit_anything_fits(chain: DeskChain) -> None:
    found = asked(chain, EVEN, tao_amount(TAO))
    assert found.fits is True
    assert found.most is None
    assert found.quote.limit_price_rao is None
    assert found.quote.minimum_out is None


def test_a_price_that_is_past_the_limit_lets_nothing_through(chain: DeskChain) -> None:
    found = asked(chain, EVEN, tao_amount(TAO), Price(1))
    assert found.fits is False
    assert found.most is not None
    assert found.most.rao == 0


def test_where_the_curve_is_unknown_only_the_simulation_speaks(chain: DeskChain) -> None:
    exact = asked(chain, EVEN, tao_amount(TAO)).quote
    codec: Codec = chain.rt.codec
    api = codec.need_api("SwapRuntimeApi", "sim_swap_tao_for_alpha")
    said = {
        "tao_amount": TAO - 504_000,
        "alpha_amount": 9_123_456_789,
        "tao_fee": 504_000,
        "alpha_fee": 0,
        "tao_slippage": 0,
        "alpha_slippage": 0,
    }
    chain.overrule["SwapRuntimeApi_sim_swap_tao_for_alpha"] = codec.encode(api.output, said)
    try:
        found = asked(chain, EVEN, tao_amount(TAO), Tolerance(10_000))
    finally:
        chain.overrule.clear()
    assert found.quote.out is not None
    assert found.quote.out.rao == 9_123_456_789
    assert found.quote.price_after_rao is None
    assert found.quote.price_rao == exact.price_rao
    assert found.fits is None
    assert found.most is None


@pytest.mark.parametrize(
    ("netuid", "amount", "to", "problem"),
    [
        (EVEN, ALL, None, UsageError),
        (EVEN, tao_amount(TAO), UNEVEN, UsageError),
        (EVEN, alpha_amount(TAO), EVEN, UsageError),
        (99, tao_amount(TAO), None, RefusedError),
        (EVEN, alpha_amount(TAO), 99, RefusedError),
        (EVEN, alpha_amount(2**64 - 1), None, RefusedError),
    ],
)
def test_what_cannot_be_quoted_says_why(
    chain: DeskChain, netuid: int, amount: Amount, to: int | None, problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        asked(chain, netuid, amount, FREE, to)


def test_a_quote_names_nobody(chain: DeskChain) -> None:
    quote = asked(chain, EVEN, tao_amount(TAO)).quote
    assert ALICE not in (quote.account, quote.hotkey)

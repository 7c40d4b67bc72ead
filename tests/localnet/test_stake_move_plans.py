"""What plans of moving, unstaking whole and giving up stake say, and what the chain then does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from desk_chain import (
    ALICE,
    BOB,
    CLOSED,
    EVEN,
    ROOT,
    STABLE,
    UNEVEN,
    VAL1,
    VAL2,
    VAL_ON_2,
    DeskChain,
    Said,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from subtensor_chain import TAO, account

from taoctl.calls.base import Intent
from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.all import UnstakeAll
from taoctl.calls.stake.amount import ALL, Amount, alpha_amount, tao_amount
from taoctl.calls.stake.limits import Limit, Price, Tolerance, Unlimited
from taoctl.calls.stake.locks import LockStake, SetRejectLockedAlpha
from taoctl.calls.stake.move import MoveStake, SwapStake, TransferStake
from taoctl.calls.stake.recycle import AddStakeBurn, BurnAlpha, RecycleAlpha
from taoctl.calls.stake.remove import RemoveStake
from taoctl.calls.stake.trade import Trade, Trades
from taoctl.economics.pool import Pool
from taoctl.errors import UsageError
from taoctl.localnet.frame import Outcome
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.units import Alpha, Tao

FREE = Unlimited()
STRANGER = account("h:nobody")


@pytest.fixture(scope="module")
def prepared() -> DeskChain:
    """Alice has staked through each validator, on each subnet that trades."""
    chain = DeskChain()
    for hotkey, netuid in ((VAL1, ROOT), (VAL1, EVEN), (VAL1, UNEVEN), (VAL2, EVEN)):
        said = chain.said(AddStake(hotkey, netuid, tao_amount(40 * TAO), FREE))
        assert chain.done(said.call).ok
    assert chain.done(chain.said(AddStake(VAL1, STABLE, tao_amount(200 * TAO), FREE)).call).ok
    chain.prepared = chain.rt.state.head
    return chain


@pytest.fixture
def chain(prepared: DeskChain) -> Iterator[DeskChain]:
    """The prepared chain, put back afterwards."""
    prepared.rt.state.revert_to(prepared.prepared)
    yield prepared
    prepared.rt.state.revert_to(prepared.prepared)


def error(outcome: Outcome) -> str | None:
    """Bare name of what a call failed with."""
    return None if outcome.error is None else str(outcome.error).rpartition(".")[2]


def apart(said: Said, chain: DeskChain) -> list[int]:
    """By how many rao what accounts hold differs from what was said."""
    wanted = [one.after.rao for one in said.effects if isinstance(one.after, Tao | Alpha)]
    assert len(wanted) == len(said.effects)
    return [abs(a - b) for a, b in zip(wanted, chain.holds(said.effects), strict=True)]


SHARES = st.builds(Amount, st.just("share"), millionths=st.integers(1, 1_000_000)) | st.just(ALL)
RAO = st.integers(1, 3 * 10**7) | st.integers(1, 500 * TAO)
ALPHA = SHARES | st.builds(alpha_amount, RAO)
RATIOS = st.sampled_from((1, 10**7, 10**9, 10**9 + 1, 10**11)) | st.integers(10**7, 10**10)
LIMITS: st.SearchStrategy[Limit] = st.one_of(
    st.just(FREE), st.builds(Tolerance, st.integers(1, 900_000)), st.builds(Price, RATIOS)
)
HOTKEYS = st.sampled_from((VAL1,) * 6 + (VAL2,) * 3 + (VAL_ON_2, STRANGER))
NETUIDS = st.sampled_from((ROOT, EVEN, UNEVEN) * 4 + (STABLE, STABLE, CLOSED, 77))
COLDKEYS = st.sampled_from((ALICE, BOB, account("somebody new")))
ORDERS: st.SearchStrategy[Trade] = st.one_of(
    st.builds(MoveStake, HOTKEYS, HOTKEYS, NETUIDS, NETUIDS, ALPHA, st.just(True)),
    st.builds(SwapStake, HOTKEYS, NETUIDS, NETUIDS, ALPHA, LIMITS, st.booleans()),
    st.builds(TransferStake, COLDKEYS, HOTKEYS, NETUIDS, NETUIDS, ALPHA, st.just(True)),
    st.builds(RecycleAlpha, HOTKEYS, NETUIDS, ALPHA),
    st.builds(BurnAlpha, HOTKEYS, NETUIDS, ALPHA),
    st.builds(AddStakeBurn, HOTKEYS, NETUIDS, st.builds(tao_amount, RAO), LIMITS),
    st.builds(
        UnstakeAll, LIMITS, st.sampled_from(((), (VAL1,), (VAL1, VAL2), (STRANGER,))), st.booleans()
    ),
)
POOLS = st.builds(
    Pool,
    st.integers(10**9, 5 * 10**15),
    st.integers(10**9, 5 * 10**15),
    st.just(5 * 10**17) | st.integers(10**16, 99 * 10**16),
    st.sampled_from((33, 0, 10_000)),
)
OWN_RULES = {"NotEnoughStakeToWithdraw", "AmountTooLow"}
"""What is refused here where the chain would do less than was asked, or nothing."""


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(pools=st.tuples(POOLS, POOLS), orders=st.lists(ORDERS, min_size=1, max_size=2))
def test_whatever_is_ordered_the_chain_does_what_was_said(
    prepared: DeskChain, pools: tuple[Pool, Pool], orders: list[Trade]
) -> None:
    chain = prepared
    chain.rt.state.revert_to(chain.prepared)
    chain.rt.state.begin_block(chain.rt.state.head + 1)
    for netuid, pool in zip((EVEN, UNEVEN), pools, strict=True):
        chain.shape(netuid, pool)
        chain.endow_account(subnet_account(netuid), 2 * pool.tao_reserve)
    chain.rt.state.commit_block()
    said = chain.said(Trades(tuple(orders)))
    outcome = chain.done(said.call)
    if said.refusals:
        if said.names[0] == "SubnetNotExists":
            # The chain looks at the limit first, and has another name for what it misses there.
            assert not outcome.ok
        elif said.names[0] == "SlippageTooHigh" and error(outcome) != "SlippageTooHigh":
            # With allow_partial the chain takes part of nothing, calls that done, and goes on.
            assert outcome.ok or error(outcome) in said.names[1:]
            assert any(isinstance(one, SwapStake) and one.partial for one in orders)
        elif said.names[0] not in OWN_RULES:
            assert error(outcome) == said.names[0], (orders, said.refusals)
        return
    assert outcome.ok, (outcome.error, said)
    assert max(apart(said, chain), default=0) <= 1, said
    for quote in said.quotes:
        if quote.minimum_out is not None and quote.out is not None:
            assert quote.minimum_out <= quote.out  # type: ignore[operator]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    netuids=st.sampled_from([(EVEN, ROOT), (ROOT, EVEN), (EVEN, UNEVEN), (UNEVEN, EVEN)]),
    weight=st.sampled_from((5 * 10**17, 4 * 10**17)),
    tolerance=st.integers(10, 50_000),
    moved=st.tuples(st.integers(-20, 20), st.integers(-20, 20)),
)
def test_a_limit_holds_whatever_others_trade_after_the_plan(
    prepared: DeskChain,
    netuids: tuple[int, int],
    weight: int,
    tolerance: int,
    moved: tuple[int, int],
) -> None:
    chain = prepared
    chain.rt.state.revert_to(chain.prepared)
    chain.rt.state.begin_block(chain.rt.state.head + 1)
    for netuid in (EVEN, UNEVEN):
        chain.shape(
            netuid, Pool(9_000 * TAO, 1_000 * TAO, weight if netuid == EVEN else 5 * 10**17)
        )
        chain.endow_account(subnet_account(netuid), 2_000 * TAO)
    chain.rt.state.commit_block()
    said = chain.said(SwapStake(VAL1, *netuids, alpha_amount(TAO), Tolerance(tolerance)))
    if said.refusals:
        assert said.names == ["SlippageTooHigh"]
        return
    for netuid, amount in zip((EVEN, UNEVEN), moved, strict=True):
        _trade(chain, netuid, amount * TAO // 4)
    before = chain.holds(said.effects)
    outcome = chain.done(said.call)
    (quote,) = said.quotes
    if not outcome.ok:
        assert error(outcome) in ("SlippageTooHigh", "PriceLimitExceeded")
        return
    (had,) = [
        after - was
        for one, was, after in zip(said.effects, before, chain.holds(said.effects), strict=True)
        if one.netuid == netuids[1]
    ]
    assert quote.out is not None
    # A tolerance is measured from the price before the order, which itself moves it too.
    worst = quote.out.rao * (10**6 - tolerance) // 10**6 - quote.out.rao // 1_000
    assert had >= worst
    if quote.minimum_out is not None:
        assert had >= quote.minimum_out.rao - 1


def _trade(chain: DeskChain, netuid: int, rao: int) -> None:
    """Bob buys for so much TAO, or Alice sells as much alpha four times."""
    if rao > 0:
        purchase = AddStake(VAL1, netuid, tao_amount(rao), FREE)
        assert chain.done(chain.said(purchase, BOB).call, BOB).ok
    elif rao < 0:
        sale = RemoveStake(VAL1, netuid, alpha_amount(-4 * rao), FREE)
        assert chain.done(chain.said(sale).call).ok


# refusals


def test_without_a_limit_only_what_is_asked_for_goes_to_another_subnet(chain: DeskChain) -> None:
    for order in (
        MoveStake(VAL1, VAL2, EVEN, UNEVEN, ALL),
        TransferStake(BOB, VAL1, EVEN, UNEVEN, ALL),
    ):
        with pytest.raises(UsageError) as caught:
            chain.said(order)
        assert caught.value.hint is not None and "--unsafe" in caught.value.hint
        assert "taoctl stake swap" in caught.value.hint
        assert chain.said(replace(order, unsafe=True)).refusals == ()


def test_a_subnet_that_keeps_its_alpha_says_so(chain: DeskChain) -> None:
    chain.change(TransferToggle={EVEN: False})
    said = chain.said(TransferStake(BOB, VAL1, EVEN, EVEN, ALL))
    assert said.names == ["TransferDisallowed"] and said.refusals[0].hint
    assert error(chain.done(said.call)) == "TransferDisallowed"


def test_locked_alpha_goes_only_to_who_takes_it(chain: DeskChain) -> None:
    def do(intent: Intent, origin: str = ALICE) -> None:
        assert chain.done(chain.said(intent, origin).call, origin).ok

    do(LockStake(VAL1, EVEN, ALL))
    order = TransferStake(BOB, VAL1, EVEN, EVEN, ALL)
    said = chain.said(order)
    assert said.names == ["AccountRejectsLockedAlpha"] and said.refusals[0].hint
    assert error(chain.done(said.call)) == "AccountRejectsLockedAlpha"
    do(SetRejectLockedAlpha(False), BOB)
    assert chain.said(order).refusals == ()
    do(AddStake(VAL2, EVEN, tao_amount(TAO), FREE), BOB)
    do(LockStake(VAL2, EVEN, ALL), BOB)
    said = chain.said(order)
    assert said.names == ["LockHotkeyMismatch"] and said.refusals[0].hint
    assert error(chain.done(said.call)) == "LockHotkeyMismatch"
    cross = chain.said(SwapStake(VAL1, EVEN, ROOT, ALL, FREE))
    assert cross.names == ["StakeUnavailable"]
    assert error(chain.done(cross.call)) == "StakeUnavailable"


def test_all_that_can_be_unstaked_is_and_the_rest_is_named(chain: DeskChain) -> None:
    chain.change(SubtokenEnabled={UNEVEN: False})
    said = chain.said(UnstakeAll(Tolerance(500_000), to_root=True))
    assert said.refusals == ()
    assert any("stays" in text and "not started" in text for text in said.warnings)
    assert {one.netuid for one in said.effects if one.what == "stake"} == {ROOT, EVEN, STABLE}
    assert chain.done(said.call).ok and max(apart(said, chain)) <= 1


def test_a_position_past_its_limit_stops_all(chain: DeskChain) -> None:
    said = chain.said(UnstakeAll(Tolerance(1_000)))
    assert "SlippageTooHigh" in said.names and said.effects == ()


def test_who_has_nothing_is_told(chain: DeskChain) -> None:
    for order in (UnstakeAll(FREE), UnstakeAll(Tolerance(10_000)), UnstakeAll(FREE, (STRANGER,))):
        assert chain.said(order, BOB).names == ["AmountTooLow"]


def test_a_swap_by_uneven_pools_says_what_its_limit_is(chain: DeskChain) -> None:
    said = chain.said(SwapStake(VAL1, EVEN, UNEVEN, alpha_amount(TAO), Tolerance(50_000)))
    assert said.refusals == () and said.quotes[0].minimum_out is None
    assert any("by the pools' reserves" in text for text in said.warnings)
    to_root = chain.said(SwapStake(VAL1, EVEN, ROOT, alpha_amount(TAO), Tolerance(50_000)))
    assert to_root.quotes[0].minimum_out is not None and not to_root.warnings


def test_what_is_given_up_is_named_for_good(chain: DeskChain) -> None:
    for order in (RecycleAlpha(VAL1, EVEN, alpha_amount(TAO)), BurnAlpha(VAL1, EVEN, ALL)):
        assert any("nothing comes back" in text for text in chain.said(order).warnings)
    burned = chain.said(AddStakeBurn(VAL1, EVEN, tao_amount(TAO), Tolerance(10_000)))
    assert [one.what for one in burned.effects] == ["free"]
    assert chain.done(burned.call).ok and apart(burned, chain) == [0]


def test_what_an_order_bought_may_be_recycled_by_the_next(chain: DeskChain) -> None:
    bought = AddStake(VAL1, EVEN, tao_amount(100 * TAO), FREE)
    said = chain.said(Trades((bought, RecycleAlpha(VAL1, EVEN, ALL))))
    assert said.refusals == () and chain.done(said.call).ok
    assert chain.holds(said.effects)[1:] == [0]

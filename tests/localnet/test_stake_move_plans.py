"""What plans of moving, unstaking whole and giving up stake say, and what the chain then does."""

from __future__ import annotations

from collections.abc import Iterator

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

from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.all import UnstakeAll
from taoctl.calls.stake.amount import ALL, Amount, alpha_amount, tao_amount
from taoctl.calls.stake.limits import Limit, Price, Tolerance, Unlimited
from taoctl.calls.stake.move import MoveStake, SwapStake, TransferStake
from taoctl.calls.stake.recycle import AddStakeBurn, BurnAlpha, RecycleAlpha
from taoctl.calls.stake.trade import Trade, Trades
from taoctl.economics.pool import Pool
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

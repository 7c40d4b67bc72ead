"""What plans of stake say, and what the chain then does: the same, to the rao."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from desk_chain import (
    ALICE,
    BOB,
    CLOSED,
    EVEN,
    OWNED1,
    OWNER1,
    ROOT,
    STABLE,
    UNEVEN,
    VAL1,
    VAL2,
    VAL_ON_2,
    DeskChain,
    Said,
    run,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from subtensor_chain import TAO, account

from taoctl.calls.base import Effect
from taoctl.calls.batch_mode import BatchMode
from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.amount import ALL, Amount, alpha_amount, tao_amount
from taoctl.calls.stake.around import Following
from taoctl.calls.stake.desk import Desk
from taoctl.calls.stake.limits import Limit, Price, Tolerance, Unlimited
from taoctl.calls.stake.refusals import WOULD_BE_LOST
from taoctl.calls.stake.remove import RemoveAllAtLimit, RemoveStake
from taoctl.calls.stake.trade import Trade, Trades
from taoctl.economics.pool import Pool
from taoctl.localnet.frame import Outcome
from taoctl.units import Alpha, Tao

FREE = Unlimited()
LOOSE = Tolerance(300_000)
TIGHT = Tolerance(10_000)
HALF = Amount("share", millionths=500_000)
STRANGER = account("h:nobody")


@pytest.fixture(scope="module")
def prepared() -> DeskChain:
    """Alice has staked through each validator, on each subnet that trades."""
    chain = DeskChain()
    for hotkey, netuid in ((VAL1, ROOT), (VAL1, EVEN), (VAL2, EVEN), (VAL_ON_2, UNEVEN)):
        buy(chain, hotkey, netuid, 40 * TAO)
    buy(chain, VAL1, STABLE, 200 * TAO)
    chain.prepared = chain.rt.state.head
    return chain


@pytest.fixture
def chain(prepared: DeskChain) -> Iterator[DeskChain]:
    """The prepared chain, put back afterwards."""
    prepared.rt.state.revert_to(prepared.prepared)
    yield prepared
    prepared.overrule.clear()
    prepared.rt.state.revert_to(prepared.prepared)


def buy(chain: DeskChain, hotkey: str, netuid: int, rao: int, origin: str = ALICE) -> None:
    said = chain.said(AddStake(hotkey, netuid, tao_amount(rao), FREE), origin)
    assert chain.done(said.call, origin).ok


def error(outcome: Outcome) -> str | None:
    """Bare name of what a call failed with."""
    return None if outcome.error is None else str(outcome.error).rpartition(".")[2]


def apart(said: Said, chain: DeskChain) -> list[int]:
    """By how many rao what accounts hold differs from what was said."""
    wanted = [one.after.rao for one in said.effects if isinstance(one.after, Tao | Alpha)]
    assert len(wanted) == len(said.effects)
    return [abs(a - b) for a, b in zip(wanted, chain.holds(said.effects), strict=True)]


def bought_and_sold(chain: DeskChain) -> list[int]:
    """What each trade of the newest block paid out, rao."""
    place = {"StakeAdded": 3, "StakeRemoved": 2}
    events = [event for event in chain.rt.events if event.name in place]
    return [event.data[place[event.name]] for event in events]


# what is said is what happens

PRICES = st.sampled_from((1, 1_000, 10**7, 99_000_000, 10**8, 10**9, 10**9 + 1, 10**12, 10**15))
LIMITS: st.SearchStrategy[Limit] = st.one_of(
    st.just(FREE),
    st.builds(Tolerance, st.integers(1, 900_000)),
    st.builds(Price, PRICES | st.integers(5 * 10**7, 5 * 10**8)),
)
SHARES = st.builds(Amount, st.just("share"), millionths=st.integers(1, 1_000_000)) | st.just(ALL)
RAO = st.integers(1, 3 * 10**6) | st.integers(1, 20_000 * TAO)
HOTKEYS = st.sampled_from((VAL1, VAL1, VAL2, VAL_ON_2, STRANGER))
NETUIDS = st.sampled_from((ROOT, EVEN, EVEN, UNEVEN, UNEVEN, STABLE, CLOSED, 77))
ADDS = st.builds(
    AddStake, HOTKEYS, NETUIDS, st.builds(tao_amount, RAO) | SHARES, LIMITS, st.booleans()
)
REMOVALS = st.builds(
    RemoveStake, HOTKEYS, NETUIDS, st.builds(alpha_amount, RAO) | SHARES, LIMITS, st.booleans()
)
EXITS = st.builds(RemoveAllAtLimit, HOTKEYS, NETUIDS, LIMITS)
ORDERS: st.SearchStrategy[Trade] = ADDS | REMOVALS | EXITS
POOLS = st.builds(
    Pool,
    st.integers(10**6, 5 * 10**15),
    st.integers(10**6, 5 * 10**15),
    st.sampled_from((5 * 10**17, 5 * 10**17, 10**16, 99 * 10**16))
    | st.integers(10**16, 99 * 10**16),
    st.sampled_from((33, 0, 10_000)),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(pool=POOLS, orders=st.lists(ORDERS, min_size=1, max_size=3), least=st.integers(0, 10**9))
def test_whatever_is_ordered_the_chain_does_what_was_said(
    prepared: DeskChain, pool: Pool, orders: list[Trade], least: int
) -> None:
    chain = prepared
    chain.rt.state.revert_to(chain.prepared)
    chain.rt.state.begin_block(chain.rt.state.head + 1)
    chain.shape(UNEVEN, pool)
    chain.rt.subtensor.NominatorMinRequiredStake.put(least)
    chain.rt.state.commit_block()
    said = chain.said(Trades(tuple(orders)))
    outcome = chain.done(said.call)
    if said.refusals:
        if said.names[0] == WOULD_BE_LOST:
            return
        absent = said.names[0] == "SubnetNotExists" and error(outcome) == "SubtokenDisabled"
        assert absent or error(outcome) == said.names[0], said.refusals
        assert said.quotes == () or len(orders) > 1
        return
    assert outcome.ok, (outcome.error, said)
    assert max(apart(said, chain), default=0) <= 1
    outs = [quote.out.rao for quote in said.quotes if quote.out is not None]
    paid = iter(bought_and_sold(chain))
    assert all(out in paid for out in outs)
    for quote in said.quotes:
        if quote.minimum_out is not None and quote.out is not None:
            assert quote.minimum_out <= quote.out  # type: ignore[operator]


# amounts


@pytest.mark.parametrize("origin", [ALICE, BOB])
def test_all_leaves_the_existential_deposit_and_pays_the_fee(chain: DeskChain, origin: str) -> None:
    said = chain.said(AddStake(VAL1, EVEN, ALL, FREE), origin)
    free, stake = said.effects
    assert isinstance(free.after, Tao) and free.after.rao > 500
    fee = free.after.rao - 500
    assert chain.done(said.call, origin, fee=fee).ok
    assert chain.holds([free]) == [500]
    assert chain.holds([stake]) == [stake.after.rao]  # type: ignore[union-attr]
    assert not said.warnings


def test_what_is_divided_among_subnets_is_of_the_same_whole(chain: DeskChain) -> None:
    orders = tuple(AddStake(VAL1, n, ALL.divided(3), FREE) for n in (ROOT, EVEN, UNEVEN))
    said = chain.said(Trades(orders))
    first, second, third = (quote.paid_in.rao for quote in said.quotes)
    assert first == second == third
    free = said.effects[0]
    assert isinstance(free.before, Tao) and isinstance(free.after, Tao)
    assert 3 * first == free.before.rao - free.after.rao
    assert chain.done(said.call, fee=free.after.rao - 510).ok


def test_a_share_of_a_position_is_of_what_is_left_of_it(chain: DeskChain) -> None:
    half = RemoveStake(VAL1, EVEN, HALF, FREE)
    said = chain.said(Trades((half, half)))
    one, two = (quote.paid_in.rao for quote in said.quotes)
    assert abs(one - 2 * two) <= 2
    assert chain.done(said.call).ok and max(apart(said, chain)) <= 1


def test_the_last_rao_of_an_account_stay_and_the_plan_says_so(chain: DeskChain) -> None:
    whole = int(chain.rt.system.Account[BOB]["data"]["free"])
    said = chain.said(AddStake(VAL1, ROOT, tao_amount(whole - 100), FREE), BOB)
    assert said.refusals == () and "the existential deposit stays" in said.warnings[0]
    assert said.spends == Tao(whole - 500)
    assert chain.done(said.call, BOB).ok and apart(said, chain) == [0, 0]


# limits


def test_a_tolerance_holds_for_all_orders_of_a_batch_together(chain: DeskChain) -> None:
    order = AddStake(VAL1, EVEN, tao_amount(3 * TAO), TIGHT)
    assert chain.said(order).refusals == ()
    said = chain.said(Trades((order, replace(order, hotkey=VAL2))))
    assert said.names == ["SlippageTooHigh"] and "order 2" in said.refusals[0].message
    assert said.effects == ()
    assert error(chain.done(said.call)) == "SlippageTooHigh"


def test_the_largest_amount_that_fits_is_named_and_fits(chain: DeskChain) -> None:
    order = AddStake(VAL1, EVEN, tao_amount(50 * TAO), TIGHT)
    hint = chain.said(order).refusals[0].hint
    assert hint is not None and "--partial" in hint
    most = Tao.parse(hint.split()[0])
    fits = chain.said(replace(order, amount=tao_amount(most.rao)))
    assert fits.refusals == ()
    assert chain.said(replace(order, amount=tao_amount(most.rao + 1))).names == ["SlippageTooHigh"]
    partial = chain.said(replace(order, partial=True))
    (quote,) = partial.quotes
    assert quote.partial and quote.paid_in == most and quote.minimum_out is None
    assert chain.done(partial.call).ok and apart(partial, chain) == [0, 0]


def test_a_sale_names_the_largest_amount_in_alpha(chain: DeskChain) -> None:
    said = chain.said(RemoveStake(VAL1, EVEN, ALL, Tolerance(1_000)))
    assert said.names == ["SlippageTooHigh"]
    hint = said.refusals[0].hint
    assert hint is not None and f"alpha of subnet {EVEN} stay within the limit" in hint


def test_without_a_limit_the_calls_without_one_are_used(chain: DeskChain) -> None:
    names = []
    for order in (
        AddStake(VAL1, EVEN, tao_amount(TAO), FREE),
        AddStake(VAL1, EVEN, tao_amount(TAO), LOOSE),
        RemoveStake(VAL1, EVEN, HALF, FREE),
        RemoveStake(VAL1, EVEN, HALF, LOOSE),
        RemoveAllAtLimit(VAL1, EVEN, LOOSE),
        Trades((RemoveAllAtLimit(VAL1, EVEN, FREE), RemoveAllAtLimit(VAL2, EVEN, FREE))),
    ):
        names.append(chain.rt.decode_call(chain.said(order).call).name)
    assert names == [
        "add_stake",
        "add_stake_limit",
        "remove_stake",
        "remove_stake_limit",
        "remove_stake_full_limit",
        "batch_all",
    ]


def test_what_the_chain_would_take_for_nothing_is_refused(chain: DeskChain) -> None:
    """Weights so uneven that an order of any size seems to fit: it is taken, and not traded."""
    chain.rt.state.begin_block(chain.rt.state.head + 1)
    chain.shape(UNEVEN, Pool(1_000 * TAO, 1_000 * TAO, 95 * 10**16))
    chain.rt.state.commit_block()
    order = AddStake(VAL1, UNEVEN, tao_amount(500 * TAO), TIGHT)
    said = chain.said(order)
    assert said.names == [WOULD_BE_LOST]
    before = chain.free("alice")
    assert chain.done(said.call).ok
    (event,) = chain.events("StakeAdded")
    assert before - chain.free("alice") == 500 * TAO
    fits = Tao.parse((said.refusals[0].hint or "").split()[1])
    held = chain.rt.subtensor.stake_of(VAL1, ALICE, UNEVEN)
    chain.rt.state.revert_to(chain.rt.state.head - 1)
    again = chain.said(replace(order, amount=tao_amount(fits.rao)))
    assert again.refusals == () and again.quotes[0].out == Alpha(event[3], UNEVEN)
    assert chain.done(again.call).ok and chain.rt.subtensor.stake_of(VAL1, ALICE, UNEVEN) == held


# what is refused, before and by the chain


REFUSED: list[tuple[Trade, str, str]] = [
    (AddStake(VAL1, 77, tao_amount(TAO), LOOSE), "SubnetNotExists", "no subnet 77"),
    (AddStake(VAL1, CLOSED, tao_amount(TAO), FREE), "SubtokenDisabled", "not started"),
    (AddStake(VAL1, EVEN, tao_amount(2_000_000), FREE), "AmountTooLow", "too little to stake"),
    (AddStake(VAL1, EVEN, tao_amount(90_000 * TAO), FREE), "NotEnoughBalanceToStake", "can stake"),
    (AddStake(STRANGER, EVEN, tao_amount(TAO), LOOSE), "HotKeyAccountNotExists", "no hotkey"),
    (AddStake(VAL1, EVEN, tao_amount(2 * 10**15), FREE), "InsufficientLiquidity", "at once"),
    (AddStake(VAL1, EVEN, tao_amount(TAO), Price(10**8 - 1)), "PriceLimitExceeded", "past"),
    (AddStake(VAL1, EVEN, tao_amount(500 * TAO), TIGHT), "SlippageTooHigh", "moves the price"),
    (AddStake(VAL1, ROOT, tao_amount(TAO), Price(10**9 - 1)), "SlippageTooHigh", "the limit"),
    (RemoveStake(VAL1, 77, alpha_amount(TAO), LOOSE), "SubnetNotExists", "no subnet 77"),
    (RemoveStake(VAL1, CLOSED, ALL, FREE), "SubtokenDisabled", "not started"),
    (RemoveStake(VAL1, EVEN, alpha_amount(1_000), LOOSE), "AmountTooLow", "all for the"),
    (RemoveStake(VAL_ON_2, EVEN, ALL, LOOSE), "AmountTooLow", "nothing staked"),
    (
        RemoveStake(VAL1, EVEN, alpha_amount(900_000 * TAO), LOOSE),
        "NotEnoughStakeToWithdraw",
        "write all",
    ),
    (RemoveStake(VAL1, EVEN, ALL, Price(10**9)), "PriceLimitExceeded", "past"),
    (RemoveStake(VAL1, EVEN, ALL, Tolerance(1)), "SlippageTooHigh", "moves the price"),
    (RemoveAllAtLimit(VAL1, EVEN, Tolerance(1)), "SlippageTooHigh", "moves the price"),
]


@pytest.mark.parametrize(("order", "name", "said"), REFUSED, ids=str)
def test_what_the_chain_refuses_is_said_before_by_the_same_name(
    chain: DeskChain, order: Trade, name: str, said: str
) -> None:
    plan = chain.said(order)
    assert plan.names == [name] and plan.refusals[0].hint
    assert said in f"{plan.refusals[0].message} {plan.refusals[0].hint}"
    assert (plan.effects, plan.quotes) == ((), ())
    assert error(chain.done(plan.call)) == name


def test_a_pool_that_is_too_small_is_said_before(chain: DeskChain) -> None:
    chain.change(SubnetTAO={EVEN: 900_000})
    plan = chain.said(RemoveStake(VAL1, EVEN, ALL, FREE))
    assert plan.names == ["InsufficientLiquidity"]
    assert error(chain.done(plan.call)) == "InsufficientLiquidity"


def test_a_lock_holds_stake_back_and_the_plan_says_until_when(chain: DeskChain) -> None:
    held = chain.rt.subtensor.coldkey_alpha(ALICE, EVEN)
    lock = {"locked_mass": held, "conviction": 0, "last_update": chain.rt.state.head}
    chain.change(Lock={(ALICE, EVEN, VAL1): lock}, UnlockRate={(): 20})
    amount = alpha_amount(chain.rt.subtensor.stake_of(VAL1, ALICE, EVEN) - 10 * TAO)
    plan = chain.said(RemoveStake(VAL1, EVEN, amount, FREE))
    (refusal,) = plan.refusals
    assert refusal.name == "StakeUnavailable" and "can leave now" in (refusal.hint or "")
    assert error(chain.done(plan.call)) == "StakeUnavailable"
    block = refusal.allowed_from_block
    assert block is not None and block > chain.rt.state.head + 5
    while chain.rt.state.head < block - 2:
        chain.change()
    assert error(chain.done(plan.call)) == "StakeUnavailable"
    assert chain.rt.state.head == block - 1
    assert chain.done(plan.call).ok


def test_a_perpetual_lock_never_frees(chain: DeskChain) -> None:
    held = chain.rt.subtensor.coldkey_alpha(ALICE, EVEN)
    lock = {"locked_mass": held, "conviction": 0, "last_update": chain.rt.state.head}
    chain.change(Lock={(ALICE, EVEN, VAL1): lock}, DecayingLock={(ALICE, EVEN): False})
    (refusal,) = chain.said(RemoveStake(VAL1, EVEN, ALL, FREE)).refusals
    assert (refusal.name, refusal.allowed_from_block) == ("StakeUnavailable", None)


# what stays


def test_dust_of_a_nomination_is_sold_too_and_the_plan_says_so(chain: DeskChain) -> None:
    chain.change(NominatorMinRequiredStake={(): 50 * 10**6})
    held = chain.rt.subtensor.stake_of(VAL1, ALICE, EVEN)
    said = chain.said(RemoveStake(VAL1, EVEN, alpha_amount(held - 10**8), FREE))
    assert "sells it too" in said.warnings[0]
    assert said.effects[0].after == Alpha(0, EVEN) or said.effects[1].after == Alpha(0, EVEN)
    assert chain.done(said.call).ok and max(apart(said, chain)) <= 1
    assert len(bought_and_sold(chain)) == 2


def test_dust_of_the_hotkeys_owner_stays(chain: DeskChain) -> None:
    chain.change(NominatorMinRequiredStake={(): 50 * 10**6})
    held = chain.rt.subtensor.stake_of(OWNED1, OWNER1, EVEN)
    said = chain.said(RemoveStake(OWNED1, EVEN, alpha_amount(held - 10**8), FREE), OWNER1)
    assert said.warnings == ()
    assert chain.done(said.call, OWNER1).ok and max(apart(said, chain)) <= 1


# several orders and several signers


def test_with_force_what_is_refused_is_a_warning_and_the_others_are_done(
    chain: DeskChain,
) -> None:
    orders = (
        AddStake(VAL1, EVEN, tao_amount(TAO), LOOSE),
        AddStake(STRANGER, EVEN, tao_amount(TAO), LOOSE),
        AddStake(VAL2, EVEN, tao_amount(TAO), LOOSE),
    )
    said = chain.said(Trades(orders, BatchMode.FORCE))
    assert said.refusals == () and len(said.quotes) == 2
    assert any("order 2" in text and "no hotkey" in text for text in said.warnings)
    assert chain.done(said.call).ok and max(apart(said, chain)) <= 1
    assert chain.said(Trades(orders, BatchMode.STOP)).names == ["HotKeyAccountNotExists"]


def test_one_order_is_sent_as_it_is(chain: DeskChain) -> None:
    order = AddStake(VAL1, EVEN, tao_amount(TAO), LOOSE)
    assert chain.said(Trades((order,))).call == chain.said(order).call
    assert chain.said(Trades((order,))).words == chain.said(order).words


def test_a_later_signer_sees_what_the_earlier_ones_leave(chain: DeskChain) -> None:
    order = AddStake(VAL1, EVEN, HALF, FREE)
    first = chain.said(order, BOB)
    then = chain.said(Following(((BOB, order),), order))
    assert {one.account for one in then.effects} == {ALICE}
    alone = chain.said(order)
    assert then.quotes[0].paid_in == alone.quotes[0].paid_in
    assert then.quotes[0].out < alone.quotes[0].out  # type: ignore[operator]
    assert chain.done(first.call, BOB).ok
    assert chain.done(then.call).ok and max(apart(then, chain)) <= 1
    assert then.call == alone.call


# curves that are not known here


def _simulation(chain: DeskChain, out: int) -> bytes:
    info = chain.rt.codec.need_api("SwapRuntimeApi", "sim_swap_tao_for_alpha")
    found = {"tao_amount": TAO - 504_000, "alpha_amount": out, "tao_fee": 504_000, "alpha_fee": 0}
    return chain.rt.codec.encode(info.output, {**found, "tao_slippage": 0, "alpha_slippage": 0})


def test_where_the_simulation_says_otherwise_it_is_believed(chain: DeskChain) -> None:
    chain.overrule["SwapRuntimeApi_sim_swap_tao_for_alpha"] = _simulation(chain, 9_123_456_789)
    order = AddStake(VAL1, EVEN, tao_amount(TAO), FREE)
    said = chain.said(order)
    (quote,) = said.quotes
    assert quote.out == Alpha(9_123_456_789, EVEN) and quote.pool_fee == Tao(504_000)
    assert quote.price_after_rao is None
    assert said.effects[1].after == Alpha(_held(said.effects[1]) + 9_123_456_789, EVEN)


def test_a_second_order_on_an_unknown_curve_is_not_guessed(chain: DeskChain) -> None:
    chain.overrule["SwapRuntimeApi_sim_swap_tao_for_alpha"] = _simulation(chain, 9_123_456_789)
    order = AddStake(VAL1, EVEN, tao_amount(TAO), FREE)
    said = chain.said(Trades((order, replace(order, hotkey=VAL2))))
    assert said.refusals == () and len(said.quotes) == 1
    assert any("cannot be told" in text for text in said.warnings)
    assert said.spends is None and all(one.after is None for one in said.effects)


def test_a_limit_on_an_unknown_curve_is_checked_by_the_simulation(chain: DeskChain) -> None:
    """The real simulation behind a market that takes the curve for unknown."""

    async def names(ppm: int) -> list[str]:
        desk = Desk(chain.view())
        for side in ("buy", "sell"):
            desk.market._agreed[EVEN, side] = False
        order = AddStake(VAL1, EVEN, tao_amount(5 * TAO), Tolerance(ppm))
        worked = await order.work(desk, ALICE)
        return [one.name for one in worked.refusals] or [str(len(worked.quotes))]

    exact = chain.said(AddStake(VAL1, EVEN, tao_amount(5 * TAO), FREE)).quotes[0]
    assert exact.price_rao is not None and exact.price_after_rao is not None
    moved = (exact.price_after_rao - exact.price_rao) * 10**6 // exact.price_rao
    assert run(names(moved - 200)) == ["SlippageTooHigh"]
    assert run(names(moved + 200)) == ["1"]


def _held(effect: Effect) -> int:
    assert isinstance(effect.before, Alpha)
    return effect.before.rao


def test_a_plan_asks_for_all_it_needs_at_once(chain: DeskChain) -> None:
    order = AddStake(VAL1, EVEN, tao_amount(TAO), TIGHT)
    for trade, most in (
        (order, 4),
        (RemoveStake(VAL1, EVEN, alpha_amount(TAO), LOOSE), 5),
        (Trades((order, replace(order, netuid=UNEVEN), replace(order, netuid=ROOT))), 6),
    ):
        chain.asked.clear()
        assert chain.said(trade).refusals == ()
        assert len(chain.asked) <= most, chain.asked


def test_all_of_a_position_is_what_it_holds_when_the_call_runs(chain: DeskChain) -> None:
    said = chain.said(RemoveStake(VAL1, EVEN, ALL, LOOSE))
    chain.rt.state.begin_block(chain.rt.state.head + 1)
    chain.rt.subtensor.add_stake_shares(VAL1, ALICE, EVEN, 5 * TAO)
    chain.rt.state.commit_block()
    assert chain.done(said.call).ok
    assert chain.rt.subtensor.stake_of(VAL1, ALICE, EVEN) <= 1

"""What trades of stake are in words: orders that belong together, effects, and limits."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

from taoctl.calls.base import Effect
from taoctl.calls.batch_mode import BatchMode
from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.amount import ALL, Amount, alpha_amount, tao_amount
from taoctl.calls.stake.limits import Price, Tolerance
from taoctl.calls.stake.market import ONE_BITS, Fill
from taoctl.calls.stake.move import MoveStake, SwapStake
from taoctl.calls.stake.quoting import fill_quote, with_quote
from taoctl.calls.stake.remove import RemoveAllAtLimit, RemoveStake
from taoctl.calls.stake.trade import Trade, Trades
from taoctl.journal.record import State
from taoctl.scale.crypto import KeySigner
from taoctl.submit.comparison import Comparison
from taoctl.submit.outcome import Outcome
from taoctl.submit.plan import Plan
from taoctl.submit.quote_words import comparison_text, quote_texts
from taoctl.submit.words import Block, in_columns, outcome_lines, plan_lines
from taoctl.units import Alpha, Tao

ALICE, HOT, WARM = (KeySigner(f"//{name}").ss58 for name in ("Alice", "Hot", "Warm"))
TAO = 10**9
ONE_PERCENT = Tolerance(10_000)


def joint(*trades: Trade, mode: BatchMode = BatchMode.ALL) -> str:
    return Trades(trades, mode).summary()


def test_orders_that_differ_in_place_only_are_told_once() -> None:
    amount = tao_amount(2 * TAO)
    subnets = [AddStake(HOT, netuid, amount, ONE_PERCENT) for netuid in (1, 4, 64)]
    assert joint(*subnets) == (
        "3 orders, all or none: stake 2.000000000 TAO on each of subnets 1, 4, 64 "
        f"through {HOT}, within 1% of the spot price"
    )
    half = Amount("share", millionths=500_000).divided(2)
    hotkeys = [AddStake(hotkey, 1, half, ONE_PERCENT, True) for hotkey in (HOT, WARM)]
    assert joint(*hotkeys, mode=BatchMode.STOP) == (
        "2 orders, until one fails: stake 50% of the free TAO in 2 equal parts on subnet 1 "
        f"through each of {HOT}, {WARM}, within 1% of the spot price, or a part of it"
    )
    sales = [
        RemoveStake(hotkey, netuid, ALL, Price(5)) for netuid in (1, 4) for hotkey in (HOT, WARM)
    ]
    assert joint(*sales) == (
        "4 orders, all or none: unstake all of the alpha of each of subnets 1, 4 from each of "
        f"{HOT}, {WARM}, no further than a price of 0.000000005"
    )


def test_orders_that_differ_otherwise_are_told_one_by_one() -> None:
    one, other = (
        RemoveAllAtLimit(hotkey, netuid, ONE_PERCENT) for netuid, hotkey in enumerate((HOT, WARM))
    )
    assert joint(one, other) == f"2 orders, all or none: {one.summary()}; {other.summary()}"
    less = [RemoveStake(HOT, 1, alpha_amount(size), ONE_PERCENT) for size in (1, 2)]
    assert joint(*less) == f"2 orders, all or none: {less[0].summary()}; {less[1].summary()}"
    mixed = (AddStake(HOT, 1, ALL, ONE_PERCENT), RemoveStake(HOT, 2, ALL, ONE_PERCENT))
    assert joint(*mixed) == f"2 orders, all or none: {mixed[0].summary()}; {mixed[1].summary()}"


def test_root_is_called_root() -> None:
    limit = f"through {HOT}, within 1% of the spot price"
    assert AddStake(HOT, 0, tao_amount(TAO), ONE_PERCENT).summary() == (
        f"stake 1.000000000 TAO on root {limit}"
    )
    sales = [RemoveStake(HOT, netuid, ALL, ONE_PERCENT) for netuid in (4, 0, 1)]
    assert sales[1].summary().startswith(f"unstake all of the TAO on root from {HOT}")
    assert "all of the alpha of each of root and subnets 4, 1 from" in joint(*sales)
    some = RemoveStake(HOT, 0, alpha_amount(TAO), ONE_PERCENT)
    assert some.summary().startswith(f"unstake 1.000000000 TAO on root from {HOT}")
    swap = SwapStake(HOT, 1, 0, ALL, ONE_PERCENT)
    assert swap.summary().startswith("swap all of the alpha of subnet 1 for TAO on root at")
    moved = MoveStake(HOT, WARM, 0, 0, ALL)
    assert moved.summary() == f"move all of the TAO on root from {HOT} to {WARM}"
    sale = fill_quote(Fill("sell", 2, 1, 0, 2, ONE_BITS, ONE_BITS), ALICE, HOT, 1)
    quote = replace(sale, kind="swap", netuid=0, netuid_in=1, out=Alpha(1, 0))
    assert list(quote_texts((quote,)))[-1].endswith("(TAO on root for one given)")


def test_effects_are_told_by_account_and_hotkey() -> None:
    def stake(hotkey: str, netuid: int) -> Effect:
        return Effect(ALICE, "stake", Alpha(TAO, netuid), Alpha(0, netuid), hotkey, netuid)

    effects = (
        stake(HOT, 1),
        Effect(ALICE, "free", Tao(TAO), Tao(2 * TAO)),
        stake(WARM, 1),
        stake(HOT, 4),
    )
    plan = SimpleNamespace(
        network="local",
        genesis="0x00",
        simulated=True,
        intent="sell",
        tree=SimpleNamespace(lines=lambda _table: ()),
        tree_by_hash=None,
        signer_ss58=ALICE,
        fee_payer_ss58=ALICE,
        fee=Tao(5),
        tip=Tao(0),
        era_blocks=64,
        nonce=0,
        fee_in_alpha=None,
        quotes=(),
        warnings=(),
        balance_before=Tao(TAO),
        balance_after=Tao(2 * TAO - 5),
        refusals=(),
        effects=effects,
    )
    said = in_columns(plan_lines(cast(Plan, plan), {HOT: "hot"}, Block(1, None)))
    assert "1.000000000 TAO → 1.999999995 TAO, the fee paid" in said
    assert [line.strip() for line in said[said.index("effect") :].splitlines()] == [
        f"effect     {ALICE}",
        "free 1.000000000 TAO → 2.000000000 TAO",
        f"at {HOT} (hot)",
        "1.000000000 alpha of subnet 1 → 0.000000000 alpha of subnet 1",
        "1.000000000 alpha of subnet 4 → 0.000000000 alpha of subnet 4",
        f"at {WARM}",
        "1.000000000 alpha of subnet 1 → 0.000000000 alpha of subnet 1",
    ]


def test_the_heading_of_an_outcome_is_in_words_and_leaves_the_quote_out() -> None:
    fill = Fill("buy", TAO, TAO, 0, TAO, ONE_BITS, ONE_BITS, 1_010_000_000)
    quote = fill_quote(fill, ALICE, HOT, 1)
    summary = AddStake(HOT, 1, tao_amount(TAO), ONE_PERCENT).summary()
    for wanted in (summary, f"for {ALICE}, as its proxy: {summary}"):
        for state in State:
            record = SimpleNamespace(
                state=state,
                intent=with_quote(wanted, quote),
                block=None,
                extrinsic_hash="0x00",
                fee=None,
            )
            plan = SimpleNamespace(quotes=(quote,), approval=None)
            outcome = SimpleNamespace(record=record, fee_in_alpha=None, events=())
            first, *_ = outcome_lines(cast(Plan, plan), cast(Outcome, outcome), {})
            assert first.text.endswith(f": {wanted}") and "_" not in first.text


def test_root_stake_is_guaranteed_to_the_rao() -> None:
    fill = Fill("buy", TAO, TAO, 0, TAO, ONE_BITS, ONE_BITS, 1_010_000_000, fixed=True)
    assert fill_quote(fill, ALICE, HOT, 0).minimum_out == Alpha(TAO, 0)


def test_a_trade_that_failed_says_its_limit() -> None:
    fill = Fill("buy", TAO, TAO, 0, 2 * TAO, ONE_BITS // 2, ONE_BITS // 2, 505_000_000)
    refused = Comparison(fill_quote(fill, ALICE, HOT, 1), spot_price_rao=520_000_000)
    assert comparison_text(refused).endswith(
        "the price is 0.520000000, it was 0.500000000, and the limit 0.505000000"
    )

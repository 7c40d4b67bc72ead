"""Trades inside other intents: whose quotes they are, and whether a command stays one call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from desk_chain import ALICE, BOB, EVEN, ROOT, UNEVEN, VAL1, VAL2, DeskChain, run
from subtensor_chain import TAO

from taoctl.calls.base import Intent
from taoctl.calls.batch import Batch
from taoctl.calls.multisig import ByMultisig, Group
from taoctl.calls.proxied import ByProxy
from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.all import UnstakeAll
from taoctl.calls.stake.amount import ALL, Amount, alpha_amount, tao_amount
from taoctl.calls.stake.around import Following, Tipped
from taoctl.calls.stake.limits import Price, Tolerance, Unlimited
from taoctl.calls.stake.locks import LockStake
from taoctl.calls.stake.move import MoveStake, SwapStake
from taoctl.calls.stake.remove import RemoveAllAtLimit, RemoveStake
from taoctl.calls.stake.trade import Trades
from taoctl.calls.transfer import Transfer
from taoctl.units import Tao

FREE = Unlimited()
LOOSE = Tolerance(300_000)
AT = Price(10**6)
HALF = Amount("share", millionths=500_000)


@pytest.fixture(scope="module")
def chain() -> Iterator[DeskChain]:
    yield DeskChain()


def test_wrappers_pass_the_quotes_of_the_account_they_act_for(chain: DeskChain) -> None:
    order = AddStake(VAL1, EVEN, tao_amount(TAO), LOOSE)
    (own,) = chain.said(order).quotes
    (proxied,) = run(ByProxy(order, ALICE).quotes(chain.view(), BOB))
    assert proxied == own and proxied.account == ALICE
    batch = Batch((Transfer(BOB, Tao(TAO)), order))
    assert run(batch.quotes(chain.view(), ALICE)) == (own,)
    effects = run(batch.effects(chain.view(), ALICE))
    free = next(one for one in effects if (one.account, one.what) == (ALICE, "free"))
    assert isinstance(free.before, Tao) and free.after == free.before - Tao(2 * TAO)


def test_a_multisig_trades_when_the_last_one_approves(chain: DeskChain) -> None:
    order = AddStake(VAL1, EVEN, tao_amount(TAO), LOOSE)
    alone, two = Group(1, (ALICE, BOB)), Group(2, (ALICE, BOB))
    chain.rt.state.begin_block(chain.rt.state.head + 1)
    chain.endow_account(alone.ss58, 5 * TAO)
    chain.rt.state.commit_block()
    (quote,) = run(ByMultisig(order, alone).quotes(chain.view(), ALICE))
    assert quote.account == alone.ss58
    assert run(ByMultisig(order, two).quotes(chain.view(), ALICE)) == ()


FIXED = AddStake(VAL1, EVEN, tao_amount(TAO), AT)


@pytest.mark.parametrize(
    ("intent", "varies"),
    [
        (FIXED, False),
        (replace(FIXED, limit=LOOSE), True),
        (replace(FIXED, amount=HALF), True),
        (RemoveStake(VAL1, EVEN, alpha_amount(TAO), FREE), False),
        (RemoveAllAtLimit(VAL1, EVEN, AT), False),
        (RemoveAllAtLimit(VAL1, EVEN, LOOSE), True),
        (MoveStake(VAL1, VAL2, EVEN, EVEN, ALL), True),
        (SwapStake(VAL1, EVEN, UNEVEN, alpha_amount(TAO), LOOSE), True),
        (UnstakeAll(FREE), True),
        (Trades((FIXED, replace(FIXED, netuid=ROOT))), False),
        (Trades((FIXED, replace(FIXED, amount=ALL))), True),
        (Following(((BOB, replace(FIXED, limit=LOOSE)),), Tipped(FIXED, 5)), False),
        (ByProxy(replace(FIXED, limit=LOOSE), ALICE), True),
        (Batch((Transfer(BOB, Tao(TAO)), replace(FIXED, limit=LOOSE))), True),
        (LockStake(VAL1, EVEN, alpha_amount(TAO)), False),
        (LockStake(VAL1, EVEN, HALF), True),
        (Transfer(BOB, Tao(TAO)), False),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_intent_knows_whether_another_block_makes_another_call_of_it(
    intent: Intent, varies: bool
) -> None:
    assert intent.varies is varies


@pytest.mark.parametrize(("limit", "varies"), [(LOOSE, True), (AT, False)])
def test_who_approves_next_is_told_whether_the_same_command_is_the_same_call(
    chain: DeskChain, limit: Tolerance | Price, varies: bool
) -> None:
    order = ByMultisig(replace(FIXED, limit=limit), Group(2, (ALICE, BOB)))
    approval = run(order.approval(chain.view(), ALICE))
    assert approval is not None and approval.repeatable is not varies
    warnings = run(order.warnings(chain.view(), ALICE))
    assert any("another call" in text for text in warnings) is varies


@pytest.mark.parametrize("kind", [Trades, Batch])
def test_a_batch_that_is_too_long_is_refused(chain: DeskChain, kind: type[Trades | Batch]) -> None:
    limit = chain.view().constant("Utility", "batched_calls_limit")
    order = RemoveAllAtLimit(VAL1, EVEN, FREE)
    names = [
        [one.name for one in run(kind((order,) * count).preflight(chain.view(), ALICE))]
        for count in (limit + 1, 2)
    ]
    assert names[0][0] == "TooManyCalls" and "TooManyCalls" not in names[1]

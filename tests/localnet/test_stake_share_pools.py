"""Hotkeys of which shares are left where their alpha is gone: who gives them more loses it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from desk_chain import ALICE, EVEN, UNEVEN, VAL1, VAL2, DeskChain
from subtensor_chain import TAO

from taoctl.calls.base import Intent
from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.amount import alpha_amount, tao_amount
from taoctl.calls.stake.limits import Unlimited
from taoctl.calls.stake.move import MoveStake
from taoctl.calls.stake.refusals import WOULD_BE_LOST
from taoctl.economics.shares import SafeFloat

FREE = Unlimited()
HALF = alpha_amount(100 * TAO)
WITHIN = MoveStake(VAL1, VAL2, EVEN, EVEN, HALF)


@pytest.fixture
def chain() -> Iterator[DeskChain]:
    """Alice has stake through one validator; of the other only shares are left."""
    chain = DeskChain()
    module = chain.rt.subtensor
    for netuid in (EVEN, UNEVEN):
        said = chain.said(AddStake(VAL1, netuid, tao_amount(100 * TAO), FREE))
        assert chain.done(said.call).ok
    chain.rt.state.begin_block(chain.rt.state.head + 1)
    module.TotalHotkeyAlpha[VAL2, EVEN] = 0
    module.TotalHotkeySharesV2[VAL2, EVEN] = SafeFloat(3 * 10**20, -20)._asdict()
    chain.rt.state.commit_block()
    yield chain


@pytest.mark.parametrize(
    "order",
    [
        AddStake(VAL2, EVEN, tao_amount(TAO), FREE),
        MoveStake(VAL1, VAL2, UNEVEN, EVEN, HALF, unsafe=True),
    ],
    ids=["bought", "swapped"],
)
def test_what_would_get_no_share_is_refused_as_the_chain_does(
    chain: DeskChain, order: Intent
) -> None:
    said = chain.said(order)
    assert said.names == ["InsufficientLiquidity"]
    assert str(chain.done(said.call).error).endswith("InsufficientLiquidity")


def test_the_chain_would_take_alpha_that_moves_there_and_give_nothing(chain: DeskChain) -> None:
    said = chain.said(WITHIN)
    assert said.names == [WOULD_BE_LOST]
    assert chain.done(said.call).ok
    assert chain.rt.subtensor.stake_of(VAL2, ALICE, EVEN) == 0


def test_a_hotkey_without_shares_takes_alpha(chain: DeskChain) -> None:
    chain.rt.state.begin_block(chain.rt.state.head + 1)
    chain.rt.subtensor.TotalHotkeySharesV2[VAL2, EVEN] = SafeFloat(0, 0)._asdict()
    chain.rt.state.commit_block()
    said = chain.said(WITHIN)
    assert said.refusals == () and chain.done(said.call).ok
    assert abs(chain.rt.subtensor.stake_of(VAL2, ALICE, EVEN) - HALF.rao) <= 1

"""Creating a subnet in place of one on which the creator holds alpha: what that brings back.

What comes back must not be what a higher price is paid with.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chain_thread import ThreadChain
from network_chain import refunds
from nodes import TAO
from owned_chain import BOB, COST, hotkey, owned_chain, staker
from settings_chain import carried_out, caught_up, on, put
from test_network_plans import _error, _free, _raised

from taoctl.calls.network.create import CreateSubnet
from taoctl.calls.network.payout import payout
from taoctl.chain.client import Chain
from taoctl.localnet.dev import DevNode
from taoctl.units import Tao

LEAVING = 1
HOLDER, URI = staker(2), "//Staker/2"
NEW = hotkey("new")


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def net() -> Iterator[ThreadChain]:
    """The chain with a staker who can pay for a subnet."""
    with owned_chain() as chain:

        async def fund(node: DevNode) -> None:
            await node.amend(lambda runtime: runtime.balances.endow(HOLDER, 1_000 * TAO))

        chain.do(fund)
        yield chain


async def _comes_back(net: ThreadChain) -> int:
    async def model(node: DevNode) -> int:
        return refunds(node.runtime, LEAVING)[0][HOLDER]

    return net.do(model)


def test_what_comes_back_is_said_and_is_no_less(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        back = await _comes_back(net)
        said = await payout(view, HOLDER, LEAVING)
        assert back * 99 // 100 < said.least.rao <= back and not said.owns
        plan, outcome = await carried_out(chain, CreateSubnet(NEW), URI)
        assert (plan.refusals, _error(outcome)) == ((), None)
        (free,) = (one for one in plan.effects if one.what == "free")
        assert free.after is None
        assert any(f"bring back {said.least} or more" in one for one in plan.warnings)
        had = plan.balance_before.rao
        assert outcome.fee_paid is not None
        assert await _free(chain, outcome, HOLDER) == had - COST + back - outcome.fee_paid.rao

    on(net.url, work)


def test_a_higher_price_is_not_paid_with_what_comes_back(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        assert await _comes_back(net) > 100 * TAO
        plan, outcome = await _raised(chain, CreateSubnet(NEW), COST + 5 * TAO, URI)
        assert plan.refusals == ()
        assert _error(outcome) == "Token.FundsUnavailable"
        assert outcome.fee_paid is not None
        left = await _free(chain, outcome, HOLDER)
        assert left == plan.balance_before.rao - outcome.fee_paid.rao

    on(net.url, work)


def test_who_has_no_more_than_the_limit_is_held_by_what_comes_back(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        plan, outcome = await _raised(chain, CreateSubnet(NEW, Tao(1_100 * TAO)), 900 * TAO, URI)
        assert plan.balance_before < Tao(1_100 * TAO)
        assert str(plan.call) == "Utility.batch_all"
        assert (plan.refusals, _error(outcome)) == ((), None)

    on(net.url, work)


def test_who_has_no_more_than_the_limit_is_told_that_nothing_else_holds_it(
    net: ThreadChain,
) -> None:
    async def work(chain: Chain) -> None:
        plan, outcome = await carried_out(chain, CreateSubnet(NEW, Tao(10**6 * TAO)), URI)
        assert str(plan.call) == "SubtensorModule.register_network" and _error(outcome) is None
        assert any("nothing else holds the price" in one for one in plan.warnings)

    on(net.url, work)


def test_another_subnet_that_goes_is_not_paid_for(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        from taoctl.journal.store import Journal
        from taoctl.scale.crypto import KeySigner
        from taoctl.submit.options import TxOptions
        from taoctl.submit.plan import make_plan
        from taoctl.submit.send import send

        await caught_up(chain)
        plan = await make_plan(chain, CreateSubnet(NEW), HOLDER, TxOptions())
        # Nothing of the holder's is on the one that turns out to be the cheapest.
        await put(chain, "AlphaV2", (hotkey("bob-4"), HOLDER, 4), None)
        await put(chain, "SubnetMovingPrice", (4,), {"bits": 0})
        outcome = await send(chain, plan, KeySigner(URI), Journal(), TxOptions())
        assert _error(outcome) == "Token.FundsUnavailable"

    on(net.url, work)


def test_an_owner_of_old_is_told_of_the_lock(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "NetworkRegistrationStartBlock", (), 1)
        await put(chain, "NetworkRegisteredAt", (LEAVING,), 0)
        plan, outcome = await carried_out(chain, CreateSubnet(hotkey("bob-4")), "//Bob")
        assert (plan.refusals, _error(outcome), plan.signer_ss58) == ((), None, BOB)
        assert any("part of what they locked" in one for one in plan.warnings)
        (free,) = (one for one in plan.effects if one.what == "free")
        assert free.after is None

    on(net.url, work)

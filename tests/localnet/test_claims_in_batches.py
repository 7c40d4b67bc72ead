"""Root dividends that are claimed along with trades: one batch, and what is owed by then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chain_thread import ThreadChain
from nodes import TAO
from settings_chain import ALICE, OWN, RATES, carried_out, on, put, settings_chain

from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.amount import alpha_amount, tao_amount
from taoctl.calls.stake.claims import KEEP, ClaimRoot, ClaimType
from taoctl.calls.stake.limits import Unlimited
from taoctl.calls.stake.remove import RemoveStake
from taoctl.calls.stake.trade import Trade, Trades
from taoctl.chain.client import Chain
from taoctl.units import Alpha

FREE = Unlimited()


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


@pytest.mark.parametrize(
    "first",
    [
        AddStake(OWN, 0, tao_amount(70 * TAO), FREE),
        RemoveStake(OWN, 0, alpha_amount(7 * TAO), FREE),
    ],
)
def test_a_claim_after_a_trade_of_root_stake_pays_what_was_owed_before_it(
    net: ThreadChain, first: Trade
) -> None:
    netuids = (1, 2, 3, 4, 5, 6)

    async def work(chain: Chain) -> None:
        bits = {netuid: {"bits": rate} for netuid, rate in RATES.items()}
        for netuid in RATES:
            await put(chain, "RootClaimed", (netuid, OWN, ALICE), 10**6)
        await put(chain, "RootClaimType", (ALICE,), ClaimType(KEEP).value())
        await put(chain, "RootClaimable", (OWN,), bits)
        plan, outcome = await carried_out(chain, Trades((first, ClaimRoot(netuids))))
        assert (plan.refusals, outcome.error) == ((), None)
        assert [one.name for one in plan.call.nested()][1:] == ["claim_root", "claim_root"]
        view = await chain.at_hash(str(outcome.block_hash))
        api = ("StakeInfoRuntimeApi", "get_stake_info_for_hotkey_coldkey_netuid")
        said = {one.netuid: one.after for one in plan.effects if isinstance(one.after, Alpha)}
        assert set(said) == {0, *netuids}
        for place, after in said.items():
            held = int((await view.api(*api, OWN, ALICE, place))["stake"])
            assert abs(after.rao - held) <= 1, place

    on(net.url, work)

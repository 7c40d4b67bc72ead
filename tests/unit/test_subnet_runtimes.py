"""Lists, prices and owners of subnets on older runtimes: what they lack is unknown, never 0."""

from __future__ import annotations

import asyncio

from stored_chain import StoredChain

from taoctl.chain.view import View
from taoctl.reads.owned_subnets import Owned, owned_subnets
from taoctl.reads.subnet_list import listed_subnets
from taoctl.reads.subnet_prices import subnet_prices

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
TAO = 10**9


def oldest() -> StoredChain:
    """Spec 218: root and a subnet of Alice's with a plain pool."""
    chain = StoredChain(218)
    for netuid in (0, 1):
        chain.put("NetworksAdded", netuid, value=True)
    chain.put("Tempo", 1, value=99)
    chain.put("SubnetMechanism", 1, value=1)
    chain.put("SubnetTAO", 1, value=90 * TAO)
    chain.put("SubnetAlphaIn", 1, value=400 * TAO)
    chain.put("SubnetOwner", 1, value=ALICE)
    chain.put("SubnetOwnerHotkey", 1, value=ALICE)
    chain.put("Uids", 1, ALICE, value=0)
    chain.put("NetworkRegistrationAllowed", 1, value=True)
    return chain


def test_the_oldest_pools_are_a_plain_product_without_a_fee() -> None:
    root, one = asyncio.run(subnet_prices(oldest().view(1000)))
    assert (root.alpha_for_10_rao, root.slippage_10_ppm) == (10 * TAO, 0)
    # 400 * (1 - 90 / 100), and at the price of 0.225 it would be 44.4.
    assert one.alpha_for_10_rao is not None and abs(one.alpha_for_10_rao - 40 * TAO) < 1_000
    assert one.slippage_10_ppm is not None and abs(one.slippage_10_ppm - 100_000) <= 1
    assert one.moving_price_bits is None and one.price_change_ppm is None
    listed = asyncio.run(listed_subnets(oldest().view(1000)))
    assert [row.slippage_ppm for row in listed] == [0, one.slippage_10_ppm]


def test_of_an_owner_on_the_oldest_what_is_not_told_is_unknown() -> None:
    async def work(view: View) -> Owned:
        return await owned_subnets(view, [ALICE], {ALICE: "mine"})

    found = asyncio.run(work(oldest().view(1000)))
    (row,) = found.rows
    assert (row.netuid, row.owner_name, row.owner_coldkey) == (1, "mine", ALICE)
    assert row.prune_rank is None and row.immunity_left_blocks is None
    assert row.owner_day_rao is None and row.pending_owner_rao is None
    assert {one.what for one in found.attention} <= {"no-identity", "no-epoch"}


def test_pools_of_a_curve_that_is_not_known_tell_no_slippage() -> None:
    chain = StoredChain(365)
    info = {
        "netuid": 1,
        "owner_hotkey": ALICE,
        "owner_coldkey": ALICE,
        "subnet_name": [],
        "token_symbol": [],
        "tempo": 20,
        "last_step": 980,
        "blocks_since_last_step": 20,
        "emission": 0,
        "alpha_in": 400 * TAO,
        "alpha_out": 7 * TAO,
        "tao_in": 90 * TAO,
        "alpha_out_emission": TAO,
        "alpha_in_emission": 2,
        "tao_in_emission": 30,
        "pending_alpha_emission": 0,
        "pending_root_emission": 0,
        "subnet_volume": 2,
        "network_registered_at": 5,
        "subnet_identity": None,
        "moving_price": {"bits": 3 << 31},
    }
    chain.answer("SubnetInfoRuntimeApi", "get_all_dynamic_info", value=[info])
    chain.answer("SwapRuntimeApi", "current_alpha_price", 1, value=225_000_000)
    chain.put("SubnetMechanism", 1, value=1)
    chain.put("SubtokenEnabled", 1, value=True)
    chain.put("SubnetTAO", 1, value=90 * TAO)
    chain.put("SubnetAlphaIn", 1, value=400 * TAO)
    (row,) = asyncio.run(subnet_prices(chain.view(1000)))
    assert (row.price_rao, row.alpha_for_1_rao, row.slippage_10_ppm) == (225_000_000, None, None)

"""Root claims by call: which are paid, in what, and to whom the rest stays owed."""

from __future__ import annotations

from typing import Any

import pytest
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.localnet.scaletypes import variant

VALIDATOR = account("h:val0-1")
ALICE = account("alice")
RATE = (1 << 32) // 10
"""A tenth of an alpha per TAO of root stake."""


@pytest.fixture
def chain() -> Chain:
    """Alice has 100 TAO on root, and is owed 10 alpha of each of two subnets."""
    made = Chain()
    made.begin()
    staked = made.call("alice", "add_stake", hotkey=VALIDATOR, netuid=0, amount_staked=100 * TAO)
    assert staked.ok, staked.error
    module = made.rt.subtensor
    module.RootClaimable[VALIDATOR] = {1: RATE, 2: RATE}
    for netuid in (1, 2):
        module.SubnetAlphaOut[netuid] += 10 * TAO
    return made


def claim(chain: Chain, *netuids: int, signer: str = "alice") -> Any:
    return chain.call(signer, "claim_root", subnets=netuids)


def choose(chain: Chain, kind: Any) -> Any:
    return chain.call("alice", "set_root_claim_type", new_root_claim_type=kind)


def held(chain: Chain, netuid: int) -> int:
    return int(chain.rt.subtensor.stake_of(VALIDATOR, ALICE, netuid))


def owed(chain: Chain, netuid: int) -> int:
    return int(chain.rt.subtensor.root_owed(VALIDATOR, ALICE, netuid))


def refusal(outcome: Any) -> str | None:
    error = error_of(outcome)
    return error and error.removeprefix("SubtensorModule.")


def test_claims_become_root_stake_by_default(chain: Chain) -> None:
    module, swap = chain.rt.subtensor, chain.rt.swap
    due = owed(chain, 1)
    assert due == pytest.approx(10 * TAO, abs=100)
    tao, root = module.SubnetTAO[1], chain.rt.balances.free(subnet_account(0))
    fee_rate, swap.FeeRate[1] = swap.FeeRate[1], 0
    expected = swap.simulate_sell(1, due).amount_paid_out
    swap.FeeRate[1] = fee_rate
    assert claim(chain, 1).ok
    assert chain.events("RootClaimed") == [{"coldkey": ALICE}]
    assert held(chain, 0) == pytest.approx(100 * TAO + expected, abs=2)
    assert module.SubnetTAO[1] == tao - expected
    assert module.SubnetTAO[0] == 100 * TAO + expected
    assert chain.rt.balances.free(subnet_account(0)) == root + expected
    assert module.SubnetRootSellTao[1] == expected
    assert (owed(chain, 1), held(chain, 1)) == (0, 0)
    assert owed(chain, 2) == pytest.approx(due, abs=2)


def test_claims_stay_alpha_where_that_was_chosen(chain: Chain) -> None:
    due = owed(chain, 1)
    only_first = variant("KeepSubnets", {"subnets": (1,)})
    assert choose(chain, only_first).ok
    assert chain.events("RootClaimTypeSet") == [{"coldkey": ALICE, "root_claim_type": only_first}]
    assert claim(chain, 1, 2).ok
    assert held(chain, 1) == due
    assert held(chain, 2) == 0
    assert held(chain, 0) > 100 * TAO
    assert choose(chain, "Keep").ok
    module = chain.rt.subtensor
    module.RootClaimable[VALIDATOR] = {1: RATE, 2: 2 * RATE}
    more = owed(chain, 2)
    assert claim(chain, 2).ok
    assert held(chain, 2) == more > 0


def test_the_subnets_to_keep_are_a_set(chain: Chain) -> None:
    assert choose(chain, variant("KeepSubnets", {"subnets": (3, 1, 1)})).ok
    kept = variant("KeepSubnets", {"subnets": (1, 3)})
    assert chain.rt.subtensor.RootClaimType[ALICE] == kept
    assert chain.events("RootClaimTypeSet") == [{"coldkey": ALICE, "root_claim_type": kept}]


def test_a_claim_names_one_to_five_subnets(chain: Chain) -> None:
    assert refusal(claim(chain)) == "InvalidSubnetNumber"
    assert refusal(claim(chain, *range(6))) == "InvalidSubnetNumber"
    assert claim(chain, *range(5)).ok
    empty = variant("KeepSubnets", {"subnets": ()})
    assert refusal(choose(chain, empty)) == "InvalidSubnetNumber"


def test_what_is_below_the_threshold_waits(chain: Chain) -> None:
    module = chain.rt.subtensor
    owner = "c:owner0-1"
    threshold = {"netuid": 1, "new_value": 10_000_000}
    assert (
        error_of(chain.call("alice", "sudo_set_root_claim_threshold", **threshold)) == "BadOrigin"
    )
    assert chain.call(owner, "sudo_set_root_claim_threshold", **threshold).ok
    over = {**threshold, "new_value": 10_000_001}
    assert refusal(chain.call(None, "sudo_set_root_claim_threshold", **over)) == (
        "InvalidRootClaimThreshold"
    )
    module.RootClaimable[VALIDATOR] = {1: (10_000_000 << 32) // (100 * TAO) - 1}
    waiting = owed(chain, 1)
    assert waiting == pytest.approx(10_000_000, rel=1e-3)
    assert waiting < 10_000_000
    assert claim(chain, 1).ok
    assert owed(chain, 1) == waiting
    module.RootClaimable[VALIDATOR] = {1: (10_000_000 << 32) // (100 * TAO) + 100}
    assert claim(chain, 1).ok
    assert owed(chain, 1) == 0


def test_a_claim_costs_what_it_looked_at(chain: Chain) -> None:
    outcome = claim(chain, 1)
    assert outcome.weight == 25_000_000 + 3 * 25_000_000 + 735_000_000
    assert claim(chain, 1, 2).weight == 938_999_000
    assert claim(chain, 3, signer="bob").weight == 25_000_000


def test_who_claims_is_listed_for_the_blocks_claims(chain: Chain) -> None:
    module = chain.rt.subtensor
    assert claim(chain, 1, signer="bob").ok
    assert module.StakingColdkeysByIndex[module.StakingColdkeys[account("bob")]] == account("bob")


def test_who_chooses_a_claim_type_is_listed_for_the_blocks_claims(chain: Chain) -> None:
    module = chain.rt.subtensor
    assert chain.call("bob", "set_root_claim_type", new_root_claim_type="Keep").ok
    assert module.StakingColdkeysByIndex[module.StakingColdkeys[account("bob")]] == account("bob")


def test_root_sets_how_many_claims_a_block_makes(chain: Chain) -> None:
    assert error_of(chain.call("alice", "sudo_set_num_root_claims", new_value=1)) == "BadOrigin"
    too_many = chain.call(None, "sudo_set_num_root_claims", new_value=51)
    assert refusal(too_many) == "InvalidNumRootClaim"
    assert chain.call(None, "sudo_set_num_root_claims", new_value=0).ok
    chain.end()
    before = owed(chain, 1)
    chain.run(3)
    assert owed(chain, 1) == before
    chain.begin()
    assert chain.call(None, "sudo_set_num_root_claims", new_value=50).ok
    chain.end()
    chain.run(1)
    assert owed(chain, 1) == 0


def test_mining_income_goes_where_its_owner_sends_it() -> None:
    chain = Chain(tempo=5)
    module = chain.rt.subtensor
    chain.begin()
    chain.weights(1, [1, 2, 3])
    miner, owner = account("h:miner4-1"), "c:miner4-1"
    coldkey = account(owner)

    def send(hotkey: str, netuid: int = 1) -> Any:
        return chain.call(owner, "set_coldkey_auto_stake_hotkey", netuid=netuid, hotkey=hotkey)

    assert refusal(send(VALIDATOR, 9)) == "SubnetNotExists"
    assert refusal(send(VALIDATOR, 2)) == "HotKeyNotRegisteredInSubNet"
    assert send(account("h:val1-1")).ok
    assert send(VALIDATOR).ok
    assert refusal(send(VALIDATOR)) == "SameAutoStakeHotkeyAlreadySet"
    assert module.AutoStakeDestinationColdkeys[account("h:val1-1"), 1] == ()
    assert module.AutoStakeDestinationColdkeys[VALIDATOR, 1] == (coldkey,)
    assert module.get_coldkey_auto_stake_hotkey(coldkey, 1) == VALIDATOR
    chain.end()
    before = module.stake_of(miner, coldkey, 1)
    for _ in range(12):
        chain.begin()
        added = chain.events("AutoStakeAdded")
        chain.end()
        if added:
            break
    (row,) = added
    assert (row["destination"], row["hotkey"], row["owner"]) == (VALIDATOR, miner, coldkey)
    assert row["incentive"] > 0
    assert module.stake_of(miner, coldkey, 1) == before
    assert module.stake_of(VALIDATOR, coldkey, 1) == pytest.approx(row["incentive"], rel=0.1)


def test_an_unused_hotkey_is_associated_once(chain: Chain) -> None:
    module, hotkey = chain.rt.subtensor, account("a new hotkey")
    assert chain.call("alice", "try_associate_hotkey", hotkey=hotkey).ok
    assert module.Owner[hotkey] == ALICE
    assert hotkey in module.OwnedHotkeys[ALICE]
    assert chain.call("bob", "try_associate_hotkey", hotkey=hotkey).ok
    assert module.Owner[hotkey] == ALICE
    system = chain.call("alice", "try_associate_hotkey", hotkey=subnet_account(1))
    assert refusal(system) == "CannotUseSystemAccount"

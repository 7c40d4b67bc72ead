"""Dissolving subnets: who is paid what, what is recycled, and what is forgotten."""

from __future__ import annotations

import random
from typing import Any

import pytest
from network_chain import ED, check_books, create, network_chain, refunds
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.localnet.frame import StorageMap
from taoctl.localnet.pallets.subtensor.module import SubtensorModule
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.localnet.types import u16, u64

KEPT = {
    # What the chain does not take away, which whoever has the number next finds.
    "AdjustmentAlpha",
    "AdjustmentInterval",
    "AutoStakeDestination",
    "AutoStakeDestinationColdkeys",
    "CollateralDrainRatio",
    "CollateralLockShare",
    "MaxWeightsLimit",
    "MinAllowedUids",
    "MinChildkeyTakePerSubnet",
    "MinNonImmuneUids",
    "OwnerCutEnabled",
    "RecycleOrBurn",
    "RegisteredSubnetCounter",
    "RootAlphaDividendsPerSubnet",
    "RootClaimableThreshold",
    "RootProp",
    "SubnetEmissionEnabled",
    "SubnetEpochConsensus",
    "VotingPower",
    "VotingPowerDisableAtBlock",
    "VotingPowerEmaAlpha",
    "VotingPowerTrackingEnabled",
}


@pytest.fixture
def chain() -> Chain:
    return network_chain()


def dissolve(chain: Chain, netuid: int, signer: str | None = None) -> str | None:
    return error_of(chain.call(signer, "root_dissolve_network", netuid=netuid))


def stake(chain: Chain, netuid: int, chance: random.Random, positions: int = 12) -> None:
    """Spread alpha of a subnet over hotkeys and coldkeys, some of whom have several positions."""
    module = chain.rt.subtensor
    for _ in range(positions):
        hotkey = account(f"h:val{chance.randrange(3)}-{netuid}")
        coldkey = account(f"c:staker{chance.randrange(6)}")
        amount = chance.choice([1, 499, chance.randrange(1, 10**6), chance.randrange(1, 10**13)])
        module.add_stake_shares(hotkey, coldkey, netuid, amount)
        module.SubnetAlphaOut[netuid] += amount
        module.add_to_hotkey(hotkey, netuid, chance.randrange(10**9))


def free(chain: Chain, coldkey: str) -> int:
    return int(chain.rt.balances.free(coldkey))


@pytest.mark.parametrize("seed", range(8))
def test_those_with_alpha_share_the_reserve_to_the_rao(chain: Chain, seed: int) -> None:
    module, chance = chain.rt.subtensor, random.Random(seed)
    stake(chain, 1, chance)
    module.NetworkRegisteredAt[1] = chance.choice([0, 500])
    module.SubnetProtocolAlpha[1] = chance.choice([0, 10**12 + 7])
    expected, kept = refunds(chain.rt, 1)
    before = {who: free(chain, who) for who in expected}
    issued = chain.rt.balances.total_issuance
    assert dissolve(chain, 1) is None
    assert {who: free(chain, who) - before[who] for who in expected} == expected
    # The account keeps the existential deposit of what is not paid out.
    left = chain.rt.balances.free(subnet_account(1))
    assert left + issued - chain.rt.balances.total_issuance == kept
    assert left == min(ED, kept)
    assert chain.events("NetworkRemoved") == [1]
    check_books(chain)


def test_a_part_that_opens_no_account_is_recycled(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.SubnetTAO[1] = 10_000
    module.TotalStake.put(sum(module.SubnetTAO[n] for n in module.netuids()))
    hotkey, dust = account("h:val0-1"), account("c:dust")
    module.add_stake_shares(hotkey, dust, 1, 10**11)
    expected, kept = refunds(chain.rt, 1)
    assert expected[dust] == 0 < kept < ED
    assert dissolve(chain, 1) is None
    assert free(chain, dust) == 0
    assert chain.rt.balances.free(subnet_account(1)) == ED
    check_books(chain)


def test_younger_subnets_give_the_pools_alpha_its_part_which_is_recycled(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.NetworkRegisteredAt[2] = 50
    held = sum(alpha for (_, netuid), alpha in module.TotalHotkeyAlpha.items() if netuid == 2)
    pool, pot = module.SubnetAlphaIn[2], module.SubnetTAO[2]
    issued = chain.rt.balances.total_issuance
    assert dissolve(chain, 2) is None
    recycled = issued - chain.rt.balances.total_issuance
    assert abs(recycled + ED - pot * pool // (pool + held)) <= 1
    module.TaoInRefundDeploymentBlock.put(50)
    module.NetworkRegisteredAt[3] = 50
    issued = chain.rt.balances.total_issuance
    assert dissolve(chain, 3) is None
    assert chain.rt.balances.total_issuance == issued
    check_books(chain)


def test_owners_of_old_subnets_get_back_what_their_cut_did_not_bring(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.NetworkRegistrationStartBlock.put(10)
    for netuid, registered in ((1, 9), (2, 10)):
        module.NetworkRegisteredAt[netuid] = registered
        module.SubnetLocked[netuid] = 300 * TAO
        chain.rt.balances.mint(subnet_account(netuid), 500 * TAO)
    module.TotalIssuance.put(chain.rt.balances.total_issuance)
    issuance = module.SubnetAlphaIn[1] + module.SubnetAlphaOut[1]
    before = [free(chain, account(f"c:owner0-{n}")) for n in (1, 2)]
    assert dissolve(chain, 1) == dissolve(chain, 2) is None
    got = free(chain, account("c:owner0-1")) - before[0]
    cut_worth = issuance * 11_796 // 65_535 // 10
    assert abs(got - (300 * TAO - cut_worth)) < 10_000
    assert free(chain, account("c:owner0-2")) == before[1]
    check_books(chain)


def test_a_refund_takes_no_more_than_there_is(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.NetworkRegistrationStartBlock.put(10)
    module.SubnetLocked[1] = 5_000 * TAO
    chain.rt.balances.mint(subnet_account(1), 7 * TAO)
    module.TotalIssuance.put(chain.rt.balances.total_issuance)
    before = free(chain, account("c:owner0-1"))
    assert dissolve(chain, 1) is None
    assert free(chain, account("c:owner0-1")) == before + 7 * TAO
    check_books(chain)


def test_only_root_dissolves_and_only_subnets_that_are_there(chain: Chain) -> None:
    assert dissolve(chain, 1, "c:owner0-1") == "BadOrigin"
    old = chain.call("c:owner0-1", "dissolve_network", coldkey=account("c:owner0-1"), netuid=1)
    assert error_of(old) == "BadOrigin"
    assert dissolve(chain, 0) == dissolve(chain, 9) == "SubtensorModule.SubnetNotExists"
    assert error_of(chain.call(None, "dissolve_network", coldkey=account("x"), netuid=1)) is None
    assert not chain.rt.subtensor.subnet_exists(1)


def test_the_cheapest_past_immunity_makes_room_and_its_number_is_used_again(chain: Chain) -> None:
    module = chain.rt.subtensor
    for netuid, price, registered in ((1, 5, 0), (2, 3, 901), (3, 4, 7)):
        module.SubnetMovingPrice[netuid] = price << 20
        module.NetworkRegisteredAt[netuid] = registered
    stake(chain, 3, random.Random(1))
    module.NetworkRegisteredAt[3] = 7
    expected, _ = refunds(chain.rt, 3)
    before = {who: free(chain, who) for who in expected}
    assert module.get_subnet_to_prune() == 3
    assert create(chain) is None
    assert chain.events("NetworkRemoved") == [3]
    assert chain.events("NetworkAdded") == [(3, 1)]
    assert {who: free(chain, who) - before[who] for who in expected} == expected
    assert module.SubnetOwner[3] == account("alice")
    assert module.SubnetworkN[3] == 1
    assert len(list(module.Keys.prefix(3))) == len(list(module.Uids.prefix(3))) == 1
    assert not [1 for (_, netuid) in dict(module.TotalHotkeyAlpha.items()) if netuid == 3]
    check_books(chain)


def test_of_equal_prices_the_oldest_goes(chain: Chain) -> None:
    module = chain.rt.subtensor
    for netuid, registered in ((1, 30), (2, 10), (3, 20)):
        module.NetworkRegisteredAt[netuid] = registered
    assert module.get_subnet_to_prune() == 2


def _places() -> dict[str, int]:
    """Maps of the pallet whose keys name a subnet, and where: it is the first number in them."""
    found = {}
    for name in dir(SubtensorModule):
        declared = getattr(SubtensorModule, name)
        if isinstance(declared, StorageMap):
            kinds = [kind for _, kind in declared.keys]
            if u16 in kinds:
                found[name] = kinds.index(u16)
    return found


def _named(chain: Chain, netuid: int) -> set[str]:
    """Names of the items with an entry of a subnet."""
    found = set()
    for name, place in _places().items():
        for key, _ in getattr(chain.rt.subtensor, name).items():
            if (key[place] if isinstance(key, tuple) else key) == netuid:
                found.add(name)
    return found


def _fill(chain: Chain, netuid: int) -> None:
    """Store something of a subnet in every item that can have it."""
    there = _named(chain, netuid)
    for name, place in _places().items():
        if name not in there:
            kinds = [kind for _, kind in getattr(SubtensorModule, name).keys]
            key = [0 if kind in (u16, u64) else account("h:val0-1") for kind in kinds]
            key[place] = netuid
            item = getattr(chain.rt.subtensor, name)
            value = 7 if item.default is None else item.default
            item.write(tuple(key) if len(key) > 1 else key[0], value)


def test_nothing_of_a_subnet_is_left_but_what_the_chain_leaves(chain: Chain) -> None:
    stake(chain, 1, random.Random(3))
    _fill(chain, 1)
    assert _named(chain, 1) == set(_places())
    others = {netuid: _named(chain, netuid) for netuid in (0, 2, 3)}
    assert dissolve(chain, 1) is None
    assert _named(chain, 1) == KEPT
    assert {netuid: _named(chain, netuid) for netuid in (0, 2, 3)} == others


def test_a_second_mechanism_is_forgotten_too(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.MechanismCountCurrent[1] = 2
    module.set_weight_row(4_097, 1, [(2, 3)])
    module.set_bond_row(4_097, 1, [(2, 3)])
    module.LastUpdate[4_097] = module.Incentive[4_097] = (1, 2)
    assert dissolve(chain, 1) is None
    assert 4_097 not in module.LastUpdate
    assert 4_097 not in module.Incentive
    assert not list(module.Weights.prefix(4_097)) + list(module.Bonds.prefix(4_097))


def test_root_no_longer_weighs_it_nor_owes_what_it_had_to_claim(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.set_weight_row(0, 0, [(1, 5), (2, 6)])
    hotkey, coldkey = account("h:val0-1"), account("c:val0-1")
    module.RootClaimable[hotkey] = {1: 9, 2: 8}
    module.RootClaimed[1, hotkey, coldkey] = 7
    module.RootClaimed[2, hotkey, coldkey] = 6
    assert dissolve(chain, 1) is None
    assert module.weight_row(0, 0) == ((1, 0), (2, 6))
    assert module.RootClaimable[hotkey] == {2: 8}
    assert dict(module.RootClaimed.items()) == {(2, hotkey, coldkey): 6}


def test_pools_commitments_and_leases_end_with_it(chain: Chain) -> None:
    module, commitments = chain.rt.subtensor, chain.rt.commitments
    chain.rt.swap.FeeRate[1] = 99
    who = account("h:val0-1")
    for netuid in (1, 2):
        commitments.LastCommitment[netuid, who] = 5
    commitments.TimelockedIndex.put(((1, who), (2, who)))
    module.SubnetUidToLeaseId[1] = 3
    module.AccumulatedLeaseDividends[3] = 4
    module.SubnetLeaseShares[3, who] = 1
    assert dissolve(chain, 1) is None
    for item in (
        chain.rt.swap.FeeRate,
        chain.rt.swap.SwapBalancer,
        chain.rt.swap.PalSwapInitialized,
    ):
        assert 1 not in item
    assert dict(commitments.LastCommitment.items()) == {(2, who): 5}
    assert commitments.TimelockedIndex.get() == ((2, who),)
    assert not dict(module.SubnetLeaseShares.items()) | dict(
        module.AccumulatedLeaseDividends.items()
    )


def test_the_chain_goes_on_with_the_new_subnet_in_the_place_of_the_old(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.SubnetMovingPrice[2] = 1
    assert create(chain) is None
    assert chain.events("NetworkAdded") == [(2, 1)]
    assert error_of(chain.call("alice", "start_call", netuid=2)) is None
    args: dict[str, Any] = {"netuid": 2, "enabled": True}
    name = "sudo_set_subnet_emission_enabled"
    assert error_of(chain.call(None, name, "AdminUtils", **args)) is None
    chain.end()
    chain.run(12)
    assert module.SubnetAlphaOut[2] > 0
    check_books(chain)

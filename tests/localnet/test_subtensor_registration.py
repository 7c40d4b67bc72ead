"""Registration: the burn, the refusals, and who loses a seat."""

from __future__ import annotations

from typing import Any

import pytest
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.localnet.pallets.subtensor.subnets import subnet_account


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    made.run(3)
    made.begin()
    return made


def register(chain: Chain, hotkey: str = "h:new", netuid: int = 1) -> Any:
    return chain.call("alice", "burned_register", netuid=netuid, hotkey=account(hotkey))


def test_registration_burns_and_seats(chain: Chain):
    module = chain.rt.subtensor
    burn, out, uid = module.Burn[1], module.SubnetAlphaOut[1], module.SubnetworkN[1]
    free = chain.free("alice")
    assert register(chain).ok
    assert chain.free("alice") == free - burn
    assert module.SubnetAlphaOut[1] == out
    assert module.Keys[1, uid] == account("h:new")
    assert module.Uids[1, account("h:new")] == uid
    assert module.SubnetworkN[1] == uid + 1
    assert module.Owner[account("h:new")] == account("alice")
    assert module.BlockAtRegistration[1, uid] == chain.rt.block_number
    assert module.LastUpdate[1][uid] == chain.rt.block_number
    for vector in (module.Active, module.Emission, module.Incentive, module.ValidatorPermit):
        assert len(vector[1]) == uid + 1
    assert module.Burn[1] == burn * 23242897532874035200 >> 64
    assert module.RAORecycledForRegistration[1] == burn
    assert chain.events("NeuronRegistered") == [(1, uid, account("h:new"))]


def test_the_burn_halves_within_its_half_life(chain: Chain):
    chain.end()
    module = chain.rt.subtensor
    before = module.Burn[1]
    chain.run(module.BurnHalfLife[1])
    assert abs(module.Burn[1] - before // 2) < before // 1000


def test_refusals_come_in_the_chains_order(chain: Chain):
    module = chain.rt.subtensor
    taken = "h:val0-1"
    root = error_of(register(chain, taken, netuid=0))
    assert root == "SubtensorModule.RegistrationNotPermittedOnRootSubnet"
    assert error_of(register(chain, taken, netuid=9)) == "SubtensorModule.SubnetNotExists"
    module.NetworkRegistrationAllowed[2] = False
    closed = error_of(register(chain, taken, netuid=2))
    assert closed == "SubtensorModule.SubNetRegistrationDisabled"
    seated = error_of(register(chain, taken))
    assert seated == "SubtensorModule.HotKeyAlreadyRegisteredInSubNet"
    poor = chain.call("poor", "burned_register", netuid=1, hotkey=account("h:val0-2"))
    assert error_of(poor) == "SubtensorModule.NotEnoughBalanceToStake"
    assert error_of(register(chain, "h:val0-2")) == "SubtensorModule.NonAssociatedColdKey"
    system = chain.call("alice", "burned_register", netuid=1, hotkey=subnet_account(2))
    assert error_of(system) == "SubtensorModule.CannotUseSystemAccount"
    module.MaxAllowedUids[1] = 0
    assert error_of(register(chain)) == "SubtensorModule.NoNeuronIdAvailable"


def test_register_limit_compares_the_price_first(chain: Chain):
    burn = chain.rt.subtensor.Burn[1]
    low = chain.call(
        "poor", "register_limit", netuid=1, hotkey=account("h:new"), limit_price=burn - 1
    )
    assert error_of(low) == "SubtensorModule.RegistrationPriceLimitExceeded"
    enough = chain.call(
        "alice", "register_limit", netuid=1, hotkey=account("h:new"), limit_price=burn
    )
    assert enough.ok


def test_a_full_subnet_gives_up_its_weakest_open_neuron(chain: Chain):
    module = chain.rt.subtensor
    n = module.SubnetworkN[1]
    module.MaxAllowedUids[1] = n
    module.ImmunityPeriod[1] = 1
    module.MinNonImmuneUids[1] = 0
    module.Emission[1] = (0, 90, 80, 70, 60, 3, 3, 40, 30)
    weakest = module.Keys[1, 5]
    chain.weights(1, [1])
    module.set_bond_row(1, 5, [(4, 9)])
    stake = module.hotkey_alpha(weakest, 1)
    assert register(chain).ok
    assert module.Keys[1, 5] == account("h:new")
    assert (1, weakest) not in module.Uids
    assert (weakest, 1) not in module.IsNetworkMember
    assert module.hotkey_alpha(weakest, 1) == stake
    assert module.Emission[1][5] == 0
    assert module.bond_row(1, 5) == ()
    assert dict(module.weight_row(1, 1))[5] == 0
    assert dict(module.weight_row(1, 1))[6] > 0
    assert module.SubnetworkN[1] == n


def test_the_owner_is_never_replaced(chain: Chain):
    module = chain.rt.subtensor
    module.MaxAllowedUids[1] = module.SubnetworkN[1]
    module.MinNonImmuneUids[1] = 0
    order = module.prune_order(1)
    assert module.owner_uid(1) == 0
    assert 0 not in order.exposed + order.immune + order.sheltered
    for turn in range(module.SubnetworkN[1] + 3):
        assert register(chain, f"h:wave{turn}").ok
    assert module.Keys[1, 0] == account("h:owner0-1")


def test_immune_neurons_go_only_when_too_few_are_open(chain: Chain):
    module = chain.rt.subtensor
    n = module.SubnetworkN[1]
    module.MaxAllowedUids[1] = n
    module.Emission[1] = tuple(range(100, 100 + n))
    module.BlockAtRegistration[1, 8] = 0
    module.ImmunityPeriod[1] = 3
    for uid in range(n - 1):
        module.BlockAtRegistration[1, uid] = chain.rt.block_number
    module.MinNonImmuneUids[1] = 1
    assert module.neuron_to_prune(1) == 1
    module.MinNonImmuneUids[1] = 0
    assert module.neuron_to_prune(1) == 8


def test_every_registration_costs_more_until_the_cap(chain: Chain):
    module = chain.rt.subtensor
    module.MaxBurn[1] = 3 * TAO
    prices = [module.Burn[1]]
    for turn in range(8):
        assert register(chain, f"h:rush{turn}").ok
        prices.append(module.Burn[1])
    assert prices == sorted(prices)
    assert prices[-1] == 3 * TAO


def test_of_a_replaced_neuron_nothing_is_left_but_its_stake(chain: Chain):
    module, uid = chain.rt.subtensor, 5
    module.MechanismCountCurrent[1] = 2
    module.MaxAllowedUids[1] = n = module.SubnetworkN[1]
    module.ImmunityPeriod[1] = 1
    module.MinNonImmuneUids[1] = 0
    module.Emission[1] = tuple(0 if one == uid else 9 for one in range(n))
    leaving = module.Keys[1, uid]
    for vector in (module.Consensus, module.Dividends, module.StakeWeight, module.ValidatorTrust):
        vector[1] = (7,) * n
    for flags in (module.ValidatorPermit, module.Active):
        flags[1] = tuple(flags is module.ValidatorPermit for _ in range(n))
    for index in (1, 4097):
        module.Incentive[index] = (7,) * n
        for setter in (1, uid):
            module.set_weight_row(index, setter, [(uid, 5), (6, 9)])
            module.set_bond_row(index, setter, [(uid, 5), (6, 9)])
    axon = dict.fromkeys(("block", "version", "ip", "port", "ip_type", "protocol"), 1)
    module.Axons[1, leaving] = {**axon, "placeholder1": 0, "placeholder2": 0}
    prometheus = ("block", "version", "ip", "port", "ip_type")
    module.Prometheus[1, leaving] = dict.fromkeys(prometheus, 1)
    assert register(chain).ok
    assert module.Keys[1, uid] == account("h:new")
    for place in ((1, leaving),):
        for item in (module.Uids, module.Axons, module.Prometheus, module.NeuronCertificates):
            assert place not in item
    for vector in (module.Consensus, module.Dividends, module.StakeWeight, module.ValidatorTrust):
        assert vector[1] == (*(7,) * uid, 0, *(7,) * (n - uid - 1))
    assert module.ValidatorPermit[1][uid] is False and module.ValidatorPermit[1][uid + 1] is True
    assert module.Active[1][uid] is True and module.Active[1][uid + 1] is False
    for index in (1, 4097):
        assert module.Incentive[index][uid] == 0 and module.Incentive[index][uid + 1] == 7
        assert module.weight_row(index, uid) == module.bond_row(index, uid) == ()
        assert module.weight_row(index, 1) == ((uid, 0), (6, 9))
        assert module.bond_row(index, 1) == ((uid, 5), (6, 9))
        assert module.LastUpdate[index][uid] == chain.rt.block_number

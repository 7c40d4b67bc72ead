"""Seats on root: free, limited in number, and taken from the one with the least root stake."""

from __future__ import annotations

from typing import Any

import pytest
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.localnet.pallets.subtensor.subnets import ROOT, subnet_account

S = "SubtensorModule."


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    made.run(3)
    made.begin()
    return made


def register(chain: Chain, hotkey: str, signer: str = "alice") -> Any:
    return chain.call(signer, "root_register", hotkey=account(hotkey))


def full(chain: Chain, stakes: list[int]) -> None:
    """Fill root with members m0, m1, ... of these root stakes, registered long ago."""
    module = chain.rt.subtensor
    module.MaxAllowedUids[ROOT] = len(stakes)
    for number, stake in enumerate(stakes):
        member = account(f"h:m{number}")
        module.create_account_if_new(account("alice"), member)
        module.append_neuron(ROOT, member, 1)
        if stake:
            module.add_stake_shares(member, account("alice"), ROOT, stake)


def test_a_seat_costs_nothing_and_makes_a_delegate(chain: Chain):
    module = chain.rt.subtensor
    free = chain.free("alice")
    assert register(chain, "h:new").ok
    assert chain.free("alice") == free
    assert module.Keys[ROOT, 0] == account("h:new")
    assert module.Uids[ROOT, account("h:new")] == 0
    assert module.Owner[account("h:new")] == account("alice")
    assert module.Delegates.get(account("h:new"), None) == 11_796
    assert module.RegistrationsThisBlock[ROOT] == module.RegistrationsThisInterval[ROOT] == 1
    assert chain.events("NeuronRegistered") == [(ROOT, 0, account("h:new"))]


def test_a_take_that_was_chosen_stays(chain: Chain):
    chain.rt.subtensor.Delegates[account("h:val0-1")] = 5
    assert register(chain, "h:val0-1", "c:val0-1").ok
    assert chain.rt.subtensor.Delegates[account("h:val0-1")] == 5


def test_a_hotkey_of_another_is_seated_too_and_stays_theirs(chain: Chain):
    assert register(chain, "h:val0-1").ok
    assert chain.rt.subtensor.Owner[account("h:val0-1")] == account("c:val0-1")


def test_a_block_and_an_interval_take_so_many_and_an_epoch_makes_room(chain: Chain):
    module = chain.rt.subtensor
    assert register(chain, "h:a").ok
    assert error_of(register(chain, "h:b")) == S + "TooManyRegistrationsThisBlock"
    for name in ("h:b", "h:c"):
        chain.end()
        chain.begin()
        assert register(chain, name).ok
    chain.end()
    chain.begin()
    assert error_of(register(chain, "h:d")) == S + "TooManyRegistrationsThisInterval"
    chain.end()
    due = module.next_epoch_block(ROOT)
    assert due is not None and due > chain.rt.block_number
    chain.run(due - chain.rt.block_number - 1)
    chain.begin()
    assert chain.rt.block_number == due
    assert module.RegistrationsThisInterval[ROOT] == 0
    assert register(chain, "h:d").ok


def test_the_refusals_come_in_the_chains_order(chain: Chain):
    module = chain.rt.subtensor
    assert register(chain, "h:a").ok
    module.RegistrationsThisInterval[ROOT] = 3
    assert error_of(register(chain, "h:a")) == S + "TooManyRegistrationsThisBlock"
    module.RegistrationsThisBlock[ROOT] = 0
    assert error_of(register(chain, "h:a")) == S + "TooManyRegistrationsThisInterval"
    module.RegistrationsThisInterval[ROOT] = 0
    assert error_of(register(chain, "h:a")) == S + "HotKeyAlreadyRegisteredInSubNet"
    module.MaxAllowedUids[ROOT] = 1
    system = chain.call("alice", "root_register", hotkey=subnet_account(2))
    assert error_of(system) == S + "CannotUseSystemAccount"
    assert error_of(register(chain, "h:b")) == S + "StakeTooLowForRoot"
    assert account("h:b") not in module.Owner
    del module.NetworksAdded[ROOT]
    assert error_of(register(chain, "h:b")) == S + "RootNetworkDoesNotExist"


def test_the_least_staked_gives_way_to_more_and_keeps_its_stake(chain: Chain):
    module = chain.rt.subtensor
    full(chain, [5 * TAO, 3 * TAO, 3 * TAO, 9 * TAO])
    newcomer, loser = account("h:val0-1"), account("h:m1")
    module.add_stake_shares(newcomer, account("alice"), ROOT, 3 * TAO)
    assert error_of(register(chain, "h:val0-1")) == S + "StakeTooLowForRoot"
    module.add_stake_shares(newcomer, account("alice"), ROOT, 1)
    assert register(chain, "h:val0-1").ok
    assert module.Keys[ROOT, 1] == newcomer
    assert (ROOT, loser) not in module.Uids
    assert module.hotkey_alpha(loser, ROOT) == 3 * TAO
    assert module.SubnetworkN[ROOT] == 4
    assert module.BlockAtRegistration[ROOT, 1] == chain.rt.block_number


def test_the_old_call_registers_against_the_burn(chain: Chain):
    module = chain.rt.subtensor
    burn, uid = module.Burn[1], module.SubnetworkN[1]
    free = chain.free("alice")
    outcome = chain.call(
        "alice",
        "register",
        netuid=1,
        block_number=0,
        nonce=7,
        work=b"",
        hotkey=account("h:new"),
        coldkey=account("c:somebody"),
    )
    assert outcome.ok
    assert chain.free("alice") == free - burn
    assert module.Keys[1, uid] == account("h:new")
    assert module.Owner[account("h:new")] == account("alice")

"""Creating subnets: what it costs, who has to go, how the new one begins, and starting it."""

from __future__ import annotations

from typing import Any

import pytest
from network_chain import ED, check_books, create, network_chain
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.localnet.frame import Call
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.units import U64_MAX

S = "SubtensorModule."


@pytest.fixture
def chain() -> Chain:
    return network_chain()


def roomy() -> Chain:
    made = network_chain()
    made.rt.subtensor.SubnetLimit.put(10)
    return made


def test_a_subnet_takes_the_next_number_and_the_price_goes_into_its_pool() -> None:
    chain = roomy()
    module, before = chain.rt.subtensor, chain.free("alice")
    assert module.get_network_registration_cost() == 100 * TAO
    assert create(chain) is None
    assert chain.free("alice") == before - 100 * TAO
    assert chain.rt.balances.free(subnet_account(4)) == module.SubnetTAO[4] == 100 * TAO
    # All subnets trade at 0.1 TAO, so that is the median.
    assert abs(module.SubnetAlphaIn[4] - 1_000 * TAO) <= 1
    assert (module.SubnetAlphaOut[4], module.SubnetLocked[4]) == (0, 100 * TAO)
    assert chain.events("NetworkAdded") == [(4, 1)]
    assert chain.events("NetworkRemoved") == []
    check_books(chain)


def test_the_hotkey_is_uid_0_and_the_owners() -> None:
    chain = roomy()
    module = chain.rt.subtensor
    assert create(chain) is None
    hotkey, coldkey = account("h:new"), account("alice")
    assert (module.Keys[4, 0], module.Uids[4, hotkey], module.SubnetworkN[4]) == (hotkey, 0, 1)
    assert (module.SubnetOwner[4], module.SubnetOwnerHotkey[4]) == (coldkey, hotkey)
    assert module.Owner[hotkey] == coldkey
    assert module.OwnedHotkeys[coldkey] == (hotkey,)
    assert chain.events("SubnetOwnerHotkeySet") == [(4, hotkey)]
    assert chain.events("NeuronRegistered") == []


def test_a_new_subnet_has_the_chains_own_settings_and_neither_trades_nor_emits() -> None:
    chain = roomy()
    module = chain.rt.subtensor
    assert create(chain) is None
    assert not module.SubtokenEnabled[4]
    assert not module.SubnetEmissionEnabled[4]
    assert 4 not in module.FirstEmissionBlockNumber
    assert 4 not in module.emitting_subnets()
    assert (module.Tempo[4], module.LastEpochBlock[4]) == (360, 996)
    assert (module.MaxAllowedUids[4], module.MaxAllowedValidators[4]) == (256, 64)
    assert (module.ImmunityPeriod[4], module.MinAllowedWeights[4]) == (5_000, 1)
    assert (module.Burn[4], module.NetworkRegisteredAt[4]) == (TAO, 1_000)
    assert module.RegisteredSubnetCounter[4] == 1
    # The fifth of the chain's list, as subnet 4's own.
    assert module.TokenSymbol[4].decode() == "δ"


def test_each_doubles_the_price_which_then_falls_by_the_interval() -> None:
    chain = roomy()
    module = chain.rt.subtensor
    assert create(chain) is None
    assert module.NetworkLastLockCost.get() == 100 * TAO
    assert module.LastRateLimitedBlock["NetworkLastRegistered"] == 1_000
    assert module.get_network_registration_cost() == 200 * TAO
    chain.rt.state.making = 1_000 + 50_400
    assert module.get_network_registration_cost() == 200 * TAO - 100 * TAO // 100_800 * 50_400
    assert create(chain, hotkey="h:two") is None
    assert module.SubnetLocked[5] == 200 * TAO - 100 * TAO // 100_800 * 50_400
    check_books(chain)


def test_freed_numbers_are_used_again_before_new_ones() -> None:
    chain = roomy()
    assert error_of(chain.call(None, "root_dissolve_network", netuid=2)) is None
    assert create(chain) is None
    assert chain.events("NetworkAdded") == [(2, 1)]


def test_the_symbol_of_the_number_is_given_unless_it_is_taken() -> None:
    chain = roomy()
    module = chain.rt.subtensor
    for netuid, symbol in ((1, "δ"), (2, "α"), (3, "\N{GREEK SMALL LETTER GAMMA}")):
        module.TokenSymbol[netuid] = symbol.encode()
    assert create(chain) is None
    assert module.TokenSymbol[4].decode() == "β"


def test_of_a_balance_that_just_pays_the_existential_deposit_stays() -> None:
    chain = roomy()
    chain.endow("poor", 100 * TAO)
    chain.rt.subtensor.TotalIssuance.put(chain.rt.balances.total_issuance)
    assert create(chain, "poor") is None
    module = chain.rt.subtensor
    paid = 100 * TAO - ED
    assert module.SubnetLocked[4] == module.NetworkLastLockCost.get() == paid
    # The pool has the least price at least, which here nobody paid in full.
    assert module.SubnetTAO[4] == 100 * TAO
    assert chain.rt.balances.free(subnet_account(4)) == paid


def test_an_even_number_of_prices_has_the_mean_of_the_middle_ones_as_median() -> None:
    chain = roomy()
    module = chain.rt.subtensor
    module.SubnetMechanism[1] = 0  # at 1 TAO
    module.SubnetTAO[2] = 3_000 * TAO  # at 0.3
    assert create(chain) is None  # the third is at 0.1: 0.3 is in the middle
    assert abs(module.SubnetAlphaIn[4] - 100 * TAO * 10 // 3) <= 100
    chain.rt.state.making = 8_200
    module.NetworkLastLockCost.put(50 * TAO)
    middle = (chain.rt.swap.price_bits(4) + chain.rt.swap.price_bits(2)) // 2
    assert create(chain, hotkey="h:two") is None  # 0.1, 0.3, 0.3 and 1
    assert abs(chain.rt.swap.price_bits(5) - middle) < 2**33


def test_hotkeys_on_root_lend_all_their_stake_to_the_owners_hotkey() -> None:
    chain = roomy()
    module = chain.rt.subtensor
    names = ["h:val0-1", "h:val1-1", "h:val2-1"]
    for name in names:
        module.append_neuron(0, account(name), 0)
    module.AutoParentDelegationEnabled[account("h:val1-1")] = False
    assert create(chain) is None
    child = account("h:new")
    lending = [account("h:val0-1"), account("h:val2-1")]
    assert {parent for _, parent in module.ParentKeys[child, 4]} == set(lending)
    for parent in lending:
        assert module.ChildKeys[parent, 4] == ((U64_MAX, child),)
    assert not module.ChildKeys[account("h:val1-1"), 4]
    # None of them waits: the subnet has not started.
    assert not list(module.PendingChildKeys.prefix(4))


def test_an_owner_who_is_on_root_lends_nothing_to_the_own_hotkey() -> None:
    chain = roomy()
    module = chain.rt.subtensor
    module.append_neuron(0, account("h:val0-1"), 0)
    chain.endow("c:val0-1", 1_000 * TAO)
    module.TotalIssuance.put(chain.rt.balances.total_issuance)
    assert create(chain, "c:val0-1", "h:val0-1") is None
    assert not module.ParentKeys[account("h:val0-1"), 4]


IDENTITY = {
    "subnet_name": b"name",
    "github_repo": b"",
    "subnet_contact": b"x@y.example",
    "subnet_url": b"",
    "discord": b"",
    "description": b"d" * 1_024,
    "logo_url": b"",
    "additional": b"",
}


def named(chain: Chain, identity: dict[str, bytes] | None) -> str | None:
    args: dict[str, Any] = {"hotkey": account("h:new"), "identity": identity}
    return error_of(chain.call("alice", "register_network_with_identity", **args))


def test_a_subnet_may_say_what_it_is_from_the_start() -> None:
    chain = roomy()
    assert named(chain, IDENTITY) is None
    assert chain.rt.subtensor.SubnetIdentitiesV3[4] == IDENTITY
    assert chain.events("SubnetIdentitySet") == [4]


def test_too_long_an_identity_undoes_it_all(chain: Chain) -> None:
    before = chain.rt.balances.total_issuance
    assert named(chain, {**IDENTITY, "discord": b"d" * 257}) == S + "InvalidIdentity"
    assert chain.rt.subtensor.subnet_exists(1)
    assert chain.rt.balances.total_issuance == before
    assert chain.free("alice") == 10_000 * TAO
    assert named(chain, None) is None
    assert 1 not in chain.rt.subtensor.SubnetIdentitiesV3


def test_errors_come_in_the_chains_order(chain: Chain) -> None:
    module = chain.rt.subtensor
    chain.endow("poor", 99 * TAO)
    module.NetworkRegistrationStartBlock.put(1_001)
    module.LastRateLimitedBlock["NetworkLastRegistered"] = 999
    module.NetworkImmunityPeriod.put(10_000)

    def error(hotkey: str = account("h:poor")) -> str | None:
        args: dict[str, Any] = {"hotkey": hotkey, "identity": None}
        return error_of(chain.call("poor", "register_network_with_identity", **args))

    assert error(account("h:val0-1")) == S + "NonAssociatedColdKey"
    assert error(subnet_account(1)) == S + "CannotUseSystemAccount"
    assert error() == S + "SubNetRegistrationDisabled"
    module.NetworkRegistrationStartBlock.put(1_000)
    assert error() == S + "NetworkTxRateLimitExceeded"
    chain.rt.state.making = 999 + 7_200
    assert error() == S + "SubnetLimitReached"
    module.NetworkImmunityPeriod.put(100)
    assert error() == S + "CannotAffordLockCost"
    module.NetworkLastLockCost.put(49 * TAO)
    module.NetworkMinLockCost.put(90 * TAO)
    assert error() is None


def test_a_subnet_that_comes_too_soon_is_kept_out_of_the_pool(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.LastRateLimitedBlock["NetworkLastRegistered"] = 1
    plain = Call("SubtensorModule", "register_network", {"hotkey": account("h:new")})
    assert module.validate(plain, account("alice")) == 6
    named_one = Call(
        "SubtensorModule",
        "register_network_with_identity",
        {"hotkey": account("h:new"), "identity": None},
    )
    # Of the two calls the chain looks only at this one before it is in a block.
    assert module.validate(named_one, account("alice")) is None
    module.NetworkRateLimit.put(999)
    assert module.validate(plain, account("alice")) is None


def test_a_limit_of_root_alone_leaves_no_room(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.NetworkImmunityPeriod.put(1_001)
    assert create(chain) == S + "SubnetLimitReached"
    module.SubnetLimit.put(4)
    assert create(chain) is None


def test_the_owner_starts_a_subnet_once() -> None:
    chain = roomy()
    module = chain.rt.subtensor
    assert create(chain) is None
    module.StartCallDelay.put(5)

    def start(who: str | None, netuid: int = 4) -> str | None:
        return error_of(chain.call(who, "start_call", netuid=netuid))

    assert start("alice", 9) == S + "SubnetNotExists"
    assert start("c:owner0-1") == start(None) == "BadOrigin"
    chain.rt.state.making = 1_004
    assert start("alice") == S + "NeedWaitingMoreBlocksToStarCall"
    chain.rt.state.making = 1_005
    assert start("alice") is None
    assert module.FirstEmissionBlockNumber[4] == 1_006
    assert module.SubtokenEnabled[4]
    assert 4 in module.emitting_subnets()
    assert chain.events("FirstEmissionBlockNumberSet") == [(4, 1_006)]
    assert start("alice") == S + "FirstEmissionBlockNumberAlreadySet"

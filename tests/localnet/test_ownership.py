"""A subnet's hand-over to the owner of the hotkey that its locks speak for."""

from __future__ import annotations

from typing import Any

import pytest
from subtensor_chain import TAO, Chain, account

from taoctl.localnet.pallets.subtensor.ownership import YEAR
from taoctl.localnet.pallets.subtensor.subnets import account_bytes

ALICE, OWNER = account("alice"), account("c:owner0-1")
KING, MAIN = account("h:val0-1"), account("h:owner0-1")
KINGS_OWNER = account("c:val0-1")


@pytest.fixture
def chain() -> Chain:
    """Alice has locked some 900 alpha for good, more than a tenth of all, to a validator."""
    made = Chain()
    made.begin()
    calls: list[tuple[str, dict[str, Any]]] = [
        ("add_stake", {"hotkey": KING, "netuid": 1, "amount_staked": 100 * TAO}),
        ("set_perpetual_lock", {"netuid": 1, "enabled": True}),
        ("lock_stake", {"hotkey": KING, "netuid": 1, "amount": 900 * TAO}),
    ]
    for name, args in calls:
        outcome = made.call("alice", name, **args)
        assert outcome.ok, outcome.error
    made.rt.state.making = YEAR + 1
    return made


def hand_over(chain: Chain) -> list[Any]:
    chain.rt.subtensor.change_owner_if_needed(1)
    return chain.events("SubnetOwnerChanged")


def test_the_most_convicted_hotkeys_owner_takes_the_subnet(chain: Chain) -> None:
    module = chain.rt.subtensor
    conviction = module.hotkey_conviction(KING, 1)
    assert 0 < conviction >> 64 < 900 * TAO
    assert hand_over(chain) == [{"netuid": 1, "old_coldkey": OWNER, "new_coldkey": KINGS_OWNER}]
    assert (module.SubnetOwner[1], module.SubnetOwnerHotkey[1]) == (KINGS_OWNER, KING)
    assert module.OwnerLock[1]["locked_mass"] == 900 * TAO
    assert module.hotkey_conviction(KING, 1) == 900 * TAO << 64
    assert not len(module.HotkeyLock)
    assert len(hand_over(chain)) == 1


def test_the_old_owners_locks_count_as_anybodys(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.OwnerLock[1] = {"locked_mass": 5 * TAO, "conviction": 0, "last_update": 1}
    module.DecayingOwnerLock[1] = {"locked_mass": 7 * TAO, "conviction": 0, "last_update": 1}
    module.DecayingHotkeyLock[1, KING] = {
        "locked_mass": 3 * TAO,
        "conviction": 0,
        "last_update": YEAR + 1,
    }
    assert hand_over(chain)
    assert module.HotkeyLock[1, MAIN]["conviction"] == 5 * TAO << 64
    left = module.DecayingHotkeyLock[1, MAIN]
    assert left["conviction"] == left["locked_mass"] << 64
    assert 0 < left["locked_mass"] < 7 * TAO
    assert module.DecayingOwnerLock[1]["locked_mass"] == 3 * TAO
    assert module.DecayingOwnerLock[1]["conviction"] == 3 * TAO << 64


def test_what_already_counts_on_the_other_side_is_added_to(chain: Chain) -> None:
    module, now = chain.rt.subtensor, YEAR + 1
    module.OwnerLock[1] = {"locked_mass": 5 * TAO, "conviction": 0, "last_update": now}
    module.HotkeyLock[1, MAIN] = {"locked_mass": 2 * TAO, "conviction": 1 << 80, "last_update": 1}
    assert hand_over(chain)
    total = module.HotkeyLock[1, MAIN]
    assert (total["locked_mass"], total["last_update"]) == (7 * TAO, now)
    grown = total["conviction"] - (5 * TAO << 64)
    assert 0 < grown < 2 * TAO << 64


def test_of_two_equals_the_higher_public_key_leads(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.HotkeyLock.clear()
    state = {"locked_mass": TAO, "conviction": TAO << 64, "last_update": YEAR + 1}
    rivals = sorted((account(f"rival {n}") for n in range(4)), key=account_bytes)
    for rival in (rivals[2], rivals[3], rivals[0], rivals[1]):
        module.HotkeyLock[1, rival] = state
    assert module.most_convicted(1) == rivals[3]


def test_a_year_must_pass_and_a_tenth_must_agree(chain: Chain) -> None:
    module = chain.rt.subtensor
    chain.rt.state.making = YEAR - 1
    assert hand_over(chain) == []
    chain.rt.state.making = YEAR
    agreed = module.total_conviction(1) * 10 >> 64
    module.SubnetAlphaOut[1] = agreed + 1
    assert hand_over(chain) == []
    module.SubnetAlphaOut[1] = 0
    assert hand_over(chain) == []
    module.SubnetAlphaOut[1] = agreed
    assert len(hand_over(chain)) == 1


def test_an_owner_keeps_a_subnet_that_speaks_for_another_of_their_hotkeys(chain: Chain) -> None:
    chain.rt.subtensor.Owner[KING] = OWNER
    assert hand_over(chain) == []


def test_the_new_owners_hotkey_gets_a_seat(chain: Chain) -> None:
    module = chain.rt.subtensor
    seat = module.Uids[1, KING]
    del module.Uids[1, KING]
    del module.Keys[1, seat]
    module.MaxAllowedUids[1] = module.SubnetworkN[1]
    module.MinNonImmuneUids[1] = 0
    module.ImmunityPeriod[1] = 2**16 - 1
    module.Keys[1, seat] = account("somebody else")
    module.Uids[1, account("somebody else")] = seat
    assert len(hand_over(chain)) == 1
    assert module.Keys[1, module.Uids[1, KING]] == KING


def test_it_happens_at_an_epoch() -> None:
    chain = Chain(tempo=5)
    module = chain.rt.subtensor
    chain.begin()
    module.NetworkRegisteredAt[1] = 0
    module.SubnetOwnerHotkey[1] = MAIN
    module.HotkeyLock[1, KING] = {
        "locked_mass": 10**15,
        "conviction": 10**15 << 64,
        "last_update": 0,
    }
    chain.end()
    chain.run(8)
    assert module.SubnetOwner[1] == OWNER
    # No test can wait a year of blocks: the subnet is made that old instead.
    chain.rt.state.head = YEAR
    changed = None
    for _ in range(8):
        chain.begin()
        if chain.events("SubnetOwnerChanged"):
            changed = chain.rt.block_number
            assert module.LastEpochBlock[1] == changed
        chain.end()
    assert changed is not None
    assert module.SubnetOwner[1] == KINGS_OWNER

"""Locks on alpha: what they hold, whom they convince, and how they follow the stake."""

from __future__ import annotations

from math import exp
from typing import Any

import pytest
from subtensor_chain import TAO, Chain, account, error_of

MASS = 10**12
ALICE, BOB = account("alice"), account("bob")
VALIDATOR, OTHER = account("h:val0-1"), account("h:val1-1")
SAME_OWNER = account("another of the validator's")
RATE = 934_866
ONE = 1 << 64


@pytest.fixture
def chain() -> Chain:
    """Alice holds some 450 alpha on a validator of subnet 1."""
    made = Chain()
    made.begin()
    staked = made.call("alice", "add_stake", hotkey=VALIDATOR, netuid=1, amount_staked=50 * TAO)
    assert staked.ok, staked.error
    assert made.call("c:val0-1", "try_associate_hotkey", hotkey=SAME_OWNER).ok
    return made


def held(chain: Chain, coldkey: str = ALICE) -> int:
    return int(chain.rt.subtensor.coldkey_alpha(coldkey, 1))


def lock(chain: Chain, amount: int, hotkey: str = VALIDATOR, signer: str = "alice") -> Any:
    return chain.call(signer, "lock_stake", hotkey=hotkey, netuid=1, amount=amount)


def move(chain: Chain, hotkey: str) -> Any:
    return chain.call("alice", "move_lock", destination_hotkey=hotkey, netuid=1)


def keep(chain: Chain, enabled: bool) -> Any:
    return chain.call("alice", "set_perpetual_lock", netuid=1, enabled=enabled)


def later(chain: Chain, blocks: int) -> None:
    """As if that many blocks had passed and nothing had happened in them."""
    chain.rt.state.making += blocks


def shown(chain: Chain, coldkey: str = ALICE) -> Any:
    return chain.rt.subtensor.get_coldkey_lock(coldkey, 1)


def conviction(chain: Chain, hotkey: str = VALIDATOR) -> float:
    return float(chain.rt.subtensor.get_hotkey_conviction(hotkey, 1) / ONE)


def refusal(outcome: Any) -> str | None:
    error = error_of(outcome)
    return error and error.removeprefix("SubtensorModule.")


def totals(chain: Chain) -> dict[str, list[int]]:
    """Locked mass by total, of those that there are."""
    module = chain.rt.subtensor
    stores = {
        "perpetual": module.HotkeyLock,
        "decaying": module.DecayingHotkeyLock,
        "owner": module.OwnerLock,
        "decaying owner": module.DecayingOwnerLock,
    }
    return {
        name: [total["locked_mass"] for total in store.values()]
        for name, store in stores.items()
        if len(store)
    }


def test_a_lock_is_shown_as_it_is_now() -> None:
    chain = Chain()
    chain.begin()
    module, alice = chain.rt.subtensor, account("alice")
    assert module.get_coldkey_lock(alice, 1) is None
    assert module.locked_alpha(alice, 1) == 0
    hotkey = account("h:val0-1")
    now = chain.rt.block_number
    module.Lock[alice, 1, hotkey] = {"locked_mass": MASS, "conviction": 0, "last_update": 0}
    module.UnlockRate.put(10 * now)
    module.MaturityRate.put(10 * now)
    shown = module.get_coldkey_lock(alice, 1)
    assert shown["locked_mass"] == pytest.approx(MASS * exp(-0.1), rel=1e-9)
    assert shown["conviction"] / 2**64 == pytest.approx(MASS * 0.1 * exp(-0.1), rel=1e-9)
    assert shown["last_update"] == now
    assert module.locked_alpha(alice, 1) == shown["locked_mass"]
    module.DecayingLock[alice, 1] = False
    assert module.locked_alpha(alice, 1) == MASS
    module.SubnetOwnerHotkey[1] = hotkey
    assert module.get_coldkey_lock(alice, 1)["conviction"] == MASS << 64


def test_a_lock_holds_stake_and_decays(chain: Chain) -> None:
    module, whole = chain.rt.subtensor, held(chain)
    assert lock(chain, 100 * TAO).ok
    assert chain.events("StakeLocked") == [
        {"coldkey": ALICE, "hotkey": VALIDATOR, "netuid": 1, "amount": 100 * TAO}
    ]
    assert (1, VALIDATOR, ALICE) in module.LockingColdkeys
    assert totals(chain) == {"decaying": [100 * TAO]}
    free = whole - 100 * TAO
    order = {"hotkey": VALIDATOR, "netuid": 1}
    over = chain.call("alice", "remove_stake", amount_unstaked=free + 1, **order)
    assert refusal(over) == "StakeUnavailable"
    assert chain.call("alice", "remove_stake", amount_unstaked=free, **order).ok
    later(chain, RATE)
    left = round(100 * TAO * exp(-1))
    assert shown(chain)["locked_mass"] == pytest.approx(left, rel=1e-9)
    assert conviction(chain) == pytest.approx(100 * TAO * exp(-1), rel=1e-9)
    assert module.get_most_convicted_hotkey_on_subnet(1) == VALIDATOR
    rest = module.stake_of(VALIDATOR, ALICE, 1) - shown(chain)["locked_mass"]
    assert chain.call("alice", "remove_stake", amount_unstaked=rest, **order).ok
    assert module.Lock[ALICE, 1, VALIDATOR]["last_update"] == chain.rt.block_number


def test_a_lock_that_decayed_to_nothing_is_forgotten(chain: Chain) -> None:
    assert lock(chain, 100 * TAO).ok
    later(chain, 60 * RATE)
    assert shown(chain)["locked_mass"] == 0
    order = {"hotkey": VALIDATOR, "netuid": 1, "amount_unstaked": held(chain)}
    assert chain.call("alice", "remove_stake", **order).ok
    module = chain.rt.subtensor
    assert not len(module.Lock)
    assert not len(module.LockingColdkeys)


def test_refusals_of_a_lock_come_in_the_chains_order(chain: Chain) -> None:
    unknown = account("nobody's hotkey")
    assert refusal(lock(chain, 0, unknown)) == "AmountTooLow"
    assert refusal(lock(chain, 2**63, unknown)) == "HotKeyAccountNotExists"
    assert refusal(lock(chain, held(chain) + 1)) == "InsufficientStakeForLock"
    assert lock(chain, held(chain)).ok
    assert refusal(lock(chain, 2**63, OTHER)) == "LockHotkeyMismatch"
    assert refusal(lock(chain, 1)) == "InsufficientStakeForLock"
    assert error_of(chain.call(None, "lock_stake", hotkey=OTHER, netuid=1, amount=1)) == "BadOrigin"


def test_more_is_locked_on_top(chain: Chain) -> None:
    assert lock(chain, 100 * TAO).ok
    later(chain, RATE)
    before = shown(chain)
    assert lock(chain, 5 * TAO).ok
    assert shown(chain) == {**before, "locked_mass": before["locked_mass"] + 5 * TAO}


def test_a_perpetual_lock_keeps_its_mass_and_convinces_in_time(chain: Chain) -> None:
    assert keep(chain, True).ok
    assert chain.events("PerpetualLockUpdated") == [
        {"coldkey": ALICE, "netuid": 1, "enabled": True}
    ]
    assert lock(chain, 100 * TAO).ok
    assert totals(chain) == {"perpetual": [100 * TAO]}
    later(chain, RATE)
    assert shown(chain)["locked_mass"] == 100 * TAO
    matured = 100 * TAO * (1 - exp(-1))
    assert conviction(chain) == pytest.approx(matured, rel=1e-9)
    assert keep(chain, False).ok
    assert totals(chain) == {"decaying": [100 * TAO]}
    assert conviction(chain) == pytest.approx(matured, rel=1e-9)
    assert (ALICE, 1) not in chain.rt.subtensor.DecayingLock
    later(chain, RATE)
    assert shown(chain)["locked_mass"] == pytest.approx(100 * TAO * exp(-1), rel=1e-9)


def test_a_lock_moves_with_its_conviction_between_hotkeys_of_one_owner(chain: Chain) -> None:
    module = chain.rt.subtensor
    assert refusal(move(chain, account("nobody's hotkey"))) == "HotKeyAccountNotExists"
    assert refusal(move(chain, OTHER)) == "NoExistingLock"
    assert keep(chain, True).ok
    assert lock(chain, 100 * TAO).ok
    later(chain, RATE)
    before = conviction(chain)
    assert move(chain, SAME_OWNER).ok
    assert chain.events("LockMoved") == [
        {
            "coldkey": ALICE,
            "origin_hotkey": VALIDATOR,
            "destination_hotkey": SAME_OWNER,
            "netuid": 1,
        }
    ]
    assert (conviction(chain), conviction(chain, SAME_OWNER)) == (0, before)
    assert list(module.LockingColdkeys.keys()) == [(1, SAME_OWNER, ALICE)]
    assert move(chain, OTHER).ok
    assert conviction(chain, OTHER) == conviction(chain, SAME_OWNER) == 0
    assert shown(chain)["locked_mass"] == 100 * TAO
    assert totals(chain) == {"perpetual": [100 * TAO]}


def test_a_lock_to_the_owners_hotkey_convinces_at_once(chain: Chain) -> None:
    assert lock(chain, 100 * TAO).ok
    assert move(chain, account("h:owner0-1")).ok
    assert conviction(chain, account("h:owner0-1")) == 100 * TAO
    assert totals(chain) == {"decaying owner": [100 * TAO]}
    assert keep(chain, True).ok
    assert totals(chain) == {"owner": [100 * TAO]}
    assert chain.rt.subtensor.get_most_convicted_hotkey_on_subnet(1) == account("h:owner0-1")
    assert chain.rt.subtensor.get_most_convicted_hotkey_on_subnet(2) is None


def give(chain: Chain, amount: int) -> Any:
    return chain.call(
        "alice",
        "transfer_stake",
        destination_coldkey=BOB,
        hotkey=VALIDATOR,
        origin_netuid=1,
        destination_netuid=1,
        alpha_amount=amount,
    )


def accept(chain: Chain, *, reject: bool = False) -> None:
    assert chain.call("bob", "set_reject_locked_alpha", enabled=reject).ok


def test_a_lock_follows_the_stake_that_is_given_away(chain: Chain) -> None:
    module, whole = chain.rt.subtensor, held(chain)
    assert lock(chain, 100 * TAO).ok
    later(chain, RATE // 10)
    mass, before = shown(chain)["locked_mass"], shown(chain)["conviction"]
    free = whole - mass
    assert give(chain, free // 2).ok
    assert shown(chain, BOB) is None
    over = held(chain) - mass + mass // 4
    assert refusal(give(chain, over)) == "AccountRejectsLockedAlpha"
    accept(chain)
    assert give(chain, over).ok
    assert shown(chain, BOB)["locked_mass"] == pytest.approx(mass // 4, abs=3)
    assert shown(chain)["locked_mass"] == pytest.approx(mass - mass // 4, abs=3)
    assert shown(chain, BOB)["conviction"] == pytest.approx(before / 4, rel=1e-6)
    assert shown(chain, BOB)["locked_mass"] + shown(chain)["locked_mass"] == mass
    accept(chain, reject=True)
    assert module.AccountFlags[BOB] == 0
    assert BOB not in module.AccountFlags
    assert refusal(give(chain, 10 * TAO)) == "AccountRejectsLockedAlpha"
    accept(chain)
    chain.endow("bob", TAO)
    assert chain.call("bob", "move_lock", destination_hotkey=OTHER, netuid=1).ok
    assert refusal(give(chain, 10 * TAO)) == "LockHotkeyMismatch"


def test_what_is_not_locked_goes_to_whoever_locks_to_another_hotkey(chain: Chain) -> None:
    assert lock(chain, 100 * TAO).ok
    assert give(chain, 50 * TAO).ok
    assert lock(chain, 10 * TAO, OTHER, "bob").ok
    assert give(chain, 50 * TAO).ok
    assert (shown(chain)["locked_mass"], shown(chain, BOB)["locked_mass"]) == (100 * TAO, 10 * TAO)


def test_a_lock_that_is_given_away_counts_as_its_new_owner_keeps_it(chain: Chain) -> None:
    assert keep(chain, True).ok
    assert lock(chain, held(chain)).ok
    mass = held(chain)
    accept(chain)
    assert give(chain, 100 * TAO).ok
    assert totals(chain) == {"perpetual": [mass - 100 * TAO], "decaying": [100 * TAO]}


def test_locked_alpha_is_rejected_until_it_is_accepted(chain: Chain) -> None:
    module = chain.rt.subtensor
    assert module.rejects_locked_alpha(BOB)
    accept(chain)
    assert chain.events("RejectLockedAlphaUpdated") == [{"coldkey": BOB, "enabled": False}]
    assert not module.rejects_locked_alpha(BOB)


def test_dust_that_is_swept_leaves_the_lock_too(chain: Chain) -> None:
    module = chain.rt.subtensor
    mass = held(chain) // 2
    assert lock(chain, mass).ok
    module.NominatorMinRequiredStake.put(10**12)
    order = {"hotkey": VALIDATOR, "netuid": 1, "amount_unstaked": held(chain) - mass}
    assert chain.call("alice", "remove_stake", **order).ok
    assert held(chain) == 0
    assert shown(chain) is None or shown(chain)["locked_mass"] <= 1
    assert not len(module.DecayingHotkeyLock) or totals(chain)["decaying"][0] <= 1


def test_part_of_a_lock_goes_with_its_part_of_the_conviction(chain: Chain) -> None:
    assert keep(chain, True).ok
    assert lock(chain, 100 * TAO).ok
    later(chain, RATE)
    before = shown(chain)
    chain.rt.subtensor.force_reduce_lock(ALICE, 1, 25 * TAO)
    after = shown(chain)
    assert after["locked_mass"] == 75 * TAO
    assert after["conviction"] == before["conviction"] * (ONE * 3 // 4) >> 64
    assert totals(chain) == {"perpetual": [75 * TAO]}
    assert conviction(chain) == pytest.approx(after["conviction"] / ONE)


def test_an_owners_cut_is_locked_where_the_subnet_says_so() -> None:
    chain = Chain(tempo=5)
    module = chain.rt.subtensor
    chain.begin()
    module.OwnerCutAutoLockEnabled[1] = True
    chain.end()
    chain.run(12)
    owner, hotkey = account("c:owner0-1"), account("h:owner0-1")
    cut = module.stake_of(hotkey, owner, 1)
    assert cut > 0
    assert 0 <= cut - module.locked_alpha(owner, 1) < TAO // 100
    assert module.hotkey_conviction(hotkey, 1) >> 64 == module.locked_alpha(owner, 1)
    assert module.stake_of(account("h:owner0-2"), account("c:owner0-2"), 2) > 0
    assert module.get_coldkey_lock(account("c:owner0-2"), 2) is None


def test_a_total_loses_just_what_the_touched_lock_lost(chain: Chain) -> None:
    """The chain's own shortcut: the others' decay since the total's last change is forgotten."""
    order = {"hotkey": VALIDATOR, "netuid": 1, "amount_staked": 50 * TAO}
    chain.endow("bob", 1_000 * TAO)
    assert chain.call("bob", "add_stake", **order).ok
    assert lock(chain, 100 * TAO).ok
    assert lock(chain, 100 * TAO, signer="bob").ok
    assert totals(chain) == {"decaying": [200 * TAO]}
    later(chain, RATE)
    lost = 100 * TAO - shown(chain)["locked_mass"]
    assert chain.call("alice", "add_stake", **order).ok
    assert totals(chain) == {"decaying": [200 * TAO - lost]}
    assert shown(chain, BOB)["locked_mass"] == 100 * TAO - lost

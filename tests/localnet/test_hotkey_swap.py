"""Swapping hotkeys on the localnet: what moves, what stays, what it costs, how often."""

from __future__ import annotations

import random
from typing import Any

import pytest
from staking_books import Books
from subtensor_chain import TAO, Chain, account, error_of
from swapped_state import (
    DAY,
    KIN,
    NEW,
    OLD,
    OWNER,
    STAKERS,
    crowded,
    differing,
    grown,
    items,
    later,
    named,
    ok,
    renamed,
    swap,
)

from taoctl.localnet.pallets.subtensor.commitment import commit_hash
from taoctl.localnet.scaletypes import variant

EVERYWHERE, ONE_SUBNET = 100_000_000, 1_000_000
WAIT = 1_000

STAKE = {"AlphaV2", "TotalHotkeySharesV2", "TotalHotkeyAlpha", "StakingHotkeys"}
PAID = {
    "SubtensorModule.TotalIssuance",
    "Balances.TotalIssuance",
    "System.Account",
    "LastRateLimitedBlock",
    "LastHotkeySwapOnNetuid",
}
"""What the price and the notes of a swap change."""
LOCKS = {"Lock", "HotkeyLock", "DecayingHotkeyLock", "OwnerLock", "DecayingOwnerLock"}
"""What is brought to the block of the swap on its way."""


@pytest.fixture
def chain() -> Chain:
    return grown()


def stakes(chain: Chain, hotkey: str, netuid: int) -> dict[str, int]:
    module = chain.rt.subtensor
    return {who: module.stake_of(hotkey, who, netuid) for who in (OWNER, *STAKERS)}


# what moves


def test_everything_of_a_hotkey_goes_to_the_new_one(chain: Chain) -> None:
    module, books, before = chain.rt.subtensor, Books(chain), items(chain)
    held = {netuid: stakes(chain, OLD, netuid) for netuid in (0, 1, 2)}
    free = chain.free("alice")
    ok(swap(chain))
    changed = differing(renamed(before, OLD, NEW), items(chain))
    assert set(changed) <= STAKE | PAID | LOCKS
    assert "StakingHotkeys" not in changed
    books.check()
    assert chain.free("alice") == free - EVERYWHERE
    assert chain.events("HotkeySwapped") == [
        {"coldkey": OWNER, "old_hotkey": OLD, "new_hotkey": NEW}
    ]
    for netuid, positions in held.items():
        after = stakes(chain, NEW, netuid)
        assert all(0 <= positions[who] - after[who] <= 1 for who in positions)
        assert not any(stakes(chain, OLD, netuid).values())
        assert module.LastHotkeySwapOnNetuid[netuid, OWNER] == chain.rt.block_number
    assert module.LastRateLimitedBlock[variant("LastTxBlock", OWNER)] == chain.rt.block_number


def test_locks_keep_their_mass_and_conviction(chain: Chain) -> None:
    module = chain.rt.subtensor
    before = {
        (who, netuid): module.lock_of(who, netuid) for who in STAKERS[:2] for netuid in (1, 2)
    }
    ok(swap(chain))
    for (who, netuid), lock in before.items():
        assert lock is not None and lock.locked_mass
        assert module.lock_of(who, netuid) == lock
        assert [hotkey for hotkey, _ in module.Lock.prefix(who, netuid)] == [NEW]
    for perpetual in (True, False):
        for netuid in (1, 2):
            store, key = module.bucket(netuid, NEW, netuid == 2, perpetual)
            who = STAKERS[0] if perpetual else STAKERS[1]
            total = module.rolled(module.lock_from(store[key]), netuid == 2, perpetual)
            assert total == module.lock_of(who, netuid)


def test_one_subnet_leaves_the_others_and_the_owner(chain: Chain) -> None:
    module, books, before = chain.rt.subtensor, Books(chain), items(chain)
    free = chain.free("alice")
    ok(swap(chain, 1))
    books.check()
    assert chain.free("alice") == free - ONE_SUBNET
    changed = differing(before, items(chain))
    for item, keys in changed.items():
        if item in PAID | {"OwnedHotkeys", "Owner", "StakingHotkeys"}:
            continue
        assert all(_of_subnet_one(key) for key in keys), item
    assert (module.Owner[OLD], module.Owner[NEW]) == (OWNER, OWNER)
    assert module.OwnedHotkeys[OWNER] == (OLD, NEW)
    assert OLD in module.Delegates and NEW not in module.Delegates
    assert all(set(module.StakingHotkeys[who]) == {OLD, NEW} for who in STAKERS)
    assert module.RootClaimable[OLD] and not module.RootClaimable[NEW]
    assert chain.events("HotkeySwappedOnSubnet") == [
        {"coldkey": OWNER, "old_hotkey": OLD, "new_hotkey": NEW, "netuid": 1}
    ]


def _of_subnet_one(key: Any) -> bool:
    """Whether a key names subnet 1, or the storage index of its second mechanism."""
    return bool({1, 4_096 + 1} & set(key if isinstance(key, tuple) else (key,)))


def test_root_alone_takes_what_root_owes_along(chain: Chain) -> None:
    module, books = chain.rt.subtensor, Books(chain)
    owed = {who: module.root_owed(OLD, who, 1) for who in STAKERS}
    assert all(owed.values())
    ok(swap(chain, 0))
    books.check()
    assert {who: module.root_owed(NEW, who, 1) for who in STAKERS} == owed
    assert not any(module.root_owed(OLD, who, 1) for who in STAKERS)
    assert NEW in module.AutoParentDelegationEnabled
    assert module.hotkey_alpha(OLD, 1) and not module.hotkey_alpha(NEW, 1)


@pytest.mark.parametrize("netuid", [None, 0, 1])
def test_kept_stake_stays_with_all_that_is_owed_on_it(chain: Chain, netuid: int | None) -> None:
    module, books, before = chain.rt.subtensor, Books(chain), items(chain)
    ok(swap(chain, netuid, keep_stake=True))
    books.check()
    kept = {*STAKE, "RootClaimable", "RootClaimed", "VotingPower", "AutoParentDelegationEnabled"}
    assert not kept & set(differing(before, items(chain)))
    assert (0 if netuid is None else netuid, NEW) in module.Uids
    # Nobody owns it then, and its stake cannot be moved before somebody does.
    assert (OLD in module.Owner) == (netuid is not None)


def test_a_new_hotkey_that_has_stake_already_keeps_it(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.create_account_if_new(OWNER, NEW)
    for who in STAKERS:
        module.add_stake_shares(NEW, who, 1, 3 * TAO)
        module.SubnetAlphaOut[1] += 3 * TAO
    books, held = Books(chain), stakes(chain, OLD, 1)
    ok(swap(chain))
    books.check()
    after = stakes(chain, NEW, 1)
    assert all(0 <= held[who] + 3 * TAO - after[who] <= 2 for who in STAKERS)


def test_what_the_new_hotkey_lent_is_taken_back(chain: Chain) -> None:
    module, other = chain.rt.subtensor, account("h:miner0-1")
    module.create_account_if_new(OWNER, NEW)
    module.ChildKeys[NEW, 1] = ((9, other),)
    module.ParentKeys[other, 1] = ((9, NEW),)
    ok(swap(chain))
    assert module.ChildKeys[NEW, 1] == ((1 << 60, KIN["child"]),)
    assert module.ParentKeys[other, 1] == ()


def test_the_older_call_does_the_same_and_costs_by_what_it_reads_and_writes(chain: Chain) -> None:
    fresh = Chain(subnets=3)
    fresh.begin()
    fresh.rt.subtensor.create_account_if_new(OWNER, OLD)
    args = {"hotkey": OLD, "new_hotkey": NEW, "netuid": None}
    empty, full = (one.call("alice", "swap_hotkey", **args) for one in (fresh, chain))
    ok(full)
    assert chain.rt.subtensor.Owner[NEW] == OWNER
    declared = chain.rt.subtensor.call_specs["swap_hotkey"].weight
    assert empty.stated_weight is not None and full.stated_weight is not None
    assert 0 < empty.stated_weight < full.stated_weight <= declared


def test_commits_go_along_and_cannot_be_revealed(chain: Chain) -> None:
    module, block = chain.rt.subtensor, chain.rt.block_number
    module.MechanismCountCurrent[1] = 1
    module.CommitRevealWeightsEnabled[1] = True
    weights: dict[str, Any] = {"uids": [0], "values": [9], "salt": [1], "version_key": 0}
    digest = commit_hash(OLD, 1, *weights.values())
    module.WeightCommits[1, OLD] = ((digest, module.epoch_with_lookahead(1), block, 0),)
    early = chain.call("h:old", "reveal_weights", netuid=1, **weights)
    assert error_of(early) == named("RevealTooEarly")
    ok(swap(chain))
    assert module.WeightCommits[1, NEW][0][0] == digest
    for who in ("h:new", "h:old"):
        lost = chain.call(who, "reveal_weights", netuid=1, **weights)
        assert error_of(lost) == named("NoWeightsCommitFound")


@pytest.mark.parametrize("count", [12, pytest.param(300, marks=pytest.mark.soak)])
def test_nothing_is_lost_by_swaps_one_after_the_other(count: int) -> None:
    dice = random.Random(count)
    made = Chain(subnets=3)
    made.begin()
    crowded(made.rt)
    module = made.rt.subtensor
    for name in ("h:a", "h:b"):
        module.create_account_if_new(OWNER, account(name))
        for who in STAKERS:
            module.add_stake_shares(account(name), who, 1, 5 * TAO)
            module.SubnetAlphaOut[1] += 5 * TAO
    keys, done = ["h:old", "h:a", "h:b", "h:new", "h:last"], 0
    for _ in range(count):
        later(made, 2 * DAY)
        books, seats = Books(made), dict(module.Keys.items())
        old, new = (account(name) for name in dice.sample(keys, 2))
        before = items(made)
        kept = dice.random() < 0.3
        outcome = swap(made, dice.choice([None, 0, 1, 1, 2]), keep_stake=kept, old=old, new=new)
        if not outcome.ok:
            assert not differing(before, items(made))
            continue
        done += 1
        books.check()
        for place, hotkey in module.Keys.items():
            assert hotkey == seats[place] or (seats[place], hotkey) == (old, new)
            assert module.Uids[place[0], hotkey] == place[1]
        for (child, netuid), parents in module.ParentKeys.items():
            for share, parent in parents:
                assert (share, child) in module.ChildKeys[parent, netuid]
        for (who, netuid, hotkey), _ in module.Lock.items():
            assert (netuid, hotkey, who) in module.LockingColdkeys
    assert done >= count // 4


# how often


def test_a_coldkey_waits_between_swaps(chain: Chain) -> None:
    ok(swap(chain, 3))
    later(chain, WAIT)
    assert error_of(swap(chain, 1)) == named("HotKeySetTxRateLimitExceeded")
    later(chain, 1)
    ok(swap(chain, 1))


@pytest.mark.parametrize("everywhere", [False, True])
def test_a_subnet_is_swapped_once_in_a_day(chain: Chain, everywhere: bool) -> None:
    ok(swap(chain, 1))
    again: dict[str, Any] = {"old": NEW, "new": account("h:third")}
    netuid = None if everywhere else 1
    later(chain, DAY)
    assert error_of(swap(chain, netuid, **again)) == named("HotKeySwapOnSubnetIntervalNotPassed")
    later(chain, 1)
    ok(swap(chain, netuid, **again))


def test_elsewhere_it_is_swapped_sooner(chain: Chain) -> None:
    ok(swap(chain, 1))
    later(chain, WAIT + 1)
    ok(swap(chain, 2))


def test_a_parent_without_a_seat_waits_too(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.ChildKeys[OLD, 3] = ((1, KIN["child"]),)
    module.ParentKeys[KIN["child"], 3] = ((1, OLD),)
    module.LastHotkeySwapOnNetuid[3, OWNER] = chain.rt.block_number - DAY
    assert error_of(swap(chain)) == named("HotKeySwapOnSubnetIntervalNotPassed")


def test_a_young_chain_swaps_on_all_subnets_only() -> None:
    made = Chain(subnets=1)
    made.begin()
    crowded(made.rt, (0, 1))
    assert error_of(swap(made, 1)) == named("HotKeySwapOnSubnetIntervalNotPassed")
    ok(swap(made))


def test_notes_of_swaps_are_dropped_when_they_delay_nothing() -> None:
    made = Chain(subnets=2)
    module = made.rt.subtensor
    made.begin()
    module.LastHotkeySwapOnNetuid[1, OWNER] = 1
    module.LastHotkeySwapOnNetuid[2, OWNER] = 1
    module.drop_old_swaps(DAY + 1)
    assert (1, OWNER) in module.LastHotkeySwapOnNetuid
    module.drop_old_swaps(2 * DAY + 1)
    assert (1, OWNER) not in module.LastHotkeySwapOnNetuid
    assert (2, OWNER) in module.LastHotkeySwapOnNetuid

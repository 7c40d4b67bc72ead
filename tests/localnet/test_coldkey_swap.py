"""Coldkey swaps on the localnet: what moves, what stays, when they may be made, and what stops."""

from __future__ import annotations

import random
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import pytest
from staking_books import Books
from subtensor_chain import PALLETS, TAO, Chain, account, error_of

from taoctl.addresses import decode_ss58
from taoctl.localnet.frame import Call, Outcome, Signed
from taoctl.localnet.pallets.proxy import Proxy
from taoctl.localnet.pallets.subtensor.guards import CODES
from taoctl.localnet.scaletypes import variant

OLD, NEW = account("alice"), account("new")
OWN, MAIN = account("h:alice"), account("h:owner0-1")
VALIDATOR = account("h:val0-1")
COST = 100_000_000
DELAY, AGAIN = 36_000, 7_200


def hash_of(ss58: str) -> str:
    """The hash to announce, worked out apart from the chain's code."""
    return "0x" + blake2b(decode_ss58(ss58), digest_size=32).hexdigest()


@pytest.fixture
def chain() -> Chain:
    made = Chain(pallets=(*PALLETS, Proxy))
    made.begin()
    return made


def announce(chain: Chain, new: str = NEW, signer: str = "alice") -> Outcome:
    return chain.call(signer, "announce_coldkey_swap", new_coldkey_hash=hash_of(new))


def execute(chain: Chain, new: str = NEW) -> Outcome:
    return chain.call("alice", "swap_coldkey_announced", new_coldkey=new)


def dispute(chain: Chain) -> Outcome:
    return chain.call("alice", "dispute_coldkey_swap")


def clear(chain: Chain) -> Outcome:
    return chain.call("alice", "clear_coldkey_swap_announcement")


def later(chain: Chain, blocks: int) -> None:
    """As if that many blocks had passed and nothing had happened in them."""
    making = chain.rt.state.making
    assert making is not None
    chain.rt.state.making = making + blocks


def ok(outcome: Outcome) -> None:
    assert outcome.ok, outcome.error


def refused(outcome: Outcome, name: str) -> None:
    assert error_of(outcome) == f"SubtensorModule.{name}"


# the announcement and its times


def test_the_first_announcement_costs_and_later_ones_do_not(chain: Chain) -> None:
    module, issued = chain.rt.subtensor, chain.rt.balances.total_issuance
    before, now = chain.free("alice"), chain.rt.block_number
    ok(announce(chain))
    assert module.ColdkeySwapAnnouncements[OLD] == (now + DELAY, hash_of(NEW))
    assert chain.events("ColdkeySwapAnnounced") == [{"who": OLD, "new_coldkey_hash": hash_of(NEW)}]
    assert before - chain.free("alice") == COST
    assert issued - chain.rt.balances.total_issuance == COST
    assert module.TotalIssuance.get() == chain.rt.balances.total_issuance
    later(chain, DELAY + AGAIN - 1)
    refused(announce(chain), "ColdkeySwapReannouncedTooEarly")
    later(chain, 1)
    ok(announce(chain, account("another")))
    assert before - chain.free("alice") == COST
    due = now + DELAY + AGAIN + DELAY
    assert module.ColdkeySwapAnnouncements[OLD] == (due, hash_of(account("another")))


@pytest.mark.parametrize("short", [0, 1])
def test_who_cannot_pay_and_live_on_announces_nothing(chain: Chain, short: int) -> None:
    chain.endow("poor", COST + 500 - short)
    outcome = announce(chain, signer="poor")
    if short:
        refused(outcome, "NotEnoughBalanceToPaySwapColdKey")
        assert account("poor") not in chain.rt.subtensor.ColdkeySwapAnnouncements
    else:
        ok(outcome)
        assert chain.rt.balances.free(account("poor")) == 500


def test_a_swap_waits_for_its_block_and_takes_only_the_announced_coldkey(chain: Chain) -> None:
    refused(execute(chain), "ColdkeySwapAnnouncementNotFound")
    ok(announce(chain))
    refused(execute(chain, account("another")), "AnnouncedColdkeyHashDoesNotMatch")
    later(chain, DELAY - 1)
    refused(execute(chain), "ColdkeySwapTooEarly")
    assert OLD in chain.rt.subtensor.ColdkeySwapAnnouncements
    later(chain, 1)
    ok(execute(chain))
    assert OLD not in chain.rt.subtensor.ColdkeySwapAnnouncements
    assert chain.events("ColdkeySwapped") == [{"old_coldkey": OLD, "new_coldkey": NEW}]


def test_a_swap_is_called_off_only_late(chain: Chain) -> None:
    refused(clear(chain), "ColdkeySwapAnnouncementNotFound")
    ok(announce(chain))
    later(chain, DELAY + AGAIN - 1)
    refused(clear(chain), "ColdkeySwapClearTooEarly")
    later(chain, 1)
    ok(clear(chain))
    assert chain.events("ColdkeySwapCleared") == [{"who": OLD}]
    assert OLD not in chain.rt.subtensor.ColdkeySwapAnnouncements


def test_the_delays_are_the_stored_ones(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.ColdkeySwapAnnouncementDelay.put(3)
    module.ColdkeySwapReannouncementDelay.put(2**32 - 1)
    ok(announce(chain))
    assert module.ColdkeySwapAnnouncements[OLD][0] == chain.rt.block_number + 3
    later(chain, 10**6)
    refused(clear(chain), "ColdkeySwapClearTooEarly")
    ok(execute(chain))


def test_the_old_way_of_swapping_is_gone(chain: Chain) -> None:
    refused(chain.call("alice", "schedule_swap_coldkey", new_coldkey=NEW), "Deprecated")


# what the announcement stops


def _remark() -> Call:
    return Call("System", "remark_with_event", {"remark": b"x"})


def test_only_the_swap_itself_goes_on_and_after_a_dispute_nothing(chain: Chain) -> None:
    refused(dispute(chain), "ColdkeySwapAnnouncementNotFound")
    ok(announce(chain))
    guard = chain.rt.subtensor
    assert guard.validate(_remark(), OLD) == CODES["ColdkeySwapAnnounced"] == 0
    stake = chain.call("alice", "add_stake", hotkey=VALIDATOR, netuid=1, amount_staked=TAO)
    refused(stake, "ColdkeySwapAnnounced")
    encrypted = Call("MevShield", "submit_encrypted", {})
    assert guard.validate(encrypted, OLD) is None
    swap_calls = [
        Call("SubtensorModule", "announce_coldkey_swap", {"new_coldkey_hash": hash_of(NEW)}),
        Call("SubtensorModule", "swap_coldkey_announced", {"new_coldkey": NEW}),
        Call("SubtensorModule", "dispute_coldkey_swap", {}),
        Call("SubtensorModule", "clear_coldkey_swap_announcement", {}),
    ]
    assert [guard.validate(one, OLD) for one in swap_calls] == [None] * 4
    ok(dispute(chain))
    assert chain.events("ColdkeySwapDisputed") == [{"coldkey": OLD}]
    assert guard.ColdkeySwapDisputes[OLD] == chain.rt.block_number
    for one in (*swap_calls, encrypted, _remark()):
        assert guard.validate(one, OLD) == CODES["ColdkeySwapDisputed"] == 21
    later(chain, DELAY + AGAIN)
    for outcome in (execute(chain), clear(chain), announce(chain), dispute(chain)):
        refused(outcome, "ColdkeySwapDisputed")


def test_a_second_dispute_is_refused_where_no_guard_comes_first(chain: Chain) -> None:
    ok(announce(chain))
    ok(dispute(chain))
    with pytest.raises(Exception, match="ColdkeySwapAlreadyDisputed"):
        chain.rt.subtensor.dispute_coldkey_swap(Signed(OLD))


def test_a_proxy_cannot_act_for_a_coldkey_that_is_announced(chain: Chain) -> None:
    chain.endow("bob", TAO)
    right = {"delegate": account("bob"), "proxy_type": "Any", "delay": 0}
    ok(chain.call("alice", "add_proxy", "Proxy", **right))
    ok(announce(chain))
    acting = {"real": OLD, "force_proxy_type": None}
    ok(chain.call("bob", "proxy", "Proxy", **acting, call=_remark()))
    (done,) = chain.events("ProxyExecuted")
    index = chain.rt.subtensor.error_indexes["ColdkeySwapAnnounced"]
    assert done["result"] == {"Err": {"Module": {"index": 7, "error": bytes([index, 0, 0, 0])}}}
    assert not chain.events("Remarked")
    inner = Call("SubtensorModule", "dispute_coldkey_swap", {})
    ok(chain.call("bob", "proxy", "Proxy", **acting, call=inner))
    assert OLD in chain.rt.subtensor.ColdkeySwapDisputes
    ok(chain.call("bob", "remark_with_event", "System", remark=b"x"))


def test_root_resets_what_is_disputed(chain: Chain) -> None:
    ok(announce(chain))
    ok(dispute(chain))
    assert error_of(chain.call("bob", "reset_coldkey_swap", coldkey=OLD)) == "BadOrigin"
    ok(chain.call(None, "reset_coldkey_swap", coldkey=OLD))
    assert chain.events("ColdkeySwapReset") == [{"who": OLD}]
    ok(chain.call("alice", "remark_with_event", "System", remark=b"x"))


# what moves


def _furnish(chain: Chain) -> None:
    """Give Alice some of everything that a coldkey can have."""
    module = chain.rt.subtensor
    steps: list[tuple[str, dict[str, Any]]] = [
        ("try_associate_hotkey", {"hotkey": OWN}),
        ("add_stake", {"hotkey": OWN, "netuid": 0, "amount_staked": 40 * TAO}),
        ("add_stake", {"hotkey": OWN, "netuid": 1, "amount_staked": 30 * TAO}),
        ("add_stake", {"hotkey": VALIDATOR, "netuid": 1, "amount_staked": 20 * TAO}),
        ("add_stake", {"hotkey": VALIDATOR, "netuid": 0, "amount_staked": 10 * TAO}),
        ("add_stake", {"hotkey": account("h:val0-2"), "netuid": 2, "amount_staked": 5 * TAO}),
        ("lock_stake", {"hotkey": VALIDATOR, "netuid": 1, "amount": 50 * TAO}),
        ("set_perpetual_lock", {"netuid": 2, "enabled": True}),
        ("lock_stake", {"hotkey": account("h:val0-2"), "netuid": 2, "amount": 9 * TAO}),
        ("set_coldkey_auto_stake_hotkey", {"netuid": 1, "hotkey": VALIDATOR}),
        ("set_root_claim_type", {"new_root_claim_type": "Keep"}),
    ]
    for name, args in steps:
        ok(chain.call("alice", name, **args))
    text = dict.fromkeys(
        ("name", "url", "github_repo", "image", "discord", "description", "additional"), b"x"
    )
    module.IdentitiesV2[OLD] = text
    module.SubnetOwner[2] = OLD
    module.RootClaimed[1, OWN, OLD] = 777
    module.RootClaimed[2, OWN, OLD] = 55
    module.RootClaimed[0, OWN, OLD] = 3


def _tables(chain: Chain) -> Iterator[tuple[str, dict[Any, Any]]]:
    for (pallet, item), store in chain.rt.state.stores.items():
        if pallet == "SubtensorModule":
            yield item, dict(store.data)


def _renamed(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_renamed(one) for one in value)
    if isinstance(value, dict):
        return {_renamed(key): _renamed(one) for key, one in value.items()}
    return NEW if value == OLD else value


def _positions(chain: Chain) -> dict[tuple[str, str, int], int]:
    module = chain.rt.subtensor
    return {place: module.stake_of(*place) for place, _ in module.AlphaV2.items()}


def test_everything_that_moves_is_as_it_was_under_another_name(chain: Chain) -> None:
    _furnish(chain)
    chain.end()
    chain.begin()
    module = chain.rt.subtensor
    books = Books(chain)
    ok(announce(chain))
    later(chain, DELAY)
    owed = {netuid: module.root_owed(OWN, OLD, netuid) for netuid in (1, 2)}
    before, held, free = dict(_tables(chain)), _positions(chain), chain.rt.balances.free(OLD)
    locks = {netuid: module.lock_of(OLD, netuid) for netuid in (1, 2)}
    conviction = {n: module.hotkey_conviction(account(f"h:val0-{n}"), n) for n in (1, 2)}
    ok(execute(chain))
    after = dict(_tables(chain))
    moved = {_renamed(place): value for place, value in held.items()}
    now = _positions(chain)
    assert now.keys() == moved.keys()
    assert all(abs(now[place] - value) <= 1 for place, value in moved.items())
    assert {netuid: module.lock_of(NEW, netuid) for netuid in (1, 2)} == locks
    assert conviction == {n: module.hotkey_conviction(account(f"h:val0-{n}"), n) for n in (1, 2)}
    assert chain.rt.balances.free(NEW) == free and chain.rt.balances.free(OLD) == 0
    assert OLD not in chain.rt.system.Account
    by_value = {"AlphaV2", "TotalHotkeyAlpha", "TotalHotkeySharesV2", "Lock", "HotkeyLock"}
    by_value |= {"DecayingHotkeyLock", "LastRateLimitedBlock", "ColdkeySwapAnnouncements"}
    stays = {"RootClaimType", "LastColdkeyHotkeyStakeBlock", "RootClaimed"}
    for item, table in before.items():
        if item not in by_value | stays:
            assert after[item] == _renamed(table), item
    assert module.RootClaimType[OLD] == "Keep" and module.RootClaimType[NEW] == "Swap"
    claims = {key: value for key, value in after["RootClaimed"].items() if value}
    assert claims == {(1, OWN, NEW): 777, (0, OWN, NEW): 3, (2, OWN, OLD): 55}
    assert module.root_owed(OWN, NEW, 1) == owed[1]
    assert module.LastRateLimitedBlock[variant("LastTxBlock", NEW)] == chain.rt.block_number
    books.check()


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_lost_whatever_a_coldkey_has(seed: int) -> None:
    chance = random.Random(seed)
    chain = Chain(subnets=3)
    chain.begin()
    module = chain.rt.subtensor
    books = Books(chain)
    hotkeys = [account(f"h:{role}0-{n}") for role in ("val", "owner") for n in (1, 2, 3)]
    to_bob = {"dest": account("bob"), "value": 500 * TAO}
    ok(chain.call("alice", "transfer_keep_alive", "Balances", **to_bob))
    for signer in ("alice", "bob"):
        for _ in range(chance.randint(0, 6)):
            hotkey, netuid = chance.choice(hotkeys), chance.randint(0, 3)
            amount = chance.randrange(TAO // 100, 50 * TAO)
            ok(chain.call(signer, "add_stake", hotkey=hotkey, netuid=netuid, amount_staked=amount))
            if netuid and chance.random() < 0.5:
                part = chance.randrange(100, TAO // 20)
                chain.call(signer, "lock_stake", hotkey=hotkey, netuid=netuid, amount=part)
    if chance.random() < 0.5:
        module.SubnetOwner[1] = OLD
    free = chain.rt.balances.free(OLD) - COST
    ok(announce(chain))
    later(chain, DELAY + chance.randrange(3))
    alpha = {netuid: module.coldkey_alpha(OLD, netuid) for netuid in range(4)}
    locked = {netuid: module.locked_alpha(OLD, netuid) for netuid in range(4)}
    ok(execute(chain))
    for netuid in range(4):
        assert module.coldkey_alpha(OLD, netuid) == 0 == module.locked_alpha(OLD, netuid)
        slack = len(hotkeys)
        assert abs(module.coldkey_alpha(NEW, netuid) - alpha[netuid]) <= slack
        assert module.locked_alpha(NEW, netuid) == locked[netuid]
    assert chain.rt.balances.free(NEW) == free
    staked = list(module.StakingColdkeys.keys())
    assert [module.StakingColdkeysByIndex[module.StakingColdkeys[c]] for c in staked] == staked
    assert module.NumStakingColdkeys.get() == len(staked)
    assert OLD not in staked
    books.check()


def test_deposits_stay_with_what_keeps_the_account_alive(chain: Chain) -> None:
    right = {"delegate": account("bob"), "proxy_type": "Any", "delay": 0}
    ok(chain.call("alice", "add_proxy", "Proxy", **right))
    ok(announce(chain))
    later(chain, DELAY)
    reserved = chain.rt.balances.data(OLD)["reserved"]
    ok(execute(chain))
    assert reserved > 0
    assert chain.rt.balances.data(OLD)["reserved"] == reserved
    assert chain.rt.balances.free(OLD) == 500
    assert OLD in chain.rt.proxy.Proxies and NEW not in chain.rt.proxy.Proxies


def test_an_identity_of_the_new_coldkey_is_kept(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.IdentitiesV2[OLD], module.IdentitiesV2[NEW] = {"name": b"old"}, {"name": b"new"}
    ok(announce(chain))
    later(chain, DELAY)
    ok(execute(chain))
    assert module.IdentitiesV2[NEW] == {"name": b"new"}
    assert module.IdentitiesV2[OLD] == {"name": b"old"}


# what stands in the way


def test_a_coldkey_in_use_takes_over_nothing(chain: Chain) -> None:
    module = chain.rt.subtensor
    ok(chain.call("bob", "try_associate_hotkey", hotkey=account("h:bob")))
    for new, name in (
        (account("bob"), "ColdKeyAlreadyAssociated"),
        (VALIDATOR, "NewColdKeyIsHotkey"),
    ):
        module.ColdkeySwapAnnouncements[OLD] = (0, hash_of(new))
        before = dict(_tables(chain))
        refused(execute(chain, new), name)
        assert dict(_tables(chain)) == before


def test_an_active_lock_of_the_new_coldkey_stands_in_the_way(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.ColdkeySwapAnnouncements[OLD] = (0, hash_of(NEW))
    state = {"locked_mass": TAO, "conviction": 0, "last_update": chain.rt.block_number}
    module.Lock[NEW, 1, VALIDATOR] = state
    refused(execute(chain), "ActiveLockExists")
    module.Lock[NEW, 1, VALIDATOR] = {**state, "locked_mass": 0}
    ok(execute(chain))


def test_root_swaps_any_coldkey_at_once(chain: Chain) -> None:
    args = {"old_coldkey": OLD, "new_coldkey": NEW}
    assert error_of(chain.call("bob", "swap_coldkey", **args, swap_cost=0)) == "BadOrigin"
    ok(announce(chain))
    ok(dispute(chain))
    before = chain.rt.balances.free(OLD)
    poor = chain.call(None, "swap_coldkey", **args, swap_cost=before)
    refused(poor, "NotEnoughBalanceToPaySwapColdKey")
    ok(chain.call(None, "swap_coldkey", **args, swap_cost=7))
    assert chain.rt.balances.free(NEW) == before - 7
    assert OLD not in chain.rt.subtensor.ColdkeySwapAnnouncements
    assert OLD not in chain.rt.subtensor.ColdkeySwapDisputes

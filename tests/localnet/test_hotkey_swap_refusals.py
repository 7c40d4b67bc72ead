"""Why the localnet refuses to swap hotkeys, and that it then changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from staking_books import Books
from subtensor_chain import Chain, account, error_of
from swapped_state import (
    KIN,
    NEW,
    OLD,
    OWNER,
    STAKERS,
    differing,
    grown,
    items,
    named,
    ok,
    swap,
)

from taoctl.localnet.pallets.subtensor.subnets import subnet_account

ONE_SUBNET = 1_000_000


@pytest.fixture
def chain() -> Chain:
    return grown()


def _own_new(chain: Chain) -> Any:
    module = chain.rt.subtensor
    module.create_account_if_new(OWNER, NEW)
    return module


def _foreign(chain: Chain) -> None:
    chain.rt.subtensor.create_account_if_new(STAKERS[0], NEW)


def _seated(chain: Chain) -> None:
    _own_new(chain).append_neuron(3, NEW, 0)


def _noted(chain: Chain) -> None:
    """As an earlier swap on all subnets leaves it of those where the old one had no seat."""
    _own_new(chain).IsNetworkMember[NEW, 1] = False


def _root_stake(chain: Chain) -> None:
    _own_new(chain).add_stake_shares(NEW, OWNER, 0, 1)


def _root_rates(chain: Chain) -> None:
    _own_new(chain).RootClaimable[NEW] = {1: 0}


def _root_claims(chain: Chain) -> None:
    _own_new(chain).RootClaimed[0, NEW, OWNER] = 0


def _poor(chain: Chain) -> None:
    _leave(chain, ONE_SUBNET - 1)


def _almost_poor(chain: Chain) -> None:
    _leave(chain, ONE_SUBNET)


def _leave(chain: Chain, rao: int) -> None:
    info = chain.rt.system.Account[OWNER]
    chain.rt.system.Account[OWNER] = {**info, "data": {**info["data"], "free": rao}}


def _child(chain: Chain) -> None:
    module = _own_new(chain)
    module.ChildKeys[OLD, 1] = ((1, NEW),)


def _parent(chain: Chain) -> None:
    module = _own_new(chain)
    module.ParentKeys[OLD, 1] = ((1, NEW),)


def _asked_for(chain: Chain) -> None:
    _own_new(chain).PendingChildKeys[1, OLD] = (((1, NEW),), 99)


def _parent_asked_for(chain: Chain) -> None:
    _own_new(chain).PendingChildKeys[1, OLD] = (((1, KIN["parent"]),), 99)


def _overflow(chain: Chain) -> None:
    asked = ((2**64 - 1, KIN["asked"]), (1, STAKERS[0]))
    _own_new(chain).PendingChildKeys[1, OLD] = (asked, 99)


def _too_many(chain: Chain) -> None:
    asked = tuple((1, account(f"h:{number}")) for number in range(6))
    _own_new(chain).PendingChildKeys[1, OLD] = (asked, 99)


def _nothing(chain: Chain) -> None:
    pass


REFUSED: list[tuple[Callable[[Chain], None], dict[str, Any], str]] = [
    (_nothing, {"signer": "c:val0-1"}, "NonAssociatedColdKey"),
    (_nothing, {"old": account("h:nobody")}, "NonAssociatedColdKey"),
    (_foreign, {}, "NonAssociatedColdKey"),
    (_nothing, {"new": OLD}, "NewHotKeyIsSameWithOld"),
    (_seated, {}, "HotKeyAlreadyRegisteredInSubNet"),
    (_seated, {"netuid": 3}, "HotKeyAlreadyRegisteredInSubNet"),
    (_noted, {"netuid": 1}, "HotKeyAlreadyRegisteredInSubNet"),
    (_root_stake, {}, "NewHotKeyNotCleanForRootSwap"),
    (_root_stake, {"netuid": 0}, "NewHotKeyNotCleanForRootSwap"),
    (_root_rates, {"keep_stake": True}, "NewHotKeyNotCleanForRootSwap"),
    (_root_claims, {}, "NewHotKeyNotCleanForRootSwap"),
    (_nothing, {"new": subnet_account(1)}, "CannotUseSystemAccount"),
    (_nothing, {"netuid": 1, "new": subnet_account(1)}, "CannotUseSystemAccount"),
    (_poor, {}, "NotEnoughBalanceToPaySwapHotKey"),
    (_poor, {"netuid": 1}, "NotEnoughBalanceToPaySwapHotKey"),
    (_almost_poor, {"netuid": 1}, "InsufficientBalance"),
    (_child, {}, "InvalidChild"),
    (_parent, {"netuid": 1}, "InvalidChild"),
    (_asked_for, {}, "InvalidChild"),
    (_parent_asked_for, {}, "ChildParentInconsistency"),
    (_overflow, {}, "ProportionOverflow"),
    (_too_many, {}, "TooManyChildren"),
]


@pytest.mark.parametrize(
    ("prepare", "args", "error"), REFUSED, ids=[f"{p.__name__}-{e}" for p, _, e in REFUSED]
)
def test_a_refused_swap_changes_nothing(
    chain: Chain, prepare: Callable[[Chain], None], args: dict[str, Any], error: str
) -> None:
    prepare(chain)
    before = items(chain)
    assert error_of(swap(chain, **args)) == named(error)
    assert not differing(before, items(chain))


def test_root_does_not_matter_to_a_swap_elsewhere(chain: Chain) -> None:
    _root_stake(chain)
    ok(swap(chain, 1))


def test_an_unclean_hotkey_may_have_no_seat_noted_and_be_swapped_to_everywhere(
    chain: Chain,
) -> None:
    _noted(chain)
    ok(swap(chain))


def test_the_chain_takes_payment_for_a_subnet_that_is_not_there(chain: Chain) -> None:
    module, books, free = chain.rt.subtensor, Books(chain), chain.free("alice")
    ok(swap(chain, 99))
    books.check()
    assert chain.free("alice") == free - ONE_SUBNET
    assert module.IsNetworkMember.get((NEW, 99), None) is False


def test_nobody_but_an_account_swaps(chain: Chain) -> None:
    args = {"hotkey": OLD, "new_hotkey": NEW, "netuid": None, "keep_stake": False}
    assert error_of(chain.call(None, "swap_hotkey_v2", **args)) == "BadOrigin"

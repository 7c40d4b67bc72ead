"""Membership of the Triumvirate and of the Senate, as root keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from senate_chain import MEMBERS, SenateChain, by_key, kappa, senator, wrapped
from subtensor_chain import account, error_of

from taoctl.localnet.frame import BadOrigin, CannotLookup, Outcome
from taoctl.localnet.types import variant

T0, T1, T2 = (account(name) for name in MEMBERS)
NEW = account("new")
FULL = tuple(account(f"full{n}") for n in range(12))


@pytest.fixture
def chain() -> SenateChain:
    return SenateChain()


def council(chain: SenateChain) -> tuple[Any, Any]:
    """Who the Triumvirate takes its members and its prime to be."""
    return chain.rt.triumvirate.Members.get(), chain.rt.triumvirate.Prime.get()


def test_the_triumvirate_follows_every_change_of_its_members(chain: SenateChain) -> None:
    def do(name: str, **args: Any) -> Outcome:
        return chain.root("TriumvirateMembers", name, **args)

    assert council(chain) == (by_key(T0, T1, T2), None)
    assert do("remove_member", who=T1).ok
    assert council(chain) == (by_key(T0, T2), None)
    assert do("add_member", who=NEW).ok
    assert council(chain) == (by_key(T0, T2, NEW), None)
    assert do("swap_member", remove=NEW, add=T1).ok
    assert council(chain) == (by_key(T0, T1, T2), None)
    assert do("reset_members", members=(T2, NEW)).ok
    assert council(chain) == (by_key(T2, NEW), None)
    assert chain.send("new", "TriumvirateMembers", "change_key", new=T0).ok
    assert council(chain) == (by_key(T0, T2), None)
    assert chain.rt.triumvirate_members.Members.get() == by_key(T0, T2)
    assert chain.names() == [
        f"TriumvirateMembers.{name}"
        for name in ("MemberRemoved", "MemberAdded", "MembersSwapped", "MembersReset", "KeyChanged")
    ]


def test_who_joins_may_propose_and_who_leaves_may_not(chain: SenateChain) -> None:
    assert chain.root("TriumvirateMembers", "swap_member", remove=T0, add=NEW).ok
    assert error_of(chain.propose(wrapped(kappa()), "t0")) == "Triumvirate.NotMember"
    assert chain.propose(wrapped(kappa()), "new").ok


@pytest.mark.parametrize("pallet", ["TriumvirateMembers", "SenateMembers"])
def test_members_are_not_added_twice_nor_removed_when_absent(
    chain: SenateChain, pallet: str
) -> None:
    one = T0 if pallet == "TriumvirateMembers" else senator(0)
    other = T1 if pallet == "TriumvirateMembers" else senator(1)
    most = {"TriumvirateMembers": 3, "SenateMembers": 12}[pallet]
    assert chain.root(pallet, "reset_members", members=(one, other)).ok
    chain.rt.events.clear()
    refusals: list[tuple[Outcome, str]] = [
        (chain.root(pallet, "add_member", who=one), "AlreadyMember"),
        (chain.root(pallet, "remove_member", who=NEW), "NotMember"),
        (chain.root(pallet, "swap_member", remove=NEW, add=one), "NotMember"),
        (chain.root(pallet, "swap_member", remove=one, add=other), "AlreadyMember"),
        (chain.send("new", pallet, "change_key", new=one), "NotMember"),
        (chain.root(pallet, "set_prime", who=NEW), "NotMember"),
        (
            chain.root(pallet, "reset_members", members=(*FULL, NEW)[: most + 1]),
            "TooManyMembers",
        ),
    ]
    assert chain.root(pallet, "reset_members", members=FULL[:most]).ok
    refusals.append((chain.root(pallet, "add_member", who=NEW), "TooManyMembers"))
    refusals.append((chain.root(pallet, "add_member", who=FULL[0]), "AlreadyMember"))
    assert [error_of(outcome) for outcome, _ in refusals] == [
        f"{pallet}.{name}" for _, name in refusals
    ]
    assert chain.names() == [f"{pallet}.MembersReset"]


@pytest.mark.parametrize("pallet", ["TriumvirateMembers", "SenateMembers"])
def test_only_root_keeps_the_lists(chain: SenateChain, pallet: str) -> None:
    calls: dict[str, dict[str, Any]] = {
        "add_member": {"who": NEW},
        "remove_member": {"who": T0},
        "swap_member": {"remove": T0, "add": NEW},
        "reset_members": {"members": (NEW,)},
        "set_prime": {"who": T0},
        "clear_prime": {},
    }
    for name, args in calls.items():
        assert isinstance(chain.send("t0", pallet, name, **args).error, BadOrigin), name
    assert isinstance(chain.root(pallet, "change_key", new=NEW).error, BadOrigin)
    nobody = variant("Address32", bytes(32))
    assert isinstance(chain.root(pallet, "add_member", who=nobody).error, CannotLookup)


def test_swapping_for_the_same_and_keeping_the_own_key_do_nothing(chain: SenateChain) -> None:
    stranger = account("stranger")
    assert chain.root("TriumvirateMembers", "swap_member", remove=stranger, add=stranger).ok
    assert chain.send("stranger", "TriumvirateMembers", "change_key", new=stranger).ok
    assert chain.names() == []


def test_the_prime_is_a_member_and_goes_with_its_seat(chain: SenateChain) -> None:
    def do(name: str, **args: Any) -> None:
        assert chain.root("TriumvirateMembers", name, **args).ok

    members = chain.rt.triumvirate_members
    do("set_prime", who=T1)
    assert (members.Prime.get(), council(chain)[1]) == (T1, T1)
    do("remove_member", who=T2)
    assert (members.Prime.get(), council(chain)[1]) == (T1, T1)
    do("add_member", who=T2)
    # An addition alone does not tell the Triumvirate its prime again.
    assert (members.Prime.get(), council(chain)[1]) == (T1, None)
    do("swap_member", remove=T2, add=NEW)
    assert (members.Prime.get(), council(chain)[1]) == (T1, T1)
    assert chain.send("t1", "TriumvirateMembers", "change_key", new=T2).ok
    assert (members.Prime.get(), council(chain)[1]) == (T2, T2)
    do("swap_member", remove=T2, add=T1)
    assert (members.Prime.get(), council(chain)[1]) == (None, None)
    do("set_prime", who=T1)
    do("reset_members", members=(T0,))
    assert (members.Prime.get(), council(chain)[1]) == (None, None)
    do("set_prime", who=T0)
    do("clear_prime")
    assert (members.Prime.get(), council(chain)[1]) == (None, None)


def test_a_member_that_a_reset_named_twice_leaves_one_seat_at_a_time(chain: SenateChain) -> None:
    assert chain.root("TriumvirateMembers", "reset_members", members=(T0, T1, T0)).ok
    assert council(chain)[0] == by_key(T0, T0, T1)
    assert chain.root("TriumvirateMembers", "swap_member", remove=T0, add=NEW).ok
    assert council(chain)[0] == by_key(T0, T1, NEW)
    assert chain.root("TriumvirateMembers", "remove_member", who=T0).ok
    assert council(chain)[0] == by_key(T1, NEW)


def leave_by_root(chain: SenateChain) -> Outcome:
    return chain.root("SenateMembers", "remove_member", who=senator(0))


def leave_by_key(chain: SenateChain) -> Outcome:
    return chain.send("h:s0", "SenateMembers", "change_key", new=NEW)


@pytest.mark.parametrize("leave", [leave_by_root, leave_by_key])
def test_votes_of_a_senator_whom_root_or_itself_removes_stay(
    chain: SenateChain, leave: Callable[[SenateChain], Outcome]
) -> None:
    motion = chain.opened(wrapped(kappa()))
    chain.vote(0, motion)
    assert leave(chain).ok
    assert senator(0) not in chain.rt.senate_members.Members.get()
    assert chain.rt.triumvirate.Voting[motion]["ayes"] == (senator(0),)
    chain.vote(1, motion)
    assert chain.close(motion).ok
    assert chain.last("Approved") == {"proposal_hash": motion}


def test_a_change_of_the_triumvirate_erases_the_votes_of_accounts_that_left(
    chain: SenateChain,
) -> None:
    motion = chain.opened(wrapped(kappa()))
    chain.vote(0, motion)
    chain.vote(1, motion, False)
    chain.rt.triumvirate_members.swap(T2, senator(0))
    assert chain.root("TriumvirateMembers", "remove_member", who=senator(0)).ok
    assert chain.tally(motion) == (0, 1)

"""Seats in the Senate: how a hotkey gets one, loses it, and takes it along."""

from __future__ import annotations

import pytest
from senate_chain import SenateChain, by_key, kappa, senator, wrapped
from subtensor_chain import TAO, account, error_of

from taoctl.localnet.frame import BadOrigin, Outcome, Root
from taoctl.localnet.pallets.subtensor.subnets import ROOT

EQUAL = 100 * TAO


def register(chain: SenateChain, number: int, who: str | None = None) -> Outcome:
    chain.next()
    module = chain.rt.subtensor
    module.RegistrationsThisInterval[ROOT] = 0
    return chain.send(
        who or f"c:s{number}", "SubtensorModule", "root_register", hotkey=senator(number)
    )


def adjust(chain: SenateChain, number: int, who: str = "anybody") -> Outcome:
    return chain.send(who, "SubtensorModule", "adjust_senate", hotkey=senator(number))


def senate(chain: SenateChain) -> tuple[str, ...]:
    members: tuple[str, ...] = chain.rt.senate_members.Members.get()
    return members


def test_registering_on_root_gives_a_free_seat_in_the_senate() -> None:
    chain = SenateChain(2)
    hotkey = chain.own(2, stake=0)
    assert register(chain, 2).ok
    assert senate(chain) == by_key(senator(0), senator(1), hotkey)
    assert chain.names()[-2:] == ["SenateMembers.MemberAdded", "SubtensorModule.NeuronRegistered"]
    assert chain.last("NeuronRegistered") == (ROOT, 0, hotkey)
    assert chain.rt.subtensor.Delegates[hotkey] == 11_796


def test_a_full_senate_gives_way_to_more_root_stake_and_forgets_who_leaves() -> None:
    chain = SenateChain(12)
    poor = min((senator(n) for n in range(12)), key=lambda h: h)
    coldkey = chain.rt.subtensor.Owner[poor]
    chain.rt.subtensor.remove_stake_shares(poor, coldkey, ROOT, 10 * TAO)
    number = next(n for n in range(12) if senator(n) == poor)
    motion, other = (chain.opened(wrapped(kappa(value))) for value in (1, 2))
    chain.vote(number, motion)
    chain.vote(number, other, False)
    chain.vote((number + 1) % 12, motion)
    newcomer = chain.own(20, EQUAL)
    assert register(chain, 20).ok
    assert newcomer in senate(chain)
    assert poor not in senate(chain)
    assert "SenateMembers.MembersSwapped" in chain.names()
    assert (chain.tally(motion), chain.tally(other)) == ((1, 0), (0, 0))
    assert chain.vote(20, motion).pays is False
    assert chain.tally(motion) == (2, 0)


def test_as_much_root_stake_as_the_least_is_not_enough_and_no_error() -> None:
    chain = SenateChain(12)
    before = senate(chain)
    hotkey = chain.own(20, EQUAL)
    assert register(chain, 20).ok
    assert (ROOT, hotkey) in chain.rt.subtensor.Uids
    assert senate(chain) == before
    assert error_of(chain.vote(20, chain.opened(wrapped(kappa())))) == (
        "SubtensorModule.NotSenateMember"
    )


def test_of_equals_the_last_in_key_order_goes() -> None:
    chain = SenateChain(12)
    last = senate(chain)[-1]
    hotkey = chain.own(20, EQUAL + 1)
    assert register(chain, 20).ok
    assert hotkey in senate(chain)
    assert last not in senate(chain)


def test_adjusting_seats_later_is_for_anybody_and_told_in_an_event() -> None:
    chain = SenateChain(12)
    hotkey = chain.own(20, EQUAL)
    assert register(chain, 20).ok
    refused = adjust(chain, 20)
    assert error_of(refused) == "SubtensorModule.StakeTooLowForRoot"
    assert refused.pays
    chain.rt.subtensor.add_stake_shares(hotkey, account("c:s20"), ROOT, 1)
    assert adjust(chain, 20).ok
    assert hotkey in senate(chain)
    assert chain.names()[-2:] == ["SenateMembers.MembersSwapped", "SubtensorModule.SenateAdjusted"]
    assert chain.last("SenateAdjusted") == {"old_member": None, "new_member": hotkey}
    again = adjust(chain, 20)
    assert error_of(again) == "SubtensorModule.HotKeyAlreadyRegisteredInSubNet"
    assert again.pays


def test_adjusting_fills_a_seat_that_root_made_free() -> None:
    chain = SenateChain(1)
    assert register(chain, 0, "c:s0").error is not None
    chain = SenateChain(0)
    chain.own(0)
    assert register(chain, 0).ok
    assert chain.root("SenateMembers", "remove_member", who=senator(0)).ok
    assert adjust(chain, 0, "c:s0").ok
    assert senate(chain) == (senator(0),)


def test_who_is_not_on_root_has_no_seat_to_be_adjusted() -> None:
    chain = SenateChain(1)
    chain.own(9)
    refused = adjust(chain, 9)
    assert error_of(refused) == "SubtensorModule.HotKeyNotRegisteredInSubNet"
    unsigned = chain.send(Root(), "SubtensorModule", "adjust_senate", hotkey=senator(9))
    assert isinstance(unsigned.error, BadOrigin)


def test_a_senator_without_a_root_seat_cannot_register_on_root_again() -> None:
    chain = SenateChain(1)
    assert error_of(register(chain, 0)) == "SubtensorModule.HotKeyAlreadyRegisteredInSubNet"
    assert (ROOT, senator(0)) not in chain.rt.subtensor.Uids


def swap(chain: SenateChain, new: str, netuid: int | None = None) -> Outcome:
    return chain.send(
        "c:s0",
        "SubtensorModule",
        "swap_hotkey",
        hotkey=senator(0),
        new_hotkey=new,
        netuid=netuid,
    )


@pytest.fixture
def seated() -> SenateChain:
    """A senator on root whose key may be swapped."""
    chain = SenateChain(0)
    for number in range(3):
        chain.own(number)
        assert register(chain, number).ok
    chain.rt.events.clear()
    return chain


def test_a_swapped_hotkey_takes_its_seat_along_but_not_its_votes(seated: SenateChain) -> None:
    chain, new = seated, account("h:fresh")
    motion = chain.opened(wrapped(kappa()))
    chain.vote(0, motion)
    chain.vote(1, motion)
    assert swap(chain, new).ok
    assert senate(chain) == by_key(new, senator(1), senator(2))
    assert "SenateMembers.MembersSwapped" in chain.names()
    assert chain.rt.triumvirate.Voting[motion]["ayes"] == (senator(1),)
    assert error_of(chain.vote(0, motion)) == "SubtensorModule.NonAssociatedColdKey"
    assert chain.vote(0, motion, hotkey=new).ok
    assert chain.tally(motion) == (2, 0)


def test_a_hotkey_is_not_swapped_for_one_that_has_a_seat_of_its_own(seated: SenateChain) -> None:
    chain, other = seated, account("h:other")
    chain.rt.subtensor.create_account_if_new(account("c:s0"), other)
    assert chain.root("SenateMembers", "add_member", who=other).ok
    assert error_of(swap(chain, other)) == "SenateMembers.AlreadyMember"
    assert chain.rt.subtensor.Owner[senator(0)] == account("c:s0")


def test_a_hotkey_without_a_seat_is_swapped_as_ever(seated: SenateChain) -> None:
    chain = seated
    assert chain.root("SenateMembers", "remove_member", who=senator(0)).ok
    assert swap(chain, account("h:fresh")).ok
    assert "SenateMembers.MembersSwapped" not in chain.names()
    assert senate(chain) == by_key(senator(1), senator(2))

"""Acting on motions: each plan comes true, and each refusal is the chain's own."""

from __future__ import annotations

import asyncio

import pytest
from governance_views import sealed, view_of
from intents_held import dispatched, done, refused, said, texts, warned
from senate_chain import DURATION, MEMBERS, SenateChain, kappa, senator, wrapped
from subtensor_chain import TAO, account

from taoctl.calls.base import ChainCall
from taoctl.calls.governance.close import CloseMotion
from taoctl.calls.governance.join import JoinSenate
from taoctl.calls.governance.propose import ProposeMotion
from taoctl.calls.governance.senate_vote import SenateVote, senate_votes
from taoctl.economics.governance import MAX_MOTIONS, MAX_SENATORS
from taoctl.localnet.pallets.governance.triumvirate import GOVERNANCE_A
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.localnet.pallets.timestamp import Timestamp
from taoctl.localnet.pallets.transaction_payment import TransactionPayment

STRANGER_NAME = "stranger"
T0, STRANGER = account("t0"), account(STRANGER_NAME)
KAPPA = ChainCall("AdminUtils", "sudo_set_kappa", {"netuid": 1, "kappa": 1_234})
UNKNOWN = "0x" + "77" * 32


def senate(senators: int = 3) -> SenateChain:
    return SenateChain(senators, (Timestamp, TransactionPayment, *GOVERNANCE_A))


@pytest.fixture
def chain() -> SenateChain:
    return senate()


def coldkey(number: int) -> str:
    return account(f"c:s{number}")


def test_what_is_proposed_gets_roots_power_and_its_bounds(chain: SenateChain) -> None:
    intent = ProposeMotion(KAPPA, DURATION)
    effects = done(chain, intent, T0)
    motion = chain.hash_of(wrapped(kappa()))
    assert chain.rt.triumvirate.Proposals.get() == (motion,)
    stored = chain.rt.triumvirate.Voting[motion]
    assert stored["end"] == chain.rt.block_number + DURATION
    ends = stored["end"]
    assert texts(effects) == [("motion 0", "none", f"ongoing: 2 of 3 ayes, until block {ends}")]


def test_a_wrapper_that_is_there_is_not_put_on_twice(chain: SenateChain) -> None:
    inner = {"call": KAPPA, "weight": {"ref_time": 0, "proof_size": 0}}
    done(chain, ProposeMotion(ChainCall("SubtensorModule", "sudo_unchecked_weight", inner)), T0)
    assert chain.rt.triumvirate.Proposals.get() == (chain.hash_of(wrapped(kappa())),)


def test_without_the_wrapper_it_is_said_to_have_no_power(chain: SenateChain) -> None:
    bare = ProposeMotion(KAPPA, DURATION, wrapped=False)
    assert "no power of root" in " ".join(warned(sealed(chain), bare, T0))
    done(chain, bare, T0)
    assert chain.rt.triumvirate.Proposals.get() == (chain.hash_of(kappa()),)


def test_who_may_not_propose_and_what(chain: SenateChain) -> None:
    refusal = refused(chain, ProposeMotion(KAPPA), STRANGER, "Triumvirate.NotMember")
    assert all(account(name) in (refusal.hint or "") for name in MEMBERS)
    done(chain, ProposeMotion(KAPPA), T0)
    refused(chain, ProposeMotion(KAPPA), T0, "Triumvirate.DuplicateProposal")
    for number in range(1, MAX_MOTIONS):
        args = {**KAPPA.args, "kappa": number}
        done(chain, ProposeMotion(ChainCall(KAPPA.pallet, KAPPA.name, args)), T0)
    last = ProposeMotion(ChainCall("System", "remark", {"remark": b"x"}))
    refused(chain, last, T0, "Triumvirate.TooManyActiveProposals")


def test_a_short_motion_is_warned_of_on_a_dev_chain_and_refused_elsewhere(
    chain: SenateChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = ProposeMotion(KAPPA, DURATION - 1)
    view = sealed(chain)
    assert "12 hours at least" in " ".join(warned(view, short, T0))
    outcome = dispatched(chain, view, short, T0)
    assert str(outcome.error) == "Triumvirate.DurationLowerThanConfiguredMotionDuration"
    monkeypatch.setattr(view.chain, "simulated", False)
    refusals, _ = said(view, short, T0)
    assert refusals[0].name == "DurationLowerThanConfiguredMotionDuration"


def test_votes_change_sides_and_say_what_they_decide(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    first = SenateVote(motion, 0, senator(0), approve=False)
    view = sealed(chain)
    assert [text for text in warned(view, first, coldkey(0)) if "free" in text]
    assert texts(done(chain, first, coldkey(0))) == [("vote on motion 0", "none", "nay")]
    second = SenateVote(motion, 0, senator(0), approve=True)
    assert warned(sealed(chain), second, coldkey(0)) == ()
    assert texts(done(chain, second, coldkey(0))) == [("vote on motion 0", "nay", "aye")]
    assert chain.tally(motion) == (1, 0)
    third = SenateVote(motion, 0, senator(1), approve=True)
    assert "the motion is approved" in " ".join(warned(sealed(chain), third, coldkey(1)))
    done(chain, third, coldkey(1))
    assert chain.tally(motion) == (2, 0)


def test_votes_that_are_refused(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    own = chain.rt.subtensor
    own.create_account_if_new(STRANGER, account("h:stranger"))
    aye = SenateVote(motion, 0, senator(0), approve=True)
    refused(chain, aye, STRANGER, "SubtensorModule.NonAssociatedColdKey")
    plain = SenateVote(motion, 0, account("h:stranger"), approve=True)
    refused(chain, plain, STRANGER, "SubtensorModule.NotSenateMember")
    gone = SenateVote(UNKNOWN, 0, senator(0), approve=True)
    refused(chain, gone, coldkey(0), "Triumvirate.ProposalNotExists")
    wrong = SenateVote(motion, 5, senator(0), approve=True)
    assert (
        "0, not 5"
        in refused(chain, wrong, coldkey(0), "Triumvirate.IndexMismatchProposalHash").message
    )
    done(chain, aye, coldkey(0))
    refused(chain, aye, coldkey(0), "Triumvirate.DuplicateVote")


def test_all_senators_of_a_coldkey_vote_together(chain: SenateChain) -> None:
    module, second = chain.rt.subtensor, account("h:second")
    module.create_account_if_new(coldkey(0), second)
    chain.rt.senate_members.add(second)
    motion = chain.opened(wrapped(kappa()))
    both = senate_votes(motion, 0, (senator(0), second), approve=True)
    effects = done(chain, both, coldkey(0))
    assert {one.account for one in effects} == {senator(0), second}
    assert chain.tally(motion) == (2, 0)
    refusal = refused(chain, both, coldkey(0), "Triumvirate.DuplicateVote")
    assert refusal.message.startswith("call 1: ")


def test_a_motion_is_closed_when_it_is_decided_and_not_before(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa(4_321)))
    close = CloseMotion(motion, 0)
    early = refused(chain, close, STRANGER, "Triumvirate.TooEarlyToCloseProposal")
    assert early.allowed_from_block == chain.rt.triumvirate.Voting[motion]["end"]
    for number in range(2):
        done(chain, SenateVote(motion, 0, senator(number), approve=True), coldkey(number))
    effects = done(chain, close, STRANGER)
    assert texts(effects) == [("motion 0", "ongoing", "approved, its call carried out")]
    assert chain.rt.subtensor.Kappa[1] == 4_321
    refused(chain, close, STRANGER, "Triumvirate.ProposalNotExists")


def test_the_bounds_of_closing_just_hold(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    view = sealed(chain)
    call = asyncio.run(CloseMotion(motion, 0).call(view, STRANGER))
    assert call.args["length_bound"] == len(chain.rt.encode_call(wrapped(kappa())))
    for number in range(2):
        assert chain.vote(number, motion).ok
    less = {**call.args, "length_bound": call.args["length_bound"] - 1}
    short = chain.send(STRANGER_NAME, "Triumvirate", "close", **less)
    assert str(short.error) == "Triumvirate.ProposalLengthBoundLessThanProposalLength"
    assert chain.send(STRANGER_NAME, "Triumvirate", "close", **call.args).ok


def test_from_its_end_on_a_motion_may_be_closed_and_not_a_block_before(
    chain: SenateChain,
) -> None:
    motion = chain.opened(wrapped(kappa()))
    end = chain.rt.triumvirate.Voting[motion]["end"]
    chain.next(end - 1 - chain.rt.block_number - 1)
    assert chain.rt.block_number == end - 2
    refused(chain, CloseMotion(motion, 0), STRANGER, "Triumvirate.TooEarlyToCloseProposal")
    assert chain.rt.block_number == end - 1
    effects = done(chain, CloseMotion(motion, 0), STRANGER)
    assert chain.rt.block_number == end
    assert texts(effects) == [("motion 0", "ongoing", "rejected, removed")]


def test_a_wrong_index_does_not_close(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    wrong = CloseMotion(motion, 3)
    refused(chain, wrong, STRANGER, "Triumvirate.IndexMismatchProposalHash")


def test_where_only_root_closes_root_may(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    close = CloseMotion(motion, 0)
    assert close.root_may
    (refusal,) = asyncio.run(close.root_preflight(sealed(chain)))
    assert refusal.name == "TooEarlyToCloseProposal"
    assert "BadOrigin" in " ".join(warned(view_of(chain.rt), close, STRANGER))


def test_a_seat_in_the_senate_comes_with_one_on_root() -> None:
    chain = senate()
    chain.endow("newcomer", 10 * TAO)
    who, hotkey = account("newcomer"), account("h:newcomer")
    effects = done(chain, JoinSenate(hotkey), who)
    assert ("seat in the Senate", "none", "senator") in texts(effects)
    assert hotkey in chain.rt.senate_members.Members.get()
    assert (ROOT, hotkey) in chain.rt.subtensor.Uids
    refused(chain, JoinSenate(hotkey), who, "SubtensorModule.HotKeyAlreadyRegisteredInSubNet")


def test_a_full_senate_takes_more_stake_than_its_least_member() -> None:
    chain = senate(MAX_SENATORS)
    module, who, hotkey = chain.rt.subtensor, account("newcomer"), account("h:newcomer")
    chain.endow("newcomer", 10 * TAO)
    least = senator(4)
    for number in set(range(MAX_SENATORS)) - {4}:
        module.add_stake_shares(senator(number), coldkey(number), ROOT, TAO)
    view = sealed(chain)
    assert "none in the Senate" in " ".join(warned(view, JoinSenate(hotkey), who))
    done(chain, JoinSenate(hotkey), who)
    assert hotkey not in chain.rt.senate_members.Members.get()
    refusal = refused(chain, JoinSenate(hotkey), who, "SubtensorModule.StakeTooLowForRoot")
    assert "100.000000000 TAO" in (refusal.hint or "")
    motion = chain.opened(wrapped(kappa()))
    assert chain.vote(4, motion).ok
    module.add_stake_shares(hotkey, who, ROOT, 200 * TAO)
    assert "are erased" in " ".join(warned(sealed(chain), JoinSenate(hotkey), who))
    effects = done(chain, JoinSenate(hotkey), who)
    assert [one.account for one in effects] == [hotkey, least]
    members = chain.rt.senate_members.Members.get()
    assert hotkey in members and least not in members
    assert chain.tally(motion) == (0, 0)

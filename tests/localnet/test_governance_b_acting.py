"""Acting on referenda: each plan comes true, and each refusal is the chain's own."""

from __future__ import annotations

import pytest
from governance_views import sealed
from intents_held import done, refused, said, texts, warned
from referenda_chain import PROPOSERS, REVIEWERS, TARGET, TRIUMVIRATE, ReferendaChain, give

from taoctl.calls.base import ChainCall
from taoctl.calls.governance.referendum_vote import ReferendumVote, RemoveVote
from taoctl.calls.governance.submit import SubmitReferendum
from taoctl.economics.governance import MAX_REFERENDA, MAX_REFERENDA_EACH

PROPOSED = ChainCall("Balances", "force_set_balance", {"who": TARGET, "new_free": 10**9})
FIRST, SECOND, THIRD = TRIUMVIRATE


@pytest.fixture
def chain() -> ReferendaChain:
    return ReferendaChain()


def aye(index: int) -> ReferendumVote:
    return ReferendumVote(index, approve=True)


def nay(index: int) -> ReferendumVote:
    return ReferendumVote(index, approve=False)


def test_a_referendum_is_submitted_without_a_wrapper(chain: ReferendaChain) -> None:
    effects = done(chain, SubmitReferendum(PROPOSED), PROPOSERS[0])
    assert texts(effects) == [("referendum 0", "none", "ongoing on track 0")]
    assert chain.status(0) == "Ongoing"
    info = chain.rt.referenda.ReferendumStatusFor[0]["Ongoing"]
    assert info["proposal"] == {"Action": {"Inline": chain.rt.encode_call(give())}}


def test_submissions_that_are_refused(chain: ReferendaChain) -> None:
    who = PROPOSERS[0]
    refused(chain, SubmitReferendum(PROPOSED, 7), who, "Referenda.BadTrack")
    refused(chain, SubmitReferendum(PROPOSED, 1), who, "Referenda.TrackNotSubmittable")
    refused(chain, SubmitReferendum(PROPOSED), FIRST, "Referenda.NotProposer")
    chain.rt.multi_collective.Members["Triumvirate"] = ()
    refused(chain, SubmitReferendum(PROPOSED), who, "Referenda.EmptyVoterSet")


def test_as_many_referenda_as_the_chain_takes(chain: ReferendaChain) -> None:
    for _ in range(MAX_REFERENDA_EACH):
        done(chain, SubmitReferendum(PROPOSED), PROPOSERS[0])
    refused(chain, SubmitReferendum(PROPOSED), PROPOSERS[0], "Referenda.ProposerQuotaExceeded")
    done(chain, SubmitReferendum(PROPOSED), PROPOSERS[1])
    chain.rt.referenda.ActiveCount.put(MAX_REFERENDA)
    refused(chain, SubmitReferendum(PROPOSED), PROPOSERS[1], "Referenda.QueueFull")


def test_a_vote_is_given_changed_and_taken_back(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    assert texts(done(chain, nay(index), FIRST)) == [
        ("vote on referendum 0", "none", "nay"),
        ("tally of referendum 0", "0 aye, 0 nay of 3", "0 aye, 1 nay of 3"),
    ]
    refused(chain, nay(index), FIRST, "SignedVoting.DuplicateVote")
    assert texts(done(chain, aye(index), FIRST))[1][2] == "1 aye, 0 nay of 3"
    assert chain.tally(index) == (1, 0, 3)
    assert texts(done(chain, RemoveVote(index), FIRST)) == [
        ("vote on referendum 0", "aye", "none"),
        ("tally of referendum 0", "1 aye, 0 nay of 3", "0 aye, 0 nay of 3"),
    ]
    assert chain.tally(index) == (0, 0, 3)
    refused(chain, RemoveVote(index), FIRST, "SignedVoting.VoteNotFound")


def test_who_has_no_vote_on_it(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    for intent in (aye(index), RemoveVote(index)):
        refused(chain, intent, PROPOSERS[0], "SignedVoting.NotInVoterSet")
    assert chain.root("MultiCollective", "swap_member", "Triumvirate", FIRST, PROPOSERS[0]).ok
    refused(chain, aye(index), PROPOSERS[0], "SignedVoting.NotInVoterSet")
    done(chain, aye(index), FIRST)


def test_nobody_votes_where_the_books_are_broken(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    tally = chain.rt.signed_voting.TallyOf[index]
    del chain.rt.signed_voting.TallyOf[index]
    refused(chain, aye(index), FIRST, "SignedVoting.TallyMissing")
    chain.rt.signed_voting.TallyOf[index] = tally
    del chain.rt.signed_voting.VoterSetOf[index]
    refused(chain, aye(index), FIRST, "SignedVoting.VoterSetMissing")


def test_what_never_was_and_what_is_over_takes_no_vote(chain: ReferendaChain) -> None:
    refused(chain, aye(9), FIRST, "SignedVoting.PollNotOngoing")
    index = chain.submit(give())
    assert chain.root("Referenda", "kill", index).ok
    refusal = refused(chain, aye(index), FIRST, "SignedVoting.PollNotOngoing")
    assert "Killed in block" in refusal.message
    refused(chain, RemoveVote(index), FIRST, "SignedVoting.PollNotOngoing")


def test_a_deciding_vote_is_announced_and_the_next_block_takes_none(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    done(chain, aye(index), FIRST)
    assert "approved, one block after" in " ".join(warned(sealed(chain), aye(index), SECOND))
    done(chain, aye(index), SECOND)
    refusal = refused(chain, aye(index), THIRD, "SignedVoting.PollNotOngoing")
    assert "it is approved" in refusal.message
    after = refused(chain, aye(index), THIRD, "SignedVoting.PollNotOngoing")
    assert "its review" in (after.hint or "")


def test_up_to_its_deadline_it_takes_votes_and_not_in_it(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    deadline = chain.alarm(index)
    assert deadline is not None
    chain.to_block(deadline - 2)
    done(chain, nay(index), FIRST)
    assert chain.now == deadline - 1
    refusal = refused(chain, aye(index), SECOND, "SignedVoting.PollNotOngoing")
    assert chain.now == deadline and "it is expired" in refusal.message


def test_a_review_is_fast_tracked_cancelled_and_runs_in_its_time(chain: ReferendaChain) -> None:
    _, review = chain.reviewed(give())
    chain.vote_all(REVIEWERS[:6], review, True)
    chain.next_block()
    soon = chain.enactment(review)
    assert soon is not None and soon - 2 > chain.now
    chain.to_block(soon - 2)
    assert "fast-tracked" in " ".join(warned(sealed(chain), aye(review), REVIEWERS[6]))
    assert chain.vote(REVIEWERS[6], review, True) is None
    chain.next_block()
    assert "FastTracked" in chain.status(review) or "Enacted" in chain.status(review)
    _, other = chain.reviewed(give(5))
    chain.vote_all(REVIEWERS[:14], other, False)
    assert "cancelled" in " ".join(warned(sealed(chain), nay(other), REVIEWERS[14]))
    _, quiet = chain.reviewed(give(6))
    due = chain.enactment(quiet)
    assert due is not None
    chain.to_block(due - 1)
    refusal = refused(chain, aye(quiet), REVIEWERS[0], "SignedVoting.PollNotOngoing")
    assert chain.now == due and "its call runs" in refusal.message


def test_random_votes_are_foreseen_to_the_last_one(chain: ReferendaChain) -> None:
    import random

    choose = random.Random(7)
    index = chain.submit(give())
    _, review = chain.reviewed(give(3))
    for _ in range(120):
        poll = choose.choice((index, review))
        who = choose.choice((*TRIUMVIRATE, *REVIEWERS[:6]))
        intent = choose.choice((aye(poll), nay(poll), RemoveVote(poll)))
        view = sealed(chain)
        refusals, _ = said(view, intent, who)
        if isinstance(intent, RemoveVote):
            error = chain.unvote(who, poll)
        else:
            error = chain.vote(who, poll, intent.approve)
        assert error == (f"SignedVoting.{refusals[0].name}" if refusals else None)

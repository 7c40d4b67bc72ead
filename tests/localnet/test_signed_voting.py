"""Votes on referenda: cast, changed, taken back and refused."""

from __future__ import annotations

import pytest
from referenda_chain import PROPOSERS, REVIEWERS, TRIUMVIRATE, ReferendaChain, give
from wrapped import ALICE, error_of


@pytest.fixture
def chain() -> ReferendaChain:
    return ReferendaChain()


def test_a_vote_is_counted_stored_and_told(chain: ReferendaChain) -> None:
    index, who = chain.submit(give()), TRIUMVIRATE[0]
    assert chain.vote(who, index, True) is None
    tally = {"ayes": 1, "nays": 0, "total": 3}
    assert chain.told("SignedVoting") == [
        ("Voted", {"who": who, "poll_index": index, "approve": True, "tally": tally})
    ]
    voting = chain.rt.signed_voting
    assert voting.TallyOf[index] == tally
    assert dict(voting.VotingFor.prefix(index)) == {who: True}


def test_a_vote_can_be_changed_and_taken_back(chain: ReferendaChain) -> None:
    index, who = chain.submit(give()), TRIUMVIRATE[0]
    assert chain.vote(who, index, True) is None
    assert chain.vote(who, index, True) == "SignedVoting.DuplicateVote"
    assert chain.vote(who, index, False) is None
    assert (chain.tally(index), chain.rt.signed_voting.VotingFor[index, who]) == ((0, 1, 3), False)
    assert chain.vote(who, index, False) == "SignedVoting.DuplicateVote"
    assert chain.rt.referenda.ongoing(index)["tally"]["rejection"] == 333_333_333
    assert chain.unvote(who, index) is None
    assert chain.last("VoteRemoved") == {
        "who": who,
        "poll_index": index,
        "tally": {"ayes": 0, "nays": 0, "total": 3},
    }
    assert chain.rt.signed_voting.VotingFor[index, who] is None
    assert chain.rt.referenda.ongoing(index)["tally"]["abstention"] == 10**9
    assert chain.unvote(who, index) == "SignedVoting.VoteNotFound"
    assert chain.vote(who, index, True) is None
    assert chain.tally(index) == (1, 0, 3)


def test_who_may_not_vote_is_refused(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    for who in (ALICE, PROPOSERS[0], REVIEWERS[0]):
        assert chain.vote(who, index, True) == "SignedVoting.NotInVoterSet"
        assert chain.unvote(who, index) == "SignedVoting.NotInVoterSet"
    assert error_of(chain.root("SignedVoting", "vote", index, True)) == "BadOrigin"
    assert error_of(chain.root("SignedVoting", "remove_vote", index)) == "BadOrigin"
    assert chain.tally(index) == (0, 0, 3)


def test_only_open_referenda_take_votes(chain: ReferendaChain) -> None:
    assert chain.vote(TRIUMVIRATE[0], 0, True) == "SignedVoting.PollNotOngoing"
    index = chain.submit(give())
    assert chain.vote(TRIUMVIRATE[0], index, False) is None
    assert chain.root("Referenda", "kill", index).ok
    for refused in (chain.vote(ALICE, index, True), chain.unvote(TRIUMVIRATE[0], index)):
        assert refused == "SignedVoting.PollNotOngoing"


def test_who_was_there_when_it_opened_votes_and_nobody_else(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    assert chain.root("MultiCollective", "swap_member", "Triumvirate", TRIUMVIRATE[0], ALICE).ok
    assert chain.vote(ALICE, index, True) == "SignedVoting.NotInVoterSet"
    assert chain.vote(TRIUMVIRATE[0], index, True) is None
    later = chain.submit(give())
    assert chain.vote(ALICE, later, True) is None
    assert chain.vote(TRIUMVIRATE[0], later, True) == "SignedVoting.NotInVoterSet"


def test_a_poll_that_lost_its_books_is_refused(chain: ReferendaChain) -> None:
    index, voting = chain.submit(give()), chain.rt.signed_voting
    tally = voting.TallyOf.take(index)
    assert chain.vote(TRIUMVIRATE[0], index, True) == "SignedVoting.TallyMissing"
    voting.TallyOf[index] = tally
    del voting.VoterSetOf[index]
    assert chain.unvote(TRIUMVIRATE[0], index) == "SignedVoting.VoterSetMissing"


def test_votes_in_one_block_are_decided_together(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    assert chain.vote(TRIUMVIRATE[0], index, True) is None
    assert chain.vote(TRIUMVIRATE[1], index, True) is None
    assert chain.vote(TRIUMVIRATE[1], index, False) is None
    chain.next_block()
    assert (chain.status(index), chain.tally(index)) == ("Ongoing", (1, 1, 3))

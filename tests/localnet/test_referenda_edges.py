"""What referenda do with other rules than today's two tracks, and with tasks that are lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from referenda_chain import PROPOSERS, REVIEWERS, TRIUMVIRATE, ReferendaChain, give, give_many
from wrapped import TAO, error_of

from taoctl.localnet.pallets.governance.referenda_types import task_name
from taoctl.localnet.pallets.governance.tracks import FAST_PACE, tracks_at
from taoctl.localnet.types import variant

FAILED = "SchedulerOperationFailed"


@pytest.fixture
def chain() -> ReferendaChain:
    return ReferendaChain()


def executing(chain: ReferendaChain) -> None:
    """Have what the Triumvirate approves run at once, without a review."""
    rules = {**tracks_at(FAST_PACE)[0].strategy["PassOrFail"], "on_approval": "Execute"}
    track = replace(tracks_at(FAST_PACE)[0], strategy=variant("PassOrFail", rules))
    chain.rt.referenda.tracks = {0: track}


def test_without_a_review_an_approved_call_runs_in_the_next_block(chain: ReferendaChain) -> None:
    executing(chain)
    index = chain.submit(give_many())
    chain.vote_all(TRIUMVIRATE[:2], index, True)
    chain.next_block()
    assert chain.status(index) == {"Approved": 2}
    assert chain.told("Referenda") == [("Approved", {"index": index})]
    assert (chain.enactment(index), chain.free()) == (3, 0)
    assert chain.vote(TRIUMVIRATE[2], index, True) == "SignedVoting.PollNotOngoing"
    chain.next_block()
    assert (chain.status(index), chain.free()) == ({"Enacted": 3}, TAO + 3)
    assert not len(chain.rt.preimage.PreimageFor)


def test_an_approved_call_can_be_killed_before_it_runs(chain: ReferendaChain) -> None:
    executing(chain)
    index = chain.submit(give_many())
    chain.vote_all(TRIUMVIRATE[:2], index, True)
    chain.next_block()
    assert chain.root("Referenda", "kill", index).ok
    assert chain.status(index) == {"Killed": 2}
    assert (chain.enactment(index), len(chain.rt.preimage.PreimageFor)) == (None, 0)
    chain.next_block(3)
    assert chain.free() == 0


def test_without_room_for_the_call_its_approval_waits(chain: ReferendaChain) -> None:
    executing(chain)
    index = chain.submit(give())
    for _ in range(50):
        assert chain.root("Scheduler", "schedule", 3, None, 0, give()).ok
    chain.vote_all(TRIUMVIRATE[:2], index, True)
    chain.next_block()
    assert (chain.status(index), chain.alarm(index)) == ("Ongoing", 51)
    assert chain.told("Referenda") == [(FAILED, {"index": index})]


def test_reviews_that_are_open_to_submission_are_scheduled_at_once(chain: ReferendaChain) -> None:
    track = replace(tracks_at(FAST_PACE)[1], proposers="Proposers")
    chain.rt.referenda.tracks = {4: track}
    index = chain.submit(give(), track=4)
    assert chain.told("Referenda") == [
        ("Submitted", {"index": index, "track": 4, "proposer": PROPOSERS[0]})
    ]
    assert (chain.enactment(index), chain.alarm(index)) == (31, None)
    chain.to_block(31)
    assert chain.free() == TAO


def lost(chain: ReferendaChain) -> int:
    """A review whose task root has taken away."""
    _, review = chain.reviewed(give())
    assert chain.root("Scheduler", "cancel_named", task_name(review)).ok
    return review


def test_a_review_without_its_task_cannot_move_or_hurry_it(chain: ReferendaChain) -> None:
    review = lost(chain)
    for voters in (REVIEWERS[:1], REVIEWERS[1:]):
        chain.vote_all(voters, review, True)
        chain.next_block()
        assert chain.told("Referenda") == [(FAILED, {"index": review})]
        assert chain.status(review) == "Ongoing"
    assert chain.root("Referenda", "enact", review, give()).ok
    assert (chain.status(review), chain.free()) == ({"Enacted": 4}, TAO)


def test_a_review_without_its_task_is_cancelled_all_the_same(chain: ReferendaChain) -> None:
    review = lost(chain)
    chain.vote_all(REVIEWERS, review, False)
    chain.next_block()
    assert [name for name, _ in chain.told("Referenda")] == [FAILED, "Cancelled"]
    assert review not in chain.rt.referenda.EnactmentTask


def test_a_decision_and_the_call_in_one_block(chain: ReferendaChain) -> None:
    """The alarm stands behind the call on the agenda, and comes too late to stop it."""
    _, review = chain.reviewed(give())
    chain.to_block(31)
    chain.vote_all(REVIEWERS, review, False)
    assert chain.alarm(review) == chain.enactment(review) == 32
    chain.next_block()
    assert (chain.status(review), chain.free()) == ({"Enacted": 32}, TAO)


def test_rules_that_fit_no_proposal_are_unreachable(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    info = chain.rt.referenda.ongoing(index)
    assert info is not None
    review = tracks_at(FAST_PACE)[1].strategy
    for wrong in ({"decision_strategy": review}, {"proposal": "Review"}):
        chain.rt.referenda.ReferendumStatusFor[index] = variant("Ongoing", {**info, **wrong})
        refused = error_of(chain.root("Referenda", "advance_referendum", index))
        assert refused == "Referenda.Unreachable"

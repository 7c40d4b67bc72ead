"""Referenda from submission to their end, on every way that there is, and their refusals."""

from __future__ import annotations

from typing import Any

import pytest
from referenda_chain import (
    ECONOMIC,
    PROPOSERS,
    REVIEWERS,
    TARGET,
    TRIUMVIRATE,
    ReferendaChain,
    give,
    give_many,
)
from wrapped import ALICE, CLASSES, TAO, error_of, remark

from taoctl.localnet.frame import Call, Outcome
from taoctl.localnet.pallets.governance.referenda import ReferendaAtMainnetPace
from taoctl.localnet.pallets.governance.referenda_stack import GOVERNANCE_B_MAINNET_PACE

NO_VOTES = {"approval": 0, "rejection": 0, "abstention": 10**9}
PASS_OR_FAIL = {
    "PassOrFail": {
        "decision_period": 50,
        "approve_threshold": 666_666_666,
        "reject_threshold": 666_666_666,
        "on_approval": {"Review": {"track": 1}},
    }
}
ADJUSTABLE = {
    "Adjustable": {
        "initial_delay": 30,
        "max_delay": 60,
        "fast_track_threshold": 750_000_000,
        "cancel_threshold": 510_000_000,
    }
}


@pytest.fixture
def chain() -> ReferendaChain:
    return ReferendaChain()


def submitted(chain: ReferendaChain, who: str, track: int = 0) -> str | None:
    outcome: Outcome = chain.do(who, "Referenda", "submit", track=track, call=remark())
    return error_of(outcome)


def test_submitting_opens_a_poll_and_sets_an_alarm(chain: ReferendaChain) -> None:
    call = give()
    index = chain.submit(call)
    assert chain.rt.referenda.ReferendumStatusFor[index] == {
        "Ongoing": {
            "track": 0,
            "proposal": {"Action": {"Inline": chain.rt.encode_call(call)}},
            "proposer": PROPOSERS[0],
            "submitted": 1,
            "tally": NO_VOTES,
            "decision_strategy": PASS_OR_FAIL,
        }
    }
    assert chain.told("Referenda") == [
        ("Submitted", {"index": 0, "track": 0, "proposer": PROPOSERS[0]})
    ]
    assert chain.tally(index) == (0, 0, 3)
    assert set(chain.rt.signed_voting.VoterSetOf[index]) == set(TRIUMVIRATE)
    assert (chain.alarm(index), chain.enactment(index)) == (51, None)
    referenda = chain.rt.referenda
    assert (referenda.ReferendumCount.get(), referenda.ActiveCount.get()) == (1, 1)
    assert referenda.ActivePerProposer[PROPOSERS[0]] == 1


def test_who_may_not_submit_is_refused(chain: ReferendaChain) -> None:
    assert submitted(chain, ALICE, 2) == "Referenda.BadTrack"
    assert submitted(chain, ALICE, 1) == "Referenda.TrackNotSubmittable"
    assert submitted(chain, PROPOSERS[0], 1) == "Referenda.TrackNotSubmittable"
    assert submitted(chain, ALICE) == submitted(chain, TRIUMVIRATE[0]) == "Referenda.NotProposer"
    assert error_of(chain.root("Referenda", "submit", 0, give())) == "BadOrigin"
    assert chain.rt.referenda.ReferendumCount.get() == 0


def test_without_voters_nothing_is_submitted(chain: ReferendaChain) -> None:
    del chain.rt.multi_collective.Members["Triumvirate"]
    assert submitted(chain, PROPOSERS[0]) == "Referenda.EmptyVoterSet"


def test_five_of_one_proposer_and_twenty_in_all_may_be_open(chain: ReferendaChain) -> None:
    for _ in range(5):
        assert submitted(chain, PROPOSERS[0]) is None
    assert submitted(chain, PROPOSERS[0]) == "Referenda.ProposerQuotaExceeded"
    assert submitted(chain, PROPOSERS[1]) is None
    more = (ALICE, *TRIUMVIRATE)
    for who in more:
        assert chain.root("MultiCollective", "add_member", "Proposers", who).ok
    for number in range(14):
        assert submitted(chain, more[number // 4]) is None
    assert chain.rt.referenda.ActiveCount.get() == 20
    assert submitted(chain, PROPOSERS[1]) == "Referenda.QueueFull"
    assert submitted(chain, PROPOSERS[0]) == "Referenda.QueueFull"
    assert chain.root("Referenda", "kill", 0).ok
    assert submitted(chain, PROPOSERS[0]) is None


def test_a_vote_decides_one_block_later_and_opens_a_review(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    assert chain.vote(TRIUMVIRATE[0], index, True) is None
    assert chain.alarm(index) == 2
    chain.next_block()
    assert (chain.status(index), chain.alarm(index)) == ("Ongoing", 51)
    assert chain.vote(TRIUMVIRATE[1], index, True) is None
    info = chain.rt.referenda.ongoing(index)
    assert info["tally"] == {
        "approval": 666_666_666,
        "rejection": 0,
        "abstention": 333_333_334,
    }
    assert chain.status(index) == "Ongoing"
    chain.next_block()
    assert chain.status(index) == {"Delegated": 3}
    assert chain.told("Referenda") == [("Delegated", {"index": 0, "review": 1, "track": 1})]
    assert chain.rt.referenda.ReferendumStatusFor[1] == {
        "Ongoing": {
            "track": 1,
            "proposal": "Review",
            "proposer": PROPOSERS[0],
            "submitted": 3,
            "tally": NO_VOTES,
            "decision_strategy": ADJUSTABLE,
        }
    }
    assert (chain.alarm(index), chain.alarm(1), chain.enactment(1)) == (None, None, 33)
    enact = Call("Referenda", "enact", {"index": 1, "call": give()})
    assert chain.rt.preimage.peek(chain.rt.referenda.EnactmentTask[1]) == enact
    referenda = chain.rt.referenda
    assert (referenda.ReferendumCount.get(), referenda.ActiveCount.get()) == (2, 1)
    assert referenda.ActivePerProposer[PROPOSERS[0]] == 1


def test_whoever_sits_in_both_collectives_reviews_once(chain: ReferendaChain) -> None:
    _, review = chain.reviewed(give())
    assert chain.tally(review) == (0, 0, 28)
    voters = chain.rt.signed_voting.VoterSetOf[review]
    assert len(voters) == 28
    assert set(voters) == set(REVIEWERS)


def test_two_of_three_reject(chain: ReferendaChain) -> None:
    index = chain.submit(give_many())
    chain.vote_all(TRIUMVIRATE[1:], index, False)
    chain.next_block()
    assert chain.status(index) == {"Rejected": 2}
    assert chain.told("Referenda") == [("Rejected", {"index": 0})]
    assert (chain.alarm(index), chain.tally(index)) == (None, None)
    assert not len(chain.rt.preimage.PreimageFor)
    assert chain.rt.referenda.ActiveCount.get() == 0


def test_what_nobody_decides_expires(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    assert chain.vote(TRIUMVIRATE[0], index, True) is None
    assert chain.vote(TRIUMVIRATE[1], index, False) is None
    chain.to_block(50)
    assert chain.status(index) == "Ongoing"
    chain.next_block()
    assert chain.status(index) == {"Expired": 51}
    assert chain.told("Referenda") == [("Expired", {"index": 0})]


def test_a_vote_in_the_last_block_still_counts(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    assert chain.vote(TRIUMVIRATE[0], index, True) is None
    chain.to_block(50)
    assert chain.vote(TRIUMVIRATE[1], index, True) is None
    chain.next_block()
    assert chain.status(index) == {"Delegated": 51}


def test_a_review_without_votes_enacts_after_its_delay(chain: ReferendaChain) -> None:
    _, review = chain.reviewed(give())
    chain.to_block(31)
    assert (chain.status(review), chain.free()) == ("Ongoing", 0)
    chain.next_block()
    assert (chain.status(review), chain.free()) == ({"Enacted": 32}, TAO)
    assert chain.told("Referenda") == [("Enacted", {"index": 1, "when": 32, "error": None})]
    assert (chain.enactment(review), chain.tally(review)) == (None, None)
    assert review not in chain.rt.referenda.EnactmentTask
    assert chain.rt.referenda.ActiveCount.get() == 0


def test_three_quarters_bring_the_call_into_the_next_block(chain: ReferendaChain) -> None:
    _, review = chain.reviewed(give())
    chain.vote_all(REVIEWERS[:21], review, True)
    chain.next_block()
    assert chain.status(review) == {"FastTracked": 3}
    assert (chain.free(), chain.enactment(review)) == (0, 4)
    chain.next_block()
    assert (chain.status(review), chain.free()) == ({"Enacted": 4}, TAO)


def test_a_bare_majority_cancels(chain: ReferendaChain) -> None:
    _, review = chain.reviewed(give_many())
    chain.vote_all(REVIEWERS[:14], review, False)
    chain.next_block()
    assert chain.status(review) == "Ongoing"
    chain.vote_all(REVIEWERS[14:15], review, False)
    chain.next_block()
    assert chain.status(review) == {"Cancelled": 4}
    assert chain.told("Referenda") == [("Cancelled", {"index": 1})]
    assert chain.enactment(review) is None
    assert review not in chain.rt.referenda.EnactmentTask
    assert not len(chain.rt.preimage.PreimageFor)
    chain.to_block(70)
    assert chain.free() == 0


@pytest.mark.parametrize(
    ("ayes", "nays", "delay"), [(1, 0, 8), (0, 1, 56), (1, 1, 30), (2, 0, 1), (2, 1, 8), (1, 2, 56)]
)
def test_net_votes_move_the_call(chain: ReferendaChain, ayes: int, nays: int, delay: int) -> None:
    chain.rt.multi_collective.Members["Economic"] = ECONOMIC[:2]
    chain.rt.multi_collective.Members["Building"] = ECONOMIC[2:4]
    _, review = chain.reviewed(give())
    chain.vote_all(ECONOMIC[:ayes], review, True)
    chain.vote_all(ECONOMIC[ayes : ayes + nays], review, False)
    chain.next_block()
    assert chain.status(review) == ("Ongoing" if delay > 1 else {"FastTracked": 3})
    assert chain.enactment(review) == (2 + delay if delay > 1 else 4)


def test_approval_that_comes_late_runs_the_call_at_once(chain: ReferendaChain) -> None:
    _, review = chain.reviewed(give())
    chain.to_block(25)
    chain.vote_all(REVIEWERS[:7], review, True)
    chain.next_block()
    assert chain.status(review) == {"FastTracked": 26}
    assert chain.told("Referenda") == [("FastTracked", {"index": 1})]


def test_a_removed_vote_moves_the_call_back(chain: ReferendaChain) -> None:
    _, review = chain.reviewed(give())
    chain.vote_all(REVIEWERS[:2], review, True)
    chain.next_block()
    earlier = chain.enactment(review)
    assert earlier is not None
    assert earlier < 32
    for who in REVIEWERS[:2]:
        assert chain.unvote(who, review) is None
    chain.next_block()
    assert chain.enactment(review) == 32


def test_a_call_that_fails_is_enacted_with_its_error(chain: ReferendaChain) -> None:
    take = Call("Balances", "force_transfer", {"source": TARGET, "dest": ALICE, "value": TAO})
    _, review = chain.reviewed(take)
    chain.to_block(32)
    assert chain.status(review) == {"Enacted": 32}
    told: dict[str, Any] = chain.last("Enacted")
    assert told["error"] == {"Token": "FundsUnavailable"}
    assert chain.last("Dispatched")["result"] == {"Ok": ()}


def test_root_kills_what_is_open_or_on_its_way(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    assert error_of(chain.do(PROPOSERS[0], "Referenda", "kill", index=index)) == "BadOrigin"
    assert chain.root("Referenda", "kill", index).ok
    assert (chain.status(index), chain.alarm(index)) == ({"Killed": 1}, None)
    assert error_of(chain.root("Referenda", "kill", index)) == "Referenda.ReferendumFinalized"
    assert error_of(chain.root("Referenda", "kill", 9)) == "Referenda.ReferendumNotFound"
    index = chain.submit(give_many())
    chain.vote_all(TRIUMVIRATE, index, True)
    chain.next_block()
    assert error_of(chain.root("Referenda", "kill", index)) == "Referenda.ReferendumFinalized"
    chain.vote_all(REVIEWERS, index + 1, True)
    chain.next_block()
    assert chain.status(index + 1) == {"FastTracked": 3}
    assert chain.root("Referenda", "kill", index + 1).ok
    assert chain.told("Referenda")[-1] == ("Killed", {"index": index + 1})
    assert not len(chain.rt.preimage.PreimageFor)
    chain.next_block(40)
    assert chain.free() == 0


def test_root_may_advance_and_enact_by_hand(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    for name, values in (("advance_referendum", {}), ("enact", {"call": give()})):
        refused = chain.do(PROPOSERS[0], "Referenda", name, index=index, **values)
        assert error_of(refused) == "BadOrigin"
    assert error_of(chain.root("Referenda", "advance_referendum", 7)) == (
        "Referenda.ReferendumNotFound"
    )
    chain.vote_all(TRIUMVIRATE[:2], index, True)
    assert chain.root("Referenda", "advance_referendum", index).ok
    assert chain.status(index) == {"Delegated": 1}
    assert chain.root("Referenda", "advance_referendum", index).ok
    assert chain.root("Referenda", "enact", index, give()).ok
    assert chain.root("Referenda", "enact", 9, give()).ok
    assert chain.free() == 0
    assert chain.root("Referenda", "enact", 1, give()).ok
    assert (chain.status(1), chain.free()) == ({"Enacted": 1}, TAO)
    chain.next_block(40)
    assert chain.free() == TAO


def test_an_approved_call_stays_open_while_nobody_could_review(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    for name in ("Economic", "Building"):
        del chain.rt.multi_collective.Members[name]
    chain.vote_all(TRIUMVIRATE[:2], index, True)
    chain.next_block()
    assert (chain.status(index), chain.alarm(index)) == ("Ongoing", 51)
    assert chain.told("Referenda") == [("ReviewSchedulingFailed", {"index": 0, "track": 1})]
    assert chain.rt.referenda.ReferendumCount.get() == 1
    chain.to_block(51)
    assert chain.status(index) == {"Expired": 51}


def fill(chain: ReferendaChain, when: int) -> None:
    for _ in range(50):
        assert chain.root("Scheduler", "schedule", when, None, 0, remark()).ok


def test_an_alarm_that_finds_no_room_is_lost_until_root_helps(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    fill(chain, 2)
    assert chain.vote(TRIUMVIRATE[0], index, True) is None
    failed = ("SchedulerOperationFailed", {"index": index})
    assert (chain.told("Referenda")[-1], chain.tally(index)) == (failed, (1, 0, 3))
    chain.to_block(3)
    assert chain.vote(TRIUMVIRATE[1], index, True) is None
    assert chain.told("Referenda") == [failed]
    fill(chain, 33)
    assert chain.root("Referenda", "advance_referendum", index).ok
    assert chain.told("Referenda")[1:] == [
        ("SchedulerOperationFailed", {"index": index + 1}),
        ("ReviewSchedulingFailed", {"index": index, "track": 1}),
        failed,
    ]
    chain.next_block()
    assert chain.status(index) == "Ongoing"
    assert chain.root("Referenda", "advance_referendum", index).ok
    assert chain.status(index) == {"Delegated": 4}


def test_a_long_call_is_kept_as_a_preimage_until_it_has_run(chain: ReferendaChain) -> None:
    call = give_many()
    raw = chain.rt.encode_call(call)
    assert len(raw) > 128
    index = chain.submit(call)
    kept = chain.rt.referenda.ongoing(index)["proposal"]["Action"]
    assert kept["Lookup"]["len"] == len(raw)
    assert chain.rt.preimage.PreimageFor[kept["Lookup"]["hash"], len(raw)] == raw
    chain.vote_all(TRIUMVIRATE[:2], index, True)
    chain.next_block()
    task = chain.rt.referenda.EnactmentTask[1]["Lookup"]
    assert [key for key, _ in chain.rt.preimage.PreimageFor.items()] == [
        (task["hash"], task["len"])
    ]
    chain.to_block(32)
    assert (chain.free(), len(chain.rt.preimage.PreimageFor)) == (TAO + 3, 0)


def test_of_two_equal_long_calls_the_second_loses_its_bytes(chain: ReferendaChain) -> None:
    first, second = chain.submit(give_many()), chain.submit(give_many())
    chain.vote_all(TRIUMVIRATE[:2], first, False)
    chain.next_block()
    chain.vote_all(TRIUMVIRATE[:2], second, True)
    chain.next_block()
    assert (chain.status(first), chain.status(second)) == ({"Rejected": 2}, "Ongoing")
    assert chain.alarm(second) == 51


def test_votes_are_cleared_once_a_referendum_has_ended(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    chain.vote_all(TRIUMVIRATE[:2], index, False)
    chain.next_block()
    voting = chain.rt.signed_voting
    assert voting.PendingCleanup.get() == ((index, None),)
    assert len(voting.VotingFor) == 2
    chain.next_block()
    assert voting.PendingCleanup.get() == ()
    assert not len(voting.VotingFor)


def test_a_full_queue_of_what_to_clear_is_told(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    chain.rt.signed_voting.PendingCleanup.put(tuple((100 + n, None) for n in range(40)))
    assert chain.root("Referenda", "kill", index).ok
    assert chain.told("SignedVoting") == [("CleanupQueueFull", {"poll_index": index})]


def test_the_rules_of_an_open_referendum_never_change(chain: ReferendaChain) -> None:
    index = chain.submit(give())
    chain.rt.referenda.tracks = ReferendaAtMainnetPace.tracks
    chain.to_block(51)
    assert chain.status(index) == {"Expired": 51}


def test_mainnets_pace_is_there_for_the_asking() -> None:
    chain = ReferendaChain((*CLASSES, *GOVERNANCE_B_MAINNET_PACE))
    index = chain.submit(give())
    assert chain.alarm(index) == 1 + 50_400
    chain.vote_all(TRIUMVIRATE[:2], index, True)
    chain.next_block()
    assert chain.enactment(index + 1) == 2 + 7_200
    rules = chain.rt.referenda.ongoing(index + 1)["decision_strategy"]["Adjustable"]
    assert (rules["initial_delay"], rules["max_delay"]) == (7_200, 14_400)

"""Referenda as clients read them, step by step equal to what the chain stores."""

from __future__ import annotations

from typing import Any

import pytest
from governance_views import listed, named, of, sealed, view_of
from nodes import TAO
from referenda_chain import (
    MEMBERS,
    PROPOSERS,
    REVIEWERS,
    TRIUMVIRATE,
    ReferendaChain,
    give,
    give_many,
)

from taoctl.reads.governance.backends import Backend, backends
from taoctl.reads.governance.finding import NoSuchProposal
from taoctl.reads.governance.members import collectives
from taoctl.reads.governance.proposal import Proposal, Status
from taoctl.reads.governance.rows import proposal_row, track_row
from taoctl.reads.governance.standing import my_standing
from taoctl.reads.governance.tracks import tracks


@pytest.fixture
def chain() -> ReferendaChain:
    return ReferendaChain()


def equals_storage(chain: ReferendaChain, one: Proposal) -> None:
    """Every field that storage has says what storage says."""
    index = int(one.id)
    assert one.status is Status.ONGOING
    info: Any = chain.rt.referenda.ReferendumStatusFor[index]["Ongoing"]
    assert (one.index, one.proposer, one.opened_block, one.track_id) == (
        index,
        info["proposer"],
        info["submitted"],
        info["track"],
    )
    assert one.tally is not None
    assert (one.tally.ayes, one.tally.nays, one.tally.total) == chain.tally(index)
    assert one.voters == tuple(chain.rt.signed_voting.VoterSetOf[index])
    votes = {who: chain.rt.signed_voting.VotingFor[index, who] for who in one.voters}
    assert one.ayes == tuple(who for who in one.voters if votes[who] is True)
    assert one.nays == tuple(who for who in one.voters if votes[who] is False)
    assert (len(one.ayes), len(one.nays)) == (one.tally.ayes, one.tally.nays)


def test_a_referendum_from_its_submission_to_its_enactment(chain: ReferendaChain) -> None:
    assert backends(view_of(chain.rt)) == (Backend.REFERENDA, Backend.SUDO)
    call = give(7 * TAO)
    index = chain.submit(call)
    opened = chain.now
    (one,) = listed(sealed(chain))
    equals_storage(chain, one)
    assert one.call == chain.rt.encode_call(call)
    assert (one.track, one.threshold, one.nay_threshold, one.seats) == ("0 triumvirate", 2, 2, 3)
    assert one.deadline_block == opened + 50 == one.next_block == chain.alarm(index)
    assert one.next_step == f"expires in block {opened + 50} unless decided before"
    assert chain.vote(TRIUMVIRATE[0], index, True) is None
    (one,) = listed(sealed(chain))
    equals_storage(chain, one)
    assert (one.ayes, one.decided) == (TRIUMVIRATE[:1], None)
    assert chain.vote(TRIUMVIRATE[1], index, True) is None
    view = sealed(chain)
    # The read is of the block with the vote; the one in the making has carried out its alarm.
    one = listed(view)[0]
    assert (one.decided, one.next_block) == (Status.APPROVED, view.block + 1)
    assert one.next_step == f"approved in block {view.block + 1}: its review begins"
    view = sealed(chain)
    (review,) = listed(view)
    equals_storage(chain, review)
    assert (review.id, review.parent, review.call) == ("1", "0", one.call)
    assert (review.track, review.threshold, review.nay_threshold) == ("1 review", 21, 15)
    assert review.opened_block == one.next_block
    assert review.dispatch_block == chain.enactment(1) == review.opened_block + 30
    parent = named(view, "0")
    assert (parent.status, parent.child, parent.ended_block) == (
        Status.DELEGATED,
        "1",
        review.opened_block,
    )
    assert chain.vote(REVIEWERS[0], 1, True) is None
    view = sealed(chain)
    moved = named(view, "1")
    assert (
        moved.next_step
        == f"its call is moved to block {moved.dispatch_block} in block {view.block + 1}"
    )
    settled = named(sealed(chain), "1")
    equals_storage(chain, settled)
    assert settled.dispatch_block == moved.dispatch_block == chain.enactment(1)
    assert (
        settled.next_step
        == f"its call runs in block {settled.dispatch_block}, unless votes move it"
    )
    assert settled.dispatch_block is not None
    chain.to_block(settled.dispatch_block)
    assert chain.free() == 7 * TAO
    view = sealed(chain)
    done = named(view, "1")
    assert (done.status, done.ended_block) == (Status.ENACTED, settled.dispatch_block)
    assert (done.call, done.no_call) == (
        None,
        "a concluded referendum leaves no call in storage",
    )
    assert listed(view) == ()


@pytest.mark.parametrize(
    ("approve", "word", "status"),
    [(True, "fast-tracked", Status.FAST_TRACKED), (False, "cancelled", Status.CANCELLED)],
)
def test_votes_that_decide_a_review_are_told_a_block_before(
    chain: ReferendaChain, approve: bool, word: str, status: Status
) -> None:
    _, index = chain.reviewed(give(9 * TAO))
    needed = 21 if approve else 15
    chain.vote_all(REVIEWERS[:8], index, approve)
    one = named(sealed(chain), str(index))
    assert one.decided is None and one.threshold == 21 and one.nay_threshold == 15
    chain.vote_all(REVIEWERS[8:needed], index, approve)
    view = sealed(chain)
    one = named(view, str(index))
    assert (one.decided, one.next_block) == (status, view.block + 1)
    assert one.next_step.startswith(f"{word} in block {view.block + 1}: its call")
    view = sealed(chain)
    after = named(view, str(index))
    assert (after.status, after.ended_block) == (status, view.block)
    if not approve:
        assert listed(view) == ()
        assert chain.free() == 0
        return
    assert after.next_block == one.dispatch_block == chain.now == view.block + 1
    assert [found.id for found in listed(view)] == [str(index)]
    assert after.call == chain.rt.encode_call(give(9 * TAO))
    assert chain.free() == 9 * TAO
    assert named(sealed(chain), str(index)).status is Status.ENACTED


def test_a_review_that_ayes_have_moved_into_the_past_is_fast_tracked(
    chain: ReferendaChain,
) -> None:
    _, index = chain.reviewed(give(2 * TAO))
    chain.vote_all(REVIEWERS[:20], index, True)
    view = sealed(chain)
    one = named(view, str(index))
    assert one.tally is not None and one.tally.ayes < (one.threshold or 0)
    assert (one.decided, one.dispatch_block) == (Status.FAST_TRACKED, view.block + 2)
    assert named(sealed(chain), str(index)).status is Status.FAST_TRACKED


def test_nays_put_a_review_off_to_the_block_that_is_told(chain: ReferendaChain) -> None:
    _, index = chain.reviewed(give(3))
    chain.vote_all(REVIEWERS[:5], index, False)
    told = named(sealed(chain), str(index)).dispatch_block
    one = named(sealed(chain), str(index))
    assert one.dispatch_block == told == chain.enactment(index)
    assert one.opened_block is not None and told is not None and told > one.opened_block + 30


def test_a_rejected_and_an_expired_referendum_keep_their_status(chain: ReferendaChain) -> None:
    first, second = chain.submit(give(1)), chain.submit(give(2))
    chain.vote_all(TRIUMVIRATE[1:], first, False)
    view = sealed(chain)
    one = named(view, str(first))
    assert (one.decided, one.next_step) == (
        Status.REJECTED,
        f"rejected in block {view.block + 1}",
    )
    assert named(sealed(chain), str(first)).status is Status.REJECTED
    assert chain.vote(TRIUMVIRATE[0], second, True) is None
    other = named(sealed(chain), str(second))
    assert other.deadline_block is not None
    chain.to_block(other.deadline_block + 1)
    ended = named(view_of(chain.rt), str(second))
    assert (ended.status, ended.ended_block) == (Status.EXPIRED, other.deadline_block)
    assert ended.next_step == "expired undecided; nothing runs"
    assert listed(view_of(chain.rt)) == ()


def test_a_vote_changed_and_taken_back_is_followed(chain: ReferendaChain) -> None:
    index = chain.submit(give(1))
    who = TRIUMVIRATE[2]
    mine = ((who, ()),)
    standing = my_standing(named(sealed(chain), str(index)), mine)
    assert (standing.vote, standing.actions) == (None, ("vote",))
    for approve, word in ((True, "aye"), (False, "nay")):
        assert chain.vote(who, index, approve) is None
        one = named(sealed(chain), str(index))
        equals_storage(chain, one)
        standing = my_standing(one, mine)
        assert (standing.vote, standing.actions) == (word, ("vote", "unvote"))
    assert chain.unvote(who, index) is None
    one = named(sealed(chain), str(index))
    equals_storage(chain, one)
    assert my_standing(one, mine).vote is None
    assert my_standing(one, ((PROPOSERS[0], ()),)).actions == ()


def test_a_long_call_comes_from_its_preimage(chain: ReferendaChain) -> None:
    index = chain.submit(give_many())
    one = named(sealed(chain), str(index))
    assert one.call == chain.rt.encode_call(give_many())
    assert (
        "Lookup" in chain.rt.referenda.ReferendumStatusFor[index]["Ongoing"]["proposal"]["Action"]
    )
    chain.vote_all(TRIUMVIRATE[:2], index, True)
    sealed(chain)
    review = named(sealed(chain), str(index + 1))
    assert review.call == one.call and review.call_hash == one.call_hash


def test_a_call_too_long_for_a_list_is_left_to_the_one_who_asks(
    chain: ReferendaChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taoctl.reads.governance.referenda.LISTED_BYTES", 129)
    index = chain.submit(give_many())
    view = sealed(chain)
    (one,) = listed(view)
    size = len(chain.rt.encode_call(give_many()))
    assert (one.call, one.no_call) == (None, f"its {size} bytes are left to `taoctl gov show`")
    whole = named(view, str(index))
    assert whole.call is not None and whole.call_hash == one.call_hash
    assert proposal_row(view.codec, view.block, one).does is None


def test_a_preimage_that_is_gone_or_wrong_is_said(chain: ReferendaChain) -> None:
    index = chain.submit(give_many())
    preimages = chain.rt.preimage.PreimageFor
    ((key, data),) = preimages.items()
    preimages[key] = data[:-1] + bytes([data[-1] ^ 1])
    one = named(sealed(chain), str(index))
    assert (one.call, one.no_call) == (
        None,
        "its preimage is not of the hash it is kept under",
    )
    del preimages[key]
    one = named(sealed(chain), str(index))
    assert one.call is None and one.no_call == f"nobody has noted the preimage of {one.call_hash}"


def test_collectives_are_those_of_storage(chain: ReferendaChain) -> None:
    found = {one.name: one for one in of(sealed(chain), collectives)}
    for name in ("Proposers", "Triumvirate", "Economic", "Building", "EconomicEligible"):
        assert found[name].members == tuple(chain.rt.multi_collective.Members[name])
        assert set(found[name].members) == set(MEMBERS.get(name, ()))
    assert (found["Economic"].least, found["Economic"].most) == (16, 16)


def test_rules_of_tracks_come_from_what_was_opened_under_them(chain: ReferendaChain) -> None:
    first, second = tracks(())
    assert (first.rule.period_blocks, first.seen_in) == (50_400, None)
    assert (second.rule.initial_delay_blocks, second.rule.max_delay_blocks) == (7_200, 14_400)
    index = chain.submit(give(1))
    chain.submit(give(2))
    chain.vote_all(TRIUMVIRATE[:2], index, True)
    sealed(chain)
    first, second = tracks(listed(sealed(chain)))
    assert (first.rule.period_blocks, first.seen_in) == (50, 1)
    assert (second.rule.initial_delay_blocks, second.rule.max_delay_blocks) == (30, 60)
    row = track_row(first)
    assert row.rule == "2/3 ayes: goes to track 1; 2/3 nays: rejected; expires after 50 blocks"
    assert track_row(second).rule == (
        "runs after 30 blocks; 75% ayes: at once; 51% nays: cancelled; at most 60 blocks"
    )
    assert (row.submits, track_row(second).submits) == ("Proposers", "nobody")


def test_two_reviews_of_one_block_are_not_guessed_to_be_anybodys(chain: ReferendaChain) -> None:
    for index in (chain.submit(give(1)), chain.submit(give(2))):
        chain.vote_all(TRIUMVIRATE[:2], index, True)
    sealed(chain)
    view = sealed(chain)
    assert [(one.id, one.parent) for one in listed(view)] == [("2", None), ("3", None)]
    assert named(view, "0").child is None


def test_an_index_that_never_was_is_said_with_what_there_is(chain: ReferendaChain) -> None:
    chain.submit(give(1))
    view = sealed(chain)
    with pytest.raises(NoSuchProposal) as caught:
        named(view, "1")
    assert caught.value.hint == "open are: 0"


def test_what_was_concluded_long_ago_costs_a_list_nothing(chain: ReferendaChain) -> None:
    for _ in range(3):
        index = chain.submit(give(1))
        chain.vote_all(TRIUMVIRATE[:2], index, False)
        chain.next_block(2)
    chain.submit(give(5))
    assert [one.id for one in listed(sealed(chain))] == ["3"]

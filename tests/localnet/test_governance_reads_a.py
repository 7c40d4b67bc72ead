"""Motions as clients read them, step by step equal to what the chain stores."""

from __future__ import annotations

from typing import Any

import pytest
from governance_views import listed, named, of, sealed, view_of
from senate_chain import DURATION, SenateChain, kappa, senator, wrapped
from subtensor_chain import account

from taoctl.chain.view import View
from taoctl.errors import UsageError
from taoctl.reads.governance.backends import Backend, backends
from taoctl.reads.governance.finding import NoSuchProposal
from taoctl.reads.governance.members import collectives, owned_hotkeys
from taoctl.reads.governance.proposal import Proposal, Status
from taoctl.reads.governance.rows import member_rows, proposal_row
from taoctl.reads.governance.standing import my_standing


@pytest.fixture
def chain() -> SenateChain:
    return SenateChain()


def equals_storage(chain: SenateChain, one: Proposal) -> None:
    """Every field that storage has says what storage says."""
    assert one.hash is not None
    stored: Any = chain.rt.triumvirate.Voting[one.hash]
    assert (one.index, one.threshold, one.deadline_block) == (
        stored["index"],
        stored["threshold"],
        stored["end"],
    )
    assert (one.ayes, one.nays) == (tuple(stored["ayes"]), tuple(stored["nays"]))
    assert one.tally is not None and one.tally.ayes == len(one.ayes)
    assert one.tally.nays == len(one.nays)
    assert one.voters == tuple(chain.rt.senate_members.Members.get())
    assert one.seats == len(one.voters)
    assert one.call_hash == one.hash
    assert (one.proposer, one.opened_block) == (None, None)


def test_a_motion_from_its_proposal_to_its_end(chain: SenateChain) -> None:
    view = view_of(chain.rt)
    assert backends(view) == (Backend.TRIUMVIRATE,)
    assert listed(view) == ()
    call = wrapped(kappa(4_321))
    motion = chain.opened(call)
    (one,) = listed(sealed(chain))
    equals_storage(chain, one)
    assert one.call == chain.rt.encode_call(call)
    assert (one.id, one.status, one.decided) == ("0", Status.ONGOING, None)
    assert one.deadline_block == 1 + DURATION
    assert one.next_block == one.deadline_block
    assert (
        one.next_step == "from block 51 on it may be closed, whoever has not voted counting as nays"
    )
    assert chain.vote(0, motion).ok and chain.vote(1, motion, False).ok
    (one,) = listed(sealed(chain))
    equals_storage(chain, one)
    assert (one.ayes, one.nays, one.nay_threshold) == ((senator(0),), (senator(1),), 2)
    assert chain.vote(1, motion, True).ok
    view = sealed(chain)
    (one,) = listed(view)
    equals_storage(chain, one)
    assert (one.decided, one.next_step) == (Status.APPROVED, "approved; closing it carries it out")
    assert chain.close(motion).ok
    view = sealed(chain)
    assert listed(view) == ()
    gone = named(view, "0")
    assert (gone.status, gone.index, gone.call) == (Status.GONE, 0, None)
    assert chain.rt.subtensor.Kappa[1] == 4_321


def test_what_closing_does_is_what_the_read_says_at_every_tally(chain: SenateChain) -> None:
    for votes in ((), (True,), (False, False), (True, False), (True, True), (False, True, False)):
        motion = chain.opened(wrapped(kappa(100 + len(votes) + 7 * sum(votes))))
        for number, approve in enumerate(votes):
            assert chain.vote(number, motion, approve).ok
        one = named(sealed(chain), motion)
        equals_storage(chain, one)
        outcome = chain.close(motion)
        assert outcome.ok == (one.decided is not None)
        if one.decided is Status.APPROVED:
            assert chain.last("Approved") == {"proposal_hash": motion}
        elif one.decided is Status.REJECTED:
            assert chain.last("Disapproved") == {"proposal_hash": motion}


def test_from_the_end_on_it_is_decided_with_those_who_did_not_vote(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    assert chain.vote(0, motion).ok
    chain.next(DURATION - 1)
    early = named(sealed(chain), motion)
    assert (early.next_block, early.decided) == (early.deadline_block, Status.REJECTED)
    # The read is of the block before the end: what is sent now is already in the end's block.
    assert chain.rt.block_number == early.deadline_block
    assert chain.close(motion).ok
    assert chain.last("Disapproved") == {"proposal_hash": motion}


def test_the_vote_of_the_prime_counts_for_those_who_did_not_vote(chain: SenateChain) -> None:
    chain.rt.triumvirate.Prime.put(senator(0))
    chain.rt.senate_members.Prime.put(senator(1))
    motion = chain.opened(wrapped(kappa()))
    assert chain.vote(0, motion).ok
    view = sealed(chain)
    assert [group.prime for group in of(view, collectives)] == [senator(0), None]
    one = named(view, motion)
    assert one.decided is None and one.next_step.endswith("counting as ayes")
    chain.next(DURATION)
    one = named(sealed(chain), motion)
    assert one.decided is Status.APPROVED
    assert chain.close(motion).ok
    assert chain.last("Approved") == {"proposal_hash": motion}


def test_my_seats_are_hotkeys_and_what_i_may_do_follows_my_votes(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    view = sealed(chain)
    mine = of(view, lambda one: owned_hotkeys(one, [account("c:s0"), account("stranger")]))
    assert mine == ((account("c:s0"), (senator(0),)), (account("stranger"), ()))
    standing = my_standing(named(view, motion), mine)
    assert (standing.vote, standing.actions) == (None, ("vote",))
    assert [(seat.voter, seat.coldkey) for seat in standing.seats] == [
        (senator(0), account("c:s0"))
    ]
    assert chain.vote(0, motion, False).ok and chain.vote(1, motion, False).ok
    view = sealed(chain)
    standing = my_standing(named(view, motion), mine)
    assert (standing.vote, standing.actions) == ("nay", ("vote", "close"))
    stranger = my_standing(named(view, motion), mine[1:])
    assert (stranger.vote, stranger.actions) == (None, ("close",))
    assert my_standing(named(view, motion), ()).actions == ()
    row = proposal_row(view.codec, view.block, named(view, motion), mine)
    assert (row.votes, row.my_vote, row.status) == ("0/2 · 2/2", "nay", "ongoing")
    assert row.does == "AdminUtils.sudo_set_kappa(netuid 1, kappa 1234)"
    assert (row.decided, row.left_blocks) == ("rejected", 1)


def test_members_are_those_of_storage(chain: SenateChain) -> None:
    view = sealed(chain)
    triumvirate, senate = of(view, collectives)
    assert triumvirate.members == tuple(chain.rt.triumvirate.Members.get())
    assert senate.members == tuple(chain.rt.senate_members.Members.get())
    assert (triumvirate.keys, senate.keys, senate.most) == ("coldkey", "hotkey", 12)
    mine = ((account("c:s1"), (senator(1),)), (account("t0"), ()))
    rows = member_rows((triumvirate, senate), mine, {senator(1): "w/h"})
    assert {(row.member, row.coldkey) for row in rows if row.mine} == {
        (senator(1), account("c:s1")),
        (account("t0"), account("t0")),
    }
    assert [row.name for row in rows if row.name] == ["w/h"]


def test_a_motion_is_found_by_index_hash_and_the_beginning_of_its_hash(chain: SenateChain) -> None:
    first, second = chain.opened(wrapped(kappa(1))), chain.opened(wrapped(kappa(2)))
    view = sealed(chain)
    assert [one.hash for one in listed(view)] == [first, second]
    for id_ in ("1", second, second.upper().replace("0X", "0x"), second[:8]):
        assert named(view, id_).index == 1
    for id_ in ("2", "0x" + "0" * 64):
        with pytest.raises(NoSuchProposal, match="no proposal goes by") as caught:
            named(view, id_)
        assert caught.value.hint == "open are: 0, 1"
    for id_ in ("0x12345", "one", "", "0x", "-1", "4294967296", "0xzzzzzzz", "0x" + "1" * 65, "²"):
        with pytest.raises(UsageError):
            named(view, id_)


def test_a_hash_that_two_begin_with_is_not_guessed(
    chain: SenateChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = ("0x" + "ab" * 32, "0x" + "ab" * 31 + "cd")
    twins = tuple(
        Proposal(backend=Backend.TRIUMVIRATE, id=str(at), hash=one, status=Status.ONGOING)
        for at, one in enumerate(hashes)
    )

    async def both(view: View) -> tuple[Proposal, ...]:
        return twins

    monkeypatch.setattr("taoctl.reads.governance.finding.motions", both)
    view = view_of(chain.rt)
    with pytest.raises(UsageError, match="is the beginning of") as caught:
        named(view, "0xabababab")
    assert caught.value.hint == "give more digits"
    assert named(view, hashes[1]) is twins[1]

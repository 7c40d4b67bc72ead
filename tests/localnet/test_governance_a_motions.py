"""Motions of the Triumvirate: made, voted on, decided, and run as root."""

from __future__ import annotations

from typing import Any

import pytest
from senate_chain import DURATION, SenateChain, kappa, senator, wrapped
from subtensor_chain import account, error_of

from taoctl.localnet.frame import BadOrigin, Call, MemberOrigin, MembersOrigin, Root
from taoctl.localnet.pallets.governance import collective_types
from taoctl.localnet.pallets.governance.triumvirate import MAINNET_MOTION_DURATION, governance_a

OK: dict[str, Any] = {"Ok": ()}
NO_WEIGHT = {"ref_time": 0, "proof_size": 0}
BAD_ORIGIN = {"Err": "BadOrigin"}


@pytest.fixture
def chain() -> SenateChain:
    return SenateChain()


def test_a_motion_with_enough_ayes_is_closed_at_once_and_runs_as_root(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa(4_321)))
    proposed = {
        "account": account("t0"),
        "proposal_index": 0,
        "proposal_hash": motion,
        "threshold": 2,
    }
    assert chain.last("Proposed") == proposed
    assert chain.vote(0, motion).ok
    assert error_of(chain.close(motion)) == "Triumvirate.TooEarlyToCloseProposal"
    assert chain.vote(1, motion).ok
    chain.next()
    outcome = chain.close(motion)
    assert (outcome.ok, outcome.pays) == (True, True)
    assert chain.rt.subtensor.Kappa[1] == 4_321
    names = chain.names()
    start = names.index("Triumvirate.Closed")
    assert names[start:] == [
        "Triumvirate.Closed",
        "Triumvirate.Approved",
        "SubtensorModule.KappaSet",
        "SubtensorModule.Sudid",
        "Triumvirate.Executed",
    ]
    assert chain.last("Closed") == {"proposal_hash": motion, "yes": 2, "no": 0}
    assert chain.last("Sudid") == OK
    assert chain.last("Executed") == {"proposal_hash": motion, "result": OK}
    council = chain.rt.triumvirate
    assert (council.Proposals.get(), len(council.ProposalOf), len(council.Voting)) == ((), 0, 0)
    assert council.ProposalCount.get() == 1


def test_storage_holds_the_call_and_the_votes_as_the_chain_does(chain: SenateChain) -> None:
    call = wrapped(kappa())
    motion = chain.opened(call)
    chain.vote(2, motion)
    chain.vote(0, motion, False)
    chain.end()
    codec, state = chain.rt.codec, chain.rt.bytes
    key = codec.storage_key("Triumvirate", "Voting", motion)
    assert key.endswith(bytes.fromhex(motion[2:]))
    assert len(key) == 64
    votes = codec.decode_storage("Triumvirate", "Voting", state.read(key, 1))
    assert votes == {
        "index": 0,
        "threshold": 2,
        "ayes": [senator(2)],
        "nays": [senator(0)],
        "end": 1 + DURATION,
    }
    key = codec.storage_key("Triumvirate", "ProposalOf", motion)
    assert state.read(key, 1) == chain.rt.encode_call(call)
    key = codec.storage_key("Triumvirate", "Proposals")
    assert codec.decode_storage("Triumvirate", "Proposals", state.read(key, 1)) == [motion]


@pytest.mark.parametrize(("seats", "threshold"), [(0, 1), (1, 1), (2, 2), (3, 2), (4, 3), (12, 7)])
def test_the_threshold_is_the_majority_of_the_seats_when_it_is_made(
    seats: int, threshold: int
) -> None:
    chain = SenateChain(seats)
    motion = chain.opened(wrapped(kappa()))
    assert chain.rt.triumvirate.Voting[motion]["threshold"] == threshold


def test_what_keeps_a_motion_from_being_made_is_checked_in_the_chains_order(
    chain: SenateChain,
) -> None:
    call = wrapped(kappa())
    size = len(chain.rt.encode_call(call))
    for number in range(collective_types.MAX_PROPOSALS):
        chain.opened(wrapped(kappa(number + 10)))
    taken = wrapped(kappa(10))
    short = DURATION - 1
    expected = [
        (chain.propose(taken, "anybody", length=1, duration=short), "NotMember"),
        (
            chain.propose(taken, length=1, duration=short),
            "DurationLowerThanConfiguredMotionDuration",
        ),
        (chain.propose(taken, length=1), "ProposalLengthBoundLessThanProposalLength"),
        (
            chain.propose(call, length=size - 1),
            "ProposalLengthBoundLessThanProposalLength",
        ),
        (chain.propose(taken), "DuplicateProposal"),
        (chain.propose(call), "TooManyActiveProposals"),
    ]
    assert [error_of(outcome) for outcome, _ in expected] == [
        f"Triumvirate.{name}" for _, name in expected
    ]
    assert chain.rt.triumvirate.ProposalCount.get() == 10
    assert chain.root("Triumvirate", "disapprove_proposal", proposal_hash=chain.hash_of(taken)).ok
    assert chain.propose(call, length=size).ok
    assert chain.rt.triumvirate.Voting[chain.hash_of(call)]["index"] == 10


def test_a_motion_may_be_made_again_once_it_is_gone(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    for number in range(2):
        chain.vote(number, motion, False)
    assert chain.close(motion).ok
    assert chain.opened(wrapped(kappa())) == motion
    assert chain.rt.triumvirate.Voting[motion]["index"] == 1
    assert error_of(chain.vote(0, motion, index=0)) == "Triumvirate.IndexMismatchProposalHash"


def test_what_keeps_a_vote_from_counting_is_checked_in_the_chains_order(
    chain: SenateChain,
) -> None:
    motion = chain.opened(wrapped(kappa()))
    chain.own(9)
    unknown = "0x" + "77" * 32
    assert chain.vote(0, motion).ok
    expected = [
        (chain.vote(0, unknown, who="c:s1", index=9), "SubtensorModule.NonAssociatedColdKey"),
        (chain.vote(9, unknown, index=9), "SubtensorModule.NotSenateMember"),
        (chain.vote(0, unknown, index=9), "Triumvirate.ProposalNotExists"),
        (chain.vote(0, motion, index=9), "Triumvirate.IndexMismatchProposalHash"),
        (chain.vote(0, motion), "Triumvirate.DuplicateVote"),
    ]
    assert [error_of(outcome) for outcome, _ in expected] == [name for _, name in expected]
    assert all(outcome.pays for outcome, _ in expected)
    assert isinstance(
        chain.send(
            Root(),
            "SubtensorModule",
            "vote",
            hotkey=senator(0),
            proposal=motion,
            index=0,
            approve=True,
        ).error,
        BadOrigin,
    )


def test_the_first_vote_is_free_and_a_changed_one_is_not(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    for number in range(3):
        assert chain.vote(number, motion).pays is False
    changed = chain.vote(0, motion, False)
    assert (changed.ok, changed.pays) == (True, True)
    voted = {
        "account": senator(0),
        "proposal_hash": motion,
        "voted": False,
        "yes": 2,
        "no": 1,
    }
    assert chain.last("Voted") == voted
    votes = chain.rt.triumvirate.Voting[motion]
    assert votes["ayes"] == (senator(2), senator(1))
    assert votes["nays"] == (senator(0),)
    assert chain.vote(0, motion).ok
    assert chain.tally(motion) == (3, 0)


def test_what_can_no_longer_pass_is_rejected_at_once_and_for_free(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    chain.vote(0, motion, False)
    assert error_of(chain.close(motion)) == "Triumvirate.TooEarlyToCloseProposal"
    chain.vote(1, motion, False)
    outcome = chain.close(motion, length_bound=0, proposal_weight_bound=NO_WEIGHT)
    assert (outcome.ok, outcome.pays) == (True, False)
    assert chain.names()[-2:] == ["Triumvirate.Closed", "Triumvirate.Disapproved"]
    assert chain.last("Closed") == {"proposal_hash": motion, "yes": 0, "no": 2}
    assert chain.rt.subtensor.Kappa[1] != 1_234
    assert error_of(chain.close(motion)) == "Triumvirate.ProposalNotExists"


def test_without_a_prime_abstentions_are_nays_from_the_end_on(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    chain.vote(0, motion)
    chain.next(DURATION - 1)
    assert error_of(chain.close(motion)) == "Triumvirate.TooEarlyToCloseProposal"
    chain.next()
    assert chain.rt.block_number == chain.rt.triumvirate.Voting[motion]["end"]
    outcome = chain.close(motion)
    assert (outcome.ok, outcome.pays) == (True, False)
    assert chain.last("Closed") == {"proposal_hash": motion, "yes": 1, "no": 2}
    assert chain.last("Disapproved") == {"proposal_hash": motion}


@pytest.mark.parametrize("aye", [True, False])
def test_with_a_prime_among_the_voters_abstentions_follow_it(chain: SenateChain, aye: bool) -> None:
    # The prime is a member of the Triumvirate, so its own account must be a senator to have a vote.
    chain.rt.triumvirate_members.swap(account("t2"), senator(0))
    assert chain.root("TriumvirateMembers", "set_prime", who=senator(0)).ok
    motion = chain.opened(wrapped(kappa()))
    chain.vote(0, motion, aye)
    chain.next(DURATION)
    assert chain.close(motion).ok
    tally = {"yes": 3, "no": 0} if aye else {"yes": 0, "no": 3}
    assert chain.last("Closed") == {"proposal_hash": motion, **tally}
    assert (chain.rt.subtensor.Kappa[1] == 1_234) is aye


def test_a_prime_that_did_not_vote_makes_abstentions_nays(chain: SenateChain) -> None:
    assert chain.root("TriumvirateMembers", "set_prime", who=account("t1")).ok
    motion = chain.opened(wrapped(kappa()))
    chain.vote(0, motion)
    chain.next(DURATION)
    assert chain.close(motion).ok
    assert chain.last("Closed") == {"proposal_hash": motion, "yes": 1, "no": 2}


def test_the_bounds_are_checked_on_approval_the_length_first(chain: SenateChain) -> None:
    stated = {"ref_time": 700, "proof_size": 30}
    call = Call("SubtensorModule", "sudo_unchecked_weight", {"call": kappa(), "weight": stated})
    size = len(chain.rt.encode_call(call))
    motion = chain.opened(call)
    for number in range(2):
        chain.vote(number, motion)

    def close(length: int, ref_time: int, proof_size: int) -> str | None:
        bound = {"ref_time": ref_time, "proof_size": proof_size}
        return error_of(chain.close(motion, length_bound=length, proposal_weight_bound=bound))

    assert close(size - 1, 0, 0) == "Triumvirate.ProposalLengthBoundLessThanProposalLength"
    assert close(size, 699, 30) == "Triumvirate.ProposalWeightLessThanDispatchCallWeight"
    assert close(size, 700, 29) == "Triumvirate.ProposalWeightLessThanDispatchCallWeight"
    assert error_of(chain.close(motion, index=1)) == "Triumvirate.IndexMismatchProposalHash"
    assert close(size, 700, 30) is None


def test_the_weight_bound_is_paid_for_and_given_back(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    early = chain.close(motion)
    assert early.weight > 10**11
    for number in range(2):
        chain.vote(number, motion)
    assert chain.close(motion).weight < 10**9


def test_seats_are_those_of_now_but_the_threshold_is_not() -> None:
    chain = SenateChain(12)
    motion = chain.opened(wrapped(kappa()))
    chain.vote(0, motion, False)
    assert error_of(chain.close(motion)) == "Triumvirate.TooEarlyToCloseProposal"
    for number in range(5, 12):
        assert chain.root("SenateMembers", "remove_member", who=senator(number)).ok
    assert chain.close(motion).ok
    assert chain.last("Disapproved") == {"proposal_hash": motion}


def test_a_motion_that_passes_with_too_small_a_share_of_later_seats_has_no_power() -> None:
    chain = SenateChain(3)
    motion = chain.opened(wrapped(kappa()))
    for number in range(2):
        chain.vote(number, motion)
    for number in range(3, 5):
        chain.own(number)
        assert chain.root("SenateMembers", "add_member", who=senator(number)).ok
    assert chain.close(motion).ok
    assert chain.last("Executed") == {"proposal_hash": motion, "result": BAD_ORIGIN}
    assert chain.rt.subtensor.Kappa[1] != 1_234


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (kappa(), BAD_ORIGIN),
        (
            wrapped(Call("AdminUtils", "sudo_set_kappa", {"netuid": 77, "kappa": 1})),
            {"Err": {"Module": {"index": 19, "error": bytes([0, 0, 0, 0])}}},
        ),
    ],
)
def test_a_call_that_fails_is_told_in_executed_alone(
    chain: SenateChain, call: Call, result: dict[str, Any]
) -> None:
    motion = chain.opened(call)
    for number in range(2):
        chain.vote(number, motion)
    assert chain.close(motion).ok
    assert chain.last("Executed") == {"proposal_hash": motion, "result": result}
    assert chain.events("Sudid") == []
    assert chain.rt.triumvirate.Proposals.get() == ()


def test_plain_sudo_runs_too_and_only_a_majority_has_its_power(chain: SenateChain) -> None:
    sudo = Call("SubtensorModule", "sudo", {"call": kappa(77)})
    for origin in (MembersOrigin(1, 2), MembersOrigin(0, 0), MemberOrigin(account("t0")), Root()):
        assert isinstance(chain.rt.dispatch(sudo, origin).error, BadOrigin)
    signed = chain.send("t0", "SubtensorModule", "sudo", call=kappa(77))
    assert isinstance(signed.error, BadOrigin)
    assert signed.pays is False
    assert chain.rt.dispatch(sudo, MembersOrigin(2, 3)).ok
    assert chain.rt.subtensor.Kappa[1] == 77


def test_a_batch_of_wrapped_calls_runs_with_the_seats_powers(chain: SenateChain) -> None:
    calls = (
        wrapped(kappa(5)),
        wrapped(Call("AdminUtils", "sudo_set_tx_rate_limit", {"tx_rate_limit": 9})),
    )
    motion = chain.opened(Call("Utility", "batch_all", {"calls": calls}))
    for number in range(2):
        chain.vote(number, motion)
    assert chain.close(motion).ok
    assert chain.last("Executed")["result"] == OK
    assert chain.rt.subtensor.Kappa[1] == 5
    assert chain.rt.subtensor.TxRateLimit.get() == 9


def test_a_members_own_call_has_no_powers(chain: SenateChain) -> None:
    def execute(who: str, length: int) -> str | None:
        return error_of(
            chain.send(who, "Triumvirate", "execute", proposal=kappa(), length_bound=length)
        )

    assert execute("anybody", 0) == "Triumvirate.NotMember"
    assert execute("t1", 3) == "Triumvirate.ProposalLengthBoundLessThanProposalLength"
    assert execute("t1", 100) is None
    assert chain.last("MemberExecuted") == {
        "proposal_hash": chain.hash_of(kappa()),
        "result": BAD_ORIGIN,
    }


def test_nobody_votes_or_sets_members_through_the_triumvirate(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    for who in ("t0", "c:s0", "h:s0"):
        voted = chain.send(who, "Triumvirate", "vote", proposal=motion, index=0, approve=True)
        assert error_of(voted) == "Triumvirate.NotMember"
    setting = {"new_members": (account("x"),), "prime": None, "old_count": 3}
    for origin in ("t0", Root()):
        assert isinstance(
            chain.send(origin, "Triumvirate", "set_members", **setting).error, BadOrigin
        )


def test_root_throws_out_any_motion_and_even_none(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    for number in range(3):
        chain.vote(number, motion)
    for who in ("t0", "c:s0"):
        refused = chain.send(who, "Triumvirate", "disapprove_proposal", proposal_hash=motion)
        assert isinstance(refused.error, BadOrigin)
    assert chain.root("Triumvirate", "disapprove_proposal", proposal_hash=motion).ok
    assert error_of(chain.close(motion)) == "Triumvirate.ProposalNotExists"
    nothing = "0x" + "11" * 32
    assert chain.root("Triumvirate", "disapprove_proposal", proposal_hash=nothing).ok
    assert chain.last("Disapproved") == {"proposal_hash": nothing}


def test_on_a_later_runtime_only_root_closes() -> None:
    chain = SenateChain(added=governance_a(MAINNET_MOTION_DURATION, root_closes=True))
    short = chain.propose(wrapped(kappa()), duration=MAINNET_MOTION_DURATION - 1)
    assert error_of(short) == "Triumvirate.DurationLowerThanConfiguredMotionDuration"
    assert chain.propose(wrapped(kappa()), duration=MAINNET_MOTION_DURATION).ok
    motion = chain.hash_of(wrapped(kappa()))
    for number in range(2):
        chain.vote(number, motion)
    for who in ("t0", "c:s0", "anybody"):
        assert isinstance(chain.close(motion, who).error, BadOrigin)
    assert chain.close(motion, Root()).ok
    assert chain.rt.subtensor.Kappa[1] == 1_234


def test_on_spec_218_root_is_no_account_that_closes(chain: SenateChain) -> None:
    motion = chain.opened(wrapped(kappa()))
    for number in range(2):
        chain.vote(number, motion)
    assert isinstance(chain.close(motion, Root()).error, BadOrigin)
    assert chain.close(motion, "c:s2").ok

"""The types of the Triumvirate pallet, its limits, and what its calls weigh.

Source: pallets/collective of subtensor at e2b8367b8 (lib.rs, weights.rs).
"""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import OPERATIONAL, CallWeight, Event, Pallet
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import H256, AccountId32, DispatchResult, Struct, Vec, bool_, u32

MAX_PROPOSALS = 10
"""Motions that may be open at once; metadata does not tell it."""
MAX_SENATORS = 12
MAX_TRIUMVIRATE = 3

Votes = Struct(
    "pallet_collective::Votes",
    [
        ("index", u32, "ProposalIndex"),
        ("threshold", u32, "MemberCount"),
        ("ayes", Vec(AccountId32), "Vec<AccountId>"),
        ("nays", Vec(AccountId32), "Vec<AccountId>"),
        ("end", u32, "BlockNumber"),
    ],
    params=[("AccountId", AccountId32), ("BlockNumber", u32)],
)

_ACCOUNT = ("account", AccountId32, "T::AccountId")
_HASH = ("proposal_hash", H256, "T::Hash")
_TALLY = (("yes", u32, "MemberCount"), ("no", u32, "MemberCount"))
_RESULT = ("result", DispatchResult, "DispatchResult")

EVENTS = [
    Event(
        0,
        "Proposed",
        [
            _ACCOUNT,
            ("proposal_index", u32, "ProposalIndex"),
            _HASH,
            ("threshold", u32, "MemberCount"),
        ],
    ),
    Event(1, "Voted", [_ACCOUNT, _HASH, ("voted", bool_), *_TALLY]),
    Event(2, "Approved", [_HASH]),
    Event(3, "Disapproved", [_HASH]),
    Event(4, "Executed", [_HASH, _RESULT]),
    Event(5, "MemberExecuted", [_HASH, _RESULT]),
    Event(6, "Closed", [_HASH, *_TALLY]),
]
ERRORS = [
    "NotMember",
    "DuplicateProposal",
    "ProposalNotExists",
    "IndexMismatchProposalHash",
    "DuplicateVote",
    "TooEarlyToCloseProposal",
    "TooManyActiveProposals",
    "ProposalWeightLessThanDispatchCallWeight",
    "ProposalLengthBoundLessThanProposalLength",
    "DurationLowerThanConfiguredMotionDuration",
]


def set_members(old: int, motions: int) -> int:
    """Ref time of replacing so many members while so many motions are open."""
    each = 7_480_941 + DB_READ + DB_WRITE
    return 17_284_000 + 5_143_145 * old + each * motions + 2 * DB_READ + 2 * DB_WRITE


def execute(size: int, members: int) -> int:
    """Ref time of a member's own call of so many bytes, without the call."""
    return 14_971_445 + 1_775 * size + 17_052 * members + DB_READ


def propose(size: int, members: int, motions: int) -> int:
    """Ref time of opening a motion of so many bytes."""
    base = 24_778_955 + 4 * DB_READ + 4 * DB_WRITE
    return base + 2_355 * size + 20_518 * members + 85_670 * motions


def vote(members: int) -> int:
    """Ref time of a vote."""
    return 20_528_275 + 48_856 * members + 2 * DB_READ + DB_WRITE


def close_early_disapproved(seats: int, motions: int) -> int:
    """Ref time of closing what can no longer pass."""
    return 25_535_497 + 27_956 * seats + 84_835 * motions + 3 * DB_READ + 3 * DB_WRITE


def close_early_approved(size: int, seats: int, motions: int) -> int:
    """Ref time of closing what has the ayes it needs, without the call."""
    base = 36_626_648 + 4 * DB_READ + 3 * DB_WRITE
    return base + 2_295 * size + 22_182 * seats + 100_034 * motions


def close_disapproved(seats: int, motions: int) -> int:
    """Ref time of closing what did not pass in its time."""
    return 28_050_047 + 34_031 * seats + 85_744 * motions + 4 * DB_READ + 3 * DB_WRITE


def close_approved(size: int, seats: int, motions: int) -> int:
    """Ref time of closing what the abstentions decided, without the call."""
    base = 39_948_329 + 5 * DB_READ + 3 * DB_WRITE
    return base + 2_045 * size + 22_669 * seats + 95_525 * motions


def disapprove(motions: int) -> int:
    """Ref time of throwing a motion out."""
    return 16_393_818 + 76_786 * motions + DB_READ + 3 * DB_WRITE


def weigh_set_members(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
    """What set_members declares."""
    return CallWeight(set_members(args["old_count"], MAX_PROPOSALS), 0, OPERATIONAL, True)


def weigh_execute(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
    """What execute declares: itself and the call."""
    inner: CallWeight = pallet.rt.weight_of(args["proposal"])
    base = execute(args["length_bound"], MAX_SENATORS)
    return CallWeight(base + inner.ref_time, inner.proof_size, OPERATIONAL, True)


def weigh_propose(pallet: Pallet, args: dict[str, Any]) -> int:
    """What propose declares."""
    return propose(args["length_bound"], MAX_SENATORS, MAX_PROPOSALS)


def weigh_close(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
    """What close declares: the dearest outcome and all the weight that it is given."""
    size, given = args["length_bound"], args["proposal_weight_bound"]
    base = max(
        close_early_approved(size, MAX_SENATORS, MAX_PROPOSALS),
        close_early_disapproved(MAX_SENATORS, MAX_PROPOSALS),
        close_approved(size, MAX_SENATORS, MAX_PROPOSALS),
        close_disapproved(MAX_SENATORS, MAX_PROPOSALS),
    )
    return CallWeight(base + given["ref_time"], given["proof_size"], OPERATIONAL, True)

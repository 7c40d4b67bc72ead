"""What the Referenda pallet stores, emits and fails with, and what its calls weigh."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import NORMAL, CallWeight, Event, Pallet
from taoctl.localnet.pallets.governance.call_bounds import BoundedCall
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import (
    AccountId32,
    DispatchErrorType,
    Enum,
    Option,
    Struct,
    Variant,
    u8,
    u32,
)
from taoctl.scale.compact import compact_bytes
from taoctl.scale.crypto import blake2_256

_BLOCK, _TRACK_ID = "BlockNumber", "TrackId"
Perbill = Struct("sp_arithmetic::per_things::Perbill", [(None, u32, "u32")])
VoteTally = Struct(
    "subtensor_runtime_common::VoteTally",
    [("approval", Perbill), ("rejection", Perbill), ("abstention", Perbill)],
)
Proposal = Enum(
    "pallet_referenda::types::Proposal",
    [Variant("Action", 0, [(None, BoundedCall, "Call")]), Variant("Review", 1)],
    [("Call", BoundedCall)],
)
ApprovalAction = Enum(
    "pallet_referenda::types::ApprovalAction",
    [Variant("Execute", 0), Variant("Review", 1, [("track", u8, _TRACK_ID)])],
    [(_TRACK_ID, u8)],
)
DecisionStrategy = Enum(
    "pallet_referenda::types::DecisionStrategy",
    [
        Variant(
            "PassOrFail",
            0,
            [
                ("decision_period", u32, _BLOCK),
                ("approve_threshold", Perbill),
                ("reject_threshold", Perbill),
                ("on_approval", ApprovalAction, "ApprovalAction<TrackId>"),
            ],
        ),
        Variant(
            "Adjustable",
            1,
            [
                ("initial_delay", u32, _BLOCK),
                ("max_delay", u32, _BLOCK),
                ("fast_track_threshold", Perbill),
                ("cancel_threshold", Perbill),
            ],
        ),
    ],
    [(_TRACK_ID, u8), (_BLOCK, u32)],
)
_OF_WHAT = [("AccountId", AccountId32), (_TRACK_ID, u8), ("Call", BoundedCall), (_BLOCK, u32)]
ReferendumInfo = Struct(
    "pallet_referenda::types::ReferendumInfo",
    [
        ("track", u8, _TRACK_ID),
        ("proposal", Proposal, "Proposal<Call>"),
        ("proposer", AccountId32, "AccountId"),
        ("submitted", u32, _BLOCK),
        ("tally", VoteTally),
        ("decision_strategy", DecisionStrategy, "DecisionStrategy<TrackId, BlockNumber>"),
    ],
    params=_OF_WHAT,
)
_ENDED = ("Approved", "Delegated", "Rejected", "Expired", "FastTracked", "Cancelled", "Enacted")
ReferendumStatus = Enum(
    "pallet_referenda::types::ReferendumStatus",
    [
        Variant(
            "Ongoing",
            0,
            [(None, ReferendumInfo, "ReferendumInfo<AccountId, Id, Call, BlockNumber>")],
        ),
        *(
            Variant(name, number, [(None, u32, _BLOCK)])
            for number, name in enumerate((*_ENDED, "Killed"), 1)
        ),
    ],
    [("AccountId", AccountId32), ("Id", u8), ("Call", BoundedCall), (_BLOCK, u32)],
)

INDEX = ("index", u32, "ReferendumIndex")
TRACK = ("track", u8, "TrackIdOf<T>")
EVENTS = [
    Event(0, "Submitted", [INDEX, TRACK, ("proposer", AccountId32, "T::AccountId")]),
    Event(1, "Approved", [INDEX]),
    Event(2, "Delegated", [INDEX, ("review", u32, "ReferendumIndex"), TRACK]),
    Event(3, "ReviewSchedulingFailed", [INDEX, TRACK]),
    Event(4, "Rejected", [INDEX]),
    Event(5, "Cancelled", [INDEX]),
    Event(6, "Killed", [INDEX]),
    Event(7, "Expired", [INDEX]),
    Event(8, "FastTracked", [INDEX]),
    Event(
        9,
        "Enacted",
        [
            INDEX,
            ("when", u32, "BlockNumberFor<T>"),
            ("error", Option(DispatchErrorType), "Option<DispatchError>"),
        ],
    ),
    Event(10, "SchedulerOperationFailed", [INDEX]),
]
ERRORS = [
    "BadTrack",
    "TrackNotSubmittable",
    "NotProposer",
    "ReferendumFinalized",
    "ProposalNotAuthorized",
    "QueueFull",
    "ProposerQuotaExceeded",
    "SchedulerError",
    "ReferendumNotFound",
    "Unreachable",
    "EmptyVoterSet",
]

_POLL_CREATED = 33_672_000 + 4 * DB_READ + 2 * DB_WRITE
_POLL_COMPLETED = 11_341_000 + 2 * DB_READ + 3 * DB_WRITE
SUBMIT = 57_508_000 + 8 * DB_READ + 8 * DB_WRITE + _POLL_CREATED
KILL = 57_437_000 + 9 * DB_READ + 8 * DB_WRITE + _POLL_COMPLETED
_ADVANCE = 87_023_000 + 11 * DB_READ + 13 * DB_WRITE
ADVANCE = _ADVANCE + _POLL_CREATED + _POLL_COMPLETED
"""Ref time of the calls."""


def weigh_enact(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
    """What enact declares: its own work and the call's."""
    inner: CallWeight = pallet.rt.weight_of(args["call"])
    return CallWeight(_ADVANCE + inner.ref_time, inner.proof_size, NORMAL, True)


def task_name(index: int) -> bytes:
    """What the Scheduler calls the task that enacts a referendum."""
    return _name(b"enactment", index)


def alarm_name(index: int) -> bytes:
    """What the Scheduler calls the task that looks at a referendum's tally."""
    return _name(b"alarm", index)


def _name(kind: bytes, index: int) -> bytes:
    seed = b"referend" + compact_bytes(len(kind)) + kind + index.to_bytes(4, "little")
    return blake2_256(seed)

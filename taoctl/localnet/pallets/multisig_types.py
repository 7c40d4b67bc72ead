"""The types of the Multisig pallet, its deposits, and what its calls weigh."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import NORMAL, CallWeight, Event, Pallet
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import AccountId32, Array, Bounded, DispatchResult, Struct, u8, u32, u64

DEPOSIT_BASE, DEPOSIT_FACTOR = 132_000_000, 32_000_000
"""Rao held for an open operation, and for each approval that it needs."""
MAX_SIGNATORIES = 100

Timepoint = Struct(
    "pallet_multisig::Timepoint",
    [("height", u32, "BlockNumber"), ("index", u32)],
    params=[("BlockNumber", u32)],
)
MultisigType = Struct(
    "pallet_multisig::Multisig",
    [
        ("when", Timepoint, "Timepoint<BlockNumber>"),
        ("deposit", u64, "Balance"),
        ("depositor", AccountId32, "AccountId"),
        (
            "approvals",
            Bounded(AccountId32, MAX_SIGNATORIES),
            "BoundedVec<AccountId, MaxApprovals>",
        ),
    ],
    params=[
        ("BlockNumber", u32),
        ("Balance", u64),
        ("AccountId", AccountId32),
        ("MaxApprovals", None),
    ],
)

HASH = Array(u8, 32)
TIMEPOINT = "Timepoint<BlockNumberFor<T>>"
"""How the chain's source writes the type of a timepoint."""

_ONE_ITEM = DB_READ + DB_WRITE


def threshold_1(size: int) -> int:
    """Ref time of running a call that one signatory may run alone."""
    return 20_470_382 + 397 * size + 2 * DB_READ


def create(others: int, size: int) -> int:
    """Ref time of opening an operation, for so many others and call bytes."""
    return 29_976_762 + 144_320 * others + 1_819 * size + _ONE_ITEM


def approve(others: int, size: int) -> int:
    """Ref time of an approval that is not the last."""
    return 14_821_348 + 127_874 * others + 1_968 * size + _ONE_ITEM


def complete(others: int, size: int) -> int:
    """Ref time of the last approval, without the call."""
    return 34_745_418 + 193_313 * others + 2_057 * size + 4 * DB_READ + 2 * DB_WRITE


def weigh_threshold_1(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
    """What as_multi_threshold_1 declares."""
    size = len(pallet.rt.encode_call(args["call"]))
    inner: CallWeight = pallet.rt.weight_of(args["call"])
    total = threshold_1(size) + _ONE_ITEM + inner.ref_time
    return CallWeight(total, inner.proof_size, inner.dispatch_class, True)


def weigh_as_multi(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
    """What as_multi declares: the dearest outcome and all the weight that it is given."""
    others, size = len(args["other_signatories"]), len(pallet.rt.encode_call(args["call"]))
    base = max(create(others, size), approve(others, size), complete(others, size))
    return _with_given(base, args["max_weight"])


def weigh_approve(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
    """What approve_as_multi declares."""
    others = len(args["other_signatories"])
    base = max(27_463_275 + 139_226 * others, 14_074_258 + 126_544 * others) + _ONE_ITEM
    return _with_given(base, args["max_weight"])


def _with_given(base: int, given: dict[str, int]) -> CallWeight:
    return CallWeight(base + given["ref_time"], given["proof_size"], NORMAL, True)


def per_other(base: int, each: int) -> Any:
    """A weight that grows with the number of other signatories."""

    def weigh(pallet: Pallet, args: dict[str, Any]) -> int:
        return base + each * len(args["other_signatories"]) + _ONE_ITEM

    return weigh


def _event_fields(*names: str) -> list[tuple[Any, ...]]:
    types = {
        "timepoint": (Timepoint, TIMEPOINT),
        "call_hash": (HASH, "CallHash"),
        "result": (DispatchResult, "DispatchResult"),
        "old_deposit": (u64, "BalanceOf<T>"),
        "new_deposit": (u64, "BalanceOf<T>"),
    }
    return [(n, *types.get(n, (AccountId32, "T::AccountId"))) for n in names]


EVENTS = [
    Event(0, "NewMultisig", _event_fields("approving", "multisig", "call_hash")),
    Event(
        1,
        "MultisigApproval",
        _event_fields("approving", "timepoint", "multisig", "call_hash"),
    ),
    Event(
        2,
        "MultisigExecuted",
        _event_fields("approving", "timepoint", "multisig", "call_hash", "result"),
    ),
    Event(
        3,
        "MultisigCancelled",
        _event_fields("cancelling", "timepoint", "multisig", "call_hash"),
    ),
    Event(4, "DepositPoked", _event_fields("who", "call_hash", "old_deposit", "new_deposit")),
]
ERRORS = [
    "MinimumThreshold",
    "AlreadyApproved",
    "NoApprovalsNeeded",
    "TooFewSignatories",
    "TooManySignatories",
    "SignatoriesOutOfOrder",
    "SenderInSignatories",
    "NotFound",
    "NotOwner",
    "NoTimepoint",
    "WrongTimepoint",
    "UnexpectedTimepoint",
    "MaxWeightTooLow",
    "AlreadyStored",
]

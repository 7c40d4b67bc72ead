"""What the Preimage pallet stores, emits and fails with, and what its calls weigh."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import Event, Pallet
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import H256, AccountId32, Enum, Option, Struct, Tup, Variant, u32, u64

MAX_SIZE = 4 * 1024 * 1024
"""Bytes of the longest preimage."""
BASE_DEPOSIT, BYTE_DEPOSIT = 104_000_000, 1_000_000
"""Rao held for a preimage that somebody notes, and for each byte of it."""
MAX_UPGRADED = 1_024
"""Hashes that one ensure_updated may name."""

HoldConsideration = Struct(
    "frame_support::traits::tokens::fungible::HoldConsideration",
    [(None, u64, "F::Balance")],
    [(name, None) for name in ("A", "F", "R", "D", "Fp")],
)
_DEPOSIT = Tup(AccountId32, u64)
_TICKET = Tup(AccountId32, HoldConsideration)

OldRequestStatus = Enum(
    "pallet_preimage::OldRequestStatus",
    [
        Variant("Unrequested", 0, [("deposit", _DEPOSIT, "(AccountId, Balance)"), ("len", u32)]),
        Variant(
            "Requested",
            1,
            [
                ("deposit", Option(_DEPOSIT), "Option<(AccountId, Balance)>"),
                ("count", u32),
                ("len", Option(u32), "Option<u32>"),
            ],
        ),
    ],
    [("AccountId", AccountId32), ("Balance", u64)],
)
RequestStatus = Enum(
    "pallet_preimage::RequestStatus",
    [
        Variant("Unrequested", 0, [("ticket", _TICKET, "(AccountId, Ticket)"), ("len", u32)]),
        Variant(
            "Requested",
            1,
            [
                ("maybe_ticket", Option(_TICKET), "Option<(AccountId, Ticket)>"),
                ("count", u32),
                ("maybe_len", Option(u32), "Option<u32>"),
            ],
        ),
    ],
    [("AccountId", AccountId32), ("Ticket", HoldConsideration)],
)

_HASH = ("hash", H256, "T::Hash")
EVENTS = [Event(0, "Noted", [_HASH]), Event(1, "Requested", [_HASH]), Event(2, "Cleared", [_HASH])]
ERRORS = [
    "TooBig",
    "AlreadyNoted",
    "NotAuthorized",
    "NotNoted",
    "Requested",
    "NotRequested",
    "TooMany",
    "TooFew",
]

UNNOTE = 57_648_000 + 3 * DB_READ + 3 * DB_WRITE
REQUEST = 25_485_000 + 2 * DB_READ + DB_WRITE
UNREQUEST = 25_369_000 + 2 * DB_READ + 2 * DB_WRITE
"""Ref time of the calls that take no bytes."""


def weigh_note(pallet: Pallet, args: dict[str, Any]) -> int:
    """Ref time of noting so many bytes."""
    return 129_485_531 + 2_133 * len(args["bytes"]) + 5 * DB_READ + 3 * DB_WRITE


def weigh_update(pallet: Pallet, args: dict[str, Any]) -> int:
    """Ref time of bringing so many old entries to the form of today."""
    count = len(args["hashes"])
    return 61_821_000 + 58_427_064 * count + (2 + 3 * count) * DB_READ + 4 * count * DB_WRITE


def deposit_for(length: int) -> int:
    """Rao held for a preimage of so many bytes."""
    return BASE_DEPOSIT + BYTE_DEPOSIT * length

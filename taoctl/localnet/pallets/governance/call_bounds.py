"""Calls as other pallets keep them: inline when short, as a preimage otherwise."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.types import (
    H160,
    H256,
    AccountId32,
    Bounded,
    Enum,
    RuntimeCall,
    Struct,
    Variant,
    u8,
    u32,
)

INLINE_LIMIT = 128
"""Bytes of the longest call that is kept where it is needed, without a preimage."""

_BlakeTwo256 = Struct("sp_runtime::traits::BlakeTwo256", [])

BoundedCall = Enum(
    "frame_support::traits::preimages::Bounded",
    [
        Variant("Legacy", 0, [("hash", H256, "H::Output")]),
        Variant("Inline", 1, [(None, Bounded(u8, INLINE_LIMIT), "BoundedInline")]),
        Variant("Lookup", 2, [("hash", H256, "H::Output"), ("len", u32)]),
    ],
    [("T", RuntimeCall), ("H", _BlakeTwo256)],
)

_RawOrigin = Enum(
    "frame_support::dispatch::RawOrigin",
    [
        Variant("Root", 0),
        Variant("Signed", 1, [(None, AccountId32, "AccountId")]),
        Variant("None", 2),
        Variant("Authorized", 3),
    ],
    [("AccountId", AccountId32)],
)
_EthereumOrigin = Enum(
    "pallet_ethereum::RawOrigin", [Variant("EthereumTransaction", 0, [(None, H160, "H160")])]
)
OriginCaller = Enum(
    "node_subtensor_runtime::OriginCaller",
    [
        Variant("system", 0, [(None, _RawOrigin, "frame_system::Origin<Runtime>")]),
        Variant("Ethereum", 21, [(None, _EthereumOrigin, "pallet_ethereum::Origin")]),
    ],
)


def lookup_hash(bounded: Any) -> str | None:
    """The hash of the preimage that a bounded call needs; None for an inline one."""
    ((form, data),) = bounded.items()
    return None if form == "Inline" else str(data["hash"])


def lookup_length(bounded: Any) -> int | None:
    """How long the preimage of a bounded call is said to be; None when that is not said."""
    ((form, data),) = bounded.items()
    return int(data["len"]) if form == "Lookup" else None

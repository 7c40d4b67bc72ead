"""MevShield: extrinsics that nobody but the block author can read before they are in a block.

The author's key does not change here, so none of what announces and rotates keys is declared.
"""

from __future__ import annotations

from taoctl.addresses import decode_ss58
from taoctl.localnet.frame import Call, Event, Origin, Pallet, StorageValue, call, ensure_signed
from taoctl.localnet.shielding import (
    MAX_CIPHERTEXT,
    author_key,
    is_carrier,
    read_shielded,
)
from taoctl.localnet.types import (
    H256,
    AccountId32,
    Bounded,
    DispatchErrorType,
    u8,
    u32,
    u64,
)
from taoctl.scale.compact import length_prefixed
from taoctl.scale.crypto import blake2_256

_KEY = Bounded(u8)
_CIPHERTEXT = Bounded(u8, MAX_CIPHERTEXT)
_UNREADABLE = 23
"""The pool's code for a ciphertext that has not all its parts: FailedShieldedTxParsing."""


class MevShield(Pallet):
    """The key to seal extrinsics with, and the call that carries a sealed one."""

    name = "MevShield"
    index = 30
    crate = "pallet_shield::pallet"

    CurrentKey = StorageValue(_KEY, optional=True)
    PendingKey = StorageValue(_KEY, optional=True)
    NextKey = StorageValue(_KEY, optional=True)

    events = [
        Event(
            0, "EncryptedSubmitted", [("id", H256, "T::Hash"), ("who", AccountId32, "T::AccountId")]
        ),
        Event(1, "ExtrinsicStored", [("index", u32), ("who", AccountId32, "T::AccountId")]),
        Event(2, "ExtrinsicDecodeFailed", [("index", u32)]),
        Event(3, "ExtrinsicDispatchFailed", [("index", u32), ("error", DispatchErrorType)]),
        Event(4, "ExtrinsicDispatched", [("index", u32)]),
        Event(5, "ExtrinsicExpired", [("index", u32)]),
        Event(6, "ExtrinsicPostponed", [("index", u32)]),
        Event(7, "MaxPendingExtrinsicsNumberSet", [("value", u32)]),
        Event(8, "OnInitializeWeightSet", [("value", u64)]),
        Event(9, "ExtrinsicLifetimeSet", [("value", u32)]),
        Event(10, "MaxExtrinsicWeightSet", [("value", u64)]),
        Event(11, "ExtrinsicWeightExceeded", [("index", u32)]),
    ]
    errors = [
        "BadEncKeyLen",
        "Unreachable",
        "TooManyPendingExtrinsics",
        "WeightExceedsAbsoluteMax",
    ]

    def start_genesis(self) -> None:
        """Announce the key for the current, the next and the second next block."""
        key = author_key().encapsulation
        for store in (self.CurrentKey, self.PendingKey, self.NextKey):
            store.put(key)

    def validate(self, call: Call, who: str) -> int | str | None:
        """Keep a ciphertext that cannot be taken apart out of the pool."""
        unreadable = is_carrier(call) and read_shielded(call.args["ciphertext"]) is None
        return _UNREADABLE if unreadable else None

    @call(
        1, args=[("ciphertext", _CIPHERTEXT, "BoundedVec<u8, ConstU32<8192>>")], weight=207_223_000
    )
    def submit_encrypted(self, origin: Origin, ciphertext: bytes) -> None:
        """Note who sent a sealed extrinsic; the block author opens it and includes it next."""
        who = ensure_signed(origin)
        sealed = decode_ss58(who) + length_prefixed(ciphertext)
        self.deposit("EncryptedSubmitted", blake2_256(sealed), who)

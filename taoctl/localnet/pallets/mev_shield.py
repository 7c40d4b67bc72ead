"""MevShield as it is where no block author has announced a key: nothing can be encrypted.

Wallets that shield their trades ask it for a key and, finding none, send them in the open.
"""

from __future__ import annotations

from taoctl.localnet.frame import Event, Pallet, StorageValue
from taoctl.localnet.types import H256, AccountId32, Bounded, DispatchErrorType, u8, u32, u64

_KEY = Bounded(u8)


class MevShield(Pallet):
    """The keys to encrypt transactions with, all of them unset; its calls need one."""

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

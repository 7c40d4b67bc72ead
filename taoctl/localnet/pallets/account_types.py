"""The types of accounts and their balances."""

from __future__ import annotations

from taoctl.localnet.types import Array, Enum, Struct, Variant, u8, u32, u64, u128

ExtraFlags = Struct("pallet_balances::types::ExtraFlags", [u128])
AccountData = Struct(
    "pallet_balances::types::AccountData",
    [
        ("free", u64, "Balance"),
        ("reserved", u64, "Balance"),
        ("frozen", u64, "Balance"),
        ("flags", ExtraFlags),
    ],
    params=[("Balance", u64)],
)
AccountInfo = Struct(
    "frame_system::AccountInfo",
    [
        ("nonce", u32, "Nonce"),
        ("consumers", u32, "RefCount"),
        ("providers", u32, "RefCount"),
        ("sufficients", u32, "RefCount"),
        ("data", AccountData, "AccountData"),
    ],
    params=[("Nonce", u32), ("AccountData", AccountData)],
)
NEW_LOGIC = 1 << 127
"""The flag that marks an account as kept by the current rules of the Balances pallet."""
EMPTY_DATA = {"free": 0, "reserved": 0, "frozen": 0, "flags": NEW_LOGIC}
EMPTY_ACCOUNT = {"nonce": 0, "consumers": 0, "providers": 0, "sufficients": 0, "data": EMPTY_DATA}

Reasons = Enum("pallet_balances::types::Reasons", ["Fee", "Misc", "All"])
BalanceLock = Struct(
    "pallet_balances::types::BalanceLock",
    [
        ("id", Array(u8, 8), "LockIdentifier"),
        ("amount", u64, "Balance"),
        ("reasons", Reasons),
    ],
    params=[("Balance", u64)],
)
ReserveData = Struct(
    "pallet_balances::types::ReserveData",
    [("id", Array(u8, 8), "ReserveIdentifier"), ("amount", u64, "Balance")],
    params=[("ReserveIdentifier", Array(u8, 8)), ("Balance", u64)],
)
_PreimageHold = Enum("pallet_preimage::pallet::HoldReason", ["Preimage"])
_SafeModeHold = Enum("pallet_safe_mode::pallet::HoldReason", ["EnterOrExtend"])
_ContractsHold = Enum(
    "pallet_contracts::pallet::HoldReason", ["CodeUploadDepositReserve", "StorageDepositReserve"]
)
RuntimeHoldReason = Enum(
    "node_subtensor_runtime::RuntimeHoldReason",
    [
        Variant("Preimage", 14, [(None, _PreimageHold, "pallet_preimage::HoldReason")]),
        Variant("SafeMode", 20, [(None, _SafeModeHold, "pallet_safe_mode::HoldReason")]),
        Variant("Contracts", 29, [(None, _ContractsHold, "pallet_contracts::HoldReason")]),
    ],
)
RuntimeFreezeReason = Enum("node_subtensor_runtime::RuntimeFreezeReason", [])


def _id_amount(reason: Enum) -> Struct:
    return Struct(
        "frame_support::traits::tokens::misc::IdAmount",
        [("id", reason, "Id"), ("amount", u64, "Balance")],
        params=[("Id", reason), ("Balance", u64)],
    )


HoldAmount = _id_amount(RuntimeHoldReason)
FreezeAmount = _id_amount(RuntimeFreezeReason)
BalanceStatus = Enum("frame_support::traits::tokens::misc::BalanceStatus", ["Free", "Reserved"])
AdjustmentDirection = Enum("pallet_balances::types::AdjustmentDirection", ["Increase", "Decrease"])

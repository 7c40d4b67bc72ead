"""The types of the Proxy pallet, and of what its runtime API says of the filters."""

from __future__ import annotations

from taoctl.localnet.types import (
    H256,
    AccountId32,
    Bytes,
    Enum,
    Option,
    Struct,
    Variant,
    Vec,
    bool_,
    u8,
    u32,
    u128,
)

PROXY_TYPES = (
    "Any",
    "Owner",
    "NonCritical",
    "NonTransfer",
    "Senate",
    "NonFungible",
    "Triumvirate",
    "Governance",
    "Staking",
    "Registration",
    "Transfer",
    "SmallTransfer",
    "RootWeights",
    "ChildKeys",
    "SudoUncheckedSetCode",
    "SwapHotkey",
    "SubnetLeaseBeneficiary",
    "RootClaim",
)

ProxyType = Enum("subtensor_runtime_common::ProxyType", PROXY_TYPES)
DepositKind = Enum("pallet_subtensor_proxy::DepositKind", ["Proxies", "Announcements"])
ProxyDefinition = Struct(
    "pallet_subtensor_proxy::ProxyDefinition",
    [
        ("delegate", AccountId32, "AccountId"),
        ("proxy_type", ProxyType),
        ("delay", u32, "BlockNumber"),
    ],
    params=[("AccountId", AccountId32), ("ProxyType", ProxyType), ("BlockNumber", u32)],
)
Announcement = Struct(
    "pallet_subtensor_proxy::Announcement",
    [
        ("real", AccountId32, "AccountId"),
        ("call_hash", H256, "Hash"),
        ("height", u32, "BlockNumber"),
    ],
    params=[("AccountId", AccountId32), ("Hash", H256), ("BlockNumber", u32)],
)

ProxyTypeInfo = Struct(
    "subtensor_runtime_common::ProxyTypeInfo",
    [("name", Bytes), ("index", u8), ("deprecated", bool_)],
)
FilterMode = Enum("subtensor_runtime_common::FilterMode", ["AllowAll", "DenyAll", "Allow", "Deny"])
CallCondition = Enum(
    "subtensor_runtime_common::CallCondition",
    [
        Variant("ParamLessThan", 0, [("param_name", Bytes), ("limit", u128)]),
        Variant("NestedCallMustBe", 1, [("pallet_name", Bytes), ("call_name", Bytes)]),
    ],
)
CallInfo = Struct(
    "subtensor_runtime_common::CallInfo",
    [
        ("pallet_name", Bytes),
        ("pallet_index", u8),
        ("call_name", Option(Bytes)),
        ("call_index", Option(u8)),
        ("condition", Option(CallCondition)),
    ],
)
ProxyFilterInfo = Struct(
    "subtensor_runtime_common::ProxyFilterInfo",
    [
        ("proxy_type", u8),
        ("name", Bytes),
        ("deprecated", bool_),
        ("filter_mode", FilterMode),
        ("calls", Vec(CallInfo)),
        ("exceptions", Vec(CallInfo)),
    ],
)

"""The types of SubtensorModule's own values."""

from __future__ import annotations

from taoctl.localnet.types import (
    U64F64,
    AccountId32,
    Array,
    Bounded,
    BTreeSet,
    Bytes,
    Enum,
    Option,
    Struct,
    Variant,
    i64,
    u8,
    u16,
    u32,
    u64,
    u128,
)

SafeFloat = Struct(
    "share_pool::SafeFloat",
    [
        ("mantissa", u128),
        ("exponent", i64),
    ],
)
LockState = Struct(
    "pallet_subtensor::staking::lock::LockState",
    [
        ("locked_mass", u64, "AlphaBalance"),
        ("conviction", U64F64, "U64F64"),
        ("last_update", u64),
    ],
)
Hyperparameter = Enum(
    "pallet_subtensor::utils::rate_limiting::Hyperparameter",
    [
        "Unknown",
        "ServingRateLimit",
        "MaxDifficulty",
        "AdjustmentAlpha",
        "MaxWeightLimit",
        "ImmunityPeriod",
        "MinAllowedWeights",
        "Kappa",
        "Rho",
        "ActivityCutoff",
        "PowRegistrationAllowed",
        "MinBurn",
        "MaxBurn",
        "BondsMovingAverage",
        "BondsPenalty",
        "CommitRevealEnabled",
        "LiquidAlphaEnabled",
        "AlphaValues",
        "WeightCommitInterval",
        "TransferEnabled",
        "AlphaSigmoidSteepness",
        "Yuma3Enabled",
        "BondsResetEnabled",
        "ImmuneNeuronLimit",
        "RecycleOrBurn",
        "MaxAllowedUids",
        "BurnHalfLife",
        "BurnIncreaseMult",
        "SubnetEmissionEnabled",
        "MinChildkeyTake",
        "ActivityCutoffFactorMilli",
        "TriggerEpoch",
    ],
)
RateLimitKey = Enum(
    "pallet_subtensor::RateLimitKey",
    [
        Variant("SetSNOwnerHotkey", 0, [(None, u16, "NetUid")]),
        Variant("OwnerHyperparamUpdate", 1, [(None, u16, "NetUid"), Hyperparameter]),
        Variant("NetworkLastRegistered", 2),
        Variant("LastTxBlock", 3, [(None, AccountId32, "AccountId")]),
        Variant("LastTxBlockChildKeyTake", 4, [(None, AccountId32, "AccountId")]),
        Variant("LastTxBlockDelegateTake", 5, [(None, AccountId32, "AccountId")]),
        Variant("AddStakeBurn", 6, [(None, u16, "NetUid")]),
    ],
    params=[("AccountId", AccountId32)],
)
RecycleOrBurnEnum = Enum(
    "pallet_subtensor::pallet::RecycleOrBurnEnum",
    [
        "Burn",
        "Recycle",
    ],
)
AxonInfo = Struct(
    "pallet_subtensor::pallet::AxonInfo",
    [
        ("block", u64),
        ("version", u32),
        ("ip", u128),
        ("port", u16),
        ("ip_type", u8),
        ("protocol", u8),
        ("placeholder1", u8),
        ("placeholder2", u8),
    ],
)
NeuronCertificate = Struct(
    "pallet_subtensor::pallet::NeuronCertificate",
    [
        ("public_key", Bounded(u8), "BoundedVec<u8, ConstU32<64>>"),
        ("algorithm", u8),
    ],
)
PrometheusInfo = Struct(
    "pallet_subtensor::pallet::PrometheusInfo",
    [
        ("block", u64),
        ("version", u32),
        ("ip", u128),
        ("port", u16),
        ("ip_type", u8),
    ],
)
ChainIdentityV2 = Struct(
    "pallet_subtensor::pallet::ChainIdentityV2",
    [
        ("name", Bytes),
        ("url", Bytes),
        ("github_repo", Bytes),
        ("image", Bytes),
        ("discord", Bytes),
        ("description", Bytes),
        ("additional", Bytes),
    ],
)
SubnetIdentityV3 = Struct(
    "pallet_subtensor::pallet::SubnetIdentityV3",
    [
        ("subnet_name", Bytes),
        ("github_repo", Bytes),
        ("subnet_contact", Bytes),
        ("subnet_url", Bytes),
        ("discord", Bytes),
        ("description", Bytes),
        ("logo_url", Bytes),
        ("additional", Bytes),
    ],
)
RootClaimTypeEnum = Enum(
    "pallet_subtensor::pallet::RootClaimTypeEnum",
    [
        Variant("Swap", 0),
        Variant("Keep", 1),
        Variant("KeepSubnets", 2, [("subnets", BTreeSet(u16), "BTreeSet<NetUid>")]),
    ],
)
Percent = Struct(
    "sp_arithmetic::per_things::Percent",
    [
        u8,
    ],
)
SubnetLease = Struct(
    "pallet_subtensor::subnets::leasing::SubnetLease",
    [
        ("beneficiary", AccountId32, "AccountId"),
        ("coldkey", AccountId32, "AccountId"),
        ("hotkey", AccountId32, "AccountId"),
        ("emissions_share", Percent),
        ("end_block", Option(u32), "Option<BlockNumber>"),
        ("netuid", u16, "NetUid"),
        ("cost", u64, "Balance"),
    ],
    params=[("AccountId", AccountId32), ("BlockNumber", u32), ("Balance", u64)],
)
PalletId = Struct("frame_support::PalletId", [Array(u8, 8)])

"""The types that the System pallet stores and declares."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.types import (
    H256,
    Array,
    Bytes,
    Compact,
    DispatchClass,
    Enum,
    Option,
    Pays,
    RuntimeEvent,
    Struct,
    Tup,
    Type,
    Variant,
    Vec,
    Weight,
    bool_,
    str_,
    u8,
    u32,
    u64,
)

NO_WEIGHT = {"ref_time": 0, "proof_size": 0}


def per_class(inner: Type) -> Struct:
    """One value for each dispatch class."""
    fields = [(name, inner, "T") for name in ("normal", "operational", "mandatory")]
    return Struct("frame_support::dispatch::PerDispatchClass", fields, params=[("T", inner)])


ClassWeights = per_class(Weight)

_ENGINE = (None, Array(u8, 4), "ConsensusEngineId")
DigestItem = Enum(
    "sp_runtime::generic::digest::DigestItem",
    [
        Variant("PreRuntime", 6, [_ENGINE, Bytes]),
        Variant("Consensus", 4, [_ENGINE, Bytes]),
        Variant("Seal", 5, [_ENGINE, Bytes]),
        Variant("Other", 0, [Bytes]),
        Variant("RuntimeEnvironmentUpdated", 8),
    ],
)
DigestType = Struct("sp_runtime::generic::digest::Digest", [("logs", Vec(DigestItem))])
Phase = Enum(
    "frame_system::Phase",
    [Variant("ApplyExtrinsic", 0, [u32]), Variant("Finalization", 1), Variant("Initialization", 2)],
)
EventRecordType = Struct(
    "frame_system::EventRecord",
    [("phase", Phase), ("event", RuntimeEvent, "E"), ("topics", Vec(H256), "Vec<T>")],
    params=[("E", RuntimeEvent), ("T", H256)],
)
CowText = Struct("Cow", [(None, str_, None)], params=[("T", str_)])
ApiVersions = Vec(Tup(Array(u8, 8), u32))
CowApis = Struct("Cow", [(None, ApiVersions, None)], params=[("T", ApiVersions)])
LastRuntimeUpgradeInfo = Struct(
    "frame_system::LastRuntimeUpgradeInfo",
    [
        ("spec_version", Compact(u32), "codec::Compact<u32>"),
        ("spec_name", CowText, "Cow<'static, str>"),
    ],
)
CodeUpgradeAuthorization = Struct(
    "frame_system::CodeUpgradeAuthorization",
    [("code_hash", H256, "T::Hash"), ("check_version", bool_)],
    params=[("T", None)],
)
RuntimeVersion = Struct(
    "sp_version::RuntimeVersion",
    [
        ("spec_name", CowText, "Cow<'static, str>"),
        ("impl_name", CowText, "Cow<'static, str>"),
        ("authoring_version", u32),
        ("spec_version", u32),
        ("impl_version", u32),
        ("apis", CowApis, "ApisVec"),
        ("transaction_version", u32),
        ("system_version", u8),
    ],
)
DispatchEventInfo = Struct(
    "frame_system::DispatchEventInfo",
    [("weight", Weight), ("class", DispatchClass), ("pays_fee", Pays)],
)
WeightsPerClass = Struct(
    "frame_system::limits::WeightsPerClass",
    [
        ("base_extrinsic", Weight),
        ("max_extrinsic", Option(Weight)),
        ("max_total", Option(Weight)),
        ("reserved", Option(Weight)),
    ],
)
BlockWeights = Struct(
    "frame_system::limits::BlockWeights",
    [("base_block", Weight), ("max_block", Weight), ("per_class", per_class(WeightsPerClass))],
)
BlockLength = Struct("frame_system::limits::BlockLength", [("max", per_class(u32))])
RuntimeDbWeight = Struct("sp_weights::RuntimeDbWeight", [("read", u64), ("write", u64)])
OpaqueMetadata = Struct("sp_core::OpaqueMetadata", [Bytes])


def _weight(ref_time: int, proof_size: int = 0) -> dict[str, int]:
    return {"ref_time": ref_time, "proof_size": proof_size}


BASE_EXTRINSIC = _weight(108_157_000)
BLOCK_WEIGHTS: dict[str, Any] = {
    "base_block": _weight(431_614_000),
    "max_block": _weight(4_000_000_000_000, 2**64 - 1),
    "per_class": {
        "normal": {
            "base_extrinsic": BASE_EXTRINSIC,
            "max_extrinsic": _weight(2_599_891_843_000, 11_990_383_647_911_208_550),
            "max_total": _weight(3_000_000_000_000, 13_835_058_055_282_163_711),
            "reserved": _weight(0),
        },
        "operational": {
            "base_extrinsic": BASE_EXTRINSIC,
            "max_extrinsic": _weight(3_599_891_843_000, 16_602_069_666_338_596_454),
            "max_total": _weight(4_000_000_000_000, 2**64 - 1),
            "reserved": _weight(1_000_000_000_000, 4_611_686_018_427_387_904),
        },
        "mandatory": {
            "base_extrinsic": BASE_EXTRINSIC,
            "max_extrinsic": None,
            "max_total": None,
            "reserved": None,
        },
    },
}
BLOCK_LENGTH = {"max": {"normal": 7_864_320, "operational": 10_485_760, "mandatory": 10_485_760}}
DB_READ = 25_000_000
DB_WRITE = 100_000_000

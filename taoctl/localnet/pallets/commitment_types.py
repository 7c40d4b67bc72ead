"""The types of the Commitments pallet."""

from __future__ import annotations

import struct
from typing import Any, TypeAlias

from taoctl.localnet.types import Array, Bounded, Enum, Struct, Type, Variant, u8, u32, u64
from taoctl.scale.compact import compact_bytes, length_prefixed

Data: TypeAlias = Any
"""A field of a commitment: the name of a variant without data, or `{variant: value}`."""

MOST_RAW_BYTES = 128
MOST_BIG_RAW_BYTES = 512
MOST_TIMELOCKED_BYTES = 1_024

TIMELOCKED, RESET_BONDS, BIG_RAW = "TimelockEncrypted", "ResetBondsFlag", "BigRaw"


def _plain(name: str, index: int, type_: Type) -> Variant:
    # The chain writes the metadata of these by hand, without the types' names in its source.
    return Variant(name, index, [(None, type_, None)])


DataType = Enum(
    "pallet_commitments::types::Data",
    [
        Variant("None", 0),
        *(_plain(f"Raw{n}", n + 1, Array(u8, n)) for n in range(MOST_RAW_BYTES + 1)),
        _plain("BlakeTwo256", 130, Array(u8, 32)),
        _plain("Sha256", 131, Array(u8, 32)),
        _plain("Keccak256", 132, Array(u8, 32)),
        _plain("ShaThree256", 133, Array(u8, 32)),
        Variant(TIMELOCKED, 134, [("encrypted", Bounded(u8), None), ("reveal_round", u64, None)]),
        Variant(RESET_BONDS, 135),
        _plain(BIG_RAW, 136, Bounded(u8)),
    ],
)
CommitmentInfo = Struct(
    "pallet_commitments::types::CommitmentInfo",
    [("fields", Bounded(DataType), "BoundedVec<Data, FieldLimit>")],
    params=[("FieldLimit", None)],
)
Registration = Struct(
    "pallet_commitments::types::Registration",
    [
        ("deposit", u64, "Balance"),
        ("block", u32, "BlockNumber"),
        ("info", CommitmentInfo, "CommitmentInfo<MaxFields>"),
    ],
    params=[("Balance", u64), ("MaxFields", None), ("BlockNumber", u32)],
)
UsageTracker = Struct(
    "pallet_commitments::types::UsageTracker", [("last_epoch", u64), ("used_space", u64)]
)


def parts(field: Data) -> tuple[str, Any]:
    """The variant of a field and its value; None for one without."""
    if isinstance(field, str):
        return field, None
    ((name, value),) = field.items()
    return name, value


def space(field: Data) -> int:
    """The bytes of a field that count against the space there is."""
    name, value = parts(field)
    if name == TIMELOCKED:
        return len(value["encrypted"])
    return 0 if value is None else len(value)


def registration_bytes(stored: dict[str, Any]) -> bytes:
    """The SCALE bytes of a Registration, as the metagraph's API hands them out."""
    fields = stored["info"]["fields"]
    body = b"".join(map(_field_bytes, fields))
    return (
        struct.pack("<QI", stored["deposit"], stored["block"]) + compact_bytes(len(fields)) + body
    )


def _field_bytes(field: Data) -> bytes:
    name, value = parts(field)
    index = bytes([_INDEXES[name]])
    if name == TIMELOCKED:
        sealed = length_prefixed(bytes(value["encrypted"]))
        return index + sealed + struct.pack("<Q", value["reveal_round"])
    if value is None:
        return index
    return index + (length_prefixed(bytes(value)) if name == BIG_RAW else bytes(value))


_INDEXES = {one.name: one.index for one in DataType.variants}

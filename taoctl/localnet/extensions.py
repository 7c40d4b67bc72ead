"""The transaction extensions of the runtime, in order."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.localnet.types import (
    H256,
    Array,
    Bytes,
    Compact,
    Enum,
    MultiAddress,
    MultiSignature,
    Option,
    RuntimeCall,
    RuntimeType,
    Struct,
    Tup,
    Type,
    Unit,
    Variant,
    u8,
    u32,
    u64,
)


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension: what it adds to an extrinsic, and what only the signature covers."""

    identifier: str
    type: Type
    implicit: Type


_MORTAL = [Variant(f"Mortal{i}", i, [(None, u8, None)]) for i in range(1, 256)]
Era = Enum("sp_runtime::generic::era::Era", [Variant("Immortal", 0), *_MORTAL])
MetadataHashMode = Enum("frame_metadata_hash_extension::Mode", ["Disabled", "Enabled"])


def _extension(
    path: str, implicit: Type = Unit, *fields: object, runtime: bool = False
) -> Extension:
    params = [("T", RuntimeType if runtime else None)]
    return Extension(path.rpartition("::")[2], Struct(path, fields, params), implicit)


EXTENSIONS: tuple[Extension, ...] = (
    _extension("frame_system::extensions::check_non_zero_sender::CheckNonZeroSender"),
    _extension("frame_system::extensions::check_spec_version::CheckSpecVersion", u32),
    _extension("frame_system::extensions::check_tx_version::CheckTxVersion", u32),
    _extension("frame_system::extensions::check_genesis::CheckGenesis", H256),
    _extension("node_subtensor_runtime::check_mortality::CheckMortality", H256, Era),
    _extension(
        "node_subtensor_runtime::check_nonce::CheckNonce", Unit, (None, Compact(u32), "T::Nonce")
    ),
    _extension("frame_system::extensions::check_weight::CheckWeight"),
    _extension(
        "pallet_transaction_payment::ChargeTransactionPayment",
        Unit,
        (None, Compact(u64), "BalanceOf<T>"),
    ),
    _extension("node_subtensor_runtime::sudo_wrapper::SudoTransactionExtension", runtime=True),
    _extension("pallet_shield::extension::CheckShieldedTxValidity", runtime=True),
    _extension(
        "pallet_subtensor::extensions::subtensor::SubtensorTransactionExtension", runtime=True
    ),
    _extension("pallet_drand::drand_priority::DrandPriority", runtime=True),
    Extension(
        "CheckMetadataHash",
        Struct(
            "frame_metadata_hash_extension::CheckMetadataHash",
            [("mode", MetadataHashMode)],
            [("T", None)],
        ),
        Option(Array(u8, 32)),
    ),
)


_CHARGE = next(e.type for e in EXTENSIONS if e.identifier == "ChargeTransactionPayment")
_WRAPPED_CHARGE = Struct(
    "node_subtensor_runtime::transaction_payment_wrapper::ChargeTransactionPaymentWrapper",
    [("inner", _CHARGE, "ChargeTransactionPayment<T>")],
    [("T", None)],
)
_TYPES = [_WRAPPED_CHARGE if e.type is _CHARGE else e.type for e in EXTENSIONS]

EXTRA = Tup(Tup(*_TYPES[:7]), Tup(*_TYPES[7:12]), _TYPES[12])
"""All extensions as the chain nests them."""

_PARAMS = [("Address", MultiAddress), ("Call", RuntimeCall), ("Signature", MultiSignature)]
UNCHECKED_EXTRINSIC = Struct(
    "fp_self_contained::unchecked_extrinsic::UncheckedExtrinsic",
    [
        (
            None,
            Struct(
                "sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic",
                [(None, Bytes, None)],
                [*_PARAMS, ("Extra", EXTRA)],
            ),
            "generic::UncheckedExtrinsic<Address, Call, Signature, Extension>",
        )
    ],
    [*_PARAMS, ("Extension", EXTRA)],
)

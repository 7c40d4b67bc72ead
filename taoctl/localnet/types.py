"""The chain's own basic types, beside the type language they are written in."""

from taoctl.localnet.scaletypes import (
    AddressForm,
    Array,
    Bounded,
    BTreeMap,
    BTreeSet,
    Bytes,
    Compact,
    Enum,
    Field,
    FixedPoint,
    Option,
    Outer,
    Primitive,
    Result,
    Struct,
    TextForm,
    Tup,
    Type,
    Unit,
    Variant,
    VariantValue,
    Vec,
    bool_,
    i8,
    i16,
    i32,
    i64,
    i128,
    str_,
    u8,
    u16,
    u32,
    u64,
    u128,
    u256,
    variant,
)

__all__ = [
    "H160",
    "H256",
    "I32F32",
    "I64F64",
    "I96F32",
    "U64F64",
    "U96F32",
    "ZERO_ACCOUNT",
    "AccountId32",
    "AddressForm",
    "AlphaBalance",
    "ArithmeticErrorType",
    "Array",
    "BTreeMap",
    "BTreeSet",
    "Bounded",
    "Bytes",
    "Compact",
    "DispatchClass",
    "DispatchErrorType",
    "DispatchResult",
    "Enum",
    "Field",
    "FixedPoint",
    "MechId",
    "ModuleErrorType",
    "MultiAddress",
    "MultiSignature",
    "NetUid",
    "NetUidStorageIndex",
    "Option",
    "Outer",
    "Pays",
    "Primitive",
    "Result",
    "RuntimeCall",
    "RuntimeErrorType",
    "RuntimeEvent",
    "RuntimeType",
    "Struct",
    "TaoBalance",
    "TextForm",
    "TokenErrorType",
    "TransactionalError",
    "TrieError",
    "Tup",
    "Type",
    "Unit",
    "Variant",
    "VariantValue",
    "Vec",
    "Weight",
    "bool_",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "str_",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "u256",
    "variant",
]

ZERO_ACCOUNT = "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM"
"""The account of 32 zero bytes: what an absent account reads as."""

AccountId32 = TextForm(
    "sp_core::crypto::AccountId32", (None, Array(u8, 32), "[u8; 32]"), ZERO_ACCOUNT
)
H256 = TextForm("primitive_types::H256", (None, Array(u8, 32), "[u8; 32]"), "0x" + "00" * 32)
H160 = TextForm("primitive_types::H160", (None, Array(u8, 20), "[u8; 20]"), "0x" + "00" * 20)

MultiAddress = AddressForm(
    "sp_runtime::multiaddress::MultiAddress",
    [
        Variant("Id", 0, [(None, AccountId32, "AccountId")]),
        Variant("Index", 1, [(None, Compact(Unit), "AccountIndex")]),
        Variant("Raw", 2, [Bytes]),
        Variant("Address32", 3, [Array(u8, 32)]),
        Variant("Address20", 4, [Array(u8, 20)]),
    ],
    [("AccountId", AccountId32), ("AccountIndex", Unit)],
)
MultiSignature = Enum(
    "sp_runtime::MultiSignature",
    [
        Variant("Ed25519", 0, [(None, Array(u8, 64), "ed25519::Signature")]),
        Variant("Sr25519", 1, [(None, Array(u8, 64), "sr25519::Signature")]),
        Variant("Ecdsa", 2, [(None, Array(u8, 65), "ecdsa::Signature")]),
    ],
)

NetUid = u16
MechId = u8
NetUidStorageIndex = u16
TaoBalance = u64
AlphaBalance = u64

U64F64 = FixedPoint("U64F64", "FixedU128", u128, 64)
U96F32 = FixedPoint("U96F32", "FixedU128", u128, 32)
I96F32 = FixedPoint("I96F32", "FixedI128", i128, 32)
I64F64 = FixedPoint("I64F64", "FixedI128", i128, 64)
I32F32 = FixedPoint("I32F32", "FixedI64", i64, 32)

Weight = Struct(
    "sp_weights::weight_v2::Weight",
    [("ref_time", Compact(u64), "u64"), ("proof_size", Compact(u64), "u64")],
)
DispatchClass = Enum(
    "frame_support::dispatch::DispatchClass", ["Normal", "Operational", "Mandatory"]
)
Pays = Enum("frame_support::dispatch::Pays", ["Yes", "No"])

RuntimeCall = Outer("RuntimeCall")
RuntimeEvent = Outer("RuntimeEvent")
RuntimeErrorType = Outer("RuntimeError")
RuntimeType = Struct("node_subtensor_runtime::Runtime", [])

ModuleErrorType = Struct(
    "sp_runtime::ModuleError",
    [("index", u8), ("error", Array(u8, 4), "[u8; MAX_MODULE_ERROR_ENCODED_SIZE]")],
)
TokenErrorType = Enum(
    "sp_runtime::TokenError",
    [
        "FundsUnavailable",
        "OnlyProvider",
        "BelowMinimum",
        "CannotCreate",
        "UnknownAsset",
        "Frozen",
        "Unsupported",
        "CannotCreateHold",
        "NotExpendable",
        "Blocked",
    ],
)
ArithmeticErrorType = Enum(
    "sp_arithmetic::ArithmeticError", ["Underflow", "Overflow", "DivisionByZero"]
)
TransactionalError = Enum("sp_runtime::TransactionalError", ["LimitReached", "NoLayer"])
TrieError = Enum(
    "sp_runtime::proving_trie::TrieError",
    [
        "InvalidStateRoot",
        "IncompleteDatabase",
        "ValueAtIncompleteKey",
        "DecoderError",
        "InvalidHash",
        "DuplicateKey",
        "ExtraneousNode",
        "ExtraneousValue",
        "ExtraneousHashReference",
        "InvalidChildReference",
        "ValueMismatch",
        "IncompleteProof",
        "RootMismatch",
        "DecodeError",
    ],
)
DispatchErrorType = Enum(
    "sp_runtime::DispatchError",
    [
        Variant("Other", 0),
        Variant("CannotLookup", 1),
        Variant("BadOrigin", 2),
        Variant("Module", 3, [ModuleErrorType]),
        Variant("ConsumerRemaining", 4),
        Variant("NoProviders", 5),
        Variant("TooManyConsumers", 6),
        Variant("Token", 7, [TokenErrorType]),
        Variant("Arithmetic", 8, [ArithmeticErrorType]),
        Variant("Transactional", 9, [TransactionalError]),
        Variant("Exhausted", 10),
        Variant("Corruption", 11),
        Variant("Unavailable", 12),
        Variant("RootNotAllowed", 13),
        Variant("Trie", 14, [TrieError]),
    ],
)
DispatchResult = Result(Unit, DispatchErrorType)

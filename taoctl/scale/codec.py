"""SCALE bytes to plain Python values and back, driven by one runtime's metadata."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import bittensor_core

from taoctl.addresses import SS58_PREFIX
from taoctl.errors import BadDataError, NotInRuntimeError, UsageError
from taoctl.scale.compact import strip_length

_FAILURES = (ValueError, KeyError, IndexError, TypeError, OverflowError)
_MAGIC = b"meta"


@dataclass(frozen=True, slots=True)
class StorageInfo:
    """What the metadata says about one storage item.

    Type fields are `scale_info::N` references that only the same Codec understands.
    `key_types` holds one type per hasher; a plain value has neither.
    """

    pallet: str
    item: str
    hashers: tuple[str, ...]
    key_types: tuple[str, ...]
    value_type: str
    default: bytes
    optional: bool


@dataclass(frozen=True, slots=True)
class ApiInfo:
    """Inputs (name, type) and output type of one runtime API method."""

    api: str
    method: str
    inputs: tuple[tuple[str, str], ...]
    output: str

    @property
    def rpc_name(self) -> str:
        """The name that `state_call` knows the method by."""
        return f"{self.api}_{self.method}"


class Codec:
    """One runtime's metadata and the codec it drives.

    Values: accounts are SS58 text, structs dicts, a unit variant its name, a variant with data
    `{name: value}`, options None or the value, fixed point `{"bits": int}`, hashes `0x` text,
    byte vectors text when they are UTF-8 and `0x` hex otherwise (`vec_bytes` turns them back).

    Args:
        metadata: the bytes of MetadataVersioned V14 or V15, with the `meta` magic.
        spec_version: of the runtime the metadata belongs to.
        transaction_version: likewise; part of every signature.

    Raises:
        BadDataError: the bytes are not metadata that can be read.
    """

    def __init__(self, metadata: bytes, spec_version: int, transaction_version: int) -> None:
        try:
            self._core = bittensor_core.Runtime(
                metadata, spec_version, transaction_version, SS58_PREFIX
            )
        except _FAILURES as error:
            raise BadDataError(
                f"the runtime metadata of spec {spec_version} could not be read: {_line(error)}",
                "the node sent broken metadata, or a version that taoctl does not know",
            ) from error
        self.metadata = metadata
        self.metadata_version = metadata[len(_MAGIC)]
        self.spec_version = spec_version
        self.transaction_version = transaction_version
        self._storage: dict[tuple[str, str], StorageInfo | None] = {}

    # types

    def decode(self, type_string: str, data: bytes) -> Any:
        """The value of `data`, which must be exactly one `type_string`; raises BadDataError."""
        try:
            return self._core.decode(type_string, data, True)
        except _FAILURES as error:
            raise self._bad(f"{len(data)} bytes are not one {type_string}", error) from error

    def encode(self, type_string: str, value: Any) -> bytes:
        """SCALE bytes of a value; raises UsageError when it does not fit the type."""
        try:
            return bytes(self._core.encode(type_string, value))
        except _FAILURES as error:
            name = self.type_name(type_string)
            raise UsageError(f"{repr(value)[:100]} is not {name}: {_line(error)}") from error

    def type_name(self, type_string: str) -> str:
        """A readable name of a `scale_info::N` reference; other names come back unchanged."""
        head, _, number = type_string.partition("::")
        if head != "scale_info" or not number.isdigit():
            return type_string
        return str(self._core.type_name_of(int(number)))

    @cached_property
    def registry(self) -> dict[int, dict[str, Any]]:
        """The type registry: index to `{path, params, def}` as scale-info lays it out."""
        types = json.loads(self._core.registry_json())["types"]
        return {entry["id"]: entry["type"] for entry in types}

    # storage

    def storage(self, pallet: str, item: str) -> StorageInfo | None:
        """The declaration of a storage item, or None when this runtime has none."""
        key = (pallet, item)
        if key not in self._storage:
            self._storage[key] = self._read_storage(pallet, item)
        return self._storage[key]

    def need_storage(self, pallet: str, item: str) -> StorageInfo:
        """The declaration of a storage item; raises NotInRuntimeError when there is none."""
        info = self.storage(pallet, item)
        if info is None:
            raise self.missing("storage", f"{pallet}.{item}")
        return info

    def _read_storage(self, pallet: str, item: str) -> StorageInfo | None:
        try:
            entry = self._core.storage_entry(pallet, item)
        except KeyError:
            return None
        return StorageInfo(
            pallet=pallet,
            item=item,
            hashers=tuple(entry.param_hashers),
            key_types=tuple(entry.param_types),
            value_type=entry.value_type,
            default=bytes(entry.default_bytes),
            optional=entry.modifier == "Optional",
        )

    def storage_prefix(self, pallet: str, item: str, *params: Any) -> bytes:
        """The key prefix of an item, or of the part of a map below the leading key values."""
        info = self.need_storage(pallet, item)
        if len(params) > len(info.hashers):
            raise self._key_count(info, len(params))
        return self._key(info, params)

    def storage_key(self, pallet: str, item: str, *params: Any) -> bytes:
        """The full key of one storage value; raises UsageError for wrong key values."""
        info = self.need_storage(pallet, item)
        if len(params) != len(info.hashers):
            raise self._key_count(info, len(params))
        return self._key(info, params)

    def _key(self, info: StorageInfo, params: Sequence[Any]) -> bytes:
        try:
            return bytes(self._core.storage_key(info.pallet, info.item, list(params)))
        except _FAILURES as error:
            raise self._bad_key(info, error) from error

    def storage_keys(self, pallet: str, item: str, params: Iterable[Sequence[Any]]) -> list[bytes]:
        """The full keys of many values of one item; raises UsageError for wrong key values."""
        info = self.need_storage(pallet, item)
        lists = [list(one) for one in params]
        for one in lists:
            if len(one) != len(info.hashers):
                raise self._key_count(info, len(one))
        try:
            return [bytes(key) for key in self._core.storage_key_batch(pallet, item, lists)]
        except _FAILURES as error:
            raise self._bad_key(info, error) from error

    def decode_storage(self, pallet: str, item: str, data: bytes | None) -> Any:
        """The value that storage bytes say; None (nothing stored) gives the item's default.

        The default of an optional item is None.
        """
        info = self.need_storage(pallet, item)
        if data is None:
            if info.optional:
                return None
            data = info.default
        try:
            return self._core.decode(info.value_type, data, True)
        except _FAILURES as error:
            raise self._bad(f"the value of {pallet}.{item} could not be read", error) from error

    def decode_storages(self, pallet: str, item: str, datas: Sequence[bytes | None]) -> list[Any]:
        """What `decode_storage` says of each, in one crossing into the decoder."""
        info = self.need_storage(pallet, item)
        absent = None if info.optional else info.default
        filled = [absent if data is None else data for data in datas]
        present = [data for data in filled if data is not None]
        try:
            decoded = iter(self._core.batch_decode([info.value_type] * len(present), present))
        except _FAILURES as error:
            raise self._bad(f"a value of {pallet}.{item} could not be read", error) from error
        return [None if data is None else next(decoded) for data in filled]

    def decode_map(
        self, pallet: str, item: str, pairs: Sequence[tuple[bytes, bytes]], fixed: int = 0
    ) -> dict[Any, Any]:
        """Raw (full key, value) pairs of a map as a dict.

        `fixed` leading key values were part of the prefix asked for and are left out of the keys;
        one free key value stands alone, several make a tuple.
        """
        self.need_storage(pallet, item)
        keys = [key for key, _ in pairs]
        values = [value for _, value in pairs]
        try:
            return dict(self._core.decode_map_pairs(pallet, item, keys, values, fixed))
        except _FAILURES as error:
            raise self._bad(f"the entries of {pallet}.{item} could not be read", error) from error

    def decode_key(self, pallet: str, item: str, key: bytes, fixed: int = 0) -> tuple[Any, ...]:
        """The key values inside a full storage key, without the `fixed` leading ones."""
        self.need_storage(pallet, item)
        try:
            return _tuple(self._core.decode_storage_key_params(pallet, item, key, fixed))
        except _FAILURES as error:
            raise self._bad(f"a key of {pallet}.{item} could not be read", error) from error

    # runtime APIs and constants

    @cached_property
    def _apis(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        return self._core.runtime_api_map() or {}

    def api(self, api: str, method: str) -> ApiInfo | None:
        """The declaration of a runtime API method, or None (always None with metadata V14)."""
        found = self._apis.get(api, {}).get(method)
        if found is None:
            return None
        inputs = tuple((name, kind) for name, kind in found["inputs"])
        return ApiInfo(api, method, inputs, found["output"])

    def need_api(self, api: str, method: str) -> ApiInfo:
        """The declaration of a runtime API method; raises NotInRuntimeError without one."""
        info = self.api(api, method)
        if info is None:
            raise self.missing("runtime API", f"{api}.{method}")
        return info

    def api_methods(self) -> tuple[tuple[str, str], ...]:
        """Every (api, method) the metadata lists."""
        return tuple((api, method) for api, methods in self._apis.items() for method in methods)

    def encode_api_args(self, info: ApiInfo, args: Sequence[Any]) -> bytes:
        """The argument bytes of a runtime API call; raises UsageError for wrong arguments."""
        if len(args) != len(info.inputs):
            names = ", ".join(name for name, _ in info.inputs) or "none"
            raise UsageError(f"{info.api}.{info.method} takes {len(info.inputs)} values ({names})")
        pairs = zip(info.inputs, args, strict=True)
        return b"".join(self.encode(kind, value) for (_, kind), value in pairs)

    def decode_api_result(self, info: ApiInfo, data: bytes) -> Any:
        """The value a runtime API answered; an output of `Vec<u8>` comes back as bytes."""
        if self.type_name(info.output) == "Vec<u8>":
            return strip_length(data)
        try:
            return self._core.decode(info.output, data, True)
        except _FAILURES as error:
            what = f"the answer of {info.api}.{info.method} could not be read"
            raise self._bad(what, error) from error

    def constant(self, pallet: str, name: str) -> Any:
        """The value of a pallet constant; raises NotInRuntimeError when there is none."""
        if not self.has_constant(pallet, name):
            raise self.missing("constant", f"{pallet}.{name}")
        try:
            return self._core.constant(pallet, name)
        except _FAILURES as error:
            raise self._bad(f"constant {pallet}.{name} could not be read", error) from error

    # what the metadata lists

    @cached_property
    def pallets(self) -> dict[str, dict[str, Any]]:
        """Per pallet: index, calls (name, args, docs), errors, storage and constant names."""
        return {pallet["name"]: pallet for pallet in self._core.metadata_ir()["pallets"]}

    def has_call(self, pallet: str, call: str) -> bool:
        """Whether the pallet has the call."""
        return self.call_args(pallet, call) is not None

    def call_args(self, pallet: str, call: str) -> tuple[tuple[str, str], ...] | None:
        """(name, type identifier) of each argument of a call, or None when there is no such."""
        for entry in self.pallets.get(pallet, {}).get("calls", ()):
            if entry["name"] == call:
                return tuple((arg["name"], arg["type_ident"]) for arg in entry["args"])
        return None

    def has_constant(self, pallet: str, name: str) -> bool:
        """Whether the pallet has the constant."""
        return name in self.pallets.get(pallet, {}).get("constants", ())

    def module_error(self, pallet_index: int, error_index: int) -> tuple[str, str]:
        """Name and documentation of a pallet's dispatch error; raises BadDataError if unknown."""
        try:
            name, docs = self._core.module_error(pallet_index, error_index)
        except _FAILURES as error:
            what = f"pallet {pallet_index} has no error {error_index}"
            raise self._bad(what, error) from error
        return str(name), " ".join(docs)

    # calls and extrinsics

    def compose_call(self, pallet: str, call: str, params: Mapping[str, Any]) -> bytes:
        """Call bytes; nested calls may be given as bytes. Raises NotInRuntimeError, UsageError."""
        if not self.has_call(pallet, call):
            raise self.missing("call", f"{pallet}.{call}")
        try:
            return bytes(self._core.compose_call(pallet, call, dict(params)))
        except _FAILURES as error:
            raise UsageError(f"{pallet}.{call} does not take this: {_line(error)}") from error

    def decode_call(self, data: bytes) -> dict[str, Any]:
        """Call bytes as `{call_module, call_function, call_args, ...}`; raises BadDataError."""
        try:
            return dict(self._core.decode_call(data))
        except _FAILURES as error:
            raise self._bad("the call could not be read", error) from error

    def decode_extrinsic(self, data: bytes) -> dict[str, Any]:
        """A raw extrinsic as a dict with its call, and for a signed one who, how and the era."""
        try:
            return dict(self._core.decode_extrinsic(data))
        except _FAILURES as error:
            raise self._bad("the extrinsic could not be read", error) from error

    def signature_payload(
        self,
        call: bytes,
        *,
        era: str | Mapping[str, int],
        nonce: int,
        tip: int,
        genesis_hash: bytes,
        era_block_hash: bytes,
        metadata_hash: bytes | None = None,
    ) -> bytes:
        """The bytes a signer signs (hashed when longer than 256). `era` is "00" for immortal."""
        try:
            payload = self._core.signature_payload(
                call,
                era=era,
                nonce=nonce,
                tip=tip,
                tip_asset_id=None,
                genesis_hash=genesis_hash,
                era_block_hash=era_block_hash,
                metadata_hash=metadata_hash,
            )
        except _FAILURES as error:
            raise UsageError(f"the payload to sign cannot be built: {_line(error)}") from error
        return bytes(payload)

    def encode_signed_extrinsic(
        self,
        call: bytes,
        *,
        public_key: bytes,
        signature: bytes,
        signature_version: int,
        era: str | Mapping[str, int],
        nonce: int,
        tip: int,
        metadata_hash_enabled: bool = False,
    ) -> tuple[bytes, bytes]:
        """The signed extrinsic and its blake2-256 hash; `signature_version` 1 is sr25519."""
        try:
            raw, digest = self._core.encode_signed_extrinsic(
                call,
                public_key=public_key,
                signature=signature,
                signature_version=signature_version,
                era=era,
                nonce=nonce,
                tip=tip,
                tip_asset_id=None,
                metadata_hash_enabled=metadata_hash_enabled,
            )
        except _FAILURES as error:
            raise UsageError(f"the extrinsic cannot be built: {_line(error)}") from error
        return bytes(raw), bytes(digest)

    def extension_names(self) -> tuple[str, ...]:
        """The runtime's transaction extensions, in order."""
        return tuple(self._core.signed_extension_identifiers())

    # errors

    def missing(self, kind: str, name: str) -> NotInRuntimeError:
        """The error for an entry that this runtime does not have."""
        return NotInRuntimeError(
            f"this chain's runtime (spec {self.spec_version}) has no {kind} {name}",
            "another network, or another block, may run a runtime that has it",
        )

    def _bad(self, what: str, error: Exception) -> BadDataError:
        return BadDataError(
            f"{what}: {_line(error)}",
            f"it does not fit the metadata of spec {self.spec_version}; try another endpoint",
        )

    def _bad_key(self, info: StorageInfo, error: Exception) -> UsageError:
        types = ", ".join(self.type_name(kind) for kind in info.key_types)
        return UsageError(
            f"{info.pallet}.{info.item} cannot be looked up by this: {_line(error)}",
            f"its key is ({types})",
        )

    def _key_count(self, info: StorageInfo, given: int) -> UsageError:
        types = ", ".join(self.type_name(kind) for kind in info.key_types)
        return UsageError(
            f"{info.pallet}.{info.item} takes {len(info.hashers)} key values, not {given}",
            f"its key is ({types})",
        )


def hex_bytes(answer: Any) -> bytes:
    """Bytes of a JSON-RPC answer in `0x` hex; raises BadDataError for anything else."""
    if isinstance(answer, str) and answer.startswith("0x"):
        with contextlib.suppress(ValueError):
            return bytes.fromhex(answer[2:])
    raise BadDataError("the node sent something that is not hexadecimal", "try another endpoint")


def vec_bytes(value: str | bytes | Iterable[int]) -> bytes:
    """Bytes of a decoded `Vec<u8>` or `[u8; N]`.

    `0x` text is hexadecimal only where it stands for bytes that are not UTF-8; everything else
    was decoded to itself, so that a name such as `0x41` is four characters. The one text that
    cannot be told apart is the hexadecimal of such bytes itself.

    Raises:
        BadDataError: a number in it is no byte, as a `Compact<u8>` on the wire can be.
    """
    if not isinstance(value, str):
        try:
            return bytes(value)
        except (ValueError, TypeError):
            raise BadDataError("a text on the chain has a number in it that is no byte") from None
    if value.startswith("0x"):
        with contextlib.suppress(ValueError):
            raw = bytes.fromhex(value[2:])
            if not _is_utf8(raw):
                return raw
    return value.encode()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def _line(error: Exception) -> str:
    text = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
    return text.partition("\n")[0].rstrip(": ")

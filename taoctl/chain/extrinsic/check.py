"""The second codec's judgement of what the first composed: is it what was asked for?"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from taoctl.addresses import decode_ss58, encode_ss58
from taoctl.chain.extrinsic.extensions import METADATA_HASH
from taoctl.chain.extrinsic.terms import IMMORTAL, CallLike, Terms
from taoctl.chain.extrinsic.values import is_call
from taoctl.errors import BadDataError, UsageError
from taoctl.scale.codec import Codec, vec_bytes
from taoctl.scale.crypto import ED25519, SR25519, blake2_256

_SIGNATURES = {ED25519: "Ed25519", SR25519: "Sr25519"}


def expected_call(codec: Codec, call: CallLike) -> bytes:
    """Bytes of a call, nested ones too, by the checking codec; raises as `compose_call` does."""
    args = {name: _with_bytes(codec, value) for name, value in call.args.items()}
    return codec.compose_call(call.pallet, call.name, args)


def expected_payload(codec: Codec, call: bytes, terms: Terms) -> bytes:
    """What there is to sign, by the checking codec: hashed when longer than 256 bytes."""
    payload = codec.signature_payload(
        call,
        era=terms.era.value,
        nonce=terms.nonce,
        tip=terms.tip_rao,
        genesis_hash=terms.genesis_hash,
        era_block_hash=terms.era_block_hash,
        metadata_hash=terms.metadata_hash,
    )
    return blake2_256(payload) if len(payload) > 256 else payload


def expected_extrinsic(codec: Codec, call: bytes, terms: Terms, signature: bytes) -> bytes:
    """The signed extrinsic by the checking codec."""
    raw, _ = codec.encode_signed_extrinsic(
        call,
        public_key=terms.public_key,
        signature=signature,
        signature_version=terms.crypto,
        era=terms.era.value,
        nonce=terms.nonce,
        tip=terms.tip_rao,
        metadata_hash_enabled=terms.metadata_hash is not None,
    )
    return raw


def call_differences(codec: Codec, call: CallLike, composed: bytes) -> tuple[str, ...]:
    """In what call bytes differ from a call, each in words; nothing when they say exactly it."""
    try:
        decoded = codec.decode_call(composed)
    except BadDataError as error:
        return (f"the call cannot be decoded: {error.message}",)
    found = tuple(_call(call, decoded, ""))
    if not found and composed != expected_call(codec, call):
        return ("the bytes of the call differ",)
    return found


def extrinsic_differences(
    codec: Codec, call: CallLike, terms: Terms, signature: bytes, composed: bytes
) -> tuple[str, ...]:
    """In what extrinsic bytes differ from what was asked and signed, each in words."""
    try:
        decoded = codec.decode_extrinsic(composed)
    except BadDataError as error:
        return (f"the extrinsic cannot be decoded: {error.message}",)
    if not isinstance(decoded.get("call"), Mapping):
        return ("the extrinsic has no call",)
    found = (*_envelope(codec, terms, signature, decoded), *_call(call, decoded["call"], ""))
    if not found:
        whole = expected_extrinsic(codec, expected_call(codec, call), terms, signature)
        if composed != whole:
            return ("the bytes of the extrinsic differ",)
    return found


def _envelope(
    codec: Codec, terms: Terms, signature: bytes, decoded: Mapping[str, Any]
) -> Iterator[str]:
    era = terms.era
    asked: dict[str, Any] = {
        "address": encode_ss58(terms.public_key),
        "signature": {_SIGNATURES[terms.crypto]: "0x" + signature.hex()},
        "era": IMMORTAL if era.period is None else (era.period, era.phase),
        "nonce": terms.nonce,
        "tip": terms.tip_rao,
    }
    if METADATA_HASH in codec.extension_names():
        asked["mode"] = "Disabled" if terms.metadata_hash is None else "Enabled"
    for name, wanted in asked.items():
        got = decoded.get(name)
        if name == "mode" and isinstance(got, Mapping):
            got = got.get("mode")
        if not agrees(wanted, got):
            # The words may be kept on disk, where a valid signature has no business.
            yield name if name == "signature" else f"{name}: asked {wanted}, composed {got}"


def _call(asked: Any, decoded: Mapping[str, Any], where: str) -> Iterator[str]:
    names = f"{decoded['call_module']}.{decoded['call_function']}"
    if (asked.pallet, asked.name) != (decoded["call_module"], decoded["call_function"]):
        yield f"{where}call: asked {asked.pallet}.{asked.name}, composed {names}"
        return
    args = {one["name"]: one["value"] for one in decoded["call_args"]}
    for name in sorted(set(args) ^ set(asked.args)):
        side = "asked, not composed" if name in asked.args else "composed, not asked"
        yield f"{where}{names} {name}: {side}"
    for name in asked.args:
        if name in args and not agrees(asked.args[name], args[name]):
            yield f"{where}{names} {name}: asked {asked.args[name]!r}, composed {args[name]!r}"


def agrees(asked: Any, decoded: Any) -> bool:
    """Whether a decoded value says what a value asked for means.

    A value may be asked for in several shapes: an account as ss58, hexadecimal or bytes, bytes as
    text, hexadecimal or numbers, a unit variant by its name or with None.
    """
    if is_call(asked):
        return isinstance(decoded, Mapping) and not any(_call(asked, decoded, ""))
    if asked is None or isinstance(asked, bool) or isinstance(decoded, bool):
        return asked is decoded
    if isinstance(asked, int) and isinstance(decoded, int):
        return asked == decoded
    if isinstance(asked, Mapping):
        return _mapping_agrees(asked, decoded)
    if isinstance(asked, list | tuple):
        return _list_agrees(asked, decoded)
    if isinstance(asked, bytes | bytearray):
        return bytes(asked) in _meanings(decoded)
    if isinstance(asked, str):
        return _text_agrees(asked, decoded)
    return False


def _mapping_agrees(asked: Mapping[Any, Any], decoded: Any) -> bool:
    if isinstance(decoded, Mapping):
        return set(asked) == set(decoded) and all(agrees(asked[k], decoded[k]) for k in asked)
    if isinstance(decoded, list | tuple):
        pairs = sorted(asked.items())
        return _list_agrees(pairs, decoded)
    if len(asked) != 1:
        return False
    ((name, content),) = asked.items()
    if content is None:
        return bool(name == decoded)
    return name in ("Id", "Some") and agrees(content, decoded)


def _list_agrees(asked: list[Any] | tuple[Any, ...], decoded: Any) -> bool:
    if isinstance(decoded, list | tuple):
        pairs = zip(asked, decoded, strict=False)
        return len(asked) == len(decoded) and all(agrees(one, got) for one, got in pairs)
    if isinstance(decoded, str | bytes):
        with contextlib.suppress(ValueError, TypeError):
            return bytes(asked) in _meanings(decoded)
        return False
    if isinstance(decoded, Mapping) and all(isinstance(one, tuple) for one in asked):
        with contextlib.suppress(ValueError, TypeError):
            return _mapping_agrees(dict(asked), decoded)
    return isinstance(decoded, int) and _limbs(asked) == decoded


def _text_agrees(asked: str, decoded: Any) -> bool:
    if isinstance(decoded, str) and asked == decoded:
        return True
    if isinstance(decoded, Mapping):
        return _mapping_agrees({"Id": asked}, decoded)
    wanted = {asked.encode()}
    if asked.startswith("0x"):
        with contextlib.suppress(ValueError):
            wanted = {bytes.fromhex(asked[2:])}
    return not wanted.isdisjoint(_meanings(decoded))


def _meanings(decoded: Any) -> set[bytes]:
    """The bytes that a decoded text can stand for; which it is, the byte comparison settles."""
    if isinstance(decoded, bytes | bytearray | list | tuple):
        with contextlib.suppress(ValueError, TypeError):
            return {bytes(decoded)}
    if not isinstance(decoded, str):
        return set()
    found = {vec_bytes(decoded), decoded.encode()}
    with contextlib.suppress(ValueError):
        if decoded.startswith("0x"):
            found.add(bytes.fromhex(decoded[2:]))
    with contextlib.suppress(UsageError):
        found.add(decode_ss58(decoded))
    return found


def _limbs(asked: list[Any] | tuple[Any, ...]) -> int | None:
    """The number that a U256, given as four u64, is."""
    if len(asked) != 4 or not all(isinstance(one, int) for one in asked):
        return None
    return sum(int(one) << (64 * at) for at, one in enumerate(asked))


def _with_bytes(codec: Codec, value: Any) -> Any:
    if is_call(value):
        return expected_call(codec, value)
    if isinstance(value, list | tuple):
        return type(value)(_with_bytes(codec, one) for one in value)
    if isinstance(value, Mapping):
        return {key: _with_bytes(codec, one) for key, one in value.items()}
    return value

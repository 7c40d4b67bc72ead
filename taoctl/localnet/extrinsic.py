"""Extrinsics on the wire: the signed envelope around a call, its era and what its signer signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from taoctl.addresses import encode_ss58
from taoctl.errors import BadDataError
from taoctl.localnet.frame import Call
from taoctl.scale.compact import compact, length_prefixed
from taoctl.scale.crypto import blake2_256

BARE_V4 = 0x04
BARE_V5 = 0x05
SIGNED_V4 = 0x84
_SIGNATURE_SIZES = (64, 64, 65)  # MultiSignature: ed25519, sr25519, ecdsa
_MAX_COMPACT_U64 = 2**64 - 1
_PAYLOAD_HASHED_ABOVE = 256


@dataclass(frozen=True, slots=True)
class Era:
    """A mortal era: valid for `period` blocks from the block whose number is `phase` in it."""

    period: int
    phase: int

    def birth(self, current: int) -> int:
        """First block of the period that `current` lies in."""
        return (max(current, self.phase) - self.phase) // self.period * self.period + self.phase

    def death(self, current: int) -> int:
        """First block at which the period that `current` lies in is over."""
        return self.birth(current) + self.period

    def encode(self) -> bytes:
        """The two bytes of a mortal era."""
        factor = max(self.period >> 12, 1)
        low = min(max(self.period.bit_length() - 2, 1), 15)
        return (low | (self.phase // factor) << 4).to_bytes(2, "little")

    @classmethod
    def decode(cls, data: bytes) -> Era:
        """Read two era bytes; raises BadDataError for a period or phase that cannot be."""
        number = int.from_bytes(data, "little")
        period = 2 << (number % 16)
        phase = (number >> 4) * max(period >> 12, 1)
        if period < 4 or phase >= period:
            raise BadDataError("Invalid period and phase")
        return cls(period, phase)


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed an extrinsic, and everything the signature covers besides the call.

    `signer` is None when the address is not a plain account id (an index or a raw address, which
    this chain cannot look up). `crypto` is the MultiSignature variant.
    """

    signer: str | None
    crypto: int
    signature: bytes
    era: Era | None
    nonce: int
    tip: int
    metadata_mode: int
    extra: bytes

    def payload(
        self,
        call: bytes,
        *,
        spec_version: int,
        transaction_version: int,
        genesis: bytes,
        birth_hash: bytes,
        metadata_hash: bytes | None,
    ) -> bytes:
        """The bytes the signature must be over; `birth_hash` is the genesis hash if immortal."""
        implicit = spec_version.to_bytes(4, "little") + transaction_version.to_bytes(4, "little")
        implicit += genesis + birth_hash
        implicit += b"\x00" if metadata_hash is None else b"\x01" + metadata_hash
        payload = call + self.extra + implicit
        return payload if len(payload) <= _PAYLOAD_HASHED_ABOVE else blake2_256(payload)


@dataclass(frozen=True, slots=True)
class Extrinsic:
    """One extrinsic: its bytes with the length prefix, its hash, its call, and who signed it."""

    raw: bytes
    hash: bytes
    call_bytes: bytes
    call: Call
    signed: Signed | None

    @property
    def length(self) -> int:
        """Bytes the extrinsic takes in a block, which the length fee is charged for."""
        return len(self.raw)


def bare_extrinsic(call: bytes) -> bytes:
    """The unsigned extrinsic (an inherent) around a call, with its length prefix."""
    return length_prefixed(bytes([BARE_V4]) + call)


def read_extrinsic(raw: bytes, decode_call: Callable[[bytes], Call]) -> Extrinsic:
    """Take apart an extrinsic with its length prefix; `decode_call` reads the call in it.

    Raises:
        BadDataError: a length, version, address, signature, era or call that cannot be read.
    """
    length, at = compact(raw)
    body = raw[at:]
    if len(body) != length or not body:
        raise BadDataError(f"the extrinsic says {length} bytes and has {len(body)}")
    version = body[0]
    if version in (BARE_V4, BARE_V5):
        signed, call_bytes = None, body[1:]
    elif version == SIGNED_V4:
        signed, call_at = _read_signed(body)
        call_bytes = body[call_at:]
    else:
        raise BadDataError(f"extrinsic version byte 0x{version:02x} is not known")
    if not call_bytes:
        raise BadDataError("the extrinsic has no call")
    return Extrinsic(raw, blake2_256(raw), call_bytes, decode_call(call_bytes), signed)


def _read_signed(body: bytes) -> tuple[Signed, int]:
    signer, at = _read_address(body, 1)
    crypto = _byte(body, at)
    if crypto >= len(_SIGNATURE_SIZES):
        raise BadDataError(f"signature kind {crypto} is not known")
    signature, at = _take(body, at + 1, _SIGNATURE_SIZES[crypto])
    extra_at = at
    era, at = _read_era(body, at)
    nonce, at = compact(body, at)
    if nonce >= 1 << 32:
        raise BadDataError("the nonce does not fit u32")
    tip, at = compact(body, at)
    if tip > _MAX_COMPACT_U64:
        raise BadDataError("the tip does not fit u64")
    mode = _byte(body, at)
    if mode > 1:
        raise BadDataError(f"metadata hash mode {mode} is not known")
    at += 1
    extra = body[extra_at:at]
    return Signed(signer, crypto, signature, era, nonce, tip, mode, extra), at


def _read_address(body: bytes, at: int) -> tuple[str | None, int]:
    kind, at = _byte(body, at), at + 1
    if kind == 0:
        account, at = _take(body, at, 32)
        return encode_ss58(account), at
    if kind == 1:
        return None, compact(body, at)[1]
    if kind == 2:
        length, at = compact(body, at)
        return None, _take(body, at, length)[1]
    if kind in (3, 4):
        return None, _take(body, at, 32 if kind == 3 else 20)[1]
    raise BadDataError(f"address kind {kind} is not known")


def _read_era(body: bytes, at: int) -> tuple[Era | None, int]:
    if _byte(body, at) == 0:
        return None, at + 1
    data, at = _take(body, at, 2)
    return Era.decode(data), at


def _byte(body: bytes, at: int) -> int:
    if at >= len(body):
        raise BadDataError("the extrinsic ends early")
    return body[at]


def _take(body: bytes, at: int, size: int) -> tuple[bytes, int]:
    if at + size > len(body):
        raise BadDataError("the extrinsic ends early")
    return body[at : at + size], at + size

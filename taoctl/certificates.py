"""The public keys that neurons keep on chain for TLS, and where they stand in certificates.

The chain keeps one byte of algorithm, whose numbers subnets agree on among themselves, and at most
64 bytes of public key: an X.509 certificate does not fit, its key may.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from taoctl.errors import UsageError

MOST_KEY_BYTES = 64
"""Bytes of public key that the chain keeps."""

_SEQUENCE, _BIT_STRING, _VERSION = 0x30, 0x03, 0xA0
_POINT_BYTES = 65
_UNCOMPRESSED = b"\x04"
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \1-----")
_HEX = re.compile(r"^0x(?:[0-9a-fA-F]{2}){1,65}$")
_CERTIFICATE, _PUBLIC_KEY = b"CERTIFICATE", b"PUBLIC KEY"
_SPKI_PLACE = 5
"""Fields of a certificate's body before its public key, the optional version not counted."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the chain keeps of a certificate.

    Attributes:
        algorithm: u8.
        public_key: at most 64 bytes; empty where it was taken back.
    """

    algorithm: int
    public_key: bytes

    @property
    def wire(self) -> bytes:
        """The bytes that serve_axon_tls takes."""
        return bytes([self.algorithm]) + self.public_key

    def __str__(self) -> str:
        if not self.public_key:
            return "none"
        return f"algorithm {self.algorithm}, key 0x{self.public_key.hex()}"

    def is_key_of(self, der: bytes) -> bool:
        """Whether it is the public key of an X.509 certificate; not of one that cannot be read."""
        try:
            return bool(self.public_key) and self.public_key == public_key_of(der)
        except UsageError:
            return False


def parse_certificate(content: bytes, algorithm: int | None) -> Certificate:
    """The certificate in a file: PEM or DER with a public key, or `0x` algorithm and key.

    Args:
        algorithm: the byte that goes before a key that a PEM or DER file holds.

    Raises:
        UsageError: there is no such key in it, it does not fit, or its algorithm is not given.
    """
    text = content.strip()
    if text.startswith(b"0x"):
        return _from_hex(text, algorithm)
    key = public_key_of(_der_in(content))
    if len(key) > MOST_KEY_BYTES:
        raise UsageError(
            f"the public key has {len(key)} bytes, and the chain keeps at most {MOST_KEY_BYTES}",
            "use an Ed25519 or P-256 key; RSA keys do not fit",
        )
    if algorithm is None:
        raise UsageError(
            "the chain keeps a number for the key's algorithm, which none was given for",
            "give the number that your subnet uses with --tls-algorithm",
        )
    return Certificate(algorithm, key)


def _from_hex(text: bytes, algorithm: int | None) -> Certificate:
    if not _HEX.match(text.decode("ascii", "replace")):
        raise UsageError(
            "the file is not 0x and the hexadecimal of 1 to 65 bytes",
            "the first byte is the algorithm's number, the rest is the public key",
        )
    raw = bytes.fromhex(text[2:].decode())
    if algorithm is not None and algorithm != raw[0]:
        raise UsageError(f"the file's own algorithm is {raw[0]}, not {algorithm}")
    return Certificate(raw[0], raw[1:])


def _der_in(content: bytes) -> bytes:
    # Of a chain the first is the server's own; those after it are of who signed it.
    blocks: dict[bytes, bytes] = dict(reversed(_PEM.findall(content)))
    body = blocks.get(_CERTIFICATE) or blocks.get(_PUBLIC_KEY)
    if body is not None:
        try:
            return base64.b64decode(body, validate=False)
        except binascii.Error:
            raise _unreadable() from None
    if blocks or content.lstrip().startswith(b"-----"):
        # What else PEM files hold are mostly private keys, which nothing here may look at.
        raise UsageError(
            "the file holds neither a certificate nor a public key",
            "name the file of the certificate, not that of its private key",
        )
    return content


def public_key_of(der: bytes) -> bytes:
    """The bytes of the public key in a DER certificate or SubjectPublicKeyInfo.

    Of a point on P-256 that is not compressed both coordinates, without the byte before them: with
    it they would not fit.

    Raises:
        UsageError: it is neither.
    """
    try:
        key = _key_in(list(_elements(_only(der))))
    except (IndexError, ValueError):
        raise _unreadable() from None
    return key[1:] if len(key) == _POINT_BYTES and key.startswith(_UNCOMPRESSED) else key


def _key_in(fields: list[tuple[int, bytes]]) -> bytes:
    if fields[1][0] == _BIT_STRING:
        return _bits(fields[1][1])
    body = list(_elements(fields[0][1]))
    start = 1 if body[0][0] == _VERSION else 0
    tag, info = body[start + _SPKI_PLACE]
    if tag != _SEQUENCE:
        raise ValueError(tag)
    tag, key = list(_elements(info))[1]
    if tag != _BIT_STRING:
        raise ValueError(tag)
    return _bits(key)


def _bits(content: bytes) -> bytes:
    if content[0] != 0 or len(content) < 2:
        raise ValueError(content[0])
    return content[1:]


def _only(der: bytes) -> bytes:
    (element,) = _elements(der)
    if element[0] != _SEQUENCE:
        raise ValueError(element[0])
    return element[1]


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The (tag, content) of DER elements one after the other; raises ValueError, IndexError."""
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            if not 0 < size <= 4 or at + size > len(data):
                raise ValueError(length)
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        if at + length > len(data):
            raise ValueError(length)
        yield tag, data[at : at + length]
        at += length


def _unreadable() -> UsageError:
    return UsageError(
        "no public key can be read from the certificate",
        "give it as PEM, as DER, or as 0x, the algorithm's number and the key",
    )

"""Headers and blocks: their SCALE form, their hashes and their JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from taoctl.scale.compact import compact_bytes, length_prefixed
from taoctl.scale.crypto import blake2_256

ZERO_HASH = bytes(32)
BLOCK_HASH_COUNT = 2400
"""Block hashes that `System.BlockHash` keeps, which bounds how old an era's birth may be."""


@dataclass(frozen=True)
class Header:
    """A block header. Its hash is BLAKE2b-256 over its SCALE bytes, as on any Substrate chain.

    `state_root` commits to the parent's root and the block's own changes; it is not a Merkle trie
    root, so proofs cannot be made from it. `extrinsics_root` hashes the list of extrinsics.
    """

    parent_hash: bytes
    number: int
    state_root: bytes
    extrinsics_root: bytes

    @cached_property
    def encoded(self) -> bytes:
        """SCALE bytes, with an empty digest: nobody has to prove authorship of a local block."""
        number = compact_bytes(self.number)
        return self.parent_hash + number + self.state_root + self.extrinsics_root + b"\x00"

    @cached_property
    def hash(self) -> bytes:
        """The block hash."""
        return blake2_256(self.encoded)

    def as_json(self) -> dict[str, Any]:
        """The header as `chain_getHeader` answers it."""
        return {
            "parentHash": hex0x(self.parent_hash),
            "number": hex(self.number),
            "stateRoot": hex0x(self.state_root),
            "extrinsicsRoot": hex0x(self.extrinsics_root),
            "digest": {"logs": []},
        }


@dataclass(frozen=True)
class Block:
    """A header with the extrinsics of its block, each with its length prefix."""

    header: Header
    extrinsics: tuple[bytes, ...]

    @property
    def number(self) -> int:
        """Number of the block."""
        return self.header.number

    @property
    def hash(self) -> bytes:
        """Hash of the block."""
        return self.header.hash

    def as_json(self) -> dict[str, Any]:
        """The block as `chain_getBlock` answers it."""
        return {
            "block": {
                "header": self.header.as_json(),
                "extrinsics": [hex0x(raw) for raw in self.extrinsics],
            },
            "justifications": None,
        }


def hex0x(data: bytes) -> str:
    """Bytes as `0x` hex, the form of every hash and blob in the RPC."""
    return "0x" + data.hex()


def extrinsics_root(extrinsics: Sequence[bytes]) -> bytes:
    """The commitment of a header to its block's extrinsics."""
    return blake2_256(b"".join(length_prefixed(raw) for raw in extrinsics))


def state_root(parent_root: bytes, changes: bytes) -> bytes:
    """The commitment of a header to the state: the parent's, then this block's changes."""
    return blake2_256(parent_root + changes)

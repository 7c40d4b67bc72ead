"""Looking for one extrinsic in the blocks of a chain, the only place where the truth is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from taoctl.addresses import decode_ss58
from taoctl.chain.client import Chain
from taoctl.chain.header import Head, read_header
from taoctl.chain.rpc import RpcError
from taoctl.errors import BadDataError, TaoctlError
from taoctl.journal.record import Record
from taoctl.scale.codec import Codec, hex_bytes
from taoctl.scale.crypto import blake2_256

_AT_ONCE = 8
_HEAD_BYTES = 48
"""An extrinsic's signer stands within its first bytes: length, version, address kind, key."""


class BlockGoneError(BadDataError):
    """No endpoint has the block any more, so that nobody can say what is in it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an extrinsic is: its block, and the place in it."""

    head: Head
    index: int

    @property
    def block(self) -> int:
        """Number of the block."""
        return self.head.number

    @property
    def block_hash(self) -> str:
        """`0x` hash of the block."""
        return self.head.hash


@dataclass(frozen=True, slots=True)
class Ends:
    """The newest finalized block's number, and the newest block."""

    finalized: int
    head: Head


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a range of blocks says of an extrinsic.

    Attributes:
        place: where it is, None when no block of the range has it.
        rival: `0x` hash of another extrinsic of that signer and nonce, if the range has one.
    """

    place: Place | None = None
    rival: str | None = None


async def ends(chain: Chain) -> Ends:
    """Where the chain stands, asked of the node now."""
    finalized_hash, header = await asyncio.gather(
        chain.call("chain_getFinalizedHead"), chain.call("chain_getHeader")
    )
    finalized = read_header(await chain.call("chain_getHeader", [finalized_hash]))
    return Ends(finalized.number, read_header(header))


class Lookout:
    """Looks for the extrinsic of one record; no block's body is asked for twice."""

    def __init__(self, chain: Chain, record: Record) -> None:
        self._chain = chain
        self._wanted = bytes.fromhex(record.extrinsic_hash.removeprefix("0x"))
        self._signer = decode_ss58(record.signer_ss58)
        self._nonce = record.nonce
        self._seen: dict[str, tuple[Head, Sighting]] = {}

    async def finalized(self, first: int, last: int) -> Sighting:
        """What finalized blocks from `first` to `last` say.

        Raises:
            BlockGoneError: a block of them cannot be had.
        """
        rival: str | None = None
        for at in range(first, last + 1, _AT_ONCE):
            numbers = range(at, min(at + _AT_ONCE, last + 1))
            hashes = await asyncio.gather(*(self._hash(number) for number in numbers))
            blocks = await asyncio.gather(*(self._block(one) for one in hashes))
            for _, sighting in blocks:
                if sighting.place is not None:
                    return sighting
                rival = rival or sighting.rival
        return Sighting(rival=rival)

    async def unfinalized(self, head: Head, above: int, last: int | None) -> Sighting:
        """What the blocks from the head down say, `above` excluded, those after `last` left out."""
        found, block_hash, number = Sighting(), head.hash, head.number
        while number > above:
            header, sighting = await self._block(block_hash)
            if sighting.place is not None:
                found = sighting if last is None or number <= last else found
            elif sighting.rival is not None and found.place is None:
                found = sighting
            block_hash, number = header.parent_hash, header.number - 1
        return found

    async def _hash(self, number: int) -> str:
        answer = await self._chain.call("chain_getBlockHash", [number])
        if not isinstance(answer, str):
            raise _gone(number, self._chain)
        return answer

    async def _block(self, block_hash: str) -> tuple[Head, Sighting]:
        seen = self._seen.get(block_hash)
        if seen is None:
            seen = await self._read(block_hash)
            self._seen[block_hash] = seen
        return seen

    async def _read(self, block_hash: str) -> tuple[Head, Sighting]:
        answer = await self._chain.call("chain_getBlock", [block_hash])
        if answer is None:
            raise _gone(block_hash, self._chain)
        header, extrinsics = _block_parts(answer)
        if header.hash != block_hash.lower():
            raise BadDataError("the node sent another block than was asked for")
        rival: str | None = None
        for index, raw in enumerate(extrinsics):
            if self._signer not in raw[:_HEAD_BYTES]:
                continue
            digest = blake2_256(raw)
            if digest == self._wanted:
                return header, Sighting(Place(header, index))
            if _nonce_of(self._chain.runtime.codec, raw) == self._nonce:
                rival = "0x" + digest.hex()
        return header, Sighting(rival=rival)


async def in_pool(chain: Chain, extrinsic: bytes) -> bool | None:
    """Whether the node's pool has these bytes; None where it does not say."""
    try:
        waiting = await chain.call("author_pendingExtrinsics")
    except RpcError:
        return None
    text = "0x" + extrinsic.hex()
    return isinstance(waiting, list) and any(str(one).lower() == text for one in waiting)


async def account_nonce(chain: Chain, ss58: str) -> int:
    """The next free nonce of an account, those that wait in the node's pool counted."""
    answer = await chain.call("system_accountNextIndex", [ss58])
    if not isinstance(answer, int) or not 0 <= answer < 2**32:
        raise BadDataError("the node sent a nonce that cannot be read", "try another endpoint")
    return answer


def _block_parts(answer: Any) -> tuple[Head, list[bytes]]:
    try:
        block = answer["block"]
        header, listed = block["header"], list(block["extrinsics"])
    except (KeyError, TypeError) as error:
        raise BadDataError("the node sent a block that cannot be read") from error
    return read_header(header), [hex_bytes(one) for one in listed]


def _nonce_of(codec: Codec, raw: bytes) -> int | None:
    """The nonce of a signed extrinsic; None when the runtime in use cannot read it."""
    try:
        nonce = codec.decode_extrinsic(raw).get("nonce")
    except TaoctlError:
        return None
    return nonce if isinstance(nonce, int) else None


def _gone(what: int | str, chain: Chain) -> BlockGoneError:
    return BlockGoneError(
        f"{chain.link.endpoint} no longer has block {what}",
        "ask an archive node (--network archive)",
    )

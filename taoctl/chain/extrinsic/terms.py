"""What goes into a signed extrinsic besides its call, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from taoctl.errors import BadDataError, UsageError

MIN_PERIOD = 4
MAX_PERIOD = 1 << 16
IMMORTAL = "00"


class CallLike(Protocol):
    """A call by the chain's names; nested calls among its arguments are CallLike as well.

    Argument values are in the shapes that `Codec` gives and takes.
    """

    @property
    def pallet(self) -> str:
        """Name of the pallet."""

    @property
    def name(self) -> str:
        """Name of the call."""

    @property
    def args(self) -> Mapping[str, Any]:
        """One value per argument."""


@dataclass(frozen=True, slots=True)
class Era:
    """The blocks in which an extrinsic may be included; get one from `mortal` or `immortal`.

    Attributes:
        period: length in blocks, a power of two; None for ever.
        birth: number of the first of its blocks, whose hash is signed; 0 (genesis) for ever.
    """

    period: int | None
    birth: int

    @classmethod
    def immortal(cls) -> Era:
        """For ever: it signs the genesis hash, and is never known to have expired."""
        return cls(None, 0)

    @classmethod
    def mortal(cls, period_blocks: int, current: int) -> Era:
        """An era of at least that many blocks, born at block `current`.

        The period is raised to a power of two from 4 to 65,536. Periods above 4,096 are born up
        to 15 blocks before `current`, since the wire has no room for more. Raises UsageError.
        """
        if not 1 <= period_blocks <= MAX_PERIOD:
            raise UsageError(f"an era lasts 1 to {MAX_PERIOD} blocks, not {period_blocks}")
        if current < 0:
            raise UsageError(f"an era cannot begin at block {current}")
        period = max(MIN_PERIOD, 1 << (period_blocks - 1).bit_length())
        return cls(period, current - current % max(period >> 12, 1))

    @property
    def last(self) -> int | None:
        """Number of the last block that may include it; None for ever."""
        return None if self.period is None else self.birth + self.period - 1

    @property
    def phase(self) -> int | None:
        """Where in its period it was born, as the wire says it; None for ever."""
        return None if self.period is None else self.birth % self.period

    @property
    def value(self) -> str | dict[str, int]:
        """The era as both codecs take it."""
        if self.period is None:
            return IMMORTAL
        return {"period": self.period, "current": self.birth}


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything a signature covers besides the call and the runtime's versions.

    Attributes:
        public_key: 32 bytes of the signer.
        crypto: how it signs, as MultiSignature numbers it (`scale.crypto.ED25519`, `SR25519`).
        nonce: the signer's count of transactions before this one.
        era: when it may be included.
        era_block_hash: 32-byte hash of the block `era.birth` (genesis for ever).
        genesis_hash: 32-byte hash of block 0.
        tip_rao: what is paid on top of the fee.
        metadata_hash: RFC-0078 digest to sign, None to sign none.
    """

    public_key: bytes
    crypto: int
    nonce: int
    era: Era
    era_block_hash: bytes
    genesis_hash: bytes
    tip_rao: int = 0
    metadata_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class SignedExtrinsic:
    """An extrinsic that two codecs agree on, ready to be sent.

    Attributes:
        data: the bytes to submit, with their length prefix.
        hash: `0x` blake2-256 of `data`, by which blocks and pools know it.
        call: SCALE bytes of its call.
        terms: what was signed besides the call.
        spec_version: the runtime it was signed for; the chain refuses it under any other.
    """

    data: bytes
    hash: str
    call: bytes
    terms: Terms
    spec_version: int


class MismatchError(BadDataError):
    """The two codecs disagree on what was composed, so nothing was sent.

    Attributes:
        differences: what differs, by name, in words.
    """

    code = "codec_mismatch"

    def __init__(self, message: str, hint: str | None, differences: tuple[str, ...]) -> None:
        super().__init__(message, hint)
        self.differences = differences

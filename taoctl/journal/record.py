"""One transaction in the journal: what it was, how it was signed, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from taoctl.units import Tao


class State(StrEnum):
    """What is known of a transaction.

    PREPARED: signed and written down, perhaps sent; SENT: a node took it; IN_BLOCK: executed in a
    block that is not finalized; FINALIZED: executed for good; FAILED: included, and the chain
    refused it there (a fee was paid); EXPIRED: its era is over and no block has it; REPLACED:
    another transaction used its nonce; REJECTED: no node took it; UNKNOWN: nothing is certain.
    """

    PREPARED = "prepared"
    SENT = "sent"
    IN_BLOCK = "in_block"
    FINALIZED = "finalized"
    FAILED = "failed"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


UNRESOLVED = frozenset({State.PREPARED, State.SENT, State.UNKNOWN})
"""States in which nobody knows yet whether the chain executes the transaction."""


@dataclass(frozen=True, slots=True)
class Record:
    """A transaction. Nothing in it is secret: all of it is public once it is sent.

    Attributes:
        id: number in this journal; 0 before it is written.
        created_ms: when it was written, in milliseconds since 1970.
        updated_ms: when its last step was written.
        network: name of the network, or the endpoint that was given instead.
        genesis: `0x` hash of block 0.
        endpoint: the node it was handed to, without credentials.
        signer_ss58: who signed it.
        intent: what was wanted, in words.
        call: `Pallet.call`.
        digest: equal for equal calls of one signer on one chain, whatever nonce and era.
        extrinsic: the signed bytes, with their length prefix.
        extrinsic_hash: `0x` blake2-256 of them.
        nonce: the signer's transaction count that it uses.
        tip_rao: paid on top of the fee, in rao.
        spec_version: runtime it was signed for.
        from_block: it cannot be in this block or an earlier one.
        last_block: the last block that may include it; None for ever.
        state: what is known.
        final: whether that can change no more.
        acknowledged: whether a node said that it took it.
        scanned_to: finalized blocks up to here are known not to have it.
        block: number of the block that has it, None where none is known.
        block_hash: of that block.
        index: place in that block.
        fee_rao: what was paid, tip included; None where unknown.
        error: name of the chain's error, such as `Balances.InsufficientBalance`.
        error_docs: what the runtime says of it.
        replaced_by: `0x` hash of the transaction that used the nonce, where known.
        reason: why the state is what it is, in words.
    """

    network: str
    genesis: str
    endpoint: str
    signer_ss58: str
    intent: str
    call: str
    digest: str
    extrinsic: bytes
    extrinsic_hash: str
    nonce: int
    tip_rao: int
    spec_version: int
    from_block: int
    last_block: int | None
    id: int = 0
    created_ms: int = 0
    updated_ms: int = 0
    state: State = State.PREPARED
    final: bool = False
    acknowledged: bool = False
    scanned_to: int = 0
    block: int | None = None
    block_hash: str | None = None
    index: int | None = None
    fee_rao: int | None = None
    error: str | None = None
    error_docs: str | None = None
    replaced_by: str | None = None
    reason: str | None = None

    def reference(self) -> dict[str, Any]:
        """What an error tells a program of it, as JSON values."""
        return {
            "id": self.id,
            "state": self.state.value,
            "extrinsic_hash": self.extrinsic_hash,
            "nonce": self.nonce,
            "block": self.block,
            "block_hash": self.block_hash,
            "index": self.index,
            "error": self.error,
        }

    @property
    def fee(self) -> Tao | None:
        """What was paid, tip included; None where unknown."""
        return None if self.fee_rao is None else Tao(self.fee_rao)

    @property
    def unresolved(self) -> bool:
        """Whether nobody knows yet if the chain executes it."""
        return self.state in UNRESOLVED and not self.final

    @property
    def succeeded(self) -> bool:
        """Whether a block has it and it did what was asked there."""
        return self.state in (State.IN_BLOCK, State.FINALIZED)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a transaction: the state it had from then on, and the words."""

    at_ms: int
    state: State
    final: bool
    block: int | None
    endpoint: str | None
    reason: str | None

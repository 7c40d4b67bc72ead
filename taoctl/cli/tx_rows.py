"""Transactions of the journal as rows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

from taoctl.journal.record import Record, Step
from taoctl.reads.columns import Column, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class TxRow:
    """What the journal knows of one transaction."""

    id: Annotated[int, Column("tx", Kind.INT, "number in the journal")]
    state: Annotated[
        str,
        Column(
            "state",
            Kind.TEXT,
            "prepared, sent, in_block, finalized, failed, expired, replaced, rejected or unknown",
        ),
    ]
    final: Annotated[bool, Column("final", Kind.BOOL, "whether the state can change no more")]
    intent: Annotated[str, Column("what", Kind.TEXT, "what was wanted")]
    call: Annotated[str, Column("call", Kind.TEXT, "pallet and call", wide=True)]
    network: Annotated[str, Column("network", Kind.TEXT, "where it was sent", drop=2)]
    signer_ss58: Annotated[str, Column("signer", Kind.SS58, "who signed", drop=1)]
    nonce: Annotated[int, Column("nonce", Kind.INT, "the signer's transaction count", drop=3)]
    block: Annotated[int | None, Column("block", Kind.BLOCK, "the block that has it")]
    last_block: Annotated[
        int | None, Column("until", Kind.BLOCK, "the last block that may have it", drop=4)
    ]
    fee_rao: Annotated[int | None, Column("fee", Kind.TAO, "what was paid, tip included", drop=5)]
    error: Annotated[str | None, Column("error", Kind.TEXT, "the chain's name of what went wrong")]
    reason: Annotated[
        str | None, Column("why", Kind.TEXT, "why the state is what it is", wide=True)
    ]
    created_ms: Annotated[int, Column("signed", Kind.TIME, "when it was signed", drop=6)]
    updated_ms: Annotated[int, Column("changed", Kind.TIME, "when the state was set", wide=True)]
    error_docs: Annotated[
        str | None, Column("meaning", Kind.TEXT, "what the runtime says of the error", wide=True)
    ]
    extrinsic_hash: Annotated[str, Column("hash", Kind.HASH, "hash of its bytes", wide=True)]
    block_hash: Annotated[
        str | None, Column("block hash", Kind.HASH, "hash of the block", wide=True)
    ]
    index: Annotated[int | None, Column("index", Kind.INT, "place in the block", wide=True)]
    replaced_by: Annotated[
        str | None,
        Column("replaced by", Kind.HASH, "hash of the transaction with its nonce", wide=True),
    ]
    tip_rao: Annotated[int, Column("tip", Kind.TAO, "paid on top of the fee", wide=True)]
    from_block: Annotated[
        int, Column("signed at", Kind.BLOCK, "it can be in later blocks only", wide=True)
    ]
    spec_version: Annotated[int, Column("spec", Kind.INT, "runtime it is for", wide=True)]
    acknowledged: Annotated[
        bool, Column("taken", Kind.BOOL, "whether a node said that it took it", wide=True)
    ]
    endpoint: Annotated[str, Column("endpoint", Kind.TEXT, "the node it was sent to", wide=True)]
    genesis: Annotated[str, Column("genesis", Kind.HASH, "hash of the chain's block 0", wide=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One thing that happened to a transaction."""

    at_ms: Annotated[int, Column("when", Kind.TIME, "when it was written down")]
    state: Annotated[str, Column("state", Kind.TEXT, "what was known from then on")]
    block: Annotated[int | None, Column("block", Kind.BLOCK, "the block that had it")]
    endpoint: Annotated[str | None, Column("endpoint", Kind.TEXT, "the node", drop=1)]
    reason: Annotated[str | None, Column("why", Kind.TEXT, "what was seen")]


def tx_row(record: Record) -> TxRow:
    """The row of a record."""
    values = {one.name: getattr(record, one.name) for one in fields(TxRow)}
    return TxRow(**{**values, "state": record.state.value})


def step_row(step: Step) -> StepRow:
    """The row of a step."""
    return StepRow(
        at_ms=step.at_ms,
        state=step.state.value,
        block=step.block,
        endpoint=step.endpoint,
        reason=step.reason,
    )

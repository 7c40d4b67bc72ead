"""Find out from the blocks what became of transactions in the journal."""

from __future__ import annotations

from taoctl.chain.client import Chain
from taoctl.journal.record import Record
from taoctl.journal.store import Journal


async def settle(chain: Chain, journal: Journal, record: Record) -> Record:
    """The record as the chain has it now, written to the journal.

    A record whose blocks cannot be had stays what it was, with the reason. Raises what reads
    raise when the chain cannot be asked at all.
    """
    raise NotImplementedError


async def resume_all(chain: Chain, journal: Journal) -> tuple[Record, ...]:
    """Settle every record of this chain that is not final; as they are now, oldest first."""
    raise NotImplementedError


async def rebroadcast(chain: Chain, journal: Journal, record: Record) -> Record:
    """Hand the very same bytes to a node again, for a record that is unresolved.

    The chain executes one nonce once, so that this cannot execute anything twice.
    Raises RefusedError when it is resolved, or its era is over.
    """
    raise NotImplementedError

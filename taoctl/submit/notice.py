"""The line that every command says while transactions of its chain are open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from taoctl.errors import TaoctlError
from taoctl.journal.place import default_path

if TYPE_CHECKING:
    from taoctl.chain.client import Chain
    from taoctl.journal.record import Record
    from taoctl.journal.store import Journal

BUDGET_S = 0.7
"""How long another command may be held up by looking."""


async def open_transactions(chain: Chain) -> str | None:
    """What became of this chain's open transactions, in one line; None when there are none.

    Without a journal this loads and asks nothing. With open transactions it looks for them, as
    far as that goes in `BUDGET_S`; trouble with the chain or the journal is for others to say.
    """
    if not default_path().exists():
        return None
    from taoctl.journal.store import Journal

    try:
        with Journal() as journal:
            return await _line(chain, journal)
    except TaoctlError:
        return None


async def _line(chain: Chain, journal: Journal) -> str | None:
    before = journal.pending(chain.genesis)
    if not before:
        return None
    try:
        async with asyncio.timeout(BUDGET_S):
            await _look(chain, journal, before)
    except (TimeoutError, TaoctlError):
        pass
    after = [journal.get(record.id) for record in before]
    told = [
        _words(new)
        for old, new in zip(before, after, strict=True)
        if new.unresolved or (not new.succeeded and new.state is not old.state)
    ]
    solved = [
        _words(new)
        for old, new in zip(before, after, strict=True)
        if new.succeeded and not old.succeeded
    ]
    if not told and not solved:
        return None
    more = "; see `taoctl tx list`" if len(told) + len(solved) > 1 else ""
    first, *rest = [*told, *solved]
    others = f", and {len(rest)} more" if rest else ""
    return f"{first}{others}{more}"


async def _look(chain: Chain, journal: Journal, records: tuple[Record, ...]) -> None:
    from taoctl.submit.settle import Settler

    for record in records:
        # What never expires would be looked for in every block that there will ever be.
        if record.last_block is not None or await _nonce_used(chain, record):
            await Settler(chain, journal, record).settle()


async def _nonce_used(chain: Chain, record: Record) -> bool:
    """Whether a transaction with the nonce was executed; False also where the account ended."""
    view = await chain.at_head()
    account = await view.value("System", "Account", record.signer_ss58)
    return bool(account["nonce"] > record.nonce)


def _words(record: Record) -> str:
    name = f"transaction {record.id} ({record.intent})"
    if record.unresolved:
        return f"{name} is open: ask with `taoctl tx resume {record.id}`"
    if record.block is not None:
        what = "succeeded" if record.succeeded else f"failed ({record.error})"
        return f"{name} {what} in block {record.block}"
    return f"{name} was not executed: {record.reason or record.state.value}"

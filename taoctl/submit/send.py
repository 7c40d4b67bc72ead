"""Sign a plan, write it down, hand it to a node once, and wait for what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from taoctl.chain.client import Chain
from taoctl.journal.store import Journal
from taoctl.submit.options import TxOptions
from taoctl.submit.outcome import Outcome, Progress
from taoctl.submit.plan import Plan


class Signer(Protocol):
    """What signs: `wallet.signer.Signer`, or a development account's key."""

    ss58: str
    public_key: bytes
    crypto: int

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature; may block, so it runs in a thread."""


async def send(
    chain: Chain,
    plan: Plan,
    signer: Signer,
    journal: Journal,
    options: TxOptions,
    progress: Callable[[Progress], None] = lambda step: None,
) -> Outcome:
    """Send what a plan says, and wait as the options say.

    An outcome may be a failure in a block (`Outcome.error`); raised is only what is not an
    outcome:

    Raises:
        RefusedError: an identical transaction is unresolved, an earlier one of this key is lost
            and would hold this one up, the runtime changed since the plan, or the node refuses it.
        UnreachableError: no node was there; nothing was sent.
        UnknownOutcomeError: it was sent, and the connection, the deadline or the user ended the
            wait before it was seen in a block; the journal goes on from there.
        MismatchError: the two codecs disagree; nothing was sent.
        NoKeyError: what the signer raises; nothing was sent.
        DeadlineError: another process holds this key's lock for too long.
    """
    raise NotImplementedError

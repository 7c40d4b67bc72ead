"""One transaction of the dashboard: its plan, its way to the chain, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from taoctl.chain.networks import FINNEY_GENESIS, TEST_GENESIS
from taoctl.errors import (
    BadDataError,
    DeadlineError,
    DeclinedError,
    NoKeyError,
    RefusedError,
    TaoctlError,
)
from taoctl.scale.crypto import SR25519
from tui.ballots import OnProposal
from tui.orders import dated

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.chain.client import Chain
    from taoctl.submit.comparison import Comparison
    from taoctl.submit.outcome import Outcome, Progress
    from taoctl.submit.plan import Plan
    from taoctl.wallet.signer import OpenedSigner
    from tui.app import Dashboard
    from tui.order_desk import OrderDesk
    from tui.orders import Draft

OLD_SECONDS = 180.0
"""A plan that was looked at for longer is made anew before it is sent."""


async def plan(dash: Dashboard, wanted: Intent | OnProposal, coldkey: str) -> Plan:
    """What an intent of a coldkey will do, worked out on the newest block.

    Raises:
        DeadlineError: the chain did not answer in time.
        What `make_plan` raises.
    """
    from taoctl.journal.store import Journal
    from taoctl.submit.options import TxOptions
    from taoctl.submit.plan import make_plan

    signer = dash.signing.held.get(coldkey)
    crypto = SR25519 if signer is None else signer.crypto
    try:
        async with asyncio.timeout(dash.options.timeout):
            chain = await dash.connected()
            view = await chain.at_head()
            if isinstance(wanted, OnProposal):
                intent = await wanted.intent(view, coldkey, dash.options.shared)
            else:
                intent = await dated(view, wanted)
            with Journal() as journal:
                return await make_plan(
                    chain, intent, coldkey, TxOptions(), journal=journal, crypto=crypto
                )
    except TimeoutError:
        raise DeadlineError(
            f"no answer within {dash.options.timeout:g} s; nothing was sent",
            "try again, or open the dashboard with a longer --timeout",
        ) from None


def on_public_network(plan: Plan) -> bool:
    """Whether what a plan moves may be worth something to somebody."""
    return plan.genesis in (FINNEY_GENESIS, TEST_GENESIS)


@dataclass
class Submission:
    """A planned transaction that was agreed to.

    Attributes:
        plan: what was agreed to.
        desk: of the wallet that signs it.
        draft: what it was made from.
        steps: what was told on the way, in words, oldest first.
        record_id: in the journal; None before it is signed.
        outcome: what became of it, once that is known.
        compared: its trades as they were quoted and as they went.
        error: why it is not known, or why nothing was sent.
        told: called after each step, and once when all is over.
    """

    plan: Plan
    desk: OrderDesk
    draft: Draft
    told: Callable[[], None] = field(default=lambda: None, repr=False)
    steps: list[str] = field(default_factory=list)
    record_id: int | None = None
    outcome: Outcome | None = None
    compared: Sequence[Comparison] = ()
    error: TaoctlError | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.outcome is not None or self.error is not None

    async def run(self, dash: Dashboard, signer: OpenedSigner | None) -> None:
        """Sign, send and wait; what goes wrong is a value. Cancelled, it says what is pending."""
        from taoctl.journal.store import Journal
        from taoctl.submit.options import TxOptions
        from taoctl.submit.send import send

        try:
            if signer is None:
                raise NoKeyError("the keys were locked meanwhile; nothing was sent", "`:unlock`")
            chain = await dash.connected()
            if chain.genesis != self.plan.genesis:
                raise RefusedError(
                    "another chain answers now than the one that was planned for; nothing was sent",
                    "go back, and let the plan be made anew",
                )
            with Journal() as journal:
                outcome = await send(chain, self.plan, signer, journal, TxOptions(), self._progress)
            self.compared = await self._compare(chain, outcome)
            self.outcome = outcome
        except asyncio.CancelledError:
            self.error = DeclinedError("interrupted before anything was sent")
            raise
        except TaoctlError as problem:
            self.error = problem
        except Exception as problem:
            # Whatever it is, what the user has to know is whether something was sent.
            sent = (
                f"see `taoctl tx show {self.record_id}`" if self.record_id else "nothing was sent"
            )
            what = f"sending failed in an unforeseen way ({type(problem).__name__})"
            self.error = BadDataError(what, sent)
            dash.log.error(problem)
        finally:
            self.told()

    async def _compare(self, chain: Chain, outcome: Outcome) -> Sequence[Comparison]:
        """Each trade as it was quoted and as it went; nothing where that cannot be known."""
        from taoctl.submit.comparison import compared

        try:
            return await compared(chain, self.plan.quotes, outcome)
        except TaoctlError:
            return ()

    def _progress(self, step: Progress) -> None:
        if step.record_id is not None:
            self.record_id = step.record_id
        self._step(step.text)

    def _step(self, text: str) -> None:
        self.steps.append(text)
        self.told()

"""Chains of governance as a client reads them: what reads say beside what storage holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from payout_chain import OwnView
from referenda_chain import ReferendaChain
from senate_chain import SenateChain

from taoctl.chain.runtime import Runtime, RuntimeVersion
from taoctl.chain.view import View
from taoctl.localnet.frame import Runtime as Pallets
from taoctl.reads.governance.finding import proposal, proposals
from taoctl.reads.governance.proposal import Proposal

T = TypeVar("T")


class Sealed:
    """The newest finished block of a chain that is driven call by call."""

    def __init__(self, runtime: Pallets) -> None:
        self.runtime, self.best_number = runtime, runtime.state.head


def view_of(runtime: Pallets, spec: int = 424) -> View:
    """The state after the newest finished block."""
    found = Runtime(RuntimeVersion("node-subtensor", spec, 1), runtime.codec, "node")

    async def find() -> Runtime:
        return found

    sealed = Sealed(runtime)
    number = sealed.best_number
    return View(OwnView(sealed), number, f"0x{number:064x}", find, found)  # type: ignore[arg-type]


def sealed(chain: SenateChain | ReferendaChain) -> View:
    """Finish the block in the making, begin the next one, and look at the finished one."""
    if isinstance(chain, SenateChain):
        chain.next()
    else:
        chain.next_block()
    return view_of(chain.rt)


def of(view: View, work: Callable[[View], Coroutine[Any, Any, T]]) -> T:
    """What a read says."""
    return asyncio.run(work(view))


def listed(view: View) -> tuple[Proposal, ...]:
    """The open proposals."""
    return of(view, proposals)


def named(view: View, id_: str) -> Proposal:
    """One proposal."""
    return of(view, lambda one: proposal(one, id_))

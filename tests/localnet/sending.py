"""Sending transactions on a small chain, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chain_thread import ThreadChain

from taoctl.calls.base import ChainCall, Intent
from taoctl.calls.transfer import Transfer
from taoctl.chain.client import Chain, connect
from taoctl.chain.view import View
from taoctl.journal.store import Journal
from taoctl.scale.crypto import KeySigner
from taoctl.submit.options import TxOptions
from taoctl.submit.outcome import Outcome, Progress
from taoctl.submit.plan import make_plan
from taoctl.submit.send import send
from taoctl.units import Tao

ALICE, BOB = KeySigner("//Alice"), KeySigner("//Bob")
TAO = 10**9
ONE = Tao(TAO)


@dataclass(frozen=True)
class Given(Intent):
    """A call as it is."""

    given: ChainCall

    def summary(self) -> str:
        return f"call {self.given}"

    async def call(self, view: View, origin: str) -> ChainCall:
        return self.given


def pay(rao: int = TAO, dest: str = BOB.ss58) -> ChainCall:
    return ChainCall("Balances", "transfer_keep_alive", {"dest": dest, "value": rao})


NO_CHANGE = ChainCall(
    "Balances", "force_adjust_total_issuance", {"direction": "Increase", "delta": 0}
)


@contextmanager
def a_chain(**options: Any) -> Iterator[ThreadChain]:
    with ThreadChain(block_time=options.pop("block_time", 0.2), **options) as chain:
        yield chain


def with_chain(url: str, work: Callable[[Chain, Journal], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with connect(url, timeout=30) as chain:
            with Journal() as journal:
                return await work(chain, journal)

    return asyncio.run(run())


async def sent(
    chain: Chain,
    journal: Journal,
    intent: Intent | ChainCall | None = None,
    key: KeySigner = ALICE,
    told: list[Progress] | None = None,
    **options: Any,
) -> Outcome:
    chosen = TxOptions(**{"era_blocks": 16, "deadline_s": 60.0, **options})
    wanted = Given(intent) if isinstance(intent, ChainCall) else intent or Transfer(BOB.ss58, ONE)
    plan = await make_plan(chain, wanted, key.ss58, chosen)
    return await send(chain, plan, key, journal, chosen, (told if told is not None else []).append)

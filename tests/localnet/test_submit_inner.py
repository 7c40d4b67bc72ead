"""A transaction that succeeds while the call inside it fails: the error is named, and where."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chain_thread import ThreadChain
from sending import Given
from wrapped import CLASSES

from taoctl.calls.base import ChainCall, Intent
from taoctl.calls.multisig import ByMultisig, Group
from taoctl.calls.proxied import ByProxy
from taoctl.chain.client import connect
from taoctl.journal.record import State
from taoctl.journal.store import Journal
from taoctl.localnet.sealing import Seal
from taoctl.scale.crypto import KeySigner
from taoctl.submit.options import TxOptions
from taoctl.submit.outcome import Outcome
from taoctl.submit.plan import make_plan
from taoctl.submit.send import send

ALICE, BOB, CHARLIE = (KeySigner(f"//{name}") for name in ("Alice", "Bob", "Charlie"))
TAO = 10**9
TOO_MUCH = 10**18
GROUP = Group(2, (ALICE.ss58, BOB.ss58, CHARLIE.ss58))


def pay(rao: int, dest: str = CHARLIE.ss58) -> ChainCall:
    return ChainCall("Balances", "transfer_keep_alive", {"dest": dest, "value": rao})


def batch(*calls: ChainCall) -> ChainCall:
    return ChainCall("Utility", "batch", {"calls": list(calls)})


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ThreadChain]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    with ThreadChain(seal=Seal.INSTANT, pallets=CLASSES) as running:
        yield running


def carried_out(chain: ThreadChain, *steps: tuple[KeySigner, Intent | ChainCall]) -> list[Outcome]:
    """What became of transactions that were sent one after the other."""

    async def run() -> list[Outcome]:
        chosen, outcomes = TxOptions(deadline_s=60), []
        async with connect(chain.url, timeout=30) as connected:
            with Journal() as journal:
                for key, wanted in steps:
                    intent = Given(wanted) if isinstance(wanted, ChainCall) else wanted
                    plan = await make_plan(connected, intent, key.ss58, chosen)
                    outcomes.append(await send(connected, plan, key, journal, chosen))
        return outcomes

    return asyncio.run(run())


def proxied(call: ChainCall) -> tuple[tuple[KeySigner, Intent | ChainCall], ...]:
    right = {"delegate": BOB.ss58, "proxy_type": "Any", "delay": 0}
    return (
        (ALICE, ChainCall("Proxy", "add_proxy", right)),
        (BOB, ByProxy(Given(call), ALICE.ss58, None)),
    )


def approved(call: ChainCall) -> tuple[tuple[KeySigner, Intent | ChainCall], ...]:
    return (
        (ALICE, pay(5 * TAO, GROUP.ss58)),
        (ALICE, ByMultisig(Given(call), GROUP)),
        (BOB, ByMultisig(Given(call), GROUP)),
    )


CASES: list[tuple[Any, str, str | None]] = [
    (proxied(pay(TOO_MUCH)), "Arithmetic.Underflow", "Proxy.proxy"),
    (proxied(pay(1, KeySigner("//Nobody").ss58)), "Token.BelowMinimum", "Proxy.proxy"),
    (
        proxied(batch(pay(1), pay(TOO_MUCH))),
        "Arithmetic.Underflow",
        "Utility.batch call 2",
    ),
    (approved(pay(TOO_MUCH)), "Arithmetic.Underflow", "Multisig.as_multi"),
    (
        approved(batch(pay(1), pay(1), pay(TOO_MUCH))),
        "Arithmetic.Underflow",
        "Utility.batch call 3",
    ),
    (
        approved(
            ChainCall(
                "Proxy",
                "remove_proxy",
                {
                    "delegate": BOB.ss58,
                    "proxy_type": "Any",
                    "delay": 0,
                },
            )
        ),
        "Proxy.NotFound",
        "Multisig.as_multi",
    ),
    (
        ((ALICE, batch(pay(1), pay(TOO_MUCH), pay(1))),),
        "Arithmetic.Underflow",
        "Utility.batch call 2",
    ),
]


@pytest.mark.parametrize(("steps", "error", "where"), CASES)
def test_the_error_inside_is_named_and_where(
    chain: ThreadChain, steps: Any, error: str, where: str | None
) -> None:
    *before, outcome = carried_out(chain, *steps)
    assert [one.error for one in before] == [None] * len(before)
    assert outcome.error is not None
    assert (outcome.error.name, outcome.error.where) == (error, where)
    record = outcome.record
    assert (record.state, record.error) == (State.FAILED, error)
    assert record.reason == f"inside {where}" and record.fee_rao is not None
    chain.make_blocks(4)
    place = chain.executed()[record.extrinsic_hash][0]
    assert place.succeeded, "the extrinsic itself succeeds, only the call inside it fails"


def test_the_same_wrappers_without_a_failure_have_no_error(chain: ThreadChain) -> None:
    for steps in (proxied(batch(pay(1), pay(2))), approved(batch(pay(3), pay(4)))):
        assert [one.error for one in carried_out(chain, *steps)] == [None] * len(steps)
    assert chain.received_rao()[CHARLIE.ss58] == 10

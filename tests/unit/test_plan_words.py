"""What a plan says to people, without a chain."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from taoctl.chain.networks import FINNEY_GENESIS, TEST_GENESIS
from taoctl.journal.record import State
from taoctl.submit.outcome import Event, Outcome
from taoctl.submit.plan import Plan
from taoctl.submit.words import in_columns, network_words, outcome_lines


@pytest.mark.parametrize(
    ("network", "genesis", "simulated", "said"),
    [
        ("finney", FINNEY_GENESIS, False, "finney: the main network, where TAO is real"),
        ("ws://h:1", FINNEY_GENESIS, False, "ws://h:1: the main network, where TAO is real"),
        ("ws://h:1", FINNEY_GENESIS, True, "ws://h:1: the main network, where TAO is real"),
        ("test", TEST_GENESIS, False, "test: the testnet"),
        ("ws://h:1", "0x00", True, "ws://h:1 SIM"),
        ("ws://h:1", "0x00", False, "ws://h:1"),
    ],
)
def test_the_chain_names_the_network_whatever_its_address(
    network: str, genesis: str, simulated: bool, said: str
) -> None:
    plan = SimpleNamespace(network=network, genesis=genesis, simulated=simulated)
    assert network_words(cast(Plan, plan)) == said


def test_a_registration_says_which_uids_it_took() -> None:
    record = SimpleNamespace(
        state=State.IN_BLOCK,
        intent="register two",
        block=7,
        block_hash="0x07",
        index=1,
        extrinsic_hash="0x00",
        fee=None,
    )
    events = [
        Event("SubtensorModule", "NeuronRegistered", [netuid, uid, hotkey])
        for netuid, uid, hotkey in ((1, 29, "5Miner"), (0, 3, "5Other"))
    ]
    plan = SimpleNamespace(quotes=(), approval=None)
    outcome = SimpleNamespace(record=record, fee_in_alpha=None, events=events)
    lines = outcome_lines(cast(Plan, plan), cast(Outcome, outcome), {"5Miner": "miner"})
    assert in_columns(lines).splitlines()[3:] == [
        "seat       5Miner (miner)",
        "             uid 29 on subnet 1",
        "           5Other",
        "             uid 3 on root",
    ]

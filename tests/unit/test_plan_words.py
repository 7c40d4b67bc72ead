"""What a plan says to people, without a chain."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from taoctl.chain.networks import FINNEY_GENESIS, TEST_GENESIS
from taoctl.submit.plan import Plan
from taoctl.submit.words import network_words


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

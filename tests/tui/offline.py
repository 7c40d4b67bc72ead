"""A dashboard whose chain never answers, into which a test puts rows by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import consensus_rows
import dashboard_rows as made
import one_subnet_rows

from taoctl.chain.client import Chain
from taoctl.chain.status import LinkState, LinkStatus
from taoctl.gpu.simulated import SimulatedSource
from taoctl.history.store import EarningsSample
from taoctl.watch import Live
from tui.app import Dashboard
from tui.earnings import Earnings
from tui.options import DashOptions, WalletRef
from tui.screens.base import LiveScreen
from tui.screens.metagraph import MetagraphScreen
from tui.screens.neuron import NeuronScreen
from tui.screens.overview import OverviewRows, OverviewScreen
from tui.screens.stake import StakeRows, StakeScreen
from tui.screens.subnet import SubnetScreen
from tui.screens.subnets import SubnetsScreen
from tui.screens.weights import WeightsScreen

NOW = 5000.0
GENESIS = "0x" + "11" * 32


@asynccontextmanager
async def silence(network: str, *, timeout: float) -> AsyncIterator[Chain]:
    """A chain that never answers."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")
    yield


def dashboard(**options: Any) -> Dashboard:
    """Two wallets, two simulated GPUs, a clock that stands still."""
    wallets = (
        WalletRef(
            "miner",
            made.address("wallet", "miner"),
            (
                ("rig-1", made.address("hotkey", 5, 7)),
                ("rig-3", made.address("hotkey", 5, 63)),
            ),
        ),
        WalletRef("validator", made.address("wallet", "validator")),
    )
    gpus = SimulatedSource(seed=1, clock=lambda: 0.0)
    base = DashOptions(network="local", wallets=wallets, gpus=gpus)
    return Dashboard(replace(base, **options), connect=silence, clock=lambda: NOW)


def beat(dash: Dashboard, block: int = 1000) -> None:
    """A new block on a live, simulated chain."""
    link = LinkStatus("ws://127.0.0.1:9944", 0.8, LinkState.LIVE, NOW, None)
    dash.pulse = replace(
        dash.pulse,
        block=block,
        finalized=block - 2,
        simulated=True,
        spec_version=424,
        seen_at=NOW - 3,
        interval=12.0,
        link=link,
    )


def live(rows: Any, block: int = 1000, problem: str | None = None) -> Live[Any]:
    """What following a read yields."""
    return Live(rows, block, "0x" + "22" * 32, NOW, problem)


def overview_rows(block: int = 1000) -> OverviewRows:
    """Seven neurons and two wallets."""
    held = (
        made.balance("miner", 1_234_567_890_123, 567 * 10**9),
        made.balance("validator", 98 * 10**9, 23_456 * 10**9),
    )
    return OverviewRows(made.my_neurons(block), held)


def stake_rows(mine: WalletRef | None = None, block: int = 1000) -> StakeRows:
    """Positions of two wallets, or of the one that is given, what they are owed and a lock."""
    held = made.stake_balances() if mine is None else (made.balance_of(mine),)
    return StakeRows(made.positions(mine), held, made.root_claims(), made.locks(block))


def feed(dash: Dashboard, block: int = 1000, problem: str | None = None) -> None:
    """Rows for whichever screen is in view."""
    screen = dash.screen
    rows: Any
    if isinstance(screen, OverviewScreen):
        rows = overview_rows(block)
    elif isinstance(screen, StakeScreen):
        rows = stake_rows(block=block)
    elif isinstance(screen, SubnetsScreen):
        rows = made.board(13, block)
    elif isinstance(screen, WeightsScreen):
        rows = consensus_rows.weights_rows(screen.netuid, block, mechid=screen.mechid)
    elif isinstance(screen, NeuronScreen):
        wanted = screen.wanted
        rows = consensus_rows.neuron_rows(wanted.netuid, wanted.uid, block, wanted.mechid)
    elif isinstance(screen, SubnetScreen):
        rows = one_subnet_rows.page(screen.netuid, block)
    else:
        assert isinstance(screen, MetagraphScreen)
        rows = made.graph(screen.netuid, 256, block)
    assert isinstance(screen, LiveScreen)
    screen.live = live(rows, block, problem)


def with_history(dash: Dashboard, epochs: int = 30) -> None:
    """Earnings of so many past epochs."""
    dash.genesis = GENESIS
    dash.earnings = Earnings(GENESIS)
    dash.record_earnings(
        EarningsSample(
            GENESIS, 2, "5Old", 700 + 10 * i, 10, (40 + i % 7 * 3 + i) * 10**7, 5 * 10**7
        )
        for i in range(epochs)
    )

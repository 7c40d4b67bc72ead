"""The dashboard on a real localnet: what it shows, and what it does when the chain goes away."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ports import free_port
from textual.pilot import Pilot

from taoctl.gpu.simulated import SimulatedSource
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.scenarios import demo_wallets
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch, Running
from taoctl.reads.metagraph import metagraph
from taoctl.reads.subnet_board import subnet_board
from tui.app import Dashboard
from tui.figures import fixed
from tui.options import DashOptions, WalletRef
from tui.run import screenshot
from tui.widgets.bars import Banner
from tui.widgets.board_panels import NewSubnetPanel

pytestmark = pytest.mark.e2e

Steps = Callable[[Pilot[Any], Dashboard], Awaitable[None]]


def launch(home: Path, port: int, seal: Seal) -> Launch:
    return Launch(Options("small", block_time=0.4, seal=seal, state_dir=home / "chain"), port)


@pytest.fixture(params=[Seal.MANUAL])
def node(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    port = free_port()
    running = service.start_detached(launch(tmp_path, port, request.param))
    yield running
    service.stop(port)


def options(node: Running) -> DashOptions:
    wallets = tuple(
        WalletRef(wallet.name, wallet.coldkey_ss58, tuple(dict(wallet.hotkeys).items()))
        for wallet in demo_wallets("small")
    )
    return DashOptions(node.endpoint, wallets=wallets, gpus=SimulatedSource(seed=1))


def drive(node: Running, steps: Steps) -> Dashboard:
    async def main() -> Dashboard:
        dash = Dashboard(options(node))
        async with dash.run_test(size=(140, 40)) as pilot:
            await asyncio.wait_for(dash.connected(), 120)
            await until(lambda: dash.live_screen.live is not None)
            await steps(pilot, dash)
        dash.raise_failure()
        return dash

    return asyncio.run(asyncio.wait_for(main(), 600))


async def until(done: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait for something."""
    start = time.monotonic()
    while not done():
        assert time.monotonic() - start < seconds, "it did not happen in time"
        await asyncio.sleep(0.02)


def cell(dash: Dashboard, key: Any, column: str) -> str:
    model = dash.live_screen.table.model
    place = [c.key for c in model.columns].index(column)
    return model.cells(key)[place].text


async def seal(dash: Dashboard, count: int) -> int:
    """Make blocks and wait until the screen shows the last one."""
    chain = await dash.connected()
    await chain.call("dev_newBlock", [{"count": count}])
    head = await chain.head()
    await until(lambda: _shown_block(dash) >= head.number)
    return head.number


async def nothing() -> Mapping[int, int]:
    """What a chain younger than a day knows of the prices of a day before."""
    return {}


def _shown_block(dash: Dashboard) -> int:
    live = dash.live_screen.live
    return -1 if live is None or live.block is None else int(live.block)


def test_each_block_moves_the_screen_and_its_cells_are_what_the_reads_say(node: Running) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("2")
        await until(lambda: dash.live_screen.live is not None)
        for _ in range(3):
            block = await seal(dash, 1)
            chain = await dash.connected()
            board = await subnet_board(await chain.at_block(block), nothing())
            table = dash.live_screen.table
            assert table.model.total == len(board.rows)
            for row in board.rows:
                shown = table.model.row(row.netuid)
                assert (shown.row, shown.block) == (row, block)
            live = dash.live_screen.live
            assert live is not None and live.rows == board
            assert board.cost is not None
            panel = dash.screen.query_one(NewSubnetPanel)
            said = "".join(piece.text for piece in panel.lines(panel.size.width)[0])
            assert said.startswith(fixed(board.cost.cost_rao))
            assert dash.pulse.block == block and dash.pulse.simulated

    drive(node, steps)


def test_the_metagraph_shows_every_uid_and_marks_own_ones_across_an_epoch(node: Running) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("2")
        await until(lambda: dash.live_screen.table.model.total > 0)
        dash.live_screen.table.move_to(1)
        await pilot.press("n")
        await until(lambda: dash.live_screen.live is not None)
        block = await seal(dash, 25)
        chain = await dash.connected()
        graph = await metagraph(await chain.at_block(block), 1)
        table = dash.live_screen.table
        assert [table.model.row(row.hotkey).row for row in graph.neurons] == list(graph.neurons)
        own = [row for row in graph.neurons if dash.is_own(row.hotkey, row.coldkey)]
        assert own
        for row in own:
            table.move_to(row.hotkey)
            y = 1 + (table.model.place(row.hotkey) or 0) - round(table.scroll_y)
            assert table.render_line(y).text.startswith("●")
            name = dash.hotkey_names.get(row.hotkey)
            assert name is None or cell(dash, row.hotkey, "hotkey") == name

    drive(node, steps)


def test_earnings_grow_by_a_point_an_epoch_even_out_of_view(node: Running) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("2")
        await until(lambda: dash.live_screen.live is not None)
        before = len(dash.earnings_points())
        for _ in range(10):
            await seal(dash, 5)
            await asyncio.sleep(0.1)
        assert len(dash.earnings_points()) >= before + 2
        await pilot.press("1")
        await until(lambda: dash.pulse.block == _shown_block(dash))

    drive(node, steps)


@pytest.mark.parametrize("node", [Seal.INTERVAL], indirect=True)
def test_killed_and_restarted_under_the_dashboard(node: Running, tmp_path: Path) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await until(lambda: _shown_block(dash) > 2)
        rows = dash.live_screen.table.model.total
        os.kill(node.pid, signal.SIGKILL)
        banner = dash.screen.query_one(Banner)
        await until(lambda: banner.display)
        live = dash.live_screen.live
        assert live is not None and "no new block" not in str(live.problem), "it waited for one"
        last = _shown_block(dash)
        assert rows and dash.live_screen.table.model.total == rows
        await asyncio.to_thread(service.start_detached, launch(tmp_path, node.port, Seal.INTERVAL))
        await until(lambda: _shown_block(dash) > last and not banner.display)

    drive(node, steps)


@pytest.mark.parametrize("node", [Seal.INTERVAL], indirect=True)
def test_reconnecting_follows_another_chain_at_the_same_address(
    node: Running, tmp_path: Path
) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await until(lambda: _shown_block(dash) > 2)
        first = dash.genesis
        await asyncio.to_thread(service.stop, node.port)
        other = launch(tmp_path / "other", node.port, Seal.INTERVAL)
        await asyncio.to_thread(service.start_detached, other)
        await until(lambda: "another chain" in str(dash.live_screen.live))
        dash.run_command("reconnect")
        await until(lambda: dash.genesis != first and dash.pulse.live)
        banner = dash.screen.query_one(Banner)
        await until(lambda: not banner.display)

    drive(node, steps)


@pytest.mark.parametrize("node", [Seal.INTERVAL], indirect=True)
def test_a_picture_of_the_overview_is_saved_after_some_blocks(
    node: Running, tmp_path: Path
) -> None:
    picture = tmp_path / "overview.svg"
    asyncio.run(asyncio.wait_for(screenshot(options(node), picture, blocks=3), 600))
    svg = picture.read_text(encoding="utf-8").replace("&#160;", " ")
    for text in ("Earnings", "Portfolio", "My neurons", "SIM", "chief"):
        assert text in svg

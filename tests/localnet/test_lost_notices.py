"""The dashboard on a chain whose neurons are replaced: what it says, where, and until when."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from chain_thread import ThreadChain
from registration_chain import ALICE, FULL, SEATED, hotkey, registration_chain, seated
from settings_chain import caught_up, put
from textual.pilot import Pilot
from waiting import PATIENT_S, until

from taoctl.calls.base import ChainCall, call_bytes
from taoctl.chain.client import Chain, connect
from taoctl.chain.status import LinkState
from taoctl.localnet.dev import DevNode
from tui.app import Dashboard
from tui.options import DashOptions, WalletRef
from tui.widgets.header import Header
from tui.widgets.lines import Lines
from tui.widgets.notice import Notice

Steps = Callable[[Pilot[Any], Dashboard, Chain], Awaitable[None]]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def net() -> Iterator[ThreadChain]:
    with registration_chain() as chain:
        yield chain


def drive(net: ThreadChain, steps: Steps) -> None:
    """The dashboard of Alice, whose hotkey of UID 3 on the full subnet is called `rig`."""

    async def main() -> None:
        wallet = WalletRef("alice", ALICE, (("rig", seated(FULL, 3)),))
        dash = Dashboard(DashOptions(net.url, wallets=(wallet,), timeout=30))
        async with connect(net.url, timeout=30) as chain:
            async with dash.run_test(size=(140, 40)) as pilot:
                await asyncio.wait_for(dash.connected(), PATIENT_S)
                await until(lambda: dash.live_screen.table.model.total > 0)
                await steps(pilot, dash, chain)
            dash.raise_failure()

    asyncio.run(main())


async def shows(dash: Dashboard, block: int) -> None:
    """Wait until the screen shows a block, or a later one."""

    def reached() -> bool:
        live = dash.live_screen.live
        return live is not None and (live.block or 0) >= block

    await until(reached)


def said(dash: Dashboard, kind: type[Lines]) -> str:
    widget = dash.screen.query_one(kind)
    lines = widget.lines(widget.size.width)
    return "\n".join("".join(piece.text for piece in line) for line in lines)


async def line_up(chain: Chain, uid: int) -> None:
    """Let a UID of the full subnet be the one that the next registration takes."""
    await put(chain, "Emission", (FULL,), [0 if one == uid else 10 for one in range(SEATED)])


async def replace(net: ThreadChain, chain: Chain, newcomer: str) -> int:
    """Bob registers a hotkey on the full subnet; returns the block in which that is done."""
    from nodes import signed

    call = ChainCall(
        "SubtensorModule", "burned_register", {"netuid": FULL, "hotkey": hotkey(newcomer)}
    )

    async def work(node: DevNode) -> None:
        node.submit(signed(node, call_bytes(node.runtime.codec, call), "//Bob"))

    before = (await caught_up(chain)).block
    await asyncio.to_thread(net.do, work)
    while (view := await caught_up(chain)).block == before:
        await asyncio.sleep(0.01)
    for number in range(before + 1, view.block + 1):
        at = await chain.at_block(number)
        if await at.value("SubtensorModule", "Uids", FULL, hotkey(newcomer)) is not None:
            return number
    raise AssertionError("nobody was registered")


@pytest.mark.parametrize("place", ["1", "2", "4"])
def test_a_replaced_neuron_is_told_of_at_the_block_it_happened(
    net: ThreadChain, place: str
) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard, chain: Chain) -> None:
        await line_up(chain, 3)
        await pilot.press(place)
        newest = (await caught_up(chain)).block
        await until(lambda: (dash.pulse.block or 0) >= newest)
        block = await replace(net, chain, "newcomer")
        await until(lambda: bool(dash.alarms.lost))
        (row,) = dash.alarms.lost
        assert (row.netuid, row.uid, row.hotkey_name) == (FULL, 3, "rig")
        assert row.lost_block == row.noticed_block == block
        await until(lambda: "LOST 1" in said(dash, Header))
        line = f"SN {FULL} rig lost uid 3 in block {block} to {hotkey('newcomer')[:5]}"
        await until(lambda: dash.screen.query_one(Notice).display and line in said(dash, Notice))
        await pilot.press("1")
        await until(lambda: (FULL, seated(FULL, 3)) not in dash.live_screen.table.model.keys)

    drive(net, steps)


def test_notices_stay_until_each_is_dismissed(net: ThreadChain) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard, chain: Chain) -> None:
        for number, uid in enumerate((3, 6), 1):
            await line_up(chain, uid)
            await replace(net, chain, f"newcomer-{uid}")
            await until(lambda: len(dash.alarms.lost) == number)  # noqa: B023
        await chain.call("dev_newBlock", [{"count": 8}])
        newest = (await caught_up(chain)).block
        await until(lambda: (dash.pulse.block or 0) >= newest)
        for key in ("2", "3", "4", "1"):
            await pilot.press(key)
            await until(lambda: "uid 3" in said(dash, Notice) and "+1 more" in said(dash, Notice))
        await pilot.press("x")
        await until(lambda: "uid 6" in said(dash, Notice) and "LOST 1" in said(dash, Header))
        dash.run_command("dismiss")
        await until(
            lambda: not dash.screen.query_one(Notice).display and "LOST" not in said(dash, Header)
        )
        await chain.call("dev_newBlock", [{"count": 2}])
        newest = (await caught_up(chain)).block
        await until(lambda: (dash.pulse.block or 0) >= newest)
        assert dash.alarms.lost == ()

    drive(net, steps)


def test_what_was_lost_while_the_link_was_down_is_told_of_after_it(net: ThreadChain) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard, chain: Chain) -> None:
        await line_up(chain, 3)
        newest = (await caught_up(chain)).block
        await shows(dash, newest)
        old = await dash.connected()
        dash.workers.cancel_group(dash, "session")
        await until(lambda: old.link.state is LinkState.CLOSED)
        block = await replace(net, chain, "meanwhile")
        await chain.call("dev_newBlock", [{"count": 7}])
        assert dash.alarms.lost == ()
        dash.reconnect()
        await until(lambda: bool(dash.alarms.lost))
        (row,) = dash.alarms.lost
        assert row.lost_block == block and row.noticed_block >= block + 7

    drive(net, steps)


def test_a_neuron_within_three_places_is_marked_on_every_screen(net: ThreadChain) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard, chain: Chain) -> None:
        emission = [100 + uid for uid in range(SEATED)]
        await put(chain, "Emission", (FULL,), emission)
        await chain.call("dev_newBlock", [{"count": 3}])
        emission[2] = emission[4] = 1
        for third, marked in ((2, True), (3, True), (102, False)):
            emission[3] = third
            emission[5] = 50
            await put(chain, "Emission", (FULL,), emission)
            newest = (await caught_up(chain)).block
            await shows(dash, newest)
            await until(lambda: consistent(dash, marked))  # noqa: B023

    drive(net, steps)


def consistent(dash: Dashboard, marked: bool) -> bool:
    """Whether the neuron is marked as near pruning or not, and the header counts as many."""
    table, key, near = dash.live_screen.table, (FULL, seated(FULL, 3)), dash.alarms.near
    row = table.model.row(key).row
    y = 1 + (table.model.place(key) or 0)
    shown = sum(
        (one.row.prune_rank or 99) <= 3 and not one.row.free_slots
        for one in (table.model.row(key) for key in table.model.keys)
    )
    return (
        (row.prune_rank is not None and row.prune_rank <= 3) == marked
        and ("!" in table.render_line(y).text[:2]) == marked
        and (f"PRUNING {near}" in said(dash, Header)) == bool(near)
        and near == shown
    )

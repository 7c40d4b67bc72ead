"""Steps on the screen of one subnet of a chain that makes blocks when it is told to."""

from __future__ import annotations

from keyboard import Keyboard, until

from taoctl.chain.owner_clock import OwnerClock, owner_clock
from taoctl.reads.hyperparameters import HyperparameterRow
from tui.app import Dashboard
from tui.screens.subnet import SubnetScreen
from tui.screens.subnet_columns import Parameter


def shown(dash: Dashboard) -> SubnetScreen:
    screen = dash.live_screen
    assert isinstance(screen, SubnetScreen)
    return screen


def shown_block(dash: Dashboard) -> int:
    live = dash.live_screen.live
    return -1 if live is None or live.rows is None or live.block is None else int(live.block)


def parameter(dash: Dashboard) -> HyperparameterRow:
    """The hyperparameter of the row under the cursor."""
    seen = shown(dash).table.cursor_row
    assert isinstance(seen, Parameter)
    return seen.row


async def opened(dash: Dashboard, netuid: int) -> None:
    """The screen of a subnet, filled with the newest block."""
    dash.run_command(f"subnet {netuid}")
    await until(lambda: isinstance(dash.live_screen, SubnetScreen))
    await until(lambda: shown(dash).netuid == netuid and shown_block(dash) >= 0)
    await seal(dash, 0)


async def unlocked(keys: Keyboard, dash: Dashboard) -> None:
    await keys.press("u")
    await until(lambda: dash.unlocked)


async def seal(dash: Dashboard, count: int) -> int:
    """Make blocks and wait until the screen shows the last one."""
    chain = await dash.connected()
    if count:
        await chain.call("dev_newBlock", [{"count": count}])
    newest = int((await chain.call("chain_getHeader"))["number"], 16)
    await until(lambda: shown_block(dash) >= newest and chain.newest.number >= newest)
    return newest


async def clock_of(dash: Dashboard, netuid: int, block: int) -> OwnerClock:
    chain = await dash.connected()
    return await owner_clock(await chain.at_block(block), netuid)


async def thawed(dash: Dashboard, netuid: int) -> None:
    """Make blocks until the next one is outside the freeze window."""
    block = await seal(dash, 0)
    opens = (await clock_of(dash, netuid, block)).open_from(block + 1)
    assert opens is not None
    await seal(dash, opens - block - 1)


async def frozen(dash: Dashboard, netuid: int) -> None:
    """Make blocks until the next one is in the freeze window, and the dashboard knows."""
    block = await seal(dash, 0)
    last = (await clock_of(dash, netuid, block)).open_until(block + 1)
    assert last is not None
    block = await seal(dash, max(0, last - block))
    await until(lambda: (dash.pulse.block or 0) >= block)


async def chosen(keys: Keyboard, dash: Dashboard, name: str) -> None:
    """Put the cursor on the row of a hyperparameter, by the filter."""
    await keys.type(f"/{name}")
    await keys.press("enter")
    await until(lambda: shown(dash).table.cursor_key == name)


def point_to(dash: Dashboard, name: str) -> None:
    """Put the cursor on the row of a hyperparameter."""
    assert shown(dash).table.move_to(name)

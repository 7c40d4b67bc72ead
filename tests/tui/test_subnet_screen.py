"""The screen of one subnet, of rows that are put into it: sizes, gaps, and what is not known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import dashboard_rows as made
import one_subnet_rows
import pytest
from offline import GENESIS, beat, dashboard, live
from textual.pilot import Pilot

from tui.app import Dashboard
from tui.order_desk import OrderDesk
from tui.orders import Draft, Kind
from tui.prices import SPANS
from tui.screens.order import OrderScreen
from tui.screens.subnet import SubnetScreen
from tui.subnet_page import Part, SubnetPage
from tui.widgets.bars import Hints
from tui.widgets.lines import Lines

NETUID = 5
BLOCK = 1_000
Compare = Callable[..., bool]
Steps = Callable[[Pilot[Any], Dashboard], Awaitable[None]]


async def opened(pilot: Pilot[Any], page: SubnetPage | None = None, missing: int = 7) -> Dashboard:
    """The screen of a subnet with a page, and a course of which the oldest steps are missing."""
    dash = pilot.app
    assert isinstance(dash, Dashboard)
    dash.prices = one_subnet_rows.course(GENESIS, NETUID, BLOCK, missing)
    beat(dash, BLOCK)
    dash.run_command(f"subnet {NETUID}")
    await pilot.pause()
    assert isinstance(dash.screen, SubnetScreen)
    dash.screen.live = live(page or one_subnet_rows.page(NETUID, BLOCK), BLOCK)
    await pilot.pause()
    return dash


def text_of(dash: Dashboard, id: str) -> str:
    """What a panel shows."""
    panel = dash.screen.query_one(f"#{id}", Lines)
    return "\n".join("".join(p.text for p in line) for line in panel.lines(panel.size.width))


def drive(steps: Steps, size: tuple[int, int] = (80, 24)) -> None:
    async def main() -> None:
        dash = dashboard()
        async with dash.run_test(size=size) as pilot:
            await steps(pilot, dash)

    asyncio.run(main())


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=lambda size: f"{size[0]}")
def test_one_subnet(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        await opened(pilot)
        await pilot.press("down")
        await pilot.pause()

    assert snap_compare(dashboard(), run_before=steps, terminal_size=size)


def test_who_is_pruned_next(snap_compare: Compare) -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        await opened(pilot)
        await pilot.press("b", "b")
        await pilot.pause()

    assert snap_compare(dashboard(), run_before=steps, terminal_size=(80, 24))


def test_the_form_of_a_hyperparameter(snap_compare: Compare) -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        dash = await opened(pilot)
        draft = Draft(Kind.SET, {"netuid": str(NETUID), "parameter": "immunity_period"})
        desk = OrderDesk(dash, dash.options.wallets[0])
        dash.push_screen(OrderScreen(desk, draft, "value"))
        await pilot.pause()
        await pilot.press(*"50x")
        await pilot.pause()

    assert snap_compare(dashboard(), run_before=steps, terminal_size=(80, 24))


@pytest.mark.parametrize("size", [(60, 14), (80, 24), (100, 30), (120, 40), (200, 50)])
def test_every_line_fits_and_the_list_has_rows_on_every_terminal(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot)
        for panel in dash.screen.query(Lines):
            # The last of the hints has blanks behind it, which are cut off.
            if panel.size.width and not isinstance(panel, Hints):
                for line in panel.lines(panel.size.width):
                    assert sum(len(piece.text) for piece in line) <= panel.size.width, panel
        table = dash.live_screen.table
        assert table.size.height >= 3 and table.region.bottom <= size[1]

    drive(steps, size)


def test_what_is_not_known_of_the_past_is_blank_and_is_said() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot, missing=40)
        said = text_of(dash, "price")
        assert "20 of 60 steps of 5 blocks known, from block 905" in said
        rows = said.splitlines()[1:-2]
        margin = len(rows[0].split("█")[0].rstrip().split()[0]) + 1
        assert all(row[margin : margin + 40].strip() == "" for row in rows)
        assert all(row[margin + 40 :].strip() for row in rows[-1:])

    drive(steps, (200, 50))


def test_a_course_of_which_nothing_is_known_says_so() -> None:
    page = one_subnet_rows.page(NETUID, BLOCK)
    page = replace(page, subnet=replace(page.subnet, price_rao=None))

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot, page, missing=60)
        assert "no price is known yet" in text_of(dash, "price")

    drive(steps, (200, 50))


@pytest.mark.parametrize("size", [(80, 24), (120, 30), (120, 40), (200, 50)])
def test_why_no_tao_is_emitted_is_not_read_as_who_gets_alpha(size: tuple[int, int]) -> None:
    page = one_subnet_rows.page(NETUID, BLOCK)
    found = page.emission.value
    assert found is not None
    page = replace(page, emission=Part(replace(found, held_back="root has not enabled its TAO")))

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot, page)
        said = text_of(dash, "emission")
        why, given = said.index("root has not enabled its TAO"), said.index("a block to")
        assert why < given and said[given:].split()[3] == "owner", said
        panel = dash.live_screen.query_one("#emission")
        assert len(said.splitlines()) <= panel.size.height and "root" in said[given:], said

    drive(steps, size)


@pytest.mark.parametrize("size", [(120, 30), (200, 50)])
def test_bars_of_emission_leave_room_for_what_an_epoch_brings(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot)
        owner = next(
            line for line in text_of(dash, "emission").splitlines() if line.startswith("owner ")
        )
        assert owner.rstrip().endswith("3.06 α") and "18.0%" in owner, owner

    drive(steps, size)


def test_unknown_values_are_dashes_and_parts_that_are_not_there_say_why() -> None:
    page = one_subnet_rows.page(NETUID, BLOCK)
    subnet = replace(
        page.subnet,
        price_rao=None,
        moving_price_bits=None,
        tao_in_rao=None,
        alpha_in_rao=None,
        burn_rao=None,
        owner_coldkey=None,
        owner_hotkey=None,
        next_epoch_block=None,
    )
    bare = replace(
        page,
        subnet=subnet,
        tempo=replace(page.tempo, next_epoch_block=None, open_from_block=None),
        market=None,
        change_ppm=None,
        emission=Part(None, "root emits nothing"),
        prunes=Part(None, "prunes by scores of its own"),
        identity=None,
    )

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot, bare, missing=60)
        price, pool = text_of(dash, "price"), text_of(dash, "pool")
        assert price.startswith("price - τ") and "24h -" in price and "ema -" in price
        assert pool.startswith("pool - τ") and "1τ -" in pool and "0.00%" not in pool
        assert "root emits nothing" in text_of(dash, "emission")
        facts = text_of(dash, "subnet-facts")
        assert "epoch none is due" in facts and "owner -" in facts and "register - τ" in facts
        assert "says nothing of itself" in facts
        screen = dash.live_screen
        assert screen.place is None and screen.copy_text() is None
        await pilot.press("b", "b")
        assert "prunes by scores" in screen.table._empty
        assert screen.copy_text() is None

    drive(steps)


def test_what_a_stranger_wrote_cannot_steer_the_terminal() -> None:
    evil = "\x1b[2J\x1b]0;owned\x07 \u202eevil\n[bold]x[/]"
    said = one_subnet_rows.identity(NETUID, subnet_name=evil, description=evil, subnet_url=evil)
    page = one_subnet_rows.page(NETUID, BLOCK, identity=said)
    page = replace(page, subnet=replace(page.subnet, name=evil, symbol=evil))

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot, page)
        for shown in (text_of(dash, "subnet-facts"), dash.live_screen.title_text):
            assert "evil [bold]x[/]" in shown
            assert not any((ord(char) < 32 and char != "\n") or char == "\u202e" for char in shown)

    drive(steps)


def test_a_frozen_subnet_and_an_own_one_are_marked() -> None:
    page = one_subnet_rows.page(NETUID, BLOCK)
    frozen = replace(page, tempo=replace(page.tempo, open_from_block=BLOCK + 9))

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot, frozen)
        facts = text_of(dash, "subnet-facts")
        assert "frozen until 1,009" in facts and "mine" not in facts
        coldkey = dash.options.wallets[0].coldkey
        own = replace(page, subnet=replace(page.subnet, owner_coldkey=coldkey))
        assert isinstance(dash.screen, SubnetScreen)
        dash.screen.live = live(own, BLOCK)
        await pilot.pause()
        facts = text_of(dash, "subnet-facts")
        assert "frozen" not in facts and "● mine" in facts and "owner miner" in facts

    drive(steps)


def test_the_screen_is_reached_by_a_command_and_the_palette_and_refuses_what_is_no_subnet() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot)
        assert dash.trail() == ["Overview", f"Subnet {NETUID} {made.NAMES[NETUID]}"]
        words = set(dash.command_words())
        assert f"subnet {NETUID}" in words and "set immunity_period" in words
        for line in ("subnet x", "subnet 1 2", "subnet 65536", "set a b"):
            before = len(dash._notifications)
            dash.run_command(line)
            await pilot.pause()
            assert len(dash._notifications) == before + 1
        dash.run_command("subnet")
        await pilot.pause()
        assert isinstance(dash.screen, SubnetScreen) and dash.screen.netuid == NETUID

    drive(steps)


def test_an_edit_without_a_key_says_whose_subnet_it_is() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot)
        await pilot.press("e")
        (said,) = dash._notifications
        assert "all keys are locked" in said.message and "belongs to" in said.message
        assert not isinstance(dash.screen, OrderScreen)

    drive(steps)


def test_the_span_grows_and_begins_anew() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot)
        titles = []
        for _ in range(len(SPANS) + 1):
            titles.append(dash.screen.query_one("#price").border_title)
            await pilot.press("t")
        assert titles == [
            f"Price of α over {blocks} blocks"
            for blocks in ("300", "7,200", "50,400", "216,000", "300")
        ]

    drive(steps)

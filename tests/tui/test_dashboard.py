# ruff: noqa: RUF001
"""The dashboard as a user drives it, with rows put in by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, get_args, get_type_hints

import dashboard_rows as made
import pytest
from offline import NOW, beat, dashboard, feed, live, overview_rows, with_history
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static

from taoctl.chain.status import LinkState
from taoctl.errors import UnreachableError, UsageError
from taoctl.reads.subnet_board import SubnetBoard
from tui.app import Dashboard
from tui.notices import Alarms
from tui.order_desk import OrderDesk
from tui.orders import Draft, Kind
from tui.screens.detail import DetailScreen
from tui.screens.help import HelpScreen
from tui.screens.metagraph import MetagraphScreen, SubnetFacts
from tui.screens.order import OrderScreen
from tui.submission import Submission
from tui.widgets.bars import Banner, Crumbs, Hints, TooSmall
from tui.widgets.gpu_strip import GpuStrip
from tui.widgets.header import Header
from tui.widgets.lines import Lines, width_of
from tui.widgets.panels import AttentionPanel, EarningsPanel, PortfolioPanel
from tui.widgets.prompt import Prompt
from tui.widgets.told import ToldLines

Steps = Callable[[Pilot[Any], Dashboard], Awaitable[None]]


def drive(steps: Steps, size: tuple[int, int] = (120, 40), **options: Any) -> Dashboard:
    async def main() -> Dashboard:
        dash = dashboard(**options)
        async with dash.run_test(size=size) as pilot:
            with_history(dash)
            await pilot.pause()
            await steps(pilot, dash)
        return dash

    return asyncio.run(main())


def shown(widget: Lines) -> str:
    return "\n".join(
        "".join(piece.text for piece in line).rstrip() for line in widget.lines(widget.size.width)
    )


def text(dash: Dashboard, kind: type[Lines]) -> str:
    return shown(dash.screen.query_one(kind))


def cell(dash: Dashboard, key: Any, column: str) -> str:
    model = dash.live_screen.table.model
    return model.cells(key)[[c.key for c in model.columns].index(column)].text


def hidden(dash: Dashboard, kind: type[Lines]) -> bool:
    return not dash.screen.query_one(kind).display


def test_before_the_first_block_it_says_that_it_connects() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        assert "CONNECTING" in text(dash, Banner) and "local" in text(dash, Banner)
        assert "connecting" in text(dash, Header)

    drive(steps)


def test_the_header_names_block_age_finality_endpoint_and_simulation() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        beat(dash)
        feed(dash)
        await pilot.pause()
        line = text(dash, Header)
        for piece in ("local", "#1,000", "3s", "final −2", "spec 424", "127.0.0.1:9944", "SIM"):
            assert piece in line
        assert hidden(dash, Banner)

    drive(steps)


def test_a_late_block_and_a_lost_link_change_the_header() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        beat(dash)
        header = dash.screen.query_one(Header)
        dash.pulse = replace(dash.pulse, seen_at=NOW - 100)
        await pilot.pause()
        assert ("●", "bad") in header.lines(120)[0]
        assert dash.pulse.link is not None
        lost = replace(dash.pulse.link, state=LinkState.LOST, problem="connection refused")
        dash.pulse = replace(dash.pulse, link=lost)
        await pilot.pause()
        assert "lost" in text(dash, Header)

    drive(steps)


def test_the_overview_adds_up_its_panels() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        beat(dash)
        feed(dash)
        await pilot.pause()
        rows = overview_rows()
        total = sum(row.tao_per_day_rao or 0 for row in rows.neurons)
        assert f"{total // 10**9}.{total % 10**9 // 10**5:04d} τ a day" in text(dash, EarningsPanel)
        assert "34 epochs since block 700" in text(dash, EarningsPanel)
        assert "all" in text(dash, PortfolioPanel) and "25,355.56" in text(dash, PortfolioPanel)
        assert "sn5 rig-3 first in line to be re" in text(dash, AttentionPanel)
        table = dash.live_screen.table
        assert table.model.total == 7
        assert [c.text for c in table.model.cells((5, made.address("hotkey", 5, 63)))][:3] == [
            "5",
            "rig-3",
            "63",
        ]

    drive(steps)


def test_an_unknown_stake_makes_the_total_unknown_and_not_smaller() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        rows = replace(
            overview_rows(),
            balances=(made.balance("a", 10**9, None), made.balance("b", 10**9, 5 * 10**9)),
        )
        dash.live_screen.live = live(rows)
        await pilot.pause()
        assert text(dash, PortfolioPanel).splitlines()[-1].split() == ["all", "2.00", "-", "-"]

    drive(steps)


def test_without_wallets_it_says_how_to_name_them() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        dash.live_screen.live = live(replace(overview_rows(), neurons=(), balances=()))
        await pilot.pause()
        table = dash.live_screen.table
        lines = "\n".join(table.render_line(y).text for y in range(table.size.height))
        assert "--wallet-path" in lines

    drive(steps, wallets=())


def test_drilling_down_and_back_keeps_the_way() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        await pilot.press("2")
        feed(dash)
        await pilot.pause()
        assert dash.trail() == ["Subnets"]
        await pilot.press("down", "down", "down", "n")
        await pilot.pause()
        feed(dash)
        await pilot.pause()
        assert text(dash, Crumbs).startswith("Subnets › SN 3 omega")
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(dash.screen, DetailScreen)
        await pilot.press("escape")
        await pilot.press("escape")
        assert dash.trail() == ["Subnets"]
        assert dash.live_screen.table.cursor_key == 3
        await pilot.press("escape")
        assert dash.trail() == ["Overview"]

    drive(steps)


def test_opening_my_neuron_puts_the_cursor_on_it_and_marks_it() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        await pilot.pause()
        dash.live_screen.table.move_to((5, made.address("hotkey", 5, 63)))
        await pilot.press("enter")
        await pilot.pause()
        feed(dash)
        await pilot.press("n")
        await pilot.pause()
        feed(dash)
        await pilot.pause()
        assert [title.split()[:2] for title in dash.trail()[1:]] == [["SN", "5"], ["SN", "5"]]
        table = dash.live_screen.table
        assert table.cursor_row.row.uid == 63
        line = next(
            table.render_line(y).text
            for y in range(1, table.size.height)
            if " 63  " in table.render_line(y).text
        )
        assert line.startswith("●") and "rig-3" in line

    drive(steps)


def test_the_metagraph_key_shows_the_first_subnet_with_an_own_neuron() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        await pilot.pause()
        await pilot.press("3")
        assert isinstance(dash.screen, MetagraphScreen) and dash.screen.netuid == 1
        feed(dash)
        await pilot.pause()
        dash.open_metagraph(8)
        await pilot.pause()
        await pilot.press("3")
        await pilot.pause()
        assert isinstance(dash.screen, MetagraphScreen) and dash.screen.netuid == 8
        assert dash.live_screen.table.model.total == 0

    drive(steps)


def test_the_metagraph_key_prefers_any_subnet_to_root() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        rows = overview_rows()
        on_root = replace(rows.neurons[0], netuid=0)
        dash.live_screen.live = live(replace(rows, neurons=(on_root, *rows.neurons[3:])))
        await pilot.pause()
        await pilot.press("3")
        assert isinstance(dash.screen, MetagraphScreen) and dash.screen.netuid == 3

    drive(steps)


def test_root_has_no_price_of_registration() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("2")
        feed(dash)
        await pilot.pause()
        assert cell(dash, 0, "burn_rao") == "-" and cell(dash, 1, "burn_rao") != "-"
        dash.open_metagraph(0)
        await pilot.pause()
        feed(dash)
        await pilot.pause()
        assert "registration by stake" in text(dash, SubnetFacts)

    drive(steps)


def test_the_filter_works_while_typing_and_escape_drops_it() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        await pilot.pause()
        await pilot.press("slash", *"rig-1")
        await pilot.pause()
        table = dash.live_screen.table
        assert len(table.model.order) == 2
        await pilot.press("enter")
        assert table.has_focus and "2 of 7 neurons" in text(dash, Crumbs)
        assert "/rig-1" in text(dash, Crumbs)
        await pilot.press("escape")
        assert len(table.model.order) == 7 and dash.trail() == ["Overview"]
        await pilot.press("slash", *"!rig", "escape")
        assert len(table.model.order) == 7 and table.has_focus

    drive(steps)


@pytest.mark.parametrize(
    ("line", "trail"),
    [
        ("subnets", ["Subnets"]),
        ("sn", ["Subnets"]),
        ("metagraph 8", ["Overview", "SN 8"]),
        ("8", ["Overview", "SN 8"]),
        ("OVERVIEW", ["Overview"]),
    ],
)
def test_commands_go_places(line: str, trail: list[str]) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("colon")
        dash.screen.query_one(Input).value = line
        await pilot.press("enter")
        await pilot.pause()
        assert dash.trail() == trail

    drive(steps)


def test_commands_sort_filter_and_change_the_theme() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        dash.run_command("sort τ/day desc")
        table = dash.live_screen.table
        assert table.model.sort_key == "tao_per_day_rao" and table.model.descending
        dash.run_command("filter vali-main")
        assert len(table.model.order) == 3
        dash.run_command("theme taoctl-light")
        await pilot.pause()
        assert dash.theme == "taoctl-light"

    drive(steps)


@pytest.mark.parametrize("line", ["nonsense", "sort nothing", "metagraph x", "theme nothing"])
def test_a_wrong_command_is_explained_and_changes_nothing(line: str) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        dash.run_command(line)
        await pilot.pause()
        assert dash.trail() == ["Overview"] and len(dash._notifications) == 1

    drive(steps)


def test_the_prompt_completes_commands() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("colon", *"sub")
        await pilot.pause()
        await pilot.press("tab", "enter")
        await pilot.pause()
        assert dash.trail() == ["Subnets"]

    drive(steps)


def test_the_help_lists_every_key_that_works_here() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(dash.screen, HelpScreen)
        page = "\n".join(shown(section) for section in dash.screen.query(Lines))
        for piece in ("↑ k", "row up", "? f1", "^p", "/", "sort [COLUMN", "metagraph, mg", "prune"):
            assert piece in page
        await pilot.press("escape")
        assert dash.trail() == ["Overview"]

    drive(steps)


@pytest.mark.parametrize("size", [(60, 14), (80, 24)], ids=["60", "80"])
def test_the_help_says_everything_whole_on_a_narrow_terminal(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        await pilot.press("question_mark")
        await pilot.pause()
        sections = list(dash.screen.query(Lines))
        for section in sections:
            assert all(
                width_of(line) <= section.size.width for line in section.lines(section.size.width)
            )
        words = " ".join(" ".join(shown(section) for section in sections).split())
        for command in ("show rows that match, or with ! those", "to whichever chain answers"):
            for word in command.split():
                assert word in words
        assert len(sections) == len({section.region.y for section in sections})

    drive(steps, size)


def test_the_header_of_a_narrow_terminal_keeps_its_words_apart() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        beat(dash)
        dash.unlocked = True
        await pilot.pause()
        assert " ALARMS 1  unlocked  SIM " in text(dash, Header) + " "
        dash.alarms = Alarms()
        await pilot.pause()
        assert " ms  unlocked" in text(dash, Header)

    drive(steps, (60, 14))


def test_the_palette_runs_commands_and_knows_the_subnets() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("2")
        feed(dash)
        await pilot.pause()
        await pilot.press("ctrl+p", *"metagraph 5")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await pilot.pause(0.3)
        assert dash.trail() == ["Subnets", "SN 5 chutes"]

    drive(steps)


def test_trouble_keeps_the_rows_and_raises_the_banner_until_it_is_over() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        beat(dash)
        feed(dash)
        await pilot.pause()
        feed(dash, problem="ws://127.0.0.1:9944: connection refused")
        await pilot.pause()
        line = text(dash, Banner)
        assert line.startswith("STALE for 0s, rows of block 1,000") and "refused" in line
        assert not hidden(dash, Banner)
        assert dash.live_screen.table.model.total == 7
        feed(dash, block=1001)
        await pilot.pause()
        assert hidden(dash, Banner)

    drive(steps)


@pytest.mark.parametrize("size", [(59, 24), (80, 13), (10, 3), (2, 1)])
def test_a_terminal_that_is_too_small_gets_a_message(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        await pilot.pause()
        assert dash.screen.query_one(TooSmall).display
        assert not dash.screen.query_one("#neurons-panel").display
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert hidden(dash, TooSmall) and dash.screen.query_one("#neurons-panel").display

    drive(steps, size=size)


@pytest.mark.parametrize("size", [(60, 14), (80, 24), (99, 30), (120, 40), (200, 50), (300, 80)])
def test_every_screen_fits_every_size(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        beat(dash)
        for key in "12345":
            await pilot.press(key)
            feed(dash)
            await pilot.pause()
            for widget in dash.screen.query(Lines):
                assert widget.region.right <= size[0] and widget.region.bottom <= size[1]
                for y in range(widget.size.height):
                    assert widget.render_line(y).cell_length == widget.size.width
            assert dash.live_screen.table.size.height >= 3
            assert text(dash, Hints).endswith("? help")

    drive(steps, size=size)


def test_hostile_names_never_reach_the_terminal() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("2")
        bad = "\x1b]0;pwned\x07[bold]x[/]\u202e"
        hostile = made.subnet_row(1, name=bad, symbol="\x1b[2J")
        dash.live_screen.live = live(made.board_of((hostile,)))
        await pilot.pause()
        picture = dash.export_screenshot()
        assert "\x1b" not in picture and "\x07" not in picture and "\u202e" not in picture
        await pilot.press("n")
        graph = made.graph(1)
        subnet = replace(graph.subnet, name=bad)
        dash.live_screen.live = live(replace(graph, subnet=subnet))
        await pilot.pause()
        picture = dash.export_screenshot()
        assert "\x1b" not in picture and "\x07" not in picture and "\u202e" not in picture
        assert "[bold]x[/]" in text(dash, Crumbs)

    drive(steps)


def test_copying_takes_the_whole_address() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        await pilot.pause()
        await pilot.press("c")
        assert dash.clipboard == made.address("hotkey", 1, 8)

    drive(steps)


def test_development_accounts_are_marked_wherever_their_name_is_shown() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        assert dash.names[made.address("wallet", "miner")] == "miner INSECURE"

    drive(steps, insecure=frozenset({made.address("wallet", "miner"), made.address("other")}))


def test_a_network_that_cannot_be_reached_at_first_ends_the_dashboard() -> None:
    async def main() -> Dashboard:
        def refuse(network: str, *, timeout: float) -> Any:
            raise UnreachableError(f"no endpoint of {network} answered")

        dash = Dashboard(dashboard().options, connect=refuse)
        async with dash.run_test() as pilot:
            await pilot.pause(0.2)
        return dash

    dash = asyncio.run(main())
    assert dash.return_code == 3
    with pytest.raises(UnreachableError):
        dash.raise_failure()


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(UsageError):
        drive(lambda pilot, dash: asyncio.sleep(0), theme="nothing")


def test_the_prompt_gives_its_keys_to_the_text() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        await pilot.press("slash", "q", "2", "question_mark")
        await pilot.pause()
        assert dash.screen.query_one(Prompt).is_open
        assert dash.screen.query_one(Input).value == "q2?"
        assert dash.trail() == ["Overview"]

    drive(steps)


def test_keys_that_arrive_together_with_the_one_that_opens_the_prompt_are_its_text() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        await pilot.pause()
        for key, character in (("slash", "/"), ("q", "q"), ("colon", ":"), ("s", "s")):
            dash.post_message(events.Key(key, character))
        await pilot.pause(0.2)
        assert dash.screen.query_one(Input).value == "q:s"
        assert "enter apply" in text(dash, Hints)

    drive(steps)


def test_overlays_keep_the_keys_of_the_screen_below_to_themselves() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        await pilot.press("question_mark", "slash", "colon")
        await pilot.pause()
        assert isinstance(dash.screen, HelpScreen)
        await pilot.press("escape")
        assert not dash.screen.query_one(Prompt).is_open

    drive(steps)


def unknown(row: Any) -> Any:
    """The row with None in every field that may be unknown."""
    hints = get_type_hints(type(row))
    return replace(
        row, **{name: None for name, hint in hints.items() if type(None) in get_args(hint)}
    )


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_values_that_a_runtime_does_not_have_are_unknown_and_never_zero(
    size: tuple[int, int],
) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        beat(dash)
        rows = overview_rows()
        blank = replace(
            rows,
            neurons=tuple(map(unknown, rows.neurons)),
            balances=tuple(map(unknown, rows.balances)),
        )
        subnets = made.board()
        subnets = SubnetBoard(tuple(map(unknown, subnets.rows)), None, None)
        graph = unknown(made.graph(1))
        graph = replace(
            graph, subnet=unknown(graph.subnet), neurons=tuple(map(unknown, graph.neurons))
        )
        certain = {"netuid", "name", "symbol", "uid", "hotkey", "coldkey", "subnet_name"}
        for key, content in (("1", blank), ("2", subnets), ("3", graph)):
            await pilot.press(key)
            dash.live_screen.live = live(content)
            await pilot.pause()
            table = dash.live_screen.table
            await pilot.press("w", "s", "right", "right", "right", "s", "slash", *"-", "enter")
            await pilot.pause()
            assert table.model.total == len(table.model.order) > 0
            for row in table.model.order:
                for column, shown_cell in zip(
                    table.model.columns, table.model.cells(row), strict=True
                ):
                    assert column.key in certain or shown_cell.text == "-", column.key
            await pilot.press("escape")
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(dash.screen, DetailScreen)
        await pilot.press("escape", "1")
        await pilot.pause()
        assert text(dash, EarningsPanel) == "no earnings known yet"
        assert text(dash, AttentionPanel) == "all quiet"

    drive(steps, size=size)


def test_an_empty_network_and_rows_that_go_leave_a_quiet_screen() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        rows = overview_rows()
        feed(dash)
        await pilot.pause()
        await pilot.press("end")
        last = dash.live_screen.table.cursor_key
        dash.live_screen.live = live(replace(rows, neurons=rows.neurons[:-1]))
        await pilot.pause()
        assert dash.live_screen.table.cursor_key not in (None, last)
        dash.live_screen.live = live(replace(rows, neurons=()))
        await pilot.pause()
        await pilot.press("down", "enter", "s", "c", "right", "end", "pagedown")
        assert dash.trail() == ["Overview"]
        for key, content in (("2", made.board_of(())), ("3", replace(made.graph(1), neurons=()))):
            await pilot.press(key)
            dash.live_screen.live = live(content)
            await pilot.pause()
            await pilot.press("down", "enter", "s", "c", "right", "end", "pageup", "w", "slash")
            await pilot.press("x", "enter", "escape")
            assert len(dash.trail()) == 1

    drive(steps)


def test_gpus_that_fail_do_not_take_the_screen_with_them() -> None:
    class Broken:
        async def sample(self) -> Any:
            raise OSError("the driver was unloaded")

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.pause(0.1)
        assert "the driver was unloaded" in text(dash, GpuStrip)

    drive(steps, gpus=Broken())


def test_what_failed_in_a_worker_is_raised_as_itself() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        async def fail() -> None:
            raise ZeroDivisionError("nobody foresaw this")

        dash.run_worker(fail())
        await pilot.pause(0.1)

    with pytest.raises(Exception) as caught:
        drive(steps)
    failed = caught.value
    assert "ZeroDivisionError" in repr(failed)


def test_what_a_worker_misses_while_the_dashboard_ends_is_no_failure_of_it() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        ends, missed, close = asyncio.Event(), asyncio.Event(), dash._close_all

        async def late() -> None:
            await ends.wait()
            missed.set()
            dash.query_one("#gone-already")

        async def closing() -> None:
            ends.set()
            await missed.wait()
            await pilot.pause()
            dash.live_screen.live = live(overview_rows(1001), 1001)
            await close()

        dash.run_worker(late())
        await pilot.pause()
        dash._close_all = closing  # type: ignore[method-assign]

    drive(steps)


def test_a_form_shows_what_is_on_its_way_under_its_own_name_and_wallet() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        miner, validator = (OrderDesk(dash, one) for one in dash.options.wallets)
        plan: Any = object()  # nothing of it is shown before there is an outcome
        going = Submission(plan, validator, Draft(Kind.ADD), steps=["it waits for a block"])
        dash.signing.submission = going
        dash.push_screen(OrderScreen(miner, Draft(Kind.MOVE), "amount"))
        await pilot.pause()
        assert isinstance(dash.screen, OrderScreen) and dash.screen.stage == "sending"
        assert dash.screen.query_one("#order").border_title == "Add stake"
        wallet = str(dash.screen.query_one("#order-wallet", Static).render())
        assert "validator" in wallet and "miner" not in wallet
        assert "it waits for a block" in dash.screen.query_one(ToldLines).text
        going.steps.clear()
        going.told()
        assert "before it is signed" in dash.screen.query_one(ToldLines).text
        await pilot.press("ctrl+c")
        await pilot.pause()
        (said,) = dash._notifications
        assert said.message.startswith("a transaction is about to be signed. Press again")

    drive(steps)


def test_keys_that_arrive_at_once_go_to_the_field_they_were_meant_for() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        desk = OrderDesk(dash, dash.options.wallets[0])
        draft = Draft(Kind.ADD, {"hotkey": "rig-1", "netuid": "1", "amount": "5tao"})
        dash.push_screen(OrderScreen(desk, draft, "amount"))
        await pilot.pause()
        for key in ("up", "7", "tab", "1", "2", *["backspace"] * 3, "3", "4", "home", "5"):
            dash.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause(0.1)
        fields = {one.id: one.value for one in dash.screen.query(Input)}
        assert fields["field-netuid"] == "7" and fields["field-amount"] == "534"

    drive(steps)

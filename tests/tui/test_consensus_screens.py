# ruff: noqa: RUF001
"""The screens of one neuron and of the weights as a user drives them, with rows put in by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import consensus_rows as consensus
import dashboard_rows as made
import pytest
from offline import beat, dashboard, feed, live, with_history
from textual.pilot import Pilot

from taoctl.addresses import short_ss58
from taoctl.gpu.sample import GpuProcess, GpuReading
from taoctl.gpu.simulated import SimulatedSource
from tui.app import Dashboard
from tui.screens.detail import DetailScreen
from tui.screens.help import HelpScreen
from tui.screens.metagraph import MetagraphScreen
from tui.screens.neuron import NeuronScreen, Side
from tui.screens.overview import OverviewScreen
from tui.screens.weights import WeightsScreen
from tui.widgets.bars import Banner, Crumbs, Hints
from tui.widgets.header import Header
from tui.widgets.lines import Lines
from tui.widgets.neuron_panels import EpochPanel, RiskPanel, WhoPanel
from tui.widgets.weight_panels import MatrixFacts, PointPanel

Steps = Callable[[Pilot[Any], Dashboard], Awaitable[None]]
MINER, VALIDATOR = 7, 8


def drive(steps: Steps, size: tuple[int, int] = (120, 40), **options: Any) -> None:
    async def main() -> None:
        dash = dashboard(**options)
        async with dash.run_test(size=size) as pilot:
            with_history(dash)
            beat(dash)
            feed(dash)
            await pilot.pause()
            await steps(pilot, dash)
        dash.raise_failure()

    asyncio.run(main())


async def press(pilot: Pilot[Any], dash: Dashboard, *keys: str) -> None:
    """Press keys, and give the screen that each leads to its rows."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
        if (
            not isinstance(dash.screen, (DetailScreen, HelpScreen))
            and dash.live_screen.live is None
        ):
            feed(dash)
            await pilot.pause()


async def open_neuron(pilot: Pilot[Any], dash: Dashboard, uid: int) -> NeuronScreen:
    dash.open_neuron(5, uid)
    await pilot.pause()
    feed(dash)
    await pilot.pause()
    assert isinstance(dash.screen, NeuronScreen)
    return dash.screen


def text(dash: Dashboard, kind: type[Lines]) -> str:
    widget = dash.screen.query_one(kind)
    return "\n".join(
        "".join(piece.text for piece in line).rstrip() for line in widget.lines(widget.size.width)
    )


def cell(dash: Dashboard, key: Any, column: str) -> str:
    model = dash.live_screen.table.model
    return model.cells(key)[[one.key for one in model.columns].index(column)].text


def test_enter_on_an_own_neuron_tells_who_weighs_it_its_risk_and_its_epoch() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        dash.live_screen.table.move_to((5, made.address("hotkey", 5, MINER)))
        await press(pilot, dash, "enter")
        assert isinstance(dash.screen, NeuronScreen)
        assert text(dash, Crumbs).startswith(f"Overview › SN 5 UID {MINER} rig-1")
        who = text(dash, WhoPanel)
        assert "● mine  miner" in who and "10.0.5.7:8091" in who
        assert f"rig-1 {short_ss58(made.address('hotkey', 5, MINER))}" in who
        risk = text(dash, RiskPanel)
        assert "exposed, place 12 to go" in risk and "0.1234 α" in risk
        epoch = text(dash, EpochPanel)
        assert "5 blocks ago as the chain stored" in epoch
        assert "incentive 0.0100 = rank 0.005000 of 0.500000" in epoch
        assert "1.2345 α of 13.0000 α" in epoch
        givers = consensus.neuron_rows(5, MINER).givers
        cut = sum(one.now_ppm is not None and one.now_ppm > 10_000 for one in givers)
        assert f"consensus cuts {cut} of {len(givers)}" in text(dash, Side)
        table = dash.live_screen.table
        assert list(table.model.order) == [one.hotkey for one in givers]
        for one in givers:
            assert one.part is not None
            weight, clipped = (
                cell(dash, one.hotkey, f"{key}_bits") for key in ("weight", "clipped")
            )
            assert float(clipped) == min(float(weight), 0.01)
            assert float(cell(dash, one.hotkey, "now_ppm")) == pytest.approx(
                float(weight), abs=2e-6
            )

    drive(steps)


def test_a_validator_shows_its_bonds_first_and_b_turns_to_who_weighs_it() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        screen = await open_neuron(pilot, dash, VALIDATOR)
        assert "Whom it weighs" in text(dash, Side)
        count = len(consensus.neuron_rows(5, VALIDATOR).holdings)
        assert screen.table.model.total == count > 10 and screen.table.has_focus
        assert f"{count} neurons" in text(dash, Crumbs)
        await press(pilot, dash, "b")
        assert "Who weighs it" in text(dash, Side) and screen.table.has_focus
        assert screen.table.model.total == 0 and "0 neurons" in text(dash, Crumbs)
        feed(dash, block=1001)
        await pilot.pause()
        assert "Who weighs it" in text(dash, Side)
        await press(pilot, dash, "b")
        dash.run_command("filter ^1")
        shown = len(screen.table.model.order)
        assert 0 < shown < count and f"{shown} of {count} neurons" in text(dash, Crumbs)
        await press(pilot, dash, "escape")
        assert len(screen.table.model.order) == count
        await press(pilot, dash, "escape")
        assert dash.trail() == ["Overview"]

    drive(steps)


def test_the_ways_between_neurons_weights_and_subnet_come_to_an_end() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await press(pilot, dash, "3")
        await press(pilot, dash, "enter")
        assert isinstance(dash.screen, NeuronScreen)
        netuid = dash.screen.wanted.netuid
        for _ in range(2):
            await press(pilot, dash, "W")
            assert isinstance(dash.screen, WeightsScreen) and dash.screen.netuid == netuid
            await press(pilot, dash, "down", "v")
            assert isinstance(dash.screen, NeuronScreen)
            await press(pilot, dash, "n")
            assert isinstance(dash.screen, MetagraphScreen)
            await press(pilot, dash, "down", "W")
            await press(pilot, dash, "enter")
            assert isinstance(dash.screen, NeuronScreen)
            assert len(dash.screen_stack) <= 4
        for _ in range(4):
            await press(pilot, dash, "escape")
        assert dash.trail() == ["Overview"]

    drive(steps)


def test_the_heat_map_opens_on_the_neuron_that_was_looked_at() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await open_neuron(pilot, dash, VALIDATOR)
        await press(pilot, dash, "W")
        screen = dash.screen
        assert isinstance(screen, WeightsScreen)
        assert screen.heat.cursor_row.line.neuron.uid == VALIDATOR
        await press(pilot, dash, "c")
        assert dash.clipboard == made.address("hotkey", 5, VALIDATOR)
        dash.open_weights(5, select=MINER)
        await pilot.pause()
        feed(dash)
        await pilot.pause()
        assert dash.screen.query_one("HeatMap").column_uid == MINER  # type: ignore[attr-defined]
        point = text(dash, PointPanel)
        assert "uid 7   rig-1" in point and "incentive" in point and "weighed by" in point
        matrix = consensus.matrix()
        line = matrix.lines[0]
        given = line.weights.get(MINER)
        assert (f"(u16 {given})" if given else "none") in point
        await press(pilot, dash, "enter")
        assert isinstance(dash.screen, NeuronScreen) and dash.screen.wanted.uid == MINER

    drive(steps)


def test_the_weights_key_shows_the_subnet_last_looked_at() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await press(pilot, dash, "5")
        assert isinstance(dash.screen, WeightsScreen) and dash.screen.netuid == 1
        assert "SN 1 apex weights" in text(dash, Crumbs)
        assert "8 validators" in text(dash, Crumbs)
        assert text(dash, MatrixFacts).startswith("7 of 8 have set weights")
        dash.open_metagraph(8)
        await pilot.pause()
        await press(pilot, dash, "5")
        assert dash.trail() == ["SN 8 graphite weights"] or dash.trail() == ["SN 8 weights"]
        assert isinstance(dash.screen, WeightsScreen) and dash.screen.heat.model.total == 0
        feed(dash)
        await pilot.pause()
        assert dash.screen.heat.model.total == 8

    drive(steps)


def test_weights_that_are_committed_but_not_revealed_are_said_to_be_hidden() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await press(pilot, dash, "5")
        screen = dash.screen
        assert isinstance(screen, WeightsScreen)
        rows = consensus.weights_rows(1)
        first, last = rows.matrix.lines[0], rows.matrix.lines[-1]
        assert first.weights and not last.weights
        assert "hidden" not in text(dash, MatrixFacts) + text(dash, PointPanel)
        hidden = {first.neuron.hotkey: 988, last.neuron.hotkey: 997}
        screen.live = live(replace(rows, hidden=hidden))
        await pilot.pause()
        facts = text(dash, MatrixFacts)
        assert facts.startswith("7 of 8 have set weights, 2 hidden ") and facts.endswith("%")
        assert "newer ones hidden for 12 blocks" in text(dash, PointPanel)
        await press(pilot, dash, "end")
        assert "  hidden for 3 blocks" in text(dash, PointPanel)
        assert "has set no weights" not in text(dash, PointPanel)

    drive(steps, size=(80, 24))


def test_mechanisms_are_turned_only_where_there_are_several() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await press(pilot, dash, "5", "m")
        screen = dash.screen
        assert isinstance(screen, WeightsScreen) and screen.mechid == 0
        assert "mechanism" not in text(dash, Hints)
        screen.live = live(consensus.weights_rows(1, mechanisms=2))
        await pilot.pause()
        assert "m mechanism" in text(dash, Hints)
        await press(pilot, dash, "m")
        assert screen.mechid == 1 and screen.heat.model.total == 0
        assert "weights mechanism 1" in text(dash, Crumbs)
        screen.live = live(consensus.weights_rows(1, mechanisms=2))
        await pilot.pause()
        assert screen.heat.model.total == 0
        screen.live = live(consensus.weights_rows(1, mechid=1, mechanisms=2))
        await pilot.pause()
        assert screen.heat.model.total == 8
        assert "mechanism 1 of 2" in text(dash, MatrixFacts)
        neuron = await open_neuron(pilot, dash, MINER)
        neuron.live = live(consensus.neuron_rows(5, MINER, mechanisms=2))
        await pilot.pause()
        await press(pilot, dash, "m")
        assert neuron.wanted.mechid == 1
        neuron.live = live(consensus.neuron_rows(5, MINER, mechid=1, mechanisms=2))
        await pilot.pause()
        assert "mechanism 1 of 2" in text(dash, EpochPanel)
        await press(pilot, dash, "W")
        assert isinstance(dash.screen, WeightsScreen) and dash.screen.mechid == 1

    drive(steps)


def test_a_neuron_that_lost_its_uid_stays_on_the_screen_and_its_heir_is_named() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        screen = await open_neuron(pilot, dash, MINER)
        hotkey = screen.wanted.hotkey
        assert hotkey == made.address("hotkey", 5, MINER)
        rows = consensus.neuron_rows(5, MINER)
        total = screen.table.model.total
        heir = replace(made.graph(5).neurons[MINER], hotkey=made.address("heir"))
        gone = replace(rows, neuron=None, heir=heir, risk=None, earned=None, givers=(), holdings=())
        screen.live = live(gone, block=1001)
        await pilot.pause()
        said = text(dash, Side)
        assert f"{short_ss58(hotkey)} holds no uid on subnet 5" in said
        assert f"uid 7 is held by {short_ss58(made.address('heir'))} now" in said
        assert screen.table.model.total == total and screen.wanted.hotkey == hotkey
        moved = replace(rows.neuron, uid=3) if rows.neuron else None
        screen.live = live(replace(rows, neuron=moved), block=1002)
        await pilot.pause()
        assert "UID 3 rig-1" in text(dash, Crumbs) and "Who weighs it" in text(dash, Side)

    drive(steps)


def test_a_uid_that_nobody_holds_is_said() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        screen = await open_neuron(pilot, dash, MINER)
        nobody = replace(consensus.neuron_rows(5, MINER), neuron=None, givers=())
        dash.open_neuron(5, 4000)
        await pilot.pause()
        dash.live_screen.live = live(nobody)
        await pilot.pause()
        assert "subnet 5 has no uid 4000" in text(dash, Side)
        await press(pilot, dash, "c", "d", "m", "b", "enter", "down", "s")
        assert isinstance(dash.screen, NeuronScreen) and dash.screen is not screen

    drive(steps)


@pytest.mark.parametrize("size", [(60, 14), (80, 24), (120, 40), (200, 50)])
def test_an_epoch_that_went_by_stake_says_so(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        screen = await open_neuron(pilot, dash, MINER)
        rows = consensus.neuron_rows(5, MINER)
        assert "by stake" not in text(dash, EpochPanel)
        assert rows.earned is not None
        earned = replace(rows.earned, rank_bits=0, rank_total_bits=0, dividend_total_bits=0)
        screen.live = live(replace(rows, earned=earned), 1001)
        await pilot.pause()
        assert " by stake" in text(dash, EpochPanel)
        if size[0] >= 120:
            assert "nobody got incentive or dividends" in text(dash, EpochPanel)

    drive(steps, size=size)


def test_an_epoch_that_cannot_be_told_leaves_what_is_stored() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        screen = await open_neuron(pilot, dash, MINER)
        rows = consensus.neuron_rows(5, MINER)
        givers = tuple(replace(one, part=None) for one in rows.givers)
        screen.live = live(
            replace(rows, earned=None, problem="the state of block 994 is gone", givers=givers)
        )
        await pilot.pause()
        assert "the state of block 994 is gone" in text(dash, EpochPanel)
        for one in givers:
            assert cell(dash, one.hotkey, "weight_bits") == "-"
            assert cell(dash, one.hotkey, "now_ppm") != "-"

    drive(steps)


@pytest.mark.parametrize("size", [(60, 14), (80, 24), (99, 30), (120, 40), (200, 50)])
def test_both_screens_fit_every_size(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await press(pilot, dash, "5")
        for uid in (None, MINER, VALIDATOR):
            if uid is not None:
                await open_neuron(pilot, dash, uid)
            for widget in dash.screen.query(Lines):
                assert widget.region.right <= size[0] and widget.region.bottom <= size[1]
                for y in range(widget.size.height):
                    assert widget.render_line(y).cell_length == widget.size.width
            assert dash.live_screen.table.size.height >= 3
            assert text(dash, Hints).endswith("? help") and "SIM" in text(dash, Header)

    drive(steps, size=size)


def test_trouble_keeps_the_values_under_the_banner() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await press(pilot, dash, "5")
        feed(dash, problem="ws://127.0.0.1:9944: connection refused")
        await pilot.pause()
        assert text(dash, Banner).startswith("STALE") and dash.screen.query_one(Banner).display
        assert dash.live_screen.table.model.total == 8
        await open_neuron(pilot, dash, MINER)
        feed(dash, problem="ws://127.0.0.1:9944: connection refused")
        await pilot.pause()
        assert text(dash, Banner).startswith("STALE")
        assert dash.live_screen.table.model.total > 0

    drive(steps)


def test_values_that_a_runtime_does_not_have_are_unknown_and_never_zero() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        screen = await open_neuron(pilot, dash, VALIDATOR)
        rows = consensus.neuron_rows(5, VALIDATOR)
        assert rows.neuron is not None and rows.risk is not None
        blank = {"stake_rao": None, "validator_permit": None, "incentive": None, "consensus": None}
        neuron = replace(
            rows.neuron,
            **blank,
            dividends=None,
            validator_trust=None,
            registered_at=None,
            axon=None,
        )
        risk = replace(
            rows.risk,
            standing=None,
            prune_rank=None,
            margin_rao=None,
            immunity_left_blocks=None,
            expected_blocks=None,
        )
        screen.live = live(replace(rows, neuron=neuron, risk=risk, earned=None, problem="absent"))
        await pilot.pause()
        said = "\n".join(text(dash, kind) for kind in (WhoPanel, RiskPanel, EpochPanel))
        assert "0.0000" not in said and " 0 " not in said and "incentive -" in said
        await press(pilot, dash, "5")
        matrix = consensus.matrix(5)
        lines = tuple(
            replace(line, neuron=replace(line.neuron, **blank), updated_block=None)
            for line in matrix.lines
        )
        targets = tuple(replace(one, **blank) for one in matrix.neurons)
        empty = replace(matrix, lines=lines, neurons=targets, incentives=())
        dash.live_screen.live = live(replace(consensus.weights_rows(5), matrix=empty))
        await pilot.pause()
        point = text(dash, PointPanel)
        assert "stake -" in point and "incentive -" in point and "consensus -" in point

    drive(steps)


def test_an_empty_subnet_leaves_quiet_screens() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await press(pilot, dash, "5")
        nothing = replace(consensus.matrix(1), neurons=(), lines=(), incentives=())
        dash.live_screen.live = live(replace(consensus.weights_rows(1), matrix=nothing))
        await pilot.pause()
        table = dash.live_screen.table
        assert "Nobody here has a validator permit" in table.render_line(3).text
        for key in ("down", "right", "s", "w", "c", "v", "enter", "m", "slash", "x", "enter"):
            await pilot.press(key)
        await pilot.press("escape")
        assert isinstance(dash.screen, WeightsScreen)

    drive(steps)


def test_hostile_names_never_reach_the_terminal() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        bad = "\x1b]0;pwned\x07[bold]x[/]\u202e"
        await press(pilot, dash, "5")
        dash.live_screen.live = live(replace(consensus.weights_rows(1), name=bad))
        await pilot.pause()
        picture = dash.export_screenshot()
        screen = await open_neuron(pilot, dash, MINER)
        rows = consensus.neuron_rows(5, MINER)
        assert rows.neuron is not None
        neuron = replace(rows.neuron, axon=bad)
        screen.live = live(replace(rows, neuron=neuron, earned=None, problem=bad))
        await pilot.pause()
        picture += dash.export_screenshot()
        assert not any(one in picture for one in ("\x1b", "\x07", "\u202e"))

    drive(steps)


@pytest.mark.parametrize(
    ("line", "trail"),
    [
        ("weights", ["SN 1 apex weights"]),
        ("weights 5", ["Overview", "SN 5 weights"]),
        ("w 5 1", ["Overview", "SN 5 weights mechanism 1"]),
        ("neuron 5 7", ["Overview", "SN 5 UID 7"]),
        ("n 7", ["Overview", "SN 1 UID 7"]),
    ],
)
def test_commands_go_places(line: str, trail: list[str]) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        dash.run_command(line)
        await pilot.pause()
        assert [one.replace(" apex", "") for one in dash.trail()] == [
            one.replace(" apex", "") for one in trail
        ]

    drive(steps)


@pytest.mark.parametrize(
    "line", ["neuron", "neuron x", "neuron 1 2 3", "weights x", "w 1 2 3", "n 65536"]
)
def test_a_wrong_command_is_explained(line: str) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        dash.run_command(line)
        await pilot.pause()
        assert dash.trail() == ["Overview"] and len(dash._notifications) == 1

    drive(steps)


def test_the_help_and_the_palette_know_these_screens() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await open_neuron(pilot, dash, MINER)
        await press(pilot, dash, "question_mark")
        page = "\n".join(
            "".join(piece.text for piece in line)
            for one in dash.screen.query(Lines)
            for line in one.lines(one.size.width)
        )
        for words in (
            "Neurons and weights",
            "who weighs whom on this subnet",
            "neuron, n",
            "clipped",
        ):
            assert words in page
        await press(pilot, dash, "escape")
        dash.subnet_names[5] = "chutes"
        await pilot.press("ctrl+p", *"weights 5")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await pilot.pause(0.3)
        assert dash.trail()[-1] == "SN 5 chutes weights"

    drive(steps)


class _Fixed:
    """A GPU with one process, as a driver would tell it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    async def sample(self) -> GpuReading:
        reading = await SimulatedSource(seed=1, clock=lambda: 0.0).sample()
        gpu = replace(reading.gpus[1], processes=(GpuProcess(self.pid, None, None),), name="H200")
        return GpuReading((gpu,), None, "nvml", simulated=False)


def test_the_gpu_of_an_own_neuron_is_the_one_its_program_runs_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = {77: [["miner", "--wallet.name", "miner", "--wallet.hotkey", "rig-1", "--netuid", "5"]]}
    monkeypatch.setattr("taoctl.gpu.owners.command_lines", lambda pid: lines.get(pid, []))

    def expecting(words: str, there: bool, uid: int) -> Steps:
        async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
            await open_neuron(pilot, dash, uid)
            await pilot.pause(0.2)
            assert (words in text(dash, WhoPanel)) == there

        return steps

    drive(expecting("GPU 1 H200", True, MINER), gpus=_Fixed(77))
    drive(expecting("GPU", False, 63), gpus=_Fixed(77))
    drive(expecting("GPU", False, MINER), gpus=_Fixed(78))
    drive(expecting("GPU", False, MINER), gpus=SimulatedSource(seed=1))


def test_details_and_adding_stake_are_offered_here_too() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        screen = await open_neuron(pilot, dash, MINER)
        assert screen.place is not None and screen.place.netuid == 5
        assert screen.place.hotkey == made.address("hotkey", 5, MINER)
        await press(pilot, dash, "c")
        assert dash.clipboard == made.address("hotkey", 5, MINER)
        await press(pilot, dash, "d")
        assert isinstance(dash.screen, DetailScreen)
        await press(pilot, dash, "escape", "escape")
        assert isinstance(dash.screen, OverviewScreen)

    drive(steps)

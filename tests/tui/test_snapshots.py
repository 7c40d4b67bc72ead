"""Pictures of the screens with fixed rows and a clock that stands still."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from offline import beat, dashboard, feed, with_history
from textual.pilot import Pilot

from tui.app import Dashboard
from tui.order_desk import OrderDesk
from tui.orders import Draft, Kind
from tui.screens.order import OrderScreen

Compare = Callable[..., bool]
Steps = Callable[[Pilot[Any]], Awaitable[None]]


def screen(*keys: str, problem: str | None = None) -> Steps:
    async def steps(pilot: Pilot[Any]) -> None:
        dash = pilot.app
        assert isinstance(dash, Dashboard)
        with_history(dash)
        beat(dash)
        feed(dash)
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
            if key in ("2", "3", "4", "5", "n", "enter"):
                feed(dash)
                await pilot.pause()
        if problem is not None:
            feed(dash, problem=problem)
            await pilot.pause()
        await pilot.pause(0.1)

    return steps


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)], ids=lambda size: f"{size[0]}")
def test_overview(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(dashboard(), run_before=screen(), terminal_size=size)


def test_subnets_sorted_and_filtered(snap_compare: Compare) -> None:
    keys = ("2", "right", "right", "right", "s", "slash", "s", "u", "b", "enter")
    assert snap_compare(dashboard(), run_before=screen(*keys), terminal_size=(80, 24))


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=lambda size: f"{size[0]}")
def test_all_subnets(snap_compare: Compare, size: tuple[int, int]) -> None:
    steps = screen("2", "down", "down", "down")
    assert snap_compare(dashboard(), run_before=steps, terminal_size=size)


def test_metagraph_of_a_stale_chain(snap_compare: Compare) -> None:
    steps = screen("2", "down", "n", "end", problem="ws://127.0.0.1:9944: connection refused")
    assert snap_compare(dashboard(), run_before=steps, terminal_size=(120, 30))


def test_metagraph_scrolled_sideways(snap_compare: Compare) -> None:
    steps = screen("3", "w", *["right"] * 12)
    assert snap_compare(dashboard(), run_before=steps, terminal_size=(80, 24))


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=lambda size: f"{size[0]}")
def test_wallets_and_stake(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(dashboard(), run_before=screen("4", "down"), terminal_size=size)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=lambda size: f"{size[0]}")
def test_one_neuron(snap_compare: Compare, size: tuple[int, int]) -> None:
    steps = screen(*["down"] * 4, "enter", "down")
    assert snap_compare(dashboard(), run_before=steps, terminal_size=size)


def test_one_validator_of_a_stale_chain(snap_compare: Compare) -> None:
    steps = screen(*["down"] * 6, "enter", "s", problem="ws://127.0.0.1:9944: connection refused")
    assert snap_compare(dashboard(), run_before=steps, terminal_size=(100, 30))


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=lambda size: f"{size[0]}")
def test_the_weights_of_a_subnet(snap_compare: Compare, size: tuple[int, int]) -> None:
    steps = screen("5", "down", "down", *["right"] * 9, "s")
    assert snap_compare(dashboard(), run_before=steps, terminal_size=size)


def test_the_weights_in_plain_ascii(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAOCTL_ASCII", "1")
    assert snap_compare(dashboard(), run_before=screen("5", "w"), terminal_size=(80, 24))


@pytest.mark.parametrize("size", [(80, 24), (60, 14)], ids=lambda size: f"{size[0]}")
def test_the_form_of_an_order(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        await screen("4", "down")(pilot)
        dash = pilot.app
        assert isinstance(dash, Dashboard)
        miner = dash.options.wallets[0]
        dash.push_screen(
            OrderScreen(
                OrderDesk(dash, miner),
                Draft(
                    Kind.MOVE,
                    {
                        "hotkey": "rig-1",
                        "netuid": "1",
                        "to_hotkey": "rig-3",
                        "to_netuid": "1",
                        "amount": "10tao",
                        "tolerance": "1%",
                    },
                ),
                "amount",
            )
        )
        await pilot.pause(0.1)

    assert snap_compare(dashboard(), run_before=steps, terminal_size=size)


def test_light_theme(snap_compare: Compare) -> None:
    light = dashboard(theme="taoctl-light")
    assert snap_compare(light, run_before=screen(), terminal_size=(100, 30))


def test_plain_ascii(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAOCTL_ASCII", "1")
    assert snap_compare(dashboard(), run_before=screen(), terminal_size=(100, 30))

"""Pressing keys in a dashboard, and waiting for what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot

from tui.app import Dashboard
from tui.screens.order import OrderScreen
from tui.widgets.told import ToldLines

PATIENT_S = 120.0
"""After how long what does not happen is taken never to."""

_NAMES = {
    " ": "space",
    ":": "colon",
    "%": "percent_sign",
    "&": "ampersand",
    "_": "underscore",
    "/": "slash",
}


async def until(done: Callable[[], bool]) -> None:
    """Wait for something that is to happen; raises TimeoutError when it does not."""
    async with asyncio.timeout(PATIENT_S):
        while not done():
            await asyncio.sleep(0.02)


class Keyboard:
    """Presses keys one by one and counts them; what is typed as a password does not count."""

    def __init__(self, pilot: Pilot[Any]) -> None:
        self.pilot, self.count = pilot, 0

    async def press(self, *keys: str) -> None:
        """Press keys by their names."""
        for key in keys:
            await self.pilot.press(key)
            self.count += 1

    async def type(self, text: str) -> None:
        """Press the key of each character."""
        await self.press(*(_NAMES.get(char, char) for char in text))

    async def secret(self, text: str) -> None:
        """Type what does not count."""
        before = self.count
        await self.type(text)
        self.count = before

    async def command(self, text: str) -> None:
        """Give a command at the prompt."""
        await self.type(f":{text}")
        await self.press("enter")


def at(dash: Dashboard, stage: str) -> Callable[[], bool]:
    """Tells whether an order's form is shown, and at this stage."""
    return lambda: isinstance(dash.screen, OrderScreen) and dash.screen.stage == stage


def told(dash: Dashboard) -> str:
    """The plan or the outcome, as the form says it."""
    return dash.screen.query_one(ToldLines).text

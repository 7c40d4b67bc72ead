"""A line to type into that takes its keys in the order in which they were pressed."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.binding import Binding
from textual.widgets import Input

_ACTIONS = {one.key: one.action for one in Binding.make_bindings(Input.BINDINGS)}


class Field(Input):
    """An input without a blinking cursor.

    Textual inserts a character at once, but acts on a key such as backspace only after it has
    gone all the way up to the app. When keys arrive together, as they do over a slow link, a
    figure that is corrected would come out as another one: so here they are all acted on at once.
    """

    def __init__(self, value: str | None = None, **options: Any) -> None:
        """As an `Input`."""
        super().__init__(value, **options)
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        action = None if event.is_printable else _ACTIONS.get(event.key)
        if action is None:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        await self.run_action(action)

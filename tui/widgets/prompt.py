"""The one-line input at the bottom: `/` filters the table, `:` runs a command."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from tui.widgets.field import Field


class _Completion(Suggester):
    """Completes from a list of words that is asked for each time."""

    def __init__(self, words: Callable[[], Iterable[str]]) -> None:
        super().__init__(use_cache=False, case_sensitive=False)
        self._words = words

    async def get_suggestion(self, value: str) -> str | None:
        """The first word that starts with what is typed."""
        low = value.casefold()
        return next((w for w in self._words() if low and w.casefold().startswith(low)), None)


class Prompt(Horizontal):
    """Closed until opened with a mark (`/` or `:`); posts what is typed and how it ended."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", show=False, id="prompt.cancel"),
        Binding("tab", "complete", "complete", show=False, id="prompt.complete", priority=True),
    ]

    class Typed(Message):
        """The text changed."""

        def __init__(self, mark: str, text: str) -> None:
            super().__init__()
            self.mark, self.text = mark, text

    class Entered(Message):
        """The user pressed enter."""

        def __init__(self, mark: str, text: str) -> None:
            super().__init__()
            self.mark, self.text = mark, text

    class Cancelled(Message):
        """The user pressed escape."""

        def __init__(self, mark: str) -> None:
            super().__init__()
            self.mark = mark

    def __init__(self, words: Callable[[], Iterable[str]]) -> None:
        super().__init__(id="prompt")
        self.display = False
        self._words = words
        self.mark = ""

    def compose(self) -> ComposeResult:
        """The mark and the input."""
        yield Static("", id="prompt-mark")
        yield Field(id="prompt-input", select_on_focus=False)

    @property
    def is_open(self) -> bool:
        """Whether the user is typing."""
        return bool(self.display)

    def open(self, mark: str, text: str = "") -> None:
        """Show the input and put the cursor into it."""
        self.mark = mark
        field = self.query_one(Input)
        self.query_one("#prompt-mark", Static).update(mark)
        field.suggester = _Completion(self._words) if mark == ":" else None
        with field.prevent(Input.Changed):
            field.value = text
        field.cursor_position = len(text)
        self.display = True
        # Not `field.focus()`, which waits for a turn of the loop and loses keys typed quickly.
        self.screen.set_focus(field)

    def close(self) -> None:
        """Hide the input."""
        self.display = False

    def action_cancel(self) -> None:
        """Tell the screen that nothing was entered."""
        self.post_message(self.Cancelled(self.mark))

    def action_complete(self) -> None:
        """Take the suggestion."""
        self.query_one(Input).action_cursor_right()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.post_message(self.Typed(self.mark, event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered(self.mark, event.value))

"""Asking for a password: masked, kept by nothing, and told to nobody but who asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from taoctl.secrecy import remember
from taoctl.text import printable
from tui.widgets.field import Field


class Secret(Field):
    """A masked input whose text can be neither copied nor cut."""

    def __init__(self) -> None:
        super().__init__(password=True, id="secret", select_on_focus=False)

    def action_copy(self) -> None:
        """Nothing: the clipboard is readable by every program."""

    def action_cut(self) -> None:
        """Nothing: the clipboard is readable by every program."""

    def take(self) -> str:
        """What was typed; the field is empty afterwards."""
        typed = remember(self.value)
        with self.prevent(Input.Changed):
            self.value = ""
        return typed


class PasswordScreen(ModalScreen[None]):
    """Asks until whoever asked is content, and takes it away.

    While a key is being derived it stays, so that what is typed too early is lost and does not
    reach the screen below, which would take it for commands and show it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", id="password.cancel", priority=True)
    ]
    AUTO_FOCUS = "Secret"

    def __init__(self, question: str, answer: Callable[[str | None], None]) -> None:
        """Ask a question; `answer` is called with what was typed, or None when it is cancelled."""
        super().__init__()
        self._question = printable(question)
        self._answer = answer

    def compose(self) -> ComposeResult:
        """The question above the masked input."""
        with Vertical(id="password") as frame:
            frame.border_title = "Unlock"
            frame.border_subtitle = "enter to unlock, esc to cancel"
            yield Static(self._question, id="question", markup=False)
            yield Secret()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        typed = self.query_one(Secret).take()
        if typed:
            self._show("Opening the key …", waiting=True)
            self._answer(typed)

    def ask(self, question: str) -> None:
        """Ask once more."""
        self._show(printable(question), waiting=False)

    def _show(self, question: str, *, waiting: bool) -> None:
        self._question = question
        self.query_one("#question", Static).update(question)
        field = self.query_one(Secret)
        field.disabled = waiting
        if not waiting:
            self.set_focus(field)

    def action_cancel(self) -> None:
        """Leave the key locked."""
        self.query_one(Secret).take()
        self._answer(None)

"""Asking for a password: masked, kept by nothing, and told to nobody but who asked."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from taoctl.secrecy import remember
from taoctl.text import printable


class Secret(Input):
    """A masked input whose text can be neither copied nor cut."""

    def __init__(self) -> None:
        super().__init__(password=True, id="secret", select_on_focus=False)
        self.cursor_blink = False

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


class PasswordScreen(ModalScreen["str | None"]):
    """One question; the answer is what was typed, None when it was cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", id="password.cancel", priority=True)
    ]
    AUTO_FOCUS = "Secret"

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = printable(question)

    def compose(self) -> ComposeResult:
        """The question above the masked input."""
        with Vertical(id="password") as frame:
            frame.border_title = "Unlock"
            frame.border_subtitle = "enter to unlock, esc to cancel"
            yield Static(self._question, markup=False)
            yield Secret()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        typed = self.query_one(Secret).take()
        if typed:
            self.dismiss(typed)

    def action_cancel(self) -> None:
        """Leave the key locked."""
        self.query_one(Secret).take()
        self.dismiss(None)

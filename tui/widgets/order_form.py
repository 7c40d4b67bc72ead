"""The fields of an order, each checked while it is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from taoctl.text import printable
from tui.orders import FIELDS, LABELS, Draft
from tui.widgets.field import Field

_LONGEST = 64

Look = Callable[[Draft], tuple[Mapping[str, str], Mapping[str, str]]]
"""Of a draft, what is wrong and what is known, by field."""


class OrderForm(Vertical):
    """Posts `Ready` when enter is pressed and nothing is wrong; else it goes to what is wrong.

    The keys between the fields have priority: when several keys arrive at once, what was typed
    after one of these belongs to the other field.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "down,tab", "app.focus_next", "next field", show=False, id="form.next", priority=True
        ),
        Binding(
            "up,shift+tab",
            "app.focus_previous",
            "previous field",
            show=False,
            id="form.previous",
            priority=True,
        ),
    ]

    class Ready(Message):
        """The user wants to see what these fields would do."""

        def __init__(self, draft: Draft) -> None:
            super().__init__()
            self.draft = draft

    def __init__(self, draft: Draft, look: Look, first: str) -> None:
        """Show a draft; `look` says what is wrong with one, `first` is where the cursor begins."""
        super().__init__(id="form")
        self.draft = draft
        self.problems: Mapping[str, str] = {}
        self._look = look
        self._first = first
        self._busy = False

    def compose(self) -> ComposeResult:
        """A line for each field, and one that says what is wrong."""
        for name in FIELDS[self.draft.kind]:
            with Horizontal(classes="field"):
                yield Static(LABELS[name], classes="field-label")
                field = Field(
                    self.draft.text(name), id=f"field-{name}", compact=True, max_length=_LONGEST
                )
                field.set_class(name.endswith("hotkey"), "-long")
                field.set_class(name in ("parameter", "value", "proposal"), "-wide")
                yield field
                yield Static("", id=f"note-{name}", classes="field-note", markup=False)
        yield Static("", id="form-problem", markup=False)

    def on_mount(self) -> None:
        """Say from the start what is missing."""
        self.look()

    def focus_first(self) -> None:
        """Put the cursor where something is to be typed."""
        self.screen.set_focus(self._field(self._first))

    def set_busy(self, busy: bool) -> None:
        """Whether an answer is waited for."""
        self._busy = busy
        if busy:
            self._say("working out the plan …", "muted")

    def say(self, text: str) -> None:
        """What went wrong with the last try."""
        self._say(text, "bad")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        name = (event.input.id or "").removeprefix("field-")
        if event.value != self.draft.texts.get(name, ""):
            self.draft = self.draft.changed(name, event.value)
            self.look()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.look()
        if self._busy:
            return
        for name, problem in self.problems.items():
            self.screen.set_focus(self._field(name))
            self._say(f"{LABELS[name]}: {problem}", "bad")
            return
        self.post_message(self.Ready(self.draft))

    def look(self) -> None:
        """Say what is wrong and what is known of what stands in the fields."""
        self.problems, notes = self._look(self.draft)
        for name in FIELDS[self.draft.kind]:
            self._field(name).set_class(name in self.problems, "-bad")
            self.query_one(f"#note-{name}", Static).update(printable(notes.get(name, ""), 40))
        shown = next((f"{LABELS[k]}: {v}" for k, v in self.problems.items()), "")
        self._say(shown, "muted" if self._untouched() else "bad")

    def _untouched(self) -> bool:
        return not self.draft.text(self.draft.main)

    def _field(self, name: str) -> Input:
        return self.query_one(f"#field-{name}", Input)

    def _say(self, text: str, tone: str) -> None:
        line = self.query_one("#form-problem", Static)
        line.set_class(tone == "bad", "-bad")
        line.update(text)

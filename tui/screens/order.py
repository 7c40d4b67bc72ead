"""The modal form of an order: fields, the plan, the question, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from taoctl.errors import TaoctlError
from taoctl.text import printable
from tui import submission
from tui.form_hints import in_form
from tui.order_words import outcome_told, plan_told
from tui.orders import TITLES, Draft, check, intent_of
from tui.submission import Submission
from tui.widgets.field import Field
from tui.widgets.order_form import OrderForm
from tui.widgets.told import Told, ToldLines

if TYPE_CHECKING:
    from taoctl.submit.plan import Plan
    from tui.app import Dashboard
    from tui.order_desk import OrderDesk

_STAGES = ("-form", "-plan", "-sending")

_FRAME_LINES = 10
"""Lines of the frame that are not the plan's: its border, the wallet, the question, the buttons."""

_LEAST_LINES = 3


class OrderScreen(ModalScreen[None]):
    """One order from its fields to its outcome. Nothing that was typed is lost by an error."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", id="order.back"),
        Binding("y", "send", "send", id="order.send"),
        Binding("n", "back", "back", show=False, id="order.no"),
        Binding("left", "app.focus_previous", "previous button", show=False, id="order.left"),
        Binding("right", "app.focus_next", "next button", show=False, id="order.right"),
        Binding("up,k", "scroll(-1)", "scroll up", show=False, id="order.up"),
        Binding("down,j", "scroll(1)", "scroll down", show=False, id="order.down"),
        Binding("pageup", "scroll(-8)", "scroll up", show=False, id="order.page_up"),
        Binding("pagedown", "scroll(8)", "scroll down", show=False, id="order.page_down"),
    ]

    def __init__(self, desk: OrderDesk, draft: Draft, first: str) -> None:
        """Show a draft of one wallet; `first` is the field where the cursor begins."""
        super().__init__()
        self._desk = desk
        self._draft = draft
        self._first = first
        self._plan: Plan | None = None
        self._planned_at = 0.0
        self._submission: Submission | None = None

    @property
    def dash(self) -> Dashboard:
        """The app, by its own type."""
        return cast("Dashboard", self.app)

    @property
    def stage(self) -> str:
        """`form`, `plan` or `sending`."""
        return next(name[1:] for name in _STAGES if self.has_class(name))

    @property
    def plan(self) -> Plan | None:
        """The plan that is shown, or that was sent."""
        return self._plan

    # --- the frame ------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """All stages; the one that is on is shown."""
        with Vertical(id="order") as frame:
            frame.border_title = TITLES[self._draft.kind]
            yield Static(self._wallet_line(), id="order-wallet", markup=False)
            yield OrderForm(self._draft, self._look, self._first)
            with VerticalScroll(id="order-text", can_focus=False):
                yield ToldLines(id="order-told")
            with Vertical(id="order-ask"):
                yield Static("", id="order-question", markup=False)
                yield Field(id="order-again", compact=True)
                with Horizontal(id="order-buttons"):
                    yield Button("Cancel", id="cancel", compact=True)
                    yield Button("Send", id="send", compact=True)

    def on_mount(self) -> None:
        """Begin with the fields, or with what is still on its way."""
        going = self.dash.signing.submission
        if going is not None and not going.over:
            self._plan, self._desk, self._draft = going.plan, going.desk, going.draft
            self.query_one("#order", Vertical).border_title = TITLES[going.draft.kind]
            self._watch(going)
        else:
            self._enter("form")

    def on_resize(self) -> None:
        """Leave room for the question below the plan, however small the terminal is."""
        room = max(_LEAST_LINES, self.app.size.height - _FRAME_LINES)
        self.query_one("#order-text", VerticalScroll).styles.max_height = room

    def _enter(self, stage: str) -> None:
        for name in _STAGES:
            self.set_class(name == f"-{stage}", name)
        frame = self.query_one("#order", Vertical)
        self.query_one("#order-wallet", Static).update(self._wallet_line())
        if stage == "form":
            frame.border_subtitle = "enter shows the plan, tab next field, esc to cancel"
            self.query_one(OrderForm).focus_first()
        self.refresh_bindings()

    def _wallet_line(self) -> str:
        return f"wallet     {printable(self._desk.wallet.name)}   {self._desk.free_words()}"

    # --- the fields -----------------------------------------------------------------------

    def _look(self, draft: Draft) -> tuple[Mapping[str, str], Mapping[str, str]]:
        checked = check(draft, self._desk.find_hotkey)
        return checked.problems, self._desk.notes(draft, checked)

    @on(OrderForm.Ready)
    def _ready(self, event: OrderForm.Ready) -> None:
        event.stop()
        self._draft = event.draft
        self._make_plan()

    @work(group="plan", exclusive=True)
    async def _make_plan(self, note: str = "") -> None:
        form = self.query_one(OrderForm)
        form.set_busy(True)
        try:
            intent = intent_of(self._draft, self._desk.find_hotkey)
            plan = await submission.plan(self.dash, intent, self._desk.wallet.coldkey)
        except TaoctlError as problem:
            self._enter("form")
            form.say(_said(problem, self._draft))
            return
        except Exception as problem:
            # What was typed stays, whatever it is.
            self.log.error(problem)
            self._enter("form")
            what = f"the plan could not be worked out ({type(problem).__name__}: {problem})"
            form.say(f"{printable(what, 400)}\nthis is a bug of taoctl; please report it")
            return
        finally:
            form.set_busy(False)
        self._show_plan(plan, note)

    # --- the plan and the question --------------------------------------------------------

    def _show_plan(self, plan: Plan, note: str) -> None:
        self._plan, self._planned_at = plan, self.dash.clock()
        told = list(plan_told(plan, self._draft, self.dash.names, self.dash.pulse.interval))
        if note:
            told.insert(0, Told("warning", note))
        self._tell(told)
        refused, public = bool(plan.refusals), submission.on_public_network(plan)
        self.query_one("#send", Button).display = not refused
        again = self.query_one("#order-again", Input)
        again.display = public and not refused
        again.value = ""
        self.query_one("#order-question", Static).update(self._question(refused, public))
        self._enter("plan")
        self.query_one("#order", Vertical).border_subtitle = (
            "esc back to the fields" if refused else "y send, esc fields, up/down scroll"
        )
        self.set_focus(again if again.display else self.query_one("#cancel", Button))
        self.query_one("#order-text", VerticalScroll).scroll_home(animate=False)

    def _question(self, refused: bool, public: bool) -> str:
        if refused:
            return "The chain would refuse this, so it is not sent."
        network = printable(self.dash.pulse.name or self.dash.pulse.network)
        if public:
            return f"Type the {self._draft.main} again to send this on {network}:"
        return f"Send this on {network}?"

    def _agreed(self) -> bool:
        """Whether the amount or value was typed again where that is asked for."""
        again = self.query_one("#order-again", Input)
        if not again.display:
            return True
        return self._draft.means_the_same(again.value, self._desk.find_hotkey)

    def action_send(self) -> None:
        """Send what the plan says, if it may be."""
        plan = self._plan
        if self.stage != "plan" or plan is None or plan.refusals:
            return
        if not self._agreed():
            again, main = self.query_one("#order-again", Input), self._draft.main
            self.query_one("#order-question", Static).update(
                f"That is not the {main}. Type {printable(self._draft.text(main))} to send:"
            )
            self.set_focus(again)
            return
        if plan.is_over(self.dash.pulse.block or plan.block):
            self._make_plan("the blocks that the plan held for are made: here it is for the next")
            return
        if self.dash.clock() - self._planned_at > submission.OLD_SECONDS:
            self._make_plan("the plan was old and has been made anew: look at it again")
            return
        self._watch(self.dash.signing.submit(plan, self._desk, self._draft))

    @on(Input.Submitted, "#order-again")
    def _typed_again(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_send()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "send":
            self.action_send()
        else:
            self.action_back()

    # --- on its way -----------------------------------------------------------------------

    def _watch(self, going: Submission) -> None:
        self._submission = going
        self.query_one("#send", Button).display = False
        self.query_one("#order-again", Input).display = False
        self._enter("sending")
        self.set_focus(self.query_one("#cancel", Button))
        going.told = self._progress
        self._progress()

    def _progress(self) -> None:
        going = self._submission
        if going is None or not self.is_attached:
            return
        self._tell(outcome_told(going, self.dash.names))
        self.query_one("#order-question", Static).update(
            "" if going.over else "Closing this does not stop it; the journal has it."
        )
        self.query_one("#cancel", Button).label = "Close" if going.over else "Hide"
        self.query_one("#order", Vertical).border_subtitle = "esc to close"

    def on_unmount(self) -> None:
        """Let the dashboard tell the end of what is still on its way."""
        going = self._submission
        if going is not None and going.told == self._progress:
            going.told = lambda: None

    # --- keys -----------------------------------------------------------------------------

    def action_back(self) -> None:
        """From the plan to the fields, from anywhere else to the screen below."""
        if self.stage == "plan":
            self.workers.cancel_group(self, "plan")
            self._enter("form")
            self.query_one(OrderForm).look()
        else:
            self.dismiss()

    def action_scroll(self, lines: int) -> None:
        """Move the plan up or down."""
        self.query_one("#order-text", VerticalScroll).scroll_relative(y=lines, animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """`y` sends only where a plan is shown that may be sent."""
        if action == "send":
            return self.stage == "plan" and self._plan is not None and not self._plan.refusals
        return True

    def _tell(self, told: Iterator[Told] | list[Told]) -> None:
        self.query_one(ToldLines).show(told)


def _said(problem: TaoctlError, draft: Draft) -> str:
    parts = (problem.message, in_form(problem.hint or "", draft))
    return "\n".join(printable(part, 2000) for part in parts if part)

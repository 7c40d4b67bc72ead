"""What every screen has: the frame around its content, live rows, filter, commands and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, NamedTuple, TypeVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive
from textual.screen import ModalScreen, Screen

from taoctl.chain.view import View
from taoctl.errors import BadDataError, TaoctlError
from taoctl.watch import Live, follow
from tui.keymap import HINTS, PROMPT_HINTS, SCREEN_KEYS
from tui.notices import Alarms
from tui.pulse import Pulse
from tui.widgets.bars import MIN_HEIGHT, MIN_WIDTH, Banner, Crumbs, Hints, TooSmall
from tui.widgets.header import Header
from tui.widgets.lines import Piece
from tui.widgets.notice import Notice
from tui.widgets.prompt import Prompt
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from tui.app import Dashboard
    from tui.governance_page import Entry

T = TypeVar("T")


class Place(NamedTuple):
    """A hotkey on a subnet; `coldkey` is whose stake is meant, None for nobody's in particular."""

    hotkey: str
    netuid: int
    coldkey: str | None = None


class LiveScreen(Screen[None], Generic[T]):
    """A screen that shows what `read` gives at every new block.

    A subclass says its `title_text`, its `content`, how to `read` and how to `show`. It is read
    while it is in view (or always, with KEEP_FOLLOWING); trouble keeps the last rows and raises
    the banner.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*SCREEN_KEYS]
    HORIZONTAL_BREAKPOINTS = [
        (0, "-narrow"),
        (100, "-normal"),
        (150, "-broad"),
    ]
    AUTO_FOCUS = "RowList"
    KEEP_FOLLOWING: ClassVar[bool] = False
    COUNTED: ClassVar[str] = "rows"
    HINTED: ClassVar[tuple[str, ...]] = HINTS

    live: reactive[Live[T] | None] = reactive(None, layout=False, repaint=False, always_update=True)

    # --- what a subclass says -------------------------------------------------------------

    @property
    def title_text(self) -> str:
        """The screen's name in the breadcrumbs."""
        raise NotImplementedError

    def content(self) -> ComposeResult:
        """The widgets between the banner and the prompt."""
        raise NotImplementedError

    async def read(self, view: View) -> T:
        """The rows at one block."""
        raise NotImplementedError

    def absorb(self, rows: T) -> None:
        """Take note of rows even while out of view."""

    def show(self, rows: T, block: int) -> None:
        """Put rows into the widgets; called only while in view."""
        raise NotImplementedError

    def copy_text(self) -> str | None:
        """What `c` copies, None when there is nothing to copy."""
        return None

    @property
    def place(self) -> Place | None:
        """Where the row under the cursor holds stake, None where there is no such row."""
        return None

    @property
    def entry(self) -> Entry | None:
        """The proposal that the row or the screen is of, None where there is none."""
        return None

    # --- frame ----------------------------------------------------------------------------

    @property
    def dash(self) -> Dashboard:
        """The app, by its own type."""
        return cast("Dashboard", self.app)

    @property
    def table(self) -> RowList:
        """The table that keys, filter and sorting act on."""
        return self.query_one(RowList)

    def compose(self) -> ComposeResult:
        """Header and breadcrumbs above, prompt and hints below the content."""
        glyphs = self.dash.glyphs
        yield Header(glyphs, self.dash.clock)
        yield Crumbs(glyphs)
        yield Banner(self.dash.clock)
        yield Notice()
        yield from self.content()
        yield Prompt(self.dash.command_words)
        yield Hints()
        yield TooSmall()

    def on_mount(self) -> None:
        """Keep hints and the banner in step with the app."""
        self.bindings_updated_signal.subscribe(self, lambda _: self._hint())
        self.table.arranged.subscribe(self, lambda _: self._note(), immediate=True)
        self.watch(self.app, "pulse", self._pulse_changed)
        self.watch(self.app, "unlocked", self._unlocked_changed)
        self.watch(self.app, "alarms", self._alarms_changed)

    def on_resize(self) -> None:
        """Give way to a message in a terminal that is too small."""
        size = self.app.size
        self.set_class(size.width < MIN_WIDTH or size.height < MIN_HEIGHT, "-too-small")

    def on_screen_resume(self) -> None:
        """Come into view: say where one is and start to follow the chain."""
        self.refresh_trail()
        self._hint()
        self._note()
        self.query_one(Header).pulse = self.dash.pulse
        self.query_one(Header).unlocked = self.dash.unlocked
        self._show_alarms(self.dash.alarms)
        self._show_live(self.live)
        self._start_following()

    def on_screen_suspend(self) -> None:
        """Go out of view; an overlay on top of the screen does not count as that."""
        covered = any(isinstance(one, ModalScreen) for one in self.app.screen_stack[-1:])
        if not self.KEEP_FOLLOWING and not covered:
            self.workers.cancel_group(self, "follow")

    def _start_following(self) -> None:
        if not any(w.group == "follow" and w.node is self and w.is_running for w in self.workers):
            self._follow()

    def refresh_trail(self) -> None:
        """Say again where one is, because a title changed."""
        self.query_one(Crumbs).set_trail(self.dash.trail())

    def restart(self) -> None:
        """Read again from the newest block, because what to read changed."""
        self.workers.cancel_group(self, "follow")
        self._follow()

    @work(group="follow", exclusive=True)
    async def _follow(self) -> None:
        while True:
            chain = await self.dash.connected()
            async for live in follow(chain, self._read_or_say):
                self.live = live

    async def _read_or_say(self, view: View) -> T:
        """A read that failed in an unforeseen way is trouble on the screen, not its end."""
        try:
            return await self.read(view)
        except TaoctlError:
            raise
        except Exception as error:
            self.log.error(error)
            what = f"this screen could not be read ({type(error).__name__}: {error})"
            raise BadDataError(what, "this is a bug of taoctl; please report it") from error

    @property
    def in_view(self) -> bool:
        """Whether this is the topmost screen, overlays aside.

        Textual goes on painting the screen below an opaque one, and the whole of the upper one
        with it; so a screen out of view must leave its widgets alone.
        """
        if not (self.app.is_running and self.is_mounted):
            # While the app ends, a screen's widgets are gone before its workers are.
            return False
        # The stack of a mode that is switched to for the first time is empty for a moment.
        above = (one for one in reversed(self.app.screen_stack) if isinstance(one, LiveScreen))
        return next(above, None) is self

    def watch_live(self, live: Live[T] | None) -> None:
        """Show new rows; on trouble keep the old ones and say so."""
        if live is None:
            return
        if live.problem is None and live.rows is not None:
            self.absorb(live.rows)
        if self.in_view:
            self._show_live(live)

    def _show_live(self, live: Live[T] | None) -> None:
        if live is not None and live.rows is not None and live.block is not None:
            self.show(live.rows, live.block)
        self._show_trouble()

    def _pulse_changed(self, pulse: Pulse) -> None:
        if self.in_view:
            self.query_one(Header).pulse = pulse
            if self.live is None:
                self._show_trouble()

    def _unlocked_changed(self, unlocked: bool) -> None:
        if self.in_view:
            self.query_one(Header).unlocked = unlocked

    def _alarms_changed(self, alarms: Alarms) -> None:
        if self.in_view:
            self._show_alarms(alarms)

    def _show_alarms(self, alarms: Alarms) -> None:
        self.query_one(Header).alarms = alarms
        self.query_one(Notice).lost = alarms.lost

    def _show_trouble(self) -> None:
        pulse, live = self.dash.pulse, self.live
        if live is not None:
            problem, block = live.problem, live.block
        else:
            waiting = f"to {pulse.network}" if pulse.block is None else None
            problem, block = pulse.problem or waiting, None
        linked = pulse.link is not None and pulse.link.live
        self.query_one(Banner).set_state(problem, block, linked=linked)

    def _hint(self) -> None:
        if self.query_one(Prompt).is_open:
            self.query_one(Hints).hints = PROMPT_HINTS
            return
        active = [a.binding for a in self.active_bindings.values() if a.enabled]
        bindings = {binding.id: binding for binding in active if binding.show}
        shown = [bindings[id] for id in self.HINTED if id in bindings]
        self.query_one(Hints).hints = tuple(
            (self.app.get_key_display(binding), binding.description) for binding in shown
        )

    # --- table, filter, commands ----------------------------------------------------------

    def _note(self) -> None:
        """Say beside the breadcrumbs what the table shows."""
        table = self.table
        model = table.model
        pieces: list[Piece] = []
        if model.filter.active:
            tone = "warn" if model.filter.literal else "accent"
            pieces += [Piece(f"/{model.filter.text}", tone), Piece("  ")]
        if model.sort_key is not None:
            arrow = self.dash.glyphs.descending if model.descending else self.dash.glyphs.ascending
            title = next(c.title for c in model.columns if c.key == model.sort_key)
            pieces += [Piece("by ", "muted"), Piece(f"{title} {arrow}"), Piece("  ")]
        shown, total = len(model.order), model.total
        count = str(total) if shown == total else f"{shown} of {total}"
        noun = self.COUNTED if total != 1 else self.COUNTED.removesuffix("s")
        pieces.append(Piece(f"{count} {noun}", "muted"))
        self.query_one(Crumbs).set_note(pieces)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys that open the prompt are text once it is open, or under an overlay."""
        if action in ("filter", "command"):
            return self.is_active and not self.query_one(Prompt).is_open
        return True

    def action_filter(self) -> None:
        """Type a filter for the table."""
        self.query_one(Prompt).open("/", self.table.model.filter.text)

    def action_command(self) -> None:
        """Type a command."""
        self.query_one(Prompt).open(":")

    def action_back(self) -> None:
        """Drop the filter, else go back to where one came from."""
        if self.table.model.filter.active:
            self.table.set_filter("")
        else:
            self.dash.go_back()

    def action_order(self, kind: str) -> None:
        """Open the form that adds, removes or moves stake, filled in from the row."""
        self.dash.run_command(kind)

    def action_act(self, action: str) -> None:
        """Open the form that votes on the row's proposal, or does what else may be done."""
        self.dash.run_command(f"vote {action}")

    def action_unlock(self) -> None:
        """Open the key of the row's wallet, or of the only one."""
        self.dash.run_command("unlock")

    def action_copy(self) -> None:
        """Copy the address of the selected row to the clipboard."""
        text = self.copy_text()
        if text is not None:
            self.app.copy_to_clipboard(text)
            self.notify(text, title="copied", timeout=2)

    @on(Prompt.Typed)
    def _typed(self, event: Prompt.Typed) -> None:
        if event.mark == "/":
            self.table.set_filter(event.text)

    @on(Prompt.Entered)
    def _entered(self, event: Prompt.Entered) -> None:
        self._close_prompt()
        if event.mark == ":":
            self.dash.run_command(event.text)

    @on(Prompt.Cancelled)
    def _cancelled(self, event: Prompt.Cancelled) -> None:
        self._close_prompt()
        if event.mark == "/":
            self.table.set_filter("")

    def _close_prompt(self) -> None:
        self.query_one(Prompt).close()
        self.set_focus(self.table)

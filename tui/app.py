"""The dashboard: one connection, and what the screens over it share."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from textual import events, work
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.command import Provider
from textual.reactive import reactive
from textual.screen import Screen

import taoctl
from taoctl.addresses import short_ss58
from taoctl.chain.client import Chain
from taoctl.errors import TaoctlError
from taoctl.history.prices import GRAIN_BLOCKS, PriceSample
from taoctl.history.series import EarningsPoint
from taoctl.history.store import EarningsSample
from taoctl.text import printable
from tui import commands
from tui.ascii_filter import AsciiFilter
from tui.day_ago import DayAgoPrices
from tui.earnings import Earnings
from tui.epoch_memory import EpochMemory
from tui.glyphs import ASCII, choose_glyphs
from tui.keymap import APP_KEYS
from tui.new_proposals import NewProposals, notice_of
from tui.notices import Alarms, Losses
from tui.options import Connect, DashOptions
from tui.prices import Prices
from tui.pulse import Pulse
from tui.screens.help import HelpScreen
from tui.signing import Signing
from tui.theme import DARK, THEMES, derived_colours
from tui.ways import Ways

_RETRY_SECONDS = 2.0
_FINALIZED_SECONDS = 1.0
"""How long a new head waits for the number of the finalized block before it is shown without."""


class Dashboard(Ways):
    """Live screens over one chain. No key is opened before the user says `:unlock`."""

    TITLE = "taoctl"
    CSS_PATH = "tui.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*APP_KEYS]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {commands.DashCommands}

    pulse: reactive[Pulse] = reactive(Pulse(""), layout=False, repaint=False)
    unlocked: reactive[bool] = reactive(False, layout=False, repaint=False)
    alarms: reactive[Alarms] = reactive(Alarms(), layout=False, repaint=False)

    def __init__(
        self,
        options: DashOptions,
        connect: Connect | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Show what the options name; `connect` opens the chain, `taoctl.connect` when None."""
        super().__init__()
        self.clock = clock
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name
        self.options = options
        self.glyphs = choose_glyphs()
        if self.glyphs is ASCII:
            self._filters.append(AsciiFilter())
        self.losses = Losses()
        self.subnet_names: dict[int, str] = {}
        self.genesis: str | None = None
        self.signing: Signing = Signing(self, clock)
        self.epochs = EpochMemory()
        self.new_proposals = NewProposals()
        self._connect = connect
        self._chain: asyncio.Future[Chain] | None = None
        self.earnings: Earnings | None = None
        self.prices: Prices | None = None
        self.day_ago = DayAgoPrices()
        self._shown: tuple[int, int] | None = None
        self._showing = asyncio.Event()
        self._coldkeys = frozenset(wallet.coldkey for wallet in options.wallets)
        self.hotkey_names = {key: name for w in options.wallets for name, key in w.hotkeys}
        self.names = {w.coldkey: w.name for w in options.wallets} | self.hotkey_names
        for address in options.insecure & self.names.keys():
            self.names[address] += " INSECURE"
        self.labels = {
            **{address: f"{short_ss58(address)} INSECURE" for address in options.insecure},
            **{address: self.names[address] for address in self.hotkey_names},
        }
        self.set_reactive(Dashboard.pulse, Pulse(options.network))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours that this dashboard adds to any theme."""
        return derived_colours(self.current_theme)

    # --- start and connection -------------------------------------------------------------

    def on_mount(self) -> None:
        """Choose the colours and start to connect."""
        if self.options.theme is not None:
            commands.run_line(self, f"theme {self.options.theme}")
        self.signing.start()
        self._session()

    async def connected(self) -> Chain:
        """The chain, as soon as there is one."""
        return await asyncio.shield(self._promise())

    def _promise(self) -> asyncio.Future[Chain]:
        if self._chain is None:
            self._chain = asyncio.get_running_loop().create_future()
        return self._chain

    @work(group="session", exclusive=True)
    async def _session(self, first: bool = True) -> None:
        """Hold the one connection; only a first connect that fails ends the dashboard."""
        connect = self._connect or taoctl.connect
        while True:
            try:
                chosen = self.options.chosen or self.options.network
                async with connect(chosen, timeout=self.options.timeout) as chain:
                    first = False
                    try:
                        await self._adopt(chain)
                        await self._follow_heads(chain)
                    finally:
                        await self._let_go()
            except TaoctlError as error:
                if first:
                    self.failure = error
                    self.exit(int(error.exit_code), return_code=int(error.exit_code))
                    return
                self.pulse = replace(self.pulse, problem=error.message)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _let_go(self) -> None:
        self._chain = None
        for kept in (self.earnings, self.prices):
            if kept is not None:
                await kept.close()

    def reconnect(self) -> None:
        """Close the connection and open it anew, to whichever chain answers now."""
        self.pulse = Pulse(self.options.network)
        self._session(first=False)

    async def _adopt(self, chain: Chain) -> None:
        if self.genesis not in (None, chain.genesis):
            self.losses, self.alarms = Losses(), Alarms()
            self.new_proposals = NewProposals()
        self.genesis = chain.genesis
        self.earnings, self.prices = Earnings(chain.genesis), Prices(chain.genesis)
        await self._open_history("earnings", self.earnings)
        await self._open_history("prices", self.prices)
        self.pulse = replace(
            self.pulse,
            name=_short_name(chain),
            simulated=chain.simulated,
            spec_version=chain.spec_version,
            link=chain.link,
        )
        if not self._promise().done():
            self._promise().set_result(chain)

    async def _follow_heads(self, chain: Chain) -> None:
        """Keep the header in step with the newest block and the state of the link."""
        while True:
            beat = chain.pulse.beat
            try:
                if chain.link.live:
                    await chain.follow_heads()
                await self._note_head(chain)
            except TaoctlError as error:
                self.pulse = replace(self.pulse, link=chain.link, problem=error.message)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                await chain.pulse.wait(beat)

    async def _note_head(self, chain: Chain) -> None:
        """One new pulse a head, together with the finalized block, so that one frame is drawn."""
        head, pulse = chain.newest, self.pulse
        if pulse.block != head.number:
            pulse = pulse.with_block(head.number, head.at_monotonic)
            if chain.link.live:
                with contextlib.suppress(TaoctlError, TimeoutError):
                    async with asyncio.timeout(_FINALIZED_SECONDS):
                        pulse = replace(pulse, finalized=await chain.finalized_number())
        self.pulse = replace(
            pulse, spec_version=chain.spec_version, link=chain.link, problem=chain.link.problem
        )
        if self.new_proposals.is_due(head.number):
            self._look_for_proposals(chain, self.new_proposals)

    @work(group="proposals", exclusive=True)
    async def _look_for_proposals(self, chain: Chain, known: NewProposals) -> None:
        """Say on whichever screen is shown what is proposed; trouble is left to the next look."""
        with contextlib.suppress(TaoctlError, TimeoutError):
            async with asyncio.timeout(self.options.timeout):
                new = await known.look(await chain.at_head())
            if new:
                self.notify(notice_of(new), title="proposed", timeout=30, markup=False)
                self.bell()

    # --- what the screens share -----------------------------------------------------------

    def is_own(self, hotkey: str, coldkey: str | None) -> bool:
        """Whether a neuron belongs to one of the wallets."""
        return hotkey in self.hotkey_names or coldkey in self._coldkeys

    def earnings_points(self) -> tuple[EarningsPoint, ...]:
        """The course of the earnings, one point an epoch."""
        return () if self.earnings is None else self.earnings.points()

    def record_earnings(self, samples: Iterable[EarningsSample]) -> None:
        """Take samples into the series, and new ones into the store."""
        if self.earnings is not None and (new := self.earnings.add(samples)):
            self._keep(self.earnings, new)

    @work(group="history")
    async def _keep(self, earnings: Earnings, samples: tuple[EarningsSample, ...]) -> None:
        try:
            await earnings.keep(samples)
        except TaoctlError as error:
            self.say_not_kept("earnings", error)

    def note_prices(
        self, block: int, prices_rao: Mapping[int, int], every: int = GRAIN_BLOCKS
    ) -> None:
        """Take prices by netuid into their courses, and of one in some blocks into the store."""
        if self.prices is not None and (new := self.prices.note(block, prices_rao, every)):
            self._keep_prices(self.prices, new)

    @work(group="history")
    async def _keep_prices(self, prices: Prices, samples: tuple[PriceSample, ...]) -> None:
        try:
            await prices.keep(samples)
        except TaoctlError as error:
            self.say_not_kept("prices", error)

    async def _open_history(self, what: str, kept: Earnings | Prices) -> None:
        if self.options.history is None:
            return
        try:
            await kept.open(self.options.history)
        except TaoctlError as error:
            self.say_not_kept(what, error)

    def say_not_kept(self, what: str, error: TaoctlError) -> None:
        """Say that the file of the history cannot be used, and for what."""
        self.notify(error.message, title=f"{what} are not kept", severity="warning", markup=False)

    # --- what is shown over the screens ---------------------------------------------------

    def action_dismiss(self) -> None:
        """Drop the oldest notice of a lost UID."""
        self.losses.dismiss()
        self.alarms = replace(self.alarms, lost=self.losses.open)

    def action_help(self) -> None:
        """Show keys, commands and columns."""
        if isinstance(self.screen, HelpScreen):
            return
        bindings = [active.binding for active in self.screen.active_bindings.values()]
        self.push_screen(HelpScreen(bindings, self.live_screen.table.model.columns))

    def run_command(self, line: str) -> None:
        """Run what was typed after `:`, and say what is wrong with it."""
        try:
            commands.run_line(self, line)
        except TaoctlError as error:
            self.complain(error)

    def complain(self, error: TaoctlError) -> None:
        """Say what went wrong, and what to do about it, for some seconds."""
        said = (error.message, *((error.hint,) if error.hint else ()))
        text = "\n".join(printable(part, 2000) for part in said)
        self.notify(text, severity="error", markup=False)

    def command_words(self) -> Iterable[str]:
        """What the `:` prompt completes to."""
        return commands.words(self)

    def get_system_commands(self, screen: Screen[Any]) -> Iterator[SystemCommand]:
        """Of Textual's own palette entries only those that mean something here."""
        yield SystemCommand("theme", "change the colours", self.action_change_theme)
        yield SystemCommand(
            "screenshot", "save this screen as an SVG file", self.deliver_screenshot
        )

    async def action_quit(self) -> None:
        """Leave; with a transaction on its way only when asked a second time."""
        if not self.signing.may_leave():
            return
        self.failure = await self.signing.end()
        self.exit(0 if self.failure is None else int(self.failure.exit_code))

    async def on_event(self, event: events.Event) -> None:
        """Take note that somebody is there."""
        if isinstance(event, events.InputEvent):
            self.signing.held.touch()
        await super().on_event(event)

    # --- the end --------------------------------------------------------------------------

    def note_shown(self, block: int) -> None:
        """The overview shows this block now."""
        first, _ = self._shown or (block, block)
        self._shown = (min(first, block), block)
        self._showing.set()

    async def seen_blocks(self, count: int) -> None:
        """Wait until the overview has shown `count` blocks, the first one counted."""
        while self._shown is None or self._shown[1] - self._shown[0] + 1 < count:
            self._showing.clear()
            await self._showing.wait()


def _short_name(chain: Chain) -> str:
    """The network, or what the node calls itself where the network was given as an address."""
    if "://" in chain.network and chain.chain_name:
        return printable(chain.chain_name, 24).removeprefix("taoctl ")
    return chain.network

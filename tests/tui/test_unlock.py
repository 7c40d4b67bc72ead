"""Keys in the dashboard: closed until the user says so, and nowhere to be seen when open."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import dashboard_rows as made
import pytest
from offline import GENESIS, beat, live, silence, stake_rows
from textual.pilot import Pilot
from wallets import PASSWORD, Wallets, make_wallets

from taoctl.wallet import keyfile
from taoctl.wallet.keys import Key
from taoctl.wallet.store import WalletStore
from tui.app import Dashboard
from tui.held_keys import IDLE_SECONDS
from tui.options import DashOptions, WalletRef
from tui.screens.order import OrderScreen
from tui.screens.password import PasswordScreen
from tui.screens.stake import StakeScreen
from tui.widgets.header import Header
from tui.widgets.panels import PortfolioPanel

Steps = Callable[[Pilot[Any], Dashboard], Awaitable[None]]

_opened: list[str] = []
_watching = False


def _note(event: str, args: tuple[Any, ...]) -> None:
    if _watching and event == "open":
        _opened.append(str(args[0]))


sys.addaudithook(_note)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """The paths of every file that this process opens in the test."""
    global _watching
    _opened.clear()
    _watching = True
    yield _opened
    _watching = False


@pytest.fixture
def wallets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wallets:
    """A wallet with a password, whose key is derived quickly; no agent anywhere."""
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    for name in ("TAOCTL_PASSWORD_FILE", "BT_WALLET_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(keyfile, "_nacl_key", lambda password: sha256(password).digest())
    return make_wallets(tmp_path / "wallets")


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 5000.0

    def __call__(self) -> float:
        return self.now


def drive(wallets: Wallets, steps: Steps, *others: WalletRef, clock: Any = None) -> Dashboard:
    async def main() -> Dashboard:
        options = DashOptions(
            network="local", wallets=(wallets.mine, *others), wallet_path=wallets.folder
        )
        dash = Dashboard(options, connect=silence, clock=clock or Clock())
        async with dash.run_test(size=(80, 24), notifications=True) as pilot:
            dash.genesis = GENESIS
            beat(dash)
            await pilot.press("4")
            await until(lambda: isinstance(dash.screen, StakeScreen))
            dash.live_screen.live = live(stake_rows(wallets.mine))
            await pilot.pause()
            await steps(pilot, dash)
        return dash

    return asyncio.run(asyncio.wait_for(main(), 600))


async def until(done: Callable[[], bool], seconds: float = 120.0) -> None:
    start = time.monotonic()
    while not done():
        assert time.monotonic() - start < seconds, "it did not happen in time"
        await asyncio.sleep(0.01)


async def write(pilot: Pilot[Any], text: str) -> None:
    names = {" ": "space", ":": "colon", "&": "ampersand"}
    await pilot.press(*(names.get(char, char) for char in text))


def said(dash: Dashboard) -> str:
    return "\n".join(f"{one.title} {one.message}" for one in dash._notifications)


def header(dash: Dashboard) -> str:
    return "".join(piece.text for piece in dash.screen.query_one(Header).lines(80)[0])


def asked(dash: Dashboard, question: str) -> bool:
    return isinstance(dash.screen, PasswordScreen) and dash.screen._question.startswith(question)


async def open_prompt(pilot: Pilot[Any], dash: Dashboard) -> None:
    await pilot.press("u")
    await until(lambda: isinstance(dash.screen, PasswordScreen))


async def unlock(pilot: Pilot[Any], dash: Dashboard) -> None:
    await open_prompt(pilot, dash)
    await write(pilot, PASSWORD)
    await pilot.press("enter")
    await until(lambda: dash.unlocked)
    await pilot.pause()


def test_no_key_is_opened_before_the_user_unlocks_it(wallets: Wallets, opened: list[str]) -> None:
    secret = str(wallets.coldkey_file)

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        for key in ("a", "r", "m", "1", "a", "3", "a", "4", "question_mark", "escape"):
            await pilot.press(key)
            assert not isinstance(dash.screen, OrderScreen)
        assert "the key of mine is locked" in said(dash) and ":unlock mine" in said(dash)
        await open_prompt(pilot, dash)
        await pilot.press("escape")
        await pilot.pause()
        assert secret in opened

    async def locked(pilot: Pilot[Any], dash: Dashboard) -> None:
        for key in ("a", "r", "m", "1", "a", "2", "3", "a", "4", "enter", "escape"):
            await pilot.press(key)
        assert "locked" in said(dash)

    drive(wallets, locked)
    assert secret not in opened
    drive(wallets, steps)


def test_the_password_opens_the_key_and_stands_nowhere(wallets: Wallets) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await open_prompt(pilot, dash)
        field = dash.screen.query_one("#secret")
        await write(pilot, PASSWORD)
        await pilot.press("home", "shift+end", "ctrl+x", "super+c", "ctrl+x")
        assert dash.clipboard == "" and field.value == PASSWORD  # type: ignore[attr-defined]
        assert PASSWORD[:6] not in dash.export_screenshot()
        await pilot.press("enter")
        await until(lambda: dash.unlocked)
        await pilot.pause()
        assert field.value == ""  # type: ignore[attr-defined]
        signer = dash.signing.held.get(wallets.coldkey_ss58)
        assert signer is not None and signer.via == "the terminal"
        assert len(signer.sign(b"message")) == 64
        assert "unlocked" in header(dash) and "mine is unlocked" in said(dash)
        picture = dash.export_screenshot() + said(dash) + repr(dash.signing.held.__dict__)
        assert PASSWORD[:6] not in picture and "5a5a5a" not in picture
        panel = dash.screen.query_one(PortfolioPanel)
        assert wallets.coldkey_ss58 in panel._unlocked

    drive(wallets, steps)


def test_a_wrong_password_is_asked_for_again_and_the_third_is_the_last(wallets: Wallets) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("u")
        for question in ("Password of wallet 'mine'", *["Wrong password. Password"] * 2):
            await until(partial(asked, dash, question))
            await write(pilot, "wrong")
            await pilot.press("enter")
            await until(lambda: not isinstance(dash.screen, PasswordScreen) or asked(dash, "Wrong"))
        await until(lambda: "no typed password opened it" in said(dash))
        assert not dash.unlocked and isinstance(dash.screen, StakeScreen)

    drive(wallets, steps)


@pytest.mark.parametrize("gives_up", [False, True], ids=["waits", "gives up"])
def test_what_is_typed_while_a_key_is_derived_reaches_no_other_screen(
    wallets: Wallets, monkeypatch: pytest.MonkeyPatch, gives_up: bool
) -> None:
    """A password typed again too early must not become a filter, which is shown, or a command."""
    derived = threading.Event()

    def slowly(password: bytes) -> bytes:
        assert derived.wait(600)
        return sha256(password).digest()

    monkeypatch.setattr(keyfile, "_nacl_key", slowly)

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await open_prompt(pilot, dash)
        await write(pilot, PASSWORD)
        await pilot.press("enter")
        assert asked(dash, "Opening the key")
        await pilot.press("slash", *"secret", "colon", *"q", "enter", "tab", "q")
        assert dash.is_running and asked(dash, "Opening the key")
        assert "secret" not in dash.export_screenshot()
        if gives_up:
            await pilot.press("escape")
            await until(lambda: isinstance(dash.screen, StakeScreen))
        derived.set()
        await until(lambda: isinstance(dash.screen, StakeScreen))
        await pilot.pause(0.2)
        assert not dash.live_screen.table.model.filter.active
        assert dash.unlocked is not gives_up

    try:
        drive(wallets, steps)
    finally:
        derived.set()


def test_leaving_at_the_question_ends_the_program_and_its_threads(wallets: Wallets) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await open_prompt(pilot, dash)
        await write(pilot, "half a pass")
        await pilot.press("ctrl+c")

    before = threading.active_count()
    dash = drive(wallets, steps)
    assert dash.return_code == 0
    asyncio.run(until(lambda: threading.active_count() <= before))


def test_keys_are_forgotten_on_command_on_suspension_and_when_nobody_is_there(
    wallets: Wallets,
) -> None:
    clock = Clock()

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        held = dash.signing.held
        await unlock(pilot, dash)
        await write(pilot, ":lock")
        await pilot.press("enter")
        await until(lambda: not dash.unlocked)
        assert len(held) == 0 and "unlocked" not in header(dash)

        await unlock(pilot, dash)
        dash._suspend_signal()
        assert len(held) == 0 and not dash.unlocked

        await unlock(pilot, dash)
        clock.now += IDLE_SECONDS - 1
        dash.signing._look()
        assert len(held) == 1
        await pilot.press("down")
        clock.now += IDLE_SECONDS - 1
        dash.signing._look()
        assert len(held) == 1
        clock.now += 1
        dash.signing._look()
        assert len(held) == 0 and not dash.unlocked
        await until(lambda: "nobody pressed a key" in said(dash))

    drive(wallets, steps, clock=clock)


def test_the_wallet_that_is_meant_is_found_or_asked_for(wallets: Wallets) -> None:
    watched = WalletRef("watched", made.address("wallet", "watched"))
    key = Key.from_seed("0x" + "7c" * 32)
    WalletStore(wallets.folder).write_key("second", None, key, None)

    async def one(pilot: Pilot[Any], dash: Dashboard) -> None:
        dash.live_screen.live = live(replace(stake_rows(wallets.mine), positions=()))
        await pilot.pause()
        await pilot.press("u")
        await until(lambda: asked(dash, "Password of wallet 'mine'"))

    async def several(pilot: Pilot[Any], dash: Dashboard) -> None:
        dash.live_screen.live = live(replace(stake_rows(wallets.mine), positions=()))
        await pilot.pause()
        for line in ("unlock", "add"):
            dash.run_command(line)
        await until(lambda: "all keys are locked" in said(dash))
        assert "name the wallet" in said(dash) and "mine, second" in said(dash)
        dash.run_command("unlock nobody")
        await until(lambda: "no wallet 'nobody'" in said(dash))
        dash.run_command("unlock WATCHED")
        await until(lambda: "holds the key of" in said(dash))
        dash.run_command("unlock second")
        await until(lambda: key.ss58 in dash.signing.held)
        dash.run_command("add")
        await until(lambda: isinstance(dash.screen, OrderScreen))
        await pilot.pause()
        assert "second" in dash.screen._wallet_line()  # type: ignore[attr-defined]

    drive(wallets, one, watched)
    drive(wallets, several, watched, WalletRef("second", key.ss58))


def test_watch_only_wallets_say_that_they_cannot_sign(wallets: Wallets) -> None:
    wallets.coldkey_file.unlink()

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("u")
        await until(lambda: "watch-only" in said(dash))
        await pilot.press("a")
        await pilot.pause()
        assert not isinstance(dash.screen, OrderScreen) and not dash.unlocked

    drive(wallets, steps)

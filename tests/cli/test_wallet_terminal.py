"""The wallet commands at a terminal: secrets are shown on a screen that is wiped, and asked for."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from terminal import ALTERNATE, TAOCTL, Terminal

import taoctl
from taoctl.wallet.keys import Key

NUMBERED = re.compile(r"([0-9]+)\. ([a-z]+)")


def _said_by_the_program() -> set[str]:
    """The words of every text that the commands and the wallets can print."""
    folder = Path(taoctl.__file__).parent
    files = [file for name in ("cli", "wallet") for file in (folder / name).rglob("*.py")]
    trees = [ast.parse(file.read_text()) for file in files]
    texts = [
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return set(re.findall("[a-z]+", " ".join(texts).lower()))


ORDINARY = _said_by_the_program() | set(re.findall("[a-z]+", __file__.lower()))
"""Words that a mnemonic can have and that the commands say themselves."""

ASKED = r"Word ([0-9]+): $"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def start(home: Path) -> Callable[..., Terminal]:
    def started(*argv: str, size: tuple[int, int] = (80, 24), term: str = "xterm") -> Terminal:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TAOCTL_HOME": str(home / "home"),
            "TAOCTL_WALLET_PATH": str(home / "wallets"),
            "TERM": term,
        }
        return Terminal([str(TAOCTL), *argv], environ, size)

    return started


def shown_words(terminal: Terminal) -> list[str]:
    terminal.expect("The [0-9]+ words of ")
    page = terminal.expect("(.*)Press Enter when you have them")[1]
    return [word for _, word in sorted((int(n), word) for n, word in NUMBERED.findall(page))]


def answer(terminal: Terminal, words: list[str], wrong_at: int | None = None) -> None:
    terminal.type("\r")
    for turn in range(3):
        place = int(terminal.expect(ASKED)[1])
        terminal.type("zebra\r" if turn == wrong_at else f"{words[place - 1]}\r")
        if turn == wrong_at:
            return


def secret_free(terminal: Terminal, words: list[str]) -> bool:
    telling = [word for word in words if word not in ORDINARY]
    assert len(telling) >= 3
    return not any(re.search(rf"\b{word}\b", terminal.kept) for word in telling)


def test_a_mnemonic_is_shown_once_and_three_words_are_asked_for(
    start: Callable[..., Terminal], home: Path
) -> None:
    with start("wallet", "create", "mine", "--no-password", "--words", "24") as terminal:
        words = shown_words(terminal)
        assert len(words) == 24
        assert not (home / "wallets").exists()
        answer(terminal, words, wrong_at=1)
        assert shown_words(terminal) == words
        answer(terminal, words)
        assert terminal.end() == 0
        assert len(ALTERNATE.findall(terminal.seen)) == 1
        assert all(word in terminal.wiped for word in words)
        assert secret_free(terminal, words)
        # Every line is erased before the screen is left, and none is pushed off its top.
        assert re.search(r"(\x1b\[[0-9]+;1H\x1b\[2K){24}\x1b\[H$", terminal.wiped)
        assert "\n" not in terminal.wiped.replace("\r\n", "")
    public = json.loads((home / "wallets" / "mine" / "coldkeypub.txt").read_text())
    assert public["ss58Address"] == Key.from_mnemonic(" ".join(words)).ss58


@pytest.mark.parametrize("end", ["ctrl-c", "ctrl-d", signal.SIGTERM, signal.SIGHUP])
def test_a_screen_that_is_left_early_is_wiped_and_writes_no_key(
    end: str | signal.Signals, start: Callable[..., Terminal], home: Path
) -> None:
    with start("wallet", "create", "mine", "--no-password", "--hotkey", "h") as terminal:
        words = shown_words(terminal)
        answer(terminal, words)
        second = shown_words(terminal)
        if isinstance(end, signal.Signals):
            time.sleep(0.2)
            terminal.process.send_signal(end)
        else:
            terminal.type("\x03" if end == "ctrl-c" else "\x04")
        expected = {"ctrl-c": 130, "ctrl-d": 5}
        code = expected[end] if isinstance(end, str) else 128 + end
        assert terminal.end() == code
        assert "written: coldkey 'mine'" in terminal.kept
        assert "not written: hotkey 'mine/h'" in terminal.kept
        assert secret_free(terminal, [*words, *second])
        assert terminal.seen.count("\x1b[?1049h") == terminal.seen.count("\x1b[?1049l") == 2
    assert (home / "wallets" / "mine" / "coldkey").exists()
    assert not (home / "wallets" / "mine" / "hotkeys").exists()


def test_a_long_name_does_not_make_a_terminal_too_small(start: Callable[..., Terminal]) -> None:
    with start("wallet", "create", "n" * 90, "--no-password", "--words", "24") as terminal:
        assert len(shown_words(terminal)) == 24
        terminal.type("\x03")
        assert terminal.end() == 130


def test_ctrl_z_does_not_leave_the_words_standing(start: Callable[..., Terminal]) -> None:
    with start("wallet", "create", "mine", "--no-password") as terminal:
        words = shown_words(terminal)
        terminal.type("\x1a")
        answer(terminal, words)
        assert terminal.end() == 0


@pytest.mark.parametrize(("size", "term"), [((60, 8), "xterm"), ((80, 24), "dumb")])
def test_a_terminal_that_cannot_show_it_is_refused(
    size: tuple[int, int], term: str, start: Callable[..., Terminal], home: Path
) -> None:
    with start("wallet", "create", "a", "--no-password", size=size, term=term) as terminal:
        assert terminal.end() == 2
        assert "terminal" in terminal.kept
    assert not (home / "wallets").exists()


def test_no_input_asks_nothing(start: Callable[..., Terminal]) -> None:
    with start("--no-input", "wallet", "create", "mine", "--no-password") as terminal:
        assert terminal.end() == 2
        assert "--mnemonic-out" in terminal.kept


def test_an_import_wipes_the_words_that_were_typed(
    start: Callable[..., Terminal], home: Path
) -> None:
    with start("wallet", "import", "mine", "--no-password") as terminal:
        terminal.expect("> $")
        terminal.type("abandon " * 11 + "about\r")
        assert terminal.end() == 0
        assert "5EPCUjPxiHAcNooYipQFWr9NmmXJKpNG5RhcntXwbtUySrgH" in terminal.kept
        assert "abandon" not in terminal.kept


def test_a_typed_password_is_not_shown_and_is_asked_for_again(
    start: Callable[..., Terminal], home: Path
) -> None:
    with start("wallet", "import", "mine", "--from", "seed") as terminal:
        terminal.expect("seed in hex \\(not shown\\): $")
        terminal.type("0x" + "ab" * 32 + "\r")
        for first, second in (("one secret", "another"), ("one secret", "one secret")):
            terminal.expect("New password for coldkey 'mine': $")
            terminal.type(f"{first}\r")
            terminal.expect("The same again: $")
            terminal.type(f"{second}\r")
        assert terminal.end() == 0
        assert "not the same" in terminal.kept
    with start("wallet", "sign", "mine", "--message", "hello") as again:
        again.expect("Password of wallet 'mine': $")
        again.type("wrong one\r")
        time.sleep(0.2)
        # A password that is typed while the key is derived is not shown either.
        again.type("one secret\r")
        again.expect("Wrong password. Password of wallet 'mine': $")
        again.type("one secret\r")
        again.expect("0x[0-9a-f]{128}")
        assert again.end() == 0
    for seen in (terminal.seen, again.seen):
        assert not re.search("secret|another|abab|wrong one", seen)


def test_a_name_is_typed_before_anything_is_removed(
    start: Callable[..., Terminal], home: Path
) -> None:
    file = home / "m"
    with start("wallet", "create", "a", "--no-password", "--mnemonic-out", str(file)) as made:
        assert made.end() == 0
        assert not ALTERNATE.search(made.seen)
    for typed, code in (("A", 5), ("", 5), ("a", 0)):
        with start("wallet", "remove", "a") as terminal:
            terminal.expect("to confirm: $")
            assert (home / "wallets" / "a" / "coldkey").exists()
            terminal.type(f"{typed}\r")
            assert terminal.end() == code
    assert not (home / "wallets" / "a").exists()


def test_an_exported_secret_is_shown_on_the_wiped_screen(
    start: Callable[..., Terminal], home: Path
) -> None:
    file = home / "m"
    with start("wallet", "create", "a", "--no-password", "--mnemonic-out", str(file)) as made:
        assert made.end() == 0
    words = file.read_text().split()
    with start("wallet", "export", "a", "--to", "mnemonic") as terminal:
        terminal.expect("Press Enter to wipe")
        terminal.type("\r")
        assert terminal.end() == 0
        assert all(word in terminal.wiped for word in words)
        assert secret_free(terminal, words)

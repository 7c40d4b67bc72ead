"""Secrets that a process has read do not appear in what it writes about its own failures."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from locked_wallets import MNEMONIC, PASSWORD, key, write_wallet

from taoctl import secrecy
from taoctl.cli.crash import redacted, write_crash
from taoctl.secrecy import remember, without_secrets
from taoctl.wallet.accounts import signing_account
from taoctl.wallet.keys import Key, new_mnemonic
from taoctl.wallet.password import PasswordSources
from taoctl.wallet.unlock import open_key

WORDS = MNEMONIC.split()


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    before = set(secrecy._known)
    secrecy._known.clear()
    yield
    secrecy._known.clear()
    secrecy._known.update(before)


def test_a_remembered_text_is_hidden_however_it_is_quoted() -> None:
    secret = remember('it\'s a "pass"\tключ \\ 1')
    for written in (secret, repr(secret), json.dumps(secret), repr([secret])):
        hidden = without_secrets(f"failed on {written}!")
        assert "ключ" not in hidden
        assert "\\u043a" not in hidden
        assert "pass" not in hidden
        assert hidden.startswith("failed on ")
    assert without_secrets("nothing here") == "nothing here"


def test_the_words_of_a_mnemonic_are_hidden_whatever_stands_between() -> None:
    remember(MNEMONIC)
    numbered = "  ".join(f"{at}. {word}" for at, word in enumerate(WORDS, 1))
    for written in (MNEMONIC, repr(WORDS), numbered, "\n".join(WORDS), ", ".join(WORDS[3:7])):
        hidden = without_secrets(f"before {written} after")
        assert not [word for word in WORDS if word in hidden.split("before")[1]]
        assert hidden.startswith("before")
        assert hidden.endswith("after")
    assert without_secrets("we walk on") == "we walk on"


def test_what_was_never_remembered_is_recognised_by_its_shape() -> None:
    secrets = key().secrets()
    raw = bytes.fromhex(str(secrets.private_key)[2:])
    shapes = (MNEMONIC, repr(WORDS), str(secrets.seed), str(secrets.private_key)[2:])
    for written in (*shapes, repr(raw), repr(list(raw)), repr(bytearray(raw))):
        text = redacted(f"ValueError: bad {written} given")
        assert written not in text
        assert "<" in text
    assert redacted('  File "/a/b.py", line 3, in walk\n') == '  File "/a/b.py", line 3, in walk\n'


def test_reading_a_secret_remembers_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    write_wallet(tmp_path)
    secrecy._known.clear()
    open_key(signing_account("w", tmp_path), tmp_path, PasswordSources(ask=lambda _: PASSWORD))
    assert PASSWORD not in without_secrets(f"x {PASSWORD}")
    made = new_mnemonic(24)
    assert without_secrets(made) != made
    Key.from_mnemonic(MNEMONIC.upper())
    assert without_secrets(MNEMONIC) == "<secret>"


def test_a_crash_report_holds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    remember(PASSWORD)
    try:
        try:
            raise KeyError(PASSWORD)
        except KeyError as inner:
            raise RuntimeError(f"{MNEMONIC} {key().secrets()!r} {WORDS}") from inner
    except RuntimeError as problem:
        path = write_crash(problem)
    assert path is not None
    text = path.read_text()
    assert "KeyError" in text
    assert "RuntimeError" in text
    assert Path(__file__).name in text
    assert PASSWORD not in text.replace("raise KeyError(PASSWORD)", "")
    assert not [word for word in ("bottom", "curtain", "basket") if word in text]
    assert path.stat().st_mode & 0o777 == 0o600
    assert sys.exc_info() == (None, None, None)

"""No secret leaves the places where it belongs, whatever command runs and however it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from locked_wallets import MNEMONIC, PASSWORD, ansible, key, write_wallet
from secret_runs import ALTERNATE, Answer, Hidden, Runs, shown_by

from taoctl.scale.crypto import verify
from taoctl.wallet.keyfile import seal_keyfile
from taoctl.wallet.keys import Key

pytestmark = pytest.mark.e2e

NEW_PASSWORD = "another Secret-42"


@pytest.fixture
def runs() -> Iterator[Runs]:
    """A home with the wallet `w`, whose key is MNEMONIC's and whose password is PASSWORD."""
    home = Path(tempfile.mkdtemp(prefix="taoctl-", dir="/tmp"))
    runs = Runs(home)
    write_wallet(home / "wallets")
    yield runs
    subprocess.run(
        [sys.executable, "-m", "taoctl", "wallet", "lock"],
        env=runs.environ,
        capture_output=True,
        timeout=60,
    )
    shutil.rmtree(home)


def secret_file(path: Path, text: str) -> Path:
    path.write_text(f"{text}\n")
    path.chmod(0o600)
    return path


def test_machines_create_sign_unlock_and_import_without_a_trace(runs: Runs) -> None:
    home = runs.home
    pw, new_pw = secret_file(home / "pw", PASSWORD), secret_file(home / "pw2", NEW_PASSWORD)
    words, seed = home / "words.txt", secret_file(home / "seed", str(key(0).secrets().seed))
    steps = [
        f"wallet create fresh --hotkey h --no-password --mnemonic-out {words}",
        f"wallet new-hotkey w h --mnemonic-out {home / 'words2.txt'}",
        f"wallet import seeded --from seed --file {seed} --crypto ed25519 --no-password",
        f"wallet sign --wallet w --message hello --password-file {pw} -o json",
        f"wallet unlock w --for 60s --password-file {pw} -o json",
        "wallet sign w --message hello -o json",
        f"wallet export w --out {home / 'backup.json'} --password-file {pw} "
        f"--backup-password-file {new_pw}",
        "wallet list -o json",
        "wallet show fresh",
    ]
    seen = [runs.run(*step.split()) for step in steps]
    audit = runs.run("wallet", "audit")
    wrong = runs.run("wallet", "passwd", "w", "--password-file", str(new_pw), "--no-password")
    assert [one.code for one in seen] == [0] * len(steps), [one.stderr for one in seen]
    # It finds the unencrypted coldkey.
    assert audit.code == 1
    assert wrong.code == 6

    made = [line.split(" #")[0].strip() for line in words.read_text().splitlines()]
    made += [(home / "words2.txt").read_text().split(" #")[0].strip()]
    keys = [Key.from_mnemonic(one) for one in made]
    assert len(keys) == 3
    hidden = Hidden([*keys, key(), key(0)], [PASSWORD, NEW_PASSWORD])
    assert hidden.found_in(words.read_bytes())
    for step, one in zip([*steps, "audit", "wrong"], [*seen, audit, wrong], strict=True):
        assert hidden.found_in(one.everything()) == [], step
    starts = [start for one in seen for start in one.of("subprocess.Popen")]
    assert any("agent_server" in start for start in starts)
    agent = psutil.Process(seen[4].json()["data"]["agent_pid"])
    assert "taoctl.wallet.agent_server" in agent.cmdline()
    assert hidden.found_in("\n".join(shown_by(agent)).encode()) == []

    belongs = [pw, new_pw, words, seed, home / "words2.txt"]
    belongs += [
        home / "wallets" / name for name in ("fresh/coldkey", "fresh/hotkeys/h", "w/hotkeys/h")
    ]
    belongs += [home / "wallets" / "seeded" / "coldkey"]
    assert hidden.found_below(home, belongs) == []
    written = {Path(path) for one in seen for path in one.of("open")}
    outside = [p for p in written if p.is_file() and home not in p.parents and p.parts[1] == "tmp"]
    assert [path for path in outside if hidden.found_in(path.read_bytes())] == []


def test_a_mnemonic_is_on_the_alternate_screen_and_nowhere_else(runs: Runs) -> None:
    listed: dict[int, str] = {}

    def read_words(shown: bytes) -> bytes:
        page = shown.split(b"\x1b[?1049h")[-1].decode()
        listed.update({int(n): w for n, w in re.findall(r"(\d+)\. ([a-z]+)", page)})
        return b"\r"

    def word(shown: bytes) -> bytes:
        return f"{listed[int(re.findall(rb'Word ([0-9]+): $', shown)[0])]}\r".encode()

    password = f"{NEW_PASSWORD}\r".encode()
    answers = [
        Answer(rb"New password[^\n]*: ", password),
        Answer(rb"same again: ", password),
        Answer(rb"Press Enter", read_words),
        *(Answer(rb"Word [0-9]+: $", word) for _ in range(3)),
    ]
    seen = runs.on_terminal("wallet", "create", "fresh", answers=answers)
    assert seen.code == 0, seen.stdout
    assert sorted(listed) == list(range(1, 13))
    made = Key.from_mnemonic(" ".join(listed[at] for at in range(1, 13)))
    hidden = Hidden([made], [NEW_PASSWORD])
    pages = ALTERNATE.findall(seen.stdout)
    assert hidden.found_in(b"".join(pages))
    # What a terminal keeps: all but the alternate screen, which is wiped before it is left.
    kept = ALTERNATE.sub(b"", seen.stdout)
    assert hidden.found_in(kept) == []
    assert not [n for n, word in listed.items() if f"{n}. {word}".encode() in kept]
    for page in pages:
        assert re.search(rb"\x1b\[\d+;1H\x1b\[2K(\x1b\[H)?$", page)
    assert hidden.found_in("\n".join(seen.processes).encode()) == []
    assert hidden.found_in(json.dumps(seen.events).encode()) == []
    assert hidden.found_below(runs.home) == []
    public = json.loads((runs.home / "wallets/fresh/coldkeypub.txt").read_text())
    assert public["ss58Address"] == made.ss58


def test_a_typed_password_is_not_echoed_even_when_wrong(runs: Runs) -> None:
    answers = [
        Answer(rb"Password of wallet 'w': ", f"{NEW_PASSWORD}\r".encode()),
        Answer(rb"Wrong password[^\n]*: ", f"{PASSWORD}\r".encode()),
    ]
    seen = runs.on_terminal("wallet", "sign", "w", "--message", "hi", answers=answers)
    assert seen.code == 0, seen.stdout
    hidden = Hidden([key()], [PASSWORD, NEW_PASSWORD])
    assert hidden.found_in(seen.everything()) == []
    assert hidden.found_below(runs.home) == []


def test_a_crash_with_the_key_open_leaves_no_secret_behind(runs: Runs) -> None:
    pw = secret_file(runs.home / "pw", PASSWORD)
    args = ("wallet", "sign", "w", "--message", "hi", "--password-file", str(pw))
    seen = runs.run(*args, crash=True)
    assert seen.code not in (0, 2, 6)
    reports = list((runs.home / "taoctl").rglob("crashes/*"))
    assert len(reports) == 1
    assert "RuntimeError" in reports[0].read_text()
    hidden = Hidden([key()], [PASSWORD])
    assert hidden.found_in(reports[0].read_bytes()) == []
    assert hidden.found_in(seen.everything()) == []
    assert hidden.found_below(runs.home, [pw]) == []


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    secrets = key().secrets()
    raw = bytes.fromhex(str(secrets.private_key)[2:])
    hidden = Hidden([key()], [PASSWORD])
    numbered = "\n".join(f"{at}. {word}" for at, word in enumerate(MNEMONIC.split()))
    shapes = [PASSWORD, MNEMONIC, numbered, str(secrets.seed).upper(), repr(raw), repr(list(raw))]
    for shape in [*(text.encode() for text in shapes), raw, seal_keyfile(key(), None)]:
        assert hidden.found_in(b"x " + shape + b" y"), shape
        (tmp_path / "file").write_bytes(shape)
        assert hidden.found_below(tmp_path)
    assert hidden.found_in(ansible(seal_keyfile(key(), None), PASSWORD)) == []


def test_without_terminal_and_bus_signing_asks_nobody_and_says_what_to_use(runs: Runs) -> None:
    seen = [runs.run("wallet", "sign", "w", "--message", "hi") for _ in range(3)]
    assert {one.code for one in seen} == {6}
    assert b"--password-file" in seen[0].stderr
    assert seen[0].stdout == b""
    assert not [name for one in seen for name in one.of("import") if name.startswith("keyring")]

    pw = secret_file(runs.home / "pw", PASSWORD)
    reading, writing = os.pipe()
    os.write(writing, PASSWORD.encode())
    os.close(writing)
    args = ("wallet", "sign", "w", "--message", "hi", "-o", "json")
    by_fd = runs.run(*args, "--password-fd", str(reading), fds=(reading,))
    os.close(reading)
    by_file = runs.run(*args, "--password-file", str(pw))
    by_variable = runs.run(*args, TAOCTL_PASSWORD_FILE=str(pw))
    by_other = runs.run(*args, BT_WALLET_PASSWORD_FILE=str(pw))
    for one in (by_fd, by_file, by_variable, by_other):
        assert one.code == 0, one.stderr
        signature = bytes.fromhex(one.json()["data"]["signature"][2:])
        assert verify(b"hi", signature, key().ss58)


def test_no_input_asks_nothing_even_on_a_terminal(runs: Runs) -> None:
    seen = runs.on_terminal("wallet", "sign", "w", "--message", "hi", "--no-input", answers=())
    assert seen.code == 6
    assert b"--password-file" in seen.stdout


def test_words_that_are_typed_or_exported_stay_on_the_alternate_screen(runs: Runs) -> None:
    typed = runs.on_terminal(
        *("wallet", "import", "back", "--hotkey", "h"),
        answers=[Answer(rb"> $", f"{MNEMONIC}\r".encode())],
    )
    assert typed.code == 0, typed.stdout
    exported = runs.on_terminal(
        *("wallet", "export", "w", "--to", "mnemonic"),
        answers=[
            Answer(rb"Password of wallet 'w': ", f"{PASSWORD}\r".encode()),
            Answer(rb"Press Enter", b"\r"),
        ],
    )
    assert exported.code == 0, exported.stdout
    hidden = Hidden([key()], [PASSWORD])
    for seen in (typed, exported):
        assert hidden.found_in(b"".join(ALTERNATE.findall(seen.stdout)))
        assert hidden.found_in(ALTERNATE.sub(b"", seen.stdout)) == []
        assert hidden.found_in("\n".join(seen.processes).encode()) == []
        assert hidden.found_in(json.dumps(seen.events).encode()) == []
    assert hidden.found_below(runs.home, [runs.home / "wallets/back/hotkeys/h"]) == []


def test_ctrl_c_on_the_mnemonic_screen_leaves_neither_words_nor_key(runs: Runs) -> None:
    listed: list[str] = []

    def interrupt(shown: bytes) -> bytes:
        page = shown.split(b"\x1b[?1049h")[-1].decode()
        listed.extend(word for _, word in sorted(re.findall(r"(\d+)\. ([a-z]+)", page)))
        return b"\x03"

    seen = runs.on_terminal(
        *("wallet", "new-hotkey", "w", "gone"), answers=[Answer(rb"Press Enter", interrupt)]
    )
    assert seen.code == 130, seen.stdout
    assert len(listed) == 12
    kept = ALTERNATE.sub(b"", seen.stdout).decode()
    assert sum(bool(re.search(rf"\b{word}\b", kept)) for word in listed) < 3
    assert not (runs.home / "wallets/w/hotkeys/gone").exists()

"""`kill -9` at random moments of wallet writes: no key is lost, half-written or readable by others.

A forked child creates, renames, re-encrypts and removes keys as fast as it can and tells each
finished step through a pipe. It is killed, the folder is checked, and another child goes on from
what is there.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from taoctl.errors import NoKeyError
from taoctl.wallet import files, keyfile
from taoctl.wallet.audit import audit, fix
from taoctl.wallet.files import is_leftover
from taoctl.wallet.keyfile import open_keyfile, public_of
from taoctl.wallet.keys import Key
from taoctl.wallet.store import WalletStore
from taoctl.wallet.trash import TRASH

CI, SOAK = 25, 1_000
PASSWORDS = (None, "one", "two")
_HARMLESS = {"unencrypted", "missing_public"}


def test_keys_survive_kills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _kill_often(tmp_path / "wallets", CI, monkeypatch)


@pytest.mark.soak
def test_keys_survive_1000_kills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _kill_often(tmp_path / "wallets", SOAK, monkeypatch)


@pytest.mark.soak
def test_keys_survive_kills_where_renames_are_by_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_rename_exclusive", lambda *_: False)
    _kill_often(tmp_path / "wallets", SOAK, monkeypatch, copies=2)


def _kill_often(root: Path, rounds: int, monkeypatch: pytest.MonkeyPatch, copies: int = 1) -> None:
    monkeypatch.setattr(keyfile, "_nacl_key", lambda password: sha256(password).digest())
    rng = random.Random(rounds)
    must_be_there: set[str] = set()
    steps = leftovers = 0
    for number in range(rounds):
        created = _run_and_kill(root, number, rng.uniform(0.0, 0.08))
        steps += len(created)
        must_be_there |= {address for address in created if address}
        leftovers += _check(root, must_be_there, copies)
        shutil.rmtree(root / TRASH, ignore_errors=True)
        must_be_there = set(_keys(root))
    assert steps, "no child finished anything"
    assert leftovers or rounds < SOAK, "no kill hit a write: the moments are not random enough"


def _run_and_kill(root: Path, number: int, after_s: float) -> list[str]:
    """What a child finished before it was killed: addresses of new keys, '' for other steps."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            _work(WalletStore(root), random.Random(number), number, writing)
        finally:
            os._exit(70)
    os.close(writing)
    if number % 5 == 0:
        # However slow the machine is, some get as far as finishing a step.
        assert select.select([reading], [], [], 120)[0], "the child hangs"
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the child failed on its own"
    with os.fdopen(reading) as told:
        return told.read().split("\n")[:-1]


def _work(store: WalletStore, rng: random.Random, number: int, out: int) -> None:
    step = 0
    while True:
        step += 1
        wallets = _wallets(store.path)
        act = rng.choice(("cold", "hot", "passwd", "rename", "rename hot", "remove", "remove hot"))
        if len(wallets) < 3:
            act = "cold"
        told = _step(store, rng, act, wallets, sha256(b"%d %d" % (number, step)).hexdigest())
        os.write(out, f"{told}\n".encode())


def _step(store: WalletStore, rng: random.Random, act: str, wallets: list[str], seed: str) -> str:
    if act == "cold":
        key = Key.from_seed(seed)
        store.write_key(f"w{seed[:8]}", None, key, rng.choice(PASSWORDS))
        return key.ss58
    wallet = rng.choice(wallets)
    hotkeys = sorted(ref.name for ref in (store.path / wallet / "hotkeys").glob("h*[0-9a-f]"))
    if act == "hot" or (act.endswith("hot") and not hotkeys):
        key = Key.from_seed(seed)
        store.write_key(wallet, f"h{seed[:8]}", key, rng.choice(PASSWORDS))
        return key.ss58
    if act == "passwd" and store.has_key(wallet):
        old = _password(store.read(wallet))
        store.reencrypt(wallet, None, old, rng.choice(PASSWORDS))
    elif act == "rename":
        store.rename(wallet, f"w{seed[:8]}")
    elif act == "rename hot":
        store.rename_hotkey(wallet, rng.choice(hotkeys), f"h{seed[:8]}")
    elif act == "remove":
        store.remove(wallet)
    elif act == "remove hot":
        store.remove(wallet, rng.choice(hotkeys))
    return ""


def _check(root: Path, must_be_there: set[str], copies: int) -> int:
    """Everything the issue promises of a folder after a kill; returns the number of leftovers."""
    for path in [root, *root.rglob("*")] if root.exists() else []:
        mode = path.stat().st_mode & 0o777
        assert mode == (0o700 if path.is_dir() else 0o600), f"{path} is {mode:o}"
    found = Counter(_keys(root))
    assert must_be_there <= set(found), "a key was lost"
    assert not found or max(found.values()) <= copies, "a key is there twice"
    left = [path for path in root.rglob("*") if is_leftover(path)]
    left = [path for path in left if not is_leftover(path.parent)]
    audited = audit(root)
    bare = [one.path for one in audited if one.kind == "missing_public"]
    assert all(path.parent.name == "hotkeys" for path in bare), "a coldkey without its address"
    findings = [one for one in audited if one.kind not in _HARMLESS]
    assert {one.path for one in findings if one.kind == "leftover"} == set(left)
    for finding in findings:
        assert finding.kind in ("leftover", "duplicate_public"), finding
        fix(finding)
    assert not [one for one in audit(root) if one.kind not in _HARMLESS]
    return len(left)


def _keys(root: Path) -> list[str]:
    """The address of every private key at a real name; a file that is not whole fails."""
    found: list[str] = []
    for path in sorted(root.rglob("*")):
        if path.is_dir() or path.is_symlink() or is_leftover(path) or path.suffix == ".tmp":
            continue
        data = path.read_bytes()
        if path.name.endswith("pub.txt"):
            assert public_of(data) is not None
        else:
            key = open_keyfile(data, _password(data))
            found.append(key.ss58)
    return found


def _password(data: bytes) -> str | None:
    for password in PASSWORDS:
        try:
            open_keyfile(data, password)
        except NoKeyError:
            continue
        return password
    raise AssertionError("no password opens it")


def _wallets(root: Path) -> list[str]:
    return sorted(path.name for path in root.glob("w*")) if root.exists() else []

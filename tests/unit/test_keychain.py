"""The operating system's keyring: opt-in, bounded in time, and never a plaintext one unasked."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from locked_wallets import PASSWORD, key, write_wallet

from taoctl.errors import NoKeyError
from taoctl.wallet import keychain
from taoctl.wallet.accounts import signing_account
from taoctl.wallet.password import PasswordSources
from taoctl.wallet.unlock import open_signer

HERE = Path(__file__).parent
OWN = {"TAOCTL_KEYRING_BACKEND": "own_keyring.FileKeyring"}
HANGING = {"TAOCTL_KEYRING_BACKEND": "own_keyring.HangingKeyring"}
SS58 = key().ss58


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OWN_KEYRING_FILE", str(tmp_path / "keyring.json"))


@pytest.fixture
def wallets(tmp_path: Path) -> Path:
    write_wallet(tmp_path / "wallets")
    return tmp_path / "wallets"


def child(code: str, tmp_path: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, where keyring is not loaded yet."""
    kept = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(HERE)}
    kept |= {name: os.environ[name] for name in ("TAOCTL_HOME", "OWN_KEYRING_FILE")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, **environ},
        capture_output=True,
        text=True,
        timeout=120,
    )


LOAD = """
import os, sys
from taoctl.errors import NoKeyError
from taoctl.wallet import keychain
try:
    print("found", keychain.load("somebody", os.environ, float(os.environ.get("LIMIT_S", "60"))))
except NoKeyError as error:
    print(error.message)
print("keyring" in sys.modules)
"""


def bus(folder: Path) -> socket.socket:
    """A session bus that takes connections and never says a word."""
    folder.mkdir()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "bus"))
    listener.listen()
    return listener


def test_it_is_asked_only_for_keys_that_it_was_enabled_for(wallets: Path) -> None:
    account = signing_account("w", wallets)
    with pytest.raises(NoKeyError, match="no terminal"):
        open_signer(account, wallets, PasswordSources(environ=OWN))
    assert not keychain.enabled(SS58)
    assert keychain.save(SS58, PASSWORD, OWN) == "own_keyring.FileKeyring"
    assert keychain.enabled(SS58)
    opened = open_signer(account, wallets, PasswordSources(environ=OWN))
    assert (opened.via, opened.ss58) == ("the keyring", SS58)
    assert keychain.forget(SS58, OWN)
    assert not keychain.enabled(SS58)
    with pytest.raises(NoKeyError, match="no terminal"):
        open_signer(account, wallets, PasswordSources(environ=OWN))
    assert not keychain.forget(SS58, OWN)


def test_the_marker_holds_no_password(tmp_path: Path) -> None:
    keychain.save(SS58, PASSWORD, OWN)
    written = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert written
    for path in written:
        assert PASSWORD not in path.read_text()
        assert path.stat().st_mode & 0o077 == 0


def test_a_given_password_file_comes_before_it(wallets: Path, tmp_path: Path) -> None:
    keychain.save(SS58, "stale", OWN)
    file = tmp_path / "pw"
    file.write_text(PASSWORD)
    sources = PasswordSources(file=file, environ=OWN)
    assert open_signer(signing_account("w", wallets), wallets, sources).via.startswith("--pass")
    with pytest.raises(NoKeyError, match="the keyring does not open wallet 'w'") as caught:
        open_signer(signing_account("w", wallets), wallets, PasswordSources(environ=OWN))
    assert caught.value.hint == "`taoctl wallet lock w --keyring` deletes it there"


def test_one_that_hangs_is_given_up_after_the_deadline() -> None:
    # The keyring would take an hour.
    with pytest.raises(NoKeyError, match=r"did not answer within 0\.2 s"):
        keychain.load(SS58, HANGING, 0.2)


def test_a_password_that_could_not_be_deleted_can_be_deleted_later() -> None:
    keychain.save(SS58, PASSWORD, OWN)
    with pytest.raises(NoKeyError, match="may still have the password") as caught:
        keychain.forget(SS58, HANGING, 0.2)
    assert SS58 in str(caught.value.hint)
    assert not keychain.enabled(SS58)
    assert keychain.load(SS58, OWN) == PASSWORD
    assert keychain.forget(SS58, OWN)
    with pytest.raises(NoKeyError, match="has no password"):
        keychain.load(SS58, OWN)


def test_where_it_fails_the_terminal_is_asked_and_the_user_is_told(
    wallets: Path, tmp_path: Path
) -> None:
    keychain.save(SS58, PASSWORD, OWN)
    (tmp_path / "keyring.json").unlink()
    account = signing_account("w", wallets)
    with pytest.raises(NoKeyError, match="has no password"):
        open_signer(account, wallets, PasswordSources(environ=OWN))
    opened = open_signer(account, wallets, PasswordSources(environ=OWN, ask=lambda _: PASSWORD))
    assert opened.via == "the terminal"
    assert any("the keyring has no password" in text for text in opened.warnings)


def test_what_a_backend_says_of_a_password_is_not_repeated() -> None:
    loud = {"TAOCTL_KEYRING_BACKEND": "own_keyring.LoudKeyring"}
    with pytest.raises(NoKeyError, match="RuntimeError") as caught:
        keychain.save(SS58, PASSWORD, loud)
    assert PASSWORD not in f"{caught.value}{caught.value.hint}"
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert not keychain.enabled(SS58)


def test_a_backend_that_does_not_exist_is_named() -> None:
    with pytest.raises(NoKeyError, match=r"'no\.Such'"):
        keychain.load(SS58, {"TAOCTL_KEYRING_BACKEND": "no.Such"})


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the keyring needs no bus")
def test_without_a_session_bus_keyring_is_not_even_loaded(tmp_path: Path) -> None:
    done = child(LOAD, tmp_path, XDG_RUNTIME_DIR=str(tmp_path))
    assert done.stdout.splitlines() == ["there is no D-Bus session, so no keyring to ask", "False"]
    assert done.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the keyring needs no bus")
def test_a_bus_that_never_answers_does_not_hold_the_process(tmp_path: Path) -> None:
    with bus(tmp_path / "run"):
        done = child(LOAD, tmp_path, XDG_RUNTIME_DIR=str(tmp_path / "run"), LIMIT_S="1")
        assert done.stdout.splitlines()[0] == "the keyring did not answer within 1 s"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the keyring needs no bus")
@pytest.mark.parametrize(
    "backend",
    ["own_keyring.FileKeyring", "keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"],
)
def test_keyrings_own_setting_does_not_make_a_plaintext_backend_acceptable(
    backend: str, tmp_path: Path
) -> None:
    (tmp_path / "keyring.json").write_text(json.dumps({"taoctl somebody": PASSWORD}))
    address = f"unix:path={tmp_path}/none"
    done = child(LOAD, tmp_path, PYTHON_KEYRING_BACKEND=backend, DBUS_SESSION_BUS_ADDRESS=address)
    assert done.stdout.splitlines()[0] == (
        f"the only keyring here is {backend}, which is not known to encrypt"
    )


@pytest.fixture
def real_bus() -> Iterator[str]:
    """Address of a session bus of this test's own, on which nobody keeps passwords yet."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None or sys.platform != "linux":
        pytest.skip("there is no dbus-daemon here")
    process = subprocess.Popen(
        [daemon, "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(60)


ROUND = """
import os
import shutil
from taoctl.errors import NoKeyError
from taoctl.wallet import keychain
print(keychain.save("somebody", "pass wörd", os.environ))
print(keychain.load("somebody", os.environ))
print(keychain.save("somebody", "changed", os.environ), keychain.load("somebody", os.environ))
print(keychain.forget("somebody", os.environ))
try:
    keychain.load("somebody", os.environ)
except NoKeyError as error:
    print(error.message)
"""


def test_a_session_without_a_keyring_has_none_that_may_be_used(
    real_bus: str, tmp_path: Path
) -> None:
    done = child(LOAD, tmp_path, DBUS_SESSION_BUS_ADDRESS=real_bus)
    assert done.stdout.startswith("the only keyring here is "), done.stderr
    assert "not known to encrypt" in done.stdout


def test_the_secret_service_of_a_desktop_keeps_and_forgets(real_bus: str, tmp_path: Path) -> None:
    environ = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": real_bus}
    service = subprocess.Popen(
        [sys.executable, str(HERE / "secret_service.py")],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert service.stdout is not None
        assert service.stdout.readline() == "ready\n"
        done = child(ROUND, tmp_path, DBUS_SESSION_BUS_ADDRESS=real_bus, PYTHONUTF8="1")
    finally:
        service.kill()
        service.wait()
    assert done.stdout.splitlines() == [
        "keyring.backends.SecretService.Keyring",
        "pass wörd",
        "keyring.backends.SecretService.Keyring changed",
        "True",
        "the keyring has no password for somebody",
    ], done.stderr

"""The agent as a process: how it starts, whom it answers, and what ends it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from locked_wallets import MNEMONIC, PASSWORD, key, write_wallet

from taoctl.errors import NoKeyError
from taoctl.scale.crypto import verify
from taoctl.wallet import agent_client as client
from taoctl.wallet import agent_protocol as protocol
from taoctl.wallet.accounts import signing_account
from taoctl.wallet.password import PasswordSources
from taoctl.wallet.unlock import open_signer

HERE = Path(__file__).parent
NOBODY = 65534
MAY_BECOME_NOBODY = (
    os.geteuid() == 0
    and subprocess.run(
        [sys.executable, "-c", f"import os; os.setuid({NOBODY})"], capture_output=True
    ).returncode
    == 0
)
as_nobody = pytest.mark.skipif(
    not MAY_BECOME_NOBODY, reason="becoming another user needs root and its capabilities"
)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="taoctl-", dir="/tmp"))
    monkeypatch.setenv("TAOCTL_HOME", str(folder))
    monkeypatch.setenv("BT_PW_SOMETHING", PASSWORD)
    yield folder
    monkeypatch.setattr(client, "_ANSWER_S", 2.0)
    client.lock()
    assert until(lambda: _removed(folder))


def _removed(folder: Path) -> bool:
    """Remove a folder, out of which an agent that was told to go may be taking its socket."""
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
    return not folder.exists()


def until(true: Callable[[], bool], seconds: float = 60.0) -> bool:
    ends = time.monotonic() + seconds
    while not true():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def unlocked(seconds: int = 60) -> client.AgentStatus:
    return client.unlock(key(), "w", seconds)


def test_it_signs_for_other_processes_until_it_is_locked(tmp_path: Path) -> None:
    assert client.status() is None
    assert client.agent_signer(key().ss58) is None
    assert client.lock() == client.Locked((), False)
    status = unlocked()
    assert [(held.ss58, held.label) for held in status.keys] == [(key().ss58, "w")]
    code = (
        "from taoctl.wallet.agent_client import agent_signer\n"
        f"print(agent_signer({key().ss58!r}).sign(b'hello').hex())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert verify(b"hello", bytes.fromhex(done.stdout), key().ss58)
    signer = client.agent_signer(key().ss58)
    assert signer is not None
    assert client.lock() == client.Locked((key().ss58,), False)
    assert until(lambda: gone(status.pid))
    assert not protocol.socket_path().exists()
    with pytest.raises(NoKeyError, match="has ended"):
        signer.sign(b"hello")


def test_it_signs_without_a_password_where_no_terminal_is(tmp_path: Path) -> None:
    write_wallet(tmp_path)
    account = signing_account("w", tmp_path)
    with pytest.raises(NoKeyError):
        open_signer(account, tmp_path, PasswordSources())
    unlocked()
    opened = open_signer(account, tmp_path, PasswordSources())
    assert opened.via == "the agent"
    assert verify(b"m", opened.sign(b"m"), key().ss58)


def test_it_ends_at_its_time() -> None:
    status = unlocked(seconds=1)
    assert until(lambda: gone(status.pid), 5)
    assert client.status() is None


def test_one_key_is_locked_and_the_other_stays() -> None:
    unlocked()
    client.unlock(key(0), "ed", 60)
    assert client.lock(key().ss58).keys == (key().ss58,)
    status = client.status()
    assert status is not None
    assert [held.ss58 for held in status.keys] == [key(0).ss58]


def test_no_secret_is_in_its_arguments_environment_or_files(home: Path) -> None:
    status = unlocked()
    process = psutil.Process(status.pid)
    secrets = key().secrets()
    hidden = [MNEMONIC, PASSWORD, str(secrets.private_key)[2:], str(secrets.seed)[2:]]
    shown = [" ".join(process.cmdline())]
    # Where the system closes it even to its own user, that is as good.
    with suppress(psutil.AccessDenied):
        shown += [f"{name}={value}" for name, value in process.environ().items()]
    for path in home.rglob("*"):
        if path.is_file():
            shown.append(path.read_text(errors="replace"))
    assert not [text for text in shown for secret in hidden if secret in text]
    assert protocol.socket_path().stat().st_mode & 0o777 == 0o600
    assert protocol.socket_path().parent.stat().st_mode & 0o777 == 0o700


def test_it_gets_what_python_needs_of_the_environment_and_no_more(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = home / "python"
    python.write_text(f"#!/bin/sh\nenv > {home}/environ\n")
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr(client, "_ANSWER_S", 0.3)
    for name in ("PYTHONUSERBASE", "LD_LIBRARY_PATH"):
        monkeypatch.setenv(name, str(home))
    with pytest.raises(client.AgentError, match="did not start"):
        unlocked()
    got = (home / "environ").read_text()
    assert f"PYTHONUSERBASE={home}" in got
    assert f"LD_LIBRARY_PATH={home}" in got
    assert PASSWORD not in got
    assert "BT_PW_SOMETHING" not in got


def test_garbage_slow_and_many_clients_do_not_stop_it() -> None:
    unlocked()
    open_ = []
    for at in range(200):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(protocol.socket_path()))
        open_.append(connection)
        garbage = (b"\xff" * 64, b"\0\0\0\x05[[[[[", b"\0\0\0\x40half", b"GET / HTTP/1.1\r\n\r\n")
        if at % 5 < 4:
            connection.sendall(garbage[at % 5])
    for _ in range(3):
        signer = client.agent_signer(key().ss58)
        assert signer is not None
        assert verify(b"m", signer.sign(b"m"), key().ss58)
    for connection in open_:
        connection.close()


def test_many_signatures_at_once() -> None:
    unlocked()
    signer = client.agent_signer(key().ss58)
    assert signer is not None
    done: list[bool] = []

    def work() -> None:
        for at in range(20):
            message = bytes([at]) * 256
            done.append(verify(message, signer.sign(message), key().ss58))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True] * 160


def test_a_message_too_long_is_refused() -> None:
    unlocked()
    signer = client.agent_signer(key().ss58)
    assert signer is not None
    with pytest.raises(NoKeyError, match="at most"):
        signer.sign(bytes(protocol.MAX_MESSAGE_BYTES + 1))
    longest = bytes(protocol.MAX_MESSAGE_BYTES)
    assert verify(longest, signer.sign(longest), key().ss58)


def test_the_socket_of_one_that_was_killed_is_no_obstacle() -> None:
    status = unlocked()
    os.kill(status.pid, signal.SIGKILL)
    assert until(lambda: gone(status.pid))
    assert protocol.socket_path().exists()
    assert client.status() is None
    assert unlocked().pid != status.pid


def test_two_that_start_at_once_become_one() -> None:
    code = (
        "from locked_wallets import key; from taoctl.wallet.agent_client import unlock\n"
        "import sys; print(unlock(key(int(sys.argv[1])), 'w', 60).pid)"
    )
    environ = {**os.environ, "PYTHONPATH": str(HERE)}
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, crypto], env=environ, stdout=subprocess.PIPE, text=True
        )
        for crypto in "01"
    ]
    pids = {child.communicate(timeout=120)[0] for child in children}
    assert len(pids) == 1
    status = client.status()
    assert status is not None
    assert {held.ss58 for held in status.keys} == {key(0).ss58, key(1).ss58}


def test_it_ends_with_the_login_that_unlocked() -> None:
    code = (
        "from locked_wallets import key; from taoctl.wallet.agent_client import unlock\n"
        "print(unlock(key(), 'w', 60).pid, flush=True)"
    )
    environ = {**os.environ, "PYTHONPATH": str(HERE), "PY": sys.executable, "CODE": code}
    environ.pop("XDG_SESSION_ID", None)
    shell = subprocess.Popen(
        ["sh", "-c", '"$PY" -c "$CODE"; read wait'],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert shell.stdout is not None
    pid = int(shell.stdout.readline())
    time.sleep(0.3)
    assert not gone(pid)
    shell.communicate("\n")
    assert until(lambda: gone(pid))


def test_it_ends_when_its_socket_is_removed() -> None:
    status = unlocked()
    protocol.socket_path().unlink()
    assert until(lambda: gone(status.pid))


def test_one_that_hangs_is_not_waited_for_and_can_be_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wallet(tmp_path)
    status = unlocked()
    monkeypatch.setattr(client, "_ANSWER_S", 0.3)
    os.kill(status.pid, signal.SIGSTOP)
    with pytest.raises(client.AgentError, match="did not answer"):
        client.status()
    account = signing_account("w", tmp_path)
    with pytest.raises(NoKeyError, match=r"no terminal to ask at; the agent was not used: .* not"):
        open_signer(account, tmp_path, PasswordSources())
    opened = open_signer(account, tmp_path, PasswordSources(ask=lambda _: PASSWORD))
    assert opened.via == "the terminal"
    assert any("the agent was not used" in text for text in opened.warnings)
    assert client.lock() == client.Locked((), True)
    assert until(lambda: gone(status.pid))
    assert client.status() is None


def test_one_that_hangs_behind_a_full_queue_can_be_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    status = unlocked()
    monkeypatch.setattr(client, "_ANSWER_S", 0.3)
    os.kill(status.pid, signal.SIGSTOP)
    waiting = []
    with suppress(BlockingIOError):
        for _ in range(1000):
            connection = socket.socket(socket.AF_UNIX)
            waiting.append(connection)
            connection.setblocking(False)
            connection.connect(str(protocol.socket_path()))
    assert len(waiting) < 1000
    with pytest.raises(client.AgentError, match="did not answer"):
        client.status()
    assert client.lock() == client.Locked((), True)
    assert until(lambda: gone(status.pid))
    for connection in waiting:
        connection.close()


def test_a_queue_that_is_full_for_a_moment_is_waited_for() -> None:
    status = unlocked()
    os.kill(status.pid, signal.SIGSTOP)
    waiting = []
    with suppress(BlockingIOError):
        for _ in range(1000):
            connection = socket.socket(socket.AF_UNIX)
            waiting.append(connection)
            connection.setblocking(False)
            connection.connect(str(protocol.socket_path()))
    threading.Timer(0.3, os.kill, (status.pid, signal.SIGCONT)).start()
    assert client.agent_signer(key().ss58) is not None
    for connection in waiting:
        connection.close()


def test_unlocking_right_after_locking_starts_another() -> None:
    for _ in range(15):
        unlocked()
        client.lock()


def test_an_agent_of_a_login_without_a_runtime_folder_is_locked_too(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = unlocked()
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700)
    elsewhere = runtime / "taoctl" / "agent.sock"
    both = (elsewhere, protocol.socket_path())
    monkeypatch.setattr(protocol, "socket_paths", lambda: both)
    assert client.lock().keys == (key().ss58,)
    assert until(lambda: gone(status.pid))


def test_why_it_cannot_listen_is_said(home: Path) -> None:
    protocol.socket_path().parent.mkdir(mode=0o700, parents=True)
    protocol.socket_path().mkdir()
    with pytest.raises(client.AgentError, match=r"did not start: .*agent\.sock: "):
        unlocked()
    protocol.socket_path().rmdir()


def test_something_else_in_its_place_is_not_believed() -> None:
    path = protocol.socket_path()
    path.parent.mkdir(mode=0o700, parents=True)
    answers = [
        b"",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x02{}",
        protocol.pack({"ok": True}),
        protocol.pack({"ok": True, "keys": [{"ss58": "5"}], "problems": [], "pid": 1}),
        protocol.pack({"ok": False, "problem": "\x1b[31mred"}),
    ]
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        for _ in answers:
            with pytest.raises(client.AgentError) as caught:
                client.status()
            assert "\x1b" not in caught.value.message
        thread.join()
    path.unlink()


def test_a_folder_that_others_can_enter_is_not_used() -> None:
    unlocked()
    folder = protocol.socket_path().parent
    folder.chmod(0o755)
    with pytest.raises(client.AgentError, match="open to others"):
        client.agent_signer(key().ss58)
    folder.chmod(0o700)


@as_nobody
def test_another_user_gets_no_answer_even_through_open_doors(home: Path) -> None:
    status = unlocked()
    path = protocol.socket_path()
    for folder in (home, home / "state", path.parent):
        folder.chmod(0o755)
    path.chmod(0o666)
    code = (
        "import os, socket\n"
        f"os.setuid({NOBODY})\n"
        "s = socket.socket(socket.AF_UNIX)\n"
        f"s.settimeout(5); s.connect({str(path)!r})\n"
        'try: s.sendall(b\'\\0\\0\\0\\x0f{"op":"status"}\')\n'
        "except OSError: pass\n"
        "try: print('got', s.recv(100))\n"
        "except ConnectionResetError: print('got', b'')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout == "got b''\n", done.stderr
    assert not gone(status.pid)
    path.parent.chmod(0o700)


@as_nobody
def test_an_agent_of_another_user_is_told_no_secret() -> None:
    path = protocol.socket_path()
    path.parent.mkdir(mode=0o700, parents=True)
    code = (
        "import os, socket\n"
        f"s = socket.socket(socket.AF_UNIX); s.bind({str(path)!r})\n"
        f"os.setuid({NOBODY}); s.listen(); print('ready', flush=True)\n"
        "c, _ = s.accept(); print('got', c.recv(100))\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    child.stdout.readline()
    with pytest.raises(client.AgentError, match="another user"):
        unlocked()
    assert child.communicate(timeout=120)[0] == "got b''\n"
    path.unlink()

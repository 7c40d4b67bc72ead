"""Asking the agent to sign, giving it keys, and locking it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taoctl.addresses import encode_ss58
from taoctl.errors import NoKeyError
from taoctl.text import printable
from taoctl.wallet import agent_protocol as protocol
from taoctl.wallet.agent_protocol import ProtocolError
from taoctl.wallet.files import private_folder
from taoctl.wallet.keys import Key
from taoctl.wallet.logout import this_login

_ANSWER_S = 5.0
_START_S = 15.0
_PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV"),
    *("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
)
"""All of the environment that the agent gets: what Python needs to start and to find taoctl.

More could hold secrets.
"""

_AGAIN = "`taoctl wallet lock` ends it; then unlock again"
_EACH = "give the password with each command instead"


class AgentError(NoKeyError):
    """There is an agent, or something in its place, and it does not do what an agent does."""

    code = "agent"


class _BrokeOff(AgentError):
    """The connection ended before the answer, as it does while an agent is ending."""


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key that the agent holds, and for how many more seconds."""

    ss58: str
    public_key: bytes
    crypto: int
    label: str
    seconds_left: int


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """What the agent holds; `problems` is what it could not do to protect its memory, in words."""

    pid: int
    problems: tuple[str, ...]
    keys: tuple[HeldKey, ...]


@dataclass(frozen=True, slots=True)
class Locked:
    """Addresses of the keys that were locked; `killed` when an agent had to be ended by force."""

    keys: tuple[str, ...]
    killed: bool


@dataclass(frozen=True, slots=True)
class AgentSigner:
    """A key that the agent holds. Conforms to `Signer`; every signature is a question to it."""

    ss58: str
    public_key: bytes
    crypto: int
    path: Path

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over exactly these bytes.

        Raises:
            NoKeyError: the agent is gone, no longer holds the key, or gives no signature.
        """
        if len(message) > protocol.MAX_MESSAGE_BYTES:
            raise NoKeyError(
                f"the agent signs at most {protocol.MAX_MESSAGE_BYTES} bytes",
                "lock it to sign with the key file itself",
            )
        request = {"op": "sign", "ss58": self.ss58, "message": message.hex()}
        answer = _ask(self.path, request)
        if answer is None:
            raise NoKeyError(
                f"the agent that held the key of {self.ss58} has ended", "unlock the key again"
            )
        try:
            signature = bytes.fromhex(answer["signature"])
        except (KeyError, TypeError, ValueError):
            signature = b""
        if len(signature) != 64:
            raise AgentError("the agent gave no signature", _AGAIN)
        return signature


def agent_signer(ss58: str) -> AgentSigner | None:
    """The agent's signer of an address; None when no agent runs or it does not hold the key.

    Raises:
        AgentError: something is in the agent's place and does not answer as one.
    """
    found = status()
    for held in found.keys if found else ():
        if held.ss58 == ss58:
            return AgentSigner(ss58, held.public_key, held.crypto, protocol.socket_path())
    return None


def status() -> AgentStatus | None:
    """What the agent holds; None when none runs.

    Raises:
        AgentError: something is in the agent's place and does not answer as one.
    """
    answer = _ask(protocol.socket_path(), {"op": "status"})
    if answer is None:
        return None
    try:
        keys = tuple(_held(row) for row in answer["keys"])
        problems = tuple(printable(str(problem)) for problem in answer["problems"])
        return AgentStatus(int(answer["pid"]), problems, keys)
    except (KeyError, TypeError, ValueError):
        raise AgentError("the agent answers what no agent answers", _AGAIN) from None


def unlock(key: Key, label: str, seconds: int) -> AgentStatus:
    """Give a key to the agent for a time, starting the agent if none runs.

    Args:
        key: of which the agent gets the private key alone, no mnemonic and no seed.
        label: the name to list it under.
        seconds: at most a week.

    Raises:
        NoKeyError: the agent cannot be started or does not take the key.
    """
    path = protocol.socket_path()
    request = {
        "op": "add",
        "private_key": key.secrets().private_key,
        "crypto": key.crypto,
        "label": label[:200],
        "seconds": seconds,
    }
    ends = time.monotonic() + _ANSWER_S
    while (answer := _offer(path, request)) is None and time.monotonic() < ends:
        # Also in place of one that is just ending, which may take it a moment.
        _start(path)
    if answer is None or answer.get("ss58") != key.ss58:
        raise AgentError("the agent did not take the key", _AGAIN)
    found = status()
    if found is None:
        raise AgentError("the agent ended as soon as it had the key", "unlock the key again")
    return found


def lock(ss58: str | None = None) -> Locked:
    """Make the agent forget one key or all, wherever an agent of this user may listen.

    One that does not answer is killed, whatever it holds.

    Raises:
        AgentError: something is in the agent's place that neither answers nor can be ended.
    """
    locked: list[str] = []
    killed = False
    for path in protocol.socket_paths():
        try:
            answer = _ask(path, {"op": "lock", "ss58": ss58})
        except AgentError:
            if not _kill(path):
                raise
            killed = True
        else:
            found = answer.get("locked") if answer else None
            locked += [printable(str(one)) for one in found] if isinstance(found, list) else []
    return Locked(tuple(locked), killed)


def _offer(path: Path, request: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        return _ask(path, request)
    except _BrokeOff:
        return None


def _held(row: Mapping[str, Any]) -> HeldKey:
    public_key = bytes.fromhex(row["public_key"])
    ss58 = encode_ss58(public_key)
    if row["ss58"] != ss58:
        raise ValueError
    label = printable(str(row["label"]))
    return HeldKey(ss58, public_key, int(row["crypto"]), label, int(row["seconds_left"]))


def _ask(path: Path, request: Mapping[str, Any]) -> dict[str, Any] | None:
    """The agent's answer; None when no agent listens.

    Raises:
        AgentError: something is there that does not answer as an agent, or refuses the request.
    """
    deadline = time.monotonic() + _ANSWER_S
    connection = _connect(path, deadline)
    if connection is None:
        return None
    with connection:
        try:
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            connection.sendall(protocol.pack(request))
            size = protocol.length(_receive(connection, protocol.HEAD_BYTES, deadline))
            answer = protocol.unpack(_receive(connection, size, deadline))
        except TimeoutError:
            raise _silent() from None
        except (OSError, ProtocolError):
            raise _BrokeOff("the agent broke off", _AGAIN) from None
    if answer.get("ok") is not True:
        problem = printable(str(answer.get("problem") or "it does not say why"))
        raise AgentError(f"the agent refuses: {problem}", "unlock the key again")
    return answer


def _silent() -> AgentError:
    return AgentError(f"the agent did not answer within {_ANSWER_S:g} s", _AGAIN)


def _connect(path: Path, deadline: float) -> socket.socket | None:
    if not os.path.lexists(path.parent):
        return None
    problem = protocol.folder_problem(path.parent)
    if problem:
        raise AgentError(f"the agent's folder is not safe: {problem}", "make it yours alone: 0700")
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _knock(connection, path, deadline)
        uid = protocol.peer_uid(connection)
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    except TimeoutError:
        connection.close()
        raise _silent() from None
    except OSError as error:
        connection.close()
        raise AgentError(f"the agent cannot be asked: {error.strerror or error}", _AGAIN) from None
    if uid != os.geteuid():
        connection.close()
        raise AgentError("the agent's socket belongs to another user", f"remove {path}")
    return connection


def _knock(connection: socket.socket, path: Path, deadline: float) -> None:
    """Connect, waiting while too many others are waiting to be let in."""
    while True:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            return connection.connect(str(path))
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError from None
            time.sleep(0.02)


def _receive(connection: socket.socket, size: int, deadline: float) -> bytes:
    received = bytearray()
    while len(received) < size:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        part = connection.recv(size - len(received))
        if not part:
            raise ProtocolError("the connection ended")
        received += part
    return bytes(received)


def _start(path: Path) -> None:
    """Start an agent and wait until it listens.

    Raises:
        AgentError: it does not start; says why.
    """
    try:
        private_folder(path.parent)
    except OSError as error:
        why = error.strerror or error
        raise AgentError(f"the agent has no folder: {path.parent}: {why}", _EACH) from None
    login = this_login(os.environ)
    settings = {
        "path": str(path),
        "session": login.session,
        "leader": login.leader,
        "leader_started": login.leader_started,
    }
    environ = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        # -P: whatever lies in the working directory is not to be imported.
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "taoctl.wallet.agent_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise AgentError(f"the agent did not start: {error.strerror or error}", _EACH) from None
    try:
        said, _ = child.communicate(f"{json.dumps(settings)}\n".encode(), timeout=_START_S)
        answer = protocol.unpack(said or b"{}")
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        raise AgentError(f"the agent did not start within {_START_S:g} s", "try again") from None
    except ProtocolError:
        answer = {}
    problem = answer.get("problem")
    if answer.get("ready") is not True and problem != "running":
        why = f": {printable(str(problem))}" if problem else ""
        raise AgentError(f"the agent did not start{why}", _EACH)


def _kill(path: Path) -> bool:
    """End an agent that does not answer; whether there was a process to end."""
    if protocol.folder_problem(path.parent):
        return False
    pid = protocol.lock_holder(path)
    if pid is None:
        return False
    os.kill(pid, signal.SIGKILL)
    path.unlink(missing_ok=True)
    return True

"""Localnets as processes: start one, find one, ask one, stop one."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from taoctl.errors import (
    BadDataError,
    DeadlineError,
    RefusedError,
    TaoctlError,
    UnreachableError,
    UsageError,
)
from taoctl.localnet.boot import Options
from taoctl.localnet.faults import read_fault
from taoctl.localnet.governance import CHOICES, read_governance
from taoctl.localnet.processes import alive as _alive
from taoctl.localnet.processes import read_pidfile
from taoctl.localnet.sealing import Seal

DEFAULT_PORT = 9944
MAX_FINALITY_LAG = 1_000_000
READY_SECONDS = 120.0
STOP_SECONDS = 30.0
_ASK_SECONDS = 5.0
_MAX_ANSWER = 16 * 1024 * 1024
_HUNG_UP = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)
"""Something listens, and ends the conversation: while it is asked or while it answers."""


@dataclass(frozen=True, slots=True)
class Launch:
    """Everything a localnet process is told."""

    options: Options
    port: int = DEFAULT_PORT

    def to_json(self) -> str:
        """As one command-line argument."""
        fields = asdict(self.options)
        state_dir = self.options.state_dir
        fields["state_dir"] = None if state_dir is None else str(state_dir)
        return json.dumps({"port": self.port, **fields})

    @classmethod
    def from_json(cls, text: str) -> Launch:
        """The reverse of `to_json`."""
        fields = json.loads(text)
        port = fields.pop("port")
        state_dir = fields.pop("state_dir")
        fields["seal"] = Seal(fields["seal"])
        fields["faults"] = tuple(fields["faults"])
        path = None if state_dir is None else Path(state_dir)
        return cls(Options(state_dir=path, **fields), port)


@dataclass(frozen=True, slots=True)
class Running:
    """A localnet that was just started and answers requests."""

    pid: int
    port: int
    endpoint: str
    state_dir: str | None
    moved_aside: str | None


def check_launch(launch: Launch) -> Launch:
    """Refuse settings that cannot work, before anything is started; raises UsageError."""
    from taoctl.localnet.scenarios import named

    named(launch.options.scenario)
    if not 0 <= launch.options.block_time <= 3600:
        raise UsageError("the block time must be between 0 and 3600 seconds", "use --block-time 1")
    if not 0 <= launch.port <= 65_535:
        raise UsageError(f"{launch.port} is not a port", "use one from 1 to 65535")
    lag = launch.options.finality_lag
    if lag is not None and not 0 <= lag <= MAX_FINALITY_LAG:
        raise UsageError(
            f"finality cannot be {lag} blocks behind", f"give a number from 0 to {MAX_FINALITY_LAG}"
        )
    for text in launch.options.faults:
        read_fault(text)
    if launch.options.governance is not None:
        read_governance(launch.options.governance)
    if launch.options.sudo is not None:
        from taoctl.addresses import decode_ss58

        decode_ss58(launch.options.sudo)
    return launch


def default_state_dir(port: int) -> Path:
    """Where the localnet of a port keeps its chain unless told otherwise."""
    from taoctl.paths import state_dir

    return state_dir() / "localnet" / str(port)


def saved_scenario(state_dir: Path) -> str | None:
    """The scenario of the chain in a state directory, None when there is none to be read."""
    scenario = _saved(state_dir).get("scenario")
    return scenario if isinstance(scenario, str) else None


def saved_governance(state_dir: Path) -> str | None:
    """The governance of the chain in a state directory, None when there is none to be read."""
    recipe = _saved(state_dir).get("recipe")
    governance = recipe.get("governance") if isinstance(recipe, dict) else None
    return governance if governance in CHOICES else None


def _saved(state_dir: Path) -> dict[str, Any]:
    try:
        fields = json.loads((state_dir / "chain.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return fields if isinstance(fields, dict) else {}


def start_detached(launch: Launch, *, wait_seconds: float = READY_SECONDS) -> Running:
    """Start a localnet as its own process and wait until it answers.

    Raises:
        TaoctlError: what kept it from starting, as the process itself put it.
        DeadlineError: it took too long; the process is stopped.
    """
    return _start(launch, _log_path(launch), (), wait_seconds)[1]


@contextmanager
def tied(
    launch: Launch, scratch: Path, *, wait_seconds: float = READY_SECONDS
) -> Iterator[Running]:
    """A localnet that ends with this block, and also when this process dies without a word.

    Args:
        launch: what chain; `state_dir` None keeps it in memory.
        scratch: a folder for its log, which is removed at the end in either case.
        wait_seconds: how long it may take to answer.

    Raises:
        TaoctlError: as `start_detached`.
    """
    told, tie = os.pipe()
    process: subprocess.Popen[bytes] | None = None
    try:
        process, running = _start(
            launch, scratch / "localnet.log", (str(told), str(scratch)), wait_seconds, (told,)
        )
        yield running
    finally:
        os.close(told)
        os.close(tie)
        if process is not None:
            _wait(process)
        shutil.rmtree(scratch, ignore_errors=True)


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _start(
    launch: Launch,
    log: Path,
    arguments: tuple[str, ...],
    wait_seconds: float,
    inherited: tuple[int, ...] = (),
) -> tuple[subprocess.Popen[bytes], Running]:
    read_end, write_end = os.pipe()
    command = [sys.executable, "-m", "taoctl.localnet", launch.to_json(), str(write_end)]
    try:
        with log.open("ab") as errors:
            process = subprocess.Popen(
                [*command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                pass_fds=(write_end, *inherited),
                start_new_session=True,
            )
    except OSError as error:
        os.close(read_end)
        raise UsageError(f"the localnet could not be started: {error}") from error
    finally:
        os.close(write_end)
    try:
        text = _read_line(read_end, time.monotonic() + wait_seconds)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    finally:
        os.close(read_end)
    if not text:
        process.wait(timeout=STOP_SECONDS)
        raise RefusedError(f"the localnet ended while it started: {_last_line(log)}", f"see {log}")
    message = json.loads(text)
    if "error" in message:
        process.wait(timeout=STOP_SECONDS)
        raise _told_error(message["error"])
    return process, Running(**message["ready"])


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _log_path(launch: Launch) -> Path:
    from taoctl.paths import state_dir

    directory = state_dir() / "localnet" / "log"
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{directory} cannot be written: {error.strerror}",
            "set TAOCTL_HOME to a directory that can be",
        ) from error
    return directory / f"{launch.port}.log"


def _read_line(descriptor: int, deadline: float) -> bytes:
    import select

    data = b""
    while not data.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise DeadlineError("the localnet did not start in time", "it was stopped again")
        piece = os.read(descriptor, 65_536)
        if not piece:
            return b""
        data += piece
    return data


def tell_error(error: TaoctlError) -> dict[str, Any]:
    """An error as a starting localnet reports it to whoever started it."""
    return {"kind": type(error).__name__, "message": error.message, "hint": error.hint}


def _told_error(told: dict[str, Any]) -> TaoctlError:
    kinds = {kind.__name__: kind for kind in (RefusedError, UsageError, BadDataError)}
    return kinds.get(told["kind"], RefusedError)(told["message"], told["hint"])


def ask(port: int, method: str, *params: Any, timeout: float = _ASK_SECONDS) -> Any:
    """Call a method of the localnet on a port.

    Raises:
        UnreachableError: nothing answers there.
        DeadlineError: the answer took longer than `timeout` seconds.
        RefusedError: the localnet refused, or what listens there is no localnet.
    """
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as response:
            answer = json.loads(response.read(_MAX_ANSWER))
    except TimeoutError:
        raise DeadlineError(
            f"the localnet on port {port} did not answer within {timeout:g} s",
            "it may be busy; allow more with --timeout",
        ) from None
    except (urllib.error.HTTPError, http.client.HTTPException, ValueError):
        raise _no_localnet(port) from None
    except OSError as error:
        reason = getattr(error, "reason", None)
        if isinstance(reason, TimeoutError):
            raise DeadlineError(f"the localnet on port {port} did not answer in time") from None
        if isinstance(error, _HUNG_UP) or isinstance(reason, _HUNG_UP):
            raise _no_localnet(port) from None
        raise UnreachableError(
            f"no localnet is running on port {port}",
            f"start one with `taoctl localnet up --port {port}`",
        ) from None
    if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
        raise _no_localnet(port)
    if "error" in answer:
        problem = answer["error"]
        if not isinstance(problem, dict):
            raise _no_localnet(port)
        if problem.get("code") == -32601:
            raise _no_localnet(port)
        if problem.get("message") == "Invalid params":
            raise UsageError(str(problem.get("data")))
        raise RefusedError(str(problem.get("message")), problem.get("data"))
    return answer["result"]


def _no_localnet(port: int) -> RefusedError:
    return RefusedError(
        f"what listens on port {port} is not a taoctl localnet", "name another with --port"
    )


def status(port: int, *, timeout: float = _ASK_SECONDS) -> dict[str, Any]:
    """What the localnet on a port says of itself; raises as `ask`."""
    answer = ask(port, "dev_status", timeout=timeout)
    if not isinstance(answer, dict) or "instance" not in answer:
        raise _no_localnet(port)
    return answer


@dataclass(frozen=True, slots=True)
class Stopped:
    """A localnet that has ended, and the block its chain stands at."""

    port: int
    pid: int
    block: int


def stop(port: int, *, wait_seconds: float = STOP_SECONDS) -> Stopped:
    """Stop the localnet on a port and wait until its process has ended.

    The process is the one that the pidfile names, and only if the localnet that answers on the
    port says that it is that process; no other process is ever signalled.

    Raises:
        UnreachableError: none is running there.
        RefusedError: what listens there is not the localnet of the pidfile.
        DeadlineError: it did not end in time.
    """
    from taoctl.localnet.serve import pidfile_path

    path = pidfile_path(port)
    saved = read_pidfile(path)
    try:
        now = status(port)
    except UnreachableError:
        if saved is not None and not _alive(saved["pid"]):
            path.unlink(missing_ok=True)
        raise
    if saved is None:
        raise RefusedError(
            f"the localnet on port {port} was not started from here: {path} is missing",
            f"stop its process, {now['pid']}, yourself",
        )
    if saved["instance"] != now["instance"] or saved["pid"] != now["pid"]:
        raise RefusedError(
            f"the localnet on port {port} is another one than {path} says",
            f"stop its process, {now['pid']}, yourself",
        )
    _terminate(now["pid"])
    deadline = time.monotonic() + wait_seconds
    while _alive(now["pid"]):
        if time.monotonic() > deadline:
            raise DeadlineError(f"the localnet (process {now['pid']}) has not ended yet")
        time.sleep(0.05)
    return Stopped(port, now["pid"], now["block"])


def _terminate(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass
    except PermissionError:
        raise RefusedError(f"process {pid} belongs to another user") from None

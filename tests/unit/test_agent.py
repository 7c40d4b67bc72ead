"""The agent's rules without a process: what it holds, for how long, and what it refuses."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from locked_wallets import MNEMONIC, key

from taoctl.scale.crypto import verify
from taoctl.wallet import agent_protocol as protocol
from taoctl.wallet import logout
from taoctl.wallet.agent_server import Agent, Clock
from taoctl.wallet.logout import Login, this_login

SECRETS = key().secrets()


class ByHand:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> ByHand:
    return ByHand()


@pytest.fixture
def agent(clock: ByHand) -> Agent:
    return Agent(("a problem",), clock)


def adding(crypto: int = 1, seconds: int = 60, label: str = "w") -> dict[str, Any]:
    private = key(crypto).secrets().private_key
    content = {"private_key": private, "crypto": crypto, "label": label, "seconds": seconds}
    return {"op": "add", **content}


@pytest.mark.parametrize("crypto", [0, 1])
def test_it_signs_as_the_key_does(crypto: int, agent: Agent) -> None:
    ss58 = key(crypto).ss58
    assert agent.answer(adding(crypto)) == {"ok": True, "ss58": ss58}
    answer = agent.answer({"op": "sign", "ss58": ss58, "message": b"hello".hex()})
    assert verify(b"hello", bytes.fromhex(answer["signature"]), ss58, crypto)


def test_time_passes_while_the_machine_sleeps_and_never_goes_back() -> None:
    boot, day = 5.0, 1_000_000.0
    clock = Clock(lambda: (boot, day))
    assert clock() == 0
    boot, day = boot + 10, day + 10
    assert clock() == 10
    day += 3600
    assert clock() == 3610
    day -= 7200
    assert clock() == 3610
    boot, day = boot + 5, day + 5
    assert clock() == 3615
    before, real = Clock()(), time.time()
    assert before < 60
    assert abs(Clock()._last[1] - real) < 60


def test_a_key_is_gone_when_its_time_has_passed(agent: Agent, clock: ByHand) -> None:
    agent.answer(adding(1, seconds=60))
    agent.answer(adding(0, seconds=90))
    status = agent.answer({"op": "status"})
    assert [held["seconds_left"] for held in status["keys"]] == [60, 90]
    assert status["problems"] == ["a problem"]
    clock.now += 60
    answer = agent.answer({"op": "sign", "ss58": key().ss58, "message": ""})
    assert answer == {"ok": False, "problem": "that key is not unlocked"}
    assert not agent.done()
    assert agent.seconds_left() == 30
    clock.now += 30
    assert agent.done()


def test_unlocking_again_extends_the_time(agent: Agent, clock: ByHand) -> None:
    agent.answer(adding(seconds=60))
    clock.now += 50
    agent.answer(adding(seconds=60))
    clock.now += 50
    assert [held["seconds_left"] for held in agent.answer({"op": "status"})["keys"]] == [10]


def test_one_key_or_all_are_locked(agent: Agent) -> None:
    agent.answer(adding(1))
    agent.answer(adding(0))
    assert agent.answer({"op": "lock", "ss58": key().ss58})["locked"] == [key().ss58]
    assert agent.answer({"op": "lock", "ss58": key().ss58})["locked"] == []
    assert not agent.done()
    assert agent.answer({"op": "lock", "ss58": None})["locked"] == [key(0).ss58]
    assert agent.done()


def test_one_that_never_gets_a_key_ends(agent: Agent, clock: ByHand) -> None:
    assert not agent.done()
    clock.now += 31
    assert agent.done()


@pytest.mark.parametrize(
    "changed",
    [
        {"private_key": "0x00"},
        {"private_key": 7},
        {"private_key": "zz" * 64},
        {"crypto": 9},
        {"crypto": True},
        {"label": "x" * 201},
        {"label": None},
        {"seconds": 0},
        {"seconds": -1},
        {"seconds": protocol.MAX_SECONDS + 1},
        {"seconds": 1.5},
        {"seconds": True},
    ],
)
def test_a_wrong_key_is_refused_and_not_quoted(changed: dict[str, Any], agent: Agent) -> None:
    answer = agent.answer({**adding(), **changed})
    assert answer["ok"] is False
    assert str(SECRETS.private_key)[2:] not in answer["problem"]
    assert agent.answer({"op": "status"})["keys"] == []


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"op": None},
        {"op": "export"},
        {"op": ["sign"]},
        {"op": "sign"},
        {"op": "sign", "ss58": "5", "message": "00"},
        {"op": "sign", "ss58": key().ss58},
        {"op": "sign", "ss58": key().ss58, "message": "0"},
        {"op": "sign", "ss58": key().ss58, "message": 7},
        {"op": "sign", "ss58": key().ss58, "message": "00" * (protocol.MAX_MESSAGE_BYTES + 1)},
    ],
)
def test_a_wrong_request_is_refused(request_: dict[str, Any], agent: Agent) -> None:
    agent.answer(adding())
    assert agent.answer(request_)["ok"] is False


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = ("ss58", "message", "private_key", "crypto", "label", "seconds")


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["status", "add", "sign", "lock", None]),
    st.dictionaries(st.sampled_from(FIELDS), JSON),
)
def test_whatever_it_is_asked_it_answers(operation: str | None, fields: dict[str, Any]) -> None:
    agent = Agent()
    agent.answer(adding())
    answer = agent.answer({"op": operation, **fields})
    assert isinstance(answer["ok"], bool)
    assert protocol.unpack(protocol.pack(answer)[4:]) == answer


def test_nothing_it_ever_answers_holds_a_secret(agent: Agent) -> None:
    answers = [agent.answer(adding()), agent.answer({"op": "status"})]
    answers.append(agent.answer({"op": "sign", "ss58": key().ss58, "message": "00"}))
    shown = repr((agent._held, answers))
    for secret in (SECRETS.private_key, SECRETS.seed, SECRETS.mnemonic):
        assert secret
        assert secret.removeprefix("0x") not in shown
    assert SECRETS.mnemonic == MNEMONIC


def test_it_holds_a_bounded_number_of_keys(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "MAX_KEYS", 1)
    assert agent.answer(adding(1))["ok"]
    assert not agent.answer(adding(0))["ok"]
    assert agent.answer(adding(1))["ok"]


def test_frames_are_bounded_and_garbage_is_none() -> None:
    framed = protocol.pack({"op": "status"})
    assert protocol.length(framed[:4]) == len(framed) - 4
    assert protocol.unpack(framed[4:]) == {"op": "status"}
    for head in (b"\0\0\0\0", b"\xff\xff\xff\xff"):
        with pytest.raises(protocol.ProtocolError):
            protocol.length(head)
    chance = random.Random(7)
    garbage = [b"", b"[]", b"1", b"[" * 100_000, *(chance.randbytes(n) for n in range(1, 200))]
    for body in garbage:
        with pytest.raises(protocol.ProtocolError) as caught:
            protocol.unpack(body)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None
    with pytest.raises(protocol.ProtocolError):
        protocol.pack({"x": "y" * protocol.MAX_FRAME_BYTES})


def test_where_it_listens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TAOCTL_HOME", raising=False)
    runtime = Path(tempfile.mkdtemp(dir="/tmp"))
    environ = {"XDG_RUNTIME_DIR": str(runtime)}
    assert protocol.socket_path(environ) == runtime / "taoctl" / "agent.sock"
    with monkeypatch.context() as other:
        other.setattr(os, "geteuid", lambda: runtime.stat().st_uid + 1)
        assert runtime not in protocol.socket_path(environ).parents
    monkeypatch.setattr(protocol, "_RUNTIME", tmp_path)
    (tmp_path / str(os.geteuid())).mkdir()
    unnamed = tmp_path / str(os.geteuid()) / "taoctl" / "agent.sock"
    assert protocol.socket_path({}) == unnamed or len(str(unnamed)) > 100
    assert len(protocol.socket_paths({})) == 2
    (tmp_path / str(os.geteuid())).rmdir()
    assert len(protocol.socket_paths({})) == 1
    runtime.rmdir()
    assert runtime not in protocol.socket_path(environ).parents
    monkeypatch.setenv("TAOCTL_HOME", "/h")
    home = {"XDG_RUNTIME_DIR": "/tmp", "TAOCTL_HOME": "/h"}
    assert protocol.socket_path(home) == Path("/h/state/run/agent.sock")
    long = "/" + "x" * 120
    monkeypatch.setenv("TAOCTL_HOME", long)
    fallback = protocol.socket_path({"TAOCTL_HOME": long})
    assert fallback.parent.parent == Path("/tmp")
    assert len(str(fallback)) < 100


def test_an_unsafe_folder_is_told_apart(tmp_path: Path) -> None:
    safe = tmp_path / "safe"
    safe.mkdir(mode=0o700)
    assert protocol.folder_problem(safe) is None
    loose = tmp_path / "loose"
    loose.mkdir()
    loose.chmod(0o755)
    assert "open to others" in str(protocol.folder_problem(loose))
    link = tmp_path / "link"
    link.symlink_to(safe)
    assert "not a folder" in str(protocol.folder_problem(link))
    assert "cannot be used" in str(protocol.folder_problem(tmp_path / "none"))


def test_the_kernel_tells_who_is_at_the_other_end() -> None:
    here, there = socket.socketpair()
    with here, there:
        assert protocol.peer_uid(here) == os.geteuid()


def test_a_session_of_logind_is_over_when_logind_says_so(tmp_path: Path) -> None:
    session = tmp_path / "c3"
    session.write_text("UID=7\nSTATE=active\n")
    login = this_login({"XDG_SESSION_ID": "c3"}, tmp_path)
    assert login == Login(session=str(session))
    assert not login.over()
    session.write_text("UID=7\nSTATE=closing\n")
    assert login.over()
    assert this_login({"XDG_SESSION_ID": "c3"}, tmp_path).session is None
    session.unlink()
    assert login.over()
    assert this_login({"XDG_SESSION_ID": "../c3"}, tmp_path).session is None


def test_a_leader_that_ended_ends_the_login() -> None:
    leader = subprocess.Popen(["sleep", "60"])
    try:
        login = Login(leader=leader.pid, leader_started=logout._started(leader.pid))
        assert login.leader_started is not None
        assert not login.over()
        assert Login(leader=leader.pid, leader_started=1.0).over()
    finally:
        leader.kill()
    # A zombie is no leader either.
    for _ in range(1200):
        if login.over():
            break
        time.sleep(0.05)
    assert login.over()
    leader.wait()
    assert login.over()
    assert not Login().over()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel keeps the time")
def test_setting_the_clock_does_not_end_the_login(monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    started = logout._started(os.getppid())
    assert started is not None
    boot = psutil._pslinux.boot_time()
    monkeypatch.setattr(psutil._pslinux, "boot_time", lambda: boot + 3600)
    assert not Login(leader=os.getppid(), leader_started=started).over()


def test_memory_is_closed_where_the_system_allows_it() -> None:
    code = (
        "import ctypes, resource\n"
        "from taoctl.wallet.memory import harden\n"
        "problems = harden()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))\n"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))\n"
        "print([p for p in problems if 'swap' not in p])\n"
        "x = [bytes(1_000_000) for _ in range(50)]\n"
    )
    if sys.platform != "linux":
        pytest.skip("PR_GET_DUMPABLE is of Linux")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["(0, 0)", "0", "[]"], done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="PR_GET_DUMPABLE is of Linux")
@pytest.mark.parametrize("secret", ["new_mnemonic()", "Key.from_seed('0x' + '11' * 32)"])
def test_a_process_closes_its_memory_before_it_has_a_secret(secret: str) -> None:
    code = (
        "import ctypes, resource\n"
        "from taoctl.wallet.keys import Key, new_mnemonic\n"
        f"{secret}\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout == "(0, 0) 0\n", done.stderr

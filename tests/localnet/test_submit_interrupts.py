"""Ctrl-C that comes twice, as through wrappers that pass on what the terminal sent already."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sending import BOB, a_chain, with_chain

from taoctl.cli import interrupts
from taoctl.journal.record import State
from taoctl.journal.store import Journal
from taoctl.submit.settle import resume_all

GAPS_S = (0.0, 0.001, 0.01, 0.03)
PROGRAM = """
from taoctl.cli import interrupts
from taoctl.cli.main import run
interrupts.ONE_PRESS_S = 60.0
run()
"""
"""The program, to which also presses that a busy machine sends seconds apart are one."""


def test_two_presses_at_once_say_what_one_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    with a_chain(block_time=60) as chain:
        words = [sys.executable, "-c", PROGRAM, "wallet", "transfer", BOB.ss58]
        end = ["--wallet", "//Alice", "-n", chain.url, "-y", "--again", "-o", "json"]
        for number, gap_s in enumerate(GAPS_S, start=1):
            child = subprocess.Popen(
                [*words, f"{number}rao", *end],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            assert child.stderr is not None
            while "took it" not in (line := child.stderr.readline()):
                assert line, "it ended before it sent anything"
            for _ in range(2):
                if child.poll() is None:
                    child.send_signal(signal.SIGINT)
                time.sleep(gap_s)
            out, err = child.communicate(timeout=120)
            assert (child.returncode, out) == (7, ""), err
            error = json.loads(err.splitlines()[-1])["error"]
            assert error["details"]["transaction"]["id"] == number
            assert "Warning" not in err and "Traceback" not in err
        chain.make_blocks(4)
        records = with_chain(chain.url, resume_all)
        assert [record.state for record in records] == [State.FINALIZED] * len(GAPS_S)
        assert len(Journal().list()) == len(GAPS_S)


def test_a_press_ends_what_has_nothing_to_say_and_a_late_one_what_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def presses(*, deaf: bool) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            if not deaf:
                raise
            await asyncio.sleep(0.05)
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(10)

    before = _heard_at_once()
    monkeypatch.setattr(interrupts, "ONE_PRESS_S", 0.01)
    for deaf in (False, True):
        with pytest.raises(KeyboardInterrupt):
            interrupts.run(presses(deaf=deaf))
        with pytest.raises(KeyboardInterrupt):
            _press_until_heard()
        assert signal.getsignal(signal.SIGINT) is before


def test_a_second_press_does_not_keep_what_the_first_ended_from_being_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def pressed() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(60)

    before = _heard_at_once()
    monkeypatch.setattr(interrupts, "ONE_PRESS_S", 60.0)
    with pytest.raises(KeyboardInterrupt):
        interrupts.run(pressed())
    for _ in range(3):
        signal.raise_signal(signal.SIGINT)
    monkeypatch.setattr(interrupts, "ONE_PRESS_S", 0.0)
    with pytest.raises(KeyboardInterrupt):
        _press_until_heard()
    assert signal.getsignal(signal.SIGINT) is before


def _heard_at_once() -> Any:
    """The handler that hears every press; work that was interrupted before left another."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return signal.default_int_handler


def _press_until_heard() -> None:
    while True:
        time.sleep(0.001)
        signal.raise_signal(signal.SIGINT)

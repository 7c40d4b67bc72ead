"""`taoctl neuron watch`: it says what goes wrong with a neuron of mine in the block it does."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from chain_thread import ThreadChain
from nodes import signed
from registration_chain import ALICE, FULL, SEATED, hotkey, registration_chain, seated
from settings_chain import put

from taoctl.calls.base import ChainCall, call_bytes
from taoctl.chain.client import connect
from taoctl.cli.dispatch import dispatch
from taoctl.cli.schemas import every
from taoctl.localnet.dev import DevNode

TAOCTL = Path(sys.executable).with_name("taoctl")
NEWCOMER = hotkey("newcomer")
PATIENT_S = 120.0


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadChain]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    with registration_chain() as chain:
        yield chain


def store(net: ThreadChain, item: str, value: Any, *more: int) -> None:
    """Store a value of the full subnet, and make a block."""

    async def run() -> None:
        async with connect(net.url, timeout=30) as chain:
            await put(chain, item, (FULL, *more), value)

    asyncio.run(run())


def line_up(net: ThreadChain, uid: int) -> None:
    """Let a UID be the one that the next registration takes, and five others come after it."""
    emission = [0 if one == uid else 5 if one in (1, 2, 4, 5, 7) else 90 for one in range(SEATED)]
    store(net, "Emission", emission)


def replace(net: ThreadChain) -> int:
    """Bob registers a hotkey; returns the block in which that is done."""
    call = ChainCall("SubtensorModule", "burned_register", {"netuid": FULL, "hotkey": NEWCOMER})

    async def work(node: DevNode) -> int:
        before = node.best_number
        node.submit(signed(node, call_bytes(node.runtime.codec, call), "//Bob"))
        while node.best_number == before:
            await asyncio.sleep(0.01)
        return node.best_number

    return int(net.do(work))


class Watching:
    """The command as a process of its own, and what it has written so far."""

    def __init__(self, *words: str) -> None:
        self._process = subprocess.Popen(
            [TAOCTL, "neuron", "watch", *words],
            env=dict(os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.out: queue.Queue[str] = queue.Queue()
        self.err: queue.Queue[str] = queue.Queue()
        self._pumps = [
            threading.Thread(target=self._pump, args=(stream, lines), daemon=True)
            for stream, lines in (
                (self._process.stdout, self.out),
                (self._process.stderr, self.err),
            )
        ]
        for pump in self._pumps:
            pump.start()

    @staticmethod
    def _pump(stream: Any, lines: queue.Queue[str]) -> None:
        for line in stream:
            lines.put(line.rstrip("\n"))

    def heard(self, words: str) -> str:
        """Wait for a line on stderr."""
        while words not in (line := self.err.get(timeout=PATIENT_S)):
            pass
        return line

    def finish(self) -> None:
        """Wait until all that an ended process has written is there."""
        for pump in self._pumps:
            pump.join(PATIENT_S)

    def press_ctrl_c(self) -> None:
        """Interrupt it as a terminal does."""
        self._process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """The exit code; ends it when it goes on."""
        try:
            return self._process.wait(PATIENT_S)
        finally:
            self._process.kill()


def test_ctrl_c_ends_it_without_an_error(net: ThreadChain) -> None:
    watching = Watching(ALICE, "-n", net.url, "--timeout", "30")
    watching.heard("Ctrl-C ends")
    watching.press_ctrl_c()
    assert watching.end() == 130
    watching.finish()
    assert not [line for line in watching.err.queue if "error" in line or "interrupted" in line]


def test_it_tells_of_each_alarm_in_the_block_it_begins_and_then_not_again(
    net: ThreadChain,
) -> None:
    store(net, "Emission", [90] * SEATED)
    store(net, "BlockAtRegistration", 1, 3)
    watching = Watching(ALICE, "-n", net.url, "--timeout", "30", "--blocks", "6")
    assert "watching" in watching.heard("neurons, Ctrl-C ends")
    schema = every()["taoctl.neuron.watch.1.json"]
    seen: list[dict[str, Any]] = []

    def until(alarm: str, uid: int) -> dict[str, Any]:
        while True:
            whole = json.loads(watching.out.get(timeout=PATIENT_S))
            jsonschema.validate(whole["data"], schema["properties"]["data"]["items"])
            row = whole["data"]
            assert whole["block"] == row["block"]
            seen.append(row)
            if (row["alarm"], row["netuid"], row["uid"]) == (alarm, FULL, uid):
                return dict(row)

    line_up(net, 3)
    near = until("pruning", 3)
    assert near["hotkey"] == seated(FULL, 3) and near["what"].startswith("number 1 to be")
    block = replace(net)
    lost = until("lost", 3)
    assert (lost["block"], lost["successor"]) == (block, NEWCOMER)
    assert lost["what"].startswith(f"lost uid 3 in block {block} to")

    async def more(node: DevNode) -> None:
        await node.sealer.new_blocks(8)

    net.do(more)
    assert watching.end() == 0
    watching.finish()
    seen += [json.loads(line)["data"] for line in list(watching.out.queue)]
    told = [(row["alarm"], row["netuid"], row["hotkey"]) for row in seen]
    assert len(told) == len(set(told))


def test_one_look_is_an_answer_with_an_end(
    net: ThreadChain, capsys: pytest.CaptureFixture[str]
) -> None:
    net.make_blocks(4)
    store(net, "ValidatorPermit", [uid == 3 for uid in range(SEATED)])
    store(net, "LastUpdate", [1] * SEATED)
    store(net, "LastEpochBlock", 1_000)
    store(net, "Tempo", 2)
    line_up(net, 6)
    words = ["neuron", "watch", ALICE, "-n", net.url, "--timeout", "30"]
    assert dispatch([*words, "--blocks", "1", "-o", "json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    jsonschema.validate(whole, every()["taoctl.neuron.watch.1.json"])
    rows = {(row["alarm"], row["uid"]): row for row in whole["data"] if row["netuid"] == FULL}
    assert rows["pruning", 6]["what"] == "number 1 to be replaced"
    halves = whole["block"] - 1
    said = f"weights are {halves // 2}.{halves % 2 * 5} tempos old"
    assert rows["weights", 3]["what"] == said
    assert ("weights", 6) not in rows
    for form, code in (("json", 2), ("csv", 2)):
        assert dispatch([*words, "-o", form]) == code
        assert "a watch has no end" in capsys.readouterr().err
    assert dispatch([*words, "--at-block", "1"]) == 2

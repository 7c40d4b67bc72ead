"""Start-up: `--version` and `subnet list` beside btcli 11.3, interleaved in the same run."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.chain import TAOCTL, running_chain

PEER = "bittensor==11.3.0"
PEER_VENV = Path(__file__).with_name(".peer")
ROUNDS = 7


@dataclass(frozen=True)
class Cost:
    """Wall-clock and CPU seconds of one process."""

    wall: float
    cpu: float


def main() -> None:
    btcli = _peer()
    with running_chain("demo", "--block-time", "2") as chain:
        env = chain.env
        network = ["--network", chain.endpoint]
        _compare("--version", [TAOCTL, "--version"], [btcli, "--version"], env)
        _compare(
            "subnet list",
            [TAOCTL, "subnet", "list", *network, "-o", "json"],
            [btcli, "--json", "subnets", "list", *network],
            env,
        )


def _peer() -> str:
    """Path of btcli 11.3: $BTCLI, or one installed beside this file."""
    given = os.environ.get("BTCLI")
    if given:
        return given
    if not (PEER_VENV / "bin" / "btcli").exists():
        subprocess.run([sys.executable, "-m", "venv", PEER_VENV], check=True)
        subprocess.run([PEER_VENV / "bin" / "pip", "install", "--quiet", PEER], check=True)
    return str(PEER_VENV / "bin" / "btcli")


def _compare(what: str, ours: list[str], theirs: list[str], env: dict[str, str]) -> None:
    for command in (ours, theirs):
        _run(command, env)
    pairs = [(_run(ours, env), _run(theirs, env)) for _ in range(ROUNDS)]
    for measure in ("wall", "cpu"):
        mine = statistics.median(getattr(a, measure) for a, _ in pairs)
        peer = statistics.median(getattr(b, measure) for _, b in pairs)
        print(
            f"{what:12} {measure:4}  taoctl {mine * 1000:7.0f} ms   "
            f"btcli 11.3 {peer * 1000:7.0f} ms   {peer / mine:5.1f}x"
        )


def _run(command: list[str], env: dict[str, str]) -> Cost:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended {done.returncode}: {done.stderr[-400:]}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, spent)

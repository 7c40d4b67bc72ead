"""Whatever happens on the way, the journal ends up saying what the chain says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from chain_thread import ThreadChain
from fault_proxy import Spoil
from submit_runs import Runs, Trouble


def _check(runs: Runs) -> None:
    records = runs.settle()
    runs.compare(records)
    sys.stdout.write(f"{dict(sorted(runs.happened.items()))}\n")
    assert runs.problems == []
    assert records


def _run(
    monkeypatch: pytest.MonkeyPatch, home: Path, troubles: list[Trouble], workers: int, seed: int
) -> Runs:
    monkeypatch.setenv("TAOCTL_HOME", str(home))
    with ThreadChain(home / "chain", block_time=0.15, finality_lag=3, keys=len(troubles)) as chain:
        runs = Runs(chain, seed)
        runs.go(troubles, workers)
        _check(runs)
    return runs


def test_the_journal_says_what_the_chain_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    others = [trouble for trouble in Trouble if trouble is not Trouble.PROXY]
    troubles = [Trouble.PROXY] * len(Spoil) + others + [Trouble.REORG, Trouble.TWO]
    runs = _run(monkeypatch, tmp_path, troubles, workers=4, seed=1)
    assert runs.happened["-> finalized"] >= 8
    assert runs.happened["-> expired"] >= 1


@pytest.mark.soak
def test_five_hundred_submissions_under_faults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    others = [trouble for trouble in Trouble if trouble is not Trouble.PROXY]
    troubles = [
        Trouble.PROXY if n % 5 < 3 else others[(n // 5 * 2 + n % 5 - 3) % len(others)]
        for n in range(500)
    ]
    _run(monkeypatch, tmp_path, troubles, workers=6, seed=2)

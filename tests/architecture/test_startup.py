"""What starting up costs: the heavy libraries stay unloaded until a command needs them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"textual", "keyring", "pynvml", "substrateinterface", "scalecodec", "httpx", "numpy"}

PROBE = """
import json, sys
sys.argv = ["taoctl", *{argv!r}]
from taoctl.cli.main import run
try:
    run()
except SystemExit as end:
    code = end.code or 0
else:
    code = 0
print(json.dumps([code, sorted({{name.split(".")[0] for name in sys.modules}})]))
"""


def _loaded_by(*argv: str) -> tuple[int, set[str]]:
    probe = subprocess.run(
        [sys.executable, "-c", PROBE.format(argv=list(argv))],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    code, names = json.loads(probe.stdout.splitlines()[-1])
    return int(code), set(names)


@pytest.mark.parametrize("argv", [("--version",), ("--help",), ("subnet", "--help")])
def test_start_up_loads_no_heavy_library(argv: tuple[str, ...]) -> None:
    code, names = _loaded_by(*argv)
    assert code == 0
    assert names & HEAVY == set()


@pytest.mark.parametrize("argv", [("--help",), ("demo", "--help"), ("wallet", "--help")])
def test_help_loads_no_client(argv: tuple[str, ...]) -> None:
    _, names = _loaded_by(*argv)
    assert names & {"asyncio", "websockets", "bittensor_core", "sqlite3"} == set()


def test_version_loads_no_terminal_library() -> None:
    _, names = _loaded_by("--version")
    assert names & {"rich", "websockets", "asyncio", "bittensor_core"} == set()

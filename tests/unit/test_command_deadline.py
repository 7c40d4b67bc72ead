"""One deadline holds for all that a command does: connecting, finding its block, reading."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from scripted_node import Peer
from state_node import state_node
from steady_loop import run

from taoctl.chain.view import View
from taoctl.cli import context, options
from taoctl.errors import DeadlineError

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"


def test_slow_connecting_leaves_less_time_for_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))

    async def slow_name(peer: Peer, params: list[Any]) -> Any:
        await asyncio.sleep(1.2)
        return "slow"

    async def silent(peer: Peer, params: list[Any]) -> Any:
        await asyncio.sleep(30)

    async def read(view: View) -> Any:
        return await view.value("System", "Account", ALICE)

    async def main() -> None:
        async with state_node() as node:
            node.answers["system_chain"] = slow_name
            node.answers["state_getStorage"] = silent
            options.reset()
            options.current().network = node.url
            options.current().timeout = 2.0
            started = time.monotonic()
            with pytest.raises(DeadlineError, match="within 2 s"):
                await context._run(read)
            assert 1.8 < time.monotonic() - started < 2.9

    run(main())

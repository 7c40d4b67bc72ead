"""Hotkeys that a chain knows, and accounts that stake through them, for tests of stake."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

from transaction_net import Localnet

from taoctl.chain.client import Chain
from taoctl.cli.dispatch import dispatch


def two_hotkeys(endpoint: str) -> tuple[str, str]:
    """Two hotkeys that are registered on subnet 1."""

    async def work(chain: Chain) -> Any:
        return await (await chain.at_head()).map("SubtensorModule", "Keys", 1)

    found = Localnet(endpoint, lambda: None).do(work)
    return found[0], found[1]


def stake(endpoint: str, who: str, hotkeys: Sequence[str]) -> None:
    """Stake 20 TAO of a development account through each hotkey on subnets 1 and 2."""
    named = [word for one in hotkeys for word in ("--hotkey", one)]
    words = ["stake", "add", "20tao", "--netuid", "1,2", *named, "--wallet", who, "--yes"]
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        assert dispatch([*words, "-n", endpoint, "--timeout", "30"]) == 0

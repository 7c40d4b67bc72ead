"""Swapping coldkeys with foreign wallets' own programs, unmodified, on a running localnet."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from foreign_cli import Btcli, peer, write_wallet
from running import localnet
from settings_chain import put

from taoctl.chain.client import connect
from taoctl.localnet.service import Running
from taoctl.reads.coldkey_swaps import ColdkeySwapRow, coldkey_swaps
from taoctl.scale.crypto import KeySigner

KEYS = {"bob": "//Bob", "dave": "//Dave", "fresh": "//Fresh/1", "new": "//Fresh/2"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("home")
    for name, uri in KEYS.items():
        write_wallet(made / ".bittensor" / "wallets", name, uri)
    return made


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A chain on which a swap may be carried out two blocks after it was announced."""
    home = tmp_path_factory.mktemp("chain")
    with (
        pytest.MonkeyPatch.context() as patch,
        localnet(patch, home, scenario="small", block_time=0.5) as running,
    ):

        async def shorten() -> None:
            async with connect(running.endpoint, timeout=20) as client:
                await put(client, "ColdkeySwapAnnouncementDelay", (), 2)

        asyncio.run(shorten())
        yield running


def swap_of(chain: Running, uri: str) -> tuple[ColdkeySwapRow, int]:
    """The swap of an account as we read it, and its free rao."""

    async def ask() -> tuple[ColdkeySwapRow, int]:
        async with connect(chain.endpoint, timeout=20) as client:
            view = await client.at_head()
            ss58 = KeySigner(uri).ss58
            known = {KeySigner(one).ss58: name for name, one in KEYS.items()}
            (row,) = await coldkey_swaps(view, [ss58], known)
            account: Any = await view.value("System", "Account", ss58)
            return row, int(account["data"]["free"])

    return asyncio.run(ask())


async def _pass(chain: Running, blocks: int) -> None:
    async with connect(chain.endpoint, timeout=20) as client:
        for _ in range(blocks):
            await client.call("dev_newBlock", [])


def test_btcli_announces_a_swap_and_carries_it_out(home: Path, chain: Running) -> None:
    btcli, new = Btcli(peer("TAOCTL_BTCLI11"), home, chain.endpoint), KeySigner("//Fresh/1").ss58
    to_new = ("--new-coldkey", new, "-w", "bob", "--no-mev-shield")
    btcli.send("wallet", "announce-coldkey-swap", *to_new)
    row, before = swap_of(chain, "//Bob")
    assert (row.new_coldkey, row.disputed_block) == (new, None)
    assert str(row.new_coldkey_hash) in json.dumps(btcli.json("wallet", "swap-check", "-w", "bob"))
    asyncio.run(_pass(chain, 3))
    btcli.send("wallet", "swap-coldkey", *to_new)
    row, left = swap_of(chain, "//Bob")
    assert (row.state, left) == ("none", 0)
    assert 0 < before - swap_of(chain, "//Fresh/1")[1] < 10**7


def test_bittensor_cli_announces_a_swap_checks_it_and_carries_it_out(
    home: Path, chain: Running
) -> None:
    btcli, new = Btcli(peer("TAOCTL_BTCLI9"), home, chain.endpoint), KeySigner("//Fresh/2").ss58
    path = str(home / ".bittensor" / "wallets")
    keys = ("--wallet-name", "dave", "--wallet-path", path, "--no-prompt")
    swap, plain = ("wallet", "swap-coldkey"), "--no-mev-protection"
    btcli.run(*swap, "announce", "--new-coldkey", new, *keys, plain)
    row, before = swap_of(chain, "//Dave")
    assert row.new_coldkey == new
    said = btcli.run(*swap, "check", *keys)
    assert row.new_coldkey_hash is not None and row.new_coldkey_hash[2:12] in said
    asyncio.run(_pass(chain, 3))
    btcli.run(*swap, "execute", "--new-coldkey", new, *keys, plain)
    row, left = swap_of(chain, "//Dave")
    assert (row.state, left) == ("none", 0)
    assert 0 < before - swap_of(chain, "//Fresh/2")[1] < 10**7

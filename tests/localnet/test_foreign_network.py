"""Creating and starting subnets with a foreign wallet's own program, unmodified, on a localnet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bittensor_core
import pytest
from foreign_cli import Btcli, peer, write_key, write_wallet
from running import localnet

from taoctl.chain.client import connect
from taoctl.localnet.service import Running
from taoctl.scale.crypto import KeySigner

BOB = KeySigner("//Bob").ss58
HOTKEY = KeySigner("//Bob//founder").ss58


@pytest.fixture
def btcli(tmp_path: Path, chain: Running) -> Btcli:
    program = peer("TAOCTL_BTCLI11")
    wallets = tmp_path / ".bittensor" / "wallets"
    write_wallet(wallets, "bob", "//Bob")
    key = bittensor_core.Keypair.create_from_uri("//Bob//founder")
    write_key(wallets / "bob" / "hotkeys" / "founder", key)
    return Btcli(program, tmp_path, chain.endpoint)


@pytest.fixture
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    peer("TAOCTL_BTCLI11")
    home = tmp_path_factory.mktemp("chain")
    with (
        pytest.MonkeyPatch.context() as patch,
        localnet(patch, home, scenario="small", block_time=0.5) as running,
    ):
        yield running


def stored(chain: Running, item: str, netuid: int) -> Any:
    """A value of the subnet pallet."""

    async def ask() -> Any:
        async with connect(chain.endpoint, timeout=20) as client:
            return await (await client.at_head()).value("SubtensorModule", item, netuid)

    return asyncio.run(ask())


def test_btcli_creates_and_starts_a_subnet(btcli: Btcli, chain: Running) -> None:
    before = btcli.json("subnets", "create-cost")["tao"]
    assert before == 1_000
    free = btcli.free("bob")
    btcli.send("subnets", "create", "-w", "bob", "--wallet-hotkey", "founder")
    netuid = next(n for n in range(1, 20) if stored(chain, "SubnetOwner", n) == BOB)
    assert stored(chain, "SubnetOwnerHotkey", netuid) == HOTKEY
    assert 1_000 <= free - btcli.free("bob") < 1_000.1
    assert 1_990 < btcli.json("subnets", "create-cost")["tao"] <= 2_000
    assert not stored(chain, "SubtokenEnabled", netuid)
    btcli.send("hparams", "start", "--netuid", str(netuid), "-w", "bob")
    assert stored(chain, "SubtokenEnabled", netuid)
    # Another one within the rate limit is kept out.
    btcli.run("subnets", "create", "-w", "bob", "--json", "--yes", code=1)

"""Registering with foreign wallets' own programs, unmodified, on a running localnet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import bittensor_core
import pytest
from foreign_cli import Btcli, peer, write_key, write_wallet
from running import localnet

from taoctl.chain.client import connect
from taoctl.localnet.service import Running
from taoctl.scale.crypto import KeySigner

BOB = KeySigner("//Bob").ss58
HOTKEYS = {name: KeySigner(f"//Bob//{name}").ss58 for name in ("rooted", "miner")}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a plain wallet of Bob's and two hotkeys."""
    made = tmp_path_factory.mktemp("home")
    wallets = made / ".bittensor" / "wallets"
    write_wallet(wallets, "bob", "//Bob")
    for name in HOTKEYS:
        key = bittensor_core.Keypair.create_from_uri(f"//Bob//{name}")
        write_key(wallets / "bob" / "hotkeys" / name, key)
    return made


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("chain")
    with (
        pytest.MonkeyPatch.context() as patch,
        localnet(patch, home, scenario="small", block_time=0.5) as running,
    ):
        yield running


def seat(chain: Running, netuid: int, hotkey: str) -> tuple[int | None, str]:
    """The UID that the chain has of a hotkey, and its owner."""

    async def ask() -> tuple[int | None, str]:
        async with connect(chain.endpoint, timeout=20) as client:
            view = await client.at_head()
            uid = await view.value("SubtensorModule", "Uids", netuid, hotkey)
            return uid, await view.value("SubtensorModule", "Owner", hotkey)

    return asyncio.run(ask())


def test_btcli_takes_a_seat_on_root(home: Path, chain: Running) -> None:
    btcli = Btcli(peer("TAOCTL_BTCLI11"), home, chain.endpoint)
    sent = btcli.send(
        *("subnets", "register", "--netuid", "0", "-w", "bob", "--hotkey", "bob/rooted")
    )
    assert sent["fee_tao"] < 0.01
    uid, owner = seat(chain, 0, HOTKEYS["rooted"])
    assert uid is not None
    assert owner == BOB


def test_bittensor_cli_registers_on_a_subnet(home: Path, chain: Running) -> None:
    btcli = Btcli(peer("TAOCTL_BTCLI9"), home, chain.endpoint)
    path = str(home / ".bittensor" / "wallets")
    keys = ("--wallet-name", "bob", "--wallet-path", path, "--hotkey", "miner", "--no-prompt")
    said = btcli.run("subnets", "register", "--netuid", "1", *keys)
    uid, owner = seat(chain, 1, HOTKEYS["miner"])
    assert f"with UID {uid}" in said
    assert owner == BOB

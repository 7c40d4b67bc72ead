"""Associating and swapping hotkeys with foreign wallets' own programs, unmodified."""

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

PEOPLE = ("Bob", "Charlie")
HOTKEYS = ("old", "new")


def key(person: str, name: str) -> str:
    """The address of a hotkey in a person's wallet."""
    return KeySigner(f"//{person}//{name}").ss58


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with plain wallets, each with two hotkeys."""
    made = tmp_path_factory.mktemp("home")
    wallets = made / ".bittensor" / "wallets"
    for person in PEOPLE:
        write_wallet(wallets, person.lower(), f"//{person}")
        for name in HOTKEYS:
            pair = bittensor_core.Keypair.create_from_uri(f"//{person}//{name}")
            write_key(wallets / person.lower() / "hotkeys" / name, pair)
    return made


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("chain")
    with (
        pytest.MonkeyPatch.context() as patch,
        localnet(patch, home, scenario="small", block_time=0.5) as running,
    ):
        yield running


def owner(chain: Running, hotkey: str) -> str | None:
    """Who owns a hotkey; None where the chain does not know it."""

    async def ask() -> str | None:
        async with connect(chain.endpoint, timeout=20) as client:
            owners = await (await client.at_head()).map("SubtensorModule", "Owner")
            return owners.get(hotkey)

    return asyncio.run(ask())


def test_btcli_associates_a_hotkey_and_swaps_it(home: Path, chain: Running) -> None:
    btcli = Btcli(peer("TAOCTL_BTCLI11"), home, chain.endpoint)
    bob = KeySigner("//Bob").ss58
    btcli.send("wallet", "associate-hotkey", "-w", "bob", "--wallet-hotkey", "old")
    assert owner(chain, key("Bob", "old")) == bob
    swap = ("wallet", "swap-hotkey", "-w", "bob", "--wallet-hotkey", "old")
    btcli.send(*swap, "--new-hotkey", key("Bob", "new"))
    assert owner(chain, key("Bob", "old")) is None
    assert owner(chain, key("Bob", "new")) == bob


def test_bittensor_cli_swaps_a_hotkey_with_a_seat(home: Path, chain: Running) -> None:
    btcli = Btcli(peer("TAOCTL_BTCLI9"), home, chain.endpoint)
    path = str(home / ".bittensor" / "wallets")
    keys = ("--wallet-name", "charlie", "--wallet-path", path, "--hotkey", "old", "--no-prompt")
    btcli.run("subnets", "register", "--netuid", "1", *keys)
    charlie = KeySigner("//Charlie").ss58
    assert owner(chain, key("Charlie", "old")) == charlie
    btcli.run("wallet", "swap-hotkey", "new", *keys, "--all-netuids")
    assert owner(chain, key("Charlie", "old")) is None
    assert owner(chain, key("Charlie", "new")) == charlie

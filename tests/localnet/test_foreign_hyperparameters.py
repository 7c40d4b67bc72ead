"""Hyperparameters, symbols and identities with foreign wallets' own programs, unmodified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chain_thread import ThreadChain
from foreign_cli import Btcli, peer, write_wallet
from settings_chain import caught_up, on, settings_chain, stored

from taoctl.chain.client import Chain


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a plain wallet of Bob's, who owns all subnets."""
    made = tmp_path_factory.mktemp("home")
    write_wallet(made / ".bittensor" / "wallets", "bob", "//Bob")
    return made


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


def value(net: ThreadChain, item: str, *keys: Any) -> Any:
    async def work(chain: Chain) -> Any:
        return await stored(await caught_up(chain), item, *keys)

    return on(net.url, work)


def test_btcli_reads_and_sets_hyperparameters(home: Path, net: ThreadChain) -> None:
    btcli = Btcli(peer("TAOCTL_BTCLI11"), home, net.url)
    btcli.send("hparams", "set", "--netuid", "1", "--name", "rho", "--value", "12", "-w", "bob")
    assert value(net, "Rho", 1) == 12
    words = ("--name", "min_burn", "--value", "0.25", "-w", "bob")
    btcli.send("hparams", "set", "--netuid", "1", *words)
    assert value(net, "MinBurn", 1) == 250_000_000
    shown = btcli.run("hparams", "get", "--netuid", "1", "--json")
    assert "min_burn" in shown and "immunity_period" in shown


def test_btcli_names_a_subnet(home: Path, net: ThreadChain) -> None:
    btcli = Btcli(peer("TAOCTL_BTCLI11"), home, net.url)
    btcli.send("hparams", "set-symbol", "--netuid", "2", "--symbol", "θ", "-w", "bob")
    assert value(net, "TokenSymbol", 2) == "θ"
    words = ("--name", "Rao", "--url", "https://rao.example", "-w", "bob")
    btcli.send("hparams", "set-identity", "--netuid", "2", *words)
    assert value(net, "SubnetIdentitiesV3", 2)["subnet_name"] == "Rao"


def test_bittensor_cli_reads_and_sets_hyperparameters(home: Path, net: ThreadChain) -> None:
    btcli = Btcli(peer("TAOCTL_BTCLI9"), home, net.url)
    path = str(home / ".bittensor" / "wallets")
    keys = ("--wallet-name", "bob", "--wallet-path", path, "--no-prompt")
    words = ("--netuid", "3", "--param", "serving_rate_limit", "--value", "25")
    btcli.run("sudo", "set", *words, *keys)
    assert value(net, "ServingRateLimit", 3) == 25
    assert "serving_rate_limit" in btcli.run("sudo", "get", "--netuid", "3")

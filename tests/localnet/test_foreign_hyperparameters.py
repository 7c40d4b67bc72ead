"""Hyperparameters, symbols and identities with foreign wallets' own programs, unmodified."""

from __future__ import annotations

import json
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
    """A home with plain wallets of Bob, who owns all subnets, and of Alice."""
    made = tmp_path_factory.mktemp("home")
    for name in ("Alice", "Bob"):
        write_wallet(made / ".bittensor" / "wallets", name.lower(), f"//{name}")
    return made


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


def value(net: ThreadChain, item: str, *keys: Any) -> Any:
    async def work(chain: Chain) -> Any:
        return await stored(await caught_up(chain), item, *keys)

    return on(net.url, work)


SET_BY_BTCLI: list[tuple[str, str, str, Any]] = [
    ("rho", "12", "Rho", 12),
    ("min_burn", "0.25", "MinBurn", 250_000_000),
    ("immunity_period", "7000", "ImmunityPeriod", 7_000),
    ("bonds_moving_avg", "950000", "BondsMovingAverage", 950_000),
    ("weights_version", "9", "WeightsVersionKey", 9),
    ("yuma3_enabled", "false", "Yuma3On", False),
    ("transfers_enabled", "false", "TransferToggle", False),
    ("owner_immune_neuron_limit", "3", "ImmuneOwnerUidsLimit", 3),
    ("burn_half_life", "720", "BurnHalfLife", 720),
    ("max_burn", "50.5", "MaxBurn", 50_500_000_000),
]
"""What btcli calls it, what it is given, and where the chain has what then; of each kind one."""


def test_btcli_sets_hyperparameters(home: Path, net: ThreadChain) -> None:
    btcli = Btcli(peer("TAOCTL_BTCLI11"), home, net.url)
    for name, text, item, after in SET_BY_BTCLI:
        assert value(net, item, 1) != after, name
        words = ("--netuid", "1", "--name", name, "--value", text, "-w", "bob")
        btcli.send("hparams", "set", *words)
        assert value(net, item, 1) == after, name
    told = btcli.json("hparams", "get", "--netuid", "1")
    assert (told["min_burn"], told["max_burn"]) == (250_000_000, 50_500_000_000)
    assert (told["yuma_version"], told["rho"]) == (2, 12)


def test_btcli_is_refused_what_the_chain_refuses(home: Path, net: ThreadChain) -> None:
    btcli = Btcli(peer("TAOCTL_BTCLI11"), home, net.url)
    """Too soon after a change, not the owner, and calls that owners make otherwise at spec 424."""
    before = value(net, "ImmunityPeriod", 4)
    words = ("hparams", "set", "--netuid", "4", "--name", "immunity_period", "--yes", "--json")
    btcli.send(*words[:6], "--value", "77", "-w", "bob")
    for who, text in (("bob", "78"), ("alice", "79")):
        btcli.run(*words, "--value", text, "-w", who, code=1)
    for name in ("tempo", "activity_cutoff_factor"):
        words = ("hparams", "set", "--netuid", "4", "--name", name, "--value", "20000")
        btcli.run(*words, "--yes", "--json", "-w", "bob", code=1)
    assert before != 77 == value(net, "ImmunityPeriod", 4)


def test_btcli_names_a_subnet(home: Path, net: ThreadChain) -> None:
    btcli = Btcli(peer("TAOCTL_BTCLI11"), home, net.url)
    btcli.send("hparams", "set-symbol", "--netuid", "2", "--symbol", "θ", "-w", "bob")
    assert value(net, "TokenSymbol", 2) == "θ"
    words = ("--name", "Rao", "--url", "https://rao.example", "-w", "bob")
    btcli.send("hparams", "set-identity", "--netuid", "2", *words)
    assert value(net, "SubnetIdentitiesV3", 2)["subnet_name"] == "Rao"
    told = btcli.json("hparams", "get-identity", "2")
    assert "https://rao.example" in str(told)


SET_BY_BITTENSOR_CLI: list[tuple[str, str, str, Any]] = [
    ("serving_rate_limit", "25", "ServingRateLimit", 25),
    ("immunity_period", "6000", "ImmunityPeriod", 6_000),
    ("min_allowed_weights", "3", "MinAllowedWeights", 3),
    ("commit_reveal_weights_enabled", "false", "CommitRevealWeightsEnabled", False),
    ("tempo", "40000", "Tempo", 40_000),
]


def test_bittensor_cli_reads_and_sets_hyperparameters(home: Path, net: ThreadChain) -> None:
    btcli = Btcli(peer("TAOCTL_BTCLI9"), home, net.url, columns=10**6)
    path = str(home / ".bittensor" / "wallets")
    keys = ("--wallet-name", "bob", "--wallet-path", path, "--no-prompt")
    for name, text, item, after in SET_BY_BITTENSOR_CLI:
        assert value(net, item, 3) != after, name
        words = ("--netuid", "3", "--param", name, "--value", text)
        sent = json.loads(btcli.run("sudo", "set", *words, *keys, "--json-output"), strict=False)
        assert sent["success"] is True, sent
        assert value(net, item, 3) == after, name
    said = json.loads(btcli.run("sudo", "get", "--netuid", "3", "--json-output"), strict=False)
    told = {one["hyperparameter"]: one["value"] for one in said}
    for name, _, _, after in SET_BY_BITTENSOR_CLI:
        assert told[name] == after, name

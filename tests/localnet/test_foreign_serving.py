"""Endpoints, identities and commitments with foreign wallets' own programs, unmodified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bittensor_core
import pytest
from chain_thread import ThreadChain
from foreign_cli import Btcli, peer, write_key, write_wallet
from settings_chain import ALICE, OWN, carried_out, caught_up, on, put, settings_chain

from taoctl.calls.commitment import SetCommitment
from taoctl.calls.identity import SetIdentity
from taoctl.calls.serving.axon import StopServing
from taoctl.chain.client import Chain
from taoctl.reads.axons import AxonRow, axons
from taoctl.reads.identities import IdentityRow, identities

URI = "//Hotkey/own"
NETUID = 1


@pytest.fixture(autouse=True)
def journal(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("journal")))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a wallet of Alice's, whose hotkey has a UID."""
    made = tmp_path_factory.mktemp("home")
    wallets = made / ".bittensor" / "wallets"
    write_wallet(wallets, "alice", "//Alice")
    key = bittensor_core.Keypair.create_from_uri(URI)
    assert key.ss58_address == OWN
    write_key(wallets / "alice" / "hotkeys" / "default", key)
    return made


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


@pytest.fixture
def btcli(home: Path, net: ThreadChain) -> Btcli:
    on(net.url, _free_to_change)
    return Btcli(peer("TAOCTL_BTCLI11"), home, net.url)


@pytest.fixture
def older(home: Path, net: ThreadChain) -> Btcli:
    on(net.url, _free_to_change)
    return Btcli(peer("TAOCTL_BTCLI9"), home, net.url)


async def _free_to_change(chain: Chain) -> None:
    await put(chain, "ServingRateLimit", (NETUID,), 0)


def mine(net: ThreadChain) -> AxonRow:
    async def read(chain: Chain) -> AxonRow:
        found = await axons(await caught_up(chain), [], [OWN])
        return next(row for row in found if row.netuid == NETUID)

    return on(net.url, read)


def said(net: ThreadChain) -> IdentityRow:
    async def read(chain: Chain) -> IdentityRow:
        (row,) = await identities(await caught_up(chain), [ALICE])
        return row

    return on(net.url, read)


def test_btcli_serves_with_a_certificate_and_prometheus_and_takes_the_axon_back(
    btcli: Btcli, net: ThreadChain
) -> None:
    who = ("--netuid", str(NETUID), "-w", "alice", "-H", "default")
    at = ("--ip", "93.184.216.34", "--port", "8091")
    btcli.send("misc", "axon", "set", *who, *at, "--tls", "--certificate", "0x07" + "ab" * 64)
    assert mine(net).axon == "93.184.216.34:8091"
    assert mine(net).certificate_key == "0x" + "ab" * 64
    assert mine(net).certificate_algorithm == 7
    btcli.send("tx", "serve-prometheus", *who, "--ip", "2606:2800:220:1::1946", "--port", "9090")
    assert mine(net).prometheus == "[2606:2800:220:1::1946]:9090"
    btcli.send("misc", "axon", "reset", *who)
    assert mine(net).axon is None
    assert mine(net).prometheus == "[2606:2800:220:1::1946]:9090"


def test_what_taoctl_takes_back_is_what_btcli_takes_back(btcli: Btcli, net: ThreadChain) -> None:
    who = ("--netuid", str(NETUID), "-w", "alice", "-H", "default")

    async def stored(chain: Chain) -> dict[str, Any]:
        found = await (await caught_up(chain)).value("SubtensorModule", "Axons", NETUID, OWN)
        return {name: value for name, value in found.items() if name != "block"}

    async def take_back(chain: Chain) -> None:
        plan, outcome = await carried_out(chain, StopServing(NETUID), URI)
        assert (plan.refusals, outcome.error) == ((), None)

    btcli.send("misc", "axon", "reset", *who)
    theirs = on(net.url, stored)
    btcli.send("misc", "axon", "set", *who, "--ip", "93.184.216.34", "--port", "1")
    on(net.url, take_back)
    assert on(net.url, stored) == theirs


def test_btcli_says_who_a_coldkey_is_and_reads_what_taoctl_says(
    btcli: Btcli, net: ThreadChain
) -> None:
    words = ("--name", "Rao ⛏", "--github-repo", "https://code.example")
    btcli.send("tx", "set-identity", *words, "-w", "alice")
    assert (said(net).name, said(net).github_repo) == ("Rao ⛏", "https://code.example")
    on(net.url, lambda chain: _say(chain, "url", "https://rao.example"))
    read = btcli.json("query", "identity", "--coldkey", ALICE)
    assert "https://rao.example" in str(read) and "https://code.example" in str(read)


async def _say(chain: Chain, field: str, text: str) -> None:
    _, outcome = await carried_out(chain, SetIdentity(((field, text),)))
    assert outcome.error is None


def test_btcli_reads_what_taoctl_publishes(btcli: Btcli, net: ThreadChain) -> None:
    async def publish(chain: Chain) -> None:
        _, outcome = await carried_out(chain, SetCommitment(NETUID, (b"model-7b",)), URI)
        assert outcome.error is None

    on(net.url, publish)
    one = btcli.json("query", "commitment", "--netuid", str(NETUID), "--hotkey", OWN)
    every = btcli.json("query", "commitments", "--netuid", str(NETUID))
    assert "model-7b" in str(one) and "model-7b" in str(every)


def test_the_older_btcli_serves_and_takes_back(older: Btcli, net: ThreadChain) -> None:
    who = ("--netuid", str(NETUID), "--wallet-name", "alice", "--hotkey", "default", "--no-prompt")
    older.run("axon", "set", *who, "--ip", "93.184.216.34", "--port", "8092")
    assert mine(net).axon == "93.184.216.34:8092"
    older.run("axon", "reset", *who)
    assert mine(net).axon is None


def test_the_older_btcli_says_who_a_coldkey_is(older: Btcli, net: ThreadChain) -> None:
    fields = {
        "--id-name": "older",
        "--web-url": "https://old.example",
        "--image-url": "https://old.example/i.png",
        "--discord": "old",
        "--description": "a miner",
        "--additional": "none",
        "--github": "https://github.com/old/old",
    }
    words = [part for pair in fields.items() for part in pair]
    older.run("wallet", "set-identity", *words, "--wallet-name", "alice", "--no-prompt")
    row = said(net)
    assert (row.name, row.url, row.discord) == ("older", "https://old.example", "old")

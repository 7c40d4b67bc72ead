"""Foreign wallets' own programs, unmodified, against a running localnet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import bittensor_core
import pytest
from foreign_cli import Btcli, peer, write_public, write_wallet
from nodes import ALICE, BOB
from running import localnet

from taoctl.localnet.genesis.accounts import dev_account, signer
from taoctl.localnet.genesis.keys import demo_coldkey, validator_label
from taoctl.localnet.scenarios import named
from taoctl.localnet.service import Running

CHARLIE, DAVE, EVE = (dev_account(name) for name in ("Charlie", "Dave", "Eve"))
SCENARIO = named("small")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a plain wallet for each dev account, and one that only watches a validator."""
    made = tmp_path_factory.mktemp("home")
    wallets = made / ".bittensor" / "wallets"
    for name in ("Alice", "Bob", "Charlie"):
        write_wallet(wallets, name.lower(), f"//{name}")
    watched = bittensor_core.Keypair(ss58_address=demo_coldkey(SCENARIO, "validator"))
    folder = wallets / "validator"
    write_public(folder / "coldkeypub.txt", watched.ss58_address, watched.public_key)
    hotkey = signer(validator_label(SCENARIO, 0))
    write_public(folder / "hotkeys" / "vali", hotkey.ss58, hotkey.public_key)
    return made


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("chain")
    with (
        pytest.MonkeyPatch.context() as patch,
        localnet(patch, home, scenario=SCENARIO.name, block_time=0.5) as running,
    ):
        yield running


@pytest.fixture
def btcli(home: Path, chain: Running) -> Btcli:
    return Btcli(peer("TAOCTL_BTCLI11"), home, chain.endpoint)


def test_balance_overview_and_registrations(btcli: Btcli) -> None:
    assert btcli.free(EVE) == 10_000
    validator = btcli.json("wallet", "balance", "-w", "validator")
    assert validator["coldkey"] == demo_coldkey(SCENARIO, "validator")
    assert validator["stake_positions"] > 0
    assert validator["beta_value_tao"] == 0
    (overview,) = btcli.json("wallet", "overview", "-w", "validator")
    assert overview["positions"] == validator["stake_positions"]
    assert overview["stake_value_tao"] > 0
    (registrations,) = btcli.json("wallet", "registrations", "-w", "validator")
    (hotkey,) = registrations["hotkeys"]
    assert hotkey["hotkey"] == signer(validator_label(SCENARIO, 0)).ss58
    assert {r["netuid"] for r in hotkey["registrations"]} >= {0, 1}
    text = btcli.run("wallet", "overview", "-w", "validator")
    assert "validator" in text


def test_a_dry_run_and_a_transfer(btcli: Btcli) -> None:
    transfer = ("wallet", "transfer", "-w", "alice", "--dest", DAVE, "--amount", "1.5")
    before, owned = btcli.free(DAVE), btcli.free("alice")
    dry = btcli.json(*transfer, "--dry-run")
    assert (dry["ok"], dry["violations"], dry["spend_tao"]) == (True, [], 1.5)
    assert btcli.free(DAVE) == before
    assert btcli.free("alice") == owned
    sent = btcli.send(*transfer)
    assert btcli.free(DAVE) == pytest.approx(before + 1.5)
    paid = owned - btcli.free("alice") - 1.5
    assert paid == pytest.approx(sent["fee_tao"], abs=2e-9)
    assert paid == pytest.approx(dry["fee_tao"], abs=2e-9)


def test_more_than_there_is_is_refused(btcli: Btcli) -> None:
    before = btcli.free(DAVE)
    too_much = ("wallet", "transfer", "-w", "alice", "--dest", DAVE, "--amount", "99999")
    btcli.run(*too_much, "--yes", "--json", code=1)
    assert btcli.free(DAVE) == before


def test_a_proxy_is_added_listed_used_and_removed(btcli: Btcli) -> None:
    of_alice = ("-w", "alice", "--delegate", BOB, "--proxy-type", "Transfer")
    btcli.send("proxy", "add", *of_alice)
    listed = btcli.json("proxy", "list", "-w", "alice")
    assert listed["proxies"] == [{"delegate": BOB, "proxy_type": "Transfer", "delay": 0}]
    assert listed["deposit"].endswith("0.093000000")
    before, owned = btcli.free(DAVE), btcli.free("alice")
    spend = ("wallet", "transfer", "-w", "bob", "--proxy-for", "alice", "--dest", DAVE)
    assert btcli.send(*spend, "--amount", "2")["data"] == {"proxy_for": ALICE}
    assert btcli.free(DAVE) == pytest.approx(before + 2)
    assert btcli.free("alice") == pytest.approx(owned - 2)
    btcli.send("proxy", "remove", *of_alice)
    assert btcli.json("proxy", "list", "-w", "alice")["proxies"] == []
    btcli.run(*spend, "--amount", "2", "--yes", "--json", code=1)
    assert btcli.free(DAVE) == pytest.approx(before + 2)


def test_two_of_three_send_together(btcli: Btcli) -> None:
    members = "alice,bob,charlie"
    book = btcli.json(
        "multisig", "add", "trio", "--threshold", "2", "--signatories", members, "--overwrite"
    )
    shared = book["multisig_address"]
    btcli.send("wallet", "transfer", "-w", "alice", "--dest", shared, "--amount", "50")
    before = btcli.free(DAVE)
    spend = ("wallet", "transfer", "-w", "trio", "--dest", DAVE, "--amount", "3", "--signatory")
    first = btcli.send(*spend, "bob")["data"]["multisig_followup"]
    assert (first["status"], first["approvals"], first["threshold"]) == ("pending", 1, 2)
    assert btcli.free(DAVE) == before
    (waiting,) = btcli.json("multisig", "pending", "-w", "trio")["pending_multisigs"]
    assert waiting["call_hash"] == first["call_hash"]
    assert waiting["approvals_so_far"] == [BOB]
    second = btcli.send(*spend, "charlie")["data"]["multisig_followup"]
    assert (second["status"], second["call_hash"]) == ("executed", first["call_hash"])
    assert btcli.free(DAVE) == pytest.approx(before + 3)
    assert btcli.free(shared) == pytest.approx(47)
    assert btcli.json("multisig", "pending", "-w", "trio")["pending_multisigs"] == []


def test_the_older_program_reads_and_sends_too(home: Path, chain: Running) -> None:
    old = Btcli(peer("TAOCTL_BTCLI9"), home, chain.endpoint)
    alice = ("--wallet-name", "alice", "--wallet-path", str(home / ".bittensor" / "wallets"))

    def free() -> float:
        told = old.run("wallet", "balance", *alice, "--json-output")
        return float(json.loads(told)["balances"]["alice"]["free"])

    before = free()
    send = ("wallet", "transfer", *alice, "--dest", EVE, "--amount", "1")
    sent = json.loads(old.run(*send, "--no-prompt", "--json-output"))
    assert sent["success"] is True
    assert 1 < before - free() < 1.001

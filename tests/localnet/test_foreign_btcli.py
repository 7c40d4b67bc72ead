"""Foreign wallets' own programs, unmodified, against a running localnet.

`TAOCTL_BTCLI11` and `TAOCTL_BTCLI9` name the `btcli` programs of bittensor 11.3 and of
bittensor-cli 9.23; without one its tests are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bittensor_core
import pytest
from nodes import ALICE, BOB
from running import localnet

from taoctl.localnet.genesis.accounts import dev_account, signer
from taoctl.localnet.genesis.keys import demo_coldkey, validator_label
from taoctl.localnet.scenarios import named
from taoctl.localnet.service import Running

CHARLIE, DAVE, EVE = (dev_account(name) for name in ("Charlie", "Dave", "Eve"))
SCENARIO = named("small")


def peer(variable: str) -> str:
    program = os.environ.get(variable)
    if not program:
        pytest.skip(f"{variable} names no btcli")
    return program


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a plain wallet for each dev account, and one that only watches a validator."""
    made = tmp_path_factory.mktemp("home")
    wallets = made / ".bittensor" / "wallets"
    for name in ("Alice", "Bob", "Charlie"):
        key = bittensor_core.Keypair.create_from_uri(f"//{name}")
        write_key(wallets / name.lower() / "coldkey", key)
        write_public(wallets / name.lower() / "coldkeypub.txt", key.ss58_address, key.public_key)
    watched = bittensor_core.Keypair(ss58_address=demo_coldkey(SCENARIO, "validator"))
    folder = wallets / "validator"
    write_public(folder / "coldkeypub.txt", watched.ss58_address, watched.public_key)
    hotkey = signer(validator_label(SCENARIO, 0))
    write_public(folder / "hotkeys" / "vali", hotkey.ss58, hotkey.public_key)
    return made


def write_key(path: Path, key: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bittensor_core.serialized_keypair_to_keyfile_data(key))
    path.chmod(0o600)


def write_public(path: Path, ss58: str, public_key: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "0x" + bytes(public_key).hex()
    path.write_text(json.dumps({"accountId": text, "publicKey": text, "ss58Address": ss58}))


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("chain")
    with (
        pytest.MonkeyPatch.context() as patch,
        localnet(patch, home, scenario=SCENARIO.name, block_time=0.5) as running,
    ):
        yield running


class Btcli:
    """One btcli program, in its own home, on one chain."""

    def __init__(self, program: str, home: Path, url: str) -> None:
        self.program, self.home, self.url = program, home, url

    def run(self, *args: str, code: int = 0) -> str:
        """What it prints to stdout; it must end with the exit code given."""
        env = {"HOME": str(self.home), "PATH": os.defpath, "COLUMNS": "200"}
        done = subprocess.run(
            [self.program, *args, "--network", self.url],
            capture_output=True,
            text=True,
            env=env,
            cwd=self.home,
            timeout=60,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == code, (args, done.stdout, done.stderr)
        return done.stdout

    def json(self, *args: str) -> Any:
        """What it prints with --json."""
        return json.loads(self.run(*args, "--json"))

    def free(self, who: str) -> float:
        """Free TAO of an address or wallet, as it sees it."""
        return float(self.json("wallet", "balance", who)["free_tao"])

    def send(self, *args: str) -> Any:
        """What a transaction that it sent without a question came to."""
        sent = self.json(*args, "--yes")
        assert sent["success"] is True
        assert sent["extrinsic_id"]
        return sent


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

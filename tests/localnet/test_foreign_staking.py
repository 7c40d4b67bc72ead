"""Staking with foreign wallets' own programs, unmodified, on a running localnet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import bittensor_core
import pytest
from foreign_cli import Btcli, peer, write_key, write_wallet
from nodes import BOB
from running import localnet
from sending import ALICE, sent, with_chain

from taoctl.calls.base import ChainCall
from taoctl.chain.client import Chain
from taoctl.journal.store import Journal
from taoctl.localnet.genesis.accounts import signer
from taoctl.localnet.genesis.keys import validator_label
from taoctl.localnet.pallets.subtensor.children import SET_CHILDREN_LIMIT
from taoctl.localnet.scenarios import named
from taoctl.localnet.service import Running
from taoctl.scale.crypto import KeySigner

SCENARIO = named("small")
FIRST, SECOND = (signer(validator_label(SCENARIO, index)).ss58 for index in range(2))
HOT, CHILD = KeySigner("//Alice//hot").ss58, KeySigner("//Charlie").ss58
PALLET = "SubtensorModule"
A_FEW_EPOCHS = 30


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a plain wallet for two dev accounts, one of which has a hotkey."""
    made = tmp_path_factory.mktemp("home")
    wallets = made / ".bittensor" / "wallets"
    for name in ("alice", "bob"):
        write_wallet(wallets, name, f"//{name.title()}")
    hotkey = bittensor_core.Keypair.create_from_uri("//Alice//hot")
    write_key(wallets / "alice" / "hotkeys" / "default", hotkey)
    return made


async def prepare(chain: Chain, journal: Journal) -> None:
    """Seat Alice's hotkey on subnet 1, and let children come about at the next epoch."""
    cooldown = ChainCall(PALLET, "set_pending_childkey_cooldown", {"cooldown": 0})
    for call in (
        ChainCall(PALLET, "burned_register", {"netuid": 1, "hotkey": HOT}),
        ChainCall("Sudo", "sudo", {"call": cooldown}),
    ):
        outcome = await sent(chain, journal, call, ALICE)
        assert outcome.error is None, outcome.error


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("chain")
    with (
        pytest.MonkeyPatch.context() as patch,
        localnet(patch, home, scenario=SCENARIO.name, block_time=0.5) as running,
    ):
        with_chain(running.endpoint, prepare)
        yield running


class Staker(Btcli):
    """btcli with one wallet, as seen by its own list."""

    def positions(self, wallet: str = "alice") -> dict[tuple[int, str], float]:
        """Alpha by netuid and hotkey."""
        listed = self.json("stake", "list", "-w", wallet)
        return {(row["netuid"], row["hotkey"]): row["stake_amount"] for row in listed}

    def stake(self, *args: str, wallet: str = "alice") -> Any:
        """What a staking command came to."""
        return self.send("stake", *args, "-w", wallet)


@pytest.fixture
def btcli(home: Path, chain: Running) -> Staker:
    return Staker(peer("TAOCTL_BTCLI11"), home, chain.endpoint)


def test_stake_is_added_listed_moved_swapped_and_removed(btcli: Staker) -> None:
    free = btcli.free("alice")
    bought = btcli.stake("add", "--hotkey", FIRST, "--netuid", "1", "--amount", "10")
    assert bought["data"]["shielded"] is True
    carrier = free - btcli.free("alice") - 10 - bought["fee_tao"]
    assert 0 < carrier < 0.001, "the fee it says is that of the extrinsic inside alone"
    first = btcli.positions()[1, FIRST]
    assert first > 10
    btcli.stake("remove", "--hotkey", FIRST, "--netuid", "1", "--amount", "2")
    assert btcli.positions()[1, FIRST] == pytest.approx(first - 2, rel=0.01)
    same = ("--origin-netuid", "1", "--dest-netuid", "1", "--amount", "3")
    btcli.stake("move", "--origin-hotkey", FIRST, "--dest-hotkey", SECOND, *same)
    assert btcli.positions()[1, SECOND] == pytest.approx(3, rel=0.01)
    across = ("--origin-netuid", "1", "--dest-netuid", "2", "--amount", "4")
    btcli.stake("swap", "--hotkey", FIRST, *across)
    held = btcli.positions()
    assert held[2, FIRST] > 1
    assert held[1, FIRST] == pytest.approx(first - 9, rel=0.02)


def test_stake_is_given_away_and_unstaked_whole(btcli: Staker) -> None:
    btcli.stake("add", "--hotkey", SECOND, "--netuid", "1", "--amount", "10")
    before = btcli.positions("bob").get((1, SECOND), 0)
    to_bob = ("--origin-netuid", "1", "--dest-netuid", "1", "--amount", "2", "--dest", BOB)
    btcli.stake("transfer", "--hotkey", SECOND, *to_bob)
    assert btcli.positions("bob")[1, SECOND] == pytest.approx(before + 2, rel=0.01)
    free = btcli.free("bob")
    btcli.stake("unstake-all", "--hotkey", SECOND, wallet="bob")
    assert (1, SECOND) not in btcli.positions("bob")
    assert btcli.free("bob") > free + 0.5


def test_a_price_past_the_tolerance_is_refused(btcli: Staker) -> None:
    order = ("stake", "add", "-w", "alice", "--hotkey", FIRST, "--netuid", "1")
    strict = ("--amount", "5000", "--rate-tolerance", "0.0001")
    failed = json.loads(btcli.run(*order, *strict, "--yes", "--json", code=1))
    assert failed["error"]["name"] == "SlippageTooHigh"


def test_children_are_set_shown_and_revoked(btcli: Staker, chain: Running) -> None:
    mine = ("-w", "alice", "-H", "default", "--netuid", "1")

    def children() -> Any:
        shown = btcli.json("stake", "child", "get", "-w", "alice", "--hotkey", HOT, "--netuid", "1")
        return shown["children"]

    assert children() == []
    btcli.send("stake", "child", "set", *mine, "--children", json.dumps([[0.5, CHILD]]))
    make_blocks(chain, A_FEW_EPOCHS)
    (child,) = children()
    assert CHILD in json.dumps(child)
    btcli.send("stake", "child", "take", *mine, "--take", "0.1")
    make_blocks(chain, SET_CHILDREN_LIMIT)
    btcli.send("stake", "child", "revoke", *mine)
    make_blocks(chain, A_FEW_EPOCHS)
    assert children() == []


def make_blocks(chain: Running, count: int) -> None:
    """Let that many blocks pass at once."""
    asked = {"jsonrpc": "2.0", "id": 1, "method": "dev_newBlock", "params": [{"count": count}]}
    request = Request(
        f"http://127.0.0.1:{chain.port}",
        data=json.dumps(asked).encode(),
        headers={"content-type": "application/json"},
    )
    with urlopen(request, timeout=60) as answer:
        assert "result" in json.load(answer)


def test_mining_income_is_sent_elsewhere(btcli: Staker) -> None:
    btcli.stake("set-auto", "-H", "default", "--netuid", "1", "--hotkey", HOT)
    assert HOT in btcli.run("stake", "auto", "-w", "alice", "--json")


def test_stake_is_locked_and_its_conviction_listed(btcli: Staker) -> None:
    btcli.stake("add", "--hotkey", FIRST, "--netuid", "3", "--amount", "10")
    add = ("conviction", "add", "-w", "alice", "--hotkey", FIRST, "--netuid", "3")
    btcli.send(*add, "--amount", "2")
    btcli.send("conviction", "mode", "-w", "alice", "--netuid", "3", "--perpetual")
    (listed,) = btcli.json("conviction", "list", "-w", "alice", "--netuid", "3")
    assert listed["netuid"] == 3
    told = json.dumps(listed)
    assert FIRST in told
    shown = btcli.run("conviction", "show", "-w", "alice", "--netuid", "3")
    assert "is_perpetual  True" in shown
    assert "locked_alpha  1.9999" in shown
    targeting = btcli.run("conviction", "targeting", "--hotkey", FIRST, "--netuid", "3")
    assert ALICE.ss58 in targeting
    btcli.send("conviction", "move", "-w", "alice", "--netuid", "3", "--destination-hotkey", SECOND)
    assert SECOND in btcli.run("conviction", "show", "-w", "alice", "--netuid", "3")
    btcli.send("conviction", "accept", "-w", "alice", "--allow")


def test_the_older_program_adds_lists_and_removes(home: Path, chain: Running) -> None:
    old = Btcli(peer("TAOCTL_BTCLI9"), home, chain.endpoint)
    wallet = ("--wallet-name", "bob", "--wallet-path", str(home / ".bittensor" / "wallets"))
    quiet = ("--no-prompt", "--json-output")

    def held() -> float:
        # It prints nothing at all for a wallet without stake.
        told = json.loads(old.run("stake", "list", *wallet, *quiet) or '{"stake_info": {}}')
        rows = [row for row in told["stake_info"].get(FIRST, ()) if row["netuid"] == 2]
        return float(rows[0]["stake_value"]) if rows else 0.0

    target = ("--netuid", "2", "--include-hotkeys", FIRST)
    before = held()
    added = json.loads(old.run("stake", "add", *wallet, *target, "--amount", "5", *quiet))
    assert added["staking_success"]["2"][FIRST] is True
    after = held()
    assert after > before + 1
    gone = json.loads(old.run("stake", "remove", *wallet, *target, "--amount", "1", *quiet))
    assert "true" in json.dumps(gone)
    assert held() == pytest.approx(after - 1, rel=0.01)

"""Neurons with foreign wallets' own programs, unmodified: seats, weights, axons, what they read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import bittensor_core
import pytest
from chain_thread import ThreadChain
from foreign_cli import Btcli, peer, write_key, write_wallet
from running import localnet
from weights_chain import ALICE as VALIDATOR
from weights_chain import HIDDEN, OPEN, VERSION, weights_chain

from taoctl.chain.client import connect
from taoctl.chain.view import View
from taoctl.localnet.service import Running
from taoctl.scale.crypto import KeySigner
from taoctl.units import U16_MAX

BOB = KeySigner("//Bob").ss58
MINERS = {name: KeySigner(f"//Bob//{name}").ss58 for name in ("miner", "other")}
NETUID = 1
IPV4, IPV6 = "93.184.216.34", "2606:2800:220:1::1946"
WEIGHTS = {4: 0.2, 5: 0.3, 6: 0.5}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a wallet of Bob's for miners, and one of a validator's."""
    made = tmp_path_factory.mktemp("home")
    wallets = made / ".bittensor" / "wallets"
    write_wallet(wallets, "bob", "//Bob")
    for name in MINERS:
        key = bittensor_core.Keypair.create_from_uri(f"//Bob//{name}")
        write_key(wallets / "bob" / "hotkeys" / name, key)
    write_wallet(wallets, "alice", "//Alice")
    key = bittensor_core.Keypair.create_from_uri("//Alice")
    write_key(wallets / "alice" / "hotkeys" / "default", key)
    return made


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A living chain: validators set weights by themselves, and epochs come."""
    home = tmp_path_factory.mktemp("chain")
    with (
        pytest.MonkeyPatch.context() as patch,
        localnet(patch, home, scenario="small", block_time=0.5) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def quiet() -> Iterator[ThreadChain]:
    """A chain on which nobody else sets weights."""
    with weights_chain() as net:
        net.make_blocks(5)
        yield net


@pytest.fixture
def btcli(home: Path, chain: Running) -> Btcli:
    return Btcli(peer("TAOCTL_BTCLI11"), home, chain.endpoint)


@pytest.fixture
def older(home: Path, chain: Running) -> Btcli:
    return Btcli(peer("TAOCTL_BTCLI9"), home, chain.endpoint)


@pytest.fixture
def weigher(home: Path, quiet: ThreadChain) -> Btcli:
    return Btcli(peer("TAOCTL_BTCLI11"), home, quiet.url)


def asked(url: str, *questions: tuple[Any, ...], block: int | None = None) -> list[Any]:
    """What storage of SubtensorModule says, at a block or the head."""

    async def ask() -> list[Any]:
        async with connect(url, timeout=20) as client:
            view: View = await (client.at_head() if block is None else client.at_block(block))
            return [await view.value("SubtensorModule", *question) for question in questions]

    return asyncio.run(ask())


def mapped(url: str, item: str, *prefix: Any) -> dict[Any, Any]:
    async def ask() -> dict[Any, Any]:
        async with connect(url, timeout=20) as client:
            view = await client.at_head()
            return dict(await view.map("SubtensorModule", item, *prefix))

    return asyncio.run(ask())


def test_btcli_registers_on_a_subnet_shielded(btcli: Btcli, chain: Running) -> None:
    who = ("--netuid", str(NETUID), "-w", "bob", "--hotkey", "bob/miner")
    sent = btcli.send("subnets", "register", *who)
    assert sent["data"]["shielded"] is True
    uid, owner = asked(
        chain.endpoint, ("Uids", NETUID, MINERS["miner"]), ("Owner", MINERS["miner"])
    )
    assert owner == BOB
    (wallet,) = btcli.json("wallet", "registrations", "-w", "bob")
    seats = {row["name"]: row["registrations"] for row in wallet["hotkeys"]}
    (seat,) = seats["miner"]
    assert (seat["netuid"], seat["uid"]) == (NETUID, uid)
    assert seats["other"] == []


@pytest.mark.parametrize("ip", [IPV4, IPV6])
def test_btcli_serves_an_axon(btcli: Btcli, chain: Running, ip: str) -> None:
    uid, last = asked(
        chain.endpoint, ("Uids", NETUID, MINERS["miner"]), ("ServingRateLimit", NETUID)
    )
    assert uid is not None, "registered by the test before this one"
    asyncio.run(_pass(chain.endpoint, int(last) + 1))
    axon = ("--netuid", str(NETUID), "--ip", ip, "--port", "8091", "-w", "bob", "-H", "miner")
    btcli.send("misc", "axon", "set", *axon)
    (served,) = asked(chain.endpoint, ("Axons", NETUID, MINERS["miner"]))
    address = ip_address(ip)
    assert (served["ip"], served["ip_type"], served["port"]) == (
        int(address),
        address.version,
        8091,
    )
    graph = btcli.json("subnets", "metagraph", str(NETUID))
    shown = dict(zip(graph["hotkeys"], graph["axons"], strict=True))[MINERS["miner"]]
    assert str(8091) in str(shown) and (ip in str(shown) or str(int(address)) in str(shown))


async def _pass(url: str, blocks: int) -> None:
    async with connect(url, timeout=20) as client:
        await client.call("dev_newBlock", [{"count": blocks}])


def test_btcli_reads_a_metagraph_as_storage_has_it(btcli: Btcli, chain: Running) -> None:
    graph = btcli.json("subnets", "metagraph", str(NETUID))
    names = ("Incentive", "Dividends", "Consensus", "Emission", "LastUpdate", "ValidatorPermit")
    stored = asked(chain.endpoint, *((name, NETUID) for name in names), block=graph["block"])
    fields = ("incentives", "dividends", "consensus", "emission", "last_update", "validator_permit")
    for field, raw in zip(fields, stored, strict=True):
        assert len(graph[field]) == len(raw) > 0, field
    assert graph["last_update"] == list(stored[4])
    assert graph["validator_permit"] == list(stored[5])
    count = asked(chain.endpoint, ("SubnetworkN", NETUID), block=graph["block"])[0]
    assert len(graph["hotkeys"]) == graph["num_uids"] == count


def test_btcli_reads_hyperparameters_that_newer_runtimes_have_too(
    btcli: Btcli, chain: Running
) -> None:
    shown = btcli.json("subnets", "hyperparameters", str(NETUID))
    kappa, immunity = asked(chain.endpoint, ("Kappa", NETUID), ("ImmunityPeriod", NETUID))
    assert (shown["kappa"], shown["immunity_period"]) == (kappa, immunity)
    assert (shown["collateral_lock_share"], shown["collateral_drain_ratio"]) == (0, 1 << 64)


def test_btcli_reads_neurons_and_delegates(btcli: Btcli, chain: Running) -> None:
    neurons = btcli.json("query", "neurons", "--netuid", str(NETUID))
    keys = mapped(chain.endpoint, "Keys", NETUID)
    assert [one["uid"] for one in neurons] == list(range(len(neurons)))
    assert sum(one["hotkey"] == keys[one["uid"]] for one in neurons) >= len(neurons) - 2
    assert any(one["validator_permit"] for one in neurons)
    delegates = btcli.json("query", "delegates")
    takes = mapped(chain.endpoint, "Delegates")
    assert {one["hotkey"] for one in delegates} == set(takes)
    for one in delegates:
        assert one["take"] == pytest.approx(takes[one["hotkey"]] / U16_MAX)
        assert one["registrations"]
    one = btcli.json("query", "delegate", "--hotkey", delegates[0]["hotkey"])
    assert delegates[0]["owner"] in str(one)


def test_btcli_sets_weights_in_the_open_and_reads_them(weigher: Btcli, quiet: ThreadChain) -> None:
    row = _arguments(OPEN, "--version-key", str(VERSION))
    weigher.send("misc", "weights", "set", *row)
    raw = mapped(quiet.url, "Weights", OPEN)[1]
    total = sum(value for _, value in raw)
    assert {uid: round(value / total, 3) for uid, value in raw} == WEIGHTS
    read = weigher.json("query", "weights", "--netuid", str(OPEN))
    assert {int(uid): round(share, 3) for uid, share in read["1"].items()} == WEIGHTS
    quiet.make_blocks(10)
    bonds = weigher.json("query", "bonds", "--netuid", str(OPEN))
    stored = {uid: dict(held) for uid, held in mapped(quiet.url, "Bonds", OPEN).items()}
    assert {int(uid) for uid in bonds["1"]} == set(WEIGHTS)
    for uid, bond in bonds["1"].items():
        assert bond == pytest.approx(stored[1][int(uid)] / U16_MAX)


@pytest.mark.parametrize("command", ["set", "commit"])
def test_btcli_commits_weights_for_a_round(
    weigher: Btcli, quiet: ThreadChain, command: str
) -> None:
    quiet.make_blocks(5)
    sent = weigher.send("misc", "weights", command, *_arguments(HIDDEN))
    queues = mapped(quiet.url, "TimelockedWeightCommits", HIDDEN)
    commits = [commit for queue in queues.values() for commit in queue]
    rounds = {who: number for who, _, _, number in commits}
    assert rounds[VALIDATOR] == sent["data"]["reveal_round"]
    listed = weigher.json("query", "timelocked-weight-commits", "--netuid", str(HIDDEN))
    assert sent["data"]["reveal_round"] in [
        row["reveal_round"] for rows in listed.values() for row in rows
    ]


def _arguments(netuid: int, *more: str) -> tuple[str, ...]:
    uids, weights = ",".join(map(str, WEIGHTS)), ",".join(map(str, WEIGHTS.values()))
    row = ("--netuid", str(netuid), "--uids", uids, "--weights", weights)
    return (*row, *more, "-w", "alice", "-H", "default")


def test_bittensor_cli_shows_the_metagraph(older: Btcli, chain: Running) -> None:
    said = older.run(
        "subnets", "metagraph", "--netuid", str(NETUID), "--json-output", "--no-prompt"
    )
    graph = json.loads(said.replace("\n", ""))  # it breaks long lines, within texts too
    keys = mapped(chain.endpoint, "Keys", NETUID)
    assert {row["uid"] for row in graph["uids"]} == set(keys)
    shown = {row["uid"]: row["hotkey"] for row in graph["uids"]}
    assert sum(shown[uid] == hotkey for uid, hotkey in keys.items()) >= len(keys) - 2
    assert sum(row["dividends"] for row in graph["uids"]) == pytest.approx(1, abs=0.01)

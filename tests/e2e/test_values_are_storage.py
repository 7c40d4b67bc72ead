"""What the command line shows is what storage holds at the block hash it prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ports import free_port
from raw_storage import (
    RawStorage,
    blake,
    blake_concat,
    compact_bytes,
    neurons,
    position,
    root_owed,
    storage_key,
    subnet,
    u16,
)

from taoctl.wallet.dev_accounts import DEV_ACCOUNTS

TAOCTL = Path(sys.executable).with_name("taoctl")
SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
SUBNETS = (1, 2, 3)

pytestmark = pytest.mark.e2e


class Localnet:
    """A localnet process of this test run."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self.endpoint = f"ws://127.0.0.1:{self.port}"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("TAOCTL_", "BT_"))},
            "TAOCTL_HOME": str(home),
            "TAOCTL_NETWORK": self.endpoint,
            "TAOCTL_WALLET_PATH": str(home / "wallets"),
        }

    def run(self, *argv: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """One command as a process of its own."""
        done = subprocess.run(
            [TAOCTL, *argv], env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    def json(self, *argv: str) -> Any:
        """A command's JSON, valid under its published schema."""
        found = json.loads(self.run(*argv, "-o", "json").stdout)
        name = found["schema"].replace("/", ".") + ".json"
        jsonschema.validate(found, json.loads((SCHEMAS / name).read_text()))
        return found

    def raw(self, envelope: Any) -> RawStorage:
        """Storage at the block that an answer names."""
        return RawStorage(self.endpoint, envelope["block_hash"])


@pytest.fixture(scope="module")
def localnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localnet]:
    net = Localnet(tmp_path_factory.mktemp("home"))
    up = ("localnet", "up", "--scenario", "small", "--port", str(net.port), "--detach")
    net.json(*up, "--block-time", "0.5")
    try:
        net.json("localnet", "advance", "--blocks", "30", "--port", str(net.port))
        yield net
    finally:
        net.json("localnet", "down", "--port", str(net.port))


def rao(value: Any) -> int | None:
    return None if value is None else int(value["rao"])


@pytest.mark.parametrize("netuid", SUBNETS)
def test_every_uid_of_the_metagraph(localnet: Localnet, netuid: int) -> None:
    shown = localnet.json("subnet", "metagraph", str(netuid))
    stored = neurons(localnet.raw(shown), netuid)
    assert len(stored) == 16
    rows = shown["data"]["neurons"]
    assert [row["uid"] for row in rows] == list(range(len(stored)))
    plain = set(stored[0]) - {"emission", "stake", "alpha_stake", "tao_stake"}
    for row, known in zip(rows, stored, strict=True):
        assert {key: row[key] for key in plain} == {key: known[key] for key in plain}
        assert rao(row["emission"]) == known["emission"]
        for amount in ("stake", "alpha_stake", "tao_stake"):
            if known[amount] is not None:
                assert rao(row[amount]) == known[amount], (amount, row["uid"])
    assert any(row["incentive"] for row in rows)
    assert any(row["dividends"] for row in rows)


def test_every_subnet_of_the_list(localnet: Localnet) -> None:
    shown = localnet.json("subnet", "list")
    raw = localnet.raw(shown)
    stored = [subnet(raw, netuid) for netuid in (0, *SUBNETS)]
    total = sum(known["emitted"] for known in stored)
    amounts = ("price", "tao_in", "alpha_in", "alpha_out", "volume", "burn")
    amounts += ("tao_in_emission", "alpha_in_emission", "alpha_out_emission")
    assert len(shown["data"]) == len(stored)
    for row, known in zip(shown["data"], stored, strict=True):
        plain = set(known) - {*amounts, "emitted", "moving_price_bits"}
        assert {key: row[key] for key in plain} == {key: known[key] for key in plain}
        assert {key: rao(row[key]) for key in amounts} == {key: known[key] for key in amounts}
        assert int(row["moving_price_bits"]["bits"]) == known["moving_price_bits"]
        assert row["emission_share_ppm"] == known["emitted"] * 10**6 // total


def test_a_balance_and_its_stake(localnet: Localnet) -> None:
    shown = localnet.json("wallet", "balance", ALICE)
    raw = localnet.raw(shown)
    account = raw.get("Account", blake(ALICE), pallet="System")
    assert account is not None
    (row,) = shown["data"]
    assert row["nonce"] == int.from_bytes(account[:4], "little")
    assert rao(row["free"]) == int.from_bytes(account[16:24], "little")
    assert rao(row["reserved"]) == int.from_bytes(account[24:32], "little")
    assert row["name"] == "//Alice INSECURE"


def test_stake_positions_are_shares_of_the_hotkeys(localnet: Localnet) -> None:
    coldkeys = {n["coldkey"] for n in localnet.json("subnet", "metagraph", "1")["data"]["neurons"]}
    shown = localnet.json("stake", "list", *sorted(coldkeys)[:4])
    raw = localnet.raw(shown)
    prices = {netuid: subnet(raw, netuid)["price"] for netuid in (0, *SUBNETS)}
    assert len(shown["data"]) >= 4
    for row in shown["data"]:
        stake = rao(row["alpha"])
        assert stake is not None
        exact = position(raw, row["hotkey"], row["coldkey"], row["netuid"])
        # The chain divides in decimal floats of 21 digits, which may end one rao lower.
        assert 0 <= exact - stake < 2, row
        assert rao(row["value_tao"]) == stake * prices[row["netuid"]] // 10**9
        assert row["registered"] == (
            raw.get("Uids", u16(row["netuid"]), blake(row["hotkey"])) is not None
        )


def test_root_dividends_are_rates_times_root_stake(localnet: Localnet) -> None:
    coldkeys = {n["coldkey"] for n in localnet.json("subnet", "metagraph", "1")["data"]["neurons"]}
    shown = localnet.json("stake", "owed", *sorted(coldkeys))
    raw = localnet.raw(shown)
    wanted = {
        (coldkey, *place): owed
        for coldkey in coldkeys
        for place, owed in root_owed(raw, coldkey).items()
    }
    rows = {(row["coldkey"], row["hotkey"], row["netuid"]): row for row in shown["data"]}
    assert wanted and set(rows) == set(wanted)
    for place, row in rows.items():
        owed = rao(row["owed"])
        # The chain's position may be a rao of stake less than the exact share.
        assert owed is not None and 0 <= wanted[place] - owed <= 1, row
        price = subnet(raw, row["netuid"])["price"]
        assert rao(row["value_tao"]) == owed * price // 10**9
        assert row["claimable"] == (owed >= 500_000) and rao(row["threshold"]) == 500_000
        assert row["becomes"] == "root"


def test_takes_are_what_delegates_says(localnet: Localnet) -> None:
    neurons_ = localnet.json("subnet", "metagraph", "1")["data"]["neurons"]
    hotkeys = [one["hotkey"] for one in neurons_]
    shown = localnet.json("query", "takes", *hotkeys)
    raw = localnet.raw(shown)
    own = {row["hotkey"]: row for row in shown["data"] if row["of"] == "stakers"}
    assert set(own) == set(hotkeys)
    for hotkey, row in own.items():
        assert row["take"] == raw.number("Delegates", blake(hotkey), default=11_796)
        assert (row["least"], row["most"]) == (0, 11_796)
    of_parents = [row for row in shown["data"] if row["of"] == "parents"]
    assert {row["hotkey"] for row in of_parents if row["netuid"] == 1} == set(hotkeys)


def test_an_older_block_answers_the_same_again(localnet: Localnet) -> None:
    first = localnet.json("subnet", "metagraph", "1")
    time.sleep(1.2)
    for block in (str(first["block"]), first["block_hash"]):
        again = localnet.json("subnet", "metagraph", "1", "--at-block", block)
        assert again == first


def test_all_other_commands_answer_under_their_schema(localnet: Localnet) -> None:
    info = localnet.json("chain", "info")
    assert info["data"]["simulated"] is True
    assert info["simulated"] is True
    block = localnet.json("chain", "block", str(info["block"]))
    assert block["data"]["block_hash"] == info["block_hash"]
    assert block["data"]["extrinsics"] >= 1
    localnet.json("subnet", "show", "1")
    parameters = localnet.json("subnet", "hyperparameters", "1")
    assert {"tempo", "kappa", "min_burn"} <= {row["name"] for row in parameters["data"]}
    localnet.json("stake", "list", ALICE)
    port = ("--port", str(localnet.port))
    assert localnet.json("localnet", "status", *port)["data"]["scenario"] == "small"
    localnet.json("localnet", "advance", "--blocks", "1", *port)
    localnet.json("localnet", "faucet", ALICE, "1", *port)
    values = {"[SS58|NAME]...": ALICE, "NETUID": "1", "[MECHANISM]": "0"}
    for read in localnet.json("query", "--list")["data"]:
        name, *takes = read["usage"].split()
        localnet.json("query", name, *(values[one] for one in takes))


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (("subnet", "show", "999"), 2, "there is no subnet 999"),
        (("subnet", "metagraph", "999"), 2, "there is no subnet 999"),
        (("subnet", "hyperparameters", "999"), 2, "there is no subnet 999"),
        (("chain", "block", "99999999"), 2, "there is no block 99999999"),
        (("chain", "block", "0x" + "00" * 32), 2, "there is no block 0x00"),
        (("chain", "block", "latest"), 2, "'latest' is not a block"),
        (("subnet", "list", "--at-block", "-5"), 2, "'-5' is not a block"),
    ],
)
def test_what_does_not_exist_is_exit_2(
    localnet: Localnet, argv: tuple[str, ...], code: int, message: str
) -> None:
    done = localnet.run(*argv, code=code)
    assert message in done.stderr
    assert done.stdout == ""


def test_tables_say_that_the_chain_is_simulated(localnet: Localnet) -> None:
    done = localnet.run("subnet", "list")
    assert " SIM · block " in done.stderr
    assert done.stdout.splitlines()[0].startswith("netuid")
    assert "\x1b" not in done.stdout


def test_development_accounts_are_marked(localnet: Localnet) -> None:
    done = localnet.run("wallet", "balance", ALICE)
    assert "INSECURE" in done.stdout
    assert "INSECURE: //Alice" in done.stderr


def test_queries_mark_development_accounts_too(localnet: Localnet) -> None:
    asked = [("balances", ALICE), ("stake", ALICE), ("neurons", ALICE), ("metagraph", "1")]
    marked = {}
    for words in (*asked, ("chain",)):
        done = localnet.run("query", *words, "-o", "json")
        marked[words] = "INSECURE: //" in done.stderr
        assert marked[words] == any(address in done.stdout for address in DEV_ACCOUNTS), words
    assert marked["balances", ALICE]


def test_a_wallet_is_found_by_name(localnet: Localnet) -> None:
    folder = Path(localnet.environment["TAOCTL_WALLET_PATH"]) / "mine"
    folder.mkdir(parents=True)
    (folder / "coldkeypub.txt").write_text(json.dumps({"ss58Address": ALICE}))
    by_name = localnet.json("wallet", "balance", "mine")["data"]
    assert by_name[0]["coldkey"] == ALICE
    assert localnet.json("wallet", "balance")["data"][0]["coldkey"] == ALICE


def test_the_public_library_says_the_same(localnet: Localnet) -> None:
    import asyncio

    import taoctl
    from taoctl.reads.subnets import subnets

    async def read() -> tuple[int, list[int]]:
        async with taoctl.connect(localnet.endpoint) as chain:
            view = await chain.at_head()
            return view.block, [row.netuid for row in await subnets(view)]

    block, netuids = asyncio.run(read())
    assert block > 0
    assert netuids == [0, *SUBNETS]


def test_an_answer_that_does_not_come_is_exit_4(
    localnet: Localnet, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    from taoctl.cli import context, options
    from taoctl.errors import DeadlineError, Exit, TaoctlError

    began = []

    async def never(view: object) -> None:
        began.append(view)
        await asyncio.sleep(60)

    for name, value in localnet.environment.items():
        monkeypatch.setenv(name, value)
    # On a slow machine a second may not be enough to get as far as the read.
    for seconds in (1.0, 10.0, 60.0):
        options.reset()
        options.current().timeout = seconds
        with pytest.raises(TaoctlError, match=localnet.endpoint) as caught:
            context.run(never)
        if began:
            break
    assert isinstance(caught.value, DeadlineError)
    assert caught.value.exit_code is Exit.DEADLINE


def test_hostile_text_on_the_chain_reaches_no_terminal(localnet: Localnet) -> None:
    evil = "\x1b[2J\x1b]0;owned\x07\u202egnp[bold]=cmd\x9b31m"
    texts = [evil, "https://evil.example/\x1b[8m", "", "", "", f"line\n{evil}", "", "\xff"]
    encoded = b"".join(compact_bytes(text.encode()) for text in texts)
    raw = RawStorage(localnet.endpoint, "")
    key = storage_key("SubnetIdentitiesV3", blake_concat(u16(2)))
    symbol = storage_key("TokenSymbol", u16(2))
    broken = compact_bytes(b"\xff\xfe\x1b[31m")
    pairs = [["0x" + key.hex(), "0x" + encoded.hex()], ["0x" + symbol.hex(), "0x" + broken.hex()]]
    raw.call("dev_setStorage", pairs)
    for form in ("table", "wide", "json", "ndjson", "csv", "yaml"):
        for argv in (("subnet", "list"), ("subnet", "show", "2"), ("subnet", "metagraph", "2")):
            done = localnet.run(*argv, "-o", form)
            for text in (done.stdout, done.stderr):
                assert not any(char in text for char in "\x1b\x07\x9b\u202e"), (form, argv)
    shown = localnet.json("subnet", "show", "2")["data"]
    assert shown["name"] == evil
    assert shown["description"] == f"line\n{evil}"

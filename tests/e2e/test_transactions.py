"""Transfers and generic calls on a localnet: what a plan says comes true, refusals included."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from taoctl.calls.base import ChainCall, Intent
from taoctl.calls.batch import Batch
from taoctl.calls.batch_mode import BatchMode
from taoctl.calls.generic import Generic
from taoctl.calls.multisig import ByMultisig, Group
from taoctl.calls.proxied import ByProxy
from taoctl.calls.proxy import AddProxy, Announce, RealPays, RemoveProxies, RemoveProxy
from taoctl.calls.sudo import BySudo
from taoctl.calls.transfer import Transfer, TransferAll
from taoctl.chain.client import Chain, connect
from taoctl.cli.dispatch import dispatch
from taoctl.cli.schemas import every
from taoctl.errors import RefusedError
from taoctl.journal.store import Journal
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch
from taoctl.scale.crypto import KeySigner
from taoctl.submit.options import TxOptions
from taoctl.submit.outcome import Outcome
from taoctl.submit.plan import Plan, make_plan
from taoctl.submit.send import send
from taoctl.units import Tao

pytestmark = pytest.mark.e2e

TAO = 10**9
NAMES = ("Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie")
ALICE, BOB, CHARLIE, DAVE, EVE, FERDIE = (KeySigner(f"//{name}").ss58 for name in NAMES)
NEW = KeySigner("//Nobody/1").ss58
GROUP = Group(2, (ALICE, BOB, CHARLIE))


@dataclass
class Localnet:
    """A chain of the module's own, and the command line against it."""

    endpoint: str
    read: Callable[[], Any]

    def taoctl(self, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a command."""
        code = dispatch([*words, "-n", self.endpoint, "--timeout", "30"])
        captured = self.read()
        return code, captured.out, captured.err

    def data(self, schema: str, *words: str) -> Any:
        """The data of a command that must succeed, checked against its schema."""
        code, out, err = self.taoctl(*words, "-o", "json")
        assert code == 0, err
        whole = json.loads(out)
        jsonschema.validate(whole, every()[f"{schema}.json"])
        assert whole["simulated"]
        return whole["data"]

    def do(self, work: Callable[[Chain], Any]) -> Any:
        """What a coroutine finds on the chain."""

        async def run() -> Any:
            async with connect(self.endpoint, timeout=30) as chain:
                return await work(chain)

        return asyncio.run(run())

    def free(self, *accounts: str) -> list[int]:
        """The free rao of accounts."""

        async def work(chain: Chain) -> list[int]:
            view = await chain.at_head()
            return [
                int((await view.value("System", "Account", one))["data"]["free"])
                for one in accounts
            ]

        found: list[int] = self.do(work)
        return found


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    home = tmp_path_factory.mktemp("transactions")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.setenv("TAOCTL_WALLET_PATH", str(home / "wallets"))
        for name in ("TAOCTL_WALLET", "BT_WALLET_NAME", "TAOCTL_PASSWORD_FILE"):
            patch.delenv(name, raising=False)
        options = Options(
            scenario="small", block_time=0.2, seal=Seal.INTERVAL, state_dir=home / "chain"
        )
        running = service.start_detached(Launch(options, port))
        yield running.endpoint
        with suppress(Exception):
            service.stop(running.port)


@pytest.fixture
def net(endpoint: str, capsys: pytest.CaptureFixture[str]) -> Localnet:
    return Localnet(endpoint, capsys.readouterr)


async def _send(
    chain: Chain, intent: Intent, uri: str, home: Path, **options: Any
) -> tuple[Plan, Outcome]:
    """Plan and send an intent, even one that is refused."""
    signer, chosen = KeySigner(uri), TxOptions(**options)
    journal = Journal(home / "journal.sqlite3")
    plan = await make_plan(chain, intent, signer.ss58, chosen)
    return plan, await send(chain, plan, signer, journal, chosen)


# what a plan says


def _plans() -> list[tuple[str, str, Intent]]:
    pays = Transfer(DAVE, Tao(3 * TAO))
    return [
        ("transfer", "//Alice", Transfer(BOB, Tao(TAO + 7))),
        ("transfer to a new account", "//Alice", Transfer(NEW, Tao(TAO))),
        ("transfer to oneself", "//Alice", Transfer(ALICE, Tao(TAO))),
        ("batch", "//Alice", Batch((pays, Transfer(EVE, Tao(TAO)), pays))),
        ("force batch", "//Alice", Batch((pays, Transfer(ALICE, Tao(1))), BatchMode.FORCE)),
        ("add a proxy", "//Alice", AddProxy(BOB, "Transfer")),
        ("as a proxy", "//Bob", ByProxy(pays, ALICE)),
        ("add another proxy", "//Alice", AddProxy(CHARLIE, "Any")),
        ("a batch as a proxy", "//Charlie", ByProxy(Batch((pays, pays)), ALICE)),
        ("let the real one pay", "//Alice", RealPays(BOB)),
        ("as a proxy, paid for", "//Bob", ByProxy(pays, ALICE)),
        ("remove a proxy", "//Alice", RemoveProxy(BOB, "Transfer")),
        ("remove all proxies", "//Alice", RemoveProxies()),
        ("fund a multisig", "//Alice", Transfer(GROUP.ss58, Tao(20 * TAO))),
        ("first approval", "//Alice", ByMultisig(pays, GROUP)),
        ("last approval", "//Charlie", ByMultisig(pays, GROUP)),
        ("one of two", "//Bob", ByMultisig(pays, Group(1, (BOB, EVE)))),
        ("generic transfer", "//Bob", Generic(_transfer("transfer_allow_death", DAVE, 5))),
        ("everything", "//Ferdie", TransferAll(EVE)),
    ]


def _transfer(name: str, dest: str, value: int) -> ChainCall:
    return ChainCall("Balances", name, {"dest": dest, "value": value})


def test_what_plans_say_comes_true(net: Localnet, tmp_path: Path) -> None:
    shared = Group(1, (BOB, EVE)).ss58
    assert net.taoctl("wallet", "transfer", shared, "5", "--wallet", "//Eve", "-y", "-q")[0] == 0

    async def work(chain: Chain) -> None:
        for what, uri, intent in _plans():
            plan, outcome = await _send(chain, intent, uri, tmp_path)
            assert (plan.refusals, outcome.error) == ((), None), what
            assert plan.fee is not None and outcome.fee_paid is not None
            assert outcome.fee_paid <= plan.fee, what
            assert outcome.block_hash is not None
            view = await chain.at_hash(outcome.block_hash)
            for effect in plan.effects:
                if not isinstance(effect.after, Tao):
                    continue
                assert effect.account is not None
                account = await view.value("System", "Account", effect.account)
                held = Tao(int(account["data"][effect.what]))
                pays = effect.what == "free" and effect.account == plan.fee_payer_ss58
                # All that can leave an account is what is left of it once the fee is paid.
                fee = outcome.fee_paid if pays and what != "everything" else Tao(0)
                assert held == effect.after - fee, f"{what}: {effect}"

    net.do(work)


def test_a_fee_that_leaves_too_little_is_refused_as_the_chain_does(
    net: Localnet, tmp_path: Path
) -> None:
    uri = "//Nobody/6"
    who = KeySigner(uri).ss58
    assert net.taoctl("wallet", "transfer", who, "2", "--wallet", "//Alice", "-y", "-q")[0] == 0

    async def work(chain: Chain) -> None:
        for intent in (
            Transfer(BOB, Tao(2 * TAO - 500)),
            Batch((Transfer(BOB, Tao(TAO)), Transfer(EVE, Tao(TAO - 500_000)))),
        ):
            plan, outcome = await _send(chain, intent, uri, tmp_path)
            assert [one.name for one in plan.refusals] == ["NotExpendable"]
            assert outcome.error is not None
            assert outcome.error.name.startswith("Token.")
        await _send(chain, TransferAll(BOB, allow_death=True), uri, tmp_path)
        with pytest.raises(RefusedError, match="pay some fees"):
            await _send(chain, Transfer(BOB, Tao(0)), uri, tmp_path)
        options = TxOptions()
        plan = await make_plan(chain, Transfer(BOB, Tao(0)), who, options)
        assert [one.name for one in plan.refusals] == ["Payment"]

    net.do(work)


def _refused() -> list[tuple[str, str, Intent, str]]:
    pays = Transfer(DAVE, Tao(TAO))
    filtered = "System.CallFiltered"
    nested = Generic(
        ChainCall("Utility", "batch", {"calls": [ChainCall("Utility", "batch", {"calls": []})]})
    )
    return [
        ("too much", "//Bob", Transfer(EVE, Tao(30_000 * TAO)), "Token.FundsUnavailable"),
        ("too little for a new one", "//Bob", Transfer(_nobody(2), Tao(499)), "BelowMinimum"),
        ("no proxy", "//Eve", ByProxy(pays, ALICE), "Proxy.NotProxy"),
        ("wrong type", "//Eve", ByProxy(pays, CHARLIE), filtered),
        ("wrong type forced", "//Eve", ByProxy(pays, CHARLIE, "Any"), "Proxy.NotProxy"),
        ("a batch of the wrong type", "//Eve", ByProxy(Batch((pays, pays)), CHARLIE), filtered),
        ("unannounced", "//Dave", ByProxy(pays, CHARLIE), "Proxy.Unannounced"),
        ("own proxy", "//Eve", AddProxy(EVE, "Any"), "Proxy.NoSelfProxy"),
        ("twice", "//Charlie", AddProxy(EVE, "Staking"), "Proxy.Duplicate"),
        ("none to remove", "//Bob", RemoveProxy(EVE, "Any"), "Proxy.NotFound"),
        ("announced by a stranger", "//Bob", Announce(EVE, "0x" + 64 * "1"), "Proxy.NotProxy"),
        ("real pays a stranger", "//Bob", RealPays(EVE), "Proxy.NotProxy"),
        ("nested batches", "//Bob", nested, filtered),
    ]


def _nobody(number: int) -> str:
    return KeySigner(f"//Nobody/{number}").ss58


def test_what_a_plan_refuses_the_chain_refuses(net: Localnet, tmp_path: Path) -> None:
    async def work(chain: Chain) -> None:
        for intent in (AddProxy(EVE, "Staking"), AddProxy(DAVE, "Any", delay_blocks=500)):
            _, outcome = await _send(chain, intent, "//Charlie", tmp_path)
            assert outcome.error is None
        with pytest.raises(RefusedError, match="signing address"):
            # Whoever else sends a sudo call is turned away by the pool.
            await _send(
                chain, BySudo(Generic(_transfer("transfer_keep_alive", BOB, 1))), "//Bob", tmp_path
            )
        for what, uri, intent, name in _refused():
            plan, outcome = await _send(chain, intent, uri, tmp_path)
            assert [one.name for one in plan.refusals] == [name.rpartition(".")[2]], what
            assert outcome.error is not None, what
            assert outcome.error.name.endswith(name), what

    net.do(work)


def test_a_delayed_proxy_announces_waits_and_acts(net: Localnet) -> None:
    assert (
        net.taoctl("wallet", "transfer", "//Ferdie", "9", "--wallet", "//Eve", "-y", "-q")[0] == 0
    )
    me = ("--proxy-for", "//Ferdie", "--wallet", "//Dave")
    code, _, err = net.taoctl(
        "proxy", "add", "//Dave", "--delay", "12", "--wallet", "//Ferdie", "-y", "-q"
    )
    assert code == 0, err
    assert (
        net.taoctl("wallet", "transfer", "//Ferdie", "9", "--wallet", "//Eve", "-y", "-q")[0] == 0
    )
    transfer = ("wallet", "transfer", "//Bob", "1", *me, "-y", "-q")
    code, _, err = net.taoctl(*transfer)
    assert code == 1
    digest = err.partition("--call-hash ")[2].partition("`")[0]
    announce = ("proxy", "announce", "//Ferdie", "--call-hash", digest, "--wallet", "//Dave")
    assert net.taoctl(*announce, "-y", "-q")[0] == 0
    code, _, err = net.taoctl(*transfer)
    assert code == 1
    assert "allowed again in" in err and " s)" in err
    for _ in range(50):
        code, _, err = net.taoctl(*transfer)
        if code == 0:
            break
    assert code == 0, err


# the commands


def test_a_transfer_is_planned_asked_for_and_sent(net: Localnet) -> None:
    transfer = ("wallet", "transfer", "//Bob", "1.25", "--wallet", "//Alice")
    before = net.free(ALICE, BOB)
    plan = net.data("taoctl.plan.1", *transfer, "--dry-run")
    assert plan["call"]["args"] == {"dest": BOB, "value": 1_250_000_000}
    assert (plan["refusals"], plan["warnings"]) == ([], [])
    assert net.free(ALICE, BOB) == before
    code, out, err = net.taoctl(*transfer)
    assert (code, out) == (2, "")
    assert "--yes" in err
    assert net.free(ALICE, BOB) == before
    done = net.data("taoctl.tx.1", *transfer, "-y", "--tip", "0.5")
    fee = int(done["fee"]["rao"])
    assert fee > TAO // 2
    assert net.free(ALICE, BOB) == [before[0] - fee - 1_250_000_000, before[1] + 1_250_000_000]
    assert {"pallet": "Balances", "name": "Transfer"}.items() <= done["events"][1].items()


def test_a_refusal_leaves_stdout_empty_and_says_why(net: Localnet) -> None:
    code, out, err = net.taoctl(
        "wallet", "transfer", "//Bob", "99999999", "--wallet", "//Alice", "-y", "-o", "json"
    )
    assert (code, out) == (1, "")
    said = json.loads(err.splitlines()[-1])["error"]
    assert said["code"] == "refused"
    assert "FundsUnavailable" in said["message"]


def test_an_error_in_the_block_is_said_with_its_remedy(net: Localnet) -> None:
    call = ("chain", "call", "Balances", "force_set_balance", "-a", "who=//Bob", "-a", "new_free=0")
    code, out, err = net.taoctl(*call, "--wallet", "//Bob", "-y", "-q")
    assert (code, out) == (1, "")
    assert "refused it with BadOrigin (block" in err
    assert "--sudo" in err


def test_calls_from_arguments_files_and_bytes_are_the_same(net: Localnet, tmp_path: Path) -> None:
    by = ("--wallet", "//Alice", "--dry-run")
    call = ("chain", "call", "Balances", "transfer_keep_alive")
    first = net.data("taoctl.plan.1", *call, "-a", "dest=//Bob", "-a", "value=2tao", *by)
    args = tmp_path / "args.json"
    args.write_text(json.dumps({"dest": BOB, "value": 2 * TAO}))
    second = net.data("taoctl.plan.1", *call, "--args-file", str(args), *by)
    third = net.data("taoctl.plan.1", "chain", "call", "--call-hex", first["call_bytes"], *by)
    fourth = net.data("taoctl.plan.1", "wallet", "transfer", "//Bob", "2", *by)
    for other in (second, third, fourth):
        assert other["call_bytes"] == first["call_bytes"]
    lines = tmp_path / "calls.ndjson"
    one = {"pallet": "Balances", "call": "transfer_keep_alive"}
    lines.write_text(
        "\n".join(json.dumps({**one, "args": {"dest": who, "value": "1tao"}}) for who in (BOB, EVE))
    )
    table = tmp_path / "payouts.csv"
    table.write_text(f"dest,amount\n# a comment\n//Bob,1\n{EVE},1tao\n")
    many = net.data("taoctl.plan.1", "chain", "call", "--batch", str(lines), *by)
    same = net.data("taoctl.plan.1", "wallet", "transfer", "--batch", str(table), *by)
    assert many["call_bytes"] == same["call_bytes"]
    assert many["call"]["call"] == "batch_all"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("wallet", "transfer"), "nobody to send to"),
        (("wallet", "transfer", "//Bob"), "no amount"),
        (("wallet", "transfer", "//Bob", "1", "--all"), "either an amount or --all"),
        (("wallet", "transfer", "//Bob", "1,5"), "not an amount"),
        (("wallet", "transfer", "//Bob", "1", "--tip", "x"), "not an amount"),
        (("wallet", "transfer", "//Bob", "1", "--at-block", "1"), "--at-block"),
        (("wallet", "transfer", "//Bob", "1", "--proxy-type", "Any"), "without --proxy-for"),
        (("wallet", "transfer", "//Bob", "1", "--multisig", "//Bob"), "no multisig account"),
        (("wallet", "transfer", "//Bob", "1", "-o", "csv"), "CSV"),
        (("chain", "call", "System"), "in one way"),
        (("chain", "call", "System", "remark", "-a", "remark"), "is no argument"),
        (("chain", "call", "System", "remark"), "also needs remark (bytes)"),
        (("chain", "call", "--call-hex", "0xzz"), "not hexadecimal"),
        (("multisig", "approve", "2:a", "0x00"), "neither an address"),
    ],
)
def test_wrong_words_exit_2_before_anything_is_sent(
    net: Localnet, words: tuple[str, ...], said: str
) -> None:
    code, out, err = net.taoctl(*words, "--wallet", "//Alice", "-y")
    assert (code, out) == (2, "")
    assert said in err


def test_sudo_runs_as_root_and_only_for_its_key(net: Localnet) -> None:
    call = ("chain", "call", "Balances", "force_set_balance", "-a", f"who={_nobody(3)}")
    value = ("-a", "new_free=1tao", "--sudo", "-y", "-q")
    assert net.taoctl(*call, *value, "--wallet", "//Bob")[0] == 1
    assert net.free(_nobody(3)) == [0]
    assert net.taoctl(*call, *value, "--wallet", "//Alice")[0] == 0
    assert net.free(_nobody(3)) == [TAO]


CLIENT = r"""
import json, sys
from substrateinterface import SubstrateInterface

chain = SubstrateInterface(url=sys.argv[1])
said = {}
for name, item, *keys in json.loads(sys.argv[2]):
    found = chain.query(name, item, keys)
    said[".".join((name, item, *keys))] = found.value
print(json.dumps(said))
"""


def _foreign(net: Localnet, *items: tuple[str, ...]) -> dict[str, Any]:
    """What unmodified substrate-interface reads, in a process that knows nothing of taoctl."""
    answer = subprocess.run(
        [sys.executable, "-c", CLIENT, net.endpoint, json.dumps(items)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_a_foreign_client_sees_proxies_and_approvals(net: Localnet) -> None:
    group = f"2:{DAVE},{EVE},{FERDIE}"
    address = _address(net, group)
    assert net.taoctl("wallet", "transfer", address, "4", "--wallet", "//Alice", "-y", "-q")[0] == 0
    assert (
        net.taoctl("proxy", "add", "//Eve", "--type", "Staking", "--wallet", "//Bob", "-yq")[0] == 0
    )
    pay = ("wallet", "transfer", _nobody(4), "1.5", "--multisig", group, "-y", "-q")
    assert net.taoctl(*pay, "--wallet", "//Eve")[0] == 0
    waiting = net.data("taoctl.multisig.list.1", "multisig", "list", group)
    assert [(one["multisig"], one["approved"]) for one in waiting] == [(address, 1)]
    listed = net.data("taoctl.proxy.list.1", "proxy", "list", "//Bob")
    assert ("Staking", EVE) in [(one["proxy_type"], one["delegate"]) for one in listed]
    digest = waiting[0]["call_hash"]
    seen = _foreign(net, ("Proxy", "Proxies", BOB), ("Multisig", "Multisigs", address, digest))
    proxies = seen[f"Proxy.Proxies.{BOB}"][0]
    assert {"delegate": EVE, "proxy_type": "Staking", "delay": 0} in proxies
    pending = seen[f"Multisig.Multisigs.{address}.{digest}"]
    assert (pending["depositor"], pending["approvals"]) == (EVE, [EVE])
    assert net.taoctl(*pay, "--wallet", "//Dave")[0] == 0
    account = ("System", "Account", _nobody(4))
    assert _foreign(net, account)[".".join(account)]["data"]["free"] == 1_500_000_000


def _address(net: Localnet, group: str) -> str:
    code, out, err = net.taoctl("multisig", "address", group)
    assert code == 0, err
    return out.strip()


def test_a_multisig_call_is_opened_by_hash_cancelled_and_approved_by_bytes(net: Localnet) -> None:
    group = f"2:{ALICE},{BOB},{EVE}"
    by = ("--wallet", "//Alice", "-y", "-q")
    assert net.taoctl("wallet", "transfer", _address(net, group), "4", *by)[0] == 0
    call = net.data(
        "taoctl.plan.1", "wallet", "transfer", _nobody(5), "1", "--wallet", "//Alice", "--dry-run"
    )["call_bytes"]
    assert net.taoctl("multisig", "approve", group, call, *by)[0] == 0
    digest = net.data("taoctl.multisig.list.1", "multisig", "list", group)[0]["call_hash"]
    code, _, err = net.taoctl("multisig", "approve", group, digest, "--wallet", "//Bob", "-y", "-q")
    assert code == 1 and "CallNeeded" in err
    code, _, err = net.taoctl("multisig", "cancel", group, digest, "--wallet", "//Bob", "-y", "-q")
    assert code == 1 and "NotOwner" in err
    assert net.taoctl("multisig", "cancel", group, digest, *by)[0] == 0
    assert net.data("taoctl.multisig.list.1", "multisig", "list", group) == []
    assert net.taoctl("multisig", "approve", group, digest, *by)[0] == 0
    code, _, err = net.taoctl("multisig", "approve", group, call, "--wallet", "//Eve", "-y", "-q")
    assert code == 0, err
    assert net.free(_nobody(5)) == [TAO]

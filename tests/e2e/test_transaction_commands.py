"""The commands that send transactions, against a localnet: answers, errors, exit codes."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from transaction_net import ALICE, BOB, DAVE, EVE, FERDIE, TAO, Localnet, nobody, running

from taoctl.calls.transfer import Transfer
from taoctl.chain.client import Chain
from taoctl.cli import options
from taoctl.cli.transact import transact
from taoctl.cli.writing import WriteFlags
from taoctl.errors import UsageError
from taoctl.submit.options import Wait
from taoctl.units import Tao

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("transactions")) as found:
        yield found


@pytest.fixture
def net(endpoint: str, capsys: pytest.CaptureFixture[str]) -> Localnet:
    return Localnet(endpoint, capsys.readouterr)


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
    words = ("wallet", "transfer", "//Bob", "99999999", "--wallet", "//Alice")
    said = net.failure(*words, "-y")
    assert said["code"] == "refused"
    assert "FundsUnavailable" in said["message"]
    assert [one["name"] for one in said["details"]["refusals"]] == ["FundsUnavailable"]
    code, out, _ = net.taoctl(*words, "--dry-run")
    assert code == 0
    assert re.search(r"^refused .* \(FundsUnavailable\)\nhint +send less", out, re.M)


def test_an_error_in_the_block_is_said_with_its_remedy(net: Localnet) -> None:
    call = ("chain", "call", "Balances", "force_set_balance", "-a", "who=//Bob", "-a", "new_free=0")
    code, out, err = net.taoctl(*call, "--wallet", "//Bob", "-y", "-q")
    assert (code, out) == (1, "")
    assert re.search(r"refused transaction \d+ with BadOrigin \(block", err)
    assert "--sudo" in err
    said = net.failure(*call, "--wallet", "//Bob", "-y", "-q")["details"]["transaction"]
    assert (said["state"], said["error"]) == ("failed", "BadOrigin")
    assert said["id"] > 0 and said["block"] > 0 and len(said["extrinsic_hash"]) == 66


def test_a_part_of_a_batch_that_is_done_is_not_to_be_sent_again(
    net: Localnet, tmp_path: Path
) -> None:
    table = tmp_path / "payouts.csv"
    table.write_text(f"{DAVE},1\n{EVE},99999999\n")
    words = ("wallet", "transfer", "--batch", str(table), "--batch-mode", "force_batch")
    code, _, err = net.taoctl(*words, "--wallet", "//Bob", "-y", "-q")
    assert code == 1
    assert "in Utility.force_batch call 2 with" in err
    assert "do not send them again" in err


def test_a_transaction_nobody_waited_for_does_not_hold_up_the_same_later(net: Localnet) -> None:
    words = ("wallet", "transfer", "//Bob", "0.125", "--wallet", "//Alice", "-y")
    assert net.taoctl(*words, "--wait", "none")[0] == 0
    at = net.do(lambda chain: _passed(chain, 3))
    code, _, err = net.taoctl(*words)
    assert code == 0, (at, err)
    assert re.search(r"transaction \d+ \(send 0\.125.*succeeded in block", err)


async def _passed(chain: Chain, blocks: int) -> int:
    """Wait until so many blocks have passed."""
    first = (await chain.at_head()).block
    while (await chain.at_head()).block < first + blocks:
        await asyncio.sleep(0.1)
    return first


def test_a_member_sees_what_it_approves_by_hash(net: Localnet) -> None:
    group = f"3:{BOB},{DAVE},{FERDIE}"
    call = ("chain", "call", "System", "remark", "-a", "remark=hello there")
    words = (*call, "--multisig", group, "--wallet", "//Bob", "--dry-run")
    plan = net.data("taoctl.plan.1", *words)
    assert plan["call"]["call"] == "approve_as_multi"
    assert plan["call_by_hash"]["call"] == "remark"
    _, out, _ = net.taoctl(*words)
    assert "approves\n  System.remark\n    remark: hello there\n" in out


def test_long_plans_keep_what_they_cost_in_sight(net: Localnet, tmp_path: Path) -> None:
    table = tmp_path / "payouts.csv"
    table.write_text("".join(f"{nobody(100 + n)},0.1\n" for n in range(20)))
    words = ("wallet", "transfer", "--batch", str(table), "--wallet", "//Bob", "--dry-run")
    code, out, _ = net.taoctl(*words)
    assert code == 0
    assert "send 2.000000000 TAO in 20 transfers to 20 accounts, all or none" in out
    assert "20 times Balances.transfer_keep_alive, 2.000000000 TAO in all:" in out
    assert out.count("0.100000000 TAO  to 5") == 20
    assert "… and 9 more" in out and "… and 8 more" in out
    assert len(net.data("taoctl.plan.1", *words)["effects"]) == 21


def test_longer_batches_are_whole_only_in_json(net: Localnet, tmp_path: Path) -> None:
    table = tmp_path / "payouts.csv"
    table.write_text("//Bob,0.1\n//Eve,0.2\n" * 25)
    words = ("wallet", "transfer", "--batch", str(table), "--wallet", "//Alice", "--dry-run")
    _, out, _ = net.taoctl(*words)
    assert "send 7.500000000 TAO in 50 transfers to 2 accounts" in out
    assert out.count(" TAO  to ") == 40 and "… and 10 more;" in out
    assert f"0.100000000 TAO  to {BOB} (//Bob INSECURE)" in out
    assert len(net.data("taoctl.plan.1", *words)["call"]["args"]["calls"]) == 50
    file = tmp_path / "calls.json"
    remark = {"pallet": "System", "call": "remark", "args": {"remark": "x"}}
    file.write_text(json.dumps([remark] * 50))
    _, out, _ = net.taoctl("chain", "call", "--batch", str(file), "--wallet", "//Bob", "--dry-run")
    assert out.count("remark: x") < 40 and "more lines; all of them with --dry-run -o json" in out


def test_a_new_account_is_new_only_once_in_a_batch(net: Localnet, tmp_path: Path) -> None:
    table = tmp_path / "payouts.csv"
    table.write_text(f"{nobody(20)},500rao\n{nobody(20)},7rao\n")
    words = ("wallet", "transfer", "--batch", str(table), "--wallet", "//Alice")
    assert net.data("taoctl.plan.1", *words, "--dry-run")["refusals"] == []
    assert net.taoctl(*words, "-y", "-q")[0] == 0
    assert net.free(nobody(20)) == [507]
    table.write_text(f"{nobody(21)},300rao\n{nobody(21)},400rao\n")
    refused = net.data("taoctl.plan.1", *words, "--dry-run")["refusals"]
    assert [one["name"] for one in refused] == ["BelowMinimum", "BelowMinimum"]


def test_a_dry_run_says_where_it_looked(net: Localnet) -> None:
    words = ("wallet", "transfer", "//Bob", "1", "--wallet", "//Alice", "--dry-run")
    _, out, err = net.taoctl(*words)
    assert re.search(rf"^{net.endpoint} SIM · block \d+ 0x", err, re.M)
    assert out.startswith(f"network    {net.endpoint} SIM\n")


def test_integers_beyond_doubles_are_text_in_json(net: Localnet) -> None:
    call = ("chain", "call", "Balances", "transfer_allow_death", "-a", "dest=//Bob")
    by = ("--wallet", "//Alice", "--dry-run")
    most = net.data("taoctl.plan.1", *call, "-a", f"value={2**53 - 1}", *by)
    assert most["call"]["args"]["value"] == 2**53 - 1
    more = net.data("taoctl.plan.1", *call, "-a", f"value={2**53}", *by)
    assert more["call"]["args"]["value"] == str(2**53)


def test_what_is_refused_is_said_once(net: Localnet, tmp_path: Path) -> None:
    table = tmp_path / "payouts.csv"
    table.write_text("//Bob,99999999\n//Eve,88888888\n")
    words = ("wallet", "transfer", "--batch", str(table), "--wallet", "//Alice", "-y")
    code, out, err = net.taoctl(*words)
    assert (code, out) == (1, "")
    assert err.count("not 99999999.") == 1 and err.count("not 88888888.") == 1
    assert err.count("send less, or fund the account first") == 2


def test_an_account_without_tao_has_nothing_to_send(net: Localnet, tmp_path: Path) -> None:
    words = ("wallet", "create", "empty", "--no-password", "-q")
    assert net.taoctl(*words, "--mnemonic-out", str(tmp_path / "words"))[0] == 0
    code, _, err = net.taoctl("wallet", "transfer", "//Bob", "--all", "--wallet", "empty", "-yq")
    assert code == 1
    assert "has no free TAO" in err and "--wallet" in err and "frozen" not in err


def test_root_is_not_asked_for_what_an_account_must_sign(net: Localnet) -> None:
    by = ("--sudo", "--wallet", "//Alice", "-y", "-q")
    for words in (
        ("wallet", "transfer", "//Bob", "1"),
        ("chain", "call", "Balances", "transfer_all", "-a", "dest=//Bob", "-a", "keep_alive=true"),
        ("proxy", "add", "//Bob", "--type", "Staking"),
    ):
        said = net.failure(*words, *by)
        assert [one["name"] for one in said["details"]["refusals"]] == ["BadOrigin"]
        assert "leave --sudo out" in said["hint"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{BOB},1\nnobody-of-that-name,1\n", "line 2: 'nobody-of-that-name' is neither"),
        (f"dest,amount\n\n{BOB},1e9\n", "line 3: '1e9' is not an amount"),
        (f"{BOB},1,x\n", "line 1: 3 columns"),
    ],
)
def test_a_wrong_line_of_a_batch_is_named(
    net: Localnet, tmp_path: Path, text: str, said: str
) -> None:
    table = tmp_path / "payouts.csv"
    table.write_text(text)
    code, out, err = net.taoctl(
        "wallet", "transfer", "--batch", str(table), "--wallet", "//Alice", "--dry-run"
    )
    assert (code, out) == (2, "")
    assert f"payouts.csv, {said}" in err


def test_a_wrong_call_of_a_batch_is_named(net: Localnet, tmp_path: Path) -> None:
    file = tmp_path / "calls.json"
    good = {"pallet": "System", "call": "remark", "args": {"remark": "x"}}
    file.write_text(json.dumps([good, {**good, "call": "remrk"}]))
    code, out, err = net.taoctl(
        "chain", "call", "--batch", str(file), "--wallet", "//Alice", "--dry-run"
    )
    assert (code, out) == (2, "")
    assert "call 2: " in err and "did you mean remark?" in err


def test_the_type_of_a_proxy_may_be_written_in_any_case(net: Localnet) -> None:
    words = ("proxy", "add", "//Bob", "--type", "smalltransfer", "--wallet", "//Alice")
    plan = net.data("taoctl.plan.1", *words, "--dry-run")
    assert plan["call"]["args"]["proxy_type"] == "SmallTransfer"


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
        (("wallet", "transfer", "//Bob", "-1"), "no amount or number here is negative"),
        (("wallet", "transfer", "//Bob", "1", "--tip", "x"), "not an amount"),
        (("wallet", "transfer", "//Bob", "1", "--tip", "99999999999"), "than the chain can count"),
        (("wallet", "transfer", "//Bob", "1", "--nonce", "99999999999"), "not in the range"),
        (("wallet", "transfer", "//Bob", "18446744073709551616rao"), "than the chain can count"),
        (("wallet", "transfer", "//Bob", "1alpha"), "'1alpha' is not an amount of TAO"),
        (("wallet", "transfer", "//Bob", "\u0661"), "not an amount"),
        (("chain", "call", "--call-hex", "0x0000146869"), "no call of this runtime"),
        (("proxy", "add", "//Bob", "--type", "Stakin"), "did you mean Staking?"),
        (
            ("wallet", "transfer", "//Bob", "1", "--proxy-for", "//Eve", "--proxy-type", "x"),
            "one of",
        ),
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


def test_who_signs_must_be_named(net: Localnet) -> None:
    for words in (("wallet", "transfer", "//Bob", "1"), ("chain", "call", "--call-hex", "0x00")):
        code, out, err = net.taoctl(*words)
        assert (code, out) == (2, "")
        assert "no wallet was named" in err and "--wallet WALLET" in err


def test_sudo_runs_as_root_and_only_for_its_key(net: Localnet) -> None:
    call = ("chain", "call", "Balances", "force_set_balance", "-a", f"who={nobody(3)}")
    value = ("-a", "new_free=1tao", "--sudo", "-y", "-q")
    assert net.taoctl(*call, *value, "--wallet", "//Bob")[0] == 1
    assert net.free(nobody(3)) == [0]
    assert net.taoctl(*call, *value, "--wallet", "//Alice")[0] == 0
    assert net.free(nobody(3)) == [TAO]


class ByHotkey(Transfer):
    """A transfer that a hotkey must sign."""

    signs_with = "hotkey"


def test_a_coldkey_does_not_sign_what_a_hotkey_must(net: Localnet, tmp_path: Path) -> None:
    words = ("wallet", "create", "keys", "--hotkey", "one", "--no-password", "-q")
    assert net.taoctl(*words, "--mnemonic-out", str(tmp_path / "words"))[0] == 0
    chosen = {field.name: None for field in fields(WriteFlags)}
    switches = {"dry_run": True, "yes": False, "again": False, "sudo": False}
    flags = WriteFlags(**{**chosen, **switches, "era": 64, "wait": Wait.INBLOCK})  # type: ignore[arg-type]
    options.current().network = net.endpoint
    with pytest.raises(UsageError, match="signed by a hotkey, and keys is a coldkey"):
        transact(ByHotkey(BOB, Tao(1)), flags, "keys")
    transact(ByHotkey(BOB, Tao(1)), flags, "keys/one")
    assert "signer" in net.read().out


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
    pay = ("wallet", "transfer", nobody(4), "1.5", "--multisig", group, "-y", "-q")
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
    account = ("System", "Account", nobody(4))
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
        "taoctl.plan.1", "wallet", "transfer", nobody(5), "1", "--wallet", "//Alice", "--dry-run"
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
    assert net.free(nobody(5)) == [TAO]


def test_a_keyless_account_is_named_to_people(net: Localnet) -> None:
    code, out, _ = net.taoctl("proxy", "create-pure", "--wallet", "//Ferdie", "-y")
    assert code == 0
    (made,) = re.findall(r"^account +(5[1-9A-Za-z]{47})$", out, re.MULTILINE)
    listed = net.data("taoctl.proxy.list.1", "proxy", "list", made)
    assert [one["delegate"] for one in listed] == [FERDIE]

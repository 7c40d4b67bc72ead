"""What approvals of multisig accounts say: of the approval, and not of what is approved."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

import pytest
from transaction_net import BOB, DAVE, EVE, TAO, Localnet, nobody, running

from taoctl.calls.multisig import approvals
from taoctl.chain.client import Chain

pytestmark = pytest.mark.e2e

TRIO = f"2:{BOB},{DAVE},{EVE}"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("approvals")) as found:
        yield found


@pytest.fixture
def net(endpoint: str, capsys: pytest.CaptureFixture[str]) -> Localnet:
    return Localnet(endpoint, capsys.readouterr)


def _funded(net: Localnet, group: str) -> str:
    address = net.taoctl("multisig", "address", group)[1].strip()
    assert net.taoctl("wallet", "transfer", address, "9", "--wallet", "//Alice", "-yq")[0] == 0
    return address


def _intents(net: Localnet) -> list[str]:
    listed = json.loads(net.taoctl("tx", "list", "-o", "json")[1])["data"]
    return [one["intent"] for one in listed]


def test_an_approval_is_not_said_to_be_what_is_approved(net: Localnet) -> None:
    account = _funded(net, TRIO)
    pay = ("wallet", "transfer", nobody(1), "2.5", "--multisig", TRIO)
    plan = net.data("taoctl.plan.1", *pay, "--wallet", "//Bob", "--dry-run")
    first = f"approve 1 of 2 for the multisig {account} (2 of 3): send 2.500000000 TAO to "
    assert plan["intent"].startswith(first)
    assert plan["approval"]["carries_out"] is False
    assert set(plan["approval"]["may_approve"]) == {DAVE, EVE}

    code, out, _ = net.taoctl(*pay, "--wallet", "//Bob", "-y", "-q")
    assert code == 0 and net.free(nobody(1)) == [0]
    assert out.startswith(f"in a block, not final yet: {first}")
    assert "approved   1 of 2, not carried out yet\n" in out
    assert re.search(rf"^may next +{DAVE}", out, re.M) and "carried out\n" not in out

    asked = re.search(r"`taoctl (multisig approve .*)`", out)
    assert asked is not None
    done = net.data("taoctl.tx.1", *shlex.split(asked[1]), "--wallet", "//Eve", "-y")
    assert done["intent"].startswith(f"approve and carry out as the multisig {account} (2 of 3)")
    assert (done["carried_out"], done["approval"]["number"]) == (True, 2)
    assert net.free(nobody(1)) == [25 * TAO // 10]
    newest, opening = _intents(net)[:2]
    assert newest != opening and opening.startswith("approve 1 of 2")


def test_the_last_approval_says_that_it_was_carried_out(net: Localnet) -> None:
    _funded(net, TRIO)
    pay = ("wallet", "transfer", nobody(2), "1", "--multisig", TRIO, "-y")
    opened = net.data("taoctl.tx.1", *pay, "--wallet", "//Bob")
    assert (opened["carried_out"], opened["approval"]["number"]) == (False, 1)
    code, out, _ = net.taoctl(*pay, "--wallet", "//Dave", "-q")
    assert code == 0
    assert "approved   2 of 2, carried out\n" in out and "not carried out" not in out


def test_an_approval_by_hash_says_which_it_is(net: Localnet) -> None:
    digest = "0x" + "5a" * 32
    words = ("multisig", "approve", TRIO, digest, "--wallet", "//Bob")
    assert "approve 1 of 2 for the multisig" in net.taoctl(*words, "--dry-run")[1]
    code, out, _ = net.taoctl(*words, "-y", "-q", "--wait", "none")
    assert code == 0
    assert "approves   1 of 2, once it is in a block\n" in out


def test_approvals_that_are_enough_are_carried_out_by_one_who_has_approved(net: Localnet) -> None:
    pair = f"2:{BOB},{DAVE}"
    account = _funded(net, pair)
    pay = ("wallet", "transfer", nobody(3), "1", "--multisig", pair)
    assert net.taoctl(*pay, "--wallet", "//Bob", "-yq")[0] == 0
    pending = net.data("taoctl.multisig.list.1", "multisig", "list", pair)[0]
    opened = net.do(lambda chain: _opened(chain, account, pending["call_hash"]))
    given = {
        "threshold": 2,
        "other_signatories": [BOB],
        "maybe_timepoint": opened,
        "call_hash": pending["call_hash"],
        "max_weight": {"ref_time": 0, "proof_size": 0},
    }
    args = [word for name, value in given.items() for word in ("-a", f"{name}={_text(value)}")]
    call = ("chain", "call", "Multisig", "approve_as_multi", *args)
    code, _, err = net.taoctl(*call, "--wallet", "//Dave", "-yq")
    assert code == 0, err
    assert net.data("taoctl.tx.1", *pay, "--wallet", "//Dave", "-y")["carried_out"] is True
    assert net.free(nobody(3)) == [TAO]


async def _opened(chain: Chain, account: str, call_hash: str) -> dict[str, int]:
    state = await approvals(await chain.at_head(), account, call_hash)
    assert state is not None
    return state.timepoint


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)

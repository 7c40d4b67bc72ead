"""What a proxy publishes of a neuron, and a hotkey whose file is encrypted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stake_net import StakeNet

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from locked_wallets import PASSWORD, write_wallet
from weights_chain import ALICE, BOB, OPEN, weights_chain

from taoctl.localnet.frame import Runtime

HERE = ("serve", str(OPEN), "--ip", "8.8.4.4", "--port", "8091", "--prometheus-port", "9090")
ACTING = ("--wallet", "//Bob", "--proxy-for", ALICE, "-y")
LIMIT = 50
"""Blocks after which the subnet takes another endpoint."""


@pytest.fixture
def net(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[StakeNet]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    monkeypatch.delenv("TAOCTL_PASSWORD_FILE", raising=False)
    with weights_chain() as chain:
        yield StakeNet(chain, capsys.readouterr)


def act(net: StakeNet, *words: str) -> Any:
    return net.data("taoctl.tx.1", "neuron", *words)


def published(net: StakeNet, hotkey: str) -> Any:
    """Ports of the axon and of Prometheus in storage; None for none."""

    def look(head: Any) -> tuple[Any, Any]:
        found = (
            head.subtensor.Axons.get((OPEN, hotkey)),
            head.subtensor.Prometheus.get((OPEN, hotkey)),
        )
        axon, figures = ((one["port"] if one and one["ip"] else None) for one in found)
        return axon, figures

    return net.look(look)


def fields(net: StakeNet, hotkey: str) -> Any:
    return net.look(lambda head: head.commitments.CommitmentOf[OPEN, hotkey])["info"]["fields"]


def made_proxy(net: StakeNet, kind: str = "Any") -> None:
    """Make Bob a proxy of Alice, the validator."""
    net.data("taoctl.tx.1", "proxy", "add", BOB, "--type", kind, "--wallet", "//Alice", "-y")


def test_a_proxy_publishes_for_whom_it_acts_and_takes_it_back(net: StakeNet) -> None:
    made_proxy(net)
    plan = net.data("taoctl.plan.1", "neuron", *HERE, *ACTING[:-1], "--dry-run")
    assert (plan["refusals"], plan["call"]["call"]) == ([], "proxy")
    assert {one["account"] for one in plan["effects"]} == {ALICE}
    act(net, *HERE, *ACTING)
    assert published(net, ALICE) == (8091, 9090)
    assert published(net, BOB) == (None, None)
    net.chain.make_blocks(LIMIT)
    act(net, "unserve", str(OPEN), *ACTING)
    assert published(net, ALICE) == (None, 9090)
    act(net, "commitment", "set", str(OPEN), "by a proxy", *ACTING)
    assert fields(net, ALICE) == ({"Raw10": b"by a proxy"},)


def test_a_type_that_may_not_publish_is_refused_before_signing(net: StakeNet) -> None:
    made_proxy(net, "Staking")
    sent = net.sent()
    for words in (HERE, ("commitment", "set", str(OPEN), "x")):
        (refusal,) = net.failure("neuron", *words, *ACTING)["details"]["refusals"]
        assert refusal["name"] == "CallFiltered"
    assert net.sent() == sent
    assert published(net, ALICE) == (None, None)


def locked(net: StakeNet, folder: Path) -> str:
    """A hotkey with a seat whose file is encrypted, in a wallet with a coldkey; its address."""
    hotkey: str = write_wallet(folder, "locked", hotkey="miner").ss58
    write_wallet(folder, "locked")

    def write(runtime: Runtime) -> None:
        runtime.subtensor.create_account_if_new(hotkey, hotkey)
        runtime.subtensor.append_neuron(OPEN, hotkey, 0)

    net.change(write)
    return hotkey


def test_a_hotkey_in_an_encrypted_file_publishes(net: StakeNet, tmp_path: Path) -> None:
    hotkey = locked(net, tmp_path / "wallets")
    secret, wrong = tmp_path / "password", tmp_path / "wrong"
    for path, text in ((secret, PASSWORD), (wrong, "not it")):
        path.write_text(text)
        path.chmod(0o600)
    mine = ("--wallet", "locked/miner", "-y", "--no-input")
    for given in ((), ("--password-file", str(wrong))):
        code, out, err = net.taoctl("neuron", *HERE, *mine, *given)
        assert (code, out) == (6, ""), err
        assert "Traceback" not in err and "not it" not in err
    assert (net.sent(), published(net, hotkey)) == (0, (None, None))
    act(net, *HERE, *mine, "--password-file", str(secret))
    assert published(net, hotkey) == (8091, 9090)
    act(net, "commitment", "set", str(OPEN), "mine", *mine, "--password-file", str(secret))
    assert fields(net, hotkey) == ({"Raw4": b"mine"},)


@pytest.mark.parametrize(
    "words", [HERE, HERE[:-2], ("unserve", str(OPEN)), ("commitment", "set", str(OPEN), "x")]
)
def test_a_coldkey_publishes_nothing_of_a_neuron(
    net: StakeNet, tmp_path: Path, words: tuple[str, ...]
) -> None:
    locked(net, tmp_path / "wallets")
    code, out, err = net.taoctl("neuron", *words, "--wallet", "locked", "-y", "--no-input")
    assert (code, out) == (2, "")
    assert "signed by a hotkey, and locked is a coldkey" in err
    assert "--wallet locked/HOTKEY" in err

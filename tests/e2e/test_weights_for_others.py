"""Weights that a proxy sets, a multisig sets, and a hotkey whose file is encrypted."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stake_net import StakeNet

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from locked_wallets import PASSWORD, write_wallet
from nodes import TAO
from weights_chain import ALICE, BOB, CHARLIE, DAVE, HIDDEN, OPEN, UIDS, weights_chain

from taoctl.localnet.frame import Runtime

STATUS = "taoctl.weights.status.1"
PAIR = f"2:{CHARLIE},{DAVE}"
FOUR, FIVE = "4=1", "5=2"
ROW = ((4, 32768), (5, 65535))


@pytest.fixture
def net(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[StakeNet]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    monkeypatch.delenv("TAOCTL_PASSWORD_FILE", raising=False)
    with weights_chain() as chain:
        yield StakeNet(chain, capsys.readouterr)


def row(net: StakeNet, netuid: int, uid: int) -> Any:
    return net.look(lambda head: head.subtensor.weight_row(netuid, uid))


def status(net: StakeNet, account: str) -> Any:
    return net.data(STATUS, "weights", "status", account)


def made_proxy(net: StakeNet, kind: str = "Any", delay: int = 0) -> None:
    """Make Bob a proxy of Alice, the validator."""
    words = ("proxy", "add", BOB, "--type", kind, f"--delay={delay}", "--wallet", "//Alice", "-y")
    net.data("taoctl.tx.1", *words)


def seated(net: StakeNet, hotkey: str) -> None:
    """Make an account a validator with the most stake on both subnets, as UID 8."""

    def write(runtime: Runtime) -> None:
        module = runtime.subtensor
        module.create_account_if_new(hotkey, hotkey)
        for netuid in (OPEN, HIDDEN):
            module.append_neuron(netuid, hotkey, 0)
            module.ValidatorPermit[netuid] = (True,) * (UIDS + 1)
            module.add_stake_shares(hotkey, hotkey, netuid, 9_000 * TAO)
            module.SubnetAlphaOut[netuid] += 9_000 * TAO

    net.change(write)


def to_block(net: StakeNet, number: int) -> None:
    net.chain.make_blocks(number - net.look(lambda head: head.block_number))


def test_a_proxy_sets_the_weights_of_whom_it_acts_for(net: StakeNet) -> None:
    made_proxy(net)
    acting = ("--wallet", "//Bob", "--proxy-for", ALICE)
    plan = net.data("taoctl.plan.1", "weights", "set", str(OPEN), FOUR, FIVE, *acting, "--dry-run")
    assert (plan["refusals"], plan["call"]["call"]) == ([], "proxy")
    assert {effect["account"] for effect in plan["effects"]} == {ALICE}
    sent = net.data("taoctl.tx.1", "weights", "set", str(OPEN), FOUR, FIVE, *acting, "-y")
    assert sent["carried_out"] is True
    assert row(net, OPEN, 1) == ROW
    assert row(net, OPEN, 0) == ()


def test_a_proxy_commits_with_a_salt_and_reveals(net: StakeNet) -> None:
    made_proxy(net)
    acting = ("--wallet", "//Bob", "--proxy-for", ALICE, "-y")
    words = ("weights", "set", str(HIDDEN), FOUR, FIVE, "--salted")
    net.data("taoctl.tx.1", *words, *acting)
    (one,) = status(net, ALICE)
    assert (one["state"], one["kept"], one["hotkey"]) == ("waiting", True, ALICE)
    assert status(net, BOB) == []
    to_block(net, one["reveal_from_block"] - 1)
    net.data("taoctl.tx.1", "weights", "reveal", str(HIDDEN), *acting)
    assert row(net, HIDDEN, 1) == ROW
    assert status(net, ALICE) == []


def test_a_proxy_seals_weights_for_a_round(net: StakeNet) -> None:
    made_proxy(net)
    acting = ("--wallet", "//Bob", "--proxy-for", ALICE, "-y")
    net.data("taoctl.tx.1", "weights", "set", str(HIDDEN), FOUR, FIVE, *acting)
    assert committed(net) == [ALICE]


@pytest.mark.parametrize("how", ["--salted", "--timelocked"])
def test_what_a_proxy_announces_is_what_it_commits_and_reveals(net: StakeNet, how: str) -> None:
    """The command makes another commit each time, so the hint names the bytes of this one."""
    made_proxy(net, delay=2)
    acting = ("--wallet", "//Bob", "--proxy-for", ALICE, "-y")
    set_words = ("weights", "set", str(HIDDEN), FOUR, FIVE, how)
    (refusal,) = net.failure(*set_words, *acting)["details"]["refusals"]
    assert refusal["name"] == "Unannounced"
    announce, carry_out = re.findall(r"`taoctl ([^`]*)`", refusal["hint"])
    net.data("taoctl.tx.1", *shlex.split(announce), "-y")
    net.chain.make_blocks(2)
    done = net.data("taoctl.tx.1", *shlex.split(carry_out), "-y")
    assert done["carried_out"] is True
    if how == "--timelocked":
        assert committed(net) == [ALICE]
        return
    (one,) = status(net, ALICE)
    assert one["kept"] is True
    to_block(net, one["reveal_from_block"] - 1)
    (refusal,) = net.failure("weights", "reveal", str(HIDDEN), *acting)["details"]["refusals"]
    assert refusal["name"] == "Unannounced" and "another call" not in refusal["hint"]


def test_a_dry_run_says_that_it_keeps_no_salt(net: StakeNet) -> None:
    words = ("weights", "set", str(HIDDEN), FOUR, FIVE, "--salted", "--wallet", "//Alice")
    code, _, err = net.taoctl(*words, "--dry-run")
    assert code == 0 and "keeps no salt" in err


def committed(net: StakeNet) -> list[str]:
    """Whose timelocked commits the chain holds."""
    queues = net.look(lambda head: dict(head.subtensor.TimelockedWeightCommits.prefix(HIDDEN)))
    return [commit[0] for queue in queues.values() for commit in queue]


@pytest.mark.parametrize("kind", ["Staking", "Registration"])
def test_a_type_that_may_set_no_weights_is_refused_before_signing(net: StakeNet, kind: str) -> None:
    made_proxy(net, kind)
    sent = net.sent()
    words = ("weights", "set", str(OPEN), FOUR, FIVE, "--wallet", "//Bob", "--proxy-for", ALICE)
    (refusal,) = net.failure(*words, "-y")["details"]["refusals"]
    assert refusal["name"] == "CallFiltered"
    salted = ("weights", "set", str(HIDDEN), *words[3:], "--salted")
    (refusal,) = net.failure(*salted, "-y")["details"]["refusals"]
    assert refusal["name"] == "CallFiltered"
    assert net.sent() == sent
    assert status(net, ALICE) == []


def test_who_is_no_proxy_is_refused_before_signing(net: StakeNet) -> None:
    words = ("weights", "set", str(OPEN), FOUR, FIVE, "--wallet", "//Bob", "--proxy-for", ALICE)
    (refusal,) = net.failure(*words, "-y")["details"]["refusals"]
    assert refusal["name"] == "NotProxy"
    assert net.sent() == 0


def test_a_multisig_sets_weights_once_enough_approve(net: StakeNet) -> None:
    group = net.taoctl("multisig", "address", PAIR)[1].strip()
    seated(net, group)
    net.change(lambda runtime: runtime.balances.endow(group, TAO))
    words = ("weights", "set", str(OPEN), FOUR, FIVE, "--multisig", PAIR, "-y")
    opened = net.data("taoctl.tx.1", *words, "--wallet", "//Charlie")
    assert (opened["carried_out"], row(net, OPEN, UIDS)) == (False, ())
    done = net.data("taoctl.tx.1", *words, "--wallet", "//Dave")
    assert (done["carried_out"], row(net, OPEN, UIDS)) == (True, ROW)


def test_what_a_multisig_commits_with_a_salt_is_revealed(net: StakeNet) -> None:
    group = net.taoctl("multisig", "address", PAIR)[1].strip()
    seated(net, group)
    words = ("weights", "set", str(HIDDEN), FOUR, FIVE, "--salted", "--multisig", PAIR)
    code, out, err = net.taoctl(*words, "--wallet", "//Charlie", "-yq")
    assert code == 0, err
    # The same command would draw another salt, and open another call.
    assert "the same command with" not in out and "another call" in err
    assert status(net, group) == [], "it is not carried out yet"
    net.data("taoctl.tx.1", *next_approval(out), "--wallet", "//Dave", "-y")
    (one,) = status(net, group)
    assert (one["state"], one["kept"], one["hotkey"]) == ("waiting", True, group)
    to_block(net, one["reveal_from_block"] - 2)
    reveal = ("weights", "reveal", str(HIDDEN), "--multisig", PAIR, "-y")
    assert net.data("taoctl.tx.1", *reveal, "--wallet", "//Dave")["carried_out"] is False
    assert net.data("taoctl.tx.1", *reveal, "--wallet", "//Charlie")["carried_out"] is True
    assert row(net, HIDDEN, UIDS) == ROW
    assert status(net, group) == []


def test_what_a_multisig_seals_is_what_the_next_approves(net: StakeNet) -> None:
    group = net.taoctl("multisig", "address", PAIR)[1].strip()
    seated(net, group)
    words = ("weights", "set", str(HIDDEN), FOUR, FIVE, "--multisig", PAIR)
    code, out, err = net.taoctl(*words, "--wallet", "//Charlie", "-yq")
    assert code == 0, err
    assert committed(net) == []
    net.data("taoctl.tx.1", *next_approval(out), "--wallet", "//Dave", "-y")
    assert committed(net) == [group]


def next_approval(out: str) -> list[str]:
    """The words of the command that an approval tells the next one to use."""
    asked = re.search(r"`taoctl (multisig approve .*)`", out)
    assert asked is not None, out
    return shlex.split(asked[1])


def test_a_hotkey_in_an_encrypted_file_sets_commits_and_reveals(
    net: StakeNet, tmp_path: Path
) -> None:
    hotkey = write_wallet(tmp_path / "wallets", "locked", hotkey="validator").ss58
    seated(net, hotkey)
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    mine = ("--wallet", "locked/validator", "-y", "--password-file", str(secret))
    net.data("taoctl.tx.1", "weights", "set", str(OPEN), FOUR, FIVE, *mine)
    assert row(net, OPEN, UIDS) == ROW
    net.data("taoctl.tx.1", "weights", "set", str(HIDDEN), FOUR, FIVE, "--salted", *mine)
    (one,) = status(net, hotkey)
    to_block(net, one["reveal_from_block"] - 1)
    net.data("taoctl.tx.1", "weights", "reveal", str(HIDDEN), *mine)
    assert row(net, HIDDEN, UIDS) == ROW
    assert leaks(tmp_path / "home", PASSWORD) == []


def leaks(folder: Path, secret: str) -> list[Path]:
    """Files under a folder that hold a text."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name.startswith("journal") for path in files)
    return [path for path in files if secret.encode() in path.read_bytes()]


@pytest.mark.parametrize("salted", [(), ("--salted",)])
def test_without_the_password_nothing_is_sent_nor_kept(
    net: StakeNet, tmp_path: Path, salted: tuple[str, ...]
) -> None:
    hotkey = write_wallet(tmp_path / "wallets", "locked", hotkey="validator").ss58
    seated(net, hotkey)
    wrong = tmp_path / "wrong"
    wrong.write_text("not it")
    wrong.chmod(0o600)
    words = ("weights", "set", str(HIDDEN), FOUR, FIVE, *salted, "--wallet", "locked/validator")
    for given in ((), ("--password-file", str(wrong))):
        code, out, err = net.taoctl(*words, "-y", "--no-input", *given)
        assert (code, out) == (6, ""), err
        assert "Traceback" not in err and "not it" not in err
    assert net.sent() == 0
    assert committed(net) == []
    assert status(net, hotkey) == []

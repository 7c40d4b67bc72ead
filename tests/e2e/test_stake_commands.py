"""Whom and what the options of the stake commands mean, on a running chain."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from staked_net import stake, two_hotkeys
from transaction_net import ALICE, BOB, CHARLIE, DAVE, EVE, TAO, Localnet, running

pytestmark = pytest.mark.e2e

NETUIDS = (1, 2)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("stake")) as found:
        yield found


@pytest.fixture
def net(endpoint: str, capsys: pytest.CaptureFixture[str]) -> Localnet:
    capsys.readouterr()
    return Localnet(endpoint, capsys.readouterr)


@pytest.fixture(scope="module")
def hotkeys(endpoint: str) -> tuple[str, str]:
    """Two hotkeys that the chain knows."""
    return two_hotkeys(endpoint)


@pytest.fixture(scope="module")
def staked(endpoint: str, hotkeys: tuple[str, str]) -> str:
    """Alice with stake on two subnets through one hotkey, and Bob through two."""
    stake(endpoint, "//Alice", hotkeys[:1])
    stake(endpoint, "//Bob", hotkeys)
    return hotkeys[0]


def plan(net: Localnet, *words: str) -> Any:
    return net.data("taoctl.plan.1", "stake", *words, "--dry-run")


def hotkey_files(wallet: Path, **hotkeys: str) -> None:
    (wallet / "hotkeys").mkdir(parents=True, exist_ok=True)
    for name, ss58 in hotkeys.items():
        (wallet / "hotkeys" / f"{name}pub.txt").write_text(json.dumps({"ss58Address": ss58}))


@pytest.fixture
def wallet(endpoint: str) -> Path:
    """Alice as a watch-only wallet, for plans."""
    folder = Path(os.environ["TAOCTL_WALLET_PATH"]) / "alice"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "coldkeypub.txt").write_text(json.dumps({"ss58Address": ALICE}))
    return folder


def test_staking_takes_the_wallets_hotkey(
    net: Localnet, wallet: Path, hotkeys: tuple[str, str]
) -> None:
    words = ("add", "1tao", "--netuid", "1", "--wallet", "alice")
    code, _, err = net.taoctl("stake", *words, "--dry-run")
    assert code == 2
    assert "no hotkey was named" in err
    hotkey_files(wallet, miner=hotkeys[0])
    assert plan(net, *words)["call"]["args"]["hotkey"] == hotkeys[0]
    _, _, err = net.taoctl("stake", *words, "--dry-run")
    assert f"at the hotkey alice/miner ({hotkeys[0]})" in err
    hotkey_files(wallet, other=hotkeys[1])
    code, _, err = net.taoctl("stake", *words, "--dry-run")
    assert code == 2
    assert "there are miner, other" in err
    assert plan(net, *words, "--hotkey", "other")["call"]["args"]["hotkey"] == hotkeys[1]
    code, _, err = net.taoctl("stake", *words, "--dry-run", "--hotkey", "mine")
    assert code == 2
    assert "hint: hotkeys of alice: miner, other;" in err
    hotkey_files(wallet, default=hotkeys[1])
    assert plan(net, *words)["call"]["args"]["hotkey"] == hotkeys[1]
    code, _, err = net.taoctl("stake", *words, "--dry-run", "--hotkey", "alice")
    assert code == 2
    assert "coldkey of a wallet" in err


def test_unstaking_takes_the_hotkey_that_holds_it(
    net: Localnet, staked: str, hotkeys: tuple[str, str]
) -> None:
    one = plan(net, "remove", "1alpha", "--netuid", "1", "--wallet", "//Alice")
    assert one["call"]["args"]["hotkey"] == staked
    words = ("remove", "1alpha", "--netuid", "1", "--wallet")
    code, _, err = net.taoctl("stake", *words, "//Bob", "--dry-run")
    assert code == 2
    assert all(hotkey in err for hotkey in hotkeys)
    assert "name which with --hotkey" in err
    move = ("move", "1alpha", "--netuid", "1", "--to-hotkey", hotkeys[0], "--wallet", "//Bob")
    code, _, err = net.taoctl("stake", *move, "--dry-run")
    assert code == 2
    assert "name which with --from-hotkey" in err
    told = net.failure("stake", *words, "//Charlie", "--dry-run")
    assert "holds no stake on subnet 1" in told["message"]
    (no,) = plan(net, *words, "//Charlie", "--hotkey", staked)["refusals"]
    assert no["name"] == "NotEnoughStakeToWithdraw"
    assert no["hint"] == "`taoctl stake list` says through which hotkeys there is stake"
    both = plan(
        net,
        *("remove", "50%", "--netuid", "1,2", "--wallet", "//Bob"),
        *("--hotkey", hotkeys[0], "--hotkey", hotkeys[1]),
    )
    inner = both["call"]["args"]["calls"]
    assert [(one["args"]["netuid"], one["args"]["hotkey"]) for one in inner] == [
        (netuid, hotkey) for netuid in NETUIDS for hotkey in hotkeys
    ]


def test_a_share_is_divided_among_the_targets(net: Localnet, hotkeys: tuple[str, str]) -> None:
    words = ("--netuid", "1,2", "--hotkey", hotkeys[0], "--wallet", "//Charlie")
    each = plan(net, "add", "3tao", *words)["call"]["args"]["calls"]
    assert [one["args"]["amount_staked"] for one in each] == [3 * TAO, 3 * TAO]
    twice = plan(net, "add", "3tao", *words, "--wallet", "//Charlie")
    assert [one["args"]["amount_staked"] for one in twice["call"]["args"]["calls"]] == [3 * TAO] * 2
    shared = plan(net, "add", "50%", *words)
    assert shared["refusals"] == []
    amounts = [one["args"]["amount_staked"] for one in shared["call"]["args"]["calls"]]
    (free,) = net.free(CHARLIE)
    assert amounts[0] == amounts[1]
    assert abs(sum(amounts) - free // 2) < TAO // 100


def test_the_tolerance_of_the_settings_is_in_the_call(
    net: Localnet, hotkeys: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("add", "1tao", "--netuid", "0", "--hotkey", hotkeys[0], "--wallet", "//Bob")
    assert plan(net, *words)["call"]["args"]["limit_price"] == 1_010_000_000
    monkeypatch.setenv("TAOCTL_TOLERANCE", "3%")
    assert plan(net, *words)["call"]["args"]["limit_price"] == 1_030_000_000
    assert plan(net, *words, "--unsafe")["call"]["call"] == "add_stake"


def test_stake_of_a_hotkey_is_no_stake(net: Localnet, wallet: Path) -> None:
    hotkey_files(wallet, miner=BOB)
    code, _, err = net.taoctl(
        *("stake", "remove", "1alpha", "--netuid", "1", "--wallet", "alice/miner", "--dry-run")
    )
    assert code == 2
    assert "stake belongs to coldkeys" in err
    code, out, err = net.taoctl("stake", "list", "alice/miner")
    assert code == 0
    assert "alice/miner is a hotkey, and stake is listed by coldkey" in out + err


def test_several_wallets_have_one_plan_and_are_sent_in_order(
    net: Localnet, hotkeys: tuple[str, str]
) -> None:
    both = ("--wallet", "//Dave", "--wallet", "//Eve")
    words = ("stake", "add", "50tao", "--netuid", "2", "--hotkey", hotkeys[0], *both)
    first, second = net.data("taoctl.plans.1", *words, "--dry-run")["plans"]
    assert [one["signer_ss58"] for one in (first, second)] == [DAVE, EVE]
    one, other = (int(plan["quotes"][0]["out"]["rao"]) for plan in (first, second))
    assert other < one, "the second is quoted on what the first leaves"
    done = net.data("taoctl.txs.1", *words, "--yes")["transactions"]
    assert [one["signer_ss58"] for one in done] == [DAVE, EVE]
    held = net.data("taoctl.stake.list.1", "stake", "list", "//Dave", "//Eve")
    assert [(row["coldkey"], row["netuid"]) for row in held] == [(DAVE, 2), (EVE, 2)]
    code, out, _ = net.taoctl("stake", "remove", "all", "--netuid", "2", *both, "--yes")
    assert code == 0
    assert [line for line in out.splitlines() if " of 2: " in line] == [
        "1 of 2: //Dave INSECURE",
        "2 of 2: //Eve INSECURE",
    ]
    assert net.data("taoctl.stake.list.1", "stake", "list", "//Dave", "//Eve") == []


def test_root_stake_is_written_as_tao_or_alpha(net: Localnet, hotkeys: tuple[str, str]) -> None:
    signer = ("--wallet", "//Ferdie")
    words = ("stake", "add", "9tao", "--netuid", "0", "--hotkey", hotkeys[0], *signer, "--yes")
    net.data("taoctl.tx.1", *words)
    for amount in ("2tao", "2alpha"):
        planned = plan(net, "remove", amount, "--netuid", "0", *signer)
        assert planned["call"]["args"]["amount_unstaked"] == 2 * TAO
    code, _, err = net.taoctl("stake", "remove", "2tao", "--netuid", "0,1", *signer, "--dry-run")
    assert code == 2
    assert "is not alpha" in err


def test_unstake_all_leaves_out_the_hotkeys_that_were_not_named(
    net: Localnet, staked: str, hotkeys: tuple[str, str]
) -> None:
    every_one = plan(net, "unstake-all", "--wallet", "//Bob")
    assert len(every_one["call"]["args"]["calls"]) == 4
    some = plan(net, "unstake-all", "--hotkey", hotkeys[1], "--wallet", "//Bob")
    calls = some["call"]["args"]["calls"]
    assert {(one["call"], one["args"]["hotkey"]) for one in calls} == {
        ("remove_stake_full_limit", hotkeys[1])
    }
    unsafe = plan(net, "unstake-all", "--hotkey", hotkeys[1], "--unsafe", "--wallet", "//Bob")
    assert unsafe["call"]["call"] == "unstake_all"
    to_root = plan(net, "unstake-all", "--alpha", "--unsafe", "--wallet", "//Alice")
    assert to_root["call"]["call"] == "unstake_all_alpha"


@pytest.mark.parametrize("verb", [("move", "--to-hotkey", BOB), ("transfer", BOB)])
def test_what_the_chain_cannot_limit_needs_unsafe(
    net: Localnet, staked: str, verb: tuple[str, ...]
) -> None:
    name, *rest = verb
    words = ("stake", name, "1alpha", *rest, "--netuid", "1", "--to-netuid", "2")
    code, _, err = net.taoctl(*words, "--wallet", "//Alice", "--dry-run")
    assert code == 2
    assert "--unsafe" in err
    assert "taoctl stake swap" in err

"""`taoctl subnet create` for an account of others: proxies, multisig accounts, and the limit."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from stake_net import StakeNet

import taoctl.cli.subnet_creating
import taoctl.wallet.unlock
from taoctl.calls.multisig import parse_group
from taoctl.calls.network.create import FEE_ROOM
from taoctl.localnet.frame import Runtime
from taoctl.units import Tao

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from owned_chain import ALICE, BOB, COST, DAVE, hotkey, owned_chain

pytestmark = pytest.mark.e2e

TAO = 10**9
GROUP = f"2:{ALICE},{BOB}"
SHARED = parse_group(GROUP, str).ss58
CAP = COST + 9 * TAO


@pytest.fixture
def net(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[StakeNet]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    for name in ("TAOCTL_WALLET", "BT_WALLET_NAME", "TAOCTL_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    with owned_chain() as chain:
        yield StakeNet(chain, capsys.readouterr)


@pytest.fixture
def rising(net: StakeNet, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets a subnet cost so much between the plan and the block."""

    def arm(cost: int) -> None:
        opening = taoctl.wallet.unlock.open_signer

        def raise_then_open(*args: Any) -> Any:
            net.change(lambda runtime: runtime.subtensor.NetworkMinLockCost.put(cost))
            return opening(*args)

        monkeypatch.setattr(taoctl.wallet.unlock, "open_signer", raise_then_open)

    return arm


def words(*more: str) -> tuple[str, ...]:
    most = str(CAP // TAO)
    return ("subnet", "create", "--hotkey", hotkey("new"), "--max-cost", most, *more)


def endow(net: StakeNet, who: str, rao: int) -> None:
    def write(runtime: Runtime) -> None:
        runtime.balances.endow(who, rao)

    net.change(write)


def free(net: StakeNet, who: str) -> int:
    return int(net.look(lambda host: host.store("System", "Account")[who]["data"]["free"]))


def owners(net: StakeNet) -> set[str]:
    return net.look(lambda host: set(host.store("SubtensorModule", "SubnetOwner").values()))


def is_proxy(net: StakeNet, kind: str, *more: str) -> None:
    added = ("proxy", "add", DAVE, "--type", kind, *more, "--wallet", "//Alice", "--yes")
    code, _, err = net.taoctl(*added)
    assert code == 0, err


def test_a_multisig_account_that_may_be_funded_later_gets_no_plan_without_a_limit(
    net: StakeNet,
) -> None:
    before = net.sent()
    shared = words("--multisig", GROUP, "--wallet", "//Alice")
    error = net.failure(*shared, "--yes")
    assert "nothing would" in error["message"] and "--unguarded" in error["hint"]
    assert net.failure(*shared, "--dry-run")["message"] == error["message"]
    assert net.sent() == before
    one = ("--multisig", f"1:{ALICE},{BOB}", "--wallet", "//Alice")
    endow(net, parse_group(f"1:{ALICE},{BOB}", str).ss58, COST + TAO)
    plan = net.data("taoctl.plan.1", *words(*one), "--dry-run")
    assert any("nothing else holds" in one for one in plan["warnings"])


def approved_once(net: StakeNet) -> str:
    """The bytes of a creation that the first of two members has approved."""
    endow(net, SHARED, 1_000 * TAO)
    shared = words("--multisig", GROUP, "--wallet", "//Alice")
    plan = net.data("taoctl.plan.1", *shared, "--dry-run")
    assert any("--unguarded" in one for one in plan["warnings"])
    (said,) = (one for one in plan["warnings"] if "needs the call itself" in one)
    net.data("taoctl.tx.1", *shared, "--yes")
    return str(said.rpartition(" ")[2])


def test_the_members_of_a_multisig_account_create_one_within_the_limit(net: StakeNet) -> None:
    approve = ("multisig", "approve", GROUP, approved_once(net), "--wallet", "//Bob", "--yes")
    code, out, err = net.taoctl(*approve)
    assert code == 0, err
    assert "subnet 1 is created" in out
    assert SHARED in owners(net) and free(net, SHARED) == 1_000 * TAO - COST


def test_a_multisig_account_pays_nothing_where_the_price_rose_before_the_last_approval(
    net: StakeNet,
) -> None:
    approve = ("multisig", "approve", GROUP, approved_once(net), "--wallet", "//Bob", "--yes")
    net.change(lambda runtime: runtime.subtensor.NetworkMinLockCost.put(CAP + FEE_ROOM.rao + 1))
    error = net.failure(*approve)
    assert "Token.NotExpendable" in error["message"]
    assert free(net, SHARED) == 1_000 * TAO and SHARED not in owners(net)


def test_a_proxy_pays_its_own_tip_which_gives_a_higher_price_no_room(
    net: StakeNet, rising: Callable[[int], None]
) -> None:
    is_proxy(net, "Any")
    had = free(net, ALICE)
    rising(CAP + FEE_ROOM.rao + 1)
    for_alice = words("--proxy-for", ALICE, "--wallet", "//Dave", "--tip", "5")
    error = net.failure(*for_alice, "--yes")
    assert "no subnet was created: one costs" in error["message"]
    assert free(net, ALICE) == had and ALICE not in owners(net)


def test_a_tip_of_the_own_is_no_higher_price(net: StakeNet, rising: Callable[[int], None]) -> None:
    had = free(net, ALICE)
    rising(CAP)
    done = net.data("taoctl.tx.1", *words("--wallet", "//Alice", "--tip", "5"), "--yes")
    assert had - free(net, ALICE) == CAP + int(done["fee"]["rao"])


def test_a_fee_that_is_higher_than_expected_is_no_higher_price(
    net: StakeNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taoctl.cli.subnet_creating, "FEE_ROOM", Tao(1))
    done = net.data("taoctl.tx.1", *words("--wallet", "//Alice"), "--yes")
    assert int(done["fee"]["rao"]) > 1 and ALICE in owners(net)


def test_a_proxy_whose_tip_the_account_pays_is_left_room_for_it(
    net: StakeNet, rising: Callable[[int], None]
) -> None:
    is_proxy(net, "Any")
    pays = ("Proxy", "set_real_pays_fee", "-a", f"delegate={DAVE}", "-a", "pays_fee=true")
    code, _, err = net.taoctl("chain", "call", *pays, "--wallet", "//Alice", "--yes")
    assert code == 0, err
    rising(CAP)
    for_alice = words("--proxy-for", ALICE, "--wallet", "//Dave", "--tip", "5")
    net.data("taoctl.tx.1", *for_alice, "--yes")
    assert ALICE in owners(net)


def test_a_proxy_that_may_create_none_at_all_is_told_of_no_way_round(net: StakeNet) -> None:
    is_proxy(net, "Staking")
    error = net.failure(*words("--proxy-for", ALICE, "--wallet", "//Dave"), "--yes")
    assert [one["name"] for one in error["details"]["refusals"]] == ["CallFiltered"]
    assert "--unguarded" not in error["hint"]


def test_a_proxy_with_a_delay_gets_no_plan_that_nothing_would_hold(net: StakeNet) -> None:
    is_proxy(net, "Any", "--delay", "10")
    for_alice = ("--proxy-for", ALICE, "--wallet", "//Dave")
    error = net.failure(*words(*for_alice), "--yes")
    assert [one["name"] for one in error["details"]["refusals"]] == ["Unannounced"]
    much = str(free(net, ALICE) // TAO + 1)
    error = net.failure(*words(*for_alice), "--max-cost", much, "--yes")
    assert "nothing would" in error["message"]

"""`taoctl subnet create` and `start`: every error before signing and in a block, and the limit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stake_cases import Case, S
from stake_net import StakeNet

import taoctl.wallet.unlock
from taoctl.calls.remedies import remedy
from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets.subtensor.subnets import subnet_account

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from chain_thread import ThreadChain
from owned_chain import ALICE, COST, DAVE, SUBNETS, hotkey, owned_chain

pytestmark = pytest.mark.e2e

TAO = 10**9
NEW = hotkey("new")
PLAIN, NAMED, START = "register_network", "register_network_with_identity", "start_call"
LAST = ("LastRateLimitedBlock", "NetworkLastRegistered", 1)
FULL = (
    ("NetworkImmunityPeriod", (), 10**6),
    *(("NetworkRegisteredAt", netuid, netuid) for netuid in SUBNETS),
)
IDENTITY = dict.fromkeys(
    (
        "subnet_name",
        "github_repo",
        "subnet_contact",
        "subnet_url",
        "discord",
        "description",
        "logo_url",
        "additional",
    ),
    b"",
)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreadChain]:
    home = tmp_path_factory.mktemp("create")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.setenv("TAOCTL_WALLET_PATH", str(home / "wallets"))
        for name in ("TAOCTL_WALLET", "BT_WALLET_NAME", "TAOCTL_PASSWORD_FILE"):
            patch.delenv(name, raising=False)
        with owned_chain() as found:
            yield found


@pytest.fixture
def net(chain: ThreadChain, capsys: pytest.CaptureFixture[str]) -> StakeNet:
    return StakeNet(chain, capsys.readouterr)


def words(key: str = NEW, *more: str, wallet: str = "//Alice") -> tuple[str, ...]:
    return ("create", "--wallet", wallet, "--hotkey", key, *more)


def named(key: str = NEW, **said: bytes) -> dict[str, Any]:
    return {"hotkey": key, "identity": IDENTITY | said}


CASES = [
    Case(PLAIN, S + "NonAssociatedColdKey", {"hotkey": hotkey("bob-1")}, words(hotkey("bob-1"))),
    Case(
        *(PLAIN, S + "CannotUseSystemAccount", {"hotkey": subnet_account(3)}),
        words(subnet_account(3)),
    ),
    Case(
        *(PLAIN, S + "SubNetRegistrationDisabled", {"hotkey": NEW}),
        words(),
        stored=(("NetworkRegistrationStartBlock", (), 10**6),),
    ),
    Case(
        *(PLAIN, "Custom error: 6", {"hotkey": NEW}),
        words(),
        stored=(("NetworkRateLimit", (), 10**6), LAST),
        said="NetworkTxRateLimitExceeded",
    ),
    Case(
        *(NAMED, S + "NetworkTxRateLimitExceeded", named()),
        words(NEW, "--name", "x"),
        stored=(("NetworkRateLimit", (), 10**6), LAST),
    ),
    Case(PLAIN, S + "SubnetLimitReached", {"hotkey": NEW}, words(), stored=FULL),
    Case(
        *(PLAIN, S + "CannotAffordLockCost", {"hotkey": NEW}),
        words(),
        stored=(("NetworkMinLockCost", (), 10**18),),
    ),
    Case(
        *(NAMED, S + "InvalidIdentity", named(discord=b"d" * 257)),
        words(NEW, "--discord", "d" * 257),
    ),
    Case(START, S + "SubnetNotExists", {"netuid": 77}, ("start", "77", "--wallet", "//Bob")),
    Case(START, "BadOrigin", {"netuid": 2}, ("start", "2", "--wallet", "//Alice")),
    Case(
        *(START, S + "FirstEmissionBlockNumberAlreadySet", {"netuid": 2}),
        ("start", "2", "--wallet", "//Bob"),
        uri="//Bob",
    ),
    Case(
        *(START, S + "NeedWaitingMoreBlocksToStarCall", {"netuid": 2}),
        ("start", "2", "--wallet", "//Bob"),
        uri="//Bob",
        stored=(("FirstEmissionBlockNumber", 2, None), ("StartCallDelay", (), 10**6)),
    ),
]
ROWS = {
    PLAIN: "NonAssociatedColdKey NetworkTxRateLimitExceeded SubnetLimitReached "
    "CannotAffordLockCost SubNetRegistrationDisabled CannotUseSystemAccount",
    NAMED: "InvalidIdentity NetworkTxRateLimitExceeded",
    START: "SubnetNotExists NeedWaitingMoreBlocksToStarCall FirstEmissionBlockNumberAlreadySet "
    "BadOrigin",
}
BY_TIME = (
    "SubNetRegistrationDisabled NetworkTxRateLimitExceeded SubnetLimitReached "
    "NeedWaitingMoreBlocksToStarCall"
)
"""Errors that time mends."""


def _name(case: Case) -> str:
    return case.said or case.error.rpartition(".")[2]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_error_is_met_before_signing_and_on_the_chain(net: StakeNet, case: Case) -> None:
    with net.stored(case.stored):
        before = net.sent()
        error = net.failure("subnet", *case.words, "--yes", "--quiet")
        (told,) = error["details"]["refusals"]
        assert told["name"] == _name(case)
        assert error["hint"]
        assert (told["allowed_from_block"] is not None) == (_name(case) in BY_TIME.split())
        assert net.sent() == before
        assert net.force(case.uri, case.name, **case.args) == case.error
        assert case.error == "BadOrigin" or remedy(S + _name(case))


def test_no_error_of_a_row_is_left_out() -> None:
    for name, errors in ROWS.items():
        met = {_name(case) for case in CASES if case.name == name}
        assert set(errors.split()) == met


def test_a_price_that_rises_before_the_block_costs_the_fee_alone(
    net: StakeNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = taoctl.wallet.unlock.open_signer

    def raise_then_open(*args: Any) -> Any:
        def rise(runtime: Runtime) -> None:
            runtime.subtensor.NetworkMinLockCost.put(COST + 9 * TAO)

        net.change(rise)
        return opening(*args)

    monkeypatch.setattr(taoctl.wallet.unlock, "open_signer", raise_then_open)
    free = net.look(lambda host: host.store("System", "Account")[ALICE]["data"]["free"])
    most = str(COST // TAO + 8)
    error = net.failure("subnet", *words(NEW, "--max-cost", most), "--yes")
    assert "no subnet was created: one costs 109.000000000 TAO" in error["message"]
    assert "only the fee was paid" in error["message"]
    assert "--max-cost" in error["hint"]
    details = error["details"]
    assert int(details["quoted"]["price"]["rao"]) == COST
    assert int(details["actual"]["price"]["rao"]) == COST + 9 * TAO
    assert details["actual"]["block"] == details["transaction"]["block"]
    left = net.look(lambda host: host.store("System", "Account")[ALICE]["data"]["free"])
    sent = net.data("taoctl.tx.list.1", "tx", "list")[0]
    assert free - left == int(sent["fee"]["rao"]) > 0
    assert set(net.look(lambda host: dict(host.store("SubtensorModule", "SubnetOwner").items())))
    assert net.look(
        lambda host: ALICE in host.store("SubtensorModule", "SubnetOwner").values()
    ) is (False)

    def lower(runtime: Runtime) -> None:
        runtime.subtensor.NetworkMinLockCost.put(COST)

    net.change(lower)


def test_a_subnet_is_created_and_started_by_two_commands(net: StakeNet) -> None:
    plan = net.data("taoctl.plan.1", "subnet", *words(), "--name", "Mine", "--dry-run")
    assert "is dissolved for it" in plan["warnings"][0]
    assert any("gone for good" in one for one in plan["warnings"])
    code, out, err = net.taoctl("subnet", *words(), "--name", "Mine", "--yes")
    assert code == 0, err
    assert "subnet 1 is created; start it with `taoctl subnet start 1`" in out
    done = net.data("taoctl.tx.1", "subnet", "start", "1", "--wallet", "//Alice", "--yes")
    assert [one["name"] for one in done["events"] if one["name"].startswith("First")]

    def now(host: Any) -> tuple[Any, ...]:
        items = ("SubnetOwner", "SubtokenEnabled", "SubnetIdentitiesV3")
        owner, started, said = (host.store("SubtensorModule", item)[1] for item in items)
        return owner, started, said["subnet_name"]

    assert net.look(now) == (ALICE, True, b"Mine")


def test_a_proxy_that_may_not_transfer_creates_one_without_the_guard(net: StakeNet) -> None:
    code, _, err = net.taoctl(
        *("proxy", "add", DAVE, "--type", "NonTransfer", "--wallet", "//Alice", "--yes")
    )
    assert code == 0, err
    for_alice = ("create", "--hotkey", hotkey("by-proxy"), "--wallet", "//Dave")
    for_alice += ("--proxy-for", ALICE)
    error = net.failure("subnet", *for_alice, "--yes")
    assert [one["name"] for one in error["details"]["refusals"]] == ["CallFiltered"]
    assert "--unguarded" in error["hint"]
    done = net.data("taoctl.tx.1", "subnet", *for_alice, "--unguarded", "--yes")
    (added,) = [one["values"] for one in done["events"] if one["name"] == "NetworkAdded"]
    owners = net.look(lambda host: dict(host.store("SubtensorModule", "SubnetOwner").items()))
    assert owners[added[0]] == ALICE


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--unguarded", "--max-cost", "5"), "contradict each other"),
        (("--wallet", "//Bob"), "a subnet has one owner"),
        (("--max-cost", "much"), "not an amount"),
        (("--name", "\udcff"), "not UTF-8"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    net: StakeNet, more: tuple[str, ...], said: str
) -> None:
    code, _, err = net.taoctl("subnet", *words(), *more, "--yes")
    assert code == 2 and said in err

"""`taoctl subnet register`: every error before signing and on the chain, limits, and waiting."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stake_cases import Case, S
from stake_net import StakeNet

import taoctl.wallet.unlock
from taoctl.calls.remedies import remedy
from taoctl.cli import subnet_registering
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets.subtensor.subnets import subnet_account

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from chain_thread import ThreadChain
from registration_chain import (
    ALICE,
    CLOSED,
    FULL,
    OPEN,
    SEATED,
    SMALL,
    hotkey,
    registration_chain,
    seated,
)

pytestmark = pytest.mark.e2e

TAO = 10**9
LOST = 77
NEW = hotkey("new")
ALICES = ("--wallet", "//Alice", "--hotkey")
NONE_OPEN = tuple(("BlockAtRegistration", (FULL, uid), 10**6) for uid in range(SEATED))


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreadChain]:
    home = tmp_path_factory.mktemp("register")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.setenv("TAOCTL_WALLET_PATH", str(home / "wallets"))
        for name in ("TAOCTL_WALLET", "BT_WALLET_NAME", "TAOCTL_PASSWORD_FILE"):
            patch.delenv(name, raising=False)
        with registration_chain() as found:
            yield found


@pytest.fixture
def net(chain: ThreadChain, capsys: pytest.CaptureFixture[str]) -> StakeNet:
    return StakeNet(chain, capsys.readouterr)


def limit(netuid: int, key: str = NEW, price: int = 100 * TAO) -> dict[str, Any]:
    return {"netuid": netuid, "hotkey": key, "limit_price": price}


def words(netuid: int, key: str = NEW, *more: str, wallet: str = "//Alice") -> tuple[str, ...]:
    return (str(netuid), "--wallet", wallet, "--hotkey", key, *more)


CASES = [
    Case("register_limit", S + "RegistrationNotPermittedOnRootSubnet", limit(0)),
    Case("register_limit", S + "SubnetNotExists", limit(LOST), words(LOST)),
    Case(
        *("register_limit", S + "RegistrationPriceLimitExceeded", limit(OPEN, price=1_000)),
        words(OPEN, NEW, "--max-burn", "1000rao"),
    ),
    Case("register_limit", S + "SubNetRegistrationDisabled", limit(CLOSED), words(CLOSED)),
    Case(
        *("register_limit", S + "HotKeyAlreadyRegisteredInSubNet", limit(FULL, seated(FULL, 3))),
        words(FULL, seated(FULL, 3)),
    ),
    Case(
        *("register_limit", S + "NotEnoughBalanceToStake", limit(OPEN, price=10**14)),
        words(OPEN, NEW, "--max-burn", "100000"),
        stored=(("MaxBurn", OPEN, 2 * 10**14), ("Burn", OPEN, 10**14)),
    ),
    Case(
        *("register_limit", S + "CannotUseSystemAccount", limit(OPEN, subnet_account(2))),
        words(OPEN, subnet_account(2)),
    ),
    Case(
        *("register_limit", S + "NonAssociatedColdKey", limit(OPEN, hotkey("bobs"))),
        words(OPEN, hotkey("bobs")),
    ),
    Case(
        *("register_limit", S + "NoNeuronIdAvailable", limit(OPEN)),
        words(OPEN),
        stored=(("MaxAllowedUids", OPEN, 0),),
    ),
    Case(
        *("register_limit", S + "NoNeuronIdAvailable", limit(FULL)),
        words(FULL),
        stored=(("MinNonImmuneUids", FULL, SEATED), ("ImmunityPeriod", FULL, 0)),
    ),
    Case(
        *("register_limit", "Swap.SwapInputTooLarge", limit(SMALL)),
        words(SMALL),
        stored=(("Burn", SMALL, TAO),),
    ),
    Case(
        *("register_limit", "Swap.ReservesTooLow", limit(SMALL)),
        words(SMALL),
        stored=(("SubnetAlphaIn", SMALL, 999_999), ("Burn", SMALL, 10**7)),
    ),
    Case(
        *("root_register", S + "TooManyRegistrationsThisBlock", {"hotkey": NEW}),
        words(0),
        stored=(("MaxRegistrationsPerBlock", 0, 0),),
    ),
    Case(
        *("root_register", S + "TooManyRegistrationsThisInterval", {"hotkey": NEW}),
        words(0),
        stored=(("RegistrationsThisInterval", 0, 3),),
    ),
    Case(
        *("root_register", S + "HotKeyAlreadyRegisteredInSubNet", {"hotkey": seated(0, 1)}),
        words(0, seated(0, 1)),
    ),
    Case(
        *("root_register", S + "CannotUseSystemAccount", {"hotkey": subnet_account(2)}),
        words(0, subnet_account(2)),
    ),
    Case(
        *("root_register", S + "StakeTooLowForRoot", {"hotkey": NEW}),
        words(0),
        stored=(("MaxAllowedUids", 0, 3),),
    ),
    Case(
        *("root_register", S + "RootNetworkDoesNotExist", {"hotkey": NEW}),
        words(0),
        stored=(("NetworksAdded", 0, None),),
    ),
]

ROWS = {
    "register_limit": "RegistrationNotPermittedOnRootSubnet SubnetNotExists "
    "RegistrationPriceLimitExceeded SubNetRegistrationDisabled HotKeyAlreadyRegisteredInSubNet "
    "NotEnoughBalanceToStake CannotUseSystemAccount NonAssociatedColdKey NoNeuronIdAvailable",
    "root_register": "RootNetworkDoesNotExist TooManyRegistrationsThisBlock "
    "TooManyRegistrationsThisInterval HotKeyAlreadyRegisteredInSubNet StakeTooLowForRoot",
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_error_is_met_before_signing_and_on_the_chain(net: StakeNet, case: Case) -> None:
    with net.stored(case.stored):
        if case.words:
            before = net.sent()
            error = net.failure("subnet", "register", *case.words, "--yes", "--quiet")
            told = [one["name"] for one in error["details"]["refusals"]]
            assert told[0] == case.error.rpartition(".")[2], (told, error["message"])
            assert error["hint"]
            assert net.sent() == before
        assert net.force(case.uri, case.name, **case.args) == case.error
        assert remedy(case.error)


def test_no_error_of_a_row_is_left_out() -> None:
    for name, errors in ROWS.items():
        met = {case.error.rpartition(".")[2] for case in CASES if case.name == name}
        assert set(errors.split()) <= met


WITHOUT_LIMIT = [
    case
    for case in CASES
    if case.name == "register_limit" and not case.error.endswith("PriceLimitExceeded")
]
NO_WORK = {"block_number": 0, "nonce": 0, "work": b"", "coldkey": ALICE}


@pytest.mark.parametrize("case", WITHOUT_LIMIT, ids=str)
@pytest.mark.parametrize(("name", "more"), [("burned_register", {}), ("register", NO_WORK)])
def test_the_calls_without_a_limit_fail_alike(
    net: StakeNet, name: str, more: dict[str, Any], case: Case
) -> None:
    args = {key: value for key, value in case.args.items() if key != "limit_price"}
    with net.stored(case.stored):
        assert net.force(case.uri, name, **args, **more) == case.error


def test_a_registration_says_its_price_and_who_loses_and_becomes_that(net: StakeNet) -> None:
    command = ("subnet", "register", *words(FULL))
    plan = net.data("taoctl.plan.1", *command, "--dry-run")
    what = f"uid on subnet {FULL}"
    uids = {one["account"]: one for one in plan["effects"] if one["what"] == what}
    (lost,) = set(uids) - {NEW}
    uid = int(uids[NEW]["after"])
    assert (uids[lost]["before"], uids[lost]["after"]) == (str(uid), "none")
    assert lost in plan["warnings"][0]
    assert net.look(lambda host: host.store("SubtensorModule", "Keys")[FULL, uid]) == lost
    done = net.data("taoctl.tx.1", *command, "--yes")
    assert done["block"] is not None
    assert net.look(lambda host: host.store("SubtensorModule", "Keys")[FULL, uid]) == NEW
    registered = [one["values"] for one in done["events"] if one["name"] == "NeuronRegistered"]
    assert registered == [[FULL, uid, NEW]]


def test_several_hotkeys_go_in_one_transaction(net: StakeNet) -> None:
    before = net.sent()
    keys = [hotkey(f"batch{number}") for number in range(3)]
    named = [part for key in keys for part in ("--hotkey", key)]
    net.data("taoctl.tx.1", "subnet", "register", str(OPEN), "--wallet", "//Alice", *named, "--yes")
    assert net.sent() == before + 1
    uids = net.look(lambda host: [host.store("SubtensorModule", "Uids")[OPEN, key] for key in keys])
    assert uids == list(range(uids[0], uids[0] + 3))


def test_a_price_that_doubles_before_the_block_costs_the_fee_alone(
    net: StakeNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = hotkey("dear")
    opening = taoctl.wallet.unlock.open_signer

    def double_then_open(*args: Any) -> Any:
        def double(runtime: Runtime) -> None:
            runtime.subtensor.Burn[OPEN] *= 2

        net.change(double)
        return opening(*args)

    monkeypatch.setattr(taoctl.wallet.unlock, "open_signer", double_then_open)
    free = net.look(lambda host: host.store("System", "Account")[ALICE]["data"]["free"])
    error = net.failure("subnet", "register", *words(OPEN, key), "--yes")
    details = error["details"]
    assert details["transaction"]["error"] == S + "RegistrationPriceLimitExceeded"
    quoted, actual = (int(details[one]["price"]["rao"]) for one in ("quoted", "actual"))
    assert 1.9 < actual / quoted < 2
    stored = net.look(lambda host: host.store("SubtensorModule", "Burn")[OPEN])
    assert actual == stored
    assert details["actual"]["block"] == details["transaction"]["block"]
    left = net.look(lambda host: host.store("System", "Account")[ALICE]["data"]["free"])
    sent = net.data("taoctl.tx.list.1", "tx", "list")[0]
    assert sent["extrinsic_hash"] == details["transaction"]["extrinsic_hash"]
    assert free - left == int(sent["fee"]["rao"]) > 0
    assert net.look(lambda host: (OPEN, key) in host.store("SubtensorModule", "Uids")) is False


def test_waiting_ends_when_the_price_has_fallen(net: StakeNet) -> None:
    key = hotkey("patient")
    stop = threading.Event()

    def make_blocks() -> None:
        async def one(node: DevNode) -> None:
            await node.sealer.new_blocks(1)

        # No faster: a slow machine signs and sends before the transaction's era is over.
        while not stop.wait(0.2):
            net.chain.do(one)

    with net.stored((("Burn", OPEN, 2 * TAO), ("BurnHalfLife", OPEN, 5))):
        maker = threading.Thread(target=make_blocks)
        maker.start()
        try:
            code, _, err = net.taoctl(
                *("subnet", "register", *words(OPEN, key), "--wait-below", "0.5", "--yes")
            )
        finally:
            stop.set()
            maker.join()
    assert code == 0, err
    assert "waiting for 0.5" in err and "if nobody registers" in err
    paid = net.look(lambda host: host.store("SubtensorModule", "RAORecycledForRegistration")[OPEN])
    assert paid > 0
    assert net.look(lambda host: (OPEN, key) in host.store("SubtensorModule", "Uids")) is True


def test_waiting_for_what_never_comes_is_refused(net: StakeNet) -> None:
    before = net.sent()
    error = net.failure("subnet", "register", *words(OPEN), "--wait-below", "1rao", "--yes")
    assert "does not fall to" in error["message"]
    assert error["hint"] == "wait for a higher price"
    assert net.sent() == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (words(OPEN, "nobodys"), "'nobodys' is neither"),
        ((str(OPEN), "--hotkey", NEW), "no wallet was named"),
        (words(OPEN, NEW, "--tip", "much"), "not an amount"),
        (words(OPEN, NEW, "--at-block", "1"), "--at-block is for reading"),
        (words(OPEN, NEW, "--password-file", "/no/such/file"), "cannot be read"),
        (words(OPEN, seated(OPEN, 1)), "HotKeyAlreadyRegisteredInSubNet"),
        (words(OPEN, hotkey("bobs")), "NonAssociatedColdKey"),
        (words(CLOSED), "SubNetRegistrationDisabled"),
        (words(LOST), "SubnetNotExists"),
        (words(OPEN, NEW, "--sudo"), "BadOrigin"),
    ],
)
def test_what_no_price_changes_is_refused_before_the_wait(
    net: StakeNet, given: tuple[str, ...], said: str
) -> None:
    wait = ("--wait-below", "1rao", "--yes")
    with net.stored((("Burn", OPEN, 90 * TAO), ("Burn", CLOSED, 90 * TAO))):
        code, out, err = net.taoctl("subnet", "register", *given, *wait)
    assert code in (1, 2, 6) and out == ""
    assert said in err and "waiting for" not in err


def test_who_may_sign_nothing_waits_for_no_price(net: StakeNet) -> None:
    stored = (
        ("Burn", OPEN, 90 * TAO),
        ("ColdkeySwapAnnouncements", ALICE, (10**6, "0x" + "ab" * 32)),
    )
    with net.stored(stored):
        wait = ("--wait-below", "1rao", "--yes")
        error = net.failure("subnet", "register", *words(OPEN), *wait)
    assert "ColdkeySwapAnnounced" in error["message"]


def test_a_tolerance_is_of_the_price_that_was_waited_for(net: StakeNet) -> None:
    waited = (*words(OPEN), "--wait-below", "0.5", "--tolerance", "10%", "--dry-run")
    for burn, told in ((520_000_000, []), (600_000_000, ["RegistrationPriceLimitExceeded"])):
        with net.stored((("Burn", OPEN, burn),)):
            plan = net.data("taoctl.plan.1", "subnet", "register", *waited)
        assert plan["call"]["args"]["limit_price"] == 550_000_000
        assert [one["name"] for one in plan["refusals"]] == told


def test_ctrl_c_ends_the_wait_and_nothing_was_sent(
    net: StakeNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    words_of = subnet_registering._waiting_words

    def interrupted(*args: Any) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        return words_of(*args)

    monkeypatch.setattr(subnet_registering, "_waiting_words", interrupted)
    before = net.sent()
    command = ("subnet", "register", *words(OPEN, hotkey("never")), "--wait-below", "0.01", "--yes")
    with net.stored((("Burn", OPEN, 90 * TAO),)):
        code, out, err = net.taoctl(*command)
    assert (code, out) == (130, "")
    assert err.endswith("error: interrupted; nothing was sent\n")
    assert net.sent() == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (words(0, NEW, "--max-burn", "1"), "costs nothing"),
        (("0", *ALICES, NEW, "--hotkey", hotkey("own")), "one registration in a block"),
        (words(OPEN, NEW, "--max-burn", "1", "--tolerance", "1%"), "contradict"),
        (words(OPEN, NEW, "--tolerance", "0%"), "no tolerance"),
        (words(OPEN, NEW, "--max-burn", "1", "--wait-below", "2"), "does not allow"),
        (words(OPEN, NEW, "--wallet", "//Bob"), "raise each other's price"),
        (words(0, NEW, "--wallet", "//Bob"), "one registration in a block"),
        (words(OPEN, NEW, "--max-burn", "much"), "not an amount of TAO"),
        ((str(OPEN), "--wallet", "//Alice"), "no hotkey was named"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    net: StakeNet, given: tuple[str, ...], said: str
) -> None:
    code, out, err = net.taoctl("subnet", "register", *given, "--yes")
    assert (code, out) == (2, "")
    assert said in err

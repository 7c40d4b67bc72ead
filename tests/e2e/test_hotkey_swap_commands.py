"""`taoctl neuron swap-hotkey` and `associate`: every error, before signing and on the chain."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from stake_cases import Case, S
from stake_net import StakeNet

from taoctl.calls.hotkey_swap.associate import ALREADY
from taoctl.calls.remedies import remedy

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from chain_thread import ThreadChain
from hotkey_chain import (
    ALICE,
    BOB,
    BOBS,
    INTERVAL,
    OLD,
    OPEN,
    OTHER,
    OWNED,
    PLAIN,
    hotkey,
    hotkey_chain,
)
from swapped_state import KIN

from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Host
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.localnet.scaletypes import variant

pytestmark = pytest.mark.e2e

NEW = hotkey("new")
LOST = 77
SYSTEM = "CannotUseSystemAccount"
LIMIT = ("TxRateLimit", (), 1_000)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreadChain]:
    home = tmp_path_factory.mktemp("swap")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.setenv("TAOCTL_WALLET_PATH", str(home / "wallets"))
        for name in ("TAOCTL_WALLET", "BT_WALLET_NAME", "TAOCTL_PASSWORD_FILE"):
            patch.delenv(name, raising=False)
        with hotkey_chain() as found:
            pass_time(found)
            yield found


def pass_time(chain: ThreadChain) -> None:
    """Make the chain as old as swaps on one subnet need it to be."""

    async def work(node: DevNode) -> None:
        await node.sealer.new_blocks(INTERVAL + 1)

    chain.do(work)


@pytest.fixture
def net(chain: ThreadChain, capsys: pytest.CaptureFixture[str]) -> StakeNet:
    return StakeNet(chain, capsys.readouterr)


def swap(new: str = NEW, netuid: int | None = None, old: str = OLD) -> dict[str, Any]:
    return {"hotkey": old, "new_hotkey": new, "netuid": netuid, "keep_stake": False}


def case(
    error: str,
    new: str = NEW,
    netuid: int | None = None,
    *stored: tuple[str, Any, Any],
    old: str = OLD,
    uri: str = "//Alice",
) -> Case:
    where = () if netuid is None else ("--netuid", str(netuid))
    words = (old, new, *where, "--wallet", uri)
    return Case("swap_hotkey_v2", S + error, swap(new, netuid, old), words, uri, stored)


def last_swap(block: int) -> tuple[str, Any, Any]:
    return ("LastRateLimitedBlock", variant("LastTxBlock", ALICE), block)


def asked(*children: tuple[int, str]) -> tuple[str, Any, Any]:
    return ("PendingChildKeys", (OPEN, OLD), (children, 10**6))


MOST = 2**64 - 1
CASES = [
    case("NonAssociatedColdKey", old=hotkey("unknown")),
    case("NonAssociatedColdKey", uri="//Bob"),
    case("NonAssociatedColdKey", BOBS),
    case("NewHotKeyIsSameWithOld", OLD),
    case("HotKeySetTxRateLimitExceeded", NEW, None, LIMIT, last_swap(5)),
    case("HotKeySetTxRateLimitExceeded", NEW, OPEN, LIMIT, last_swap(5)),
    case("HotKeyAlreadyRegisteredInSubNet", OTHER),
    case("HotKeyAlreadyRegisteredInSubNet", OTHER, PLAIN),
    case("HotKeyAlreadyRegisteredInSubNet", NEW, OPEN, ("IsNetworkMember", (NEW, OPEN), False)),
    case("NewHotKeyNotCleanForRootSwap", NEW, None, ("TotalHotkeyAlpha", (NEW, 0), 1)),
    case("NewHotKeyNotCleanForRootSwap", NEW, 0, ("RootClaimable", NEW, {1: 0})),
    case("NewHotKeyNotCleanForRootSwap", NEW, None, ("RootClaimed", (0, NEW, ALICE), 1)),
    case(
        *("HotKeySwapOnSubnetIntervalNotPassed", NEW, OPEN),
        ("LastHotkeySwapOnNetuid", (OPEN, ALICE), 10**6),
    ),
    case(
        *("HotKeySwapOnSubnetIntervalNotPassed", NEW, None),
        ("LastHotkeySwapOnNetuid", (OWNED, ALICE), 10**6),
    ),
    case("CannotUseSystemAccount", subnet_account(1)),
    case("CannotUseSystemAccount", subnet_account(1), OPEN),
    case("InvalidChild", KIN["child"], OPEN),
    case("InvalidChild", KIN["parent"]),
    case("InvalidChild", NEW, OPEN, asked((1, NEW))),
    case("ChildParentInconsistency", NEW, OPEN, asked((1, KIN["parent"]))),
    case("ProportionOverflow", NEW, OPEN, asked((MOST, OTHER), (1, BOBS))),
    case("TooManyChildren", NEW, OPEN, asked(*((1, hotkey(f"kid{n}")) for n in range(6)))),
]
ROW = (
    "NonAssociatedColdKey NewHotKeyIsSameWithOld HotKeySetTxRateLimitExceeded "
    "HotKeyAlreadyRegisteredInSubNet NotEnoughBalanceToPaySwapHotKey "
    "HotKeySwapOnSubnetIntervalNotPassed NewHotKeyNotCleanForRootSwap"
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_error_is_met_before_signing_and_on_the_chain(net: StakeNet, case: Case) -> None:
    with net.stored(case.stored):
        before = net.sent()
        error = net.failure("neuron", "swap-hotkey", *case.words, "--yes", "--quiet")
        told = [one["name"] for one in error["details"]["refusals"]]
        assert told[0] == case.error.rpartition(".")[2], (told, error["message"])
        assert error["hint"] and error["exit_code"] == 1
        assert net.sent() == before
        assert net.force(case.uri, case.name, **case.args) == case.error
        older = {key: value for key, value in case.args.items() if key != "keep_stake"}
        assert net.force(case.uri, "swap_hotkey", **older) == case.error
        assert remedy(case.error)


@contextmanager
def holding(net: StakeNet, rao: int) -> Iterator[None]:
    """Let Alice have so much and no more."""

    def give(amount: int) -> Any:
        return lambda runtime: runtime.balances._set_free(ALICE, amount)

    free = net.look(lambda host: host.store("System", "Account")[ALICE]["data"]["free"])
    net.change(give(rao))
    try:
        yield
    finally:
        net.change(give(free))


@pytest.mark.parametrize(
    ("netuid", "rao", "name"),
    [
        (None, 99_999_999, "NotEnoughBalanceToPaySwapHotKey"),
        (None, 100_000_499, "InsufficientBalance"),
        (OPEN, 999_999, "NotEnoughBalanceToPaySwapHotKey"),
        (OPEN, 1_000_499, "InsufficientBalance"),
    ],
)
def test_a_swap_that_cannot_be_paid_is_refused(
    net: StakeNet, netuid: int | None, rao: int, name: str
) -> None:
    before = net.sent()
    with holding(net, rao):
        words = case(name, NEW, netuid).words
        error = net.failure("neuron", "swap-hotkey", *words, "--yes", "--quiet")
        assert error["details"]["refusals"][0]["name"] == name
        assert error["hint"] and net.sent() == before
        if netuid is None:
            # The fee is taken first, so that what is left for the price is too little by more.
            expected = S + "NotEnoughBalanceToPaySwapHotKey"
            assert net.force("//Alice", "swap_hotkey_v2", **swap()) == expected
            assert remedy(expected)


def test_no_error_of_the_row_is_left_out() -> None:
    met = {one.error.rpartition(".")[2] for one in CASES} | {"NotEnoughBalanceToPaySwapHotKey"}
    assert set(ROW.split()) <= met


def test_a_subnet_that_is_not_there_is_refused_though_the_chain_takes_payment(
    net: StakeNet,
) -> None:
    words = ("neuron", "swap-hotkey", *case("SubnetNotExists", NEW, LOST).words, "--yes", "--quiet")
    error = net.failure(*words)
    assert [one["name"] for one in error["details"]["refusals"]] == ["SubnetNotExists"]


def test_associating_says_what_the_chain_would_leave_as_it_is(net: StakeNet) -> None:
    before = net.sent()
    for key, name in ((OLD, ALREADY), (BOBS, ALREADY), (subnet_account(1), SYSTEM)):
        error = net.failure("neuron", "associate", key, "--wallet", "//Alice", "--yes", "--quiet")
        assert [one["name"] for one in error["details"]["refusals"]] == [name]
        assert error["hint"]
    assert net.sent() == before
    assert net.force("//Alice", "try_associate_hotkey", hotkey=subnet_account(1)) == S + SYSTEM
    assert remedy(S + SYSTEM)
    assert net.force("//Alice", "try_associate_hotkey", hotkey=BOBS) is None
    assert net.look(lambda host: host.store("SubtensorModule", "Owner")[BOBS]) != ALICE


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("swap-hotkey", OLD, NEW), "no wallet was named"),
        (("swap-hotkey", "nobodys", NEW, "--wallet", "//Alice"), "'nobodys' is neither"),
        (("swap-hotkey", OLD, NEW, "--wallet", "//Alice", "--wallet", "//Bob"), "one coldkey"),
        (("swap-hotkey", OLD, NEW, "--netuid", "x", "--wallet", "//Alice"), "not a subnet number"),
        (("swap-hotkey", OLD, "--wallet", "//Alice"), "NEW"),
        (("swap-hotkey", OLD, NEW, "--netuid", "1", "--keep-old", "--wallet", "//Alice"), "stays"),
        (("associate", NEW, "--wallet", "//Alice", "--wallet", "//Bob"), "one coldkey"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    net: StakeNet, words: tuple[str, ...], said: str
) -> None:
    code, out, err = net.taoctl("neuron", *words, "--yes")
    assert (code, out) == (2, "")
    assert said in err


# the following swap OLD for good, in this order


def test_a_proxy_for_swaps_puts_a_new_hotkey_on_one_subnet(net: StakeNet) -> None:
    added = ("proxy", "add", BOB, "--type", "SwapHotkey", "--wallet", "//Alice", "--yes")
    assert net.taoctl(*added)[0] == 0
    seat = {one: net.look(lambda h, one=one: _uid(h, one)) for one in (OPEN, OWNED)}
    words = (OLD, NEW, "--netuid", str(OPEN), "--wallet", "//Bob", "--proxy-for", ALICE)
    done = net.data("taoctl.tx.1", "neuron", "swap-hotkey", *words, "--yes")
    (event,) = [one["values"] for one in done["events"] if one["name"] == "HotkeySwappedOnSubnet"]
    told = {"coldkey": ALICE, "old_hotkey": OLD, "new_hotkey": NEW, "netuid": OPEN}
    assert event == told
    assert net.look(lambda host: host.store("SubtensorModule", "Keys")[OPEN, seat[OPEN]]) == NEW
    assert net.look(lambda host: host.store("SubtensorModule", "Keys")[OWNED, seat[OWNED]]) == OLD


def _uid(host: Host, netuid: int, key: str = OLD) -> Any:
    return host.store("SubtensorModule", "Uids")[netuid, key]


def test_a_swap_everywhere_leaves_a_hotkey_that_is_associated_again(net: StakeNet) -> None:
    last = hotkey("last")
    words = (OLD, last, "--keep-stake", "--wallet", "//Alice")
    with net.stored((("LastHotkeySwapOnNetuid", (OPEN, ALICE), None),)):
        plan = net.data("taoctl.plan.1", "neuron", "swap-hotkey", *words, "--dry-run")
        code, _, err = net.taoctl("neuron", "swap-hotkey", *words, "--yes")
    assert code == 0, err
    assert "no wallet here holds the key of" in err
    assert any(f"`taoctl neuron associate {OLD}`" in one for one in plan["warnings"])
    assert net.look(lambda host: OLD in host.store("SubtensorModule", "Owner")) is False
    held = net.look(lambda host: host.store("SubtensorModule", "TotalHotkeyAlpha")[OLD, OWNED])
    assert held
    remove = ("stake", "remove", "1alpha", "--hotkey", OLD, "--netuid", str(OWNED), "--wallet")
    stuck = net.failure(*remove, "//Alice", "--yes", "--quiet")
    assert stuck["details"]["refusals"][0]["name"] == "HotKeyAccountNotExists"
    net.data("taoctl.tx.1", "neuron", "associate", OLD, "--wallet", "//Alice", "--yes")
    assert net.look(lambda host: host.store("SubtensorModule", "Owner")[OLD]) == ALICE
    code, _, err = net.taoctl(*remove, "//Alice", "--yes")
    assert code == 0, err

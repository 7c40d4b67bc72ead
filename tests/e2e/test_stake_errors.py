"""Every error of the staking calls: said by the command before it signs, and then by the chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from stake_cases import ADDING, REMOVING, Case, S
from stake_cases_moving import ENDING, MOVING
from stake_cases_settings import SETTING, lock
from stake_net import BOBS, EVE, EVEN, STRANGER, TAO, StakeNet, stake_chain

from taoctl.calls.remedies import remedy
from taoctl.localnet.frame import Runtime

pytestmark = pytest.mark.e2e

CASES = [*ADDING, *REMOVING, *MOVING, *ENDING, *SETTING]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with stake_chain(tmp_path_factory.mktemp("stake")) as found:
        prepared = StakeNet(found, lambda: None)
        prepared.change(_stake_of_eve)
        assert prepared.force("//Charlie", "lock_stake", **lock(EVEN, 90 * TAO)) is None
        assert prepared.force("//Eve", "lock_stake", **lock(EVEN, TAO, BOBS)) is None
        yield found


def _stake_of_eve(runtime: Runtime) -> None:
    runtime.subtensor.add_stake_shares(BOBS, EVE, EVEN, 20 * TAO)
    runtime.subtensor.SubnetAlphaOut[EVEN] += 20 * TAO


@pytest.fixture
def net(chain: Any, capsys: pytest.CaptureFixture[str]) -> StakeNet:
    return StakeNet(chain, capsys.readouterr)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_error_is_met_before_signing_and_on_the_chain(net: StakeNet, case: Case) -> None:
    with net.stored(case.stored):
        if case.words:
            refused(net, case)
        assert net.force(case.uri, case.name, **case.args) == case.error


def refused(net: StakeNet, case: Case) -> None:
    """The command says what is wrong and what to do, and nothing is signed."""
    before = net.sent()
    if case.exit_code == 2:
        assert net.taoctl("stake", *case.words, "--yes")[0] == 2
        return
    error = net.failure("stake", *case.words, "--yes", "--quiet")
    name = case.said or case.error.rpartition(".")[2]
    told = [one["name"] for one in error["details"]["refusals"]]
    assert told[0] == name, (told, error["message"])
    assert error["hint"] and error["exit_code"] == 1
    assert net.sent() == before


def test_a_call_that_is_sent_anyway_fails_as_on_mainnet(net: StakeNet) -> None:
    call = ("chain", "call", "SubtensorModule", "add_stake", "-a", f"hotkey={STRANGER}")
    args = ("-a", "netuid=1", "-a", "amount_staked=1tao", "--wallet", "//Alice")
    before = net.sent()
    error = net.failure(*call, *args, "--yes", "--quiet")
    assert error["details"]["transaction"]["error"] == S + "HotKeyAccountNotExists"
    assert net.sent() == before + 1
    advice = remedy(S + "HotKeyAccountNotExists")
    assert advice is not None and advice in error["hint"]


ROWS = {
    "add_stake": "SubnetNotExists SubtokenDisabled AmountTooLow NotEnoughBalanceToStake "
    "HotKeyAccountNotExists InsufficientLiquidity",
    "add_stake_limit": "SlippageTooHigh PriceLimitExceeded",
    "remove_stake": "SubtokenDisabled AmountTooLow InsufficientLiquidity "
    "HotKeyAccountNotExists StakeUnavailable",
    "remove_stake_limit": "SubnetNotExists NotEnoughStakeToWithdraw SlippageTooHigh",
    "remove_stake_full_limit": "SlippageTooHigh",
    "unstake_all": "HotKeyAccountNotExists",
    "unstake_all_alpha": "HotKeyAccountNotExists AmountTooLow",
    "move_stake": "SameNetuid SubnetNotExists SubtokenDisabled HotKeyAccountNotExists "
    "AmountTooLow InsufficientLiquidity StakeUnavailable",
    "transfer_stake": "TransferDisallowed AccountRejectsLockedAlpha LockHotkeyMismatch",
    "swap_stake": "SameNetuid SubnetNotExists SubtokenDisabled HotKeyAccountNotExists "
    "AmountTooLow InsufficientLiquidity StakeUnavailable",
    "swap_stake_limit": "SlippageTooHigh",
    "recycle_alpha": "CannotBurnOrRecycleOnRootSubnet HotKeyAccountNotExists InsufficientLiquidity",
    "burn_alpha": "CannotBurnOrRecycleOnRootSubnet HotKeyAccountNotExists InsufficientLiquidity",
    "add_stake_burn": "AmountTooLow NotEnoughBalanceToStake SlippageTooHigh PriceLimitExceeded",
    "lock_stake": "AmountTooLow LockHotkeyMismatch InsufficientStakeForLock",
    "move_lock": "NoExistingLock",
    "claim_root": "InvalidSubnetNumber",
    "set_root_claim_type": "InvalidSubnetNumber",
    "set_coldkey_auto_stake_hotkey": "SubnetNotExists HotKeyNotRegisteredInSubNet "
    "SameAutoStakeHotkeyAlreadySet",
    "increase_take": "NonAssociatedColdKey HotKeyAccountNotExists DelegateTakeTooLow "
    "DelegateTakeTooHigh DelegateTxRateLimitExceeded",
    "decrease_take": "DelegateTakeTooLow",
    "set_children": "TxRateLimitExceeded RegistrationNotPermittedOnRootSubnet SubnetNotExists "
    "NonAssociatedColdKey DuplicateChild TooManyChildren InvalidChild ProportionOverflow "
    "ChildParentInconsistency NotEnoughStakeToSetChildkeys",
    "set_childkey_take": "NonAssociatedColdKey InvalidChildkeyTake TxChildkeyTakeRateLimitExceeded",
}
"""The errors of each call that can be met. `remove_stake` and the moves take at most what is held,
so that NotEnoughStakeToWithdraw is not among theirs; `remove_stake` asks whether a subnet has
started before it asks whether there is one."""


def test_no_error_of_a_row_is_left_out() -> None:
    met: dict[str, set[str]] = {}
    for case in CASES:
        met.setdefault(case.name, set()).add(case.said or case.error.rpartition(".")[2])
    for name, errors in ROWS.items():
        assert set(errors.split()) - met[name] <= _at_the_pool(name, met[name]), name


def _at_the_pool(name: str, met: set[str]) -> set[str]:
    """What a command says before: a hotkey that nothing is held on has nothing to unstake."""
    return {"HotKeyAccountNotExists"} if name.startswith("unstake") and met else set()

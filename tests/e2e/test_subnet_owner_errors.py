"""Every error of what owners of subnets call: said by the command before it signs, and by a block.

With the remedy, and the block from which it would be allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from owner_cases import BOUNDS, CASES, NAMES, SCHEDULE, UIDS, A, Case
from settings_chain import forced as in_a_batch
from settings_chain import settings_chain
from stake_net import StakeNet

from taoctl.calls.base import ChainCall
from taoctl.calls.remedies import remedy

pytestmark = pytest.mark.e2e

ROWS = {
    "set_tempo": "TempoOutOfBounds AdminActionProhibitedDuringWeightsWindow TxRateLimitExceeded",
    "set_activity_cutoff_factor": "ActivityCutoffFactorMilliOutOfBounds TxRateLimitExceeded "
    "AdminActionProhibitedDuringWeightsWindow",
    "trigger_epoch": "DynamicTempoBlockedByCommitReveal EpochTriggerAlreadyPending "
    "AutoEpochAlreadyImminent TxRateLimitExceeded",
    "update_symbol": "SymbolDoesNotExist SymbolAlreadyInUse",
    "set_subnet_identity": "NotSubnetOwner InvalidIdentity",
    "AdminUtils": "SubnetDoesNotExist ValueNotInBounds InvalidValue NotPermittedOnRootSubnet "
    "BondsMovingAverageMaxReached MaxAllowedUidsLessThanMinAllowedUids "
    "MaxAllowedUIdsLessThanCurrentUIds MaxAllowedUidsGreaterThanDefaultMaxAllowedUids "
    "NegativeSigmoidSteepness AdminActionProhibitedDuringWeightsWindow TxRateLimitExceeded "
    "LiquidAlphaDisabled AlphaHighTooLow AlphaLowOutOfRange "
    "TrimmingWouldExceedMaxImmunePercentage ActivityCutoffTooLow RevealPeriodTooSmall "
    "RevealPeriodTooLarge TooManyUIDsPerMechanism CannotUseSystemAccount BadOrigin "
    "MechanismDoesNotExist SubnetNotExists MaxValidatorsLargerThanMaxUIds "
    "MinAllowedUidsGreaterThanCurrentUids MinAllowedUidsGreaterThanMaxAllowedUids "
    "POWRegistrationDisabled",
}
"""Errors of each call, of all calls of AdminUtils for one subnet together."""


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    home = tmp_path_factory.mktemp("owner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.setenv("TAOCTL_WALLET_PATH", str(home / "wallets"))
        for name in ("TAOCTL_WALLET", "BT_WALLET_NAME", "TAOCTL_PASSWORD_FILE"):
            patch.delenv(name, raising=False)
        with settings_chain() as found:
            yield found


@pytest.fixture
def net(chain: Any, capsys: pytest.CaptureFixture[str]) -> StakeNet:
    return StakeNet(chain, capsys.readouterr)


def refused(net: StakeNet, case: Case) -> None:
    """The command says what is wrong, what to do and from when, and signs nothing."""
    before = net.sent()
    sudo = ("--sudo",) if case.root else ()
    error = net.failure("subnet", *case.words, *sudo, "--wallet", f"//{case.who}", "-y", "-q")
    told = error["details"]["refusals"][0]
    assert told["name"] == case.error.rpartition(".")[2], error["message"]
    assert told["hint"] and error["hint"] and error["exit_code"] == 1
    assert told["allowed_from_block"] == case.allowed
    assert case.allowed is None or str(case.allowed) in told["hint"]
    assert net.sent() == before


def forced(net: StakeNet, case: Case) -> str | None:
    """What the chain itself fails with."""
    if not case.root:
        return net.force(f"//{case.who}", case.name, case.pallet, **case.args)
    call = ChainCall(case.pallet, case.name, case.args)
    return in_a_batch(net.chain, ChainCall("Sudo", "sudo", {"call": call}), f"//{case.who}")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_error_is_met_before_signing_and_on_the_chain(net: StakeNet, case: Case) -> None:
    with net.stored(case.stored):
        if case.words:
            refused(net, case)
        assert forced(net, case) == case.error
    assert remedy(case.error)


def test_no_error_of_a_row_is_left_out() -> None:
    met: dict[str, set[str]] = {}
    for case in CASES:
        key = A if case.pallet == A else case.name
        met.setdefault(key, set()).add(case.error.rpartition(".")[2])
    for name, errors in ROWS.items():
        assert set(errors.split()) == met[name] - (set() if name == A else {"BadOrigin"}), name


@pytest.mark.parametrize("case", [SCHEDULE[0], SCHEDULE[9], NAMES[2], UIDS[1], BOUNDS[0]], ids=str)
def test_a_call_that_is_sent_anyway_fails_with_a_remedy(net: StakeNet, case: Case) -> None:
    words = ["chain", "call", case.pallet, case.name, "--wallet", f"//{case.who}", "-y", "-q"]
    for name, value in case.args.items():
        words += [
            "-a",
            f"{name}=" + ("0x" + value.hex() if isinstance(value, bytes) else f"{value}"),
        ]
    error = net.failure(*words)
    assert error["details"]["transaction"]["error"] == case.error
    advice = remedy(case.error)
    assert advice is not None and advice in error["hint"]

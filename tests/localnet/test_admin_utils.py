"""AdminUtils: who may set what, when and how often, and what is stored of it."""

from __future__ import annotations

from typing import Any

import pytest
from admin_calls import CHAIN_CALLS, OWNER_CALLS, ROOT_CALLS, OwnerCall
from subtensor_chain import PALLETS, Chain, account, error_of

from taoctl.localnet.frame import Outcome
from taoctl.localnet.pallets.admin_utils.pallet import AdminUtils
from taoctl.localnet.scaletypes import variant

OWNER, STRANGER = "c:owner0-1", "c:val0-1"
FROZEN = "SubtensorModule.AdminActionProhibitedDuringWeightsWindow"
TOO_SOON = "SubtensorModule.TxRateLimitExceeded"
TEMPO = 360


@pytest.fixture
def chain() -> Chain:
    made = Chain(tempo=TEMPO, pallets=[*PALLETS, AdminUtils])
    made.begin()
    module = made.rt.subtensor
    module.LastEpochBlock[1] = 1
    module.MinAllowedUids[1] = 4
    module.MaxAllowedUids[1] = 128
    return made


def admin(chain: Chain, signer: str | None, name: str, **args: Any) -> Outcome:
    return chain.call(signer, name, "AdminUtils", **args)


def make(chain: Chain, signer: str | None, one: OwnerCall, netuid: int = 1) -> Outcome:
    args = {"netuid": netuid, one.argument: one.value}
    return admin(chain, signer, f"sudo_set_{one.name}", **args)


def at(chain: Chain, block: int) -> None:
    """As if nothing had happened in between, and the last epoch had just run."""
    chain.rt.state.making = block
    chain.rt.subtensor.LastEpochBlock[1] = block


def last(chain: Chain, limit: str | int) -> int:
    module = chain.rt.subtensor
    if isinstance(limit, int):
        return int(module.TransactionKeyLastBlock[account(OWNER), 1, limit])
    return int(module.LastRateLimitedBlock[variant("OwnerHyperparamUpdate", (1, limit))])


def test_all_calls_of_owners_are_here() -> None:
    names = {f"sudo_set_{one.name}" for one in OWNER_CALLS}
    names |= {f"sudo_set_{one[0]}" for one in (*ROOT_CALLS, *CHAIN_CALLS)}
    rest = set(AdminUtils.call_specs) - names
    assert rest == {
        "sudo_set_alpha_values",
        "sudo_set_sn_owner_hotkey",
        "sudo_set_subnet_owner_hotkey",
        "sudo_trim_to_max_allowed_uids",
        "sudo_set_network_pow_registration_allowed",
        "sudo_set_total_issuance",
        "sudo_toggle_evm_precompile",
    }


@pytest.mark.parametrize("one", OWNER_CALLS, ids=lambda one: one.name)
def test_an_owner_sets_it_once_in_a_while(chain: Chain, one: OwnerCall) -> None:
    item = getattr(chain.rt.subtensor, one.item)
    assert item[1] != one.value or one.name == "mechanism_emission_split"
    at(chain, 1_000)
    assert error_of(make(chain, OWNER, one)) is None
    assert item[1] == one.value
    if one.event is not None:
        (told,) = chain.events(one.event)
        told = tuple(told.values()) if isinstance(told, dict) else told
        assert told == (1, one.value)
    if one.limit is None:
        assert make(chain, OWNER, one).ok
        return
    assert last(chain, one.limit) == 1_000
    at(chain, 999 + one.blocks)
    assert error_of(make(chain, OWNER, one)) == TOO_SOON
    at(chain, 1_000 + one.blocks)
    assert make(chain, OWNER, one).ok
    assert last(chain, one.limit) == 1_000 + one.blocks


@pytest.mark.parametrize("one", OWNER_CALLS, ids=lambda one: one.name)
def test_root_sets_it_at_any_time_and_is_not_counted(chain: Chain, one: OwnerCall) -> None:
    at(chain, 1_000)
    assert make(chain, None, one).ok
    assert make(chain, None, one).ok
    assert getattr(chain.rt.subtensor, one.item)[1] == one.value
    if one.limit is not None:
        assert last(chain, one.limit) == 0
    assert make(chain, OWNER, one).ok


@pytest.mark.parametrize("one", OWNER_CALLS, ids=lambda one: one.name)
def test_nobody_else_sets_it(chain: Chain, one: OwnerCall) -> None:
    before = getattr(chain.rt.subtensor, one.item)[1]
    for who in (STRANGER, "h:owner0-1", "c:owner0-2", "alice"):
        assert error_of(make(chain, who, one)) == "BadOrigin"
    assert error_of(make(chain, OWNER, one, netuid=99)) == "BadOrigin"
    assert getattr(chain.rt.subtensor, one.item)[1] == before


@pytest.mark.parametrize("one", OWNER_CALLS, ids=lambda one: one.name)
def test_nobody_sets_it_within_the_freeze_window(chain: Chain, one: OwnerCall) -> None:
    module = chain.rt.subtensor
    chain.rt.state.making = 1_000
    for due in (1_000, 1_009):
        module.LastEpochBlock[1] = due - TEMPO
        for who in (OWNER, None):
            assert error_of(make(chain, who, one)) == FROZEN
    module.LastEpochBlock[1] = 1_010 - TEMPO
    module.PendingEpochAt[1] = 1_001
    assert error_of(make(chain, OWNER, one)) == FROZEN
    module.PendingEpochAt[1] = 1_000
    assert make(chain, OWNER, one).ok


def test_too_soon_is_said_before_frozen(chain: Chain) -> None:
    one = OWNER_CALLS[0]
    at(chain, 1_000)
    assert make(chain, OWNER, one).ok
    chain.rt.subtensor.PendingEpochAt[1] = 2_000
    assert error_of(make(chain, OWNER, one)) == TOO_SOON
    assert error_of(make(chain, None, one)) == FROZEN


BAD_VALUES: list[tuple[str | None, str, dict[str, Any], str]] = [
    (OWNER, "min_burn", {"min_burn": 1_000_000_000}, "AdminUtils.ValueNotInBounds"),
    (OWNER, "max_burn", {"max_burn": 100_000_000}, "AdminUtils.ValueNotInBounds"),
    (
        OWNER,
        "bonds_moving_average",
        {"bonds_moving_average": 975_001},
        "AdminUtils.BondsMovingAverageMaxReached",
    ),
    (OWNER, "burn_half_life", {"burn_half_life": 0}, "AdminUtils.InvalidValue"),
    (OWNER, "burn_half_life", {"burn_half_life": 36_101}, "AdminUtils.InvalidValue"),
    (OWNER, "burn_increase_mult", {"burn_increase_mult": (1 << 64) - 1}, "AdminUtils.InvalidValue"),
    (OWNER, "burn_increase_mult", {"burn_increase_mult": (3 << 64) + 1}, "AdminUtils.InvalidValue"),
    (OWNER, "activity_cutoff", {"activity_cutoff": 359}, "SubtensorModule.ActivityCutoffTooLow"),
    (
        OWNER,
        "commit_reveal_weights_interval",
        {"interval": 0},
        "SubtensorModule.RevealPeriodTooSmall",
    ),
    (
        OWNER,
        "commit_reveal_weights_interval",
        {"interval": 101},
        "SubtensorModule.RevealPeriodTooLarge",
    ),
    (OWNER, "min_childkey_take_per_subnet", {"take": 11_797}, "AdminUtils.InvalidValue"),
    (OWNER, "owner_immune_neuron_limit", {"immune_neurons": 0}, "SubtensorModule.InvalidValue"),
    (OWNER, "owner_immune_neuron_limit", {"immune_neurons": 11}, "SubtensorModule.InvalidValue"),
    (
        OWNER,
        "max_allowed_uids",
        {"max_allowed_uids": 3},
        "AdminUtils.MaxAllowedUidsLessThanMinAllowedUids",
    ),
    (
        OWNER,
        "max_allowed_uids",
        {"max_allowed_uids": 8},
        "AdminUtils.MaxAllowedUIdsLessThanCurrentUIds",
    ),
    (
        OWNER,
        "max_allowed_uids",
        {"max_allowed_uids": 257},
        "AdminUtils.MaxAllowedUidsGreaterThanDefaultMaxAllowedUids",
    ),
    (OWNER, "alpha_sigmoid_steepness", {"steepness": -1}, "AdminUtils.NegativeSigmoidSteepness"),
    (
        OWNER,
        "alpha_values",
        {"alpha_low": 2_000, "alpha_high": 3_000},
        "SubtensorModule.LiquidAlphaDisabled",
    ),
    (OWNER, "mechanism_count", {"mechanism_count": 0}, "SubtensorModule.InvalidValue"),
    (OWNER, "mechanism_count", {"mechanism_count": 3}, "SubtensorModule.InvalidValue"),
    (OWNER, "mechanism_emission_split", {"maybe_split": ()}, "SubtensorModule.InvalidValue"),
    (OWNER, "mechanism_emission_split", {"maybe_split": (65_534,)}, "SubtensorModule.InvalidValue"),
    (
        OWNER,
        "mechanism_emission_split",
        {"maybe_split": (65_534, 1)},
        "SubtensorModule.InvalidValue",
    ),
    (
        None,
        "min_allowed_uids",
        {"min_allowed_uids": 9},
        "AdminUtils.MinAllowedUidsGreaterThanCurrentUids",
    ),
    (
        None,
        "min_allowed_uids",
        {"min_allowed_uids": 128},
        "AdminUtils.MinAllowedUidsGreaterThanMaxAllowedUids",
    ),
    (
        None,
        "max_allowed_validators",
        {"max_allowed_validators": 129},
        "AdminUtils.MaxValidatorsLargerThanMaxUIds",
    ),
    (
        None,
        "network_pow_registration_allowed",
        {"registration_allowed": True},
        "AdminUtils.POWRegistrationDisabled",
    ),
]


@pytest.mark.parametrize(("signer", "name", "args", "error"), BAD_VALUES)
def test_bad_values_are_refused(
    chain: Chain, signer: str | None, name: str, args: dict[str, Any], error: str
) -> None:
    assert chain.rt.subtensor.SubnetworkN[1] == 9
    assert error_of(admin(chain, signer, f"sudo_set_{name}", netuid=1, **args)) == error


def test_the_prices_of_a_subnet_stay_in_order(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.MinBurn[1], module.MaxBurn[1] = 200_000_000, 300_000_000
    bad = "AdminUtils.ValueNotInBounds"
    for who in (OWNER, None):
        low = admin(chain, who, "sudo_set_min_burn", netuid=1, min_burn=300_000_000)
        high = admin(chain, who, "sudo_set_max_burn", netuid=1, max_burn=200_000_000)
        assert (error_of(low), error_of(high)) == (bad, bad)
    assert admin(chain, OWNER, "sudo_set_min_burn", netuid=1, min_burn=299_999_999).ok


def test_all_mechanisms_together_have_256_uids_at_the_most(chain: Chain) -> None:
    too_many = "SubtensorModule.TooManyUIDsPerMechanism"
    chain.rt.subtensor.MechanismCountCurrent[1] = 2
    args = {"netuid": 1, "max_allowed_uids": 129}
    assert error_of(admin(chain, OWNER, "sudo_set_max_allowed_uids", **args)) == too_many
    chain.rt.subtensor.MaxMechanismCount.put(16)
    args = {"netuid": 1, "mechanism_count": 3}
    assert error_of(admin(chain, OWNER, "sudo_set_mechanism_count", **args)) == too_many


def test_what_is_not_for_owners_is_for_root(chain: Chain) -> None:
    keeps = {"netuid": 1, "bonds_moving_average": 1_000_000}
    assert admin(chain, None, "sudo_set_bonds_moving_average", **keeps).ok
    assert admin(chain, None, "sudo_set_alpha_sigmoid_steepness", netuid=1, steepness=-5).ok
    assert chain.rt.subtensor.AlphaSigmoidSteepness[1] == -5


def test_liquid_alpha_has_bounds_where_it_is_on(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.LiquidAlphaOn[1] = True
    tries = {
        (1_638, 1_637): "SubtensorModule.AlphaHighTooLow",
        (1_637, 1_638): "SubtensorModule.AlphaLowOutOfRange",
        (1_640, 1_639): "SubtensorModule.AlphaLowOutOfRange",
        (1_638, 1_638): None,
    }
    for (low, high), error in tries.items():
        args = {"netuid": 1, "alpha_low": low, "alpha_high": high}
        assert error_of(admin(chain, OWNER, "sudo_set_alpha_values", **args)) == error
    assert module.AlphaValues[1] == (1_638, 1_638)
    assert last(chain, "AlphaValues") == chain.rt.block_number
    args = {"netuid": 1, "alpha_low": 2_000, "alpha_high": 3_000}
    assert error_of(admin(chain, OWNER, "sudo_set_alpha_values", **args)) == TOO_SOON


@pytest.mark.parametrize(
    ("name", "argument", "value", "item", "event", "window"), ROOT_CALLS, ids=lambda one: str(one)
)
def test_root_alone_sets_the_rest_of_a_subnet(
    chain: Chain, name: str, argument: str, value: Any, item: str, event: str | None, window: bool
) -> None:
    args = {"netuid": 1, argument: value}
    for who in (OWNER, STRANGER):
        assert error_of(admin(chain, who, f"sudo_set_{name}", **args)) == "BadOrigin"
    stored = getattr(chain.rt.subtensor, item)
    assert stored[1] != value
    chain.rt.subtensor.PendingEpochAt[1] = 1_000
    frozen = admin(chain, None, f"sudo_set_{name}", **args)
    assert (error_of(frozen) == FROZEN) is window
    chain.rt.subtensor.PendingEpochAt[1] = 0
    if window:
        assert admin(chain, None, f"sudo_set_{name}", **args).ok
    assert stored[1] == value
    if event is not None:
        (told,) = chain.events(event)
        assert (tuple(told.values()) if isinstance(told, dict) else told) == (1, value)


@pytest.mark.parametrize(("name", "argument", "value", "item", "event"), CHAIN_CALLS)
def test_root_alone_sets_what_is_of_the_whole_chain(
    chain: Chain, name: str, argument: str, value: Any, item: str, event: str | None
) -> None:
    for who in (OWNER, STRANGER):
        outcome = admin(chain, who, f"sudo_set_{name}", **{argument: value})
        assert error_of(outcome) == "BadOrigin"
    assert admin(chain, None, f"sudo_set_{name}", **{argument: value}).ok
    assert getattr(chain.rt.subtensor, item).get() == value
    if event is not None:
        assert chain.events(event) == [value]


BAD_FOR_ROOT: list[tuple[str, dict[str, Any], str]] = [
    ("max_mechanism_count", {"max_mechanism_count": 0}, "SubtensorModule.InvalidValue"),
    ("max_mechanism_count", {"max_mechanism_count": 17}, "SubtensorModule.InvalidValue"),
    ("max_epochs_per_block", {"max_epochs_per_block": 0}, "AdminUtils.ValueNotInBounds"),
    ("tao_flow_normalization_exponent", {"exponent": 0}, "AdminUtils.InvalidValue"),
    ("total_issuance", {"total_issuance": 1}, "AdminUtils.Deprecated"),
    ("kappa", {"netuid": 99, "kappa": 1}, "AdminUtils.SubnetDoesNotExist"),
    ("rho", {"netuid": 99, "rho": 1}, "AdminUtils.SubnetDoesNotExist"),
    ("burn_half_life", {"netuid": 0, "burn_half_life": 1}, "AdminUtils.NotPermittedOnRootSubnet"),
    ("owner_cut_enabled", {"netuid": 0, "enabled": True}, "AdminUtils.NotPermittedOnRootSubnet"),
    (
        "subnet_emission_enabled",
        {"netuid": 0, "enabled": True},
        "AdminUtils.NotPermittedOnRootSubnet",
    ),
    (
        "mechanism_count",
        {"netuid": 99, "mechanism_count": 1},
        "SubtensorModule.MechanismDoesNotExist",
    ),
    (
        "sn_owner_hotkey",
        {"netuid": 99, "hotkey": account("h:val0-1")},
        "SubtensorModule.SubnetNotExists",
    ),
]


@pytest.mark.parametrize(("name", "args", "error"), BAD_FOR_ROOT)
def test_even_root_is_refused(chain: Chain, name: str, args: dict[str, Any], error: str) -> None:
    assert error_of(admin(chain, None, f"sudo_set_{name}", **args)) == error


@pytest.mark.parametrize("name", ["sudo_set_sn_owner_hotkey", "sudo_set_subnet_owner_hotkey"])
def test_the_owner_s_hotkey_changes_once_a_week_whoever_changes_it(chain: Chain, name: str) -> None:
    from taoctl.localnet.pallets.subtensor.subnets import subnet_account

    module, args = chain.rt.subtensor, {"netuid": 1, "hotkey": account("h:val0-1")}
    at(chain, 1_000)
    assert error_of(admin(chain, STRANGER, name, **args)) == "BadOrigin"
    system = {"netuid": 1, "hotkey": subnet_account(1)}
    assert error_of(admin(chain, OWNER, name, **system)) == "SubtensorModule.CannotUseSystemAccount"
    assert admin(chain, OWNER, name, **args).ok
    assert module.SubnetOwnerHotkey[1] == account("h:val0-1")
    assert chain.events("SubnetOwnerHotkeySet") == [(1, account("h:val0-1"))]
    at(chain, 51_399)
    for who in (OWNER, None):
        assert error_of(admin(chain, who, name, **args)) == TOO_SOON
    at(chain, 51_400)
    assert admin(chain, None, name, **args).ok


def test_a_higher_least_nomination_ends_smaller_ones(chain: Chain) -> None:
    module = chain.rt.subtensor
    small, large = account("c:nominator1"), account("c:nominator2")
    hotkey = account("h:val0-1")
    for coldkey, alpha in ((small, 10_000_000), (large, 1_000_000_000)):
        module.add_stake_shares(hotkey, coldkey, 1, alpha)
        module.SubnetAlphaOut[1] += alpha
    # At 0.1 TAO per alpha, 10 times the least stake of 0.002 TAO is 0.2 alpha.
    name = "sudo_set_nominator_min_required_stake"
    assert admin(chain, None, name, min_stake=10_000_000).ok
    assert module.stake_of(hotkey, small, 1) == 0
    assert module.stake_of(hotkey, large, 1) == pytest.approx(1_000_000_000, abs=1)
    assert module.stake_of(hotkey, account("c:val0-1"), 1) > 0


def test_a_precompile_is_switched_once(chain: Chain) -> None:
    for _ in range(2):
        args = {"precompile_id": "Neuron", "enabled": False}
        assert admin(chain, None, "sudo_toggle_evm_precompile", **args).ok
    assert len(chain.events("PrecompileUpdated")) == 1

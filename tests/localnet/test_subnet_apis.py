"""What runtime APIs tell of a subnet, field by field, where no two stored values are alike.

Source: rpc_info/subnet_info.rs, rpc_info/dynamic_info.rs and coinbase of subtensor at spec 425.
"""

from __future__ import annotations

from typing import Any

import pytest
from network_chain import create, network_chain
from scenario_chain import ScenarioChain
from subtensor_chain import TAO, Chain
from test_apis import subnet_api

from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.scale.crypto import KeySigner

NETUID = 2
OWNER, HOTKEY = (KeySigner(f"//{name}").ss58 for name in ("Eve", "Eve//hot"))

STORED: dict[str, tuple[str, Any]] = {
    "rho": ("Rho", 11),
    "kappa": ("Kappa", 30_001),
    "immunity_period": ("ImmunityPeriod", 101),
    "min_allowed_weights": ("MinAllowedWeights", 4),
    "max_weights_limit": ("MaxWeightsLimit", 60_001),
    "tempo": ("Tempo", 361),
    "min_difficulty": ("MinDifficulty", 1_001),
    "max_difficulty": ("MaxDifficulty", 9_001),
    "weights_version": ("WeightsVersionKey", 17),
    "weights_rate_limit": ("WeightsSetRateLimit", 19),
    "adjustment_interval": ("AdjustmentInterval", 113),
    "registration_allowed": ("NetworkRegistrationAllowed", False),
    "target_regs_per_interval": ("TargetRegistrationsPerInterval", 5),
    "min_burn": ("MinBurn", 500_003),
    "max_burn": ("MaxBurn", 90_000_000_007),
    "bonds_moving_avg": ("BondsMovingAverage", 910_001),
    "max_regs_per_block": ("MaxRegistrationsPerBlock", 7),
    "serving_rate_limit": ("ServingRateLimit", 53),
    "max_validators": ("MaxAllowedValidators", 61),
    "adjustment_alpha": ("AdjustmentAlpha", 67),
    "difficulty": ("Difficulty", 5_003),
    "commit_reveal_period": ("RevealPeriodEpochs", 3),
    "commit_reveal_weights_enabled": ("CommitRevealWeightsEnabled", True),
    "liquid_alpha_enabled": ("LiquidAlphaOn", True),
    "subnet_is_active": ("SubtokenEnabled", True),
    "transfers_enabled": ("TransferToggle", False),
    "bonds_reset_enabled": ("BondsResetOn", True),
    "activity_cutoff_factor": ("ActivityCutoffFactorMilli", 2_500),
    "burn_half_life": ("BurnHalfLife", 359),
    "owner_cut_enabled": ("OwnerCutEnabled", False),
    "owner_cut_auto_lock_enabled": ("OwnerCutAutoLockEnabled", True),
    "min_childkey_take": ("MinChildkeyTakePerSubnet", 4_001),
}
"""Where a field is stored as it is told, and what is stored there now."""
TOLD: dict[str, Any] = {name: value for name, (_, value) in STORED.items()} | {
    # 2.5 tempos.
    "activity_cutoff": 902,
    "alpha_low": 40_009,
    "alpha_high": 50_021,
    "alpha_sigmoid_steepness": {"bits": 777 << 32},
    "yuma_version": 2,
    "burn_increase_mult": {"bits": 3 << 63},
    "user_liquidity_enabled": False,
}
FIRST = (
    "rho kappa immunity_period min_allowed_weights max_weights_limit tempo min_difficulty "
    "max_difficulty weights_version weights_rate_limit adjustment_interval activity_cutoff "
    "registration_allowed target_regs_per_interval min_burn max_burn bonds_moving_avg "
    "max_regs_per_block serving_rate_limit max_validators adjustment_alpha difficulty "
    "commit_reveal_period commit_reveal_weights_enabled alpha_high alpha_low liquid_alpha_enabled"
)
SECOND = (
    f"{FIRST} alpha_sigmoid_steepness yuma_version subnet_is_active transfers_enabled "
    "bonds_reset_enabled user_liquidity_enabled"
)
THIRD = {
    "U16": "kappa immunity_period min_allowed_weights max_weights_limit tempo "
    "target_regs_per_interval burn_half_life max_regs_per_block max_validators alpha_high "
    "alpha_low yuma_version min_childkey_take",
    "U32": "activity_cutoff_factor",
    "U64": "weights_version weights_rate_limit activity_cutoff bonds_moving_avg "
    "serving_rate_limit commit_reveal_period",
    "TaoBalance": "min_burn max_burn",
    "Bool": "registration_allowed commit_reveal_weights_enabled liquid_alpha_enabled "
    "subnet_is_active transfers_enabled bonds_reset_enabled user_liquidity_enabled "
    "owner_cut_enabled owner_cut_auto_lock_enabled",
    "I32F32": "alpha_sigmoid_steepness",
    "U64F64": "burn_increase_mult",
}
"""Fields of the third form, by the kind of their value."""
INFO = "rho kappa difficulty immunity_period min_allowed_weights max_weights_limit tempo"
POOL = {
    "alpha_in": "SubnetAlphaIn",
    "alpha_out": "SubnetAlphaOut",
    "tao_in": "SubnetTAO",
    "alpha_out_emission": "SubnetAlphaOutEmission",
    "alpha_in_emission": "SubnetAlphaInEmission",
    "tao_in_emission": "SubnetTaoInEmission",
    "subnet_volume": "SubnetVolume",
}


@pytest.fixture(scope="module")
def chain() -> ScenarioChain:
    made = ScenarioChain("small")
    made.run(3)
    module = made.runtime.subtensor
    with made.runtime.state.amend():
        for item, value in STORED.values():
            getattr(module, item)[NETUID] = value
        module.AlphaValues[NETUID] = (40_009, 50_021)
        module.AlphaSigmoidSteepness[NETUID] = 777
        module.Yuma3On[NETUID] = False
        module.BurnIncreaseMult[NETUID] = 3 << 63
        module.Burn[NETUID] = 700_000_001
        module.ScalingLawPower[NETUID] = 41
        module.MaxAllowedUids[NETUID] = 97
        module.BlocksSinceLastStep[NETUID] = 31
        module.LastMechansimStepBlock[NETUID] = 1
        module.SubnetOwner[NETUID], module.SubnetOwnerHotkey[NETUID] = OWNER, HOTKEY
        module.NetworkRegisteredAt[NETUID] = 2
        module.PendingServerEmission[NETUID] = 71
        module.PendingValidatorEmission[NETUID] = 730
        module.SubnetMovingPrice[NETUID] = 987_654_321
        for number, item in enumerate(POOL.values()):
            getattr(module, item)[NETUID] = 10**9 + number
    return made


def test_hyperparameters_are_what_is_stored(chain: ScenarioChain) -> None:
    first = subnet_api(chain, "get_subnet_hyperparams", NETUID)
    assert first == {name: TOLD[name] for name in FIRST.split()}
    second = subnet_api(chain, "get_subnet_hyperparams_v2", NETUID)
    assert second == {name: TOLD[name] for name in SECOND.split()}
    third = subnet_api(chain, "get_subnet_hyperparams_v3", NETUID)
    assert {one["name"]: one["value"] for one in third} == {
        name: {kind: TOLD[name]} for kind, names in THIRD.items() for name in names.split()
    }
    assert set(TOLD) == {*first, *second, *(one["name"] for one in third)}


def test_the_least_childkey_take_is_the_chain_s_where_that_is_more(chain: ScenarioChain) -> None:
    with chain.runtime.state.amend():
        chain.runtime.subtensor.MinChildkeyTake.put(5_003)
    third = subnet_api(chain, "get_subnet_hyperparams_v3", NETUID)
    told = {one["name"]: one["value"] for one in third}
    assert told["min_childkey_take"] == {"U16": 5_003}
    with chain.runtime.state.amend():
        chain.runtime.subtensor.MinChildkeyTake.put(0)


def test_subnet_info_is_what_is_stored(chain: ScenarioChain) -> None:
    module = chain.runtime.subtensor
    expected = {name: TOLD[name] for name in INFO.split()} | {
        "netuid": NETUID,
        "max_allowed_validators": TOLD["max_validators"],
        "scaling_law_power": 41,
        "subnetwork_n": module.SubnetworkN[NETUID],
        "max_allowed_uids": 97,
        "blocks_since_last_step": 31,
        "network_modality": 0,
        "network_connect": [],
        "burn": 700_000_001,
        "owner": OWNER,
    }
    first = subnet_api(chain, "get_subnet_info", NETUID)
    assert first == {**expected, "emission_values": 0}
    second = subnet_api(chain, "get_subnet_info_v2", NETUID)
    said = second.pop("identity")
    assert second == {**expected, "emission_value": 0}
    stored = module.SubnetIdentitiesV3[NETUID]
    assert said == {name: text.decode() for name, text in stored.items()}
    for method in ("get_subnets_info", "get_subnets_info_v2"):
        every = subnet_api(chain, method)
        assert [info["netuid"] for info in every] == sorted({0, *chain.scenario.netuids})
    assert first in subnet_api(chain, "get_subnets_info")


def test_dynamic_info_is_what_is_stored(chain: ScenarioChain) -> None:
    module = chain.runtime.subtensor
    told = subnet_api(chain, "get_dynamic_info", NETUID)
    identity = {name: text.decode() for name, text in module.SubnetIdentitiesV3[NETUID].items()}
    name, symbol = (bytes(told.pop(field)) for field in ("subnet_name", "token_symbol"))
    assert (name.decode(), symbol) == (identity["subnet_name"], module.TokenSymbol[NETUID])
    assert told == {
        "netuid": NETUID,
        "owner_hotkey": HOTKEY,
        "owner_coldkey": OWNER,
        "tempo": 361,
        "last_step": 1,
        "blocks_since_last_step": chain.best_number - 1,
        "emission": 0,
        **{field: 10**9 + number for number, field in enumerate(POOL)},
        "pending_alpha_emission": 801,
        "pending_root_emission": 0,
        "network_registered_at": 2,
        "subnet_identity": identity,
        "moving_price": {"bits": 987_654_321},
    }
    assert subnet_api(chain, "get_subnet_account_id", NETUID) == subnet_account(NETUID)


@pytest.mark.parametrize(
    ("tempo", "last", "pending", "expected"),
    [(50, 100, 0, 150), (50, 100, 120, 120), (50, 100, 200, 150), (0, 100, 120, None)],
)
def test_the_next_epoch_is_due_or_pending(
    chain: ScenarioChain, tempo: int, last: int, pending: int, expected: int | None
) -> None:
    module = chain.runtime.subtensor
    with chain.runtime.state.amend():
        module.Tempo[1], module.LastEpochBlock[1] = tempo, last
        module.PendingEpochAt[1] = pending
    assert subnet_api(chain, "get_next_epoch_start_block", 1) == expected


@pytest.fixture
def full() -> Chain:
    return network_chain(4)


def test_the_cost_of_a_subnet_is_what_the_next_one_pays(full: Chain) -> None:
    module = full.rt.subtensor
    module.NetworkRateLimit.put(0)
    quoted = module.get_network_registration_cost()
    assert quoted == 100 * TAO
    assert create(full) is None
    assert module.NetworkLastLockCost.get() == quoted
    assert module.get_network_registration_cost() == 2 * quoted
    step = quoted // 100_800
    full.rt.state.making += 10
    assert module.get_network_registration_cost() == 2 * quoted - 10 * step
    module.LastRateLimitedBlock["NetworkLastRegistered"] = 1
    full.rt.state.making = 10**6
    assert module.get_network_registration_cost() == module.NetworkMinLockCost.get()


def test_the_subnet_to_prune_is_the_one_that_goes(full: Chain) -> None:
    module = full.rt.subtensor
    module.NetworkRateLimit.put(0)
    for netuid, (price, since) in {1: (9, 1), 2: (5, 7), 3: (5, 6), 4: (1, 950)}.items():
        module.SubnetMovingPrice[netuid] = price
        module.NetworkRegisteredAt[netuid] = since
    # 4 is in its immunity of 100 blocks; 2 and 3 are as cheap, and 3 is older.
    told = module.get_subnet_to_prune()
    assert told == 3
    assert create(full) is None
    assert full.events("NetworkRemoved") == [told]
    for netuid in (1, 2):
        module.NetworkRegisteredAt[netuid] = 999
    assert module.get_subnet_to_prune() is None
    assert create(full, hotkey="h:other") == "SubtensorModule.SubnetLimitReached"

"""What AdminUtils and its neighbours set, told again by hand for tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

U64F64_TWO = 2 << 64
OWN = "AdminUtils"


@dataclass(frozen=True)
class OwnerCall:
    """A call by which an owner sets a value of subnet 1.

    `limit` is the hyperparameter as the chain's rate limits name it, or the number of the kind of
    transaction; None where there is no limit. `blocks` is what the owner waits for.
    """

    name: str
    argument: str
    value: Any
    item: str
    limit: str | int | None
    event: str | None = None
    blocks: int = 720


OWNER_CALLS = [
    OwnerCall(
        "serving_rate_limit",
        "serving_rate_limit",
        7,
        "ServingRateLimit",
        "ServingRateLimit",
        "ServingRateLimitSet",
    ),
    OwnerCall(
        "max_difficulty", "max_difficulty", 8, "MaxDifficulty", "MaxDifficulty", "MaxDifficultySet"
    ),
    OwnerCall(
        "weights_version_key",
        "weights_version_key",
        9,
        "WeightsVersionKey",
        4,
        "WeightsVersionKeySet",
        blocks=1_800,
    ),
    OwnerCall(
        "adjustment_alpha",
        "adjustment_alpha",
        10,
        "AdjustmentAlpha",
        "AdjustmentAlpha",
        "AdjustmentAlphaSet",
    ),
    OwnerCall(
        "immunity_period",
        "immunity_period",
        11,
        "ImmunityPeriod",
        "ImmunityPeriod",
        "ImmunityPeriodSet",
    ),
    OwnerCall(
        "min_allowed_weights",
        "min_allowed_weights",
        12,
        "MinAllowedWeights",
        "MinAllowedWeights",
        "MinAllowedWeightSet",
    ),
    OwnerCall(
        "max_allowed_uids",
        "max_allowed_uids",
        100,
        "MaxAllowedUids",
        "MaxAllowedUids",
        "MaxAllowedUidsSet",
    ),
    OwnerCall("rho", "rho", 14, "Rho", "Rho"),
    OwnerCall(
        "activity_cutoff",
        "activity_cutoff",
        360,
        "ActivityCutoff",
        "ActivityCutoff",
        "ActivityCutoffSet",
    ),
    OwnerCall("min_burn", "min_burn", 999_999_999, "MinBurn", "MinBurn", "MinBurnSet"),
    OwnerCall("max_burn", "max_burn", 100_000_001, "MaxBurn", "MaxBurn", "MaxBurnSet"),
    OwnerCall(
        "bonds_moving_average",
        "bonds_moving_average",
        975_000,
        "BondsMovingAverage",
        "BondsMovingAverage",
        "BondsMovingAverageSet",
    ),
    OwnerCall(
        "commit_reveal_weights_enabled",
        "enabled",
        True,
        "CommitRevealWeightsEnabled",
        "CommitRevealEnabled",
        "CommitRevealEnabled",
    ),
    OwnerCall("liquid_alpha_enabled", "enabled", True, "LiquidAlphaOn", "LiquidAlphaEnabled"),
    OwnerCall(
        "commit_reveal_weights_interval",
        "interval",
        100,
        "RevealPeriodEpochs",
        "WeightCommitInterval",
        "CommitRevealPeriodsSet",
    ),
    OwnerCall(
        "bonds_penalty", "bonds_penalty", 15, "BondsPenalty", "BondsPenalty", "BondsPenaltySet"
    ),
    OwnerCall(
        "toggle_transfer", "toggle", False, "TransferToggle", "TransferEnabled", "TransferToggle"
    ),
    OwnerCall(
        "alpha_sigmoid_steepness", "steepness", 16, "AlphaSigmoidSteepness", "AlphaSigmoidSteepness"
    ),
    OwnerCall("yuma3_enabled", "enabled", False, "Yuma3On", "Yuma3Enabled", "Yuma3EnableToggled"),
    OwnerCall(
        "bonds_reset_enabled",
        "enabled",
        True,
        "BondsResetOn",
        "BondsResetEnabled",
        "BondsResetToggled",
    ),
    OwnerCall(
        "owner_immune_neuron_limit",
        "immune_neurons",
        10,
        "ImmuneOwnerUidsLimit",
        "ImmuneNeuronLimit",
    ),
    OwnerCall("mechanism_count", "mechanism_count", 2, "MechanismCountCurrent", 7, blocks=7_200),
    OwnerCall(
        "mechanism_emission_split",
        "maybe_split",
        (65_535,),
        "MechanismEmissionSplit",
        8,
        blocks=7_200,
    ),
    OwnerCall("recycle_or_burn", "recycle_or_burn", "Recycle", "RecycleOrBurn", "RecycleOrBurn"),
    OwnerCall(
        "burn_half_life",
        "burn_half_life",
        36_100,
        "BurnHalfLife",
        "BurnHalfLife",
        "BurnHalfLifeSet",
    ),
    OwnerCall(
        "burn_increase_mult",
        "burn_increase_mult",
        U64F64_TWO,
        "BurnIncreaseMult",
        "BurnIncreaseMult",
        "BurnIncreaseMultSet",
    ),
    OwnerCall("owner_cut_enabled", "enabled", False, "OwnerCutEnabled", None),
    OwnerCall(
        "min_childkey_take_per_subnet",
        "take",
        17,
        "MinChildkeyTakePerSubnet",
        "MinChildkeyTake",
        "MinChildKeyTakePerSubnetSet",
    ),
    OwnerCall("owner_cut_auto_lock_enabled", "enabled", True, "OwnerCutAutoLockEnabled", None),
]
"""Every call by which an owner sets one value, at its bound where it has one."""

ROOT_CALLS = [
    ("min_difficulty", "min_difficulty", 7, "MinDifficulty", "MinDifficultySet", True),
    (
        "weights_set_rate_limit",
        "weights_set_rate_limit",
        7,
        "WeightsSetRateLimit",
        "WeightsSetRateLimitSet",
        False,
    ),
    (
        "adjustment_interval",
        "adjustment_interval",
        7,
        "AdjustmentInterval",
        "AdjustmentIntervalSet",
        False,
    ),
    ("kappa", "kappa", 7, "Kappa", "KappaSet", False),
    (
        "network_registration_allowed",
        "registration_allowed",
        False,
        "NetworkRegistrationAllowed",
        "RegistrationAllowed",
        False,
    ),
    (
        "target_registrations_per_interval",
        "target_registrations_per_interval",
        7,
        "TargetRegistrationsPerInterval",
        "RegistrationPerIntervalSet",
        True,
    ),
    ("difficulty", "difficulty", 7, "Difficulty", "DifficultySet", True),
    (
        "max_allowed_validators",
        "max_allowed_validators",
        128,
        "MaxAllowedValidators",
        "MaxAllowedValidatorsSet",
        True,
    ),
    (
        "max_registrations_per_block",
        "max_registrations_per_block",
        7,
        "MaxRegistrationsPerBlock",
        "MaxRegistrationsPerBlockSet",
        True,
    ),
    ("tempo", "tempo", 3, "Tempo", "TempoSet", True),
    (
        "rao_recycled",
        "rao_recycled",
        7,
        "RAORecycledForRegistration",
        "RAORecycledForRegistrationSet",
        False,
    ),
    ("ema_price_halving_period", "ema_halving", 7, "EMAPriceHalvingBlocks", None, False),
    ("subtoken_enabled", "subtoken_enabled", False, "SubtokenEnabled", None, True),
    ("min_allowed_uids", "min_allowed_uids", 8, "MinAllowedUids", "MinAllowedUidsSet", True),
    ("min_non_immune_uids", "min", 7, "MinNonImmuneUids", "MinNonImmuneUidsSet", False),
    (
        "subnet_emission_enabled",
        "enabled",
        False,
        "SubnetEmissionEnabled",
        "SubnetEmissionEnabledSet",
        False,
    ),
]
"""Name, argument, value, storage, event and whether a frozen subnet keeps it from root."""

CHAIN_CALLS = [
    ("default_take", "default_take", 7, "MaxDelegateTake", "MaxDelegateTakeSet"),
    ("tx_rate_limit", "tx_rate_limit", 7, "TxRateLimit", "TxRateLimitSet"),
    ("subnet_owner_cut", "subnet_owner_cut", 7, "SubnetOwnerCut", "SubnetOwnerCutSet"),
    ("network_rate_limit", "rate_limit", 7, "NetworkRateLimit", "NetworkRateLimitSet"),
    (
        "network_immunity_period",
        "immunity_period",
        7,
        "NetworkImmunityPeriod",
        "NetworkImmunityPeriodSet",
    ),
    ("network_min_lock_cost", "lock_cost", 7, "NetworkMinLockCost", "NetworkMinLockCostSet"),
    ("subnet_limit", "max_subnets", 7, "SubnetLimit", "SubnetLimitSet"),
    (
        "lock_reduction_interval",
        "interval",
        7,
        "NetworkLockReductionInterval",
        "NetworkLockCostReductionIntervalSet",
    ),
    ("stake_threshold", "min_stake", 7, "StakeThreshold", "StakeThresholdSet"),
    (
        "tx_delegate_take_rate_limit",
        "tx_rate_limit",
        7,
        "TxDelegateTakeRateLimit",
        "TxDelegateTakeRateLimitSet",
    ),
    ("min_delegate_take", "take", 7, "MinDelegateTake", "MinDelegateTakeSet"),
    (
        "dissolve_network_schedule_duration",
        "duration",
        7,
        "DissolveNetworkScheduleDuration",
        "DissolveNetworkScheduleDurationSet",
    ),
    ("subnet_moving_alpha", "alpha", 7, "SubnetMovingAlpha", None),
    ("commit_reveal_version", "version", 7, "CommitRevealWeightsVersion", "CommitRevealVersionSet"),
    ("ck_burn", "burn", 7, "CKBurn", None),
    ("admin_freeze_window", "window", 7, "AdminFreezeWindow", "AdminFreezeWindowSet"),
    (
        "owner_hparam_rate_limit",
        "epochs",
        7,
        "OwnerHyperparamRateLimit",
        "OwnerHyperparamRateLimitSet",
    ),
    ("tao_flow_cutoff", "flow_cutoff", 7, "TaoFlowCutoff", None),
    ("tao_flow_normalization_exponent", "exponent", U64F64_TWO, "FlowNormExponent", None),
    ("tao_flow_smoothing_factor", "smoothing_factor", 7, "FlowEmaSmoothingFactor", None),
    ("start_call_delay", "delay", 7, "StartCallDelay", "StartCallDelaySet"),
    (
        "coldkey_swap_announcement_delay",
        "duration",
        7,
        "ColdkeySwapAnnouncementDelay",
        "ColdkeySwapAnnouncementDelaySet",
    ),
    (
        "coldkey_swap_reannouncement_delay",
        "duration",
        7,
        "ColdkeySwapReannouncementDelay",
        "ColdkeySwapReannouncementDelaySet",
    ),
    ("net_tao_flow_enabled", "enabled", False, "NetTaoFlowEnabled", None),
    ("max_mechanism_count", "max_mechanism_count", 16, "MaxMechanismCount", None),
    (
        "max_epochs_per_block",
        "max_epochs_per_block",
        7,
        "MaxEpochsPerBlock",
        "MaxEpochsPerBlockSet",
    ),
    ("nominator_min_required_stake", "min_stake", 7, "NominatorMinRequiredStake", None),
]
"""Name, argument, value, storage and event of what root sets for the whole chain."""

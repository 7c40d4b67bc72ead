"""What each hyperparameter counts, who sets it how, between which bounds, and what it does.

Source: pallet_admin_utils and tempo_control.rs of subtensor at spec 425. Names are the chain's own
where its runtime API lists the value, and those of the storage item in small letters elsewhere.
"""

from __future__ import annotations

from taoctl.economics.hyperparameter import Bounds, Change, Known


def _bounds(
    least: int | None, most: int | None, error: str = "InvalidValue", above: str = ""
) -> Bounds:
    return Bounds(least, most, error, above or error)


def _set(name: str, argument: str, limit: str | int | None, *, window: bool = True) -> Change:
    return Change(f"sudo_set_{name}", argument, limit, window=window)


def _same(name: str, limit: str | None = None) -> Change:
    return _set(name, name, limit)


def _own(name: str, argument: str, limit: str | int, *, root: bool) -> Change:
    return Change(name, argument, limit, pallet="SubtensorModule", root=root)


_ONE = 1 << 64
_LEAST_ALPHA_VALUE = 65_535 // 40
_VERSION_KEY, _MECHANISM_COUNT, _MECHANISM_SPLIT, _TEMPO = 4, 7, 8, 11
OWNER_HOTKEY = "SetSNOwnerHotkey"
"""Under which the chain notes when a subnet's owner hotkey was set."""

KNOWN: dict[str, Known] = {
    "activity_cutoff_factor": Known(
        "thousandths",
        "owner",
        "after so many tempos without weights a validator counts nothing",
        "ActivityCutoffFactorMilli",
        change=_own(
            "set_activity_cutoff_factor", "factor_milli", "ActivityCutoffFactorMilli", root=True
        ),
        bounds=_bounds(1_000, 50_000, "ActivityCutoffFactorMilliOutOfBounds"),
    ),
    "min_childkey_take": Known(
        "u16",
        "owner",
        "a child hotkey takes at least this share",
        "MinChildkeyTakePerSubnet",
        change=_set("min_childkey_take_per_subnet", "take", "MinChildkeyTake"),
    ),
    "rho": Known(
        "count",
        "owner",
        "kept for compatibility, consensus no longer uses it",
        "Rho",
        change=_same("rho", "Rho"),
        used=False,
    ),
    "kappa": Known(
        "u16",
        "root",
        "share of stake that must back a weight for consensus",
        "Kappa",
        change=_set("kappa", "kappa", None, window=False),
    ),
    "immunity_period": Known(
        "blocks",
        "owner",
        "a new neuron cannot be pruned this long",
        "ImmunityPeriod",
        change=_same("immunity_period", "ImmunityPeriod"),
    ),
    "min_allowed_weights": Known(
        "count",
        "owner",
        "a validator must weigh at least so many UIDs",
        "MinAllowedWeights",
        change=_same("min_allowed_weights", "MinAllowedWeights"),
    ),
    "max_weights_limit": Known(
        "u16", "nobody", "largest share one UID may get, 1 is no limit", "MaxWeightsLimit"
    ),
    "max_weight_limit": Known("u16", "nobody", "largest share one UID may get, 1 is no limit"),
    "tempo": Known(
        "blocks",
        "owner",
        "blocks from one epoch to the next",
        "Tempo",
        change=_own("set_tempo", "tempo", _TEMPO, root=False),
        bounds=_bounds(360, 50_400, "TempoOutOfBounds"),
    ),
    "min_difficulty": Known(
        "count",
        "root",
        "lower bound of proof-of-work difficulty; such registration is gone",
        "MinDifficulty",
        change=_same("min_difficulty"),
        used=False,
    ),
    "max_difficulty": Known(
        "count",
        "owner",
        "upper bound of proof-of-work difficulty; such registration is gone",
        "MaxDifficulty",
        change=_same("max_difficulty", "MaxDifficulty"),
        used=False,
    ),
    "difficulty": Known(
        "count",
        "root",
        "proof-of-work difficulty; such registration is gone",
        "Difficulty",
        change=_same("difficulty"),
        used=False,
    ),
    "weights_version": Known(
        "count",
        "owner",
        "weights with a lower version key are refused",
        "WeightsVersionKey",
        change=_set("weights_version_key", "weights_version_key", _VERSION_KEY),
    ),
    "weights_rate_limit": Known(
        "blocks",
        "root",
        "a validator waits so long between weights",
        "WeightsSetRateLimit",
        change=_set("weights_set_rate_limit", "weights_set_rate_limit", None, window=False),
    ),
    "adjustment_interval": Known(
        "blocks",
        "root",
        "old pricing of registrations",
        "AdjustmentInterval",
        change=_set("adjustment_interval", "adjustment_interval", None, window=False),
        used=False,
    ),
    "adjustment_alpha": Known(
        "u64",
        "owner",
        "old pricing of registrations",
        "AdjustmentAlpha",
        change=_same("adjustment_alpha", "AdjustmentAlpha"),
        used=False,
    ),
    "activity_cutoff": Known(
        "blocks",
        "owner",
        "a validator silent for longer counts nothing",
        "ActivityCutoff",
        change=_same("activity_cutoff", "ActivityCutoff"),
        instead="activity_cutoff_factor",
    ),
    "registration_allowed": Known(
        "bool",
        "root",
        "whether neurons can register",
        "NetworkRegistrationAllowed",
        change=_set("network_registration_allowed", "registration_allowed", None, window=False),
    ),
    "target_regs_per_interval": Known(
        "count",
        "root",
        "old pricing of registrations",
        "TargetRegistrationsPerInterval",
        change=_same("target_registrations_per_interval"),
        used=False,
    ),
    "max_regs_per_block": Known(
        "count",
        "root",
        "registrations a block may hold (root only)",
        "MaxRegistrationsPerBlock",
        change=_same("max_registrations_per_block"),
    ),
    "min_burn": Known(
        "tao",
        "owner",
        "the registration price never falls below this",
        "MinBurn",
        change=_same("min_burn", "MinBurn"),
        bounds=_bounds(None, 999_999_999, "ValueNotInBounds"),
    ),
    "max_burn": Known(
        "tao",
        "owner",
        "the registration price never rises above this",
        "MaxBurn",
        change=_same("max_burn", "MaxBurn"),
        bounds=_bounds(100_000_001, None, "ValueNotInBounds"),
    ),
    "burn_half_life": Known(
        "blocks",
        "owner",
        "the registration price halves in this time",
        "BurnHalfLife",
        change=_same("burn_half_life", "BurnHalfLife"),
        bounds=_bounds(1, 36_100),
    ),
    "burn_increase_mult": Known(
        "u64f64",
        "owner",
        "a registration multiplies the price by this",
        "BurnIncreaseMult",
        change=_same("burn_increase_mult", "BurnIncreaseMult"),
        bounds=_bounds(_ONE, 3 * _ONE),
    ),
    "bonds_moving_avg": Known(
        "millionths",
        "owner",
        "how much of old bonds each epoch keeps",
        "BondsMovingAverage",
        change=_set("bonds_moving_average", "bonds_moving_average", "BondsMovingAverage"),
        bounds=_bounds(None, 975_000, "BondsMovingAverageMaxReached"),
    ),
    "bonds_penalty": Known(
        "u16",
        "owner",
        "how far bonds follow consensus instead of weights",
        "BondsPenalty",
        change=_same("bonds_penalty", "BondsPenalty"),
    ),
    "serving_rate_limit": Known(
        "blocks",
        "owner",
        "wait between two axon updates",
        "ServingRateLimit",
        change=_same("serving_rate_limit", "ServingRateLimit"),
    ),
    "max_validators": Known(
        "count",
        "root",
        "neurons that can hold a validator permit",
        "MaxAllowedValidators",
        change=_same("max_allowed_validators"),
    ),
    "commit_reveal_period": Known(
        "epochs",
        "owner",
        "committed weights are revealed after this",
        "RevealPeriodEpochs",
        change=_set("commit_reveal_weights_interval", "interval", "WeightCommitInterval"),
        bounds=_bounds(1, 100, "RevealPeriodTooSmall", "RevealPeriodTooLarge"),
    ),
    "commit_reveal_weights_enabled": Known(
        "bool",
        "owner",
        "weights are hidden, then revealed",
        "CommitRevealWeightsEnabled",
        change=_set("commit_reveal_weights_enabled", "enabled", "CommitRevealEnabled"),
    ),
    "alpha_high": Known(
        "u16",
        "owner",
        "upper bound of liquid alpha",
        "AlphaValues",
        1,
        change=_set("alpha_values", "alpha_high", "AlphaValues"),
        bounds=_bounds(_LEAST_ALPHA_VALUE, None, "AlphaHighTooLow"),
    ),
    "alpha_low": Known(
        "u16",
        "owner",
        "lower bound of liquid alpha",
        "AlphaValues",
        0,
        change=_set("alpha_values", "alpha_low", "AlphaValues"),
        bounds=_bounds(_LEAST_ALPHA_VALUE, None, "AlphaLowOutOfRange"),
    ),
    "liquid_alpha_enabled": Known(
        "bool",
        "owner",
        "bonds move faster towards better foresight",
        "LiquidAlphaOn",
        change=_set("liquid_alpha_enabled", "enabled", "LiquidAlphaEnabled"),
    ),
    "alpha_sigmoid_steepness": Known(
        "i32f32",
        "owner",
        "how sharply liquid alpha reacts",
        "AlphaSigmoidSteepness",
        change=_set("alpha_sigmoid_steepness", "steepness", "AlphaSigmoidSteepness"),
        bounds=_bounds(0, None, "NegativeSigmoidSteepness"),
    ),
    "yuma_version": Known(
        "yuma",
        "owner",
        "3 keeps fast bonds, 2 the classic ones",
        "Yuma3On",
        change=_set("yuma3_enabled", "enabled", "Yuma3Enabled"),
    ),
    "subnet_is_active": Known(
        "bool", "owner", "start_call was made: alpha is traded and emitted", "SubtokenEnabled"
    ),
    "transfers_enabled": Known(
        "bool",
        "owner",
        "stake can pass to another coldkey",
        "TransferToggle",
        change=_set("toggle_transfer", "toggle", "TransferEnabled"),
    ),
    "bonds_reset_enabled": Known(
        "bool",
        "owner",
        "a new commitment resets the bonds of a miner",
        "BondsResetOn",
        change=_set("bonds_reset_enabled", "enabled", "BondsResetEnabled"),
    ),
    "user_liquidity_enabled": Known("bool", "nobody", "users could add liquidity to the pool"),
    "owner_cut_enabled": Known(
        "bool",
        "owner",
        "the owner takes a share of emission",
        "OwnerCutEnabled",
        change=_set("owner_cut_enabled", "enabled", None),
    ),
    "owner_cut_auto_lock_enabled": Known(
        "bool",
        "owner",
        "the owner's share is locked at once",
        "OwnerCutAutoLockEnabled",
        change=_set("owner_cut_auto_lock_enabled", "enabled", None),
    ),
    "max_allowed_uids": Known(
        "count",
        "owner",
        "neurons that a subnet has room for",
        "MaxAllowedUids",
        change=_same("max_allowed_uids", "MaxAllowedUids"),
        bounds=_bounds(None, 256, "MaxAllowedUidsGreaterThanDefaultMaxAllowedUids"),
    ),
    "min_allowed_uids": Known(
        "count",
        "root",
        "no owner can take the room for neurons below this",
        "MinAllowedUids",
        change=_same("min_allowed_uids"),
    ),
    "min_non_immune_uids": Known(
        "count",
        "root",
        "while fewer could be pruned, those in immunity are pruned too",
        "MinNonImmuneUids",
        change=_set("min_non_immune_uids", "min", None, window=False),
    ),
    "immune_owner_uids_limit": Known(
        "count",
        "owner",
        "so many of the owner's own neurons are never pruned",
        "ImmuneOwnerUidsLimit",
        change=_set("owner_immune_neuron_limit", "immune_neurons", "ImmuneNeuronLimit"),
        bounds=_bounds(1, 10),
    ),
    "recycle_or_burn": Known(
        "choice",
        "owner",
        "what becomes of emission that the owner's own miners would get",
        "RecycleOrBurn",
        change=_same("recycle_or_burn", "RecycleOrBurn"),
    ),
    "subnet_emission_enabled": Known(
        "bool",
        "root",
        "TAO and alpha are emitted into the subnet's pool",
        "SubnetEmissionEnabled",
        change=_set("subnet_emission_enabled", "enabled", None, window=False),
    ),
    "mechanism_count": Known(
        "count",
        "owner",
        "incentive mechanisms, each with weights and bonds of its own",
        "MechanismCountCurrent",
        change=_set("mechanism_count", "mechanism_count", _MECHANISM_COUNT),
        bounds=_bounds(1, 16),
    ),
    "mechanism_emission_split": Known(
        "split",
        "owner",
        "what each mechanism has of the emission",
        "MechanismEmissionSplit",
        change=_set("mechanism_emission_split", "maybe_split", _MECHANISM_SPLIT),
    ),
    "owner_hotkey": Known(
        "account",
        "owner",
        "gets the owner's share, and is never pruned",
        "SubnetOwnerHotkey",
        change=_set("sn_owner_hotkey", "hotkey", OWNER_HOTKEY, window=False),
    ),
}

"""What each hyperparameter counts, who may set it and what it does, by the chain's own name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal[
    "count",
    "blocks",
    "tao",
    "u16",
    "u64",
    "millionths",
    "thousandths",
    "epochs",
    "bool",
    "i32f32",
    "u64f64",
]
Setter = Literal["owner", "root", "nobody"]


@dataclass(frozen=True, slots=True)
class Known:
    """Facts about one hyperparameter. `setter` nobody: the chain no longer uses or sets it."""

    unit: Unit
    setter: Setter
    effect: str


KNOWN: dict[str, Known] = {
    "activity_cutoff_factor": Known("thousandths", "root", "the activity cutoff in tempos"),
    "min_childkey_take": Known("u16", "owner", "a child hotkey takes at least this share"),
    "rho": Known("count", "owner", "kept for compatibility, consensus no longer uses it"),
    "kappa": Known("u16", "root", "share of stake that must back a weight for consensus"),
    "immunity_period": Known("blocks", "owner", "a new neuron cannot be pruned this long"),
    "min_allowed_weights": Known("count", "owner", "a validator must weigh at least so many UIDs"),
    "max_weights_limit": Known("u16", "nobody", "largest share one UID may get, 1 is no limit"),
    "max_weight_limit": Known("u16", "nobody", "largest share one UID may get, 1 is no limit"),
    "tempo": Known("blocks", "owner", "blocks from one epoch to the next"),
    "min_difficulty": Known("count", "root", "lower bound of proof-of-work difficulty"),
    "max_difficulty": Known("count", "owner", "upper bound of proof-of-work difficulty"),
    "difficulty": Known("count", "nobody", "proof-of-work difficulty; such registration is gone"),
    "weights_version": Known("count", "owner", "weights with a lower version key are refused"),
    "weights_rate_limit": Known("blocks", "root", "a validator waits so long between weights"),
    "adjustment_interval": Known("blocks", "nobody", "old pricing of registrations"),
    "adjustment_alpha": Known("u64", "owner", "old pricing of registrations"),
    "activity_cutoff": Known("blocks", "owner", "a validator silent for longer counts nothing"),
    "registration_allowed": Known("bool", "root", "whether neurons can register"),
    "target_regs_per_interval": Known("count", "root", "old pricing of registrations"),
    "max_regs_per_block": Known("count", "root", "registrations a block may hold (root only)"),
    "min_burn": Known("tao", "owner", "the registration price never falls below this"),
    "max_burn": Known("tao", "owner", "the registration price never rises above this"),
    "burn_half_life": Known("blocks", "owner", "the registration price halves in this time"),
    "burn_increase_mult": Known("u64f64", "owner", "a registration multiplies the price by this"),
    "bonds_moving_avg": Known("millionths", "owner", "how much of old bonds each epoch keeps"),
    "bonds_penalty": Known("u16", "owner", "how far bonds follow consensus instead of weights"),
    "serving_rate_limit": Known("blocks", "owner", "wait between two axon updates"),
    "max_validators": Known("count", "root", "neurons that can hold a validator permit"),
    "commit_reveal_period": Known("epochs", "owner", "committed weights are revealed after this"),
    "commit_reveal_weights_enabled": Known("bool", "owner", "weights are hidden, then revealed"),
    "alpha_high": Known("u16", "owner", "upper bound of liquid alpha"),
    "alpha_low": Known("u16", "owner", "lower bound of liquid alpha"),
    "liquid_alpha_enabled": Known("bool", "owner", "bonds move faster towards better foresight"),
    "alpha_sigmoid_steepness": Known("i32f32", "owner", "how sharply liquid alpha reacts"),
    "yuma_version": Known("count", "owner", "3 keeps fast bonds, 2 the classic ones"),
    "subnet_is_active": Known("bool", "owner", "start_call was made: alpha is traded and emitted"),
    "transfers_enabled": Known("bool", "owner", "stake can pass to another coldkey"),
    "bonds_reset_enabled": Known("bool", "owner", "a new commitment resets the bonds of a miner"),
    "user_liquidity_enabled": Known("bool", "nobody", "users could add liquidity to the pool"),
    "owner_cut_enabled": Known("bool", "owner", "the owner takes a share of emission"),
    "owner_cut_auto_lock_enabled": Known("bool", "owner", "the owner's share is locked at once"),
}

STORED: dict[str, str] = {
    "rho": "Rho",
    "kappa": "Kappa",
    "immunity_period": "ImmunityPeriod",
    "min_allowed_weights": "MinAllowedWeights",
    "max_weights_limit": "MaxWeightsLimit",
    "tempo": "Tempo",
    "min_difficulty": "MinDifficulty",
    "max_difficulty": "MaxDifficulty",
    "difficulty": "Difficulty",
    "weights_version": "WeightsVersionKey",
    "weights_rate_limit": "WeightsSetRateLimit",
    "adjustment_interval": "AdjustmentInterval",
    "adjustment_alpha": "AdjustmentAlpha",
    "activity_cutoff": "ActivityCutoff",
    "registration_allowed": "NetworkRegistrationAllowed",
    "target_regs_per_interval": "TargetRegistrationsPerInterval",
    "max_regs_per_block": "MaxRegistrationsPerBlock",
    "min_burn": "MinBurn",
    "max_burn": "MaxBurn",
    "bonds_moving_avg": "BondsMovingAverage",
    "serving_rate_limit": "ServingRateLimit",
    "max_validators": "MaxAllowedValidators",
    "commit_reveal_weights_enabled": "CommitRevealWeightsEnabled",
    "liquid_alpha_enabled": "LiquidAlphaOn",
}
"""Where the oldest runtimes, whose API answers untyped bytes, keep the same values."""

"""Which storage each call that sets one value writes, and what the value counts.

Source: pallet_admin_utils and the other pallets' dispatches of subtensor at spec 425. What concerns
one subnet is in `economics.hyperparameters`; these are the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from taoctl.economics.hyperparameter import Unit
from taoctl.reads.hyperparameter_table import KNOWN

Power = Literal["root", "owner", "owner only"]
"""Whose call it is: of root, of root or the subnet's owner, of the owner alone."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A call that writes one storage value.

    Attributes:
        argument: that holds the new value.
        pallet, item: the storage it writes.
        keys: arguments that are the storage's keys.
        unit: of the value.
        power: whose call it is.
        note: what else happens.
    """

    argument: str
    pallet: str
    item: str
    unit: Unit = "count"
    keys: tuple[str, ...] = ()
    power: Power = "root"
    note: str = ""


def _own(argument: str, item: str, unit: Unit = "count", note: str = "") -> Setting:
    return Setting(argument, "SubtensorModule", item, unit, note=note)


def _admin(
    name: str, argument: str, item: str, unit: Unit = "count", note: str = ""
) -> tuple[tuple[str, str], Setting]:
    return ("AdminUtils", f"sudo_set_{name}"), _own(argument, item, unit, note)


def _each(
    argument: str, item: str, unit: Unit = "count", power: Power = "root", note: str = ""
) -> Setting:
    return Setting(argument, "SubtensorModule", item, unit, ("netuid",), power, note)


_GONE = "runtimes of today refuse this call"


SETTINGS: dict[tuple[str, str], Setting] = dict(
    (
        _admin("default_take", "default_take", "MaxDelegateTake", "u16"),
        _admin("tx_rate_limit", "tx_rate_limit", "TxRateLimit", "blocks"),
        _admin("subnet_owner_cut", "subnet_owner_cut", "SubnetOwnerCut", "u16"),
        _admin("network_rate_limit", "rate_limit", "NetworkRateLimit", "blocks"),
        _admin("total_issuance", "total_issuance", "TotalIssuance", "tao", _GONE),
        _admin("network_immunity_period", "immunity_period", "NetworkImmunityPeriod", "blocks"),
        _admin("network_min_lock_cost", "lock_cost", "NetworkMinLockCost", "tao"),
        _admin("subnet_limit", "max_subnets", "SubnetLimit"),
        _admin("lock_reduction_interval", "interval", "NetworkLockReductionInterval", "blocks"),
        _admin("stake_threshold", "min_stake", "StakeThreshold", "tao"),
        _admin(
            "nominator_min_required_stake",
            "min_stake",
            "NominatorMinRequiredStake",
            "tao",
            "where it rises, nominations below it are paid out",
        ),
        _admin("tx_delegate_take_rate_limit", "tx_rate_limit", "TxDelegateTakeRateLimit", "blocks"),
        _admin("min_delegate_take", "take", "MinDelegateTake", "u16"),
        _admin(
            "dissolve_network_schedule_duration",
            "duration",
            "DissolveNetworkScheduleDuration",
            "blocks",
        ),
        _admin("subnet_moving_alpha", "alpha", "SubnetMovingAlpha", "i32f32"),
        _admin("commit_reveal_version", "version", "CommitRevealWeightsVersion"),
        _admin("ck_burn", "burn", "CKBurn", "u64"),
        _admin("admin_freeze_window", "window", "AdminFreezeWindow", "blocks"),
        _admin("owner_hparam_rate_limit", "epochs", "OwnerHyperparamRateLimit", "epochs"),
        _admin("tao_flow_cutoff", "flow_cutoff", "TaoFlowCutoff", "u64f64"),
        _admin("tao_flow_normalization_exponent", "exponent", "FlowNormExponent", "u64f64"),
        _admin("tao_flow_smoothing_factor", "smoothing_factor", "FlowEmaSmoothingFactor", "u64"),
        _admin("net_tao_flow_enabled", "enabled", "NetTaoFlowEnabled", "bool"),
        _admin("max_mechanism_count", "max_mechanism_count", "MaxMechanismCount"),
        _admin("start_call_delay", "delay", "StartCallDelay", "blocks"),
        _admin(
            "coldkey_swap_announcement_delay", "duration", "ColdkeySwapAnnouncementDelay", "blocks"
        ),
        _admin(
            "coldkey_swap_reannouncement_delay",
            "duration",
            "ColdkeySwapReannouncementDelay",
            "blocks",
        ),
        _admin("max_epochs_per_block", "max_epochs_per_block", "MaxEpochsPerBlock"),
        _admin(
            "coldkey_swap_schedule_duration", "duration", "ColdkeySwapScheduleDuration", "blocks"
        ),
        _admin("weights_min_stake", "min_stake", "WeightsMinStake", "tao"),
    )
)
"""Calls that set one value, by pallet and name."""

SETTINGS |= {
    ("AdminUtils", "sudo_set_rao_recycled"): _each(
        "rao_recycled", "RAORecycledForRegistration", "tao"
    ),
    ("AdminUtils", "sudo_set_network_pow_registration_allowed"): _each(
        "registration_allowed", "NetworkPowRegistrationAllowed", "bool", note=_GONE
    ),
    ("AdminUtils", "sudo_set_ema_price_halving_period"): _each(
        "ema_halving", "EMAPriceHalvingBlocks", "blocks"
    ),
    ("AdminUtils", "sudo_set_network_max_stake"): _each("max_stake", "NetworkMaxStake", "tao"),
    ("AdminUtils", "sudo_set_max_weight_limit"): _each(
        "max_weight_limit", "MaxWeightsLimit", "u16", "owner"
    ),
    ("AdminUtils", "sudo_set_evm_chain_id"): Setting("chain_id", "EVMChainId", "ChainId"),
    ("AdminUtils", "sudo_toggle_evm_precompile"): Setting(
        "enabled", "AdminUtils", "PrecompileEnable", "bool", ("precompile_id",)
    ),
    ("SubtensorModule", "sudo_set_tx_childkey_take_rate_limit"): _own(
        "tx_rate_limit", "TxChildkeyTakeRateLimit", "blocks"
    ),
    ("SubtensorModule", "sudo_set_min_childkey_take"): _own("take", "MinChildkeyTake", "u16"),
    ("SubtensorModule", "sudo_set_max_childkey_take"): _own("take", "MaxChildkeyTake", "u16"),
    ("SubtensorModule", "set_pending_childkey_cooldown"): _own(
        "cooldown", "PendingChildKeyCooldown", "blocks"
    ),
    ("SubtensorModule", "sudo_set_num_root_claims"): _own("new_value", "NumRootClaim"),
    ("SubtensorModule", "sudo_set_voting_power_ema_alpha"): _each(
        "alpha", "VotingPowerEmaAlpha", "u64"
    ),
    ("Swap", "set_fee_rate"): Setting("rate", "Swap", "FeeRate", "u16", ("netuid",), "owner"),
    ("Commitments", "set_max_space"): Setting("new_limit", "Commitments", "MaxSpace"),
    ("MevShield", "set_max_pending_extrinsics_number"): Setting(
        "value", "MevShield", "MaxPendingExtrinsicsLimit"
    ),
    ("MevShield", "set_on_initialize_weight"): Setting("value", "MevShield", "OnInitializeWeight"),
    ("MevShield", "set_stored_extrinsic_lifetime"): Setting(
        "value", "MevShield", "ExtrinsicLifetime", "blocks"
    ),
    ("MevShield", "set_max_extrinsic_weight"): Setting("value", "MevShield", "MaxExtrinsicWeight"),
    ("LimitOrders", "set_pallet_status"): Setting(
        "enabled", "LimitOrders", "LimitOrdersEnabled", "bool"
    ),
    ("Drand", "set_oldest_stored_round"): Setting("oldest_round", "Drand", "OldestStoredRound"),
    ("EVM", "disable_whitelist"): Setting("disabled", "EVM", "DisableWhitelistCheck", "bool"),
}


def hyperparameters_set_by(pallet: str, call: str) -> tuple[tuple[str, str], ...]:
    """Names of the hyperparameters that a call sets, each with the argument that holds it."""
    found = [
        (name, one.change.argument)
        for name, one in KNOWN.items()
        if one.change is not None and (one.change.pallet, one.change.call) == (pallet, call)
    ]
    return tuple(found) or _ALSO.get((pallet, call), ())


_ALSO = {
    ("AdminUtils", "sudo_set_tempo"): (("tempo", "tempo"),),
    ("AdminUtils", "sudo_set_subtoken_enabled"): (("subnet_is_active", "subtoken_enabled"),),
    ("AdminUtils", "sudo_set_subnet_owner_hotkey"): (("owner_hotkey", "hotkey"),),
}
"""Calls of root that set what the owner sets by another call."""

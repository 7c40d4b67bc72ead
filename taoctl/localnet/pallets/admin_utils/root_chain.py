"""Calls of AdminUtils by which root sets values of the whole chain.

Source: pallet_admin_utils of subtensor at spec 425; indices and arguments from spec 424.
"""

from __future__ import annotations

from taoctl.localnet.frame import (
    Blake2_128Concat,
    Origin,
    Pallet,
    StorageMap,
    call,
    ensure_root,
)
from taoctl.localnet.pallets.admin_utils.checks import ONE
from taoctl.localnet.pallets.admin_utils.setters import chain_setter
from taoctl.localnet.pallets.admin_utils.types import PrecompileEnum
from taoctl.localnet.pallets.subtensor.arguments import tao
from taoctl.localnet.types import I64F64, I96F32, U64F64, bool_, u8, u16, u32, u64

_MIN_STAKE = ("min_stake", u64)
_RATE_LIMIT = ("tx_rate_limit", u64)
_TAKE = ("take", u16)
_BLOCKS = ("duration", u32, "BlockNumberFor<T>")
_ONE_WRITE = 114_000_000
_FLOW = 107_343_000


class RootChainSetters(Pallet):
    """What root sets for all."""

    PrecompileEnable = StorageMap(bool_, [(Blake2_128Concat, PrecompileEnum)], default=True)

    default_take = chain_setter(
        1,
        "sudo_set_default_take",
        ("default_take", u16),
        "MaxDelegateTake",
        event="MaxDelegateTakeSet",
        weight=105_400_000,
    )
    tx_rate_limit = chain_setter(
        2,
        "sudo_set_tx_rate_limit",
        _RATE_LIMIT,
        "TxRateLimit",
        event="TxRateLimitSet",
        weight=105_440_000,
    )
    subnet_owner_cut = chain_setter(
        28,
        "sudo_set_subnet_owner_cut",
        ("subnet_owner_cut", u16),
        "SubnetOwnerCut",
        event="SubnetOwnerCutSet",
        weight=_ONE_WRITE,
    )
    network_rate_limit = chain_setter(
        29,
        "sudo_set_network_rate_limit",
        ("rate_limit", u64),
        "NetworkRateLimit",
        event="NetworkRateLimitSet",
        weight=_ONE_WRITE,
    )
    network_immunity_period = chain_setter(
        35,
        "sudo_set_network_immunity_period",
        ("immunity_period", u64),
        "NetworkImmunityPeriod",
        event="NetworkImmunityPeriodSet",
        weight=_ONE_WRITE,
    )
    network_min_lock_cost = chain_setter(
        36,
        "sudo_set_network_min_lock_cost",
        tao("lock_cost"),
        "NetworkMinLockCost",
        event="NetworkMinLockCostSet",
        weight=_ONE_WRITE,
    )
    subnet_limit = chain_setter(
        37,
        "sudo_set_subnet_limit",
        ("max_subnets", u16),
        "SubnetLimit",
        event="SubnetLimitSet",
        weight=_ONE_WRITE,
    )
    lock_reduction_interval = chain_setter(
        38,
        "sudo_set_lock_reduction_interval",
        ("interval", u64),
        "NetworkLockReductionInterval",
        event="NetworkLockCostReductionIntervalSet",
        weight=_ONE_WRITE,
    )
    stake_threshold = chain_setter(
        42,
        "sudo_set_stake_threshold",
        _MIN_STAKE,
        "StakeThreshold",
        event="StakeThresholdSet",
        weight=105_500_000,
    )
    tx_delegate_take_rate_limit = chain_setter(
        45,
        "sudo_set_tx_delegate_take_rate_limit",
        _RATE_LIMIT,
        "TxDelegateTakeRateLimit",
        event="TxDelegateTakeRateLimitSet",
        weight=105_420_000,
    )
    min_delegate_take = chain_setter(
        46,
        "sudo_set_min_delegate_take",
        _TAKE,
        "MinDelegateTake",
        event="MinDelegateTakeSet",
        weight=105_490_000,
    )
    dissolve_network_schedule_duration = chain_setter(
        55,
        "sudo_set_dissolve_network_schedule_duration",
        _BLOCKS,
        "DissolveNetworkScheduleDuration",
        event="DissolveNetworkScheduleDurationSet",
        weight=105_591_000,
    )
    subnet_moving_alpha = chain_setter(
        63,
        "sudo_set_subnet_moving_alpha",
        ("alpha", I96F32, "I96F32"),
        "SubnetMovingAlpha",
        weight=102_955_000,
    )
    commit_reveal_version = chain_setter(
        71,
        "sudo_set_commit_reveal_version",
        ("version", u16),
        "CommitRevealWeightsVersion",
        event="CommitRevealVersionSet",
        weight=106_052_000,
    )
    ck_burn = chain_setter(73, "sudo_set_ck_burn", ("burn", u64), "CKBurn", weight=140_650_000)
    admin_freeze_window = chain_setter(
        74,
        "sudo_set_admin_freeze_window",
        ("window", u16),
        "AdminFreezeWindow",
        event="AdminFreezeWindowSet",
        weight=105_450_000,
    )
    owner_hparam_rate_limit = chain_setter(
        75,
        "sudo_set_owner_hparam_rate_limit",
        ("epochs", u16),
        "OwnerHyperparamRateLimit",
        event="OwnerHyperparamRateLimitSet",
        weight=105_471_000,
    )
    tao_flow_cutoff = chain_setter(
        81,
        "sudo_set_tao_flow_cutoff",
        ("flow_cutoff", I64F64, "I64F64"),
        "TaoFlowCutoff",
        weight=_FLOW,
    )
    tao_flow_smoothing_factor = chain_setter(
        83,
        "sudo_set_tao_flow_smoothing_factor",
        ("smoothing_factor", u64),
        "FlowEmaSmoothingFactor",
        weight=_FLOW,
    )
    start_call_delay = chain_setter(
        85,
        "sudo_set_start_call_delay",
        ("delay", u64),
        "StartCallDelay",
        event="StartCallDelaySet",
        weight=_ONE_WRITE,
    )
    coldkey_swap_announcement_delay = chain_setter(
        86,
        "sudo_set_coldkey_swap_announcement_delay",
        _BLOCKS,
        "ColdkeySwapAnnouncementDelay",
        event="ColdkeySwapAnnouncementDelaySet",
        weight=105_370_000,
    )
    coldkey_swap_reannouncement_delay = chain_setter(
        87,
        "sudo_set_coldkey_swap_reannouncement_delay",
        _BLOCKS,
        "ColdkeySwapReannouncementDelay",
        event="ColdkeySwapReannouncementDelaySet",
        weight=105_360_000,
    )
    net_tao_flow_enabled = chain_setter(
        91, "sudo_set_net_tao_flow_enabled", ("enabled", bool_), "NetTaoFlowEnabled", weight=_FLOW
    )

    @call(33, args=[tao("total_issuance")], weight=5_931_000)
    def sudo_set_total_issuance(self, origin: Origin, total_issuance: int) -> None:
        """Fail: it is not set any more."""
        raise self.error("Deprecated")

    @call(43, args=[_MIN_STAKE], weight=255_697_000)
    def sudo_set_nominator_min_required_stake(self, origin: Origin, min_stake: int) -> None:
        """Set the least that a nominator keeps staked; where it rises, smaller stakes end."""
        ensure_root(origin)
        subtensor = self.rt.subtensor
        before = subtensor.least_nomination()
        subtensor.NominatorMinRequiredStake.put(min_stake)
        if min_stake > before:
            subtensor.clear_small_nominations()

    @call(62, args=[("precompile_id", PrecompileEnum), ("enabled", bool_)], weight=31_162_000)
    def sudo_toggle_evm_precompile(self, origin: Origin, precompile_id: str, enabled: bool) -> None:
        """Note whether EVM contracts may use a precompile; the localnet runs no contracts."""
        ensure_root(origin)
        if self.PrecompileEnable[precompile_id] != enabled:
            self.PrecompileEnable[precompile_id] = enabled
            self.deposit("PrecompileUpdated", precompile_id, enabled)

    @call(82, args=[("exponent", U64F64, "U64F64")], weight=_FLOW)
    def sudo_set_tao_flow_normalization_exponent(self, origin: Origin, exponent: int) -> None:
        """Set the exponent of TAO flows: 1 to 2."""
        ensure_root(origin)
        if not ONE <= exponent <= 2 * ONE:
            raise self.error("InvalidValue")
        self.rt.subtensor.FlowNormExponent.put(exponent)

    @call(88, args=[("max_mechanism_count", u8, "MechId")], weight=140_000_000)
    def sudo_set_max_mechanism_count(self, origin: Origin, max_mechanism_count: int) -> None:
        """Set how many mechanisms a subnet may have: 1 to 16."""
        ensure_root(origin)
        self.rt.subtensor.set_most_mechanisms(max_mechanism_count)

    @call(96, args=[("max_epochs_per_block", u8)], weight=105_530_000)
    def sudo_set_max_epochs_per_block(self, origin: Origin, max_epochs_per_block: int) -> None:
        """Set how many epochs a block may run; one at least."""
        ensure_root(origin)
        if max_epochs_per_block < 1:
            raise self.error("ValueNotInBounds")
        self.rt.subtensor.MaxEpochsPerBlock.put(max_epochs_per_block)
        self.rt.subtensor.deposit("MaxEpochsPerBlockSet", max_epochs_per_block)

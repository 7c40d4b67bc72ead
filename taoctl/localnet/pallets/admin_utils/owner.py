"""Calls of AdminUtils that a subnet's owner may make, and root too.

Source: pallet_admin_utils of subtensor at spec 425; indices and arguments from spec 424.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taoctl.localnet.frame import Origin, Pallet, call
from taoctl.localnet.pallets.admin_utils import checks
from taoctl.localnet.pallets.admin_utils.setters import (
    ensure_exists,
    not_root_subnet,
    owner_setter,
)
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY, NETUID, tao
from taoctl.localnet.pallets.subtensor.rate_limits import Kind
from taoctl.localnet.pallets.subtensor.types import RecycleOrBurnEnum
from taoctl.localnet.types import U64F64, Option, Vec, bool_, i16, u8, u16, u64

_ENABLED = ("enabled", bool_)
_FLAG_WEIGHT = 225_000_000
_ACCOUNT = "<T as frame_system::Config>::AccountId"


class OwnerSetters(Pallet):
    """Everything that an owner may set."""

    serving_rate_limit = owner_setter(
        3,
        "sudo_set_serving_rate_limit",
        ("serving_rate_limit", u64),
        "ServingRateLimit",
        limit="ServingRateLimit",
        event="ServingRateLimitSet",
        exists=False,
        weight=228_633_000,
    )
    max_difficulty = owner_setter(
        5,
        "sudo_set_max_difficulty",
        ("max_difficulty", u64),
        "MaxDifficulty",
        limit="MaxDifficulty",
        event="MaxDifficultySet",
        weight=259_704_000,
    )
    weights_version_key = owner_setter(
        6,
        "sudo_set_weights_version_key",
        ("weights_version_key", u64),
        "WeightsVersionKey",
        limit=Kind.SET_WEIGHTS_VERSION_KEY,
        event="WeightsVersionKeySet",
        weight=259_204_000,
    )
    adjustment_alpha = owner_setter(
        9,
        "sudo_set_adjustment_alpha",
        ("adjustment_alpha", u64),
        "AdjustmentAlpha",
        limit="AdjustmentAlpha",
        event="AdjustmentAlphaSet",
        weight=139_000_000,
    )
    immunity_period = owner_setter(
        13,
        "sudo_set_immunity_period",
        ("immunity_period", u16),
        "ImmunityPeriod",
        limit="ImmunityPeriod",
        event="ImmunityPeriodSet",
        weight=259_414_000,
    )
    min_allowed_weights = owner_setter(
        14,
        "sudo_set_min_allowed_weights",
        ("min_allowed_weights", u16),
        "MinAllowedWeights",
        limit="MinAllowedWeights",
        event="MinAllowedWeightSet",
        weight=259_664_000,
    )
    max_allowed_uids = owner_setter(
        15,
        "sudo_set_max_allowed_uids",
        ("max_allowed_uids", u16),
        "MaxAllowedUids",
        limit="MaxAllowedUids",
        event="MaxAllowedUidsSet",
        checks=(checks.max_uids,),
        weight=343_381_000,
    )
    rho = owner_setter(17, "sudo_set_rho", ("rho", u16), "Rho", limit="Rho", weight=256_268_000)
    activity_cutoff = owner_setter(
        18,
        "sudo_set_activity_cutoff",
        ("activity_cutoff", u16),
        "ActivityCutoff",
        limit="ActivityCutoff",
        event="ActivityCutoffSet",
        checks=(checks.activity_cutoff,),
        weight=285_165_000,
    )
    min_burn = owner_setter(
        22,
        "sudo_set_min_burn",
        tao("min_burn"),
        "MinBurn",
        limit="MinBurn",
        event="MinBurnSet",
        checks=(checks.min_burn,),
        weight=287_780_000,
    )
    max_burn = owner_setter(
        23,
        "sudo_set_max_burn",
        tao("max_burn"),
        "MaxBurn",
        limit="MaxBurn",
        event="MaxBurnSet",
        checks=(checks.max_burn,),
        weight=286_949_000,
    )
    commit_reveal_weights_enabled = owner_setter(
        49,
        "sudo_set_commit_reveal_weights_enabled",
        _ENABLED,
        "CommitRevealWeightsEnabled",
        limit="CommitRevealEnabled",
        event="CommitRevealEnabled",
        weight=259_544_000,
    )
    liquid_alpha_enabled = owner_setter(
        50,
        "sudo_set_liquid_alpha_enabled",
        _ENABLED,
        "LiquidAlphaOn",
        limit="LiquidAlphaEnabled",
        exists=False,
        weight=225_538_000,
    )
    commit_reveal_weights_interval = owner_setter(
        57,
        "sudo_set_commit_reveal_weights_interval",
        ("interval", u64),
        "RevealPeriodEpochs",
        limit="WeightCommitInterval",
        event="CommitRevealPeriodsSet",
        checks=(checks.reveal_period,),
        weight=259_654_000,
    )
    bonds_penalty = owner_setter(
        60,
        "sudo_set_bonds_penalty",
        ("bonds_penalty", u16),
        "BondsPenalty",
        limit="BondsPenalty",
        event="BondsPenaltySet",
        weight=259_354_000,
    )
    toggle_transfer = owner_setter(
        61,
        "sudo_set_toggle_transfer",
        ("toggle", bool_),
        "TransferToggle",
        limit="TransferEnabled",
        event="TransferToggle",
        exists=False,
        weight=228_343_000,
    )
    yuma3_enabled = owner_setter(
        69,
        "sudo_set_yuma3_enabled",
        _ENABLED,
        "Yuma3On",
        limit="Yuma3Enabled",
        own_event="Yuma3EnableToggled",
        exists=False,
        weight=228_583_000,
    )
    bonds_reset_enabled = owner_setter(
        70,
        "sudo_set_bonds_reset_enabled",
        _ENABLED,
        "BondsResetOn",
        limit="BondsResetEnabled",
        event="BondsResetOnSet",
        own_event="BondsResetToggled",
        exists=False,
        weight=230_507_000,
    )
    owner_immune_neuron_limit = owner_setter(
        72,
        "sudo_set_owner_immune_neuron_limit",
        ("immune_neurons", u16),
        "ImmuneOwnerUidsLimit",
        limit="ImmuneNeuronLimit",
        exists=False,
        checks=(checks.owner_uids,),
        weight=225_107_000,
    )
    recycle_or_burn = owner_setter(
        80,
        "sudo_set_recycle_or_burn",
        ("recycle_or_burn", RecycleOrBurnEnum, "pallet_subtensor::RecycleOrBurnEnum"),
        "RecycleOrBurn",
        limit="RecycleOrBurn",
        exists=False,
        weight=270_000_000,
    )
    burn_half_life = owner_setter(
        89,
        "sudo_set_burn_half_life",
        ("burn_half_life", u16),
        "BurnHalfLife",
        limit="BurnHalfLife",
        own_event="BurnHalfLifeSet",
        checks=(not_root_subnet, checks.burn_half_life),
        operational=True,
        weight=_FLAG_WEIGHT,
    )
    burn_increase_mult = owner_setter(
        90,
        "sudo_set_burn_increase_mult",
        ("burn_increase_mult", U64F64, "U64F64"),
        "BurnIncreaseMult",
        limit="BurnIncreaseMult",
        own_event="BurnIncreaseMultSet",
        checks=(not_root_subnet, checks.burn_increase),
        operational=True,
        weight=_FLAG_WEIGHT,
    )
    owner_cut_enabled = owner_setter(
        92,
        "sudo_set_owner_cut_enabled",
        _ENABLED,
        "OwnerCutEnabled",
        limit=None,
        checks=(not_root_subnet,),
        operational=True,
        weight=_FLAG_WEIGHT,
    )
    min_childkey_take_per_subnet = owner_setter(
        93,
        "sudo_set_min_childkey_take_per_subnet",
        ("take", u16),
        "MinChildkeyTakePerSubnet",
        limit="MinChildkeyTake",
        event="MinChildKeyTakePerSubnetSet",
        checks=(checks.childkey_take,),
        weight=313_100_000,
    )
    owner_cut_auto_lock_enabled = owner_setter(
        95,
        "sudo_set_owner_cut_auto_lock_enabled",
        _ENABLED,
        "OwnerCutAutoLockEnabled",
        limit=None,
        checks=(not_root_subnet,),
        operational=True,
        weight=_FLAG_WEIGHT,
    )

    @call(26, args=[NETUID, ("bonds_moving_average", u64)], weight=259_495_000)
    def sudo_set_bonds_moving_average(
        self, origin: Origin, netuid: int, bonds_moving_average: int
    ) -> None:
        """Set how much of old bonds an epoch keeps, in millionths; an owner up to 975,000."""
        who = self._owner_or_root(origin, netuid, "BondsMovingAverage")
        if who is not None and bonds_moving_average > checks.MOST_BONDS_MOVING_AVERAGE:
            raise self.error("BondsMovingAverageMaxReached")
        ensure_exists(self, netuid)
        self.rt.subtensor.BondsMovingAverage[netuid] = bonds_moving_average
        self.rt.subtensor.deposit("BondsMovingAverageSet", netuid, bonds_moving_average)
        self.rt.subtensor.note_change(who, netuid, "BondsMovingAverage")

    @call(51, args=[NETUID, ("alpha_low", u16), ("alpha_high", u16)], weight=259_224_000)
    def sudo_set_alpha_values(
        self, origin: Origin, netuid: int, alpha_low: int, alpha_high: int
    ) -> None:
        """Set the bounds of liquid alpha, where that is on."""
        subtensor = self.rt.subtensor
        who = self._owner_or_root(origin, netuid, "AlphaValues")
        if not subtensor.LiquidAlphaOn[netuid]:
            raise subtensor.error("LiquidAlphaDisabled")
        if alpha_high < checks.LEAST_ALPHA_VALUE:
            raise subtensor.error("AlphaHighTooLow")
        if not checks.LEAST_ALPHA_VALUE <= alpha_low <= alpha_high:
            raise subtensor.error("AlphaLowOutOfRange")
        subtensor.AlphaValues[netuid] = (alpha_low, alpha_high)
        subtensor.note_change(who, netuid, "AlphaValues")

    @call(64, args=[NETUID, (*HOTKEY[:2], _ACCOUNT)], weight=103_918_000)
    def sudo_set_subnet_owner_hotkey(self, origin: Origin, netuid: int, hotkey: str) -> None:
        """Set the hotkey that speaks for a subnet's owner."""
        self.rt.subtensor.set_owner_hotkey(origin, netuid, hotkey)

    @call(67, args=[NETUID, (*HOTKEY[:2], _ACCOUNT)], weight=275_687_000)
    def sudo_set_sn_owner_hotkey(self, origin: Origin, netuid: int, hotkey: str) -> None:
        """As sudo_set_subnet_owner_hotkey."""
        self.rt.subtensor.set_owner_hotkey(origin, netuid, hotkey)

    @call(68, args=[NETUID, ("steepness", i16)], weight=256_438_000)
    def sudo_set_alpha_sigmoid_steepness(self, origin: Origin, netuid: int, steepness: int) -> None:
        """Set how sharply liquid alpha reacts; below 0 only by root."""
        who = self._owner_or_root(origin, netuid, "AlphaSigmoidSteepness")
        ensure_exists(self, netuid)
        if who is not None and steepness < 0:
            raise self.error("NegativeSigmoidSteepness")
        self.rt.subtensor.AlphaSigmoidSteepness[netuid] = steepness
        self.rt.subtensor.note_change(who, netuid, "AlphaSigmoidSteepness")

    @call(76, args=[NETUID, ("mechanism_count", u8, "MechId")], weight=140_000_000)
    def sudo_set_mechanism_count(self, origin: Origin, netuid: int, mechanism_count: int) -> None:
        """Set how many mechanisms a subnet has."""
        who = self._owner_or_root(origin, netuid, Kind.MECHANISM_COUNT_UPDATE)
        self.rt.subtensor.set_mechanism_count(netuid, mechanism_count)
        self.rt.subtensor.note_change(who, netuid, Kind.MECHANISM_COUNT_UPDATE)

    @call(77, args=[NETUID, ("maybe_split", Option(Vec(u16)))], weight=140_000_000)
    def sudo_set_mechanism_emission_split(
        self, origin: Origin, netuid: int, maybe_split: Sequence[int] | None
    ) -> None:
        """Set what each mechanism has of a subnet's emission."""
        who = self._owner_or_root(origin, netuid, Kind.MECHANISM_EMISSION)
        self.rt.subtensor.set_emission_split(netuid, maybe_split)
        self.rt.subtensor.note_change(who, netuid, Kind.MECHANISM_EMISSION)

    @call(78, args=[NETUID, ("max_n", u16)], weight=338_302_000)
    def sudo_trim_to_max_allowed_uids(self, origin: Origin, netuid: int, max_n: int) -> None:
        """Let a subnet have fewer UIDs, and remove those who earn least."""
        who = self._owner_or_root(origin, netuid, Kind.MAX_UIDS_TRIMMING)
        self.rt.subtensor.trim(netuid, max_n)
        self.rt.subtensor.note_change(who, netuid, Kind.MAX_UIDS_TRIMMING)

    def _owner_or_root(self, origin: Origin, netuid: int, limit: Any) -> str | None:
        who: str | None = self.rt.subtensor.ensure_owner_in_time(origin, netuid, limit)
        self.rt.subtensor.ensure_admin_window_open(netuid)
        return who

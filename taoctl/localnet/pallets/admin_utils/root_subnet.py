"""Calls of AdminUtils by which root alone sets values of a subnet.

Source: pallet_admin_utils of subtensor at spec 425; indices and arguments from spec 424.
"""

from __future__ import annotations

from taoctl.localnet.frame import Origin, Pallet, call, ensure_root
from taoctl.localnet.pallets.admin_utils import checks
from taoctl.localnet.pallets.admin_utils.setters import (
    ensure_exists,
    not_root_subnet,
    root_setter,
)
from taoctl.localnet.pallets.subtensor.arguments import NETUID, tao
from taoctl.localnet.types import bool_, u16, u64


class RootSubnetSetters(Pallet):
    """What root sets for one subnet."""

    min_difficulty = root_setter(
        4,
        "sudo_set_min_difficulty",
        ("min_difficulty", u64),
        "MinDifficulty",
        event="MinDifficultySet",
        window=True,
        exists=True,
        weight=259_554_000,
    )
    weights_set_rate_limit = root_setter(
        7,
        "sudo_set_weights_set_rate_limit",
        ("weights_set_rate_limit", u64),
        "WeightsSetRateLimit",
        event="WeightsSetRateLimitSet",
        exists=True,
        weight=141_420_000,
    )
    adjustment_interval = root_setter(
        8,
        "sudo_set_adjustment_interval",
        ("adjustment_interval", u16),
        "AdjustmentInterval",
        event="AdjustmentIntervalSet",
        exists=True,
        weight=141_320_000,
    )
    kappa = root_setter(
        16,
        "sudo_set_kappa",
        ("kappa", u16),
        "Kappa",
        event="KappaSet",
        exists=True,
        weight=141_301_000,
    )
    registration_allowed = root_setter(
        19,
        "sudo_set_network_registration_allowed",
        ("registration_allowed", bool_),
        "NetworkRegistrationAllowed",
        event="RegistrationAllowed",
        weight=107_113_000,
    )
    target_registrations = root_setter(
        21,
        "sudo_set_target_registrations_per_interval",
        ("target_registrations_per_interval", u16),
        "TargetRegistrationsPerInterval",
        event="RegistrationPerIntervalSet",
        window=True,
        exists=True,
        weight=259_103_000,
    )
    difficulty = root_setter(
        24,
        "sudo_set_difficulty",
        ("difficulty", u64),
        "Difficulty",
        event="DifficultySet",
        window=True,
        exists=True,
        weight=259_434_000,
    )
    max_allowed_validators = root_setter(
        25,
        "sudo_set_max_allowed_validators",
        ("max_allowed_validators", u16),
        "MaxAllowedValidators",
        event="MaxAllowedValidatorsSet",
        window=True,
        exists=True,
        checks=(checks.max_validators,),
        weight=285_896_000,
    )
    max_registrations = root_setter(
        27,
        "sudo_set_max_registrations_per_block",
        ("max_registrations_per_block", u16),
        "MaxRegistrationsPerBlock",
        event="MaxRegistrationsPerBlockSet",
        window=True,
        exists=True,
        weight=259_604_000,
    )
    rao_recycled = root_setter(
        39,
        "sudo_set_rao_recycled",
        tao("rao_recycled"),
        "RAORecycledForRegistration",
        event="RAORecycledForRegistrationSet",
        exists=True,
        weight=141_541_000,
    )
    ema_price_halving_period = root_setter(
        65,
        "sudo_set_ema_price_halving_period",
        ("ema_halving", u64),
        "EMAPriceHalvingBlocks",
        weight=104_198_000,
    )
    subtoken_enabled = root_setter(
        66,
        "sudo_set_subtoken_enabled",
        ("subtoken_enabled", bool_),
        "SubtokenEnabled",
        window=True,
        weight=225_467_000,
    )
    min_allowed_uids = root_setter(
        79,
        "sudo_set_min_allowed_uids",
        ("min_allowed_uids", u16),
        "MinAllowedUids",
        event="MinAllowedUidsSet",
        window=True,
        exists=True,
        checks=(checks.min_uids,),
        weight=312_890_000,
    )
    min_non_immune_uids = root_setter(
        84,
        "sudo_set_min_non_immune_uids",
        ("min", u16),
        "MinNonImmuneUids",
        event="MinNonImmuneUidsSet",
        weight=106_783_000,
    )

    @call(20, args=[NETUID, ("registration_allowed", bool_)], weight=114_000_000)
    def sudo_set_network_pow_registration_allowed(
        self, origin: Origin, netuid: int, registration_allowed: bool
    ) -> None:
        """Fail: such registration is gone."""
        raise self.error("POWRegistrationDisabled")

    @call(30, args=[NETUID, ("tempo", u16)], weight=361_298_000)
    def sudo_set_tempo(self, origin: Origin, netuid: int, tempo: int) -> None:
        """Set a tempo of any length; its count begins anew with this block."""
        ensure_root(origin)
        self.rt.subtensor.ensure_admin_window_open(netuid)
        ensure_exists(self, netuid)
        self.rt.subtensor.apply_tempo(netuid, tempo)

    @call(94, args=[NETUID, ("enabled", bool_)], weight=141_351_000)
    def sudo_set_subnet_emission_enabled(self, origin: Origin, netuid: int, enabled: bool) -> None:
        """Let TAO and alpha be emitted into a subnet's pool, or not."""
        ensure_root(origin)
        ensure_exists(self, netuid)
        not_root_subnet(self, netuid, enabled)
        self.rt.subtensor.SubnetEmissionEnabled[netuid] = enabled
        self.deposit("SubnetEmissionEnabledSet", netuid, enabled)

"""Errors of what owners of subnets may call: what meets them, by command and without a plan."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from settings_chain import ALICE, BOB, OTHER

from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.localnet.scaletypes import variant
from taoctl.units import U16_MAX

S, A = "SubtensorModule", "AdminUtils"
LOST = 77
"""A subnet that is not there."""
THEN = 5_000
"""A block that no test comes to, of which the chain is told that something was changed in it."""
DUE = 9_000
"""One that it is told that an epoch is put off to."""
TEMPO = 60_000
LIMIT = 2 * TEMPO
"""Blocks between two changes of most hyperparameters."""
FROZEN = f"{S}.AdminActionProhibitedDuringWeightsWindow"
TOO_SOON = f"{S}.TxRateLimitExceeded"

Stored = tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True)
class Case:
    """One error of one call.

    Attributes:
        pallet: of the call.
        name: of the call.
        error: what the chain fails with, by pallet and name.
        args: of the call, when it is sent without a plan.
        words: the command after `taoctl subnet` that must refuse; empty where none asks for it.
        stored: entries of the subnet pallet that are different for this case: item, key, value.
        who: the name of the development key that signs; Bob owns all subnets.
        allowed: the block from which the command says that it would be allowed.
        root: whether it is sent as root, and the command with --sudo.
    """

    pallet: str
    name: str
    error: str
    args: dict[str, Any]
    words: tuple[str, ...] = ()
    stored: Stored = ()
    who: str = "Bob"
    allowed: int | None = None
    root: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.error}" + (" as root" if self.root else "")


def limited(name: str, netuid: int = 1) -> Stored:
    """A hyperparameter that was changed by its owner, by the chain's own name for it."""
    return (("LastRateLimitedBlock", variant("OwnerHyperparamUpdate", (netuid, name)), THEN),)


def noted(kind: int, netuid: int = 1) -> Stored:
    """A transaction of the owner's, by the number of its kind."""
    return (("TransactionKeyLastBlock", (BOB, netuid, kind), THEN),)


def pending(netuid: int = 1) -> Stored:
    """An epoch that is put off, until which the subnet is frozen."""
    return (("PendingEpochAt", netuid, DUE),)


def words(name: str, value: str, netuid: int = 1) -> tuple[str, ...]:
    return ("hyperparameters", str(netuid), "set", name, value)


CALLS = {
    "alpha_sigmoid_steepness": ("set_alpha_sigmoid_steepness", "steepness"),
    "bonds_moving_avg": ("set_bonds_moving_average", "bonds_moving_average"),
    "commit_reveal_period": ("set_commit_reveal_weights_interval", "interval"),
    "immune_owner_uids_limit": ("set_owner_immune_neuron_limit", "immune_neurons"),
    "max_validators": ("set_max_allowed_validators", "max_allowed_validators"),
    "mechanism_emission_split": ("set_mechanism_emission_split", "maybe_split"),
    "min_childkey_take": ("set_min_childkey_take_per_subnet", "take"),
    "owner_cut_auto_lock_enabled": ("set_owner_cut_auto_lock_enabled", "enabled"),
    "owner_cut_enabled": ("set_owner_cut_enabled", "enabled"),
    "owner_hotkey": ("set_sn_owner_hotkey", "hotkey"),
    "pow_registration": ("set_network_pow_registration_allowed", "registration_allowed"),
    "subnet_emission_enabled": ("set_subnet_emission_enabled", "enabled"),
    "weights_version": ("set_weights_version_key", "weights_version_key"),
}
"""Call and argument of AdminUtils where they are not named as the hyperparameter is."""


def setter(
    name: str, text: str, value: Any, error: str, *stored: Any, netuid: int = 1, **more: Any
) -> Case:
    """A case of a setter of AdminUtils; without a text no command asks for it."""
    call, argument = CALLS.get(name, (f"set_{name}", name))
    typed = words(name, text, netuid) if text else ()
    args = {"netuid": netuid, argument: value}
    return Case(A, f"sudo_{call}", error, args, typed, stored, **more)


def _tempo(error: str, blocks: int, **more: Any) -> Case:
    args = {"netuid": 1, "tempo": blocks}
    return Case(S, "set_tempo", f"{S}.{error}", args, ("tempo", "1", "set", str(blocks)), **more)


def _factor(error: str, milli: int, **more: Any) -> Case:
    args = {"netuid": 1, "factor_milli": milli}
    said = words("activity_cutoff_factor", f"{milli / 1000:.3f}")
    return Case(S, "set_activity_cutoff_factor", f"{S}.{error}", args, said, **more)


def _trigger(error: str, *stored: tuple[str, Any, Any], **more: Any) -> Case:
    said = ("tempo", "1", "trigger")
    return Case(S, "trigger_epoch", error, {"netuid": 1}, said, stored, **more)


OPEN = ("CommitRevealWeightsEnabled", 1, False)
SCHEDULE = [
    _tempo("TempoOutOfBounds", 359),
    _tempo("TempoOutOfBounds", 50_401),
    _tempo(FROZEN.partition(".")[2], 720, stored=pending(), allowed=DUE),
    _tempo("TxRateLimitExceeded", 720, stored=noted(11), allowed=THEN + 360),
    _factor("ActivityCutoffFactorMilliOutOfBounds", 999),
    _factor("ActivityCutoffFactorMilliOutOfBounds", 50_001),
    _factor(FROZEN.partition(".")[2], 2_000, stored=pending(), allowed=DUE),
    _factor(
        "TxRateLimitExceeded",
        2_000,
        stored=limited("ActivityCutoffFactorMilli"),
        allowed=THEN + LIMIT,
    ),
    _trigger("BadOrigin", OPEN, who="Alice"),
    _trigger(f"{S}.DynamicTempoBlockedByCommitReveal"),
    _trigger(f"{S}.EpochTriggerAlreadyPending", OPEN, *pending(), allowed=DUE),
    _trigger(f"{S}.AutoEpochAlreadyImminent", OPEN, ("LastEpochBlock", 1, 0), ("Tempo", 1, 1)),
    _trigger(TOO_SOON, OPEN, *limited("TriggerEpoch"), allowed=THEN + LIMIT),
]


def _symbol(error: str, symbol: str, netuid: int = 1, **more: Any) -> Case:
    args = {"netuid": netuid, "symbol": symbol.encode()}
    return Case(S, "update_symbol", error, args, ("symbol", str(netuid), symbol), **more)


def _identity(error: str, netuid: int = 1, *, who: str = "Bob", **said: bytes) -> Case:
    names = "github_repo subnet_contact subnet_url discord description logo_url additional"
    fields = {name: said.get(name, b"") for name in ("subnet_name", *names.split())}
    typed: tuple[str, ...] = ("identity", "set", str(netuid))
    for name, text in said.items():
        typed += (f"--{name.removeprefix('subnet_')}", text.decode())
    args = {"netuid": netuid, **fields}
    return Case(S, "set_subnet_identity", error, args, typed, who=who)


NAMES = [
    _symbol("BadOrigin", "β", who="Alice"),
    _symbol("BadOrigin", "β", LOST),
    _symbol(f"{S}.SymbolDoesNotExist", "no"),
    _symbol(f"{S}.SymbolAlreadyInUse", "β", stored=(("TokenSymbol", 2, "β".encode()),)),
    _identity(f"{S}.NotSubnetOwner", who="Alice", discord=b"x"),
    _identity(f"{S}.NotSubnetOwner", LOST, discord=b"x"),
    _identity(f"{S}.InvalidIdentity", subnet_name=b"x" * 257),
    _identity(f"{S}.InvalidIdentity", description=b"x" * 1_025),
]


def _trim(error: str, most: int, netuid: int = 1, **more: Any) -> Case:
    args, said = {"netuid": netuid, "max_n": most}, ("trim", str(netuid), str(most))
    return Case(A, "sudo_trim_to_max_allowed_uids", error, args, said, **more)


_TIGHT = (("MinAllowedUids", 1, 1), ("ImmunityPeriod", 1, U16_MAX))
UIDS = [
    _trim("BadOrigin", 128, who="Alice"),
    _trim(f"{S}.InvalidValue", 63),
    _trim(f"{S}.InvalidValue", 257),
    _trim(f"{S}.TrimmingWouldExceedMaxImmunePercentage", 1, stored=_TIGHT),
    _trim(FROZEN, 128, stored=pending(), allowed=DUE),
    _trim(TOO_SOON, 128, stored=noted(9), allowed=THEN + 216_000),
]
_MOST, _TOO_MANY = f"{A}.MaxAllowedU", f"{S}.TooManyUIDsPerMechanism"
_PRICES = f"{A}.ValueNotInBounds"
_HALF, _SYSTEM = 5 * 10**8, subnet_account(3)
BOUNDS = [
    setter("min_burn", "1", 10**9, _PRICES),
    setter("min_burn", "0.5", _HALF, _PRICES, ("MaxBurn", 1, _HALF)),
    setter("max_burn", "0.1", 10**8, _PRICES),
    setter("max_burn", "0.5", _HALF, _PRICES, ("MinBurn", 1, _HALF)),
    setter("bonds_moving_avg", "0.975001", 975_001, f"{A}.BondsMovingAverageMaxReached"),
    setter("burn_half_life", "0", 0, f"{A}.InvalidValue"),
    setter("burn_half_life", "36101", 36_101, f"{A}.InvalidValue"),
    setter("burn_increase_mult", "0.5", {"bits": 1 << 63}, f"{A}.InvalidValue"),
    setter("burn_increase_mult", "3.5", {"bits": 7 << 63}, f"{A}.InvalidValue"),
    setter("min_childkey_take", "20%", 13_107, f"{A}.InvalidValue"),
    setter("alpha_sigmoid_steepness", "", -1, f"{A}.NegativeSigmoidSteepness"),
    setter("max_allowed_uids", "63", 63, f"{_MOST}idsLessThanMinAllowedUids"),
    setter("max_allowed_uids", "1", 1, f"{_MOST}IdsLessThanCurrentUIds", ("MinAllowedUids", 1, 1)),
    setter("max_allowed_uids", "257", 257, f"{_MOST}idsGreaterThanDefaultMaxAllowedUids"),
    setter("max_allowed_uids", "129", 129, _TOO_MANY, ("MechanismCountCurrent", 1, 2)),
    setter("activity_cutoff", "359", 359, f"{S}.ActivityCutoffTooLow"),
    setter("commit_reveal_period", "0", 0, f"{S}.RevealPeriodTooSmall"),
    setter("commit_reveal_period", "101", 101, f"{S}.RevealPeriodTooLarge"),
    setter("immune_owner_uids_limit", "11", 11, f"{S}.InvalidValue"),
    setter("mechanism_count", "3", 3, f"{S}.InvalidValue"),
    setter("mechanism_count", "2", 2, _TOO_MANY),
    setter("mechanism_emission_split", "50%,50%", [32_768, 32_767], f"{S}.InvalidValue"),
    setter("owner_hotkey", _SYSTEM, _SYSTEM, f"{S}.CannotUseSystemAccount"),
]
_LIQUID = ("LiquidAlphaOn", 1, True)


def _alpha(error: str, low: int, high: int, name: str, text: str, *, on: bool = True) -> Case:
    args = {"netuid": 1, "alpha_low": low, "alpha_high": high}
    stored = (_LIQUID, ("AlphaValues", 1, (45_875, 58_982))) if on else ()
    said = (*words(name, text), "--raw")
    return Case(A, "sudo_set_alpha_values", f"{S}.{error}", args, said, stored)


ALPHA = [
    _alpha("LiquidAlphaDisabled", 45_875, 60_000, "alpha_high", "60000", on=False),
    _alpha("AlphaHighTooLow", 45_875, 1_637, "alpha_high", "1637"),
    _alpha("AlphaLowOutOfRange", 1_637, 58_982, "alpha_low", "1637"),
    _alpha("AlphaLowOutOfRange", 60_000, 58_982, "alpha_low", "60000"),
]
_WEEK = ("LastRateLimitedBlock", variant("SetSNOwnerHotkey", 1), THEN)
_VERSIONS = ("WeightsVersionKeyRateLimit", (), 5)
_SPLIT, _COUNT = "mechanism_emission_split", "mechanism_count"
_VERSION, _HOTKEY, _PERIOD = "weights_version", "owner_hotkey", "immunity_period"
WAITS = [
    setter(_PERIOD, "7", 7, "BadOrigin", who="Alice"),
    setter(_PERIOD, "7", 7, "BadOrigin", netuid=LOST),
    setter(_PERIOD, "7", 7, FROZEN, *pending(), allowed=DUE),
    setter(_PERIOD, "7", 7, TOO_SOON, *limited("ImmunityPeriod"), allowed=THEN + LIMIT),
    setter(_VERSION, "7", 7, TOO_SOON, *noted(4), _VERSIONS, allowed=THEN + 5 * TEMPO),
    setter(_COUNT, "1", 1, TOO_SOON, *noted(7), allowed=THEN + 7_200),
    setter(_SPLIT, "100%", [65_535], TOO_SOON, *noted(8), allowed=THEN + 7_200),
    setter(_HOTKEY, OTHER, OTHER, TOO_SOON, _WEEK, allowed=THEN + 50_400),
    setter("kappa", "60%", 39_321, "BadOrigin"),
]


def as_root(name: str, text: str, value: Any, error: str, *stored: Any, **more: Any) -> Case:
    """A case of what root is refused too."""
    return setter(name, text, value, error, *stored, who="Alice", root=True, **more)


def on_root(name: str, text: str, value: Any) -> Case:
    """Of the root network, which has no such value; without a tempo it is not frozen."""
    error = f"{A}.NotPermittedOnRootSubnet"
    return as_root(name, text, value, error, ("Tempo", 0, 0), netuid=0)


_LEAST = f"{A}.MinAllowedUidsGreaterThan"
ROOT = [
    as_root("rho", "1", 1, f"{A}.SubnetDoesNotExist", netuid=LOST),
    as_root("kappa", "60%", 39_321, f"{A}.SubnetDoesNotExist", netuid=LOST),
    as_root(_COUNT, "", 1, f"{S}.MechanismDoesNotExist", netuid=LOST),
    as_root(_HOTKEY, "", ALICE, f"{S}.SubnetNotExists", netuid=LOST),
    on_root("burn_half_life", "9", 9),
    on_root("burn_increase_mult", "1", {"bits": 1 << 64}),
    on_root("owner_cut_enabled", "yes", True),
    on_root("owner_cut_auto_lock_enabled", "yes", True),
    on_root("subnet_emission_enabled", "yes", True),
    as_root("min_allowed_uids", "2", 2, f"{_LEAST}CurrentUids"),
    as_root("min_allowed_uids", "256", 256, f"{_LEAST}MaxAllowedUids"),
    as_root("max_validators", "257", 257, f"{A}.MaxValidatorsLargerThanMaxUIds"),
    as_root("max_validators", "9", 9, FROZEN, *pending(), allowed=DUE),
    as_root("pow_registration", "", True, f"{A}.POWRegistrationDisabled"),
    as_root(_HOTKEY, OTHER, OTHER, TOO_SOON, _WEEK, allowed=THEN + 50_400),
    _trim(f"{S}.SubnetNotExists", 9, netuid=LOST, who="Alice", root=True),
    _trim(f"{S}.InvalidValue", 63, who="Alice", root=True),
]
CASES = [*SCHEDULE, *NAMES, *UIDS, *BOUNDS, *ALPHA, *WAITS, *ROOT]

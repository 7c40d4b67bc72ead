"""Which calls each proxy type may make: the rules of the runtime (spec 424), in its order."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace

from taoctl.localnet.frame import Call

_PALLETS = {
    "Balances": 5,
    "SubtensorModule": 7,
    "Triumvirate": 8,
    "TriumvirateMembers": 9,
    "SenateMembers": 10,
    "Sudo": 12,
    "AdminUtils": 19,
}
_SMALL = 500_000_000
"""Rao that a small transfer stays below, of TAO and of alpha alike."""


@dataclass(frozen=True, slots=True)
class CallRef:
    """A call that a rule names, or with no `name` every call of a pallet.

    `below` is an argument and the value it must be less than, `holds` the pallet and call that
    must be inside. Indices are mainnet's, also where the localnet lacks the call.
    """

    pallet: str
    name: str | None = None
    index: int | None = None
    below: tuple[str, int] | None = None
    holds: tuple[str, str] | None = None

    @property
    def pallet_index(self) -> int:
        """The index of the pallet in the runtime."""
        return _PALLETS[self.pallet]

    def matches(self, call: Call) -> bool:
        """Whether a call is the one meant, conditions included."""
        if call.pallet != self.pallet or self.name not in (None, call.name):
            return False
        if self.below is not None:
            argument, limit = self.below
            return bool(call.args[argument] < limit)
        if self.holds is not None:
            inner: Call = call.args["call"]
            return (inner.pallet, inner.name) == self.holds
        return True


@dataclass(frozen=True, slots=True)
class Rule:
    """What a proxy type allows: everything, nothing, the listed calls, or all but those."""

    mode: str
    calls: tuple[CallRef, ...] = ()
    exceptions: tuple[CallRef, ...] = ()

    @property
    def denies_all(self) -> bool:
        """Whether the type is left over from what the chain no longer has."""
        return self.mode == "DenyAll"

    def allows(self, call: Call) -> bool:
        """Whether a proxy of this type may make a call."""
        if self.mode in ("AllowAll", "DenyAll"):
            return self.mode == "AllowAll"
        listed = any(ref.matches(call) for ref in self.calls)
        if self.mode == "Deny":
            return not listed
        return listed and not any(ref.matches(call) for ref in self.exceptions)


def _all_of(pallet: str) -> CallRef:
    return CallRef(pallet)


def _calls(pallet: str, indices: dict[str, int], names: Iterable[str]) -> tuple[CallRef, ...]:
    return tuple(CallRef(pallet, name, indices[name]) for name in names)


_SUBTENSOR = {
    "add_stake": 2,
    "remove_stake": 3,
    "register": 6,
    "burned_register": 7,
    "dissolve_network": 61,
    "root_register": 62,
    "set_children": 67,
    "swap_hotkey": 70,
    "swap_coldkey": 71,
    "swap_hotkey_v2": 72,
    "schedule_swap_coldkey": 73,
    "set_childkey_take": 75,
    "set_subnet_identity": 78,
    "unstake_all": 83,
    "unstake_all_alpha": 84,
    "move_stake": 85,
    "transfer_stake": 86,
    "swap_stake": 87,
    "add_stake_limit": 88,
    "remove_stake_limit": 89,
    "swap_stake_limit": 90,
    "start_call": 92,
    "remove_stake_full_limit": 103,
    "update_symbol": 112,
    "claim_root": 121,
    "set_root_claim_type": 122,
    "announce_coldkey_swap": 125,
    "swap_coldkey_announced": 126,
    "dispute_coldkey_swap": 127,
    "clear_coldkey_swap_announcement": 133,
    "register_limit": 134,
}
_ADMIN = {
    "sudo_set_serving_rate_limit": 3,
    "sudo_set_min_difficulty": 4,
    "sudo_set_max_difficulty": 5,
    "sudo_set_weights_version_key": 6,
    "sudo_set_adjustment_alpha": 9,
    "sudo_set_immunity_period": 13,
    "sudo_set_min_allowed_weights": 14,
    "sudo_set_kappa": 16,
    "sudo_set_rho": 17,
    "sudo_set_activity_cutoff": 18,
    "sudo_set_network_registration_allowed": 19,
    "sudo_set_network_pow_registration_allowed": 20,
    "sudo_set_max_burn": 23,
    "sudo_set_bonds_moving_average": 26,
    "sudo_set_bonds_penalty": 60,
    "sudo_set_commit_reveal_weights_enabled": 49,
    "sudo_set_liquid_alpha_enabled": 50,
    "sudo_set_alpha_values": 51,
    "sudo_set_commit_reveal_weights_interval": 57,
    "sudo_set_toggle_transfer": 61,
    "sudo_set_subnet_emission_enabled": 94,
    "sudo_set_min_childkey_take_per_subnet": 93,
}
_OWNER_HOTKEY = {"sudo_set_sn_owner_hotkey": 67, "sudo_set_subnet_owner_hotkey": 64}
_TRANSFERS = {"transfer_keep_alive": 3, "transfer_allow_death": 0, "transfer_all": 4}
_COLDKEY_SWAP = (
    "announce_coldkey_swap",
    "swap_coldkey_announced",
    "clear_coldkey_swap_announcement",
    "dispute_coldkey_swap",
)
_OLD_COLDKEY_SWAP = ("schedule_swap_coldkey", "swap_coldkey")


def _subtensor(*names: str) -> tuple[CallRef, ...]:
    return _calls("SubtensorModule", _SUBTENSOR, names)


def _small(pallet: str, name: str, index: int, argument: str) -> CallRef:
    return CallRef(pallet, name, index, below=(argument, _SMALL))


RULES: dict[str, Rule] = {
    "Any": Rule("AllowAll"),
    "NonTransfer": Rule(
        "Deny",
        (
            _all_of("Balances"),
            *_subtensor("transfer_stake", *_OLD_COLDKEY_SWAP, *_COLDKEY_SWAP),
        ),
    ),
    "NonFungible": Rule(
        "Deny",
        (
            _all_of("Balances"),
            *_subtensor(
                "add_stake",
                "add_stake_limit",
                "remove_stake",
                "remove_stake_limit",
                "remove_stake_full_limit",
                "unstake_all",
                "unstake_all_alpha",
                "swap_stake",
                "swap_stake_limit",
                "move_stake",
                "transfer_stake",
                "burned_register",
                "root_register",
                *_OLD_COLDKEY_SWAP,
                *_COLDKEY_SWAP,
                "swap_hotkey",
                "swap_hotkey_v2",
            ),
        ),
    ),
    "Transfer": Rule(
        "Allow",
        (*_calls("Balances", _TRANSFERS, _TRANSFERS), *_subtensor("transfer_stake")),
    ),
    "SmallTransfer": Rule(
        "Allow",
        (
            _small("Balances", "transfer_keep_alive", 3, "value"),
            _small("Balances", "transfer_allow_death", 0, "value"),
            _small("SubtensorModule", "transfer_stake", 86, "alpha_amount"),
        ),
    ),
    "Owner": Rule(
        "Allow",
        (_all_of("AdminUtils"), *_subtensor("set_subnet_identity", "update_symbol")),
        _calls("AdminUtils", _OWNER_HOTKEY, _OWNER_HOTKEY),
    ),
    "NonCritical": Rule(
        "Deny",
        (
            *_subtensor("dissolve_network", "root_register", "burned_register"),
            _all_of("Sudo"),
            *_subtensor(*_COLDKEY_SWAP),
        ),
    ),
    "Triumvirate": Rule("DenyAll"),
    "Senate": Rule("DenyAll"),
    "Governance": Rule("DenyAll"),
    "Staking": Rule(
        "Allow",
        _subtensor(
            "add_stake",
            "remove_stake",
            "unstake_all",
            "unstake_all_alpha",
            "swap_stake",
            "swap_stake_limit",
            "move_stake",
            "add_stake_limit",
            "remove_stake_limit",
            "remove_stake_full_limit",
            "set_root_claim_type",
        ),
    ),
    "Registration": Rule("Allow", _subtensor("burned_register", "register", "register_limit")),
    "RootWeights": Rule("DenyAll"),
    "ChildKeys": Rule("Allow", _subtensor("set_children", "set_childkey_take")),
    "SudoUncheckedSetCode": Rule(
        "Allow",
        (CallRef("Sudo", "sudo_unchecked_weight", 1, holds=("System", "set_code")),),
    ),
    "SwapHotkey": Rule("Allow", _subtensor("swap_hotkey", "swap_hotkey_v2")),
    "SubnetLeaseBeneficiary": Rule(
        "Allow", (*_subtensor("start_call"), *_calls("AdminUtils", _ADMIN, _ADMIN))
    ),
    "RootClaim": Rule("Allow", _subtensor("claim_root")),
}
"""The rule of every proxy type."""

_COUNCIL = tuple(_all_of(name) for name in ("Triumvirate", "TriumvirateMembers", "SenateMembers"))
_COUNCIL_RULES: dict[str, Rule] = {
    "NonCritical": replace(
        RULES["NonCritical"], calls=(*RULES["NonCritical"].calls, _all_of("Triumvirate"))
    ),
    "Triumvirate": Rule("Allow", _COUNCIL[:2]),
    "Senate": Rule("Allow", _COUNCIL[2:]),
    "Governance": Rule("Allow", _COUNCIL),
}


def rules_on(pallets: Container[str]) -> dict[str, Rule]:
    """The rule of every proxy type on a chain with these pallets.

    With a Triumvirate the types named after it are what they were at e2b8367b8 (InstanceFilter in
    runtime/src/lib.rs). A senator's vote is a call of SubtensorModule, which none of them allows.
    """
    return {**RULES, **_COUNCIL_RULES} if "Triumvirate" in pallets else RULES


def is_superset(proxy_type: str, other: str) -> bool:
    """Whether a proxy of one type may add and remove proxies of another type."""
    if proxy_type == other or proxy_type == "Any":
        return True
    if other == "Any":
        return False
    if proxy_type == "NonTransfer":
        return other not in ("Transfer", "SmallTransfer")
    return proxy_type == "Transfer" and other == "SmallTransfer"

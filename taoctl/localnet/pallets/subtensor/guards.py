"""Checks that keep a doomed call out of the pool, with the runtime's transaction codes."""

from __future__ import annotations

from taoctl.localnet.frame import Call, ModuleError
from taoctl.localnet.pallets.subtensor.serving import SERVING_CALLS, SERVING_CHECK, Serving
from taoctl.localnet.pallets.subtensor.takes import Takes
from taoctl.localnet.pallets.subtensor.weight_guards import (
    RATE_LIMIT_CHECK,
    WEIGHT_CALLS,
    WeightGuards,
)

BAD_REQUEST = 255

CODES = {
    "ColdkeySwapAnnounced": 0,
    "AmountTooLow": 1,
    "NotEnoughStakeToSetWeights": 1,
    "NotEnoughBalanceToStake": 2,
    "SubnetNotExists": 3,
    "HotKeyAccountNotExists": 4,
    "NotEnoughStakeToWithdraw": 5,
    "CommittingWeightsTooFast": 6,
    "SettingWeightsTooFast": 6,
    "NetworkTxRateLimitExceeded": 6,
    "InsufficientLiquidity": 7,
    "SlippageTooHigh": 8,
    "TransferDisallowed": 9,
    "HotKeyNotRegisteredInNetwork": 10,
    "InvalidIpAddress": 11,
    "ServingRateLimitExceeded": 12,
    "InvalidPort": 13,
    "InvalidRevealRound": 15,
    "NoWeightsCommitFound": 16,
    "RevealTooEarly": 17,
    "InputLengthsUnequal": 18,
    "HotKeyNotRegisteredInSubNet": 19,
    "EvmKeyAssociateRateLimitExceeded": 20,
    "ColdkeySwapDisputed": 21,
    "NonAssociatedColdKey": 25,
    "DelegateTakeTooLow": 26,
    "DelegateTakeTooHigh": 27,
}
"""Custom transaction-validity codes of SubtensorTransactionExtension, by error."""

_SWAP_CALLS = {
    "announce_coldkey_swap",
    "swap_coldkey_announced",
    "dispute_coldkey_swap",
    "clear_coldkey_swap_announcement",
}

_TAKE_CALLS = {"increase_take", "decrease_take"}


class Guards(WeightGuards, Takes, Serving):
    """The guards of SubtensorTransactionExtension, which run at dispatch too."""

    def validate(self, call: Call, who: str) -> int | None:
        """The custom code that refuses a signed call before inclusion, or None."""
        try:
            self.check_call(call, who)
        except ModuleError as error:
            return CODES.get(error.name, BAD_REQUEST)
        return None

    def check_call(self, call: Call, who: str) -> None:
        """Raise the error that a guard has against a signed call."""
        self._check_coldkey_swap(call, who)
        if call.pallet != self.name:
            return
        if call.name in WEIGHT_CALLS:
            self.check_weight_call(call, who)
        elif call.name in _TAKE_CALLS:
            self.check_take(who, call.args["hotkey"], call.args["take"])
        elif call.name in SERVING_CALLS:
            self.check_serving_call(call, who)
        elif call.name == "register_network" and self.creates_network_too_soon():
            raise self.error("NetworkTxRateLimitExceeded")

    def extension_weight(self, call: Call) -> int:
        """Weight (ref_time) that the guards add to a call's fee."""
        weight = 67_583_000
        if call.pallet == self.name and call.name in WEIGHT_CALLS:
            weight += self.weight_check(call.name)
        elif call.pallet == self.name and call.name in _TAKE_CALLS:
            weight += 90_378_000
        elif call.pallet == self.name and call.name in SERVING_CALLS:
            weight += SERVING_CHECK
        elif call.pallet == self.name and call.name == "register_network":
            weight += RATE_LIMIT_CHECK
        return weight

    def _check_coldkey_swap(self, call: Call, who: str) -> None:
        if who not in self.ColdkeySwapAnnouncements:
            return
        if who in self.ColdkeySwapDisputes:
            raise self.error("ColdkeySwapDisputed")
        allowed = call.pallet == self.name and call.name in _SWAP_CALLS
        if not allowed and (call.pallet, call.name) != ("MevShield", "submit_encrypted"):
            raise self.error("ColdkeySwapAnnounced")

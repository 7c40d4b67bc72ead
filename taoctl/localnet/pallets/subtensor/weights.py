"""Setting weights in the open (commit-reveal off)."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.economics.weights import max_upscale, within_limit
from taoctl.localnet.frame import Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import NETUID
from taoctl.localnet.pallets.subtensor.neurons import Neurons
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.localnet.types import Vec, u16, u64

MAIN = 0
"""The mechanism that every subnet has."""


class WeightSetting(Neurons):
    """The call set_weights with its checks in the chain's order."""

    @call(
        0,
        args=[NETUID, ("dests", Vec(u16)), ("weights", Vec(u16)), ("version_key", u64)],
        weight=118_513_610_000,
        pays=False,
    )
    def set_weights(
        self,
        origin: Origin,
        netuid: int,
        dests: Sequence[int],
        weights: Sequence[int],
        version_key: int,
    ) -> None:
        """Store the caller's weights, scaled so that the largest is 65535."""
        if self.CommitRevealWeightsEnabled[netuid]:
            raise self.error("CommitRevealEnabled")
        hotkey = ensure_signed(origin)
        self._check_caller(netuid, hotkey, dests, weights, version_key)
        uid = int(self.Uids[netuid, hotkey])
        self._check_rows(netuid, uid, dests)
        scaled = max_upscale(weights)
        self._check_largest(netuid, uid, dests, scaled)
        self.set_weight_row(netuid, uid, list(zip(dests, scaled, strict=True)))
        self.set_last_update(netuid, uid, self.rt.block_number)
        self.deposit("WeightsSet", netuid, uid)

    def passes_weights_rate_limit(self, index: int, uid: int) -> bool:
        """Whether enough blocks passed since the UID last set weights in the mechanism."""
        updates = self.LastUpdate[index]
        last = updates[uid] if uid < len(updates) else 0
        return last == 0 or self.rt.block_number - last >= self.WeightsSetRateLimit[index % 4096]

    def _check_caller(
        self,
        netuid: int,
        hotkey: str,
        dests: Sequence[int],
        weights: Sequence[int],
        version_key: int,
    ) -> None:
        if netuid == ROOT:
            raise self.error("CanNotSetRootNetworkWeights")
        if len(dests) != len(weights):
            raise self.error("WeightVecNotEqualSize")
        if not self.subnet_exists(netuid) or MAIN not in self.mechanisms(netuid):
            raise self.error("MechanismDoesNotExist")
        if len(dests) > self.SubnetworkN[netuid]:
            raise self.error("UidsLengthExceedUidsInSubNet")
        uid = self.Uids[netuid, hotkey]
        if uid is None:
            raise self.error("HotKeyNotRegisteredInSubNet")
        if not self.has_weight_stake(hotkey, netuid):
            raise self.error("NotEnoughStakeToSetWeights")
        required = self.WeightsVersionKey[netuid]
        if required and version_key < required:
            raise self.error("IncorrectWeightVersionKey")
        if not self.passes_weights_rate_limit(netuid, uid):
            raise self.error("SettingWeightsTooFast")

    def _check_largest(
        self, netuid: int, uid: int, dests: Sequence[int], scaled: Sequence[int]
    ) -> None:
        """Hold the largest share against MaxWeightsLimit.

        Runtime 425 takes the limit for its default, 65535, whatever is stored; no call writes it.
        """
        if not _lone_self_weight(uid, dests) and not within_limit(
            scaled, self.MaxWeightsLimit[netuid]
        ):
            raise self.error("MaxWeightExceeded")

    def _check_rows(self, netuid: int, uid: int, dests: Sequence[int]) -> None:
        lone_self_weight = _lone_self_weight(uid, dests)
        permits = self.ValidatorPermit[netuid]
        permitted = uid < len(permits) and permits[uid]
        if not (lone_self_weight or permitted or self.owner_uid(netuid) == uid):
            raise self.error("NeuronNoValidatorPermit")
        if len(set(dests)) != len(dests):
            raise self.error("DuplicateUids")
        keys = self.Keys.data
        if any((netuid, target) not in keys for target in dests):
            raise self.error("UidVecContainInvalidOne")
        least = min(self.MinAllowedWeights[netuid], self.SubnetworkN[netuid])
        if not lone_self_weight and len(dests) < least:
            raise self.error("WeightVecLengthIsLow")


def _lone_self_weight(uid: int, dests: Sequence[int]) -> bool:
    return len(dests) == 1 and dests[0] == uid

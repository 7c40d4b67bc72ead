"""Setting weights: what is checked, in the chain's order, and what is stored."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.economics.weights import max_upscale, within_limit
from taoctl.localnet.frame import DispatchError, Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import MECID, NETUID
from taoctl.localnet.pallets.subtensor.epoch_clock import EpochClock
from taoctl.localnet.pallets.subtensor.subnets import MECHANISM_STRIDE, ROOT
from taoctl.localnet.types import Compact, NetUid, Tup, Vec, u16, u64

MAIN = 0
"""The mechanism that every subnet has."""

NETUIDS = ("netuids", Vec(Compact(NetUid)), "Vec<Compact<NetUid>>")
_ROW = [("dests", Vec(u16)), ("weights", Vec(u16)), ("version_key", u64)]
_ROWS = Vec(Vec(Tup(Compact(u16), Compact(u16))))


class WeightSetting(EpochClock):
    """The calls that set weights in the open, and what those that reveal them share with them."""

    @call(0, args=[NETUID, *_ROW], weight=118_513_610_000, pays=False)
    def set_weights(
        self,
        origin: Origin,
        netuid: int,
        dests: Sequence[int],
        weights: Sequence[int],
        version_key: int,
    ) -> None:
        """Store the caller's weights, scaled so that the largest is 65535."""
        self.set_mechanism_weights(origin, netuid, MAIN, dests, weights, version_key)

    @call(119, args=[NETUID, MECID, *_ROW], weight=118_515_000_000, pays=False)
    def set_mechanism_weights(
        self,
        origin: Origin,
        netuid: int,
        mecid: int,
        dests: Sequence[int],
        weights: Sequence[int],
        version_key: int,
    ) -> None:
        """As set_weights, in one of the mechanisms of a subnet."""
        if self.CommitRevealWeightsEnabled[netuid]:
            raise self.error("CommitRevealEnabled")
        self.store_weights(origin, netuid, mecid, dests, weights, version_key)

    @call(
        80,
        args=[NETUIDS, ("weights", _ROWS), ("version_keys", Vec(Compact(u64)))],
        weight=703_092_000,
        pays=False,
    )
    def batch_set_weights(
        self,
        origin: Origin,
        netuids: Sequence[int],
        weights: Sequence[Sequence[tuple[int, int]]],
        version_keys: Sequence[int],
    ) -> None:
        """Set weights on several subnets; one that fails does not stop the others."""
        hotkey = ensure_signed(origin)
        if not len(netuids) == len(weights) == len(version_keys):
            raise self.error("InputLengthsUnequal")
        failed: list[tuple[int, DispatchError]] = []
        for netuid, row, key in zip(netuids, weights, version_keys, strict=True):
            dests, values = [uid for uid, _ in row], [value for _, value in row]
            try:
                self.set_weights(origin, netuid, dests, values, key)
            except DispatchError as error:
                failed.append((netuid, error))
        self.deposit_batch(netuids, hotkey, failed)

    def deposit_batch(
        self,
        netuids: Sequence[int],
        hotkey: str,
        failed: Sequence[tuple[int, DispatchError]],
    ) -> None:
        """Tell how a batch over several subnets went."""
        if failed:
            self.deposit("BatchCompletedWithErrors")
        for netuid, error in failed:
            self.deposit("BatchWeightItemFailed", netuid, error.value)
        self.deposit("BatchWeightsCompleted", list(netuids), hotkey)

    def store_weights(
        self,
        origin: Origin,
        netuid: int,
        mecid: int,
        dests: Sequence[int],
        weights: Sequence[int],
        version_key: int,
    ) -> None:
        """Check and store a row; what was committed was dated and rate limited by its commit."""
        hotkey, index = ensure_signed(origin), self.mechanism_index(netuid, mecid)
        self._check_caller(netuid, mecid, hotkey, dests, weights, version_key)
        uid = int(self.Uids[netuid, hotkey])
        in_the_open = not self.CommitRevealWeightsEnabled[netuid]
        if in_the_open and not self.passes_weights_rate_limit(index, uid):
            raise self.error("SettingWeightsTooFast")
        self._check_rows(netuid, uid, dests)
        scaled = max_upscale(weights)
        self._check_largest(netuid, uid, dests, scaled)
        self.set_weight_row(index, uid, list(zip(dests, scaled, strict=True)))
        if in_the_open:
            self.set_last_update(index, uid, self.rt.block_number)
        self.deposit("WeightsSet", index, uid)

    def passes_weights_rate_limit(self, index: int, uid: int) -> bool:
        """Whether enough blocks passed since the UID last set weights in an existing mechanism."""
        mecid, netuid = divmod(index, MECHANISM_STRIDE)
        if not self.mechanism_exists(netuid, mecid):
            return False
        updates = self.LastUpdate[index]
        last = updates[uid] if uid < len(updates) else 0
        return last == 0 or self.rt.block_number - last >= self.WeightsSetRateLimit[netuid]

    def mechanism_exists(self, netuid: int, mecid: int) -> bool:
        """Whether there is such a subnet, and it has the mechanism."""
        return self.subnet_exists(netuid) and mecid in self.mechanisms(netuid)

    def _check_caller(
        self,
        netuid: int,
        mecid: int,
        hotkey: str,
        dests: Sequence[int],
        weights: Sequence[int],
        version_key: int,
    ) -> None:
        if netuid == ROOT:
            raise self.error("CanNotSetRootNetworkWeights")
        if len(dests) != len(weights):
            raise self.error("WeightVecNotEqualSize")
        if not self.mechanism_exists(netuid, mecid):
            raise self.error("MechanismDoesNotExist")
        if len(dests) > self.SubnetworkN[netuid]:
            raise self.error("UidsLengthExceedUidsInSubNet")
        if self.Uids[netuid, hotkey] is None:
            raise self.error("HotKeyNotRegisteredInSubNet")
        if not self.has_weight_stake(hotkey, netuid):
            raise self.error("NotEnoughStakeToSetWeights")
        required = self.WeightsVersionKey[netuid]
        if required and version_key < required:
            raise self.error("IncorrectWeightVersionKey")

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

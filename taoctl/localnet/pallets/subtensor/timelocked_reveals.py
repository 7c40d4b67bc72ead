"""The chain's own reveal of timelocked weights, before the epochs of a block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from taoctl.addresses import encode_ss58
from taoctl.errors import BadDataError
from taoctl.localnet.frame import DispatchError, Signed
from taoctl.localnet.pallets.subtensor.epoch import Epochs
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.localnet.pallets.subtensor.timelocked_weights import TimelockedCommit
from taoctl.scale.compact import compact, compact_bytes
from taoctl.scale.timelock import opened

Revealed: TypeAlias = tuple[list[int], list[int], int]
"""UIDs, weights and version key."""


class TimelockedReveals(Epochs):
    """What becomes of timelocked commits in the epoch to reveal them in."""

    def reveal_timelocked_weights(self) -> None:
        """Store the weights of commits whose epoch has come and whose pulse is there.

        Runs before the epochs of a block; a subnet whose epoch this block defers waits with it.
        """
        if not len(self.TimelockedWeightCommits):
            return
        subnets = [netuid for netuid in self.netuids() if netuid != ROOT]
        deferred = self._deferred(subnets)
        for netuid in subnets:
            if netuid not in deferred:
                self._reveal_subnet(netuid)

    def keys_consistent(self, netuid: int) -> bool:
        """Whether no hotkey holds two UIDs of a subnet: else its epoch is skipped."""
        hotkeys = self.seated_hotkeys(netuid)
        return len(set(hotkeys)) == len(hotkeys)

    def _deferred(self, subnets: Sequence[int]) -> set[int]:
        """Subnets whose epoch is due in this block, and too many others before them."""
        running, limit, deferred = 0, self.MaxEpochsPerBlock.get(), set()
        for netuid in subnets:
            if not self.should_run_epoch(netuid, self.rt.block_number):
                continue
            if running >= limit:
                deferred.add(netuid)
            elif self.keys_consistent(netuid):
                running += 1
        return deferred

    def _reveal_subnet(self, netuid: int) -> None:
        epoch, period = self.epoch_with_lookahead(netuid), self.RevealPeriodEpochs[netuid]
        due = max(epoch - period, 0)
        for mecid in self.mechanisms(netuid):
            index = self.mechanism_index(netuid, mecid)
            # Of what is too old nothing is left, also where nothing can be revealed yet.
            for old, _ in list(self.TimelockedWeightCommits.prefix(index)):
                if old < due:
                    del self.TimelockedWeightCommits[index, old]
            if epoch < period:
                return
            if (index, due) not in self.TimelockedWeightCommits:
                continue
            commits = self.TimelockedWeightCommits.take((index, due))
            waiting = tuple(one for one in commits if not self._reveal(netuid, mecid, one))
            if waiting:
                self.TimelockedWeightCommits[index, due] = waiting

    def _reveal(self, netuid: int, mecid: int, commit: TimelockedCommit) -> bool:
        """Store what a commit hides; what is no weights, or none that may be set, is dropped.

        Returns:
            False while there is no pulse for it.
        """
        hotkey, _, ciphertext, drand_round = commit
        signature = self.rt.drand.signature_of(drand_round)
        if signature is None:
            return False
        payload = opened(ciphertext, signature)
        found = None if payload is None else _weights_in(payload, hotkey)
        if found is None:
            return True
        uids, values, version_key = found
        try:
            self.store_weights(Signed(hotkey), netuid, mecid, uids, values, version_key)
        except DispatchError:
            return True
        index = self.mechanism_index(netuid, mecid)
        self.deposit("TimelockedWeightsRevealed", index, hotkey)
        return True


def _weights_in(payload: bytes, hotkey: str) -> Revealed | None:
    """What a payload holds for the hotkey that committed to it; None where it is none of its.

    Payloads without a hotkey, which older clients made, are taken too. Bytes behind do not count.
    """
    try:
        length, at = _length(payload, 0)
        found, whose = _row_in(payload, at + length), payload[at : at + length]
        if len(whose) >= 32:
            return found if encode_ss58(whose[:32]) == hotkey else None
    except BadDataError:
        pass
    try:
        return _row_in(payload, 0)
    except BadDataError:
        return None


def _row_in(payload: bytes, at: int) -> Revealed:
    uids, at = _u16s(payload, at)
    values, at = _u16s(payload, at)
    if len(payload) < at + 8:
        raise BadDataError("the data ends before the version key")
    return uids, values, int.from_bytes(payload[at : at + 8], "little")


def _u16s(payload: bytes, at: int) -> tuple[list[int], int]:
    count, at = _length(payload, at)
    end = at + 2 * count
    if len(payload) < end:
        raise BadDataError("the data ends inside a list")
    pairs = zip(payload[at:end:2], payload[at + 1 : end : 2], strict=True)
    return [low | high << 8 for low, high in pairs], end


def _length(payload: bytes, at: int) -> tuple[int, int]:
    length, end = compact(payload, at)
    if compact_bytes(length) != payload[at:end]:
        raise BadDataError("a length takes more bytes than it needs")
    return length, end

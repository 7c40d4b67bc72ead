"""The chain's own reveal of timelocked weights, before the epochs of a block."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.localnet.frame import DispatchError, Signed
from taoctl.localnet.pallets.subtensor.epoch import Epochs
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.localnet.pallets.subtensor.timelocked_weights import TimelockedCommit
from taoctl.scale.timelock import opened
from taoctl.scale.weights_payload import weights_in


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
        found = None if payload is None else weights_in(payload, hotkey)
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

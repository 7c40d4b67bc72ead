"""Weights that are committed as a hash first, and revealed some epochs later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from taoctl.localnet.frame import DispatchError, Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import MECID, NETUID
from taoctl.localnet.pallets.subtensor.commitment import commit_hash
from taoctl.localnet.pallets.subtensor.weights import MAIN, NETUIDS, WeightSetting
from taoctl.localnet.types import H256, Vec, u16, u64

Commit: TypeAlias = tuple[str, int, int, int]
"""Hash, epoch and block of a commit that waits to be revealed; the last number is unused."""

OPEN_COMMITS = 10
"""A hotkey has at most this many commits that wait, in each mechanism."""

_HASH = ("commit_hash", H256)
_REVEAL = [
    ("uids", Vec(u16)),
    ("values", Vec(u16)),
    ("salt", Vec(u16)),
    ("version_key", u64),
]
_REVEALS = [
    ("uids_list", Vec(Vec(u16))),
    ("values_list", Vec(Vec(u16))),
    ("salts_list", Vec(Vec(u16))),
    ("version_keys", Vec(u64)),
]


class WeightCommitting(WeightSetting):
    """commit_weights and reveal_weights, each also by mechanism and for several at once."""

    @call(96, args=[NETUID, _HASH], weight=594_049_000, pays=False)
    def commit_weights(self, origin: Origin, netuid: int, commit_hash: str) -> None:
        """Commit to weights that are revealed later."""
        self.commit_mechanism_weights(origin, netuid, MAIN, commit_hash)

    @call(115, args=[NETUID, MECID, _HASH], weight=430_130_000, pays=False)
    def commit_mechanism_weights(
        self, origin: Origin, netuid: int, mecid: int, commit_hash: str
    ) -> None:
        """As commit_weights, in one of the mechanisms of a subnet."""
        hotkey, uid, index = self.check_committer(origin, netuid, mecid)
        epoch, block = self.epoch_with_lookahead(netuid), self.rt.block_number
        waiting, _ = self.waiting_commits(netuid, index, hotkey)
        if len(waiting) >= OPEN_COMMITS:
            raise self.error("TooManyUnrevealedCommits")
        self.WeightCommits[index, hotkey] = (*waiting, (commit_hash, epoch, block, 0))
        self.deposit("WeightsCommitted", hotkey, index, commit_hash)
        self.set_last_update(index, uid, block)

    @call(100, args=[NETUIDS, ("commit_hashes", Vec(H256))], weight=722_224_000, pays=False)
    def batch_commit_weights(
        self, origin: Origin, netuids: Sequence[int], commit_hashes: Sequence[str]
    ) -> None:
        """Commit to weights on several subnets; one that fails does not stop the others."""
        hotkey = ensure_signed(origin)
        if len(netuids) != len(commit_hashes):
            raise self.error("InputLengthsUnequal")
        failed: list[tuple[int, DispatchError]] = []
        for netuid, digest in zip(netuids, commit_hashes, strict=True):
            try:
                self.commit_weights(origin, netuid, digest)
            except DispatchError as error:
                failed.append((netuid, error))
        self.deposit_batch(netuids, hotkey, failed)

    @call(97, args=[NETUID, *_REVEAL], weight=786_227_000, pays=False)
    def reveal_weights(
        self,
        origin: Origin,
        netuid: int,
        uids: Sequence[int],
        values: Sequence[int],
        salt: Sequence[int],
        version_key: int,
    ) -> None:
        """Reveal and store committed weights, in the one epoch in which that may be done."""
        self.reveal_mechanism_weights(origin, netuid, MAIN, uids, values, salt, version_key)

    @call(116, args=[NETUID, MECID, *_REVEAL], weight=722_000_000, pays=False)
    def reveal_mechanism_weights(
        self,
        origin: Origin,
        netuid: int,
        mecid: int,
        uids: Sequence[int],
        values: Sequence[int],
        salt: Sequence[int],
        version_key: int,
    ) -> None:
        """As reveal_weights, in one of the mechanisms of a subnet; older commits are dropped."""
        hotkey, index = ensure_signed(origin), self.mechanism_index(netuid, mecid)
        waiting, expired = self._waiting_to_reveal(netuid, index, hotkey)
        digest = commit_hash(hotkey, index, uids, values, salt, version_key)
        if not waiting:
            name = "ExpiredWeightCommit" if digest in expired else "NoWeightsCommitFound"
            raise self.error(name)
        place = self._place_of(netuid, digest, waiting, expired)
        self._keep_commits(index, hotkey, waiting[place + 1 :])
        self.store_weights(origin, netuid, mecid, uids, values, version_key)
        self.deposit("WeightsRevealed", hotkey, index, digest)

    @call(98, args=[NETUID, *_REVEALS], weight=1_096_363_000, pays=False)
    def batch_reveal_weights(
        self,
        origin: Origin,
        netuid: int,
        uids_list: Sequence[Sequence[int]],
        values_list: Sequence[Sequence[int]],
        salts_list: Sequence[Sequence[int]],
        version_keys: Sequence[int],
    ) -> None:
        """Reveal several commits of one subnet, all or none; those not named keep waiting."""
        if not len(uids_list) == len(values_list) == len(salts_list) == len(version_keys):
            raise self.error("InputLengthsUnequal")
        hotkey, index = ensure_signed(origin), self.mechanism_index(netuid, MAIN)
        waiting, expired = self._waiting_to_reveal(netuid, index, hotkey)
        rows = list(zip(uids_list, values_list, salts_list, version_keys, strict=True))
        digests = [commit_hash(hotkey, index, *row) for row in rows]
        for digest in digests:
            self._place_of(netuid, digest, waiting, expired)
        for digest, (uids, values, _, version_key) in zip(digests, rows, strict=True):
            waiting.pop(self._place_of(netuid, digest, waiting, expired))
            self.store_weights(origin, netuid, MAIN, uids, values, version_key)
        self._keep_commits(index, hotkey, waiting)
        self.deposit("WeightsBatchRevealed", hotkey, netuid, digests)

    def check_committer(self, origin: Origin, netuid: int, mecid: int) -> tuple[str, int, int]:
        """Hotkey, UID and storage index of who may commit now; raises why it may not."""
        if not self.mechanism_exists(netuid, mecid):
            raise self.error("MechanismDoesNotExist")
        hotkey, index = ensure_signed(origin), self.mechanism_index(netuid, mecid)
        if not self.CommitRevealWeightsEnabled[netuid]:
            raise self.error("CommitRevealDisabled")
        uid = self.Uids[netuid, hotkey]
        if uid is None:
            raise self.error("HotKeyNotRegisteredInSubNet")
        if not self.passes_weights_rate_limit(index, uid):
            raise self.error("CommittingWeightsTooFast")
        return hotkey, int(uid), index

    def waiting_commits(
        self, netuid: int, index: int, hotkey: str
    ) -> tuple[list[Commit], list[str]]:
        """Commits that are not expired, oldest first, and the hashes of those before them."""
        commits, expired = list(self.WeightCommits[index, hotkey] or ()), []
        while commits and self.commit_expired(netuid, commits[0][1]):
            expired.append(commits.pop(0)[0])
        return commits, expired

    def _waiting_to_reveal(
        self, netuid: int, index: int, hotkey: str
    ) -> tuple[list[Commit], list[str]]:
        if not self.CommitRevealWeightsEnabled[netuid]:
            raise self.error("CommitRevealDisabled")
        if (index, hotkey) not in self.WeightCommits:
            raise self.error("NoWeightsCommitFound")
        return self.waiting_commits(netuid, index, hotkey)

    def _place_of(
        self, netuid: int, digest: str, waiting: Sequence[Commit], expired: Sequence[str]
    ) -> int:
        for place, (known, epoch, *_) in enumerate(waiting):
            if known == digest:
                if not self.in_reveal_epoch(netuid, epoch):
                    raise self.error("RevealTooEarly")
                return place
        late = digest in expired
        raise self.error("ExpiredWeightCommit" if late else "InvalidRevealCommitHashNotMatch")

    def _keep_commits(self, index: int, hotkey: str, commits: Sequence[Commit]) -> None:
        if commits:
            self.WeightCommits[index, hotkey] = tuple(commits)
        else:
            del self.WeightCommits[index, hotkey]

"""Weights that are committed encrypted, to be opened by the pulse of a drand round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from taoctl.localnet.frame import Origin, Other, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import MECID, NETUID
from taoctl.localnet.pallets.subtensor.weight_commits import OPEN_COMMITS, WeightCommitting
from taoctl.localnet.pallets.subtensor.weights import MAIN
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import Bounded, u8, u16, u64
from taoctl.scale.crypto import blake2_256

TimelockedCommit: TypeAlias = tuple[str, int, bytes, int]
"""Hotkey, block, ciphertext and drand round of a commit."""

MAX_COMMIT_BYTES = 5_000
"""The longest ciphertext that a call can hold."""
VERSION = 4
"""The version that commit_crv3_mechanism_weights stands for."""

_COMMIT = (
    "commit",
    Bounded(u8),
    "BoundedVec<u8, ConstU32<MAX_CRV3_COMMIT_SIZE_BYTES>>",
)
_ROUND = ("reveal_round", u64)
_VERSION = ("commit_reveal_version", u16)


class TimelockedWeights(WeightCommitting):
    """commit_timelocked_weights, also by mechanism; the chain reveals what they hide."""

    @call(
        113,
        args=[NETUID, _COMMIT, _ROUND, _VERSION],
        weight=86_951_000 + 14 * DB_READ + 2 * DB_WRITE,
        pays=False,
    )
    def commit_timelocked_weights(
        self,
        origin: Origin,
        netuid: int,
        commit: bytes,
        reveal_round: int,
        commit_reveal_version: int,
    ) -> None:
        """Commit to weights that the pulse of a drand round opens."""
        self.commit_timelocked_mechanism_weights(
            origin, netuid, MAIN, commit, reveal_round, commit_reveal_version
        )

    @call(
        117,
        args=[NETUID, MECID, _COMMIT, _ROUND],
        weight=77_750_000 + 7 * DB_READ + 2 * DB_WRITE,
        pays=False,
    )
    def commit_crv3_mechanism_weights(
        self, origin: Origin, netuid: int, mecid: int, commit: bytes, reveal_round: int
    ) -> None:
        """As commit_timelocked_mechanism_weights, with the version that does not change."""
        self.commit_timelocked_mechanism_weights(
            origin, netuid, mecid, commit, reveal_round, VERSION
        )

    @call(
        118,
        args=[NETUID, MECID, _COMMIT, _ROUND, _VERSION],
        weight=84_020_000 + 9 * DB_READ + 2 * DB_WRITE,
        pays=False,
    )
    def commit_timelocked_mechanism_weights(
        self,
        origin: Origin,
        netuid: int,
        mecid: int,
        commit: bytes,
        reveal_round: int,
        commit_reveal_version: int,
    ) -> None:
        """As commit_timelocked_weights, in one of the mechanisms of a subnet."""
        if len(commit) > MAX_COMMIT_BYTES:
            # No runtime reads a call with a longer one.
            raise Other
        if not self.mechanism_exists(netuid, mecid):
            raise self.error("MechanismDoesNotExist")
        hotkey, index = ensure_signed(origin), self.mechanism_index(netuid, mecid)
        if not self.CommitRevealWeightsEnabled[netuid]:
            raise self.error("CommitRevealDisabled")
        if commit_reveal_version != self.CommitRevealWeightsVersion.get():
            raise self.error("IncorrectCommitRevealVersion")
        uid = self.Uids[netuid, hotkey]
        if uid is None:
            raise self.error("HotKeyNotRegisteredInSubNet")
        if not self.passes_weights_rate_limit(index, uid):
            raise self.error("CommittingWeightsTooFast")
        key, block = (index, self.epoch_with_lookahead(netuid)), self.rt.block_number
        commits: Sequence[TimelockedCommit] = self.TimelockedWeightCommits[key]
        if sum(who == hotkey for who, *_ in commits) >= OPEN_COMMITS:
            raise self.error("TooManyUnrevealedCommits")
        self.TimelockedWeightCommits[key] = (*commits, (hotkey, block, commit, reveal_round))
        digest = "0x" + blake2_256(commit).hex()
        self.deposit("TimelockedWeightsCommitted", hotkey, index, digest, reveal_round)
        self.set_last_update(index, uid, block)

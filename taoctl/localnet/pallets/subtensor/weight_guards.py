"""Checks of weight calls before they are dispatched: stake, rate limits, commits to reveal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from taoctl.localnet.frame import Call
from taoctl.localnet.pallets.subtensor.commitment import commit_hash
from taoctl.localnet.pallets.subtensor.epoch import Epochs

_RATE_LIMITED = {
    "set_weights": "SettingWeightsTooFast",
    "set_mechanism_weights": "SettingWeightsTooFast",
    "commit_weights": "CommittingWeightsTooFast",
    "commit_mechanism_weights": "CommittingWeightsTooFast",
}
_REVEALS = {"reveal_weights", "reveal_mechanism_weights"}
_BATCHES: dict[str, tuple[str, ...]] = {
    "batch_set_weights": ("netuids", "weights", "version_keys"),
    "batch_commit_weights": ("netuids", "commit_hashes"),
    "batch_reveal_weights": ("uids_list", "values_list", "salts_list", "version_keys"),
}
_TIMELOCKED = {
    "commit_timelocked_weights",
    "commit_timelocked_mechanism_weights",
    "commit_crv3_mechanism_weights",
}
WEIGHT_CALLS = frozenset({*_RATE_LIMITED, *_REVEALS, *_BATCHES, *_TIMELOCKED})
"""Names of the calls that are checked."""

_WEIGHTS_CHECK = 327_958_000
RATE_LIMIT_CHECK = 210_376_000
"""Weight (ref_time) of looking whether a call comes too soon."""


class WeightGuards(Epochs):
    """The extensions CheckWeights and CheckRateLimits, as far as they look at weights."""

    def check_weight_call(self, call: Call, who: str) -> None:
        """Raise the error that the guards have against one of `WEIGHT_CALLS`."""
        name, args = call.name, call.args
        lengths = {len(args[one]) for one in _BATCHES.get(name, ())}
        if len(lengths) > 1:
            raise self.error("InputLengthsUnequal")
        for netuid in args["netuids"] if "netuids" in args else (args["netuid"],):
            if not self.has_weight_stake(who, netuid):
                raise self.error("NotEnoughStakeToSetWeights")
        if name in _REVEALS or name == "batch_reveal_weights":
            self._check_reveals(name, args, who)
        if name in _TIMELOCKED and args["reveal_round"] < self.rt.drand.LastStoredRound.get():
            raise self.error("InvalidRevealRound")
        if name in _RATE_LIMITED:
            self._check_rate_limit(name, args, who)

    def weight_check(self, name: str) -> int:
        """Weight (ref_time) that the guards add to the fee of one of `WEIGHT_CALLS`."""
        return _WEIGHTS_CHECK + (RATE_LIMIT_CHECK if name in _RATE_LIMITED else 0)

    def _check_rate_limit(self, name: str, args: dict[str, Any], who: str) -> None:
        netuid = args["netuid"]
        uid = self.Uids[netuid, who]
        opened = name.startswith("set_") and self.CommitRevealWeightsEnabled[netuid]
        if opened or uid is None:
            return
        index = self.mechanism_index(netuid, args.get("mecid", 0))
        if not self.passes_weights_rate_limit(index, uid):
            raise self.error(_RATE_LIMITED[name])

    def _check_reveals(self, name: str, args: dict[str, Any], who: str) -> None:
        netuid = args["netuid"]
        index = self.mechanism_index(netuid, args.get("mecid", 0))
        epochs: dict[str, int] = {}
        for digest, epoch, *_ in self.WeightCommits[index, who] or ():
            epochs.setdefault(digest, epoch)
        if not epochs:
            raise self.error("NoWeightsCommitFound")
        for row in _revealed(name, args):
            found = epochs.get(commit_hash(who, index, *row))
            if found is None:
                raise self.error("NoWeightsCommitFound")
            if not self.in_reveal_epoch(netuid, found):
                raise self.error("RevealTooEarly")


_Row = tuple[Sequence[int], Sequence[int], Sequence[int], int]


def _revealed(name: str, args: dict[str, Any]) -> list[_Row]:
    """UIDs, values, salt and version key of everything that a call reveals."""
    if name in _REVEALS:
        return [(args["uids"], args["values"], args["salt"], args["version_key"])]
    columns: Callable[[str], Any] = args.__getitem__
    return list(zip(*map(columns, _BATCHES[name]), strict=True))

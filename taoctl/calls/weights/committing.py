"""Weights that stay hidden for a while: committed as a hash, and revealed in a later epoch."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.stake.hotkeys import PALLET, item
from taoctl.calls.weights.checks import (
    NEEDS,
    Place,
    in_the_open,
    no_mechanism,
    not_registered,
    row_refused,
    too_little_stake,
    too_often,
)
from taoctl.calls.weights.clock import CLOCK, OpenCommit, Reveals, commits_of, reveals_of
from taoctl.calls.weights.row import Row, commit_hash
from taoctl.calls.weights.setting import row_effects
from taoctl.chain.view import Call, View

_MOST_OPEN = 10
"""Commits that a hotkey may have waiting, in each mechanism."""

_NEEDS = (*NEEDS, *CLOCK, item("WeightCommits"))


@dataclass(frozen=True, slots=True)
class Hidden(Intent):
    """Weights that the chain sees the hash of first; see CommitWeights and RevealWeights.

    Attributes:
        netuid: the subnet.
        row: (uid, u16) as they are revealed.
        salt: u16 numbers; whoever knows them can find out the weights before they are revealed.
        version_key: of the code that made the weights.
        mechanism: 0 for the one that every subnet has.
    """

    signs_with = "hotkey"

    netuid: int
    row: Row = field(repr=False)
    salt: tuple[int, ...] = field(repr=False)
    version_key: int = 0
    mechanism: int = 0

    def at(self, origin: str) -> Place:
        """Whose weights they are, and where."""
        return Place(origin, self.netuid, self.mechanism)

    def digest(self, origin: str) -> str:
        """The `0x` hash that commits a hotkey to them."""
        at = self.at(origin)
        return commit_hash(origin, at.index, self.row, self.salt, self.version_key)


@dataclass(frozen=True, slots=True)
class CommitWeights(Hidden):
    """Commit a hotkey to weights that nobody sees before they are revealed."""

    needs = (*_NEEDS, Call(PALLET, "commit_weights"))

    @property
    def varies(self) -> bool:
        """Whoever asks for the same weights again draws another salt."""
        return True

    def summary(self) -> str:
        """How many weights, and where."""
        return f"commit to {len(self.row)} weights on {self.at('').words}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`commit_weights`, or `commit_mechanism_weights` for another mechanism than the first."""
        args = {"netuid": self.netuid, "commit_hash": self.digest(origin)}
        if not self.mechanism:
            return ChainCall(PALLET, "commit_weights", args)
        view.require(Call(PALLET, "commit_mechanism_weights"))
        return ChainCall(PALLET, "commit_mechanism_weights", {**args, "mecid": self.mechanism})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Too little stake, too soon, no UID, or too many commits that wait."""
        at = self.at(origin)
        found = await too_little_stake(view, at)
        found = found or await too_often(view, at, "CommittingWeightsTooFast")
        found = found or await no_mechanism(view, at)
        if not found and not await at.commits(view):
            found = (in_the_open(self.netuid),)
        return found or await not_registered(view, at) or await self._too_many(view, at)

    async def _too_many(self, view: View, at: Place) -> tuple[Refusal, ...]:
        waiting = len(await commits_of(view, at.index, at.hotkey)) - len(await _lost(view, at))
        if waiting < _MOST_OPEN:
            return ()
        said = f"{waiting} commits of {at.hotkey} on {at.words} wait to be revealed"
        hint = "reveal them, or wait until they expire; see `taoctl weights status`"
        return (Refusal("TooManyUnrevealedCommits", said, hint),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """How many commits wait."""
        at = self.at(origin)
        held, lost = len(await commits_of(view, at.index, origin)), len(await _lost(view, at))
        return (Effect(origin, f"commits on {at.words}", str(held), str(held - lost + 1)),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """When it is to be revealed, what is held against that now, and which others are lost."""
        at = self.at(origin)
        if await no_mechanism(view, at):
            # There is no epoch to reveal anything in, and why is said where it is refused.
            return ()
        when = await reveals_of(view, self.netuid)
        mine = OpenCommit(self.digest(origin), when.clock.coming, view.block + 1)
        found = [
            f"reveal it with `taoctl weights reveal {self.netuid}` {window_text(when, mine)}; "
            "what is not revealed then is lost"
        ]
        refused = await row_refused(view, at, self.row, self.version_key, dated=False)
        found += [f"as things are, revealing it fails: {one.message}" for one in refused]
        found += [
            f"the commit of block {one.block} was not revealed in time: its weights are lost"
            for one in await _lost(view, at)
        ]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class RevealWeights(Hidden):
    """Reveal weights that the hotkey committed to, in the one epoch in which that may be done."""

    needs = (*_NEEDS, Call(PALLET, "reveal_weights"))

    def summary(self) -> str:
        """How many weights, and where."""
        return f"reveal {len(self.row)} weights on {self.at('').words}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`reveal_weights`, or `reveal_mechanism_weights` for another mechanism than the first."""
        args = {
            "netuid": self.netuid,
            "uids": [uid for uid, _ in self.row],
            "values": [weight for _, weight in self.row],
            "salt": list(self.salt),
            "version_key": self.version_key,
        }
        if not self.mechanism:
            return ChainCall(PALLET, "reveal_weights", args)
        view.require(Call(PALLET, "reveal_mechanism_weights"))
        return ChainCall(PALLET, "reveal_mechanism_weights", {**args, "mecid": self.mechanism})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """No such commit, too early or too late, and all that is held against the row."""
        at = self.at(origin)
        found = await too_little_stake(view, at)
        found = found or await self._not_now(view, at)
        if not found and not await at.commits(view):
            found = (in_the_open(self.netuid),)
        return found or await row_refused(view, at, self.row, self.version_key, dated=False)

    async def _not_now(self, view: View, at: Place) -> tuple[Refusal, ...]:
        digest = self.digest(at.hotkey)
        commits = await commits_of(view, at.index, at.hotkey)
        mine = next((one for one in commits if one.hash == digest), None)
        if mine is None:
            said = f"the chain holds no commit of {at.hotkey} to these weights on {at.words}"
            return (Refusal("NoWeightsCommitFound", said, "see `taoctl weights status`"),)
        when = await reveals_of(view, self.netuid)
        if when.is_early(mine):
            opens = when.opens(mine)
            said = f"the commit of block {mine.block} is revealed {window_text(when, mine)}"
            hint = None if opens is None else f"wait until block {opens}, and run it again"
            return (Refusal("RevealTooEarly", said, hint, opens),)
        if when.is_late(mine):
            said = f"the epoch to reveal the commit of block {mine.block} in is over"
            hint = "commit to weights again, with `taoctl weights set`"
            return (Refusal("ExpiredWeightCommit", said, hint),)
        return ()

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The row as it was and as it will be, and how many commits are left."""
        at = self.at(origin)
        commits = [one.hash for one in await commits_of(view, at.index, origin)]
        digest = self.digest(origin)
        left = len(commits) - commits.index(digest) - 1 if digest in commits else None
        after = None if left is None else str(left)
        count = Effect(origin, f"commits on {at.words}", str(len(commits)), after)
        return (*await row_effects(view, at, self.row), count)


async def _lost(view: View, at: Place) -> tuple[OpenCommit, ...]:
    """Expired commits that the chain drops with the next one: those before one that is not."""
    commits = await commits_of(view, at.index, at.hotkey)
    return tuple(takewhile((await reveals_of(view, at.netuid)).is_late, commits))


def window_text(when: Reveals, commit: OpenCommit) -> str:
    """The blocks in which a commit may be revealed, in words."""
    opens, closes = when.opens(commit), when.closes(commit)
    if opens is None or closes is None:
        return f"in the subnet's epoch {commit.epoch + when.period}"
    return f"from block {opens} to block {closes}"

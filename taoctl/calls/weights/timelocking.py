"""Weights that are committed encrypted, and that the chain reveals by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.stake.hotkeys import PALLET, item, read, read_or_none
from taoctl.calls.weights import beacon
from taoctl.calls.weights.beacon import Schedule, last_round, schedule_of
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
from taoctl.calls.weights.clock import CLOCK, reveals_of
from taoctl.calls.weights.row import Row, timelocked_payload
from taoctl.chain.view import Call, Entry, View
from taoctl.economics.timelock import QUICKNET
from taoctl.errors import RefusedError, UsageError
from taoctl.scale.timelock import encrypted

VERSION = 4
"""The form in which weights are sealed here; a chain says which one it takes."""

_MOST_OPEN = 10
"""Commits that a hotkey may make in an epoch, in each mechanism."""
_MOST_BYTES = 5_000
"""What the chain's calls take of a sealed row."""
_COMMITS = item("TimelockedWeightCommits")
_VERSION = item("CommitRevealWeightsVersion")
_CALL = Call(PALLET, "commit_timelocked_weights")

_needs: tuple[Entry, ...] = (*NEEDS, *CLOCK, *beacon.NEEDS, _COMMITS, _VERSION, _CALL)


@dataclass(frozen=True, slots=True)
class CommitTimelocked(Intent):
    """Commit a hotkey to weights that open by themselves; `timelocked` seals them.

    Attributes:
        netuid: the subnet.
        row: (uid, u16) as they are sealed.
        commit: what they are sealed in, for the hotkey that signs.
        reveal_round: the drand round whose pulse opens it.
        version_key: of the code that made the weights.
        mechanism: 0 for the one that every subnet has.
        until_block: the last block of the epoch that they are sealed in; None where nobody knows.
    """

    needs = _needs
    signs_with = "hotkey"

    netuid: int
    row: Row = field(repr=False)
    commit: bytes = field(repr=False)
    reveal_round: int
    version_key: int = 0
    mechanism: int = 0
    until_block: int | None = None

    @property
    def varies(self) -> bool:
        """It is sealed anew each time, and to a later round in a later epoch."""
        return True

    @property
    def good_until(self) -> int | None:
        """The block of `until_block`; in a later epoch the pulse is made before the reveal."""
        return self.until_block

    def at(self, origin: str) -> Place:
        """Whose weights they are, and where."""
        return Place(origin, self.netuid, self.mechanism)

    def summary(self) -> str:
        """How many weights, and where."""
        return f"commit to {len(self.row)} timelocked weights on {self.at('').words}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`commit_timelocked_weights`, or that of a mechanism for another than the first.

        Raises:
            UsageError: they are more than a commit holds.
        """
        if len(self.commit) > _MOST_BYTES:
            raise UsageError(
                f"{len(self.row)} weights are {len(self.commit)} bytes when they are sealed, and "
                f"a commit holds {_MOST_BYTES}",
                "weigh fewer UIDs, or commit with a salt: `taoctl weights set --salted`",
            )
        args: dict[str, Any] = {
            "netuid": self.netuid,
            "commit": self.commit,
            "reveal_round": self.reveal_round,
            "commit_reveal_version": VERSION,
        }
        if not self.mechanism:
            return ChainCall(PALLET, _CALL.name, args)
        other = Call(PALLET, "commit_timelocked_mechanism_weights")
        view.require(other)
        return ChainCall(PALLET, other.name, {**args, "mecid": self.mechanism})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Too little stake, an old round, another version, too soon, no UID, or too many."""
        at = self.at(origin)
        found = await too_little_stake(view, at)
        found = found or await self._old_round(view)
        found = found or await no_mechanism(view, at)
        if not found and not await at.commits(view):
            found = (in_the_open(self.netuid),)
        found = found or await _other_version(view)
        found = found or await not_registered(view, at)
        found = found or await too_often(view, at, "CommittingWeightsTooFast")
        return found or await _too_many(view, at) or await beacon.another_beacon(view)

    async def _old_round(self, view: View) -> tuple[Refusal, ...]:
        newest = await last_round(view)
        if self.reveal_round >= newest:
            return ()
        said = f"the chain has drand's pulse of round {newest}, which is after {self.reveal_round}"
        hint = "seal the weights to a later round, or leave the round to `taoctl weights set`"
        return (Refusal("InvalidRevealRound", said, hint),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """How many commits wait."""
        at = self.at(origin)
        held, stays = await _waiting(view, at)
        what = f"timelocked commits on {at.words}"
        return (Effect(origin, what, str(held), str(stays + 1)),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """When they are revealed, what is held against that now, and whether they are public."""
        if await no_mechanism(view, self.at(origin)):
            # There is no epoch to reveal anything in, and why is said where it is refused.
            return ()
        when = await schedule_of(view, self.netuid)
        refused = await row_refused(view, self.at(origin), self.row, self.version_key, dated=False)
        held = (f"as things are, revealing them fails: {one.message}" for one in refused)
        return (self._reveal_text(when), *self._doubts(when), *held)

    def _doubts(self, when: Schedule) -> Iterator[str]:
        """What speaks against hiding them so, or against their being revealed."""
        drand_round, opens, closes = self.reveal_round, when.opens, when.closes
        expected = when.expected(drand_round)
        if when.is_public(drand_round):
            yield (
                f"drand's pulse of round {drand_round} is made already: whoever sees the "
                "commit can read the weights"
            )
        elif opens is not None and QUICKNET.made_at_ms(drand_round) < when.times.at(opens):
            yield f"they can be read before block {opens}, in which their epoch begins"
        if expected is not None and closes is not None and expected > closes:
            yield f"the pulse comes after block {closes}, the last to reveal them in: lost"
        if when.stalled and drand_round > when.newest_round:
            newest = f"round {when.newest_round}" if when.newest_round else "no pulse yet"
            yield (
                f"the chain gets no pulses at present (it has {newest}): without that of round "
                f"{drand_round} the weights are lost with their epoch"
            )

    def _reveal_text(self, when: Schedule) -> str:
        said = f"the chain reveals them by itself in the subnet's epoch {when.epoch}"
        if when.opens is not None and when.closes is not None:
            said += f", from block {when.opens} to block {when.closes}"
        expected = None if when.stalled else when.expected(self.reveal_round)
        likely = "" if expected is None else f"; expected in block {expected}"
        return (
            f"{said}, with drand's pulse of round {self.reveal_round}, "
            f"which is made {_when_text(QUICKNET.made_at_ms(self.reveal_round))}{likely}"
            f"{self._in_time()}"
        )

    def _in_time(self) -> str:
        if self.until_block is None:
            return ""
        return (
            f"; so it is if they are committed up to block {self.until_block}: later ones can be "
            "read an epoch before they are revealed"
        )


def _when_text(at_ms: int) -> str:
    """A time in UTC; rounds are numbers that reach far beyond what a calendar names."""
    try:
        return f"at {datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return "after the year 9999"


async def timelocked(
    view: View, at: Place, row: Row, version_key: int, drand_round: int | None = None
) -> CommitTimelocked:
    """Weights sealed for a hotkey, to a given round or to the one that clients choose.

    Raises:
        NotInRuntimeError: the runtime knows no such commits.
        RefusedError: the subnet has no epochs, so that there is no round to choose.
        UsageError: the round is no u64.
    """
    view.require(*_needs)
    when = await schedule_of(view, at.netuid)
    drand_round = when.choose() if drand_round is None else drand_round
    if drand_round is None:
        raise RefusedError(
            f"subnet {at.netuid} runs no epochs, so nobody can tell when weights are revealed",
            "see `taoctl subnet show` for its tempo",
        )
    commit = encrypted(timelocked_payload(at.hotkey, row, version_key), drand_round)
    until = when.reveals.clock.last_block(when.reveals.clock.coming)
    return CommitTimelocked(at.netuid, row, commit, drand_round, version_key, at.mechanism, until)


async def takes_timelocked(view: View) -> bool:
    """Whether the chain takes weights in the form in which they are sealed here."""
    if not all(view.has(one) for one in _needs):
        return False
    return int(await read(view, _VERSION.item)) == VERSION


async def _other_version(view: View) -> tuple[Refusal, ...]:
    wanted = int(await read_or_none(view, _VERSION.item) or 0)
    if wanted == VERSION:
        return ()
    said = f"the chain takes timelocked weights of version {wanted}, and these are {VERSION}"
    hint = "commit with a salt instead, with --salted, or update taoctl"
    return (Refusal("IncorrectCommitRevealVersion", said, hint),)


async def _of_epoch(view: View, at: Place, epoch: int) -> Sequence[tuple[str, int]]:
    """Hotkey and round of the commits that the chain holds of an epoch, in order."""
    found = await read(view, _COMMITS.item, at.index, epoch) if epoch >= 0 else ()
    return [(str(who), int(drand_round)) for who, _, _, drand_round in found]


async def _too_many(view: View, at: Place) -> tuple[Refusal, ...]:
    when = await reveals_of(view, at.netuid)
    commits = await _of_epoch(view, at, when.clock.coming)
    if sum(who == at.hotkey for who, _ in commits) < _MOST_OPEN:
        return ()
    following = when.clock.first_block(when.clock.coming + 1)
    said = f"{at.hotkey} made {_MOST_OPEN} timelocked commits on {at.words} in this epoch"
    hint = "the newest of them counts; "
    hint += "wait" if following is None else f"wait until block {following}, and run it again"
    return (Refusal("TooManyUnrevealedCommits", said, hint, following),)


async def _waiting(view: View, at: Place) -> tuple[int, int]:
    """Commits of the hotkey that the chain holds, and those that the next block leaves."""
    when = await reveals_of(view, at.netuid)
    due, epochs = when.clock.coming - when.period, when.clock.kept(when.period)
    held = await asyncio.gather(*(_of_epoch(view, at, epoch) for epoch in epochs))
    mine = [
        (epoch, drand_round)
        for epoch, commits in zip(epochs, held, strict=True)
        for who, drand_round in commits
        if who == at.hotkey
    ]
    pulses = await view.values(
        beacon.PULSES.pallet, beacon.PULSES.item, [(one,) for epoch, one in mine if epoch == due]
    )
    unopened = sum(pulse is None for pulse in pulses)
    return len(mine), sum(epoch > due for epoch, _ in mine) + unopened

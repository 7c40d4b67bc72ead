"""Commits to weights that wait to be revealed, and the blocks in which that may be done."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.pace import block_time_ms, measured_block_ms
from taoctl.chain.view import Storage, View
from taoctl.economics.reveal import EpochClock
from taoctl.economics.timelock import QUICKNET, BlockTimes, expected_reveal, is_stalled, pace_ms
from taoctl.reads.children import owned_hotkeys
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, column_of, item, value_or_none
from taoctl.reads.registry import read
from taoctl.scale.codec import vec_bytes
from taoctl.scale.crypto import blake2_256

_STRIDE = 4096
"""Storage index of a mechanism = mechanism * 4096 + netuid."""

_CLOCK = ("SubnetEpochIndex", "Tempo", "LastEpochBlock", "PendingEpochAt", "BlocksSinceLastStep")
_PULSES, _NEWEST = Storage("Drand", "Pulses"), Storage("Drand", "LastStoredRound")
_TIMELOCKED = item("TimelockedWeightCommits")
_NEEDS = tuple(
    item(name) for name in (*_CLOCK, "RevealPeriodEpochs", "WeightCommits", "IsNetworkMember")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightCommitRow:
    """A commit to weights: who made it when, and when it may be revealed."""

    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "who committed")]
    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet")]
    mechanism: Annotated[int, Column("mechanism", Kind.INT, "mechanism of the subnet", wide=True)]
    kind: Annotated[
        str,
        Column("kind", Kind.TEXT, "`salted`, revealed by hand, or `timelocked`, by the chain"),
    ]
    commit_hash: Annotated[str, Column("hash", Kind.HASH, "hash of the commit", drop=1)]
    block: Annotated[int, Column("committed", Kind.BLOCK, "block of the commit")]
    state: Annotated[
        str, Column("state", Kind.TEXT, "`waiting`, `open` to be revealed, or `expired`")
    ]
    reveal_from_block: Annotated[
        int | None, Column("from", Kind.BLOCK, "first block to reveal it in, as epochs stand")
    ]
    reveal_to_block: Annotated[
        int | None, Column("to", Kind.BLOCK, "last block to reveal it in, as epochs stand")
    ]
    blocks_left: Annotated[
        int | None,
        Column("left", Kind.BLOCKS, "blocks until it opens; of an open one, until it closes"),
    ]
    kept: Annotated[
        bool | None,
        Column("kept", Kind.BOOL, "of a salted one, whether its weights and salt are kept here"),
    ]
    drand_round: Annotated[
        int | None,
        Column("round", Kind.INT, "drand round that opens a timelocked one", drop=2),
    ]
    pulse: Annotated[
        bool | None,
        Column("pulse", Kind.BOOL, "whether the chain has the pulse of that round"),
    ]
    pulse_ms: Annotated[
        int | None,
        Column("pulse at", Kind.TIME, "when that pulse is made, ms since 1970", wide=True),
    ]
    expected_block: Annotated[
        int | None,
        Column(
            "expected",
            Kind.BLOCK,
            "block that likely reveals a timelocked one; - where its pulse does not come",
        ),
    ]


@read(
    "weight-commits",
    row=WeightCommitRow,
    needs=_NEEDS,
    wants=(item("MechanismCountCurrent"), item("OwnedHotkeys"), _TIMELOCKED, _PULSES, _NEWEST),
    help="commits to weights of hotkeys, and the blocks in which they may be revealed",
)
async def weight_commits(
    view: View,
    coldkeys: Sequence[str],
    hotkeys: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    kept: Collection[tuple[str, str]] | None = None,
) -> tuple[WeightCommitRow, ...]:
    """Commits that the chain holds of hotkeys, by hotkey and subnet, oldest first.

    Args:
        view: the block to read.
        coldkeys: ss58 addresses, whose hotkeys count.
        hotkeys: ss58 addresses of more of them.
        names: of the hotkeys.
        kept: hotkey and hash of the commits of which the weights and the salt are known. A commit
            that a swap gave to another hotkey is not among them: that hotkey cannot reveal it.
    """
    mine = await owned_hotkeys(view, coldkeys, hotkeys)
    member = await asyncio.gather(*(view.map(PALLET, "IsNetworkMember", one) for one in mine))
    places = [
        (hotkey, int(netuid))
        for hotkey, found in zip(mine, member, strict=True)
        for netuid in sorted(found)
        if found[netuid]
    ]
    groups = await asyncio.gather(*(stored_commits(view, *place) for place in places))
    commits = [one for group in groups for one in group]
    pulses, times = await asyncio.gather(_pulses(view, commits), _times(view, commits))
    return tuple(_row(one, names or {}, kept, pulses, times) for one in commits)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of either kind as a block holds it; only a timelocked one has a drand round."""

    mechanism: int
    hotkey: str
    netuid: int
    hash: str
    block: int
    reveal_epoch: int
    clock: EpochClock
    drand_round: int | None = None

    @property
    def index(self) -> int:
        """Storage index of its mechanism on its subnet."""
        return self.mechanism * _STRIDE + self.netuid

    @property
    def state(self) -> str:
        """`waiting`, `open` to be revealed in the next block, or `expired`: it never can be."""
        coming = self.clock.coming
        if coming == self.reveal_epoch:
            return "open"
        return "waiting" if coming < self.reveal_epoch else "expired"


async def hidden_commits(
    view: View, netuid: int, mechid: int, hotkeys: Sequence[str]
) -> dict[str, int] | None:
    """When hotkeys last committed weights that are not revealed yet and not too old to be.

    Returns:
        A block for each hotkey that has such a commit; None where the runtime does not tell.
    """
    stand = await _stand(view, netuid)
    if stand is None:
        return None
    clock, period = stand
    index = mechid * _STRIDE + netuid
    salted, timelocked = await asyncio.gather(
        column_of(view, "WeightCommits", [(index, hotkey) for hotkey in hotkeys]),
        column_of(view, _TIMELOCKED.item, [(index, epoch) for epoch in clock.kept(period)]),
    )
    found: dict[str, int] = {}
    for hotkey, commits in zip(hotkeys, salted, strict=True):
        for _, epoch, at, _ in commits or ():
            if int(epoch) + period >= clock.coming:
                found[hotkey] = max(found.get(hotkey, 0), int(at))
    for commits in timelocked:
        for hotkey, at, _, _ in commits or ():
            found[str(hotkey)] = max(found.get(str(hotkey), 0), int(at))
    return found


async def _stand(view: View, netuid: int) -> tuple[EpochClock, int] | None:
    """Where a subnet stands in its epochs, and how many of them a commit waits."""
    *figures, waits = await asyncio.gather(
        *(value_or_none(view, name, netuid) for name in (*_CLOCK, "RevealPeriodEpochs"))
    )
    if waits is None or any(one is None for one in figures):
        return None
    return EpochClock(view.block, *map(int, figures)), int(waits)


async def stored_commits(view: View, hotkey: str, netuid: int) -> list[Commit]:
    """The commits of a hotkey on a subnet that the chain holds, by mechanism, oldest first."""
    count, stand = await asyncio.gather(
        value_or_none(view, "MechanismCountCurrent", netuid), _stand(view, netuid)
    )
    if stand is None:
        return []
    clock, period = stand
    mechanisms = range(1 if count is None else int(count))
    epochs = clock.kept(period)
    indices = [mechanism * _STRIDE + netuid for mechanism in mechanisms]
    salted, timelocked = await asyncio.gather(
        column_of(view, "WeightCommits", [(index, hotkey) for index in indices]),
        column_of(
            view, _TIMELOCKED.item, [(index, epoch) for index in indices for epoch in epochs]
        ),
    )
    found = []
    for mechanism, commits in zip(mechanisms, salted, strict=True):
        for hash_, epoch, at, _ in commits or ():
            opens = int(epoch) + period
            found.append(Commit(mechanism, hotkey, netuid, str(hash_), int(at), opens, clock))
    keys = [(mechanism, epoch) for mechanism in mechanisms for epoch in epochs]
    for (mechanism, epoch), commits in zip(keys, timelocked, strict=True):
        for who, at, sealed, drand_round in commits or ():
            if who == hotkey:
                digest = "0x" + blake2_256(vec_bytes(sealed)).hex()
                given = (mechanism, hotkey, netuid, digest, int(at), epoch + period, clock)
                found.append(Commit(*given, drand_round=int(drand_round)))
    return sorted(found, key=lambda one: (one.mechanism, one.block))


async def _pulses(view: View, commits: Sequence[Commit]) -> set[int]:
    """Rounds of commits whose pulse the chain has."""
    rounds = sorted({one.drand_round for one in commits if one.drand_round is not None})
    if not rounds or not view.has(_PULSES):
        return set()
    found = await view.values(_PULSES.pallet, _PULSES.item, [(one,) for one in rounds])
    return {one for one, pulse in zip(rounds, found, strict=True) if pulse is not None}


async def _times(view: View, commits: Sequence[Commit]) -> BlockTimes | None:
    """When blocks come, where a commit needs it, and the chain gets pulses at present."""
    if all(one.drand_round is None for one in commits) or not view.has(_NEWEST):
        return None
    now, measured, newest = await asyncio.gather(
        block_time_ms(view), measured_block_ms(view), view.value(_NEWEST.pallet, _NEWEST.item)
    )
    times = BlockTimes(view.block, now, pace_ms(measured))
    return None if is_stalled(QUICKNET, times, int(newest)) else times


def _row(
    commit: Commit,
    names: Mapping[str, str],
    kept: Collection[tuple[str, str]] | None,
    pulses: Collection[int],
    times: BlockTimes | None,
) -> WeightCommitRow:
    clock, epoch, drand_round = commit.clock, commit.reveal_epoch, commit.drand_round
    opens, closes = clock.first_block(epoch), clock.last_block(epoch)
    until = {"waiting": opens, "open": closes}.get(commit.state)
    timelocked = drand_round is not None
    return WeightCommitRow(
        hotkey_name=names.get(commit.hotkey),
        hotkey=commit.hotkey,
        netuid=commit.netuid,
        mechanism=commit.mechanism,
        kind="timelocked" if timelocked else "salted",
        commit_hash=commit.hash,
        block=commit.block,
        state=commit.state,
        reveal_from_block=opens,
        reveal_to_block=closes,
        blocks_left=None if until is None else until - clock.block,
        kept=None if kept is None or timelocked else (commit.hotkey, commit.hash) in kept,
        drand_round=drand_round,
        pulse=None if drand_round is None else drand_round in pulses,
        pulse_ms=None if drand_round is None else QUICKNET.made_at_ms(drand_round),
        expected_block=_expected(commit, pulses, times),
    )


def _expected(commit: Commit, pulses: Collection[int], times: BlockTimes | None) -> int | None:
    """The block that likely reveals a timelocked commit; None where none does."""
    opens = commit.clock.first_block(commit.reveal_epoch)
    if commit.drand_round is None or opens is None:
        return None
    following = max(opens, commit.clock.block + 1)
    if commit.drand_round in pulses:
        return following
    if times is None:
        return None
    likely = expected_reveal(QUICKNET, times, commit.drand_round, following)
    closes = commit.clock.last_block(commit.reveal_epoch)
    return likely if closes is None or likely <= closes else None

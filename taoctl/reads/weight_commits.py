"""Commits to weights that wait to be revealed, and the blocks in which that may be done."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.economics.reveal import EpochClock
from taoctl.reads.children import owned_hotkeys
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, column_of, item, value_or_none
from taoctl.reads.registry import read

_STRIDE = 4096
"""Storage index of a mechanism = mechanism * 4096 + netuid."""

_CLOCK = ("SubnetEpochIndex", "Tempo", "LastEpochBlock", "PendingEpochAt", "BlocksSinceLastStep")
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
        bool | None, Column("kept", Kind.BOOL, "whether its weights and salt are kept here")
    ]


@read(
    "weight-commits",
    row=WeightCommitRow,
    needs=_NEEDS,
    wants=(item("MechanismCountCurrent"), item("OwnedHotkeys")),
    help="commits to weights of hotkeys, and the blocks in which they may be revealed",
)
async def weight_commits(
    view: View,
    coldkeys: Sequence[str],
    hotkeys: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    kept: Collection[str] | None = None,
) -> tuple[WeightCommitRow, ...]:
    """Commits that the chain holds of hotkeys, by hotkey and subnet, oldest first.

    Args:
        view: the block to read.
        coldkeys: ss58 addresses, whose hotkeys count.
        hotkeys: ss58 addresses of more of them.
        names: of the hotkeys.
        kept: hashes of commits of which the weights and the salt are known.
    """
    mine = await owned_hotkeys(view, coldkeys, hotkeys)
    member = await asyncio.gather(*(view.map(PALLET, "IsNetworkMember", one) for one in mine))
    places = [
        (hotkey, int(netuid))
        for hotkey, found in zip(mine, member, strict=True)
        for netuid in sorted(found)
        if found[netuid]
    ]
    groups = await asyncio.gather(*(_commits(view, *place) for place in places))
    return tuple(_row(commit, names or {}, kept) for commits in groups for commit in commits)


@dataclass(frozen=True, slots=True)
class _Commit:
    mechanism: int
    hotkey: str
    netuid: int
    hash: str
    block: int
    reveal_epoch: int
    clock: EpochClock


async def _commits(view: View, hotkey: str, netuid: int) -> list[_Commit]:
    count = await value_or_none(view, "MechanismCountCurrent", netuid)
    mechanisms = range(1 if count is None else int(count))
    keys = [(mechanism * _STRIDE + netuid, hotkey) for mechanism in mechanisms]
    found = await column_of(view, "WeightCommits", keys)
    if not any(found):
        return []
    *figures, period = await asyncio.gather(
        *(value_or_none(view, name, netuid) for name in (*_CLOCK, "RevealPeriodEpochs"))
    )
    clock = EpochClock(view.block, *map(int, figures))
    return [
        _Commit(mechanism, hotkey, netuid, str(hash_), int(at), int(epoch) + int(period), clock)
        for mechanism, commits in zip(mechanisms, found, strict=True)
        for hash_, epoch, at, _ in commits or ()
    ]


def _row(
    commit: _Commit, names: Mapping[str, str], kept: Collection[str] | None
) -> WeightCommitRow:
    clock, epoch = commit.clock, commit.reveal_epoch
    opens, closes = clock.first_block(epoch), clock.last_block(epoch)
    state = "waiting" if clock.coming < epoch else "open" if clock.coming == epoch else "expired"
    until = {"waiting": opens, "open": closes}.get(state)
    return WeightCommitRow(
        hotkey_name=names.get(commit.hotkey),
        hotkey=commit.hotkey,
        netuid=commit.netuid,
        mechanism=commit.mechanism,
        commit_hash=commit.hash,
        block=commit.block,
        state=state,
        reveal_from_block=opens,
        reveal_to_block=closes,
        blocks_left=None if until is None else until - clock.block,
        kept=None if kept is None else commit.hash in kept,
    )

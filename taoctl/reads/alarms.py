"""When a neuron of mine needs looking after: near to pruning, old weights, a lost commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import ROOT_NETUID
from taoctl.reads.lost_commits import CommitWatch, LostCommit
from taoctl.reads.metagraph import NeuronRow
from taoctl.reads.neurons import MyNeuronRow, my_neurons
from taoctl.reads.seats import LostSeatRow, SeatWatch

NEAR_PLACES = 3
"""A neuron at one of so many places in the order of pruning is near to its end."""

OLD_WEIGHTS_TEMPOS = 2
"""A validator whose last weights are older than so many tempos has probably stopped."""


def near_pruning(rank: int | None, free_slots: int | None) -> bool:
    """Whether a place in the order of pruning is among the next to go.

    None is never pruned; while a subnet has free UIDs a registration takes none from anybody.
    """
    return rank is not None and rank <= NEAR_PLACES and not free_slots


def old_weights_blocks(row: NeuronRow, tempo: int | None, block: int) -> int | None:
    """Blocks since the last weights of a validator that has probably stopped, else None.

    A neuron that never set weights since its registration is no validator, whatever its permit
    says; on root nobody sets weights.
    """
    if row.netuid == ROOT_NETUID or not row.validator_permit or not tempo:
        return None
    if row.last_update is None or row.last_update <= (row.registered_at or 0):
        return None
    age = block - row.last_update
    return age if age > OLD_WEIGHTS_TEMPOS * tempo else None


def inactive_blocks(row: MyNeuronRow, block: int) -> int | None:
    """Blocks since an epoch would have left out a validator for its old weights, else None."""
    if row.active_to_block is None or not row.validator_permit or row.netuid == ROOT_NETUID:
        return None
    if row.last_update is None or row.last_update <= (row.registered_at or 0):
        return None
    over = block - row.active_to_block
    return over if over > 0 else None


def inactive_text(over: int) -> str:
    """What a validator loses that set no weights within the activity cutoff, and since when."""
    many = "1 block" if over == 1 else f"{over:,} blocks"
    return f"past the activity cutoff for {many}: its stake does not count until it sets weights"


def tempos_text(blocks: int, tempo: int) -> str:
    """So many blocks in tempos with one digit, cut off: `2.4`."""
    tenths = blocks * 10 // tempo
    return f"{tenths // 10}.{tenths % 10}"


LOST, PRUNING, WEIGHTS = "lost", "pruning", "weights"
INACTIVE, COMMIT_LOST = "inactive", "commit lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """One thing about a neuron of mine that costs money if nobody acts, or already has."""

    block: Annotated[int, Column("block", Kind.BLOCK, "block at which it was noticed")]
    alarm: Annotated[
        str,
        Column(
            "alarm",
            Kind.TEXT,
            "lost: its UID is gone; pruning: it is among the next to be replaced; weights: the "
            "last ones it set are old; inactive: so old that epochs leave its stake out; commit "
            "lost: weights it committed were never revealed",
        ),
    ]
    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    uid: Annotated[int, Column("uid", Kind.UID, "slot in the subnet, of a lost one the former")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "key that mines or validates", drop=2)]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "key that owns the hotkey", wide=True)]
    successor: Annotated[
        str | None, Column("now", Kind.SS58, "hotkey that holds a lost slot now", wide=True)
    ]
    what: Annotated[str, Column("what", Kind.TEXT, "what is the matter, in words")]

    @property
    def key(self) -> tuple[str, int, str]:
        """What tells one alarm from another while it lasts."""
        return self.alarm, self.netuid, self.hotkey


class AlarmWatch:
    """Reads the neurons of given keys block by block, and says of each alarm when it begins."""

    def __init__(
        self, coldkeys: Sequence[str], hotkeys: Sequence[str], names: Mapping[str, str]
    ) -> None:
        self._coldkeys, self._hotkeys, self._names = coldkeys, hotkeys, names
        self._seats, self._commits = SeatWatch(), CommitWatch()
        self._told: set[tuple[int, str, str, int]] = set()
        self._sounding: frozenset[tuple[str, int, str]] = frozenset()
        self.neurons = 0
        """How many neurons there were at the last block."""

    async def look(self, view: View) -> tuple[AlarmRow, ...]:
        """The alarms new at a block: lost seats and commits, then those that have begun."""
        lost = await self._seats.gone(view)
        rows = await my_neurons(view, self._coldkeys, self._hotkeys, self._names)
        self._seats.hold(view, rows)
        commits = [
            one for one in await self._commits.look(view, rows) if one.place not in self._told
        ]
        self._told.update(one.place for one in commits)
        self.neurons = len(rows)
        sounding = tuple(alarms_of(rows, view.block))
        new = [row for row in sounding if row.key not in self._sounding]
        self._sounding = frozenset(row.key for row in sounding)
        return (*map(_of_lost, lost), *(_of_commit(one, view.block) for one in commits), *new)


def alarms_of(neurons: Iterable[MyNeuronRow], block: int) -> Iterator[AlarmRow]:
    """What is the matter with neurons of mine at a block."""
    for row in neurons:
        if near_pruning(row.prune_rank, row.free_slots):
            left = row.immunity_left_blocks
            immune = f", immune for {left} blocks" if left else ""
            yield _of_neuron(row, block, PRUNING, f"number {row.prune_rank} to be replaced{immune}")
        old, over = old_weights_blocks(row, row.tempo, block), inactive_blocks(row, block)
        if over is not None:
            yield _of_neuron(row, block, INACTIVE, inactive_text(over))
        elif old is not None and row.tempo:
            said = f"weights are {tempos_text(old, row.tempo)} tempos old"
            yield _of_neuron(row, block, WEIGHTS, said)


def _of_neuron(row: MyNeuronRow, block: int, alarm: str, what: str) -> AlarmRow:
    return AlarmRow(
        block=block,
        alarm=alarm,
        netuid=row.netuid,
        hotkey_name=row.hotkey_name,
        uid=row.uid,
        hotkey=row.hotkey,
        coldkey=row.coldkey,
        successor=None,
        what=what,
    )


def _of_commit(lost: LostCommit, block: int) -> AlarmRow:
    return _of_neuron(lost.neuron, block, COMMIT_LOST, lost.what)


def _of_lost(row: LostSeatRow) -> AlarmRow:
    return AlarmRow(
        block=row.noticed_block,
        alarm=LOST,
        netuid=row.netuid,
        hotkey_name=row.hotkey_name,
        uid=row.uid,
        hotkey=row.hotkey,
        coldkey=row.coldkey,
        successor=row.successor,
        what=row.what,
    )

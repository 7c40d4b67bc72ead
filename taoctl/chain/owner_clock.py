"""When the owner of a subnet may change what: freeze windows and rate limits.

Source: utils/misc.rs and utils/rate_limiting.rs of subtensor at spec 425.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from taoctl.chain.view import Storage, View
from taoctl.errors import UsageError

Limit: TypeAlias = str | int
"""What is limited: a hyperparameter by the chain's name, or a kind of transaction by its number."""

PALLET = "SubtensorModule"
OWNER_HOTKEY = "SetSNOwnerHotkey"
VERSION_KEY, MECHANISM_COUNT, MECHANISM_SPLIT, TRIMMING, TEMPO = 4, 7, 8, 9, 11
_DAY = 7_200
_BLOCKS = {
    MECHANISM_COUNT: _DAY,
    MECHANISM_SPLIT: _DAY,
    TRIMMING: 30 * _DAY,
    TEMPO: 360,
    OWNER_HOTKEY: 7 * _DAY,
}


@dataclass(frozen=True, slots=True)
class OwnerClock:
    """The schedule of a subnet at a block, as far as it keeps its owner waiting.

    Attributes:
        netuid: the subnet.
        block: of the view; a change comes into the next one at the earliest.
        owner: coldkey that owns the subnet.
        last_epoch_block: from which the tempo counts; None on runtimes before spec 424, whose
            epochs come in blocks that the tempo and the number of the subnet alone determine.
        pending_epoch_at: a block that an epoch was put off or triggered for; 0 for none.
        window: blocks before an epoch in which nothing is changed.
        tempos: that an owner waits between two changes of a hyperparameter.
        version_key_tempos: the same of the key of weights' versions.
    """

    netuid: int
    block: int
    owner: str
    tempo: int
    last_epoch_block: int | None
    pending_epoch_at: int
    window: int
    tempos: int
    version_key_tempos: int

    @property
    def next_epoch(self) -> int | None:
        """Block of the next epoch; None where none runs."""
        if not self.tempo:
            return None
        if self.last_epoch_block is None:
            return self._epoch_from(self.block + 1)
        regular = self.last_epoch_block + self.tempo
        return min(regular, self.pending_epoch_at) if self.pending_epoch_at else regular

    def limit_blocks(self, limit: Limit) -> int:
        """Blocks between two changes."""
        if limit in _BLOCKS:
            return _BLOCKS[limit]
        tempos = self.version_key_tempos if limit == VERSION_KEY else self.tempos
        return tempos * self.tempo

    def open_from(self, block: int) -> int | None:
        """The first block from this one on in which the subnet is not frozen.

        None where it never is: with a window that is longer than the tempo.
        """
        if not self.tempo or not (self.window or self.pending_epoch_at):
            return block
        if self.last_epoch_block is None:
            return self._open_by_number(block)
        last = self.last_epoch_block
        if self.pending_epoch_at > self.block:
            last = self.pending_epoch_at
            block = max(block, last)
        if self.tempo < self.window:
            return None
        rounds = max(-(-(block - last) // self.tempo), 1)
        due = last + rounds * self.tempo
        return due if due - self.window < block else block

    def open_until(self, block: int) -> int | None:
        """The last block up to which a subnet that is open in this one stays so; None for always.

        As long as nobody triggers an epoch.
        """
        if not self.tempo or not self.window:
            return None
        if self.last_epoch_block is None:
            return self._epoch_from(block) - self.window
        if self.window == 1:
            # Only the block of the epoch itself has no block left, and it is open again.
            return None
        last = max(self.last_epoch_block, min(self.pending_epoch_at, block))
        return last + ((block - last) // self.tempo + 1) * self.tempo - self.window

    def _open_by_number(self, block: int) -> int | None:
        """The same before spec 424, where the block of the epoch itself is frozen too."""
        if self.tempo < self.window:
            return None
        due = self._epoch_from(block)
        return due + 1 if due - self.window < block else block

    def _epoch_from(self, block: int) -> int:
        """The first epoch in this block or after it, before spec 424."""
        return block + self.tempo - (block + self.netuid + 1) % (self.tempo + 1)

    def allowed_from(self, last_change: int, limit: Limit | None, *, window: bool) -> int | None:
        """The first block in which the owner may change it; None for never, as things are."""
        block = self.block + 1
        if limit is not None and last_change:
            block = max(block, last_change + self.limit_blocks(limit))
        return self.open_from(block) if window else block


async def owner_clock(view: View, netuid: int) -> OwnerClock:
    """The clock of a subnet; what a runtime lacks keeps nobody waiting there."""
    owner, tempo, last, pending, window, tempos, version_key = await asyncio.gather(
        _value(view, "SubnetOwner", netuid),
        _value(view, "Tempo", netuid),
        _value(view, "LastEpochBlock", netuid),
        _value(view, "PendingEpochAt", netuid),
        _value(view, "AdminFreezeWindow"),
        _value(view, "OwnerHyperparamRateLimit"),
        _value(view, "WeightsVersionKeyRateLimit"),
    )
    return OwnerClock(
        netuid=netuid,
        block=view.block,
        owner=str(owner),
        tempo=int(tempo),
        last_epoch_block=None if last is None else int(last),
        pending_epoch_at=int(pending or 0),
        window=int(window or 0),
        tempos=int(tempos or 0),
        version_key_tempos=int(version_key or 0),
    )


async def last_changes(
    view: View, owner: str, netuid: int, limits: Sequence[Limit]
) -> dict[Limit, int]:
    """The block in which each was changed last; 0 for never, or where no note is kept."""
    found = await asyncio.gather(*(_last_change(view, owner, netuid, one) for one in limits))
    return dict(zip(limits, found, strict=True))


async def _last_change(view: View, owner: str, netuid: int, limit: Limit) -> int:
    if isinstance(limit, int):
        return int(await _value(view, "TransactionKeyLastBlock", owner, netuid, limit) or 0)
    key: Any = {limit: netuid}
    if limit != OWNER_HOTKEY:
        key = {"OwnerHyperparamUpdate": (netuid, limit)}
    try:
        return int(await _value(view, "LastRateLimitedBlock", key) or 0)
    except UsageError:
        # A runtime that came before this hyperparameter has no such note.
        return 0


async def _value(view: View, item: str, *keys: Any) -> Any:
    return await view.value(PALLET, item, *keys) if view.has(Storage(PALLET, item)) else None

"""Chain state: plain Python values per storage item, with rollback and per-block history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from taoctl.errors import RefusedError
from taoctl.localnet.history import ABSENT
from taoctl.localnet.store import MapStore, Store, ValueStore

__all__ = ["ABSENT", "HISTORY_BLOCKS", "BlockChanges", "State", "StateDiscardedError"]

HISTORY_BLOCKS = 2_000
"""How many blocks before the head can be read and reverted to, at least."""

_PRUNE_EVERY = 128
"""Blocks in which everything that is kept is looked at once."""


class StateDiscardedError(RefusedError):
    """The state of that block is not kept: too old, or not reached yet."""

    code = "state_discarded"


@dataclass(slots=True)
class BlockChanges:
    """What one block changed: per (pallet, item), per key, the new value or ABSENT.

    The key of a plain value is `()`.
    """

    block: int
    items: dict[tuple[str, str], dict[Any, Any]] = field(default_factory=dict)


class State:
    """Every storage item of the chain, the block being made, and the blocks before it.

    Before the first commit the state is genesis in the making and keeps no history.
    """

    def __init__(self, history_blocks: int = HISTORY_BLOCKS) -> None:
        self.history_blocks = history_blocks
        self.stores: dict[tuple[str, str], Store] = {}
        self.touched: list[Store] = []
        self.log: list[tuple[Store, Any, Any]] | None = None
        self.head = -1
        self.oldest = -1
        self.making: int | None = None
        self.edits = 0
        self._sweep: Iterator[None] = iter(())

    def add(self, pallet: str, item: str, arity: int, default: Any) -> Store:
        """The store of an item, made on first use; arity 0 is a plain value."""
        name = (pallet, item)
        if name not in self.stores:
            make = MapStore if arity else ValueStore
            self.stores[name] = make(self, pallet, item, arity, default)
        return self.stores[name]

    @property
    def in_block(self) -> bool:
        """Whether a block is being made, so that live values are ahead of the head."""
        return self.making is not None

    def begin_block(self, number: int) -> None:
        """Start a block on top of the head."""
        if self.making is not None or (self.head >= 0 and number != self.head + 1):
            raise ValueError(f"block {number} cannot follow {self.making or self.head}")
        self.making = number

    def commit_block(self) -> BlockChanges:
        """Finish the block: its changes become history that can be read and reverted."""
        if self.making is None:
            raise ValueError("no block is being made")
        number, self.making = self.making, None
        first = self.head < 0
        changes = self._collect(number, archive=not first)
        self.head = number
        if first:
            self.oldest = number
        else:
            self._prune()
        return changes

    def abort_block(self) -> None:
        """Drop everything the block in the making changed."""
        for store in self.touched:
            for key, old in store.dirty.items():
                store.restore(key, old)
            store.dirty = {}
        self.touched, self.making = [], None

    def _collect(self, block: int, *, archive: bool) -> BlockChanges:
        changes = BlockChanges(block)
        for store in self.touched:
            changed: dict[Any, Any] = {}
            keep = store.history.add
            for key, old, new in store.moved():
                changed[key] = new
                if archive:
                    keep(key, block, old)
            store.dirty = {}
            if changed:
                changes.items[store.pallet, store.item] = changed
        self.touched = []
        return changes

    @contextmanager
    def amend(self) -> Iterator[None]:
        """Change the head's state in place, outside any block; undone when the body raises.

        For development methods: history before the head keeps its values.
        """
        if self.making is not None:
            raise ValueError("a block is being made")
        try:
            yield
        except BaseException:
            self.abort_block()
            raise
        self._collect(self.head, archive=self.head > self.oldest)
        self.edits += 1

    def pending(self) -> dict[tuple[str, str], dict[Any, Any]]:
        """What was written since the head, as `BlockChanges.items` will hold it."""
        items = {}
        for store in self.touched:
            if changed := {key: new for key, _, new in store.moved()}:
                items[store.pallet, store.item] = changed
        return items

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Undo every write inside when the body raises."""
        outer = self.log
        log: list[tuple[Store, Any, Any]] = []
        self.log = log
        try:
            yield
        except BaseException:
            self.log = None
            for store, key, old in reversed(log):
                store.restore(key, old)
            self.log = outer
            raise
        self.log = outer
        if outer is not None:
            outer.extend(log)

    def check_kept(self, block: int) -> None:
        """Raise StateDiscardedError unless the block's state can be read."""
        if not self.oldest <= block <= self.head:
            raise StateDiscardedError(
                f"the state of block {block} is not kept",
                f"blocks {self.oldest} to {self.head} can be read",
            )

    def revert_to(self, block: int) -> None:
        """Make an earlier kept block the head again; later blocks are forgotten."""
        self.check_kept(block)
        if self.making is not None:
            self.abort_block()
        if block < self.head:
            for store in self.stores.values():
                for key in list(store.history):
                    store.step_back(key, block)
        self.head = block
        self.edits += 1

    def seal(self, block: int) -> None:
        """Declare what is stored now to be the state after `block`, without history."""
        for store in self.touched:
            store.dirty = {}
        for store in self.stores.values():
            store.forget_all()
        self.touched, self.making = [], None
        self.head = self.oldest = block
        self.edits += 1

    def apply(self, changes: BlockChanges) -> None:
        """Replay a block's changes on top of the head, as commit_block would have made them."""
        self.begin_block(changes.block)
        for name, keys in changes.items.items():
            store = self.stores[name]
            for key, value in keys.items():
                store.write(key, value)
        self.commit_block()

    def _prune(self) -> None:
        """Let go of old blocks; what is kept of them is dropped bit by bit, over many blocks."""
        self.oldest = max(self.oldest, self.head - self.history_blocks)
        if self.oldest == 0:
            return
        share = sum(len(store.history) for store in self.stores.values()) // _PRUNE_EVERY
        for _ in range(share + 1):
            if next(self._sweep, self) is self:
                self._sweep = self._forget_old()

    def _forget_old(self) -> Iterator[None]:
        for store in tuple(self.stores.values()):
            for key in list(store.history):
                store.forget(key, self.oldest)
                yield

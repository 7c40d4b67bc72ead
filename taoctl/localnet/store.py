"""Stores: the values of one storage item now, and as they were after earlier blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from taoctl.errors import TaoctlError
from taoctl.localnet.history import ABSENT, Form, History, Packed, history_of

if TYPE_CHECKING:
    from taoctl.localnet.state import State


class ReadOnlyStateError(TaoctlError):
    """Something tried to change the state of a past block."""


class Store:
    """The values of one storage item. `data` may be read directly; writes go through methods.

    `heads` lists the keys of double and triple maps by their first value, `gone` those that were
    removed and may still show in a past block. `dirty` holds what the block in the making changed,
    as it was before.
    """

    __slots__ = (
        "arity",
        "data",
        "default",
        "dirty",
        "form",
        "gone",
        "heads",
        "history",
        "item",
        "keyset",
        "pallet",
        "state",
    )

    def __init__(self, state: State, pallet: str, item: str, arity: int, default: Any) -> None:
        self.state, self.pallet, self.item = state, pallet, item
        self.arity, self.default = arity, default
        self.data: dict[Any, Any] = {}
        self.dirty: dict[Any, Any] = {}
        self.form: Form | None = None
        self.history: History[Any] = history_of(None)
        self.heads: dict[Any, dict[Any, None]] = {}
        self.gone: dict[Any, dict[Any, None]] = {}
        self.keyset = 0

    def keep_as(self, form: Form) -> None:
        """Say how earlier values are kept, before there are any."""
        self.form = form
        self.forget_all()

    def forget_all(self) -> None:
        """Drop all history."""
        self.history, self.gone = history_of(self.form), {}

    def write(self, key: Any, value: Any) -> None:
        """Set the value of a key (ABSENT removes it), remembering the old one."""
        data, dirty = self.data, self.dirty
        old = data.get(key, ABSENT)
        if key not in dirty:
            if not dirty:
                self.state.touched.append(self)
            dirty[key] = old
        log = self.state.log
        if log is not None:
            log.append((self, key, old))
        if value is ABSENT or old is ABSENT:
            self._set(key, value)
        else:
            data[key] = value

    def _set(self, key: Any, value: Any) -> None:
        if value is ABSENT:
            if key not in self.data:
                return
            del self.data[key]
            if self.arity > 1:
                self._unlist(key)
        else:
            if self.arity > 1 and key not in self.data:
                self.heads.setdefault(key[0], {})[key] = None
            self.data[key] = value
        self.keyset += 1

    def _unlist(self, key: Any) -> None:
        tails = self.heads[key[0]]
        del tails[key]
        if not tails:
            del self.heads[key[0]]
        self.gone.setdefault(key[0], {})[key] = None

    def moved(self) -> Iterator[tuple[Any, Any, Any]]:
        """(key, value at the head, value now) of what really changed since the head."""
        for key, old in self.dirty.items():
            new = self.data.get(key, ABSENT)
            if new is not old and new != old:
                yield key, old, new

    def restore(self, key: Any, old: Any) -> None:
        """Put an earlier value back without remembering anything."""
        if isinstance(old, Packed):
            old = self.unpacked(old)
        if old is ABSENT or key not in self.data:
            self._set(key, old)
        else:
            self.data[key] = old

    def unpacked(self, old: Packed) -> Any:
        """The plain value of an archived one."""
        if self.form is None:
            raise TypeError(f"{self.pallet}.{self.item} has no way to read archived values")
        return self.form.unpack(old.data)

    def step_back(self, key: Any, block: int) -> None:
        """Give a key the value that it held after a block, forgetting what came after."""
        old = self.history.back_to(key, block)
        if old is not None:
            self.restore(key, old)

    def forget(self, key: Any, block: int) -> None:
        """Drop what a key held before a block."""
        if self.history.forget(key, block) and self.arity > 1:
            gone = self.gone.get(key[0])
            if gone is not None:
                gone.pop(key, None)
                if not gone:
                    del self.gone[key[0]]

    def stored_at(self, key: Any, block: int) -> Any:
        """What a key held after a block: a value, Packed or ABSENT."""
        old = self.history.at(key, block)
        if old is not None:
            return old
        if key in self.dirty:
            return self.dirty[key]
        return self.data.get(key, ABSENT)

    def keys_at(self, block: int) -> Iterator[Any]:
        """The keys that held a value after a block."""
        moved = [k for k in (*self.history, *self.dirty) if k not in self.data]
        for key in dict.fromkeys((*self.data, *moved)):
            if self.stored_at(key, block) is not ABSENT:
                yield key


class ValueStore(Store):
    """A plain storage value."""

    __slots__ = ()

    def get(self) -> Any:
        """The stored value or the declared default."""
        return self.data.get((), self.default)

    def put(self, value: Any) -> None:
        """Store a value; None removes an optional one."""
        self.write((), ABSENT if value is None else value)

    def kill(self) -> None:
        """Remove the value."""
        self.write((), ABSENT)

    def exists(self) -> bool:
        """Whether a value is stored."""
        return () in self.data


class MapStore(Store):
    """A storage map. The key is the one key value, or a tuple for double and triple maps."""

    __slots__ = ()

    def get(self, key: Any, default: Any = ABSENT) -> Any:
        """The stored value, else `default` when given, else the declared default."""
        return self.data.get(key, self.default if default is ABSENT else default)

    def __getitem__(self, key: Any) -> Any:
        return self.data.get(key, self.default)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.write(key, ABSENT if value is None else value)

    def __delitem__(self, key: Any) -> None:
        self.write(key, ABSENT)

    def __contains__(self, key: Any) -> bool:
        return key in self.data

    def __len__(self) -> int:
        return len(self.data)

    def take(self, key: Any) -> Any:
        """Remove a key and return what it held, or the declared default."""
        value = self[key]
        if key in self:
            del self[key]
        return value

    def items(self) -> Iterator[tuple[Any, Any]]:
        """Every (key, value) as they are now; the map may be changed meanwhile."""
        return iter(list(self.data.items()))

    def keys(self) -> Iterator[Any]:
        """Every key as they are now; the map may be changed meanwhile."""
        return iter(list(self.data))

    def values(self) -> Iterator[Any]:
        """Every value as they are now."""
        return iter(list(self.data.values()))

    def prefix(self, *first: Any) -> Iterator[tuple[Any, Any]]:
        """(rest of the key, value) of every entry whose key starts with `first`.

        The rest is the one remaining key value, or a tuple of several.
        """
        return self._below(first, list(self.heads.get(first[0], ())))

    def _below(self, first: tuple[Any, ...], keys: list[Any]) -> Iterator[tuple[Any, Any]]:
        count = len(first)
        single = self.arity == count + 1
        for key in keys:
            if count == 1 or key[:count] == first:
                yield (key[count] if single else key[count:]), self[key]

    def clear(self, *first: Any) -> int:
        """Remove every entry whose key starts with `first`; returns how many."""
        if not first:
            keys = list(self.data)
        else:
            keys = [k for k in self.heads.get(first[0], ()) if k[: len(first)] == first]
        for key in keys:
            self.write(key, ABSENT)
        return len(keys)


class ValueView(ValueStore):
    """A plain storage value as it was after a block."""

    __slots__ = ("base", "block")

    def __init__(self, base: ValueStore, block: int) -> None:
        super().__init__(base.state, base.pallet, base.item, 0, base.default)
        self.base, self.block = base, block

    def get(self) -> Any:
        """The value after the block, or the declared default."""
        return _plain(self.base, (), self.block, self.default)

    def exists(self) -> bool:
        """Whether a value was stored."""
        return self.base.stored_at((), self.block) is not ABSENT

    def write(self, key: Any, value: Any) -> NoReturn:
        """Refuse: the past cannot be changed."""
        raise ReadOnlyStateError(f"{self.pallet}.{self.item} of a past block cannot be changed")


class MapView(MapStore):
    """A storage map as it was after a block."""

    __slots__ = ("base", "block")

    def __init__(self, base: MapStore, block: int) -> None:
        super().__init__(base.state, base.pallet, base.item, base.arity, base.default)
        self.base, self.block = base, block

    def get(self, key: Any, default: Any = ABSENT) -> Any:
        """The value after the block, else the default."""
        fallback = self.default if default is ABSENT else default
        return _plain(self.base, key, self.block, fallback)

    def __getitem__(self, key: Any) -> Any:
        return _plain(self.base, key, self.block, self.default)

    def __contains__(self, key: Any) -> bool:
        return self.base.stored_at(key, self.block) is not ABSENT

    def __len__(self) -> int:
        return sum(1 for _ in self.base.keys_at(self.block))

    def items(self) -> Iterator[tuple[Any, Any]]:
        """Every (key, value) after the block."""
        return ((key, self[key]) for key in self.base.keys_at(self.block))

    def keys(self) -> Iterator[Any]:
        """Every key that held a value."""
        return self.base.keys_at(self.block)

    def values(self) -> Iterator[Any]:
        """Every value after the block."""
        return (self[key] for key in self.base.keys_at(self.block))

    def prefix(self, *first: Any) -> Iterator[tuple[Any, Any]]:
        """(rest of the key, value) of every entry below `first`, as in MapStore."""
        base = self.base
        keys = dict.fromkeys((*base.heads.get(first[0], ()), *base.gone.get(first[0], ())))
        return self._below(first, [key for key in keys if key in self])

    def write(self, key: Any, value: Any) -> NoReturn:
        """Refuse: the past cannot be changed."""
        raise ReadOnlyStateError(f"{self.pallet}.{self.item} of a past block cannot be changed")


def _plain(base: Store, key: Any, block: int, default: Any) -> Any:
    value = base.stored_at(key, block)
    if value is ABSENT:
        return default
    return base.unpacked(value) if isinstance(value, Packed) else value

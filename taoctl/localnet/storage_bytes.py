"""Storage as a node's clients see it: hashed keys and SCALE values, made on request."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from typing import Any

from taoctl.errors import TaoctlError
from taoctl.localnet.declare import StorageMap, StorageValue
from taoctl.localnet.encoding import Encoding
from taoctl.localnet.history import ABSENT, Form, Packed
from taoctl.localnet.pallet import Pallet
from taoctl.localnet.scaletypes import fixed_size
from taoctl.localnet.state import BlockChanges, State
from taoctl.localnet.store import Store

_PREFIX = 32
_SORTED_CACHE = 64


class Item:
    """One storage item: its store, its place in key space and its caches."""

    def __init__(self, store: Store, item: StorageMap | StorageValue, encoding: Encoding) -> None:
        self.store, self.item, self.encoding = store, item, encoding
        self.prefix = encoding.codec.storage_prefix(store.pallet, store.item)
        self.key_types = [t for _, t in item.keys]
        self.encode = _as_is if item.as_bytes else encoding.encoder(item.value)
        self._raw: dict[Any, bytes] = {} if item.keys else {(): self.prefix}
        self._plain: dict[bytes, Any] = {} if item.keys else {self.prefix: ()}
        self._values: dict[Any, tuple[Any, bytes]] = {}

    def raw_keys(self, keys: Sequence[Any]) -> list[bytes]:
        """The full storage keys of plain keys."""
        raw = self._raw
        missing = [k for k in keys if k not in raw]
        if missing:
            params = [self._params(k) for k in missing]
            codec = self.encoding.codec
            found = codec.storage_keys(self.store.pallet, self.store.item, params)
            for key, data in zip(missing, found, strict=True):
                raw[key] = data
                self._plain[data] = key
        return [raw[k] for k in keys]

    def _params(self, key: Any) -> list[Any]:
        values = (key,) if len(self.key_types) == 1 else key
        out = []
        for type_, value in zip(self.key_types, values, strict=True):
            convert = type_.to_codec
            out.append(value if convert is None else convert(value))
        return out

    def plain_key(self, raw: bytes) -> Any:
        """The plain key of a full storage key, or ABSENT when it is not one of this item."""
        known = self._plain.get(raw, ABSENT)
        if known is not ABSENT:
            return known
        codec, store = self.encoding.codec, self.store
        try:
            values = codec.decode_key(store.pallet, store.item, raw)
            plain = [
                v if (convert := t.from_codec) is None else convert(v)
                for t, v in zip(self.key_types, values, strict=True)
            ]
            key = plain[0] if len(plain) == 1 else tuple(plain)
            if codec.storage_key(store.pallet, store.item, *self._params(key)) != raw:
                return ABSENT
        except (TaoctlError, ValueError, TypeError):
            return ABSENT
        return key

    def value_at(self, key: Any, block: int) -> bytes | None:
        """The stored bytes of a plain key after a block."""
        value = self.store.stored_at(key, block)
        if value is ABSENT:
            return None
        return value.data if isinstance(value, Packed) else self.bytes_of(key, value)

    def bytes_of(self, key: Any, value: Any) -> bytes:
        """SCALE bytes of a value of this item, remembered for the latest value of the key."""
        cached = self._values.get(key)
        if cached is not None and cached[0] is value:
            return cached[1]
        data = self.encode(value)
        if key in self.store.data:
            self._values[key] = (value, data)
        return data

    def value_from_bytes(self, data: bytes) -> Any:
        """The plain value of stored bytes; raises BadDataError."""
        return data if self.item.as_bytes else self.encoding.decode(self.item.value, data)


def _as_is(value: Any) -> bytes:
    return bytes(value)


class StorageBytes:
    """Every declared storage item of a runtime as bytes."""

    def __init__(self, state: State, pallets: Sequence[type[Pallet]], encoding: Encoding) -> None:
        self.state = state
        self.items: dict[tuple[str, str], Item] = {}
        for pallet in pallets:
            for name, declared in pallet.storage_items.items():
                self._add(pallet.name, name, declared, encoding)
        self._by_prefix = {item.prefix: item for item in self.items.values()}
        self._order = sorted(self._by_prefix)
        self._sorted: OrderedDict[tuple[bytes, int, int], list[bytes]] = OrderedDict()

    def _add(
        self, pallet: str, name: str, declared: StorageMap | StorageValue, encoding: Encoding
    ) -> None:
        default = declared.default
        if declared.as_bytes and not declared.optional:
            default = encoding.encode(declared.value, declared.declared)
        store = self.state.add(pallet, name, len(declared.keys), default)
        if not declared.as_bytes:
            value = declared.value
            decode = partial(encoding.decode, value)
            store.keep_as(Form(encoding.encoder(value), decode, fixed_size(value)))
        self.items[pallet, name] = Item(store, declared, encoding)

    def item_of(self, key: bytes) -> Item | None:
        """The item a full storage key belongs to."""
        return self._by_prefix.get(key[:_PREFIX])

    def read(self, key: bytes, block: int) -> bytes | None:
        """The bytes under a full storage key after a block, or None."""
        item = self.item_of(key)
        if item is None:
            return None
        plain = item.plain_key(key)
        return None if plain is ABSENT else item.value_at(plain, block)

    def keys(self, prefix: bytes, count: int, start: bytes | None, block: int) -> list[bytes]:
        """At most `count` keys with the prefix, sorted, after `start`."""
        found: list[bytes] = []
        for head in self._order:
            if not (head.startswith(prefix) or prefix.startswith(head)):
                continue
            keys = self._item_keys(self._by_prefix[head], block)
            low = bisect_right(keys, start) if start is not None else 0
            if len(prefix) > _PREFIX:
                low = max(low, bisect_left(keys, prefix))
            for key in keys[low:]:
                if not key.startswith(prefix):
                    break
                found.append(key)
                if len(found) >= count:
                    return found
        return found

    def _item_keys(self, item: Item, block: int) -> list[bytes]:
        store = item.store
        live = block == self.state.head and not self.state.in_block
        version = -store.keyset - 1 if live else block
        cache_key = (item.prefix, version, self.state.edits)
        known = self._sorted.get(cache_key)
        if known is None:
            plain = list(store.data) if live else list(store.keys_at(block))
            known = self._sorted[cache_key] = sorted(item.raw_keys(plain))
            while len(self._sorted) > _SORTED_CACHE:
                self._sorted.popitem(last=False)
        return known

    def changed(self, changes: BlockChanges) -> list[tuple[bytes, bytes | None]]:
        """The (full key, bytes or None when removed) pairs of a block's changes, sorted."""
        out: list[tuple[bytes, bytes | None]] = []
        for name, keys in changes.items.items():
            item = self.items[name]
            plain = list(keys)
            for key, raw in zip(plain, item.raw_keys(plain), strict=True):
                value = keys[key]
                out.append((raw, None if value is ABSENT else item.bytes_of(key, value)))
        out.sort(key=_first)
        return out

    def parse(self, block: int, pairs: Sequence[tuple[bytes, bytes | None]]) -> BlockChanges:
        """The reverse of `changed`; raises KeyError for a key of no declared item."""
        changes = BlockChanges(block)
        for raw, data in pairs:
            item = self.item_of(raw)
            key = ABSENT if item is None else item.plain_key(raw)
            if item is None or key is ABSENT:
                raise KeyError(raw.hex())
            value = ABSENT if data is None else item.value_from_bytes(data)
            name = (item.store.pallet, item.store.item)
            changes.items.setdefault(name, {})[key] = value
        return changes


def _first(pair: tuple[bytes, bytes | None]) -> bytes:
    return pair[0]

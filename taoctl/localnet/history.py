"""What a storage item held before: per key, the blocks that changed it and the old values' bytes.

A record is a word (block number, two flags) and the old value. Where all values of an item take
the same number of bytes the records of a key lie in one byte string, which takes a fifth of the
memory that Python values do; 2,000 blocks of 128 subnets change millions of values.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, Final, Generic, NamedTuple, TypeVar

_ABSENT, _DEFLATED, _FLAGS = 1, 2, 4
_DEFLATE_FROM = 1_024
_word = struct.Struct("<I")
_WORD = _word.size

P = TypeVar("P")


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final[Any] = _Absent()
"""Stands for "no value stored" in changes and history."""


class Packed(NamedTuple):
    """An earlier value as its SCALE bytes."""

    data: bytes


class Form(NamedTuple):
    """How values of an item become SCALE bytes and back; `size` when all take as many bytes."""

    pack: Callable[[Any], bytes]
    unpack: Callable[[bytes], Any]
    size: int | None = None

    def bytes_of(self, value: Any) -> bytes:
        """SCALE bytes of a plain value."""
        if self.size is not None and type(value) is int:  # little-endian, whatever it is wrapped in
            return value.to_bytes(self.size, "little", signed=value < 0)
        return self.pack(value)


class History(Generic[P]):
    """Earlier values of the keys of one item, each key's in a container of type P.

    Values are given and returned plain, as Packed, or as ABSENT.
    """

    __slots__ = ("_pasts",)

    def __init__(self) -> None:
        self._pasts: dict[Any, P] = {}

    def __iter__(self) -> Iterator[Any]:
        return iter(self._pasts)

    def __len__(self) -> int:
        return len(self._pasts)

    def records(self, key: Any) -> int:
        """How many earlier values of a key are kept."""
        past = self._pasts.get(key)
        return 0 if past is None else self._count(past)

    def add(self, key: Any, block: int, old: Any) -> None:
        """Keep what a key held before a block changed it, unless that is kept already."""
        past = self._pasts.get(key)
        if past is None:
            past = self._pasts[key] = self._make()
        elif self._word(past, self._count(past) - 1) // _FLAGS == block:
            return
        self._append(past, block * _FLAGS, old)

    def at(self, key: Any, block: int) -> Any:
        """What a key held after a block, or None when no later block changed it."""
        past = self._pasts.get(key)
        if past is None:
            return None
        place = self._after(past, block)
        return None if place == self._count(past) else self._old(past, place)

    def back_to(self, key: Any, block: int) -> Any:
        """As `at`, forgetting what came after the block."""
        past = self._pasts[key]
        place = self._after(past, block)
        if place == self._count(past):
            return None
        old = self._old(past, place)
        self._keep(past, 0, place)
        if place == 0:
            del self._pasts[key]
        return old

    def forget(self, key: Any, block: int) -> bool:
        """Drop what a key held before a block; returns whether nothing is kept of it any more."""
        past = self._pasts.get(key)
        if past is None:
            return False
        place, count = self._after(past, block), self._count(past)
        if place == count:
            del self._pasts[key]
            return True
        if place:
            self._keep(past, place, count)
        return False

    def _make(self) -> P:
        raise NotImplementedError

    def _count(self, past: P) -> int:
        raise NotImplementedError

    def _word(self, past: P, place: int) -> int:
        raise NotImplementedError

    def _after(self, past: P, block: int) -> int:
        """The place of the first record of a block after this one."""
        raise NotImplementedError

    def _append(self, past: P, word: int, old: Any) -> None:
        raise NotImplementedError

    def _old(self, past: P, place: int) -> Any:
        raise NotImplementedError

    def _keep(self, past: P, start: int, end: int) -> None:
        raise NotImplementedError


class FixedHistory(History[bytearray]):
    """For values that take the same number of bytes."""

    __slots__ = ("_form", "_stride")

    def __init__(self, form: Form, size: int) -> None:
        super().__init__()
        self._form, self._stride = form, _WORD + size

    def add(self, key: Any, block: int, old: Any) -> None:
        """As in any history; the commonest case, a natural number, in as few steps as can be."""
        past, stride = self._pasts.get(key), self._stride
        if past is None:
            past = self._pasts[key] = bytearray()
        elif _word.unpack_from(past, len(past) - stride)[0] // _FLAGS == block:
            return
        if type(old) is int and old >= 0:
            past += (old << 8 * _WORD | block * _FLAGS).to_bytes(stride, "little")
        else:
            self._append(past, block * _FLAGS, old)

    def _make(self) -> bytearray:
        return bytearray()

    def _count(self, past: bytearray) -> int:
        return len(past) // self._stride

    def _word(self, past: bytearray, place: int) -> int:
        word: int = _word.unpack_from(past, place * self._stride)[0]
        return word

    def _after(self, past: bytearray, block: int) -> int:
        limit, stride = (block + 1) * _FLAGS, self._stride
        low, high = 0, len(past) // stride
        while low < high:
            middle = (low + high) // 2
            if _word.unpack_from(past, middle * stride)[0] < limit:
                low = middle + 1
            else:
                high = middle
        return low

    def _append(self, past: bytearray, word: int, old: Any) -> None:
        if old is ABSENT:
            past += _word.pack(word + _ABSENT)
            past += bytes(self._stride - _WORD)
            return
        data = self._form.bytes_of(old)
        if len(data) != self._stride - _WORD:
            raise ValueError(f"{old!r} takes {len(data)} bytes instead of {self._stride - _WORD}")
        past += _word.pack(word)
        past += data

    def _old(self, past: bytearray, place: int) -> Any:
        start = place * self._stride
        if self._word(past, place) & _ABSENT:
            return ABSENT
        return Packed(bytes(past[start + _WORD : start + self._stride]))

    def _keep(self, past: bytearray, start: int, end: int) -> None:
        del past[end * self._stride :]
        del past[: start * self._stride]


class Records:
    """Words and old values of one key, side by side."""

    __slots__ = ("olds", "words")

    def __init__(self) -> None:
        self.words = array("I")
        self.olds: list[Any] = []


class LooseHistory(History[Records]):
    """For values of any length; without a form they are kept as they are."""

    __slots__ = ("_form",)

    def __init__(self, form: Form | None) -> None:
        super().__init__()
        self._form = form

    def _make(self) -> Records:
        return Records()

    def _count(self, past: Records) -> int:
        return len(past.words)

    def _word(self, past: Records, place: int) -> int:
        return past.words[place]

    def _after(self, past: Records, block: int) -> int:
        return bisect_right(past.words, block * _FLAGS + _FLAGS - 1)

    def _append(self, past: Records, word: int, old: Any) -> None:
        if old is ABSENT:
            past.words.append(word + _ABSENT)
            past.olds.append(None)
            return
        data = old if self._form is None else self._form.bytes_of(old)
        if type(data) is bytes and len(data) >= _DEFLATE_FROM:
            word, data = word + _DEFLATED, zlib.compress(data, 1)
        past.words.append(word)
        past.olds.append(data)

    def _old(self, past: Records, place: int) -> Any:
        word, data = past.words[place], past.olds[place]
        if word & _ABSENT:
            return ABSENT
        if word & _DEFLATED:
            data = zlib.decompress(data)
        return data if self._form is None else Packed(data)

    def _keep(self, past: Records, start: int, end: int) -> None:
        past.words = past.words[start:end]
        past.olds = past.olds[start:end]


def history_of(form: Form | None) -> History[Any]:
    """An empty history for values of a form, or for values to be kept as they are."""
    if form is not None and form.size is not None:
        return FixedHistory(form, form.size)
    return LooseHistory(form)

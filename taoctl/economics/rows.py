"""Storage rows of (uid, u16) pairs as dense arrays, keeping which entries exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import itemgetter
from typing import Self, cast

import numpy as np
import numpy.typing as npt

from taoctl.economics.epoch import PairRow
from taoctl.errors import BadDataError

U16_MAX = 65_535

_UID, _SHARE = itemgetter(0), itemgetter(1)

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PairRows:
    """Rows by columns: `values` (u16, 0 where absent) and `present`.

    `shuffled` holds the uids, in stored order, of the rows that are not in ascending uid order.
    """

    values: npt.NDArray[np.int64]
    present: Mask
    shuffled: dict[int, list[int]]

    @classmethod
    def read(cls, rows: Sequence[PairRow], columns: int) -> Self:
        """Lay out rows; uids outside `columns` are dropped.

        Raises BadDataError when a row repeats a uid or holds a number outside u16.
        """
        flat, lengths = _flattened(rows)
        row = np.repeat(np.arange(len(rows)), lengths)
        column, value = flat[0::2], flat[1::2]
        if flat.size and (flat.min() < 0 or flat.max() > U16_MAX):
            raise BadDataError("a weight or bond row holds a number outside u16")
        if column.size and column.max() >= columns:
            inside = column < columns
            row, column, value = row[inside], column[inside], value[inside]
        values = np.zeros((len(rows), columns), dtype=np.int64)
        present = np.zeros((len(rows), columns), dtype=bool)
        values[row, column] = value
        present[row, column] = True
        if np.count_nonzero(present) != column.size:
            raise BadDataError("a weight or bond row names a uid twice")
        descents = (row[1:] == row[:-1]) & (column[1:] < column[:-1])
        unsorted = np.unique(row[1:][descents]).tolist()
        return cls(values, present, {index: column[row == index].tolist() for index in unsorted})

    def keep(self, kept: Mask) -> Self:
        """The same rows with only the entries that `kept` (broadcast to their shape) allows."""
        present = self.present & kept
        return replace(self, values=np.where(present, self.values, 0), present=present)

    def met_ascending(self) -> Mask:
        """The entries that a walk in ascending uid order meets.

        The walk never goes back: an entry stored behind a higher uid is not met.
        """
        if not self.shuffled:
            return self.present
        met = self.present.copy()
        for index, uids in self.shuffled.items():
            highest = -1
            for uid in uids:
                if self.present[index, uid]:
                    met[index, uid] = uid > highest
                    highest = max(highest, uid)
        return met

    def stored_order(self, index: int, held: Mask) -> npt.NDArray[np.int64]:
        """Uids of one shuffled row, in stored order, that `held` (per uid) contains."""
        uids = np.array(self.shuffled[index], dtype=np.int64)
        kept: npt.NDArray[np.int64] = uids[held[uids]]
        return kept


def _flattened(rows: Sequence[PairRow]) -> tuple[npt.NDArray[np.int64], list[int]]:
    """All numbers of all rows one after another, and the pairs per row."""
    if any(isinstance(row, bytes) for row in rows):
        packed = [row if isinstance(row, bytes) else b"" for row in rows]
        if any(row and not isinstance(row, bytes) for row in rows):
            raise BadDataError("rows of weights or bonds mix pairs and bytes")
        flat = np.frombuffer(b"".join(packed), dtype="<u2").astype(np.int64)
        return flat, [len(row) // 4 for row in packed]
    pairs = list(chain.from_iterable(cast("Sequence[Sequence[Sequence[int]]]", rows)))
    flat = np.empty(2 * len(pairs), dtype=np.int64)
    flat[0::2] = np.fromiter(map(_UID, pairs), dtype=np.int64, count=len(pairs))
    flat[1::2] = np.fromiter(map(_SHARE, pairs), dtype=np.int64, count=len(pairs))
    return flat, [len(row) for row in rows]

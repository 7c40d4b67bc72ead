"""The earnings of one chain: the course that is shown, and the store that keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from taoctl.errors import TaoctlError
from taoctl.history.series import EarningsPoint, EarningsSeries
from taoctl.history.store import EarningsSample, Store


class Earnings:
    """Samples in memory; with a file also those of earlier days, and new ones go there."""

    def __init__(self, genesis: str) -> None:
        self._series = EarningsSeries(genesis)
        self._genesis = genesis
        self._store: Store | None = None

    def points(self) -> tuple[EarningsPoint, ...]:
        """The course so far, one point an epoch."""
        return self._series.points()

    async def open(self, path: Path) -> None:
        """Keep samples in a file, and take those that are there; raises TaoctlError."""
        self._store = await Store.open(path)
        self._series.add(await self._store.samples(self._genesis))

    def add(self, samples: Iterable[EarningsSample]) -> tuple[EarningsSample, ...]:
        """Take samples in; returns those that `keep` is to be given."""
        new = self._series.add(samples)
        return new if self._store is not None else ()

    async def keep(self, samples: tuple[EarningsSample, ...]) -> None:
        """Write samples to the file; with the first that fails none are kept any more.

        Raises:
            TaoctlError: they could not be written.
        """
        if self._store is None:
            return
        try:
            await self._store.record(samples)
        except TaoctlError:
            self._store = None
            raise

    async def close(self) -> None:
        """Let go of the file."""
        store, self._store = self._store, None
        if store is not None:
            await store.close()

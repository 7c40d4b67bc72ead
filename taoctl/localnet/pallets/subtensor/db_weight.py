"""What reads and writes of storage add to the weight of a call that counts them as it goes."""

from __future__ import annotations

from dataclasses import dataclass

READ = 25_000_000
"""Ref time of one read of storage."""
WRITE = 100_000_000
"""Ref time of one write to storage."""


@dataclass(slots=True)
class Tally:
    """Reads and writes so far."""

    reads: int = 0
    writes: int = 0

    def add(self, reads: int, writes: int = 0) -> None:
        """Count some more."""
        self.reads += reads
        self.writes += writes

    @property
    def ref_time(self) -> int:
        """Their weight."""
        return self.reads * READ + self.writes * WRITE

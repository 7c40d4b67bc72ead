"""What the header knows about the chain: one frozen value, replaced on every head."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from taoctl.chain.status import LinkStatus


@dataclass(frozen=True, slots=True)
class Pulse:
    """The connection and its newest block.

    `name` is what to call the chain once it is known.
    `seen_at` is `time.monotonic()` when the block came; `interval` the usual seconds between two
    blocks as seen here, None before the second one.
    """

    network: str
    name: str | None = None
    simulated: bool = False
    block: int | None = None
    finalized: int | None = None
    spec_version: int | None = None
    seen_at: float | None = None
    interval: float | None = None
    link: LinkStatus | None = None
    problem: str | None = None

    @property
    def live(self) -> bool:
        """Whether blocks can be expected to come."""
        return self.problem is None and self.link is not None and self.link.live

    @property
    def finality_lag(self) -> int | None:
        """Blocks between the newest block and the newest final one."""
        if self.block is None or self.finalized is None:
            return None
        return max(0, self.block - self.finalized)

    def with_block(self, block: int, at: float) -> Self:
        """The pulse after a new block; the usual interval follows slowly."""
        interval = self.interval
        if self.seen_at is not None and self.block is not None and block > self.block:
            each = (at - self.seen_at) / (block - self.block)
            interval = each if interval is None else interval * 0.8 + each * 0.2
        return replace(self, block=block, seen_at=at, interval=interval)

    def lateness(self, now: float) -> float:
        """Age of the newest block in usual intervals; 0 while either is not known."""
        if self.seen_at is None or self.interval is None:
            return 0.0
        return (now - self.seen_at) / max(1.0, self.interval)

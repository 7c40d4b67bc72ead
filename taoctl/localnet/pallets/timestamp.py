"""Timestamp: the time that a block says it was made at."""

from __future__ import annotations

from taoctl.localnet.dispatch_error import Other
from taoctl.localnet.frame import (
    MANDATORY,
    Constant,
    Origin,
    Pallet,
    StorageValue,
    call,
    ensure_none,
)
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import Compact, bool_, u64


class Timestamp(Pallet):
    """The time of the block, in milliseconds since 1970, set by an inherent."""

    name = "Timestamp"
    index = 2
    crate = "pallet_timestamp::pallet"

    Now = StorageValue(u64)
    DidUpdate = StorageValue(bool_)

    constants = [Constant("MinimumPeriod", u64, 6_000)]

    @call(
        0,
        args=[("now", Compact(u64), "T::Moment")],
        weight=8_000_000 + 2 * DB_READ + DB_WRITE,
        dispatch_class=MANDATORY,
    )
    def set(self, origin: Origin, now: int) -> None:
        """Set the block's time; once per block, and later than the block before.

        The chain's blocks may come faster than mainnet's minimum period, so only the order counts.
        """
        ensure_none(origin)
        if self.DidUpdate.get() or now <= self.Now.get():
            raise Other
        self.Now.put(now)
        self.DidUpdate.put(True)

    def on_finalize(self, number: int) -> None:
        """Allow the next block its own time."""
        self.DidUpdate.kill()

"""What became of a transaction, as `send` and `settle` say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.journal.record import Record, State
from taoctl.units import Alpha, Tao


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the chain did not do what was asked.

    Attributes:
        name: of the error as the chain says it, such as `SubtensorModule.NotEnoughBalanceToStake`
            or `Token.BelowMinimum`.
        docs: what the runtime says of it, None where it says nothing.
        where: the wrapper inside which it failed, such as `Proxy.proxy` or `Utility.batch call 2`,
            the first being 1; None for the transaction itself.
    """

    name: str
    docs: str | None = None
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a transaction, values as `Codec` decodes them."""

    pallet: str
    name: str
    values: Any

    def __str__(self) -> str:
        return f"{self.pallet}.{self.name}"


@dataclass(frozen=True, slots=True)
class Progress:
    """A step on the way, to be shown.

    Attributes:
        stage: `signing`, `sent`, `future`, `ready`, `in_block`, `retracted`, `finalized`,
            `lost`, `waiting` or another word of the node's pool.
        text: the same in words, with what the user may want to know.
        record_id: in the journal; None before it is written.
    """

    stage: str
    text: str
    record_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a transaction that was sent.

    Attributes:
        record: as it stands in the journal now.
        error: why it failed; None when it did not.
        events: its events; empty before it is in a block.
    """

    record: Record
    error: Failure | None = None
    events: tuple[Event, ...] = ()

    @property
    def state(self) -> State:
        """What is known of it."""
        return self.record.state

    @property
    def block(self) -> int | None:
        """Number of the block that has it."""
        return self.record.block

    @property
    def block_hash(self) -> str | None:
        """Hash of the block that has it."""
        return self.record.block_hash

    @property
    def index(self) -> int | None:
        """Place in that block."""
        return self.record.index

    @property
    def fee_paid(self) -> Tao | None:
        """What was paid in TAO, tip included; None where unknown."""
        return self.record.fee

    @property
    def fee_in_alpha(self) -> Alpha | None:
        """What was taken in place of TAO; None where that paid, or is not known."""
        return alpha_paid(self.events)


def alpha_paid(events: Sequence[Event]) -> Alpha | None:
    """The fee that events say was taken in alpha; None where none was."""
    for event in events:
        if str(event) == "SubtensorModule.TransactionFeePaidWithAlpha":
            rao = int(event.values["alpha_fee"])
            return Alpha(rao, int(event.values["netuid"])) if rao else None
    return None

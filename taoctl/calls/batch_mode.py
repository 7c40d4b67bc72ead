"""How a batch goes on when one of its calls fails; alone, so that help loads no codec."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

_SHOWN = 3


class BatchMode(StrEnum):
    """What a failing call does to the others, by the names of the `Utility` calls."""

    ALL = "batch_all"
    STOP = "batch"
    FORCE = "force_batch"

    @property
    def words(self) -> str:
        """The same for people."""
        return {"batch_all": "all or none", "batch": "until one fails"}.get(
            self.value, "each for itself"
        )

    def warning(self, what: str) -> str | None:
        """That some of it stays done when one fails; None where nothing does.

        Args:
            what: the batch is made of, such as `calls`.
        """
        if self is BatchMode.ALL:
            return None
        kept = "the others" if self is BatchMode.FORCE else f"the {what} before it"
        return f"with {self.value} {kept} stay done when one fails"


def first_of(summaries: Sequence[str]) -> str:
    """The first few of many things in a line, and how many more there are."""
    more = len(summaries) - _SHOWN
    rest = f"; and {more} more" if more > 0 else ""
    return "; ".join(summaries[:_SHOWN]) + rest

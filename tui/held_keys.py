"""The signers that the user unlocked: in memory, until they are locked again or nobody is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taoctl.wallet.signer import OpenedSigner

IDLE_SECONDS = 600.0
"""Without a key press for so long, the keys are locked."""


class HeldKeys:
    """Unlocked signers by address; `overdue` once nobody has pressed a key for too long.

    Both clocks count, since the steady one may stand still while a computer sleeps, and the other
    one may be set back.

    Args:
        steady: seconds that never go back.
        wall: seconds that go on while the computer sleeps.
    """

    def __init__(
        self,
        steady: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._clocks = (steady, wall)
        self._signers: dict[str, OpenedSigner] = {}
        self._touched = self._now()

    def __len__(self) -> int:
        return len(self._signers)

    def __contains__(self, ss58: str) -> bool:
        return ss58 in self._signers

    def add(self, signer: OpenedSigner) -> None:
        """Hold a signer."""
        self._signers[signer.ss58] = signer
        self.touch()

    def get(self, ss58: str) -> OpenedSigner | None:
        """The signer of an address, None while it is locked."""
        return self._signers.get(ss58)

    def drop(self) -> int:
        """Let go of all signers; returns how many there were."""
        count = len(self._signers)
        self._signers.clear()
        return count

    def touch(self) -> None:
        """Somebody is there."""
        self._touched = self._now()

    @property
    def overdue(self) -> bool:
        """Whether keys are held and nobody was there for too long."""
        idle = (now - then for now, then in zip(self._now(), self._touched, strict=True))
        return bool(self._signers) and max(idle) >= IDLE_SECONDS

    def _now(self) -> tuple[float, float]:
        steady, wall = self._clocks
        return steady(), wall()

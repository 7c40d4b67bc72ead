"""How often something may be done: the chain's notes of when it was done last."""

from __future__ import annotations

from enum import IntEnum

from taoctl.localnet.pallets.subtensor.locks import Locks


class Kind(IntEnum):
    """Kinds of transactions with a limit per hotkey and subnet, by the chain's numbers."""

    SET_CHILDREN = 0
    SET_CHILDKEY_TAKE = 1


class RateLimits(Locks):
    """Limits per hotkey and subnet; a first time is never too early."""

    def passes_limit(self, kind: Kind, hotkey: str, netuid: int, limit: int) -> bool:
        """Whether `limit` blocks have passed since it was done last."""
        last = self.TransactionKeyLastBlock[hotkey, netuid, int(kind)]
        return bool(last == 0 or self.rt.block_number - last >= limit)

    def note_transaction(self, kind: Kind, hotkey: str, netuid: int) -> None:
        """Note that it was done in this block."""
        self.TransactionKeyLastBlock[hotkey, netuid, int(kind)] = self.rt.block_number

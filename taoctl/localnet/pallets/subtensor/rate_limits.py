"""How often something may be done: the chain's notes of when it was done last."""

from __future__ import annotations

from enum import IntEnum

from taoctl.localnet.pallets.subtensor.locks import Locks
from taoctl.localnet.scaletypes import variant
from taoctl.units import U16_MAX


class Kind(IntEnum):
    """Kinds of transactions with a limit per hotkey and subnet, by the chain's numbers."""

    SET_CHILDREN = 0
    SET_CHILDKEY_TAKE = 1
    SET_WEIGHTS_VERSION_KEY = 4
    MECHANISM_COUNT_UPDATE = 7
    MECHANISM_EMISSION = 8
    MAX_UIDS_TRIMMING = 9
    TEMPO_UPDATE = 11


class RateLimits(Locks):
    """Limits per hotkey and subnet; a first time is never too early."""

    def passes_limit(self, kind: Kind, hotkey: str, netuid: int, limit: int) -> bool:
        """Whether `limit` blocks have passed since it was done last."""
        last = self.TransactionKeyLastBlock[hotkey, netuid, int(kind)]
        return bool(last == 0 or self.rt.block_number - last >= limit)

    def note_transaction(self, kind: Kind, hotkey: str, netuid: int) -> None:
        """Note that it was done in this block."""
        self.TransactionKeyLastBlock[hotkey, netuid, int(kind)] = self.rt.block_number

    def creates_network_too_soon(self) -> bool:
        """Whether anybody has created a subnet within NetworkRateLimit blocks."""
        last = self.LastRateLimitedBlock["NetworkLastRegistered"]
        return bool(last and self.rt.block_number - last < self.NetworkRateLimit.get())

    def sends_too_soon(self, coldkey: str) -> bool:
        """Whether a coldkey has swapped a key within TxRateLimit blocks."""
        limit = self.TxRateLimit.get()
        last = self.LastRateLimitedBlock[variant("LastTxBlock", coldkey)]
        return bool(limit and last and self.rt.block_number - last <= limit)

    def note_sent(self, account: str) -> None:
        """Note that a coldkey swapped a key in this block."""
        self.LastRateLimitedBlock[variant("LastTxBlock", account)] = self.rt.block_number

    def drop_old_swaps(self, number: int) -> None:
        """Forget the swaps of hotkeys that delay none any more, of few subnets in each block."""
        interval: int = self.constant("HotkeySwapOnSubnetInterval")
        for netuid in range(number % interval, U16_MAX + 1, interval):
            if netuid not in self.NetworksAdded:
                continue
            for coldkey, block in list(self.LastHotkeySwapOnNetuid.prefix(netuid)):
                if block + interval < number:
                    del self.LastHotkeySwapOnNetuid[netuid, coldkey]

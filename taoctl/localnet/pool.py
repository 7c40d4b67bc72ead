"""The transaction pool: extrinsics that wait for a block, ready or waiting for an earlier nonce."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from taoctl.localnet.extrinsic import Extrinsic
from taoctl.localnet.rpc.registry import RpcError

Watcher = Callable[[Any], None]
"""Gets each status of an extrinsic in the JSON form of `author_extrinsicUpdate`."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many extrinsics, and how many bytes of them, a queue holds."""

    count: int
    size: int

    def exceeded(self, queue: Queue) -> bool:
        """Whether a queue holds more."""
        return queue.count > self.count or queue.size > self.size


@dataclass(slots=True)
class Queue:
    """What one of the two queues holds now."""

    count: int = 0
    size: int = 0


READY_LIMIT = Limit(8192, 20 * 1024 * 1024)
FUTURE_LIMIT = Limit(819, 2 * 1024 * 1024)
"""The limits that a node has unless told otherwise."""
BAN_SECONDS = 30 * 60
"""How long an extrinsic that was included, or turned out invalid, is not taken again."""


@dataclass(slots=True)
class Entry:
    """A valid extrinsic in the pool. `valid_until` is the block at which its era is over."""

    extrinsic: Extrinsic
    signer: str
    nonce: int
    priority: int
    valid_until: int | None
    order: int = 0
    ready: bool = False
    watchers: list[Watcher] = field(default_factory=list)

    @property
    def hash(self) -> bytes:
        """The extrinsic's hash."""
        return self.extrinsic.hash

    def tell(self, status: Any) -> None:
        """Send a status to everyone who watches this extrinsic."""
        for watcher in tuple(self.watchers):
            watcher(status)


class Pool:
    """Extrinsics by sender and nonce.

    Args:
        nonce_of: the next nonce of an account at the head of the chain.
    """

    def __init__(self, nonce_of: Callable[[str], int]) -> None:
        self._nonce_of = nonce_of
        self._senders: dict[str, dict[int, Entry]] = {}
        self._by_hash: dict[bytes, Entry] = {}
        self._banned: dict[bytes, float] = {}
        self._order = itertools.count()
        self._ready, self._future = Queue(), Queue()

    def __len__(self) -> int:
        return len(self._by_hash)

    @property
    def counts(self) -> tuple[int, int]:
        """(ready, future) extrinsics."""
        return self._ready.count, self._future.count

    def check_new(self, extrinsic_hash: bytes) -> None:
        """Raise RpcError 1012 or 1013 for an extrinsic that is banned or already here."""
        banned = self._banned.get(extrinsic_hash)
        if banned is not None:
            if banned > time.monotonic():
                raise RpcError(1012, "Transaction is temporarily banned")
            del self._banned[extrinsic_hash]
        if extrinsic_hash in self._by_hash:
            raise RpcError(1013, "Transaction Already Imported")

    def add(self, entry: Entry) -> None:
        """Take in a validated extrinsic.

        Raises:
            RpcError: 1014 when its nonce is taken by one of equal or higher priority, 1016 when
                the pool is full of better ones.
        """
        own = self._senders.setdefault(entry.signer, {})
        old = own.get(entry.nonce)
        if old is not None:
            if entry.priority <= old.priority:
                raise RpcError(
                    1014,
                    f"Priority is too low: ({old.priority} vs {entry.priority})",
                    "The transaction has too low priority to replace another transaction "
                    "already in the pool.",
                )
            old.tell({"usurped": "0x" + entry.hash.hex()})
            self._remove(old)
            own = self._senders.setdefault(entry.signer, {})
        entry.order = next(self._order)
        own[entry.nonce] = entry
        self._by_hash[entry.hash] = entry
        self._count(entry, 1)
        self._sort_out(entry.signer)
        if not entry.ready:
            entry.tell("future")
        self._enforce_limits()
        if self._by_hash.get(entry.hash) is not entry:
            raise RpcError(
                1016,
                "Immediately Dropped",
                "The transaction couldn't enter the pool because of the limit",
            )

    def get(self, extrinsic_hash: bytes) -> Entry | None:
        """The waiting extrinsic of that hash."""
        return self._by_hash.get(extrinsic_hash)

    def ready(self) -> Iterator[Entry]:
        """Ready extrinsics in the order a block takes them: priority, arrival, nonces in turn."""
        heap: list[tuple[int, int, str, int]] = []
        for signer, own in self._senders.items():
            self._offer(heap, own, signer, self._nonce_of(signer))
        while heap:
            _, _, signer, nonce = heapq.heappop(heap)
            own = self._senders.get(signer, {})
            entry = own.get(nonce)
            if entry is None:
                continue
            yield entry
            self._offer(heap, self._senders.get(signer, own), signer, nonce + 1)

    @staticmethod
    def _offer(
        heap: list[tuple[int, int, str, int]], own: dict[int, Entry], signer: str, nonce: int
    ) -> None:
        entry = own.get(nonce)
        if entry is not None:
            heapq.heappush(heap, (-entry.priority, entry.order, signer, nonce))

    def pending(self) -> list[Entry]:
        """Ready extrinsics, as `author_pendingExtrinsics` lists them."""
        return [entry for entry in self._by_hash.values() if entry.ready]

    def next_nonce(self, signer: str) -> int:
        """The nonce after those of the account that are ready to be included."""
        nonce = self._nonce_of(signer)
        own = self._senders.get(signer, {})
        while nonce in own:
            nonce += 1
        return nonce

    def included(self, entry: Entry) -> None:
        """Forget an extrinsic that a block took; it is not taken a second time."""
        self._remove(entry)
        self.ban(entry.hash)

    def drop(self, entry: Entry, status: str = "invalid") -> None:
        """Throw out an extrinsic that cannot be included any more."""
        self._remove(entry)
        self.ban(entry.hash)
        entry.tell(status)
        self._sort_out(entry.signer)

    def remove(self, extrinsic_hash: bytes) -> list[Entry]:
        """Throw out an extrinsic and the ready ones that follow from it; returns what went."""
        entry = self._by_hash.get(extrinsic_hash)
        if entry is None:
            self.ban(extrinsic_hash)
            return []
        return self._remove_with_followers(entry, "invalid")

    def _enforce_limits(self) -> None:
        """While a queue holds too much, drop its worst: the lowest priority, then the oldest.

        What follows from a dropped extrinsic goes with it.
        """
        while READY_LIMIT.exceeded(self._ready):
            ready = (entry for entry in self._by_hash.values() if entry.ready)
            worst = min(ready, key=lambda entry: (entry.priority, entry.order))
            self._remove_with_followers(worst, "dropped")
        while FUTURE_LIMIT.exceeded(self._future):
            future = (entry for entry in self._by_hash.values() if not entry.ready)
            self._remove_with_followers(min(future, key=lambda entry: entry.order), "dropped")

    def _remove_with_followers(self, entry: Entry, status: str) -> list[Entry]:
        own = self._senders[entry.signer]
        gone = [entry]
        if entry.ready:
            gone += [own[n] for n in sorted(own) if n > entry.nonce and own[n].ready]
        for one in gone:
            self._remove(one)
            self.ban(one.hash)
            one.tell(status)
        self._sort_out(entry.signer)
        return gone

    def ban(self, extrinsic_hash: bytes) -> None:
        """Refuse this extrinsic for a while."""
        now = time.monotonic()
        if len(self._banned) > 4 * READY_LIMIT.count:
            self._banned = {h: until for h, until in self._banned.items() if until > now}
        self._banned[extrinsic_hash] = now + BAN_SECONDS

    def unban(self, extrinsic_hash: bytes) -> None:
        """Take this extrinsic again, for one whose block was retracted."""
        self._banned.pop(extrinsic_hash, None)

    def refresh(self, block: int) -> None:
        """After a new head: throw out what is outdated or expired, promote what became ready."""
        for signer in tuple(self._senders):
            nonce = self._nonce_of(signer)
            for entry in tuple(self._senders.get(signer, {}).values()):
                over = entry.valid_until is not None and entry.valid_until <= block + 1
                if over or entry.nonce < nonce:
                    self.drop(entry)
            self._sort_out(signer)

    def _sort_out(self, signer: str) -> None:
        """Tell apart what is ready and what waits for an earlier nonce."""
        own = self._senders.get(signer, {})
        end = self.next_nonce(signer)
        moved = [nonce for nonce, entry in own.items() if entry.ready is not (nonce < end)]
        for nonce in sorted(moved):
            entry, ready = own[nonce], nonce < end
            self._count(entry, -1)
            entry.ready = ready
            self._count(entry, 1)
            entry.tell("ready" if ready else "future")

    def _remove(self, entry: Entry) -> None:
        own = self._senders.get(entry.signer, {})
        if own.get(entry.nonce) is not entry:
            return
        del own[entry.nonce]
        del self._by_hash[entry.hash]
        self._count(entry, -1)
        if not own:
            del self._senders[entry.signer]

    def _count(self, entry: Entry, step: int) -> None:
        queue = self._ready if entry.ready else self._future
        queue.count += step
        queue.size += step * entry.extrinsic.length

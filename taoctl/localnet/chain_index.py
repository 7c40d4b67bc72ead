"""Which blocks the chain has: hashes by number, numbers by hash, and the blocks themselves."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from taoctl.localnet.block import Block

_KEPT = 2_500
_RETRACTED_KEPT = 256


class ChainIndex:
    """The chain from genesis to the best block.

    Args:
        hashes: of every block so far, by number.
        load: reads an old block by number; None when all blocks stay in memory.
        first: block 0, needed in memory when there is no `load`.
    """

    def __init__(
        self, hashes: Sequence[bytes], load: Callable[[int], Block] | None, first: Block | None
    ) -> None:
        self._hashes = list(hashes)
        self._numbers = {digest: number for number, digest in enumerate(self._hashes)}
        self._load = load
        self._recent: OrderedDict[int, Block] = OrderedDict()
        self._retracted: OrderedDict[bytes, Block] = OrderedDict()
        if first is not None:
            self._remember(first)

    @property
    def best(self) -> int:
        """Number of the last block."""
        return len(self._hashes) - 1

    def hash_of(self, number: int) -> bytes | None:
        """The hash of a block by number, or None."""
        return self._hashes[number] if 0 <= number < len(self._hashes) else None

    def number_of(self, block_hash: bytes) -> int | None:
        """The number of a block by hash, or None when the chain has no such block."""
        return self._numbers.get(block_hash)

    def block(self, number: int) -> Block:
        """A block of the chain; raises IndexError when there is none of that number."""
        if not 0 <= number < len(self._hashes):
            raise IndexError(number)
        block = self._recent.get(number)
        if block is None:
            assert self._load is not None
            block = self._remember(self._load(number))
        return block

    def by_hash(self, block_hash: bytes) -> Block | None:
        """A block of the chain, or one that it took back lately; None for any other hash."""
        number = self._numbers.get(block_hash)
        return self._retracted.get(block_hash) if number is None else self.block(number)

    def append(self, block: Block) -> None:
        """Add the next block."""
        if block.number != len(self._hashes):
            raise ValueError(f"block {block.number} cannot follow {len(self._hashes) - 1}")
        self._hashes.append(block.hash)
        self._numbers[block.hash] = block.number
        self._remember(block)

    def revert_to(self, number: int) -> list[Block]:
        """Take back every block after a number; returns them, the first one first.

        The last of them can still be had by hash, as on a node, which keeps the blocks of a fork.
        """
        gone = [self.block(n) for n in range(number + 1, len(self._hashes))]
        for block in gone:
            del self._numbers[block.hash]
            self._recent.pop(block.number, None)
            self._retracted[block.hash] = block
        while len(self._retracted) > _RETRACTED_KEPT:
            self._retracted.popitem(last=False)
        del self._hashes[number + 1 :]
        return gone

    def _remember(self, block: Block) -> Block:
        self._recent[block.number] = block
        while self._load is not None and len(self._recent) > _KEPT:
            self._recent.popitem(last=False)
        return block

"""A chain that tells every step before and after it is taken, until it is killed."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

from nodes import ALICE, BOB, TAO, open_plain, transfer, whole_state

from taoctl.localnet import persist
from taoctl.localnet.dev import DevNode


def digest(node: DevNode) -> str:
    """A digest of everything that is stored."""
    state = sorted((name, sorted(map(repr, v.items()))) for name, v in whole_state(node).items())
    return blake2b(repr(state).encode(), digest_size=8).hexdigest()


def told(node: DevNode) -> str:
    """Where a chain stands: number, hash and state."""
    return f"{node.best_number} {node.best_hash.hex()} {digest(node)}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def _live(node: DevNode, pick: random.Random) -> None:
    _say(f"is {told(node)}")
    for turn in range(10_000):
        kind = pick.choices(("block", "amend", "revert"), (12, 2, 1))[0]
        target = max(0, node.best_number - pick.randrange(4))
        _say(f"{kind} {target}")
        if kind == "block":
            _submit(node, pick)
            await node.author_block()
        elif kind == "amend":
            await node.amend(_endow(turn))
        else:
            await node.set_head(target, revert_finalized=True)
        _say(f"is {told(node)}")


def _submit(node: DevNode, pick: random.Random) -> None:
    for uri in ("//Alice", "//Bob"):
        node.submit(transfer(node, pick.choice((ALICE, BOB)), pick.randrange(TAO), uri))


def _endow(turn: int) -> Callable[[Any], None]:
    return lambda runtime: runtime.balances.endow(BOB, 10_000 * TAO + turn)


if __name__ == "__main__":
    persist.SNAPSHOT_AFTER_BYTES = 6_000
    persist._SNAPSHOT_FACTOR = 1
    asyncio.run(_live(open_plain(Path(sys.argv[1])).node, random.Random(sys.argv[2])))

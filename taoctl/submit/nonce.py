"""Which nonce a transaction gets, and the lock that lets one process choose at a time."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from taoctl import paths
from taoctl.chain.client import Chain
from taoctl.errors import DeadlineError, RefusedError, UsageError
from taoctl.journal.record import Record, State
from taoctl.journal.store import Journal
from taoctl.submit.blocks import account_nonce, in_pool
from taoctl.submit.settle import settle

LOCK_S = 60.0
"""How long a process waits for another one that sends with the same key."""
TRUSTED_S = 12.0
"""How long after the signing a node's word that it took a transaction counts although its pool
lacks it: pools of several nodes behind one address learn of it one after the other."""

_POLL_S = 0.05


@asynccontextmanager
async def key_lock(genesis: str, ss58: str, wait_s: float = LOCK_S) -> AsyncIterator[None]:
    """Hold the lock of a key on a chain; it goes with the process that holds it.

    Raises:
        DeadlineError: another process holds it all the while.
        UsageError: its file cannot be made.
    """
    path = paths.state_dir() / "locks" / f"{genesis.removeprefix('0x')[:16]}-{ss58}.lock"
    descriptor = _open(path)
    try:
        until = time.monotonic() + wait_s
        while not _locked(descriptor):
            if time.monotonic() > until:
                raise DeadlineError(
                    f"another taoctl has been sending with {ss58} for {wait_s:g} s",
                    "wait for it, or end it; `taoctl tx list` says what it sent",
                )
            await asyncio.sleep(_POLL_S)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise UsageError(
            f"the lock {path} cannot be made: {problem.strerror}",
            "check the permissions of its folder",
        ) from problem


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as problem:
        raise UsageError(
            f"the file system cannot lock files in {paths.state_dir()}: {problem.strerror}",
            "put taoctl's folder on another one with TAOCTL_HOME",
        ) from problem
    return True


def _waits(record: Record) -> bool:
    return record.unresolved or record.state is State.IN_BLOCK


def free_nonce(next_nonce: int, waiting: tuple[Record, ...]) -> int:
    """The first nonce from the node's on that nothing in the journal waits with.

    Not the one after the highest: what waits behind a gap would keep a new one waiting as well,
    and an account that ended begins at 0 again.
    """
    taken = {record.nonce for record in waiting if _waits(record)}
    nonce = next_nonce
    while nonce in taken:
        nonce += 1
    return nonce


def nonce_warnings(
    nonce: int, next_nonce: int, waiting: tuple[Record, ...], *, chosen: bool
) -> tuple[str, ...]:
    """What holds up a transaction with a nonce, in words; empty when nothing does.

    Args:
        next_nonce: the node's next one, those in its pool counted.
        waiting: what the journal has of the key.
        chosen: whether the user named the nonce.
    """
    ahead = {r.nonce: r.id for r in waiting if _waits(r) and next_nonce <= r.nonce < nonce}
    if chosen and len(ahead) < nonce - next_nonce:
        return (f"the next nonce is {next_nonce}: {nonce} waits until those between are used",)
    return tuple(
        f"it waits behind transaction {ahead[one]} (nonce {one}), which this node does not have; "
        f"`taoctl tx resume {ahead[one]}` says more"
        for one in sorted(ahead)
    )


async def choose_nonce(chain: Chain, journal: Journal, ss58: str) -> int:
    """The nonce of the next transaction of a key; to be called under its lock.

    What the journal has of the key is settled first.

    Raises:
        RefusedError: an earlier transaction is nowhere to be seen, and this one would wait
            behind it, perhaps for ever.
    """
    waiting = journal.pending(chain.genesis, ss58)
    settled = tuple([await settle(chain, journal, record) for record in waiting])
    next_nonce = await account_nonce(chain, ss58)
    nonce = free_nonce(next_nonce, settled)
    for record in settled:
        before = record.unresolved and next_nonce <= record.nonce < nonce
        if before and not await _held(chain, record):
            raise _behind(record)
    return nonce


async def _held(chain: Chain, record: Record) -> bool:
    """Whether a pool has the transaction, as far as anybody can tell."""
    if not record.acknowledged:
        return False
    age_s = time.time() - record.created_ms / 1000
    # A clock that was set back makes nothing new.
    trusted = record.state is State.SENT and 0 <= age_s < TRUSTED_S
    return trusted or await in_pool(chain, record.extrinsic) is not False


def _behind(record: Record) -> RefusedError:
    until = "" if record.last_block is None else f", or wait until block {record.last_block}"
    return RefusedError(
        f"transaction {record.id} ({record.intent}) has nonce {record.nonce} and is neither in a "
        "block nor in the node's pool: a new one would wait behind it",
        f"send it again with `taoctl tx resume {record.id} --rebroadcast`, take its place with "
        f"--nonce {record.nonce}{until}",
    )

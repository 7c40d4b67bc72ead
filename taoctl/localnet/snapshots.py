"""Snapshots of the state, written in a thread while the chain goes on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from itertools import islice
from typing import Any

from taoctl.errors import TaoctlError
from taoctl.localnet.changes import Changes, ChangesCodec
from taoctl.localnet.persist import Directory
from taoctl.localnet.state import State

_log = logging.getLogger(__name__)
_PART_ENTRIES = 1_000


class Snapshots:
    """Takes snapshots into a state directory when its log has grown."""

    def __init__(self, directory: Directory, state: State, codec: ChangesCodec) -> None:
        self._directory = directory
        self._state = state
        self._codec = codec
        self._task: asyncio.Task[None] | None = None

    def parts(self) -> Iterator[bytes]:
        """The state of now in encoded parts, made while they are read.

        Values never change in place, so copying the maps is enough to hold on to now.
        """
        copies = {name: dict(store.data) for name, store in self._state.stores.items()}
        return (self._codec.encode(part) for part in _parts(copies))

    def begin_if_due(self, block: int) -> None:
        """Start a snapshot of the head when the log wants one and none is being written."""
        if self._directory.wants_snapshot and (self._task is None or self._task.done()):
            try:
                self.begin(block)
            except TaoctlError as error:
                _log.warning("no snapshot at block %d: %s", block, error.message)

    def begin(self, block: int) -> None:
        """Start a snapshot of the head, which is this block and not being changed now."""
        sequence = self._directory.begin_snapshot()
        self._task = asyncio.create_task(
            asyncio.to_thread(self._write, sequence, block, self.parts()), name="snapshot"
        )

    def _write(self, sequence: int, block: int, parts: Iterator[bytes]) -> None:
        try:
            self._directory.write_snapshot(sequence, block, parts)
        except OSError as error:  # the chain is whole without it, in longer logs
            _log.warning("the snapshot of block %d was not written: %s", block, error.strerror)

    async def settle(self) -> None:
        """Wait until no snapshot is being written."""
        task, self._task = self._task, None
        if task is not None:
            await task


def _parts(copies: dict[tuple[str, str], dict[Any, Any]]) -> Iterator[Changes]:
    for name, values in copies.items():
        rest = iter(values.items())
        while part := dict(islice(rest, _PART_ENTRIES)):
            yield {name: part}

"""The chain on disk: a snapshot of the state, the changes of every block since, and all blocks.

In the state directory:

- `chain.json`: what chain this is (scenario, sudo key, genesis) and the sequence number that the
  next snapshot takes.
- `snapshot-N.bin`: every stored value at one block; written aside and renamed when complete.
- `deltas-N.log`: the changes of each block after snapshot N.
- `blocks.log`: header and extrinsics of every block since genesis.
- `lock`: held while a node runs here.

A block's changes are written before the block itself. After `kill -9` the logs end inside a record
or one block apart, and what is unfinished is dropped: at most the block that was being written.
Data reaches the disk itself (fsync) at snapshots and at a clean stop.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from taoctl.errors import BadDataError, RefusedError, TaoctlError, UsageError
from taoctl.localnet.block import Block
from taoctl.localnet.changes import Changes
from taoctl.localnet.records import Log, Record, corrupt, frame, read_at, read_records
from taoctl.localnet.saved import (
    AMEND,
    BLOCK,
    CHUNK,
    DELTA,
    END,
    FORMAT,
    NUMBER,
    REVERT,
    Delta,
    Manifest,
    StoredBlock,
    block_record,
    checksum,
    end_of,
    read_block,
    read_chunks,
    read_delta,
    record_number,
    write_whole,
)

SNAPSHOT_AFTER_BYTES = 64 * 1024 * 1024
"""A new snapshot is taken when the log has grown by this, or by several times its snapshot."""
_SNAPSHOT_FACTOR = 8


class Directory:
    """An open state directory; only one process can have it open.

    Raises:
        UsageError: the directory cannot be made or written.
        RefusedError: another localnet runs on it.
        BadDataError: what is in it cannot be trusted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = (path / "lock").open("a+")
        except OSError as error:
            raise UsageError(
                f"the state directory {path} cannot be written: {error.strerror}",
                "choose another with --state-dir",
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise RefusedError(
                f"another localnet is running on the state directory {path}",
                "stop it first, or choose another with --state-dir",
            ) from None
        self._blocks: list[StoredBlock] = []
        self._blocks_log: Log | None = None
        self._deltas_log: Log | None = None
        self._sequence = 0
        self._failed: TaoctlError | None = None
        self._snapshot_bytes = 0
        self._blocks_end = 0
        self.snapshot_block = 0

    # opening

    def manifest(self) -> Manifest | None:
        """What chain is saved here, or None when there is none."""
        path = self.path / "chain.json"
        if not path.exists():
            if self._numbered("snapshot-*.bin") or (self.path / "blocks.log").exists():
                raise corrupt(path, "it is missing beside other state files")
            return None
        try:
            fields = json.loads(path.read_bytes())
            check = fields.pop("check")
            found = Manifest(**fields)
            if check != checksum(found):
                raise corrupt(path, "it does not match its checksum")
            if found.format != FORMAT:
                raise corrupt(path, f"format {found.format} is not known to this version")
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise corrupt(path, f"{error}") from None
        return found

    def set_aside(self) -> Path | None:
        """Move the saved chain into a directory beside this one; returns where, None if empty."""
        saved = [path for path in self.path.iterdir() if path.name != "lock"]
        if not saved:
            return None
        stamp = time.strftime("%Y%m%d-%H%M%S")
        target = self.path.with_name(f"{self.path.name}.{stamp}")
        count = 0
        while target.exists():
            count += 1
            target = self.path.with_name(f"{self.path.name}.{stamp}-{count}")
        target.mkdir()
        for path in saved:
            path.rename(target / path.name)
        return target

    def create(self, manifest: Manifest, genesis: Block) -> None:
        """Start the files of a new chain with its block 0."""
        content = {**asdict(manifest), "check": checksum(manifest)}
        write_whole(self.path / "chain.json", json.dumps(content, indent=2).encode())
        self._blocks_log = Log(self.path / "blocks.log")
        self._open_deltas(0)
        self._write_block(genesis)

    def load_blocks(self) -> list[bytes]:
        """Read `blocks.log`; returns what `hashes` does."""
        path = self.path / "blocks.log"
        end = 0
        try:
            for record in read_records(path):
                self._take_block(record.payload, record.start, record.end, path)
                end = record.end
        except FileNotFoundError:
            raise corrupt(path, "it is missing") from None
        if not self._blocks:
            raise corrupt(path, "it holds no block")
        self._blocks_end = end
        return self.hashes()

    def _take_block(self, payload: bytes, start: int, end: int, path: Path) -> None:
        kind = payload[:1]
        number = record_number(payload, path)
        if kind == REVERT:
            del self._blocks[number + 1 :]
        elif kind == BLOCK and number == len(self._blocks):
            self._blocks.append(StoredBlock(read_block(payload, path).hash, start, end))
        else:
            raise corrupt(path, f"the record at byte {start} is out of place")

    def snapshot(self) -> tuple[int, Iterator[Changes]] | None:
        """The newest snapshot: its block and its parts; None when none was completed yet."""
        numbers = self._numbered("snapshot-*.bin")
        if not numbers:
            return None
        path = self.path / f"snapshot-{numbers[-1]}.bin"
        records = read_records(path)
        head = next(records, None)
        if head is None or head.payload[:1] != CHUNK:
            raise corrupt(path, "it has no beginning")
        self._sequence, self._snapshot_bytes = numbers[-1], path.stat().st_size
        self.snapshot_block = record_number(head.payload, path)
        if self.snapshot_block >= len(self._blocks):
            raise corrupt(path, f"it is of block {self.snapshot_block}, which is not saved")
        return self.snapshot_block, read_chunks(path)

    def deltas(self) -> Iterator[Delta]:
        """What happened after the snapshot, in order; opens the logs for more at the end.

        A piece that a crash left half done is settled first: changes without their block are cut
        off, a revert that did not reach `blocks.log` is completed.
        """
        paths = self._delta_logs()
        kept, head, dropped = self._settle(paths)
        for path in paths:
            for record in read_records(path):
                if kept == 0:
                    break
                kept -= 1
                yield read_delta(record, path)
        path = paths[-1]
        end = dropped.start if dropped is not None else end_of(path)
        self._deltas_log = Log(path, end)
        self._blocks_log = Log(self.path / "blocks.log", self._blocks_end)
        if head < len(self._blocks) - 1:
            self._blocks_log.append(frame(REVERT + NUMBER.pack(head)))
            del self._blocks[head + 1 :]

    def _delta_logs(self) -> list[Path]:
        numbers = [n for n in self._numbered("deltas-*.log") if n >= self._sequence]
        last = numbers[-1] if numbers else self._sequence
        paths = [self.path / f"deltas-{n}.log" for n in range(self._sequence, last + 1)]
        for path in paths[:-1]:
            if not path.exists():
                raise corrupt(path, "it is missing")
        self._sequence = last
        return paths

    def _settle(self, paths: list[Path]) -> tuple[int, int, Record | None]:
        """(records to replay, block they lead to, the record to cut off) of the delta logs."""
        count, head, before = 0, self.snapshot_block, self.snapshot_block
        last: Record | None = None
        for path in paths:
            for record in read_records(path) if path.exists() else ():
                kind, number = record.payload[:1], record_number(record.payload, path)
                if kind == REVERT and number < self.snapshot_block:
                    last, before = record, head  # the snapshot it needs was never finished
                    break
                expected = {DELTA: number == head + 1, REVERT: number <= head}
                if not expected.get(kind, kind == AMEND and number == head):
                    raise corrupt(path, f"the record at byte {record.start} is out of place")
                count, before, head, last = count + 1, head, number, record
        top = len(self._blocks) - 1
        kind = last.payload[:1] if last is not None else b""
        if head == top:
            undone = kind == REVERT and last is not None and before == head
            return count, head, last if undone else None
        if kind == DELTA and before == top:
            return count - 1, before, last
        if kind == REVERT and head < top:
            return count, head, None
        raise corrupt(paths[-1], f"it leads to block {head} and the chain has {top} blocks")

    def hashes(self) -> list[bytes]:
        """The hash of every saved block by number."""
        return [block.hash for block in self._blocks]

    # while the chain runs

    def block(self, number: int) -> Block:
        """A block of the chain from disk."""
        path = self.path / "blocks.log"
        with path.open("rb") as file:
            return read_block(read_at(file, self._blocks[number].start, path), path)

    def append(self, block: Block, delta: bytes) -> None:
        """Save a new block with its encoded changes; raises BadDataError and saves nothing."""
        log = self._writable()
        start = log.append(frame(DELTA + NUMBER.pack(block.number) + delta))
        try:
            self._write_block(block)
        except TaoctlError:
            log.cut(start)
            raise

    def amend(self, number: int, delta: bytes) -> None:
        """Save changes that a development method made to the head's state; raises BadDataError."""
        self._writable().append(frame(AMEND + NUMBER.pack(number) + delta))

    def revert(self, number: int, parts: Callable[[], Iterator[bytes]]) -> None:
        """Save that the chain went back to a block.

        `parts` gives the state at that block, encoded, for a new snapshot when the saved one is
        ahead.

        Raises:
            BadDataError: it could not be saved. Nothing can be saved then until the next start,
                which goes on from the block that the chain was at before.
        """
        record = frame(REVERT + NUMBER.pack(number))
        log = self._writable()
        assert self._blocks_log is not None
        start = log.end
        try:
            if number < self.snapshot_block:
                log = self._open_deltas(self._sequence + 1)
                start = log.append(record)
                self.write_snapshot(self._sequence, number, parts())
            else:
                log.append(record)
            self._blocks_log.append(record)
        except (TaoctlError, OSError) as error:
            log.cut(start)
            self._failed = BadDataError(
                f"that the chain went back to block {number} could not be saved: {error}",
                "start the localnet again; it continues from the block before that",
            )
            raise self._failed from error
        del self._blocks[number + 1 :]

    @property
    def wants_snapshot(self) -> bool:
        """Whether so much has been logged that starting from a new snapshot is worth while."""
        least = max(SNAPSHOT_AFTER_BYTES, _SNAPSHOT_FACTOR * self._snapshot_bytes)
        return self._deltas_log is not None and self._deltas_log.end >= least

    def begin_snapshot(self) -> int:
        """Start a new delta log; returns the number to write the snapshot of now under.

        Raises:
            BadDataError: there is no room for it.
        """
        self._open_deltas(self._sequence + 1)
        return self._sequence

    def write_snapshot(self, sequence: int, block: int, parts: Iterator[bytes]) -> None:
        """Write the snapshot that `begin_snapshot` numbered, then drop what it replaces.

        `parts` are the encoded values, none of which is written twice.
        May run in a thread beside `append`: it touches no file that `append` writes.

        Raises:
            OSError: it could not be written; what was there before stays.
        """
        path = self.path / f"snapshot-{sequence}.bin"
        aside = path.with_suffix(".part")
        try:
            with aside.open("wb") as file:
                for part in parts:
                    file.write(frame(CHUNK + NUMBER.pack(block) + part))
                file.write(frame(END + NUMBER.pack(block)))
                file.flush()
                os.fsync(file.fileno())
                self._snapshot_bytes = file.tell()
            aside.rename(path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
        self.snapshot_block = block
        for number in self._numbered("snapshot-*.bin"):
            if number < sequence:
                (self.path / f"snapshot-{number}.bin").unlink()
        for number in self._numbered("deltas-*.log"):
            if number < sequence:
                (self.path / f"deltas-{number}.log").unlink()

    def close(self) -> None:
        """Bring everything to the disk and release the directory."""
        for log in (self._deltas_log, self._blocks_log):
            if log is not None:
                log.close()
        self._deltas_log = self._blocks_log = None
        self._lock.close()

    def _numbered(self, pattern: str) -> list[int]:
        numbers = []
        for path in self.path.glob(pattern):
            text = path.stem.rpartition("-")[2]
            if text.isdigit():
                numbers.append(int(text))
        return sorted(numbers)

    def _open_deltas(self, sequence: int) -> Log:
        log = Log(self.path / f"deltas-{sequence}.log")
        if self._deltas_log is not None:
            self._deltas_log.close()
        self._sequence, self._deltas_log = sequence, log
        return log

    def _writable(self) -> Log:
        if self._failed is not None:
            raise self._failed
        assert self._deltas_log is not None
        return self._deltas_log

    def _write_block(self, block: Block) -> None:
        assert self._blocks_log is not None
        record = frame(block_record(block))
        start = self._blocks_log.append(record)
        self._blocks.append(StoredBlock(block.hash, start, start + len(record)))

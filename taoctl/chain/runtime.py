"""The runtimes of a chain: which one made a block, and its metadata, kept on disk."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taoctl.chain.rpc import Caller, RpcError
from taoctl.errors import BadDataError
from taoctl.scale.codec import Codec, hex_bytes
from taoctl.scale.compact import strip_length
from taoctl.scale.crypto import blake2_256

NEWEST_TESTED_SPEC = 424
"""The newest Subtensor runtime that taoctl was tested against."""

_V15_ARGUMENT = "0x0f000000"
_KEPT_CHAINS = 12
_DIGEST_SIZE = 32


@dataclass(frozen=True, slots=True)
class RuntimeVersion:
    """What a node says its runtime is."""

    spec_name: str
    spec_version: int
    transaction_version: int


@dataclass(frozen=True, slots=True, eq=False)
class Runtime:
    """A runtime with its codec; `metadata_from` is "cache" or "node"."""

    version: RuntimeVersion
    codec: Codec
    metadata_from: str

    @property
    def spec_version(self) -> int:
        """The number that rises with every runtime upgrade."""
        return self.version.spec_version

    @property
    def newer_than_tested(self) -> bool:
        """Whether taoctl has never been tested against so new a runtime."""
        return self.spec_version > NEWEST_TESTED_SPEC


class Runtimes:
    """Finds the runtime of a block; each is loaded once.

    Args:
        call: asks the node.
        genesis: hash of block 0; with the versions it names the metadata on disk.
        cache_dir: where metadata is kept, or None to keep it nowhere.
    """

    def __init__(self, call: Caller, genesis: str, cache_dir: Path | None) -> None:
        self._call = call
        self._genesis = genesis
        self._cache_dir = cache_dir
        self._loading: dict[RuntimeVersion, asyncio.Task[Runtime]] = {}

    async def at(self, block_hash: str) -> Runtime:
        """The runtime that made a block, whose metadata decodes the block's state."""
        version = read_version(await self._call("state_getRuntimeVersion", [block_hash]))
        return await self.load(version, block_hash)

    async def load(self, version: RuntimeVersion, block_hash: str) -> Runtime:
        """The runtime of this version, its metadata from disk or from the state at the block."""
        task = self._loading.get(version)
        if task is None:
            task = asyncio.create_task(self._load(version, block_hash))
            self._loading[version] = task
            task.add_done_callback(lambda done: self._forget_failed(version, done))
        return await asyncio.shield(task)

    def forget(self, version: RuntimeVersion) -> None:
        """Drop a runtime's metadata from memory and disk, so that it is asked for anew."""
        self._loading.pop(version, None)
        path = self._path(version)
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink()

    def _forget_failed(self, version: RuntimeVersion, task: asyncio.Task[Runtime]) -> None:
        failed = task.cancelled() or task.exception() is not None
        if failed and self._loading.get(version) is task:
            del self._loading[version]

    async def _load(self, version: RuntimeVersion, block_hash: str) -> Runtime:
        path = self._path(version)
        metadata = None if path is None else read_checked(path)
        if metadata is not None:
            # Kept bytes that no longer parse, after a change of the codec, are fetched anew.
            with contextlib.suppress(BadDataError):
                return Runtime(version, _codec(metadata, version), "cache")
        metadata = await self._fetch_readable(block_hash)
        runtime = Runtime(version, _codec(metadata, version), "node")
        if path is not None:
            _write_checked(path, metadata)
        return runtime

    def _path(self, version: RuntimeVersion) -> Path | None:
        if self._cache_dir is None:
            return None
        name = f"{version.spec_version}-{version.transaction_version}.metadata"
        return self._cache_dir / "metadata" / self._genesis.removeprefix("0x") / name

    async def _fetch_readable(self, block_hash: str) -> bytes:
        try:
            return await self._fetch(block_hash)
        except BadDataError as error:
            raise BadDataError(
                f"the node sent runtime metadata that cannot be read: {error.message}",
                "try another endpoint with --network",
            ) from error

    async def _fetch(self, block_hash: str) -> bytes:
        """V15, which lists runtime APIs; V14 from runtimes that have no V15."""
        with contextlib.suppress(RpcError):
            answer = hex_bytes(
                await self._call(
                    "state_call", ["Metadata_metadata_at_version", _V15_ARGUMENT, block_hash]
                )
            )
            if answer[:1] == b"\x01":
                return strip_length(answer[1:])
        return hex_bytes(await self._call("state_getMetadata", [block_hash]))


def read_version(answer: Any) -> RuntimeVersion:
    """A `state_getRuntimeVersion` answer; raises BadDataError for anything else."""
    try:
        version = RuntimeVersion(
            spec_name=str(answer["specName"]),
            spec_version=int(answer["specVersion"]),
            transaction_version=int(answer["transactionVersion"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadDataError("the node sent a runtime version that cannot be read") from error
    if not 0 <= version.spec_version < 2**32 or not 0 <= version.transaction_version < 2**32:
        raise BadDataError("the node sent a runtime version that cannot be")
    return version


def _codec(metadata: bytes, version: RuntimeVersion) -> Codec:
    return Codec(metadata, version.spec_version, version.transaction_version)


def read_checked(path: Path) -> bytes | None:
    """The metadata of a file, None when it is not there or not what was written."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, metadata = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
    return metadata if blake2_256(metadata) == digest else None


def _write_checked(path: Path, metadata: bytes) -> None:
    """Keep metadata behind its digest; a cache that cannot be written is done without."""
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(blake2_256(metadata) + metadata)
        Path(temporary).replace(path)
        _forget_old_chains(path.parent.parent)
    except OSError:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()


def _forget_old_chains(folder: Path) -> None:
    """Keep the metadata of the chains used last; every new dev chain is one more."""
    chains = sorted(folder.iterdir(), key=lambda chain: chain.stat().st_mtime, reverse=True)
    for chain in chains[_KEPT_CHAINS:]:
        shutil.rmtree(chain, ignore_errors=True)

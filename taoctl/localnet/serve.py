"""Running a localnet in this process: open the chain, listen, seal blocks, stop cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from taoctl.errors import RefusedError, TaoctlError
from taoctl.localnet.boot import Kind, Options, open_chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.faults import Faults
from taoctl.localnet.rpc import author, chain, dev, payment, state, subtensor, system
from taoctl.localnet.rpc.registry import Table, collect
from taoctl.localnet.server import RpcServer
from taoctl.localnet.session import Session

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Started:
    """A localnet that answers requests."""

    node: DevNode
    port: int
    endpoint: str
    moved_aside: Path | None = None


def table() -> Table:
    """Every RPC method of the node."""
    return collect((system, chain, state, author, payment, subtensor, dev))


async def serve(
    options: Options,
    port: int,
    kind: Kind,
    default_sudo: str,
    *,
    ready: Callable[[Started], None],
    host: str = "127.0.0.1",
    stop: asyncio.Event | None = None,
) -> None:
    """Run a localnet until `stop` is set, or SIGTERM or SIGINT arrives.

    The port is taken first, so that a second localnet is refused before it touches any state;
    connections are answered once the chain is there.

    Args:
        options: what chain, sealed how.
        port: to listen on; 0 takes a free one.
        kind: the pallets, genesis and actors.
        default_sudo: the sudo key of a new chain for which none is named.
        ready: called when requests are answered.
        host: address to listen on.
        stop: ends the run when set; signals are then left alone.

    Raises:
        TaoctlError: the port, the state directory, or the chain's disk cannot be used.
    """
    waiting: asyncio.Future[DevNode] = asyncio.get_running_loop().create_future()
    methods = table()
    gate = _Gate(waiting, methods)
    server = RpcServer(gate.session, host, port)
    await server.start()
    try:
        opened = open_chain(options, kind, default_sudo)
        node = opened.node
        node.faults = gate.use(node.faults)
        node.method_names = methods.names()
        node.endpoint = f"ws://{host}:{server.port}"
        try:
            with _stopping(stop) as ended:
                if not await _warm_up(node, opened.warmup_blocks, options.block_time, ended):
                    return
                waiting.set_result(node)
                with _pidfile(node, server.port):
                    ready(Started(node, server.port, node.endpoint, opened.moved_aside))
                    await _run(node, ended)
        finally:
            await server.close()
            await node.close()
    finally:
        if not waiting.done():
            waiting.cancel()
        await server.close()


class _Gate:
    """Gives out sessions, which wait for the chain if it is still being opened."""

    def __init__(self, node: asyncio.Future[DevNode], methods: Table) -> None:
        self._node = node
        self._faults = Faults()
        self._methods = methods

    def use(self, faults: Faults) -> Faults:
        """Let every session, also one that waits already, meet these faults."""
        self._faults.faults = faults.faults
        return self._faults

    def session(self, push: Callable[[str], None] | None) -> Session:
        """The session of a new connection."""
        return Session(self._ready, self._methods, push, self._faults)

    async def _ready(self) -> DevNode:
        return await asyncio.shield(self._node)


async def _warm_up(node: DevNode, blocks: int, block_time: float, ended: asyncio.Event) -> bool:
    """Make a new chain's first blocks, dated as if the chain had been running; False if stopped."""
    if node.snapshots is not None and node.best_number == 0:
        node.snapshots.begin(0)
    step_ms = round(max(block_time, 0.001) * 1000)
    start_ms = node.wall_ms() - blocks * step_ms
    for number in range(blocks):
        await node.author_block(start_ms + number * step_ms)
        await asyncio.sleep(0)
        if ended.is_set():
            return False
    return True


async def _run(node: DevNode, ended: asyncio.Event) -> None:
    sealing = asyncio.create_task(node.sealer.run(), name="sealing")
    stopping = asyncio.create_task(ended.wait(), name="stopping")
    try:
        await asyncio.wait((sealing, stopping), return_when=asyncio.FIRST_COMPLETED)
        if sealing.done():
            await sealing  # raises what made authoring fail
    except TaoctlError:
        raise
    except Exception as error:
        _log.exception("no block can be made")
        raise RefusedError(
            f"block {node.best_number + 1} could not be made: {type(error).__name__}: {error}",
            "this is a bug of the localnet; the chain stays at its last whole block",
        ) from error
    finally:
        for task in (sealing, stopping):
            task.cancel()
        await asyncio.gather(sealing, stopping, return_exceptions=True)


@contextlib.contextmanager
def _stopping(stop: asyncio.Event | None) -> Iterator[asyncio.Event]:
    if stop is not None:
        yield stop
        return
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, ended.set)
    try:
        yield ended
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def pidfile_path(port: int) -> Path:
    """Where the localnet that listens on a port says who it is."""
    from taoctl.paths import state_dir

    return state_dir() / "localnet" / "run" / f"{port}.json"


@contextlib.contextmanager
def _pidfile(node: DevNode, port: int) -> Iterator[None]:
    path = pidfile_path(port)
    content = {"pid": os.getpid(), "instance": node.instance, "port": port}
    with contextlib.suppress(OSError):  # only `localnet down` needs it
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(f".{os.getpid()}")
        aside.write_text(json.dumps(content))
        aside.rename(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, ValueError):
            if json.loads(path.read_text()).get("instance") == node.instance:
                path.unlink()

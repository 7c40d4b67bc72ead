"""The real thing: the pallets, scenarios and actors of a taoctl localnet, served."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from taoctl.localnet.actors import Actors
from taoctl.localnet.boot import Kind
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Runtime
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.scenarios import build, named
from taoctl.localnet.serve import Started, serve
from taoctl.localnet.service import Launch


def scenario_kind(scenario: str) -> Kind:
    """The chain of a scenario; raises UsageError for an unknown one."""
    found = named(scenario)

    def genesis(runtime: Runtime, sudo: str) -> int:
        build(scenario, runtime, sudo)
        return found.warmup_blocks

    def populate(node: DevNode) -> None:
        node.actors = Actors(found, node.runtime, node.next_nonce)

    return Kind(PALLETS, genesis, populate)


async def run(
    launch: Launch, ready: Callable[[Started], None], *, stop: asyncio.Event | None = None
) -> None:
    """Run a localnet until told to stop; arguments and errors as `serve`."""
    kind = scenario_kind(launch.options.scenario)
    sudo = dev_account("Alice")

    def settle(started: Started) -> None:
        gc.collect()
        gc.freeze()
        gc.enable()
        ready(started)

    with _sparing_collector():
        await serve(launch.options, launch.port, kind, sudo, ready=settle, stop=stop)


@contextmanager
def _sparing_collector() -> Iterator[None]:
    """Keep the garbage collector off the chain's state: millions of values without a cycle.

    Walking them took a fifth of the time of opening a chain and of large blocks, in pauses of
    0.2 s. It is off until the chain is open, and then leaves alone what was there.
    """
    before = gc.get_threshold()
    gc.disable()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
        gc.enable()

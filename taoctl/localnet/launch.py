"""The real thing: the pallets, scenarios and actors of a taoctl localnet, served."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

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
        _spare_the_collector()
        ready(started)

    await serve(launch.options, launch.port, kind, sudo, ready=settle, stop=stop)


def _spare_the_collector() -> None:
    """Keep the garbage collector off the chain's state: millions of values without a cycle.

    Walking them took a fifth of the time of large blocks, in pauses of 0.2 s.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)

"""The real thing: the pallets, scenarios and actors of a taoctl localnet, served."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from taoctl.localnet.actors import Actors
from taoctl.localnet.boot import Kind, Options
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Runtime
from taoctl.localnet.genesis.governing import (
    governed_pallets,
    opening_of,
    sudo_key,
    write_governing,
)
from taoctl.localnet.governance import DEFAULT
from taoctl.localnet.scenarios import build, named
from taoctl.localnet.serve import Started, serve
from taoctl.localnet.service import Launch, saved_governance


def scenario_kind(scenario: str, governance: str = DEFAULT) -> Kind:
    """The chain of a scenario, with one of CHOICES; raises UsageError for an unknown one."""
    found = named(scenario)

    def genesis(runtime: Runtime, sudo: str) -> int:
        build(scenario, runtime, sudo)
        write_governing(runtime, found, governance)
        return found.warmup_blocks

    def populate(node: DevNode) -> None:
        opening = opening_of(node.runtime, node.next_nonce, found, governance, node.sudo)
        node.actors = Actors(found, node.runtime, node.next_nonce, opening)

    return Kind(governed_pallets(found, governance), genesis, populate, governance)


async def run(
    launch: Launch, ready: Callable[[Started], None], *, stop: asyncio.Event | None = None
) -> None:
    """Run a localnet until told to stop; arguments and errors as `serve`."""
    governance = _governance(launch.options)
    kind = scenario_kind(launch.options.scenario, governance)
    sudo = sudo_key(launch.options.scenario, governance)

    def settle(started: Started) -> None:
        gc.collect()
        gc.freeze()
        gc.enable()
        ready(started)

    with _sparing_collector():
        await serve(launch.options, launch.port, kind, sudo, ready=settle, stop=stop)


def _governance(options: Options) -> str:
    """What was asked for, or else what the saved chain has that would go on."""
    if options.governance is not None:
        return options.governance
    saved = None
    if options.state_dir is not None and not options.fresh:
        saved = saved_governance(options.state_dir)
    return saved or DEFAULT


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

"""Opening a localnet's chain: from its scenario when new, from its state directory otherwise."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from taoctl.errors import BadDataError, UsageError
from taoctl.localnet.block import ZERO_HASH, Block, Header, extrinsics_root
from taoctl.localnet.chain_index import ChainIndex
from taoctl.localnet.dev import DevNode
from taoctl.localnet.faults import read_fault
from taoctl.localnet.frame import Pallet, Runtime
from taoctl.localnet.identity import Identity
from taoctl.localnet.node import FINALITY_LAG
from taoctl.localnet.persist import Directory
from taoctl.localnet.records import corrupt
from taoctl.localnet.saved import Manifest
from taoctl.localnet.sealing import Seal, Sealer
from taoctl.scale.crypto import blake2_256
from taoctl.version import VERSION

DEFAULT_BLOCK_TIME = 1.0


@dataclass(frozen=True, slots=True)
class Options:
    """How to run a localnet.

    `state_dir` None keeps the chain in memory only. `sudo` and `governance` None are the kind's own
    for a new chain and whatever the saved one has otherwise. `finality_lag` None is FINALITY_LAG,
    and 0 with instant sealing. `faults` are in the form that `read_fault` reads.
    """

    scenario: str = "demo"
    block_time: float = DEFAULT_BLOCK_TIME
    seal: Seal = Seal.INTERVAL
    sudo: str | None = None
    state_dir: Path | None = None
    fresh: bool = False
    finality_lag: int | None = None
    faults: tuple[str, ...] = ()
    governance: str | None = None


@dataclass(frozen=True)
class Kind:
    """What chain to make: its pallets, its genesis, and who acts on it by themselves.

    Attributes:
        classes: the pallets.
        build: writes the genesis into a runtime that is inside block 0; returns how many blocks
            to make at once so that there is a past.
        populate: gives a node its actors.
        governance: what of governance the pallets are, None where nobody chose it.
    """

    classes: Sequence[type[Pallet]]
    build: Callable[[Runtime, str], int]
    populate: Callable[[DevNode], None] = field(default=lambda node: None)
    governance: str | None = None


@dataclass(frozen=True)
class Opened:
    """An open chain, and what happened on the way."""

    node: DevNode
    warmup_blocks: int
    moved_aside: Path | None = None


def open_chain(options: Options, kind: Kind, default_sudo: str) -> Opened:
    """Open the chain that the options say.

    Raises:
        UsageError: the state directory cannot be written, or holds another chain than asked for.
        RefusedError: another localnet runs on the state directory.
        BadDataError: the saved state is corrupt.
    """
    if options.state_dir is None:
        return _new_chain(options, kind, None, options.sudo or default_sudo)
    directory = Directory(options.state_dir)
    try:
        aside = directory.set_aside() if options.fresh else None
        manifest = directory.manifest()
        if manifest is None:
            opened = _new_chain(options, kind, directory, options.sudo or default_sudo)
            return Opened(opened.node, opened.warmup_blocks, aside)
        return Opened(_saved_chain(options, kind, directory, manifest), 0)
    except OSError as error:
        directory.close()
        raise UsageError(
            f"the state directory {options.state_dir} cannot be used: {error.strerror}",
            "choose another with --state-dir",
        ) from error
    except BaseException:
        directory.close()
        raise


def _new_chain(options: Options, kind: Kind, directory: Directory | None, sudo: str) -> Opened:
    runtime = Runtime(kind.classes)
    recipe = _recipe(options.scenario, sudo, kind.governance, runtime)
    warmup = _build_genesis(runtime, kind, sudo)
    created_ms = time.time_ns() // 1_000_000
    genesis = _genesis_block(recipe, created_ms)
    if directory is not None:
        manifest = Manifest(options.scenario, genesis.hash.hex(), created_ms, recipe)
        directory.create(manifest, genesis)
    index = ChainIndex([genesis.hash], None if directory is None else directory.block, genesis)
    node = _node(options, kind, runtime, index, directory, sudo)
    return Opened(node, warmup)


def _saved_chain(options: Options, kind: Kind, directory: Directory, manifest: Manifest) -> DevNode:
    path = directory.path
    if manifest.scenario != options.scenario:
        raise UsageError(
            f"{path} holds a localnet of scenario {manifest.scenario}, not {options.scenario}",
            f"run it with --scenario {manifest.scenario}, start a new chain with --fresh "
            "(the old state is moved aside), or choose another --state-dir",
        )
    sudo = str(manifest.recipe.get("sudo"))
    if options.sudo is not None and options.sudo != sudo:
        raise UsageError(
            f"{path} holds a localnet whose sudo key is {sudo}",
            "leave --sudo out to run it, or start a new chain with --fresh",
        )
    _check_governance(path, manifest, options.governance)
    runtime = Runtime(kind.classes)
    if _metadata_hash(runtime) != manifest.recipe.get("metadata"):
        raise UsageError(
            f"{path} was made by taoctl {manifest.recipe.get('taoctl')} with another runtime",
            "start a new chain with --fresh (the old state is moved aside), or choose another "
            "--state-dir",
        )
    hashes = directory.load_blocks()
    if hashes[0].hex() != manifest.genesis:
        raise corrupt(path / "blocks.log", "its genesis is not the one in chain.json")
    _restore(runtime, kind, directory, manifest, sudo)
    hashes = directory.hashes()
    if runtime.state.head != len(hashes) - 1:
        raise corrupt(path, f"state is at block {runtime.state.head}, blocks at {len(hashes) - 1}")
    index = ChainIndex(hashes, directory.block, None)
    return _node(options, kind, runtime, index, directory, sudo)


def _check_governance(path: Path, manifest: Manifest, wanted: str | None) -> None:
    saved = manifest.recipe.get("governance")
    if wanted is None or saved is None or wanted == saved:
        return
    raise UsageError(
        f"{path} holds a localnet with governance {saved}, not {wanted}",
        "leave --governance out to run it, start a new chain with --fresh (the old state is moved "
        "aside), or choose another --state-dir",
    )


def _restore(
    runtime: Runtime, kind: Kind, directory: Directory, manifest: Manifest, sudo: str
) -> None:
    state = runtime.state
    snapshot = directory.snapshot()
    if snapshot is None:
        _build_genesis(runtime, kind, sudo)
        if _genesis_block(manifest.recipe, manifest.created_ms).hash.hex() != manifest.genesis:
            raise corrupt(directory.path / "chain.json", "the genesis does not follow from it")
    else:
        block, parts = snapshot
        for part in parts:
            for name, values in part.items():
                if name not in state.stores:
                    raise corrupt(directory.path, f"{'.'.join(name)} is not known")
                for key, value in values.items():
                    state.stores[name].restore(key, value)
        state.seal(block)
    for delta in directory.deltas():
        if delta.changes is None:
            state.revert_to(delta.block)
            continue
        if delta.amends:
            with state.amend():
                _write(runtime, delta.changes)
        else:
            state.begin_block(delta.block)
            _write(runtime, delta.changes)
            state.commit_block()


def _write(runtime: Runtime, changes: dict[tuple[str, str], dict[object, object]]) -> None:
    for name, values in changes.items():
        store = runtime.state.stores.get(name)
        if store is None:
            raise BadDataError(f"the saved state has an item {'.'.join(name)} that is not known")
        for key, value in values.items():
            store.write(key, value)


def _build_genesis(runtime: Runtime, kind: Kind, sudo: str) -> int:
    runtime.state.begin_block(0)
    for pallet in runtime.pallets.values():
        pallet.start_genesis()
    warmup = kind.build(runtime, sudo)
    runtime.state.commit_block()
    return warmup


def _recipe(
    scenario: str, sudo: str, governance: str | None, runtime: Runtime
) -> dict[str, object]:
    recipe: dict[str, object] = {
        "scenario": scenario,
        "sudo": sudo,
        "metadata": _metadata_hash(runtime),
        "taoctl": VERSION,
    }
    return recipe if governance is None else {**recipe, "governance": governance}


def _metadata_hash(runtime: Runtime) -> str:
    return blake2_256(runtime.metadata_v15).hex()


def _genesis_block(recipe: dict[str, object], created_ms: int) -> Block:
    """Block 0. Its state root commits to what it follows from, and to when it was made."""
    seed = json.dumps([recipe, created_ms], sort_keys=True).encode()
    return Block(Header(ZERO_HASH, 0, blake2_256(seed), extrinsics_root(())), ())


def _node(
    options: Options,
    kind: Kind,
    runtime: Runtime,
    index: ChainIndex,
    directory: Directory | None,
    sudo: str,
) -> DevNode:
    scenario = options.scenario
    identity = Identity(f"taoctl localnet {scenario}", f"taoctl-{VERSION}", scenario)
    lag = options.finality_lag
    if lag is None:
        lag = 0 if options.seal is Seal.INSTANT else FINALITY_LAG
    node = DevNode(runtime, index, identity, directory=directory, finality_lag=lag)
    node.sudo, node.governance = sudo, kind.governance
    node.faults.faults = tuple(read_fault(text) for text in options.faults)
    node.state_dir = None if directory is None else str(directory.path)
    node.sealer = Sealer(node, options.seal, options.block_time)
    kind.populate(node)
    return node

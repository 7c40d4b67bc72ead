"""RPC methods that read state, metadata and runtime APIs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from taoctl.errors import BadDataError, NotInRuntimeError
from taoctl.localnet.block import hex0x
from taoctl.localnet.node import Node
from taoctl.localnet.rpc.params import CLIENT_ERROR, state_at
from taoctl.localnet.rpc.registry import RpcError, hex_param, invalid_params, rpc, subscription
from taoctl.localnet.session import Sink
from taoctl.localnet.state_at import StateAt
from taoctl.scale.crypto import blake2_256

MAX_KEYS = 1000
_TOO_MANY = 4002


def _maybe_hex(data: bytes | None) -> str | None:
    return None if data is None else hex0x(data)


@rpc("state_getStorageAt")
def state_getStorage(node: Node, key: Any, block_hash: Any = None) -> str | None:  # noqa: N802
    """The bytes under a storage key, or null."""
    return _maybe_hex(state_at(node, block_hash).read(hex_param(key, "storage key")))


@rpc("state_getStorageHashAt")
def state_getStorageHash(node: Node, key: Any, block_hash: Any = None) -> str | None:  # noqa: N802
    """The BLAKE2b-256 hash of the bytes under a storage key, or null."""
    data = state_at(node, block_hash).read(hex_param(key, "storage key"))
    return None if data is None else hex0x(blake2_256(data))


@rpc("state_getStorageSizeAt")
def state_getStorageSize(node: Node, key: Any, block_hash: Any = None) -> int | None:  # noqa: N802
    """How many bytes are under a storage key, or null."""
    data = state_at(node, block_hash).read(hex_param(key, "storage key"))
    return None if data is None else len(data)


@rpc()
def state_getKeys(node: Node, prefix: Any, block_hash: Any = None) -> list[str]:  # noqa: N802
    """All keys below a prefix, in order."""
    state = state_at(node, block_hash)
    return [hex0x(key) for key in state.keys(hex_param(prefix, "prefix"), None, None)]


@rpc("state_getKeysPagedAt")
def state_getKeysPaged(  # noqa: N802
    node: Node, prefix: Any, count: Any, start_key: Any = None, block_hash: Any = None
) -> list[str]:
    """Up to `count` (1000 at most) keys below a prefix, in order, after `start_key`."""
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise invalid_params("count must be a natural number")
    if count > MAX_KEYS:
        why = f"count exceeds maximum value. value: {count}, max: {MAX_KEYS}"
        raise RpcError(_TOO_MANY, why)
    below = hex_param("0x" if prefix is None else prefix, "prefix")
    start = None if start_key is None else hex_param(start_key, "start key")
    return [hex0x(key) for key in state_at(node, block_hash).keys(below, count, start)]


@rpc()
def state_queryStorageAt(  # noqa: N802
    node: Node, keys: Any, block_hash: Any = None
) -> list[dict[str, Any]]:
    """The values under many keys at one block."""
    state = state_at(node, block_hash)
    return [{"block": hex0x(state.hash), "changes": _changes(state, _keys(keys))}]


@rpc()
def state_getMetadata(node: Node, block_hash: Any = None) -> str:  # noqa: N802
    """The runtime's metadata in V14, as Substrate nodes answer it."""
    state_at(node, block_hash)
    return hex0x(node.runtime.metadata_v14)


@rpc("chain_getRuntimeVersion")
def state_getRuntimeVersion(node: Node, block_hash: Any = None) -> dict[str, Any]:  # noqa: N802
    """Name, versions and runtime APIs of the runtime."""
    state_at(node, block_hash)
    return node.runtime_version


@rpc("state_callAt")
def state_call(node: Node, method: Any, data: Any, block_hash: Any = None) -> str:
    """Run a runtime API method on encoded arguments; raises RpcError 4003 when it fails."""
    if not isinstance(method, str):
        raise invalid_params("a method name is needed")
    args = hex_param(data, "call data")
    state = state_at(node, block_hash)
    try:
        return hex0x(state.call(method, args))
    except NotInRuntimeError:
        why = f"Exported method {method} is not found"
        raise RpcError(CLIENT_ERROR, f"Client error: Execution failed: {why}") from None
    except BadDataError as error:
        why = f"Bad input data provided to {method.partition('_')[2]}: {error}"
        raise RpcError(CLIENT_ERROR, f"Client error: Execution failed: {why}") from None


@subscription(
    "state_runtimeVersion",
    ("state_unsubscribeRuntimeVersion", "chain_unsubscribeRuntimeVersion"),
    "chain_subscribeRuntimeVersion",
)
def state_subscribeRuntimeVersion(node: Node, sink: Sink) -> Callable[[], None]:  # noqa: N802
    """The runtime version; a localnet never changes it."""
    sink.send(node.runtime_version)
    return lambda: None


@subscription("state_storage", ("state_unsubscribeStorage",))
def state_subscribeStorage(node: Node, sink: Sink, keys: Any = None) -> Callable[[], None]:  # noqa: N802
    """The values under the keys now, then those that a new head changed."""
    if keys is None:
        raise invalid_params("storage keys are needed; watching all of them is not allowed")
    wanted = _keys(keys)
    state = node.state_at(node.best_number)
    known = {key: state.read(key) for key in wanted}
    first = [[hex0x(key), _maybe_hex(value)] for key, value in known.items()]
    sink.send({"block": hex0x(state.hash), "changes": first})

    def tell(_: object) -> None:
        now = node.state_at(node.best_number)
        changes = []
        for key in wanted:
            value = now.read(key)
            if value != known[key]:
                known[key] = value
                changes.append([hex0x(key), _maybe_hex(value)])
        if changes:
            sink.send({"block": hex0x(now.hash), "changes": changes})

    return node.heads.add(tell)


def _keys(keys: Any) -> list[bytes]:
    if not isinstance(keys, list):
        raise invalid_params("a list of storage keys is needed")
    return list(dict.fromkeys(hex_param(key, "storage key") for key in keys))


def _changes(state: StateAt, keys: Sequence[bytes]) -> list[list[str | None]]:
    return [[hex0x(key), _maybe_hex(state.read(key))] for key in keys]

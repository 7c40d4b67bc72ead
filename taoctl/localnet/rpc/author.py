"""RPC methods that submit and watch extrinsics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taoctl.localnet.block import hex0x
from taoctl.localnet.node import Node
from taoctl.localnet.rpc.registry import hex_param, invalid_params, rpc, subscription
from taoctl.localnet.session import Sink
from taoctl.scale.crypto import blake2_256


@rpc()
def author_submitExtrinsic(node: Node, extrinsic: Any) -> str:  # noqa: N802
    """Put a signed extrinsic into the pool; answers its hash."""
    return hex0x(node.submit(hex_param(extrinsic, "extrinsic")))


@subscription("author_extrinsicUpdate", ("author_unwatchExtrinsic",))
def author_submitAndWatchExtrinsic(  # noqa: N802
    node: Node, sink: Sink, extrinsic: Any
) -> Callable[[], None]:
    """Put a signed extrinsic into the pool and follow it until it is finalized or dropped."""
    raw = hex_param(extrinsic, "extrinsic")
    watching = True

    def tell(status: Any) -> None:
        if watching:
            sink.send(status)

    def stop() -> None:
        nonlocal watching
        watching = False

    node.submit(raw, tell)
    return stop


@rpc()
def author_pendingExtrinsics(node: Node) -> list[str]:  # noqa: N802
    """Extrinsics that are ready for a block."""
    return [hex0x(entry.extrinsic.raw) for entry in node.pool.pending()]


@rpc()
def author_removeExtrinsic(node: Node, extrinsics: Any) -> list[str]:  # noqa: N802
    """Throw waiting extrinsics out, each `{"hash": ..}` or `{"extrinsic": ..}`; answers hashes.

    Those that follow from them go too, and none is taken again for a while.
    """
    if not isinstance(extrinsics, list):
        raise invalid_params("a list of hashes or extrinsics is needed")
    gone = [entry for one in extrinsics for entry in node.pool.remove(_hash_of(one))]
    return [hex0x(entry.hash) for entry in gone]


def _hash_of(value: Any) -> bytes:
    if isinstance(value, dict) and len(value) == 1:
        ((kind, text),) = value.items()
        if kind == "hash":
            return hex_param(text, "hash", 32)
        if kind == "extrinsic":
            return blake2_256(hex_param(text, "extrinsic"))
    raise invalid_params('each is {"hash": ..} or {"extrinsic": ..}')

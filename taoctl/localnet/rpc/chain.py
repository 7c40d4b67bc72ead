"""RPC methods about blocks and headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taoctl.localnet.block import Block, hex0x
from taoctl.localnet.node import Node
from taoctl.localnet.rpc.params import hash_param
from taoctl.localnet.rpc.registry import invalid_params, rpc, subscription
from taoctl.localnet.session import Sink


@rpc()
def chain_getBlock(node: Node, block_hash: Any = None) -> dict[str, Any] | None:  # noqa: N802
    """A block with its extrinsics; null for a hash the node does not know."""
    block = _block(node, block_hash)
    return None if block is None else block.as_json()


@rpc()
def chain_getHeader(node: Node, block_hash: Any = None) -> dict[str, Any] | None:  # noqa: N802
    """A header; null for a hash the node does not know."""
    block = _block(node, block_hash)
    return None if block is None else block.header.as_json()


def _block(node: Node, block_hash: Any) -> Block | None:
    wanted = hash_param(block_hash)
    return node.block(node.best_number) if wanted is None else node.block_by_hash(wanted)


@rpc("chain_getHead")
def chain_getBlockHash(node: Node, number: Any = None) -> Any:  # noqa: N802
    """The hash of a block by number, a list of them for a list, the best block's for nothing."""
    if isinstance(number, list):
        return [_hash(node, one) for one in number]
    return _hash(node, number)


def _hash(node: Node, number: Any) -> str | None:
    if number is None:
        return hex0x(node.best_hash)
    if isinstance(number, str) and number.startswith("0x"):
        try:
            number = int(number, 16)
        except ValueError:
            raise invalid_params("a block number is not hex") from None
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise invalid_params("a block number is needed")
    found = node.hash_of(number)
    return None if found is None else hex0x(found)


@rpc("chain_getFinalisedHead")
def chain_getFinalizedHead(node: Node) -> str:  # noqa: N802
    """The hash of the last finalized block."""
    return hex0x(node.finalized_hash)


@subscription(
    "chain_newHead",
    ("chain_unsubscribeNewHeads", "chain_unsubscribeNewHead", "unsubscribe_newHead"),
    "chain_subscribeNewHead",
    "subscribe_newHead",
)
def chain_subscribeNewHeads(node: Node, sink: Sink) -> Callable[[], None]:  # noqa: N802
    """The best header now, then every new one."""
    sink.send(node.block(node.best_number).header.as_json())
    return node.heads.add(lambda block: sink.send(block.header.as_json()))


@subscription("chain_allHead", ("chain_unsubscribeAllHeads",))
def chain_subscribeAllHeads(node: Node, sink: Sink) -> Callable[[], None]:  # noqa: N802
    """Every imported header; one node imports only what it authors."""
    sink.send(node.block(node.best_number).header.as_json())
    return node.heads.add(lambda block: sink.send(block.header.as_json()))


@subscription(
    "chain_finalizedHead",
    ("chain_unsubscribeFinalizedHeads", "chain_unsubscribeFinalisedHeads"),
    "chain_subscribeFinalisedHeads",
)
def chain_subscribeFinalizedHeads(node: Node, sink: Sink) -> Callable[[], None]:  # noqa: N802
    """The last finalized header now, then every new one."""
    sink.send(node.block(node.finalized_number).header.as_json())
    return node.finalized_heads.add(lambda block: sink.send(block.header.as_json()))

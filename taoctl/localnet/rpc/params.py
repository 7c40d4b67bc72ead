"""Reading RPC parameters that several methods share."""

from __future__ import annotations

from typing import Any

from taoctl.addresses import is_ss58
from taoctl.localnet.node import Node
from taoctl.localnet.rpc.registry import RpcError, hex_param, invalid_params
from taoctl.localnet.state import StateDiscardedError
from taoctl.localnet.state_at import StateAt

CLIENT_ERROR = 4003


def account_param(value: Any) -> str:
    """An SS58 address; raises RpcError -32602."""
    if not isinstance(value, str) or not is_ss58(value):
        raise invalid_params("an SS58 address with prefix 42 is needed")
    return value


def hash_param(value: Any) -> bytes | None:
    """An optional block hash; raises RpcError -32602."""
    return None if value is None else hex_param(value, "block hash", 32)


def state_at(node: Node, block_hash: Any) -> StateAt:
    """The state that a request names by block hash, or the best block's.

    Raises:
        RpcError: 4003 for an unknown block and for one whose state is not kept any more.
    """
    wanted = hash_param(block_hash)
    number = node.best_number if wanted is None else node.number_of(wanted)
    if number is None and wanted is not None and node.block_by_hash(wanted) is not None:
        raise unknown_block(f"State already discarded for {block_hash}")
    if number is None:
        raise unknown_block(f"Header was not found in the database: {block_hash}")
    try:
        return node.state_at(number)
    except StateDiscardedError:
        raise unknown_block(f"State already discarded for {block_hash}") from None


def unknown_block(why: str) -> RpcError:
    """Substrate's error for a block or state that the node does not have."""
    return RpcError(CLIENT_ERROR, f"Client error: UnknownBlock: {why}")

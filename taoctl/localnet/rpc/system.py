"""RPC methods about the node itself."""

from __future__ import annotations

from typing import Any

from taoctl.errors import BadDataError
from taoctl.localnet.block import hex0x
from taoctl.localnet.node import Node
from taoctl.localnet.rpc.params import account_param, hash_param
from taoctl.localnet.rpc.registry import RpcError, hex_param, invalid_params, rpc

_UNDECODABLE = 2
NODE_NAME = "taoctl localnet"


@rpc()
def rpc_methods(node: Node) -> dict[str, Any]:
    """Every method this node answers."""
    return {"methods": node.method_names}


@rpc()
def system_name(node: Node) -> str:
    """Name of the node's implementation."""
    return NODE_NAME


@rpc()
def system_version(node: Node) -> str:
    """Version of the node's implementation."""
    return node.version


@rpc()
def system_chain(node: Node) -> str:
    """Name of the chain, which says that it is simulated."""
    return node.chain_name


@rpc()
def system_chainType(node: Node) -> str:  # noqa: N802
    """Kind of the chain."""
    return "Development"


@rpc()
def system_properties(node: Node) -> dict[str, Any]:
    """Address format and token, as on mainnet."""
    return {"ss58Format": 42, "tokenDecimals": 9, "tokenSymbol": "TAO"}


@rpc()
def system_health(node: Node) -> dict[str, Any]:
    """A node alone on its chain has no peers and nothing to sync."""
    return {"peers": 0, "isSyncing": False, "shouldHavePeers": False}


@rpc()
def system_syncState(node: Node) -> dict[str, Any]:  # noqa: N802
    """Where the node's chain stands."""
    best = node.best_number
    return {"startingBlock": 0, "currentBlock": best, "highestBlock": best}


@rpc()
def system_peers(node: Node) -> list[Any]:
    """Peers: none."""
    return []


@rpc()
def system_nodeRoles(node: Node) -> list[str]:  # noqa: N802
    """This node authors every block."""
    return ["Authority"]


@rpc()
def system_localListenAddresses(node: Node) -> list[str]:  # noqa: N802
    """Peer-to-peer addresses: none."""
    return []


@rpc("account_nextIndex")
def system_accountNextIndex(node: Node, account: Any) -> int:  # noqa: N802
    """The next nonce of an account, counting its extrinsics that wait in the pool."""
    return node.next_nonce(account_param(account))


@rpc("system_dryRunAt")
async def system_dryRun(node: Node, extrinsic: Any, at: Any = None) -> str:  # noqa: N802
    """What applying an extrinsic on the best block answers, without doing it.

    Hex of `Result<Result<(), DispatchError>, TransactionValidityError>`. Earlier blocks cannot be
    applied to.
    """
    raw = hex_param(extrinsic, "extrinsic")
    if at is not None and hash_param(at) != node.best_hash:
        raise invalid_params("an extrinsic can be applied to the best block only")
    try:
        return hex0x(await node.dry_run(raw))
    except BadDataError as error:
        raise RpcError(_UNDECODABLE, "Unable to dry run extrinsic.", error.message) from None

"""What a node's refusal of an extrinsic says about where the extrinsic is now."""

from __future__ import annotations

from enum import Enum

from taoctl.chain.rpc import POLICY_RPC_CODES, RpcError

_HELD = 1013
_BANNED = 1012
_AUTHOR = range(1000, 1100)
_NOT_LOOKED_AT = POLICY_RPC_CODES | {-32700, -32600, -32601, -32602}


class Rejection(Enum):
    """HELD: the pool has it already; REFUSED: this node did not take it; UNCLEAR: who knows."""

    HELD = "held"
    REFUSED = "refused"
    UNCLEAR = "unclear"


def rejection_of(problem: RpcError) -> Rejection:
    """What an error that answers a submission means.

    The transaction pool's own errors are 1000 to 1099. 1012 (banned for a while) says only that
    the pool knew it before, perhaps because a block has it; an internal error says nothing.
    """
    if problem.rpc_code == _HELD:
        return Rejection.HELD
    if problem.rpc_code == _BANNED:
        return Rejection.UNCLEAR
    if problem.rpc_code in _AUTHOR or problem.rpc_code in _NOT_LOOKED_AT:
        return Rejection.REFUSED
    return Rejection.UNCLEAR

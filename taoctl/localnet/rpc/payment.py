"""RPC methods about fees, which answer what the runtime API of the same name says."""

from __future__ import annotations

from typing import Any

from taoctl.errors import BadDataError
from taoctl.localnet.node import Node
from taoctl.localnet.rpc.params import state_at
from taoctl.localnet.rpc.registry import RpcError, hex_param, rpc

_RUNTIME_ERROR = 1
_DECODE_ERROR = 2


@rpc()
def payment_queryInfo(node: Node, extrinsic: Any, block_hash: Any = None) -> dict[str, Any]:  # noqa: N802
    """Weight, class and fee (without tip) of a signed extrinsic."""
    state_at(node, block_hash)
    try:
        info = node.fee_info(hex_param(extrinsic, "extrinsic"))
    except BadDataError as error:
        raise RpcError(_DECODE_ERROR, "Unable to query dispatch info.", str(error)) from None
    return {
        "weight": {"ref_time": info.weight, "proof_size": 0},
        "class": info.dispatch_class.lower(),
        "partialFee": str(info.total),
    }


@rpc()
def payment_queryFeeDetails(  # noqa: N802
    node: Node, extrinsic: Any, block_hash: Any = None
) -> dict[str, Any]:
    """The parts of a signed extrinsic's fee; no inclusion fee for calls that pay none."""
    state_at(node, block_hash)
    try:
        info = node.fee_info(hex_param(extrinsic, "extrinsic"))
    except BadDataError as error:
        raise RpcError(_DECODE_ERROR, "Unable to query fee details.", str(error)) from None
    if info.free:
        return {"inclusionFee": None}
    fee = {"baseFee": info.base, "lenFee": info.length, "adjustedWeightFee": info.weight_fee}
    return {"inclusionFee": {name: hex(amount) for name, amount in fee.items()}}

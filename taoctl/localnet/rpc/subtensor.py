"""RPC methods of Subtensor nodes for stake and pools: runtime APIs under names of their own.

Answers are the SCALE bytes of the runtime's answer as a list of numbers, except for prices.
"""

from __future__ import annotations

from typing import Any

from taoctl.addresses import decode_ss58
from taoctl.errors import BadDataError, NotInRuntimeError
from taoctl.localnet.node import Node
from taoctl.localnet.rpc.params import account_param, state_at
from taoctl.localnet.rpc.registry import RpcError, invalid_params, rpc
from taoctl.scale.compact import compact
from taoctl.units import U16_MAX, U64_MAX

_RUNTIME_ERROR = 1
_PRICE_BYTES = 10


@rpc()
def stakeInfo_getColdkeyLock(  # noqa: N802
    node: Node, coldkey: Any, netuid: Any, at: Any = None
) -> list[int]:
    """The lock of a coldkey (SS58) on a subnet, as it is now."""
    args = decode_ss58(account_param(coldkey)) + _netuid(netuid)
    return list(_ask(node, "StakeInfoRuntimeApi_get_coldkey_lock", args, at))


@rpc()
def swap_currentAlphaPrice(node: Node, netuid: Any, at: Any = None) -> int:  # noqa: N802
    """Spot price of a subnet's alpha, rao of TAO per alpha."""
    answer = _ask(node, "SwapRuntimeApi_current_alpha_price", _netuid(netuid), at)
    return int.from_bytes(answer, "little")


@rpc()
def swap_currentAlphaPriceAll(node: Node, at: Any = None) -> list[dict[str, int]]:  # noqa: N802
    """Spot prices of all networks."""
    answer = _ask(node, "SwapRuntimeApi_current_alpha_price_all", b"", at)
    rows = answer[compact(answer)[1] :]
    return [
        {
            "netuid": int.from_bytes(rows[start : start + 2], "little"),
            "price": int.from_bytes(rows[start + 2 : start + _PRICE_BYTES], "little"),
        }
        for start in range(0, len(rows), _PRICE_BYTES)
    ]


@rpc()
def swap_simSwapTaoForAlpha(  # noqa: N802
    node: Node, netuid: Any, tao: Any, at: Any = None
) -> list[int]:
    """What a market buy with TAO in rao would come to."""
    args = _netuid(netuid) + _amount(tao)
    return list(_ask(node, "SwapRuntimeApi_sim_swap_tao_for_alpha", args, at))


@rpc()
def swap_simSwapAlphaForTao(  # noqa: N802
    node: Node, netuid: Any, alpha: Any, at: Any = None
) -> list[int]:
    """What a market sale of alpha in rao would come to."""
    args = _netuid(netuid) + _amount(alpha)
    return list(_ask(node, "SwapRuntimeApi_sim_swap_alpha_for_tao", args, at))


@rpc()
def delegateInfo_getDelegates(node: Node, at: Any = None) -> list[int]:  # noqa: N802
    """Every delegate with its nominators."""
    return list(_ask(node, "DelegateInfoRuntimeApi_get_delegates", b"", at))


@rpc()
def delegateInfo_getDelegate(  # noqa: N802
    node: Node, delegate_account_vec: Any, at: Any = None
) -> list[int]:
    """One delegate, by the bytes of its public key."""
    args = _key_bytes(delegate_account_vec)
    return list(_ask(node, "DelegateInfoRuntimeApi_get_delegate", args, at))


@rpc()
def delegateInfo_getDelegated(  # noqa: N802
    node: Node, delegatee_account_vec: Any, at: Any = None
) -> list[int]:
    """The delegates of a coldkey, by the bytes of its public key."""
    args = _key_bytes(delegatee_account_vec)
    return list(_ask(node, "DelegateInfoRuntimeApi_get_delegated", args, at))


def _ask(node: Node, method: str, args: bytes, block_hash: Any) -> bytes:
    try:
        return state_at(node, block_hash).call(method, args)
    except (NotInRuntimeError, BadDataError) as error:
        raise RpcError(_RUNTIME_ERROR, f"Unable to call {method}: {error}") from None


def _netuid(value: Any) -> bytes:
    return _unsigned(value, U16_MAX, "netuid").to_bytes(2, "little")


def _amount(value: Any) -> bytes:
    return _unsigned(value, U64_MAX, "amount").to_bytes(8, "little")


def _unsigned(value: Any, most: int, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise invalid_params(f"the {what} must be a whole number up to {most}")
    return value


def _key_bytes(value: Any) -> bytes:
    try:
        if isinstance(value, list) and len(value) == 32:
            return bytes(value)
    except (TypeError, ValueError):
        pass
    raise invalid_params("the 32 bytes of a public key are needed, as a list of numbers")

"""What a call costs in transaction fees, for amounts that leave room for it."""

from __future__ import annotations

from taoctl.addresses import decode_ss58
from taoctl.calls.base import ChainCall, call_bytes
from taoctl.chain.extrinsic import Era, dispatch_info, unsigned_for_fee
from taoctl.chain.view import View
from taoctl.errors import NotInRuntimeError
from taoctl.scale.crypto import SR25519

_LATE_NONCE = 2**30 - 1
_ERA_BLOCKS = 64
_MARGIN_RAO = 16
"""More than another nonce, era or kind of signature adds to a fee of one rao a byte."""


async def fee_of(view: View, account: str, call: ChainCall) -> int:
    """Rao that a call costs an account in transaction fees, at most; 0 where nobody can tell."""
    extrinsic = unsigned_for_fee(
        view.codec,
        call_bytes(view.codec, call),
        public_key=decode_ss58(account),
        crypto=SR25519,
        nonce=_LATE_NONCE,
        era=Era.mortal(_ERA_BLOCKS, view.block),
        tip_rao=0,
    )
    try:
        return (await dispatch_info(view, extrinsic)).partial_fee_rao + _MARGIN_RAO
    except NotInRuntimeError:
        return 0

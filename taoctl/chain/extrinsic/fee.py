"""What a call costs: an extrinsic with a dummy signature, priced by the runtime."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.chain.extrinsic.terms import Era
from taoctl.chain.view import View
from taoctl.errors import BadDataError
from taoctl.scale.codec import Codec, hex_bytes
from taoctl.scale.crypto import SR25519

_DUMMY_SIGNATURE = b"\x01" * 64


@dataclass(frozen=True, slots=True)
class DispatchInfo:
    """What the runtime says of an extrinsic before it is included.

    Attributes:
        ref_time: picoseconds of computation.
        proof_size: bytes of storage proof.
        dispatch_class: Normal, Operational or Mandatory.
        partial_fee_rao: the fee without the tip.
    """

    ref_time: int
    proof_size: int
    dispatch_class: str
    partial_fee_rao: int


def unsigned_for_fee(
    codec: Codec,
    call: bytes,
    *,
    public_key: bytes,
    crypto: int = SR25519,
    nonce: int = 0,
    era: Era | None = None,
    tip_rao: int = 0,
    metadata_hash: bool = True,
) -> bytes:
    """An extrinsic of the length that the real one will have, under a signature that is none."""
    raw, _ = codec.encode_signed_extrinsic(
        call,
        public_key=public_key,
        signature=_DUMMY_SIGNATURE,
        signature_version=crypto,
        era=(era or Era.immortal()).value,
        nonce=nonce,
        tip=tip_rao,
        metadata_hash_enabled=metadata_hash and "CheckMetadataHash" in codec.extension_names(),
    )
    return raw


async def dispatch_info(view: View, extrinsic: bytes) -> DispatchInfo:
    """Weight and fee of an extrinsic by `TransactionPaymentApi.query_info` at the view's block.

    Raises what `View.api` raises; NotInRuntimeError where the metadata does not list the API.
    """
    codec = (await view.settle()).codec
    info = codec.need_api("TransactionPaymentApi", "query_info")
    # The extrinsic travels as it is, not as the metadata's type of it, then its length as u32.
    arguments = "0x" + (extrinsic + len(extrinsic).to_bytes(4, "little")).hex()
    answer = await view.chain.call("state_call", [info.rpc_name, arguments, view.block_hash])
    found = codec.decode_api_result(info, hex_bytes(answer))
    try:
        return DispatchInfo(
            ref_time=int(found["weight"]["ref_time"]),
            proof_size=int(found["weight"]["proof_size"]),
            dispatch_class=str(found["class"]),
            partial_fee_rao=int(found["partial_fee"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadDataError("the node sent a fee that cannot be read") from error

"""Signing an extrinsic for somebody who acts on the localnet by themselves."""

from __future__ import annotations

from taoctl.scale.codec import Codec
from taoctl.scale.crypto import SR25519, KeySigner

ERA_BLOCKS = 16
"""How long an actor's extrinsic stays valid."""


def sign_extrinsic(
    codec: Codec, key: KeySigner, call: bytes, nonce: int, birth: tuple[int, bytes], genesis: bytes
) -> bytes:
    """A signed extrinsic that is valid for some blocks from its birth on.

    Args:
        codec: over the runtime's metadata.
        key: who signs.
        call: the call's bytes.
        nonce: the next one of the key's account.
        birth: number and hash of the block that the extrinsic's life begins with.
        genesis: the hash of block 0.
    """
    era = {"period": ERA_BLOCKS, "current": birth[0]}
    payload = codec.signature_payload(
        call, era=era, nonce=nonce, tip=0, genesis_hash=genesis, era_block_hash=birth[1]
    )
    raw, _ = codec.encode_signed_extrinsic(
        call,
        public_key=key.public_key,
        signature=key.sign(payload),
        signature_version=SR25519,
        era=era,
        nonce=nonce,
        tip=0,
    )
    return raw

"""Calls that a pallet keeps by value or by hash: their bytes, checked against the hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taoctl.chain.view import Storage, View
from taoctl.errors import BadDataError
from taoctl.scale.codec import vec_bytes
from taoctl.scale.compact import strip_length
from taoctl.scale.crypto import blake2_256

PREIMAGES = Storage("Preimage", "PreimageFor")


@dataclass(frozen=True, slots=True)
class Found:
    """The bytes of a call, or why they are not known; the hash is known in most cases anyway."""

    call: bytes | None
    call_hash: str | None
    why: str | None = None


async def call_of(view: View, bounded: Any, longest: int | None = None) -> Found:
    """The call behind a `Bounded<Call>`.

    Args:
        bounded: as the codec decodes it.
        longest: bytes above which a preimage is not fetched; None fetches whatever its length.
    """
    if not isinstance(bounded, Mapping) or len(bounded) != 1:
        return Found(None, None, "its reference to the call is of no known form")
    (form, value), *_ = bounded.items()
    if form == "Inline":
        data = vec_bytes(value)
        return Found(data, "0x" + blake2_256(data).hex())
    call_hash = str(value["hash"])
    if form != "Lookup":
        return Found(None, call_hash, "it is kept by its hash alone, in a form no longer used")
    return await _preimage(view, call_hash, int(value["len"]), longest)


async def _preimage(view: View, call_hash: str, size: int, longest: int | None) -> Found:
    if longest is not None and size > longest:
        return Found(None, call_hash, f"its {size} bytes are left to `taoctl gov show`")
    if not view.has(PREIMAGES):
        return Found(None, call_hash, "the runtime keeps no preimages")
    key = view.codec.storage_key(PREIMAGES.pallet, PREIMAGES.item, (call_hash, size))
    raw = await view.raw(key)
    if raw is None:
        return Found(None, call_hash, f"nobody has noted the preimage of {call_hash}")
    try:
        data = strip_length(raw)
    except BadDataError:
        return Found(None, call_hash, "its preimage is damaged")
    if len(data) != size or "0x" + blake2_256(data).hex() != call_hash:
        return Found(None, call_hash, "its preimage is not of the hash it is kept under")
    return Found(data, call_hash)

"""Calls as they are passed between the members of a multisig: whole, or by their hash."""

from __future__ import annotations

import re

from taoctl.errors import UsageError

_HASH = re.compile(r"^0x[0-9a-f]{64}$")


def call_hash_of(text: str) -> str:
    """The `0x` hash that a text is; raises UsageError for anything else."""
    lower = text.strip().lower()
    if not _HASH.match(lower):
        raise UsageError(f"{text!r} is not a call hash", "it is 0x and 64 hex digits")
    return lower


def call_or_hash(text: str) -> tuple[bytes | None, str]:
    """The bytes of a call, None when only the hash is given, and the hash.

    Raises:
        UsageError: neither.
    """
    from taoctl.scale.crypto import blake2_256

    lower = text.strip().lower()
    if _HASH.match(lower):
        return None, lower
    try:
        data = bytes.fromhex(lower.removeprefix("0x"))
    except ValueError:
        data = b""
    if len(data) < 2:
        raise UsageError(
            "what to approve is neither a call nor a hash",
            "give the call's bytes as 0x hex, or its hash of 64 hex digits",
        )
    return data, "0x" + blake2_256(data).hex()

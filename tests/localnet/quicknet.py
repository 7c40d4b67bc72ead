"""Pulses of drand's quicknet, as its public API answers them, and payloads they open."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from taoctl.addresses import decode_ss58
from taoctl.scale.compact import compact_bytes, length_prefixed
from taoctl.scale.timelock import encrypted

GENESIS_SECONDS = 1_692_803_367
PERIOD_SECONDS = 3
PULSES = {
    1000: bytes.fromhex(
        "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125"
        "e342b73a8dd2bacbe47e4b6b63ed5e39"
    ),
    2000: bytes.fromhex(
        "b6cb8f482a0b15d45936a4c4ea08e98a087e71787caee3f4d07a8a9843b1bc54"
        "23c6b3c22f446488b3137eaca799c77e"
    ),
}
"""Signatures by round."""
RANDOMNESS_1000 = bytes.fromhex("fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd")


def pulse(drand_round: int, signature: bytes | None = None) -> dict[str, Any]:
    """A pulse as the chain stores it; without a signature, the one that opens the round."""
    signed = PULSES[drand_round] if signature is None else signature
    return {"round": drand_round, "randomness": bytes(32), "signature": signed}


def made_at(drand_round: int) -> int:
    """Milliseconds since 1970 at which a round's pulse is made."""
    return (GENESIS_SECONDS + (drand_round - 1) * PERIOD_SECONDS) * 1000


def payload(
    hotkey: str | None, uids: Sequence[int], values: Sequence[int], version_key: int = 0
) -> bytes:
    """What is encrypted; without a hotkey as older clients made it."""
    whose = b"" if hotkey is None else length_prefixed(decode_ss58(hotkey))
    lists = b"".join(
        compact_bytes(len(one)) + struct.pack(f"<{len(one)}H", *one) for one in (uids, values)
    )
    return whose + lists + struct.pack("<Q", version_key)


def sealed(
    hotkey: str | None,
    drand_round: int,
    uids: Sequence[int] = (4, 5),
    values: Sequence[int] = (1, 2),
    version_key: int = 0,
) -> bytes:
    """Weights as a timelocked commit holds them."""
    return encrypted(payload(hotkey, uids, values, version_key), drand_round)

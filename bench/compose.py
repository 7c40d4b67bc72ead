"""Composing, signing and checking an extrinsic; beside loading the composer with all metadata."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taoctl.chain.extrinsic import Composer, Era
from taoctl.chain.extrinsic.offline import Versions, load
from taoctl.chain.runtime import Runtime, RuntimeVersion
from taoctl.localnet.frame import Runtime as LocalRuntime
from taoctl.localnet.pallets import PALLETS
from taoctl.scale.codec import Codec
from taoctl.scale.crypto import SR25519, KeySigner

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "chain"
_HASH = "0x" + "11" * 32
_ROUNDS = 20


@dataclass(frozen=True)
class _Call:
    pallet: str
    name: str
    args: dict[str, Any] = field(default_factory=dict)


def _metadata() -> tuple[str, bytes, bytes]:
    """Name, V14 and V15: mainnet's where they are present, else the dev chain's."""
    paths = [_SHARED / f"finney-424.{version}.scale" for version in ("v14", "v15")]
    if all(path.exists() for path in paths):
        return "mainnet 424", paths[0].read_bytes(), paths[1].read_bytes()
    runtime = LocalRuntime(PALLETS)
    return "the dev chain", runtime.metadata_v14, runtime.metadata_v15


async def _compose(composer: Composer, call: _Call) -> int:
    key = KeySigner("//Alice")

    async def sign(payload: bytes) -> bytes:
        return key.sign(payload)

    made = await composer.compose_and_sign(
        call,
        public_key=key.public_key,
        crypto=SR25519,
        sign=sign,
        nonce=1,
        era=Era.mortal(64, 1_000),
        era_block_hash=_HASH,
    )
    return len(made.data)


def _timed(composer: Composer, call: _Call, rounds: int) -> tuple[float, int]:
    begin = time.perf_counter()
    for _ in range(rounds):
        size = asyncio.run(_compose(composer, call))
    return (time.perf_counter() - begin) * 1_000 / rounds, size


def main() -> None:
    """Print the figures."""
    name, fourteen, fifteen = _metadata()
    begin = time.perf_counter()
    __import__("substrateinterface")
    print(f"importing the composer: {(time.perf_counter() - begin) * 1_000:.0f} ms")
    version = RuntimeVersion("node-subtensor", 424, 1)
    composer = Composer(Runtime(version, Codec(fifteen, 424, 1), "cache"), _HASH)
    pay = _Call(
        "Balances", "transfer_keep_alive", {"dest": KeySigner("//Bob").ss58, "value": 10**9}
    )
    calls = {
        "a transfer": pay,
        "100 in a batch": _Call("Utility", "batch_all", {"calls": [pay] * 100}),
    }
    first_ms = 0.0
    for words, call in calls.items():
        cold_ms, size = _timed(composer, call, 1)
        warm_ms, _ = _timed(composer, call, _ROUNDS)
        first_ms = first_ms or cold_ms
        print(f"{words} ({size} B) by {name}: first {cold_ms:.0f} ms, then {warm_ms:.1f} ms each")
    begin = time.perf_counter()
    load(fourteen, Versions(424, 1))
    whole_ms = (time.perf_counter() - begin) * 1_000
    print(
        f"loading all of its metadata instead: {whole_ms:.0f} ms ({whole_ms / first_ms:.0f} times)"
    )

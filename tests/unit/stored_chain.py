"""A node reduced to what was put into it, speaking bytes under real metadata."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from taoctl.chain.runtime import Runtime, RuntimeVersion
from taoctl.chain.view import View
from taoctl.scale.codec import Codec

METADATA = Path(__file__).resolve().parents[3] / "shared" / "chain"
SPECS = {424: "finney-424", 393: "finney-393", 365: "finney-365", 218: "subtensor-218"}


def codec_of(spec: int) -> Codec:
    """The codec of a real runtime; skips where the metadata is not present."""
    path = METADATA / f"{SPECS[spec]}.v15.scale"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return Codec(path.read_bytes(), spec, 1)


class StoredChain:
    """Answers state requests from encoded values; asking for anything else fails."""

    network = "stored"
    simulated = False

    def __init__(self, spec: int) -> None:
        self.codec = codec_of(spec)
        self.values: dict[bytes, bytes] = {}
        self.answers: dict[tuple[str, bytes], bytes] = {}
        self.asked: list[str] = []

    def put(self, item: str, *keys: Any, value: Any, pallet: str = "SubtensorModule") -> None:
        """Store a value of the runtime's own type."""
        info = self.codec.need_storage(pallet, item)
        self.values[self.codec.storage_key(pallet, item, *keys)] = self.codec.encode(
            info.value_type, value
        )

    def answer(self, api: str, method: str, *args: Any, value: Any) -> None:
        """Fix what a runtime API says."""
        info = self.codec.need_api(api, method)
        encoded = self.codec.encode_api_args(info, args)
        self.answers[info.rpc_name, encoded] = self.codec.encode(info.output, value)

    async def call(self, method: str, params: Any = ()) -> Any:
        """One JSON-RPC request."""
        self.asked.append(method if method != "state_call" else params[0])
        match method:
            case "state_getStorage":
                found = self.values.get(bytes.fromhex(params[0][2:]))
                return None if found is None else "0x" + found.hex()
            case "state_queryStorageAt":
                keys = [bytes.fromhex(key[2:]) for key in params[0]]
                changes = [["0x" + key.hex(), self._hex(key)] for key in keys]
                return [{"block": params[1], "changes": changes}]
            case "state_getKeysPaged":
                prefix, start = bytes.fromhex(params[0][2:]), params[2]
                after = bytes.fromhex(start[2:]) if start else b""
                found_keys = sorted(k for k in self.values if k.startswith(prefix) and k > after)
                return ["0x" + key.hex() for key in found_keys[: params[1]]]
            case "state_call":
                return "0x" + self.answers[params[0], bytes.fromhex(params[1][2:])].hex()
        raise AssertionError(f"{method} was not expected")

    def _hex(self, key: bytes) -> str | None:
        found = self.values.get(key)
        return None if found is None else "0x" + found.hex()

    def view(self, block: int = 1000) -> View:
        """A view of the stored state as some block's."""
        version = RuntimeVersion("node-subtensor", self.codec.spec_version, 1)
        runtime = Runtime(version, self.codec, "node")

        async def find() -> Runtime:
            return runtime

        return View(self, block, "0x" + "ab" * 32, find, runtime)  # type: ignore[arg-type]

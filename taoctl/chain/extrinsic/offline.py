"""substrate-interface without a socket: what it asks a node for is answered from what we hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taoctl.addresses import SS58_PREFIX

_NO_HASH = "0x" + "00" * 32
_NO_URL = "http://localhost:0"
"""It wants one, and opens it only when asked to by a request; the transport stands before that."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of the runtime that a signature is bound to."""

    spec_version: int
    transaction_version: int


class _Held:
    """Answers the questions of substrate-interface; stands where its socket would."""

    def __init__(self, metadata: bytes, versions: Versions) -> None:
        self._answers: dict[str, Any] = {
            "state_getMetadata": "0x" + metadata.hex(),
            "chain_getHeader": {"parentHash": _NO_HASH, "number": "0x0"},
            "chain_getBlockHash": _NO_HASH,
            "chain_getRuntimeVersion": {
                "specVersion": versions.spec_version,
                "transactionVersion": versions.transaction_version,
            },
            "rpc_methods": {"methods": []},
        }

    def rpc_request(self, payload: Mapping[str, Any], result_handler: object = None) -> Any:
        """The held answer; raises for anything that would need a node."""
        method = payload["method"]
        if method not in self._answers:
            raise RuntimeError(f"the composer asked for {method}")
        return {"jsonrpc": "2.0", "id": payload.get("id"), "result": self._answers[method]}

    def close(self) -> None:
        """Nothing is open."""


def load(metadata: bytes, versions: Versions) -> Any:
    """A SubstrateInterface that knows metadata V14 and these versions, and no node."""
    from substrateinterface import SubstrateInterface

    codec = SubstrateInterface(url=_NO_URL, auto_discover=False, ss58_format=SS58_PREFIX)
    codec.transport = _Held(metadata, versions)
    codec.init_runtime(block_hash=_NO_HASH)
    return codec

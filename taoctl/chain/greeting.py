"""The first words on a new socket: is this the right chain, and where does it stand?"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from taoctl.chain.header import Head, read_header
from taoctl.chain.rpc import Caller, RpcError
from taoctl.chain.runtime import RuntimeVersion, read_version
from taoctl.errors import BadDataError, UnreachableError

_LONGEST_NAME = 100
_HASH = re.compile(r"0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a node says of its chain: genesis hash, runtime version, newest head, name.

    `name` is None when it does not say; `syncing` is whether it is still catching up.
    """

    genesis: str
    version: RuntimeVersion
    head: Head
    name: str | None
    syncing: bool


async def ask_facts(call: Caller, genesis: str) -> Facts:
    """What a node says of its chain; all requests go out at once and cost one round trip.

    Args:
        call: asks the node.
        genesis: the hash that block 0 must have, empty when any will do.

    Raises:
        UnreachableError: it serves another chain.
        BadDataError: an answer cannot be read.
    """
    found, version, header, name, health = await asyncio.gather(
        call("chain_getBlockHash", [0]),
        call("state_getRuntimeVersion"),
        call("chain_getHeader"),
        _or_none(call, "system_chain"),
        _or_none(call, "system_health"),
    )
    check_genesis(found, genesis)
    return Facts(
        found,
        read_version(version),
        read_header(header),
        name[:_LONGEST_NAME] if isinstance(name, str) else None,
        isinstance(health, dict) and health.get("isSyncing") is True,
    )


def check_genesis(found: Any, expected: str) -> None:
    """Raise unless a genesis hash can be read and is the expected one, if one is."""
    if not isinstance(found, str) or not _HASH.fullmatch(found):
        raise BadDataError("it sent a genesis hash that cannot be read")
    if expected and found != expected:
        raise UnreachableError(
            f"it serves another chain (genesis {found[:10]}…, not {expected[:10]}…)"
        )


async def _or_none(call: Caller, method: str) -> Any:
    """The answer to a question that some endpoints do not allow."""
    try:
        return await call(method)
    except RpcError:
        return None

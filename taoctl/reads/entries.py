"""Reading entries that a runtime may lack: what is absent is None, never 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taoctl.chain.view import Storage, View
from taoctl.scale.codec import vec_bytes
from taoctl.units import ROOT_NETUID as ROOT_NETUID

PALLET = "SubtensorModule"

_UNTYPED = "Vec<u8>"


def item(name: str) -> Storage:
    """A storage item of the subnet pallet."""
    return Storage(PALLET, name)


async def value_or_none(view: View, name: str, *keys: Any) -> Any:
    """One value of the subnet pallet, or None when the runtime has no such item."""
    if not view.has(item(name)):
        return None
    return await view.value(PALLET, name, *keys)


async def column_of(view: View, name: str, keys: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Values of one item of the subnet pallet for many keys; all None when there is no item."""
    if not keys or not view.has(item(name)):
        return [None] * len(keys)
    return list(await view.values(PALLET, name, list(keys)))


async def typed_api(view: View, api: str, method: str, *args: Any) -> Any:
    """The answer of a runtime API, or None where the runtime has none.

    The oldest runtimes answer these APIs with untyped bytes and take accounts as bytes; that
    counts as absent, and the caller reads storage instead.
    """
    info = view.codec.api(api, method)
    if info is None or view.codec.type_name(info.output) == _UNTYPED:
        return None
    return await view.api(api, method, *args)


def text_of(value: Any) -> str:
    """Text of chain bytes, whichever way they were decoded; broken UTF-8 is replaced."""
    return "" if value is None else vec_bytes(value).decode("utf-8", "replace")


def bits_of(value: Any) -> int | None:
    """The integer behind a fixed point value, or None."""
    if value is None:
        return None
    return int(value["bits"]) if isinstance(value, dict) else int(value)

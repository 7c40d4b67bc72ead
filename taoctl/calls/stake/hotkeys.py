"""What the chain knows of hotkeys and subnets, and what it says where that is not enough."""

from __future__ import annotations

from typing import Any

from taoctl.calls.base import Refusal
from taoctl.chain.view import Storage, View

PALLET = "SubtensorModule"


def item(name: str) -> Storage:
    """A storage item of the subnet pallet."""
    return Storage(PALLET, name)


OWNER = item("Owner")
NETWORKS = item("NetworksAdded")


async def read(view: View, name: str, *keys: Any) -> Any:
    """A value of the subnet pallet, its default where nothing is stored."""
    return await view.value(PALLET, name, *keys)


async def read_or_none(view: View, name: str, *keys: Any) -> Any:
    """A value of the subnet pallet; None where the runtime has no such item."""
    return await read(view, name, *keys) if view.has(item(name)) else None


async def is_stored(view: View, name: str, *keys: Any) -> bool:
    """Whether a value is stored, so that it is not only the item's default."""
    return await view.raw(view.codec.storage_key(PALLET, name, *keys)) is not None


async def owner_of(view: View, hotkey: str) -> str | None:
    """The coldkey that owns a hotkey; None where the chain does not know the hotkey."""
    if not await is_stored(view, OWNER.item, hotkey):
        return None
    return str(await read(view, OWNER.item, hotkey))


async def unknown_hotkey(view: View, hotkey: str) -> tuple[Refusal, ...]:
    """The refusal of a hotkey that the chain does not know; empty when it does."""
    if await owner_of(view, hotkey) is not None:
        return ()
    return (
        Refusal(
            "HotKeyAccountNotExists",
            f"the chain knows no hotkey {hotkey}",
            "check the address; a hotkey begins with its first registration on a subnet",
        ),
    )


async def not_owned(view: View, coldkey: str, hotkey: str) -> tuple[Refusal, ...]:
    """The refusal of a hotkey that is not the coldkey's own; empty when it is."""
    owner = await owner_of(view, hotkey)
    if owner == coldkey:
        return ()
    said = "which the chain does not know" if owner is None else f"which belongs to {owner}"
    return (
        Refusal(
            "NonAssociatedColdKey",
            f"{coldkey} does not own the hotkey {hotkey}, {said}",
            "sign with the coldkey that registered it"
            if owner is not None
            else "check the address; registering a hotkey on a subnet makes it yours",
        ),
    )


async def no_subnet(view: View, netuid: int) -> tuple[Refusal, ...]:
    """The refusal of a subnet that is not there; empty when it is."""
    if await read(view, NETWORKS.item, netuid):
        return ()
    return (
        Refusal(
            "SubnetNotExists",
            f"there is no subnet {netuid}",
            "see `taoctl subnet list` for the subnets there are",
        ),
    )


def too_soon(view: View, name: str, what: str, allowed_from_block: int) -> tuple[Refusal, ...]:
    """The refusal of what the next block does not allow yet; empty when it does."""
    if view.block + 1 >= allowed_from_block:
        return ()
    return (
        Refusal(
            name,
            what,
            f"wait until block {allowed_from_block}, and run it again",
            allowed_from_block,
        ),
    )

"""Lending a hotkey's stake weight to other hotkeys of a subnet: its children."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.addresses import decode_ss58
from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.stake.hotkeys import (
    NETWORKS,
    OWNER,
    PALLET,
    item,
    no_subnet,
    not_owned,
    read,
    read_or_none,
    too_soon,
)
from taoctl.calls.stake.proportion import percent_text
from taoctl.chain.view import Api, Call, View
from taoctl.units import RAO_PER_TAO, U64_MAX, Tao

MOST_CHILDREN = 5
"""How many children a hotkey may have on a subnet; the runtime has no entry that says it."""

RATE_LIMIT_BLOCKS = 150
"""Blocks between two changes of a hotkey's children on a subnet; no entry says it either."""

_SET_CHILDREN = 0
_ROOT = 0
_PENDING = item("PendingChildKeys")
_PRICE = Api("SwapRuntimeApi", "current_alpha_price")


@dataclass(frozen=True, slots=True)
class Child:
    """A hotkey and the proportion of stake weight lent to it.

    Attributes:
        hotkey: ss58 address.
        share: of 2^64 - 1.
    """

    hotkey: str
    share: int

    def __str__(self) -> str:
        return f"{self.hotkey}={percent_text(self.share, U64_MAX)}"


@dataclass(frozen=True, slots=True)
class SetChildren(Intent):
    """Name the children of a hotkey on a subnet, in place of those it has; none takes all back.

    Attributes:
        hotkey: ss58 address of the parent; the signer must own it.
        netuid: the subnet.
        children: those it shall have.
    """

    needs = (
        OWNER,
        NETWORKS,
        item("ChildKeys"),
        item("ParentKeys"),
        item("TransactionKeyLastBlock"),
        Call(PALLET, "set_children"),
    )

    hotkey: str
    netuid: int
    children: tuple[Child, ...]

    def summary(self) -> str:
        """Who gets what."""
        where = f"of {self.hotkey} on subnet {self.netuid}"
        if not self.children:
            return f"take back every child {where}"
        return f"set the children {where} to {_listed(self.children)}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`set_children`."""
        children = [(one.share, one.hotkey) for one in self.children]
        args = {"hotkey": self.hotkey, "netuid": self.netuid, "children": children}
        return ChainCall(PALLET, "set_children", args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """What the chain checks, in its order; the first that fails is what it says."""
        return (
            await self._too_soon(view)
            or await self._no_place(view)
            or await not_owned(view, origin, self.hotkey)
            or self._malformed()
            or await self._in_a_circle(view)
            or await self._too_little_stake(view)
        )

    async def _too_soon(self, view: View) -> tuple[Refusal, ...]:
        key = (self.hotkey, self.netuid, _SET_CHILDREN)
        last = int(await read(view, "TransactionKeyLastBlock", *key))
        if not last:
            return ()
        said = (
            f"the children of {self.hotkey} on subnet {self.netuid} were changed in block {last}, "
            f"and are changed every {RATE_LIMIT_BLOCKS} blocks at most"
        )
        return too_soon(view, "TxRateLimitExceeded", said, last + RATE_LIMIT_BLOCKS)

    async def _no_place(self, view: View) -> tuple[Refusal, ...]:
        if self.netuid != _ROOT:
            return await no_subnet(view, self.netuid)
        said = "hotkeys have no children on the root network"
        hint = "name a subnet with --netuid"
        return (Refusal("RegistrationNotPermittedOnRootSubnet", said, hint),)

    def _malformed(self) -> tuple[Refusal, ...]:
        hotkeys = [one.hotkey for one in self.children]
        total = sum(one.share for one in self.children)
        twice = next((one for one in hotkeys if hotkeys.count(one) > 1), None)
        if twice is not None:
            return (Refusal("DuplicateChild", f"{twice} is named twice", "name each child once"),)
        if self.hotkey in hotkeys:
            said = f"{self.hotkey} cannot be its own child"
            hint = "what is not given to others it keeps; leave it out"
            return (Refusal("InvalidChild", said, hint),)
        if len(hotkeys) > MOST_CHILDREN:
            said = f"{len(hotkeys)} children are more than {MOST_CHILDREN}, the most there may be"
            return (Refusal("TooManyChildren", said, "leave some out"),)
        if total > U64_MAX:
            said = f"the shares are {percent_text(total, U64_MAX)} together"
            return (Refusal("ProportionOverflow", said, "give away 100% at most"),)
        return ()

    async def _in_a_circle(self, view: View) -> tuple[Refusal, ...]:
        parents = {str(one) for _, one in await read(view, "ParentKeys", self.hotkey, self.netuid)}
        both = next((one.hotkey for one in self.children if one.hotkey in parents), None)
        if both is None:
            return ()
        said = (
            f"{both} is a parent of {self.hotkey} on subnet {self.netuid}, and cannot be its child"
        )
        return (Refusal("ChildParentInconsistency", said, "choose another child"),)

    async def _too_little_stake(self, view: View) -> tuple[Refusal, ...]:
        if not self.children:
            return ()
        least = int(await read_or_none(view, "StakeThreshold") or 0)
        owner = await read_or_none(view, "SubnetOwnerHotkey", self.netuid)
        if not least or owner == self.hotkey:
            return ()
        worth = await _total_stake(view, self.hotkey)
        if worth is None or worth >= least:
            return ()
        said = (
            f"{self.hotkey} has stake worth {Tao(worth)}, and needs {Tao(least)} to have children"
        )
        hint = "stake more to it first; children can be taken back without"
        return (Refusal("NotEnoughStakeToSetChildkeys", said, hint),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The children that wait for their block; those in force where it does not wait."""
        there = f"children on subnet {self.netuid}"
        if not await self._waits(view):
            now = _listed(await children_of(view, self.hotkey, self.netuid))
            # What is in force the chain keeps by the bytes of the addresses.
            kept = sorted(self.children, key=lambda one: decode_ss58(one.hotkey))
            return (Effect(self.hotkey, there, now, _listed(kept)),)
        pending = await pending_children(view, self.hotkey, self.netuid)
        before = "none" if pending is None else _listed(pending[0])
        return (Effect(self.hotkey, f"pending {there}", before, _listed(self.children)),)

    async def _waits(self, view: View) -> bool:
        """Whether a change waits: the runtime makes it wait, and the subnet has started."""
        return view.has(_PENDING) and bool(await read_or_none(view, "SubtokenEnabled", self.netuid))

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """When it takes effect, what it replaces, and children that the subnet does not know."""
        found = [*await self._waiting(view)]
        uids = await asyncio.gather(
            *(read_or_none(view, "Uids", self.netuid, one.hotkey) for one in self.children)
        )
        found += [
            f"{one.hotkey} has no UID on subnet {self.netuid}: what is lent to it earns nothing"
            for one, uid in zip(self.children, uids, strict=True)
            if uid is None
        ]
        if any(not one.share for one in self.children):
            found.append("a child with a share of 0% is lent nothing")
        return tuple(found)

    async def _waiting(self, view: View) -> list[str]:
        if not await self._waits(view):
            return ["the change takes effect at once"]
        cooldown = int(await read(view, "PendingChildKeyCooldown"))
        found = [
            f"the change takes effect with the subnet's first epoch after block "
            f"{view.block + 1 + cooldown} ({cooldown} blocks from when it is sent)"
        ]
        pending = await pending_children(view, self.hotkey, self.netuid)
        if pending is not None:
            children, block = pending
            found.append(
                f"it replaces a change to {_listed(children)} that waits for block {block}, "
                "and the wait begins anew"
            )
        return found


async def children_of(view: View, hotkey: str, netuid: int) -> tuple[Child, ...]:
    """The children of a hotkey in force on a subnet, in the chain's order."""
    return _children(await read(view, "ChildKeys", hotkey, netuid))


async def pending_children(
    view: View, hotkey: str, netuid: int
) -> tuple[tuple[Child, ...], int] | None:
    """The children that wait, and the block they wait for; None where no change does."""
    found = await read_or_none(view, _PENDING.item, netuid, hotkey)
    if found is None or not int(found[1]):
        return None
    return _children(found[0]), int(found[1])


def _children(stored: Sequence[tuple[Any, Any]]) -> tuple[Child, ...]:
    return tuple(Child(str(hotkey), int(share)) for share, hotkey in stored)


def _listed(children: Sequence[Child]) -> str:
    return ", ".join(map(str, children)) or "none"


async def _total_stake(view: View, hotkey: str) -> int | None:
    """Rao of TAO that all stake of a hotkey is worth; None where the runtime tells no prices."""
    if not view.has(_PRICE):
        return None
    netuids = [int(one) for one, there in (await view.map(PALLET, NETWORKS.item)).items() if there]
    stakes = await view.values(PALLET, "TotalHotkeyAlpha", [(hotkey, one) for one in netuids])
    held = [(one, int(stake)) for one, stake in zip(netuids, stakes, strict=True) if int(stake)]
    prices = await asyncio.gather(
        *(view.api(_PRICE.api, _PRICE.method, netuid) for netuid, _ in held)
    )
    each = (stake * int(price) for (_, stake), price in zip(held, prices, strict=True))
    return sum(each) // RAO_PER_TAO

"""Starting a subnet: from then on its alpha is traded, and it may take part in emission.

Source: subnets/subnet.rs of subtensor at spec 425 (do_start_call).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.stake.hotkeys import (
    NETWORKS,
    PALLET,
    item,
    no_subnet,
    read,
    read_or_none,
    too_soon,
)
from taoctl.chain.view import Call, Constant, View
from taoctl.units import Tao, subnet_name

_START = Call(PALLET, "start_call")
_FIRST = item("FirstEmissionBlockNumber")
_DELAY = Constant(PALLET, "DurationOfStartCall")
"""The delay where it is not stored; before spec 393."""


@dataclass(frozen=True, slots=True)
class StartSubnet(Intent):
    """Start a subnet of the signer's.

    Attributes:
        netuid: the subnet.
    """

    needs = (NETWORKS, item("SubnetOwner"), item("NetworkRegisteredAt"), _FIRST, _START)

    netuid: int

    def summary(self) -> str:
        """Which subnet."""
        return f"start subnet {self.netuid}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`start_call`."""
        return ChainCall(PALLET, _START.name, {"netuid": self.netuid})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """No such subnet, one of somebody else's, one that has started, or too early."""
        return (
            await no_subnet(view, self.netuid)
            or await self._not_owner(view, origin)
            or await self._started(view)
            or await self._early(view)
        )

    async def _not_owner(self, view: View, origin: str) -> tuple[Refusal, ...]:
        owner = await read(view, "SubnetOwner", self.netuid)
        if owner == origin:
            return ()
        said = f"subnet {self.netuid} belongs to {owner}, not to {origin}"
        return (Refusal("BadOrigin", said, "sign with the coldkey that owns it"),)

    async def _started(self, view: View) -> tuple[Refusal, ...]:
        first = await read(view, _FIRST.item, self.netuid)
        if first is None:
            return ()
        said = f"subnet {self.netuid} was started already, to emit from block {first} on"
        hint = f"see `taoctl subnet show {self.netuid}`"
        return (Refusal("FirstEmissionBlockNumberAlreadySet", said, hint),)

    async def _early(self, view: View) -> tuple[Refusal, ...]:
        since, delay = await asyncio.gather(
            read(view, "NetworkRegisteredAt", self.netuid), start_delay(view)
        )
        said = f"subnet {self.netuid} was created in block {since}, and may be started {delay} "
        said += "blocks after that"
        return too_soon(view, "NeedWaitingMoreBlocksToStarCall", said, int(since) + delay)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """That alpha is traded, and from which block it may emit."""
        if await self.preflight(view, origin):
            return ()
        name = subnet_name(self.netuid)
        return (
            Effect(None, f"trading on {name}", "no", "yes"),
            Effect(None, f"first emission of {name}", "none", f"block {view.block + 2}"),
        )

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What it does not bring yet, and that it is for good."""
        found = ["it cannot be stopped again: anybody may trade its alpha from then on"]
        enabled, tao, alpha = await asyncio.gather(
            read_or_none(view, "SubnetEmissionEnabled", self.netuid),
            read(view, "SubnetTAO", self.netuid),
            read(view, "SubnetAlphaIn", self.netuid),
        )
        if int(alpha):
            price = Tao(int(tao) * 10**9 // int(alpha))
            found.append(f"its pool holds {Tao(int(tao))}, and trading begins at about {price}")
        if enabled is False:
            found.append(
                "its emission is switched off, as that of every new subnet: only root switches it "
                "on, and until then no TAO flows into its pool"
            )
        return tuple(found)


async def start_delay(view: View) -> int:
    """Blocks that must pass between the creation of a subnet and its start."""
    stored = await read_or_none(view, "StartCallDelay")
    if stored is not None:
        return int(stored)
    return int(view.constant(_DELAY.pallet, _DELAY.name)) if view.has(_DELAY) else 0

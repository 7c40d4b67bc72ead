"""What a subnet says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.owner.standing import not_owner
from taoctl.calls.stake.hotkeys import NETWORKS, PALLET, item
from taoctl.calls.subnet_identity import MOST_BYTES, too_long
from taoctl.chain.view import Call, View
from taoctl.errors import NotInRuntimeError
from taoctl.scale.compact import byte_vectors
from taoctl.text import printable

_CALL = Call(PALLET, "set_subnet_identity")
_STORED = ("SubnetIdentitiesV3", "SubnetIdentities")
"""Where runtimes keep it; the older one has the first three fields."""
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class SetSubnetIdentity(Intent):
    """Set fields of a subnet's identity; the others stay as they are.

    Attributes:
        netuid: the subnet; the signer must own it.
        fields: (name, text) of those that are set, by the chain's own names.
    """

    needs = (NETWORKS, item("SubnetOwner"), _CALL)

    netuid: int
    fields: tuple[tuple[str, str], ...]

    def summary(self) -> str:
        """Which fields, and where."""
        names = ", ".join(name for name, _ in self.fields)
        return f"set the identity of subnet {self.netuid}: {names}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`set_subnet_identity`, with all fields that the runtime has."""
        known = _fields(view)
        for name, text in self.fields:
            if name not in known and text:
                raise NotInRuntimeError(
                    f"subnets have no {name} in this chain's runtime (spec {view.spec_version})",
                    f"leave it out; there are {', '.join(known)}",
                )
        values = await self._after(view)
        args = {name: values[name] for name in known}
        return ChainCall(PALLET, _CALL.name, {"netuid": self.netuid, **args})

    async def _after(self, view: View) -> dict[str, bytes]:
        set_now = {name: text.encode() for name, text in self.fields}
        return await stored_identity(view, self.netuid) | set_now

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Not the owner, and fields that are too long."""
        foreign = await not_owner(view, origin, self.netuid, "NotSubnetOwner")
        if foreign:
            return foreign
        return too_long(await self._after(view))

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The fields that change."""
        before, after = await stored_identity(view, self.netuid), await self._after(view)
        return tuple(
            Effect(None, name, _words(before[name]), _words(after[name]), netuid=self.netuid)
            for name in MOST_BYTES
            if before[name] != after[name]
        )

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That it says so already, or that everybody reads it."""
        if not await self.effects(view, origin):
            return ("it says just that already: nothing changes, and the fee is paid",)
        return ("everybody can read it, also what it was before: blocks are kept for good",)


async def stored_identity(view: View, netuid: int) -> dict[str, bytes]:
    """The fields of a subnet's identity; all empty where there is none."""
    empty = dict.fromkeys(MOST_BYTES, b"")
    name = next((one for one in _STORED if view.has(item(one))), None)
    if name is None:
        return empty
    data = await view.raw(view.codec.storage_key(PALLET, name, netuid))
    if data is None:
        return empty
    # The codec gives text, and `0x...` may be itself or bytes that are no text.
    names = list(MOST_BYTES)[: 8 if name == _STORED[0] else 3]
    return empty | dict(zip(names, byte_vectors(data, len(names)), strict=True))


def _fields(view: View) -> tuple[str, ...]:
    """The fields that the runtime's call has."""
    args = view.codec.call_args(_CALL.pallet, _CALL.name) or ()
    return tuple(name for name, _ in args if name != "netuid")


def _words(data: bytes) -> str:
    return printable(data.decode("utf-8", "replace"), _SHOWN) or "none"

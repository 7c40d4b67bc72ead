"""What a coldkey says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.stake.hotkeys import PALLET, item, read
from taoctl.chain.view import Call, View
from taoctl.errors import NotInRuntimeError
from taoctl.scale.compact import byte_vectors
from taoctl.text import printable

MOST_BYTES: Mapping[str, int] = {
    "name": 256,
    "url": 256,
    "github_repo": 256,
    "image": 1_024,
    "discord": 256,
    "description": 1_024,
    "additional": 1_024,
}
"""Bytes that the chain takes of each field; source: is_valid_identity of subtensor."""

_CALL = Call(PALLET, "set_identity")
_NOW, _BEFORE = item("IdentitiesV2"), item("Identities")
_ADDED = "github_repo"
"""The field that came with IdentitiesV2."""
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class SetIdentity(Intent):
    """Set fields of the signer's identity; the others stay as they are.

    Attributes:
        fields: (name, text) of those that are set, by the chain's own names.
    """

    needs = (item("OwnedHotkeys"), item("IsNetworkMember"), _CALL)

    fields: tuple[tuple[str, str], ...]

    def summary(self) -> str:
        """Which fields."""
        return f"set the identity: {', '.join(name for name, _ in self.fields)}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`set_identity`, with all fields that the runtime has."""
        known = _fields(view)
        for name, text in self.fields:
            if name not in known and text:
                raise NotInRuntimeError(
                    f"identities have no {name} in this chain's runtime (spec {view.spec_version})",
                    f"leave it out; there are {', '.join(known)}",
                )
        values = await self._after(view, origin)
        return ChainCall(PALLET, _CALL.name, {name: values[name] for name in known})

    async def _after(self, view: View, origin: str) -> dict[str, bytes]:
        return await _stored(view, origin) | {name: text.encode() for name, text in self.fields}

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """A coldkey without a hotkey on any subnet, and fields that are too long."""
        if not await _is_member(view, origin):
            said = f"no hotkey of {origin} has a UID on any subnet"
            hint = "register one first, with `taoctl subnet register`; sign with its coldkey"
            return (Refusal("HotKeyNotRegisteredInNetwork", said, hint),)
        after = await self._after(view, origin)
        return tuple(
            Refusal(
                "InvalidIdentity",
                f"{name} has {len(after[name])} bytes, and the chain takes {most} at most",
                f"shorten it by {len(after[name]) - most} bytes; one character may be several",
            )
            for name, most in MOST_BYTES.items()
            if len(after[name]) > most
        )

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The fields that change."""
        before, after = await _stored(view, origin), await self._after(view, origin)
        return tuple(
            Effect(origin, name, _words(before[name]), _words(after[name]))
            for name in MOST_BYTES
            if before[name] != after[name]
        )

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That it says so already, or that everybody reads it."""
        if not await self.effects(view, origin):
            return ("it says just that already: nothing changes, and the fee is paid",)
        return ("everybody can read it, also what it was before: blocks are kept for good",)


def _fields(view: View) -> tuple[str, ...]:
    """The fields that the runtime's call has."""
    args = view.codec.call_args(_CALL.pallet, _CALL.name) or ()
    return tuple(name for name, _ in args)


async def _stored(view: View, coldkey: str) -> dict[str, bytes]:
    """The fields of an identity; all empty where there is none."""
    empty = dict.fromkeys(MOST_BYTES, b"")
    entry = _NOW if view.has(_NOW) else _BEFORE
    data = await view.raw(view.codec.storage_key(PALLET, entry.item, coldkey))
    if data is None:
        return empty
    # The codec gives text, and `0x...` may be itself or bytes that are no text.
    names = [name for name in MOST_BYTES if entry is _NOW or name != _ADDED]
    return empty | dict(zip(names, byte_vectors(data, len(names)), strict=True))


async def _is_member(view: View, coldkey: str) -> bool:
    """Whether a hotkey of the coldkey has a UID anywhere."""
    for hotkey in await read(view, "OwnedHotkeys", coldkey):
        if any((await view.map(PALLET, "IsNetworkMember", hotkey)).values()):
            return True
    return False


def _words(data: bytes) -> str:
    return printable(data.decode("utf-8", "replace"), _SHOWN) or "none"

"""What a neuron publishes on its subnet: a commitment."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.stake.hotkeys import item, read
from taoctl.chain.view import Call, Constant, Storage, View
from taoctl.errors import NotInRuntimeError, UsageError
from taoctl.scale.codec import vec_bytes
from taoctl.scale.compact import array_bytes
from taoctl.text import printable

PALLET = "Commitments"
MOST_RAW_BYTES = 128
MOST_BYTES = 512
"""Bytes of one field in the open; the older runtimes take 128."""
LEAST_SPACE = 100
"""What a commitment counts as at least."""

_CALL = Call(PALLET, "set_commitment")
_STORED = Storage(PALLET, "CommitmentOf")
_MOST_FIELDS = Constant(PALLET, "MaxFields")
_ROOM, _USED = Storage(PALLET, "MaxSpace"), Storage(PALLET, "UsedSpaceOf")
_EPOCH = item("SubnetEpochIndex")
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class SetCommitment(Intent):
    """Publish fields of bytes on a subnet, in place of those before; the signer has a UID there.

    Attributes:
        netuid: the subnet.
        fields: at most 512 bytes each.
    """

    needs = (item("Uids"), _STORED, _MOST_FIELDS, _CALL)
    signs_with = "hotkey"

    netuid: int
    fields: tuple[bytes, ...]

    def summary(self) -> str:
        """How much of it, and where."""
        size = sum(map(len, self.fields))
        return f"publish {size} bytes on subnet {self.netuid}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`set_commitment`."""
        info = {"fields": [_field(view, one) for one in self.fields]}
        return ChainCall(PALLET, _CALL.name, {"netuid": self.netuid, "info": info})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """No UID there, too many fields, or no room left in this epoch."""
        if await read(view, "Uids", self.netuid, origin) is None:
            said = f"{origin} has no UID on subnet {self.netuid}"
            hint = "register it with `taoctl subnet register`, or name a hotkey that is registered"
            return (Refusal("AccountNotAllowedCommit", said, hint),)
        most = int(view.constant(_MOST_FIELDS.pallet, _MOST_FIELDS.name))
        if len(self.fields) > most:
            said = f"{len(self.fields)} fields are more than the {most} that a commitment has"
            return (Refusal("TooManyFieldsInCommitmentInfo", said, "put more into one field"),)
        return await self._no_room(view, origin)

    async def _no_room(self, view: View, origin: str) -> tuple[Refusal, ...]:
        left = await _room_left(view, self.netuid, origin)
        if left is None or self.space <= left:
            return ()
        said = f"it counts as {self.space} bytes, and this epoch has room for {left} more"
        hint = f"publish less, or wait for the next epoch of subnet {self.netuid}"
        return (Refusal("SpaceLimitExceeded", said, hint),)

    @property
    def space(self) -> int:
        """The bytes that it counts as."""
        return max(sum(map(len, self.fields)), LEAST_SPACE)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """What is published, before and after."""
        stored = await view.value(PALLET, _STORED.item, self.netuid, origin)
        after = ", ".join(map(_words, self.fields)) or "nothing"
        what = f"commitment on subnet {self.netuid}"
        return (Effect(origin, what, _stored_words(stored), after),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That everybody reads it, and what room the epoch has left."""
        found = ["everybody can read it, also what it was before: blocks are kept for good"]
        left = await _room_left(view, self.netuid, origin)
        if left is not None and self.space <= left:
            found.append(f"this epoch then has room for {left - self.space} more bytes")
        return tuple(found)


def _field(view: View, data: bytes) -> dict[str, bytes]:
    if len(data) <= MOST_RAW_BYTES:
        return {f"Raw{len(data)}": data}
    if len(data) > MOST_BYTES:
        raise UsageError(f"a field has {len(data)} bytes", f"the chain takes {MOST_BYTES} at most")
    if not view.has(_ROOM):
        # BigRaw came to the pallet together with the room of an epoch.
        raise NotInRuntimeError(
            f"a field has {len(data)} bytes, and this chain's runtime (spec {view.spec_version}) "
            f"takes {MOST_RAW_BYTES} at most",
            "split it into several fields",
        )
    return {"BigRaw": data}


async def _room_left(view: View, netuid: int, hotkey: str) -> int | None:
    """Bytes that the hotkey may still publish in this epoch; None where it is not known."""
    if not all(map(view.has, (_ROOM, _USED, _EPOCH))):
        return None
    room, used, epoch = await asyncio.gather(
        view.value(PALLET, _ROOM.item),
        view.value(PALLET, _USED.item, netuid, hotkey),
        read(view, _EPOCH.item, netuid),
    )
    if used is None or int(used["last_epoch"]) != int(epoch):
        return int(room)
    return max(int(room) - int(used["used_space"]), 0)


def _stored_words(stored: Mapping[str, Any] | None) -> str:
    if stored is None:
        return "nothing"
    return ", ".join(map(_stored_field, stored["info"]["fields"])) or "nothing"


def _stored_field(field: Any) -> str:
    parts: tuple[str, Any] = (field, None) if isinstance(field, str) else next(iter(field.items()))
    name, value = parts
    if name == "BigRaw":
        return _words(vec_bytes(value))
    return _words(array_bytes(value)) if name.startswith("Raw") else str(name)


def _words(data: bytes) -> str:
    try:
        return f"{printable(data.decode(), _SHOWN)!r}"
    except UnicodeDecodeError:
        return printable("0x" + data.hex(), _SHOWN)

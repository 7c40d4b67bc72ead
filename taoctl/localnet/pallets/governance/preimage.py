"""Preimage: bytes kept on chain under their hash, for calls that name only the hash."""

from __future__ import annotations

from typing import Any

from taoctl.errors import BadDataError, NotInRuntimeError
from taoctl.localnet.frame import (
    Call,
    DispatchError,
    Identity,
    Origin,
    Pallet,
    Post,
    Root,
    StorageMap,
    call,
    ensure_root,
    ensure_signed,
)
from taoctl.localnet.pallets.governance.call_bounds import (
    INLINE_LIMIT,
    lookup_hash,
    lookup_length,
)
from taoctl.localnet.pallets.governance.preimage_types import (
    ERRORS,
    EVENTS,
    MAX_SIZE,
    MAX_UPGRADED,
    REQUEST,
    UNNOTE,
    UNREQUEST,
    OldRequestStatus,
    RequestStatus,
    deposit_for,
    weigh_note,
    weigh_update,
)
from taoctl.localnet.types import H256, Bounded, Bytes, Tup, VariantValue, Vec, u8, u32, variant
from taoctl.scale.crypto import blake2_256

_HASH_ARG = ("hash", H256, "T::Hash")
_HOLD = variant("Preimage", "Preimage")


class Preimage(Pallet):
    """Bytes under their blake2-256 hash, kept while somebody pays or something requests them."""

    name = "Preimage"
    index = 14
    crate = "pallet_preimage::pallet"

    StatusFor = StorageMap(OldRequestStatus, [(Identity, H256)], optional=True)
    RequestStatusFor = StorageMap(RequestStatus, [(Identity, H256)], optional=True)
    PreimageFor = StorageMap(Bounded(u8, MAX_SIZE), [(Identity, Tup(H256, u32))], optional=True)

    events = EVENTS
    errors = ERRORS

    @call(0, args=[("bytes", Bytes)], weight=weigh_note)
    def note_preimage(self, origin: Origin, bytes: bytes) -> Post:
        """Keep bytes; a signer pays a deposit, unless they were requested: then all is free."""
        who = self._payer(origin)
        requested = self._note(bytes, who)
        return Post(pays=not (requested or who is None))

    @call(1, args=[_HASH_ARG], weight=UNNOTE)
    def unnote_preimage(self, origin: Origin, hash: str) -> None:
        """Give up bytes that one pays for, and get the deposit back."""
        who = self._payer(origin)
        status = self.RequestStatusFor[hash]
        if status is None:
            raise self.error("NotNoted")
        ((form, data),) = status.items()
        ticket = data["ticket"] if form == "Unrequested" else data["maybe_ticket"]
        if ticket is None:
            if who is not None:
                raise self.error("NotAuthorized")
            self._unrequest(hash)
            return
        owner, held = ticket
        if who is not None and who != owner:
            raise self.error("NotAuthorized")
        self.rt.balances.release(owner, _HOLD, held)
        if form == "Requested":
            self.RequestStatusFor[hash] = _requested(None, data["count"], data["maybe_len"])
        else:
            self._clear(hash, data["len"])

    @call(2, args=[_HASH_ARG], weight=REQUEST)
    def request_preimage(self, origin: Origin, hash: str) -> None:
        """Ask for bytes, so that whoever brings them pays nothing."""
        ensure_root(origin)
        self.request(hash)

    @call(3, args=[_HASH_ARG], weight=UNREQUEST)
    def unrequest_preimage(self, origin: Origin, hash: str) -> None:
        """Take back one request."""
        ensure_root(origin)
        self._unrequest(hash)

    @call(4, args=[("hashes", Vec(H256), "Vec<T::Hash>")], weight=weigh_update)
    def ensure_updated(self, origin: Origin, hashes: tuple[str, ...]) -> Post:
        """Bring entries of an older form to that of today; a localnet never has any."""
        ensure_signed(origin)
        if not hashes:
            raise self.error("TooFew")
        if len(hashes) > MAX_UPGRADED:
            raise self.error("TooMany")
        return Post(pays=True)

    # for other pallets

    def bound(self, call: Call) -> VariantValue:
        """A call as it may be kept: inline, or noted and requested once.

        A call that is noted already gets no second request, as on chain: the first to drop it
        takes it from the others.

        Raises:
            DispatchError: Exhausted, when it is longer than any preimage may be.
        """
        data = self.rt.encode_call(call)
        if len(data) <= INLINE_LIMIT:
            return variant("Inline", data)
        if len(data) > MAX_SIZE:
            raise DispatchError("Exhausted")
        self._note(data, None)
        return variant("Lookup", {"hash": _hash_of(data), "len": len(data)})

    def peek(self, bounded: Any) -> Call | None:
        """The call that is kept; None when its bytes are gone or are no call."""
        data = self.fetch(bounded)
        if data is None:
            return None
        try:
            return self.rt.decode_call(data)
        except (BadDataError, NotInRuntimeError):
            return None

    def fetch(self, bounded: Any) -> bytes | None:
        """The bytes of a kept call, or None."""
        name = lookup_hash(bounded)
        if name is None:
            return bytes(bounded["Inline"])
        length = lookup_length(bounded)
        if length is None:
            length = self._length(name)
        found = None if length is None else self.PreimageFor[name, length]
        return None if found is None else bytes(found)

    def request(self, hash: str) -> None:
        """Request bytes once more."""
        status = self.RequestStatusFor[hash]
        ticket, count, length = None, 1, None
        if status is not None:
            ((form, data),) = status.items()
            if form == "Requested":
                ticket, count, length = data["maybe_ticket"], data["count"] + 1, data["maybe_len"]
            else:
                ticket, length = data["ticket"], data["len"]
        self.RequestStatusFor[hash] = _requested(ticket, count, length)
        if count == 1:
            self.deposit("Requested", hash)

    def drop(self, bounded: Any) -> None:
        """Take back the request of a kept call; what was not requested stays as it is."""
        name = lookup_hash(bounded)
        if name is not None:
            status = self.RequestStatusFor[name]
            if status is not None and "Requested" in status:
                self._unrequest(name)

    def _payer(self, origin: Origin) -> str | None:
        return None if isinstance(origin, Root) else ensure_signed(origin)

    def _length(self, name: str) -> int | None:
        status = self.RequestStatusFor[name]
        if status is None:
            return None
        ((form, data),) = status.items()
        length: int | None = data["len"] if form == "Unrequested" else data["maybe_len"]
        return length

    def _note(self, data: bytes, who: str | None) -> bool:
        """Keep bytes; whether they are requested now."""
        if len(data) > MAX_SIZE:
            raise self.error("TooBig")
        name, length = _hash_of(data), len(data)
        status = self._noted(self.RequestStatusFor[name], who, length)
        self.RequestStatusFor[name] = status
        self.PreimageFor[name, length] = data
        self.deposit("Noted", name)
        return "Requested" in status

    def _noted(self, before: Any, who: str | None, length: int) -> VariantValue:
        if before is None and who is not None:
            held = deposit_for(length)
            self.rt.balances.hold(who, _HOLD, held)
            return variant("Unrequested", {"ticket": (who, held), "len": length})
        if before is None:
            return _requested(None, 1, length)
        ((form, data),) = before.items()
        if form == "Requested":
            return _requested(data["maybe_ticket"], data["count"], length)
        if who is not None:
            raise self.error("AlreadyNoted")
        return _requested(data["ticket"], 1, length)

    def _unrequest(self, name: str) -> None:
        status = self.RequestStatusFor[name]
        if status is None or "Unrequested" in status:
            raise self.error("NotRequested")
        data = status["Requested"]
        ticket, count, length = data["maybe_ticket"], data["count"], data["maybe_len"]
        if count > 1:
            self.RequestStatusFor[name] = _requested(ticket, count - 1, length)
        elif length is None:
            del self.RequestStatusFor[name]
        elif ticket is None:
            self._clear(name, length)
        else:
            unrequested = variant("Unrequested", {"ticket": ticket, "len": length})
            self.RequestStatusFor[name] = unrequested

    def _clear(self, name: str, length: int) -> None:
        del self.RequestStatusFor[name]
        del self.PreimageFor[name, length]
        self.deposit("Cleared", name)


def _hash_of(data: bytes) -> str:
    return "0x" + blake2_256(data).hex()


def _requested(ticket: Any, count: int, length: int | None) -> VariantValue:
    return variant("Requested", {"maybe_ticket": ticket, "count": count, "maybe_len": length})

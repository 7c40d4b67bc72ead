"""The composing codec: calls, payloads and extrinsics made by substrate-interface."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from taoctl.chain.extrinsic import extensions
from taoctl.chain.extrinsic.metadata import read_registry
from taoctl.chain.extrinsic.offline import Versions, load
from taoctl.chain.extrinsic.prune import prune
from taoctl.chain.extrinsic.terms import CallLike, Terms
from taoctl.chain.extrinsic.values import Values, calls_of
from taoctl.errors import BadDataError, TaoctlError, UsageError
from taoctl.scale.crypto import ED25519, SR25519, blake2_256

HASHED_ABOVE = 256
"""Payloads longer than this are signed by their blake2-256 hash."""

WIRE_VERSION = 4
SIGNATURES = {ED25519: "Ed25519", SR25519: "Sr25519"}

_KEPT = 8
_ONE_AT_A_TIME = threading.Lock()
"""The composer's classes are shared by the process and point to whoever used them last."""


class Workshop:
    """Composes by one runtime's metadata, of which it loads what each call needs.

    Args:
        metadata: V14 or V15 of the runtime.
        versions: of the same runtime.

    Raises:
        BadDataError: the metadata cannot be read, or its extrinsics are of another version.
        UsageError: the runtime has transaction extensions that are not known here.
    """

    def __init__(self, metadata: bytes, versions: Versions) -> None:
        self.registry = read_registry(metadata)
        self._values = Values(self.registry)
        self._versions = versions
        self._loaded: OrderedDict[frozenset[tuple[str, str]], Any] = OrderedDict()
        if self.registry.extrinsic_version != WIRE_VERSION:
            version = self.registry.extrinsic_version
            raise BadDataError(
                f"this chain takes extrinsics of version {version}, which cannot be composed",
                "a newer taoctl may be able to",
            )
        try:
            extensions.check(self.registry)
        except RecursionError:
            raise BadDataError("the runtime metadata has types made of themselves") from None

    @property
    def extension_names(self) -> tuple[str, ...]:
        """Names of the runtime's transaction extensions."""
        return tuple(one.name for one in self.registry.extensions)

    def prepare(self, call: CallLike) -> None:
        """Load what a call needs, so that composing it is quick; raises as `call` does."""
        with _composing(call):
            self._values.arguments(call)
            self._codec(call)

    def call(self, call: CallLike) -> bytes:
        """SCALE bytes of a call; raises NotInRuntimeError, UsageError."""
        with _composing(call):
            arguments = self._values.arguments(call)
            composed = self._codec(call).compose_call(call.pallet, call.name, arguments)
            return bytes(composed.data.data)

    def payload(self, call: CallLike, data: bytes, terms: Terms) -> bytes:
        """The bytes to sign for a call whose SCALE bytes are `data`; raises UsageError."""
        extensions.check_terms(self.registry, terms)
        said = extensions.said(terms, self._versions)
        parts = [
            (one, "extrinsic", one.extra, said[extensions.EXTRA[one.name]])
            for one in extensions.with_extra(self.registry)
        ] + [
            (one, "additional_signed", one.implicit, said[extensions.IMPLICIT[one.name]])
            for one in extensions.with_implicit(self.registry)
        ]
        with _composing(call):
            codec = self._codec(call)
            declared = codec.metadata.get_signed_extensions()
            whole = data + b"".join(
                self._encoded(codec, declared[one.name][side], self._values.wrapped(number, leaf))
                for one, side, number, leaf in parts
            )
        return blake2_256(whole) if len(whole) > HASHED_ABOVE else whole

    def extrinsic(self, call: CallLike, terms: Terms, signature: bytes) -> bytes:
        """The signed extrinsic, with its length prefix."""
        said = extensions.said(terms, self._versions)
        extra = {
            extensions.EXTRA[one.name]: self._values.wrapped(
                one.extra, said[extensions.EXTRA[one.name]]
            )
            for one in extensions.with_extra(self.registry)
        }
        value = {
            **extra,
            "address": {"Id": (terms.public_key,)},
            "signature": {SIGNATURES[terms.crypto]: self._signature(terms.crypto, signature)},
            "call_module": call.pallet,
            "call_function": call.name,
        }
        with _composing(call):
            value["call_args"] = self._values.arguments(call)
            return self._encoded(self._codec(call), "Extrinsic", value)

    def _codec(self, call: CallLike) -> Any:
        """The composer loaded for a call and the calls inside it; the caller holds the lock."""
        wanted = frozenset(calls_of(call))
        found = next((loaded for loaded in self._loaded if wanted <= loaded), wanted)
        if found not in self._loaded:
            self._loaded[found] = load(prune(self.registry, wanted), self._versions)
            if len(self._loaded) > _KEPT:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(found)
        return self._loaded[found]

    def _encoded(self, codec: Any, kind: str, value: Any) -> bytes:
        scale = codec.runtime_config.create_scale_object(kind, metadata=codec.metadata)
        return bytes(scale.encode(value).data)

    def _signature(self, crypto: int, signature: bytes) -> Any:
        variants = self.registry.types[self.registry.signature].body
        kind = next(one for one in variants if one.name == SIGNATURES[crypto])
        return self._values.wrapped(kind.fields[0].type, signature)


@contextmanager
def _composing(call: CallLike) -> Iterator[None]:
    """One composing at a time; what the composer raises, of any type, as a UsageError."""
    with _ONE_AT_A_TIME:
        try:
            yield
        except TaoctlError:
            raise
        except Exception as error:
            text = str(error).partition("\n")[0][:200]
            raise UsageError(f"{call.pallet}.{call.name} cannot be composed: {text}") from error

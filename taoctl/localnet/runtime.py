"""The runtime: pallets over state, dispatch, runtime APIs, and storage as bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from taoctl.errors import BadDataError, NotInRuntimeError
from taoctl.localnet.declare import CallSpec
from taoctl.localnet.dispatch_error import DispatchError, Post
from taoctl.localnet.encoding import Encoding
from taoctl.localnet.pallet import Origin, Pallet
from taoctl.localnet.scaletypes import hex_readings
from taoctl.localnet.state import MapView, State, ValueStore, ValueView
from taoctl.localnet.storage_bytes import StorageBytes
from taoctl.localnet.types import Outer, Type, Vec
from taoctl.scale.codec import Codec

_API_CACHE = 256
_VIEW_CACHE = 8


@dataclass(frozen=True, slots=True)
class Call:
    """A call with its arguments as plain values, in the order of the declaration."""

    pallet: str
    name: str
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallWeight:
    """What a call is declared to cost."""

    ref_time: int
    proof_size: int
    dispatch_class: str
    pays: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a dispatched call ended. `weight` and `pays` are what it really cost."""

    error: DispatchError | None
    weight: int
    pays: bool

    @property
    def ok(self) -> bool:
        """Whether the call succeeded."""
        return self.error is None

    @property
    def result(self) -> Any:
        """The plain value of the runtime's DispatchResult."""
        return {"Ok": ()} if self.error is None else {"Err": self.error.value}


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event of the block in the making. `phase` is an extrinsic index or a phase name."""

    phase: int | str
    pallet: str
    name: str
    data: Any


class Host:
    """What a pallet sees as `self.rt`: the other pallets, the block and the stores."""

    state: State
    pallets: dict[str, Pallet]

    def __init__(self, classes: Sequence[type[Pallet]]) -> None:
        self.pallets = {c.name: c(self) for c in classes}
        for pallet in self.pallets.values():
            setattr(self, pallet.attr, pallet)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no pallet is reached as {name!r}")

    @property
    def block_number(self) -> int:
        """The block that the state belongs to."""
        raise NotImplementedError

    def store(self, pallet: str, item: str) -> Any:
        """The store of a storage item."""
        raise NotImplementedError

    def deposit(self, pallet: str, name: str, data: Any) -> None:
        """Emit an event."""
        raise NotImplementedError


class HostAt(Host):
    """The pallets over the state as it was after a block; for reading only."""

    def __init__(self, runtime: Runtime, block: int) -> None:
        self.state, self.block, self.runtime = runtime.state, block, runtime
        super().__init__(runtime.classes)

    @property
    def block_number(self) -> int:
        """The block this shows."""
        return self.block

    def store(self, pallet: str, item: str) -> Any:
        """The read-only store of a storage item."""
        base = self.runtime.store(pallet, item)
        view = ValueView if isinstance(base, ValueStore) else MapView
        return view(base, self.block)

    def deposit(self, pallet: str, name: str, data: Any) -> None:
        """Refuse: a past block takes no events."""
        raise TypeError("a past block takes no events")


@lru_cache(maxsize=8)
def _encoding(classes: tuple[type[Pallet], ...], spec: int, transaction: int) -> Encoding:
    return Encoding(classes, spec, transaction)


class Runtime(Host):
    """The pallets over the live state.

    Args:
        classes: pallet classes; sorted by index here.
        state: an empty State, or None for a new one.
        spec_version: and transaction_version: part of every signature.
    """

    def __init__(
        self,
        classes: Sequence[type[Pallet]],
        state: State | None = None,
        *,
        spec_version: int = 424,
        transaction_version: int = 1,
    ) -> None:
        self.classes = tuple(sorted(classes, key=lambda c: c.index))
        self.spec_version, self.transaction_version = spec_version, transaction_version
        self.state = State() if state is None else state
        self.encoding = _encoding(self.classes, spec_version, transaction_version)
        self.bytes = StorageBytes(self.state, self.classes, self.encoding)
        self.phase: int | str = "Initialization"
        self.events: list[EventRecord] = []
        self._apis = {f"{a.api}_{a.method}": (c.name, a) for c in self.classes for a in c.api_specs}
        self._answers: OrderedDict[tuple[Any, ...], bytes] = OrderedDict()
        self._views: OrderedDict[tuple[int, int], HostAt] = OrderedDict()
        super().__init__(self.classes)

    # metadata

    @property
    def codec(self) -> Codec:
        """The codec over this runtime's own metadata V15."""
        return self.encoding.codec

    @property
    def metadata_v14(self) -> bytes:
        """MetadataVersioned V14, with the `meta` magic."""
        return self.encoding.metadata_v14

    @property
    def metadata_v15(self) -> bytes:
        """MetadataVersioned V15, with the `meta` magic."""
        return self.encoding.metadata_v15

    # state

    @property
    def block_number(self) -> int:
        """The block in the making, or the head."""
        making = self.state.making
        return max(self.state.head, 0) if making is None else making

    def store(self, pallet: str, item: str) -> Any:
        """The live store of a storage item."""
        return self.state.stores[pallet, item]

    def at(self, block: int) -> Host:
        """The pallets over the state after a block; raises StateDiscardedError."""
        self.state.check_kept(block)
        if block == self.state.head and not self.state.in_block:
            return self
        key = (self.state.edits, block)
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = HostAt(self, block)
            while len(self._views) > _VIEW_CACHE:
                self._views.popitem(last=False)
        return view

    def storage_read(self, key: bytes, block: int) -> bytes | None:
        """The bytes stored under a full storage key after a block, or None."""
        self.state.check_kept(block)
        return self.bytes.read(key, block)

    def keys_paged(self, prefix: bytes, count: int, start: bytes | None, block: int) -> list[bytes]:
        """At most `count` storage keys with a prefix, sorted, after `start`, as of a block."""
        self.state.check_kept(block)
        return self.bytes.keys(prefix, count, start, block)

    # blocks

    def initialize_block(self, number: int) -> None:
        """Start a block: run every pallet's on_initialize."""
        for _ in self.initialize_steps(number):
            pass

    def initialize_steps(self, number: int) -> Iterator[None]:
        """Start a block in steps, between which other work may run (but not on live state)."""
        self.state.begin_block(number)
        self.events, self.phase = [], "Initialization"
        for pallet in self.pallets.values():
            yield from pallet.on_initialize(number) or ()
            yield

    def finalize_block(self) -> None:
        """Run every pallet's on_finalize, in index order."""
        self.phase = "Finalization"
        number = self.block_number
        for pallet in self.pallets.values():
            pallet.on_finalize(number)

    def deposit(self, pallet: str, name: str, data: Any) -> None:
        """Record an event of the block in the making."""
        self.events.append(EventRecord(self.phase, pallet, name, data))

    # calls

    def call_spec(self, call: Call) -> CallSpec:
        """The declaration of a call; raises NotInRuntimeError."""
        pallet = self.pallets.get(call.pallet)
        spec = pallet.call_specs.get(call.name) if pallet is not None else None
        if spec is None:
            raise NotInRuntimeError(f"this runtime has no call {call.pallet}.{call.name}")
        return spec

    def weight_of(self, call: Call) -> CallWeight:
        """What a call is declared to cost, before it runs."""
        spec = self.call_spec(call)
        weight = spec.weight
        if callable(weight):
            weight = weight(self.pallets[call.pallet], call.args)
        return CallWeight(weight, 0, spec.dispatch_class, spec.pays)

    def dispatch(self, call: Call, origin: Origin) -> Outcome:
        """Run a call; a failure is rolled back, events included, and told in the outcome."""
        spec = self.call_spec(call)
        declared = self.weight_of(call)
        mark = len(self.events)
        error: DispatchError | None = None
        post: Post | None
        try:
            with self.state.transaction():
                pallet = self.pallets[call.pallet]
                post = spec.func(pallet, origin, *(call.args[f.name or ""] for f in spec.args))
        except DispatchError as failure:
            del self.events[mark:]
            error, post = failure, failure.post
        weight, pays = declared.ref_time, declared.pays
        if post is not None:
            weight = weight if post.weight is None else min(post.weight, weight)
            pays = pays if post.pays is None else pays and post.pays
        return Outcome(error, weight, pays)

    def decode_call(self, data: bytes) -> Call:
        """A call from its bytes; raises BadDataError."""
        return self.checked_call(self.codec.decode_call(data), data)

    def checked_call(self, decoded: dict[str, Any], data: bytes) -> Call:
        """A call from what the codec decoded, checked to encode to exactly `data`."""
        for call in hex_readings(self.call_from_codec, decoded):
            if self.encode_call(call) == data:
                return cast(Call, call)
        raise BadDataError("the call's bytes are not what its arguments encode to")

    def call_from_codec(self, decoded: dict[str, Any]) -> Call:
        """A call from the codec's dict."""
        values = {a["name"]: a["value"] for a in decoded["call_args"]}
        pallet, name = decoded["call_module"], decoded["call_function"]
        spec = self.call_spec(Call(pallet, name, {}))
        args = {str(f.name): self._arg(f.type, values[f.name]) for f in spec.args}
        return Call(pallet, name, args)

    def _arg(self, type_: Type, value: Any) -> Any:
        if isinstance(type_, Outer):
            return self.call_from_codec(value)
        if isinstance(type_, Vec) and isinstance(type_.inner, Outer):
            return tuple(self.call_from_codec(v) for v in value)
        convert = type_.from_codec
        return value if convert is None else convert(value)

    def encode_call(self, call: Call) -> bytes:
        """The bytes of a call."""
        return self.codec.compose_call(call.pallet, call.name, self._codec_args(call))

    def _codec_args(self, call: Call) -> dict[str, Any]:
        spec = self.call_spec(call)
        return {str(f.name): self._codec_arg(f.type, call.args[f.name or ""]) for f in spec.args}

    def _codec_arg(self, type_: Type, value: Any) -> Any:
        if isinstance(type_, Outer):
            return {value.pallet: {value.name: self._codec_args(value)}}
        if isinstance(type_, Vec) and isinstance(type_.inner, Outer):
            return [self._codec_arg(type_.inner, v) for v in value]
        convert = type_.to_codec
        return value if convert is None else convert(value)

    # runtime APIs

    @property
    def api_names(self) -> tuple[str, ...]:
        """The `state_call` names of every declared runtime API method."""
        return tuple(self._apis)

    def call_api(self, name: str, args: bytes, block: int | None = None) -> bytes:
        """Answer a `state_call` at a block (default: the head) with SCALE bytes.

        Raises NotInRuntimeError, BadDataError for arguments, StateDiscardedError.
        """
        if name not in self._apis:
            raise NotInRuntimeError(f"this runtime has no API {name}")
        at = max(self.state.head, 0) if block is None else block
        key = (self.state.edits, at, name, args)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answer(name, args, at)
            self._answers[key] = answer
            while len(self._answers) > _API_CACHE:
                self._answers.popitem(last=False)
        return answer

    def _answer(self, name: str, args: bytes, block: int) -> bytes:
        pallet_name, spec = self._apis[name]
        pallet = self.at(block).pallets[pallet_name]
        values = (args,) if spec.raw else self.encoding.decode_args(spec, args)
        return self.encoding.encode(spec.returns, spec.func(pallet, *values))

    def api_value(self, name: str, *values: Any, block: int | None = None) -> Any:
        """The plain value a runtime API method returns, without encoding."""
        pallet_name, spec = self._apis[name]
        at = self if block is None else self.at(block)
        return spec.func(at.pallets[pallet_name], *values)

"""What a pallet sees of the runtime: the other pallets, the block, calls and their codec."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

from taoctl.errors import BadDataError, NotInRuntimeError, UsageError
from taoctl.localnet.declare import CallSpec
from taoctl.localnet.dispatch_error import DispatchError
from taoctl.localnet.encoding import Encoding
from taoctl.localnet.fees import PAYER_WEIGHT
from taoctl.localnet.pallet import Origin, Pallet
from taoctl.localnet.scaletypes import Bounded, hex_readings
from taoctl.localnet.state import State
from taoctl.localnet.types import Outer, Type, Vec
from taoctl.scale.codec import Codec


@dataclass(frozen=True, slots=True)
class Call:
    """A call with its arguments as plain values, in the order of the declaration.

    `raw` is its bytes once they were needed: calls within calls are measured again and again.
    """

    pallet: str
    name: str
    args: dict[str, Any]
    raw: bytes | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CallWeight:
    """What a call is declared to cost."""

    ref_time: int
    proof_size: int
    dispatch_class: str
    pays: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a dispatched call ended. `weight` and `pays` are what it really cost.

    `stated_weight` is the ref time that the call itself told; None: what it declares stands.
    """

    error: DispatchError | None
    weight: int
    pays: bool
    stated_weight: int | None = None

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
    judged: int | None = None

    def __init__(self, classes: Sequence[type[Pallet]], encoding: Encoding) -> None:
        self.classes, self.encoding = tuple(classes), encoding
        self.events: list[EventRecord] = []
        self.pallets = {c.name: c(self) for c in classes}
        for pallet in self.pallets.values():
            setattr(self, pallet.attr, pallet)

    @property
    def metadata_v14(self) -> bytes:
        """MetadataVersioned V14, with the `meta` magic."""
        return self.encoding.metadata_v14

    @property
    def metadata_v15(self) -> bytes:
        """MetadataVersioned V15, with the `meta` magic."""
        return self.encoding.metadata_v15

    @property
    def codec(self) -> Codec:
        """The codec over this runtime's own metadata V15."""
        return self.encoding.codec

    def constant(self, pallet: str, name: str) -> Any:
        """The plain value of a declared constant; raises KeyError."""
        for constant in self.pallets[pallet].constants:
            if constant.name == name:
                return constant.value_for(self.classes)
        raise KeyError(f"{pallet}.{name}")

    def encode_events(self, records: Sequence[EventRecord]) -> bytes:
        """The bytes of System.Events for these events."""
        return self.encoding.encode_events(records)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no pallet is reached as {name!r}")

    @contextmanager
    def judging(self, number: int) -> Iterator[None]:
        """Tell the pallets that this is the block meanwhile, as a node's pool does."""
        was, self.judged = self.judged, number
        try:
            yield
        finally:
            self.judged = was

    @property
    def block_number(self) -> int:
        """The block that the state belongs to, or the one that a call is judged for."""
        raise NotImplementedError

    def store(self, pallet: str, item: str) -> Any:
        """The store of a storage item."""
        raise NotImplementedError

    def deposit(self, pallet: str, name: str, data: Any) -> None:
        """Emit an event."""
        raise NotImplementedError

    def dispatch(self, call: Call, origin: Origin, *, bypass_filter: bool = False) -> Outcome:
        """Run a call inside the one that is running."""
        raise NotImplementedError

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
        if not callable(weight):
            return CallWeight(weight, 0, spec.dispatch_class, spec.pays)
        found = weight(self.pallets[call.pallet], call.args)
        if isinstance(found, CallWeight):
            return found
        return CallWeight(found, 0, spec.dispatch_class, spec.pays)

    def fee_payer(self, call: Call, who: str) -> str:
        """Who pays the fee of a call that `who` signed."""
        payers = (pallet.fee_payer(call, who) for pallet in self.pallets.values())
        return next((payer for payer in payers if payer is not None), who)

    def tell_root_seats(self, coldkeys: Sequence[str]) -> None:
        """Tell every pallet whose hotkeys got seats on root, or lost them."""
        for pallet in self.pallets.values():
            pallet.on_root_seats(coldkeys)

    def extension_weight(self, call: Call) -> int:
        """Ref time that all transaction extensions add to a call."""
        return PAYER_WEIGHT + sum(p.extension_weight(call) for p in self.pallets.values())

    def decode_call(self, data: bytes) -> Call:
        """A call from its bytes; raises BadDataError."""
        try:
            return self.checked_call(self.codec.decode_call(data), data)
        except RecursionError:
            raise BadDataError("the call is nested too deeply") from None

    def checked_call(self, decoded: dict[str, Any], data: bytes) -> Call:
        """A call from what the codec decoded, checked to encode to exactly `data`."""
        for call in hex_readings(self.call_from_codec, decoded):
            with suppress(UsageError):  # a form of address that the codec reads but cannot write
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
        plain = value if convert is None else convert(value)
        if isinstance(type_, Bounded) and type_.limit is not None and len(plain) > type_.limit:
            raise BadDataError(f"an argument has {len(plain)} parts, of {type_.limit} at most")
        return plain

    def encode_call(self, call: Call) -> bytes:
        """The bytes of a call."""
        raw = call.raw
        if raw is None:
            raw = self.codec.compose_call(call.pallet, call.name, self._codec_args(call))
            object.__setattr__(call, "raw", raw)
        return raw

    def _codec_args(self, call: Call) -> dict[str, Any]:
        spec = self.call_spec(call)
        return {str(f.name): self._codec_arg(f.type, call.args[f.name or ""]) for f in spec.args}

    def _codec_arg(self, type_: Type, value: Any) -> Any:
        if isinstance(type_, Outer):
            return self.encode_call(value)
        if isinstance(type_, Vec) and isinstance(type_.inner, Outer):
            return [self._codec_arg(type_.inner, v) for v in value]
        convert = type_.to_codec
        return value if convert is None else convert(value)

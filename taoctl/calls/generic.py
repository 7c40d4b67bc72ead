"""Any call of the runtime, by its names, and what is known of the calls inside calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from taoctl.calls.argument_values import ValueReader
from taoctl.calls.base import ChainCall, Effect, Intent, Refusal, call_bytes
from taoctl.calls.transfer import Transfer, TransferAll
from taoctl.chain.view import View
from taoctl.errors import BadDataError, UsageError
from taoctl.scale.codec import Codec
from taoctl.text import printable
from taoctl.units import Tao

_LONGEST = 60
_BATCHES = frozenset({"batch", "batch_all", "force_batch"})


@dataclass(frozen=True, slots=True)
class Generic(Intent):
    """A call as it stands; where it is a transfer, its effects are those of one."""

    chain_call: ChainCall

    def summary(self) -> str:
        """The call with its arguments, long ones cut."""
        parts = (f"{name}={_brief(value)}" for name, value in self.chain_call.args.items())
        return f"{self.chain_call}({', '.join(parts)})"

    @property
    def root_may(self) -> bool:
        """Whatever is not known to need an account."""
        return recognised(self.chain_call) is None

    @property
    def may_end_account(self) -> bool:
        """Whether it is a transfer that agrees to it."""
        known = recognised(self.chain_call)
        return known is not None and known.may_end_account

    async def call(self, view: View, origin: str) -> ChainCall:
        """The call itself."""
        return self.chain_call

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Nested batches, a sudo by somebody else, and what a transfer would be refused for."""
        found = nested_batches(self.chain_call) + await _not_sudo(view, self.chain_call, origin)
        known = recognised(self.chain_call)
        return found + (await known.preflight(view, origin) if known else ())

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """Those of a transfer; of other calls nothing is known."""
        known = recognised(self.chain_call)
        return await known.effects(view, origin) if known else ()

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """Those of a transfer, or that the effects are not known."""
        known = recognised(self.chain_call)
        if known:
            return await known.warnings(view, origin)
        return (f"what {self.chain_call} does is not worked out here: check the decoded call",)

    async def spends(self, view: View, origin: str) -> Tao | None:
        """What a transfer spends; of other calls it is not known."""
        known = recognised(self.chain_call)
        return await known.spends(view, origin) if known else None


def recognised(call: ChainCall) -> Intent | None:
    """The intent that a transfer call is, None for any other call."""
    if call.pallet != "Balances" or not isinstance(call.args.get("dest"), str):
        return None
    match call.name:
        case "transfer_keep_alive":
            return Transfer(call.args["dest"], Tao(call.args["value"]))
        case "transfer_allow_death":
            return Transfer(call.args["dest"], Tao(call.args["value"]), allow_death=True)
        case "transfer_all":
            return TransferAll(call.args["dest"], allow_death=not call.args["keep_alive"])
    return None


def nested_batches(call: ChainCall) -> tuple[Refusal, ...]:
    """The refusal of a batch directly inside a batch, which every runtime filters."""
    for outer in _every(call):
        if _is_batch(outer) and any(_is_batch(inner) for inner in outer.nested()):
            return (
                Refusal(
                    "CallFiltered",
                    f"{outer} holds another batch, which the runtime filters",
                    "put all the calls into one batch",
                ),
            )
    return ()


def from_bytes(codec: Codec, data: bytes) -> ChainCall:
    """The call that SCALE bytes are.

    Raises:
        UsageError: they are no call of this runtime, or not exactly one, or they say it in
            another way than everybody writes it.
    """
    try:
        written = _written(codec.decode_call(data))
        call = ValueReader(codec, decoded=True).nested(written)
        again = call_bytes(codec, call)
    except (BadDataError, UsageError) as problem:
        raise UsageError(
            f"the bytes are no call of this runtime: {problem.message}",
            "they may be incomplete, or of another runtime version",
        ) from None
    if again != data:
        raise UsageError(
            "the call's bytes are not those that the same call has when it is written again",
            "they may be of another runtime version",
        )
    return call


def _written(value: Any) -> Any:
    """A decoded value, its calls in the form that `ValueReader` takes."""
    if isinstance(value, Mapping):
        if "call_module" in value and "call_args" in value:
            args = {one["name"]: _written(one["value"]) for one in value["call_args"]}
            return {"pallet": value["call_module"], "call": value["call_function"], "args": args}
        return {key: _written(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_written(one) for one in value]
    return tuple(_written(one) for one in value) if isinstance(value, tuple) else value


def _every(call: ChainCall) -> Iterator[ChainCall]:
    yield call
    for inner in call.nested():
        yield from _every(inner)


def _is_batch(call: ChainCall) -> bool:
    return call.pallet == "Utility" and call.name in _BATCHES


async def _not_sudo(view: View, call: ChainCall, origin: str) -> tuple[Refusal, ...]:
    if call.pallet != "Sudo" or call.name == "remove_key":
        return ()
    key = await view.value("Sudo", "Key")
    if key == origin:
        return ()
    return (Refusal("RequireSudo", f"the sudo key of this chain is {key}, not {origin}"),)


def _brief(value: Any) -> str:
    if isinstance(value, ChainCall):
        return str(value)
    if isinstance(value, list | tuple) and any(isinstance(one, ChainCall) for one in value):
        return f"[{len(value)} calls]"
    text = f"0x{value.hex()}" if isinstance(value, bytes) else printable(str(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

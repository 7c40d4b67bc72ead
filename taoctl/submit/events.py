"""What the events of a block say of one extrinsic: whether it did what was asked, and its fee."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.chain.client import Chain
from taoctl.errors import BadDataError, TaoctlError
from taoctl.scale.codec import Codec
from taoctl.submit.blocks import Place
from taoctl.submit.outcome import Event, Failure, alpha_paid

_RESULTS: dict[tuple[str, str], tuple[str, str]] = {
    ("Proxy", "ProxyExecuted"): ("result", "Proxy.proxy"),
    ("Multisig", "MultisigExecuted"): ("result", "Multisig.as_multi"),
    ("Sudo", "Sudid"): ("sudo_result", "Sudo.sudo"),
    ("Sudo", "SudoAsDone"): ("sudo_result", "Sudo.sudo_as"),
    ("Utility", "DispatchedAs"): ("result", "Utility.dispatch_as"),
    ("Triumvirate", "Executed"): ("result", "the motion"),
    ("Triumvirate", "MemberExecuted"): ("result", "Triumvirate.execute"),
}
"""Events of calls that succeed although the call inside them fails, and which field says so."""


_ERROR_SIZE = 4


@dataclass(frozen=True, slots=True)
class Executed:
    """What became of an extrinsic in its block.

    Attributes:
        events: its own, in order.
        failure: the first thing that failed, innermost first; None when all was done.
        fee_rao: what was paid in TAO, tip included; None where no event says it.
    """

    events: tuple[Event, ...]
    failure: Failure | None
    fee_rao: int | None


async def executed(chain: Chain, place: Place, spec_version: int) -> Executed:
    """What the events of a block say of an extrinsic in it.

    Args:
        spec_version: of the runtime that executed it, which is the one that it was signed for.

    Raises:
        BadDataError: they say neither success nor failure.
        What `View.raw` raises, RefusedError where the node no longer has the block's state.
    """
    view = chain.view_of(place.head)
    key = view.codec.storage_key("System", "Events")
    runtime, raw = await asyncio.gather(view.settle(), view.raw(key))
    if runtime.spec_version != spec_version:
        # The state after a block that brings a new runtime names that one; the one before it
        # executed the block and wrote the events.
        runtime = (await chain.at_hash(place.head.parent_hash)).runtime
    codec = runtime.codec
    return read_events(codec, codec.decode_storage("System", "Events", raw), place.index)


def read_events(codec: Codec, records: Sequence[Mapping[str, Any]], index: int) -> Executed:
    """As `executed`, of the decoded value of `System.Events`."""
    try:
        events = tuple(
            Event(str(one["module_id"]), str(one["event_id"]), one["attributes"])
            for one in records
            if one["phase"] == "ApplyExtrinsic" and one["extrinsic_idx"] == index
        )
    except (KeyError, TypeError) as error:
        raise BadDataError("the events of the block cannot be read") from error
    names = {str(event) for event in events}
    if not names & {"System.ExtrinsicSuccess", "System.ExtrinsicFailed"}:
        raise BadDataError(f"the events of the block do not say what became of extrinsic {index}")
    failure = next(_failures(codec, events), None)
    return Executed(events, failure, _fee(events))


def _failures(codec: Codec, events: Sequence[Event]) -> Iterator[Failure]:
    """Everything that failed, in the order of the events: what is inside comes first."""
    call = 1
    for event in events:
        key = (event.pallet, event.name)
        if key == ("System", "ExtrinsicFailed"):
            yield failure_of(codec, _field(event.values, "dispatch_error"), None)
        elif key == ("Utility", "BatchInterrupted"):
            index = _field(event.values, "index")
            where = f"Utility.batch call {index + 1}" if isinstance(index, int) else "Utility.batch"
            yield failure_of(codec, _field(event.values, "error"), where)
        elif key == ("Utility", "ItemCompleted"):
            call += 1
        elif key == ("Utility", "ItemFailed"):
            where = f"Utility.force_batch call {call}"
            call += 1
            yield failure_of(codec, _field(event.values, "error"), where)
        elif key in _RESULTS:
            name, where = _RESULTS[key]
            result = _field(event.values, name)
            if isinstance(result, Mapping) and "Err" in result:
                yield failure_of(codec, result["Err"], where)
        if key in _BATCH_ENDS:
            call = 1


_BATCH_ENDS = frozenset(
    {
        ("Utility", "BatchCompleted"),
        ("Utility", "BatchCompletedWithErrors"),
        ("Utility", "BatchInterrupted"),
    }
)


def failure_of(codec: Codec, error: Any, where: str | None) -> Failure:
    """A decoded `DispatchError` by its name, with what the runtime says of it."""
    if isinstance(error, Mapping) and len(error) == 1:
        ((kind, detail),) = error.items()
        if kind == "Module" and isinstance(detail, Mapping):
            return _module_failure(codec, detail, where)
        return Failure(f"{kind}.{detail}" if isinstance(detail, str) else str(kind), None, where)
    return Failure(str(error), None, where)


def _module_failure(codec: Codec, detail: Mapping[str, Any], where: str | None) -> Failure:
    try:
        number = int(detail["index"])
        code = _error_bytes(detail["error"])[0]
        pallets = {pallet["index"]: name for name, pallet in codec.pallets.items()}
        name, docs = codec.module_error(number, code)
        return Failure(f"{pallets[number]}.{name}", docs or None, where)
    except (KeyError, IndexError, TypeError, ValueError, TaoctlError):
        return Failure(f"Module {detail.get('index')} error {detail.get('error')!r}", None, where)


def _error_bytes(value: Any) -> bytes:
    """The four bytes of a module's error: `0x` text, or what they say as text if that is short."""
    if isinstance(value, str) and len(value) == len("0x") + 2 * _ERROR_SIZE:
        return bytes.fromhex(value.removeprefix("0x"))
    return value.encode() if isinstance(value, str) else bytes(value)


def _fee(events: Sequence[Event]) -> int | None:
    """Rao of TAO that were paid: none where the fee was taken in alpha, although it is named."""
    if alpha_paid(events) is not None:
        return 0
    for event in events:
        if (event.pallet, event.name) == ("TransactionPayment", "TransactionFeePaid"):
            fee = _field(event.values, "actual_fee")
            return fee if isinstance(fee, int) else None
    return None


def _field(values: Any, name: str) -> Any:
    """A field of an event by name; of an event with one unnamed field, that."""
    if isinstance(values, Mapping):
        return values.get(name)
    if isinstance(values, tuple) and len(values) == 1:
        return values[0]
    return values

"""What a proposal would run: every call inside a call, with whose power and on what condition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.chain.calltree import CallArgument, CallTree, calls_in, decode_call
from taoctl.errors import BadDataError, UsageError
from taoctl.scale.codec import Codec, vec_bytes
from taoctl.scale.compact import length_prefixed
from taoctl.scale.crypto import blake2_256
from taoctl.scale.derived_accounts import derivative_account, multisig_account
from taoctl.scale.extent import TooManyValuesError, call_name, call_type, values_in

ROOT = "root"
"""The origin of what the chain itself decides."""
COLLECTIVE = "collective"
"""The origin of a motion: the majority of the Senate, which is not root."""

_LARGEST = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call of a proposal, outermost first.

    Attributes:
        place: where it stands: `0` is the proposed call itself, `0.2` the third inside it.
        depth: how many calls it is inside of.
        origin: who it acts as: `root`, `collective`, an ss58 address, or None where that is not
            known before.
        condition: when it runs, if not always; empty for always.
        args: its arguments; nested calls are CallTrees in them.
        inside: places of the calls directly inside.
    """

    place: str
    depth: int
    pallet: str
    name: str
    origin: str | None
    condition: str
    args: tuple[CallArgument, ...]
    inside: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.pallet}.{self.name}"

    def arg(self, name: str) -> Any:
        """The value of an argument; None where there is none of this name."""
        return next((one.value for one in self.args if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Opened:
    """A call taken apart.

    Attributes:
        size: its bytes.
        call_hash: `0x` blake2-256 of them, as a multisig or a motion knows it.
        data: the bytes.
        steps: every call in it; only its name without arguments, or nothing, with a `problem`.
        problem: why not everything is shown; None where it is.
    """

    size: int
    call_hash: str
    data: bytes
    steps: tuple[Step, ...]
    problem: str | None


def opened(codec: Codec, data: bytes, origin: str | None) -> Opened:
    """A call of so many bytes taken apart; never raises for what is in them.

    Args:
        origin: who the outermost call acts as, as `Step.origin`.
    """
    digest = "0x" + blake2_256(data).hex()
    try:
        tree = _decoded(codec, data)
    except BadDataError as error:
        return Opened(len(data), digest, data, _named_only(codec, data, origin), error.message)
    return Opened(len(data), digest, data, tuple(_steps(tree, origin)), None)


def _decoded(codec: Codec, data: bytes) -> CallTree:
    if len(data) > _LARGEST:
        raise BadDataError(f"the call has {len(data)} bytes, more than any block holds")
    try:
        values_in(codec, call_type(codec), data)
        tree = decode_call(codec, data)
    except RecursionError:
        raise BadDataError("the call nests deeper than taoctl can show") from None
    except TooManyValuesError as error:
        raise BadDataError(f"the call is not taken apart: {error.message}") from None
    return tree


def _named_only(codec: Codec, data: bytes, origin: str | None) -> tuple[Step, ...]:
    """The outermost call by its two numbers, where the rest cannot be shown."""
    named = call_name(codec, data)
    if named is None:
        return ()
    return (_step(CallTree(*named, ()), "0", 0, origin, "", ()),)


def _steps(tree: CallTree, origin: str | None) -> Iterator[Step]:
    """Every call, without recursion: they may nest hundreds deep."""
    waiting: list[tuple[CallTree, str, int, str | None, str]] = [(tree, "0", 0, origin, "")]
    while waiting:
        call, place, depth, acting, condition = waiting.pop()
        inside = list(calls_in(call))
        places = tuple(f"{place}.{number}" for number in range(len(inside)))
        yield _step(call, place, depth, acting, condition, places)
        given = _origin_inside(call, acting)
        found = [
            (one, places[number], depth + 1, given, _condition(call, number, condition))
            for number, one in enumerate(inside)
        ]
        waiting.extend(reversed(found))


def _step(
    call: CallTree,
    place: str,
    depth: int,
    origin: str | None,
    condition: str,
    inside: tuple[str, ...],
) -> Step:
    return Step(
        place=place,
        depth=depth,
        pallet=call.pallet,
        name=call.name,
        origin=origin,
        condition=condition,
        args=call.args,
        inside=inside,
    )


# who acts


def _origin_inside(call: CallTree, origin: str | None) -> str | None:
    """Who the calls inside a call act as; source: the dispatch of each pallet."""
    args = {one.name: one.value for one in call.args}
    match call.pallet, call.name:
        case ("Sudo", "sudo" | "sudo_unchecked_weight"):
            return ROOT
        case ("SubtensorModule", "sudo" | "sudo_unchecked_weight"):
            return ROOT
        case ("Referenda", "enact" | "submit"):
            return ROOT
        case ("Triumvirate", "propose"):
            return COLLECTIVE
        case ("Sudo", "sudo_as"):
            return _account(args.get("who"))
        case ("Proxy", "proxy" | "proxy_announced"):
            return _account(args.get("real"))
        case ("Multisig", "as_multi" | "as_multi_threshold_1"):
            return _shared(origin, args)
        case ("Utility", "as_derivative"):
            return _derivative(origin, args.get("index"))
        case ("Utility", "dispatch_as" | "dispatch_as_fallible"):
            return _dispatched_as(args.get("as_origin"))
        case ("Crowdloan", _):
            return None
    return origin


def _account(value: Any) -> str | None:
    """An address out of a MultiAddress; None for one that is no account itself."""
    if isinstance(value, dict):
        value = value.get("Id")
    return value if isinstance(value, str) and not value.startswith("0x") else None


def _shared(origin: str | None, args: dict[str, Any]) -> str | None:
    others = args.get("other_signatories")
    if origin is None or not isinstance(others, list):
        return None
    try:
        return multisig_account([origin, *map(str, others)], int(args.get("threshold", 1)))
    except UsageError:
        return None


def _derivative(origin: str | None, index: Any) -> str | None:
    try:
        return None if origin is None else derivative_account(origin, int(index))
    except UsageError:
        return None


def _dispatched_as(value: Any) -> str | None:
    """The origin that `dispatch_as` names, such as `{"system": {"Signed": ss58}}`."""
    system = value.get("system") if isinstance(value, dict) else None
    if system == "Root":
        return ROOT
    return _account(system.get("Signed")) if isinstance(system, dict) else None


# on what condition

_LATER = {
    "schedule": "in block {when}",
    "schedule_named": "in block {when}",
    "schedule_after": "{after} blocks later",
    "schedule_named_after": "{after} blocks later",
}


def _condition(call: CallTree, number: int, outer: str) -> str:
    """When a call inside another runs, if not always."""
    own = _own_condition(call, number)
    return ", ".join(one for one in (outer, own) if one)


def _own_condition(call: CallTree, number: int) -> str:
    args = {one.name: one.value for one in call.args}
    match call.pallet, call.name:
        case ("Scheduler", name) if name in _LATER:
            every = " and again after that" if args.get("maybe_periodic") else ""
            return _LATER[name].format(**args) + every
        case ("Utility", "batch") if number:
            return "unless one before it fails"
        case ("Utility", "if_else") if number:
            return "if the one before it fails"
        case ("Triumvirate", "propose"):
            return "once a new motion is approved"
        case ("Referenda", "submit"):
            return "once a new referendum is approved"
        case ("Multisig", "as_multi"):
            return "with the last approval"
        case ("Crowdloan", "create"):
            return "once a crowdloan is filled"
    return ""


def argument_bytes(opened_call: Opened, step: Step, name: str) -> bytes:
    """The bytes of a byte vector among a call's arguments, as they stand in the proposal.

    A decoded value can stand for two byte strings; the one that is in the call counts.
    """
    value = step.arg(name)
    if isinstance(value, str):
        found = vec_bytes(value)
        return found if length_prefixed(found) in opened_call.data else value.encode()
    return vec_bytes(value if isinstance(value, Sequence) else b"")

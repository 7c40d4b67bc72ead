"""Faults that a localnet makes on purpose, so that clients can be tried against a bad node."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from taoctl.errors import UsageError

MAX_LATENCY_S = 3600.0
_CHANCES = ("drop", "disconnect", "garbage")
_EXAMPLE = "latency=0.5,drop=0.1,disconnect=0.05,garbage=0.01,method=author_*"


class When(StrEnum):
    """Whether a lost request was carried out: `EITHER` leaves that to chance."""

    BEFORE = "before"
    AFTER = "after"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with requests whose method matches a pattern.

    Attributes:
        method: pattern of method names; `*` means all but the `dev_` ones, which command the
            localnet and are spared unless the pattern starts with `dev_`.
        latency: seconds that every request is late in being carried out, or, with `when` after,
            that its answer is held back.
        drop: chance from 0 to 1 that a request is never answered.
        disconnect: chance that the connection ends instead of an answer.
        garbage: chance that the answer is something that no client can read.
        when: whether a request that is not answered is carried out before it is lost.
    """

    method: str = "*"
    latency: float = 0.0
    drop: float = 0.0
    disconnect: float = 0.0
    garbage: float = 0.0
    when: When = When.EITHER

    def matches(self, method: str) -> bool:
        """Whether requests of a method are concerned."""
        if method.startswith("dev_") and not self.method.startswith("dev_"):
            return False
        return fnmatchcase(method, self.method)

    def __str__(self) -> str:
        parts = [f"{name}={getattr(self, name):g}" for name in ("latency", *_CHANCES)]
        said = [part for part in parts if not part.endswith("=0")]
        if self.when is not When.EITHER:
            said.append(f"when={self.when}")
        return ",".join([*said, f"method={self.method}"])


def read_fault(text: str) -> Fault:
    """A fault from its form on the command line, such as `latency=0.5,drop=0.1,method=author_*`.

    Raises:
        UsageError: an unknown name, or a value that cannot be.
    """
    fault = Fault()
    for part in text.split(","):
        name, equals, value = part.partition("=")
        try:
            if not equals:
                raise ValueError
            fault = replace(fault, **{name: _value(name, value)})
        except (TypeError, ValueError):
            raise UsageError(
                f"{part!r} in the fault {text!r} says nothing that can be done",
                f"latency is seconds, drop, disconnect and garbage are chances from 0 to 1, "
                f"when is before or after, such as {_EXAMPLE}",
            ) from None
    if not (fault.latency or fault.drop or fault.disconnect or fault.garbage):
        raise UsageError(f"the fault {text!r} does nothing", f"say what, such as {_EXAMPLE}")
    return fault


def _value(name: str, value: str) -> Any:
    if name == "method" and value:
        return value
    if name == "when":
        return When(value)
    number = float(value)
    if not 0 <= number <= (MAX_LATENCY_S if name == "latency" else 1):
        raise ValueError
    return number


class Strike(StrEnum):
    """What happens to one request instead of its answer; NONE is false."""

    NONE = ""
    DROP = "drop"
    DISCONNECT = "disconnect"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True)
class Fate:
    """What one request meets: delays before and after it is carried out, if it is, and a strike."""

    before_s: float = 0.0
    after_s: float = 0.0
    strike: Strike = Strike.NONE
    carried_out: bool = True


class Faults:
    """The faults of a node. They can be changed while it runs.

    Args:
        faults: in the order in which they are looked at; each that matches has its chance.
        seed: makes the same requests meet the same fate again.
    """

    def __init__(self, faults: Sequence[Fault] = (), seed: int | None = None) -> None:
        self.faults = tuple(faults)
        self._chance = random.Random(seed)

    def fate(self, method: str) -> Fate:
        """What a request of this method meets."""
        fate = Fate()
        for fault in self.faults:
            if not fault.matches(method):
                continue
            late = "after_s" if fault.when is When.AFTER else "before_s"
            fate = replace(fate, **{late: getattr(fate, late) + fault.latency})
            for name in _CHANCES:
                if self._chance.random() < getattr(fault, name):
                    carried_out = self._carries_out(fault, name)
                    return replace(fate, strike=Strike(name), carried_out=carried_out)
        return fate

    def _carries_out(self, fault: Fault, name: str) -> bool:
        if name == "garbage" and fault.when is When.EITHER:
            return True
        return fault.when is When.AFTER or (
            fault.when is When.EITHER and self._chance.random() < 0.5
        )

    def garbage(self, request: Any) -> str:
        """Something that is no answer to a request."""
        number = request.get("id") if isinstance(request, dict) else None
        kinds: tuple[Callable[[], str], ...] = (
            lambda: "{" * self._chance.randrange(1, 50),
            lambda: json.dumps({"jsonrpc": "2.0", "id": number, "result": "0x0"})[:-3],
            lambda: json.dumps({"jsonrpc": "2.0", "id": [number], "result": None}),
            lambda: json.dumps({"jsonrpc": "2.0", "id": number, "error": "no"}),
            lambda: json.dumps({"jsonrpc": "2.0", "id": number}),
            lambda: json.dumps([number]),
            lambda: "<html><body>502 Bad Gateway</body></html>",
        )
        return self._chance.choice(kinds)()


class StruckError(ConnectionError):
    """The connection is to end here, by a fault."""


Handle = Callable[[str | bytes, Callable[[str], None]], Any]


async def suffer(
    faults: Faults, message: str | bytes, handle: Handle, reply: Callable[[str], None]
) -> None:
    """Handle a message as its fate says; a batch meets what its first struck request does.

    Raises:
        StruckError: the connection is to be cut.
    """
    request = _parsed(message)
    fate = _common([faults.fate(method) for method in _methods(request)])
    await asyncio.sleep(fate.before_s)
    answers: list[str] = []
    if fate.carried_out:
        await handle(message, answers.append if fate.after_s or fate.strike else reply)
    if fate.after_s:
        await asyncio.sleep(fate.after_s)
    if fate.strike is Strike.DISCONNECT:
        raise StruckError("a fault")
    if fate.strike is Strike.GARBAGE:
        reply(faults.garbage(request))
    elif not fate.strike:
        for answer in answers:
            reply(answer)


def _common(fates: Sequence[Fate]) -> Fate:
    struck = next((fate for fate in fates if fate.strike), Fate())
    before = max((fate.before_s for fate in fates), default=0.0)
    after = max((fate.after_s for fate in fates), default=0.0)
    return replace(struck, before_s=before, after_s=after)


def _parsed(message: str | bytes) -> Any:
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        return None


def _methods(request: Any) -> Iterable[str]:
    requests = request if isinstance(request, list) else [request]
    for one in requests:
        if isinstance(one, dict) and isinstance(one.get("method"), str):
            yield one["method"]

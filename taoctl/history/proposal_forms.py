"""Proposals and their events as text that a file keeps, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any

from taoctl.errors import BadDataError
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.events import ProposalEvent
from taoctl.reads.governance.proposal import Proposal, Rule, Status, Tally


def _pair(value: Any) -> tuple[int, int]:
    height, index = value
    return int(height), int(index)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value))


_READ: Mapping[str, Callable[[Any], Any]] = {
    "backend": Backend,
    "status": Status,
    "decided": Status,
    "call": bytes.fromhex,
    "tally": lambda value: Tally(**value),
    "rule": lambda value: Rule(**value),
    "timepoint": _pair,
    "ayes": _texts,
    "nays": _texts,
    "voters": _texts,
}
_READ_EVENT = {name: _READ[name] for name in ("backend", "timepoint")}


def proposal_text(proposal: Proposal) -> str:
    """A proposal as JSON, without what is empty and what was going to happen next."""
    found = asdict(proposal) | {"next_step": "", "next_block": None}
    return _text(found)


def event_text(event: ProposalEvent) -> str:
    """An event as JSON, without what is empty."""
    return _text(asdict(event))


def read_proposal(text: str) -> Proposal:
    """The proposal that JSON holds; raises BadDataError."""
    found: Proposal = _read(Proposal, _READ, text)
    return found


def read_event(text: str) -> ProposalEvent:
    """The event that JSON holds; raises BadDataError."""
    found: ProposalEvent = _read(ProposalEvent, _READ_EVENT, text)
    return found


def _text(found: Mapping[str, Any]) -> str:
    kept = {name: _plain(one) for name, one in found.items() if one not in (None, "", ())}
    return json.dumps(kept, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.value if isinstance(value, Backend | Status) else value


def _read(kind: type[Any], readers: Mapping[str, Callable[[Any], Any]], text: str) -> Any:
    known = {one.name: str(one.type) for one in fields(kind)}
    try:
        found = json.loads(text)
        values = {
            name: readers[name](one) if name in readers else _scalar(one, known[name])
            for name, one in found.items()
            if name in known
        }
        return kind(**values)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise BadDataError(
            "the history of proposals has an entry that cannot be read",
            "move the file aside; `taoctl gov backfill` reads it from the chain again",
        ) from error


def _scalar(value: Any, declared: str) -> Any:
    """A value of a field that is declared as int, str or bool, or None; raises TypeError."""
    if type(value).__name__ not in declared.split(" | "):
        raise TypeError(f"{declared} was to be read, not {value!r}")
    return value

"""One proposal as `taoctl gov show` prints it: text for people, data for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from taoctl.chain.calltree import CallTree
from taoctl.cli.plan_view import plain_json
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.changes import Change
from taoctl.reads.governance.details import Details
from taoctl.reads.governance.nested import Opened, Step
from taoctl.reads.governance.proposal import Proposal, Tally
from taoctl.reads.governance.standing import Standing
from taoctl.reads.governance.upgrade import Upgrade
from taoctl.reads.governance.words import call_lines, change_lines, named, upgrade_lines
from taoctl.submit.words import Block
from taoctl.text import printable

_LONGEST_VALUE = 8192
_LONGEST_CALL = 65_536
"""Bytes above which JSON has a call's hash and not its bytes."""
_MOST_VOTERS = 64
_INDENT = "  "
_NAMES = {
    Backend.TRIUMVIRATE: "motion",
    Backend.REFERENDA: "referendum",
    Backend.SUDO: "multisig call",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal, one's standing in it, and when it is looked at."""

    details: Details
    standing: Standing
    block: int
    block_ms: int | None

    @property
    def left_blocks(self) -> int | None:
        """Blocks until the next thing happens; None where it is not known when."""
        then = self.details.proposal.next_block
        return None if then is None else max(then - self.block, 0)


# for people


def shown_text(shown: Shown, names: Mapping[str, str]) -> str:
    """A proposal for a person."""
    found, one = shown.details, shown.details.proposal
    lines = list(_head(shown, names))
    if found.opened is None:
        why = [f"not known: {printable(one.no_call or '', 200)}"]
        lines += _section("call", [*why, *([f"hash {one.call_hash}"] if one.call_hash else [])])
    else:
        size, digest = found.opened.size, found.opened.call_hash
        lines += _section(f"call ({size} bytes, hash {digest})", call_lines(found.opened, names))
    if found.changes:
        lines += _section("what would change", change_lines(found.changes, names))
    if found.upgrade is not None:
        lines += _section("runtime upgrade", upgrade_lines(found.upgrade, names))
    lines += _section("votes", _vote_lines(one, names))
    return "\n".join(lines)


def _section(title: str, lines: Sequence[str] | Iterator[str]) -> list[str]:
    return [" ", title, *(f"{_INDENT}{line}" for line in lines)]


def _head(shown: Shown, names: Mapping[str, str]) -> Iterator[str]:
    one, blocks = shown.details.proposal, Block(shown.block, shown.block_ms)
    track = f" on track {printable(one.track, 60)}" if one.track else ""
    yield f"{_NAMES[one.backend]} {one.id}{track}: {one.status.value}"
    if one.hash is not None and one.hash != one.id:
        yield f"{_INDENT}hash      {one.hash}"
    if one.proposer is not None:
        when = "" if one.opened_block is None else f" in block {one.opened_block}"
        yield f"{_INDENT}proposed  by {named(one.proposer, names)}{when}"
    if one.account is not None:
        role = f", the {one.account_role} account" if one.account_role else ""
        yield f"{_INDENT}account   {named(one.account, names)}{role}"
    for label, other in (("review of", one.parent), ("review", one.child)):
        if other is not None:
            yield f"{_INDENT}{label:9} referendum {other}"
    if one.tally is not None:
        yield f"{_INDENT}votes     {_counted(one, one.tally)}"
    if one.decided is not None:
        yield f"{_INDENT}decided   {one.decided.value}"
    yield f"{_INDENT}next      {printable(one.next_step, 400)}"
    if one.next_block is not None:
        yield f"{_INDENT}when      block {one.next_block}, in {blocks.until(one.next_block)}"
    yield from _mine(shown.standing)


def _counted(one: Proposal, tally: Tally) -> str:
    def of(number: int, needed: int | None) -> str:
        return str(number) if needed is None else f"{number} of {needed}"

    seats = "" if one.seats is None else f", {one.seats} seats"
    if one.backend is Backend.SUDO:
        return f"{of(tally.ayes, one.threshold)} approvals{seats}"
    nays = of(tally.nays, one.nay_threshold)
    return f"{of(tally.ayes, one.threshold)} ayes, {nays} nays that decide it{seats}"


def _mine(standing: Standing) -> Iterator[str]:
    if standing.seats:
        yield f"{_INDENT}mine      {standing.vote or 'no vote yet'}"
    if standing.actions:
        yield f"{_INDENT}you may   {', '.join(standing.actions)}"


def _vote_lines(one: Proposal, names: Mapping[str, str]) -> Iterator[str]:
    said = _votes(one)
    width = max((len(vote or "-") for _, vote in said), default=0)
    for voter, vote in said[:_MOST_VOTERS]:
        yield f"{vote or '-':{width}}  {named(voter, names)}"
    if len(said) > _MOST_VOTERS:
        yield f"… and {len(said) - _MOST_VOTERS} more; all of them with -o json"
    if not said:
        yield "nobody's is known"


def _votes(one: Proposal) -> list[tuple[str, str | None]]:
    """Everybody who voted or may vote, ayes first; None for who has not."""
    aye = "approved" if one.backend is Backend.SUDO else "aye"
    spoken = {**dict.fromkeys(one.ayes, aye), **dict.fromkeys(one.nays, "nay")}
    silent = dict.fromkeys((voter for voter in one.voters if voter not in spoken), None)
    return [*spoken.items(), *silent.items()]


# for machines


def shown_json(shown: Shown) -> dict[str, Any]:
    """A proposal as the data of `taoctl.gov.show/1`."""
    found, one, left = shown.details, shown.details.proposal, shown.left_blocks
    known = left is not None and shown.block_ms is not None
    return {
        **_proposal_json(one),
        "left_blocks": left,
        "left_ms": left * shown.block_ms if known and left is not None and shown.block_ms else None,
        "votes": [{"voter": voter, "vote": vote} for voter, vote in _votes(one)],
        "my_vote": shown.standing.vote,
        "actions": list(shown.standing.actions),
        "call": None if found.opened is None else _call_json(found.opened),
        "changes": [_change_json(change) for change in found.changes],
        "upgrade": None if found.upgrade is None else _upgrade_json(found.upgrade),
    }


def _proposal_json(one: Proposal) -> dict[str, Any]:
    return {
        "id": one.id,
        "backend": one.backend.value,
        "status": one.status.value,
        "index": one.index,
        "hash": one.hash,
        "track": one.track,
        "proposer": one.proposer,
        "account": one.account,
        "account_role": one.account_role,
        "call_hash": one.call_hash,
        "no_call": one.no_call,
        "opened_block": one.opened_block,
        "deadline_block": one.deadline_block,
        "dispatch_block": one.dispatch_block,
        "ended_block": one.ended_block,
        "ayes": None if one.tally is None else one.tally.ayes,
        "nays": None if one.tally is None or one.backend is Backend.SUDO else one.tally.nays,
        "threshold": one.threshold,
        "nay_threshold": one.nay_threshold,
        "seats": one.seats,
        "decided": None if one.decided is None else one.decided.value,
        "parent": one.parent,
        "child": one.child,
        "next_step": one.next_step,
        "next_block": one.next_block,
    }


def _call_json(found: Opened) -> dict[str, Any]:
    return {
        "size": found.size,
        "hash": found.call_hash,
        "bytes": "0x" + found.data.hex() if found.size <= _LONGEST_CALL else None,
        "problem": found.problem,
        "steps": [_step_json(step) for step in found.steps],
    }


def _step_json(step: Step) -> dict[str, Any]:
    places = iter(step.inside)
    return {
        "place": step.place,
        "depth": step.depth,
        "pallet": step.pallet,
        "call": step.name,
        "origin": step.origin,
        "condition": step.condition or None,
        "args": [
            {"name": one.name, "type": one.type, "value": _value_json(one.value, places)}
            for one in step.args
        ],
        "inside": list(step.inside),
    }


def _value_json(value: Any, places: Iterator[str]) -> Any:
    """A value, a call in it by its place, a long text by its beginning and its length."""
    if isinstance(value, CallTree):
        return {"call": next(places)}
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        return {"start": value[:_LONGEST_VALUE], "characters": len(value)}
    if isinstance(value, Mapping):
        return {str(key): _value_json(one, places) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_value_json(one, places) for one in value]
    return plain_json(value)


def _change_json(one: Change) -> dict[str, Any]:
    return {
        "place": one.place,
        "call": one.call,
        "known": one.known,
        "what": one.what or None,
        "netuid": one.netuid,
        "account": one.account,
        "before": plain_json(one.before),
        "after": plain_json(one.after),
        "before_text": one.before_text or None,
        "after_text": one.after_text or None,
        "note": one.note or None,
    }


def _upgrade_json(one: Upgrade) -> dict[str, Any]:
    final = one.final
    return {
        "place": one.place or None,
        "code": None if one.code is None else asdict(one.code),
        "same_as_file": one.same_as_file,
        "checks": [asdict(check) for check in one.checks],
        "verdict": one.verdict or None,
        "final_call_hash": None if final is None else final.call_hash,
        "final_approvals": None
        if final is None or final.approvals is None
        else list(final.approvals),
    }

"""What calls change in collectives and memberships, and in proposals themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taoctl.addresses import decode_ss58
from taoctl.errors import UsageError
from taoctl.reads.governance.account_changes import address
from taoctl.reads.governance.changes import Ahead, Change, Reader, refused, unknown
from taoctl.reads.governance.nested import Opened, Step

_PALLETS = ("TriumvirateMembers", "SenateMembers")


async def _members(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    """A call of a membership pallet."""
    old = [str(one) for one in await ahead.get(step.pallet, "Members") or ()]
    new = _after(old, _wanted(step))
    if new is None:
        return (unknown(step),)
    ahead.put(new, step.pallet, "Members")
    notes = [*await refused(ahead, step, "root"), *_impossible(old, _wanted(step))]
    return (_listed(step, f"{step.pallet}.Members", old, new, notes),)


async def _collective(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    """A call of MultiCollective."""
    which = step.arg("collective_id")
    old = [str(one) for one in await ahead.get(step.pallet, "Members", which) or ()]
    new = _after(old, _wanted(step))
    if new is None:
        return (unknown(step),)
    ahead.put(new, step.pallet, "Members", which)
    notes = [*await refused(ahead, step, "root"), *_impossible(old, _wanted(step))]
    return (_listed(step, f"members of {which}", old, new, notes),)


_Wanted = tuple[list[str], list[str]] | None
"""Who leaves and who joins."""


def _wanted(step: Step) -> _Wanted:
    found: tuple[list[str | None], list[str | None]]
    match step.name:
        case "add_member":
            found = [], [address(step.arg("who"))]
        case "remove_member":
            found = [address(step.arg("who"))], []
        case "swap_member":
            found = [address(step.arg("remove"))], [address(step.arg("add"))]
        case "change_key":
            found = [step.origin], [address(step.arg("new"))]
        case _:
            return None
    out, joining = found
    if None in out or None in joining:
        return None
    return [str(one) for one in out], [str(one) for one in joining]


def _after(old: Sequence[str], wanted: _Wanted) -> list[str] | None:
    if wanted is None:
        return None
    out, joining = wanted
    return _sorted({*(one for one in old if one not in out), *joining})


def _impossible(old: Sequence[str], wanted: _Wanted) -> list[str]:
    out, joining = wanted or ([], [])
    absent = [f"{one} is no member: this fails" for one in out if one not in old]
    there = [
        f"{one} is a member already: this fails" for one in joining if one in old and one not in out
    ]
    return absent + there


async def _reset(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    """A call that names all the members."""
    given = step.arg("members")
    if not isinstance(given, list):
        return (unknown(step),)
    keys = [step.arg("collective_id")] if step.pallet == "MultiCollective" else []
    old = [str(one) for one in await ahead.get(step.pallet, "Members", *keys) or ()]
    new = _sorted({str(one) for one in given})
    ahead.put(new, step.pallet, "Members", *keys)
    what = f"members of {keys[0]}" if keys else f"{step.pallet}.Members"
    notes = list(await refused(ahead, step, "root"))
    if len(new) != len(given):
        notes.append("it names an account twice")
    return (_listed(step, what, old, new, notes),)


async def _prime(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    new = address(step.arg("who")) if step.name == "set_prime" else None
    if new is None and step.name == "set_prime":
        return (unknown(step),)
    old = await ahead.get(step.pallet, "Prime")
    ahead.put(new, step.pallet, "Prime")
    return (
        Change(
            place=step.place,
            call=str(step),
            what=f"{step.pallet}.Prime",
            before=old,
            after=new,
            before_text=old or "none",
            after_text=new or "none",
            note="; ".join(await refused(ahead, step, "root")),
        ),
    )


def _listed(step: Step, what: str, old: list[str], new: list[str], notes: Sequence[str]) -> Change:
    out = [one for one in old if one not in new]
    joining = [one for one in new if one not in old]
    words = [f"{one} leaves" for one in out] + [f"{one} joins" for one in joining]
    return Change(
        place=step.place,
        call=str(step),
        what=what,
        before=old,
        after=new,
        before_text=f"{len(old)} members",
        after_text=f"{len(new)} members" + (f": {', '.join(words)}" if words else ""),
        note="; ".join(notes),
    )


async def _referendum(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    """`Referenda.kill`, which ends another proposal."""
    index = step.arg("index")
    status = await ahead.get("Referenda", "ReferendumStatusFor", index)
    old = _status(status)
    notes = list(await refused(ahead, step, "root"))
    if status is None:
        notes.append("there is no such referendum: this fails")
    elif old not in ("ongoing", "approved", "fasttracked"):
        notes.append("it is concluded: this fails")
    ahead.put({"Killed": ahead.view.block}, "Referenda", "ReferendumStatusFor", index)
    return (_ended(step, f"referendum {index}", old, "killed", notes),)


async def _motion(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    """`Triumvirate.disapprove_proposal`, which ends another motion."""
    digest = step.arg("proposal_hash")
    voting = await ahead.get("Triumvirate", "Voting", digest)
    notes = list(await refused(ahead, step, "root"))
    old = "none" if voting is None else "ongoing"
    ahead.put(None, "Triumvirate", "Voting", digest)
    return (_ended(step, f"motion {digest}", old, "disapproved", notes),)


def _status(value: Any) -> str:
    name = next(iter(value)) if isinstance(value, dict) and value else value
    return "none" if name is None else str(name).lower()


def _ended(step: Step, what: str, old: str, new: str, notes: Sequence[str]) -> Change:
    return Change(
        place=step.place,
        call=str(step),
        what=what,
        before=old,
        after=new,
        before_text=old,
        after_text=new,
        note="; ".join(notes),
    )


def _sorted(accounts: set[str]) -> list[str]:
    """Accounts as the chain keeps them: in the order of their keys."""
    try:
        return sorted(accounts, key=decode_ss58)
    except UsageError:
        return sorted(accounts)


_ONE = ("add_member", "remove_member", "swap_member")

READERS: dict[tuple[str, str], Reader] = {
    **{(pallet, name): _members for pallet in _PALLETS for name in (*_ONE, "change_key")},
    **{(pallet, "reset_members"): _reset for pallet in _PALLETS},
    **{(pallet, name): _prime for pallet in _PALLETS for name in ("set_prime", "clear_prime")},
    **{("MultiCollective", name): _collective for name in _ONE},
    ("MultiCollective", "set_members"): _reset,
    ("Referenda", "kill"): _referendum,
    ("Triumvirate", "disapprove_proposal"): _motion,
}
"""Calls that change who is a member, and what is proposed."""

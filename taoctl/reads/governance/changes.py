"""What a proposal would change: old values beside new, read from storage, in the calls' order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from taoctl.chain.view import Storage, View
from taoctl.reads.governance import carriers
from taoctl.reads.governance.nested import COLLECTIVE, ROOT, Opened, Step
from taoctl.reads.governance.settings import Power

MOST_CHANGES = 200
"""Calls whose changes are worked out; a batch may hold thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that a call would change.

    Attributes:
        place: of the call that does it, as `Step.place`.
        call: its pallet and name.
        what: the value: a hyperparameter's name, or storage; empty where it is not known what
            the call changes, which `note` then says.
        netuid, account: whose value it is.
        before, after: as the chain counts; None where nothing is stored, or it is not known.
        before_text, after_text: the same in words.
        note: what else is to be known: what else happens, or why the call would fail.
    """

    place: str
    call: str
    what: str = ""
    netuid: int | None = None
    account: str | None = None
    before: Any = None
    after: Any = None
    before_text: str = ""
    after_text: str = ""
    note: str = ""

    @property
    def known(self) -> bool:
        """Whether it is known what the call changes."""
        return bool(self.what)


class Ahead:
    """Storage as it would be after the calls looked at so far."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._written: dict[tuple[Any, ...], Any] = {}

    async def get(self, pallet: str, item: str, *keys: Any) -> Any:
        """A value as earlier calls leave it; None where the runtime has no such item."""
        key = (pallet, item, *keys)
        if key in self._written:
            return self._written[key]
        if not self.view.has(Storage(pallet, item)):
            return None
        return await self.view.value(pallet, item, *keys)

    def put(self, value: Any, pallet: str, item: str, *keys: Any) -> None:
        """What a call leaves there."""
        self._written[(pallet, item, *keys)] = value


Reader: TypeAlias = Callable[[Ahead, Step, Opened], Awaitable[Sequence[Change]]]
"""Works out what one call changes."""


async def changes(view: View, opened: Opened) -> tuple[Change, ...]:
    """What the calls of a proposal change, one after the other; each change is of one call.

    A call that runs on a condition is taken to run. Of calls that only carry others out nothing is
    said unless they fail for whom they act as, which comes first.
    """
    from taoctl.reads.governance.change_readers import reader_of

    if opened.problem is not None:
        # Of such a call only its name is told: no reader finds the arguments it needs.
        note = "not all of it can be read, so that nobody knows what it changes"
        return tuple(unknown(one, note) for one in opened.steps)
    calls = [one for one in opened.steps if not one.inside][: MOST_CHANGES + 1]
    found = [(one, reader_of(one)) for one in calls[:MOST_CHANGES]]
    # Read everything at once; the second pass finds it remembered and goes in order.
    await asyncio.gather(
        *(reader(Ahead(view), one, opened) for one, reader in found), return_exceptions=True
    )
    ahead = Ahead(view)
    listed: list[Change] = await _stopped(ahead, opened)
    for one, reader in found:
        listed.extend(await reader(ahead, one, opened))
    if len(calls) > MOST_CHANGES:
        more = f"only the first {MOST_CHANGES} calls are looked at"
        listed.append(Change(place=calls[-1].place, call=str(calls[-1]), note=more))
    return tuple(listed)


async def _stopped(ahead: Ahead, opened: Opened) -> list[Change]:
    """The calls that would not carry out what is inside them."""
    sudo = await ahead.get("Sudo", "Key")
    notes = ((one, carriers.refused(one, sudo)) for one in opened.steps if one.inside)
    found = [unknown(one, f"{note}, with all that is in it") for one, note in notes if note]
    return found[:MOST_CHANGES]


def unknown(step: Step, note: str = "it is not known what this changes") -> Change:
    """What is said of a call whose effect is not known."""
    return Change(place=step.place, call=str(step), note=note)


async def refused(
    ahead: Ahead, step: Step, power: Power, netuid: int | None = None
) -> tuple[str, ...]:
    """Why the chain would refuse a call for whom it acts as; empty where it may, or who knows."""
    notes = []
    if netuid is not None and not await ahead.get("SubtensorModule", "NetworksAdded", netuid):
        notes.append(f"there is no subnet {netuid}: this fails")
    if step.origin == ROOT:
        if power == "owner only":
            notes.append("root may not make this call, only the subnet's owner: this fails")
        return tuple(notes)
    if step.origin is None:
        return tuple(notes)
    if power != "root" and netuid is not None:
        owner = await ahead.get("SubtensorModule", "SubnetOwner", netuid)
        if step.origin == owner:
            return tuple(notes)
    whom = "the collective, which is not root" if step.origin == COLLECTIVE else step.origin
    notes.append(f"it acts as {whom}, and needs {_NEEDED[power]}: this fails with BadOrigin")
    return tuple(notes)


_NEEDED: dict[Power, str] = {
    "root": "root",
    "owner": "root or the subnet's owner",
    "owner only": "the subnet's owner",
}

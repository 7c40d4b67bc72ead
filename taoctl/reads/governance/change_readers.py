"""Which reader works out what a call changes, and the readers of calls that set one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from taoctl.economics.hyperparameter import Unit, Value, exact_text, from_storage, value_text
from taoctl.reads.governance.account_changes import READERS as ACCOUNT_READERS
from taoctl.reads.governance.changes import Ahead, Change, Reader, refused, unknown
from taoctl.reads.governance.member_changes import READERS as MEMBER_READERS
from taoctl.reads.governance.nested import Opened, Step
from taoctl.reads.governance.settings import SETTINGS, Power, Setting, hyperparameters_set_by
from taoctl.reads.governance.system_changes import READERS as SYSTEM_READERS
from taoctl.reads.hyperparameter_table import KNOWN, Known

_READERS: dict[tuple[str, str], Reader] = {**ACCOUNT_READERS, **MEMBER_READERS, **SYSTEM_READERS}

_NOTHING = frozenset({("System", "remark"), ("System", "remark_with_event")})


def reader_of(step: Step) -> Reader:
    """Who knows what a call changes."""
    key = (step.pallet, step.name)
    if key in _READERS:
        return _READERS[key]
    if key in SETTINGS:
        return _setting
    if hyperparameters_set_by(*key):
        return _hyperparameters
    return _nothing if key in _NOTHING else _unknown


async def _unknown(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    return (unknown(step),)


async def _nothing(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    return (unknown(step, "it changes nothing"),)


async def _setting(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    setting = SETTINGS[(step.pallet, step.name)]
    keys = [step.arg(name) for name in setting.keys]
    new = step.arg(setting.argument)
    if new is None:
        return (unknown(step),)
    old = await ahead.get(setting.pallet, setting.item, *keys)
    ahead.put(new, setting.pallet, setting.item, *keys)
    netuid = step.arg("netuid") if "netuid" in setting.keys else None
    notes = [*await refused(ahead, step, setting.power, netuid), setting.note]
    return (_change(step, _named(setting, keys), netuid, setting.unit, old, new, notes),)


def _named(setting: Setting, keys: Sequence[Any]) -> str:
    rest = [str(one) for name, one in zip(setting.keys, keys, strict=True) if name != "netuid"]
    own = (
        setting.item if setting.pallet == "SubtensorModule" else f"{setting.pallet}.{setting.item}"
    )
    return " ".join([own, *rest])


def _change(
    step: Step,
    what: str,
    netuid: int | None,
    unit: Unit,
    old: Any,
    new: Any,
    notes: Sequence[str],
) -> Change:
    before, after = bits(old), bits(new)
    return Change(
        place=step.place,
        call=str(step),
        what=what,
        netuid=netuid,
        before=before,
        after=after,
        before_text=value_text(unit, before),
        after_text=value_text(unit, after),
        note="; ".join(one for one in notes if one),
    )


def bits(value: Any) -> Value | None:
    """A stored number, a fixed point one as its bits."""
    if value is None or isinstance(value, bool | str):
        return value
    return int(value["bits"]) if isinstance(value, dict) else int(value)


async def _hyperparameters(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    netuid = step.arg("netuid")
    found = []
    for name, argument in hyperparameters_set_by(step.pallet, step.name):
        known, new = KNOWN[name], step.arg(argument)
        stored = await ahead.get("SubtensorModule", known.item, netuid)
        after = from_storage(replace(known, place=None), new)
        before = from_storage(known, stored)
        notes = await refused(ahead, step, _power(step, known), netuid)
        found.append(
            Change(
                place=step.place,
                call=str(step),
                what=name,
                netuid=netuid,
                before=before,
                after=after,
                before_text=exact_text(known.unit, before),
                after_text=exact_text(known.unit, after),
                note="; ".join((*notes, *_unused(ahead, known))),
            )
        )
        ahead.put(_stored(known, stored, new), "SubtensorModule", known.item, netuid)
    return found


def _stored(known: Known, stored: Any, new: Any) -> Any:
    """What the item holds once one of its values is new."""
    if known.place is None or not isinstance(stored, list | tuple):
        return new
    return [new if place == known.place else one for place, one in enumerate(stored)]


def _power(step: Step, known: Known) -> Power:
    change = known.change
    if change is None or (change.pallet, change.call) != (step.pallet, step.name):
        return "root"
    if not change.root:
        return "owner only"
    return "owner" if known.setter == "owner" else "root"


def _unused(ahead: Ahead, known: Known) -> Sequence[str]:
    return () if known.used else ("the chain no longer does anything with this value",)

"""Several hyperparameters of a subnet: what may be set now, in which order, and what only later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.calls.base import Refusal
from taoctl.calls.owner.hyperparameter import SetHyperparameter, settable
from taoctl.calls.owner.standing import FROZEN, TOO_SOON
from taoctl.calls.stake.hotkeys import PALLET, read
from taoctl.chain.owner_clock import OWNER_HOTKEY
from taoctl.chain.view import View
from taoctl.economics.hyperparameter import Value, from_storage

_ALPHA = ("alpha_low", "alpha_high")
_SET_AS_THEY_ARE = ("max_burn", "min_burn", "max_allowed_uids", "liquid_alpha_enabled")
"""Those of which the bounds of others depend, and that are stored as they are given."""


class After(View):
    """A block's state with some values of a subnet as calls before another leave them."""

    def __init__(self, view: View, netuid: int, changed: Mapping[str, Any]) -> None:
        super().__init__(view.chain, view.block, view.block_hash, view.settle, view.runtime)
        self._under = view
        self._netuid = netuid
        self._changed = changed

    async def value(self, pallet: str, item: str, *keys: Any) -> Any:
        """As left by what went before, where that touched it."""
        if pallet == PALLET and item in self._changed and keys == (self._netuid,):
            return self._changed[item]
        return await self._under.value(pallet, item, *keys)

    async def raw(self, key: bytes) -> bytes | None:
        """The bytes that the block itself has."""
        return await self._under.raw(key)


@dataclass(frozen=True, slots=True)
class Step:
    """What one call sets: one hyperparameter, or both bounds of liquid alpha.

    Attributes:
        intents: of which the last makes the call, on what the one before it leaves.
    """

    intents: tuple[SetHyperparameter, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The hyperparameters that it sets."""
        return tuple(one.name for one in self.intents)

    @property
    def last(self) -> SetHyperparameter:
        """The one that makes the call."""
        return self.intents[-1]

    async def before(self, view: View) -> View:
        """The state that the call is made on."""
        for one in self.intents[:-1]:
            view = await done(view, one)
        return view

    async def after(self, view: View) -> View:
        """The state that it leaves, as far as others depend on it."""
        for one in self.intents:
            view = await done(view, one)
        return view


@dataclass(frozen=True, slots=True)
class Later:
    """A step that cannot be taken now.

    Attributes:
        from_block: the first block in which it may be, as things are; None where nobody can tell.
        because: what it waits for, in words.
    """

    step: Step
    from_block: int | None
    because: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is left to do; `refused` are steps that no waiting mends, and then nothing is done."""

    now: tuple[Step, ...]
    later: tuple[Later, ...]
    refused: tuple[tuple[Step, Refusal], ...]

    @property
    def is_done(self) -> bool:
        """Whether the chain has it all."""
        return not (self.now or self.later or self.refused)


async def schedule(view: View, origin: str, netuid: int, wanted: Mapping[str, Value]) -> Schedule:
    """Compare with the chain, order what differs, and tell what the next block would take."""
    steps = await _steps(view, netuid, wanted)
    # What the calls of this block leave, and what all before would leave were they done.
    real, ideal = view, view
    now: list[Step] = []
    later: list[Later] = []
    refused: list[tuple[Step, Refusal]] = []
    for step in steps:
        bad = await step.last.preflight(await step.before(ideal), origin)
        final = [one for one in bad if one.name not in (FROZEN, TOO_SOON)]
        ideal = await step.after(ideal)
        if final:
            refused.append((step, final[0]))
            continue
        held = _held(step, steps, later, await _current(view, step.last))
        why = await step.last.preflight(await step.before(real), origin)
        if held:
            later.append(held)
        elif why:
            later.append(_waiting(step, why, later))
        else:
            now.append(step)
            real = await step.after(real)
    return Schedule(tuple(now), tuple(later), tuple(refused))


async def _steps(view: View, netuid: int, wanted: Mapping[str, Value]) -> list[Step]:
    """What differs, in the order in which the chain takes it."""
    intents = {name: SetHyperparameter(netuid, name, value) for name, value in wanted.items()}
    now = {name: await _current(view, one) for name, one in intents.items()}
    differing = [name for name, value in wanted.items() if now[name] != value]
    if "mechanism_count" in differing and wanted.get("mechanism_emission_split"):
        # A new count makes the split even.
        differing = [*dict.fromkeys((*differing, "mechanism_emission_split"))]
    differing.sort(key=lambda name: _rank(name, wanted[name], now[name]))
    both = all(name in differing for name in _ALPHA)
    if both:
        differing.remove("alpha_low")
    return [
        Step(tuple(intents[one] for one in (_ALPHA if both and name in _ALPHA else (name,))))
        for name in differing
    ]


async def _current(view: View, one: SetHyperparameter) -> Value | None:
    known = settable(one.name)[0]
    return from_storage(known, await read(view, known.item, one.netuid))


def _rank(name: str, to: Value, now: Value | None) -> int:
    """Where it stands: what gives others room goes before them, and what takes it after them."""
    raised = isinstance(to, int) and isinstance(now, int) and to > now
    match name:
        case "tempo":
            # Waits are counted in tempos.
            return 9 if raised else 0
        case "liquid_alpha_enabled":
            return 1 if to else 6
        case "max_burn":
            return 1 if raised else 6
        case "max_allowed_uids":
            return 6 if raised else 1
        case "mechanism_emission_split":
            return 7
    return 3


def _held(
    step: Step, steps: Sequence[Step], later: Sequence[Later], now: Value | None
) -> Later | None:
    """The wait for a step that would else be undone, or hold up others; None for none."""
    name, to = step.last.name, step.last.value
    before: set[str] = set()
    if name == "mechanism_emission_split":
        before = {"mechanism_count"}
    elif name == "liquid_alpha_enabled" and not to:
        before = set(_ALPHA)
    elif name == "tempo" and isinstance(to, int) and isinstance(now, int) and to > now:
        # Waits are counted in tempos: longer ones would hold up what waits already.
        before = {one for other in steps for one in other.names if _in_tempos(one)}
    return _behind(step, [one for one in later if before.intersection(one.step.names)])


def _in_tempos(name: str) -> bool:
    limit = settable(name)[1].limit
    return isinstance(limit, str) and limit != OWNER_HOTKEY


def _behind(step: Step, waiting: Sequence[Later]) -> Later | None:
    if not waiting:
        return None
    names = " and ".join(name for one in waiting for name in one.step.names)
    blocks = [one.from_block for one in waiting]
    known = [one for one in blocks if one is not None]
    return Later(step, max(known) if len(known) == len(blocks) else None, f"after {names}")


def _waiting(step: Step, why: Sequence[Refusal], later: Sequence[Later]) -> Later:
    timed = [one for one in why if one.name in (FROZEN, TOO_SOON)]
    if len(timed) < len(why):
        behind = _behind(step, later)
        if behind is not None:
            return behind
    first = timed[0] if timed else why[0]
    blocks = [one.allowed_from_block for one in timed]
    known = [one for one in blocks if one is not None]
    return Later(step, max(known) if known else None, first.message)


async def done(view: View, one: SetHyperparameter) -> View:
    """The state after a change, as far as the bounds and waits of others depend on it."""
    netuid, value = one.netuid, one.value
    changed: dict[str, Any] = {}
    if one.name in _ALPHA:
        stored = list(await read(view, "AlphaValues", netuid))
        stored[_ALPHA.index(one.name)] = value
        changed["AlphaValues"] = tuple(stored)
    elif one.name == "tempo":
        changed["Tempo"] = value
        changed["LastEpochBlock"] = view.block + 1
    elif one.name == "mechanism_count":
        changed["MechanismCountCurrent"] = value
        changed["MechanismEmissionSplit"] = None
    elif one.name in _SET_AS_THEY_ARE:
        changed[settable(one.name)[0].item] = value
    return After(view, netuid, changed) if changed else view

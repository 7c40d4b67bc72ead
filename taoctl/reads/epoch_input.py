"""What an epoch of a subnet would read of the chain's state at a block."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.chain.view import Api, Entry, View
from taoctl.economics.mechanisms import split_emission
from taoctl.economics.schedule import activity_cutoff_blocks
from taoctl.economics.yuma import BONDS_SCALE, EpochInput
from taoctl.errors import UsageError
from taoctl.reads.entries import PALLET, item, value_or_none
from taoctl.reads.epoch_reveals import Opening, opening

_STRIDE = 4_096
_HOTKEYS, _ALPHA, _TAO = 52, 67, 68
"""Field numbers of SelectiveMetagraph."""

_PER_SUBNET = (
    "SubnetworkN",
    "Tempo",
    "LastMechansimStepBlock",
    "ActivityCutoffFactorMilli",
    "Kappa",
    "BondsPenalty",
    "BondsMovingAverage",
    "Yuma3On",
    "LiquidAlphaOn",
    "AlphaValues",
    "AlphaSigmoidSteepness",
    "MaxAllowedValidators",
    "SubnetOwnerHotkey",
    "ValidatorPermit",
    "CommitRevealWeightsEnabled",
    "SubnetEpochIndex",
    "RevealPeriodEpochs",
    "MechanismCountCurrent",
    "MechanismEmissionSplit",
)
_PLAIN = ("StakeThreshold", "TaoWeight")
_BY_MECHANISM = ("LastUpdate", "Weights", "Bonds", "WeightCommits")
_SELECTIVE = Api("SubnetInfoRuntimeApi", "get_selective_metagraph")
NEEDS: tuple[Entry, ...] = (
    _SELECTIVE,
    *(item(name) for name in (*_PER_SUBNET, *_PLAIN, *_BY_MECHANISM, "BlockAtRegistration")),
)
"""Entries without which an epoch cannot be run here; runtimes before spec 424 lack some."""


@dataclass(frozen=True, slots=True)
class SubnetEpoch:
    """An epoch's input per mechanism, in the order of mechids, with who holds the uids."""

    netuid: int
    hotkeys: tuple[str, ...]
    emission: int
    parts: tuple[tuple[int, EpochInput], ...]


async def epoch_inputs(
    view: View,
    netuid: int,
    *,
    block: int,
    emission: int,
    revealed: View | None = None,
    opens: bool = False,
) -> SubnetEpoch:
    """What an epoch in `block` reads if nothing changes after this view.

    Args:
        emission: alpha rao that the epoch shares out over all mechanisms.
        revealed: where it is known, the state of `block` itself: timelocked weights are revealed
            in a block before its epoch.
        opens: whether to open those here that `block` reveals; for when it is the next one.
    """
    stored, answer = await asyncio.gather(
        _stored(view, netuid),
        view.api(_SELECTIVE.api, _SELECTIVE.method, netuid, [_HOTKEYS, _ALPHA, _TAO]),
    )
    if answer is None:
        raise UsageError(f"there is no subnet {netuid}", "`taoctl subnet list` shows all of them")
    hotkeys = tuple(answer["hotkeys"])
    registered = await view.values(
        PALLET, "BlockAtRegistration", [(netuid, uid) for uid in range(len(hotkeys))]
    )
    facts = _facts(stored, answer, hotkeys, [int(at) for at in registered])
    parts = split_emission(
        emission, int(stored["MechanismCountCurrent"]), stored["MechanismEmissionSplit"]
    )
    epochs = await asyncio.gather(
        *(
            _mechanism(
                view, revealed, stored, facts, (netuid, mechid), hotkeys, block=block, opens=opens
            )
            for mechid in range(len(parts))
        )
    )
    return SubnetEpoch(
        netuid,
        hotkeys,
        emission,
        tuple(
            (part, EpochInput(**facts, **one, block=block, rao_emission=part))
            for part, one in zip(parts, epochs, strict=True)
        ),
    )


def mechanism_index(netuid: int, mechid: int) -> int:
    """The key under which a mechanism of a subnet is stored."""
    return mechid * _STRIDE + netuid


async def _stored(view: View, netuid: int) -> dict[str, Any]:
    values = await asyncio.gather(
        *(view.value(PALLET, name, netuid) for name in _PER_SUBNET),
        *(view.value(PALLET, name) for name in _PLAIN),
    )
    return dict(zip((*_PER_SUBNET, *_PLAIN), values, strict=True))


def _facts(
    stored: Mapping[str, Any],
    answer: Mapping[str, Any],
    hotkeys: Sequence[str],
    registered: Sequence[int],
) -> dict[str, Any]:
    """The parts of an epoch's input that all mechanisms of a subnet share."""
    n, owner = len(hotkeys), stored["SubnetOwnerHotkey"]
    low, high = stored["AlphaValues"]
    tempo = int(stored["Tempo"])
    return {
        "n": n,
        "tempo": tempo,
        "last_mechanism_step_block": int(stored["LastMechansimStepBlock"]),
        "activity_cutoff": activity_cutoff_blocks(int(stored["ActivityCutoffFactorMilli"]), tempo),
        "kappa": int(stored["Kappa"]),
        "bonds_penalty": int(stored["BondsPenalty"]),
        "bonds_moving_average": min(int(stored["BondsMovingAverage"]), BONDS_SCALE),
        "yuma3": bool(stored["Yuma3On"]),
        "liquid_alpha": bool(stored["LiquidAlphaOn"]),
        "alpha_low": int(low),
        "alpha_high": int(high),
        "alpha_sigmoid_steepness": int(stored["AlphaSigmoidSteepness"]),
        "max_allowed_validators": int(stored["MaxAllowedValidators"]),
        "stake_threshold": int(stored["StakeThreshold"]),
        "tao_weight_u64": int(stored["TaoWeight"]),
        "owner_uid": hotkeys.index(owner) if owner in hotkeys else None,
        "alpha_stake": [int(value) for value in answer["alpha_stake"]],
        "tao_stake": [int(value) for value in answer["tao_stake"]],
        "block_at_registration": registered,
        "validator_permit": _sized(stored["ValidatorPermit"], n, False),
    }


async def _mechanism(
    view: View,
    revealed: View | None,
    stored: Mapping[str, Any],
    facts: Mapping[str, Any],
    place: tuple[int, int],
    hotkeys: Sequence[str],
    *,
    block: int,
    opens: bool,
) -> dict[str, Any]:
    index, n = mechanism_index(*place), len(hotkeys)
    opened = None
    if opens and stored["CommitRevealWeightsEnabled"]:
        opened = await opening(view, place[0], index, hotkeys, facts, _oldest(stored))
    updates, weights, bonds, late, commits = await asyncio.gather(
        value_or_none(view, "LastUpdate", index),
        view.map(PALLET, "Weights", index),
        view.map(PALLET, "Bonds", index),
        _revealed_rows(revealed, index),
        _commit_blocks(view, revealed, stored, index, hotkeys, opened, block),
    )
    rows = {**weights, **{hotkeys.index(who): row for who, row in late.items() if who in hotkeys}}
    if opened is not None:
        rows |= opened.rows
    return {
        "last_update": [int(at) for at in _sized(updates, n, 0)],
        "weights": [rows.get(uid) or () for uid in range(n)],
        "bonds": [bonds.get(uid) or () for uid in range(n)],
        "commit_blocks": commits,
    }


async def _revealed_rows(revealed: View | None, index: int) -> dict[str, Any]:
    """Weights, by hotkey, that were revealed in a block before its epoch."""
    if revealed is None:
        return {}
    who = [
        str(one["attributes"][1])
        for one in await revealed.value("System", "Events")
        if (one["module_id"], one["event_id"]) == (PALLET, "TimelockedWeightsRevealed")
        and int(one["attributes"][0]) == index
    ]
    if not who:
        return {}
    netuid = index % _STRIDE
    uids = await revealed.values(PALLET, "Uids", [(netuid, one) for one in who])
    rows = await revealed.values(PALLET, "Weights", [(index, int(uid or 0)) for uid in uids])
    found = zip(who, uids, rows, strict=True)
    return {one: row for one, uid, row in found if uid is not None}


def _oldest(stored: Mapping[str, Any]) -> int:
    """The oldest epoch whose commits count in the next one, which counts itself before it runs."""
    return int(stored["SubnetEpochIndex"]) + 1 - int(stored["RevealPeriodEpochs"])


async def _commit_blocks(
    view: View,
    revealed: View | None,
    stored: Mapping[str, Any],
    index: int,
    hotkeys: Sequence[str],
    opened: Opening | None,
    block: int,
) -> list[int | None] | None:
    """Per uid the block of its earliest commit that counts in `block`; None where none does.

    Commits of a block in which the epoch was due and put off are already of the one after it.
    """
    if not stored["CommitRevealWeightsEnabled"]:
        return None
    oldest = _oldest(stored)
    plain = await view.map(PALLET, "WeightCommits", index)
    source = view if revealed is None else revealed
    timelocked: Mapping[Any, Any] = {}
    if opened is not None:
        timelocked = opened.left
    elif view.has(item("TimelockedWeightCommits")):
        timelocked = await source.map(PALLET, "TimelockedWeightCommits", index)
    earliest: dict[str, int] = {}
    for who, commits in plain.items():
        first = next((int(at) for _, epoch, at, _ in commits if int(epoch) >= oldest), None)
        if first is not None:
            earliest[str(who)] = first
    for epoch, commits in timelocked.items():
        for who, at, *_ in commits:
            # Those of `block` itself come after its epoch.
            if int(epoch) >= oldest and int(at) < block:
                earliest[str(who)] = min(int(at), earliest.get(str(who), int(at)))
    return [earliest.get(hotkey) for hotkey in hotkeys] if earliest else None


def _sized(values: Sequence[Any] | None, n: int, filler: Any) -> list[Any]:
    listed = list(values or ())[:n]
    return listed + [filler] * (n - len(listed))

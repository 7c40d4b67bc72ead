"""Hidden weights that open in the block of an epoch, before it: their pulses are there already."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from taoctl.chain.view import Storage, View
from taoctl.chain.weight_limit import weight_limit_u16
from taoctl.economics.inheritance import combined_weight_bits
from taoctl.economics.weights import RowRules, stored_row
from taoctl.reads.entries import PALLET, item
from taoctl.scale.codec import vec_bytes
from taoctl.scale.timelock import opened
from taoctl.scale.weights_payload import weights_in

_COMMITS = item("TimelockedWeightCommits")
_PULSES = Storage("Drand", "Pulses")
_RULES = ("MinAllowedWeights", "WeightsVersionKey")


@dataclass(frozen=True, slots=True)
class Opening:
    """What a block reveals of a mechanism's hidden weights before its epoch.

    Attributes:
        rows: the rows that are stored, by UID.
        left: commits that stay hidden, by their epoch.
    """

    rows: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)
    left: Mapping[int, Sequence[Any]] = field(default_factory=dict)


async def opening(
    view: View,
    netuid: int,
    index: int,
    hotkeys: Sequence[str],
    facts: Mapping[str, Any],
    due_epoch: int,
) -> Opening:
    """What the next block reveals of a mechanism, if its epoch is due in it.

    Args:
        index: of the mechanism in storage.
        hotkeys: by UID.
        facts: of the subnet, named as in EpochInput.
        due_epoch: the epoch whose commits are revealed then; older ones are dropped.
    """
    if not (view.has(_COMMITS) and view.has(_PULSES)):
        return Opening()
    found = await view.map(PALLET, _COMMITS.item, index)
    kept = {int(epoch): list(each) for epoch, each in found.items() if int(epoch) >= due_epoch}
    commits = kept.pop(due_epoch, []) if due_epoch >= 0 else []
    rounds = [(int(one[3]),) for one in commits]
    if not rounds:
        return Opening({}, kept)
    pulses, rules = await asyncio.gather(
        view.values(_PULSES.pallet, _PULSES.item, rounds), _rules(view, netuid, facts)
    )
    rows: dict[int, Sequence[tuple[int, int]]] = {}
    for (who, _, ciphertext, _), pulse in zip(commits, pulses, strict=True):
        row = None if pulse is None else _row(str(who), ciphertext, pulse, hotkeys, rules)
        if row is not None:
            rows[row[0]] = row[1]
    left = [one for one, pulse in zip(commits, pulses, strict=True) if pulse is None]
    return Opening(rows, {**kept, due_epoch: left} if left else kept)


def _row(
    hotkey: str, ciphertext: Any, pulse: Mapping[str, Any], hotkeys: Sequence[str], rules: RowRules
) -> tuple[int, Sequence[tuple[int, int]]] | None:
    signature = vec_bytes(pulse["signature"]).removeprefix(b"0x")
    payload = opened(vec_bytes(ciphertext), signature)
    found = None if payload is None else weights_in(payload, hotkey)
    if found is None or hotkey not in hotkeys:
        return None
    uid = hotkeys.index(hotkey)
    row = stored_row(uid, *found, rules)
    return None if row is None else (uid, row)


async def _rules(view: View, netuid: int, facts: Mapping[str, Any]) -> RowRules:
    limit, least, version = await asyncio.gather(
        weight_limit_u16(view, netuid), *(view.value(PALLET, name, netuid) for name in _RULES)
    )
    owner, threshold = facts["owner_uid"], int(facts["stake_threshold"]) << 64
    weight = int(facts["tao_weight_u64"])
    stakes = zip(facts["alpha_stake"], facts["tao_stake"], strict=True)
    return RowRules(
        n=facts["n"],
        permits=facts["validator_permit"],
        owner_uid=owner,
        staked=[
            uid == owner or combined_weight_bits(alpha, tao, weight) >= threshold
            for uid, (alpha, tao) in enumerate(stakes)
        ],
        least=int(least),
        limit_u16=limit,
        version_key=int(version),
    )

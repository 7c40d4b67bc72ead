"""A subnet's epoch from chain state, as it is and with weights or stakes changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.economics.epoch import EpochInput, EpochOutput
from taoctl.economics.schedule import next_epoch_block
from taoctl.economics.what_if import NewStake, NewWeight, with_stakes, with_weights
from taoctl.economics.yuma import run_epoch
from taoctl.errors import RefusedError, UsageError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, ROOT_NETUID, item
from taoctl.reads.epoch_input import NEEDS as EPOCH_NEEDS
from taoctl.reads.epoch_input import SubnetEpoch, epoch_inputs
from taoctl.reads.last_epoch import last_epoch
from taoctl.reads.pending import NEEDS as PENDING_NEEDS
from taoctl.reads.pending import expected

_SCHEDULE = ("Tempo", "LastEpochBlock", "PendingEpochAt")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One uid before and after; parts are u16 of 65535, emission alpha rao of the epoch, gross."""

    mechid: Annotated[int, Column("mech", Kind.INT, "mechanism of the subnet", wide=True)]
    uid: Annotated[int, Column("uid", Kind.UID, "slot in the subnet")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "key that holds the uid", drop=2)]
    stake_weight_before: Annotated[
        int, Column("stake", Kind.U16, "part of the stake that counts", wide=True)
    ]
    stake_weight: Annotated[int, Column("→ stake", Kind.U16, "the same, changed", wide=True)]
    permit_before: Annotated[
        bool, Column("vali", Kind.BOOL, "may set weights from then on", wide=True)
    ]
    permit: Annotated[bool, Column("→ vali", Kind.BOOL, "the same, changed", wide=True)]
    consensus_before: Annotated[
        int, Column("consensus", Kind.U16, "weight backed by kappa", wide=True)
    ]
    consensus: Annotated[int, Column("→ consensus", Kind.U16, "the same, changed", wide=True)]
    validator_trust_before: Annotated[
        int, Column("vtrust", Kind.U16, "weights within consensus", drop=1)
    ]
    validator_trust: Annotated[int, Column("→ vtrust", Kind.U16, "the same, changed", drop=1)]
    incentive_before: Annotated[int, Column("incentive", Kind.U16, "miner share")]
    incentive: Annotated[int, Column("→ incentive", Kind.U16, "the same, changed")]
    dividends_before: Annotated[int, Column("dividends", Kind.U16, "validator share")]
    dividends: Annotated[int, Column("→ dividends", Kind.U16, "the same, changed")]
    emission_before_rao: Annotated[int, Column("α", Kind.ALPHA, "alpha of the epoch, gross")]
    emission_rao: Annotated[int, Column("→ α", Kind.ALPHA, "the same, changed")]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """An epoch before and after; `equals_chain` is None of one that is still to come.

    `without_permit` are uids whose weights were set and do not count.
    """

    block: int
    emission: int
    equals_chain: bool | None
    without_permit: tuple[int, ...]
    rows: tuple[ChangeRow, ...]


async def what_if(
    view: View,
    netuid: int,
    *,
    weights: Sequence[NewWeight] = (),
    stakes: Sequence[NewStake] = (),
    mechid: int = 0,
    last: bool = False,
) -> WhatIf:
    """A subnet's next epoch, or its `last` one, before and after changes.

    The next one is run as if nothing else changed until its block, with hidden weights that open in
    it where that is the next block, and shares out what is pending and, for every block until then,
    as much as the last block added. `mechid` is the mechanism
    whose weights are set.

    Raises:
        NotInRuntimeError: the runtime stores too little to run its epochs here.
        UsageError: there is no such subnet, mechanism or uid.
        RefusedError: it runs no epochs, or the state of its last one is gone.
    """
    await view.settle()
    view.require(*EPOCH_NEEDS, *PENDING_NEEDS, *(item(name) for name in _SCHEDULE))
    equals: bool | None = None
    if last:
        epoch = await last_epoch(view, netuid)
        inputs, block = epoch.inputs, epoch.block
        equals = not any(epoch.differences(uid) for uid in range(len(inputs.hotkeys)))
    else:
        block = await _next_block(view, netuid)
        emission = await expected(view, netuid, block - view.block)
        inputs = await epoch_inputs(
            view, netuid, block=block, emission=emission, opens=block == view.block + 1
        )
    _check(inputs, weights, stakes, mechid)
    rows = tuple(_rows(inputs, weights, stakes, mechid))
    first = inputs.parts[mechid][1]
    blocked = [w.validator for w in weights if not _counts(first, w.validator)]
    return WhatIf(block, inputs.emission, equals, tuple(dict.fromkeys(blocked)), rows)


async def _next_block(view: View, netuid: int) -> int:
    added, tempo, since, pending = await asyncio.gather(
        view.value(PALLET, "NetworksAdded", netuid),
        *(view.value(PALLET, name, netuid) for name in _SCHEDULE),
    )
    if not added:
        raise UsageError(f"there is no subnet {netuid}", "`taoctl subnet list` shows all of them")
    if netuid == ROOT_NETUID:
        raise RefusedError("root runs no epochs", "`taoctl subnet list` shows the subnets that do")
    block = next_epoch_block(int(tempo), int(since), int(pending))
    if block is None:
        raise RefusedError(f"subnet {netuid} runs no epochs", "its tempo is 0")
    return max(block, view.block + 1)


def _check(
    inputs: SubnetEpoch, weights: Sequence[NewWeight], stakes: Sequence[NewStake], mechid: int
) -> None:
    n, mechanisms = len(inputs.hotkeys), len(inputs.parts)
    if mechid >= mechanisms:
        raise UsageError(
            f"subnet {inputs.netuid} has no mechanism {mechid}",
            f"its mechanisms go from 0 to {mechanisms - 1}",
        )
    named = [uid for one in weights for uid in (one.validator, one.miner)]
    for uid in (*named, *(one.uid for one in stakes)):
        if uid >= n:
            there = f"its uids go from 0 to {n - 1}" if n else "it had none at all"
            raise UsageError(f"subnet {inputs.netuid} had no uid {uid}", there)


def _counts(epoch: EpochInput, uid: int) -> bool:
    return bool(epoch.validator_permit[uid]) or uid == epoch.owner_uid


def _rows(
    inputs: SubnetEpoch, weights: Sequence[NewWeight], stakes: Sequence[NewStake], mechid: int
) -> Iterator[ChangeRow]:
    for place, (_, given) in enumerate(inputs.parts):
        changed = with_stakes(given, stakes)
        if place == mechid:
            changed = with_weights(changed, weights)
        before = run_epoch(given)
        after = before if changed == given else run_epoch(changed)
        for uid, hotkey in enumerate(inputs.hotkeys):
            yield _row(place, uid, hotkey, before, after)


def _row(mechid: int, uid: int, hotkey: str, before: EpochOutput, after: EpochOutput) -> ChangeRow:
    return ChangeRow(
        mechid=mechid,
        uid=uid,
        hotkey=hotkey,
        stake_weight_before=before.stake_weight[uid],
        stake_weight=after.stake_weight[uid],
        permit_before=before.validator_permit[uid],
        permit=after.validator_permit[uid],
        consensus_before=before.consensus[uid],
        consensus=after.consensus[uid],
        validator_trust_before=before.validator_trust[uid],
        validator_trust=after.validator_trust[uid],
        incentive_before=before.incentive[uid],
        incentive=after.incentive[uid],
        dividends_before=before.dividends[uid],
        dividends=after.dividends[uid],
        emission_before_rao=before.emission[uid],
        emission_rao=after.emission[uid],
    )

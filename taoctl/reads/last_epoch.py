"""The last epoch of a subnet: run again from what it read, and held against what it stored."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.chain.view import View
from taoctl.economics.mechanisms import MergedTerms, aggregate_mechanisms
from taoctl.economics.yuma import EpochTrace, trace_epoch
from taoctl.errors import RefusedError, UsageError
from taoctl.reads.entries import PALLET, ROOT_NETUID
from taoctl.reads.epoch_input import SubnetEpoch, epoch_inputs, mechanism_index
from taoctl.reads.pending import shared_out

_STORED = {
    "stake_weight": "StakeWeight",
    "active": "Active",
    "validator_permit": "ValidatorPermit",
    "consensus": "Consensus",
    "dividends": "Dividends",
    "validator_trust": "ValidatorTrust",
    "emission": "Emission",
}


@dataclass(frozen=True, slots=True)
class LastEpoch:
    """The last epoch of a subnet, per mechanism and merged, with what the chain stored of it.

    `stored` holds the per-uid vectors named as in MergedTerms, and `stored_incentives` those of
    each mechanism, both at the end of the epoch's block.
    """

    block: int
    inputs: SubnetEpoch
    traces: tuple[EpochTrace, ...]
    terms: MergedTerms
    stored: Mapping[str, Sequence[Any]]
    stored_incentives: tuple[Sequence[int], ...]

    def differences(self, uid: int) -> tuple[str, ...]:
        """The values of a uid that were computed otherwise than the chain stored them."""
        wrong = [
            name
            for name, values in self.stored.items()
            if uid >= len(values) or getattr(self.terms, name)[uid] != values[uid]
        ]
        for trace, values in zip(self.traces, self.stored_incentives, strict=True):
            if uid >= len(values) or trace.output.incentive[uid] != values[uid]:
                wrong.append("incentive")
        return tuple(wrong)


async def last_epoch(view: View, netuid: int) -> LastEpoch:
    """Run a subnet's last epoch again, from the state of the block before it.

    Raises:
        UsageError: there is no such subnet.
        RefusedError: it has run no epoch, or the node no longer has that block's state.
    """
    added, step = await asyncio.gather(
        view.value(PALLET, "NetworksAdded", netuid),
        view.value(PALLET, "LastMechansimStepBlock", netuid),
    )
    if not added:
        raise UsageError(f"there is no subnet {netuid}", "`taoctl subnet list` shows all of them")
    block = int(step)
    if netuid == ROOT_NETUID:
        raise RefusedError("root runs no epochs", "`taoctl subnet list` shows the subnets that do")
    if block == 0:
        raise RefusedError(
            f"subnet {netuid} has run no epoch", "`taoctl subnet show` tells when the next one is"
        )
    before, after = await asyncio.gather(view.chain.at_block(block - 1), view.chain.at_block(block))
    emission = await shared_out(before, after, netuid)
    inputs, stored, incentives = await asyncio.gather(
        epoch_inputs(before, netuid, block=block, emission=emission, revealed=after),
        _vectors(after, netuid),
        _incentives(before, after, netuid),
    )
    traces = tuple(trace_epoch(epoch) for _, epoch in inputs.parts)
    outputs = [(part, trace.output) for (part, _), trace in zip(inputs.parts, traces, strict=True)]
    terms = aggregate_mechanisms(emission, outputs)
    return LastEpoch(block, inputs, traces, terms, stored, incentives)


async def _vectors(after: View, netuid: int) -> dict[str, Sequence[Any]]:
    values = await asyncio.gather(*(after.value(PALLET, name, netuid) for name in _STORED.values()))
    return dict(zip(_STORED, values, strict=True))


async def _incentives(before: View, after: View, netuid: int) -> tuple[Sequence[int], ...]:
    count = int(await before.value(PALLET, "MechanismCountCurrent", netuid))
    return tuple(
        await asyncio.gather(
            *(
                after.value(PALLET, "Incentive", mechanism_index(netuid, mechid))
                for mechid in range(count)
            )
        )
    )

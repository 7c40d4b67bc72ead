"""The weights of one mechanism of a subnet as a matrix: who may weigh, and what they give whom."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.chain.view import View
from taoctl.errors import UsageError
from taoctl.reads.entries import PALLET, value_or_none
from taoctl.reads.epoch_input import mechanism_index
from taoctl.reads.metagraph import Metagraph, NeuronRow

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class WeightLine:
    """What one UID gives on a mechanism: u16 by target UID, as stored, and when it last set them.

    Attributes:
        neuron: who gives; its stake weight and permit are those of the subnet.
        updated_block: when it last set or committed weights here, None for never or unknown.
        weights: what it gives, by whom to; empty where it has set none.
        total: the sum of them, so that `weights[uid] / total` is a share.
    """

    neuron: NeuronRow
    updated_block: int | None
    weights: Mapping[int, int]
    total: int

    def share_ppm(self, uid: int) -> int | None:
        """Millionths of all that it gives, rounded down; None where it gives the UID nothing."""
        given = self.weights.get(uid)
        return None if not given else given * _MILLION // self.total


@dataclass(frozen=True, slots=True)
class WeightMatrix:
    """One mechanism's weights at one block.

    Attributes:
        netuid, mechid: which mechanism; `mechanisms` is how many the subnet has.
        neurons: all of the subnet, in UID order.
        lines: those that have a permit or have set weights, in UID order.
        incentives: u16 by UID, of this mechanism's last epoch; empty where it has run none.
    """

    netuid: int
    mechid: int
    mechanisms: int
    neurons: tuple[NeuronRow, ...]
    lines: tuple[WeightLine, ...]
    incentives: tuple[int, ...]

    def weighed(self) -> frozenset[int]:
        """The UIDs that somebody gives anything."""
        return frozenset(uid for line in self.lines for uid, given in line.weights.items() if given)


async def mechanism_count(view: View, netuid: int) -> int:
    """How many mechanisms a subnet has; 1 on runtimes that know of no others."""
    count = await value_or_none(view, "MechanismCountCurrent", netuid)
    return 1 if count is None else max(1, int(count))


async def weight_matrix(view: View, graph: Metagraph, mechid: int = 0) -> WeightMatrix:
    """The weights of a mechanism of a subnet whose neurons are all in `graph`.

    Raises:
        UsageError: the subnet has no such mechanism.
    """
    netuid = graph.subnet.netuid
    index = mechanism_index(netuid, mechid)
    count, rows, updates, incentives = await asyncio.gather(
        mechanism_count(view, netuid),
        view.map(PALLET, "Weights", index),
        value_or_none(view, "LastUpdate", index),
        value_or_none(view, "Incentive", index),
    )
    if mechid >= count:
        raise UsageError(
            f"subnet {netuid} has no mechanism {mechid}", f"it has {count}, counted from 0"
        )
    uids = {neuron.uid for neuron in graph.neurons}
    lines = (_line(neuron, rows.get(neuron.uid), updates, uids) for neuron in graph.neurons)
    return WeightMatrix(
        netuid,
        mechid,
        count,
        graph.neurons,
        tuple(line for line in lines if line.weights or line.neuron.validator_permit),
        tuple(int(one) for one in incentives or ()),
    )


def _line(neuron: NeuronRow, row: Any, updates: Sequence[Any] | None, uids: set[int]) -> WeightLine:
    weights = {int(uid): int(weight) for uid, weight in row or () if int(uid) in uids}
    updated = updates[neuron.uid] if updates and neuron.uid < len(updates) else None
    return WeightLine(neuron, int(updated) if updated else None, weights, sum(weights.values()))

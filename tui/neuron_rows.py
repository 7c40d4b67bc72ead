"""Everything about one neuron at one block: its risk, its last epoch, and the weights around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from taoctl.chain.view import View
from taoctl.reads.explain import BondPartRow, EarnedRow, Explanation, WeightPartRow, explanation_of
from taoctl.reads.metagraph import NeuronRow, metagraph
from taoctl.reads.risk import RiskRow, risk_rows
from taoctl.reads.subnets import SubnetRow
from taoctl.reads.weight_matrix import WeightMatrix, mechanism_count, weight_matrix
from tui.epoch_memory import EpochMemory


@dataclass(frozen=True, slots=True)
class Giver:
    """Who weighs the neuron: what that added in the last epoch, and what is stored now.

    `part` is None where it added nothing to the last epoch; `now_ppm` is of all that the giver
    gives, None where it gives the neuron nothing now.
    """

    uid: int
    hotkey: str
    part: WeightPartRow | None
    now_ppm: int | None
    updated_block: int | None


@dataclass(frozen=True, slots=True)
class Holding:
    """Whom the neuron weighs or has bonds in: what that earned it, and its weight as stored now."""

    uid: int
    hotkey: str
    part: BondPartRow | None
    now_ppm: int | None


@dataclass(frozen=True, slots=True)
class NeuronRows:
    """A neuron at one block.

    Attributes:
        subnet: its subnet; `mechid` is the mechanism that givers, holdings and `earned` are of.
        neuron: None when the hotkey holds no UID there any more; `heir` is who holds it now.
        risk: how near it is to pruning.
        earned: its part of the last epoch, None where that cannot be told, and `problem` says why.
    """

    subnet: SubnetRow
    mechid: int
    mechanisms: int
    neuron: NeuronRow | None
    heir: NeuronRow | None
    risk: RiskRow | None
    earned: EarnedRow | None
    problem: str | None
    givers: tuple[Giver, ...]
    holdings: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which neuron to read: a UID, and once it is known the hotkey, which a UID may lose."""

    netuid: int
    uid: int
    hotkey: str | None
    mechid: int


async def neuron_rows(
    view: View, wanted: Wanted, memory: EpochMemory, names: Mapping[str, str]
) -> NeuronRows:
    """One neuron at one block; raises UsageError where there is no such subnet."""
    graph = await metagraph(view, wanted.netuid)
    mechanisms = await mechanism_count(view, wanted.netuid)
    mechid = wanted.mechid if wanted.mechid < mechanisms else 0
    at_uid = next((one for one in graph.neurons if one.uid == wanted.uid), None)
    neuron = at_uid
    if wanted.hotkey is not None:
        neuron = next((one for one in graph.neurons if one.hotkey == wanted.hotkey), None)
    if neuron is None:
        return NeuronRows(graph.subnet, mechid, mechanisms, None, at_uid, None, None, None, (), ())
    matrix = await weight_matrix(view, graph, mechid)
    epoch, problem = await memory.of(view, graph)
    found: Explanation | None = None
    if epoch is not None:
        keys = epoch.inputs.hotkeys
        if neuron.uid < len(keys) and keys[neuron.uid] == neuron.hotkey:
            found = explanation_of(epoch, neuron.uid, neuron.coldkey, names)
        else:
            problem = f"it came after the last epoch, which was in block {epoch.block}"
    (risk,) = risk_rows(graph, {neuron.uid}, view.block, names)
    return NeuronRows(
        subnet=graph.subnet,
        mechid=mechid,
        mechanisms=mechanisms,
        neuron=neuron,
        heir=None,
        risk=risk,
        earned=None if found is None else _earned(found, mechid),
        problem=problem,
        givers=_givers(matrix, neuron, found),
        holdings=_holdings(matrix, neuron, found),
    )


def _earned(found: Explanation, mechid: int) -> EarnedRow | None:
    return next((row for row in found.earned if row.mechid == mechid), None)


def _givers(
    matrix: WeightMatrix, neuron: NeuronRow, found: Explanation | None
) -> tuple[Giver, ...]:
    """Those of the last epoch, the largest contribution first, then those that are new."""
    lines = {line.neuron.hotkey: line for line in matrix.lines}
    parts = () if found is None else found.weights
    rows = []
    for part in (part for part in parts if part.mechid == matrix.mechid):
        line = lines.pop(part.hotkey, None)
        now = None if line is None else line.share_ppm(neuron.uid)
        updated = None if line is None else line.updated_block
        rows.append(Giver(part.validator, part.hotkey, part, now, updated))
    for hotkey, line in lines.items():
        now = line.share_ppm(neuron.uid)
        if now is not None:
            rows.append(Giver(line.neuron.uid, hotkey, None, now, line.updated_block))
    return tuple(rows)


def _holdings(
    matrix: WeightMatrix, neuron: NeuronRow, found: Explanation | None
) -> tuple[Holding, ...]:
    line = next((one for one in matrix.lines if one.neuron.uid == neuron.uid), None)
    given = {} if line is None else dict.fromkeys(uid for uid, w in line.weights.items() if w)
    keys = {one.uid: one.hotkey for one in matrix.neurons}
    parts = () if found is None else found.bonds
    rows = []
    for part in (part for part in parts if part.mechid == matrix.mechid):
        same = keys.get(part.miner) == part.hotkey
        now = line.share_ppm(part.miner) if line is not None and same else None
        if same:
            given.pop(part.miner, None)
        rows.append(Holding(part.miner, part.hotkey, part, now))
    if line is not None:
        rows += [Holding(uid, keys[uid], None, line.share_ppm(uid)) for uid in given]
    return tuple(rows)

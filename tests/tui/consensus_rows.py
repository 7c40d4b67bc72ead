"""Weights, and what an epoch made of them, for screens that are looked at without a chain."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import dashboard_rows as made

from taoctl.economics.weights import max_upscale
from taoctl.reads.explain import BondPartRow, EarnedRow, WeightPartRow
from taoctl.reads.metagraph import Metagraph
from taoctl.reads.risk import risk_rows
from taoctl.reads.weight_matrix import WeightLine, WeightMatrix
from tui.neuron_rows import Giver, Holding, NeuronRows
from tui.screens.weights import WeightsRows

ONE = 2**32


def graph(netuid: int, count: int = 64, block: int = 1000) -> Metagraph:
    """A subnet; the first UID has a stake that no runtime here tells."""
    return made.graph(netuid, count, block)


def matrix(
    netuid: int = 5, count: int = 64, mechid: int = 0, mechanisms: int = 1, block: int = 1000
) -> WeightMatrix:
    """Every eighth UID weighs most of the others, but the last of them nobody."""
    neurons = graph(netuid, count, block).neurons
    validators = [one for one in neurons if one.validator_permit]
    miners = [one.uid for one in neurons if not one.validator_permit]
    lines = []
    for validator in validators:
        draw = random.Random(netuid * 1000 + validator.uid + mechid)
        row = {uid: int(2 ** draw.uniform(0, 16)) for uid in miners if draw.random() < 0.8}
        if validator is validators[-1]:
            row = {}
        weights = dict(zip(row, max_upscale(list(row.values())), strict=True))
        lines.append(WeightLine(validator, block - 7, weights, sum(weights.values())))
    return WeightMatrix(
        netuid,
        mechid,
        mechanisms,
        neurons,
        tuple(lines),
        tuple(one.incentive or 0 for one in neurons),
    )


def weights_rows(netuid: int = 5, block: int = 1000, **changes: Any) -> WeightsRows:
    """What the screen of weights shows of a block."""
    return WeightsRows(matrix(netuid, block=block, **changes), made.subnet_row(netuid).name)


def neuron_rows(
    netuid: int, uid: int, block: int = 1000, mechid: int = 0, mechanisms: int = 1
) -> NeuronRows:
    """A neuron whose last epoch added up what these weights say."""
    seen, weights = graph(netuid, 64, block), matrix(netuid, 64, mechid, mechanisms, block)
    neuron = seen.neurons[uid]
    consensus = ONE // 100
    givers = tuple(
        Giver(
            line.neuron.uid,
            line.neuron.hotkey,
            _given(line, uid, mechid, consensus),
            line.share_ppm(uid),
            line.updated_block,
        )
        for line in weights.lines
        if line.share_ppm(uid) is not None
    )
    own = next((line for line in weights.lines if line.neuron.uid == uid), None)
    holdings = tuple(
        Holding(
            miner,
            seen.neurons[miner].hotkey,
            _held(seen.neurons[miner].hotkey, miner, own, mechid, consensus),
            own.share_ppm(miner),
        )
        for miner in (own.weights if own is not None else ())
        if own is not None
    )
    (risk,) = risk_rows(seen, {uid}, block, {})
    return NeuronRows(
        subnet=seen.subnet,
        mechid=mechid,
        mechanisms=mechanisms,
        neuron=neuron,
        heir=None,
        risk=replace(risk, standing="exposed", prune_rank=12, margin_rao=123_456_789, free_slots=0),
        earned=earned(netuid, uid, neuron.hotkey, mechid),
        problem=None,
        givers=givers,
        holdings=holdings,
    )


def earned(netuid: int, uid: int, hotkey: str, mechid: int = 0) -> EarnedRow:
    """What an epoch gave a UID."""
    return EarnedRow(
        netuid=netuid,
        mechid=mechid,
        uid=uid,
        hotkey=hotkey,
        coldkey=None,
        epoch_block=995,
        equals_chain=True,
        differs_in=None,
        active=True,
        validator_permit=False,
        stake_share_bits=0,
        incentive=655,
        rank_bits=ONE // 200,
        rank_total_bits=ONE // 2,
        consensus=655,
        dividends=0,
        owned_bits=0,
        dividend_raw_bits=0,
        dividend_total_bits=ONE // 8,
        validator_trust=0,
        yuma3=True,
        emission_rao=1_234_567_890,
        shared_rao=13 * 10**9,
    )


def _given(line: WeightLine, uid: int, mechid: int, consensus: int) -> WeightPartRow:
    weight = line.weights[uid] * ONE // line.total
    clipped = min(weight, consensus)
    return WeightPartRow(
        mechid=mechid,
        validator=line.neuron.uid,
        hotkey_name=None,
        hotkey=line.neuron.hotkey,
        stake_bits=ONE // 8,
        weight_bits=weight,
        consensus_bits=consensus,
        clipped_bits=clipped,
        contribution_bits=clipped // 8,
        share_ppm=125_000,
    )


def _held(
    hotkey: str, miner: int, own: WeightLine | None, mechid: int, consensus: int
) -> BondPartRow:
    weight = 0 if own is None else own.weights[miner] * ONE // own.total
    return BondPartRow(
        mechid=mechid,
        miner=miner,
        hotkey_name=None,
        hotkey=hotkey,
        weight_bits=weight,
        consensus_bits=consensus,
        clipped_bits=min(weight, consensus),
        bond_bits=ONE // 8,
        incentive_bits=ONE // 50,
        contribution_bits=ONE // 400,
        share_ppm=20_000,
    )

"""Weights as a matrix: who has a line, what a share is, mechanisms, and older runtimes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from stored_chain import StoredChain

from taoctl.addresses import encode_ss58
from taoctl.errors import UsageError
from taoctl.reads.metagraph import Metagraph, NeuronRow
from taoctl.reads.subnets import SubnetRow
from taoctl.reads.weight_commits import hidden_commits
from taoctl.reads.weight_matrix import WeightLine, weight_matrix

NETUID, SECOND = 5, 4_096 + 5


def neuron(uid: int, permit: bool) -> NeuronRow:
    blank: dict[str, Any] = dict.fromkeys(NeuronRow.__dataclass_fields__)
    key = encode_ss58(bytes([uid + 1]) * 32)
    known = {"netuid": NETUID, "uid": uid, "hotkey": key, "coldkey": key}
    return NeuronRow(**(blank | known | {"validator_permit": permit}))


def graph() -> Metagraph:
    """Four neurons; the first two may weigh others."""
    blank: dict[str, Any] = dict.fromkeys(SubnetRow.__dataclass_fields__)
    subnet = SubnetRow(**(blank | {"netuid": NETUID, "name": "", "symbol": ""}))
    return Metagraph(subnet, None, None, tuple(neuron(uid, uid < 2) for uid in range(4)))


def chain(spec: int) -> StoredChain:
    found = StoredChain(spec)
    found.put("Weights", NETUID, 0, value=[(2, 65_535), (3, 0), (9, 5)])
    found.put("Weights", NETUID, 3, value=[(0, 1), (2, 2)])
    found.put("LastUpdate", NETUID, value=[70, 0, 0])
    found.put("Incentive", NETUID, value=[0, 0, 65_535, 0])
    return found


@pytest.mark.parametrize("spec", [424, 393, 365, 218])
def test_lines_are_of_those_that_may_weigh_or_did(spec: int) -> None:
    found = asyncio.run(weight_matrix(chain(spec).view(), graph()))
    assert [line.neuron.uid for line in found.lines] == [0, 1, 3]
    first, second, last = found.lines
    assert first.weights == {2: 65_535, 3: 0} and first.total == 65_535
    assert (first.share_ppm(2), first.share_ppm(3), first.share_ppm(1)) == (1_000_000, None, None)
    assert (second.weights, second.total, second.share_ppm(2)) == ({}, 0, None)
    assert (last.share_ppm(0), last.share_ppm(2)) == (333_333, 666_666)
    assert [line.updated_block for line in found.lines] == [70, None, None]
    assert found.weighed() == {0, 2}
    assert found.incentives == (0, 0, 65_535, 0)
    assert (found.netuid, found.mechid, found.mechanisms) == (NETUID, 0, 1)


def test_each_mechanism_has_weights_of_its_own() -> None:
    stored = chain(424)
    stored.put("MechanismCountCurrent", NETUID, value=2)
    stored.put("Weights", SECOND, 1, value=[(3, 7)])
    stored.put("LastUpdate", SECOND, value=[0, 80])
    found = asyncio.run(weight_matrix(stored.view(), graph(), 1))
    assert {line.neuron.uid: line.weights for line in found.lines} == {0: {}, 1: {3: 7}}
    assert [line.updated_block for line in found.lines] == [None, 80]
    assert found.mechanisms == 2 and found.incentives == ()
    with pytest.raises(UsageError, match="no mechanism 2"):
        asyncio.run(weight_matrix(stored.view(), graph(), 2))
    with pytest.raises(UsageError, match="no mechanism 1"):
        asyncio.run(weight_matrix(chain(424).view(), graph(), 1))


def test_a_share_that_rounds_to_nothing_is_still_there() -> None:
    line = WeightLine(neuron(0, True), 1, {1: 1, 2: 65_535 * 100}, 65_535 * 100 + 1)
    assert (line.share_ppm(1), line.share_ppm(2)) == (0, 999_999)
    assert replace(line, weights={}, total=0).share_ppm(1) is None


def key_of(uid: int) -> str:
    return neuron(uid, True).hotkey


def test_commits_that_wait_are_found_until_they_are_revealed_or_too_old() -> None:
    block, tempo, period = 100, 10, 2
    stored = chain(424)
    clock = {"SubnetEpochIndex": 9, "Tempo": tempo, "LastEpochBlock": 95}
    for name, value in (clock | {"PendingEpochAt": 0, "BlocksSinceLastStep": 5}).items():
        stored.put(name, SECOND - 4_096, value=value)
    stored.put("RevealPeriodEpochs", NETUID, value=period)
    digest = "0x" + "ab" * 32
    # Of epochs 6 and 7: the first one can be revealed no more.
    stored.put("WeightCommits", SECOND, key_of(0), value=[(digest, 6, 60, 0), (digest, 7, 71, 0)])
    stored.put("WeightCommits", SECOND, key_of(1), value=[(digest, 6, 65, 0)])
    stored.put("TimelockedWeightCommits", SECOND, 8, value=[(key_of(2), 88, "0x01", 5)])
    stored.put("TimelockedWeightCommits", SECOND, 9, value=[(key_of(2), 99, "0x02", 6)])
    view = stored.view(block)
    found = asyncio.run(hidden_commits(view, NETUID, 1, [key_of(0), key_of(1), key_of(3)]))
    assert found == {key_of(0): 71, key_of(2): 99}


def test_where_epochs_are_not_counted_nobody_knows_of_commits() -> None:
    assert asyncio.run(hidden_commits(chain(218).view(), NETUID, 0, [key_of(0)])) is None

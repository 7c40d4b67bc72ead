"""What `prune-order --subnets` says is what new subnets then replace, one after the other."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from registration_chain import hotkey, registration_chain

from taoctl.chain.client import connect
from taoctl.errors import NotInRuntimeError
from taoctl.reads.subnet_prune_order import SubnetPruneLine, subnet_prune_line

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from raw_storage import RawStorage, u16
from stake_net import StakeNet

TAO = 10**9
NETUIDS = (1, 2, 3, 4, 5)
ORDER = "taoctl.subnet.prune-order.subnets.1"


@pytest.fixture(scope="module")
def chain_net() -> Iterator[StakeNet]:
    with registration_chain() as chain:
        yield StakeNet(chain, lambda: None)


@pytest.fixture
def net(chain_net: StakeNet, capsys: pytest.CaptureFixture[str]) -> StakeNet:
    return StakeNet(chain_net.chain, capsys.readouterr)


def said(net: StakeNet) -> SubnetPruneLine:
    async def run() -> SubnetPruneLine:
        async with connect(net.chain.url, timeout=30) as chain:
            return await subnet_prune_line(await chain.at_head())

    return asyncio.run(run())


def draw(net: StakeNet, chance: random.Random) -> None:
    """A full network of other prices and ages, some of them the same, whose prices stand still."""

    def write(runtime: Any) -> None:
        module, now = runtime.subtensor, runtime.block_number
        module.SubnetLimit.put(len(NETUIDS))
        module.NetworkRateLimit.put(0)
        module.NetworkMinLockCost.put(TAO)
        module.NetworkLastLockCost.put(TAO)
        module.NetworkImmunityPeriod.put(chance.choice([0, 3, 4, 5, 1_000]))
        for netuid in NETUIDS:
            if netuid in module.FirstEmissionBlockNumber:
                del module.FirstEmissionBlockNumber[netuid]
            module.SubnetMovingPrice[netuid] = chance.choice([0, 5, 5, 2**30, 2**32, 2**33])
            module.SubnetMechanism[netuid] = chance.choice([1, 1, 1, 0])
            module.NetworkRegisteredAt[netuid] = max(0, chance.randint(now - 5, now))

    net.change(write)


def made(net: StakeNet) -> list[int]:
    """How often each subnet was registered."""

    def counted(head: Any) -> list[int]:
        return [head.subtensor.RegisteredSubnetCounter[netuid] for netuid in NETUIDS]

    found: list[int] = net.look(counted)
    return found


@pytest.mark.parametrize("count", [12, pytest.param(100, marks=pytest.mark.soak)])
def test_the_first_in_the_order_is_the_one_that_is_replaced(net: StakeNet, count: int) -> None:
    replaced = edges = 0
    for seed in range(count):
        draw(net, random.Random(seed))
        line = said(net)
        assert sorted(row.netuid for row in line.rows) == list(NETUIDS) and line.room == 0
        before = made(net)
        failure = net.force("//Bob", "register_network", hotkey=hotkey(f"founder-{count}-{seed}"))
        pairs = zip(NETUIDS, before, made(net), strict=True)
        changed = [netuid for netuid, was, now in pairs if was != now]
        if line.rows[0].prune_rank is None:
            assert failure == "SubtensorModule.SubnetLimitReached" and not changed, seed
            continue
        assert failure is None and changed == [line.rows[0].netuid], seed
        replaced += 1
        edges += any(row.immunity_left_blocks == 1 for row in line.rows)
    assert replaced > count // 2 and edges


def test_the_whole_order_is_that_of_storage(net: StakeNet) -> None:
    draw(net, random.Random(3))
    net.change(lambda runtime: runtime.subtensor.NetworkImmunityPeriod.put(4))
    code, out, err = net.taoctl("query", "subnet-prune-order", "-o", "json")
    assert code == 0, err
    rows = net.data(ORDER, "subnet", "prune-order", "--subnets")
    whole = json.loads(out)
    assert whole["data"] == rows
    raw = RawStorage(net.chain.url, whole["block_hash"])
    known = {}
    for netuid in NETUIDS:
        stable = raw.number("SubnetMechanism", u16(netuid)) == 0
        price = 2**32 if stable else raw.number("SubnetMovingPrice", u16(netuid))
        age = raw.number("NetworkRegisteredAt", u16(netuid))
        known[netuid] = (price, age, max(0, age + 4 - raw.block()))
    exposed = sorted((n for n in known if known[n][2] <= 1), key=lambda n: known[n][:2])
    immune = sorted((n for n in known if known[n][2] > 1), key=lambda n: (known[n][1], known[n][0]))
    assert exposed and immune
    assert [row["netuid"] for row in rows] == [*exposed, *immune]
    places = [*range(1, len(exposed) + 1), *[None] * len(immune)]
    assert [row["prune_rank"] for row in rows] == places
    for row in rows:
        price, age, left = known[row["netuid"]]
        assert int(row["moving_price_bits"]["bits"]) == price
        assert (row["registered_at"], row["immunity_left_blocks"]) == (age, left)
        assert row["owner_coldkey"] == raw.account("SubnetOwner", u16(row["netuid"]))
    gaps = [known[b][0] - known[a][0] for a, b in pairwise(exposed)]
    shown = [row["gap_bits"] for row in rows[1 : len(exposed)]]
    assert [int(one["bits"]) for one in shown] == gaps


def test_the_headline_says_whether_one_has_to_go(net: StakeNet) -> None:
    draw(net, random.Random(1))
    net.change(lambda runtime: runtime.subtensor.NetworkImmunityPeriod.put(0))
    _, out, err = net.taoctl("subnet", "prune-order", "--subnets")
    first = out.splitlines()[1].split()[1]
    assert f"5 subnets of 5: a new one replaces subnet {first}" in err
    net.change(lambda runtime: runtime.subtensor.NetworkImmunityPeriod.put(10_000))
    assert "all of them are immune" in net.taoctl("subnet", "prune-order", "--subnets")[2]
    net.change(lambda runtime: runtime.subtensor.SubnetLimit.put(7))
    assert "room for 2 more" in net.taoctl("subnet", "prune-order", "--subnets")[2]
    for words in (["subnet", "prune-order"], ["subnet", "prune-order", "1", "--subnets"]):
        code, _, err = net.taoctl(*words)
        assert code == 2 and "NETUID" in err


def test_a_runtime_that_names_another_subnet_is_not_believed_to_follow_this_rule(
    net: StakeNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(net, random.Random(1))
    net.change(lambda runtime: runtime.subtensor.NetworkImmunityPeriod.put(0))
    last = said(net).rows[-1].netuid
    rule = "taoctl.localnet.pallets.subtensor.module.SubtensorModule.network_to_prune"
    monkeypatch.setattr(rule, lambda self: last)
    net.change(lambda runtime: None)
    with pytest.raises(NotInRuntimeError, match=f"would replace subnet {last}"):
        said(net)

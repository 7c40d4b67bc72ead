"""Subnets that come and go while others trade and emit: no rao is lost, and none is made."""

from __future__ import annotations

import random
from typing import Any

import pytest
from network_chain import check_books, create, network_chain, refunds
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.localnet.pallets.subtensor.subnets import subnet_account


def _people(chain: Chain) -> None:
    for number in range(4):
        chain.endow(f"p{number}", 20_000 * TAO)
    chain.rt.subtensor.TotalIssuance.put(chain.rt.balances.total_issuance)


def _act(chain: Chain, chance: random.Random) -> str | None:
    """One thing that somebody does; the error's name where it is refused."""
    module = chain.rt.subtensor
    netuid = chance.choice([n for n in module.netuids() if n])
    who = f"p{chance.randrange(4)}"
    hotkey = module.SubnetOwnerHotkey[netuid]

    def call(
        signer: str | None, name: str, pallet: str = "SubtensorModule", **args: Any
    ) -> str | None:
        return error_of(chain.call(signer, name, pallet, **args))

    match chance.randrange(11):
        case 0:
            return create(chain, who, f"h:{chance.random()}")
        case 1:
            return call(None, "root_dissolve_network", netuid=netuid)
        case 2:
            netuid = next((n for n in module.netuids() if not module.SubtokenEnabled[n]), netuid)
            owner = module.SubnetOwner[netuid]
            mine = next((f"p{n}" for n in range(4) if account(f"p{n}") == owner), None)
            return call(mine, "start_call", netuid=netuid)
        case 3:
            name = "sudo_set_subnet_emission_enabled"
            return call(None, name, "AdminUtils", netuid=netuid, enabled=True)
        case 4 | 5:
            names = {account(name): name for name in (f"p{number}" for number in range(4))}
            held = [at for at, _ in module.AlphaV2.items() if at[1] in names]
            if held:
                hotkey, owner, netuid = chance.choice(held)
                half = module.stake_of(hotkey, owner, netuid) // 2
                args = {"hotkey": hotkey, "netuid": netuid, "amount_unstaked": half}
                return call(names[owner], "remove_stake", **args)
    amount = chance.randrange(TAO // 100, 20 * TAO)
    return call(who, "add_stake", hotkey=hotkey, netuid=netuid, amount_staked=amount)


def _check(chain: Chain) -> None:
    check_books(chain, traded=True)
    module = chain.rt.subtensor
    on_hotkeys: dict[int, int] = {}
    for (_, netuid), alpha in module.TotalHotkeyAlpha.items():
        on_hotkeys[netuid] = on_hotkeys.get(netuid, 0) + alpha
    there = set(module.netuids())
    assert set(on_hotkeys) <= there
    for netuid in there - {0}:
        assert module.SubnetAlphaOut[netuid] >= on_hotkeys.get(netuid, 0)
        assert module.SubnetworkN[netuid] == len(list(module.Keys.prefix(netuid))) > 0
    assert module.TotalNetworks.get() == len(there)
    assert {netuid for netuid, _ in module.SubnetOwner.items()} == there


def _churn(seed: int, blocks: int) -> dict[str, int]:
    """What was done, and how often."""
    chance = random.Random(seed)
    chain = network_chain(subnets=4, tempo=7)
    module = chain.rt.subtensor
    module.NetworkRateLimit.put(0)
    module.NetworkMinLockCost.put(50 * TAO)
    module.NetworkLastLockCost.put(50 * TAO)
    module.NetworkLockReductionInterval.put(1)
    module.NetworkImmunityPeriod.put(3)
    _people(chain)
    done = {"NetworkAdded": 0, "NetworkRemoved": 0, "StakeAdded": 0, "StakeRemoved": 0}
    for _ in range(blocks):
        if chain.rt.subtensor.TotalNetworks.get() > 2:
            _act(chain, chance)
        else:
            create(chain, "p0", f"h:{chance.random()}")
        for name in done:
            done[name] += len(chain.events(name))
        _check(chain)
        chain.end()
        chain.begin()
    return done


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_lost_while_subnets_come_and_go(seed: int) -> None:
    done = _churn(seed, 120)
    assert min(done.values()) > 4, done


@pytest.mark.soak
def test_nothing_is_lost_over_many_blocks() -> None:
    for seed in range(100, 130):
        assert min(_churn(seed, 1_000).values()) > 20


def test_a_dissolved_subnet_pays_what_emission_brought_too() -> None:
    chain = network_chain(subnets=3, tempo=7)
    chain.end()
    chain.run(40)
    chain.begin()
    module = chain.rt.subtensor
    pot = module.SubnetTAO[2]
    assert pot != 1_000 * TAO
    expected, _ = refunds(chain.rt, 2)
    assert sum(expected.values()) <= pot
    before = {who: chain.rt.balances.free(who) for who in expected}
    assert error_of(chain.call(None, "root_dissolve_network", netuid=2)) is None
    assert {who: chain.rt.balances.free(who) - before[who] for who in expected} == expected
    assert chain.rt.balances.free(subnet_account(2)) <= 500
    check_books(chain)

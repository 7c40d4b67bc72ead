"""Who is replaced in a full subnet, as it was predicted, in subnets drawn at random."""

from __future__ import annotations

import random
from typing import Any

import pytest
from subtensor_chain import Chain, account

from taoctl.economics.pruning import Slot, immortal_uids, prune_order

NETUID = 1


def _full_subnet(chance: random.Random) -> Chain:
    """A full subnet: ties of emission and of age, immune and open neurons, slots of the owner."""
    chain = Chain(subnets=1, validators=1, miners=chance.randint(2, 14), tempo=10_000)
    chain.run(chance.randint(4, 9))
    chain.begin()
    module = chain.rt.subtensor
    n, now = module.SubnetworkN[NETUID], chain.rt.block_number
    module.MaxAllowedUids[NETUID] = n
    module.ImmunityPeriod[NETUID] = chance.choice([0, 1, 2, 3, 4096])
    module.MinNonImmuneUids[NETUID] = chance.randint(0, n)
    module.ImmuneOwnerUidsLimit[NETUID] = chance.randint(1, 3)
    module.Emission[NETUID] = tuple(chance.choice([0, 0, 1, 5, 2**63]) for _ in range(n))
    if chance.random() < 0.3:
        module.SubnetOwnerHotkey[NETUID] = module.Keys[NETUID, chance.randrange(n)]
    owner = module.SubnetOwner[NETUID]
    for uid in range(n):
        module.BlockAtRegistration[NETUID, uid] = chance.randint(now - 4, now)
        hotkey = module.Keys[NETUID, uid]
        if chance.random() < 0.2 and module.Owner[hotkey] != owner:
            module.Owner[hotkey] = owner
            module.OwnedHotkeys[owner] = (*module.OwnedHotkeys[owner], hotkey)
    chain.end()
    return chain


def _predicted(module: Any, block: int) -> int | None:
    """What a client works out from storage: who goes if somebody registers in a block."""
    n, emission = module.SubnetworkN[NETUID], module.Emission[NETUID]
    slots = [Slot(u, emission[u], module.BlockAtRegistration[NETUID, u]) for u in range(n)]
    owner = module.SubnetOwner[NETUID]
    owned = [one for one in slots if module.Owner[module.Keys[NETUID, one.uid]] == owner]
    first = module.Uids[NETUID, module.SubnetOwnerHotkey[NETUID]]
    return prune_order(
        slots,
        block=block,
        immunity_period=module.ImmunityPeriod[NETUID],
        min_non_immune=module.MinNonImmuneUids[NETUID],
        immortal=immortal_uids(owned, first, module.ImmuneOwnerUidsLimit[NETUID]),
    ).next_uid


def _by_the_source(module: Any, block: int) -> int | None:
    """get_neuron_to_prune of the pallet, statement by statement and in one pass."""
    owned = []
    for hotkey in module.OwnedHotkeys[module.SubnetOwner[NETUID]]:
        uid = module.Uids[NETUID, hotkey]
        if uid is not None:
            owned.append((module.BlockAtRegistration[NETUID, uid], uid, hotkey))
    limit = module.ImmuneOwnerUidsLimit[NETUID]
    tuples = [(uid, hotkey) for _, uid, hotkey in sorted(owned)][:limit]
    owner_hotkey = module.SubnetOwnerHotkey[NETUID]
    owner_uid = module.Uids[NETUID, owner_hotkey]
    if owner_uid is not None and (owner_uid, owner_hotkey) not in tuples:
        tuples = [(owner_uid, owner_hotkey), *tuples][:limit]
    immortal = {hotkey for _, hotkey in tuples}
    free, best_open, best_immune = 0, None, None
    for uid in range(module.SubnetworkN[NETUID]):
        if module.Keys[NETUID, uid] in immortal:
            continue
        registered = module.BlockAtRegistration[NETUID, uid]
        found = (module.Emission[NETUID][uid], registered, uid)
        if block - registered < module.ImmunityPeriod[NETUID]:
            best_immune = found if best_immune is None else min(best_immune, found)
        else:
            free += 1
            best_open = found if best_open is None else min(best_open, found)
    if free > module.MinNonImmuneUids[NETUID] and best_open is not None:
        return best_open[2]
    return None if best_immune is None else best_immune[2]


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_the_uid_that_is_predicted_is_the_one_that_is_replaced(count: int) -> None:
    replaced = 0
    for seed in range(count):
        chance = random.Random(seed)
        chain = _full_subnet(chance)
        module = chain.rt.subtensor
        for turn in range(3):
            block = chain.rt.state.head + 1
            predicted = _predicted(module, block)
            assert predicted == _by_the_source(module, block), seed
            before = [module.Keys[NETUID, uid] for uid in range(module.SubnetworkN[NETUID])]
            chain.begin()
            hotkey = account(f"h:new{seed}-{turn}")
            outcome = chain.call("alice", "burned_register", netuid=NETUID, hotkey=hotkey)
            if predicted is None:
                assert str(outcome.error) == "SubtensorModule.NoNeuronIdAvailable", seed
                chain.end()
                break
            assert outcome.ok, (seed, outcome.error)
            changed = [u for u, was in enumerate(before) if module.Keys[NETUID, u] != was]
            assert changed == [predicted], seed
            assert module.Keys[NETUID, predicted] == hotkey
            replaced += 1
            chain.end()
    assert replaced > count

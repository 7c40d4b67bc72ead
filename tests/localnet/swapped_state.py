"""State with one hotkey written for another, to hold against what a swap makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from subtensor_chain import TAO, Chain, account

from taoctl.localnet.frame import Outcome, Runtime

PALLET = "SubtensorModule"
OWNER, OLD, NEW = account("alice"), account("h:old"), account("h:new")
KIN = {name: account(f"h:kin-{name}") for name in ("child", "parent", "asker", "asked")}
STAKERS = tuple(account(f"c:staker{number}") for number in range(3))
MECHANISMS = 2

Items = dict[str, dict[Any, Any]]
"""Values by storage item and key."""

UNORDERED = {
    "OwnedHotkeys",
    "StakingHotkeys",
    "ChildKeys",
    "ParentKeys",
    "PendingChildKeys",
}
"""Items whose lists a swap may put in another order."""


def crowded(
    runtime: Runtime,
    netuids: Sequence[int] = (0, 1, 2),
    owner: str = OWNER,
    old: str = OLD,
) -> None:
    """Give a hotkey of an owner everything that one may have, on root and on subnets."""
    module = runtime.subtensor
    module.create_account_if_new(owner, old)
    module.Delegates[old] = 5_000
    module.AutoParentDelegationEnabled[old] = False
    module.RootClaimable[old] = {1: 1 << 28, 2: 1 << 20}
    for netuid in netuids:
        uid = module.append_neuron(netuid, old, 0)
        for number, coldkey in enumerate((owner, *STAKERS)):
            amount = (number + 1) * 100 * TAO + number
            module.add_stake_shares(old, coldkey, netuid, amount)
            module.SubnetAlphaOut[netuid] += amount
            if netuid:
                module.RootClaimed[netuid, old, coldkey] = number * 7
        module.add_to_hotkey(old, netuid, 13)
        module.SubnetAlphaOut[netuid] += 13
        module.TotalHotkeyAlphaLastEpoch[old, netuid] = 9
        module.AlphaDividendsPerSubnet[netuid, old] = 8
        module.VotingPower[netuid, old] = 7
        module.LoadedEmission[netuid] = ((old, 1, 2), (STAKERS[0], 3, 4))
        if netuid:
            _subnet(runtime, netuid, uid, old)


def _subnet(runtime: Runtime, netuid: int, uid: int, old: str) -> None:
    module, pair = runtime.subtensor, (netuid, old)
    module.MechanismCountCurrent[netuid] = MECHANISMS
    served = {"block": 1, "version": 2, "ip": 3, "port": 4, "ip_type": 4}
    module.Prometheus[pair] = served
    module.Axons[pair] = {**served, "protocol": 4, "placeholder1": 0, "placeholder2": 0}
    module.NeuronCertificates[pair] = {"public_key": b"key", "algorithm": 1}
    module.AssociatedEvmAddress[netuid, uid] = ("0x" + "ab" * 20, 5)
    for mechanism in range(MECHANISMS):
        index = module.mechanism_index(netuid, mechanism)
        module.WeightCommits[index, old] = (("0x" + "cd" * 32, 1, 2, 3),)
    module.ChildkeyTake[old, netuid] = 1_000
    module.ChildKeys[old, netuid] = ((1 << 60, KIN["child"]),)
    module.ParentKeys[KIN["child"], netuid] = ((3, KIN["parent"]), (1 << 60, old))
    module.ChildKeys[KIN["parent"], netuid] = ((1 << 62, old), (3, KIN["child"]))
    module.ParentKeys[old, netuid] = ((1 << 62, KIN["parent"]),)
    module.PendingChildKeys[netuid, old] = (((5, KIN["asked"]),), 99)
    module.PendingChildKeys[netuid, KIN["asker"]] = (((6, old), (7, KIN["asked"])), 98)
    for coldkey in STAKERS[:2]:
        module.AutoStakeDestination[coldkey, netuid] = old
    module.AutoStakeDestinationColdkeys[old, netuid] = STAKERS[:2]
    _locks(runtime, netuid, old)


def _locks(runtime: Runtime, netuid: int, old: str) -> None:
    """A lock that stays and one that decays; on subnet 2 the hotkey is the owner's."""
    module = runtime.subtensor
    if netuid == 2:
        module.SubnetOwnerHotkey[netuid] = old
    for coldkey, perpetual in ((STAKERS[0], True), (STAKERS[1], False)):
        if perpetual:
            module.DecayingLock[coldkey, netuid] = False
        state = {"locked_mass": 50 * TAO, "conviction": 0}
        module.Lock[coldkey, netuid, old] = {**state, "last_update": runtime.block_number}
        module.LockingColdkeys[netuid, old, coldkey] = ()
        held = module.lock_to(coldkey, netuid, old)
        module.count_lock(coldkey, netuid, old, held.lock)


def items(chain: Chain) -> Items:
    """Everything stored, without values that are as if nothing were stored."""
    found: Items = {}
    for store in chain.rt.state.stores.values():
        if not store.arity:
            found[f"{store.pallet}.{store.item}"] = {(): store.data.get((), store.default)}
            continue
        plain = store.item if store.pallet == PALLET else f"{store.pallet}.{store.item}"
        rows = {key: value for key, value in store.data.items() if value != store.default}
        found[plain] = {key: _ordered(plain, value) for key, value in rows.items()}
    return found


def _ordered(item: str, value: Any) -> Any:
    if item not in UNORDERED:
        return value
    if item == "PendingChildKeys":
        return sorted(value[0]), value[1]
    return sorted(value)


def renamed(found: Items, old: str, new: str) -> Items:
    """Values with every mention of one account being one of another; equal rows would collide."""
    put = _put_in_place_of(old, new)
    result: Items = {}
    for item, rows in found.items():
        moved = {put(key): _ordered(item, put(value)) for key, value in rows.items()}
        assert len(moved) == len(rows), f"{new} is in {item} too"
        result[item] = moved
    return result


def _put_in_place_of(old: str, new: str) -> Any:
    def put(value: Any) -> Any:
        if isinstance(value, str):
            return new if value == old else value
        if isinstance(value, tuple | list):
            return type(value)(put(one) for one in value)
        if isinstance(value, dict):
            return {put(key): put(one) for key, one in value.items()}
        return value

    return put


def differing(left: Items, right: Items) -> dict[str, list[Any]]:
    """The keys of each item that two states do not have with the same value."""
    found: dict[str, list[Any]] = {}
    for item in left.keys() | right.keys():
        mine, theirs = left.get(item, {}), right.get(item, {})
        keys = [key for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key)]
        if keys:
            found[item] = sorted(keys, key=repr)
    return found


DAY = 7_200
"""Blocks between two swaps on a subnet."""


def grown(subnets: int = 3) -> Chain:
    """A chain in which OLD has everything, and which is old enough for any swap."""
    made = Chain(subnets=subnets)
    made.begin()
    crowded(made.rt)
    later(made, 2 * DAY)
    return made


def later(chain: Chain, blocks: int) -> None:
    """As if that many blocks had passed and nothing had happened in them."""
    chain.rt.state.making += blocks


def swap(
    chain: Chain,
    netuid: int | None = None,
    *,
    keep_stake: bool = False,
    old: str = OLD,
    new: str = NEW,
    signer: str = "alice",
) -> Outcome:
    args = {"hotkey": old, "new_hotkey": new, "netuid": netuid, "keep_stake": keep_stake}
    return chain.call(signer, "swap_hotkey_v2", **args)


def ok(outcome: Outcome) -> None:
    assert outcome.ok, outcome.error


def named(error: str) -> str:
    """A module error of the pallet, by its whole name."""
    return f"SubtensorModule.{error}"

"""A scenario in the test's own process: what clients read of it, and what its epochs paid."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from scenario_chain import ScenarioChain

from taoctl.chain.runtime import Runtime, RuntimeVersion
from taoctl.chain.view import View
from taoctl.economics.mechanisms import split_emission
from taoctl.localnet.pallets.subtensor.pending import Pending
from taoctl.localnet.pallets.subtensor.subnets import ROOT

MAJOR = 2**64 - 1
"""All of a stake, as children's proportions are written."""

Position = tuple[str, str]
"""A hotkey and a coldkey."""
VERSION = RuntimeVersion("node-subtensor", 424, 1)


class OwnView:
    """Answers state requests from a chain in this process, as its node would."""

    network = "own"
    simulated = True

    def __init__(self, chain: ScenarioChain) -> None:
        self.runtime, self.number = chain.runtime, chain.best_number

    async def call(self, method: str, params: Any = ()) -> Any:
        """One JSON-RPC request about the newest block."""
        match method:
            case "state_getStorage":
                return self._hex(params[0])
            case "state_queryStorageAt":
                return [{"changes": [[key, self._hex(key)] for key in params[0]]}]
            case "state_getKeysPaged":
                start = None if params[2] is None else bytes.fromhex(params[2][2:])
                prefix = bytes.fromhex(params[0][2:])
                keys = self.runtime.keys_paged(prefix, params[1], start, self.number)
                return ["0x" + key.hex() for key in keys]
            case "state_call":
                args = bytes.fromhex(params[1][2:])
                return "0x" + self.runtime.call_api(params[0], args, self.number).hex()
        raise AssertionError(f"{method} was not expected")

    def _hex(self, key: str) -> str | None:
        found = self.runtime.storage_read(bytes.fromhex(key[2:]), self.number)
        return None if found is None else "0x" + found.hex()


def view_of(chain: ScenarioChain) -> View:
    """The newest state, as clients read it."""
    runtime = Runtime(VERSION, chain.runtime.codec, "node")

    async def find() -> Runtime:
        return runtime

    number = chain.best_number
    return View(OwnView(chain), number, "0x" + "ab" * 32, find, runtime)  # type: ignore[arg-type]


@dataclass
class Paid:
    """A subnet just before its epoch paid, and just after."""

    pending: Pending
    stakes: list[dict[Position, int]] = field(default_factory=list)
    claims: list[dict[Position, int]] = field(default_factory=list)
    alpha_out: list[int] = field(default_factory=list)
    vectors: dict[str, Any] = field(default_factory=dict)
    incentives: list[Any] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    dividends: dict[str, dict[str, int]] = field(default_factory=dict)
    judged_by: dict[str, int] = field(default_factory=dict)
    burned: int = 0

    def note(self, module: Any, netuid: int) -> None:
        """Write down what everybody has."""
        keys = list(module.AlphaV2.keys())
        self.stakes.append(
            {
                (hotkey, coldkey): module.stake_of(hotkey, coldkey, netuid)
                for hotkey, coldkey, at in keys
                if at == netuid
            }
        )
        self.claims.append(
            {
                (hotkey, coldkey): module.root_owed(hotkey, coldkey, netuid)
                for hotkey, coldkey, at in keys
                if at == ROOT
            }
        )
        self.alpha_out.append(module.SubnetAlphaOut[netuid])

    def gains(self, which: str) -> dict[Position, int]:
        """What each position got; those that got nothing are left out."""
        before, after = getattr(self, which)
        found = {key: amount - before.get(key, 0) for key, amount in after.items()}
        assert not set(before) - set(after)
        return {key: amount for key, amount in found.items() if amount}


class PaidEpochs:
    """Watches the epochs of a chain pay."""

    def __init__(self, chain: ScenarioChain, patch: Any) -> None:
        self.found: dict[int, Paid] = {}
        kind = type(chain.runtime.subtensor)
        real = kind.distribute_emission
        watched = self

        def noted(module: Any, netuid: int, pending: Pending) -> None:
            paid = watched.found[netuid] = Paid(pending)
            paid.note(module, netuid)
            real(module, netuid, pending)
            paid.note(module, netuid)
            count = module.MechanismCountCurrent[netuid]
            paid.vectors = {
                name: list(getattr(module, name)[netuid])
                for name in ("Emission", "Dividends", "ValidatorTrust", "ValidatorPermit")
            }
            paid.incentives = [
                list(module.Incentive[module.mechanism_index(netuid, one)]) for one in range(count)
            ]
            paid.dividends = {
                name: {hotkey: rao for hotkey, rao in getattr(module, name).prefix(netuid) if rao}
                for name in ("AlphaDividendsPerSubnet", "RootAlphaDividendsPerSubnet")
            }
            paid.judged_by = {
                hotkey: module.TotalHotkeyAlphaLastEpoch[hotkey, netuid]
                for hotkey in paid.dividends["AlphaDividendsPerSubnet"]
            }
            total = pending.server + pending.validator + pending.root
            paid.parts = split_emission(total, count, module.MechanismEmissionSplit[netuid])
            paid.burned = module.MinerBurned[netuid]

        patch.setattr(kind, "distribute_emission", noted)

    def run(self, chain: ScenarioChain) -> dict[int, Paid]:
        """Make a block; the epochs that ran in it, by subnet."""
        self.found = {}
        chain.run(1)
        return self.found


@contextmanager
def changed(chain: ScenarioChain) -> Iterator[Any]:
    """The pallet, to be changed behind everybody's back in a block of its own."""
    state = chain.runtime.state
    state.begin_block(state.head + 1)
    yield chain.runtime.subtensor
    state.commit_block()


def mixed() -> ScenarioChain:
    """Subnets with all that makes an epoch hard to reckon.

    1 has children of one coldkey and of several, childkey takes and burns; 2 has three mechanisms
    with parts of their own, one of them without weights, and recycles what its owner's miners
    would get; 3 has liquid alpha, weights that stay hidden, rewards that are staked elsewhere and
    an owner's cut that is locked.
    """
    chain = ScenarioChain("small")
    chain.run(3)
    with changed(chain) as module:
        first, second, third = sorted(one for one in module.netuids() if one)
        seats = {netuid: module.seated_hotkeys(netuid) for netuid in (first, second, third)}
        module.CKBurn.put(MAJOR // 50)
        for place, hotkey in enumerate(sorted({one for each in seats.values() for one in each})):
            module.Delegates[hotkey] = (11_796, 0, 655, 5_000)[place % 4]
            module.ChildkeyTake[hotkey, first] = (0, 11_796, 3_000)[place % 3]
        _children(module, first, seats[first])
        module.MechanismCountCurrent[second] = 3
        module.MechanismEmissionSplit[second] = (40_000, 20_000, 5_535)
        for uid in range(len(seats[second])):
            for item in (module.Weights, module.Bonds):
                row = item.get((second, uid))
                if row is not None:
                    item[module.mechanism_index(second, 1), uid] = row
        module.LastUpdate[module.mechanism_index(second, 1)] = module.LastUpdate[second]
        module.RecycleOrBurn[second] = "Recycle"
        assert any(module.Weights.get((second, uid)) for uid in range(len(seats[second])))
        module.Yuma3On[first] = False
        module.LiquidAlphaOn[third] = True
        module.CommitRevealWeightsEnabled[third] = True
        _commits(module, third, seats[third])
        module.OwnerCutAutoLockEnabled[third] = True
        validator = max(seats[third], key=lambda one: module.hotkey_alpha(one, third))
        for hotkey in seats[third][::2]:
            module.AutoStakeDestination[module.Owner[hotkey], third] = validator
        # One part of these lies between the owner's own hotkeys, which get nothing.
        module.OwnedHotkeys[module.SubnetOwner[second]] = tuple(seats[second][-5:])
        staked = max(seats[first], key=lambda one: module.hotkey_alpha(one, 0))
        module.RootClaimType[module.Owner[staked]] = "Keep"
    return chain


def _children(module: Any, netuid: int, hotkeys: list[str]) -> None:
    """The two largest lend to three others each; one of these lends on to its own second key."""
    by_stake = sorted(hotkeys, key=lambda one: -module.hotkey_alpha(one, netuid))
    for parent in by_stake[:2]:
        lent = [
            (MAJOR // part, child) for part, child in zip((2, 5, 9), by_stake[2:5], strict=True)
        ]
        module.ChildKeys[parent, netuid] = tuple(lent)
        for share, child in lent:
            module.ParentKeys[child, netuid] = (*module.ParentKeys[child, netuid], (share, parent))
    module.Owner[by_stake[2]] = module.Owner[by_stake[0]]


def _commits(module: Any, netuid: int, hotkeys: list[str]) -> None:
    """Weights that are committed and never revealed, in both ways there are."""
    block, epoch = module.rt.block_number, module.SubnetEpochIndex[netuid]
    ranked = sorted(hotkeys, key=lambda one: -module.hotkey_alpha(one, netuid))
    module.WeightCommits[netuid, ranked[1]] = ((bytes(32), epoch, block, block + 100),)
    module.TimelockedWeightCommits[netuid, epoch] = ((ranked[2], block - 1, b"hidden", 1 << 40),)

"""A scenario in the test's own process: what clients read of it, and what its epochs paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scenario_chain import ScenarioChain

from taoctl.chain.runtime import Runtime, RuntimeVersion
from taoctl.chain.view import View
from taoctl.economics.mechanisms import split_emission
from taoctl.localnet.pallets.subtensor.pending import Pending
from taoctl.localnet.pallets.subtensor.subnets import ROOT

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

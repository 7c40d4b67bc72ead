"""A tiny chain for pallet tests: a runtime over state, without a node."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

from taoctl.addresses import encode_ss58
from taoctl.localnet.frame import Call, Outcome, Pallet, Root, Runtime, Signed
from taoctl.localnet.pallets.balances import Balances
from taoctl.localnet.pallets.subtensor.module import SubtensorModule
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.localnet.pallets.swap import Swap
from taoctl.localnet.pallets.system import System
from taoctl.localnet.pallets.utility import Utility

TAO = 10**9
PALLETS: Sequence[type[Pallet]] = [System, Balances, Utility, SubtensorModule, Swap]


def account(name: str) -> str:
    """A made-up account, the same for the same name."""
    return encode_ss58(blake2b(name.encode(), digest_size=32).digest())


class Chain:
    """Subnets 1..n with an owner, validators and miners, trading at 0.1 TAO per alpha.

    In each subnet uid 0 is the owner's hotkey, then come validators, then miners. Hotkeys and
    coldkeys are named `<role><number>-<netuid>` with `h:` and `c:` before them.
    """

    def __init__(
        self,
        subnets: int = 2,
        validators: int = 3,
        miners: int = 5,
        tempo: int = 5,
        pallets: Sequence[type[Pallet]] = PALLETS,
    ) -> None:
        self.rt = Runtime(pallets)
        self.validators, self.miners = validators, miners
        state, module = self.rt.state, self.rt.subtensor
        state.begin_block(0)
        module.init_root_network()
        module.SubtokenEnabled[0] = True
        for netuid in range(1, subnets + 1):
            self._add_subnet(netuid, tempo)
        self.endow("alice", 10_000 * TAO)
        module.TotalIssuance.put(self.rt.balances.TotalIssuance.get())
        state.commit_block()

    def _add_subnet(self, netuid: int, tempo: int) -> None:
        module = self.rt.subtensor
        module.init_new_network(netuid, tempo)
        module.SubnetMechanism[netuid] = 1
        module.SubnetTAO[netuid] = 1_000 * TAO
        module.SubnetAlphaIn[netuid] = 10_000 * TAO
        module.SubnetMovingPrice[netuid] = (1 << 32) // 10
        module.TotalStake.put(module.TotalStake.get() + 1_000 * TAO)
        module.SubnetOwner[netuid] = account(f"c:owner0-{netuid}")
        module.SubnetOwnerHotkey[netuid] = account(f"h:owner0-{netuid}")
        module.FirstEmissionBlockNumber[netuid] = 1
        module.SubtokenEnabled[netuid] = True
        module.CommitRevealWeightsEnabled[netuid] = False
        module.WeightsSetRateLimit[netuid] = 0
        self.rt.swap.PalSwapInitialized[netuid] = True
        self.endow_account(subnet_account(netuid), 1_000 * TAO)
        for role, count in (("owner", 1), ("val", self.validators), ("miner", self.miners)):
            for number in range(count):
                self.seat(role, number, netuid)

    def seat(self, role: str, number: int, netuid: int) -> int:
        """Register a neuron by hand; validators get 1,000 alpha and a permit."""
        module = self.rt.subtensor
        hotkey, coldkey = (account(f"{kind}:{role}{number}-{netuid}") for kind in "hc")
        module.create_account_if_new(coldkey, hotkey)
        uid: int = module.append_neuron(netuid, hotkey, self.rt.block_number)
        if role == "val":
            alpha = (1_000 + number) * TAO
            module.add_stake_shares(hotkey, coldkey, netuid, alpha)
            module.SubnetAlphaOut[netuid] += alpha
            permits = list(module.ValidatorPermit[netuid])
            permits[uid] = True
            module.ValidatorPermit[netuid] = tuple(permits)
        return uid

    def endow(self, name: str, rao: int) -> None:
        """Give an account TAO out of nothing, before the first block."""
        self.endow_account(account(name), rao)

    def endow_account(self, ss58: str, rao: int) -> None:
        """As endow, by address."""
        self.rt.balances.endow(ss58, rao)

    def call(
        self, signer: str | None, name: str, pallet: str = "SubtensorModule", **args: Any
    ) -> Outcome:
        """Dispatch a call of a named account (None: root) in the block being made."""
        origin = Root() if signer is None else Signed(account(signer))
        return self.rt.dispatch(Call(pallet, name, args), origin)

    def begin(self) -> None:
        """Start the next block."""
        self.rt.initialize_block(self.rt.state.head + 1)

    def end(self) -> None:
        """Finish the block."""
        self.rt.finalize_block()
        self.rt.state.commit_block()

    def run(self, blocks: int) -> None:
        """Make empty blocks."""
        for _ in range(blocks):
            self.begin()
            self.end()

    def free(self, name: str) -> int:
        """Spendable TAO of a named account, existential deposit included."""
        return int(self.rt.balances.reducible(account(name), keep_alive=False))

    def events(self, name: str) -> list[Any]:
        """Data of this block's events of one name."""
        return [event.data for event in self.rt.events if event.name == name]

    def weights(self, netuid: int, setters: Iterable[int]) -> None:
        """Let validators rate all miners, the n-th miner with n."""
        first = 1 + self.validators
        for uid in setters:
            targets = [first + place for place in range(self.miners)]
            outcome = self.call(
                f"h:val{uid - 1}-{netuid}",
                "set_weights",
                netuid=netuid,
                dests=tuple(targets),
                weights=tuple(range(1, self.miners + 1)),
                version_key=0,
            )
            assert outcome.ok, outcome.error


def error_of(outcome: Outcome) -> str | None:
    """`Pallet.Name` of what a call failed with, None when it succeeded."""
    return None if outcome.error is None else str(outcome.error)

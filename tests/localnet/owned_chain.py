"""A chain for creating and starting subnets: some with stakers, and room for no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chain_thread import ThreadChain
from nodes import TAO

from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.subtensor.subnets import ROOT, subnet_account
from taoctl.localnet.sealing import Seal
from taoctl.scale.crypto import KeySigner

ALICE, BOB, CHARLIE, DAVE = (
    KeySigner(f"//{name}").ss58 for name in ("Alice", "Bob", "Charlie", "Dave")
)
SUBNETS = (1, 2, 3, 4)
COST = 100 * TAO
"""What the first subnet costs, and the least."""
STAKERS = 4


def hotkey(name: str) -> str:
    """The address of a hotkey by a name of the tests."""
    return KeySigner(f"//Hotkey/{name}").ss58


def staker(number: int) -> str:
    """The address of a coldkey with stake on every subnet."""
    return KeySigner(f"//Staker/{number}").ss58


def genesis(runtime: Runtime) -> None:
    """Four of Bob's subnets near 0.1 TAO per alpha, out of immunity, and a member of root."""
    module = runtime.subtensor
    module.init_root_network()
    module.Tempo[ROOT] = 60_000
    module.SubtokenEnabled[ROOT] = True
    module.NumRootClaim.put(0)
    module.SubnetLimit.put(len(SUBNETS))
    module.NetworkImmunityPeriod.put(0)
    module.NetworkRateLimit.put(0)
    module.NetworkMinLockCost.put(COST)
    module.NetworkLastLockCost.put(COST)
    for netuid in SUBNETS:
        _subnet(runtime, netuid)
    member = hotkey("root")
    module.create_account_if_new(CHARLIE, member)
    module.append_neuron(ROOT, member, 0)
    module.create_account_if_new(ALICE, hotkey("own"))
    for number in range(STAKERS):
        runtime.balances.endow(staker(number), 100 * TAO)
    module.TotalIssuance.put(runtime.balances.TotalIssuance.get())


def _subnet(runtime: Runtime, netuid: int) -> None:
    module = runtime.subtensor
    module.init_new_network(netuid, 60_000)
    tao = (1_000 + netuid) * TAO
    module.SubnetMechanism[netuid] = 1
    module.SubnetTAO[netuid], module.SubnetAlphaIn[netuid] = tao, 10_000 * TAO
    module.TotalStake.put(module.TotalStake.get() + tao)
    module.SubnetMovingPrice[netuid] = netuid * (1 << 32) // 10
    module.SubtokenEnabled[netuid] = True
    module.FirstEmissionBlockNumber[netuid] = 1
    module.SubnetEmissionEnabled[netuid] = False
    runtime.swap.PalSwapInitialized[netuid] = True
    runtime.balances.endow(subnet_account(netuid), tao)
    owner = hotkey(f"bob-{netuid}")
    module.create_account_if_new(BOB, owner)
    module.append_neuron(netuid, owner, 0)
    module.SubnetOwner[netuid], module.SubnetOwnerHotkey[netuid] = BOB, owner
    for number in range(STAKERS):
        alpha = (10 * number + netuid) * TAO + 7 * number
        module.add_stake_shares(owner, staker(number), netuid, alpha)
        module.SubnetAlphaOut[netuid] += alpha


@contextmanager
def owned_chain() -> Iterator[ThreadChain]:
    """The chain; it makes a block for each transaction."""
    chain = ThreadChain(seal=Seal.INSTANT, finality_lag=0, pallets=PALLETS, genesis=genesis)
    with chain:
        yield chain

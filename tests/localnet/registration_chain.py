"""A chain for registrations: quiet subnets with seats of several people, and members of root."""

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

ALICE, BOB, CHARLIE = (KeySigner(f"//{name}").ss58 for name in ("Alice", "Bob", "Charlie"))
OPEN, FULL, CLOSED, SMALL, OWNED = range(1, 6)
"""Subnets: with room; full; that takes nobody; with a tiny pool; full, and Alice owns it."""
SEATED = 12
"""Neurons of each subnet but the open one, which has two."""
HELD = 100 * TAO


def hotkey(name: str) -> str:
    """The address of a hotkey by a name of the tests."""
    return KeySigner(f"//Hotkey/{name}").ss58


def seated(netuid: int, uid: int) -> str:
    """The hotkey that genesis gives a UID; every third is Alice's, the others Charlie's."""
    return hotkey(f"{netuid}-{uid}")


def genesis(runtime: Runtime) -> None:
    """Subnets at 0.1 TAO per alpha, without emission and without epochs for long."""
    module = runtime.subtensor
    module.init_root_network()
    module.Tempo[ROOT] = 60_000
    module.SubtokenEnabled[ROOT] = True
    module.NumRootClaim.put(0)
    for netuid in range(1, OWNED + 1):
        _subnet(runtime, netuid)
    for uid in range(3):
        member = seated(ROOT, uid)
        module.create_account_if_new(CHARLIE, member)
        module.append_neuron(ROOT, member, 0)
        module.add_stake_shares(member, CHARLIE, ROOT, HELD * (3 - uid))
    module.create_account_if_new(ALICE, hotkey("own"))
    module.create_account_if_new(BOB, hotkey("bobs"))
    module.add_stake_shares(hotkey("own"), ALICE, ROOT, HELD + 1)
    module.add_stake_shares(hotkey("bobs"), ALICE, ROOT, HELD)
    staked = HELD * 8 + 1
    module.SubnetTAO[ROOT] = module.SubnetAlphaOut[ROOT] = staked
    runtime.balances.endow(subnet_account(ROOT), staked)
    module.TotalIssuance.put(runtime.balances.TotalIssuance.get())


def _subnet(runtime: Runtime, netuid: int) -> None:
    module = runtime.subtensor
    module.init_new_network(netuid, 60_000)
    module.SubnetMechanism[netuid] = 1
    tao = 10**5 if netuid == SMALL else 1_000 * TAO
    module.SubnetTAO[netuid], module.SubnetAlphaIn[netuid] = tao, tao * 10
    module.SubnetEmissionEnabled[netuid] = False
    module.SubtokenEnabled[netuid] = True
    module.FirstEmissionBlockNumber[netuid] = 1
    runtime.swap.PalSwapInitialized[netuid] = True
    runtime.balances.endow(subnet_account(netuid), tao)
    for uid in range(2 if netuid == OPEN else SEATED):
        key = seated(netuid, uid)
        module.create_account_if_new(CHARLIE if uid % 3 else ALICE, key)
        module.append_neuron(netuid, key, 0)
    module.SubnetOwner[netuid] = ALICE if netuid == OWNED else CHARLIE
    module.SubnetOwnerHotkey[netuid] = seated(netuid, 0 if netuid == OWNED else 1)
    if netuid != OPEN:
        module.MaxAllowedUids[netuid] = SEATED
    module.ImmunityPeriod[netuid] = 2
    module.MinNonImmuneUids[netuid] = 1
    module.NetworkRegistrationAllowed[netuid] = netuid != CLOSED


@contextmanager
def registration_chain() -> Iterator[ThreadChain]:
    """The chain; it makes a block for each transaction."""
    chain = ThreadChain(seal=Seal.INSTANT, finality_lag=0, pallets=PALLETS, genesis=genesis)
    with chain:
        yield chain

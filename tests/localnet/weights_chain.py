"""A chain for weights: subnets that take them openly or hidden, short epochs, no emission."""

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

BOB, ALICE, CHARLIE, DAVE, EVE = (
    KeySigner(f"//{name}").ss58 for name in ("Bob", "Alice", "Charlie", "Dave", "Eve")
)
"""Hotkeys: the owner's, a validator, one with too little stake, one without a permit, a stranger.
"""
OPEN, HIDDEN, SLOW = 1, 2, 3
"""Subnets: without commits, with them, and with two mechanisms and a window one epoch later."""
TEMPO = 7
RATE_LIMIT = 3
VERSION = 5
"""The version key that the open subnet asks."""
UIDS = 8
LEAST = 2
"""Weights that have to be set at least."""
_THRESHOLD = 100 * TAO
_STAKES = {ALICE: 1_000 * TAO, CHARLIE: 10 * TAO, DAVE: 500 * TAO}


def genesis(runtime: Runtime) -> None:
    """Subnets of eight UIDs: the owner, three with stake, and miners."""
    module = runtime.subtensor
    module.init_root_network()
    module.SubtokenEnabled[ROOT] = True
    module.NumRootClaim.put(0)
    module.StakeThreshold.put(_THRESHOLD)
    # Else one of three epochs that are due together waits for the next block.
    module.MaxEpochsPerBlock.put(len((OPEN, HIDDEN, SLOW)))
    for netuid in (OPEN, HIDDEN, SLOW):
        _subnet(runtime, netuid)
    module.CommitRevealWeightsEnabled[OPEN] = False
    module.WeightsVersionKey[OPEN] = VERSION
    module.RevealPeriodEpochs[SLOW] = 2
    module.MechanismCountCurrent[SLOW] = 2
    for hotkey in (BOB, ALICE, CHARLIE, DAVE):
        module.create_account_if_new(hotkey, hotkey)
    miners = [KeySigner(f"//Miner/{n}").ss58 for n in range(UIDS - 4)]
    for netuid in (OPEN, HIDDEN, SLOW):
        for hotkey in (BOB, ALICE, CHARLIE, DAVE, *miners):
            module.append_neuron(netuid, hotkey, 0)
        module.ValidatorPermit[netuid] = (True, True, True) + (False,) * (UIDS - 3)
        for hotkey, held in _STAKES.items():
            module.add_stake_shares(hotkey, hotkey, netuid, held)
            module.SubnetAlphaOut[netuid] += held
    module.TotalIssuance.put(runtime.balances.TotalIssuance.get())


def _subnet(runtime: Runtime, netuid: int) -> None:
    module = runtime.subtensor
    module.init_new_network(netuid, TEMPO)
    module.SubnetMechanism[netuid] = 1
    module.SubnetTAO[netuid], module.SubnetAlphaIn[netuid] = 1_000 * TAO, 10_000 * TAO
    module.SubnetOwner[netuid] = module.SubnetOwnerHotkey[netuid] = BOB
    module.SubnetEmissionEnabled[netuid] = False
    module.SubtokenEnabled[netuid] = True
    module.FirstEmissionBlockNumber[netuid] = 1
    module.MaxAllowedValidators[netuid] = 1
    module.MinAllowedWeights[netuid] = LEAST
    module.WeightsSetRateLimit[netuid] = RATE_LIMIT
    module.MinBurn[netuid] = 500_000
    runtime.swap.PalSwapInitialized[netuid] = True
    runtime.balances.endow(subnet_account(netuid), 1_000 * TAO)


@contextmanager
def weights_chain() -> Iterator[ThreadChain]:
    """The chain; it makes a block for each transaction."""
    chain = ThreadChain(seal=Seal.INSTANT, finality_lag=0, pallets=PALLETS, genesis=genesis)
    with chain:
        yield chain

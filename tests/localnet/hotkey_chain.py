"""A chain for swaps of hotkeys: one of Alice's has everything that a hotkey may have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chain_thread import ThreadChain
from nodes import TAO
from swapped_state import crowded

from taoctl.localnet.frame import Constant, Pallet, Runtime
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.subtensor.module import SubtensorModule
from taoctl.localnet.pallets.subtensor.subnets import ROOT, subnet_account
from taoctl.localnet.sealing import Seal
from taoctl.localnet.types import u64
from taoctl.scale.crypto import KeySigner

ALICE, BOB, CHARLIE = (KeySigner(f"//{name}").ss58 for name in ("Alice", "Bob", "Charlie"))
OPEN, OWNED, PLAIN = 1, 2, 3
"""Subnets: OLD is on the first two, and the owner's hotkey of the second."""
INTERVAL = 12
"""Blocks between two swaps on a subnet, here; a day's on mainnet."""


def hotkey(name: str) -> str:
    """The address of a hotkey by a name of the tests."""
    return KeySigner(f"//Hotkey/{name}").ss58


OLD, OTHER, BOBS = (hotkey(name) for name in ("old", "other", "bobs"))
"""Hotkeys: two of Alice's, the first with everything; one of Bob's."""


class QuickSwaps(SubtensorModule):
    """The subnet pallet of a runtime for development, whose swaps wait for few blocks."""

    name = "SubtensorModule"
    attr = "subtensor"
    constants = [
        Constant(one.name, u64, INTERVAL) if one.name == "HotkeySwapOnSubnetInterval" else one
        for one in SubtensorModule.constants
    ]


QUICK: tuple[type[Pallet], ...] = tuple(
    QuickSwaps if one is SubtensorModule else one for one in PALLETS
)


def genesis(runtime: Runtime) -> None:
    """Quiet subnets at 0.1 TAO per alpha; Alice may swap as often as she likes."""
    module = runtime.subtensor
    module.init_root_network()
    module.Tempo[ROOT] = 60_000
    module.SubtokenEnabled[ROOT] = True
    module.NumRootClaim.put(0)
    module.TxRateLimit.put(0)
    for netuid in (OPEN, OWNED, PLAIN):
        module.init_new_network(netuid, 60_000)
        module.SubnetMechanism[netuid] = 1
        module.SubnetTAO[netuid], module.SubnetAlphaIn[netuid] = 1_000 * TAO, 10_000 * TAO
        module.SubnetEmissionEnabled[netuid] = False
        module.SubtokenEnabled[netuid] = True
        module.FirstEmissionBlockNumber[netuid] = 1
        runtime.swap.PalSwapInitialized[netuid] = True
        runtime.balances.endow(subnet_account(netuid), 1_000 * TAO)
        module.SubnetOwner[netuid] = CHARLIE
        module.SubnetOwnerHotkey[netuid] = hotkey("charlies")
    module.create_account_if_new(ALICE, OTHER)
    module.create_account_if_new(BOB, BOBS)
    module.append_neuron(PLAIN, OTHER, 0)
    module.append_neuron(PLAIN, BOBS, 0)
    crowded(runtime, (ROOT, OPEN, OWNED), ALICE, OLD)
    runtime.balances.endow(subnet_account(ROOT), module.SubnetAlphaOut[ROOT])
    module.SubnetTAO[ROOT] = module.SubnetAlphaOut[ROOT]
    module.TotalIssuance.put(runtime.balances.TotalIssuance.get())


@contextmanager
def hotkey_chain() -> Iterator[ThreadChain]:
    """The chain; it makes a block for each transaction."""
    chain = ThreadChain(seal=Seal.INSTANT, finality_lag=0, pallets=QUICK, genesis=genesis)
    with chain:
        yield chain

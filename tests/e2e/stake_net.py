"""A quiet chain for stake: pools of several kinds, and positions of well-known accounts on them.

Nothing is emitted and nobody else trades, so that what a plan says can be held to the rao. The
chain makes a block for each transaction.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from transaction_net import validator

from taoctl.cli.dispatch import dispatch
from taoctl.journal.store import Journal
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Host, Runtime
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.localnet.rpc.registry import RpcError
from taoctl.localnet.sealing import Seal
from taoctl.scale.crypto import KeySigner
from taoctl.submit.events import read_events

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from chain_thread import ThreadChain
from nodes import signed

TAO = 10**9
ROOT, EVEN, UNEVEN, KEPT, STABLE, CLOSED, SMALL = range(7)
"""Root; pools of even and uneven weights; one without transfers; no pool; not started; a tiny one.
"""
DYNAMIC = (EVEN, UNEVEN, KEPT, CLOSED, SMALL)
NAMES = ("Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie")
ALICE, BOB, CHARLIE, DAVE, EVE, FERDIE = (KeySigner(f"//{name}").ss58 for name in NAMES)
OWN, OTHER, BOBS, STRANGER = (
    KeySigner(f"//Hotkey/{name}").ss58 for name in ("own", "other", "bobs", "stranger")
)
"""Hotkeys: two of Alice's, one of Bob's, and one that the chain does not know."""
HELD = 100 * TAO
"""What Alice has on OWN on each subnet, and Charlie on all but the tiny one."""


def genesis(runtime: Runtime) -> None:
    """The subnets, and the stake of Alice and Charlie on all but the one without a pool."""
    module = runtime.subtensor
    module.init_root_network()
    module.SubtokenEnabled[ROOT] = True
    module.NumRootClaim.put(0)
    for netuid in range(1, SMALL + 1):
        _subnet(runtime, netuid)
    for coldkey, hotkey in ((ALICE, OWN), (ALICE, OTHER), (BOB, BOBS)):
        module.create_account_if_new(coldkey, hotkey)
    for netuid in (EVEN, UNEVEN):
        for hotkey in (OWN, BOBS):
            module.append_neuron(netuid, hotkey, 0)
    for netuid in (ROOT, *range(1, SMALL + 1)):
        for coldkey in (ALICE,) if netuid == SMALL else (ALICE, CHARLIE):
            module.add_stake_shares(OWN, coldkey, netuid, HELD)
        module.SubnetAlphaOut[netuid] += 5 * HELD
    module.SubnetTAO[ROOT] = 2 * HELD
    module.SubnetAlphaOut[ROOT] = 2 * HELD
    runtime.balances.endow(subnet_account(ROOT), 2 * HELD)
    module.TotalIssuance.put(runtime.balances.TotalIssuance.get())


def _subnet(runtime: Runtime, netuid: int) -> None:
    module, swap = runtime.subtensor, runtime.swap
    module.init_new_network(netuid, 10_000)
    module.SubnetMechanism[netuid] = 0 if netuid == STABLE else 1
    tao, alpha = (10**8, 10**9) if netuid == SMALL else (20_000 * TAO + netuid, 200_000 * TAO)
    module.SubnetTAO[netuid] = tao
    module.SubnetAlphaIn[netuid] = alpha
    module.SubnetOwner[netuid], module.SubnetOwnerHotkey[netuid] = BOB, BOBS
    module.NetworkRegistrationAllowed[netuid] = False
    module.SubtokenEnabled[netuid] = netuid != CLOSED
    module.TransferToggle[netuid] = netuid != KEPT
    module.FirstEmissionBlockNumber[netuid] = 1
    runtime.balances.endow(subnet_account(netuid), tao)
    if netuid == UNEVEN:
        swap.SwapBalancer[netuid] = {"quote": 3 * 10**17 + 7}
        swap.FeeRate[netuid] = 600
    swap.PalSwapInitialized[netuid] = netuid != STABLE


@dataclass
class StakeNet:
    """The chain, and the command line against it."""

    chain: ThreadChain
    read: Callable[[], Any]

    def taoctl(self, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a command."""
        code = dispatch([*words, "-n", self.chain.url, "--timeout", "30"])
        captured = self.read()
        return code, captured.out, captured.err

    def data(self, schema: str, *words: str) -> Any:
        """The data of a command that must succeed, checked against its schema."""
        code, out, err = self.taoctl(*words, "-o", "json")
        assert code == 0, (words, err)
        whole = json.loads(out)
        validator(schema).validate(whole)
        return whole["data"]

    def failure(self, *words: str) -> Any:
        """What a command says in JSON that a plan or the chain refuses, checked."""
        code, out, err = self.taoctl(*words, "-o", "json")
        assert (code, out) == (1, ""), (words, code, out[:400], err)
        whole = json.loads(err.splitlines()[-1])
        validator("taoctl.error.1").validate(whole)
        return whole["error"]

    def look(self, read: Callable[[Host], Any]) -> Any:
        """What is in the chain's own state at the head."""

        async def work(node: DevNode) -> Any:
            return read(node.head)

        return self.chain.do(work)

    @contextmanager
    def stored(self, entries: Sequence[tuple[str, Any, Any]]) -> Iterator[None]:
        """Entries of the subnet pallet (item, key, value) as they are not; None removes one."""
        was = [
            (item, key, self.look(lambda h, i=item, k=key: _entry(h, i, k)))
            for item, key, _ in entries
        ]
        for one in entries:
            self.change(lambda runtime, one=one: _put(runtime, *one))
        try:
            yield
        finally:
            for one in was:
                self.change(lambda runtime, one=one: _put(runtime, *one))

    def change(self, write: Callable[[Runtime], None]) -> None:
        """Change the chain's state behind everybody's back, in a block of its own."""

        async def work(node: DevNode) -> None:
            await node.amend(write)
            await node.sealer.new_blocks(1)

        self.chain.do(work)

    def force(
        self, uri: str, name: str, pallet: str = "SubtensorModule", **args: Any
    ) -> str | None:
        """Send a call without a plan; its error, None where it succeeds.

        An error is named as in the metadata; of a call that is not included it is the pool's.
        """

        async def work(node: DevNode) -> str | None:
            call = node.runtime.codec.compose_call(pallet, name, args)
            made = node.best_number
            try:
                node.submit(signed(node, call, uri))
            except RpcError as problem:
                return str(problem.data)
            while node.best_number == made:
                await asyncio.sleep(0.002)
            return _failure(node)

        found: str | None = self.chain.do(work)
        return found

    @staticmethod
    def sent() -> int:
        """How many transactions the journal knows."""
        with Journal() as journal:
            return len(journal.list())


def _entry(host: Host, item: str, key: Any) -> Any:
    """A stored entry, None where there is none."""
    store = host.store("SubtensorModule", item)
    return store.get() if key == () else store.get(key, None)


def _put(runtime: Runtime, item: str, key: Any, value: Any) -> None:
    """Store an entry, or remove it."""
    store = runtime.store("SubtensorModule", item)
    if key == ():
        store.put(value)
    elif value is not None:
        store[key] = value
    elif key in store:
        del store[key]


def _failure(node: DevNode) -> str | None:
    """The error of the extrinsic after the inherent of the head, by name."""
    codec = node.runtime.codec
    raw = node.state_at(node.best_number).read(codec.storage_key("System", "Events"))
    failed = read_events(codec, codec.decode_storage("System", "Events", raw), 1).failure
    return None if failed is None else failed.name


@contextmanager
def stake_chain(home: Path) -> Iterator[ThreadChain]:
    """The chain, with journal and wallets in a folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.setenv("TAOCTL_WALLET_PATH", str(home / "wallets"))
        for name in ("TAOCTL_WALLET", "BT_WALLET_NAME", "TAOCTL_PASSWORD_FILE"):
            patch.delenv(name, raising=False)
        chain = ThreadChain(seal=Seal.INSTANT, finality_lag=0, pallets=PALLETS, genesis=genesis)
        with chain:
            yield chain

"""A chain for the settings of stakers: quiet subnets, hotkeys of Alice and Bob, root dividends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from chain_thread import ThreadChain
from nodes import TAO, signed

from taoctl.calls.base import ChainCall, Effect, Intent, call_bytes
from taoctl.chain.client import Chain, connect
from taoctl.chain.view import View
from taoctl.journal.store import Journal
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.subtensor.subnets import ROOT, subnet_account
from taoctl.localnet.sealing import Seal
from taoctl.scale.crypto import KeySigner
from taoctl.submit.events import read_events
from taoctl.submit.options import TxOptions
from taoctl.submit.outcome import Outcome
from taoctl.submit.plan import Plan, make_plan
from taoctl.submit.send import send

T = TypeVar("T")

PALLET = "SubtensorModule"
ALICE, BOB = (KeySigner(f"//{name}").ss58 for name in ("Alice", "Bob"))
OWN, OTHER, BOBS, STRANGER = (
    KeySigner(f"//Hotkey/{name}").ss58 for name in ("own", "other", "bobs", "stranger")
)
"""Hotkeys: two of Alice's, one of Bob's, and one that the chain does not know."""

SUBNETS = tuple(range(1, 8))
CLOSED = 7
"""The subnet that has not started."""
HELD = 1_000 * TAO
"""What Alice has staked to OWN on root and on each subnet, and to BOBS on root."""
RATES = {netuid: (1 << 32) * netuid // 100 for netuid in SUBNETS}
"""Alpha owed for a rao of root stake, I96F32 bits: a hundredth for each number of the subnet."""


def genesis(runtime: Runtime) -> None:
    """Seven subnets at 0.1 TAO per alpha and without epochs; nobody is claimed for."""
    module = runtime.subtensor
    module.init_root_network()
    module.SubtokenEnabled[ROOT] = True
    module.NumRootClaim.put(0)
    for netuid in SUBNETS:
        module.init_new_network(netuid, 60_000)
        module.SubnetMechanism[netuid] = 1
        module.SubnetTAO[netuid] = 1_000 * TAO
        module.SubnetAlphaIn[netuid] = 10_000 * TAO
        module.SubnetOwner[netuid], module.SubnetOwnerHotkey[netuid] = BOB, BOBS
        module.SubnetEmissionEnabled[netuid] = False
        module.SubtokenEnabled[netuid] = netuid != CLOSED
        module.FirstEmissionBlockNumber[netuid] = 1
        runtime.swap.PalSwapInitialized[netuid] = True
        runtime.balances.endow(subnet_account(netuid), 1_000 * TAO)
    for coldkey, hotkey in ((ALICE, OWN), (ALICE, OTHER), (BOB, BOBS)):
        module.create_account_if_new(coldkey, hotkey)
    for netuid in SUBNETS[:3]:
        for hotkey in (OWN, BOBS):
            module.append_neuron(netuid, hotkey, 0)
    for netuid in (ROOT, *SUBNETS):
        module.add_stake_shares(OWN, ALICE, netuid, HELD)
        module.SubnetAlphaOut[netuid] += HELD * 2
    module.add_stake_shares(BOBS, ALICE, ROOT, HELD)
    module.SubnetTAO[ROOT] = 2 * HELD
    runtime.balances.endow(subnet_account(ROOT), 2 * HELD)
    module.TotalStake.put(2 * HELD + 1_000 * TAO * len(SUBNETS))
    module.TotalIssuance.put(runtime.balances.TotalIssuance.get())


@contextmanager
def settings_chain() -> Iterator[ThreadChain]:
    """The chain; it makes a block for each transaction."""
    chain = ThreadChain(seal=Seal.INSTANT, finality_lag=0, pallets=PALLETS, genesis=genesis)
    with chain:
        yield chain


def on(url: str, work: Callable[[Chain], Coroutine[Any, Any, T]]) -> T:
    """What a coroutine finds on the chain."""

    async def run() -> T:
        async with connect(url, timeout=30) as chain:
            return await work(chain)

    return asyncio.run(run())


async def put(chain: Chain, item: str, keys: tuple[Any, ...], value: Any) -> None:
    """Store a value of the subnet pallet behind everybody's back; None removes it."""
    codec = (await chain.at_head()).codec
    key = codec.storage_key(PALLET, item, *keys)
    kind = codec.need_storage(PALLET, item).value_type
    encoded = None if value is None else "0x" + codec.encode(kind, value).hex()
    await chain.call("dev_setStorage", [[["0x" + key.hex(), encoded]]])
    await chain.call("dev_newBlock", [])


async def stored(view: View, item: str, *keys: Any) -> Any:
    """A value of the subnet pallet."""
    return await view.value(PALLET, item, *keys)


async def caught_up(chain: Chain) -> View:
    """A view of the node's newest block, once this connection has heard of it.

    After a reorg that may be another block of the same number.
    """
    block_hash = await chain.call("chain_getBlockHash")
    newest = int((await chain.call("chain_getHeader", [block_hash]))["number"], 16)
    while True:
        view = await chain.at_head()
        if view.block > newest or view.block_hash == block_hash:
            return view
        await asyncio.sleep(0.005)


async def carried_out(
    chain: Chain, intent: Intent, uri: str = "//Alice", home: Path | None = None
) -> tuple[Plan, Outcome]:
    """Plan and send an intent, even one that is refused."""
    await caught_up(chain)
    signer, options = KeySigner(uri), TxOptions(again=True)
    plan = await make_plan(chain, intent, signer.ss58, options)
    journal = Journal() if home is None else Journal(home / "journal.sqlite3")
    return plan, await send(chain, plan, signer, journal, options)


async def effects_now(chain: Chain, outcome: Outcome, intent: Intent, who: str) -> dict[str, Any]:
    """What an intent's effects would begin with, once it is carried out, by what they are of."""
    assert outcome.block_hash is not None
    view = await chain.at_hash(outcome.block_hash)
    found: tuple[Effect, ...] = await intent.effects(view, who)
    return {one.what: one.before for one in found}


def forced(net: ThreadChain, call: ChainCall, uri: str = "//Alice") -> str | None:
    """What a call fails with that is signed by hand, `Pallet.Name`; None where it succeeds.

    It goes in a batch, so that no guard keeps it out of the pool.
    """

    async def work(node: DevNode) -> str | None:
        codec = node.runtime.codec
        inner = ChainCall("Utility", "batch_all", {"calls": [call]})
        raw = signed(node, call_bytes(codec, inner), uri)
        node.submit(raw)
        while not (places := _places(node, raw)):
            await asyncio.sleep(0.01)
        number, index = places[0]
        records = node.state_at(number).read(codec.storage_key("System", "Events"))
        events = codec.decode_storage("System", "Events", records)
        failure = read_events(codec, events, index).failure
        return None if failure is None else failure.name

    name: str | None = net.do(work)
    return name


def _places(node: DevNode, raw: bytes) -> list[tuple[int, int]]:
    """Block and index of an extrinsic among the newest blocks."""
    newest = range(node.best_number, max(node.best_number - 3, 0), -1)
    return [
        (number, index)
        for number in newest
        for index, one in enumerate(node.block(number).extrinsics)
        if bytes(one) == raw
    ]

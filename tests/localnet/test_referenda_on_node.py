"""Referenda on a node: signed extrinsics, blocks, a restart, and a block taken back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from nodes import TAO, event_names, free, signed, whole_state
from referenda_chain import MEMBERS, PROPOSERS, TRIUMVIRATE

from taoctl.addresses import decode_ss58
from taoctl.localnet.boot import Kind, Options, open_chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Runtime
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.governance.referenda_stack import GOVERNANCE_B
from taoctl.localnet.pallets.governance.referenda_types import task_name
from taoctl.localnet.sealing import Seal

VOTERS = tuple(f"//Economic{n}" for n in range(16)) + tuple(f"//Building{n}" for n in range(12))
LIMIT = 7_777


def genesis(runtime: Runtime, sudo: str) -> int:
    """Collectives whose members have something to pay fees with, and root's network."""
    for name, members in MEMBERS.items():
        runtime.multi_collective.Members[name] = tuple(sorted(members, key=decode_ss58))
        for who in members:
            runtime.balances.endow(who, TAO)
    runtime.subtensor.init_root_network()
    runtime.subtensor.TotalIssuance.put(runtime.balances.TotalIssuance.get())
    return 0


def opened(state_dir: Path | None = None) -> DevNode:
    options = Options(scenario="plain", seal=Seal.MANUAL, state_dir=state_dir, finality_lag=100)
    kind = Kind((*PALLETS, *GOVERNANCE_B), genesis)
    return open_chain(options, kind, dev_account("Alice")).node


def sign(node: DevNode, uri: str, pallet: str, name: str, args: dict[str, Any]) -> None:
    codec = node.runtime.codec
    node.submit(signed(node, codec.compose_call(pallet, name, args), uri))


def vote(node: DevNode, uri: str, poll: int, approve: bool) -> None:
    sign(node, uri, "SignedVoting", "vote", {"poll_index": poll, "approve": approve})


def stored(node: DevNode, pallet: str, item: str, *key: Any) -> Any:
    """A value as a client reads it, from its bytes at the head."""
    codec = node.runtime.codec
    raw = node.state_at(node.best_number).read(codec.storage_key(pallet, item, *key))
    return None if raw is None else codec.decode_storage(pallet, item, raw)


async def approved(node: DevNode) -> None:
    """In four blocks: a change of a setting is submitted, approved, and open to review."""
    codec = node.runtime.codec
    change = codec.compose_call("AdminUtils", "sudo_set_tx_rate_limit", {"tx_rate_limit": LIMIT})
    submit = codec.compose_call("Referenda", "submit", {"track": 0, "call": change})
    node.submit(signed(node, submit, "//Proposer0"))
    await node.author_block()
    for uri in ("//Triumvir0", "//Triumvir1"):
        vote(node, uri, 0, True)
        await node.author_block()
    await node.author_block()


def test_a_setting_is_changed_by_votes_alone() -> None:
    async def run() -> None:
        node = opened()
        before = stored(node, "SubtensorModule", "TxRateLimit")
        await approved(node)
        assert event_names(node, 1).count("Referenda.Submitted") == 1
        assert "Referenda.Delegated" in event_names(node, 4)
        assert stored(node, "Referenda", "ReferendumStatusFor", 0) == {"Delegated": 4}
        assert stored(node, "SignedVoting", "TallyOf", 1) == {"ayes": 0, "nays": 0, "total": 28}
        assert stored(node, "SignedVoting", "VotingFor", 0, TRIUMVIRATE[0]) is None
        assert free(node, PROPOSERS[0]) < TAO
        assert free(node, TRIUMVIRATE[0]) < TAO
        for uri in VOTERS[:21]:
            vote(node, uri, 1, True)
        await node.author_block()
        assert stored(node, "SignedVoting", "TallyOf", 1) == {"ayes": 21, "nays": 0, "total": 28}
        await node.author_block()
        assert stored(node, "Referenda", "ReferendumStatusFor", 1) == {"FastTracked": 6}
        assert stored(node, "SubtensorModule", "TxRateLimit") == before
        await node.author_block()
        assert stored(node, "Referenda", "ReferendumStatusFor", 1) == {"Enacted": 7}
        assert stored(node, "SubtensorModule", "TxRateLimit") == LIMIT
        names = [n for n in event_names(node, 7) if n.startswith(("Ref", "Sched", "Subt"))]
        assert names[-3:] == [
            "SubtensorModule.TxRateLimitSet",
            "Referenda.Enacted",
            "Scheduler.Dispatched",
        ]

    asyncio.run(run())


def test_a_restart_keeps_what_is_open_and_what_is_due(tmp_path: Path) -> None:
    async def run() -> None:
        node = opened(tmp_path)
        await approved(node)
        state, head = whole_state(node), node.best_hash
        await node.close()
        node = opened(tmp_path)
        assert (whole_state(node), node.best_hash) == (state, head)
        vote(node, VOTERS[0], 1, True)
        await node.author_block()
        await node.author_block()
        due = stored(node, "Scheduler", "Lookup", "0x" + task_name(1).hex())[0]
        assert node.best_number < due < 34
        while node.best_number < due:
            assert stored(node, "SubtensorModule", "TxRateLimit") != LIMIT
            await node.author_block()
        assert stored(node, "SubtensorModule", "TxRateLimit") == LIMIT
        await node.close()

    asyncio.run(run())


def test_a_block_taken_back_takes_its_decision_along() -> None:
    async def run() -> None:
        node = opened()
        await approved(node)
        before = whole_state(node)
        await node.set_head(3)
        assert stored(node, "Referenda", "ReferendumCount") == 1
        assert "Ongoing" in stored(node, "Referenda", "ReferendumStatusFor", 0)
        assert stored(node, "SignedVoting", "VotingFor", 0, TRIUMVIRATE[0]) is True
        await node.author_block()
        after = whole_state(node)
        for pallet in ("Referenda", "SignedVoting", "Scheduler", "Preimage"):
            for name in (n for n in before if n[0] == pallet):
                assert after[name] == before[name], name

    asyncio.run(run())

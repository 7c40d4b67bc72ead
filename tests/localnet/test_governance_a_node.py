"""The Triumvirate and the Senate on a node: fees, the saved chain, and a foreign client."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from chain_thread import ThreadChain
from council_node import CLASSES, hotkey, seed, wrapped_kappa
from nodes import event_names, free, signed, whole_state

from taoctl.localnet.boot import Kind, Options, open_chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Call, Runtime
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.sealing import Seal
from taoctl.scale.crypto import blake2_256

ALICE = dev_account("Alice")
BOUND = {"ref_time": 10**10, "proof_size": 0}


def plant(runtime: Runtime) -> None:
    """Genesis of a chain that has its own accounts already."""
    seed(runtime)


def opened(state_dir: Path | None = None) -> DevNode:
    options = Options(scenario="plain", seal=Seal.MANUAL, state_dir=state_dir)
    return open_chain(options, Kind(CLASSES, seed), ALICE).node


def cost(node: DevNode, who: str, pallet: str, name: str, **args: Any) -> int:
    """Send a call of a well-known account in a block of its own; what it cost in rao."""
    before = free(node, dev_account(who))
    call = node.runtime.encode_call(Call(pallet, name, args))
    node.submit(signed(node, call, f"//{who}"))
    asyncio.run(node.author_block())
    paid = before - free(node, dev_account(who))
    assert paid == fee_told(node)
    return paid


def fee_told(node: DevNode) -> int:
    """What TransactionFeePaid says of the last block's extrinsic."""
    codec = node.runtime.codec
    raw = node.state_at(node.best_number).read(codec.storage_key("System", "Events"))
    records = codec.decode_storage("System", "Events", raw)
    fees = [r["attributes"]["actual_fee"] for r in records if r["event_id"] == "TransactionFeePaid"]
    return int(fees[0]) if fees else 0


def propose(node: DevNode, value: int) -> tuple[str, int]:
    """A motion of //Alice's: its hash and what opening it cost."""
    motion = wrapped_kappa(value)
    raw = node.runtime.encode_call(motion)
    fee = cost(
        node, "Alice", "Triumvirate", "propose", proposal=motion, length_bound=len(raw), duration=50
    )
    return "0x" + blake2_256(raw).hex(), fee


def vote(node: DevNode, who: str, motion: str, approve: bool) -> int:
    votes = node.head.triumvirate.Voting[motion]
    return cost(
        node,
        who,
        "SubtensorModule",
        "vote",
        hotkey=hotkey(who),
        proposal=motion,
        index=votes["index"],
        approve=approve,
    )


def close(node: DevNode, motion: str) -> int:
    votes = node.head.triumvirate.Voting[motion]
    return cost(
        node,
        "Bob",
        "Triumvirate",
        "close",
        proposal_hash=motion,
        index=votes["index"],
        proposal_weight_bound=BOUND,
        length_bound=1_000,
    )


def test_what_each_step_costs() -> None:
    node = opened()
    motion, fee = propose(node, 1)
    assert fee > 0
    assert vote(node, "Dave", motion, True) == 0
    changed = vote(node, "Dave", motion, False)
    again = vote(node, "Dave", motion, False)
    assert event_names(node, node.best_number)[-1] == "System.ExtrinsicFailed"
    assert again == changed > 50_000
    early = close(node, motion)
    assert "System.ExtrinsicFailed" in event_names(node, node.best_number)
    assert early > BOUND["ref_time"] // 2_000
    assert vote(node, "Eve", motion, False) == 0
    assert close(node, motion) == 0
    assert "Triumvirate.Disapproved" in event_names(node, node.best_number)
    motion, _ = propose(node, 2)
    for who in ("Dave", "Eve"):
        vote(node, who, motion, True)
    assert 0 < close(node, motion) < early // 2
    assert "Triumvirate.Executed" in event_names(node, node.best_number)
    assert node.head.subtensor.Kappa[1] == 2


def test_an_open_motion_outlives_the_node(tmp_path: Path) -> None:
    node = opened(tmp_path / "chain")
    motion, _ = propose(node, 3)
    vote(node, "Dave", motion, True)
    vote(node, "Eve", motion, True)
    before = whole_state(node)
    asyncio.run(node.close())
    node = opened(tmp_path / "chain")
    assert whole_state(node) == before
    assert close(node, motion) > 0
    assert node.head.subtensor.Kappa[1] == 3
    asyncio.run(node.close())


CLIENT = r"""
import json, sys
from substrateinterface import Keypair, SubstrateInterface

chain = SubstrateInterface(url=sys.argv[1])
said = {}


def send(uri, pallet, name, **args):
    call = chain.compose_call(pallet, name, args)
    extrinsic = chain.create_signed_extrinsic(call, Keypair.create_from_uri(uri))
    receipt = chain.submit_extrinsic(extrinsic, wait_for_inclusion=True)
    events = [f"{e.value['module_id']}.{e.value['event_id']}" for e in receipt.triggered_events]
    return receipt.is_success, receipt.error_message, events


def hotkey(name):
    return Keypair.create_from_uri(f"//{name}//senator").ss58_address


inner = chain.compose_call("AdminUtils", "sudo_set_kappa", {"netuid": 1, "kappa": 4321})
motion = chain.compose_call(
    "SubtensorModule",
    "sudo_unchecked_weight",
    {"call": inner, "weight": {"ref_time": 0, "proof_size": 0}},
)
size = len(motion.data.data)
said["proposed"] = send(
    "//Alice", "Triumvirate", "propose", proposal=motion, length_bound=size, duration=50
)
(hash,) = [h.value for h in chain.query("Triumvirate", "Proposals")]
said["hash"] = hash == "0x" + motion.call_hash.hex()
stored = chain.query("Triumvirate", "ProposalOf", [hash]).value
said["inner"] = {k: stored[k] for k in ("call_module", "call_function")}
(weighed,) = [a["value"] for a in stored["call_args"] if a["name"] == "call"]
said["args"] = {a["name"]: a["value"] for a in weighed["call_args"]}
for name, approve in (("Dave", False), ("Dave", True), ("Eve", True)):
    said["voted"] = send(
        f"//{name}", "SubtensorModule", "vote",
        hotkey=hotkey(name), proposal=hash, index=0, approve=approve,
    )
said["stranger"] = send(
    "//Alice", "SubtensorModule", "vote",
    hotkey=hotkey("Ferdie"), proposal=hash, index=0, approve=True,
)[1]
said["voting"] = chain.query("Triumvirate", "Voting", [hash]).value
said["senate"] = sorted(m.value for m in chain.query("SenateMembers", "Members"))
said["closed"] = send(
    "//Ferdie", "Triumvirate", "close",
    proposal_hash=hash, index=0,
    proposal_weight_bound={"ref_time": 0, "proof_size": 0}, length_bound=size,
)
said["kappa"] = chain.query("SubtensorModule", "Kappa", [1]).value
said["left"] = chain.query("Triumvirate", "Voting", [hash]).value
print(json.dumps(said))
"""


def test_a_foreign_client_proposes_votes_and_closes() -> None:
    pytest.importorskip("substrateinterface")
    chain = ThreadChain(
        seal=Seal.INSTANT,
        finality_lag=0,
        pallets=CLASSES,
        genesis=plant,
    )
    with chain:
        done = subprocess.run(
            [sys.executable, "-c", CLIENT, chain.url],
            capture_output=True,
            text=True,
            timeout=300,
        )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["hash"] is True
    assert said["inner"] == {
        "call_module": "SubtensorModule",
        "call_function": "sudo_unchecked_weight",
    }
    assert said["args"] == {"netuid": 1, "kappa": 4321}
    for step, event in (("proposed", "Proposed"), ("voted", "Voted"), ("closed", "Executed")):
        succeeded, error, events = said[step]
        assert (succeeded, error) == (True, None)
        assert f"Triumvirate.{event}" in events
    assert said["stranger"]["name"] == "NonAssociatedColdKey"
    assert said["voting"]["ayes"] == [hotkey("Dave"), hotkey("Eve")]
    assert said["voting"]["nays"] == []
    assert said["senate"] == sorted(hotkey(name) for name in ("Dave", "Eve", "Ferdie"))
    assert said["kappa"] == 4321
    assert said["left"] is None

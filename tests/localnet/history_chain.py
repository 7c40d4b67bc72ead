"""Chains of governance on which proposals run their whole lives, block by block."""

from __future__ import annotations

import json
from typing import Any

import council_node
import jsonschema
import pytest
from chain_thread import ThreadChain
from council_node import hotkey, wrapped_kappa
from nodes import PLAIN, TAO, signed
from referenda_chain import MEMBERS, PROPOSERS, REVIEWERS, TRIUMVIRATE, give

from taoctl.addresses import decode_ss58
from taoctl.cli.main import main
from taoctl.cli.schemas import every
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Call, Pallet, Runtime
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.pallets.governance.referenda_stack import GOVERNANCE_B
from taoctl.localnet.pallets.multisig import Multisig
from taoctl.localnet.pallets.proxy import Proxy
from taoctl.localnet.sealing import Seal
from taoctl.reads.governance.sudo_multisig import Shared
from taoctl.scale.crypto import blake2_256

GROUP = Shared(2, tuple(dev_account(name) for name in ("Alice", "Bob", "Charlie")))
KEYS = {
    **{who: f"//Proposer{at}" for at, who in enumerate(PROPOSERS)},
    **{who: f"//Triumvir{at}" for at, who in enumerate(TRIUMVIRATE)},
    **{who: f"//Economic{at}" for at, who in enumerate(REVIEWERS[:16])},
    **{who: f"//Building{at}" for at, who in enumerate(REVIEWERS[16:])},
}


def json_data(capsys: pytest.CaptureFixture[str], url: str, *words: str) -> Any:
    """The `data` of a command's JSON, checked against its published schema."""
    capsys.readouterr()
    code = main([*words, "-n", url, "-o", "json"])
    said = capsys.readouterr()
    assert code == 0, said.err
    whole = json.loads(said.out)
    jsonschema.validate(whole, every()[whole["schema"].replace("/", ".") + ".json"])
    return whole["data"]


def _referenda(runtime: Runtime) -> None:
    runtime.balances.endow(GROUP.ss58, 100 * TAO)
    runtime.sudo.Key.put(GROUP.ss58)
    for who in KEYS:
        runtime.balances.endow(who, 10 * TAO)
    for name, listed in MEMBERS.items():
        runtime.multi_collective.Members[name] = tuple(sorted(listed, key=decode_ss58))


def _council(runtime: Runtime) -> None:
    council_node.seed(runtime)


def referenda_net(*, finality_lag: int = 0) -> ThreadChain:
    """A chain with referenda and a sudo multisig of //Alice, //Bob and //Charlie."""
    pallets: tuple[type[Pallet], ...] = (*PLAIN, Multisig, Proxy, *GOVERNANCE_B)
    return ThreadChain(
        seal=Seal.MANUAL, finality_lag=finality_lag, pallets=pallets, genesis=_referenda
    )


def council_net() -> ThreadChain:
    """A chain with a Triumvirate of //Alice, //Bob, //Charlie and three senators."""
    return ThreadChain(
        seal=Seal.MANUAL, finality_lag=0, pallets=council_node.CLASSES, genesis=_council
    )


def act(net: ThreadChain, *calls: tuple[str, str, str, dict[str, Any]]) -> int:
    """Carry out calls, each as who, pallet, name and arguments, in one new block; its number."""

    async def work(node: DevNode) -> int:
        for uri, pallet, name, args in calls:
            call = node.runtime.codec.compose_call(pallet, name, args)
            node.submit(signed(node, call, uri))
        await node.sealer.new_blocks(1)
        return node.best_number

    number = int(net.do(work))
    assert all(ran.succeeded for runs in net.executed().values() for ran in runs)
    return number


def vote(who: str, index: int, approve: bool) -> tuple[str, str, str, dict[str, Any]]:
    """A vote on a referendum."""
    return KEYS[who], "SignedVoting", "vote", {"poll_index": index, "approve": approve}


def submit(net: ThreadChain, who: str = PROPOSERS[0], amount: int = TAO) -> bytes:
    """Submit a referendum in a block of its own; the bytes of its call."""
    call = encoded(net, give(amount))
    act(net, (KEYS[who], "Referenda", "submit", {"track": 0, "call": call}))
    return call


def encoded(net: ThreadChain, call: Call) -> bytes:
    """The bytes of a call."""
    return bytes(net.node.runtime.encode_call(call))


def multisig_call(net: ThreadChain, amount: int) -> tuple[bytes, str]:
    """A call for the sudo key, and its hash."""
    call = encoded(net, Call("Sudo", "sudo", {"call": give(amount)}))
    return call, "0x" + blake2_256(call).hex()


def others(name: str) -> list[str]:
    """The members of the sudo multisig but one, sorted as the chain wants them."""
    mine = dev_account(name)
    return sorted((one for one in GROUP.signatories if one != mine), key=decode_ss58)


def open_call(net: ThreadChain, amount: int) -> tuple[bytes, str, int]:
    """//Alice opens a call of the sudo multisig: its bytes, its hash, its block."""
    call, digest = multisig_call(net, amount)
    args = {
        "threshold": 2,
        "other_signatories": others("Alice"),
        "maybe_timepoint": None,
        "call_hash": digest,
        "max_weight": {"ref_time": 0, "proof_size": 0},
    }
    return call, digest, act(net, ("//Alice", "Multisig", "approve_as_multi", args))


def carry_out(net: ThreadChain, call: bytes, opened: int) -> int:
    """//Bob approves a call that //Alice opened, which runs it; in which block."""
    args = {
        "threshold": 2,
        "other_signatories": others("Bob"),
        "maybe_timepoint": {"height": opened, "index": 1},
        "call": call,
        "max_weight": {"ref_time": 10**11, "proof_size": 10**6},
    }
    return act(net, ("//Bob", "Multisig", "as_multi", args))


def cancel(net: ThreadChain, digest: str, opened: int) -> int:
    """//Alice takes back a call that she opened; in which block."""
    args = {
        "threshold": 2,
        "other_signatories": others("Alice"),
        "timepoint": {"height": opened, "index": 1},
        "call_hash": digest,
    }
    return act(net, ("//Alice", "Multisig", "cancel_as_multi", args))


def propose(net: ThreadChain, kappa: int) -> tuple[bytes, str]:
    """//Alice proposes a motion to set kappa: its bytes and its hash."""
    call = encoded(net, wrapped_kappa(kappa))
    args = {"proposal": call, "length_bound": len(call), "duration": 14_400}
    act(net, ("//Alice", "Triumvirate", "propose", args))
    return call, "0x" + blake2_256(call).hex()


def senator_vote(name: str, digest: str, index: int, aye: bool) -> tuple[str, str, str, Any]:
    """A senator's vote on a motion."""
    args = {"hotkey": hotkey(name), "proposal": digest, "index": index, "approve": aye}
    return f"//{name}", "SubtensorModule", "vote", args


def close(net: ThreadChain, call: bytes, digest: str, index: int) -> int:
    """Close a motion; in which block."""
    args = {
        "proposal_hash": digest,
        "index": index,
        "proposal_weight_bound": {"ref_time": 10**11, "proof_size": 10**6},
        "length_bound": len(call),
    }
    return act(net, ("//Dave", "Triumvirate", "close", args))

"""What acting on proposals composes under real metadata: its bytes decode to what was meant."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stored_chain import SPECS, StoredChain

from taoctl.addresses import decode_ss58
from taoctl.calls.base import ChainCall, Intent, call_bytes
from taoctl.calls.generic import Generic
from taoctl.calls.governance.close import CloseMotion
from taoctl.calls.governance.join import JoinSenate
from taoctl.calls.governance.propose import ProposeMotion, shortest_blocks
from taoctl.calls.governance.referendum_vote import ReferendumVote, RemoveVote
from taoctl.calls.governance.senate_vote import SenateVote, senate_votes
from taoctl.calls.governance.submit import SubmitReferendum
from taoctl.calls.multisig import ByMultisig, Group
from taoctl.calls.multisig_by_hash import ApproveHash, Cancel
from taoctl.errors import NotInRuntimeError
from taoctl.scale.crypto import KeySigner, blake2_256

ALICE, BOB, CHARLIE, DAVE = (
    KeySigner(f"//{name}").ss58 for name in ("Alice", "Bob", "Charlie", "Dave")
)
TEMPO = ChainCall("AdminUtils", "sudo_set_tempo", {"netuid": 3, "tempo": 99})
GROUP = Group(2, (ALICE, BOB, CHARLIE))
WEIGHT = {"ref_time": 7_000_000, "proof_size": 3_000}


def council() -> tuple[StoredChain, str]:
    """Spec 218 with a motion of index 7 open; Dave owns the senator Charlie."""
    chain = StoredChain(218)
    codec = chain.codec
    call = codec.compose_call(
        "SubtensorModule",
        "sudo_unchecked_weight",
        {"call": call_bytes(codec, TEMPO), "weight": {"ref_time": 0, "proof_size": 0}},
    )
    motion = "0x" + blake2_256(call).hex()
    chain.put("Proposals", value=[motion], pallet="Triumvirate")
    chain.put("ProposalCount", value=8, pallet="Triumvirate")
    chain.values[codec.storage_key("Triumvirate", "ProposalOf", motion)] = call
    votes = {"index": 7, "threshold": 2, "ayes": [ALICE], "nays": [BOB], "end": 2_000}
    chain.put("Voting", motion, value=votes, pallet="Triumvirate")
    chain.put("Members", value=[DAVE], pallet="Triumvirate")
    chain.put("Members", value=[ALICE, BOB, CHARLIE], pallet="SenateMembers")
    chain.put("Owner", CHARLIE, value=DAVE)
    chain.put("NetworksAdded", 0, value=True)
    info = {"weight": WEIGHT, "class": "Normal", "partial_fee": 0}
    api = ("TransactionPaymentCallApi", "query_call_info")
    chain.answer(*api, call, len(call), value=info)
    return chain, motion


def composed(
    chain: StoredChain, intent: Intent, who: str, refusals: tuple[str, ...] = (), block: int = 1_000
) -> dict[str, Any]:
    """The bytes of an intent's call, decoded; its refusals are those given."""

    async def compose() -> bytes:
        view = chain.view(block)
        view.require(*intent.needs)
        call = await intent.call(view, who)
        found = await intent.preflight(view, who)
        assert tuple(one.name for one in found) == refusals, found
        await intent.effects(view, who)
        await intent.warnings(view, who)
        return call_bytes(chain.codec, call)

    return said(chain, asyncio.run(compose()))


def said(chain: StoredChain, data: bytes) -> dict[str, Any]:
    """Pallet, call and arguments of a call's bytes."""
    return flat(chain.codec.decode_call(data))


def flat(decoded: Any) -> dict[str, Any]:
    args = {one["name"]: one["value"] for one in decoded["call_args"]}
    return {"is": f"{decoded['call_module']}.{decoded['call_function']}", **args}


def test_a_vote_of_a_senator_on_spec_218() -> None:
    chain, motion = council()
    aye = SenateVote(motion, 7, CHARLIE, approve=True)
    assert composed(chain, aye, DAVE) == {
        "is": "SubtensorModule.vote",
        "hotkey": CHARLIE,
        "proposal": motion,
        "index": 7,
        "approve": True,
    }
    composed(chain, aye, ALICE, ("NonAssociatedColdKey",))
    again = SenateVote(motion, 7, BOB, approve=False)
    chain.put("Owner", BOB, value=DAVE)
    composed(chain, again, DAVE, ("DuplicateVote",))
    both = composed(chain, senate_votes(motion, 7, (BOB, CHARLIE), approve=True), DAVE)
    assert both["is"] == "Utility.batch_all"
    assert [flat(one)["hotkey"] for one in both["calls"]] == [BOB, CHARLIE]


def test_a_motion_is_proposed_on_spec_218_with_its_wrapper_and_bounds() -> None:
    chain, motion = council()
    assert shortest_blocks(chain.view()) == 14_400
    other = ChainCall("AdminUtils", "sudo_set_tempo", {"netuid": 3, "tempo": 98})
    found = composed(chain, ProposeMotion(other), DAVE)
    proposal = flat(found["proposal"])
    assert (found["is"], found["duration"]) == ("Triumvirate.propose", 14_400)
    assert proposal["is"] == "SubtensorModule.sudo_unchecked_weight"
    assert proposal["weight"] == {"ref_time": 0, "proof_size": 0}
    meant = {"is": "AdminUtils.sudo_set_tempo", "netuid": 3, "tempo": 98}
    assert flat(proposal["call"]) == meant
    intent = ProposeMotion(TEMPO)
    assert intent.hash_in(chain.view()) == motion
    size = len(call_bytes(chain.codec, intent.motion()))
    assert composed(chain, intent, DAVE, ("DuplicateProposal",))["length_bound"] == size
    composed(chain, ProposeMotion(other), ALICE, ("NotMember",))
    composed(
        chain, ProposeMotion(other, 14_399), DAVE, ("DurationLowerThanConfiguredMotionDuration",)
    )
    composed(chain, ProposeMotion(other, 14_400), DAVE)


def test_a_motion_is_closed_on_spec_218_within_the_bounds_of_its_call() -> None:
    chain, motion = council()
    close = CloseMotion(motion, 7)
    composed(chain, close, ALICE, ("TooEarlyToCloseProposal",))
    found = composed(chain, close, ALICE, (), block=1_999)
    size = len(chain.values[chain.codec.storage_key("Triumvirate", "ProposalOf", motion)])
    assert found == {
        "is": "Triumvirate.close",
        "proposal_hash": motion,
        "index": 7,
        "proposal_weight_bound": WEIGHT,
        "length_bound": size,
    }


def test_joining_the_senate_of_spec_218_goes_by_root() -> None:
    chain, _ = council()
    chain.put("MaxRegistrationsPerBlock", 0, value=10)
    chain.put("TargetRegistrationsPerInterval", 0, value=10)
    chain.put("MaxAllowedUids", 0, value=64)
    found = composed(chain, JoinSenate(DAVE), DAVE)
    assert found == {"is": "SubtensorModule.root_register", "hotkey": DAVE}
    chain.put("Uids", 0, DAVE, value=5)
    found = composed(chain, JoinSenate(DAVE), DAVE)
    assert found == {"is": "SubtensorModule.adjust_senate", "hotkey": DAVE}
    chain.put("Uids", 0, CHARLIE, value=4)
    composed(chain, JoinSenate(CHARLIE), DAVE, ("HotKeyAlreadyRegisteredInSubNet",))


@pytest.mark.parametrize("spec", [365, 393, 424])
def test_runtimes_without_a_senate_say_so(spec: int) -> None:
    chain = StoredChain(spec)
    motion = "0x" + "77" * 32
    for intent in (
        SenateVote(motion, 7, CHARLIE, approve=True),
        ProposeMotion(TEMPO),
        CloseMotion(motion, 7),
        JoinSenate(CHARLIE),
    ):
        with pytest.raises(NotInRuntimeError, match=f"spec {spec}"):
            chain.view().require(*intent.needs)


@pytest.mark.parametrize("spec", SPECS)
def test_runtimes_without_referenda_say_so(spec: int) -> None:
    chain = StoredChain(spec)
    for intent in (ReferendumVote(1, approve=True), RemoveVote(1), SubmitReferendum(TEMPO)):
        with pytest.raises(NotInRuntimeError, match=r"Referenda|SignedVoting|MultiCollective"):
            chain.view().require(*intent.needs)


def by_sudo() -> Generic:
    return Generic(ChainCall("Sudo", "sudo", {"call": TEMPO}))


def behind_sudo(spec: int) -> tuple[StoredChain, bytes]:
    """A chain whose sudo key is a group of three, two of whom decide."""
    chain = StoredChain(spec)
    chain.put("Key", value=GROUP.ss58, pallet="Sudo")
    for who in GROUP.signatories:
        account = {
            "nonce": 0,
            "consumers": 0,
            "providers": 1,
            "sufficients": 0,
            "data": {"free": 10**12, "reserved": 0, "frozen": 0, "flags": 0},
        }
        chain.put("Account", who, value=account, pallet="System")
    data = call_bytes(chain.codec, by_sudo().chain_call)
    api = ("TransactionPaymentCallApi", "query_call_info")
    info = {"weight": WEIGHT, "class": "Normal", "partial_fee": 0}
    chain.answer(*api, data, len(data), value=info)
    return chain, data


@pytest.mark.parametrize("spec", SPECS)
def test_a_root_call_is_opened_approved_and_carried_out_by_the_sudo_keys_group(spec: int) -> None:
    chain, data = behind_sudo(spec)
    digest = "0x" + blake2_256(data).hex()
    intent = ByMultisig(by_sudo(), GROUP)
    opened = composed(chain, intent, ALICE)
    assert (opened["is"], opened["maybe_timepoint"]) == ("Multisig.approve_as_multi", None)
    assert (opened["threshold"], opened["call_hash"]) == (2, digest)
    others = sorted((BOB, CHARLIE), key=decode_ss58)
    assert [str(one) for one in opened["other_signatories"]] == others
    when = {"height": 950, "index": 2}
    entry: dict[str, Any] = {
        "when": when,
        "deposit": 196_000_000,
        "depositor": ALICE,
        "approvals": [ALICE],
    }
    chain.put("Multisigs", GROUP.ss58, digest, value=entry, pallet="Multisig")
    last = composed(chain, intent, BOB)
    assert (last["is"], last["maybe_timepoint"]) == ("Multisig.as_multi", when)
    sudo = flat(last["call"])
    assert (sudo["is"], flat(sudo["call"])["tempo"]) == ("Sudo.sudo", 99)
    composed(chain, intent, ALICE, ("AlreadyApproved",))
    composed(chain, intent, DAVE, ("NotSignatory",))
    by_hash = composed(chain, ApproveHash(GROUP, digest), BOB, ("CallNeeded",))
    assert by_hash["maybe_timepoint"] == when
    cancelled = composed(chain, Cancel(GROUP, digest), ALICE)
    assert (cancelled["is"], cancelled["timepoint"]) == ("Multisig.cancel_as_multi", when)
    composed(chain, Cancel(GROUP, digest), BOB, ("NotOwner",))

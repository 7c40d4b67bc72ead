"""Governance on real runtimes: found by what their metadata has, read as their types are."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stored_chain import SPECS, StoredChain, codec_of

from taoctl.chain.runtime import Runtime, RuntimeVersion
from taoctl.chain.view import View
from taoctl.errors import NotInRuntimeError
from taoctl.localnet.frame import Runtime as LocalRuntime
from taoctl.localnet.pallets.system import System
from taoctl.reads.governance.backends import Backend, backends, backends_of, why_none
from taoctl.reads.governance.finding import proposal, proposals
from taoctl.reads.governance.members import collectives, owned_hotkeys
from taoctl.reads.governance.overview import overview
from taoctl.reads.governance.proposal import Proposal, Status
from taoctl.reads.governance.rows import proposal_row
from taoctl.reads.governance.standing import my_standing
from taoctl.scale.crypto import KeySigner, blake2_256

ALICE, BOB, CHARLIE, DAVE = (
    KeySigner(f"//{name}").ss58 for name in ("Alice", "Bob", "Charlie", "Dave")
)
EXPECTED = {
    218: (Backend.TRIUMVIRATE, Backend.SUDO),
    365: (Backend.SUDO,),
    393: (Backend.SUDO,),
    424: (Backend.SUDO,),
}


@pytest.mark.parametrize("spec", SPECS)
def test_backends_are_told_by_pallets(spec: int) -> None:
    assert backends_of(codec_of(spec)) == EXPECTED[spec]


def _motion(chain: StoredChain) -> str:
    codec = chain.codec
    inner = codec.compose_call("AdminUtils", "sudo_set_tempo", {"netuid": 3, "tempo": 99})
    call = codec.compose_call(
        "SubtensorModule",
        "sudo_unchecked_weight",
        {"call": inner, "weight": {"ref_time": 0, "proof_size": 0}},
    )
    motion = "0x" + blake2_256(call).hex()
    chain.put("Proposals", value=[motion], pallet="Triumvirate")
    chain.put("ProposalCount", value=8, pallet="Triumvirate")
    chain.values[codec.storage_key("Triumvirate", "ProposalOf", motion)] = call
    votes = {"index": 7, "threshold": 2, "ayes": [ALICE], "nays": [BOB], "end": 2_000}
    chain.put("Voting", motion, value=votes, pallet="Triumvirate")
    chain.put("Members", value=[DAVE], pallet="Triumvirate")
    chain.put("Members", value=[ALICE, BOB, CHARLIE], pallet="SenateMembers")
    chain.put("OwnedHotkeys", DAVE, value=[CHARLIE])
    return motion


def test_a_motion_of_the_real_runtime_is_read_to_its_last_field() -> None:
    chain = StoredChain(218)
    motion = _motion(chain)
    view = chain.view(1_000)
    (one,) = asyncio.run(proposals(view))
    assert (one.backend, one.id, one.index, one.hash) == (Backend.TRIUMVIRATE, "7", 7, motion)
    assert (one.ayes, one.nays, one.threshold, one.seats) == ((ALICE,), (BOB,), 2, 3)
    assert (one.deadline_block, one.next_block, one.decided) == (2_000, 2_000, None)
    assert one.call is not None and blake2_256(one.call).hex() == motion[2:]
    mine = asyncio.run(owned_hotkeys(view, [DAVE]))
    assert my_standing(one, mine).actions == ("vote",)
    row = proposal_row(view.codec, view.block, one, mine)
    assert row.does == "AdminUtils.sudo_set_tempo(netuid 3, tempo 99)"
    groups = {one.name: one.members for one in asyncio.run(collectives(view))}
    assert groups == {"Triumvirate": (DAVE,), "Senate": (ALICE, BOB, CHARLIE)}
    at_end = asyncio.run(proposal(chain.view(1_999), "7"))
    assert at_end.decided is Status.REJECTED


def test_a_motion_whose_call_is_gone_is_still_listed() -> None:
    chain = StoredChain(218)
    motion = _motion(chain)
    del chain.values[chain.codec.storage_key("Triumvirate", "ProposalOf", motion)]
    (one,) = asyncio.run(proposals(chain.view()))
    assert (one.call, one.no_call) == (None, "storage has no call of this hash")


def test_a_closed_motion_is_gone_and_one_that_never_was_is_none() -> None:
    chain = StoredChain(218)
    _motion(chain)
    assert asyncio.run(proposal(chain.view(), "6")).status is Status.GONE
    with pytest.raises(Exception, match="no proposal goes by 8"):
        asyncio.run(proposal(chain.view(), "8"))


@pytest.mark.parametrize("spec", SPECS)
def test_a_pending_call_of_the_sudo_key_is_read_on_every_runtime(spec: int) -> None:
    chain = StoredChain(spec)
    call_hash = "0x" + "5a" * 32
    entry: dict[str, Any] = {
        "when": {"height": 950, "index": 2},
        "deposit": 132_000_000 + 3 * 32_000_000,
        "depositor": BOB,
        "approvals": [BOB, CHARLIE],
    }
    chain.put("Key", value=ALICE, pallet="Sudo")
    chain.put("Multisigs", ALICE, call_hash, value=entry, pallet="Multisig")
    (one,) = asyncio.run(proposals(chain.view()))
    assert (one.id, one.account, one.account_role) == (call_hash, ALICE, "sudo")
    assert (one.ayes, one.proposer, one.timepoint) == ((BOB, CHARLIE), BOB, (950, 2))
    assert (one.opened_block, one.deposit_rao, one.threshold) == (950, 228_000_000, 3)
    assert asyncio.run(proposal(chain.view(), "0x5A5A5A")) == one


@pytest.mark.parametrize("spec", SPECS)
def test_a_quiet_chain_has_no_proposals_and_says_how_it_is_governed(spec: int) -> None:
    chain = StoredChain(spec)
    chain.put("Key", value=ALICE, pallet="Sudo")
    found = asyncio.run(overview(chain.view(), [ALICE]))
    assert [row.backend for row in found.backends] == [one.value for one in EXPECTED[spec]]
    assert {row.open for row in found.backends} == {0}
    assert [seat.collective for seat in found.seats] == ["sudo key"]


def test_a_list_asks_in_few_requests_however_many_backends() -> None:
    chain = StoredChain(218)
    _motion(chain)
    chain.put("Key", value=ALICE, pallet="Sudo")
    asyncio.run(proposals(chain.view()))
    assert len(chain.asked) <= 6


def _bare_view() -> View:
    codec = LocalRuntime((System,)).codec
    runtime = Runtime(RuntimeVersion("bare", 1, 1), codec, "node")

    async def find() -> Runtime:
        return runtime

    return View(None, 5, "0x" + "ab" * 32, find, runtime)  # type: ignore[arg-type]


def test_a_chain_without_governance_says_why() -> None:
    view = _bare_view()
    assert backends(view) == ()
    assert asyncio.run(proposals(view)) == ()
    why = why_none(view)
    assert "Triumvirate with SenateMembers (no Triumvirate, no SenateMembers)" in why
    assert "Sudo with Multisig and Proxy (no Sudo, no Multisig, no Proxy)" in why
    with pytest.raises(NotInRuntimeError, match="no governance that taoctl knows"):
        asyncio.run(proposal(view, "1"))
    found = asyncio.run(overview(view, [ALICE]))
    assert (found.backends, found.seats, found.why) == ((), (), why)


def test_numbers_below_the_threshold_and_unknown_ones_are_written_apart() -> None:
    view = _bare_view()
    one = Proposal(backend=Backend.SUDO, id="0x00", status=Status.PENDING)
    assert proposal_row(view.codec, 5, one).votes is None

"""What a chain with referenda declares: mainnet's pallets as mainnet has them, the others as told.

Other codecs read what it stores, and its state comes back from what a state directory keeps.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from conformance import Comparison
from conformance_allowed import ALLOWED
from metadata_reader import Metadata, read_metadata
from referenda_chain import REVIEWERS, TRIUMVIRATE, ReferendaChain, give, give_many
from scalecodec.base import RuntimeConfigurationObject, ScaleBytes
from scalecodec.type_registry import load_type_registry_preset
from wrapped import TAO, remark

from taoctl.localnet.changes import ChangesCodec, decode_changes
from taoctl.localnet.frame import Call, Runtime
from taoctl.localnet.history import ABSENT
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.governance.referenda_stack import (
    GOVERNANCE_B,
    GOVERNANCE_B_MAINNET_PACE,
)
from taoctl.localnet.pallets.governance.referenda_types import alarm_name, task_name

MAINNET = Path(__file__).resolve().parents[3] / "shared" / "chain" / "finney-424.v15.scale"
NEW = {"MultiCollective", "SignedVoting", "Referenda"}


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return Runtime((*PALLETS, *GOVERNANCE_B))


@pytest.fixture(scope="module")
def declared(runtime: Runtime) -> Metadata:
    return read_metadata(runtime.metadata_v15)


@pytest.mark.skipif(not MAINNET.is_file(), reason="needs mainnet's metadata in ../shared/chain")
def test_preimage_and_scheduler_are_mainnets(declared: Metadata) -> None:
    theirs = read_metadata(MAINNET.read_bytes())
    report = Comparison(declared, theirs).run()
    newer = {f"pallet {name} exists only here" for name in NEW} | {
        f"outer {kind}.{name} exists only here"
        for kind in ("call", "event", "error")
        for name in NEW
    }
    assert {d for d in report.differences if d not in ALLOWED} == newer
    assert report.type_names[False] == 0
    for name in ("Preimage", "Scheduler"):
        ours, other = declared.pallets[name], theirs.pallets[name]
        assert set(ours.storage) == set(other.storage)
        for kind in ("calls", "event", "error"):
            mine, known = (
                m.variants(getattr(p, kind)) for m, p in ((declared, ours), (theirs, other))
            )
            assert set(mine) == set(known)


CALLS = {
    "MultiCollective": [
        "add_member",
        "remove_member",
        "swap_member",
        "set_members",
        "force_rotate",
    ],
    "SignedVoting": ["vote", "remove_vote"],
    "Referenda": ["submit", "kill", "advance_referendum", "enact"],
}
STORAGE = {
    "MultiCollective": {"Members": ["Blake2_128Concat"]},
    "SignedVoting": {
        "VotingFor": ["Twox64Concat", "Twox64Concat"],
        "TallyOf": ["Twox64Concat"],
        "VoterSetOf": ["Twox64Concat"],
        "PendingCleanup": [],
    },
    "Referenda": {
        "ReferendumCount": [],
        "ActiveCount": [],
        "ActivePerProposer": ["Blake2_128Concat"],
        "ReferendumStatusFor": ["Blake2_128Concat"],
        "EnactmentTask": ["Blake2_128Concat"],
    },
}
OPTIONAL = {"VotingFor", "TallyOf", "VoterSetOf", "ReferendumStatusFor", "EnactmentTask"}


@pytest.mark.parametrize(
    ("name", "index", "events", "errors"),
    [("MultiCollective", 33, 4, 7), ("SignedVoting", 34, 3, 8), ("Referenda", 35, 11, 11)],
)
def test_the_other_three_are_as_they_were_merged(
    declared: Metadata, name: str, index: int, events: int, errors: int
) -> None:
    pallet = declared.pallets[name]
    assert pallet.index == index
    calls = declared.variants(pallet.calls)
    assert [v.name for v in sorted(calls.values(), key=lambda v: v.index)] == CALLS[name]
    assert {s.name: s.hashers for s in pallet.storage.values()} == STORAGE[name]
    assert {s.name for s in pallet.storage.values() if s.modifier == "Optional"} <= OPTIONAL
    assert len(declared.variants(pallet.event)) == events
    assert len(declared.variants(pallet.error)) == errors


def test_both_paces_declare_the_same(runtime: Runtime) -> None:
    other = Runtime((*PALLETS, *GOVERNANCE_B_MAINNET_PACE))
    assert other.metadata_v15 == runtime.metadata_v15


def test_tasks_are_named_as_other_programs_look_for_them() -> None:
    def named(kind: bytes, index: int) -> bytes:
        seed = b"referend" + bytes([len(kind) << 2]) + kind + index.to_bytes(4, "little")
        return blake2b(seed, digest_size=32).digest()

    for index in (0, 7, 2**32 - 1):
        assert task_name(index) == named(b"enactment", index)
        assert alarm_name(index) == named(b"alarm", index)


def lived() -> tuple[ReferendaChain, list[Any]]:
    """A chain on which all sorts of things happened, and the changes of each of its blocks."""
    chain, changes = ReferendaChain(), []

    def block() -> None:
        chain.rt.finalize_block()
        changes.append(chain.rt.state.commit_block())
        chain.rt.initialize_block(chain.rt.state.head + 1)

    for call in (give(), give_many(), remark(b"0x00"), remark(bytes(range(256)))):
        index = chain.submit(call)
        chain.vote_all(TRIUMVIRATE[:2], index, index != 2)
    chain.submit(give_many(5))
    block()
    for review in (5, 6, 7):
        chain.vote_all(REVIEWERS[: 3 * review], review, review != 6)
    assert chain.root("Scheduler", "schedule_named", b"0x" * 16, 9, (2, 3), 4, give()).ok
    assert chain.root("Scheduler", "set_retry_named", b"0x" * 16, 3, 1).ok
    assert chain.do(REVIEWERS[0], "Preimage", "note_preimage", bytes=b"0xabcd").ok
    for _ in range(60):
        block()
    return chain, changes


def test_every_block_comes_back_from_what_is_kept_of_it() -> None:
    chain, changes = lived()
    codec = ChangesCodec(chain.rt.classes)
    ends = [chain.status(n) for n in range(8)]
    assert [next(iter(end)) for end in ends] == [
        "Delegated",
        "Delegated",
        "Rejected",
        "Delegated",
        "Expired",
        "Enacted",
        "Cancelled",
        "Enacted",
    ]
    touched: set[str] = set()
    for change in changes:
        assert decode_changes(codec.encode(change.items)) == change.items
        pairs = chain.rt.bytes.changed(change)
        assert chain.rt.bytes.parse(change.block, pairs).items == change.items
        touched |= {f"{pallet}.{item}" for pallet, item in change.items}
    ours = {f"{p}.{i}" for p in NEW - {"MultiCollective"} for i in STORAGE[p]}
    assert ours - touched == {"SignedVoting.PendingCleanup"}  # it is empty whenever a block ends
    assert {"Scheduler.Agenda", "Scheduler.Retries", "Preimage.PreimageFor"} <= touched


def test_another_codec_reads_what_is_stored() -> None:
    chain, changes = lived()
    config = RuntimeConfigurationObject(ss58_format=42)
    config.update_type_registry(load_type_registry_preset("core"))
    metadata = config.create_scale_object("MetadataVersioned", ScaleBytes(chain.rt.metadata_v14))
    metadata.decode()
    config.add_portable_registry(metadata)
    read = 0
    for change in changes[:3]:
        for (pallet, item), values in change.items.items():
            if pallet not in {*NEW, "Scheduler", "Preimage"}:
                continue
            kind = metadata.get_metadata_pallet(pallet).get_storage_function(item)
            for key, value in values.items():
                if value is ABSENT:
                    continue
                data = chain.rt.bytes.items[pallet, item].bytes_of(key, value)
                found = config.create_scale_object(kind.get_value_type_string(), ScaleBytes(data))
                found.decode(check_remaining=True)
                read += 1
                if item == "ReferendumStatusFor" and "Ongoing" in value:
                    assert found.value["Ongoing"]["proposer"] == value["Ongoing"]["proposer"]
                    assert found.value["Ongoing"]["tally"] == value["Ongoing"]["tally"]
    assert read > 100


def test_another_codec_composes_the_same_calls() -> None:
    chain = ReferendaChain()
    config = RuntimeConfigurationObject(ss58_format=42)
    config.update_type_registry(load_type_registry_preset("core"))
    metadata = config.create_scale_object("MetadataVersioned", ScaleBytes(chain.rt.metadata_v14))
    metadata.decode()
    config.add_portable_registry(metadata)

    def composed(pallet: str, name: str, args: dict[str, Any]) -> bytes:
        call = config.create_scale_object("Call", metadata=metadata)
        call.encode({"call_module": pallet, "call_function": name, "call_args": args})
        return bytes(call.data.data)

    inner = {
        "call_module": "Balances",
        "call_function": "force_set_balance",
        "call_args": {"who": REVIEWERS[0], "new_free": TAO},
    }
    ours = Call("Balances", "force_set_balance", {"who": REVIEWERS[0], "new_free": TAO})
    who = {"collective_id": "Economic", "who": TRIUMVIRATE[0]}
    for pallet, name, theirs, mine in (
        ("Referenda", "submit", {"track": 0, "call": inner}, {"track": 0, "call": ours}),
        ("Referenda", "enact", {"index": 3, "call": inner}, {"index": 3, "call": ours}),
        ("SignedVoting", "vote", {"poll_index": 9, "approve": True}, None),
        ("SignedVoting", "remove_vote", {"poll_index": 9}, None),
        ("MultiCollective", "add_member", who, None),
    ):
        args = theirs if mine is None else mine
        assert composed(pallet, name, theirs) == chain.rt.encode_call(Call(pallet, name, args))

"""Commitments: what a neuron may publish, how much of it, and what a pulse opens."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from quicknet import PULSES, pulse
from subtensor_chain import PALLETS, Chain, account, error_of

from taoctl.addresses import decode_ss58
from taoctl.localnet.frame import Call, Runtime
from taoctl.localnet.pallets.balances import Balances
from taoctl.localnet.pallets.commitment_types import registration_bytes
from taoctl.localnet.pallets.commitments import Commitments
from taoctl.localnet.pallets.drand import Drand
from taoctl.localnet.pallets.system import System
from taoctl.localnet.scaletypes import variant
from taoctl.scale.crypto import twox_64
from taoctl.scale.timelock import encrypted

MINER, OTHER = "h:miner0-1", "h:miner1-1"
HERE = (1, account(MINER))
TEMPO = 5


@pytest.fixture
def chain() -> Chain:
    made = Chain(tempo=TEMPO, pallets=[*PALLETS, Commitments, Drand])
    made.run(2)
    made.begin()
    return made


def raw(data: bytes) -> Any:
    return variant(f"Raw{len(data)}", data)


def locked(data: bytes, drand_round: int = 1000) -> Any:
    sealed = encrypted(data, drand_round)
    return variant("TimelockEncrypted", {"encrypted": sealed, "reveal_round": drand_round})


def commit(chain: Chain, *fields: Any, signer: str = MINER, netuid: int = 1) -> str | None:
    info = {"fields": fields}
    outcome = chain.call(signer, "set_commitment", "Commitments", netuid=netuid, info=info)
    return error_of(outcome)


def kept(chain: Chain) -> Any:
    return chain.rt.commitments.CommitmentOf[HERE]


def used(chain: Chain) -> int | None:
    found = chain.rt.commitments.UsedSpaceOf[HERE]
    return None if found is None else int(found["used_space"])


def test_what_is_published_is_kept_with_its_block(chain: Chain) -> None:
    fields = (raw(b"hello"), variant("Sha256", bytes(32)), "None")
    assert commit(chain, *fields) is None
    block = chain.rt.block_number
    assert kept(chain) == {"deposit": 0, "block": block, "info": {"fields": fields}}
    assert chain.rt.commitments.LastCommitment[HERE] == block
    assert chain.events("Commitment") == [{"netuid": 1, "who": account(MINER)}]
    assert commit(chain, raw(b"")) is None
    assert kept(chain)["info"] == {"fields": (raw(b""),)}


def test_only_who_has_a_uid_there_may_commit(chain: Chain) -> None:
    assert commit(chain, raw(b"x"), netuid=2) == "Commitments.AccountNotAllowedCommit"
    assert commit(chain, raw(b"x"), signer="alice") == "Commitments.AccountNotAllowedCommit"


def test_a_commitment_has_three_fields_at_most(chain: Chain) -> None:
    assert commit(chain, *["None"] * 3) is None
    assert commit(chain, *["None"] * 4) == "Commitments.TooManyFieldsInCommitmentInfo"


@pytest.mark.parametrize(
    "field",
    [
        variant("BigRaw", bytes(513)),
        variant("TimelockEncrypted", {"encrypted": bytes(1_025), "reveal_round": 1}),
    ],
)
def test_fields_longer_than_their_types_are_no_calls_at_all(chain: Chain, field: Any) -> None:
    assert commit(chain, field) == "Other"
    assert kept(chain) is None


def test_an_epoch_has_room_for_so_many_bytes(chain: Chain) -> None:
    module = chain.rt.commitments
    module.MaxSpace.put(1_000)
    big = variant("BigRaw", bytes(450))
    assert commit(chain, big) is None
    assert commit(chain, big) is None
    assert used(chain) == 900
    # Whatever is committed counts as 100 bytes at least.
    assert commit(chain, "None") is None
    assert used(chain) == 1_000
    assert commit(chain, "None") == "Commitments.SpaceLimitExceeded"
    assert commit(chain, "None", signer=OTHER) is None
    epoch = chain.rt.subtensor.SubnetEpochIndex[1]
    while chain.rt.subtensor.SubnetEpochIndex[1] == epoch:
        chain.end()
        chain.begin()
    assert commit(chain, big) is None
    assert used(chain) == 450


def test_the_room_is_3100_bytes_unless_root_sets_another(chain: Chain) -> None:
    assert chain.rt.commitments.MaxSpace.get() == 3_100
    args = {"new_limit": 99}
    assert error_of(chain.call("alice", "set_max_space", "Commitments", **args)) == "BadOrigin"
    assert chain.call(None, "set_max_space", "Commitments", **args).ok
    assert commit(chain, "None") == "Commitments.SpaceLimitExceeded"


@pytest.mark.parametrize("switched_on", [True, False])
def test_bonds_are_reset_where_the_subnet_has_that_on(chain: Chain, switched_on: bool) -> None:
    module = chain.rt.subtensor
    module.BondsResetOn[1] = switched_on
    uid = module.Uids[HERE]
    bonds = [(uid, 7), (uid + 1, 9)]
    module.set_bond_row(1, 1, bonds)
    assert commit(chain, "ResetBondsFlag", raw(b"x")) is None
    expected = [pair for pair in bonds if not (switched_on and pair[0] == uid)]
    assert list(module.bond_row(1, 1)) == expected
    assert chain.rt.commitments.LastBondsReset[HERE] == chain.rt.block_number


def test_what_does_not_fit_resets_no_bonds(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.BondsResetOn[1] = True
    module.set_bond_row(1, 1, [(module.Uids[HERE], 7)])
    chain.rt.commitments.MaxSpace.put(1)
    assert commit(chain, "ResetBondsFlag") == "Commitments.SpaceLimitExceeded"
    assert list(module.bond_row(1, 1)) == [(module.Uids[HERE], 7)]
    assert chain.rt.commitments.LastBondsReset[HERE] is None


def next_block(chain: Chain) -> None:
    chain.end()
    chain.begin()


def test_a_pulse_opens_what_was_locked_and_the_rest_stays(chain: Chain) -> None:
    module = chain.rt.commitments
    assert commit(chain, raw(b"open"), locked(b"first"), locked(b"second", 2000)) is None
    assert chain.events("TimelockCommitment") == [
        {"netuid": 1, "who": account(MINER), "reveal_round": 1000}
    ]
    assert module.TimelockedIndex.get() == (HERE,)
    next_block(chain)
    assert len(kept(chain)["info"]["fields"]) == 3
    chain.rt.drand.Pulses[1000] = pulse(1000)
    next_block(chain)
    block = chain.rt.block_number
    assert module.RevealedCommitments[HERE] == ((b"first", block),)
    assert chain.events("CommitmentRevealed") == [{"netuid": 1, "who": account(MINER)}]
    assert len(kept(chain)["info"]["fields"]) == 2
    assert module.TimelockedIndex.get() == (HERE,)
    chain.rt.drand.Pulses[2000] = pulse(2000)
    next_block(chain)
    assert module.RevealedCommitments[HERE] == ((b"first", block), (b"second", block + 1))
    assert kept(chain)["info"]["fields"] == (raw(b"open"),)
    assert module.TimelockedIndex.get() == ()


def test_nothing_is_left_of_a_commitment_that_was_all_locked(chain: Chain) -> None:
    assert commit(chain, locked(b"all")) is None
    chain.rt.drand.Pulses[1000] = pulse(1000)
    next_block(chain)
    assert kept(chain) is None
    assert chain.rt.commitments.TimelockedIndex.get() == ()


@pytest.mark.parametrize("wrong", ["pulse", "bytes", "empty"])
def test_what_cannot_be_opened_is_dropped_without_a_word(chain: Chain, wrong: str) -> None:
    field = locked(b"" if wrong == "empty" else b"x")
    if wrong == "bytes":
        field = variant("TimelockEncrypted", {"encrypted": b"none", "reveal_round": 1000})
    assert commit(chain, raw(b"stays"), field) is None
    signature = PULSES[2000] if wrong == "pulse" else None
    chain.rt.drand.Pulses[1000] = pulse(1000, signature)
    next_block(chain)
    assert kept(chain)["info"]["fields"] == (raw(b"stays"),)
    assert chain.rt.commitments.RevealedCommitments[HERE] is None
    assert chain.events("CommitmentRevealed") == []


def test_ten_of_what_was_opened_are_kept(chain: Chain) -> None:
    chain.rt.drand.Pulses[1000] = pulse(1000)
    chain.rt.commitments.MaxSpace.put(10**6)
    for number in range(4):
        assert commit(chain, *(locked(b"%d" % (number * 3 + n)) for n in range(3))) is None
        next_block(chain)
    found = [data for data, _ in chain.rt.commitments.RevealedCommitments[HERE]]
    assert found == [b"%d" % n for n in range(2, 12)]


def test_a_commitment_in_the_open_takes_the_place_of_a_locked_one(chain: Chain) -> None:
    assert commit(chain, locked(b"x")) is None
    assert commit(chain, locked(b"y"), signer=OTHER) is None
    assert len(chain.rt.commitments.TimelockedIndex.get()) == 2
    assert commit(chain, raw(b"z")) is None
    assert chain.rt.commitments.TimelockedIndex.get() == ((1, account(OTHER)),)


def test_a_registration_has_the_bytes_that_its_type_says() -> None:
    fields = (
        raw(b"hi"),
        "ResetBondsFlag",
        variant("BigRaw", b"abc"),
        variant("Sha256", bytes(32)),
        variant("TimelockEncrypted", {"encrypted": b"xy", "reveal_round": 7}),
    )
    stored = {"deposit": 3, "block": 9, "info": {"fields": fields}}
    expected = struct.pack("<QI", 3, 9) + bytes([5 << 2]) + b"\x03hi" + b"\x87"
    expected += b"\x88\x0cabc" + b"\x83" + bytes(32) + b"\x86\x08xy" + struct.pack("<Q", 7)
    assert registration_bytes(stored) == expected
    codec = Runtime([System, Balances, Commitments]).codec
    kind = codec.need_storage("Commitments", "CommitmentOf").value_type
    decoded = codec.decode(kind, expected)
    assert (decoded["deposit"], decoded["block"]) == (3, 9)
    assert codec.encode(kind, decoded) == expected


def test_the_metagraph_hands_out_what_is_published(chain: Chain) -> None:
    assert commit(chain, raw(b"hi")) is None
    assert commit(chain, raw(b"ho"), signer=OTHER) is None
    found = chain.rt.subtensor.get_selective_metagraph(1, [73])["commitments"]
    accounts = [who for who, _ in found]
    assert sorted(accounts) == sorted([account(MINER), account(OTHER)])
    hashed = [twox_64(decode_ss58(who)) for who in accounts]
    assert hashed == sorted(hashed)
    assert bytes(dict(found)[account(MINER)])[-3:] == b"\x03hi"


def test_it_costs_nothing(chain: Chain) -> None:
    call = Call("Commitments", "set_commitment", {"netuid": 1, "info": {"fields": ()}})
    assert not chain.rt.weight_of(call).pays

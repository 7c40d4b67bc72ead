"""Bytes kept under their hash: who pays, who may take them away, and what requests do."""

from __future__ import annotations

from typing import Any

import pytest
from referenda_chain import ReferendaChain
from wrapped import ALICE, BOB, RICH, error_of

from taoctl.localnet.frame import Outcome, Root
from taoctl.scale.crypto import blake2_256

DATA = b"some bytes" * 20
HASH = "0x" + blake2_256(DATA).hex()
DEPOSIT = 104_000_000 + 1_000_000 * len(DATA)
LENGTH = len(DATA)


@pytest.fixture
def chain() -> ReferendaChain:
    made = ReferendaChain()
    for who in (ALICE, BOB):
        made.rt.balances.endow(who, RICH)
    return made


def note(chain: ReferendaChain, who: str | None = ALICE, data: bytes = DATA) -> Outcome:
    if who is None:
        return chain.root("Preimage", "note_preimage", data)
    return chain.do(who, "Preimage", "note_preimage", bytes=data)


def unnote(chain: ReferendaChain, who: str) -> str | None:
    return error_of(chain.do(who, "Preimage", "unnote_preimage", hash=HASH))


def status(chain: ReferendaChain) -> Any:
    return chain.rt.preimage.RequestStatusFor[HASH]


def stored(chain: ReferendaChain) -> bytes | None:
    found: bytes | None = chain.rt.preimage.PreimageFor[HASH, LENGTH]
    return found


def requested(count: int, ticket: Any = None, length: int | None = LENGTH) -> Any:
    return {"Requested": {"maybe_ticket": ticket, "count": count, "maybe_len": length}}


def test_a_note_holds_a_deposit_that_comes_back(chain: ReferendaChain) -> None:
    outcome = note(chain)
    assert (outcome.ok, outcome.pays) == (True, True)
    assert (stored(chain), chain.held(ALICE)) == (DATA, DEPOSIT)
    assert chain.rt.balances.Holds[ALICE] == ({"id": {"Preimage": "Preimage"}, "amount": DEPOSIT},)
    assert status(chain) == {"Unrequested": {"ticket": (ALICE, DEPOSIT), "len": LENGTH}}
    assert chain.last("Noted") == {"hash": HASH}
    assert error_of(note(chain)) == error_of(note(chain, BOB)) == "Preimage.AlreadyNoted"
    assert unnote(chain, BOB) == "Preimage.NotAuthorized"
    assert unnote(chain, ALICE) is None
    assert (stored(chain), status(chain), chain.held(ALICE)) == (None, None, 0)
    assert chain.rt.balances.free(ALICE) == RICH
    assert chain.rt.balances.Holds[ALICE] == ()
    assert chain.last("Cleared") == {"hash": HASH}
    assert unnote(chain, ALICE) == "Preimage.NotNoted"


def test_the_deposit_must_be_there(chain: ReferendaChain) -> None:
    chain.rt.balances.endow(BOB, 0)
    poor = chain.root("Balances", "force_set_balance", BOB, DEPOSIT + 499)
    assert poor.ok
    assert error_of(note(chain, BOB)) == "FundsUnavailable"
    assert chain.root("Balances", "force_set_balance", BOB, DEPOSIT + 500).ok
    assert note(chain, BOB).ok
    nobody = "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM"
    assert error_of(note(chain, nobody, b"other")) == "CannotCreateHold"


def test_too_many_bytes_are_refused(chain: ReferendaChain) -> None:
    with pytest.raises(Exception, match="TooBig"):
        chain.rt.preimage.note_preimage(Root(), bytes(4 * 1024 * 1024 + 1))


def test_what_is_requested_is_noted_for_nothing(chain: ReferendaChain) -> None:
    for name in ("request_preimage", "unrequest_preimage"):
        assert error_of(chain.do(ALICE, "Preimage", name, hash=HASH)) == "BadOrigin"
    assert error_of(chain.root("Preimage", "unrequest_preimage", HASH)) == "Preimage.NotRequested"
    assert chain.root("Preimage", "request_preimage", HASH).ok
    assert (status(chain), chain.last("Requested")) == (
        requested(1, length=None),
        {"hash": HASH},
    )
    outcome = note(chain)
    assert (outcome.ok, outcome.pays, chain.held(ALICE)) == (True, False, 0)
    assert (stored(chain), status(chain)) == (DATA, requested(1))
    assert unnote(chain, ALICE) == "Preimage.NotAuthorized"
    assert chain.root("Preimage", "request_preimage", HASH).ok
    assert status(chain) == requested(2)
    for left in (requested(1), None):
        assert chain.root("Preimage", "unrequest_preimage", HASH).ok
        assert status(chain) == left
    assert stored(chain) is None


def test_a_request_that_nobody_met_is_forgotten(chain: ReferendaChain) -> None:
    assert chain.root("Preimage", "request_preimage", HASH).ok
    assert chain.root("Preimage", "unrequest_preimage", HASH).ok
    assert status(chain) is None


def test_a_paid_note_outlives_its_requests(chain: ReferendaChain) -> None:
    ticket = (ALICE, DEPOSIT)
    assert note(chain).ok
    assert error_of(chain.root("Preimage", "unrequest_preimage", HASH)) == "Preimage.NotRequested"
    assert chain.root("Preimage", "request_preimage", HASH).ok
    assert status(chain) == requested(1, ticket)
    assert chain.root("Preimage", "unrequest_preimage", HASH).ok
    assert status(chain) == {"Unrequested": {"ticket": ticket, "len": LENGTH}}
    assert note(chain, None).ok
    assert status(chain) == requested(1, ticket)
    assert unnote(chain, BOB) == "Preimage.NotAuthorized"
    assert unnote(chain, ALICE) is None
    assert (status(chain), stored(chain), chain.held(ALICE)) == (requested(1), DATA, 0)
    assert chain.root("Preimage", "unnote_preimage", HASH).ok
    assert (status(chain), stored(chain)) == (None, None)


def test_root_notes_without_a_fee(chain: ReferendaChain) -> None:
    assert note(chain, None).pays is False
    assert status(chain) == requested(1)
    assert note(chain, None).ok
    assert status(chain) == requested(1)


def test_nothing_is_ever_of_an_older_form(chain: ReferendaChain) -> None:
    def updated(*hashes: str) -> Outcome:
        return chain.do(ALICE, "Preimage", "ensure_updated", hashes=hashes)

    assert error_of(updated()) == "Preimage.TooFew"
    assert error_of(updated(*[HASH] * 1_025)) == "Preimage.TooMany"
    assert (updated(HASH).ok, updated(HASH).pays) == (True, True)
    assert error_of(chain.root("Preimage", "ensure_updated", (HASH,))) == "BadOrigin"


def test_bytes_that_read_as_hex_come_back_as_they_were(chain: ReferendaChain) -> None:
    for data in (b"0x00", b"0xzz", b"\xff\x00", b""):
        assert note(chain, ALICE, data).ok
        name = "0x" + blake2_256(data).hex()
        assert chain.rt.preimage.PreimageFor[name, len(data)] == data
        assert chain.rt.preimage.fetch({"Legacy": {"hash": name}}) == data
    assert chain.held(ALICE) == 4 * 104_000_000 + 10_000_000
    assert chain.rt.balances.free(ALICE) == RICH - chain.held(ALICE)

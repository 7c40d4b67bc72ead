"""Multisigs: approvals, deposits, timepoints, and the call that runs at the end."""

from __future__ import annotations

import asyncio
from hashlib import blake2b
from typing import Any

import pytest
from nodes import TAO, event_names, free, plain_kind, signed
from wrapped import (
    ALICE,
    BOB,
    CHARLIE,
    CLASSES,
    DAVE,
    RICH,
    Wrapped,
    by_key,
    error_of,
    remark,
    transfer,
)

from taoctl.addresses import decode_ss58, encode_ss58
from taoctl.localnet.boot import Kind, Options, open_chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Call, Outcome, Signed
from taoctl.localnet.sealing import Seal
from taoctl.scale.crypto import blake2_256

ANY_WEIGHT = {"ref_time": 10**12, "proof_size": 10**6}
NO_WEIGHT = {"ref_time": 0, "proof_size": 0}
DEPOSIT = 132_000_000 + 2 * 32_000_000
SIGNERS = (ALICE, BOB, CHARLIE)
OK: dict[str, Any] = {"Ok": ()}


def account_of(threshold: int, *signers: str) -> str:
    """The multisig's account, as its definition says."""
    keys = sorted(decode_ss58(s) for s in signers)
    seed = b"modlpy/utilisuba" + bytes([len(keys) << 2]) + b"".join(keys)
    seed += threshold.to_bytes(2, "little")
    return encode_ss58(blake2b(seed, digest_size=32).digest())


def others(who: str, signers: tuple[str, ...] = SIGNERS) -> tuple[str, ...]:
    return by_key(*(s for s in signers if s != who))


@pytest.fixture
def chain() -> Wrapped:
    made = Wrapped()
    made.rt.balances.endow(account_of(2, *SIGNERS), 100 * TAO)
    made.rt.phase = 3
    return made


def as_multi(
    chain: Wrapped,
    who: str,
    call: Call,
    at: dict[str, int] | None = None,
    weight: dict[str, int] = ANY_WEIGHT,
    threshold: int = 2,
) -> Outcome:
    return chain.do(
        who,
        "Multisig",
        "as_multi",
        threshold=threshold,
        other_signatories=others(who),
        maybe_timepoint=at,
        call=call,
        max_weight=weight,
    )


def approve(
    chain: Wrapped, who: str, call: Call, at: dict[str, int] | None = None, threshold: int = 2
) -> Outcome:
    return chain.do(
        who,
        "Multisig",
        "approve_as_multi",
        threshold=threshold,
        other_signatories=others(who),
        maybe_timepoint=at,
        call_hash=hash_of(chain, call),
        max_weight=NO_WEIGHT,
    )


def hash_of(chain: Wrapped, call: Call) -> bytes:
    return blake2_256(chain.rt.encode_call(call))


AT = {"height": 1, "index": 3}


def test_two_of_three_send_from_the_shared_account(chain: Wrapped) -> None:
    shared, send = account_of(2, *SIGNERS), transfer(DAVE, TAO)
    assert as_multi(chain, BOB, send).ok
    told = {"approving": BOB, "multisig": shared, "call_hash": hash_of(chain, send)}
    assert chain.last("NewMultisig") == told
    assert chain.held(BOB) == DEPOSIT
    assert chain.rt.multisig.Multisigs[shared, hash_of(chain, send)] == {
        "when": AT,
        "deposit": DEPOSIT,
        "depositor": BOB,
        "approvals": (BOB,),
    }
    assert chain.rt.balances.free(DAVE) == RICH
    chain.next_block()
    assert as_multi(chain, ALICE, send, AT).ok
    executed = chain.last("MultisigExecuted")
    assert (executed["approving"], executed["timepoint"], executed["result"]) == (ALICE, AT, OK)
    assert chain.rt.balances.free(DAVE) == RICH + TAO
    assert chain.rt.balances.free(shared) == 99 * TAO
    assert chain.held(BOB) == 0
    assert not len(chain.rt.multisig.Multisigs)


def test_what_fails_inside_is_told_in_the_event(chain: Wrapped) -> None:
    send = transfer(DAVE, 200 * TAO)
    assert as_multi(chain, BOB, send).ok
    assert as_multi(chain, ALICE, send, AT).ok
    assert chain.last("MultisigExecuted")["result"] == {"Err": {"Token": "FundsUnavailable"}}
    assert chain.held(BOB) == 0


def test_approvals_by_hash_need_the_call_at_the_end(chain: Wrapped) -> None:
    send = transfer(DAVE, TAO)
    assert approve(chain, BOB, send).ok
    assert approve(chain, ALICE, send, AT).ok
    assert chain.last("MultisigApproval")["timepoint"] == AT
    assert chain.rt.balances.free(DAVE) == RICH
    assert error_of(approve(chain, ALICE, send, AT)) == "Multisig.AlreadyApproved"
    assert error_of(approve(chain, CHARLIE, send, AT)) == "Multisig.AlreadyApproved"
    assert as_multi(chain, ALICE, send, AT).ok
    assert chain.rt.balances.free(DAVE) == RICH + TAO


def test_three_of_three_wait_for_the_third(chain: Wrapped) -> None:
    shared = account_of(3, *SIGNERS)
    call = remark()
    assert as_multi(chain, CHARLIE, call, threshold=3).ok
    assert chain.held(CHARLIE) == DEPOSIT + 32_000_000
    assert as_multi(chain, ALICE, call, AT, threshold=3).ok
    again = as_multi(chain, ALICE, call, AT, threshold=3)
    assert error_of(again) == "Multisig.AlreadyApproved"
    found = chain.rt.multisig.Multisigs[shared, hash_of(chain, call)]
    assert found["approvals"] == by_key(ALICE, CHARLIE)
    assert as_multi(chain, BOB, call, AT, threshold=3).ok
    assert chain.last("Remarked")["sender"] == shared


def test_timepoints_must_fit(chain: Wrapped) -> None:
    send = transfer(DAVE, TAO)
    assert error_of(as_multi(chain, BOB, send, AT)) == "Multisig.UnexpectedTimepoint"
    assert as_multi(chain, BOB, send).ok
    assert error_of(as_multi(chain, ALICE, send)) == "Multisig.NoTimepoint"
    wrong = {"height": 1, "index": 4}
    assert error_of(as_multi(chain, ALICE, send, wrong)) == "Multisig.WrongTimepoint"
    assert error_of(approve(chain, ALICE, send, wrong)) == "Multisig.WrongTimepoint"


def test_the_weight_given_must_cover_the_call(chain: Wrapped) -> None:
    send = transfer(DAVE, TAO)
    exact = {"ref_time": chain.rt.weight_of(send).ref_time, "proof_size": 0}
    short = {**exact, "ref_time": exact["ref_time"] - 1}
    assert as_multi(chain, BOB, send, weight=NO_WEIGHT).ok
    assert error_of(as_multi(chain, ALICE, send, AT, short)) == "Multisig.MaxWeightTooLow"
    assert chain.held(BOB) == DEPOSIT
    assert as_multi(chain, ALICE, send, AT, exact).ok
    assert chain.rt.balances.free(DAVE) == RICH + TAO


@pytest.mark.parametrize(
    ("threshold", "signatories", "error"),
    [
        (1, (BOB, CHARLIE), "MinimumThreshold"),
        (2, (), "TooFewSignatories"),
        (2, (ALICE, BOB), "SenderInSignatories"),
        (2, (BOB, BOB), "SignatoriesOutOfOrder"),
        (2, tuple(reversed(by_key(BOB, CHARLIE))), "SignatoriesOutOfOrder"),
    ],
)
def test_signatories_and_threshold_are_checked(
    chain: Wrapped, threshold: int, signatories: tuple[str, ...], error: str
) -> None:
    listed = by_key(*signatories) if error == "SenderInSignatories" else signatories
    common: dict[str, Any] = {"threshold": threshold, "other_signatories": listed}
    told = {**common, "call_hash": bytes(32)}
    calls = {
        "as_multi": {
            **common,
            "maybe_timepoint": None,
            "call": remark(),
            "max_weight": ANY_WEIGHT,
        },
        "approve_as_multi": {**told, "maybe_timepoint": None, "max_weight": ANY_WEIGHT},
        "cancel_as_multi": {**told, "timepoint": AT},
        "poke_deposit": told,
    }
    for name, args in calls.items():
        assert error_of(chain.do(ALICE, "Multisig", name, **args)) == f"Multisig.{error}"


def test_there_is_room_for_a_hundred_signatories(chain: Wrapped) -> None:
    many = by_key(*(encode_ss58(bytes([n]) * 32) for n in range(1, 101)))
    for count, error in ((100, "Multisig.TooManySignatories"), (99, None)):
        args = {"other_signatories": many[:count], "call": remark()}
        outcome = chain.do(ALICE, "Multisig", "as_multi_threshold_1", **args)
        assert error_of(outcome) == error


def test_only_who_opened_it_cancels(chain: Wrapped) -> None:
    send = transfer(DAVE, TAO)

    def cancel(who: str, at: dict[str, int]) -> Outcome:
        return chain.do(
            who,
            "Multisig",
            "cancel_as_multi",
            threshold=2,
            other_signatories=others(who),
            timepoint=at,
            call_hash=hash_of(chain, send),
        )

    assert error_of(cancel(BOB, AT)) == "Multisig.NotFound"
    assert as_multi(chain, BOB, send).ok
    assert error_of(cancel(ALICE, AT)) == "Multisig.NotOwner"
    assert error_of(cancel(BOB, {**AT, "height": 2})) == "Multisig.WrongTimepoint"
    assert cancel(BOB, AT).ok
    assert chain.last("MultisigCancelled")["cancelling"] == BOB
    assert chain.held(BOB) == 0
    assert error_of(cancel(BOB, AT)) == "Multisig.NotFound"


def test_opening_needs_the_deposit(chain: Wrapped) -> None:
    chain.do(BOB, "Balances", "transfer_all", dest=ALICE, keep_alive=True)
    outcome = as_multi(chain, BOB, remark())
    assert error_of(outcome) == "Balances.InsufficientBalance"
    assert not len(chain.rt.multisig.Multisigs)


def test_one_of_several_acts_at_once_and_its_failure_is_the_calls(chain: Wrapped) -> None:
    shared = account_of(1, *SIGNERS)
    args: dict[str, Any] = {"other_signatories": others(ALICE)}
    assert chain.do(ALICE, "Multisig", "as_multi_threshold_1", **args, call=remark()).ok
    assert chain.last("Remarked")["sender"] == shared
    failing = chain.do(ALICE, "Multisig", "as_multi_threshold_1", **args, call=transfer(BOB, TAO))
    assert failing.error is not None
    assert failing.error.value == {"Token": "FundsUnavailable"}


def test_poking_the_deposit(chain: Wrapped) -> None:
    send = transfer(DAVE, TAO)
    args: dict[str, Any] = {
        "threshold": 2,
        "call_hash": hash_of(chain, send),
    }
    assert as_multi(chain, BOB, send).ok
    other = chain.do(ALICE, "Multisig", "poke_deposit", **args, other_signatories=others(ALICE))
    assert error_of(other) == "Multisig.NotOwner"
    args["other_signatories"] = others(BOB)
    same = chain.do(BOB, "Multisig", "poke_deposit", **args)
    assert (same.ok, same.pays) == (True, True)
    key = account_of(2, *SIGNERS), hash_of(chain, send)
    chain.rt.multisig.Multisigs[key] = {**chain.rt.multisig.Multisigs[key], "deposit": 7}
    poked = chain.do(BOB, "Multisig", "poke_deposit", **args)
    assert (poked.ok, poked.pays) == (True, False)
    assert chain.last("DepositPoked")["new_deposit"] == DEPOSIT


def test_the_fee_is_that_of_what_was_done(chain: Wrapped) -> None:
    send = transfer(DAVE, TAO)
    wide = chain.rt.weight_of(
        Call(
            "Multisig",
            "as_multi",
            {
                "threshold": 2,
                "other_signatories": others(BOB),
                "maybe_timepoint": None,
                "call": send,
                "max_weight": ANY_WEIGHT,
            },
        )
    )
    assert wide.ref_time > ANY_WEIGHT["ref_time"]
    opened = as_multi(chain, BOB, send)
    assert opened.weight < 10**9
    assert as_multi(chain, ALICE, send, AT).weight == wide.ref_time
    batch = Call("Utility", "batch", {"calls": (send,)})
    assert as_multi(chain, BOB, batch).ok
    assert as_multi(chain, ALICE, batch, AT).weight < 2 * 10**9


def test_a_multisig_within_a_multisig(chain: Wrapped) -> None:
    inner = account_of(2, *SIGNERS)
    pair = (inner, DAVE)
    send = transfer(ALICE, TAO)
    top: dict[str, Any] = {"threshold": 2, "call": send, "max_weight": ANY_WEIGHT}
    chain.rt.balances.endow(account_of(2, *pair), 5 * TAO)
    assert chain.do(
        DAVE, "Multisig", "as_multi", **top, other_signatories=(inner,), maybe_timepoint=None
    ).ok
    final = Call(
        "Multisig", "as_multi", {**top, "other_signatories": (DAVE,), "maybe_timepoint": AT}
    )
    weight = {"ref_time": 3 * 10**12, "proof_size": 3 * 10**6}
    assert as_multi(chain, BOB, final, weight=weight).ok
    assert as_multi(chain, ALICE, final, AT, weight).ok
    executed = [e.data["result"] for e in chain.rt.events if e.name == "MultisigExecuted"]
    assert executed == [OK, OK]
    assert chain.rt.balances.free(ALICE) == RICH + TAO


def test_the_timepoint_is_the_block_and_the_extrinsic() -> None:
    options = Options(scenario="plain", seal=Seal.MANUAL, state_dir=None)
    node: DevNode = open_chain(options, Kind(CLASSES, plain_kind().build), ALICE).node
    pair = (ALICE, BOB)
    shared, call = account_of(2, *pair), transfer(CHARLIE, TAO)

    def send(uri: str, call: Call) -> None:
        node.submit(signed(node, node.runtime.encode_call(call), uri))
        asyncio.run(node.author_block())

    send("//Alice", transfer(shared, 3 * TAO))
    common: dict[str, Any] = {"threshold": 2, "call": call, "max_weight": ANY_WEIGHT}
    first = {**common, "other_signatories": (BOB,), "maybe_timepoint": None}
    send("//Alice", Call("Multisig", "as_multi", first))
    call_hash = blake2_256(node.runtime.encode_call(call))
    entry = node.head.multisig.Multisigs[shared, call_hash]
    assert entry["when"] == {"height": 2, "index": 1}
    second = {**common, "other_signatories": (ALICE,), "maybe_timepoint": entry["when"]}
    send("//Bob", Call("Multisig", "as_multi", second))
    assert "Multisig.MultisigExecuted" in event_names(node, 3)
    assert free(node, CHARLIE) == TAO
    codec = node.runtime.codec
    key = codec.storage_key("Multisig", "Multisigs", shared, call_hash)
    raw = node.state_at(2).read(key)
    assert codec.decode_storage("Multisig", "Multisigs", raw)["depositor"] == ALICE
    assert node.state_at(3).read(key) is None


def test_calls_nested_deeply_are_measured_once(
    chain: Wrapped, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth, codec = 100, chain.rt.codec
    raw = chain.rt.encode_call(remark())
    for _ in range(depth):
        raw = bytes([13, 0, 4]) + decode_ss58(BOB) + raw
    composed = []
    compose = codec.compose_call

    def counted(*args: Any) -> bytes:
        composed.append(args[:2])
        return compose(*args)

    monkeypatch.setattr(codec, "compose_call", counted)
    assert chain.rt.dispatch(chain.rt.decode_call(raw), Signed(ALICE)).ok
    assert chain.last("Remarked")
    assert len(composed) <= 4 * depth

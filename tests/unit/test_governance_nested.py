"""A proposal's call taken apart: every nested call, whose power it has, and hostile ones."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from taoctl.calls.multisig import Group
from taoctl.chain.calltree import CallTree
from taoctl.reads.governance.nested import COLLECTIVE, ROOT, Opened, argument_bytes, opened
from taoctl.reads.governance.words import call_lines
from taoctl.scale.codec import Codec
from taoctl.scale.compact import compact_bytes, length_prefixed
from taoctl.scale.crypto import KeySigner, blake2_256
from taoctl.scale.extent import TooManyValuesError, call_name, call_type, values_in

CHAIN = Path(__file__).resolve().parents[3] / "shared" / "chain"
ALICE, BOB, CHARLIE = (KeySigner(f"//{name}").ss58 for name in ("Alice", "Bob", "Charlie"))

pytestmark = pytest.mark.skipif(not CHAIN.exists(), reason="no metadata of real runtimes here")


@cache
def codec(spec: int) -> Codec:
    name = "subtensor-218" if spec == 218 else f"finney-{spec}"
    return Codec((CHAIN / f"{name}.v15.scale").read_bytes(), spec, 1)


def leaves_of_raw(decoded: dict[str, Any], place: str = "0") -> Iterator[tuple[str, str, str, Any]]:
    """Place, call, argument and value of every leaf of what bittensor-core decoded."""
    name = f"{decoded['call_module']}.{decoded['call_function']}"
    number = 0
    for arg in decoded["call_args"]:
        value = arg["value"]
        nested = [one for one in (value if isinstance(value, list) else [value]) if is_call(one)]
        if not nested:
            yield place, name, arg["name"], value
        for one in nested:
            yield from leaves_of_raw(one, f"{place}.{number}")
            number += 1


def is_call(value: Any) -> bool:
    return isinstance(value, dict) and "call_module" in value


def leaves_of(found: Opened) -> list[tuple[str, str, str, Any]]:
    def holds(value: Any) -> bool:
        return any(
            isinstance(one, CallTree) for one in (value if isinstance(value, list) else [value])
        )

    return [
        (step.place, str(step), one.name, one.value)
        for step in found.steps
        for one in step.args
        if not holds(one.value)
    ]


def sorted_leaves(leaves: Any) -> list[str]:
    return sorted(map(json.dumps, leaves))


class Maker:
    """Random calls of a runtime, nested at random."""

    def __init__(self, made: Codec, seed: int) -> None:
        self.codec = made
        self.dice = random.Random(seed)

    def account(self) -> str:
        return self.dice.choice((ALICE, BOB, CHARLIE))

    def leaf(self) -> bytes:
        pick = self.dice.randrange(6)
        number = self.dice.randrange(2**16)
        match pick:
            case 0:
                noise = self.dice.randbytes(self.dice.randrange(40))
                return self.make("System", "remark", remark=noise)
            case 1:
                return self.make("AdminUtils", "sudo_set_kappa", netuid=number, kappa=number)
            case 2:
                value = self.dice.randrange(2**64)
                return self.make(
                    "Balances", "force_set_balance", who=self.account(), new_free=value
                )
            case 3:
                split = [self.dice.randrange(2**16) for _ in range(self.dice.randrange(5))]
                return self.make(
                    "SubtensorModule",
                    "set_weights",
                    netuid=number,
                    dests=split,
                    weights=split,
                    version_key=number,
                )
            case 4:
                return self.make("Sudo", "set_key", new=self.account())
        items = [(self.dice.randbytes(4), self.dice.randbytes(6))]
        return self.make("System", "set_storage", items=items)

    def make(self, pallet: str, name: str, **args: Any) -> bytes:
        return self.codec.compose_call(pallet, name, args)

    def call(self, depth: int) -> bytes:
        if depth <= 0:
            return self.leaf()
        weight = {"ref_time": self.dice.randrange(2**40), "proof_size": self.dice.randrange(99)}

        def inner() -> bytes:
            return self.call(depth - 1 - self.dice.randrange(2))

        match self.dice.randrange(8):
            case 0:
                return self.make("Sudo", "sudo", call=inner())
            case 1:
                return self.make("Sudo", "sudo_unchecked_weight", call=inner(), weight=weight)
            case 2:
                calls = [inner() for _ in range(self.dice.randrange(4))]
                return self.make("Utility", self.dice.choice(("batch", "batch_all")), calls=calls)
            case 3:
                return self.make(
                    "Proxy", "proxy", real=self.account(), force_proxy_type=None, call=inner()
                )
            case 4:
                return self.make(
                    "Multisig",
                    "as_multi",
                    threshold=2,
                    other_signatories=[self.account()],
                    maybe_timepoint=self.dice.choice((None, {"height": 9, "index": 1})),
                    call=inner(),
                    max_weight=weight,
                )
            case 5:
                when = self.dice.randrange(2**32)
                return self.make(
                    "Scheduler",
                    "schedule",
                    when=when,
                    maybe_periodic=None,
                    priority=1,
                    call=inner(),
                )
            case 6:
                return self.make("Utility", "as_derivative", index=7, call=inner())
        return self.make("Sudo", "sudo_as", who=self.account(), call=inner())


@pytest.mark.parametrize("spec", [218, 424])
def test_150_random_nested_calls_are_what_bittensor_core_decodes(spec: int) -> None:
    made = codec(spec)
    deepest = 0
    for seed in range(150):
        data = Maker(made, seed).call(seed % 9)
        found = opened(made, data, ROOT)
        assert found.problem is None
        assert sorted_leaves(leaves_of(found)) == sorted_leaves(
            leaves_of_raw(made.decode_call(data))
        )
        assert found.call_hash == made.decode_call(data)["call_hash"]
        deepest = max(deepest, *(step.depth for step in found.steps))
    assert deepest >= 6


def test_batch_in_proxy_in_multisig_in_sudo_says_who_acts_at_each_step() -> None:
    made = codec(424)
    maker = Maker(made, 1)
    leaf = maker.make("System", "remark", remark=b"hello")
    batch = maker.make("Utility", "batch", calls=[leaf, leaf])
    proxy = maker.make("Proxy", "proxy", real=BOB, force_proxy_type=None, call=batch)
    multi = maker.make(
        "Multisig",
        "as_multi",
        threshold=2,
        other_signatories=[CHARLIE],
        maybe_timepoint=None,
        call=proxy,
        max_weight={"ref_time": 1, "proof_size": 1},
    )
    data = maker.make("Sudo", "sudo_as", who=ALICE, call=multi)
    steps = opened(made, data, ROOT).steps
    shared = Group(2, (ALICE, CHARLIE)).ss58
    assert [(step.place, str(step), step.origin, step.condition) for step in steps] == [
        ("0", "Sudo.sudo_as", ROOT, ""),
        ("0.0", "Multisig.as_multi", ALICE, ""),
        ("0.0.0", "Proxy.proxy", shared, "with the last approval"),
        ("0.0.0.0", "Utility.batch", BOB, "with the last approval"),
        ("0.0.0.0.0", "System.remark", BOB, "with the last approval"),
        (
            "0.0.0.0.1",
            "System.remark",
            BOB,
            "with the last approval, unless one before it fails",
        ),
    ]
    assert steps[3].inside == ("0.0.0.0.0", "0.0.0.0.1")


def test_a_motion_is_not_root_before_its_wrapper() -> None:
    made = codec(218)
    inner = made.compose_call("System", "remark", {"remark": b"x"})
    weight = {"ref_time": 0, "proof_size": 0}
    wrapped = made.compose_call(
        "SubtensorModule", "sudo_unchecked_weight", {"call": inner, "weight": weight}
    )
    assert [step.origin for step in opened(made, wrapped, COLLECTIVE).steps] == [COLLECTIVE, ROOT]
    assert [step.origin for step in opened(made, inner, COLLECTIVE).steps] == [COLLECTIVE]


def test_dispatched_origins_and_pseudonyms_are_told() -> None:
    made = codec(424)
    inner = made.compose_call("System", "remark", {"remark": b"x"})

    def origin(name: str, **args: Any) -> str | None:
        data = made.compose_call("Utility", name, {**args, "call": inner})
        return opened(made, data, ALICE).steps[-1].origin

    assert origin("dispatch_as", as_origin={"system": "Root"}) == ROOT
    assert origin("dispatch_as", as_origin={"system": {"Signed": BOB}}) == BOB
    assert origin("dispatch_as", as_origin={"system": "None"}) is None
    # The account of index 0 of //Alice, worked out by hand from the pallet's formula.
    entropy = b"modlpy/utilisuba" + KeySigner("//Alice").public_key + bytes(2)
    pseudonym = origin("as_derivative", index=0)
    assert pseudonym is not None and pseudonym not in (ALICE, BOB)
    from taoctl.addresses import decode_ss58

    assert decode_ss58(pseudonym) == blake2_256(entropy)


# what strangers can do


def test_a_deep_call_is_shown_whole_and_cut_for_people() -> None:
    made = codec(424)
    data = bytes.fromhex("0c00") * 250 + made.compose_call("System", "remark", {"remark": b"deep"})
    found = opened(made, data, ALICE)
    assert found.problem is None
    assert len(found.steps) == 251
    assert found.steps[-1].arg("remark") == "deep"
    lines = call_lines(found, {})
    assert len(lines) == 252
    assert max(map(len, lines)) < 200


@pytest.mark.parametrize("depth", [300, 5_000, 2_000_000])
def test_a_call_deeper_than_any_chain_takes_is_refused_and_does_no_harm(depth: int) -> None:
    found = opened(codec(424), bytes.fromhex("0c00") * depth, ROOT)
    assert found.problem is not None
    assert [str(step) for step in found.steps] == ["Sudo.sudo"]
    assert found.steps[0].args == ()


def test_a_call_of_millions_of_calls_is_counted_and_not_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = codec(424)
    tiny = made.compose_call("Sudo", "remove_key", {})
    many = 2_000_000
    data = bytes.fromhex("0b00") + compact_bytes(many) + tiny * many

    def decode(codec: Codec, data: bytes) -> dict[str, Any]:
        raise AssertionError("decoded: it takes gigabytes")

    monkeypatch.setattr(Codec, "decode_call", decode)
    found = opened(made, data, ROOT)
    assert found.problem is not None and "more than" in found.problem
    assert [str(step) for step in found.steps] == ["Utility.batch"]
    assert "not all of it can be shown" in call_lines(found, {})[0]


def test_four_megabytes_in_one_argument_are_shown_by_their_beginning() -> None:
    made = codec(424)
    noise = bytes(range(256)) * 16_384
    data = made.compose_call("System", "remark", {"remark": noise})
    found = opened(made, data, ROOT)
    assert found.problem is None
    assert argument_bytes(found, found.steps[0], "remark") == noise
    [_, value] = call_lines(found, {})
    assert value.endswith(f"({len(noise)} bytes)") and len(value) < 300


def test_a_text_that_looks_like_the_hexadecimal_of_code_is_text() -> None:
    made = codec(424)
    for code in (b"0x00ff00ff", bytes.fromhex("00ff00ff")):
        found = opened(made, made.compose_call("System", "set_code", {"code": code}), ROOT)
        assert argument_bytes(found, found.steps[0], "code") == code


def test_a_remark_cannot_steer_a_terminal_or_invent_lines() -> None:
    made = codec(424)
    text = b"\x1b[2J\x1b[31mred\r\nSudo.sudo, as root\x07\xe2\x80\xae evil"
    lines = call_lines(
        opened(made, made.compose_call("System", "remark", {"remark": text}), ROOT), {}
    )
    assert len(lines) == 2
    assert not any(char < " " or char in "\x1b\u202e" for line in lines for char in line)


@pytest.mark.parametrize("data", [b"", b"\x0c", b"\xff\xff", b"\x0c\xff", b"\x00\x00\xff"])
def test_bytes_that_are_no_call_are_said_to_be_none(data: bytes) -> None:
    found = opened(codec(424), data, ROOT)
    assert found.problem is not None
    assert found.size == len(data)
    assert call_lines(found, {})[0].startswith("not all of it can be shown")


def test_bytes_left_over_after_a_call_are_a_problem() -> None:
    made = codec(424)
    data = made.compose_call("System", "remark", {"remark": b"x"})
    assert opened(made, data, ROOT).problem is None
    assert opened(made, data + b"\0", ROOT).problem is not None


def test_random_bytes_never_raise() -> None:
    made, dice = codec(424), random.Random(7)
    for _ in range(2_000):
        found = opened(made, dice.randbytes(dice.randrange(60)), ROOT)
        assert found.problem is not None or found.steps
        call_lines(found, {})


# counting


@pytest.mark.parametrize("spec", [218, 424])
def test_what_is_counted_is_decoded_and_the_other_way_round(spec: int) -> None:
    made = codec(spec)
    number, dice = call_type(made), random.Random(spec)
    for seed in range(60):
        data = Maker(made, 1_000 + seed).call(seed % 6)
        assert values_in(made, number, data) > 0
        cut = data[: dice.randrange(len(data))]
        with pytest.raises(Exception, match=r"ends|left over|variant"):
            values_in(made, number, cut)


def test_a_list_that_claims_to_be_endless_is_not_waited_for() -> None:
    made = codec(424)
    claim = bytes.fromhex("0b00") + compact_bytes(2**32)
    with pytest.raises(TooManyValuesError):
        values_in(made, call_type(made), claim + bytes.fromhex("0c04") * 200_000)
    with pytest.raises(Exception, match="ends"):
        values_in(made, call_type(made), claim)


def test_the_name_of_a_call_is_told_by_its_two_numbers() -> None:
    made = codec(424)
    assert call_name(made, bytes.fromhex("0c00ff")) == ("Sudo", "sudo")
    assert call_name(made, b"\xff\x00") is None
    assert call_name(made, b"\x0c\xff") is None
    assert call_name(made, b"") is None
    assert length_prefixed(b"x") == b"\x04x"

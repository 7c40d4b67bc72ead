"""What extrinsics are composed of: eras, values, metadata read and pruned, readings compared."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import pytest

from taoctl.addresses import decode_ss58
from taoctl.chain.extrinsic import Composer, Era, extensions
from taoctl.chain.extrinsic.check import agrees, call_differences, expected_call
from taoctl.chain.extrinsic.metadata import Field, Kind, Registry, TypeDef, read_registry
from taoctl.chain.extrinsic.offline import Versions
from taoctl.chain.extrinsic.prune import prune
from taoctl.chain.extrinsic.values import calls_of
from taoctl.chain.extrinsic.workshop import Workshop
from taoctl.chain.runtime import Runtime, RuntimeVersion
from taoctl.errors import BadDataError, NotInRuntimeError, UsageError
from taoctl.localnet.extrinsic import Era as NodeEra
from taoctl.localnet.frame import Runtime as LocalRuntime
from taoctl.localnet.pallets import PALLETS
from taoctl.scale.codec import Codec
from taoctl.scale.crypto import KeySigner

BOB = KeySigner("//Bob").ss58
RAW = decode_ss58(BOB)


@dataclass(frozen=True)
class Ask:
    pallet: str
    name: str
    args: dict[str, Any] = field(default_factory=dict)


REMARK = Ask("System", "remark", {"remark": b"hi"})


@lru_cache(maxsize=1)
def codec() -> Codec:
    runtime = LocalRuntime(PALLETS)
    return Codec(runtime.metadata_v15, runtime.spec_version, runtime.transaction_version)


@lru_cache(maxsize=1)
def workshop() -> Workshop:
    return Workshop(codec().metadata, Versions(424, 1))


# eras


@pytest.mark.parametrize("asked", [1, 3, 4, 5, 64, 65, 100, 4_096, 4_097, 10_000, 65_536])
@pytest.mark.parametrize("current", [0, 1, 63, 64, 1_000, 123_456_789])
def test_a_mortal_era_is_as_a_node_reads_it(asked: int, current: int) -> None:
    era = Era.mortal(asked, current)
    assert era.period is not None
    assert era.phase is not None
    assert era.period >= asked
    assert current - 15 <= era.birth <= current
    on_wire = NodeEra(era.period, era.phase).encode()
    node = NodeEra.decode(on_wire)
    assert (node.period, node.birth(era.birth)) == (era.period, era.birth)
    assert node.death(current) - 1 == era.last


def test_an_immortal_era_never_ends_and_signs_genesis() -> None:
    era = Era.immortal()
    assert (era.last, era.phase, era.birth, era.value) == (None, None, 0, "00")


@pytest.mark.parametrize("bad", [(0, 1), (-1, 1), (65_537, 1), (64, -1)])
def test_an_era_that_cannot_be_is_refused(bad: tuple[int, int]) -> None:
    with pytest.raises(UsageError):
        Era.mortal(*bad)


# values


def composed(call: Ask) -> bytes:
    data = workshop().call(call)
    assert data == expected_call(codec(), call)
    assert call_differences(codec(), call, data) == ()
    return data


@pytest.mark.parametrize(
    "dest", [BOB, {"Id": BOB}, "0x" + RAW.hex(), RAW, {"Id": RAW}, bytearray(RAW)]
)
def test_an_account_may_be_spelled_in_several_ways(dest: Any) -> None:
    call = Ask("Balances", "transfer_keep_alive", {"dest": dest, "value": 7})
    assert composed(call) == bytes([5, 3, 0]) + RAW + bytes([7 << 2])


@pytest.mark.parametrize("remark", [b"a", "a", "0x61", [97], (97,), bytearray(b"a")])
def test_bytes_may_be_spelled_in_several_ways(remark: Any) -> None:
    assert composed(Ask("System", "remark", {"remark": remark})) == b"\x00\x00\x04a"


def test_bytes_that_look_like_hexadecimal_stay_themselves() -> None:
    assert composed(Ask("System", "remark", {"remark": b"0x61"})) == b"\x00\x00\x100x61"


@pytest.mark.parametrize("chosen", [None, "Any", {"Any": None}])
def test_options_and_unit_variants(chosen: Any) -> None:
    args = {"real": BOB, "force_proxy_type": chosen, "call": REMARK}
    tail = b"\x00\x00\x08hi"
    head = bytes([0x10, 0, 0]) + RAW
    option = b"\x00" if chosen is None else b"\x01\x00"
    assert composed(Ask("Proxy", "proxy", args)) == head + option + tail


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (Ask("Balances", "transfer_keep_alive", {"dest": BOB}), "has no value"),
        (
            Ask("Balances", "transfer_keep_alive", {"dest": BOB, "value": 1, "tip": 1}),
            "knows no tip",
        ),
        (Ask("Balances", "transfer_keep_alive", {"dest": BOB, "value": "1"}), "whole number"),
        (Ask("Balances", "transfer_keep_alive", {"dest": BOB, "value": 1.0}), "whole number"),
        (Ask("Balances", "transfer_keep_alive", {"dest": BOB, "value": True}), "whole number"),
        (Ask("Balances", "transfer_keep_alive", {"dest": BOB, "value": 2**64}), "cannot hold"),
        (Ask("Balances", "transfer_keep_alive", {"dest": BOB, "value": -1}), "cannot hold"),
        (Ask("Balances", "transfer_keep_alive", {"dest": BOB[:-1], "value": 1}), "not a Bittensor"),
        (Ask("Balances", "transfer_keep_alive", {"dest": RAW[1:], "value": 1}), "32 bytes, not 31"),
        (Ask("Balances", "transfer_all", {"dest": BOB, "keep_alive": 1}), "true or false"),
        (Ask("System", "remark", {"remark": "0x6"}), "hexadecimal digits"),
        (Ask("System", "remark", {"remark": [256]}), "hexadecimal digits"),
        (Ask("System", "remark", {"remark": None}), "hexadecimal digits"),
        (Ask("Utility", "batch_all", {"calls": REMARK}), "not a list"),
        (Ask("Utility", "batch_all", {"calls": [b"\x00\x00\x00"]}), "not a call"),
        (
            Ask("Utility", "batch_all", {"calls": [Ask("System", "remark", {})]}),
            "System.remark has no remark",
        ),
        (
            Ask("Proxy", "add_proxy", {"delegate": BOB, "proxy_type": "Nope", "delay": 0}),
            "no variant 'Nope'",
        ),
        (
            Ask("Proxy", "announce", {"real": BOB, "call_hash": "0x11"}),
            "32 elements, not 1",
        ),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_place(call: Ask, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        workshop().call(call)


def test_an_unknown_call_is_not_in_the_runtime() -> None:
    for call in (Ask("Balances", "transfer"), Ask("Nowhere", "remark")):
        with pytest.raises(NotInRuntimeError):
            workshop().call(call)


def test_the_calls_of_a_call_are_found_at_any_depth() -> None:
    inner = Ask("Sudo", "sudo", {"call": REMARK})
    outer = Ask("Utility", "batch", {"calls": [inner, REMARK]})
    assert list(calls_of(outer)) == [
        ("Utility", "batch"),
        ("Sudo", "sudo"),
        ("System", "remark"),
        ("System", "remark"),
    ]


# readings


@pytest.mark.parametrize(
    ("asked", "decoded", "same"),
    [
        (BOB, BOB, True),
        ({"Id": BOB}, BOB, True),
        (RAW, BOB, True),
        ("0x" + RAW.hex(), BOB, True),
        (BOB, KeySigner("//Alice").ss58, False),
        (BOB, {"Id": BOB}, True),
        ({"Raw": b"x"}, {"Raw": "x"}, True),
        ({"Raw": b"x"}, {"Address20": "x"}, False),
        (1, 1, True),
        (1, 2, False),
        (1, True, False),
        (True, 1, False),
        (None, None, True),
        (None, 0, False),
        (0, None, False),
        ("Any", "Any", True),
        ({"Any": None}, "Any", True),
        ("Any", "Owner", False),
        (b"\xff\xfe", "0xfffe", True),
        (b"\xff\xfe", "0xfffd", False),
        ([97, 98], "ab", True),
        ([97, 98], [97, 98], True),
        ([97, 98], [97], False),
        ((1, 2), [1, 2], True),
        ([1, 0, 0, 0], 1, True),
        ([0, 1, 0, 0], 2**64, True),
        ([0, 1, 0, 0], 1, False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1}, {"a": 1}, True),
        ({2: 3, 1: 4}, [(1, 4), (2, 3)], True),
        ("", "", True),
        (1.0, 1, False),
    ],
)
def test_whether_a_reading_says_what_was_asked(asked: Any, decoded: Any, same: bool) -> None:
    assert agrees(asked, decoded) is same


# metadata


def test_pruned_metadata_is_small_and_the_checking_codec_reads_it_too() -> None:
    registry = read_registry(codec().metadata)
    wanted = [("Balances", "transfer_keep_alive"), ("Utility", "batch_all")]
    small = prune(registry, wanted)
    assert len(small) < 1_500 < len(codec().metadata) / 40
    again = Codec(small, 424, 1)
    for pallet, name in wanted:
        assert again.call_args(pallet, name) is not None
    assert again.call_args("Balances", "transfer_all") is None


def test_metadata_of_other_versions_is_refused() -> None:
    metadata = codec().metadata
    for bad in (b"", b"meta", b"atem" + metadata[4:], b"meta\x10" + metadata[5:], metadata[:5000]):
        with pytest.raises(BadDataError):
            read_registry(bad)


@pytest.mark.parametrize("count", [300, pytest.param(20_000, marks=pytest.mark.soak)])
def test_damaged_metadata_is_an_error_and_nothing_else(count: int) -> None:
    drawn, metadata = random.Random(5), codec().metadata
    for _ in range(count):
        damaged = bytearray(metadata)
        for _ in range(drawn.choice((1, 1, 3, 20))):
            damaged[drawn.randrange(5, len(damaged))] = drawn.randrange(256)
        if drawn.random() < 0.2:
            del damaged[drawn.randrange(5, len(damaged)) :]
        try:
            made = Workshop(bytes(damaged), Versions(424, 1))
            prune(made.registry, [("System", "remark")])
        except (BadDataError, UsageError, KeyError):
            pass  # KeyError: the damage renamed the pallet that is pruned to


def with_leaf(registry: Registry, number: int, change: Callable[[int], TypeDef]) -> Registry:
    """The registry with the innermost type below `number` replaced."""
    definition = registry.types[number]
    while definition.kind is Kind.COMPOSITE and len(definition.body) == 1:
        number = definition.body[0].type
        definition = registry.types[number]
    moved = max(registry.types) + 1
    types = {**registry.types, moved: definition, number: change(moved)}
    return replace(registry, types=types)


def padded(moved: int) -> TypeDef:
    """A type with a field beside it, as a node would hide bytes that it wants signed."""
    return TypeDef((), (), Kind.COMPOSITE, (Field("inner", moved), Field("more", moved)))


def test_the_layouts_of_this_runtime_are_known() -> None:
    extensions.check(read_registry(codec().metadata))


@pytest.mark.parametrize("name", sorted({*extensions.EXTRA, *extensions.IMPLICIT} - {"CheckEra"}))
def test_an_extension_of_another_layout_is_refused(name: str) -> None:
    registry = read_registry(codec().metadata)
    (one,) = (found for found in registry.extensions if found.name == name)
    numbers = {one.extra: name in extensions.EXTRA, one.implicit: name in extensions.IMPLICIT}
    for number in (number for number, carries in numbers.items() if carries):
        with pytest.raises(UsageError, match="layout"):
            extensions.check(with_leaf(registry, number, padded))


def test_an_unknown_a_doubled_or_a_cyclic_extension_is_refused() -> None:
    registry = read_registry(codec().metadata)
    nonce = next(one for one in registry.extensions if one.name == "CheckNonce")
    unknown = replace(nonce, name="CheckMood")
    for more, what in ((unknown, "CheckMood"), (nonce, "twice")):
        with pytest.raises(UsageError, match=what):
            extensions.check(replace(registry, extensions=(*registry.extensions, more)))
    cyclic = TypeDef((), (), Kind.COMPOSITE, (Field("inner", nonce.extra),))
    with pytest.raises((UsageError, RecursionError)):
        extensions.check(replace(registry, types={**registry.types, nonce.extra: cyclic}))


@pytest.mark.parametrize("part", ["address", "signature"])
def test_an_envelope_of_another_layout_is_refused(part: str) -> None:
    registry = read_registry(codec().metadata)
    number = getattr(registry, part)
    known = registry.types[number]
    body = tuple(replace(one, index=one.index ^ 1) for one in known.body)
    shuffled = replace(registry, types={**registry.types, number: replace(known, body=body)})
    for changed in (shuffled, with_leaf(registry, number, padded)):
        with pytest.raises(UsageError, match="another layout of"):
            extensions.check(changed)


# loading


def test_importing_extrinsics_loads_no_composer() -> None:
    code = (
        "import sys, taoctl.chain.extrinsic, taoctl.chain.calltree;"
        "print([m for m in ('substrateinterface', 'scalecodec', 'requests') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_warming_loads_in_the_background_and_keeps_its_trouble_to_itself() -> None:
    runtime = Runtime(RuntimeVersion("node-subtensor", 424, 1), codec(), "cache")
    composer = Composer(runtime, "0x" + "11" * 32)
    composer.warm(Ask("Nowhere", "nothing"))
    composer.warm(REMARK)
    for thread in threading.enumerate():
        if thread.name == "composer":
            thread.join(120)
            assert not thread.is_alive()
    assert composer._made is not None
    assert len(composer._made._loaded) == 1
    assert composer._digest is not None

"""Proportions and claim types as people write them, and calls of settings on every runtime."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from state_node import FILES, metadata_of

from taoctl.calls.base import ChainCall, Intent, call_bytes
from taoctl.calls.stake.auto_stake import SetAutoStake
from taoctl.calls.stake.children import Child, SetChildren
from taoctl.calls.stake.claims import KEEP, KEEP_SUBNETS, SWAP, ClaimRoot, ClaimType
from taoctl.calls.stake.claims import SetRootClaimType as SetType
from taoctl.calls.stake.locks import LockStake, MoveLock, SetPerpetualLock, SetRejectLockedAlpha
from taoctl.calls.stake.proportion import parse_proportion, percent_text, take_text
from taoctl.calls.stake.takes import SetChildkeyTake, SetTake
from taoctl.chain.view import Call, has_entry
from taoctl.cli.stake.claim import parse_claim_type
from taoctl.errors import UsageError
from taoctl.scale.codec import Codec
from taoctl.units import U16_MAX, U64_MAX
from taoctl.wallet.dev_accounts import DEV_ACCOUNTS

ALICE, BOB, *_ = DEV_ACCOUNTS


@pytest.mark.parametrize(
    ("text", "whole", "parts"),
    [
        ("18%", U16_MAX, 11_796),
        ("0.18", U16_MAX, 11_796),
        (" 18.0 % ", U16_MAX, 11_796),
        ("0%", U16_MAX, 0),
        ("0", U16_MAX, 0),
        ("100%", U16_MAX, U16_MAX),
        ("1.0", U64_MAX, U64_MAX),
        ("100%", U64_MAX, U64_MAX),
        ("50%", U64_MAX, U64_MAX // 2),
        ("0.1", U64_MAX, U64_MAX // 10),
        ("33.333333333333333333%", U64_MAX, 6_148_914_691_236_517_204),
    ],
)
def test_a_proportion_is_exact(text: str, whole: int, parts: int) -> None:
    assert parse_proportion(text, whole) == parts


@pytest.mark.parametrize(
    "text", ["18", "1", "", "%", "-1%", "101%", "1.1", "1e-1", "0,1", "\u0661%"]
)
def test_what_is_no_proportion_says_how_one_is_written(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_proportion(text, U16_MAX)
    assert "%" in (caught.value.hint or "")


@given(st.integers(0, 10**6), st.sampled_from([U16_MAX, U64_MAX]))
def test_both_ways_of_writing_a_proportion_say_the_same(millionths: int, whole: int) -> None:
    percent = f"{millionths // 10**4}.{millionths % 10**4:04d}%"
    decimal = f"{millionths // 10**6}.{millionths % 10**6:06d}"
    wanted = Fraction(millionths, 10**6) * whole
    assert parse_proportion(percent, whole) == parse_proportion(decimal, whole)
    assert 0 <= wanted - parse_proportion(percent, whole) < 1
    shown = Fraction(percent_text(parse_proportion(percent, whole), whole).rstrip("%")) / 100
    assert abs(shown - Fraction(millionths, 10**6)) <= Fraction(1, whole) + Fraction(1, 10**6)


def test_a_take_is_shown_as_the_chain_counts_it_too() -> None:
    assert take_text(11_796) == "17.9995% (11796/65535)"
    assert take_text(0) == "0% (0/65535)"
    assert take_text(U16_MAX) == "100% (65535/65535)"


@pytest.mark.parametrize(
    ("text", "kind", "netuids"),
    [
        ("swap", SWAP, ()),
        ("Keep", KEEP, ()),
        ("keep:4,1", KEEP_SUBNETS, (1, 4)),
        ("keep: 2", KEEP_SUBNETS, (2,)),
    ],
)
def test_a_claim_type_reads_as_it_is_shown(text: str, kind: str, netuids: tuple[int, ...]) -> None:
    found = parse_claim_type(text)
    assert found == ClaimType(kind, netuids)
    assert parse_claim_type(str(found)) == found
    assert ClaimType.decoded(found.value()) == found


@pytest.mark.parametrize("text", ["", "sell", "keep:", "keep:,", "swap:1", "keep:x", "keep:70000"])
def test_what_is_no_claim_type_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        parse_claim_type(text)


def _calls() -> list[tuple[Intent, str, dict[str, Any], set[int]]]:
    """Intents whose call needs nothing of the chain, and the specs that have it."""
    newest, claims, every = {424}, {365, 393, 424}, set(FILES)
    child = (Child(BOB, U64_MAX),)
    return [
        (
            SetType(ClaimType(KEEP_SUBNETS, (1, 2))),
            "set_root_claim_type",
            {"new_root_claim_type": {"KeepSubnets": {"subnets": [1, 2]}}},
            claims,
        ),
        (SetType(ClaimType(KEEP)), "set_root_claim_type", {"new_root_claim_type": "Keep"}, claims),
        (
            SetAutoStake(7, BOB),
            "set_coldkey_auto_stake_hotkey",
            {"netuid": 7, "hotkey": BOB},
            claims,
        ),
        (
            SetChildren(ALICE, 7, child),
            "set_children",
            {"hotkey": ALICE, "netuid": 7, "children": [(U64_MAX, BOB)]},
            every,
        ),
        (
            SetChildkeyTake(ALICE, 7, 9),
            "set_childkey_take",
            {"hotkey": ALICE, "netuid": 7, "take": 9},
            every,
        ),
        (MoveLock(BOB, 7), "move_lock", {"destination_hotkey": BOB, "netuid": 7}, newest),
        (
            SetPerpetualLock(7, True),
            "set_perpetual_lock",
            {"netuid": 7, "enabled": True},
            newest,
        ),
        (SetRejectLockedAlpha(True), "set_reject_locked_alpha", {"enabled": True}, newest),
    ]


async def _call(intent: Intent) -> ChainCall:
    return await intent.call(None, ALICE)  # type: ignore[arg-type]


@pytest.mark.parametrize("spec", FILES)
def test_settings_compose_what_they_say_or_are_absent(spec: int) -> None:
    codec = Codec(metadata_of(spec), spec, 1)
    for intent, name, args, specs in _calls():
        absent = [entry for entry in intent.needs if not has_entry(codec, entry)]
        assert bool(absent) == (spec not in specs), (name, list(map(str, absent)))
        if absent:
            assert Call("SubtensorModule", name) in absent
            continue
        call = asyncio.run(_call(intent))
        assert call == ChainCall("SubtensorModule", name, args)
        decoded = codec.decode_call(call_bytes(codec, call))
        assert decoded["call_function"] == name
        assert {one["name"]: one["value"] for one in decoded["call_args"]} == args


@pytest.mark.parametrize("spec", FILES)
def test_what_else_the_settings_need_is_there_wherever_their_call_is(spec: int) -> None:
    codec = Codec(metadata_of(spec), spec, 1)
    for kind in (ClaimRoot, SetTake, LockStake):
        calls = [entry for entry in kind.needs if isinstance(entry, Call)]
        has_calls = all(has_entry(codec, entry) for entry in calls)
        assert has_calls == all(has_entry(codec, entry) for entry in kind.needs), kind

"""Raw values as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.reads.columns import (
    AMOUNTS,
    Column,
    Kind,
    amount_text,
    columns_of,
    format_value,
    json_value,
    ratio_text,
)
from taoctl.reads.neurons import MyNeuronRow
from taoctl.reads.registry import load

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"


@pytest.mark.parametrize(
    ("rao", "text"),
    [
        (0, "0"),
        (1, "0.000000001"),
        (99_999, "0.000099999"),
        (100_000, "0.000100"),
        (123_456_789, "0.1234"),
        (10**9, "1.0000"),
        (999_999_999_999, "999.9999"),
        (1_234 * 10**9 + 5, "1,234.00"),
        (123_456 * 10**9, "123,456"),
        (-5, "-0.000000005"),
    ],
)
def test_amounts_are_never_in_scientific_notation(rao: int, text: str) -> None:
    assert amount_text(rao) == text


@given(st.integers(-(2**64), 2**64))
def test_a_full_amount_is_exact(rao: int) -> None:
    text = amount_text(rao, full=True)
    assert int(text.replace(".", "")) == rao


@given(st.integers(1, 2**64))
def test_a_shown_amount_is_never_zero_and_never_more_than_it_is(rao: int) -> None:
    text = amount_text(rao).replace(",", "")
    whole, _, fraction = text.partition(".")
    shown = int(whole) * 10**9 + int((fraction or "0").ljust(9, "0"))
    assert 0 < shown <= rao
    assert "e" not in text


@pytest.mark.parametrize(
    ("kind", "value", "text", "full"),
    [
        (Kind.U16, 65_535, "1.0000", "1.0000"),
        (Kind.U16, 1, "0.0000", "0.0000"),
        (Kind.U16, 32_768, "0.5000", "0.5000"),
        (Kind.TAKE, 11_796, "17.9995%", "17.9995%"),
        (Kind.TAKE, 65_535, "100%", "100%"),
        (Kind.TAKE, 0, "0%", "0%"),
        (Kind.U64N, 2**64 // 10, "10%", "10%"),
        (Kind.PPM, 123_456, "12.35%", "12.35%"),
        (Kind.MILLI, 2_345, "2.35", "2.35"),
        (Kind.PRICE, 12_345_678, "0.012345", "0.012345678"),
        (Kind.PRICE, 7, "0.000000007", "0.000000007"),
        (Kind.PRICE, 0, "0.000000", "0.000000000"),
        (Kind.I96F32, 1 << 31, "0.500000", "0.500000000"),
        (Kind.SS58, ALICE, "5Grwv…utQY", ALICE),
        (Kind.BOOL, False, "no", "no"),
        (Kind.TIME, 1_795_340_753_335, "2026-11-22 09:45:53 UTC", "2026-11-22 09:45:53 UTC"),
        (Kind.TIME, 2**64, str(2**64), str(2**64)),
        (Kind.INT, True, "yes", "yes"),
        (Kind.TEXT, "\x1b[1mx", "[1mx", "[1mx"),
        (Kind.BLOCK, 1_234_567, "1234567", "1234567"),
        *((kind, None, "-", "-") for kind in Kind),
    ],
)
def test_values_as_text(kind: Kind, value: object, text: str, full: str) -> None:
    assert format_value(kind, value) == text
    assert format_value(kind, value, full=True) == full


def test_json_keeps_every_rao() -> None:
    assert json_value(Kind.TAO, 1) == {"rao": "1", "tao": "0.000000001"}
    assert json_value(Kind.ALPHA, 2**64 - 1) == {
        "rao": "18446744073709551615",
        "alpha": "18446744073.709551615",
    }
    assert json_value(Kind.INT, 2**60) == str(2**60)
    assert json_value(Kind.U16, 65_535) == 65_535
    assert json_value(Kind.TAKE, 11_796) == 11_796
    assert json_value(Kind.BOOL, True) is True
    assert json_value(Kind.TAO, None) is None


@given(st.sampled_from(Kind), st.integers(0, 2**128))
def test_every_json_value_survives_a_parser_that_knows_only_doubles(kind: Kind, value: int) -> None:
    def check(part: object) -> None:
        if isinstance(part, dict):
            for inner in part.values():
                check(inner)
        elif isinstance(part, int):
            assert int(float(part)) == part

    check(json.loads(json.dumps(json_value(kind, value))))


@given(st.integers(0, 2**64 - 1))
def test_ratios_round_half_up(value: int) -> None:
    text = ratio_text(value, 2**64 - 1)
    assert abs(int(text.replace(".", "")) - value * 10**4 / (2**64 - 1)) <= 0.5 + 1e-6


def test_columns_are_declared_once_and_in_order() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Row:
        a: Annotated[int, Column("A", Kind.INT)]
        hidden: int
        b_rao: Annotated[int, Column("B", Kind.TAO)]

    columns = columns_of(Row)
    assert [(c.key, c.json_key, c.title) for c in columns] == [("a", "a", "A"), ("b_rao", "b", "B")]


def test_my_neurons_lead_with_what_one_looks_for() -> None:
    assert [c.key for c in columns_of(MyNeuronRow)][:5] == [
        "netuid",
        "subnet_name",
        "wallet_name",
        "hotkey_name",
        "uid",
    ]


@pytest.mark.parametrize("name", sorted(load()))
def test_every_field_of_every_row_is_a_column_with_help(name: str) -> None:
    row = load()[name].row
    columns = columns_of(row)
    shown, held = {c.key for c in columns}, {field.name for field in fields(row)}
    assert held - shown == ({"endpoint"} if name == "axons" else set())  # told by axon and scope
    for column in columns:
        assert column.help
        assert len(column.title) <= 14
        assert (column.kind in AMOUNTS) == column.key.endswith("_rao")
    keys = [column.json_key for column in columns]
    assert len(set(keys)) == len(keys)

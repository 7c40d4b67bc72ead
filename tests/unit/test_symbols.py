"""The chain's own list of token symbols."""

from __future__ import annotations

from taoctl.economics.symbols import SUBNET_SYMBOLS, SYMBOLS, symbol_of_new


def test_the_list_is_the_chains() -> None:
    assert len(SYMBOLS) == len(set(SYMBOLS)) == 439
    assert all(len(one) == 1 for one in SYMBOLS)
    first, last = SYMBOLS[:4], SYMBOLS[-3:]
    assert [one.encode().hex() for one in first] == ["cea4", "ceb1", "ceb2", "ceb3"]
    assert [one.encode().hex() for one in last] == ["e0b6ae", "e0b6af", "e0b6b0"]
    assert (SYMBOLS[19], SYMBOLS[25], SYMBOLS[49]) == ("t", "א", "ר")


def test_root_shares_its_symbol_with_no_subnet() -> None:
    assert len(SUBNET_SYMBOLS) == 438
    assert SYMBOLS[0] not in SUBNET_SYMBOLS


def test_a_new_subnet_gets_its_own_number_s_or_the_first_that_is_free() -> None:
    assert symbol_of_new(7, frozenset()) == SYMBOLS[7]
    assert symbol_of_new(7, frozenset(SYMBOLS[1:9])) == SYMBOLS[9]
    assert symbol_of_new(7, frozenset(SYMBOLS)) == SYMBOLS[0]
    assert symbol_of_new(1_000, frozenset()) == SYMBOLS[0]

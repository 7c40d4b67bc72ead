"""Locks: how mass decays and conviction grows, against the closed form of the same rules."""

from __future__ import annotations

from math import exp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.economics.conviction import ONE, Lock, decay, rolled

RATE = 934_866
FULL: dict[str, Any] = {
    "unlock_rate": RATE,
    "maturity_rate": RATE,
    "to_owner": False,
    "perpetual": False,
}
MASS = 10**12


def convinced(lock: Lock) -> float:
    return lock.conviction / ONE


@given(st.integers(0, 10**8), st.integers(1, 10**7))
def test_decay_is_e_to_the_minus(blocks: int, rate: int) -> None:
    assert decay(blocks, rate) / ONE == pytest.approx(exp(-min(blocks / rate, 40)), abs=1e-15)


def test_decay_at_the_ends() -> None:
    assert decay(0, 0) == decay(0, RATE) == ONE
    assert decay(1, 0) == 0
    assert decay(40 * RATE, RATE) == decay(10**15, 1) > 0


def test_a_lock_falls_while_it_convinces() -> None:
    lock = Lock(MASS, 0, 1_000)
    assert rolled(lock, 1_000, **FULL) == lock
    later = rolled(lock, 1_000 + RATE, **FULL)
    assert later.locked_mass == pytest.approx(MASS * exp(-1), rel=1e-9)
    assert convinced(later) == pytest.approx(MASS * exp(-1), rel=1e-9)
    assert later.last_update == 1_000 + RATE


def test_different_rates_take_the_difference_of_both_decays() -> None:
    later = rolled(Lock(MASS, 0, 0), 500, **{**FULL, "unlock_rate": 1_000, "maturity_rate": 250})
    expected = MASS * 1_000 * (exp(-0.5) - exp(-2)) / 750
    assert convinced(later) == pytest.approx(expected, rel=1e-9)
    other = rolled(Lock(MASS, 0, 0), 500, **{**FULL, "unlock_rate": 250, "maturity_rate": 1_000})
    assert convinced(other) == pytest.approx(MASS * 250 * (exp(-0.5) - exp(-2)) / 750, rel=1e-9)
    none = rolled(Lock(MASS, 0, 0), 500, **{**FULL, "maturity_rate": 0})
    assert none.conviction == 0


def test_a_perpetual_lock_keeps_its_mass() -> None:
    later = rolled(Lock(MASS, MASS * ONE, 0), RATE, **{**FULL, "perpetual": True})
    assert later.locked_mass == MASS
    assert convinced(later) == pytest.approx(MASS, rel=1e-9)


def test_a_lock_to_the_owner_convinces_at_once() -> None:
    later = rolled(Lock(MASS, 5, 0), 10, **{**FULL, "to_owner": True})
    assert later.conviction == later.locked_mass * ONE


def test_what_is_left_of_an_old_lock_is_nothing() -> None:
    assert rolled(Lock(99, 0, 7), 7, **FULL) == Lock(0, 0, 7)
    assert rolled(Lock(MASS, 0, 0), 60 * RATE, **FULL) == Lock(0, 0, 60 * RATE)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**128 - 1), st.integers(0, 2**40))
def test_numbers_stay_within_their_types(mass: int, conviction: int, now: int) -> None:
    for perpetual in (True, False):
        later = rolled(Lock(mass, conviction, 9), now, **{**FULL, "perpetual": perpetual})
        assert 0 <= later.locked_mass <= mass
        assert 0 <= later.conviction < 2**128

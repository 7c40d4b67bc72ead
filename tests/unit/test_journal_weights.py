"""What reveals commits, as the journal keeps it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from taoctl.journal.store import Journal, JournalDamagedError
from taoctl.journal.weights import KeptWeights, forget, keep, kept_weights

ONE = KeptWeights("0xaa", "5A", 1, 0, "0x01", ((4, 65535), (5, 1)), (9, 65535), 2**64 - 1)
OTHER = KeptWeights("0xaa", "5B", 2, 1, "0x02", ((0, 1),), ())
ELSEWHERE = KeptWeights("0xbb", "5A", 1, 0, "0x01", ((1, 1),), (1,), 0)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "home" / "journal.sqlite3")


def test_what_is_kept_comes_back_as_it_was(journal: Journal) -> None:
    assert kept_weights(journal, "0xaa") == ()
    assert not journal.path.exists()
    for kept in (ONE, OTHER, ELSEWHERE):
        keep(journal, kept)
    again = Journal(journal.path)
    assert kept_weights(again, "0xaa") == (ONE, OTHER)
    assert kept_weights(again, "0xaa", "5B") == (OTHER,)
    assert kept_weights(again, "0xbb") == (ELSEWHERE,)


def test_only_the_one_that_was_not_sent_is_forgotten(journal: Journal) -> None:
    for kept in (ONE, OTHER, ELSEWHERE):
        keep(journal, kept)
    forget(journal, ONE)
    assert kept_weights(journal, "0xaa") == (OTHER,)
    assert kept_weights(journal, "0xbb") == (ELSEWHERE,)


def test_a_journal_without_the_table_keeps_none(journal: Journal) -> None:
    with journal.writing():
        pass
    assert kept_weights(journal, "0xaa") == ()
    forget(journal, ONE)
    assert journal.list() == ()


def test_neither_weights_nor_salt_are_in_its_text() -> None:
    assert "65535" not in repr(ONE) and "9" not in repr(ONE).replace("18446744073709551615", "")


@pytest.mark.parametrize("broken", ["{", "[[1]]", '[["x", 1]]', "7", "[[1, 65536]]", "[[-1, 1]]"])
def test_a_damaged_row_is_told_as_a_damaged_journal(journal: Journal, broken: str) -> None:
    keep(journal, ONE)
    journal.close()
    with sqlite3.connect(journal.path) as db:
        db.execute("UPDATE weight_commits SET weights = ?", (broken,))
    with pytest.raises(JournalDamagedError):
        kept_weights(journal, "0xaa")

"""Rows of weights: what people write, what the chain is sent, and when a commit opens."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from taoctl.calls.weights.row import commit_hash, parse_pair, row_text, to_row
from taoctl.economics.reveal import EpochClock
from taoctl.economics.weights import max_upscale
from taoctl.errors import UsageError
from taoctl.scale.crypto import KeySigner


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("4=1", (4, Fraction(1))),
        (" 4 = 12.5% ", (4, Fraction(25, 2))),
        ("0=0.0000000000000000001", (0, Fraction(1, 10**19))),
        ("65535=0", (65535, Fraction(0))),
        ("4=5.25e-05", (4, Fraction(525, 10**7))),
        ("4=1E+2", (4, Fraction(100))),
    ],
)
def test_weights_are_read_without_rounding(text: str, pair: tuple[int, Fraction]) -> None:
    assert parse_pair(text) == pair


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4",
        "=1",
        "4=",
        "4=1e",
        "4=e5",
        "4=1e100",
        "4=+1",
        "4=٣",
        "٤=1",
        "-1=1",
        "65536=1",
        "4=1=2",
        "4=.",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_pair(text)


def test_the_chain_stores_a_row_just_as_it_is_sent() -> None:
    chance = random.Random(5)
    for _ in range(500):
        given = [(uid, Fraction(chance.randint(0, 10**6))) for uid in chance.sample(range(256), 40)]
        row = to_row(given)
        weights = [weight for _, weight in row]
        assert max(weights) == 65535 and min(weights) > 0
        assert max_upscale(weights) == tuple(weights)
        assert [uid for uid, _ in row] == sorted(uid for uid, _ in row)


def test_the_hash_is_the_one_that_other_clients_make() -> None:
    """Made by bittensor-cli 9.23.2 (generate_weight_hash)."""
    row = ((0, 65535), (1, 7), (260, 300))
    made = commit_hash(KeySigner("//Alice").ss58, 3, row, (1, 65535, 40), 2**40 + 5)
    assert made == "0xfb37c0be48b7be5637d0d30dff85caae8bfc42fdeeb5509c9d6b652d3aea867a"


def test_a_long_row_is_cut_in_words() -> None:
    assert row_text(()) == "none"
    assert row_text([(9, 1), (2, 65535), (1, 1)]) == "2=65535 1=1 9=1"
    assert row_text([(uid, 1) for uid in range(20)]).endswith("11=1 and 8 more")


def _clock(block: int, **changes: int) -> EpochClock:
    values = {"epoch": 10, "tempo": 100, "last_epoch_block": 1_000, "pending_epoch_at": 0}
    return EpochClock(block=block, **(values | changes), blocks_since_last_step=0)


def test_epochs_begin_and_end_where_the_schedule_says() -> None:
    clock = _clock(1_050)
    assert clock.coming == 10
    assert [clock.first_block(epoch) for epoch in (9, 10, 11, 12)] == [None, 1_000, 1_100, 1_200]
    assert [clock.last_block(epoch) for epoch in (9, 10, 11)] == [None, 1_099, 1_199]


def test_an_epoch_that_is_due_counts_already() -> None:
    clock = _clock(1_099)
    assert clock.coming == 11
    assert [clock.first_block(epoch) for epoch in (10, 11, 12)] == [None, 1_100, 1_200]
    assert clock.last_block(11) == 1_199


def test_a_trigger_moves_the_window_and_no_tempo_leaves_it_open() -> None:
    assert _clock(1_050, pending_epoch_at=1_060).first_block(11) == 1_060
    assert _clock(1_050, tempo=0).first_block(11) is None
    assert _clock(1_050, tempo=0).last_block(10) is None


def test_timelocked_commits_are_looked_for_in_the_epochs_that_may_have_some() -> None:
    clock = EpochClock(109, 5, 100, 50, 0, 59)
    assert clock.kept(1) == range(3, 6)
    assert clock.kept(9) == range(6)
    # Whatever a node says, nobody asks it for more epochs than the chain can keep.
    late = EpochClock(109, 2**63, 100, 50, 0, 59)
    assert late.kept(2**64 - 1) == range(2**63 - 101, 2**63 + 1)

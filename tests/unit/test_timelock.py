"""Timelocks: rounds and their times, the round that other clients choose, and the sealed bytes."""

from __future__ import annotations

import time

import bittensor_core
import pytest

from taoctl.calls.weights.row import timelocked_payload
from taoctl.economics.reveal import EpochClock
from taoctl.economics.timelock import (
    NOMINAL_BLOCK_MS,
    QUICKNET,
    BlockTimes,
    expected_reveal,
    is_stalled,
    pace_ms,
    reveal_round,
)
from taoctl.errors import UsageError
from taoctl.scale.crypto import KeySigner
from taoctl.scale.timelock import encrypted, opened

ALICE = KeySigner("//Alice")


def test_a_round_is_made_every_three_seconds_from_the_first() -> None:
    assert QUICKNET.made_at_ms(1) == 1_692_803_367_000
    assert QUICKNET.made_at_ms(1000) == 1_692_806_364_000
    for at in (0, QUICKNET.made_at_ms(1), QUICKNET.made_at_ms(2)):
        assert QUICKNET.round_for(at) == 1
    for number in (2, 999, 34_190_379):
        first = QUICKNET.made_at_ms(number) + 3_000
        assert QUICKNET.round_for(first) == number == QUICKNET.round_for(first + 2_999)
        assert QUICKNET.round_for(first - 1) == number - 1
        made = QUICKNET.made_at_ms(number)
        assert QUICKNET.first_after(made) == number == QUICKNET.first_after(made - 2_999)
        assert QUICKNET.first_after(made + 1) == number + 1
    assert QUICKNET.first_after(0) == 1


@pytest.mark.parametrize(
    ("measured", "pace"),
    [
        (None, 12_000),
        (0, 12_000),
        (-5, 12_000),
        (12_034, 12_000),
        (10_800, 12_000),
        (10_799, 10_799),
        (13_201, 13_201),
        (250, 250),
        (60_000, 60_000),
        (60_001, 12_000),
    ],
)
def test_blocks_take_what_is_nominal_unless_they_clearly_do_not(
    measured: int | None, pace: int
) -> None:
    assert pace_ms(measured) == pace


@pytest.mark.parametrize("block_ms", [12_000, 1_000, 250])
@pytest.mark.parametrize(
    ("tempo", "since", "trigger", "period"),
    [
        (360, 100, 0, 1),
        (360, 358, 0, 1),
        (360, 359, 0, 1),
        (360, 0, 0, 3),
        (10, 4, 0, 2),
        (99, 50, 1055, 1),
    ],
)
def test_the_round_is_the_one_that_other_clients_choose(
    block_ms: int, tempo: int, since: int, trigger: int, period: int
) -> None:
    """Theirs is of the machine's clock, so both are asked at the same time, or once more."""
    head = 1000 + since
    clock = EpochClock(head, 5, tempo, 1000, trigger, since)
    first = clock.first_block(clock.coming + period)
    assert first is not None
    for _ in range(5):
        before = BlockTimes(head, time.time_ns() // 1_000_000, block_ms)
        _, theirs = bittensor_core.get_encrypted_commit_v2(
            uids=[1],
            weights=[1],
            version_key=0,
            last_epoch_block=1000,
            pending_epoch_at=trigger,
            subnet_epoch_index=5,
            tempo=tempo,
            blocks_since_last_step=since,
            current_block=head,
            subnet_reveal_period_epochs=period,
            block_time=block_ms / 1000,
            hotkey=ALICE.public_key,
        )
        after = BlockTimes(head, time.time_ns() // 1_000_000, block_ms)
        ours = {reveal_round(QUICKNET, one, first) for one in (before, after)}
        if len(ours) == 1:
            (chosen,) = ours
            assert QUICKNET.made_at_ms(chosen) >= before.at(first)
            early = QUICKNET.made_at_ms(theirs) < before.at(first)
            assert chosen == theirs or (early and 0 < chosen - theirs <= 2)
            assert block_ms < 12_000 or not early
            return
    pytest.fail("the clock does not stand still for a moment")


def test_a_pulse_opens_two_blocks_after_it_is_made_and_not_before_the_epoch() -> None:
    times = BlockTimes(100, QUICKNET.made_at_ms(1000) - 30_000, NOMINAL_BLOCK_MS)
    # Made between blocks 102 and 103: written into 103, and opens in 104.
    assert times.first_after(QUICKNET.made_at_ms(1000)) == 103
    assert expected_reveal(QUICKNET, times, 1000, 90) == 104
    assert expected_reveal(QUICKNET, times, 1000, 120) == 120
    assert expected_reveal(QUICKNET, times, 5, 90) == 102
    for reveal in (104, 460, 1000):
        chosen = reveal_round(QUICKNET, times, reveal)
        found = expected_reveal(QUICKNET, times, chosen, reveal)
        assert reveal + 3 <= found <= reveal + 4
        assert QUICKNET.made_at_ms(chosen) > times.at(reveal)


def test_a_chain_whose_newest_pulse_is_old_gets_none() -> None:
    times = BlockTimes(100, QUICKNET.made_at_ms(1000), NOMINAL_BLOCK_MS)
    assert is_stalled(QUICKNET, times, 0)
    assert is_stalled(QUICKNET, times, 799)
    assert not is_stalled(QUICKNET, times, 800)
    assert not is_stalled(QUICKNET, times, 1000)


def test_a_payload_is_scale() -> None:
    payload = timelocked_payload(ALICE.ss58, ((4, 65535), (300, 1)), 7)
    assert payload == bytes.fromhex(
        "80" + ALICE.public_key.hex() + "0804002c01" + "08ffff0100" + "0700000000000000"
    )


def test_what_is_sealed_is_other_bytes_each_time_and_opens_with_nothing_else() -> None:
    one, two = encrypted(b"weights", 1000), encrypted(b"weights", 1000)
    assert one != two and len(one) == len(two)
    assert opened(one, bytes(48)) is None
    assert opened(b"", bytes(48)) is None
    for wrong in (-1, 2**64):
        with pytest.raises(UsageError):
            encrypted(b"weights", wrong)

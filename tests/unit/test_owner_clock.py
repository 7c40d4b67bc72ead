"""Freeze windows and rate limits of owners, against the chain's own rules told block by block."""

from __future__ import annotations

import random

import pytest

from taoctl.chain.owner_clock import OWNER_HOTKEY, TEMPO, TRIMMING, VERSION_KEY, OwnerClock

OWNER = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"


def clock(**changed: int) -> OwnerClock:
    values = {
        "netuid": 1,
        "block": 1_000,
        "tempo": 360,
        "last_epoch_block": 900,
        "pending_epoch_at": 0,
        "window": 10,
        "tempos": 2,
        "version_key_tempos": 5,
    }
    return OwnerClock(owner=OWNER, **{**values, **changed})  # type: ignore[arg-type]


def first_open(block: int, tempo: int, last: int, pending: int, window: int) -> int | None:
    """By running the schedule block for block, the epoch first and then the calls."""
    for now in range(last + 1, block + 4 * tempo + 200):
        if now >= last + tempo or (pending and now >= pending):
            last, pending = now, 0
        frozen = pending > now or last + tempo - now < window
        if now >= block and not frozen:
            return now
    return None


@pytest.mark.parametrize("seed", range(300))
def test_a_subnet_opens_when_the_schedule_says(seed: int) -> None:
    chance = random.Random(seed)
    tempo, window = chance.randint(1, 60), chance.randint(0, 30)
    last = chance.randint(1, 500)
    now = last + chance.randint(0, tempo - 1)
    pending = now + chance.randint(1, 20) if chance.random() < 0.3 else 0
    pending = 0 if pending >= last + tempo else pending
    one = clock(
        block=now, tempo=tempo, last_epoch_block=last, pending_epoch_at=pending, window=window
    )
    for block in range(now + 1, now + 3 * tempo):
        opens = first_open(block, tempo, last, pending, window)
        assert one.open_from(block) == opens, block
        if window <= 1:
            assert one.open_until(block) is None
        elif opens == block:
            until = one.open_until(block)
            assert until is not None and until >= block
            assert one.open_from(until) == until
            assert one.open_from(until + 1) != until + 1


def test_limits_are_of_the_tempo_or_of_the_chain() -> None:
    one = clock()
    assert one.limit_blocks("Rho") == 720
    assert one.limit_blocks(VERSION_KEY) == 1_800
    assert (one.limit_blocks(TEMPO), one.limit_blocks(TRIMMING)) == (360, 216_000)
    assert one.limit_blocks(OWNER_HOTKEY) == 50_400


def test_what_waits_for_a_limit_may_then_wait_for_an_epoch() -> None:
    one = clock()
    assert one.allowed_from(0, "Rho", window=True) == 1_001
    assert one.allowed_from(400, "Rho", window=True) == 1_120
    # 535 + 720 is within the window before the epoch of block 1,260.
    assert one.allowed_from(535, "Rho", window=True) == 1_260
    assert one.allowed_from(535, "Rho", window=False) == 1_255
    assert one.allowed_from(999, None, window=True) == 1_001


def frozen_by_number(block: int, netuid: int, tempo: int, window: int) -> bool:
    """As is_in_admin_freeze_window has it at specs 366 and 395."""
    return tempo - (block + netuid + 1) % (tempo + 1) < window


@pytest.mark.parametrize("seed", range(100))
def test_before_spec_424_the_number_of_the_block_alone_says_when_it_opens(seed: int) -> None:
    chance = random.Random(seed)
    tempo, netuid = chance.randint(1, 60), chance.randint(0, 130)
    window = chance.randint(0, tempo)
    one = clock(last_epoch_block=None, netuid=netuid, tempo=tempo, window=window)  # type: ignore[arg-type]
    for block in range(1_001, 1_001 + 3 * tempo):
        later = (n for n in range(block, block + 4 * tempo + 4))
        first = next(n for n in later if not frozen_by_number(n, netuid, tempo, window))
        assert one.open_from(block) == first, block
        if first == block and window:
            until = one.open_until(block)
            assert until is not None and until >= block
            assert not frozen_by_number(until, netuid, tempo, window)
            assert frozen_by_number(until + 1, netuid, tempo, window)
    due = one.next_epoch
    assert due is not None and due > one.block
    # An epoch runs where no block is left until it.
    assert frozen_by_number(due, netuid, tempo, 1)
    assert not any(frozen_by_number(n, netuid, tempo, 1) for n in range(1_001, due))


def test_a_window_longer_than_the_tempo_never_opened_either() -> None:
    assert clock(last_epoch_block=None, tempo=9).open_from(1_001) is None  # type: ignore[arg-type]
    assert clock(last_epoch_block=None, window=0).open_from(1_001) == 1_001  # type: ignore[arg-type]


def test_without_epochs_nothing_is_frozen() -> None:
    assert clock(tempo=0).open_from(1_255) == 1_255
    assert clock(tempo=0).open_until(1_255) is None
    assert clock(window=0).open_until(1_255) is None


def test_a_window_longer_than_the_tempo_never_opens() -> None:
    assert clock(tempo=5).open_from(1_001) is None

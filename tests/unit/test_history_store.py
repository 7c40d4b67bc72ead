"""The earnings store: idempotent, per chain, and honest about damage."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest

from taoctl.errors import BadDataError, UsageError
from taoctl.history.store import EarningsSample, Store

GENESIS = "0x" + "ab" * 32


def sample(block: int, alpha_rao: int = 5, genesis: str = GENESIS) -> EarningsSample:
    return EarningsSample(genesis, 3, "5Hot", block, 12, alpha_rao, 70_000_000)


def test_samples_come_back_oldest_first_and_only_for_their_chain(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = await Store.open(tmp_path / "new" / "earnings.sqlite")
        added = await store.record([sample(24), sample(12), sample(12, genesis="0xother")])
        assert added == 3
        assert [s.epoch_block for s in await store.samples(GENESIS)] == [12, 24]
        assert await store.samples(GENESIS, since_block=13) == (sample(24),)
        await store.close()

    asyncio.run(scenario())


def test_recording_again_changes_nothing_and_survives_reopening(tmp_path: Path) -> None:
    path = tmp_path / "earnings.sqlite"

    async def scenario() -> None:
        store = await Store.open(path)
        await store.record([sample(12, alpha_rao=7)])
        await store.close()
        again = await Store.open(path)
        assert await again.record([sample(12, alpha_rao=8)]) == 0
        assert await again.samples(GENESIS) == (sample(12, alpha_rao=7),)
        await again.close()
        await again.close()

    asyncio.run(scenario())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_file_is_named_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "earnings.sqlite"
    path.write_bytes(b"this is not a database, it is a letter to a friend" * 100)
    before = path.read_bytes()
    with pytest.raises(BadDataError, match=r"earnings\.sqlite"):
        asyncio.run(Store.open(path))
    assert path.read_bytes() == before


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "earnings.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(BadDataError, match="version 99"):
        asyncio.run(Store.open(path))


def test_an_unwritable_place_is_a_usage_error(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    with pytest.raises(UsageError, match="cannot be created"):
        asyncio.run(Store.open(blocker / "earnings.sqlite"))

"""The chain on disk: it comes back whole, and what is broken is said and never overwritten."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nodes import BOB, PLAIN, TAO, free, open_plain, transfer, whole_state

from taoctl.errors import BadDataError, RefusedError, UsageError
from taoctl.localnet import persist
from taoctl.localnet.changes import ChangesCodec, decode_changes
from taoctl.localnet.dev import DevNode
from taoctl.localnet.records import frame, read_records
from taoctl.localnet.scaletypes import variant
from taoctl.localnet.state import ABSENT

PLAIN_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**130), 2**130) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(
            st.text(max_size=3).filter(lambda t: not t.startswith("$")), inner, max_size=3
        )
        | st.dictionaries(st.integers() | st.binary(max_size=3), inner, max_size=3)
        | st.builds(variant, st.text("abc", min_size=1), inner)
    ),
    max_leaves=12,
)
KEYS = st.integers() | st.text() | st.binary() | st.tuples(st.integers(), st.binary())


@given(st.dictionaries(KEYS, PLAIN_VALUES | st.just(ABSENT), max_size=5))
@settings(max_examples=200, deadline=None)
def test_any_plain_values_come_back_as_they_were(values: dict[Any, Any]) -> None:
    codec = ChangesCodec(PLAIN)
    codec._careful.add(("Some", "Item"))
    items = {("Some", "Item"): values, ("System", "Number"): {(): 7}}
    found = decode_changes(codec.encode(items))
    assert found == items
    assert _types(found) == _types(items)


def _types(value: Any) -> Any:
    if isinstance(value, dict):
        return type(value), {(repr(k), type(k)): _types(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(_types(item) for item in value)
    return type(value)


def test_records_end_where_a_crash_cut_them(tmp_path: Path) -> None:
    path = tmp_path / "log"
    whole = frame(b"one") + frame(b"") + frame(b"three" * 100)
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        found = [record.payload for record in read_records(path)]
        assert found == [b"one", b"", b"three" * 100][: len(found)]
        assert len(found) == sum(cut >= end for end in (19, 35, len(whole)))


def test_a_changed_byte_anywhere_is_found(tmp_path: Path) -> None:
    path = tmp_path / "log"
    whole = frame(b"payload one") + frame(b"payload two")
    for at in range(len(whole)):
        broken = bytearray(whole)
        broken[at] ^= 0x10
        path.write_bytes(broken)
        with pytest.raises(BadDataError, match="corrupt"):
            list(read_records(path))


async def _lived(path: Path, blocks: int = 6) -> DevNode:
    node = open_plain(path).node
    for number in range(blocks):
        node.submit(transfer(node, rao=TAO + number))
        await node.author_block()
    return node


def _reopened(path: Path) -> tuple[dict[Any, Any], bytes, list[bytes], int]:
    async def run() -> tuple[dict[Any, Any], bytes, list[bytes], int]:
        node = open_plain(path).node
        hashes = [node.block(n).hash for n in range(node.best_number + 1)]
        found = whole_state(node), node.best_hash, hashes, node.best_number
        await node.close()
        return found

    return asyncio.run(run())


def _saved(path: Path, snapshot: bool = False) -> tuple[dict[Any, Any], bytes]:
    async def run() -> tuple[dict[Any, Any], bytes]:
        node = await _lived(path)
        if snapshot:
            assert node.snapshots is not None
            node.snapshots.begin(node.best_number)
            await node.author_block()
            await node.snapshots.settle()
            await node.author_block()
        found = whole_state(node), node.best_hash
        await node.close()
        return found

    return asyncio.run(run())


@pytest.mark.parametrize("snapshot", [False, True])
def test_a_stopped_chain_goes_on_from_where_it_was(tmp_path: Path, snapshot: bool) -> None:
    state, head = _saved(tmp_path, snapshot)
    again = _reopened(tmp_path)
    assert (again[0], again[1]) == (state, head)

    async def run() -> None:
        node = open_plain(tmp_path).node
        before = node.best_number
        node.submit(transfer(node))
        block = await node.author_block()
        assert (block.number, len(block.extrinsics)) == (before + 1, 2)
        assert node.block(2).extrinsics and node.block(2).hash == again[2][2]
        await node.close()

    asyncio.run(run())


def test_history_after_a_restart_reaches_back_to_the_snapshot(tmp_path: Path) -> None:
    _saved(tmp_path)

    async def run() -> None:
        node = open_plain(tmp_path).node
        assert [free_at(node, n) for n in range(7)] == [
            10_000 * TAO + sum(TAO + i for i in range(n)) for n in range(7)
        ]
        await node.close()

    asyncio.run(run())


def free_at(node: DevNode, number: int) -> int:
    return int(node.state_at(number).host.system.Account[BOB]["data"]["free"])


def test_every_cut_of_the_logs_loses_at_most_the_unfinished_block(tmp_path: Path) -> None:
    """A crash leaves a prefix of what was written: changes first, then their block."""
    origin = tmp_path / "origin"
    sizes: list[tuple[int, int, bytes]] = []

    async def run() -> None:
        node = open_plain(origin).node
        for _ in range(4):
            sizes.append(
                (
                    (origin / "deltas-0.log").stat().st_size,
                    (origin / "blocks.log").stat().st_size,
                    node.best_hash,
                )
            )
            node.submit(transfer(node))
            await node.author_block()
        await node.close()

    asyncio.run(run())
    deltas_end = (origin / "deltas-0.log").stat().st_size
    blocks_end = (origin / "blocks.log").stat().st_size
    last_deltas, last_blocks, parent = sizes[-1]
    cuts = [(d, last_blocks) for d in range(last_deltas, deltas_end + 1, 17)]
    cuts += [(deltas_end, b) for b in range(last_blocks, blocks_end, 17)]
    for number, (deltas, blocks) in enumerate(cuts):
        copy = tmp_path / f"cut{number}"
        shutil.copytree(origin, copy)
        os.truncate(copy / "deltas-0.log", deltas)
        os.truncate(copy / "blocks.log", blocks)
        _, head, _, best = _reopened(copy)
        assert (head, best) == (parent, 3)
        _, head, _, best = _reopened(copy)
        assert (head, best) == (parent, 3)


def test_a_revert_is_remembered(tmp_path: Path) -> None:
    async def run(snapshot: bool, path: Path) -> tuple[dict[Any, Any], bytes, int]:
        node = await _lived(path)
        if snapshot:
            assert node.snapshots is not None
            node.snapshots.begin(node.best_number)
        await node.set_head(2, revert_finalized=True)
        await node.author_block()
        await node.author_block()
        found = whole_state(node), node.best_hash, node.best_number
        await node.close()
        return found

    for snapshot in (False, True):
        path = tmp_path / str(snapshot)
        state, head, best = asyncio.run(run(snapshot, path))
        again = _reopened(path)
        assert (again[0], again[1], again[3]) == (state, head, best)
        assert best == 4


def test_storage_set_by_hand_is_remembered(tmp_path: Path) -> None:
    async def run() -> dict[Any, Any]:
        node = await _lived(tmp_path, 2)
        codec = node.runtime.codec
        key = codec.storage_key("Sudo", "Key")
        await node.set_storage([(key, node.runtime.codec.encode("AccountId32", BOB))])
        await node.author_block()
        assert node.head.sudo.Key.get() == BOB
        found = whole_state(node)
        await node.close()
        return found

    state = asyncio.run(run())
    assert _reopened(tmp_path)[0] == state


def test_a_flipped_byte_is_reported_and_nothing_is_touched(tmp_path: Path) -> None:
    _saved(tmp_path, snapshot=True)
    for path in sorted(tmp_path.iterdir()):
        whole = path.read_bytes()
        if len(whole) < 40:
            continue
        broken = bytearray(whole)
        broken[len(whole) // 2] ^= 0x55
        path.write_bytes(broken)
        before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
        with pytest.raises((BadDataError, UsageError)) as caught:
            _reopened(tmp_path)
        assert path.name in str(caught.value) or str(tmp_path) in str(caught.value)
        assert "--fresh" in str(caught.value.hint)
        assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
        path.write_bytes(whole)
    _reopened(tmp_path)


def test_missing_files_are_reported(tmp_path: Path) -> None:
    _saved(tmp_path, snapshot=True)
    for name in ("chain.json", "blocks.log"):
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).unlink()
        with pytest.raises(BadDataError, match=name):
            _reopened(tmp_path)
        (tmp_path / name).write_bytes(content)


def test_fresh_moves_the_old_chain_aside(tmp_path: Path) -> None:
    path = tmp_path / "chain"
    _, head = _saved(path)

    async def run() -> Path:
        opened = open_plain(path, fresh=True)
        assert opened.node.best_number == 0
        await opened.node.close()
        assert opened.moved_aside is not None
        return opened.moved_aside

    aside = asyncio.run(run())
    assert aside.parent == tmp_path
    assert _reopened(aside)[1] == head


def test_another_scenario_or_sudo_key_is_refused(tmp_path: Path) -> None:
    _saved(tmp_path)
    with pytest.raises(UsageError) as caught:
        open_plain(tmp_path, sudo=BOB)
    assert "--fresh" in str(caught.value.hint)
    from nodes import ALICE, plain_kind

    from taoctl.localnet.boot import Options, open_chain

    with pytest.raises(UsageError, match="scenario plain, not other") as caught:
        open_chain(Options(scenario="other", state_dir=tmp_path), plain_kind(), ALICE)
    assert "--fresh" in str(caught.value.hint)


def test_a_directory_has_one_user_at_a_time(tmp_path: Path) -> None:
    async def run() -> None:
        node = open_plain(tmp_path).node
        with pytest.raises(RefusedError, match="another localnet"):
            open_plain(tmp_path)
        await node.close()
        await open_plain(tmp_path).node.close()

    asyncio.run(run())


def test_a_directory_that_cannot_be_made_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        open_plain(tmp_path / "file" / "chain")


@contextmanager
def _full_disk(room: int, *files: Path) -> Iterator[None]:
    """Let no file grow further than `room` bytes beyond the largest of these."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = max(file.stat().st_size for file in files) + room
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [0, 7, 400])
def test_a_full_disk_stops_at_the_last_whole_block_and_goes_on_with_room(
    tmp_path: Path, room: int
) -> None:
    async def run() -> None:
        node = open_plain(tmp_path).node
        await node.sealer.new_blocks(3)
        logs = [tmp_path / "blocks.log", tmp_path / "deltas-0.log"]
        raws = [transfer(node, rao=n + 1, nonce=n) for n in range(9)]
        with _full_disk(room, *logs):
            for raw in raws:
                node.submit(raw)
            before = node.best_number
            with pytest.raises(BadDataError, match="could not be saved") as caught:
                for _ in range(100):
                    await node.author_block()
                    before = node.best_number
            assert "make room" in str(caught.value.hint)
            state = whole_state(node)
            if room < 100:
                with pytest.raises(BadDataError, match="could not be saved"):
                    await node.set_storage([(_key(node, BOB), None)])
            assert (node.best_number, whole_state(node)) == (before, state)
        copy = tmp_path / "copy"
        shutil.copytree(tmp_path, copy)
        saved = open_plain(copy).node
        assert (saved.best_hash, whole_state(saved)) == (node.best_hash, state)
        await saved.close()
        await node.sealer.new_blocks(3)
        assert node.best_number == before + 3
        assert free(node, BOB) == 10_000 * TAO + sum(range(1, 10))
        want = (node.best_hash, whole_state(node))
        await node.close()
        again = open_plain(tmp_path).node
        assert (again.best_hash, whole_state(again)) == want
        await again.close()

    asyncio.run(run())


def test_a_reorg_that_cannot_be_saved_lets_nothing_be_saved_after_it(tmp_path: Path) -> None:
    async def run() -> None:
        node = open_plain(tmp_path).node
        await node.sealer.new_blocks(5)
        want = node.best_hash
        full = _full_disk(0, tmp_path / "deltas-0.log")
        with full, pytest.raises(BadDataError, match="went back to block 2"):
            await node.set_head(2, revert_finalized=True)
        with pytest.raises(BadDataError, match="went back to block 2"):
            await node.author_block()
        await node.close()
        again = open_plain(tmp_path).node
        assert again.best_hash == want
        await again.close()

    asyncio.run(run())


def test_a_snapshot_without_room_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        node = open_plain(tmp_path).node
        await node.sealer.new_blocks(2)
        assert node.snapshots is not None
        with _full_disk(0, tmp_path / "chain.json"):
            node.snapshots.begin(node.best_number)
            await node.snapshots.settle()
        assert not list(tmp_path.glob("snapshot-*"))
        await node.sealer.new_blocks(2)
        want = whole_state(node)
        await node.close()
        again = open_plain(tmp_path).node
        assert whole_state(again) == want
        await again.close()

    asyncio.run(run())


def test_a_new_chain_without_room_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    with (
        _full_disk(3, tmp_path / "empty"),
        pytest.raises((UsageError, BadDataError), match=r"sav|writ"),
    ):
        open_plain(tmp_path / "chain")


def _key(node: DevNode, account: str) -> bytes:
    return node.runtime.codec.storage_key("System", "Account", account)


def test_a_long_log_brings_a_new_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persist, "SNAPSHOT_AFTER_BYTES", 4_000)
    monkeypatch.setattr(persist, "_SNAPSHOT_FACTOR", 1)

    async def run() -> tuple[dict[Any, Any], bytes]:
        node = await _lived(tmp_path, 60)
        found = whole_state(node), node.best_hash
        assert free(node, BOB) > 10_050 * TAO
        await node.close()
        return found

    state, head = asyncio.run(run())
    names = sorted(path.name for path in tmp_path.iterdir())
    assert not any(name in names for name in ("deltas-0.log", "snapshot-0.bin"))
    assert sum(name.startswith("snapshot") for name in names) == 1
    again = _reopened(tmp_path)
    assert (again[0], again[1]) == (state, head)


def test_a_snapshot_that_was_never_finished_is_no_loss(tmp_path: Path) -> None:
    async def run() -> tuple[dict[Any, Any], bytes]:
        directory_path = tmp_path
        node = await _lived(directory_path, 3)
        assert node.snapshots is not None
        sequence = node.snapshots._directory.begin_snapshot()
        (directory_path / f"snapshot-{sequence}.part").write_bytes(b"half")
        await node.author_block()
        found = whole_state(node), node.best_hash
        await node.close()
        return found

    state, head = asyncio.run(run())
    assert (tmp_path / "deltas-0.log").exists() and (tmp_path / "deltas-1.log").exists()
    again = _reopened(tmp_path)
    assert (again[0], again[1]) == (state, head)


@pytest.mark.parametrize("snapshot", [False, True])
def test_a_revert_cut_off_before_the_blocks_heard_of_it_is_completed(
    tmp_path: Path, snapshot: bool
) -> None:
    async def run() -> tuple[dict[Any, Any], bytes]:
        node = await _lived(tmp_path)
        if snapshot:
            assert node.snapshots is not None
            node.snapshots.begin(node.best_number)
        await node.set_head(2, revert_finalized=True)
        found = whole_state(node), node.best_hash
        await node.close()
        return found

    state, head = asyncio.run(run())
    log = tmp_path / "blocks.log"
    *_, last = read_records(log)
    os.truncate(log, last.start)
    for _ in range(2):
        again = _reopened(tmp_path)
        assert (again[0], again[1], again[3]) == (state, head, 2)

"""Long random runs: a few of each in every test run, the full counts with `make soak`."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crash_child import digest
from nodes import ALICE, BOB, TAO, free, open_plain, signed, transfer

from taoctl.addresses import decode_ss58
from taoctl.errors import TaoctlError
from taoctl.localnet.boot import Options, open_chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Runtime
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.launch import scenario_kind
from taoctl.localnet.rpc.registry import RpcError
from taoctl.localnet.sealing import Seal
from taoctl.localnet.serve import table
from taoctl.localnet.session import Session

REFUSALS = {1002, 1010, 1011, 1012, 1013, 1014, 1016}


def soak(few: int, many: int) -> Any:
    """A parameter `count` that is small in every test run and large with `make soak`."""
    return pytest.mark.parametrize("count", [few, pytest.param(many, marks=pytest.mark.soak)])


def small_chain() -> DevNode:
    """The scenario `small` in memory, after its first blocks."""
    options = Options(scenario="small", seal=Seal.MANUAL)
    opened = open_chain(options, scenario_kind("small"), dev_account("Alice"))
    node = opened.node
    node.actors = None
    node.method_names = table().names()
    asyncio.run(node.sealer.new_blocks(3))
    return node


# kill -9


@soak(4, 200)
def test_kill_9_at_any_moment_loses_at_most_the_unfinished_step(tmp_path: Path, count: int) -> None:
    pick, known, last = random.Random(9), {}, ""
    for turn in range(count):
        step, said = _run_and_kill(tmp_path, turn, 0.02 + pick.random() * 0.4)
        if turn:
            assert said[0] == last, "the chain came back another one"
        for line in said:
            number, block_hash, state = line.split()
            known[int(number), block_hash] = state
        node = open_plain(tmp_path).node
        now = (node.best_number, node.best_hash.hex())
        last = f"{now[0]} {now[1]} {digest(node)}"
        if last != said[-1]:
            _check_step(step, said[-1], node, known)
        for number in range(max(1, now[0] - 20), now[0] + 1):
            assert node.block(number).header.parent_hash == node.hash_of(number - 1)
        asyncio.run(node.close())
    assert len(known) > count


def _run_and_kill(path: Path, seed: int, seconds: float) -> tuple[str, list[str]]:
    """(the step begun last, where the chain stood after each step) of a chain that is killed."""
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("crash_child.py")), str(path), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    lines = [child.stdout.readline()]
    time.sleep(seconds)
    child.kill()
    lines += child.stdout.readlines()
    child.wait()
    child.stdout.close()
    whole = [line.strip() for line in lines if line.endswith("\n")]
    said = [line.removeprefix("is ") for line in whole if line.startswith("is ")]
    return ([""] + [line for line in whole if not line.startswith("is ")])[-1], said


def _check_step(step: str, before: str, node: DevNode, known: dict[tuple[int, str], str]) -> None:
    """The chain is not where it was told to be last: then the step begun last was finished."""
    kind, _, target = step.partition(" ")
    number, block_hash, _ = before.split()
    if kind == "block":
        assert node.best_number == int(number) + 1
        assert node.block(node.best_number).header.parent_hash.hex() == block_hash
    elif kind == "revert":
        assert node.best_number == int(target)
        assert (node.best_number, node.best_hash.hex()) in known
    else:
        assert (kind, node.best_hash.hex()) == ("amend", block_hash)


# broken files


@soak(60, 5_000)
def test_broken_files_are_named_and_left_alone_or_cut_at_the_end(
    tmp_path: Path, count: int
) -> None:
    pick, origin, copy = random.Random(5), tmp_path / "origin", tmp_path / "copy"
    states = asyncio.run(_make_saved_chain(origin))
    refused = 0
    for _ in range(count):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(origin, copy)
        victim = pick.choice([path for path in copy.iterdir() if path.name != "lock"])
        _break(victim, pick)
        before = {path.name: path.read_bytes() for path in copy.iterdir() if path.is_file()}
        try:
            node = open_plain(copy).node
        except TaoctlError as error:
            refused += 1
            assert str(copy) in error.message, error.message
            assert error.hint
            after = {path.name: path.read_bytes() for path in copy.iterdir() if path.is_file()}
            assert after == before
        else:
            assert states[node.best_number] == digest(node), victim.name
            assert node.best_number >= len(states) - 2 or victim.name == "blocks.log"
            asyncio.run(node.close())
    assert refused > count // 3


async def _make_saved_chain(path: Path) -> dict[int, str]:
    """A chain with a snapshot in the middle; the digest of every state that it went through."""
    node = open_plain(path).node
    states = {0: digest(node)}
    for number in range(1, 9):
        if number == 4:
            assert node.snapshots is not None
            node.snapshots.begin(node.best_number)
            await node.snapshots.settle()
        node.submit(transfer(node, rao=number))
        await node.author_block()
        states[number] = digest(node)
    await node.close()
    return states


def _break(path: Path, pick: random.Random) -> None:
    data = bytearray(path.read_bytes())
    kind = pick.randrange(6)
    if kind == 0:
        path.unlink()
    elif kind == 1:
        path.unlink()
        path.mkdir()
    else:
        at = pick.randrange(len(data) + 1)
        if kind == 2:
            del data[at:]
        elif kind == 3:
            data[at:at] = pick.randbytes(pick.randrange(1, 40))
        elif kind == 4:
            data[at : at + 1] = pick.randbytes(1)
        else:
            data[at:] = bytes(len(data) - at)
        path.write_bytes(data)


# broken extrinsics


@soak(1_500, 100_000)
def test_broken_extrinsics_are_refused_with_substrates_codes(count: int) -> None:
    node, pick = small_chain(), random.Random(1)
    codec = node.runtime.codec
    calls = [
        codec.compose_call("Balances", "transfer_keep_alive", {"dest": BOB, "value": 5}),
        codec.compose_call("System", "remark", {"remark": b"x" * 90}),
        codec.compose_call("Utility", "batch", {"calls": []}),
    ]
    good = [signed(node, call, "//Alice", period=64) for call in calls]
    for raw in _mutations(good, pick, count):
        with pytest.raises(RpcError) as caught:
            node.submit(raw)
        assert caught.value.code in REFUSALS, raw.hex()
    assert len(node.pool) == 0
    for raw in good:
        assert node.submit(raw)
        node.pool.drop(node.pool.pending()[0])


def _mutations(good: list[bytes], pick: random.Random, count: int) -> Iterator[bytes]:
    for _ in range(count):
        raw = bytearray(pick.choice(good))
        for _ in range(pick.choice((1, 1, 2, 8))):
            kind, at = pick.randrange(5), pick.randrange(len(raw))
            if kind == 0:
                raw[at] ^= 1 << pick.randrange(8)
            elif kind == 1:
                del raw[at : at + pick.randrange(1, 9)]
            elif kind == 2:
                raw[at:at] = pick.randbytes(pick.randrange(1, 9))
            elif kind == 3:
                raw[at : at + 4] = b"\xff" * 4
            else:
                raw[:] = pick.randbytes(pick.randrange(1, 200))
            raw = raw or bytearray(1)
        if bytes(raw) not in good:
            yield bytes(raw)


@soak(300, 20_000)
def test_any_signed_call_runs_or_fails_and_never_breaks_a_pallet(
    count: int, caplog: pytest.LogCaptureFixture
) -> None:
    node, pick = small_chain(), random.Random(2)
    raws = _random_calls(node, pick)
    included = 0
    for _ in range(count // 20):
        asyncio.run(node.amend(_refresh))
        for _ in range(20):
            call = next(raws)
            try:
                node.submit(signed(node, call, pick.choice(("//Alice", "//Bob", "//Dave"))))
            except RpcError as error:
                assert error.code in REFUSALS, call.hex()
        block = asyncio.run(node.author_block())
        included += len(block.extrinsics) - 1
        bugs = [record for record in caplog.records if record.exc_info]
        assert not bugs, [caplog.text[-3000:]]
    assert included > count // 4


def _refresh(runtime: Runtime) -> None:
    """Undo what random calls of the sudo key and transfers of everything did."""
    for name in ("Alice", "Bob", "Dave"):
        runtime.balances.endow(dev_account(name), 10_000 * TAO)
    runtime.pallets["Sudo"].Key.put(ALICE)  # type: ignore[attr-defined]


def _random_calls(node: DevNode, pick: random.Random) -> Iterator[bytes]:
    """Bytes of calls of every pallet: right head, arguments of likely shapes."""
    heads = [
        bytes([pallet.index, spec.index])
        for pallet in node.runtime.classes
        for spec in pallet.call_specs.values()
    ]
    accounts = [decode_ss58(ALICE), pick.randbytes(32)]
    pieces = [
        *(number.to_bytes(size, "little") for size in (1, 2, 4, 8) for number in (0, 1, 2, 200)),
        *(b"\xff" * size for size in (2, 8)),
        *accounts,
        *(b"\x00" + account for account in accounts),
        b"\x04\x01\x00",
        b"\x00",
    ]
    while True:
        call = pick.choice(heads) + b"".join(pick.choices(pieces, k=pick.randrange(6)))
        try:
            node.runtime.decode_call(call)
        except TaoctlError:  # most shapes are wrong; only readable calls are wanted
            continue
        yield call


# requests


@soak(1_500, 100_000)
def test_no_request_is_left_without_a_proper_answer(count: int) -> None:
    node, pick = small_chain(), random.Random(3)
    methods = [name for name in table().names() if name not in ("dev_newBlock", "dev_faucet")]
    pushed: list[str] = []

    async def opened() -> DevNode:
        return node

    async def run() -> None:
        session = Session(opened, table(), pushed.append)
        values = _values(node)
        for number in range(count):
            params: Any = [_value(values, pick) for _ in range(pick.randrange(5))]
            if pick.random() < 0.1:
                names = ("key", "block_hash", "account", "node", "sink", "values")
                params = {pick.choice(names): _value(values, pick)}
            method = pick.choice(methods)
            if method == "dev_advanceEpochs":
                params = [pick.choice((-1, 99, "1", None)), pick.choice((1, "x"))]
            request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            text = _spoiled(json.dumps(request), pick)
            replies: list[str] = []
            await session.handle(text, replies.append)
            for answer in map(json.loads, replies):
                for one in answer if isinstance(answer, list) else [answer]:
                    assert ("result" in one) != ("error" in one), text
                    assert one.get("error", {}).get("code") != -32603, (text, one)
            if number % 500 == 0:
                await node.author_block()
        session.close()

    asyncio.run(run())
    assert not node.heads._functions


def _values(node: DevNode) -> list[Any]:
    codec = node.runtime.codec
    key = codec.storage_key("System", "Account", ALICE)
    return [
        *(None, True, 0, -1, 1, 3, 2**31, 2**70, 1.5, "", "0x", "0x0", "zz", ALICE, "System"),
        *("0x" + bits.hex() for bits in (node.best_hash, bytes(32), key, key[:16], key[:40])),
        "0x" + transfer(node).hex(),
        *("Core_version", "Metadata_metadata_at_version", "0x0f000000", "2020-01-01", "0x01"),
        *node.runtime.api_names,
        [["0x" + key.hex(), "0x00"]],
        ["0x" + key.hex()],
        {"count": -1},
        "\ud800",
    ]


def _value(values: list[Any], pick: random.Random) -> Any:
    if pick.random() < 0.1:
        return [pick.choice(values) for _ in range(pick.randrange(3))]
    return pick.choice(values)


def _spoiled(text: str, pick: random.Random) -> str:
    if pick.random() < 0.15:
        at = pick.randrange(len(text))
        return text[:at] + pick.choice(("", "}", '"', "[", "9", "\x00", "NaN")) + text[at + 1 :]
    return f"[{text}]" if pick.random() < 0.05 else text


# the pool


@soak(150, 10_000)
def test_the_pool_stays_in_order_through_gaps_tips_expiry_and_reorgs(count: int) -> None:
    node, pick = open_plain().node, random.Random(4)
    statuses: dict[bytes, list[Any]] = {}
    issued = free(node, ALICE) + free(node, BOB)

    async def run() -> None:
        for _ in range(count):
            for _ in range(pick.randrange(6)):
                _submit_something(node, pick, statuses)
            if pick.random() < 0.1:
                await node.set_head(
                    max(0, node.best_number - pick.randrange(4)), revert_finalized=True
                )
            await node.author_block()
            _check_pool(node)
            total = node.head.balances.TotalIssuance.get()
            assert total == free(node, ALICE) + free(node, BOB) <= issued

    asyncio.run(run())
    assert len(statuses) > count
    for told in statuses.values():
        assert told[0] in ("ready", "future")


def _submit_something(node: DevNode, pick: random.Random, statuses: dict[bytes, list[Any]]) -> None:
    uri, to = pick.choice((("//Alice", BOB), ("//Bob", ALICE)))
    account = ALICE if uri == "//Alice" else BOB
    nonce = max(0, node.next_nonce(account) + pick.choice((0, 0, 0, 0, 1, 2, 5, -1, -2)))
    how: dict[str, Any] = {"nonce": nonce, "tip": pick.choice((0, 0, 7, 20_000 * TAO))}
    if pick.random() < 0.4:
        how["period"] = pick.choice((4, 8, 64))
    raw = transfer(node, to, pick.randrange(1, TAO), uri, **how)
    told: list[Any] = []
    try:
        statuses[node.submit(raw, told.append)] = told
    except RpcError as error:
        assert error.code in REFUSALS


def _check_pool(node: DevNode) -> None:
    pool = node.pool
    entries = list(pool._by_hash.values())
    assert sum(entry.ready for entry in entries) == pool.counts[0]
    assert sum(map(len, pool._senders.values())) == len(pool)
    for account in (ALICE, BOB):
        first = int(node.head.system.Account[account]["nonce"])
        ready = sorted(e.nonce for e in entries if e.signer == account and e.ready)
        assert ready == list(range(first, first + len(ready)))
        assert node.next_nonce(account) == first + len(ready)

"""The node: blocks, fees, the pool's refusals, finality, reorgs, time and the faucet."""

from __future__ import annotations

import asyncio
import json
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from nodes import ALICE, BOB, TAO, event_names, free, open_plain, signed, transfer
from waiting import PATIENT_S, until

from taoctl.errors import RefusedError
from taoctl.localnet.block import BLOCK_HASH_COUNT, extrinsics_root
from taoctl.localnet.extrinsic import Era
from taoctl.localnet.fees import weight_to_fee
from taoctl.localnet.rpc.registry import RpcError
from taoctl.localnet.sealing import Seal
from taoctl.localnet.serve import table
from taoctl.localnet.session import Session
from taoctl.localnet.state import StateDiscardedError
from taoctl.scale.crypto import blake2_256


def refusal(node: Any, raw: bytes) -> tuple[int, str, Any]:
    with pytest.raises(RpcError) as caught:
        node.submit(raw)
    return caught.value.code, caught.value.message, caught.value.data


def test_a_transfer_pays_exactly_what_the_runtime_api_says_and_leaves_its_events() -> None:
    async def run() -> None:
        node = open_plain().node
        raw = transfer(node, rao=5 * TAO)
        told = node.fee_info(raw).total
        statuses: list[Any] = []
        node.submit(raw, statuses.append)
        block = await node.author_block()
        assert block.extrinsics[1] == raw
        assert free(node, BOB) == 10_005 * TAO
        assert free(node, ALICE) == 9_995 * TAO - told
        assert event_names(node, 1)[-4:] == [
            "Balances.Withdraw",
            "Balances.Transfer",
            "TransactionPayment.TransactionFeePaid",
            "System.ExtrinsicSuccess",
        ]
        await node.author_block()
        await node.author_block()
        digest = "0x" + block.hash.hex()
        assert statuses == ["ready", {"inBlock": digest}, {"finalized": digest}]

    asyncio.run(run())


def test_the_fee_is_weight_and_length_and_tip() -> None:
    async def run() -> None:
        node = open_plain().node
        raw = transfer(node, tip=12_345)
        fee = node.fee_info(raw)
        assert fee.base == weight_to_fee(108_157_000) == 54_078
        assert fee.length == len(raw)
        assert fee.total == fee.base + fee.length + fee.weight_fee
        node.submit(raw)
        await node.author_block()
        assert free(node, ALICE) == 10_000 * TAO - TAO - fee.total - 12_345

    asyncio.run(run())


def test_headers_chain_and_hash_what_they_say() -> None:
    async def run() -> None:
        node = open_plain().node
        blocks = [node.block(0)] + [await node.author_block() for _ in range(3)]
        for parent, child in pairwise(blocks):
            assert child.header.parent_hash == parent.hash == blake2_256(parent.header.encoded)
            assert child.header.extrinsics_root == extrinsics_root(child.extrinsics)
            assert child.header.state_root != parent.header.state_root
        host = node.state_at(3).host
        assert host.system.ParentHash.get() == "0x" + blocks[2].hash.hex()
        assert host.system.BlockHash[0] == "0x" + blocks[0].hash.hex()

    asyncio.run(run())


def test_refusals_carry_substrates_codes_and_texts() -> None:
    async def run() -> None:
        node = open_plain().node
        good = transfer(node)
        assert refusal(node, transfer(node, spoil=True)) == (
            1010,
            "Invalid Transaction",
            "Transaction has a bad signature",
        )
        node.submit(good)
        assert refusal(node, good)[:2] == (1013, "Transaction Already Imported")
        code, message, _ = refusal(node, transfer(node, rao=2 * TAO, nonce=0, tip=5))
        assert (code, message) == (1014, "Priority is too low: (1 vs 1)")
        await node.author_block()
        assert refusal(node, good)[:2] == (1012, "Transaction is temporarily banned")
        assert refusal(node, transfer(node, rao=7, nonce=0)) == (
            1010,
            "Invalid Transaction",
            "Transaction is outdated",
        )
        nobody = transfer(node, uri="//Nobody")
        assert refusal(node, nobody)[2] == (
            "Inability to pay some fees (e.g. account balance too low)"
        )
        assert refusal(node, b"\x04\x04")[0] == 1002
        assert refusal(node, good[:-1])[0] == 1002
        remark = node.runtime.codec.compose_call("System", "remark", {"remark": b"x"})
        inherent = bytes([4 * (len(remark) + 1), 4]) + remark
        assert refusal(node, inherent)[0] == 1011

    asyncio.run(run())


def test_an_era_ends_and_its_block_must_be_known() -> None:
    async def run() -> None:
        node = open_plain().node
        await node.sealer.new_blocks(2)
        late = transfer(node, period=4)
        waiting = transfer(node, period=4, nonce=5)
        statuses: list[Any] = []
        node.submit(waiting, statuses.append)
        await node.sealer.new_blocks(4)
        assert refusal(node, late)[2] == "Transaction has a bad signature"
        assert statuses == ["future", "invalid"]
        in_time = transfer(node, period=4)
        await node.sealer.new_blocks(2)
        node.submit(in_time)
        block = await node.author_block()
        assert in_time in block.extrinsics

    asyncio.run(run())


def test_a_birth_block_older_than_the_kept_hashes_is_ancient() -> None:
    async def run() -> None:
        node = open_plain().node
        await node.sealer.new_blocks(1)
        old = transfer(node, period=65_536, current=1 * 16)  # phase 16, still to come
        assert refusal(node, old)[2] == "Transaction has an ancient birth block"

    asyncio.run(run())
    era = Era(65_536, 16)
    assert era.birth(16 + BLOCK_HASH_COUNT) == 16
    assert Era.decode(era.encode()) == era


def test_later_nonces_wait_for_the_earlier_ones() -> None:
    async def run() -> None:
        node = open_plain().node
        second, first = transfer(node, rao=2, nonce=1), transfer(node, rao=1, nonce=0)
        statuses: list[Any] = []
        node.submit(second, statuses.append)
        assert (statuses, node.pool.counts) == (["future"], (0, 1))
        assert node.next_nonce(ALICE) == 0
        node.submit(first)
        assert (statuses, node.pool.counts) == (["future", "ready"], (2, 0))
        assert node.next_nonce(ALICE) == 2
        block = await node.author_block()
        assert block.extrinsics[1:] == (first, second)

    asyncio.run(run())


def test_a_failed_call_still_pays_and_changes_nothing_else() -> None:
    async def run() -> None:
        node = open_plain().node
        raw = transfer(node, rao=10**17)
        fee = node.fee_info(raw).total
        node.submit(raw)
        await node.author_block()
        assert free(node, BOB) == 10_000 * TAO
        assert free(node, ALICE) == 10_000 * TAO - fee
        assert event_names(node, 1)[-1] == "System.ExtrinsicFailed"
        assert node.next_nonce(ALICE) == 1

    asyncio.run(run())


def test_the_finalized_head_stays_two_blocks_behind() -> None:
    async def run() -> None:
        node = open_plain().node
        seen: list[int] = []
        node.finalized_heads.add(lambda block: seen.append(block.number))
        await node.sealer.new_blocks(5)
        assert (node.best_number, node.finalized_number, seen) == (5, 3, [1, 2, 3])

    asyncio.run(run())


def test_going_back_retracts_and_offers_the_extrinsics_again() -> None:
    async def run() -> None:
        node = open_plain().node
        await node.sealer.new_blocks(2)
        raw = transfer(node)
        statuses: list[Any] = []
        node.submit(raw, statuses.append)
        gone = await node.author_block()
        await node.set_head(1)
        assert node.best_number == 1
        assert node.number_of(gone.hash) is None
        assert free(node, BOB) == 10_000 * TAO
        again = await node.author_block()
        assert raw in again.extrinsics
        assert again.hash != gone.hash
        hashes = ["0x" + gone.hash.hex(), "0x" + again.hash.hex()]
        assert statuses == [
            "ready",
            {"inBlock": hashes[0]},
            {"retracted": hashes[0]},
            "ready",
            {"inBlock": hashes[1]},
        ]
        with pytest.raises(StateDiscardedError):
            await node.set_head(99)

    asyncio.run(run())


def test_time_only_goes_forward_and_can_be_moved() -> None:
    async def run() -> None:
        node = open_plain().node
        stamps = []
        for _ in range(3):
            await node.author_block()
            stamps.append(node.head.timestamp.Now.get())
        assert stamps == sorted(set(stamps))
        target = time.time_ns() // 10**6 + 3_600_000
        node.travel_to(target)
        await node.author_block()
        assert target <= node.head.timestamp.Now.get() < target + 60_000
        with pytest.raises(ValueError):
            node.travel_to(target - 1)
        with pytest.raises(ValueError, match="9999"):
            node.travel_to(2**62)

    asyncio.run(run())


def test_the_faucet_mints_and_refuses_what_cannot_be() -> None:
    async def run() -> None:
        node = open_plain().node
        issued = node.head.balances.TotalIssuance.get()
        block, has = await node.faucet(BOB, 7 * TAO)
        assert (block.number, has) == (1, 10_007 * TAO)
        assert node.head.balances.TotalIssuance.get() == issued + 7 * TAO
        with pytest.raises(RefusedError):
            await node.faucet(BOB, 21_000_000 * TAO)
        with pytest.raises(RefusedError):
            await node.faucet("5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL", 499)

    asyncio.run(run())


def test_instant_sealing_makes_a_block_for_an_extrinsic_and_finalizes_it() -> None:
    async def run() -> None:
        node = open_plain(seal=Seal.INSTANT).node
        sealing = asyncio.create_task(node.sealer.run())
        done = asyncio.Event()
        await asyncio.sleep(0.05)
        assert node.best_number == 0
        node.submit(transfer(node), lambda s: done.set() if "finalized" in s else None)
        await asyncio.wait_for(done.wait(), PATIENT_S)
        assert (node.best_number, node.finalized_number) == (1, 1)
        sealing.cancel()

    asyncio.run(run())


def test_interval_sealing_keeps_its_pace() -> None:
    async def run() -> None:
        node = open_plain(seal=Seal.INTERVAL, block_time=0.05).node
        begun_s, stamps = time.monotonic(), []
        node.heads.add(lambda block: stamps.append(time.monotonic() - begun_s))
        sealing = asyncio.create_task(node.sealer.run())
        await until(lambda: len(stamps) >= 8)
        sealing.cancel()
        assert all(at_s >= number * 0.05 for number, at_s in enumerate(stamps, 1))

    asyncio.run(run())


def test_a_stopped_block_leaves_the_state_of_its_parent() -> None:
    async def run() -> None:
        node = open_plain().node
        node.submit(transfer(node))
        steps = node.author.make(node.block(0).header, 1)
        next(steps)
        assert node.runtime.state.in_block
        assert free(node, BOB) == 10_000 * TAO
        steps.close()
        assert not node.runtime.state.in_block
        block = await node.author_block()
        assert len(block.extrinsics) == 2

    asyncio.run(run())


def test_a_pallet_bug_drops_its_extrinsic_and_not_the_chain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def run() -> None:
        node = open_plain().node
        raw = transfer(node)
        statuses: list[Any] = []
        node.submit(raw, statuses.append)

        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(node.runtime, "dispatch", _only(node.runtime.dispatch, broken))
        block = await node.author_block()
        assert raw not in block.extrinsics
        assert statuses == ["ready", "invalid"]
        assert free(node, ALICE) == 10_000 * TAO

    asyncio.run(run())


def _only(real: Any, broken: Any) -> Any:
    def dispatch(call: Any, origin: Any, **how: Any) -> Any:
        return (broken if call.pallet == "Balances" else real)(call, origin, **how)

    return dispatch


def test_a_block_given_up_after_its_last_step_is_undone_too() -> None:
    async def run() -> None:
        node = open_plain().node
        node.submit(transfer(node))
        steps = node.author.make(node.block(0).header, 1)
        while node.runtime.state.head == 0:
            next(steps)
        assert free(node, BOB) == 10_000 * TAO
        steps.close()
        assert node.runtime.state.head == 0
        block = await node.author_block()
        assert (block.number, len(block.extrinsics)) == (1, 2)

    asyncio.run(run())


def test_a_cancelled_faucet_is_not_lost() -> None:
    async def run() -> None:
        node = open_plain().node
        wanted = asyncio.create_task(node.faucet(BOB, TAO))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        wanted.cancel()
        await asyncio.gather(wanted, return_exceptions=True)
        while free(node, BOB) == 10_000 * TAO:
            assert node.best_number < 2
            await node.author_block()
        assert free(node, BOB) == 10_001 * TAO

    asyncio.run(run())


def test_what_follows_a_dropped_nonce_waits_and_makes_no_blocks() -> None:
    async def run() -> None:
        node = open_plain(seal=Seal.INSTANT).node
        sealing = asyncio.create_task(node.sealer.run())
        statuses: list[Any] = []
        node.submit(transfer(node, rao=9_999 * TAO, nonce=0))
        node.submit(transfer(node, rao=1, nonce=1, tip=9_000 * TAO))
        node.submit(transfer(node, rao=1, nonce=2), statuses.append)
        assert node.pool.counts == (3, 0)
        await until(lambda: (node.best_number, node.pool.counts) == (1, (0, 1)))
        await asyncio.sleep(0.1)
        assert node.best_number == 1
        assert statuses == ["ready", "future"]
        node.submit(transfer(node, rao=2, nonce=1))
        await until(lambda: (node.best_number, node.pool.counts) == (2, (0, 0)))
        sealing.cancel()

    asyncio.run(run())


@pytest.mark.parametrize("ref_time", [2_599_000_000_000, 3_599_000_000_000, 10**18])
def test_what_no_block_has_room_for_is_refused_and_a_heavy_call_holds_up_nobody(
    ref_time: int,
) -> None:
    node = open_plain().node
    codec = node.runtime.codec
    inner = codec.compose_call("Utility", "batch", {"calls": []})
    weight = {"ref_time": ref_time, "proof_size": 0}
    heavy = codec.compose_call("Utility", "with_weight", {"call": inner, "weight": weight})
    raw = signed(node, heavy, "//Alice")
    if ref_time > 3 * 10**12:
        assert refusal(node, raw)[:2] == (1010, "Invalid Transaction")
        return
    second = signed(node, heavy, "//Bob")
    light = transfer(node, uri="//Bob", nonce=1)
    for one in (raw, second, light):
        node.submit(one)

    async def run() -> None:
        blocks = [await node.author_block() for _ in range(2)]
        assert [len(block.extrinsics) for block in blocks] == [2, 3]

    asyncio.run(run())


def test_a_reorg_below_the_finalized_head_makes_everything_pending_again(tmp_path: Path) -> None:
    async def run() -> None:
        node = open_plain(tmp_path).node
        raws = [transfer(node, rao=n + 1, nonce=n) for n in range(4)]
        for raw in raws:
            node.submit(raw)
            await node.author_block()
        await node.sealer.new_blocks(4)
        assert node.finalized_number == 6
        await node.close()
        node = open_plain(tmp_path).node
        await node.set_head(1, revert_finalized=True)
        assert (node.finalized_number, node.best_number) == (1, 1)
        assert [entry.extrinsic.raw for entry in node.pool.pending()] == raws[1:]
        again = await node.author_block()
        assert again.extrinsics[1:] == tuple(raws[1:])
        await node.set_head(0, revert_finalized=True)
        assert refusal(node, raws[0])[0] == 1013
        await node.close()

    asyncio.run(run())


def test_subscriptions_follow_a_reorg() -> None:
    async def run() -> None:
        node = open_plain().node
        pushed: list[dict[str, Any]] = []

        async def opened() -> Any:
            return node

        session = Session(opened, table(), lambda text: pushed.append(json.loads(text)))

        async def ask(method: str, *params: Any) -> Any:
            replies: list[str] = []
            request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            await session.handle(json.dumps(request), replies.append)
            return json.loads(replies[0])["result"]

        await node.sealer.new_blocks(2)
        key = "0x" + node.runtime.codec.storage_key("System", "Account", BOB).hex()
        names = {
            await ask("chain_subscribeNewHeads"): "head",
            await ask("chain_subscribeFinalizedHeads"): "finalized",
            await ask("state_subscribeStorage", [key]): "storage",
            await ask("author_submitAndWatchExtrinsic", "0x" + transfer(node).hex()): "watch",
        }
        before = await ask("state_getStorage", key)
        pushed.clear()
        block = await node.author_block()
        after = await ask("state_getStorage", key)
        await node.set_head(2, revert_finalized=True)
        again = await node.author_block()
        told: dict[str, list[Any]] = {}
        for one in pushed:
            params = one["params"]
            told.setdefault(names[params["subscription"]], []).append(params["result"])
        assert [int(head["number"], 16) for head in told["head"]] == [3, 2, 3]
        assert told["head"][2]["parentHash"] == "0x" + node.block(2).hash.hex()
        values = [update["changes"][0][1] for update in told["storage"]]
        assert values == [after, before, after]
        hashes = ["0x" + one.hash.hex() for one in (block, again)]
        inclusion = [{"inBlock": hashes[0]}, {"retracted": hashes[0]}, "ready"]
        assert told["watch"] == [*inclusion, {"inBlock": hashes[1]}]
        assert [int(head["number"], 16) for head in told["finalized"]] == [1]
        session.close()

    asyncio.run(run())

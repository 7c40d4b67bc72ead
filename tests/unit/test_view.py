"""Views: pinned, memoising reads over real metadata, and the runtimes behind them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from scripted_node import Failure, NoAnswer, Peer, header
from state_node import StateNode, metadata_of, state_node
from steady_loop import run

from taoctl.chain.client import connect
from taoctl.chain.header import read_header
from taoctl.chain.runtime import _KEPT_CHAINS, _write_checked
from taoctl.chain.view import Api, Call, Constant, Entry, Storage
from taoctl.errors import (
    BadDataError,
    NotInRuntimeError,
    RefusedError,
    UnreachableError,
    UsageError,
)
from taoctl.scale.codec import Codec
from taoctl.scale.crypto import KeySigner, blake2_256

ALICE = KeySigner("//Alice").ss58
BOB = KeySigner("//Bob").ss58
ACCOUNT = {
    "nonce": 3,
    "consumers": 0,
    "providers": 1,
    "sufficients": 0,
    "data": {"free": 10**13, "reserved": 0, "frozen": 0, "flags": 2**127},
}


def test_the_header_hash_is_over_the_scale_bytes() -> None:
    codec = Codec(metadata_of(424), 424, 1)
    info = codec.api("Core", "initialize_block")
    if info is None:
        pytest.skip("only real metadata describes a header")
    raw = header(30)
    value = {
        "parent_hash": raw["parentHash"],
        "number": 30,
        "state_root": raw["stateRoot"],
        "extrinsics_root": raw["extrinsicsRoot"],
        "digest": {"logs": []},
    }
    encoded = codec.encode(info.inputs[0][1], value)
    logs = [bytes.fromhex(log[2:]) for log in raw["digest"]["logs"]]
    with_log = encoded[:-1] + b"\x04" + logs[0]
    head = read_header(raw)
    assert head.hash == "0x" + blake2_256(with_log).hex()
    assert (head.number, head.parent_hash) == (30, raw["parentHash"])


@pytest.mark.parametrize(
    "broken",
    [
        None,
        3,
        {},
        [],
        {**header(1), "number": "0xzz"},
        {**header(1), "number": "-0x1"},
        {**header(1), "stateRoot": "0x11"},
        {**header(1), "digest": {"logs": ["0x1"]}},
    ],
)
def test_a_broken_header_is_bad_data(broken: Any) -> None:
    with pytest.raises(BadDataError):
        read_header(broken)


@pytest.mark.parametrize("spec", [218, 365, 393, 424])
def test_a_value_of_each_real_runtime(spec: int, tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node(spec) as node:
            node.put("System", "Account", (ALICE,), ACCOUNT)
            node.put("SubtensorModule", "Keys", (1, 0), BOB)
            async with connect(node.url, cache_dir=tmp_path) as chain:
                view = await chain.at_head()
                assert await view.value("System", "Account", ALICE) == ACCOUNT
                assert (await view.value("System", "Account", BOB))["data"]["free"] == 0
                assert await view.map("SubtensorModule", "Keys", 1) == {0: BOB}
                assert await view.map("SubtensorModule", "Keys") == {(1, 0): BOB}
                assert view.spec_version == chain.spec_version == spec
                assert view.constant("Balances", "ExistentialDeposit") == 500
                assert view.block == node.number
                assert view.block_hash == node.hash_of(node.number)

    run(work())


def test_values_keep_the_order_of_their_keys(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node() as node, connect(node.url, cache_dir=tmp_path) as chain:
            for netuid in range(0, 2500, 2):
                node.put("SubtensorModule", "Tempo", (netuid,), netuid + 1)
            view = await chain.at_head()
            keys = [(netuid,) for netuid in range(2500)]
            answers = await view.values("SubtensorModule", "Tempo", keys)
            assert answers == [n + 1 if n % 2 == 0 else 360 for n in range(2500)]
            assert node.asked.count("state_queryStorageAt") == 3
            assert await view.values("SubtensorModule", "Tempo", []) == []

    run(work())


def test_maps_longer_than_a_page(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node() as node, connect(node.url, cache_dir=tmp_path) as chain:
            codec = node.codec
            keys = codec.storage_keys("SubtensorModule", "Keys", [(7, uid) for uid in range(2000)])
            account = KeySigner("//Alice").public_key
            node.storage.update(dict.fromkeys(keys, account))
            view = await chain.at_head()
            found = await view.map("SubtensorModule", "Keys", 7)
            assert found == dict.fromkeys(range(2000), ALICE)
            assert node.asked.count("state_getKeysPaged") == 3
            assert await view.map("SubtensorModule", "Keys", 8) == {}

    run(work())


def test_the_same_question_is_asked_once(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node() as node, connect(node.url, cache_dir=tmp_path) as chain:
            node.put("System", "Account", (ALICE,), ACCOUNT)
            view = await chain.at_head()
            ask = [view.value("System", "Account", ALICE) for _ in range(30)]
            assert len({str(answer) for answer in await asyncio.gather(*ask)}) == 1
            await (await chain.at_hash(view.block_hash)).value("System", "Account", ALICE)
            assert node.asked.count("state_getStorage") == 1

    run(work())


def test_a_cancelled_reader_does_not_spoil_it_for_others(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node() as node, connect(node.url, cache_dir=tmp_path) as chain:
            node.put("System", "Account", (ALICE,), ACCOUNT)
            view = await chain.at_head()
            first = asyncio.create_task(view.value("System", "Account", ALICE))
            second = asyncio.create_task(view.value("System", "Account", ALICE))
            await asyncio.sleep(0)
            first.cancel()
            assert await second == ACCOUNT

    run(work())


def test_a_failed_read_is_asked_again(tmp_path: Path) -> None:
    async def fail(peer: Peer, params: list[Any]) -> Any:
        raise Failure(-32000, "busy")

    async def work() -> None:
        async with state_node() as node, connect(node.url, cache_dir=tmp_path) as chain:
            node.put("System", "Account", (ALICE,), ACCOUNT)
            good = node.answers["state_getStorage"]
            node.answers["state_getStorage"] = fail
            view = await chain.at_head()
            with pytest.raises(RefusedError, match="busy"):
                await view.value("System", "Account", ALICE)
            node.answers["state_getStorage"] = good
            assert await view.value("System", "Account", ALICE) == ACCOUNT

    run(work())


def test_runtime_apis(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node() as node, connect(node.url, cache_dir=tmp_path) as chain:
            node.api_answers["SwapRuntimeApi_current_alpha_price"] = "0x00ca9a3b00000000"
            view = await chain.at_head()
            assert await view.api("SwapRuntimeApi", "current_alpha_price", 1) == 10**9
            with pytest.raises(NotInRuntimeError):
                await view.api("SwapRuntimeApi", "nope")
            with pytest.raises(UsageError, match="takes 1 values"):
                await view.api("SwapRuntimeApi", "current_alpha_price")
            node.api_answers["SwapRuntimeApi_current_alpha_price"] = "0x00"
            with pytest.raises(BadDataError, match="current_alpha_price"):
                await view.api("SwapRuntimeApi", "current_alpha_price", 2)

    run(work())


def test_apis_of_old_runtimes_answer_bytes(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node(218) as node, connect(node.url, cache_dir=tmp_path) as chain:
            node.api_answers["SubnetInfoRuntimeApi_get_subnets_info"] = "0x0cfffe00"
            view = await chain.at_head()
            answer = await view.api("SubnetInfoRuntimeApi", "get_subnets_info")
            assert answer == b"\xff\xfe\x00"

    run(work())


def test_what_a_runtime_has(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node(218) as node, connect(node.url, cache_dir=tmp_path) as chain:
            view = await chain.at_head()
            have: list[Entry] = [
                Storage("System", "Account"),
                Api("SubnetInfoRuntimeApi", "get_dynamic_info"),
                Call("Balances", "transfer_keep_alive"),
                Constant("System", "BlockHashCount"),
            ]
            lack: list[Entry] = [
                Storage("SubtensorModule", "AlphaV2"),
                Api("SwapRuntimeApi", "current_alpha_price"),
                Call("SubtensorModule", "register_limit"),
                Constant("Nowhere", "Nothing"),
            ]
            assert all(view.has(entry) for entry in have)
            assert not any(view.has(entry) for entry in lack)
            view.require(*have)
            with pytest.raises(NotInRuntimeError) as caught:
                view.require(*have, *lack)
            assert "spec 218" in str(caught.value)
            assert all(str(entry) in str(caught.value) for entry in lack)

    run(work())


def test_metadata_is_kept_on_disk_and_checked(tmp_path: Path) -> None:
    async def first_read(node: StateNode) -> str:
        async with connect(node.url, cache_dir=tmp_path) as chain:
            view = await chain.at_head()
            assert (await view.value("System", "Account", ALICE))["nonce"] == 0
            return chain.runtime.metadata_from

    async def work() -> None:
        async with state_node() as node:
            assert await first_read(node) == "node"
            assert await first_read(node) == "cache"
            (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
            content = bytearray(file.read_bytes())
            content[5000] ^= 1
            file.write_bytes(content)
            assert await first_read(node) == "node", "a corrupt file was used"
            assert await first_read(node) == "cache"
            file.write_bytes(b"short")
            assert await first_read(node) == "node"
            node.genesis = "0x" + "77" * 32
            assert await first_read(node) == "node", "another chain's metadata was used"

    run(work())


def test_an_unwritable_cache_is_done_without(tmp_path: Path) -> None:
    async def work() -> None:
        blocked = tmp_path / "file"
        blocked.write_text("not a directory")
        async with state_node() as node, connect(node.url, cache_dir=blocked) as chain:
            assert chain.runtime.metadata_from == "node"

    run(work())


def test_a_runtime_without_v15_is_read_by_v14(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node(365) as node:
            node.has_v15 = False
            node.put("System", "Account", (ALICE,), ACCOUNT)
            async with connect(node.url, cache_dir=tmp_path) as chain:
                view = await chain.at_head()
                assert view.codec.metadata_version == 14
                assert await view.value("System", "Account", ALICE) == ACCOUNT
                assert not view.has(Api("SubnetInfoRuntimeApi", "get_dynamic_info"))

    run(work())


def test_old_blocks_are_decoded_by_their_own_runtime(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node(424) as node:
            metadata_of(218)
            node.old_spec, node.upgraded_at = 218, 10
            async with connect(node.url, cache_dir=tmp_path) as chain:
                old, new = await chain.at_block(9), await chain.at_block(10)
                assert (old.spec_version, new.spec_version) == (218, 424)
                assert not old.has(Storage("SubtensorModule", "AlphaV2"))
                assert chain.spec_version == 424
                assert await old.value("SubtensorModule", "Tempo", 1) == 30
                assert await new.value("SubtensorModule", "Tempo", 1) == 360

    run(work())


def test_an_upgrade_while_connected_is_noticed_by_the_first_read(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node(424) as node:
            metadata_of(365)
            node.old_spec, node.upgraded_at = 365, 21
            async with connect(node.url, cache_dir=tmp_path) as chain:
                assert chain.spec_version == 365
                before = await chain.at_head()
                await before.value("System", "Account", ALICE)
                node.number = 21
                view = await chain.at_head()
                node.api_answers["SubnetInfoRuntimeApi_get_next_epoch_start_block"] = "0x00"
                api = ("SubnetInfoRuntimeApi", "get_next_epoch_start_block")
                assert await view.api(*api, 1) is None
                assert view.spec_version == chain.spec_version == 424
                with pytest.raises(NotInRuntimeError):
                    await before.api(*api, 1)

    run(work())


def test_a_read_at_the_head_costs_one_round_trip(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node() as node:
            async with connect(node.url, cache_dir=tmp_path) as chain:
                await chain.at_head()
            node.asked.clear()
            async with connect(node.url, cache_dir=tmp_path) as chain:
                view = await chain.at_head()
                await view.value("System", "Account", ALICE)
            assert sorted(node.asked[:5]) == [
                "chain_getBlockHash",
                "chain_getHeader",
                "state_getRuntimeVersion",
                "system_chain",
                "system_health",
            ]
            assert sorted(node.asked[5:]) == ["state_getRuntimeVersion", "state_getStorage"]

    run(work())


def test_the_head_is_asked_again_after_anything_else(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node() as node, connect(node.url, cache_dir=tmp_path) as chain:
            await chain.call("chain_getFinalizedHead")
            node.number = 22
            assert (await chain.at_head()).block == 22
            assert await chain.finalized_number() == 20
            assert (await chain.at_finalized()).block == 20

    run(work())


def test_blocks_that_do_not_exist_and_state_that_is_gone(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node() as node, connect(node.url, cache_dir=tmp_path) as chain:
            for number in (21, 10**9, -1):
                with pytest.raises(UsageError, match=f"no block {number}") as caught:
                    await chain.at_block(number)
                assert caught.value.hint == "blocks go from 0 to 20 here"
            for text in ("0x12", "latest", "0x" + "zz" * 32):
                with pytest.raises(UsageError, match="not a block hash"):
                    await chain.at_hash(text)
            with pytest.raises(UsageError, match="no block 0xab"):
                await chain.at_hash("0x" + "ab" * 32)
            assert (await chain.at_block(0)).block_hash == node.genesis
            view = await chain.at_block(3)
            node.pruned_below = 10
            with pytest.raises(RefusedError, match="no longer has the state of block 3") as gone:
                await view.value("System", "Account", ALICE)
            assert "archive" in (gone.value.hint or "")
            with pytest.raises(RefusedError, match="no longer has the state of block 4") as gone:
                await chain.at_block(4)
            assert "archive" in (gone.value.hint or "")

    run(work())


@pytest.mark.parametrize("answer", [5, "zz", "0xzz", {"a": 1}, "0x00"])
def test_garbage_for_a_value_is_bad_data(answer: Any, tmp_path: Path) -> None:
    async def work() -> None:
        async def reply(peer: Peer, params: list[Any]) -> Any:
            return answer

        async with state_node() as node, connect(node.url, cache_dir=tmp_path) as chain:
            for method in ("state_getStorage", "state_queryStorageAt", "state_getKeysPaged"):
                node.answers[method] = reply
            view = await chain.at_head()
            for read in (
                view.value("System", "Account", ALICE),
                view.values("System", "Account", [(ALICE,)]),
                view.map("System", "Account"),
            ):
                with pytest.raises(BadDataError):
                    await read

    run(work())


def test_keys_that_were_not_asked_for_are_bad_data(tmp_path: Path) -> None:
    async def other(peer: Peer, params: list[Any]) -> Any:
        return ["0x" + "26" * 48]

    async def work() -> None:
        async with state_node() as node, connect(node.url, cache_dir=tmp_path) as chain:
            node.answers["state_getKeysPaged"] = other
            with pytest.raises(BadDataError, match="another storage item"):
                await (await chain.at_head()).map("System", "Account")

    run(work())


@pytest.mark.parametrize("metadata", ["0x", "0x00", "0x6d657461", "nonsense", None])
def test_broken_metadata_ends_connecting(metadata: Any, tmp_path: Path) -> None:
    async def reply(peer: Peer, params: list[Any]) -> Any:
        return metadata

    async def work() -> None:
        async with state_node() as node:
            node.answers["state_call"] = node.answers["state_getMetadata"] = reply
            with pytest.raises(BadDataError):
                async with connect(node.url, cache_dir=tmp_path):
                    pass
            assert not [path for path in tmp_path.rglob("*") if path.is_file()]

    run(work())


def test_metadata_that_never_comes_ends_at_the_deadline(tmp_path: Path) -> None:
    async def never(peer: Peer, params: list[Any]) -> Any:
        raise NoAnswer

    async def work() -> None:
        async with state_node() as node:
            node.answers["state_call"] = never
            with pytest.raises(UnreachableError, match=r"metadata within 0\.5 s") as caught:
                async with connect(node.url, timeout=0.5, cache_dir=tmp_path):
                    pass
            assert node.url in str(caught.value)

    run(work())


def test_a_name_with_another_genesis_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        from taoctl.chain import networks

        async with state_node() as node:
            fake = networks.Network("finney", (node.url,), networks.FINNEY_GENESIS)
            monkeypatch.setitem(networks.NETWORKS, "finney", fake)
            with pytest.raises(UnreachableError, match="another chain"):
                async with connect("finney", cache_dir=tmp_path):
                    pass

    run(work())


def test_an_endpoint_that_hides_its_name_serves(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node() as node:
            del node.answers["system_chain"]
            async with connect(node.url, cache_dir=tmp_path) as chain:
                assert chain.chain_name is None
                assert not chain.simulated

    run(work())


def test_metadata_of_chains_not_used_lately_is_forgotten(tmp_path: Path) -> None:
    for number in range(_KEPT_CHAINS + 3):
        path = tmp_path / "metadata" / f"{number:02d}" / "1-1.metadata"
        _write_checked(path, b"meta")
        os.utime(path.parent, (number, number))
    kept = sorted(chain.name for chain in (tmp_path / "metadata").iterdir())
    assert kept == [f"{number:02d}" for number in range(3, _KEPT_CHAINS + 3)]

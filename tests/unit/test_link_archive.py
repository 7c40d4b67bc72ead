"""Old blocks and states: asked of an archive when the node in use no longer has them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from scripted_node import Failure, NoAnswer, Peer, ScriptedNode, header, scripted_node
from state_node import state_node
from steady_loop import run

from taoctl.chain.client import Chain, connect
from taoctl.chain.networks import Network
from taoctl.chain.rpc import RpcError
from taoctl.errors import RefusedError, UnreachableError, UsageError

PRUNED = Failure(4003, "Client error: UnknownBlock: State already discarded for 0x00")
OLD = "0x" + "ab" * 32


@asynccontextmanager
async def archived(tmp_path: Path) -> AsyncIterator[tuple[Chain, ScriptedNode, ScriptedNode]]:
    """A chain whose node has forgotten everything old, and the archive that has not."""

    async def pruned(peer: Peer, params: list[Any]) -> Any:
        raise PRUNED

    async def nothing(peer: Peer, params: list[Any]) -> Any:
        return peer.node.genesis if params == [0] else None

    async def known(peer: Peer, params: list[Any]) -> Any:
        return "0x2a000000"

    async def body(peer: Peer, params: list[Any]) -> Any:
        return {"block": {"header": header(3), "extrinsics": []}} if params == [OLD] else None

    async def number(peer: Peer, params: list[Any]) -> Any:
        return peer.node.genesis if params == [0] else OLD if params == [3] else None

    async with state_node() as node, scripted_node() as archive:
        node.answers.update(
            {"state_getStorage": pruned, "chain_getBlock": nothing, "chain_getBlockHash": nothing}
        )
        archive.answers.update(
            {"state_getStorage": known, "chain_getBlock": body, "chain_getBlockHash": number}
        )
        network = Network("old", (node.url,), None, (archive.url,))
        async with connect(network, timeout=3.0, cache_dir=tmp_path) as chain:
            yield chain, node, archive


def test_what_the_node_dropped_is_asked_of_the_archive(tmp_path: Path) -> None:
    async def work() -> None:
        async with archived(tmp_path) as (chain, node, archive):
            assert not archive.asked, "the archive was asked without need"
            assert await chain.call("state_getStorage", ["0x00", OLD]) == "0x2a000000"
            block = await chain.call("chain_getBlock", [OLD])
            assert block["block"]["header"]["number"] == "0x3"
            assert await chain.call("chain_getBlockHash", [3]) == OLD
            assert await chain.call("chain_getBlockHash", [4]) is None
            asked = len(archive.asked)
            assert await chain.call("chain_getBlockHash", [10**9]) is None
            assert len(archive.asked) == asked, "it was asked for a block that is not there yet"
            assert chain.link.endpoint == node.url

    run(work())


def test_an_archive_of_another_chain_is_not_believed(tmp_path: Path) -> None:
    async def work() -> None:
        async with archived(tmp_path) as (chain, _, archive):
            archive.genesis = "0x" + "99" * 32
            with pytest.raises(RpcError, match="discarded") as caught:
                await chain.call("state_getStorage", ["0x00", OLD])
            assert "another chain" in str(caught.value.hint)
            assert await chain.call("chain_getBlock", [OLD]) is None
            assert "state_getStorage" not in archive.asked
            asked = len(archive.asked)
            with pytest.raises(RpcError):
                await chain.call("state_getStorage", ["0x00", OLD])
            assert len(archive.asked) == asked, "it was tried again at once"

    run(work())


def test_an_archive_that_does_not_have_it_either_changes_nothing(tmp_path: Path) -> None:
    async def pruned(peer: Peer, params: list[Any]) -> Any:
        raise PRUNED

    async def silent(peer: Peer, params: list[Any]) -> Any:
        raise NoAnswer

    async def work() -> None:
        async with archived(tmp_path) as (chain, _, archive):
            archive.answers["state_getStorage"] = pruned
            with pytest.raises(RpcError, match="discarded"):
                await chain.call("state_getStorage", ["0x00", OLD])
            archive.answers["state_getStorage"] = silent
            started = time.monotonic()
            with pytest.raises(RpcError, match="discarded") as caught:
                await chain.call("state_getStorage", ["0x00", OLD], timeout=0.5)
            assert time.monotonic() - started < 1.5
            assert "archive" in str(caught.value.hint)

    run(work())


def test_a_block_that_nobody_has_any_more_is_not_said_never_to_have_been(tmp_path: Path) -> None:
    async def nothing(peer: Peer, params: list[Any]) -> Any:
        return peer.node.genesis if params == [0] else None

    async def work() -> None:
        async with archived(tmp_path) as (chain, _, archive):
            archive.answers["chain_getBlockHash"] = nothing
            with pytest.raises(RefusedError, match="no longer has block 3"):
                await chain.at_block(3)
            with pytest.raises(UsageError, match="no block 1000"):
                await chain.at_block(1000)

    run(work())


def test_a_submission_never_goes_to_the_archive(tmp_path: Path) -> None:
    async def pruned(peer: Peer, params: list[Any]) -> Any:
        raise PRUNED

    async def work() -> None:
        async with archived(tmp_path) as (chain, node, archive):
            node.answers["author_submitExtrinsic"] = pruned
            with pytest.raises(RefusedError):
                await chain.call("author_submitExtrinsic", ["0x00"])
            assert not archive.asked

    run(work())


def test_two_endpoints_of_different_chains_are_never_mixed(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node() as node, scripted_node() as other:
            other.genesis = "0x" + "99" * 32
            async with connect(
                Network("mixed", (node.url, other.url)), timeout=3.0, cache_dir=tmp_path
            ) as chain:
                genesis = chain.genesis
                await node.stop()
                with pytest.raises(UnreachableError, match="another chain"):
                    await chain.call("chain_getHeader", timeout=1.0)
                assert chain.genesis == genesis

    run(work())

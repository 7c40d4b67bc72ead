"""Composed extrinsics before a real node: taken when honest, refused when the node has lied."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from metadata_reader import _Reader
from nodes import ALICE, BOB, TAO, event_names, free, open_plain
from random_calls import Asked

from taoctl.calls.base import ChainCall
from taoctl.calls.transfer import Transfer
from taoctl.chain.client import Chain, connect
from taoctl.chain.extrinsic import (
    Composer,
    Era,
    MismatchError,
    SignedExtrinsic,
    dispatch_info,
    unsigned_for_fee,
)
from taoctl.chain.extrinsic.check import expected_call
from taoctl.chain.extrinsic.workshop import Workshop
from taoctl.chain.networks import FINNEY_GENESIS
from taoctl.chain.rpc import RpcError
from taoctl.chain.runtime import Runtime, RuntimeVersion
from taoctl.errors import BadDataError, NoKeyError, NotInRuntimeError, UsageError
from taoctl.journal.store import Journal
from taoctl.localnet.dev import DevNode
from taoctl.localnet.serve import table
from taoctl.localnet.server import RpcServer
from taoctl.localnet.session import Session
from taoctl.scale.codec import Codec
from taoctl.scale.crypto import ED25519, SR25519, KeySigner
from taoctl.submit.options import TxOptions
from taoctl.submit.plan import make_plan
from taoctl.submit.send import send
from taoctl.units import Tao
from taoctl.wallet.keys import Key

REPLACED = "transfer_keep_alive", "transfer_allow_death"


@asynccontextmanager
async def serving(
    node: DevNode, change: Callable[[str], str] = lambda text: text
) -> AsyncIterator[str]:
    """The node on a free port, every answer passed through `change`; gives its URL."""

    class Changed(Session):
        async def handle(self, message: str | bytes, reply: Callable[[str], None]) -> None:
            await super().handle(message, lambda text: reply(change(text)))

    async def opened() -> DevNode:
        return node

    server = RpcServer(lambda push: Changed(opened, table(), push), port=0)
    await server.start()
    try:
        yield f"ws://127.0.0.1:{server.port}"
    finally:
        await server.close()


def transfer(rao: int, to: str = BOB) -> Asked:
    return Asked("Balances", "transfer_keep_alive", {"dest": to, "value": rao})


async def compose(chain: Chain, call: Asked, signer: Any = None, **how: Any) -> SignedExtrinsic:
    """The call signed by //Alice or another signer, mortal from the head."""
    signer = signer or KeySigner("//Alice")

    async def sign(payload: bytes) -> bytes:
        return bytes(signer.sign(payload))

    view = await chain.at_head()
    known: dict[str, Any] = {
        "public_key": signer.public_key,
        "crypto": getattr(signer, "crypto", SR25519),
        "sign": sign,
        "nonce": await chain.call("system_accountNextIndex", [signer.ss58]),
        "era": Era.mortal(64, view.block),
        "era_block_hash": view.block_hash,
    }
    composer = Composer(await view.settle(), chain.genesis)
    return await composer.compose_and_sign(call, **{**known, **how})


async def submit(chain: Chain, extrinsic: SignedExtrinsic) -> Any:
    return await chain.call("author_submitExtrinsic", ["0x" + extrinsic.data.hex()])


@pytest.mark.parametrize("tip", [0, 123_456_789])
@pytest.mark.parametrize("period", [None, 4, 64, 100, 4_096, 65_536])
def test_a_node_takes_what_is_composed(tmp_path: Path, period: int | None, tip: int) -> None:
    async def run() -> None:
        node = open_plain().node
        for _ in range(5):
            await node.author_block()
        async with serving(node) as url, connect(url, cache_dir=tmp_path) as chain:
            era = Era.immortal() if period is None else Era.mortal(period, node.best_number)
            birth = "0x" + (node.hash_of(era.birth) or b"").hex()
            made = await compose(
                chain, transfer(3 * TAO), era=era, era_block_hash=birth, tip_rao=tip
            )
            assert made.terms.metadata_hash is not None
            assert await submit(chain, made) == made.hash
            block = await node.author_block()
            assert block.extrinsics[1] == made.data
            assert free(node, BOB) == 10_003 * TAO
            assert free(node, ALICE) < 9_997 * TAO - tip

    asyncio.run(run())


def test_ed25519_keys_sign_too_and_long_payloads_are_hashed(tmp_path: Path) -> None:
    async def run() -> None:
        node = open_plain().node
        key = Key.from_seed("0x" + "07" * 32, ED25519)
        await node.author_block()
        async with serving(node) as url, connect(url, cache_dir=tmp_path) as chain:
            await submit(chain, await compose(chain, transfer(50 * TAO, key.ss58)))
            await node.author_block()
            calls = [transfer(TAO), Asked("System", "remark", {"remark": b"\xff" * 300})]
            long = await compose(chain, Asked("Utility", "batch_all", {"calls": calls}), key)
            await submit(chain, long)
            await node.author_block()
            assert "Utility.BatchCompleted" in event_names(node, node.best_number)
            assert free(node, BOB) == 10_001 * TAO

    asyncio.run(run())


def test_the_metadata_hash_is_optional_off_the_public_networks(tmp_path: Path) -> None:
    async def run() -> None:
        node = open_plain().node
        await node.author_block()
        async with serving(node) as url, connect(url, cache_dir=tmp_path) as chain:
            made = await compose(chain, transfer(TAO), metadata_hash=False)
            assert made.terms.metadata_hash is None
            await submit(chain, made)

    asyncio.run(run())


# a node that lies about its metadata


def with_swapped_calls(metadata: bytes) -> bytes:
    """The metadata with the indices of two calls of the same shape exchanged."""
    places = []
    for name in REPLACED:
        reader = _Reader(metadata)
        reader.at = metadata.index(bytes([len(name) << 2]) + name.encode())
        reader.text()
        reader.many(reader.field)
        places.append(reader.at)
    changed, (one, other) = bytearray(metadata), places
    changed[one], changed[other] = changed[other], changed[one]
    return bytes(changed)


def lie_of(node: DevNode) -> Callable[[str], str]:
    lies = [
        (one.hex(), with_swapped_calls(one).hex())
        for one in (node.runtime.metadata_v15, node.runtime.metadata_v14)
    ]

    def change(text: str) -> str:
        for honest, lying in lies:
            text = text.replace(honest, lying)
        return text

    return change


def test_a_node_that_serves_altered_metadata_gets_no_other_call_signed(tmp_path: Path) -> None:
    """The hash of the altered metadata is in the signature, so no honest node takes it."""

    async def run() -> None:
        node = open_plain().node
        await node.author_block()
        async with serving(node, lie_of(node)) as liar, serving(node) as honest:
            async with connect(liar, cache_dir=tmp_path) as chain:
                fooled = await compose(chain, transfer(TAO))
                unhashed = await compose(chain, transfer(TAO), metadata_hash=False)
            decoded = node.runtime.codec.decode_call(fooled.call)
            assert decoded["call_function"] == REPLACED[1]
            async with connect(honest, cache_dir=tmp_path / "other") as chain:
                with pytest.raises(RpcError, match="bad signature"):
                    await submit(chain, fooled)
                # What the hash is for: without it the other call would have been executed.
                await submit(chain, unhashed)

    asyncio.run(run())


def test_metadata_of_a_liar_that_was_kept_can_be_forgotten(tmp_path: Path) -> None:
    async def run() -> None:
        node = open_plain().node
        await node.author_block()
        async with serving(node, lie_of(node)) as liar, connect(liar, cache_dir=tmp_path):
            pass
        async with serving(node) as honest:
            async with connect(honest, cache_dir=tmp_path) as chain:
                assert chain.runtime.metadata_from == "cache"
                with pytest.raises(RpcError, match="bad signature"):
                    await submit(chain, await compose(chain, transfer(TAO)))
                chain.forget_metadata()
            async with connect(honest, cache_dir=tmp_path) as chain:
                assert chain.runtime.metadata_from == "node"
                await submit(chain, await compose(chain, transfer(TAO)))

    asyncio.run(run())


@pytest.mark.parametrize("of", ["specVersion", "transactionVersion"])
def test_a_signature_for_other_versions_is_refused_by_the_chain(tmp_path: Path, of: str) -> None:
    """So is one made before a runtime upgrade and sent after it."""

    async def run() -> None:
        node = open_plain().node
        await node.author_block()
        versions = {
            "specVersion": node.runtime.spec_version,
            "transactionVersion": node.runtime.transaction_version,
        }
        old = f'"{of}": {versions[of]}'

        def change(text: str) -> str:
            return text.replace(old, f'"{of}": {versions[of] - 1}').replace(
                old.replace(" ", ""), f'"{of}":{versions[of] - 1}'
            )

        async with serving(node, change) as url, connect(url, cache_dir=tmp_path) as chain:
            version = chain.runtime.version
            assert (version.spec_version, version.transaction_version) != tuple(versions.values())
            with pytest.raises(RpcError, match="bad signature"):
                await submit(chain, await compose(chain, transfer(TAO)))

    asyncio.run(run())


def test_a_public_network_whose_runtime_checks_no_metadata_hash_is_not_believed() -> None:
    codec = open_plain().node.runtime.codec
    name = b"CheckMetadataHash"
    # The extension under another name and without its byte is what such a lie looks like.
    hidden = Codec(codec.metadata.replace(name, b"CheckMetadataHusk"), 424, 1)
    version = RuntimeVersion("node-subtensor", 424, 1)
    key = KeySigner("//Alice")
    asked = 0

    async def sign(payload: bytes) -> bytes:
        nonlocal asked
        asked += 1
        return key.sign(payload)

    async def run(genesis: str) -> None:
        await Composer(Runtime(version, hidden, "node"), genesis).compose_and_sign(
            transfer(1),
            public_key=key.public_key,
            crypto=SR25519,
            sign=sign,
            nonce=0,
            era=Era.immortal(),
            era_block_hash=genesis,
        )

    with pytest.raises(BadDataError, match="checks no metadata hash"):
        asyncio.run(run(FINNEY_GENESIS))
    with pytest.raises(UsageError, match="CheckMetadataHusk"):
        asyncio.run(run("0x" + "01" * 32))
    assert asked == 0


# a composer that lies, on the whole way


@pytest.mark.parametrize("step", ["call", "extrinsic"])
def test_nothing_leaves_the_machine_when_the_composer_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    honest = getattr(Workshop, step)

    def lie(self: Workshop, call: ChainCall, *more: Any) -> bytes:
        return bytes(honest(self, replace(call, args={**call.args, "value": 5 * TAO}), *more))

    monkeypatch.setattr(Workshop, step, lie)

    async def run() -> None:
        node = open_plain().node
        await node.author_block()
        key, options = KeySigner("//Alice"), TxOptions()
        async with serving(node) as url, connect(url, cache_dir=tmp_path) as chain:
            with Journal() as journal:
                plan = await make_plan(chain, Transfer(BOB, Tao(TAO)), key.ss58, options)
                with pytest.raises(MismatchError, match=r"Balances.transfer_keep_alive value"):
                    await send(chain, plan, key, journal, options)
                assert journal.list() == ()
        assert node.pool.counts == (0, 0)
        assert len((await node.author_block()).extrinsics) == 1  # the time, by its author

    asyncio.run(run())


# signers, refusals and fees


def test_a_signature_of_another_key_is_not_sent(tmp_path: Path) -> None:
    async def run() -> None:
        node = open_plain().node
        async with serving(node) as url, connect(url, cache_dir=tmp_path) as chain:
            other = KeySigner("//Bob")

            async def wrong(payload: bytes) -> bytes:
                return other.sign(payload)

            async def short(payload: bytes) -> bytes:
                return other.sign(payload)[:63]

            for sign in (wrong, short):
                with pytest.raises(NoKeyError, match="does not verify"):
                    await compose(chain, transfer(TAO), sign=sign)

    asyncio.run(run())


def test_values_that_do_not_fit_are_refused_before_signing(tmp_path: Path) -> None:
    async def run() -> None:
        node = open_plain().node
        async with serving(node) as url, connect(url, cache_dir=tmp_path) as chain:
            for how in ({"nonce": 2**32}, {"nonce": -1}, {"tip_rao": 2**64}, {"tip_rao": -1}):
                with pytest.raises(UsageError):
                    await compose(chain, transfer(TAO), **how)
            for call in (
                transfer(2**64),
                transfer(-1),
                transfer(TAO, "5Grw"),
                Asked("Balances", "transfer_keep_alive", {"dest": BOB}),
                Asked("Balances", "transfer_keep_alive", {"dest": BOB, "value": 1, "more": 1}),
            ):
                with pytest.raises(UsageError):
                    await compose(chain, call)
            with pytest.raises(NotInRuntimeError):
                await compose(chain, Asked("Balances", "transfer", {}))

    asyncio.run(run())


def test_the_fee_of_the_estimate_is_the_fee_that_is_paid(tmp_path: Path) -> None:
    async def run() -> None:
        node = open_plain().node
        await node.author_block()
        async with serving(node) as url, connect(url, cache_dir=tmp_path) as chain:
            view, key = await chain.at_head(), KeySigner("//Alice")
            codec = (await view.settle()).codec
            era = Era.mortal(64, view.block)
            dummy = unsigned_for_fee(
                codec, expected_call(codec, transfer(TAO)), public_key=key.public_key, era=era
            )
            info = await dispatch_info(view, dummy)
            made = await compose(chain, transfer(TAO), era=era)
            assert len(made.data) == len(dummy)
            await submit(chain, made)
            await node.author_block()
            assert free(node, ALICE) == 9_999 * TAO - info.partial_fee_rao
            assert info.dispatch_class == "Normal"
            assert info.ref_time > 0

    asyncio.run(run())

"""Extrinsics that only the block author can read: sealed by another library, opened here."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import bittensor_core
import pytest
from Crypto.Cipher import ChaCha20_Poly1305
from nodes import ALICE, BOB, PLAIN, TAO, event_names, free, signed, transfer

from taoctl.addresses import decode_ss58
from taoctl.localnet import mlkem
from taoctl.localnet.boot import Kind, Options, open_chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets.mev_shield import MevShield
from taoctl.localnet.rpc.registry import RpcError
from taoctl.localnet.sealing import Seal
from taoctl.localnet.shielding import MAX_CIPHERTEXT, read_shielded, unshield
from taoctl.scale.compact import length_prefixed
from taoctl.scale.crypto import blake2_256, twox_128

SEALED_PERIOD = 8


def _endow(runtime: Runtime, sudo: str) -> int:
    for account in (ALICE, BOB):
        runtime.balances.endow(account, 100 * TAO)
    return 0


@pytest.fixture
def node() -> DevNode:
    """A chain of balances with MevShield."""
    options = Options(scenario="plain", seal=Seal.MANUAL)
    return open_chain(options, Kind((*PLAIN, MevShield), _endow), ALICE).node


def next_key(node: DevNode) -> bytes:
    key: bytes = node.head.mevshield.NextKey.get()
    return key


def sealed(node: DevNode, inner: bytes) -> bytes:
    """What a wallet makes of a signed extrinsic."""
    made = bittensor_core.encrypt_mlkem768(next_key(node), inner, include_key_hash=True)
    return bytes(made)


def carrier(node: DevNode, ciphertext: bytes, **how: Any) -> bytes:
    call = node.runtime.codec.compose_call(
        "MevShield", "submit_encrypted", {"ciphertext": ciphertext}
    )
    return signed(node, call, "//Alice", **{"period": SEALED_PERIOD, **how})


def block(node: DevNode) -> list[str]:
    """Make a block; the names of its events."""
    made = asyncio.run(node.author_block())
    return event_names(node, made.number)


def refusal(node: DevNode, raw: bytes) -> RpcError:
    with pytest.raises(RpcError) as caught:
        node.submit(raw)
    return caught.value


@pytest.mark.parametrize("size", [0, 1, 64, 4_000])
def test_what_another_library_seals_is_opened(size: int) -> None:
    for _ in range(3):
        keys, plain = mlkem.key_pair(os.urandom(64)), os.urandom(size)
        blob = bytes(bittensor_core.encrypt_mlkem768(keys.encapsulation, plain, True))
        parts = read_shielded(blob)
        assert parts is not None
        assert parts.key_hash == twox_128(keys.encapsulation)
        secret = mlkem.decapsulate(keys.decapsulation, parts.kem_ciphertext)
        opened = ChaCha20_Poly1305.new(key=secret, nonce=parts.nonce)
        assert opened.decrypt_and_verify(parts.sealed[:-16], parts.sealed[-16:]) == plain


def test_keys_are_those_of_another_implementation() -> None:
    reference = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.mlkem")
    for number in range(5):
        seed = blake2_256(b"%d" % number) + blake2_256(b"z%d" % number)
        ours, theirs = mlkem.key_pair(seed), reference.MLKEM768PrivateKey.from_seed_bytes(seed)
        assert ours.encapsulation == theirs.public_key().public_bytes_raw()
        secret, ciphertext = theirs.public_key().encapsulate()
        assert mlkem.decapsulate(ours.decapsulation, ciphertext) == secret
        spoilt = bytes([ciphertext[0] ^ 1]) + ciphertext[1:]
        rejected = mlkem.decapsulate(ours.decapsulation, spoilt)
        assert rejected == theirs.decapsulate(spoilt) != secret


def test_sizes_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        mlkem.key_pair(bytes(63))
    with pytest.raises(ValueError, match="1088 bytes"):
        mlkem.decapsulate(mlkem.key_pair(bytes(64)).decapsulation, bytes(1_087))


def test_the_sealed_extrinsic_comes_right_after_its_carrier(node: DevNode) -> None:
    inner = transfer(node, rao=3 * TAO, nonce=1)
    before = free(node, BOB)
    node.submit(carrier(node, sealed(node, inner), nonce=0))
    names = block(node)
    assert free(node, BOB) == before + 3 * TAO
    assert node.block(1).extrinsics[2] == inner
    assert names.index("MevShield.EncryptedSubmitted") < names.index("Balances.Transfer")
    assert names.count("System.ExtrinsicSuccess") == 3
    assert node.next_nonce(ALICE) == 2
    assert len(node.pool) == 0


def test_the_event_says_who_sent_what(node: DevNode) -> None:
    ciphertext = sealed(node, transfer(node, nonce=1))
    node.submit(carrier(node, ciphertext, nonce=0))
    asyncio.run(node.author_block())
    codec = node.runtime.codec
    raw = node.state_at(1).read(codec.storage_key("System", "Events"))
    (said,) = [
        r["attributes"]
        for r in codec.decode_storage("System", "Events", raw)
        if r["event_id"] == "EncryptedSubmitted"
    ]
    expected = blake2_256(decode_ss58(ALICE) + length_prefixed(ciphertext))
    assert said["who"] == ALICE
    assert said["id"] == "0x" + expected.hex()


@pytest.mark.parametrize(
    "content",
    [
        lambda node: transfer(node, nonce=7),
        lambda node: transfer(node, nonce=1, spoil=True),
        lambda node: transfer(node, rao=10**6 * TAO, nonce=1)[:-1],
        lambda node: b"\x04\x00",
        lambda node: b"",
    ],
    ids=["another nonce", "a bad signature", "cut off", "no extrinsic", "nothing"],
)
def test_what_cannot_be_included_is_left_out_and_its_carrier_stays(
    node: DevNode, content: Any
) -> None:
    before = free(node, BOB)
    node.submit(carrier(node, sealed(node, content(node)), nonce=0))
    names = block(node)
    assert "MevShield.EncryptedSubmitted" in names
    assert len(node.block(1).extrinsics) == 2
    assert free(node, BOB) == before
    assert node.next_nonce(ALICE) == 1


def test_a_call_that_fails_inside_fails_as_any_other(node: DevNode) -> None:
    node.submit(carrier(node, sealed(node, transfer(node, rao=10**6 * TAO, nonce=1)), nonce=0))
    names = block(node)
    assert names.count("System.ExtrinsicFailed") == 1
    assert len(node.block(1).extrinsics) == 3
    assert node.next_nonce(ALICE) == 2


def test_what_is_sealed_with_another_key_waits_until_its_era_is_over(node: DevNode) -> None:
    other = mlkem.key_pair(bytes(64)).encapsulation
    blob = bytes(bittensor_core.encrypt_mlkem768(other, transfer(node, nonce=1), True))
    node.submit(carrier(node, blob, nonce=0))
    for _ in range(SEALED_PERIOD - 2):
        block(node)
        assert node.pool.counts == (1, 0)
    block(node)
    assert len(node.pool) == 0
    assert node.next_nonce(ALICE) == 0


@pytest.mark.parametrize("period", [None, 16, 64])
def test_a_carrier_lives_for_eight_blocks_at_most(node: DevNode, period: int | None) -> None:
    raw = carrier(node, sealed(node, transfer(node, nonce=1)), nonce=0, period=period)
    assert refusal(node, raw).data == "Transaction is outdated"


@pytest.mark.parametrize("size", [0, 17, 41, 18 + 1_088 + 23])
def test_a_ciphertext_without_all_its_parts_is_refused(node: DevNode, size: int) -> None:
    whole = bytearray(sealed(node, b"x"))
    assert refusal(node, carrier(node, bytes(whole[:size]))).data == "Custom error: 23"


def test_a_ciphertext_has_its_parts_even_when_they_are_empty() -> None:
    parts = read_shielded(bytes(16 + 2 + 24))
    assert parts is not None
    assert (parts.kem_ciphertext, parts.sealed) == (b"", b"")
    assert unshield(parts) is None


def test_a_ciphertext_that_is_too_long_cannot_be_read(node: DevNode) -> None:
    fits = carrier(node, bytes(MAX_CIPHERTEXT))
    assert len(node.submit(fits)) == 32
    with pytest.raises(RpcError) as caught:
        node.submit(carrier(node, bytes(MAX_CIPHERTEXT + 1)))
    assert caught.value.code == 1002


def test_a_reorganisation_takes_both_back_and_brings_both_again(node: DevNode) -> None:
    inner = transfer(node, rao=3 * TAO, nonce=1)
    before = free(node, BOB)
    node.submit(carrier(node, sealed(node, inner), nonce=0))
    block(node)

    async def go_back() -> None:
        await node.set_head(0)

    asyncio.run(go_back())
    assert free(node, BOB) == before
    block(node)
    assert free(node, BOB) == before + 3 * TAO
    assert node.block(1).extrinsics[2] == inner
    assert node.next_nonce(ALICE) == 2

"""The codec against the metadata of four real runtimes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from state_node import FILES, metadata_of

from taoctl.errors import BadDataError, NotInRuntimeError, UsageError
from taoctl.scale.codec import Codec, vec_bytes
from taoctl.scale.compact import byte_vectors, compact, compact_bytes, length_prefixed, strip_length
from taoctl.scale.crypto import (
    ED25519,
    KeySigner,
    api_id,
    blake2_128,
    blake2_256,
    twox_64,
    twox_128,
    verify,
)

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"


def load(spec: int, version: int = 15) -> Codec:
    return Codec(metadata_of(spec, version), spec, 1)


@pytest.fixture(scope="module")
def codec() -> Codec:
    return load(424)


@pytest.mark.parametrize("spec", sorted(FILES))
@pytest.mark.parametrize("version", [14, 15])
def test_every_real_runtime_loads_and_reads_an_account(spec: int, version: int) -> None:
    codec = load(spec, version)
    assert (codec.metadata_version, codec.spec_version) == (version, spec)
    info = codec.need_storage("System", "Account")
    assert (info.hashers, info.optional) == (("Blake2_128Concat",), False)
    assert codec.decode_storage("System", "Account", None)["data"]["free"] == 0
    key = codec.storage_key("System", "Account", ALICE)
    assert key == (
        twox_128(b"System")
        + twox_128(b"Account")
        + blake2_128(KeySigner("//Alice").public_key)
        + KeySigner("//Alice").public_key
    )
    assert codec.decode_key("System", "Account", key) == (ALICE,)
    assert codec.has_call("Balances", "transfer_keep_alive")
    assert not codec.has_call("Balances", "steal")
    assert codec.constant("Balances", "ExistentialDeposit") == 500


def test_only_v15_lists_runtime_apis() -> None:
    assert load(424, 14).api("SubnetInfoRuntimeApi", "get_all_dynamic_info") is None
    info = load(424, 15).need_api("SubnetInfoRuntimeApi", "get_metagraph")
    assert [name for name, _ in info.inputs] == ["netuid"]
    assert info.rpc_name == "SubnetInfoRuntimeApi_get_metagraph"


def test_absent_entries_name_the_runtime(codec: Codec) -> None:
    assert codec.storage("SubtensorModule", "Nope") is None
    for attempt in (
        lambda: codec.need_storage("SubtensorModule", "Nope"),
        lambda: codec.need_api("SubnetInfoRuntimeApi", "nope"),
        lambda: codec.constant("System", "Nope"),
        lambda: codec.compose_call("System", "nope", {}),
    ):
        with pytest.raises(NotInRuntimeError, match=r"spec 424\) has no .*[Nn]ope"):
            attempt()


def test_maps_with_several_keys(codec: Codec) -> None:
    values = {(1, 0): ALICE, (1, 1): KeySigner("//Bob").ss58}
    kind = codec.need_storage("SubtensorModule", "Keys").value_type
    pairs = [
        (codec.storage_key("SubtensorModule", "Keys", *key), codec.encode(kind, who))
        for key, who in values.items()
    ]
    assert codec.decode_map("SubtensorModule", "Keys", pairs) == values
    assert codec.decode_map("SubtensorModule", "Keys", pairs, fixed=1) == {
        uid: who for (_, uid), who in values.items()
    }
    prefix = codec.storage_prefix("SubtensorModule", "Keys", 1)
    assert all(key.startswith(prefix) for key, _ in pairs)
    assert codec.storage_keys("SubtensorModule", "Keys", values) == [key for key, _ in pairs]


def test_optional_items_have_no_default(codec: Codec) -> None:
    assert codec.decode_storage("SubtensorModule", "Uids", None) is None
    assert codec.decode_storage("SubtensorModule", "Tempo", None) == 360


def test_many_values_at_once_are_as_one_by_one(codec: Codec) -> None:
    for item, datas in {
        "Tempo": [b"\x05\x00", None, b"\x06\x00"],
        "Uids": [None, b"\x05\x00", None],
    }.items():
        expected = [codec.decode_storage("SubtensorModule", item, data) for data in datas]
        assert codec.decode_storages("SubtensorModule", item, datas) == expected
    for broken in (b"\x05", b"\x05\x00\x00"):
        with pytest.raises(BadDataError):
            codec.decode_storages("SubtensorModule", "Tempo", [b"\x05\x00", broken])


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x00" * 3, b"\x00" * 400])
def test_broken_values_are_bad_data(codec: Codec, data: bytes) -> None:
    with pytest.raises(BadDataError, match=r"System\.Account"):
        codec.decode_storage("System", "Account", data)


def test_hostile_lengths_end_quickly(codec: Codec) -> None:
    for data in (b"\x03\xff\xff\xff\xff", b"\x13" + b"\xff" * 8, b"\xff" * 40):
        for kind in ("Vec<u8>", "Vec<(u32,u32)>", "Vec<()>"):
            with pytest.raises(BadDataError):
                codec.decode(kind, data)


def test_wrong_key_values_are_usage_errors(codec: Codec) -> None:
    for params in ((), (ALICE, 1), ("nonsense",), (None,)):
        with pytest.raises(UsageError):
            codec.storage_key("System", "Account", *params)
    with pytest.raises(UsageError):
        codec.storage_key("SubtensorModule", "Tempo", 70_000)


@pytest.mark.parametrize("data", [b"", b"meta", b"meta\x0f", b"meta\x10" + bytes(50), b"x" * 999])
def test_broken_metadata_is_bad_data(data: bytes) -> None:
    with pytest.raises(BadDataError, match="metadata of spec 7"):
        Codec(data, 7, 1)


def test_flipped_metadata_never_escapes_the_error_tree() -> None:
    original = load(424).metadata
    chance = random.Random(2)
    for _ in range(25):
        broken = bytearray(original)
        for _ in range(4):
            broken[chance.randrange(5, len(broken))] = chance.randrange(256)
        try:
            codec = Codec(bytes(broken), 424, 1)
            codec.decode_storage("System", "Account", None)
        except (BadDataError, NotInRuntimeError):
            continue


def test_a_signed_extrinsic_survives_the_round_trip(codec: Codec) -> None:
    alice = KeySigner("//Alice")
    call = codec.compose_call("Balances", "transfer_keep_alive", {"dest": ALICE, "value": 7})
    era = {"period": 64, "current": 100}
    payload = codec.signature_payload(
        call, era=era, nonce=3, tip=0, genesis_hash=bytes(32), era_block_hash=bytes(32)
    )
    raw, digest = codec.encode_signed_extrinsic(
        call,
        public_key=alice.public_key,
        signature=alice.sign(payload),
        signature_version=alice.crypto,
        era=era,
        nonce=3,
        tip=0,
    )
    assert digest == blake2_256(raw)
    decoded = codec.decode_extrinsic(raw)
    assert (decoded["address"], decoded["nonce"]) == (ALICE, 3)
    assert decoded["call"]["call_function"] == "transfer_keep_alive"
    signature = vec_bytes(decoded["signature"]["Sr25519"])
    assert verify(payload, signature, ALICE)
    with pytest.raises(BadDataError):
        codec.decode_extrinsic(raw[:-1])


def test_verify_refuses_what_a_chain_refuses() -> None:
    alice = KeySigner("//Alice")
    message = b"payload"
    good = alice.sign(message)
    assert verify(message, good, alice.ss58)
    assert not verify(message, alice.sign(b"<Bytes>payload</Bytes>"), alice.ss58)
    assert not verify(message, good[:-1] + bytes([good[-1] ^ 1]), alice.ss58)
    assert not verify(message, good[:-1], alice.ss58)
    assert not verify(message, good, KeySigner("//Bob").ss58)
    assert not verify(message, good, alice.ss58, ED25519)
    ed = KeySigner("//Alice", ED25519)
    assert verify(message, ed.sign(message), ed.ss58, ED25519)


def test_a_bad_uri_is_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        KeySigner("my secret words")
    assert "secret words" not in str(caught.value)


def test_known_hashes() -> None:
    assert twox_128(b"System").hex() == "26aa394eea5630e07c48ae0c9558cef7"
    assert twox_128(b"SubtensorModule").hex() == "658faa385070e074c85bf6b568cf0555"
    assert twox_64(b"").hex() == "99e9d85137db46ef"
    assert api_id("Core").hex() == "df6acb689907609b"
    assert blake2_256(b"").hex().startswith("0e5751c026e543b2")


def test_long_hash_inputs(codec: Codec) -> None:
    xxhash = pytest.importorskip("xxhash")
    for size in range(0, 200, 3):
        data = bytes(range(256))[:size]
        assert twox_64(data) == xxhash.xxh64(data).intdigest().to_bytes(8, "little")


def test_compacts_and_byte_vectors() -> None:
    for number in (0, 63, 64, 16383, 16384, 2**30 - 1, 2**30, 2**63):
        codec_bytes = load(424).encode("Compact<u64>", number)
        assert compact(codec_bytes) == (number, len(codec_bytes))
        assert compact_bytes(number) == codec_bytes
    assert strip_length(b"\x08ab") == b"ab"
    for broken in (b"", b"\x08a", b"\x08abc", b"\x02\x00"):
        with pytest.raises(BadDataError):
            strip_length(broken)
    assert vec_bytes("ab") == b"ab" == vec_bytes([97, 98])
    assert vec_bytes("0xno") == b"0xno"


@pytest.mark.parametrize("data", [b"", b"plain", b"0x", b"0x6162", b"\xff\xfe", "é".encode()])
def test_byte_vectors_come_back_as_they_were(data: bytes) -> None:
    decoded = load(424).decode("Vec<u8>", compact_bytes(len(data)) + data)
    assert vec_bytes(decoded) == data


@given(st.lists(st.binary(max_size=80), max_size=8))
def test_byte_vectors_in_a_row_are_as_many_as_are_expected(every: list[bytes]) -> None:
    data = b"".join(map(length_prefixed, every))
    assert byte_vectors(data, len(every)) == tuple(every)
    with pytest.raises(BadDataError, match="not"):
        byte_vectors(data, len(every) + 1)
    for wrong in (data + b"\x08a", data + b"\x03"):
        with pytest.raises(BadDataError, match="ends inside"):
            byte_vectors(wrong, len(every) + 1)


def test_byte_vector_answers_stay_bytes() -> None:
    codec = load(218)
    info = codec.need_api("SubnetInfoRuntimeApi", "get_subnets_info")
    assert codec.decode_api_result(info, b"\x08\xff\x00") == b"\xff\x00"


@pytest.mark.parametrize("value", [[256], [-1], [3.5], ["x"], [None]])
def test_what_is_no_byte_is_bad_data(value: list[Any]) -> None:
    with pytest.raises(BadDataError, match="no byte"):
        vec_bytes(value)

from __future__ import annotations

from typing import Any

import pytest
from metadata_reader import read_metadata
from scalecodec.base import RuntimeConfigurationObject, ScaleBytes
from scalecodec.type_registry import load_type_registry_preset

from taoctl.localnet.extensions import EXTENSIONS
from taoctl.localnet.frame import Call, Runtime
from taoctl.localnet.pallets import PALLETS
from taoctl.scale.codec import Codec
from taoctl.scale.compact import compact, compact_bytes
from taoctl.scale.crypto import KeySigner

ALICE, BOB = KeySigner("//Alice").ss58, KeySigner("//Bob").ss58


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return Runtime(PALLETS)


def test_both_versions_read_back_to_the_last_byte(runtime: Runtime) -> None:
    for version, raw in ((14, runtime.metadata_v14), (15, runtime.metadata_v15)):
        meta = read_metadata(raw)
        assert meta.version == version
        assert [p.index for p in meta.pallets.values()] == sorted(p.index for p in PALLETS)
        assert list(meta.types) == list(range(len(meta.types)))
        assert [e[0] for e in meta.extensions] == [e.identifier for e in EXTENSIONS]


def test_a_type_stands_in_the_registry_once(runtime: Runtime) -> None:
    meta = read_metadata(runtime.metadata_v15)
    outer = set(meta.outer.values())
    trees = [repr(meta.tree(i, type_names=True)) for i in meta.types if i not in outer]
    assert len(trees) == len(set(trees))


def test_the_codec_loads_both_and_knows_the_apis_of_v15(runtime: Runtime) -> None:
    old = Codec(runtime.metadata_v14, 424, 1)
    new = Codec(runtime.metadata_v15, 424, 1)
    assert old.extension_names() == new.extension_names() == tuple(e.identifier for e in EXTENSIONS)
    assert {f"{a}_{m}" for a, m in new.api_methods()} == set(runtime.api_names)
    assert old.api_methods() == ()
    for pallet in PALLETS:
        for item in pallet.storage_items:
            one, two = old.need_storage(pallet.name, item), new.need_storage(pallet.name, item)
            assert (one.hashers, one.default, one.optional) == (
                two.hashers,
                two.default,
                two.optional,
            )


def test_defaults_say_what_the_pallets_read(runtime: Runtime) -> None:
    for (pallet, name), item in runtime.bytes.items.items():
        declared = item.item
        info = runtime.codec.need_storage(pallet, name)
        assert info.optional == declared.optional
        if declared.optional:
            assert item.store.default is None
        else:
            assert item.value_from_bytes(info.default) == item.store.default, f"{pallet}.{name}"


def scalecodec_registry(raw: bytes) -> tuple[RuntimeConfigurationObject, Any]:
    config = RuntimeConfigurationObject(ss58_format=42)
    config.update_type_registry(load_type_registry_preset("core"))
    metadata = config.create_scale_object("MetadataVersioned", ScaleBytes(raw))
    metadata.decode()
    config.add_portable_registry(metadata)
    return config, metadata


def test_the_python_codec_of_substrate_interface_agrees(runtime: Runtime) -> None:
    config, metadata = scalecodec_registry(runtime.metadata_v14)
    assert [p.name for p in metadata.pallets] == [p.name for p in runtime.classes]
    call = config.create_scale_object("Call", metadata=metadata)
    args = {"dest": ALICE, "value": 5}
    call.encode(
        {"call_module": "Balances", "call_function": "transfer_keep_alive", "call_args": args}
    )
    ours = runtime.encode_call(Call("Balances", "transfer_keep_alive", args))
    assert bytes(call.data.data) == ours


def test_a_signed_extrinsic_of_the_codec_is_read_back(runtime: Runtime) -> None:
    transfer = Call("Balances", "transfer_keep_alive", {"dest": BOB, "value": 7})
    signer = KeySigner("//Alice")
    raw, _ = runtime.codec.encode_signed_extrinsic(
        runtime.encode_call(transfer),
        public_key=signer.public_key,
        signature=bytes(64),
        signature_version=1,
        era={"period": 64, "current": 100},
        nonce=3,
        tip=9,
    )
    decoded = runtime.codec.decode_extrinsic(raw)
    assert (decoded["nonce"], decoded["tip"]) == (3, 9)
    assert runtime.call_from_codec(decoded["call"]) == transfer


def test_lengths_take_every_compact_form() -> None:
    for number in (0, 63, 64, 16_383, 16_384, 2**30 - 1, 2**30, 2**64 - 1):
        data = compact_bytes(number)
        assert compact(data) == (number, len(data))
    assert [len(compact_bytes(n)) for n in (63, 64, 16_384, 2**30)] == [1, 2, 4, 5]

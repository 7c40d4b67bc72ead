"""The version inside a runtime's code, plain and compressed, and hostile code."""

from __future__ import annotations

import hashlib
import random
import re

import pytest
import zstandard
from runtime_code import COMPRESSED, MAGIC, code, leb128, module, section, version_bytes

from taoctl.scale.code_version import CodeVersion, read_code


@pytest.mark.parametrize("compressed", [False, True])
def test_code_says_its_version_size_and_hashes(compressed: bool) -> None:
    data = code(425, compressed=compressed)
    found = read_code(data)
    assert found.problem is None
    assert found.version == CodeVersion("node-subtensor", "node-subtensor", 1, 425, 7, 1)
    assert found.compressed is compressed
    assert found.size == len(data)
    assert found.wasm_size == len(code(425))
    assert found.sha256 == "0x" + hashlib.sha256(data).hexdigest()
    assert found.blake2_256 == "0x" + hashlib.blake2b(data, digest_size=32).hexdigest()


def test_a_version_lists_apis_and_may_have_no_transaction_version() -> None:
    with_apis = module(section(b"runtime_version", version_bytes(apis=20)))
    assert read_code(with_apis).version == CodeVersion(
        "node-subtensor", "node-subtensor", 1, 425, 7, 1
    )
    old = read_code(module(section(b"runtime_version", version_bytes(transaction=None)))).version
    assert old is not None and old.transaction_version is None and old.spec_version == 425


def test_the_first_section_of_the_name_counts_as_on_a_node() -> None:
    two = module(
        section(b"runtime_version", version_bytes(spec=500)),
        section(b"runtime_version", version_bytes(spec=999)),
    )
    version = read_code(two).version
    assert version is not None and version.spec_version == 500


def test_frames_one_after_the_other_are_one_module() -> None:
    data, half = code(426), len(code(426)) // 2
    frames = [zstandard.ZstdCompressor().compress(one) for one in (data[:half], data[half:])]
    version = read_code(COMPRESSED + b"".join(frames)).version
    assert version is not None and version.spec_version == 426


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no WebAssembly"),
        (b"0x0061736d", "no WebAssembly"),
        (MAGIC, "no runtime_version"),
        (code(1)[:-40], "ends inside a section"),
        (MAGIC + b"\x00\xff\xff\xff\xff\xff\xff", "too long"),
        (MAGIC + b"\x00\x80", "inside a number"),
        (MAGIC + b"\x00" + leb128(3) + leb128(99) + b"ab", "longer than itself"),
        (module(section(b"runtime_version", b"")), "before a length"),
        (module(section(b"runtime_version", b"\xfe\xff\xff\xff")), "too early"),
        (module(section(b"runtime_version", version_bytes()[:34])), "too early"),
        (COMPRESSED, "no WebAssembly"),
        (COMPRESSED + b"not a frame at all", "cannot be unpacked"),
        (code(5, compressed=True)[:-9], "cannot be unpacked|ends inside|no runtime|no WebAssembly"),
    ],
)
def test_code_without_a_version_says_why(data: bytes, why: str) -> None:
    found = read_code(data)
    assert found.version is None
    assert found.problem is not None
    assert re.search(why, found.problem)
    assert found.size == len(data)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = COMPRESSED + zstandard.ZstdCompressor().compress(MAGIC + bytes(60 * 1024 * 1024))
    assert len(bomb) < 100_000
    found = read_code(bomb)
    assert found.version is None
    assert found.problem is not None and "no node takes" in found.problem


def test_millions_of_empty_sections_are_not_counted() -> None:
    module = MAGIC + bytes((1, 0)) * 20_000_000
    bomb = COMPRESSED + zstandard.ZstdCompressor().compress(module)
    assert len(bomb) < 10_000
    found = read_code(bomb)
    assert found.wasm_size == len(module)
    assert found.problem is not None and "more than 1000 sections" in found.problem
    thousand = module[: len(MAGIC) + 2 * 999] + section(b"runtime_version", version_bytes())
    assert read_code(thousand).version is not None


def test_random_damage_never_raises() -> None:
    dice = random.Random(3)
    for compressed in (False, True):
        whole = code(425, compressed=compressed)
        for _ in range(500):
            data = bytearray(whole)
            for _ in range(dice.randrange(1, 6)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            read_code(bytes(data[: dice.randrange(len(data))]))
            read_code(bytes(data))

"""Everything the localnet declares is what mainnet's runtime (spec 424) declares."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from conformance import Comparison, Report
from conformance_allowed import ALLOWED, NEWER_APIS, SUBSETS
from metadata_reader import read_metadata

from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets import PALLETS
from taoctl.scale.codec import Codec
from taoctl.scale.crypto import api_id

CHAIN = Path(__file__).resolve().parents[3] / "shared" / "chain"

pytestmark = pytest.mark.skipif(
    not CHAIN.is_dir(), reason="needs mainnet's metadata in ../shared/chain"
)


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return Runtime(PALLETS)


def mainnet(version: int) -> bytes:
    return (CHAIN / f"finney-424.v{version}.scale").read_bytes()


def compare(ours: bytes, version: int) -> Report:
    return Comparison(read_metadata(ours), read_metadata(mainnet(version))).run()


@pytest.mark.parametrize("version", [14, 15])
def test_every_declaration_is_mainnets(
    runtime: Runtime, version: int, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = runtime.metadata_v15 if version == 15 else runtime.metadata_v14
    report = compare(ours, version)
    title = f"localnet metadata V{version} against mainnet spec 424"
    allowed = f"allowed differences: {len(ALLOWED)}"
    with capsys.disabled():
        sys.stdout.write("\n  ".join(["", title, *report.lines(), allowed]) + "\n")
    unexplained = [d for d in report.differences if d not in ALLOWED]
    assert unexplained == []
    assert report.type_names[False] == 0
    assert report.matches.total() + len(report.differences) >= report.compared.total() > 1_000


def test_every_allowed_difference_is_one(runtime: Runtime) -> None:
    report = compare(runtime.metadata_v15, 15)
    assert sorted(ALLOWED) == sorted(report.differences)


def test_only_allowed_kinds_are_incomplete(runtime: Runtime) -> None:
    report = compare(runtime.metadata_v15, 15)
    partial = {kind for kind, count in report.available.items() if report.declared[kind] < count}
    assert partial <= set(SUBSETS)
    for kind in ("event", "error", "constant", "extrinsic"):
        assert report.declared[kind] == report.available[kind], kind


def test_the_version_says_what_mainnets_says_except_its_apis(runtime: Runtime) -> None:
    ours = runtime.codec.constant("System", "Version")
    theirs = Codec(mainnet(15), 424, 1).constant("System", "Version")
    listed, known = dict(ours.pop("apis")), dict(theirs.pop("apis"))
    assert ours == theirs
    newer = {"0x" + api_id(name).hex() for name in NEWER_APIS}
    assert {i: v for i, v in listed.items() if i not in newer}.items() <= known.items()
    assert newer <= set(listed)
    assert len(listed) == len({name.partition("_")[0] for name in runtime.api_names})


def test_a_changed_declaration_is_found(runtime: Runtime) -> None:
    ours = read_metadata(runtime.metadata_v15)
    item = ours.pallets["System"].storage["Account"]
    item.hashers = ["Identity"]
    item.default = b""
    variants: Any = ours.types[ours.pallets["Balances"].event].body  # type: ignore[index]
    variants[0].index = 99
    found = Comparison(ours, read_metadata(mainnet(15))).run().differences
    assert {
        "storage System.Account hashers",
        "storage System.Account default",
        "event Balances.Endowed index",
    } <= set(found)

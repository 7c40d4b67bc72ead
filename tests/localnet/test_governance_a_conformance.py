"""What a chain with the Triumvirate declares is what the runtime of spec 218 declares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conformance import Comparison, Report
from conformance_allowed import ALLOWED
from metadata_reader import Metadata, read_metadata

from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.governance.triumvirate import GOVERNANCE_A

CHAIN = Path(__file__).resolve().parents[3] / "shared" / "chain"

pytestmark = pytest.mark.skipif(
    not CHAIN.is_dir(), reason="needs the runtimes' metadata in ../shared/chain"
)

CLASSES = tuple({pallet.name: pallet for pallet in (*PALLETS, *GOVERNANCE_A)}.values())
COUNCIL = ("Triumvirate", "TriumvirateMembers", "SenateMembers")
SENATE_CALLS = {"sudo", "sudo_unchecked_weight", "vote", "adjust_senate"}
NEW_ERRORS = {"NotSenateMember", "CouldNotJoinSenate"}


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return Runtime(CLASSES)


def known(name: str) -> Metadata:
    return read_metadata((CHAIN / name).read_bytes())


def ours_of(data: bytes) -> Metadata:
    """Our metadata; DispatchError belongs to the whole runtime, and spec 218 had no Trie in it."""
    metadata = read_metadata(data)
    for kind in metadata.types.values():
        if kind.path == ["sp_runtime", "DispatchError"]:
            kind.body = [one for one in kind.body if one.name != "Trie"]
    return metadata


def alone(metadata: Metadata) -> Metadata:
    """The metadata with the three pallets only."""
    metadata.pallets = {name: metadata.pallets[name] for name in COUNCIL}
    return metadata


@pytest.mark.parametrize("version", [14, 15])
def test_the_three_pallets_are_those_of_spec_218(runtime: Runtime, version: int) -> None:
    ours = runtime.metadata_v15 if version == 15 else runtime.metadata_v14
    comparison = Comparison(alone(ours_of(ours)), alone(known(f"subtensor-218.v{version}.scale")))
    report: Report = comparison.report
    for name in COUNCIL:
        comparison._pallet(comparison.ours.pallets[name], comparison.theirs.pallets[name])
        assert comparison.ours.pallets[name].index == comparison.theirs.pallets[name].index
    assert report.differences == []
    assert report.declared == report.available
    assert report.matches["call"] >= 40
    assert report.type_names[False] == 0


def test_the_outer_enums_place_them_as_spec_218_does(runtime: Runtime) -> None:
    ours, theirs = read_metadata(runtime.metadata_v15), known("subtensor-218.v15.scale")
    for kind in ("call", "event", "error"):
        mine, other = (m.variants(m.outer[kind]) for m in (ours, theirs))
        for name in COUNCIL:
            assert mine[name].index == other[name].index


def test_the_senates_part_of_subtensor_module_is_that_of_spec_218(runtime: Runtime) -> None:
    ours, theirs = ours_of(runtime.metadata_v15), known("subtensor-218.v15.scale")
    mine, other = (m.pallets["SubtensorModule"] for m in (ours, theirs))
    for name in SENATE_CALLS:
        a, b = ours.variants(mine.calls)[name], theirs.variants(other.calls)[name]
        assert (a.index, ours.fields(a.fields)) == (b.index, theirs.fields(b.fields))
        assert [f.type_name for f in a.fields] == [f.type_name for f in b.fields]
    for name in ("Sudid", "SenateAdjusted"):
        a, b = ours.variants(mine.event)[name], theirs.variants(other.event)[name]
        assert ours.fields(a.fields) == theirs.fields(b.fields)
    a_item = mine.storage["SenateRequiredStakePercentage"]
    b_item = other.storage["SenateRequiredStakePercentage"]
    assert (a_item.modifier, a_item.hashers, a_item.default) == (
        b_item.modifier,
        b_item.hashers,
        b_item.default,
    )
    assert ours.tree(a_item.value) == theirs.tree(b_item.value)
    constant = "InitialSenateRequiredStakePercentage"
    assert mine.constants[constant][1] == other.constants[constant][1]
    assert set(theirs.variants(other.error)) & set(ours.variants(mine.error)) >= NEW_ERRORS


def test_nothing_that_spec_424_numbers_is_renumbered(runtime: Runtime) -> None:
    report = Comparison(read_metadata(runtime.metadata_v15), known("finney-424.v15.scale")).run()
    added: set[Any] = {
        *(f"pallet {name} exists only here" for name in COUNCIL),
        *(f"call SubtensorModule.{name} exists only here" for name in SENATE_CALLS),
        *(f"error SubtensorModule.{name} exists only here" for name in NEW_ERRORS),
        "event SubtensorModule.SenateAdjusted exists only here",
        "storage SubtensorModule.SenateRequiredStakePercentage exists only here",
        "constant SubtensorModule.InitialSenateRequiredStakePercentage exists only here",
        *(f"outer {k}.{n} exists only here" for k in ("call", "event", "error") for n in COUNCIL),
    }
    assert set(report.differences) - set(ALLOWED) == added

"""What reads declare to need, against every runtime whose metadata we have."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from state_node import metadata_of, state_node
from stored_chain import SPECS, StoredChain, codec_of

from taoctl.chain.client import connect
from taoctl.chain.view import Api, Storage, View, has_entry
from taoctl.errors import NotInRuntimeError
from taoctl.reads import registry
from taoctl.reads.registry import READS, load, read
from taoctl.reads.subnets import SubnetRow

ALL = sorted(load())

ABSENT = {
    "auto-stake": {218},
    "claim-types": {218},
    "concentration": {218},
    "emission": {218, 365, 393},
    "mechanisms": {218},
    "prune-order": {218},
    "subnet-prune-order": {218},
    "coldkey-swaps": {218, 365},
    "root-claims": {218},
    "locked-alpha": {218, 365, 393},
    "locks": {218, 365, 393},
    "weight-commits": {218, 365, 393},
}
"""Reads of things that older runtimes do not know at all."""


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("name", ALL)
def test_every_read_works_on_every_known_runtime_that_has_its_subject(name: str, spec: int) -> None:
    codec = codec_of(spec)
    missing = READS[name].missing(lambda entry: has_entry(codec, entry))
    assert bool(missing) == (spec in ABSENT.get(name, ()))


@pytest.mark.parametrize("name", ALL)
def test_the_newest_runtime_has_everything_a_read_can_use(name: str) -> None:
    codec = codec_of(424)
    lacking = READS[name].lacking(lambda entry: has_entry(codec, entry))
    assert [str(entry) for entry in lacking] == []


def test_older_runtimes_lack_some_of_it() -> None:
    codec = codec_of(365)
    lacking = READS["subnets"].lacking(lambda entry: has_entry(codec, entry))
    assert {str(entry) for entry in lacking} == {
        "runtime API SwapRuntimeApi.current_alpha_price_all",
        "storage SubtensorModule.LastEpochBlock",
        "storage SubtensorModule.PendingEpochAt",
        "storage SubtensorModule.SubnetExcessTao",
    }


def test_an_absent_need_is_named_before_anything_is_asked() -> None:
    chain = StoredChain(424)

    @read("gone", row=SubnetRow, needs=(Storage("Senate", "Members"),), help="for this test")
    async def gone(view: object) -> tuple[SubnetRow, ...]:
        raise AssertionError("must not run")

    try:
        with pytest.raises(NotInRuntimeError, match=r"spec 424.*'gone'.*Senate\.Members") as caught:
            asyncio.run(gone(chain.view()))
    finally:
        del READS["gone"]
    assert caught.value.hint is not None
    assert chain.asked == []


def test_what_an_upgrade_brings_is_there_for_the_first_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = Api("SubnetInfoRuntimeApi", "get_next_epoch_start_block")
    monkeypatch.setattr(registry, "READS", {})

    @registry.read("coming", row=object, needs=(new,), help="for this test")
    async def coming(view: View) -> int:
        return view.spec_version

    async def main() -> None:
        async with state_node(424) as node:
            metadata_of(365)
            node.old_spec, node.upgraded_at = 365, 21
            async with connect(node.url, cache_dir=tmp_path) as chain:
                with pytest.raises(NotInRuntimeError, match="spec 365"):
                    await coming(await chain.at_head())
                node.number = 21
                assert await coming(await chain.at_head()) == 424

    asyncio.run(main())

"""What reads declare to need, against every runtime whose metadata we have."""

from __future__ import annotations

import asyncio

import pytest
from stored_chain import SPECS, StoredChain, codec_of

from taoctl.chain.view import Storage, has_entry
from taoctl.errors import NotInRuntimeError
from taoctl.reads.registry import READS, load, read
from taoctl.reads.subnets import SubnetRow

ALL = sorted(load())


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("name", ALL)
def test_every_read_works_on_every_known_runtime(name: str, spec: int) -> None:
    codec = codec_of(spec)
    assert READS[name].missing(lambda entry: has_entry(codec, entry)) == ()


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

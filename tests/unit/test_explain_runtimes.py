"""Errors as the metadata of every runtime we know has them, with what is known to help."""

from __future__ import annotations

import asyncio
import re
from functools import cache

import pytest
from governance_errors import governance_errors
from stored_chain import METADATA, SPECS, StoredChain

from taoctl.calls.remedies import remedies
from taoctl.reads.errors import ErrorRow, errors

DISPATCHER = ("BadOrigin", "CannotLookup", "ConsumerRemaining", "Exhausted")


@cache
def errors_of(spec: int) -> tuple[ErrorRow, ...]:
    return asyncio.run(errors(StoredChain(spec).view()))


@pytest.mark.parametrize("spec", SPECS)
def test_every_error_has_the_words_of_its_runtime(spec: int) -> None:
    found = {one.name: one for one in errors_of(spec)}
    assert len(found) > 200
    too_soon = found["SubtensorModule.ServingRateLimitExceeded"]
    assert too_soon.docs is not None
    assert too_soon.docs.startswith("An axon or prometheus serving exceeded the rate limit")
    codec = StoredChain(spec).codec
    for one in found.values():
        name, docs = codec.module_error(one.pallet_index, one.error_index)
        assert one.name == f"{one.pallet}.{name}"
        assert (one.docs or "") == " ".join(docs.split())


def test_what_is_known_to_help_is_of_errors_that_there_are() -> None:
    """Every remedy is of an error that one of the runtimes has, or of none of its pallets."""
    there = {one.name for spec in SPECS for one in errors_of(spec)} | governance_errors()
    others = {name for name in remedies() if name not in there}
    assert {name for name in others if not name.startswith(("Token.", "Arithmetic."))} == set(
        DISPATCHER
    )


def test_the_errors_that_are_listed_beside_the_newest_runtime_are_there() -> None:
    """The list was made by another program; it has some of the pallets."""
    path = METADATA / "finney-424" / "errors.txt"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    found = {(one.pallet_index, one.error_index): one.name for one in errors_of(424)}
    listed = re.findall(r"^(\w+)\((\d+)\) (\d+) (\w+)", path.read_text(), re.M)
    assert len(listed) > 150
    for pallet, pallet_index, index, name in listed:
        assert found[int(pallet_index), int(index)] == f"{pallet}.{name}"

"""Every call of every runtime: from bytes to values as a plan holds them, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from random_calls import RandomCalls

from taoctl.calls.base import call_bytes
from taoctl.calls.generic import from_bytes
from taoctl.errors import UsageError
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.runtime import Runtime
from taoctl.scale.codec import Codec

CHAIN = Path(__file__).resolve().parents[2].parent / "shared" / "chain"
REAL = {218: "subtensor-218", 365: "finney-365", 393: "finney-393", 424: "finney-424"}


def _codec(spec: int) -> Codec:
    if spec == 0:
        return Codec(Runtime(PALLETS).metadata_v15, 424, 1)
    path = CHAIN / f"{REAL[spec]}.v15.scale"
    if not path.is_file():
        pytest.skip("the real metadata is not beside this repository")
    return Codec(path.read_bytes(), spec, 1)


@pytest.mark.parametrize("spec", [0, *REAL])
def test_the_bytes_of_any_call_become_a_call_and_the_same_bytes(spec: int) -> None:
    codec = _codec(spec)
    drawn = RandomCalls(codec, seed=spec)
    there, refused = 0, []
    for pallet, variant in drawn.kinds():
        _, parts = drawn._decoded(pallet, variant, lambda one=variant: drawn._fields(one))
        data = bytes([pallet.index, variant.index]) + b"".join(parts)
        try:
            call = from_bytes(codec, data)
        except UsageError as problem:
            refused.append((pallet.name, variant.name, problem.message))
            continue
        assert (call.pallet, call.name) == (pallet.name, variant.name)
        assert call_bytes(codec, call) == data
        there += 1
    # Sets out of order, addresses of forms without a name, and `Data::RawN` are left to others.
    assert len(refused) <= 5, refused
    assert there > 40

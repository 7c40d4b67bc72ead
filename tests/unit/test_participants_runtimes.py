"""Whom an epoch pays: runtimes that keep too little of it say so, and the newest has all of it."""

from __future__ import annotations

import asyncio

import pytest
from stored_chain import StoredChain

from taoctl.chain.view import has_entry
from taoctl.errors import NotInRuntimeError
from taoctl.reads.epoch_gains import GAIN_NEEDS
from taoctl.reads.epoch_participants import epoch_participants
from taoctl.reads.epoch_payout import PAYOUT_NEEDS
from taoctl.reads.subnet_emission import EMISSION_NEEDS, subnet_emission

NEEDS = (*EMISSION_NEEDS, *PAYOUT_NEEDS, *GAIN_NEEDS)


@pytest.mark.parametrize("spec", [218, 365, 393])
def test_older_runtimes_say_what_they_lack_before_anything_is_asked(spec: int) -> None:
    chain = StoredChain(spec)
    missing = [str(one) for one in NEEDS if not has_entry(chain.codec, one)]
    assert missing
    with pytest.raises(NotInRuntimeError, match=f"spec {spec}") as caught:
        asyncio.run(epoch_participants(chain.view(1000), 1, stakers=True))
    assert all(one in str(caught.value) for one in missing)
    with pytest.raises(NotInRuntimeError, match="MinerBurned"):
        asyncio.run(subnet_emission(chain.view(1000), 1))
    assert chain.asked == []


def test_the_newest_runtime_has_all_of_it() -> None:
    chain = StoredChain(424)
    assert all(has_entry(chain.codec, one) for one in NEEDS)

"""Locks on alpha as the chain shows them: rolled forward to the block that is asked about."""

from __future__ import annotations

from math import exp

import pytest
from subtensor_chain import Chain, account

MASS = 10**12


def test_a_lock_is_shown_as_it_is_now() -> None:
    chain = Chain()
    chain.begin()
    module, alice = chain.rt.subtensor, account("alice")
    assert module.get_coldkey_lock(alice, 1) is None
    assert module.locked_alpha(alice, 1) == 0
    hotkey = account("h:val0-1")
    now = chain.rt.block_number
    module.Lock[alice, 1, hotkey] = {"locked_mass": MASS, "conviction": 0, "last_update": 0}
    module.UnlockRate.put(10 * now)
    module.MaturityRate.put(10 * now)
    shown = module.get_coldkey_lock(alice, 1)
    assert shown["locked_mass"] == pytest.approx(MASS * exp(-0.1), rel=1e-9)
    assert shown["conviction"] / 2**64 == pytest.approx(MASS * 0.1 * exp(-0.1), rel=1e-9)
    assert shown["last_update"] == now
    assert module.locked_alpha(alice, 1) == shown["locked_mass"]
    module.DecayingLock[alice, 1] = False
    assert module.locked_alpha(alice, 1) == MASS
    module.SubnetOwnerHotkey[1] = hotkey
    assert module.get_coldkey_lock(alice, 1)["conviction"] == MASS << 64

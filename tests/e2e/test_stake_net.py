"""The net that other tests force calls on sends the call that is named, of the pallet that is."""

from __future__ import annotations

from pathlib import Path

import pytest
from stake_net import BOB, TAO, StakeNet, stake_chain


def test_a_call_of_any_pallet_can_be_forced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    too_much = {"dest": {"Id": BOB}, "value": 10**9 * TAO}
    with stake_chain(tmp_path) as chain:
        net = StakeNet(chain, capsys.readouterr)
        error = net.force("//Alice", "transfer_keep_alive", "Balances", **too_much)
        assert error == "Arithmetic.Underflow"
        assert net.force("//Alice", "remark", "System", remark=b"") is None

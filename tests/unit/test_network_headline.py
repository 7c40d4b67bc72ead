"""The line above network health, whichever numbers it holds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from taoctl.cli.network import _headline


@pytest.mark.parametrize(
    ("nakamoto", "holders", "said"),
    [(1, 1, "1 of 1 coldkey has"), (1, 9, "1 of 9 coldkeys has"), (3, 9, "3 of 9 coldkeys have")],
)
def test_one_is_not_many(nakamoto: int, holders: int, said: str) -> None:
    row: Any = SimpleNamespace(
        scope="network", nakamoto=nakamoto, holders=holders, staked_rao=5 * 10**9
    )
    by: Any = "coldkey"
    assert _headline((row,), by).startswith(f"{said} more than half of the 5")

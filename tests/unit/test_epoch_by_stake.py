"""An epoch in which nobody is weighed shares its emission by stake."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from taoctl.reads.explain import EarnedRow


@pytest.mark.parametrize(
    ("ranks", "dividends", "by_stake"),
    [(0, 0, True), (1, 0, False), (0, 1, False), (1 << 32, 1 << 30, False)],
)
def test_only_an_epoch_without_ranks_and_dividends_goes_by_stake(
    ranks: int, dividends: int, by_stake: bool
) -> None:
    row = SimpleNamespace(rank_total_bits=ranks, dividend_total_bits=dividends)
    assert EarnedRow.by_stake.__get__(row) is by_stake

"""The numbers of transaction pools in words, beside those that the localnet answers with."""

from __future__ import annotations

import pytest

from taoctl.calls.remedies import remedy
from taoctl.chain.rpc import RpcError
from taoctl.localnet.pallets.subtensor.guards import CODES
from taoctl.submit.pool_codes import custom_error


def _answer(data: object) -> RpcError:
    return RpcError("author_submitExtrinsic", 1010, "Invalid Transaction", data)


@pytest.mark.parametrize("code", sorted(set(CODES.values())))
def test_every_number_that_a_guard_gives_has_a_name(code: int) -> None:
    found = custom_error(_answer(f"Custom error: {code}"))
    assert found is not None
    causes = [error for error, number in CODES.items() if number == code]
    advice = {remedy(f"SubtensorModule.{error}") for error in causes}
    assert found[1] is None or len(causes) > 1 or found[1] in advice


def test_numbers_that_mean_nothing_known_stay_numbers() -> None:
    for data in ("Custom error: 255", "Custom error: 200", "custom", None, {"Custom error": 1}):
        assert custom_error(_answer(data)) is None
    name, advice = custom_error(_answer("Custom error: 21")) or ("", None)
    assert name == "ColdkeySwapDisputed" and "root" in (advice or "")

"""What the calls around other calls weigh: the numbers of the runtime (spec 424)."""

from __future__ import annotations

from typing import Any

import pytest
from wrapped import ALICE, BOB, Wrapped, by_key

from taoctl.localnet.frame import Call

READ, WRITE = 25_000_000, 100_000_000
EMPTY = Call("System", "remark", {"remark": b""})
INSIDE = 2_119_000
TWO = (EMPTY, EMPTY)
ROOT: dict[str, Any] = {"as_origin": {"system": "Root"}, "call": EMPTY}

WEIGHTS: list[tuple[str, str, dict[str, Any], int]] = [
    ("Utility", "batch", {"calls": TWO}, 19_446_696 + 2 * 5_450_264 + 2 * READ + 2 * INSIDE),
    ("Utility", "batch_all", {"calls": TWO}, 13_428_230 + 2 * 5_663_250 + 2 * READ + 2 * INSIDE),
    ("Utility", "force_batch", {"calls": TWO}, 12_134_867 + 2 * 5_477_293 + 2 * READ + 2 * INSIDE),
    ("Utility", "as_derivative", {"index": 0, "call": EMPTY}, 15_378_000 + 3 * READ + WRITE),
    ("Utility", "if_else", {"main": EMPTY, "fallback": EMPTY}, 21_831_000 + 2 * READ + INSIDE),
    ("Utility", "dispatch_as", ROOT, 6_893_000),
    ("Utility", "dispatch_as_fallible", ROOT, 7_113_000),
    (
        "Proxy",
        "proxy",
        {"real": BOB, "force_proxy_type": None, "call": EMPTY},
        28_026_265 + 20 * 53_205 + 4 * READ + 2 * WRITE,
    ),
    (
        "Proxy",
        "proxy_announced",
        {"delegate": ALICE, "real": BOB, "force_proxy_type": None, "call": EMPTY},
        53_234_507 + 75 * 228_831 + 20 * 54_037 + 6 * READ + 4 * WRITE,
    ),
    (
        "Multisig",
        "as_multi_threshold_1",
        {"other_signatories": by_key(ALICE, BOB), "call": EMPTY},
        20_470_382 + 3 * 397 + 3 * READ + WRITE,
    ),
]


@pytest.mark.parametrize(("pallet", "name", "args", "base"), WEIGHTS)
def test_a_wrapper_weighs_what_it_does_on_mainnet(
    pallet: str, name: str, args: dict[str, Any], base: int
) -> None:
    counted = base if "calls" in args else base + INSIDE
    assert Wrapped().rt.weight_of(Call(pallet, name, args)).ref_time == counted

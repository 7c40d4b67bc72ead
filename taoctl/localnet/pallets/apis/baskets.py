"""BetaBasketRuntimeApi: what root stakers are owed from baskets, which this runtime has not.

Baskets came with runtimes after 424. The two methods are here because the current btcli asks them
for every wallet and takes no runtime without them; that nobody is owed anything is the truth.
"""

from __future__ import annotations

from taoctl.localnet.frame import Pallet, api
from taoctl.localnet.types import AccountId32, Tup, Vec, u64

API = "BetaBasketRuntimeApi"

_COLDKEY = (("coldkey", AccountId32),)


class BasketApi(Pallet):
    """Answers for a chain without baskets."""

    @api(API, args=_COLDKEY, returns=u64)
    def get_root_basket_owed(self, coldkey: str) -> int:
        """Rao that claiming would pay: none."""
        return 0

    @api(API, args=_COLDKEY, returns=Vec(Tup(AccountId32, u64, u64)))
    def get_root_basket_positions(self, coldkey: str) -> list[tuple[str, int, int]]:
        """Hotkey, shares and payout of every basket the coldkey has a part of: none."""
        return []

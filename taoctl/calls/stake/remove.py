"""Unstaking: selling alpha of a subnet for TAO."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.stake.amount import Amount
from taoctl.calls.stake.limits import Limit
from taoctl.calls.stake.trade import Trade


@dataclass(frozen=True, slots=True)
class RemoveStake(Trade):
    """Sell alpha held through a hotkey, for free TAO.

    Attributes:
        hotkey: ss58 address that holds it.
        netuid: the subnet; 0 is root, where alpha is TAO.
        amount: alpha, the pool's fee included.
        limit: the price past which it is not done.
        partial: whether less will do, where the limit lets only less through.
    """

    hotkey: str
    netuid: int
    amount: Amount
    limit: Limit
    partial: bool = False


@dataclass(frozen=True, slots=True)
class RemoveAllAtLimit(Trade):
    """Sell a whole position, whatever it holds when the call runs (`remove_stake_full_limit`).

    Attributes:
        hotkey: ss58 address that holds it.
        netuid: the subnet; 0 is root, where alpha is TAO.
        limit: the price past which it is not done; none sells at any price.
    """

    hotkey: str
    netuid: int
    limit: Limit

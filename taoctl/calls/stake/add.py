"""Staking TAO: buying alpha of a subnet through a hotkey."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.stake.amount import Amount
from taoctl.calls.stake.limits import Limit
from taoctl.calls.stake.trade import Trade


@dataclass(frozen=True, slots=True)
class AddStake(Trade):
    """Buy alpha of a subnet with free TAO, and hold it through a hotkey.

    Attributes:
        hotkey: ss58 address that holds it.
        netuid: the subnet; 0 is root, where alpha is TAO.
        amount: TAO, the pool's fee included.
        limit: the price past which it is not done.
        partial: whether less will do, where the limit lets only less through.
    """

    hotkey: str
    netuid: int
    amount: Amount
    limit: Limit
    partial: bool = False

"""What the payments of an epoch do to positions: stake in share pools, and claims of root stakers.

Amounts are integer rao of alpha, and of TAO on root.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from taoctl.economics.payout import Fate, Payment
from taoctl.economics.root_claims import owed, rate_increment_bits
from taoctl.economics.shares import ZERO, SafeFloat, change, position_value


@dataclass(slots=True)
class SharePool:
    """The stake of all coldkeys with one hotkey on one subnet.

    Attributes:
        value: alpha of all of them.
        total: shares of all of them.
        shares: shares by coldkey.
    """

    value: int = 0
    total: SafeFloat = ZERO
    shares: dict[str, SafeFloat] = field(default_factory=dict)

    def worth(self, coldkey: str) -> int:
        """Alpha of a coldkey."""
        return position_value(self.value, self.shares.get(coldkey, ZERO), self.total)

    def add(self, coldkey: str | None, amount: int) -> None:
        """Stake an amount for a coldkey, or share it out among all where it is None."""
        if coldkey is None:
            self.value += amount
            return
        share = self.shares.get(coldkey, ZERO)
        self.value, self.total, self.shares[coldkey] = change(self.value, self.total, share, amount)

    def copy(self) -> SharePool:
        """The same pool, which may change apart from this one."""
        return SharePool(self.value, self.total, dict(self.shares))


@dataclass(frozen=True, slots=True)
class Gain:
    """What one position gets.

    Attributes:
        hotkey: with whom it is staked.
        coldkey: whose it is.
        before: what it was worth, rao.
        after: what it is worth then, rao.
    """

    hotkey: str
    coldkey: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class RootPosition:
    """Stake on root that is owed alpha of a subnet.

    Attributes:
        coldkey: whose it is.
        stake: TAO rao.
        claimed: RootClaimed, rao of alpha.
    """

    coldkey: str
    stake: int
    claimed: int


def stake_gains(pools: Mapping[str, SharePool], payments: Iterable[Payment]) -> tuple[Gain, ...]:
    """What every stake position is worth before and after, of the pools that are paid into.

    Args:
        pools: by hotkey, those of all that are paid into; a hotkey that is missing has no stake.
        payments: in the order in which the chain makes them.
    """
    after: dict[str, SharePool] = {}
    for one in payments:
        if one.fate is Fate.STAKE and one.staked_to is not None:
            pool = after.setdefault(one.staked_to, pools.get(one.staked_to, SharePool()).copy())
            pool.add(one.coldkey, one.alpha_rao)
    found = []
    for hotkey, pool in after.items():
        old = pools.get(hotkey, SharePool())
        found += [
            Gain(hotkey, coldkey, old.worth(coldkey), pool.worth(coldkey))
            for coldkey in pool.shares
        ]
    return tuple(found)


def claim_gains(
    hotkey: str, rate_bits: int, paid: int, positions: Iterable[RootPosition], root_stake: int
) -> tuple[int, tuple[Gain, ...]]:
    """The rate of a hotkey after root dividends, and what each root staker is owed before and then.

    Args:
        hotkey: whose stakers they are.
        rate_bits: RootClaimable for the subnet, I96F32.
        paid: alpha rao for root stakers.
        positions: its stake on root.
        root_stake: sum of it as the chain keeps it.
    """
    then = rate_bits + rate_increment_bits(paid, root_stake)
    return then, tuple(
        Gain(
            hotkey,
            one.coldkey,
            owed(rate_bits, one.stake, one.claimed),
            owed(then, one.stake, one.claimed),
        )
        for one in positions
    )

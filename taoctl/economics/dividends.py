"""What an epoch's validator emission becomes: parents' parts, takes, nominators, root stakers.

Amounts are integer rao of alpha; proportions are U96F32 bits (32 fraction bits).
Source: coinbase/run_coinbase.rs of subtensor at spec 425.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

U16_MAX = 65_535
U64_MAX = 2**64 - 1
_ONE = 1 << 32


@dataclass(frozen=True, slots=True)
class HotkeyStake:
    """A hotkey's own stake, rao: alpha on the subnet and TAO on root, before inheritance."""

    alpha: int
    root_tao: int


@dataclass(frozen=True, slots=True)
class Parent:
    """A parent of a validating hotkey: its share of stake lent (u64) and its own stake.

    `same_owner`: parent and child belong to one coldkey, so no take and no CKBurn apply.
    """

    hotkey: str
    proportion_u64: int
    stake: HotkeyStake
    same_owner: bool


@dataclass(frozen=True, slots=True)
class ParentSplit:
    """One validator's emission, rao: what each hotkey gets (the child last) and what is recycled.

    A hotkey can appear more than once when it is its own parent.
    """

    dividends: tuple[tuple[str, int], ...]
    recycled: int


@dataclass(frozen=True, slots=True)
class HotkeyDividends:
    """One hotkey's dividends of an epoch, rao.

    Takes are the validator's fee, staked to its owner; `alpha_nominators` raises
    TotalHotkeyAlpha for every nominator; `root_claimable` becomes claimable by root stakers.
    """

    alpha_take: int
    alpha_nominators: int
    root_take: int
    root_claimable: int


def split_to_parents(
    hotkey: str,
    emission: int,
    stake: HotkeyStake,
    parents: Sequence[Parent],
    *,
    given_to_children_u64: Sequence[int] = (),
    tao_weight_u64: int,
    childkey_take_u16: int,
    childkey_burn_u64: int,
) -> ParentSplit:
    """Split a validating hotkey's emission over itself and its parents by contributed stake.

    From a parent of another coldkey the child keeps its childkey take, and CKBurn is recycled
    (lowers SubnetAlphaOut).
    """
    tao_weight = _of_u64(tao_weight_u64)
    kept = max(_ONE - sum(_of_u64(given) for given in given_to_children_u64), 0)
    # The chain drops the fraction of a hotkey's own contribution, not of its parents'.
    total = _contribution(stake, kept, tao_weight) >> 32 << 32
    lent = [_contribution(p.stake, _of_u64(p.proportion_u64), tao_weight) for p in parents]
    total += sum(lent)
    whole = emission << 32
    remaining, take, recycled = whole, 0, 0
    dividends = []
    for parent, contribution in zip(parents, lent, strict=True):
        factor = (contribution << 32) // total if total else 0
        part = (whole * factor) >> 32
        remaining = max(remaining - part, 0)
        if not parent.same_owner:
            burn = (_of_u64(childkey_burn_u64) * part) >> 32
            fee = (((childkey_take_u16 << 32) // U16_MAX) * part) >> 32
            part = max(part - burn - fee, 0)
            take += fee
            recycled += burn >> 32
        dividends.append((parent.hotkey, part >> 32))
    dividends.append((hotkey, (remaining + take) >> 32))
    return ParentSplit(tuple(dividends), recycled)


def split_dividends(
    dividends: Mapping[str, int],
    stakes: Mapping[str, HotkeyStake],
    *,
    validator_alpha: int,
    root_alpha: int,
    tao_weight_u64: int,
    takes_u16: Mapping[str, int],
) -> dict[str, HotkeyDividends]:
    """Pay the pending validator and root alpha out by dividends.

    Args:
        dividends: rao per hotkey, summed over `split_to_parents`.
        stakes: own stake of every hotkey in `dividends`; others are skipped.
        validator_alpha: PendingValidatorEmission (plus the server part when no incentive was
            paid), split by alpha parts.
        root_alpha: PendingRootAlphaDivs, split by root parts.
        takes_u16: Delegates value per hotkey.
    """
    tao_weight = _of_u64(tao_weight_u64)
    root_parts: dict[str, int] = {}
    alpha_parts: dict[str, int] = {}
    for hotkey, dividend in dividends.items():
        if hotkey not in stakes:
            continue
        stake = stakes[hotkey]
        root_weight = stake.root_tao * tao_weight
        total = (stake.alpha << 32) + root_weight
        root_parts[hotkey] = dividend * ((root_weight << 32) // total if total else 0)
        alpha_parts[hotkey] = (dividend << 32) - root_parts[hotkey]
    roots = _paid(root_parts, root_alpha)
    alphas = _paid(alpha_parts, validator_alpha)
    paid = {}
    for hotkey in root_parts:
        take = (takes_u16[hotkey] << 32) // U16_MAX
        alpha_take = (take * alphas[hotkey]) >> 32
        root_take = (take * roots[hotkey]) >> 32
        paid[hotkey] = HotkeyDividends(
            alpha_take=alpha_take >> 32,
            alpha_nominators=(alphas[hotkey] - alpha_take) >> 32,
            root_take=root_take >> 32,
            root_claimable=(roots[hotkey] - root_take) >> 32,
        )
    return paid


def miner_burned_bits(withheld: int, total: int) -> int:
    """Stored MinerBurned: the part of a tempo's miner emission withheld from miners."""
    return (withheld << 32) // total if total else 0


def _paid(parts: Mapping[str, int], amount: int) -> dict[str, int]:
    """`amount` rao by parts, U96F32 bits."""
    total = sum(parts.values())
    return {
        hotkey: amount * ((part << 32) // total if total else 0) for hotkey, part in parts.items()
    }


def _contribution(stake: HotkeyStake, proportion: int, tao_weight: int) -> int:
    """Stake weight of a proportion of a stake, U96F32 bits."""
    return stake.alpha * proportion + ((stake.root_tao * proportion * tao_weight) >> 32)


def _of_u64(value: int) -> int:
    return (value << 32) // U64_MAX

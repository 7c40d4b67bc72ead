"""Who is paid what by an epoch: owner, miners, validators, their stakers, stakers on root.

Amounts are integer rao of alpha. Source: distribute_emission and what it calls in
coinbase/run_coinbase.rs of subtensor at spec 425.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from taoctl.addresses import decode_ss58
from taoctl.economics.dividends import (
    HotkeyDividends,
    HotkeyStake,
    Parent,
    split_dividends,
    split_to_parents,
)


class Role(StrEnum):
    """For what alpha of an epoch is paid."""

    OWNER = "owner"
    MINER = "miner"
    WITHHELD = "withheld"
    TAKE = "take"
    STAKERS = "stakers"
    ROOT_TAKE = "root-take"
    ROOT = "root"
    ROOT_EXCESS = "root-excess"
    CHILD_BURN = "child-burn"


class Fate(StrEnum):
    """What becomes of alpha that an epoch pays."""

    STAKE = "stake"
    CLAIMABLE = "claimable"
    BURNED = "burned"
    RECYCLED = "recycled"


@dataclass(frozen=True, slots=True)
class PendingAlpha:
    """What waits for an epoch, rao: of the owner, of miners, of validators, of root stakers."""

    owner: int
    server: int
    validator: int
    root: int

    @property
    def shared_out(self) -> int:
        """What the consensus of the epoch shares out: all of it but the owner's cut."""
        return self.server + self.validator + self.root


@dataclass(frozen=True, slots=True)
class Emitted:
    """What the consensus gives a hotkey as a miner and as a validator, rao."""

    hotkey: str
    server: int
    validator: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Alpha that an epoch pays, or keeps from somebody.

    Attributes:
        role: for what.
        hotkey: who earned it.
        coldkey: whose it becomes; None for all who stake with the hotkey, and for nobody.
        staked_to: the hotkey on which it is staked; None where it is not.
        alpha_rao: how much.
        fate: what becomes of it.
    """

    role: Role
    hotkey: str
    coldkey: str | None
    staked_to: str | None
    alpha_rao: int
    fate: Fate


@dataclass(frozen=True, slots=True)
class PayoutTerms:
    """What decides who is paid, besides what the consensus says.

    Mappings are by hotkey, but for `auto_stake`; those of every hotkey that the consensus gives
    something, and of all their parents.

    Attributes:
        owner: coldkey and hotkey of the subnet's owner; None where one of them is not set.
        withheld: hotkeys whose mining income is kept from them: the owner's own.
        recycles: whether that is recycled, and not burned.
        coldkeys: who owns a hotkey.
        stakes: own stake of a hotkey, before inheritance.
        parents: (proportion u64, parent) of a hotkey's parents, in the chain's order.
        given: proportions (u64) that a hotkey gives to its children.
        takes_u16: Delegates value.
        childkey_takes_u16: childkey take, at least the minimum in force.
        auto_stake: hotkey that a coldkey has its mining rewards staked to.
        tao_weight_u64: TaoWeight.
        childkey_burn_u64: CKBurn.
    """

    owner: tuple[str, str] | None
    withheld: Collection[str]
    recycles: bool
    coldkeys: Mapping[str, str]
    stakes: Mapping[str, HotkeyStake]
    parents: Mapping[str, Sequence[tuple[int, str]]]
    given: Mapping[str, Sequence[int]]
    takes_u16: Mapping[str, int]
    childkey_takes_u16: Mapping[str, int]
    auto_stake: Mapping[str, str]
    tao_weight_u64: int
    childkey_burn_u64: int


def payout(
    pending: PendingAlpha, emitted: Sequence[Emitted], terms: PayoutTerms
) -> tuple[Payment, ...]:
    """Everything that an epoch pays, in the order in which the chain does so; nothing of 0 rao.

    Args:
        pending: what had gathered for it.
        emitted: what its consensus gives each UID.
        terms: whose hotkeys they are, and what they agreed on.
    """
    walked = sorted(emitted, key=lambda one: decode_ss58(one.hotkey))
    burns, dividends = _dividends(pending, walked, terms)
    paid = [
        *burns,
        *_owner(pending.owner, terms),
        *(_miner(one, terms) for one in walked if one.server),
        *_validators(dividends, terms),
    ]
    return tuple(one for one in paid if one.alpha_rao)


def _dividends(
    pending: PendingAlpha, walked: Sequence[Emitted], terms: PayoutTerms
) -> tuple[list[Payment], dict[str, HotkeyDividends]]:
    shares: dict[str, int] = {}
    burns = []
    for one in (each for each in walked if each.validator):
        parts, recycled = _over_parents(one, terms)
        for hotkey, part in parts:
            shares[hotkey] = shares.get(hotkey, 0) + part
        burns.append(_nobody(Role.CHILD_BURN, one.hotkey, recycled, Fate.RECYCLED))
    # Where nobody has an incentive the miners' part goes to validators.
    idle = not any(one.server for one in walked)
    dividends = split_dividends(
        shares,
        terms.stakes,
        validator_alpha=pending.validator + (pending.server if idle else 0),
        root_alpha=pending.root,
        tao_weight_u64=terms.tao_weight_u64,
        takes_u16=terms.takes_u16,
    )
    return burns, dividends


def _over_parents(one: Emitted, terms: PayoutTerms) -> tuple[Sequence[tuple[str, int]], int]:
    lenders = terms.parents.get(one.hotkey, ())
    if not lenders:
        return ((one.hotkey, one.validator),), 0
    mine = terms.coldkeys[one.hotkey]
    split = split_to_parents(
        one.hotkey,
        one.validator,
        terms.stakes[one.hotkey],
        [
            Parent(parent, proportion, terms.stakes[parent], terms.coldkeys[parent] == mine)
            for proportion, parent in lenders
        ],
        given_to_children_u64=terms.given.get(one.hotkey, ()),
        tao_weight_u64=terms.tao_weight_u64,
        childkey_take_u16=terms.childkey_takes_u16[one.hotkey],
        childkey_burn_u64=terms.childkey_burn_u64,
    )
    return split.dividends, split.recycled


def _owner(amount: int, terms: PayoutTerms) -> tuple[Payment, ...]:
    if terms.owner is None:
        return ()
    coldkey, hotkey = terms.owner
    return (Payment(Role.OWNER, hotkey, coldkey, hotkey, amount, Fate.STAKE),)


def _miner(one: Emitted, terms: PayoutTerms) -> Payment:
    if one.hotkey in terms.withheld:
        fate = Fate.RECYCLED if terms.recycles else Fate.BURNED
        return _nobody(Role.WITHHELD, one.hotkey, one.server, fate)
    coldkey = terms.coldkeys[one.hotkey]
    goal = terms.auto_stake.get(coldkey, one.hotkey)
    return Payment(Role.MINER, one.hotkey, coldkey, goal, one.server, Fate.STAKE)


def _validators(dividends: Mapping[str, HotkeyDividends], terms: PayoutTerms) -> list[Payment]:
    paid = []
    for hotkey in sorted(dividends, key=decode_ss58):
        one, coldkey = dividends[hotkey], terms.coldkeys[hotkey]
        paid += [
            Payment(Role.TAKE, hotkey, coldkey, hotkey, one.alpha_take, Fate.STAKE),
            Payment(Role.STAKERS, hotkey, None, hotkey, one.alpha_nominators, Fate.STAKE),
            Payment(Role.ROOT_TAKE, hotkey, coldkey, hotkey, one.root_take, Fate.STAKE),
            _root(hotkey, coldkey, one.root_claimable, terms.stakes[hotkey].root_tao),
        ]
    return paid


def _root(hotkey: str, coldkey: str, amount: int, root_tao: int) -> Payment:
    """The part of root stakers; the hotkey's owner gets it where it is more than their stake."""
    if amount > root_tao:
        return Payment(Role.ROOT_EXCESS, hotkey, coldkey, hotkey, amount, Fate.STAKE)
    return Payment(Role.ROOT, hotkey, None, None, amount, Fate.CLAIMABLE)


def _nobody(role: Role, hotkey: str, amount: int, fate: Fate) -> Payment:
    return Payment(role, hotkey, None, None, amount, fate)

"""Who is paid by an epoch, in cases that are rare on chains."""

from __future__ import annotations

from dataclasses import replace

from taoctl.economics.dividends import HotkeyStake
from taoctl.economics.gains import RootPosition, SharePool, claim_gains, stake_gains
from taoctl.economics.payout import (
    Emitted,
    Fate,
    Payment,
    PayoutTerms,
    PendingAlpha,
    Role,
    payout,
)
from taoctl.economics.shares import from_int
from taoctl.scale.crypto import KeySigner

ONE, TWO, OWN = (KeySigner(f"//Hotkey/{name}").ss58 for name in ("one", "two", "own"))
ALICE, BOB = (KeySigner(f"//{name}").ss58 for name in ("Alice", "Bob"))
TERMS = PayoutTerms(
    owner=(BOB, OWN),
    withheld={OWN},
    recycles=True,
    coldkeys={ONE: ALICE, TWO: ALICE, OWN: BOB},
    stakes={ONE: HotkeyStake(1_000_000, 0), TWO: HotkeyStake(0, 500)},
    parents={},
    given={},
    takes_u16={ONE: 0, TWO: 65_535 // 2},
    childkey_takes_u16={ONE: 0, TWO: 0},
    auto_stake={},
    tao_weight_u64=2**64 - 1,
    childkey_burn_u64=0,
)


def of(payments: tuple[Payment, ...], role: Role) -> list[Payment]:
    return [one for one in payments if one.role is role]


def test_without_incentives_validators_get_the_miners_part_too() -> None:
    pending = PendingAlpha(owner=0, server=600, validator=400, root=0)
    idle = payout(pending, [Emitted(ONE, 0, 1_000)], TERMS)
    assert [(one.role, one.alpha_rao) for one in idle] == [(Role.STAKERS, 1_000)]
    # With a single rao of incentive they do not.
    busy = payout(pending, [Emitted(ONE, 1, 999)], TERMS)
    assert [one.alpha_rao for one in of(busy, Role.STAKERS)] == [400]


def test_more_than_all_the_stake_on_root_goes_to_the_hotkeys_owner() -> None:
    pending = PendingAlpha(owner=0, server=0, validator=0, root=4_000)
    (take,), (rest,) = (
        of(payout(pending, [Emitted(TWO, 0, 10)], TERMS), role)
        for role in (Role.ROOT_TAKE, Role.ROOT_EXCESS)
    )
    assert take.coldkey == rest.coldkey == ALICE and rest.fate is Fate.STAKE
    assert take.alpha_rao + rest.alpha_rao in (3_999, 4_000) and rest.alpha_rao > 500
    rich = replace(TERMS, stakes={TWO: HotkeyStake(0, 5_000)})
    (claimable,) = of(payout(pending, [Emitted(TWO, 0, 10)], rich), Role.ROOT)
    assert claimable.fate is Fate.CLAIMABLE and claimable.coldkey is None


def test_a_subnet_without_an_owner_pays_no_cut() -> None:
    pending = PendingAlpha(owner=100, server=0, validator=0, root=0)
    assert payout(pending, [], replace(TERMS, owner=None)) == ()
    (cut,) = payout(pending, [], TERMS)
    assert (cut.role, cut.coldkey, cut.hotkey, cut.alpha_rao) == (Role.OWNER, BOB, OWN, 100)


def test_the_owners_own_miners_get_nothing() -> None:
    emitted = [Emitted(OWN, 70, 0), Emitted(ONE, 30, 0)]
    pending = PendingAlpha(owner=0, server=100, validator=0, root=0)
    held, paid = payout(pending, emitted, TERMS)
    if held.role is Role.MINER:
        held, paid = paid, held
    assert (held.fate, held.coldkey, held.alpha_rao) == (Fate.RECYCLED, None, 70)
    assert (paid.staked_to, paid.alpha_rao) == (ONE, 30)
    burns = payout(pending, emitted, replace(TERMS, recycles=False))
    assert {one.fate for one in of(burns, Role.WITHHELD)} == {Fate.BURNED}
    moved = payout(pending, emitted, replace(TERMS, auto_stake={ALICE: TWO}))
    assert [(one.hotkey, one.staked_to) for one in of(moved, Role.MINER)] == [(ONE, TWO)]


def test_stake_in_an_empty_pool_is_all_of_its_first_owner() -> None:
    paid = [
        Payment(Role.MINER, ONE, ALICE, ONE, 30, Fate.STAKE),
        Payment(Role.STAKERS, ONE, None, ONE, 12, Fate.STAKE),
        Payment(Role.WITHHELD, OWN, None, None, 70, Fate.BURNED),
    ]
    (gain,) = stake_gains({}, paid)
    assert (gain.coldkey, gain.before, gain.after) == (ALICE, 0, 42)


def test_a_pool_is_not_changed_by_looking_ahead() -> None:
    pool = SharePool(100, from_int(100), {ALICE: from_int(75), BOB: from_int(25)})
    paid = [Payment(Role.STAKERS, ONE, None, ONE, 40, Fate.STAKE)]
    found = {one.coldkey: (one.before, one.after) for one in stake_gains({ONE: pool}, paid)}
    assert found == {ALICE: (75, 105), BOB: (25, 35)}
    assert (pool.worth(ALICE), pool.worth(BOB)) == (75, 25)


def test_claims_grow_by_the_rate_and_not_by_the_share_of_what_was_paid() -> None:
    positions = [RootPosition(ALICE, 3, 0), RootPosition(BOB, 4, 1)]
    rate, gains = claim_gains(ONE, 1 << 32, 10, positions, 7)
    assert rate == (1 << 32) + (10 << 32) // 7
    assert [(one.before, one.after) for one in gains] == [(3, 7), (3, 8)]
    assert claim_gains(ONE, 5, 10, [], 0) == (5, ())

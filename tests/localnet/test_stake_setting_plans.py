"""What plans say of claims, auto-stake, children, takes and locks comes true, refusals included."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

import pytest
from chain_thread import ThreadChain
from nodes import TAO
from settings_chain import (
    ALICE,
    BOB,
    BOBS,
    CLOSED,
    OTHER,
    OWN,
    PALLET,
    RATES,
    STRANGER,
    carried_out,
    caught_up,
    effects_now,
    forced,
    on,
    put,
    settings_chain,
    stored,
)

from taoctl.calls.base import ChainCall, Intent
from taoctl.calls.stake.amount import ALL, Amount, alpha_amount
from taoctl.calls.stake.auto_stake import SetAutoStake
from taoctl.calls.stake.children import Child, SetChildren
from taoctl.calls.stake.claims import (
    KEEP,
    KEEP_SUBNETS,
    SWAP,
    ClaimRoot,
    ClaimType,
    SetRootClaimType,
    claimable_subnets,
)
from taoctl.calls.stake.lock_state import lock_on
from taoctl.calls.stake.locks import LockStake, MoveLock, SetPerpetualLock, SetRejectLockedAlpha
from taoctl.calls.stake.takes import SetChildkeyTake, SetTake
from taoctl.chain.client import Chain
from taoctl.economics.conviction import ONE
from taoctl.errors import RefusedError
from taoctl.submit.options import TxOptions
from taoctl.submit.plan import make_plan
from taoctl.units import U64_MAX, Alpha

HALF = U64_MAX // 2
MOST_TAKE = 11_796


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


async def _owe(chain: Chain, kind: ClaimType, rates: dict[int, int] = RATES) -> None:
    """Owe Alice root dividends anew: a hundredth of her root stake for each subnet's number."""
    bits = {netuid: {"bits": rate} for netuid, rate in rates.items()}
    await put(chain, "RootClaimable", (BOBS,), None)
    for netuid in RATES:
        await put(chain, "RootClaimed", (netuid, OWN, ALICE), None)
    await put(chain, "RootClaimType", (ALICE,), kind.value())
    await put(chain, "RootClaimable", (OWN,), bits)


async def _alpha(chain: Chain, block_hash: str | None, hotkey: str, netuid: int) -> int:
    view = await caught_up(chain) if block_hash is None else await chain.at_hash(block_hash)
    api = ("StakeInfoRuntimeApi", "get_stake_info_for_hotkey_coldkey_netuid")
    info = await view.api(*api, hotkey, ALICE, netuid)
    return int(info["stake"])


# claims


@pytest.mark.parametrize(
    ("kind", "netuids", "calls"),
    [
        (ClaimType(SWAP), (1, 2), 1),
        (ClaimType(KEEP), (1, 2, 3), 1),
        (ClaimType(KEEP_SUBNETS, (2, 4)), (1, 2, 3, 4, 5, 6), 2),
    ],
)
def test_claims_pay_what_their_plan_says(
    net: ThreadChain, kind: ClaimType, netuids: tuple[int, ...], calls: int
) -> None:
    async def work(chain: Chain) -> None:
        await _owe(chain, kind)
        view = await caught_up(chain)
        assert await claimable_subnets(view, ALICE) == tuple(RATES)
        places = [(OWN, netuid) for netuid in (0, *netuids)]
        before = [await _alpha(chain, None, *place) for place in places]
        plan, outcome = await carried_out(chain, ClaimRoot(netuids))
        assert (plan.refusals, outcome.error, plan.warnings) == ((), None, ())
        assert str(plan.call) == (f"{PALLET}.claim_root" if calls == 1 else "Utility.batch_all")
        said = {one.after.netuid: one for one in plan.effects if isinstance(one.after, Alpha)}
        after = [await _alpha(chain, outcome.block_hash, *place) for place in places]
        for (_, netuid), old, new in zip(places, before, after, strict=True):
            if old == new:
                assert netuid not in said
                continue
            assert said[netuid].before == Alpha(old, netuid)
            assert said[netuid].after is not None
            assert abs(said[netuid].after.rao - new) <= 1  # type: ignore[union-attr]
            owed = RATES[netuid] * before[0] >> 32 if netuid else None
            assert owed is None or abs(new - old - owed) <= 2
        kept = {netuid for netuid in netuids if kind.keeps(netuid)}
        assert set(said) == kept | ({0} if kept != set(netuids) else set())
        left = await claimable_subnets(await caught_up(chain), ALICE)
        assert left == tuple(sorted(set(RATES) - set(netuids)))

    on(net.url, work)


@pytest.mark.parametrize("seed", range(4))
def test_claims_of_several_hotkeys_see_what_those_before_them_sold(
    net: ThreadChain, seed: int
) -> None:
    chance = random.Random(seed)
    netuids = tuple(sorted(chance.sample(sorted(RATES), chance.randint(1, 7))))
    kept = tuple(sorted(chance.sample(sorted(RATES), 3)))
    rates = {
        hotkey: {netuid: chance.randrange(1 << 28) for netuid in chance.sample(sorted(RATES), 5)}
        for hotkey in (OWN, BOBS)
    }

    async def positions(chain: Chain, block_hash: str | None = None) -> dict[tuple[str, int], int]:
        return {
            (hotkey, netuid): await _alpha(chain, block_hash, hotkey, netuid)
            for hotkey in rates
            for netuid in (0, *RATES)
        }

    async def work(chain: Chain) -> None:
        await _owe(chain, ClaimType(KEEP_SUBNETS, kept))
        for hotkey, of in rates.items():
            bits = {netuid: {"bits": rate} for netuid, rate in sorted(of.items())}
            await put(chain, "RootClaimable", (hotkey,), bits)
            for netuid in RATES:
                await put(chain, "RootClaimed", (netuid, hotkey, ALICE), None)
        before = await positions(chain)
        plan, outcome = await carried_out(chain, ClaimRoot(netuids))
        assert (plan.refusals, outcome.error) == ((), None)
        after = await positions(chain, outcome.block_hash)
        said = {(one.hotkey, one.netuid): one for one in plan.effects}
        changed = {place for place in before if before[place] != after[place]}
        assert set(said) == changed
        for place, effect in said.items():
            assert isinstance(effect.before, Alpha) and isinstance(effect.after, Alpha)
            assert effect.before.rao == before[place]
            assert abs(effect.after.rao - after[place]) <= 1, (place, effect)

    on(net.url, work)


def test_what_is_below_the_threshold_waits(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        least, root = 500_000, await _alpha(chain, None, OWN, 0)
        enough, less = ((least << 32) // root + 1, ((least - 1) << 32) // root)
        await _owe(chain, ClaimType(KEEP), {1: enough, 2: less})
        view = await caught_up(chain)
        assert await claimable_subnets(view, ALICE) == (1,)
        plan, outcome = await carried_out(chain, ClaimRoot((1, 2)))
        assert outcome.error is None
        assert [one.what for one in plan.effects] == [one.what for one in plan.effects[:1]]
        assert plan.warnings == ("nothing is owed of subnet 2, or less than its claim threshold",)
        assert await claimable_subnets(await caught_up(chain), ALICE) == ()

    on(net.url, work)


def test_a_claim_of_no_subnet_is_refused(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        plan, outcome = await carried_out(chain, ClaimRoot(()))
        assert [one.name for one in plan.refusals] == ["InvalidSubnetNumber"]
        assert outcome.error is not None
        assert outcome.error.name == f"{PALLET}.InvalidSubnetNumber"
        too_many = ChainCall(PALLET, "claim_root", {"subnets": [1, 2, 3, 4, 5, 6]})
        error = await asyncio.to_thread(forced, net, too_many)
        assert error == f"{PALLET}.InvalidSubnetNumber"

    on(net.url, work)


# settings, one after the other


def _settings() -> list[tuple[str, str, Intent]]:
    ten = (Child(BOBS, U64_MAX // 10), Child(STRANGER, HALF))
    return [
        ("//Alice", "a type", SetRootClaimType(ClaimType(KEEP))),
        ("//Alice", "a type with subnets", SetRootClaimType(ClaimType(KEEP_SUBNETS, (1, 4)))),
        ("//Alice", "the default type", SetRootClaimType(ClaimType(SWAP))),
        ("//Alice", "auto-stake", SetAutoStake(1, BOBS)),
        ("//Alice", "auto-stake elsewhere", SetAutoStake(1, OWN)),
        ("//Alice", "a lower take", SetTake(OWN, 5_000)),
        ("//Alice", "a still lower take", SetTake(OWN, 0)),
        ("//Alice", "a first take", SetTake(OTHER, MOST_TAKE)),
        ("//Alice", "a childkey take", SetChildkeyTake(OWN, 1, 6_000)),
        ("//Alice", "a lower childkey take", SetChildkeyTake(OWN, 1, 1)),
        ("//Alice", "children", SetChildren(OWN, 1, ten)),
        ("//Alice", "children at once", SetChildren(OWN, CLOSED, ten)),
        ("//Alice", "no children", SetChildren(OTHER, 2, ())),
        ("//Alice", "a lock", LockStake(OTHER, 1, alpha_amount(300 * TAO))),
        ("//Alice", "a larger lock", LockStake(OTHER, 1, Amount("share", millionths=100_000))),
        ("//Alice", "a lock for the owner", LockStake(BOBS, 2, alpha_amount(5))),
        ("//Alice", "a lock of all", LockStake(OWN, 3, ALL)),
        ("//Alice", "a perpetual lock", SetPerpetualLock(1, True)),
        ("//Alice", "a moved lock", MoveLock(OWN, 1)),
        ("//Alice", "a lock moved to another's", MoveLock(BOBS, 3)),
        ("//Alice", "a decaying lock", SetPerpetualLock(1, False)),
        ("//Alice", "a mode for later", SetPerpetualLock(5, True)),
        ("//Alice", "locked alpha", SetRejectLockedAlpha(False)),
        ("//Alice", "no locked alpha", SetRejectLockedAlpha(True)),
        ("//Bob", "children of another", SetChildren(BOBS, 3, (Child(OTHER, U64_MAX),))),
    ]


def test_a_lock_that_moves_to_the_subnet_owners_hotkey_loses_nothing(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await carried_out(chain, LockStake(OWN, 4, alpha_amount(10 * TAO)), "//Alice")
        plan, outcome = await carried_out(chain, MoveLock(BOBS, 4), "//Alice")
        assert (outcome.error, plan.warnings) == (None, ())
        locked = await lock_on(await caught_up(chain), ALICE, 4, plan.block + 1)
        assert locked is not None
        assert locked.lock.conviction // ONE == locked.lock.locked_mass

    on(net.url, work)


def test_settings_become_what_their_plan_says(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        for uri, what, intent in _settings():
            who = ALICE if uri == "//Alice" else BOB
            plan, outcome = await carried_out(chain, intent, uri)
            assert (plan.refusals, outcome.error) == ((), None), what
            assert plan.effects, what
            now = await effects_now(chain, outcome, intent, who)
            for effect in plan.effects:
                found = now[effect.what]
                if isinstance(effect.after, Alpha) and isinstance(found, Alpha):
                    # What is locked is told for the block after the one it is read in, in which
                    # a millionth of it comes free.
                    slip = 1_200 * TAO // 900_000 if effect.what != "stake" else 1
                    assert abs(effect.after.rao - found.rao) <= slip, f"{what}: {effect}"
                else:
                    assert found == effect.after, f"{what}: {effect}"
        await _as_stored(chain)

    on(net.url, work)


async def _as_stored(chain: Chain) -> None:
    """What the settings above are in storage."""
    view = await caught_up(chain)
    assert await stored(view, "RootClaimType", ALICE) == "Swap"
    assert await stored(view, "AutoStakeDestination", ALICE, 1) == OWN
    assert await stored(view, "Delegates", OWN) == 0
    assert await stored(view, "Delegates", OTHER) == MOST_TAKE
    assert await stored(view, "ChildkeyTake", OWN, 1) == 1
    wanted = [(U64_MAX // 10, BOBS), (HALF, STRANGER)]
    pending, block = await stored(view, "PendingChildKeys", 1, OWN)
    assert sorted(pending) == sorted(wanted)
    assert view.block < block <= view.block + 7_200
    assert sorted(await stored(view, "ChildKeys", OWN, CLOSED)) == sorted(wanted)
    assert await stored(view, "ChildKeys", OWN, 1) == []
    lock = await stored(view, "Lock", ALICE, 1, OWN)
    held = sum([await _alpha(chain, None, hotkey, 1) for hotkey in (OWN, BOBS)])
    wanted_mass = 300 * TAO + (held - 300 * TAO) // 10
    assert abs(lock["locked_mass"] - wanted_mass) < TAO // 100
    assert (await stored(view, "Lock", ALICE, 3, BOBS))["locked_mass"] > 999 * TAO
    assert await stored(view, "Lock", ALICE, 3, OWN) is None
    assert await stored(view, "DecayingLock", ALICE, 1) is None
    assert await stored(view, "DecayingLock", ALICE, 5) is False
    assert await stored(view, "AccountFlags", ALICE) == 0


# refusals


def _refused() -> list[tuple[str, Intent, str]]:
    five = tuple(Child(f"//{n}", 1) for n in range(6))
    assert len(five) == 6
    return [
        ("//Alice", SetRootClaimType(ClaimType(KEEP_SUBNETS)), "InvalidSubnetNumber"),
        ("//Alice", SetAutoStake(99, OWN), "SubnetNotExists"),
        ("//Alice", SetAutoStake(1, OTHER), "HotKeyNotRegisteredInSubNet"),
        ("//Alice", SetAutoStake(1, OWN), "SameAutoStakeHotkeyAlreadySet"),
        ("//Alice", SetTake(STRANGER, 1), "HotKeyAccountNotExists"),
        ("//Alice", SetTake(BOBS, 1), "NonAssociatedColdKey"),
        ("//Alice", SetTake(OWN, MOST_TAKE + 1), "DelegateTakeTooHigh"),
        ("//Alice", SetTake(OWN, 0), "DelegateTakeTooLow"),
        ("//Alice", SetTake(OWN, 1), "DelegateTxRateLimitExceeded"),
        ("//Alice", SetChildkeyTake(BOBS, 1, 1), "NonAssociatedColdKey"),
        ("//Alice", SetChildkeyTake(STRANGER, 1, 1), "NonAssociatedColdKey"),
        ("//Alice", SetChildkeyTake(OWN, 1, MOST_TAKE + 1), "InvalidChildkeyTake"),
        ("//Alice", SetChildkeyTake(OWN, 1, 2), "TxChildkeyTakeRateLimitExceeded"),
        ("//Alice", SetChildren(OWN, 1, ()), "TxRateLimitExceeded"),
        ("//Alice", SetChildren(OWN, 0, ()), "RegistrationNotPermittedOnRootSubnet"),
        ("//Alice", SetChildren(OWN, 99, ()), "SubnetNotExists"),
        ("//Alice", SetChildren(BOBS, 4, ()), "NonAssociatedColdKey"),
        ("//Alice", SetChildren(OWN, 4, (Child(BOBS, 1), Child(BOBS, 2))), "DuplicateChild"),
        ("//Alice", SetChildren(OWN, 4, (Child(OWN, 1),)), "InvalidChild"),
        ("//Alice", SetChildren(OWN, 4, _children(6, 1)), "TooManyChildren"),
        ("//Alice", SetChildren(OWN, 4, _children(2, U64_MAX)), "ProportionOverflow"),
        ("//Bob", SetChildren(BOBS, CLOSED, (Child(OWN, 1),)), "ChildParentInconsistency"),
        ("//Alice", LockStake(OWN, 4, alpha_amount(0)), "AmountTooLow"),
        ("//Alice", LockStake(STRANGER, 4, alpha_amount(1)), "HotKeyAccountNotExists"),
        ("//Alice", LockStake(OTHER, 1, alpha_amount(1)), "LockHotkeyMismatch"),
        ("//Alice", LockStake(OWN, 4, alpha_amount(2_000 * TAO)), "InsufficientStakeForLock"),
        ("//Alice", LockStake(OWN, 1, alpha_amount(900 * TAO)), "InsufficientStakeForLock"),
        ("//Alice", MoveLock(STRANGER, 1), "HotKeyAccountNotExists"),
        ("//Alice", MoveLock(OWN, 6), "NoExistingLock"),
    ]


def _children(count: int, share: int) -> tuple[Child, ...]:
    from taoctl.scale.crypto import KeySigner

    return tuple(Child(KeySigner(f"//Child/{n}").ss58, share) for n in range(count))


def test_what_a_plan_refuses_the_chain_refuses_by_the_same_name() -> None:
    async def work(chain: Chain) -> None:
        for uri, what, intent in _settings():
            _, outcome = await carried_out(chain, intent, uri)
            assert outcome.error is None, what
        for uri, intent, name in _refused():
            who = ALICE if uri == "//Alice" else BOB
            await caught_up(chain)
            plan = await make_plan(chain, intent, who, TxOptions(again=True))
            assert [one.name for one in plan.refusals] == [name], intent
            assert plan.refusals[0].hint, intent
            error = await asyncio.to_thread(forced, net, plan.call, uri)
            assert error == f"{PALLET}.{name}", intent

    with settings_chain() as net:
        on(net.url, work)


def test_a_hotkey_with_too_little_stake_may_not_have_children(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        # 1,000 TAO on root, and on seven subnets 1,000 alpha at 0.1 TAO each, about.
        await put(chain, "StakeThreshold", (), 3_000 * TAO)
        lends = SetChildren(OWN, 5, (Child(BOBS, 1),))
        try:
            plan, outcome = await carried_out(chain, lends)
            assert [one.name for one in plan.refusals] == ["NotEnoughStakeToSetChildkeys"]
            assert outcome.error is not None
            assert outcome.error.name == f"{PALLET}.NotEnoughStakeToSetChildkeys"
            await caught_up(chain)
            revokes = await make_plan(chain, SetChildren(OWN, 5, ()), ALICE, TxOptions())
            owner = SetChildren(BOBS, 5, (Child(OWN, 1),))
            await caught_up(chain)
            owners = await make_plan(chain, owner, BOB, TxOptions())
            assert (revokes.refusals, owners.refusals) == ((), ())
            await put(chain, "StakeThreshold", (), 1_500 * TAO)
            await caught_up(chain)
            enough = await make_plan(chain, lends, ALICE, TxOptions())
            assert enough.refusals == ()
        finally:
            await put(chain, "StakeThreshold", (), None)
        assert view.block

    on(net.url, work)


def test_what_time_mends_is_allowed_from_the_block_that_is_said(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "TxDelegateTakeRateLimit", (), 20)
        await put(chain, "TxChildkeyTakeRateLimit", (), 20)
        changes: list[tuple[Intent, Intent]] = [
            (SetTake(OTHER, 10), SetTake(OTHER, 20)),
            (SetChildkeyTake(OTHER, 2, 10), SetChildkeyTake(OTHER, 2, 20)),
            (SetChildren(OTHER, 6, ()), SetChildren(OTHER, 6, (Child(BOBS, 1),))),
        ]
        for first, second in changes:
            _, outcome = await carried_out(chain, first)
            assert outcome.error is None, first
            await caught_up(chain)
            plan = await make_plan(chain, second, ALICE, TxOptions(again=True))
            (refusal,) = plan.refusals
            block = refusal.allowed_from_block
            assert block is not None and str(block) in (refusal.hint or "")
            # One block too early, the last that a plan refuses, and the first that it allows.
            await chain.call("dev_newBlock", [{"to": block - 2}])
            plan, outcome = await carried_out(chain, second)
            assert plan.refusals and outcome.error is not None, second
            assert outcome.block == block - 1
            plan, outcome = await carried_out(chain, second)
            assert (plan.refusals, outcome.error) == ((), None), second
            assert outcome.block == block

    on(net.url, work)


def test_a_take_out_of_bounds_does_not_even_enter_the_pool(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        with pytest.raises(RefusedError, match=r"27|DelegateTakeTooHigh"):
            await carried_out(chain, SetTake(OWN, MOST_TAKE + 1))

    on(net.url, work)

"""What plans of registrations say comes true: seats, who loses them, prices, and refusals."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from chain_thread import ThreadChain
from nodes import TAO
from registration_chain import (
    ALICE,
    CLOSED,
    FULL,
    OPEN,
    OWNED,
    SEATED,
    SMALL,
    hotkey,
    registration_chain,
    seated,
)
from settings_chain import carried_out, caught_up, on, put, stored

from taoctl.calls.base import Effect
from taoctl.calls.registration.burn import Register
from taoctl.calls.registration.root import RootRegister
from taoctl.calls.registration.words import WOULD_BE_LOST
from taoctl.calls.stake.limits import Price, Tolerance
from taoctl.chain.client import Chain
from taoctl.chain.view import View
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.submit.outcome import Outcome
from taoctl.submit.plan import Plan
from taoctl.units import Tao, subnet_name

NEAR = Tolerance(10_000)
ROOT = 0


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with registration_chain() as chain:
        yield chain


def _said(plan: Plan, what: str) -> dict[str | None, Effect]:
    return {one.account: one for one in plan.effects if one.what == what}


async def _holds(chain: Chain, plan: Plan, outcome: Outcome, netuid: int) -> None:
    """Every effect of the plan is what the chain then has, and nobody else lost a seat."""
    assert outcome.block_hash is not None and outcome.error is None
    assert outcome.block == plan.block + 1
    before, after = await chain.at_hash(plan.block_hash), await chain.at_hash(outcome.block_hash)
    what = f"uid on {subnet_name(netuid)}"
    for account, effect in _said(plan, what).items():
        for view, expected in ((before, effect.before), (after, effect.after)):
            uid = await stored(view, "Uids", netuid, account)
            assert expected == ("none" if uid is None else str(uid)), (account, effect)
    for account, effect in _said(plan, "owner").items():
        assert await stored(after, "Owner", account) == effect.after
    old, new = await _keys(before, netuid), await _keys(after, netuid)
    changed = {key for uid in old | new if (key := new.get(uid)) != old.get(uid)}
    gone = {old[uid] for uid in old if old[uid] != new.get(uid)}
    assert changed | gone == set(_said(plan, what))


async def _keys(view: View, netuid: int) -> dict[int, str]:
    return dict(await view.map("SubtensorModule", "Keys", netuid))


async def _paid(chain: Chain, plan: Plan, outcome: Outcome, netuid: int) -> None:
    """The balance and the price are those of the plan, to the rao."""
    assert outcome.block_hash is not None and outcome.fee_paid is not None
    after = await chain.at_hash(outcome.block_hash)
    free = int((await after.value("System", "Account", ALICE))["data"]["free"])
    said = _said(plan, "free")[ALICE].after
    assert isinstance(said, Tao)
    assert free == said.rao - outcome.fee_paid.rao
    price = _said(plan, f"price of a seat on subnet {netuid}")[None].after
    assert price == Tao(int(await stored(after, "Burn", netuid)))


def test_a_free_seat_is_taken_for_its_price(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        plan, outcome = await carried_out(chain, Register(OPEN, (hotkey("a"),), NEAR))
        assert (plan.refusals, plan.warnings) == ((), ())
        assert str(plan.call) == "SubtensorModule.register_limit"
        price = _said(plan, "free")[ALICE]
        assert isinstance(price.before, Tao) and isinstance(price.after, Tao)
        cost = price.before.rao - price.after.rao
        assert plan.call.args["limit_price"] == cost * 101 // 100
        await _holds(chain, plan, outcome, OPEN)
        await _paid(chain, plan, outcome, OPEN)

    on(net.url, work)


def test_several_go_together_at_rising_prices(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        keys = tuple(hotkey(f"many{number}") for number in range(4))
        plan, outcome = await carried_out(chain, Register(OPEN, keys, NEAR))
        assert plan.refusals == ()
        assert str(plan.call) == "Utility.batch_all"
        limits = [call.args["limit_price"] for call in plan.call.args["calls"]]
        assert limits == sorted(set(limits))
        await _holds(chain, plan, outcome, OPEN)
        await _paid(chain, plan, outcome, OPEN)

    on(net.url, work)


async def _draw(chain: Chain, netuid: int, chance: random.Random) -> None:
    """Ties of emission and age, immune and open neurons, owners' seats, a price."""
    head = (await caught_up(chain)).block
    emission = [chance.choice([0, 0, 1, 5, 10**12]) for _ in range(SEATED)]
    await put(chain, "Emission", (netuid,), emission)
    for uid in range(SEATED):
        await put(chain, "BlockAtRegistration", (netuid, uid), chance.randint(0, head))
    await put(chain, "ImmunityPeriod", (netuid,), chance.choice([0, 3, 12, 30, 4096]))
    await put(chain, "MinNonImmuneUids", (netuid,), chance.randint(0, SEATED))
    await put(chain, "ImmuneOwnerUidsLimit", (netuid,), chance.randint(0, 3))
    await put(chain, "Burn", (netuid,), chance.randint(TAO // 1000, 2 * TAO))


@pytest.mark.parametrize("count", [6, pytest.param(200, marks=pytest.mark.soak)])
def test_the_plan_names_who_is_replaced_in_full_subnets(net: ThreadChain, count: int) -> None:
    async def work(chain: Chain) -> None:
        replaced = 0
        for seed in range(count):
            chance = random.Random(seed)
            netuid = chance.choice([FULL, OWNED])
            await _draw(chain, netuid, chance)
            keys = tuple(
                hotkey(f"{count}-{seed}-{number}") for number in range(chance.choice([1, 1, 2, 3]))
            )
            plan, outcome = await carried_out(chain, Register(netuid, keys, NEAR))
            names = [one.name for one in plan.refusals]
            if names == [WOULD_BE_LOST]:
                assert outcome.error is None, seed
                assert await _seatless(chain, outcome, netuid, keys), seed
                continue
            if names:
                assert names == ["NoNeuronIdAvailable"], seed
                assert outcome.error is not None
                assert outcome.error.name == "SubtensorModule.NoNeuronIdAvailable", seed
                continue
            await _holds(chain, plan, outcome, netuid)
            await _paid(chain, plan, outcome, netuid)
            lost = [one for one in plan.effects if one.after == "none"]
            assert len(lost) == len(keys) == len(plan.warnings), seed
            replaced += len(lost)
        assert replaced >= count // 2

    on(net.url, work)


async def _seatless(chain: Chain, outcome: Outcome, netuid: int, keys: tuple[str, ...]) -> bool:
    assert outcome.block_hash is not None
    view = await chain.at_hash(outcome.block_hash)
    uids = [await stored(view, "Uids", netuid, key) for key in keys]
    return None in uids


def _orders(chance: random.Random) -> Register:
    """Any hotkeys on any subnet, dear or cheap."""
    keys = {
        "new": hotkey(f"new{chance.randrange(10**9)}"),
        "own": hotkey("own"),
        "bobs": hotkey("bobs"),
        "there": seated(FULL, 3),
        "system": subnet_account(3),
        "other": seated(OPEN, 1),
    }
    cap: Any = chance.choice([NEAR, NEAR, NEAR, Price(10**6), Price(10**12)])
    netuid = chance.choice([OPEN, OPEN, FULL, FULL, CLOSED, SMALL, OWNED, 77])
    names = chance.choices(list(keys), weights=[6, 2, 1, 1, 1, 1], k=chance.choice([1, 1, 2]))
    return Register(netuid, tuple(keys[name] for name in names), cap)


@pytest.mark.parametrize("count", [25, pytest.param(200, marks=pytest.mark.soak)])
def test_random_orders_are_refused_as_the_chain_refuses_them(net: ThreadChain, count: int) -> None:
    async def work(chain: Chain) -> None:
        met: set[str] = set()
        for seed in range(count):
            order = _orders(random.Random(1000 + seed))
            if order.netuid in (OPEN, FULL):
                await put(chain, "Burn", (order.netuid,), TAO)
            plan, outcome = await carried_out(chain, order)
            if plan.refusals and plan.refusals[0].name == WOULD_BE_LOST:
                continue
            if not plan.refusals:
                await _holds(chain, plan, outcome, order.netuid)
                await _paid(chain, plan, outcome, order.netuid)
                continue
            assert outcome.error is not None, (seed, plan.refusals)
            name = outcome.error.name.rpartition(".")[2]
            assert name in {one.name for one in plan.refusals}, (seed, plan.refusals)
            met.add(name)
        assert len(met) >= 4, met

    on(net.url, work)


# root


def test_a_seat_on_root_is_what_its_plan_says(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "RegistrationsThisInterval", (ROOT,), 0)
        plan, outcome = await carried_out(chain, RootRegister(hotkey("rooted")))
        assert (plan.refusals, plan.warnings) == ((), ())
        assert _said(plan, "take")[hotkey("rooted")].after == "17.9995% (11796/65535)"
        await _holds(chain, plan, outcome, ROOT)
        again, outcome = await carried_out(chain, RootRegister(hotkey("rooted")))
        assert [one.name for one in again.refusals] == ["HotKeyAlreadyRegisteredInSubNet"]
        assert outcome.error is not None
        assert outcome.error.name == "SubtensorModule.HotKeyAlreadyRegisteredInSubNet"

    on(net.url, work)


def test_a_full_root_takes_only_more_stake_than_its_least_has(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "RegistrationsThisInterval", (ROOT,), 0)
        count = int(await stored(await caught_up(chain), "SubnetworkN", ROOT))
        await put(chain, "MaxAllowedUids", (ROOT,), count)
        if count > 3:  # the member that another test has seated, without stake
            await put(chain, "TotalHotkeyAlpha", (hotkey("rooted"), ROOT), 100 * TAO)
        poor, outcome = await carried_out(chain, RootRegister(hotkey("bobs")))
        assert [one.name for one in poor.refusals] == ["StakeTooLowForRoot"]
        assert outcome.error is not None
        assert outcome.error.name == "SubtensorModule.StakeTooLowForRoot"
        plan, outcome = await carried_out(chain, RootRegister(hotkey("own")))
        assert plan.refusals == ()
        assert seated(ROOT, 2) in plan.warnings[0]
        await _holds(chain, plan, outcome, ROOT)

    on(net.url, work)


def test_root_says_when_it_takes_registrations_again(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "MaxAllowedUids", (ROOT,), 64)
        await put(chain, "RegistrationsThisInterval", (ROOT,), 3)
        due = 60_000 + int(await stored(await caught_up(chain), "LastEpochBlock", ROOT))
        plan, outcome = await carried_out(chain, RootRegister(hotkey("late")))
        (refusal,) = plan.refusals
        assert (refusal.name, refusal.allowed_from_block) == (
            "TooManyRegistrationsThisInterval",
            due,
        )
        assert outcome.error is not None
        assert outcome.error.name == "SubtensorModule.TooManyRegistrationsThisInterval"
        head = (await caught_up(chain)).block
        await put(chain, "PendingEpochAt", (ROOT,), head + 3)
        (refusal,) = (await carried_out(chain, RootRegister(hotkey("late"))))[0].refusals
        assert refusal.allowed_from_block == head + 3
        plan, outcome = await carried_out(chain, RootRegister(hotkey("late")))
        assert plan.refusals == ()
        await _holds(chain, plan, outcome, ROOT)

    on(net.url, work)

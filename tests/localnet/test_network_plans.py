"""What plans of new subnets say comes true, what is refused, and that the limit holds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from typing import Any

import pytest
from chain_thread import ThreadChain
from network_chain import refunds
from nodes import TAO
from owned_chain import ALICE, BOB, COST, STAKERS, SUBNETS, hotkey, owned_chain, staker
from settings_chain import carried_out, caught_up, forced, on, put, stored

from taoctl.calls.base import ChainCall, Effect, Intent
from taoctl.calls.network.create import FEE_ROOM, CreateSubnet
from taoctl.calls.network.room import room
from taoctl.calls.network.start import StartSubnet
from taoctl.chain.client import Chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.submit.outcome import Outcome
from taoctl.submit.plan import Plan
from taoctl.units import U64_MAX, Tao

S = "SubtensorModule."
LAST = ("LastRateLimitedBlock", ("NetworkLastRegistered",))


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def net() -> Iterator[ThreadChain]:
    with owned_chain() as chain:
        yield chain


def _error(outcome: Outcome) -> str | None:
    return None if outcome.error is None else outcome.error.name


async def _free(chain: Chain, outcome: Outcome, who: str) -> int:
    assert outcome.block_hash is not None
    view = await chain.at_hash(outcome.block_hash)
    return int((await view.value("System", "Account", who))["data"]["free"])


async def _effect_now(chain: Chain, outcome: Outcome, effect: Effect) -> Any:
    """What the chain has of an effect after it."""
    assert outcome.block_hash is not None
    view = await chain.at_hash(outcome.block_hash)
    netuid = int(effect.what.rpartition(" ")[2]) if "subnet " in effect.what else 0
    match effect.what.split(" ")[0]:
        case "free":
            assert outcome.fee_paid is not None and effect.account is not None
            return Tao(await _free(chain, outcome, effect.account)) + outcome.fee_paid
        case "owner" if netuid:
            return await stored(view, "SubnetOwner", netuid)
        case "owner":
            return await stored(view, "Owner", effect.account)
        case "TAO":
            return Tao(int(await stored(view, "SubnetTAO", netuid)))
        case "uid":
            return str(await stored(view, "Uids", netuid, effect.account))
        case "price":
            api = "SubnetRegistrationRuntimeApi"
            return Tao(int(await view.api(api, "get_network_registration_cost")))
        case "trading":
            return "yes" if await stored(view, "SubtokenEnabled", netuid) else "no"
        case "first":
            return f"block {await stored(view, 'FirstEmissionBlockNumber', netuid)}"
    raise AssertionError(effect.what)


async def _comes_true(chain: Chain, plan: Plan, outcome: Outcome) -> None:
    assert (plan.refusals, _error(outcome)) == ((), None)
    assert outcome.block == plan.block + 1
    assert plan.effects
    for effect in plan.effects:
        assert await _effect_now(chain, outcome, effect) == effect.after, effect


def test_a_subnet_is_created_as_planned_in_place_of_the_cheapest(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        plan, outcome = await carried_out(chain, CreateSubnet(hotkey("new")))
        await _comes_true(chain, plan, outcome)
        assert str(plan.call) == "Utility.batch_all"
        assert [str(one) for one in plan.call.nested()] == [
            "SubtensorModule.register_network",
            "Balances.transfer_keep_alive",
        ]
        assert "subnet 1, of coldkey" in plan.warnings[0]
        names = {str(event) for event in outcome.events}
        assert {S + "NetworkRemoved", S + "NetworkAdded"} <= names
        assert not any(
            str(one) == "Balances.Transfer" and one.values["from"] == one.values["to"]
            for one in outcome.events
        )

    on(net.url, work)


def test_with_room_it_gets_a_number_of_its_own_and_says_what_it_is(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "SubnetLimit", (), 9)
        identity = (("subnet_name", "Näme"), ("discord", "me"))
        plan, outcome = await carried_out(chain, CreateSubnet(hotkey("new"), identity=identity))
        await _comes_true(chain, plan, outcome)
        assert outcome.block_hash is not None
        view = await chain.at_hash(outcome.block_hash)
        said = await stored(view, "SubnetIdentitiesV3", 5)
        assert (said["subnet_name"], said["discord"], said["github_repo"]) == ("Näme", "me", "")
        assert await stored(view, "ParentKeys", hotkey("new"), 5) == [(U64_MAX, hotkey("root"))]

    on(net.url, work)


def test_prices_of_plans_fall_as_the_chain_s_do(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await carried_out(chain, CreateSubnet(hotkey("one")))
        for _ in range(3):
            plan, outcome = await carried_out(chain, CreateSubnet(hotkey(str(_))))
            await _comes_true(chain, plan, outcome)

    on(net.url, work)


async def _raised(
    chain: Chain, intent: Intent, cost: int, uri: str = "//Alice"
) -> tuple[Plan, Outcome]:
    """The plan of an intent, and what becomes of it where the price is another one then."""
    from taoctl.journal.store import Journal
    from taoctl.scale.crypto import KeySigner
    from taoctl.submit.options import TxOptions
    from taoctl.submit.plan import make_plan
    from taoctl.submit.send import send

    await caught_up(chain)
    signer, options = KeySigner(uri), TxOptions()
    plan = await make_plan(chain, intent, signer.ss58, options)
    await put(chain, "NetworkMinLockCost", (), cost)
    return plan, await send(chain, plan, signer, Journal(), options)


@pytest.mark.parametrize("most", [None, Tao(COST), Tao(COST + 5 * TAO)])
def test_a_price_that_rose_past_the_limit_costs_no_more_than_the_fee(
    net: ThreadChain, most: Tao | None
) -> None:
    async def work(chain: Chain) -> None:
        cap = COST if most is None else most.rao
        before = await caught_up(chain)
        plan, outcome = await _raised(chain, CreateSubnet(hotkey("new"), most), cap + FEE_ROOM.rao)
        assert plan.refusals == ()
        assert _error(outcome) == "Token.FundsUnavailable"
        assert outcome.fee_paid is not None and outcome.fee_paid < FEE_ROOM
        assert await _free(chain, outcome, ALICE) == plan.balance_before.rao - outcome.fee_paid.rao
        assert outcome.block_hash is not None
        after = await chain.at_hash(outcome.block_hash)
        for item in ("NetworksAdded", "SubnetOwner", "Keys", "SubnetTAO"):
            old = await before.map("SubtensorModule", item)
            assert old == await after.map("SubtensorModule", item), item

    on(net.url, work)


def test_a_price_that_rose_within_the_limit_is_paid(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        most = Tao(COST + 5 * TAO)
        plan, outcome = await _raised(chain, CreateSubnet(hotkey("new"), most), most.rao)
        assert (plan.refusals, _error(outcome)) == ((), None)
        assert outcome.fee_paid is not None
        paid = plan.balance_before.rao - await _free(chain, outcome, ALICE)
        assert paid == most.rao + outcome.fee_paid.rao

    on(net.url, work)


def test_without_the_guard_it_costs_what_it_costs(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        intent = CreateSubnet(hotkey("new"), guarded=False)
        plan, outcome = await _raised(chain, intent, COST + 50 * TAO)
        assert str(plan.call) == "SubtensorModule.register_network"
        assert any("nothing holds its price" in one for one in plan.warnings)
        assert _error(outcome) is None and not intent.varies

    on(net.url, work)


def test_who_has_no_more_than_the_limit_needs_no_guard(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        free = int((await view.value("System", "Account", ALICE))["data"]["free"])
        plan, _ = await carried_out(chain, CreateSubnet(hotkey("new"), Tao(free)))
        assert str(plan.call) == "SubtensorModule.register_network"

    on(net.url, work)


CASES: list[
    tuple[str, CreateSubnet, list[tuple[str, tuple[Any, ...], Any]], str | None, int | None]
] = [
    ("NonAssociatedColdKey", CreateSubnet(hotkey("bob-1")), [], "NonAssociatedColdKey", None),
    (
        "CannotUseSystemAccount",
        CreateSubnet(subnet_account(3)),
        [],
        "CannotUseSystemAccount",
        None,
    ),
    (
        "SubNetRegistrationDisabled",
        CreateSubnet(hotkey("new")),
        [("NetworkRegistrationStartBlock", (), 5_000)],
        "SubNetRegistrationDisabled",
        5_000,
    ),
    (
        "NetworkTxRateLimitExceeded",
        CreateSubnet(hotkey("new")),
        [("NetworkRateLimit", (), 7_200), (*LAST, 1)],
        "NetworkTxRateLimitExceeded",
        7_201,
    ),
    (
        "SubnetLimitReached",
        CreateSubnet(hotkey("new")),
        [("NetworkImmunityPeriod", (), 900), *(("NetworkRegisteredAt", (n,), n) for n in SUBNETS)],
        "SubnetLimitReached",
        901,
    ),
    (
        "CannotAffordLockCost",
        CreateSubnet(hotkey("new")),
        [("NetworkMinLockCost", (), 10**18)],
        "CannotAffordLockCost",
        None,
    ),
    ("MaxCostExceeded", CreateSubnet(hotkey("new"), Tao(COST - 1)), [], None, None),
    (
        "InvalidIdentity",
        CreateSubnet(hotkey("new"), identity=(("discord", "é" * 129),)),
        [],
        "InvalidIdentity",
        None,
    ),
]


@pytest.mark.parametrize(("name", "intent", "stored_first", "error", "block"), CASES)
def test_what_the_chain_refuses_is_refused_before_and_by_the_chain(
    net: ThreadChain,
    name: str,
    intent: CreateSubnet,
    stored_first: list[tuple[str, tuple[Any, ...], Any]],
    error: str | None,
    block: int | None,
) -> None:
    async def work(chain: Chain) -> tuple[Plan, ChainCall]:
        for item, keys, value in stored_first:
            await put(chain, item, keys, value)
        plan, outcome = await carried_out(chain, intent)
        assert [one.name for one in plan.refusals] == [name]
        (refusal,) = plan.refusals
        assert refusal.hint
        assert refusal.allowed_from_block == block
        assert not any("cannot be told" in one for one in plan.warnings)
        if error is None:
            assert plan.effects == ()
        else:
            assert _error(outcome) == S + error
        view = await caught_up(chain)
        return plan, intent._create(view)

    _, call = on(net.url, work)
    if error is not None:
        assert forced(net, call) == S + error


def test_a_limit_below_the_price_says_when_it_falls_so_far(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "NetworkLastLockCost", (), 400 * TAO)
        await put(chain, *LAST, 1)
        plan, outcome = await carried_out(chain, CreateSubnet(hotkey("new"), Tao(700 * TAO)))
        (refusal,) = plan.refusals
        assert refusal.name == "MaxCostExceeded" and _error(outcome) == "Token.FundsUnavailable"
        step = 400 * TAO // 100_800
        assert refusal.allowed_from_block == 1 - (-100 * TAO // step)
        assert any(f"falls by {Tao(step)}" in one for one in plan.warnings)

    on(net.url, work)


async def _drawn(net: ThreadChain, chain: Chain, chance: random.Random) -> None:
    """A full chain of which nobody can tell at a glance who is next, with alpha of many."""
    for _ in range(3):
        netuid = chance.choice(SUBNETS)
        await put(chain, "SubtokenEnabled", (netuid,), True)
        amount = chance.randrange(2_000_000, 50_000_000)
        args = {"hotkey": hotkey("bob-1"), "netuid": netuid, "amount_staked": amount}
        uri = f"//Staker/{chance.randrange(STAKERS)}"
        call = ChainCall("SubtensorModule", "add_stake", args)
        assert await asyncio.to_thread(forced, net, call, uri) is None
    await put(chain, "NetworkImmunityPeriod", (), chance.choice([0, 3, 40]))
    prices = [chance.randrange(1 << 34) for _ in range(3)]
    view = await caught_up(chain)
    for netuid in SUBNETS:
        bits = chance.choice([*prices, 0])
        await put(chain, "SubnetMovingPrice", (netuid,), {"bits": bits})
        since = chance.randrange(max(view.block - 60, 0), view.block + 1)
        await put(chain, "NetworkRegisteredAt", (netuid,), since)
        await put(chain, "SubnetMechanism", (netuid,), chance.choice([0, 1, 1, 1]))
        await put(chain, "SubtokenEnabled", (netuid,), chance.random() < 0.7)
    for item in ("NetworkLastLockCost", "NetworkMinLockCost"):
        await put(chain, item, (), TAO)


async def _predicted(net: ThreadChain, chain: Chain, chance: random.Random) -> bool:
    """Whether one goes, which must be the one that was named, with the refunds of the document."""
    await _drawn(net, chain, chance)
    view = await caught_up(chain)
    place = await room(view)
    expected: dict[str, int] = {}

    async def model(node: DevNode) -> dict[str, int]:
        assert place.netuid is not None
        return refunds(node.runtime, place.netuid)[0]

    if place.netuid is not None:
        expected = net.do(model)
    intent = CreateSubnet(hotkey(f"n{chance.random()}"))
    plan, outcome = await carried_out(chain, intent)
    if place.netuid is None:
        assert [one.name for one in plan.refusals] == ["SubnetLimitReached"]
        assert _error(outcome) == S + "SubnetLimitReached"
        return False
    assert plan.refusals == () and _error(outcome) is None
    gone = [one.values for one in outcome.events if str(one) == S + "NetworkRemoved"]
    assert gone in ([(place.netuid,)], [place.netuid])
    assert f" subnet {place.netuid}" in plan.warnings[0]
    before = await chain.at_hash(plan.block_hash)
    for number in range(STAKERS):
        who = staker(number)
        had = int((await before.value("System", "Account", who))["data"]["free"])
        assert await _free(chain, outcome, who) - had == expected.get(who, 0)
    return True


def _all_predicted(net: ThreadChain, count: int) -> None:
    async def work(chain: Chain) -> None:
        chance, gone = random.Random(count), 0
        while gone < count:
            gone += await _predicted(net, chain, chance)

    on(net.url, work)


def test_the_subnet_that_a_plan_names_is_the_one_that_goes(net: ThreadChain) -> None:
    _all_predicted(net, 8)


@pytest.mark.soak
def test_the_subnet_that_a_plan_names_is_the_one_that_goes_in_100_of_100(net: ThreadChain) -> None:
    _all_predicted(net, 100)


def test_a_subnet_is_started_as_planned_once_and_by_its_owner(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "StartCallDelay", (), 20)
        _, created = await carried_out(chain, CreateSubnet(hotkey("new")))
        assert created.block is not None
        start = StartSubnet(1)
        for intent, uri, name in (
            (StartSubnet(9), "//Alice", "SubnetNotExists"),
            (start, "//Bob", "BadOrigin"),
            (start, "//Alice", "NeedWaitingMoreBlocksToStarCall"),
        ):
            plan, outcome = await carried_out(chain, intent, uri)
            assert [one.name for one in plan.refusals] == [name]
            assert _error(outcome) == (name if name == "BadOrigin" else S + name)
        assert plan.refusals[0].allowed_from_block == created.block + 20
        while (await caught_up(chain)).block + 1 < created.block + 20:
            await chain.call("dev_newBlock", [])
        plan, outcome = await carried_out(chain, start)
        await _comes_true(chain, plan, outcome)
        assert any("only root switches it on" in one for one in plan.warnings)
        plan, outcome = await carried_out(chain, start)
        assert [one.name for one in plan.refusals] == ["FirstEmissionBlockNumberAlreadySet"]
        assert _error(outcome) == S + "FirstEmissionBlockNumberAlreadySet"

    on(net.url, work)


def test_an_owner_may_be_replaced_by_the_own_new_subnet(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        plan, outcome = await carried_out(chain, CreateSubnet(hotkey("bob-4")), "//Bob")
        await _comes_true(chain, plan, outcome)
        assert "subnet 1, your own, is dissolved" in plan.warnings[0]
        assert outcome.events and plan.signer_ss58 == BOB

    on(net.url, work)

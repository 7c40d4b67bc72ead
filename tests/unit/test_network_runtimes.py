"""New subnets on every runtime we know: the bytes they mean, or their absence."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stored_chain import SPECS, StoredChain

from taoctl.calls.base import ChainCall, Intent, call_bytes
from taoctl.calls.network.create import FEE_ROOM, CreateSubnet
from taoctl.calls.network.start import StartSubnet
from taoctl.errors import Exit, NotInRuntimeError
from taoctl.reads.network_cost import network_cost
from taoctl.scale.crypto import KeySigner
from taoctl.units import Tao

ALICE, NEW = (KeySigner(f"//{name}").ss58 for name in ("Alice", "New"))
TAO = 10**9
BLOCK = 1_000
LAST, LEAST = 400 * TAO, 100 * TAO
STARTED_BY = 365
"""The oldest runtime we know with start_call."""
KEPT = 424
"""The first with which a new pool keeps all that was paid."""


def chain_of(spec: int, free: int = 5_000 * TAO) -> StoredChain:
    """Two subnets of three, one created in block 900 for 400 TAO."""
    chain = StoredChain(spec)
    for netuid in (0, 1, 2):
        chain.put("NetworksAdded", netuid, value=True)
        chain.put("SubnetOwner", netuid, value=ALICE)
    chain.put("SubnetLimit", value=3)
    chain.put("NetworkLastLockCost", value=LAST)
    chain.put("NetworkMinLockCost", value=LEAST)
    chain.put("NetworkLockReductionInterval", value=100_000)
    chain.put("NetworkRateLimit", value=10)
    if spec == 218:
        chain.put("NetworkLastRegistered", value=900)
    else:
        chain.put("LastRateLimitedBlock", "NetworkLastRegistered", value=900)
    zero = dict.fromkeys(("nonce", "consumers", "sufficients"), 0)
    data = {"free": free, "reserved": 0, "frozen": 0, "flags": 0}
    chain.put("Account", ALICE, value={**zero, "providers": 1, "data": data}, pallet="System")
    costs(chain, cost_at(BLOCK))
    return chain


def costs(chain: StoredChain, rao: int) -> None:
    """Fix what the runtime says a subnet costs."""
    chain.answer("SubnetRegistrationRuntimeApi", "get_network_registration_cost", value=rao)


def cost_at(block: int) -> int:
    return 2 * LAST - LAST // 100_000 * (block - 900)


async def _planned(chain: StoredChain, intent: Intent) -> ChainCall:
    view = chain.view(BLOCK)
    view.require(*intent.needs)
    call = await intent.call(view, ALICE)
    for ask in (intent.effects, intent.warnings, intent.spends):
        await ask(view, ALICE)
    assert await intent.preflight(view, ALICE) == ()
    assert await intent.words(view, ALICE)
    return call


def decoded(chain: StoredChain, call: ChainCall) -> list[tuple[str, dict[str, Any]]]:
    """Names and arguments of the bytes of a call, or of the calls in a batch."""
    value = chain.codec.decode_call(call_bytes(chain.codec, call))
    args = {one["name"]: one["value"] for one in value["call_args"]}
    inner = args["calls"] if value["call_module"] == "Utility" else [value]
    return [
        (one["call_function"], {arg["name"]: arg["value"] for arg in one["call_args"]})
        for one in inner
    ]


@pytest.mark.parametrize("spec", SPECS)
def test_a_subnet_is_created_with_what_must_be_left_afterwards(spec: int) -> None:
    chain = chain_of(spec)
    first, second = decoded(chain, asyncio.run(_planned(chain, CreateSubnet(NEW))))
    assert first[0] == "register_network"
    assert first[1] == {"hotkey": NEW} | ({"mechid": 1} if spec == 218 else {})
    least = int(chain.view().constant("Balances", "ExistentialDeposit"))
    left = 5_000 * TAO - least - cost_at(BLOCK + 1) - FEE_ROOM.rao
    assert second == ("transfer_keep_alive", {"dest": ALICE, "value": left})


@pytest.mark.parametrize("spec", SPECS)
def test_it_may_say_what_it_is_as_far_as_the_runtime_has_fields(spec: int) -> None:
    chain = chain_of(spec)
    named = CreateSubnet(NEW, identity=(("subnet_name", "a"),), guarded=False)
    ((name, args),) = decoded(chain, asyncio.run(_planned(chain, named)))
    assert name == "register_network_with_identity"
    assert args["identity"]["subnet_name"] == "a"
    logo = CreateSubnet(NEW, identity=(("logo_url", "b"),), guarded=False)
    if spec != 218:
        ((_, args),) = decoded(chain, asyncio.run(_planned(chain, logo)))
        assert args["identity"]["logo_url"] == "b"
        return
    with pytest.raises(NotInRuntimeError, match="spec 218") as caught:
        asyncio.run(_planned(chain, logo))
    assert caught.value.exit_code is Exit.USAGE


@pytest.mark.parametrize("spec", SPECS)
def test_what_becomes_of_the_price_is_said_as_the_runtime_has_it(spec: int) -> None:
    chain = chain_of(spec)
    view, intent = chain.view(BLOCK), CreateSubnet(NEW)
    warnings = asyncio.run(intent.warnings(view, ALICE))
    assert any("the rest is recycled" in one for one in warnings) == (spec < KEPT)
    pools = [one for one in asyncio.run(intent.effects(view, ALICE)) if "pool" in one.what]
    assert [one.after for one in pools] == [Tao(cost_at(BLOCK + 1)) if spec >= KEPT else None]


@pytest.mark.parametrize("spec", SPECS)
def test_how_a_price_goes_on_is_not_told_where_the_runtime_has_another(spec: int) -> None:
    chain = chain_of(spec)
    costs(chain, 3 * LAST)
    view, intent = chain.view(BLOCK), CreateSubnet(NEW, Tao(LAST))
    assert asyncio.run(intent.spends(view, ALICE)) == Tao(3 * LAST)
    (refusal,) = asyncio.run(intent.preflight(view, ALICE))
    assert (refusal.name, refusal.allowed_from_block) == ("MaxCostExceeded", None)
    words = " ".join(asyncio.run(intent.warnings(view, ALICE)))
    assert "cannot be told on this runtime" in words


@pytest.mark.parametrize("spec", SPECS)
def test_on_a_full_chain_the_one_that_goes_is_named_where_that_is_known(spec: int) -> None:
    chain = chain_of(spec)
    chain.put("SubnetLimit", value=2)
    chain.put("NetworkImmunityPeriod", value=100)
    for netuid in (1, 2):
        chain.put("NetworkRegisteredAt", netuid, value=10 * netuid)
        chain.put("SubnetMechanism", netuid, value=1)
        if spec != 218:
            chain.put("SubnetMovingPrice", netuid, value={"bits": (5 - netuid) << 30})
    if spec != 218:
        _holds(chain)
    first, second, *_ = asyncio.run(CreateSubnet(NEW).warnings(chain.view(BLOCK), ALICE))
    assert "full (2 of 2" in first
    assert ("cannot be told" in first) == (spec == 218)
    assert ("subnet 2, your own, is dissolved" in first) == (spec != 218)
    back = 100 if spec < KEPT else 50
    assert (f"bring back {Tao(back * TAO)} or more" in second) == (spec != 218)


def _holds(chain: StoredChain) -> None:
    """Alice holds a tenth of the alpha of subnet 2, whose pool has 1000 TAO and as much alpha."""
    zero = dict.fromkeys(("locked", "emission", "tao_emission", "drain"), 0)
    whose = {"hotkey": NEW, "coldkey": ALICE, "is_registered": True}
    held = [{**whose, **zero, "netuid": netuid, "stake": 100 * TAO} for netuid in (1, 2)]
    chain.answer("StakeInfoRuntimeApi", "get_stake_info_for_coldkey", ALICE, value=held)
    for item in ("SubnetTAO", "SubnetAlphaIn", "SubnetAlphaOut"):
        chain.put(item, 2, value=1_000 * TAO)


def test_what_must_be_left_leaves_room_for_the_limit_and_the_fee() -> None:
    chain = chain_of(KEPT)
    call = asyncio.run(_planned(chain, CreateSubnet(NEW, Tao(1_000 * TAO), fee_room=Tao(7))))
    _, (_, args) = decoded(chain, call)
    assert args["value"] == 5_000 * TAO - 500 - 1_000 * TAO - 7
    poor = chain_of(KEPT, free=cost_at(BLOCK) + FEE_ROOM.rao)
    call = asyncio.run(_planned(poor, CreateSubnet(NEW, Tao(1_000 * TAO))))
    assert [name for name, _ in decoded(poor, call)] == ["register_network"]


def test_what_would_end_the_account_is_refused() -> None:
    cost = cost_at(BLOCK + 1)
    for free, told in (
        (cost + 500, []),
        (cost + 499, ["NotExpendable"]),
        (cost, ["NotExpendable"]),
        (cost - 1, ["CannotAffordLockCost"]),
    ):
        found = asyncio.run(CreateSubnet(NEW).preflight(chain_of(KEPT, free).view(BLOCK), ALICE))
        assert [one.name for one in found] == told
    when = found[0].allowed_from_block
    assert when is not None and cost_at(when) + FEE_ROOM.rao <= cost - 501 < cost_at(when - 3)


@pytest.mark.parametrize("spec", SPECS)
def test_a_subnet_is_started_or_the_runtime_has_no_such_thing(spec: int) -> None:
    chain = chain_of(spec)
    if spec < STARTED_BY:
        with pytest.raises(NotInRuntimeError, match=f"spec {spec}") as caught:
            asyncio.run(_planned(chain, StartSubnet(1)))
        assert caught.value.exit_code is Exit.USAGE
        return
    chain.put("NetworkRegisteredAt", 1, value=10)
    if chain.codec.storage("SubtensorModule", "StartCallDelay"):
        chain.put("StartCallDelay", value=980)
    call = asyncio.run(_planned(chain, StartSubnet(1))) if spec != STARTED_BY else None
    if call is None:
        # There the delay is a constant, of a week.
        (refusal,) = asyncio.run(StartSubnet(1).preflight(chain.view(BLOCK), ALICE))
        assert refusal.name == "NeedWaitingMoreBlocksToStarCall"
        delay = int(chain.view().constant("SubtensorModule", "DurationOfStartCall"))
        assert refusal.allowed_from_block == 10 + delay
        return
    assert decoded(chain, call) == [("start_call", {"netuid": 1})]


@pytest.mark.parametrize("spec", SPECS)
def test_the_read_of_the_price_tells_what_it_can(spec: int) -> None:
    chain = chain_of(spec)
    row = asyncio.run(network_cost(chain.view(BLOCK)))
    assert (row.cost_rao, row.next_block_rao) == (cost_at(BLOCK), cost_at(BLOCK + 1))
    assert (row.last_block, row.open_from_block) == (900, BLOCK + 1)
    costs(chain, 3 * LAST)
    row = asyncio.run(network_cost(chain.view(BLOCK)))
    assert row.cost_rao == 3 * LAST
    assert row.next_block_rao is row.day_rao is row.step_rao is row.least_block is None

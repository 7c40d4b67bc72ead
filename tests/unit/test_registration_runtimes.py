"""Registrations on every runtime we know: the bytes they mean, or their absence."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stored_chain import SPECS, StoredChain

from taoctl.calls.base import ChainCall, Intent, call_bytes
from taoctl.calls.registration.burn import Register
from taoctl.calls.registration.price import SeatPrice, capped
from taoctl.calls.registration.root import RootRegister
from taoctl.calls.stake.limits import Price, Tolerance
from taoctl.economics.registration_price import blocks_until, decayed
from taoctl.errors import Exit, NotInRuntimeError
from taoctl.scale.crypto import KeySigner

ALICE, NEW, MORE = (KeySigner(f"//{name}").ss58 for name in ("Alice", "New", "More"))
TAO = 10**9
NEAR = Tolerance(10_000)
LIMITED = 424
MULTIPLIER = (1 << 64) * 126 // 100


def chain_of(spec: int) -> StoredChain:
    """A subnet with room at 1 TAO, and root with room."""
    chain = StoredChain(spec)
    for netuid in (0, 1):
        chain.put("NetworksAdded", netuid, value=True)
        chain.put("NetworkRegistrationAllowed", netuid, value=True)
        chain.put("SubnetworkN", netuid, value=3)
        chain.put("MaxAllowedUids", netuid, value=8)
        chain.put("SubnetMechanism", netuid, value=0)
    chain.put("Burn", 1, value=TAO)
    zero = dict.fromkeys(("nonce", "consumers", "sufficients"), 0)
    data = {"free": 50 * TAO, "reserved": 0, "frozen": 0, "flags": 0}
    chain.put("Account", ALICE, value={**zero, "providers": 1, "data": data}, pallet="System")
    return chain


async def _planned(chain: StoredChain, intent: Intent) -> ChainCall:
    view = chain.view()
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
def test_a_registration_has_a_limit_or_is_absent(spec: int) -> None:
    chain = chain_of(spec)
    if spec != LIMITED:
        with pytest.raises(NotInRuntimeError, match=f"spec {spec}") as caught:
            asyncio.run(_planned(chain, Register(1, (NEW,), NEAR)))
        assert caught.value.exit_code is Exit.USAGE
        assert "--unsafe" in (caught.value.hint or "")
        return
    call = asyncio.run(_planned(chain, Register(1, (NEW, MORE), NEAR)))
    first, second = decoded(chain, call)
    assert (first[0], second[0]) == ("register_limit", "register_limit")
    assert first[1]["hotkey"] == NEW and second[1]["hotkey"] == MORE
    price = decayed(TAO, 360, 500_000, 100 * TAO)
    assert first[1]["limit_price"] == price * 101 // 100
    assert 1.25 < second[1]["limit_price"] / first[1]["limit_price"] < 1.27


@pytest.mark.parametrize("spec", SPECS)
def test_without_a_limit_only_where_the_runtime_knows_none(spec: int) -> None:
    chain = chain_of(spec)
    call = asyncio.run(_planned(chain, Register(1, (NEW,), NEAR, unlimited=True)))
    ((name, args),) = decoded(chain, call)
    assert name == ("register_limit" if spec == LIMITED else "burned_register")
    assert (args["netuid"], args["hotkey"]) == (1, NEW)


@pytest.mark.parametrize("spec", SPECS)
def test_a_price_holds_for_the_plan_where_the_call_knows_none(spec: int) -> None:
    view = chain_of(spec).view()
    dear = Register(1, (NEW,), Price(TAO // 2), unlimited=True)
    (refusal,) = asyncio.run(dear.preflight(view, ALICE))
    assert refusal.name == "RegistrationPriceLimitExceeded"


def test_what_would_end_the_account_is_refused_for_anyone_acted_for() -> None:
    chain = chain_of(LIMITED)
    price = decayed(TAO, 360, 500_000, 100 * TAO)
    least = int(chain.view().constant("Balances", "ExistentialDeposit"))
    for free, told in (
        (price + least, []),
        (price + least - 1, ["NotExpendable"]),
        (price, ["NotExpendable"]),
        (price - 1, ["NotEnoughBalanceToStake"]),
    ):
        account = {"nonce": 0, "consumers": 0, "sufficients": 0, "providers": 1}
        account["data"] = {"free": free, "reserved": 0, "frozen": 0, "flags": 0}
        chain.put("Account", ALICE, value=account, pallet="System")
        found = asyncio.run(Register(1, (NEW,), NEAR).preflight(chain.view(), ALICE))
        assert [one.name for one in found] == told


def test_a_subnet_that_is_not_there_has_no_price() -> None:
    order = Register(7, (NEW,), NEAR)
    assert asyncio.run(order.words(chain_of(LIMITED).view(), ALICE)) == order.summary()


def test_a_tolerance_makes_other_limits_on_another_block() -> None:
    assert Register(1, (NEW,), NEAR).varies
    assert not Register(1, (NEW,), Price(TAO)).varies


@pytest.mark.parametrize("spec", SPECS)
def test_a_seat_on_root_is_the_same_call_everywhere(spec: int) -> None:
    chain = chain_of(spec)
    call = asyncio.run(_planned(chain, RootRegister(NEW)))
    assert decoded(chain, call) == [("root_register", {"hotkey": NEW})]


def test_prices_fall_with_blocks_and_rise_with_registrations() -> None:
    price = SeatPrice(9, TAO, 360, MULTIPLIER, 500_000, 100 * TAO)
    first, second, third = price.sequence(2)
    assert first == price.next_rao == decayed(TAO, 360, 500_000, 100 * TAO)
    assert first < TAO < second < third
    assert price.first_for(third, 3) in range(first - 3, first + 1)
    assert price.blocks_until(first) == 0
    assert price.blocks_until(first // 2) in range(358, 362)
    assert price.blocks_until(499_999) is None
    genesis = SeatPrice(0, TAO, 360, MULTIPLIER, 500_000, 100 * TAO)
    assert genesis.next_rao == TAO
    unknown = SeatPrice(9, TAO, None, None, 0, 2**64 - 1)
    assert unknown.sequence(2) == (TAO, TAO, TAO)
    assert (unknown.blocks_until(TAO), unknown.blocks_until(TAO - 1)) == (0, None)


def test_the_blocks_until_a_price_are_those_that_pass() -> None:
    burn, limit = 7 * TAO, TAO // 3
    left = blocks_until(burn, limit, 100, 500_000, 100 * TAO)
    assert left is not None
    for _ in range(left):
        assert burn > limit
        burn = decayed(burn, 100, 500_000, 100 * TAO)
    assert burn <= limit
    assert blocks_until(burn, limit, 0, 0, TAO) == 0
    assert blocks_until(limit + 1, limit, 0, 0, TAO) is None


def test_a_cap_is_a_price_or_a_share_rounded_down() -> None:
    assert capped(Price(5), TAO) == 5
    assert capped(Tolerance(10_000), 99) == 99
    assert capped(Tolerance(10_000), 100) == 101
    assert capped(Tolerance(10_000), 2**64 - 1) == 2**64 - 1

"""Identities: what a plan says of them comes true, and what the chain refuses it refuses too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chain_thread import ThreadChain
from settings_chain import (
    ALICE,
    PALLET,
    carried_out,
    caught_up,
    forced,
    on,
    put,
    settings_chain,
)

from taoctl.calls.identity import MOST_BYTES, SetIdentity
from taoctl.calls.remedies import remedy
from taoctl.chain.client import Chain
from taoctl.reads.identities import identities
from taoctl.scale.compact import length_prefixed
from taoctl.scale.crypto import KeySigner
from taoctl.submit.options import TxOptions
from taoctl.submit.plan import Plan, make_plan

EVE = KeySigner("//Eve").ss58
"""A coldkey without hotkeys."""


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


async def plan_of(chain: Chain, intent: SetIdentity, who: str = ALICE) -> Plan:
    await caught_up(chain)
    return await make_plan(chain, intent, who, TxOptions(again=True))


def effects(plan: Plan) -> dict[str, tuple[Any, Any]]:
    return {one.what: (one.before, one.after) for one in plan.effects}


@pytest.mark.parametrize(
    "name", ["Rao ⛏ Mining", "0x4142", "0x", "0xff00", " ", "a" * 256, "é" * 128, "\x1b[31mred"]
)
def test_what_is_set_is_stored_to_the_byte_and_read_back(net: ThreadChain, name: str) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "IdentitiesV2", (ALICE,), None)
        fields = (("name", name), ("additional", name[:7]))
        plan, outcome = await carried_out(chain, SetIdentity(fields))
        assert (plan.refusals, outcome.error) == ((), None)
        assert str(plan.call) == f"{PALLET}.set_identity"
        assert plan.fee is not None and plan.fee.rao > 0
        assert all("\x1b" not in str(one.after) for one in plan.effects)
        view = await chain.at_hash(str(outcome.block_hash))
        data = await view.raw(view.codec.storage_key(PALLET, "IdentitiesV2", ALICE))
        first, last = name.encode(), name[:7].encode()
        assert data == length_prefixed(first) + bytes(5) + length_prefixed(last)
        (row,) = await identities(view, [EVE, ALICE], {ALICE: "mine"})
        assert (row.name, row.url, row.wallet_name) == (name, "", "mine")

    on(net.url, work)


def test_fields_that_are_not_given_stay(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "IdentitiesV2", (ALICE,), None)
        await carried_out(chain, SetIdentity((("name", "one"), ("url", "https://a.example"))))
        plan, outcome = await carried_out(chain, SetIdentity((("name", "two"),)))
        assert (effects(plan), outcome.error) == ({"name": ("one", "two")}, None)
        view = await chain.at_hash(str(outcome.block_hash))
        (row,) = await identities(view, [ALICE])
        assert (row.name, row.url) == ("two", "https://a.example")
        again = await plan_of(chain, SetIdentity((("name", "two"),)))
        assert (again.effects, again.refusals) == ((), ())
        assert any("nothing changes" in text for text in again.warnings)
        plan, outcome = await carried_out(
            chain, SetIdentity(tuple((name, "") for name in MOST_BYTES))
        )
        assert effects(plan)["url"] == ("https://a.example", "none")
        assert outcome.error is None

    on(net.url, work)


def test_a_coldkey_without_a_neuron_is_refused_before_and_by_the_chain(net: ThreadChain) -> None:
    intent = SetIdentity((("name", "x"),))

    async def work(chain: Chain) -> Plan:
        return await plan_of(chain, intent, EVE)

    plan = on(net.url, work)
    assert [one.name for one in plan.refusals][:1] == ["HotKeyNotRegisteredInNetwork"]
    assert plan.refusals[0].hint and remedy(f"{PALLET}.HotKeyNotRegisteredInNetwork")
    net.do(lambda node: _endow(node))
    assert forced(net, plan.call, "//Eve") == f"{PALLET}.HotKeyNotRegisteredInNetwork"


async def _endow(node: Any) -> None:
    await node.faucet(EVE, 10**9)


@pytest.mark.parametrize("name", MOST_BYTES)
def test_a_field_that_is_too_long_is_refused_before_and_by_the_chain(
    net: ThreadChain, name: str
) -> None:
    most = MOST_BYTES[name]

    async def work(chain: Chain) -> Plan:
        await put(chain, "IdentitiesV2", (ALICE,), None)
        fits = await plan_of(chain, SetIdentity(((name, "é" * (most // 2)),)))
        assert fits.refusals == ()
        return await plan_of(chain, SetIdentity(((name, "é" * (most // 2) + "x"),)))

    plan = on(net.url, work)
    (refusal,) = plan.refusals
    assert refusal.name == "InvalidIdentity"
    assert f"{most + 1} bytes" in refusal.message and f"{most} at most" in refusal.message
    assert remedy(f"{PALLET}.InvalidIdentity")
    assert forced(net, plan.call) == f"{PALLET}.InvalidIdentity"

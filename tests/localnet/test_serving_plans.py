"""What plans of serving say comes true, and what the chain refuses they refuse by its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chain_thread import ThreadChain
from settings_chain import (
    OWN,
    PALLET,
    carried_out,
    caught_up,
    forced,
    on,
    put,
    settings_chain,
    stored,
)

from taoctl.calls.base import ChainCall, Intent
from taoctl.calls.batch import one_or_batch
from taoctl.calls.batch_mode import BatchMode
from taoctl.calls.remedies import remedy
from taoctl.calls.serving.axon import ServeAxon, StopServing
from taoctl.calls.serving.prometheus import ServePrometheus
from taoctl.certificates import Certificate
from taoctl.chain.client import Chain
from taoctl.endpoints import Endpoint, parse_ip
from taoctl.errors import RefusedError
from taoctl.submit.options import TxOptions
from taoctl.submit.plan import Plan, make_plan

URI = "//Hotkey/own"
HERE = Endpoint(*parse_ip("8.8.4.4"), 8091)
THERE = Endpoint(*parse_ip("2606:4700::6"), 9090)
KEY = Certificate(1, bytes(range(100, 132)))
TEXT_KEY = Certificate(48, b"x0123456789abcdef")
"""A key whose bytes can be read as text, and look like hexadecimal."""
LIMIT = 50
ELSEWHERE = 5
"""A subnet on which the hotkey has no UID."""


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


async def fresh(chain: Chain, netuid: int, **stored_now: Any) -> None:
    """As if the hotkey had never served on a subnet, but for what is given."""
    for name in ("Axons", "Prometheus", "NeuronCertificates"):
        await put(chain, name, (netuid, OWN), stored_now.get(name))
    await put(chain, "ServingRateLimit", (netuid,), LIMIT)


def effects(plan: Plan) -> dict[str, tuple[Any, Any]]:
    return {one.what: (one.before, one.after) for one in plan.effects}


def axon(endpoint: Endpoint = HERE, **others: Any) -> dict[str, Any]:
    """An axon as it is stored."""
    return {
        "block": 0,
        "version": 3,
        "ip": endpoint.ip,
        "port": endpoint.port,
        "ip_type": endpoint.ip_type,
        "protocol": 4,
        "placeholder1": 0,
        "placeholder2": 0,
        **others,
    }


@pytest.mark.parametrize("endpoint", [HERE, THERE])
def test_an_axon_is_as_it_was_planned_and_costs_nothing(
    net: ThreadChain, endpoint: Endpoint
) -> None:
    async def work(chain: Chain) -> None:
        await fresh(chain, 1)
        plan, outcome = await carried_out(chain, ServeAxon(1, endpoint, 7, 9), URI)
        assert (plan.refusals, outcome.error) == ((), None)
        assert str(plan.call) == f"{PALLET}.serve_axon"
        assert plan.fee is not None and plan.fee.rao == 0
        assert effects(plan) == {"axon on subnet 1": ("none", f"{endpoint}, protocol 7, version 9")}
        found = await stored(await chain.at_hash(str(outcome.block_hash)), "Axons", 1, OWN)
        assert {**found, "block": 0} == axon(endpoint, protocol=7, version=9)
        assert found["block"] == outcome.record.block
        assert not any("already" in text for text in plan.warnings)
        again = await plan_of(chain, ServeAxon(1, endpoint, 7, 9))
        assert any("already" in text for text in again.warnings)
        now = effects(again)
        assert now["axon on subnet 1"][0] == f"{endpoint}, protocol 7, version 9"

    on(net.url, work)


async def plan_of(chain: Chain, intent: Intent) -> Plan:
    await caught_up(chain)
    return await make_plan(chain, intent, OWN, TxOptions(again=True))


@pytest.mark.parametrize("key", [KEY, TEXT_KEY])
def test_a_certificate_is_published_and_blanked_again(net: ThreadChain, key: Certificate) -> None:
    async def work(chain: Chain) -> None:
        await fresh(chain, 1)
        plan, outcome = await carried_out(chain, ServeAxon(1, HERE, certificate=key), URI)
        assert (plan.refusals, outcome.error) == ((), None)
        assert str(plan.call) == f"{PALLET}.serve_axon_tls"
        assert effects(plan)["certificate on subnet 1"] == ("none", str(key))
        again = await plan_of(chain, ServeAxon(1, THERE))
        assert any(str(key) in text for text in again.warnings)
        await put(chain, "ServingRateLimit", (1,), 0)
        plan, outcome = await carried_out(chain, StopServing(1), URI)
        assert (plan.refusals, outcome.error) == ((), None)
        assert effects(plan) == {
            "axon on subnet 1": (f"{HERE}, protocol 4, version 1", "none"),
            "certificate on subnet 1": (str(key), "none"),
        }
        view = await chain.at_hash(str(outcome.block_hash))
        left = await stored(view, "Axons", 1, OWN)
        assert (left["ip"], left["port"]) == (0, 1)
        certificate = await stored(view, "NeuronCertificates", 1, OWN)
        assert certificate is not None and not certificate["public_key"]
        (refusal,) = (await plan_of(chain, StopServing(1))).refusals
        assert refusal.name == "AxonNotServed"

    on(net.url, work)


def test_nothing_is_taken_back_that_is_not_there(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await fresh(chain, 2)
        plan = await plan_of(chain, StopServing(2))
        assert [one.name for one in plan.refusals] == ["AxonNotServed"]
        await fresh(chain, 2, Axons=axon())
        plan, outcome = await carried_out(chain, StopServing(2), URI)
        assert (plan.refusals, outcome.error) == ((), None)
        assert str(plan.call) == f"{PALLET}.serve_axon"

    on(net.url, work)


def test_prometheus_is_as_it_was_planned_and_outlives_the_axon(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await fresh(chain, 1, Axons=axon())
        plan, outcome = await carried_out(chain, ServePrometheus(1, THERE, 2), URI)
        assert (plan.refusals, outcome.error) == ((), None)
        assert effects(plan) == {"Prometheus on subnet 1": ("none", str(THERE))}
        view = await chain.at_hash(str(outcome.block_hash))
        found = await stored(view, "Prometheus", 1, OWN)
        expected = {"version": 2, "ip": THERE.ip, "port": 9090, "ip_type": 6}
        assert found == {"block": outcome.record.block, **expected}
        stop = await plan_of(chain, StopServing(1))
        assert any(str(THERE) in text for text in stop.warnings)

    on(net.url, work)


def test_both_go_in_one_transaction_that_is_free_too(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await fresh(chain, 1)
        both = one_or_batch([ServeAxon(1, HERE), ServePrometheus(1, THERE)], BatchMode.ALL)
        plan, outcome = await carried_out(chain, both, URI)
        assert (plan.refusals, outcome.error) == ((), None)
        assert plan.fee is not None and plan.fee.rao == 0
        view = await chain.at_hash(str(outcome.block_hash))
        assert (await stored(view, "Axons", 1, OWN))["port"] == HERE.port
        assert (await stored(view, "Prometheus", 1, OWN))["port"] == THERE.port

    on(net.url, work)


REFUSED: list[tuple[str, Intent]] = [
    ("HotKeyNotRegisteredInNetwork", ServeAxon(ELSEWHERE, HERE)),
    ("HotKeyNotRegisteredInNetwork", ServePrometheus(ELSEWHERE, HERE)),
    ("HotKeyNotRegisteredInNetwork", StopServing(ELSEWHERE)),
    ("InvalidIpType", ServeAxon(2, Endpoint(HERE.ip, 5, 80))),
    ("InvalidIpType", ServePrometheus(2, Endpoint(HERE.ip, 5, 80))),
    ("InvalidIpAddress", ServeAxon(2, Endpoint(*parse_ip("127.0.0.1"), 80))),
    ("InvalidIpAddress", ServeAxon(2, Endpoint(*parse_ip("::1"), 80))),
    ("InvalidIpAddress", ServeAxon(2, Endpoint(*parse_ip("255.255.255.255"), 80))),
    ("InvalidIpAddress", ServeAxon(2, Endpoint(2**40, 4, 80))),
    ("InvalidIpAddress", ServePrometheus(2, Endpoint(0, 4, 80))),
    ("InvalidPort", ServeAxon(2, Endpoint(HERE.ip, 4, 0))),
    ("InvalidPort", ServePrometheus(2, Endpoint(HERE.ip, 4, 0))),
    ("ServingRateLimitExceeded", ServeAxon(3, THERE)),
    ("ServingRateLimitExceeded", ServeAxon(3, THERE, certificate=KEY)),
    ("ServingRateLimitExceeded", ServePrometheus(3, THERE)),
    ("ServingRateLimitExceeded", StopServing(3)),
]


@pytest.mark.parametrize(("name", "intent"), REFUSED)
def test_what_the_chain_refuses_is_refused_before_by_the_same_name(
    net: ThreadChain, name: str, intent: Intent
) -> None:
    found: list[ChainCall] = []

    async def work(chain: Chain) -> None:
        await fresh(chain, 2)
        now = (await caught_up(chain)).block
        endpoint = {name: HERE.ip if name == "ip" else 1 for name in ("version", "ip", "port")}
        prometheus = {"block": now, **endpoint, "ip_type": 4}
        await fresh(chain, 3, Axons=axon(block=now), Prometheus=prometheus)
        plan = await plan_of(chain, intent)
        (refusal,) = plan.refusals
        assert refusal.name == name
        assert refusal.hint and remedy(f"{PALLET}.{name}")
        limited = name == "ServingRateLimitExceeded"
        assert refusal.allowed_from_block == (now + LIMIT if limited else None)
        found.append(plan.call)
        # The pool has the same guard: what is sent all the same is not taken.
        with pytest.raises(RefusedError):
            await carried_out(chain, intent, URI)

    on(net.url, work)
    assert forced(net, found[0], URI) == f"{PALLET}.{name}"


def test_it_may_change_from_the_block_that_is_said(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        now = (await caught_up(chain)).block
        await fresh(chain, 3, Axons=axon(block=now))
        await put(chain, "ServingRateLimit", (3,), 8)
        (refusal,) = (await plan_of(chain, ServeAxon(3, THERE))).refusals
        assert refusal.allowed_from_block == now + 8
        while (await caught_up(chain)).block < now + 7:
            assert (await plan_of(chain, ServeAxon(3, THERE))).refusals
            await chain.call("dev_newBlock", [])
        plan, outcome = await carried_out(chain, ServeAxon(3, THERE), URI)
        assert (plan.refusals, outcome.error, outcome.record.block) == ((), None, now + 8)

    on(net.url, work)


def test_a_key_that_does_not_fit_is_refused_because_the_chain_would_drop_it(
    net: ThreadChain,
) -> None:
    async def work(chain: Chain) -> None:
        await fresh(chain, 2)
        intent = ServeAxon(2, HERE, certificate=Certificate(1, bytes(65)))
        plan, outcome = await carried_out(chain, intent, URI)
        assert [one.name for one in plan.refusals] == ["CertificateTooLong"]
        assert outcome.error is None
        view = await chain.at_hash(str(outcome.block_hash))
        assert await stored(view, "NeuronCertificates", 2, OWN) is None

    on(net.url, work)


@pytest.mark.parametrize(
    ("address", "word"),
    [("10.1.2.3", "private"), ("127.0.0.2", "loopback"), ("224.0.0.1", "multicast")],
)
def test_an_address_that_others_do_not_reach_is_warned_of(
    net: ThreadChain, address: str, word: str
) -> None:
    async def work(chain: Chain) -> None:
        await fresh(chain, 2)
        at = Endpoint(*parse_ip(address), 80)
        for intent in (ServeAxon(2, at), ServePrometheus(2, at)):
            plan = await plan_of(chain, intent)
            assert plan.refusals == ()
            assert any(word in text for text in plan.warnings)
            assert any(f"{LIMIT} blocks" in text for text in plan.warnings)
        assert not any(word in text for text in (await plan_of(chain, ServeAxon(2, HERE))).warnings)

    on(net.url, work)

"""Serving: what the chain takes as an endpoint, how often, and what it keeps of it."""

from __future__ import annotations

from typing import Any

import pytest
from subtensor_chain import Chain, account, error_of

from taoctl.localnet.frame import Call
from taoctl.localnet.pallets.subtensor.guards import CODES

MINER = "h:miner0-1"
KEY = (1, account(MINER))
IP = 0x08080808
AXON: dict[str, Any] = {
    "netuid": 1,
    "version": 7,
    "ip": IP,
    "port": 8091,
    "ip_type": 4,
    "protocol": 4,
    "placeholder1": 1,
    "placeholder2": 2,
}
PROMETHEUS = {name: AXON[name] for name in ("netuid", "version", "ip", "port", "ip_type")}
BAD = {
    "InvalidIpType": {"ip_type": 5},
    "InvalidIpAddress": {"ip": 0x7F000001},
    "InvalidPort": {"port": 0},
    "HotKeyNotRegisteredInNetwork": {"netuid": 2},
}


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    made.run(3)
    made.begin()
    return made


def axon(chain: Chain, signer: str = MINER, **changed: Any) -> Any:
    return chain.call(signer, "serve_axon", **{**AXON, **changed})


def tls(chain: Chain, certificate: bytes, **changed: Any) -> Any:
    return chain.call(MINER, "serve_axon_tls", certificate=certificate, **{**AXON, **changed})


def prometheus(chain: Chain, signer: str = MINER, **changed: Any) -> Any:
    return chain.call(signer, "serve_prometheus", **{**PROMETHEUS, **changed})


def refusal(outcome: Any) -> str | None:
    error = error_of(outcome)
    return error and error.removeprefix("SubtensorModule.")


def test_an_axon_is_kept_as_it_was_given_with_its_block(chain: Chain) -> None:
    assert axon(chain).ok
    expected = {name: value for name, value in AXON.items() if name != "netuid"}
    assert chain.rt.subtensor.Axons[KEY] == {"block": chain.rt.block_number, **expected}
    assert chain.events("AxonServed") == [KEY]


def test_a_prometheus_endpoint_is_kept_as_it_was_given(chain: Chain) -> None:
    assert prometheus(chain).ok
    expected = {name: value for name, value in PROMETHEUS.items() if name != "netuid"}
    assert chain.rt.subtensor.Prometheus[KEY] == {"block": chain.rt.block_number, **expected}
    assert chain.events("PrometheusServed") == [KEY]


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("call", [axon, prometheus])
def test_what_is_no_endpoint_is_refused(chain: Chain, call: Any, name: str) -> None:
    assert refusal(call(chain, **BAD[name])) == name
    assert KEY not in chain.rt.subtensor.Axons
    assert KEY not in chain.rt.subtensor.Prometheus


@pytest.mark.parametrize(
    ("ip_type", "ip", "taken"),
    [
        (4, 0xFFFFFFFE, True),
        (4, 0xFFFFFFFF, False),
        (4, 2**32, False),
        (4, 0x7F000002, True),
        (4, 0x0A000001, True),
        (6, 1, False),
        (6, 2, True),
        (6, 2**128 - 1, False),
        (6, 2**128 - 2, True),
        (6, 0x7F000001, True),
    ],
)
def test_few_addresses_are_refused(chain: Chain, ip_type: int, ip: int, taken: bool) -> None:
    expected = None if taken else "InvalidIpAddress"
    assert refusal(axon(chain, ip=ip, ip_type=ip_type)) == expected
    assert refusal(prometheus(chain, ip=ip, ip_type=ip_type)) == expected


def test_zero_is_an_axon_and_no_prometheus_endpoint(chain: Chain) -> None:
    assert axon(chain, ip=0, port=1).ok
    assert refusal(prometheus(chain, ip=0, port=1)) == "InvalidIpAddress"


@pytest.mark.parametrize("call", [axon, prometheus])
def test_an_endpoint_may_change_after_so_many_blocks(chain: Chain, call: Any) -> None:
    first = chain.rt.block_number
    chain.rt.subtensor.ServingRateLimit[1] = 50
    assert call(chain).ok
    chain.rt.state.making = first + 49
    assert refusal(call(chain)) == "ServingRateLimitExceeded"
    assert call(chain, signer="h:miner1-1").ok
    chain.rt.state.making = first + 50
    assert call(chain, port=1).ok
    chain.rt.subtensor.ServingRateLimit[1] = 0
    assert call(chain, port=2).ok


def test_the_two_endpoints_have_limits_of_their_own(chain: Chain) -> None:
    assert axon(chain).ok
    assert prometheus(chain).ok


def test_errors_come_in_the_chains_order(chain: Chain) -> None:
    nothing_right = {"netuid": 2, "ip_type": 5, "ip": 2**127, "port": 0}
    assert refusal(axon(chain, **nothing_right)) == "HotKeyNotRegisteredInNetwork"
    assert refusal(prometheus(chain, **nothing_right)) == "InvalidIpType"
    assert refusal(prometheus(chain, netuid=2, port=0)) == "HotKeyNotRegisteredInNetwork"
    assert axon(chain).ok
    assert refusal(axon(chain, port=0)) == "ServingRateLimitExceeded"


@pytest.mark.parametrize("length", [1, 33, 65])
def test_a_certificate_is_an_algorithm_and_a_key(chain: Chain, length: int) -> None:
    assert tls(chain, bytes(range(9, 9 + length))).ok
    expected = {"algorithm": 9, "public_key": bytes(range(10, 9 + length))}
    assert chain.rt.subtensor.NeuronCertificates[KEY] == expected
    assert chain.rt.subtensor.Axons[KEY]["port"] == AXON["port"]
    assert chain.events("AxonServed") == [KEY]


@pytest.mark.parametrize("length", [0, 66])
def test_a_certificate_of_another_length_is_left_out(chain: Chain, length: int) -> None:
    assert tls(chain, bytes(length)).ok
    assert KEY not in chain.rt.subtensor.NeuronCertificates
    assert KEY in chain.rt.subtensor.Axons


def test_a_refused_axon_keeps_no_certificate(chain: Chain) -> None:
    assert refusal(tls(chain, b"\x01\x02", port=0)) == "InvalidPort"
    assert KEY not in chain.rt.subtensor.NeuronCertificates


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("call", ["serve_axon", "serve_axon_tls", "serve_prometheus"])
def test_the_pool_takes_no_call_that_would_fail(chain: Chain, call: str, name: str) -> None:
    args = dict(PROMETHEUS if call == "serve_prometheus" else AXON)
    if call == "serve_axon_tls":
        args["certificate"] = b"\x01"
    module, who = chain.rt.subtensor, account(MINER)
    assert module.validate(Call("SubtensorModule", call, args), who) is None
    bad = Call("SubtensorModule", call, {**args, **BAD[name]})
    assert module.validate(bad, who) == CODES.get(name, 255)


def test_the_pool_knows_of_the_limit_and_the_check_is_paid_for(chain: Chain) -> None:
    module, call = chain.rt.subtensor, Call("SubtensorModule", "serve_axon", AXON)
    assert axon(chain).ok
    assert module.validate(call, account(MINER)) == CODES["ServingRateLimitExceeded"]
    plain = Call("System", "remark", {"remark": b""})
    assert module.extension_weight(call) - module.extension_weight(plain) == 94_035_000

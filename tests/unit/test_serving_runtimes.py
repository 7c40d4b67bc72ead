"""What neurons and coldkeys publish, on every runtime we know: the bytes, or their absence."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stored_chain import SPECS, StoredChain

from taoctl.calls.base import ChainCall, Intent, call_bytes
from taoctl.calls.commitment import SetCommitment
from taoctl.calls.identity import MOST_BYTES, SetIdentity
from taoctl.calls.serving.axon import ServeAxon, StopServing
from taoctl.calls.serving.prometheus import ServePrometheus
from taoctl.certificates import Certificate
from taoctl.endpoints import Endpoint
from taoctl.errors import Exit, NotInRuntimeError, UsageError
from taoctl.reads.axons import axons_of
from taoctl.reads.commitments import commitments_of
from taoctl.reads.identities import identities
from taoctl.scale.codec import vec_bytes
from taoctl.scale.crypto import KeySigner

HOTKEY, COLDKEY = KeySigner("//Hotkey").ss58, KeySigner("//Coldkey").ss58
HERE = Endpoint(0x08080404, 4, 8091)
KEY = Certificate(1, bytes(range(32)))
OLDEST = 218


def chain_of(spec: int) -> StoredChain:
    """A hotkey with UID 3 on subnet 1 that serves already, long ago."""
    chain = StoredChain(spec)
    chain.put("Uids", 1, HOTKEY, value=3)
    chain.put("Keys", 1, 3, value=HOTKEY)
    chain.put("OwnedHotkeys", COLDKEY, value=[HOTKEY])
    chain.put("IsNetworkMember", HOTKEY, 1, value=True)
    endpoint = {"block": 9, "version": 1, "ip": 7, "port": 80, "ip_type": 4}
    more = {"protocol": 4, "placeholder1": 0, "placeholder2": 0}
    chain.put("Axons", 1, HOTKEY, value={**endpoint, **more})
    chain.put("Prometheus", 1, HOTKEY, value=endpoint)
    kept = {"public_key": KEY.public_key, "algorithm": KEY.algorithm}
    chain.put("NeuronCertificates", 1, HOTKEY, value=kept)
    return chain


async def planned(chain: StoredChain, intent: Intent, who: str) -> ChainCall:
    view = chain.view()
    view.require(*intent.needs)
    call = await intent.call(view, who)
    assert await intent.preflight(view, who) == ()
    assert await intent.effects(view, who)
    for ask in (intent.warnings, intent.spends, intent.words):
        await ask(view, who)
    return call


def decoded(chain: StoredChain, call: ChainCall) -> tuple[str, dict[str, Any]]:
    value = chain.codec.decode_call(call_bytes(chain.codec, call))
    return value["call_function"], {one["name"]: one["value"] for one in value["call_args"]}


@pytest.mark.parametrize("spec", SPECS)
def test_an_axon_is_the_same_call_everywhere(spec: int) -> None:
    chain = chain_of(spec)
    name, args = decoded(chain, asyncio.run(planned(chain, ServeAxon(1, HERE, 6, 7), HOTKEY)))
    expected = {"netuid": 1, "version": 7, "ip": HERE.ip, "port": 8091, "ip_type": 4}
    rest = {"protocol": 6, "placeholder1": 0, "placeholder2": 0}
    assert (name, args) == ("serve_axon", {**expected, **rest})
    intent = ServePrometheus(1, HERE, 7)
    assert decoded(chain, asyncio.run(planned(chain, intent, HOTKEY))) == (
        "serve_prometheus",
        expected,
    )


@pytest.mark.parametrize("spec", SPECS)
def test_a_certificate_goes_with_it_and_is_blanked_with_it(spec: int) -> None:
    chain = chain_of(spec)
    other = Certificate(2, b"\x05" * 64)
    intent: Intent = ServeAxon(1, HERE, certificate=other)
    name, args = decoded(chain, asyncio.run(planned(chain, intent, HOTKEY)))
    assert (name, vec_bytes(args["certificate"])) == ("serve_axon_tls", other.wire)
    name, args = decoded(chain, asyncio.run(planned(chain, StopServing(1), HOTKEY)))
    assert (name, vec_bytes(args["certificate"])) == ("serve_axon_tls", b"\0")
    assert (args["ip"], args["port"], args["ip_type"]) == (0, 1, 4)


@pytest.mark.parametrize("spec", SPECS)
def test_what_is_served_is_read_everywhere(spec: int) -> None:
    (row,) = asyncio.run(axons_of(chain_of(spec).view(), {1: (3, 4)}, {HOTKEY: "me"}))
    assert (row.uid, row.hotkey_name, row.axon) == (3, "me", "0.0.0.7:80")
    assert (row.prometheus, row.scope, row.certificate) == ("0.0.0.7:80", "reserved", KEY)


@pytest.mark.parametrize("reading", [axons_of, commitments_of])
def test_a_whole_subnet_is_read_with_a_few_requests(reading: Any) -> None:
    """Public endpoints refuse who asks for each neuron by itself."""
    chain = chain_of(424)
    field = {"deposit": 0, "block": 9, "info": {"fields": [{"Raw1": b"x"}]}}
    chain.put("CommitmentOf", 1, HOTKEY, value=field, pallet="Commitments")
    (row,) = asyncio.run(reading(chain.view(), {1: range(256)}))
    assert (row.uid, row.hotkey) == (3, HOTKEY)
    assert len(chain.asked) <= 5


@pytest.mark.parametrize("spec", SPECS)
def test_an_identity_has_the_fields_that_the_runtime_has(spec: int) -> None:
    chain = chain_of(spec)
    item = "Identities" if spec == OLDEST else "IdentitiesV2"
    fields = [name for name in MOST_BYTES if not (spec == OLDEST and name == "github_repo")]
    chain.put(item, COLDKEY, value={name: name.encode() for name in fields})
    intent = SetIdentity((("url", "https://a.example"),))
    name, args = decoded(chain, asyncio.run(planned(chain, intent, COLDKEY)))
    assert name == "set_identity"
    assert args == {name: name for name in fields} | {"url": "https://a.example"}
    (row,) = asyncio.run(identities(chain.view(), [HOTKEY, COLDKEY]))
    assert (row.name, row.additional) == ("name", "additional")
    assert row.github_repo == (None if spec == OLDEST else "github_repo")


def test_a_field_that_the_runtime_lacks_is_said_to_be_absent() -> None:
    chain = chain_of(OLDEST)
    intent = SetIdentity((("github_repo", "https://code.example"),))
    with pytest.raises(NotInRuntimeError, match="github_repo") as caught:
        asyncio.run(planned(chain, intent, COLDKEY))
    assert caught.value.exit_code is Exit.USAGE
    emptied = SetIdentity((("name", "x"), ("github_repo", "")))
    assert "github_repo" not in asyncio.run(planned(chain, emptied, COLDKEY)).args


@pytest.mark.parametrize("spec", SPECS)
def test_a_commitment_is_the_same_call_everywhere(spec: int) -> None:
    chain = chain_of(spec)
    # The oldest takes one field, and says so.
    fields = (b"\xff" * 128, b"hi")[: 1 if spec == OLDEST else 2]
    intent = SetCommitment(1, fields)
    name, args = decoded(chain, asyncio.run(planned(chain, intent, HOTKEY)))
    expected = [{f"Raw{len(one)}": "0x" + one.hex()} for one in fields]
    assert (name, args) == ("set_commitment", {"netuid": 1, "info": {"fields": expected}})


@pytest.mark.parametrize("spec", SPECS)
def test_a_long_field_is_one_where_the_runtime_has_them(spec: int) -> None:
    chain = chain_of(spec)
    intent = SetCommitment(1, (b"a" * 129,))
    if spec == OLDEST:
        with pytest.raises(NotInRuntimeError, match="128"):
            asyncio.run(planned(chain, intent, HOTKEY))
    else:
        _, args = decoded(chain, asyncio.run(planned(chain, intent, HOTKEY)))
        assert args["info"]["fields"] == [{"BigRaw": "a" * 129}]
    with pytest.raises(UsageError, match="513 bytes"):
        asyncio.run(planned(chain, SetCommitment(1, (b"a" * 513,)), HOTKEY))

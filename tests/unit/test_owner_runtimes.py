"""Triggers, symbols and identities of subnets on every runtime we know."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stored_chain import SPECS, StoredChain

from taoctl.calls.base import Intent, call_bytes
from taoctl.calls.owner.hyperparameter import SetHyperparameter
from taoctl.calls.owner.identity import SetSubnetIdentity
from taoctl.calls.owner.symbol import SetSymbol
from taoctl.calls.owner.trigger import TriggerEpoch
from taoctl.calls.owner.trim import TrimUids
from taoctl.calls.subnet_identity import MOST_BYTES
from taoctl.errors import NotInRuntimeError
from taoctl.reads.subnet_identities import subnet_identities
from taoctl.reads.tempo import tempo
from taoctl.scale.crypto import KeySigner

ALICE = KeySigner("//Alice").ss58


def chain_of(spec: int) -> StoredChain:
    chain = StoredChain(spec)
    chain.put("NetworksAdded", 1, value=True)
    chain.put("SubnetOwner", 1, value=ALICE)
    if chain.codec.storage("SubtensorModule", "CommitRevealWeightsEnabled"):
        chain.put("CommitRevealWeightsEnabled", 1, value=False)
    return chain


def composed(chain: StoredChain, intent: Intent) -> tuple[str, dict[str, Any]]:
    async def compose() -> bytes:
        view = chain.view()
        view.require(*intent.needs)
        call = await intent.call(view, ALICE)
        assert await intent.preflight(view, ALICE) == ()
        assert await intent.effects(view, ALICE)
        await intent.warnings(view, ALICE)
        return call_bytes(chain.codec, call)

    decoded = chain.codec.decode_call(asyncio.run(compose()))
    args = {one["name"]: one["value"] for one in decoded["call_args"]}
    return decoded["call_function"], args


@pytest.mark.parametrize("spec", SPECS)
def test_an_epoch_is_triggered_or_the_call_is_absent(spec: int) -> None:
    if spec != 424:
        with pytest.raises(NotInRuntimeError, match=f"spec {spec}"):
            composed(chain_of(spec), TriggerEpoch(1))
        return
    chain = chain_of(spec)
    chain.put("LastEpochBlock", 1, value=900)
    assert composed(chain, TriggerEpoch(1)) == ("trigger_epoch", {"netuid": 1})


@pytest.mark.parametrize("spec", SPECS)
def test_a_symbol_is_set_or_the_call_is_absent(spec: int) -> None:
    if spec == 218:
        with pytest.raises(NotInRuntimeError, match="spec 218"):
            composed(chain_of(spec), SetSymbol(1, "β"))
        return
    name, args = composed(chain_of(spec), SetSymbol(1, "β"))
    assert (name, args["netuid"]) == ("update_symbol", 1)
    assert bytes(args["symbol"], "utf-8") == "β".encode()


@pytest.mark.parametrize("spec", SPECS)
def test_an_identity_has_the_fields_of_its_runtime(spec: int) -> None:
    chain = chain_of(spec)
    name, args = composed(chain, SetSubnetIdentity(1, (("subnet_name", "Rao"),)))
    assert name == "set_subnet_identity"
    fields = list(MOST_BYTES)[: 3 if spec == 218 else 8]
    assert args == {"netuid": 1, **dict.fromkeys(fields, ""), "subnet_name": "Rao"}
    late = SetSubnetIdentity(1, (("discord", "rao"),))
    if spec == 218:
        with pytest.raises(NotInRuntimeError, match="no discord"):
            composed(chain, late)
        return
    assert composed(chain, late)[1]["discord"] == "rao"


@pytest.mark.parametrize("spec", SPECS)
def test_identities_are_read_from_where_the_runtime_keeps_them(spec: int) -> None:
    chain = chain_of(spec)
    item, count = ("SubnetIdentities", 3) if spec == 218 else ("SubnetIdentitiesV3", 8)
    value = {name: f"0x{name.encode().hex()}" for name in list(MOST_BYTES)[:count]}
    chain.put(item, 1, value=value)
    (row,) = asyncio.run(subnet_identities(chain.view(), [1, 2]))
    assert (row.netuid, row.subnet_name, row.subnet_contact) == (
        1,
        "subnet_name",
        "subnet_contact",
    )
    assert row.logo_url == (None if spec == 218 else "logo_url")


@pytest.mark.parametrize("spec", SPECS)
def test_a_runtime_without_a_schedule_counts_by_the_number_of_the_block(spec: int) -> None:
    chain = chain_of(spec)
    chain.put("Tempo", 1, value=360)
    if spec == 424:
        chain.put("LastEpochBlock", 1, value=900)
    row = asyncio.run(tempo(chain.view(), 1))
    assert row.tempo == 360
    # 360 - (1080 + 1 + 1) % 361 = 0 blocks are left in block 1080.
    assert row.next_epoch_block == (1_260 if spec == 424 else 1_080)
    assert row.tempo_from_block == (1_001 if spec == 424 else None)


@pytest.mark.parametrize("spec", SPECS)
def test_the_window_before_an_epoch_is_that_of_the_runtime(spec: int) -> None:
    chain = chain_of(spec)
    chain.put("Tempo", 1, value=360)
    if spec == 424:
        chain.put("LastEpochBlock", 1, value=720)
    view = chain.view(1_075)
    refusals = asyncio.run(SetHyperparameter(1, "rho", 11).preflight(view, ALICE))
    if spec == 218:
        # It has no such window.
        assert refusals == ()
        return
    (refusal,) = refusals
    assert refusal.name == "AdminActionProhibitedDuringWeightsWindow"
    # Spec 424 takes it in the block of the epoch again, those before it in the one after it.
    assert refusal.allowed_from_block == (1_080 if spec == 424 else 1_081)
    assert "block 1080" in refusal.message


@pytest.mark.parametrize("spec", SPECS)
def test_uids_are_trimmed_or_the_call_is_absent(spec: int) -> None:
    chain = chain_of(spec)
    if spec == 218:
        with pytest.raises(NotInRuntimeError, match="spec 218"):
            composed(chain, TrimUids(1, 64))
        return
    if spec == 424:
        chain.put("LastEpochBlock", 1, value=900)
    name, args = composed(chain, TrimUids(1, 64))
    assert (name, args) == ("sudo_trim_to_max_allowed_uids", {"netuid": 1, "max_n": 64})

"""Weights on every runtime we know: the bytes they mean, or their absence."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from stored_chain import SPECS, StoredChain

from taoctl.calls.base import ChainCall, Intent, call_bytes
from taoctl.calls.weights.checks import Place
from taoctl.calls.weights.committing import CommitWeights, RevealWeights
from taoctl.calls.weights.row import Row, commit_hash
from taoctl.calls.weights.setting import SetWeights
from taoctl.calls.weights.timelocking import CommitTimelocked, takes_timelocked, timelocked
from taoctl.chain.view import View
from taoctl.economics.timelock import QUICKNET
from taoctl.errors import Exit, NotInRuntimeError, RefusedError, UsageError
from taoctl.scale.codec import vec_bytes
from taoctl.scale.crypto import KeySigner

ALICE = KeySigner("//Alice").ss58
ROW: Row = ((0, 65535), (2, 1))
SALT = (7, 8, 9)
KEY = 3
NETUID = 1
NEWEST, OLDEST = 424, 218
NOW_MS = 1_800_000_000_000


class Forgetful(StoredChain):
    """A node that keeps the newest block alone, so that nobody can measure its blocks."""

    async def at_block(self, number: int) -> View:
        raise RefusedError(f"block {number} is gone")


def chain_of(spec: int, *, hidden: bool) -> StoredChain:
    """A subnet of three UIDs, of which Alice has the second and a permit, in block 1000."""
    chain = Forgetful(spec)
    chain.put("NetworksAdded", NETUID, value=True)
    chain.put("SubnetworkN", NETUID, value=3)
    chain.put("Uids", NETUID, ALICE, value=1)
    chain.put("ValidatorPermit", NETUID, value=[False, True, False])
    chain.put("CommitRevealWeightsEnabled", NETUID, value=hidden)
    chain.put("MinAllowedWeights", NETUID, value=1)
    chain.put("MaxWeightsLimit", NETUID, value=65535)
    chain.put("Tempo", NETUID, value=100)
    chain.put("Now", value=NOW_MS, pallet="Timestamp")
    if spec == NEWEST:
        chain.put("LastEpochBlock", NETUID, value=950)
        chain.put("SubnetEpochIndex", NETUID, value=20)
    if spec != OLDEST:
        chain.answer("SubnetInfoRuntimeApi", "get_subnet_hyperparams_v2", NETUID, value=None)
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


def decoded(chain: StoredChain, call: ChainCall) -> tuple[str, dict[str, Any]]:
    """Name and arguments of the bytes of a call."""
    value = chain.codec.decode_call(call_bytes(chain.codec, call))
    assert value["call_module"] == "SubtensorModule"
    args = {arg["name"]: arg["value"] for arg in value["call_args"]}
    return value["call_function"], args


def absent(chain: StoredChain, intent: Intent) -> None:
    with pytest.raises(NotInRuntimeError, match=f"spec {chain.codec.spec_version}") as caught:
        asyncio.run(_planned(chain, intent))
    assert caught.value.exit_code is Exit.USAGE


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("mechanism", [0, 1])
def test_weights_in_the_open_are_the_same_call_everywhere(spec: int, mechanism: int) -> None:
    chain = chain_of(spec, hidden=False)
    intent = SetWeights(NETUID, ROW, KEY, mechanism)
    if mechanism:
        if spec == OLDEST:
            with pytest.raises(NotInRuntimeError, match="set_mechanism_weights"):
                asyncio.run(intent.call(chain.view(), ALICE))
            return
        chain.put("MechanismCountCurrent", NETUID, value=2)
    name, args = decoded(chain, asyncio.run(_planned(chain, intent)))
    assert name == ("set_mechanism_weights" if mechanism else "set_weights")
    given = {"netuid": NETUID, "dests": [0, 2], "weights": [65535, 1], "version_key": KEY}
    assert args == ({**given, "mecid": 1} if mechanism else given)


@pytest.mark.parametrize("spec", SPECS)
def test_commits_with_a_salt_need_epochs_that_the_runtime_counts(spec: int) -> None:
    chain = chain_of(spec, hidden=True)
    commit, reveal = CommitWeights(NETUID, ROW, SALT, KEY), RevealWeights(NETUID, ROW, SALT, KEY)
    if spec != NEWEST:
        absent(chain, commit)
        absent(chain, reveal)
        return
    name, args = decoded(chain, asyncio.run(_planned(chain, commit)))
    digest = commit_hash(ALICE, NETUID, ROW, SALT, KEY)
    assert (name, args) == ("commit_weights", {"netuid": NETUID, "commit_hash": digest})
    chain.put("WeightCommits", NETUID, ALICE, value=[(digest, 19, 900, 0)])
    name, args = decoded(chain, asyncio.run(_planned(chain, reveal)))
    assert name == "reveal_weights"
    assert (args["uids"], args["values"], args["salt"]) == ([0, 2], [65535, 1], list(SALT))


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("mechanism", [0, 1])
def test_timelocked_commits_hold_what_was_sealed_or_are_absent(spec: int, mechanism: int) -> None:
    chain = chain_of(spec, hidden=True)
    at = Place(ALICE, NETUID, mechanism)
    if spec != NEWEST:
        assert not asyncio.run(takes_timelocked(chain.view()))
        with pytest.raises(NotInRuntimeError, match=f"spec {spec}"):
            asyncio.run(timelocked(chain.view(), at, ROW, KEY))
        return
    chain.put("MechanismCountCurrent", NETUID, value=2)
    assert asyncio.run(takes_timelocked(chain.view()))

    async def work() -> tuple[bytes, int, ChainCall]:
        intent = await timelocked(chain.view(), at, ROW, KEY)
        return intent.commit, intent.reveal_round, await _planned(chain, intent)

    commit, drand_round, call = asyncio.run(work())
    name, args = decoded(chain, call)
    assert name == f"commit_timelocked_{'mechanism_' if mechanism else ''}weights"
    assert vec_bytes(args["commit"]) == commit
    assert (args["reveal_round"], args["commit_reveal_version"]) == (drand_round, 4)
    assert args.get("mecid", 0) == mechanism
    # Epoch 21 begins with block 1050, and blocks take the nominal twelve seconds.
    target = NOW_MS + (1050 - 1000 + 3) * 12_000
    assert target - 6_000 < QUICKNET.made_at_ms(drand_round) <= target - 3_000


def test_more_weights_than_a_commit_holds_are_no_call() -> None:
    view = chain_of(NEWEST, hidden=True).view()
    most = CommitTimelocked(NETUID, ROW, bytes(5_000), 1000)
    assert asyncio.run(most.call(view, ALICE)).args["commit"] == bytes(5_000)
    with pytest.raises(UsageError, match="2 weights are 5001 bytes"):
        asyncio.run(replace(most, commit=bytes(5_001)).call(view, ALICE))

"""Plans of timelocked weights against the chain: refusals, effects, rounds and what is revealed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from chain_thread import ThreadChain
from nodes import TAO
from quicknet import PULSES, made_at
from settings_chain import PALLET, carried_out, caught_up, effects_now, forced, on, put, stored
from weights_chain import (
    ALICE,
    BOB,
    CHARLIE,
    DAVE,
    EVE,
    HIDDEN,
    LEAST,
    OPEN,
    RATE_LIMIT,
    SLOW,
    TEMPO,
    genesis,
    weights_chain,
)

from taoctl.calls.multisig import ByMultisig, Group
from taoctl.calls.proxied import ByProxy
from taoctl.calls.weights.beacon import schedule_of
from taoctl.calls.weights.checks import Place
from taoctl.calls.weights.row import Row, index_of
from taoctl.calls.weights.timelocking import CommitTimelocked, takes_timelocked, timelocked
from taoctl.chain.client import Chain
from taoctl.errors import RefusedError
from taoctl.journal.store import Journal
from taoctl.localnet import node as localnet_node
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.sealing import Seal
from taoctl.scale.crypto import KeySigner
from taoctl.submit.options import TxOptions
from taoctl.submit.plan import Plan, make_plan
from taoctl.submit.send import send

URIS = {ALICE: "//Alice", BOB: "//Bob", CHARLIE: "//Charlie", DAVE: "//Dave", EVE: "//Eve"}
ROW: Row = ((4, 65535), (5, 32768))
BLOCK_MS = 12_000


@pytest.fixture
def net() -> Iterator[ThreadChain]:
    with weights_chain() as chain:
        yield chain


async def sealed(
    chain: Chain,
    netuid: int = HIDDEN,
    who: str = ALICE,
    drand_round: int | None = 1000,
    row: Row = ROW,
    mechanism: int = 0,
) -> CommitTimelocked:
    """Weights of a hotkey, sealed as they are in the newest block."""
    return await timelocked(
        await caught_up(chain), Place(who, netuid, mechanism), row, 0, drand_round
    )


async def plan_of(chain: Chain, intent: CommitTimelocked, who: str = ALICE) -> Plan:
    await caught_up(chain)
    return await make_plan(chain, intent, who, TxOptions(again=True))


async def refused(
    net: ThreadChain, chain: Chain, intent: CommitTimelocked, who: str = ALICE
) -> Any:
    """The one refusal of a plan, which the chain's own must equal."""
    plan = await plan_of(chain, intent, who)
    assert len(plan.refusals) == 1, (intent, plan.refusals)
    (refusal,) = plan.refusals
    assert refusal.hint, intent
    error = await asyncio.to_thread(forced, net, plan.call, URIS[who])
    assert error == f"{PALLET}.{refusal.name}", intent
    return refusal


async def done(chain: Chain, intent: CommitTimelocked, who: str = ALICE) -> Plan:
    """Carry out what nothing is held against; its effects are what the plan says."""
    plan, outcome = await carried_out(chain, intent, URIS[who])
    assert (plan.refusals, outcome.error) == ((), None), intent
    now = await effects_now(chain, outcome, intent, who)
    assert plan.effects
    for effect in plan.effects:
        assert now[effect.what] == effect.after, (intent, effect)
    return plan


async def add_pulse(chain: Chain, drand_round: int) -> None:
    await chain.call("dev_addPulse", [drand_round, None, PULSES[drand_round].hex()])


async def set_newest_round(chain: Chain, newest: int) -> None:
    """Let the chain be one that gets pulses; the next block is made after it."""
    codec = (await caught_up(chain)).codec
    key, kind = codec.storage_key("Drand", "LastStoredRound"), "Drand"
    encoded = codec.encode(codec.need_storage(kind, "LastStoredRound").value_type, newest)
    await chain.call("dev_setStorage", [[["0x" + key.hex(), "0x" + encoded.hex()]]])
    await chain.call("dev_newBlock", [])


async def to_block(chain: Chain, number: int) -> None:
    if (await caught_up(chain)).block < number:
        await chain.call("dev_newBlock", [{"to": number}])


async def row_of(chain: Chain, index: int, uid: int = 1) -> Any:
    return await stored(await caught_up(chain), "Weights", index, uid)


@pytest.mark.parametrize(("netuid", "mechanism"), [(HIDDEN, 0), (SLOW, 0), (SLOW, 1)])
def test_what_is_sealed_is_revealed_from_the_block_that_is_said(
    net: ThreadChain, netuid: int, mechanism: int
) -> None:
    async def work(chain: Chain) -> None:
        index = index_of(netuid, mechanism)
        await add_pulse(chain, 1000)
        intent = await sealed(chain, netuid, mechanism=mechanism)
        when = await schedule_of(await caught_up(chain), netuid)
        opens, closes = when.opens, when.closes
        assert opens is not None and closes == opens + TEMPO - 1
        plan = await done(chain, intent)
        name = "commit_timelocked_mechanism_weights" if mechanism else "commit_timelocked_weights"
        assert plan.call.name == name
        assert f"from block {opens} to block {closes}" in plan.warnings[0]
        assert "read the weights" in plan.warnings[1]
        await to_block(chain, opens - 1)
        assert await row_of(chain, index) == []
        await to_block(chain, opens)
        assert await row_of(chain, index) == [(4, 65535), (5, 32768)]

    on(net.url, work)


def test_what_a_plan_refuses_the_chain_refuses_by_the_same_name(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        async def name(netuid: int, who: str = ALICE, **given: Any) -> str:
            intent = await sealed(chain, netuid, who, **given)
            found = await refused(net, chain, intent, who)
            return str(found.name)

        assert await name(HIDDEN, CHARLIE) == "NotEnoughStakeToSetWeights"
        assert await name(HIDDEN, EVE) == "NotEnoughStakeToSetWeights"
        assert await name(OPEN) == "CommitRevealDisabled"
        assert await name(HIDDEN, mechanism=1) == "MechanismDoesNotExist"
        await put(chain, "StakeThreshold", (), 0)
        assert await name(HIDDEN, EVE) == "HotKeyNotRegisteredInSubNet"
        assert await name(99) == "MechanismDoesNotExist"
        await put(chain, "CommitRevealWeightsVersion", (), 5)
        assert not await takes_timelocked(await caught_up(chain))
        assert await name(HIDDEN) == "IncorrectCommitRevealVersion"
        await put(chain, "CommitRevealWeightsVersion", (), 4)
        assert await takes_timelocked(await caught_up(chain))
        await add_pulse(chain, 1000)
        assert await name(HIDDEN, drand_round=999) == "InvalidRevealRound"
        await done(chain, await sealed(chain, HIDDEN, BOB))

    on(net.url, work)


def test_what_time_mends_is_allowed_from_the_block_that_is_said(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await done(chain, await sealed(chain))
        plan = await plan_of(chain, await sealed(chain))
        block = plan.refusals[0].allowed_from_block
        assert block == (await caught_up(chain)).block + RATE_LIMIT
        await to_block(chain, block - 2)
        found = await refused(net, chain, await sealed(chain))
        assert found.name == "CommittingWeightsTooFast"
        await done(chain, await sealed(chain))
        assert (await caught_up(chain)).block == block

    on(net.url, work)


def test_ten_commits_of_an_epoch_may_wait_and_no_more(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "WeightsSetRateLimit", (SLOW,), 0)
        await put(chain, "Tempo", (SLOW,), 30)
        clock = (await schedule_of(await caught_up(chain), SLOW)).reveals.clock
        await to_block(chain, (clock.first_block(clock.coming + 1) or 0) - 1)
        for _ in range(10):
            await done(chain, await sealed(chain, SLOW))
        found = await refused(net, chain, await sealed(chain, SLOW))
        assert found.name == "TooManyUnrevealedCommits"
        await to_block(chain, found.allowed_from_block - 1)
        await done(chain, await sealed(chain, SLOW))

    on(net.url, work)


def test_effects_know_what_the_next_block_reveals_and_drops(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "WeightsSetRateLimit", (HIDDEN,), 0)
        first = await sealed(chain, drand_round=2000)
        opens = (await schedule_of(await caught_up(chain), HIDDEN)).opens
        assert opens is not None
        await done(chain, first)
        await done(chain, await sealed(chain, drand_round=2001))
        await add_pulse(chain, 2000)
        await to_block(chain, opens - 1)
        # The pulse opens the first commit in the block that takes the third.
        third = await sealed(chain, drand_round=2001)
        plan = await done(chain, third)
        (effect,) = plan.effects
        assert (effect.before, effect.after) == ("2", "2")
        await to_block(chain, opens + TEMPO - 1)
        # The second had no pulse, and its epoch is over in the block that takes the fourth.
        plan = await done(chain, await sealed(chain, drand_round=2001))
        (effect,) = plan.effects
        assert (effect.before, effect.after) == ("2", "2")

    on(net.url, work)


def test_a_commit_warns_of_what_will_be_held_against_it(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await caught_up(chain)
        intent = await sealed(chain, drand_round=None, row=((4, 65535),))
        plan = await plan_of(chain, intent)
        assert plan.refusals == ()
        assert "gets no pulses at present (it has no pulse yet)" in plan.warnings[1]
        assert f"fewer than the {LEAST}" in plan.warnings[-1]
        never = await plan_of(chain, await sealed(chain, drand_round=2**64 - 1))
        assert never.refusals == ()
        assert "after the year 9999" in never.warnings[0]
        assert "the last to reveal them in: lost" in never.warnings[1]
        await put(chain, "Tempo", (HIDDEN,), 0)
        with pytest.raises(RefusedError, match="runs no epochs"):
            await sealed(chain, drand_round=None)
        unknown = await plan_of(chain, replace(intent, reveal_round=5, until_block=None))
        assert "epoch" in unknown.warnings[0] and "block" not in unknown.warnings[0]

    on(net.url, work)


def test_what_is_sealed_for_an_epoch_that_is_over_is_not_sent(
    net: ThreadChain, tmp_path: Path
) -> None:
    """Its pulse would be made as soon as it is committed, an epoch before it is revealed."""
    alice, journal = KeySigner("//Alice"), Journal(tmp_path / "journal.sqlite3")
    options = TxOptions(again=True)

    async def work(chain: Chain) -> None:
        await put(chain, "WeightsSetRateLimit", (HIDDEN,), 0)
        intent = await sealed(chain)
        (until,) = {
            one.good_until
            for one in (intent, ByProxy(intent, BOB), ByMultisig(intent, Group(1, (ALICE, BOB))))
        }
        assert until is not None
        plan = await plan_of(chain, intent)
        assert f"up to block {until}" in plan.warnings[0]
        await to_block(chain, until - 1)
        outcome = await send(chain, plan, alice, journal, options)
        assert (outcome.error, (await caught_up(chain)).block) == (None, until)
        with pytest.raises(RefusedError, match=f"holds for blocks up to {until}"):
            await send(chain, plan, alice, journal, options)
        assert len(journal.list()) == 1
        (held,) = (
            await (await caught_up(chain)).map(PALLET, "TimelockedWeightCommits", HIDDEN)
        ).values()
        assert len(held) == 1
        # A plan of now is of the epoch that begins with the next block.
        following = await sealed(chain)
        assert following.good_until == until + TEMPO
        await done(chain, following)

    on(net.url, work)


def test_another_beacon_is_refused(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        codec = (await caught_up(chain)).codec
        config = await (await caught_up(chain)).value("Drand", "BeaconConfig")
        kind = codec.need_storage("Drand", "BeaconConfig").value_type
        key = codec.storage_key("Drand", "BeaconConfig")
        other = codec.encode(kind, {**config, "public_key": bytes(96)})
        await chain.call("dev_setStorage", [[["0x" + key.hex(), "0x" + other.hex()]]])
        await chain.call("dev_newBlock", [])
        plan = await plan_of(chain, await sealed(chain))
        assert [one.name for one in plan.refusals] == ["BeaconUnknown"]

    on(net.url, work)


@pytest.fixture
def past(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """A clock of the year in which quicknet began, which goes a block's time at each look."""
    looks = count(1)

    def wall_ms() -> int:
        return made_at(1000) - 10_000 * BLOCK_MS + next(looks) * BLOCK_MS

    monkeypatch.setattr(localnet_node, "_wall_ms", wall_ms)
    return wall_ms


@pytest.mark.parametrize("drand_round", [1000, 2000])
def test_the_chosen_rounds_pulse_reveals_in_the_block_that_is_expected(
    past: Callable[[], int], drand_round: int
) -> None:
    """As on mainnet: the pulse is written into the first block after it was made."""

    async def work(chain: Chain) -> None:
        opens = (await schedule_of(await caught_up(chain), HIDDEN)).opens
        assert opens is not None
        following = (await caught_up(chain)).block + 1
        # Rounds are floored: from three to six seconds before the third block of the epoch.
        at_ms = made_at(drand_round) + 4_000 - (opens + 3 - following) * BLOCK_MS
        await chain.call("dev_timeTravel", [at_ms - BLOCK_MS])
        await chain.call("dev_newBlock", [])
        view = await caught_up(chain)
        assert await view.timestamp_ms() == at_ms
        await set_newest_round(chain, drand_round - 50)
        intent = await sealed(chain, drand_round=None)
        assert intent.reveal_round == drand_round
        when = await schedule_of(await caught_up(chain), HIDDEN)
        expected = when.expected(drand_round)
        assert (when.opens, expected) == (opens, opens + 4)
        plan = await done(chain, intent)
        assert f"expected in block {expected}" in plan.warnings[0]
        await to_block(chain, opens + 2)
        head = await caught_up(chain)
        assert await head.timestamp_ms() < made_at(drand_round)
        await add_pulse(chain, drand_round)
        head = await caught_up(chain)
        assert (head.block, await row_of(chain, HIDDEN)) == (expected - 1, [])
        assert await head.timestamp_ms() > made_at(drand_round)
        await to_block(chain, expected)
        assert await row_of(chain, HIDDEN) == [(4, 65535), (5, 32768)]

    with weights_chain() as net:
        on(net.url, work)


def test_random_commits_do_what_their_plans_say(net: ThreadChain) -> None:
    """Pulses come at random too; the balance of nobody changes, for commits are free."""
    chance, met = random.Random(5), set[str]()

    async def work(chain: Chain) -> None:
        rounds = [1000, 2000]
        await put(chain, "WeightsSetRateLimit", (SLOW,), 50)
        for turn in range(24):
            who = chance.choice((ALICE, ALICE, BOB, CHARLIE))
            netuid, mechanism = chance.choice(((HIDDEN, 0), (SLOW, 0), (SLOW, 1), (OPEN, 0)))
            intent = await sealed(
                chain, netuid, who, chance.choice((999, 1000, 2000, None)), mechanism=mechanism
            )
            plan = await plan_of(chain, intent, who)
            if plan.refusals:
                met.add((await refused(net, chain, intent, who)).name)
            else:
                await done(chain, intent, who)
                met.add("done")
            if turn in (8, 16):
                await add_pulse(chain, rounds.pop(0))
            await chain.call("dev_newBlock", [{"count": chance.randint(1, 3)}])
        view = await caught_up(chain)
        account = await view.value("System", "Account", ALICE)
        assert account["data"]["free"] == 10_000 * TAO

    on(net.url, work)
    assert {"done", "CommittingWeightsTooFast", "InvalidRevealRound"} <= met, met


def test_commits_and_pulses_outlive_a_restart(tmp_path: Path) -> None:
    net = ThreadChain(tmp_path, seal=Seal.INSTANT, finality_lag=0, pallets=PALLETS, genesis=genesis)

    async def before(chain: Chain) -> None:
        await done(chain, await sealed(chain))
        await add_pulse(chain, 1000)

    async def after(chain: Chain) -> None:
        assert (await row_of(chain, HIDDEN)) == []
        opens = (await schedule_of(await caught_up(chain), HIDDEN)).opens
        assert opens is not None
        await to_block(chain, opens)
        assert await row_of(chain, HIDDEN) == [(4, 65535), (5, 32768)]

    for work in (before, after):
        with net:
            on(net.url, work)

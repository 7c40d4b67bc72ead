"""Plans of weights against the chain: every refusal by its name, every effect, every window."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

import pytest
from chain_thread import ThreadChain
from settings_chain import carried_out, caught_up, effects_now, forced, on, put, stored
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
    UIDS,
    VERSION,
    weights_chain,
)

from taoctl.calls.base import Intent
from taoctl.calls.weights.clock import commits_of, reveals_of
from taoctl.calls.weights.committing import CommitWeights, RevealWeights
from taoctl.calls.weights.row import Row, index_of
from taoctl.calls.weights.setting import SetWeights
from taoctl.calls.weights.timelocking import CommitTimelocked
from taoctl.chain.client import Chain
from taoctl.submit.options import TxOptions
from taoctl.submit.plan import make_plan

PALLET = "SubtensorModule"
URIS = {ALICE: "//Alice", BOB: "//Bob", CHARLIE: "//Charlie", DAVE: "//Dave", EVE: "//Eve"}
ROW: Row = ((4, 65535), (5, 32768))
SALT = (1, 2, 3)
HEARD_AS = {"ExpiredWeightCommit": "RevealTooEarly"}
"""What the chain's guards call otherwise than its calls do."""


@pytest.fixture
def net() -> Iterator[ThreadChain]:
    with weights_chain() as chain:
        yield chain


async def refused(net: ThreadChain, chain: Chain, intent: Intent, who: str = ALICE) -> str:
    """The one refusal of a plan, which the chain's own must equal."""
    await caught_up(chain)
    plan = await make_plan(chain, intent, who, TxOptions(again=True))
    assert len(plan.refusals) == 1, (intent, plan.refusals)
    (refusal,) = plan.refusals
    assert refusal.hint, intent
    error = await asyncio.to_thread(forced, net, plan.call, URIS[who])
    assert error == f"{PALLET}.{HEARD_AS.get(refusal.name, refusal.name)}", intent
    return refusal.name


async def done(chain: Chain, intent: Intent, who: str = ALICE) -> None:
    """Carry out what nothing is held against; its effects are what the plan says."""
    plan, outcome = await carried_out(chain, intent, URIS[who])
    assert (plan.refusals, outcome.error) == ((), None), intent
    now = await effects_now(chain, outcome, intent, who)
    assert plan.effects
    for effect in plan.effects:
        assert now[effect.what] == effect.after, (intent, effect)


async def to_block(chain: Chain, number: int) -> None:
    """Make blocks until this one is the head."""
    if (await caught_up(chain)).block < number:
        await chain.call("dev_newBlock", [{"to": number}])


async def window(chain: Chain, commit: CommitWeights, who: str = ALICE) -> tuple[int, int]:
    """First and last block in which a commit that the chain holds is said to be revealed."""
    view = await caught_up(chain)
    index = index_of(commit.netuid, commit.mechanism)
    held = {one.hash: one for one in await commits_of(view, index, who)}
    when, mine = await reveals_of(view, commit.netuid), held[commit.digest(who)]
    opens, closes = when.opens(mine), when.closes(mine)
    assert opens is not None and closes is not None
    return opens, closes


def test_weights_in_the_open_become_what_the_plan_says(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await done(chain, SetWeights(OPEN, ROW, VERSION))
        view = await caught_up(chain)
        assert await stored(view, "Weights", OPEN, 1) == [(4, 65535), (5, 32768)]
        await done(chain, SetWeights(OPEN, ((6, 65535), (7, 1)), VERSION), BOB)
        # One's own UID alone needs no permit, and no more weights than that.
        await done(chain, SetWeights(OPEN, ((3, 65535),), VERSION), DAVE)

    on(net.url, work)


def test_what_a_plan_refuses_the_chain_refuses_by_the_same_name(net: ThreadChain) -> None:
    many: Row = tuple((uid, 1) for uid in range(UIDS + 1))
    cases: list[tuple[str, Intent, str]] = [
        (CHARLIE, SetWeights(OPEN, ROW, VERSION), "NotEnoughStakeToSetWeights"),
        (EVE, SetWeights(OPEN, ROW, VERSION), "NotEnoughStakeToSetWeights"),
        (CHARLIE, CommitWeights(HIDDEN, ROW, SALT), "NotEnoughStakeToSetWeights"),
        (ALICE, SetWeights(HIDDEN, ROW), "CommitRevealEnabled"),
        (ALICE, CommitWeights(OPEN, ROW, SALT), "CommitRevealDisabled"),
        (ALICE, RevealWeights(OPEN, ROW, SALT), "NoWeightsCommitFound"),
        (ALICE, RevealWeights(HIDDEN, ROW, SALT), "NoWeightsCommitFound"),
        (ALICE, SetWeights(OPEN, many, VERSION), "UidsLengthExceedUidsInSubNet"),
        (ALICE, SetWeights(OPEN, ROW, VERSION - 1), "IncorrectWeightVersionKey"),
        (DAVE, SetWeights(OPEN, ROW, VERSION), "NeuronNoValidatorPermit"),
        (ALICE, SetWeights(OPEN, ((4, 1), (UIDS, 1)), VERSION), "UidVecContainInvalidOne"),
        (ALICE, SetWeights(OPEN, ((4, 1),), VERSION), "WeightVecLengthIsLow"),
    ]

    async def work(chain: Chain) -> None:
        for who, intent, name in cases:
            assert await refused(net, chain, intent, who) == name
        await put(chain, "StakeThreshold", (), 0)
        stranger = SetWeights(OPEN, ROW, VERSION)
        assert await refused(net, chain, stranger, EVE) == "HotKeyNotRegisteredInSubNet"
        committed = CommitWeights(HIDDEN, ROW, SALT)
        assert await refused(net, chain, committed, EVE) == "HotKeyNotRegisteredInSubNet"
        await put(chain, "CommitRevealWeightsEnabled", (99,), False)
        await put(chain, "CommitRevealWeightsEnabled", (0,), False)
        assert await refused(net, chain, SetWeights(99, ROW), ALICE) == "MechanismDoesNotExist"
        assert await refused(net, chain, CommitWeights(99, ROW, SALT)) == "MechanismDoesNotExist"
        assert await refused(net, chain, SetWeights(0, ROW)) == "CanNotSetRootNetworkWeights"
        await put(chain, "MaxWeightsLimit", (OPEN,), 40_000)
        limited = SetWeights(OPEN, ((4, 65535), (5, 1)), VERSION)
        assert await refused(net, chain, limited) == "MaxWeightExceeded"

    on(net.url, work)


@pytest.mark.parametrize(
    ("netuid", "mechanism", "said"),
    [
        (99, 0, "subnet list"),
        (OPEN, 5, "from 0 to 0"),
        (0, 0, "other than root"),
        (OPEN, 0, f"register it there first (`taoctl subnet register {OPEN}`), then stake"),
    ],
)
def test_who_names_no_subnet_is_not_told_to_stake(
    net: ThreadChain, netuid: int, mechanism: int, said: str
) -> None:
    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        (refusal,) = await SetWeights(netuid, ROW, VERSION, mechanism).preflight(view, EVE)
        assert refusal.name == "NotEnoughStakeToSetWeights"
        assert said in (refusal.hint or "")

    on(net.url, work)


def test_who_has_a_uid_and_too_little_stake_is_told_to_stake_alone(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        (refusal,) = await SetWeights(OPEN, ROW, VERSION).preflight(view, CHARLIE)
        assert refusal.name == "NotEnoughStakeToSetWeights"
        assert (refusal.hint or "").startswith("stake more to it: alpha of the subnet")

    on(net.url, work)


def test_no_reveal_is_promised_where_there_is_no_subnet_or_mechanism(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        for netuid, mechanism, promised in ((HIDDEN, 0, 1), (HIDDEN, 5, 0), (99, 0, 0)):
            salted = CommitWeights(netuid, ROW, SALT, 0, mechanism)
            sealed = CommitTimelocked(netuid, ROW, b"sealed", 1_000, 0, mechanism)
            for intent in (salted, sealed):
                said = " ".join(await intent.warnings(view, ALICE))
                assert said.count("reveal it with") + said.count("by itself") == promised, intent
                assert bool(said) == bool(promised)

    on(net.url, work)


def test_what_time_mends_is_allowed_from_the_block_that_is_said(net: ThreadChain) -> None:
    salted = CommitWeights(HIDDEN, ROW, (7,))
    pairs: list[tuple[Intent, Intent, str]] = [
        (SetWeights(OPEN, ROW, VERSION),) * 2 + ("SettingWeightsTooFast",),
        (CommitWeights(HIDDEN, ROW, SALT), salted, "CommittingWeightsTooFast"),
    ]

    async def work(chain: Chain) -> None:
        for first, second, name in pairs:
            await done(chain, first)
            await caught_up(chain)
            plan = await make_plan(chain, second, ALICE, TxOptions(again=True))
            block = plan.refusals[0].allowed_from_block
            assert block == (await caught_up(chain)).block + RATE_LIMIT
            await to_block(chain, block - 2)
            assert await refused(net, chain, second) == name
            await done(chain, second)
            assert (await caught_up(chain)).block == block

    on(net.url, work)


@pytest.mark.parametrize(("netuid", "mechanism"), [(HIDDEN, 0), (SLOW, 0), (SLOW, 1)])
def test_commits_are_revealed_in_the_window_that_is_said(
    net: ThreadChain, netuid: int, mechanism: int
) -> None:
    async def work(chain: Chain) -> None:
        for last in (False, True):
            salt = (int(last), 65535)
            commit = CommitWeights(netuid, ROW, salt, 0, mechanism)
            reveal = RevealWeights(netuid, ROW, salt, 0, mechanism)
            await done(chain, commit)
            opens, closes = await window(chain, commit)
            assert closes == opens + TEMPO - 1
            await to_block(chain, opens - 2)
            await caught_up(chain)
            plan = await make_plan(chain, reveal, ALICE, TxOptions(again=True))
            assert plan.refusals[0].allowed_from_block == opens
            assert await refused(net, chain, reveal) == "RevealTooEarly"
            await to_block(chain, closes - 1 if last else opens - 1)
            assert await window(chain, commit) == (opens, closes)
            await done(chain, reveal)
            assert (await caught_up(chain)).block == (closes if last else opens)
            view, index = await caught_up(chain), index_of(netuid, mechanism)
            assert await stored(view, "Weights", index, 1) == [(4, 65535), (5, 32768)]
            await put(chain, "Weights", (index, 1), None)

    on(net.url, work)


def test_a_commit_that_was_not_revealed_expires(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        commit = CommitWeights(HIDDEN, ROW, SALT)
        await done(chain, commit)
        _, closes = await window(chain, commit)
        await to_block(chain, closes)
        late = RevealWeights(HIDDEN, ROW, SALT)
        assert await refused(net, chain, late) == "ExpiredWeightCommit"
        # The next commit drops it, and the plan's count of commits knows that.
        await done(chain, CommitWeights(HIDDEN, ROW, (4,)))
        assert len(await stored(await caught_up(chain), "WeightCommits", HIDDEN, ALICE)) == 1

    on(net.url, work)


def test_ten_commits_may_wait_and_no_more(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "WeightsSetRateLimit", (SLOW,), 0)
        for number in range(10):
            await done(chain, CommitWeights(SLOW, ROW, (number,)))
        eleventh = CommitWeights(SLOW, ROW, (10,))
        assert await refused(net, chain, eleventh) == "TooManyUnrevealedCommits"

    on(net.url, work)


def test_a_commit_warns_of_what_will_be_held_against_it(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        commit = CommitWeights(HIDDEN, ((4, 65535),), SALT)
        await caught_up(chain)
        plan = await make_plan(chain, commit, ALICE, TxOptions())
        assert plan.refusals == ()
        when, against = plan.warnings
        assert f"taoctl weights reveal {HIDDEN}" in when
        assert f"fewer than the {LEAST}" in against

    on(net.url, work)


def _random_row(chance: random.Random) -> Row:
    uids = chance.sample(range(UIDS + (chance.random() < 0.1)), chance.randint(1, UIDS))
    return tuple((uid, chance.choice((1, 7, 65535))) for uid in sorted(uids))


def _random_order(chance: random.Random, salts: list[tuple[str, int, Row]]) -> tuple[str, Intent]:
    """Who wants what; what is revealed was committed to, or refused, not long before."""
    netuid = chance.choice((OPEN, HIDDEN, HIDDEN))
    who, roll = chance.choice((ALICE, ALICE, ALICE, BOB, CHARLIE, DAVE)), chance.random()
    if roll < 0.3:
        key = chance.choice((VERSION, VERSION, 1))
        return who, SetWeights(netuid, _random_row(chance), key)
    if roll < 0.5 or not salts:
        salts.append((who, len(salts), _random_row(chance)))
        return who, CommitWeights(netuid, salts[-1][2], (salts[-1][1],))
    who, number, row = chance.choice(salts[-4:])
    return who, RevealWeights(HIDDEN, row, (number,))


async def _random_orders(net: ThreadChain, chain: Chain, seed: int, count: int) -> set[str]:
    chance, met = random.Random(seed), set[str]()
    salts: list[tuple[str, int, Row]] = []
    for _ in range(count):
        who, intent = _random_order(chance, salts)
        await caught_up(chain)
        plan = await make_plan(chain, intent, who, TxOptions(again=True))
        if plan.refusals:
            met.add(await refused(net, chain, intent, who))
        else:
            await done(chain, intent, who)
            met.add(type(intent).__name__)
        await chain.call("dev_newBlock", [{"count": chance.randint(1, 3)}])
    return met


def test_random_orders_do_what_their_plans_say(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        met = await _random_orders(net, chain, 1, 90)
        assert {"SetWeights", "CommitWeights", "RevealWeights"} <= met, met
        assert {"RevealTooEarly", "NoWeightsCommitFound", "NeuronNoValidatorPermit"} <= met, met

    on(net.url, work)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 8))
def test_many_random_orders_do_what_their_plans_say(net: ThreadChain, seed: int) -> None:
    async def work(chain: Chain) -> None:
        assert len(await _random_orders(net, chain, seed, 200)) > 8

    on(net.url, work)

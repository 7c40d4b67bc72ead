"""Actors: what they sign is what the chain takes, and what they do follows from seed and state."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from scenario_chain import GENESIS_HASH, ScenarioChain, lived

from taoctl.localnet import opinions, scenarios
from taoctl.localnet.actors import Actors
from taoctl.localnet.boot import Options, open_chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.genesis import keys
from taoctl.localnet.genesis.accounts import DEV_ACCOUNTS, dev_account, signer
from taoctl.localnet.launch import scenario_kind
from taoctl.localnet.sealing import Seal
from taoctl.localnet.signing import ERA_BLOCKS


def validators(chain: ScenarioChain) -> set[str]:
    """Hotkeys that validate: the shared ones and each owner's."""
    labels = [v.label for v in keys.validators(chain.scenario)]
    labels += [keys.owner_label(chain.scenario, netuid) for netuid in chain.scenario.netuids]
    return {signer(label).ss58 for label in labels}


def test_calls_succeed_and_are_of_every_kind() -> None:
    chain = lived("demo", 40)
    kinds = Counter(call.name for _, _, call, outcome in chain.outcomes if outcome.ok)
    failed = Counter((call.name, str(o.error)) for _, _, call, o in chain.outcomes if not o.ok)
    assert set(kinds) == {"set_weights", "add_stake", "remove_stake", "burned_register"}
    assert sum(failed.values()) <= len(chain.outcomes) // 50, failed


def test_extrinsics_are_mortal_signed_and_bounded() -> None:
    chain = ScenarioChain("demo")
    decoded = wanted(chain, chain.actors)
    assert 0 < len(decoded) <= chain.scenario.extrinsics_per_block
    assert {tuple(extrinsic["era"]) for extrinsic in decoded} == {(ERA_BLOCKS, 0)}


def test_a_busy_scenario_stays_within_its_bound() -> None:
    chain = lived("demo", 40)
    per_block = Counter(number for number, *_ in chain.outcomes)
    assert max(per_block.values()) <= chain.scenario.extrinsics_per_block


def test_every_validator_sets_weights_once_between_two_epochs() -> None:
    chain = lived("demo", 40)
    module = chain.runtime.subtensor
    turns = Counter(
        (signer, call.args["netuid"])
        for _, signer, call, outcome in chain.outcomes
        if call.name == "set_weights" and outcome.ok
    )
    seats = {
        (hotkey, netuid)
        for netuid in chain.scenario.netuids
        for hotkey, permit in zip(
            module.seated_hotkeys(netuid), module.ValidatorPermit[netuid], strict=True
        )
        if permit and hotkey in validators(chain)
    }
    assert len(seats) == chain.scenario.subnets * chain.scenario.validators
    assert seats == set(turns)
    for (_, netuid), count in turns.items():
        assert abs(count - module.SubnetEpochIndex[netuid]) <= 1


def test_weights_are_given_to_miners_only() -> None:
    chain = lived("demo", 40)
    module = chain.runtime.subtensor
    for netuid in chain.scenario.netuids:
        hotkeys = module.seated_hotkeys(netuid)
        seats = {uid for uid, hotkey in enumerate(hotkeys) if hotkey in validators(chain)}
        for uid in seats:
            targets = {target for target, _ in module.weight_row(netuid, uid)}
            assert targets and not (targets - {module.owner_uid(netuid)}) & seats


def test_actors_live_with_what_a_developer_writes_into_storage() -> None:
    chain = ScenarioChain("small")
    chain.run(6)
    module = chain.runtime.subtensor
    chain.runtime.state.begin_block(7)
    module.ValidatorPermit[1], module.LastUpdate[1], module.SubnetworkN[1] = (True,), (), 3
    module.CommitRevealWeightsEnabled[2] = True
    chain.runtime.state.commit_block()
    seen = len(chain.outcomes)
    chain.run(20)
    late = chain.outcomes[seen:]
    assert all(outcome.ok for *_, outcome in late)
    setting = {call.args["netuid"] for _, _, call, _ in late if call.name == "set_weights"}
    assert 2 not in setting and 3 in setting


def test_scores_move_from_epoch_to_epoch() -> None:
    early, late = lived("demo", 30), lived("demo", 60)
    for netuid in early.scenario.netuids:
        before = early.runtime.subtensor.Incentive[netuid]
        after = late.runtime.subtensor.Incentive[netuid]
        assert sum(a != b for a, b in zip(before, after, strict=True)) >= 5


def test_prices_move_both_ways() -> None:
    start, later = lived("demo", 0), lived("demo", 60)
    moves = {
        netuid: later.runtime.swap.price_rao(netuid) - start.runtime.swap.price_rao(netuid)
        for netuid in start.scenario.netuids
    }
    assert any(move > 0 for move in moves.values()) and any(move < 0 for move in moves.values())


def test_newcomers_take_the_places_of_the_weakest() -> None:
    chain = lived("demo", 40)
    module = chain.runtime.subtensor
    newcomers = [
        call.args
        for _, _, call, outcome in chain.outcomes
        if call.name == "burned_register" and outcome.ok
    ]
    assert newcomers
    for args in newcomers:
        assert module.SubnetworkN[args["netuid"]] == chain.scenario.uids
    last = newcomers[-1]
    uid = module.Uids[last["netuid"], last["hotkey"]]
    assert module.BlockAtRegistration[last["netuid"], uid] > 0


def registrations(chain: ScenarioChain, blocks: range) -> list[dict[str, Any]]:
    """What newcomers would ask for at each of some past blocks."""
    raws = [raw for at in blocks for raw in chain.actors.extrinsics(at, bytes(32), GENESIS_HASH)]
    calls = [chain.runtime.codec.decode_extrinsic(raw)["call"] for raw in raws]
    return [call for call in calls if call["call_function"] == "burned_register"]


def test_newcomers_stay_away_from_dear_seats() -> None:
    chain = ScenarioChain("demo")
    chain.run(30)
    assert registrations(chain, range(20, 31))
    module = chain.runtime.subtensor
    chain.runtime.state.begin_block(31)
    for netuid in chain.scenario.registration_netuids:
        module.Burn[netuid] = 50 * 10**9
    chain.runtime.state.commit_block()
    chain.run(10)
    assert not registrations(chain, range(31, 42))


def test_dev_accounts_are_left_alone() -> None:
    rt = lived("demo", 40).runtime
    for name in DEV_ACCOUNTS:
        assert rt.system.Account[dev_account(name)]["data"]["free"] == 10_000 * 10**9


def test_actors_made_anew_go_on_in_the_same_way() -> None:
    chain = ScenarioChain("small")
    chain.run(7)
    before, after = wanted(chain, chain.actors), wanted(chain, chain.new_actors())
    assert [(e["address"], e["call"]) for e in before] == [(e["address"], e["call"]) for e in after]


def wanted(chain: ScenarioChain, actors: Actors) -> list[dict[str, Any]]:
    """The extrinsics that the actors would submit now, decoded."""
    raws = actors.extrinsics(chain.best_number, chain.best_hash, GENESIS_HASH)
    return [chain.runtime.codec.decode_extrinsic(raw) for raw in raws]


def test_the_demo_stories_go_as_told() -> None:
    courses = ("rising", "falling", "idle", "edge", "fresh", "steady")

    def at(block: int) -> dict[str, int]:
        miners = [(course, course) for course in courses]
        return dict(zip(courses, opinions.qualities(424, 1, miners, block), strict=True))

    start, later = at(0), at(300)
    assert later["rising"] > start["rising"] and later["falling"] < start["falling"]
    assert later["idle"] == 0
    assert 0 < later["edge"] < later["fresh"] < later["steady"]


@pytest.mark.soak
def test_the_demo_lives_on_for_thousands_of_blocks() -> None:
    chain = lived("demo", 2_500)
    start, rt, module = lived("demo", 0).runtime, chain.runtime, chain.runtime.subtensor
    for netuid in chain.scenario.netuids:
        assert 1 / 2 < rt.swap.price_rao(netuid) / start.swap.price_rao(netuid) < 2
        assert module.Burn[netuid] < 10 * 10**9
        assert module.SubnetEpochIndex[netuid] > 100
    miners = scenarios.demo_wallets("demo")[0]
    for story in keys.stories(chain.scenario):
        uid = module.Uids[story.netuid, miners.hotkeys[story.hotkey_name]]
        earned = module.stake_of(
            miners.hotkeys[story.hotkey_name], miners.coldkey_ss58, story.netuid
        )
        idle = story.course == "idle"
        assert (module.Emission[story.netuid][uid] == 0) == (earned == 0) == idle
    labels = [keys.registrant_label(chain.scenario, n) for n in range(keys.REGISTRANTS)]
    labels += [keys.trader_label(chain.scenario, n) for n in range(keys.TRADERS)]
    assert all(rt.balances.free(signer(label).ss58) > 100 * 10**9 for label in labels)
    late = Counter(
        call.name for number, _, call, outcome in chain.outcomes if number > 2_400 and outcome.ok
    )
    assert late["set_weights"] > 500 and late["burned_register"] > 0
    assert late["add_stake"] > 10 and late["remove_stake"] > 10


def test_opinions_follow_quality() -> None:
    weights = dict(opinions.opinion(424, "validator", 1, 3, [0, 9_000, 4_000, 20]))
    assert weights[1] == 65_535
    assert 0.3 < weights[2] / weights[1] < 0.6
    assert weights.keys() == {1, 2}
    assert opinions.opinion(424, "validator", 1, 3, [0, 0]) == []


def test_a_real_node_takes_everything_the_actors_sign(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> tuple[DevNode, Counter[str]]:
        kind = scenario_kind("demo")
        options = Options(scenario="demo", seal=Seal.MANUAL)
        node = open_chain(options, kind, dev_account("Alice")).node
        seen: Counter[str] = Counter()
        for _ in range(12):
            await node.author_block()
            seen.update(record.name for record in node.runtime.events)
        await node.close()
        return node, seen

    with caplog.at_level("INFO", logger="taoctl.localnet"):
        node, seen = asyncio.run(run())
    assert "refused" not in caplog.text
    assert node.pool.counts == (0, 0)
    extrinsics = sum(len(node.block(number).extrinsics) for number in range(1, 13))
    assert extrinsics > 12 + 100
    assert seen["ExtrinsicFailed"] == 0 and seen["ExtrinsicSuccess"] == extrinsics
    assert seen["WeightsSet"] > 100 and seen["IncentiveAlphaEmittedToMiners"] >= 9


def test_a_burned_share_goes_to_the_owner() -> None:
    weights = opinions.with_burn([(1, 65_535), (2, 30_000)], 0, 75)
    share = dict(weights)
    assert max(share.values()) == 65_535
    assert abs(share[0] / sum(share.values()) - 0.75) < 0.001
    assert opinions.with_burn([], 0, 50) == []


def test_each_wallet_of_the_actors_has_its_own_key() -> None:
    scenario = lived("demo", 0).scenario
    labels = [keys.trader_label(scenario, n) for n in range(keys.TRADERS)]
    labels += [keys.registrant_label(scenario, n) for n in range(keys.REGISTRANTS)]
    labels += [v.label for v in keys.validators(scenario)]
    labels += [keys.owner_label(scenario, n) for n in scenario.netuids]
    assert len(set(labels)) == len(labels)

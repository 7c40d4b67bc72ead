"""Scenarios: their sizes, that their books balance, and that they come out the same every time."""

from __future__ import annotations

import pytest
from scenario_chain import ScenarioChain, lived

from taoctl.errors import UsageError
from taoctl.localnet import scenarios
from taoctl.localnet.frame import Runtime
from taoctl.localnet.genesis import names
from taoctl.localnet.genesis.accounts import DEV_ACCOUNTS, dev_account
from taoctl.localnet.genesis.population import draw_world
from taoctl.localnet.pallets.subtensor.subnets import subnet_account

TAO = 10**9
SIZES = {"small": (3, 16, 120), "demo": (12, 64, 2_000), "mainnet": (128, 256, 40_000)}


@pytest.mark.parametrize("name", ["small", "demo"])
def test_size(name: str) -> None:
    rt = lived(name, 0).runtime
    count, uids, positions = SIZES[name]
    module = rt.subtensor
    assert sorted(module.netuids()) == list(range(count + 1))
    assert module.TotalNetworks.get() == count + 1
    for netuid in range(1, count + 1):
        assert module.SubnetworkN[netuid] == uids == module.MaxAllowedUids[netuid]
        hotkeys = [module.Keys[netuid, uid] for uid in range(uids)]
        assert len(set(hotkeys)) == uids
        assert [module.Uids[netuid, hotkey] for hotkey in hotkeys] == list(range(uids))
        assert all(module.IsNetworkMember[hotkey, netuid] for hotkey in hotkeys)
    assert len(module.AlphaV2) == positions


def test_mainnet_is_full_size() -> None:
    world = draw_world(scenarios.SCENARIOS["mainnet"])
    count, uids, positions = SIZES["mainnet"]
    assert [s.netuid for s in world.subnets] == list(range(1, count + 1))
    assert {len(s.neurons) for s in world.subnets} == {uids}
    assert sum(len(s.positions) for s in world.subnets) + len(world.root_positions) == positions


@pytest.mark.parametrize("name", list(SIZES))
def test_no_position_is_drawn_twice(name: str) -> None:
    world = draw_world(scenarios.SCENARIOS[name])
    listed = [(p.hotkey, p.coldkey, 0) for p in world.root_positions]
    for subnet in world.subnets:
        listed += [(p.hotkey, p.coldkey, subnet.netuid) for p in subnet.positions]
        assert all(p.amount > 0 for p in subnet.positions)
    assert len(set(listed)) == len(listed)


def test_same_world_every_time() -> None:
    first = draw_world(scenarios.SCENARIOS["demo"])
    second = draw_world(scenarios.SCENARIOS["demo"])
    assert first == second


def test_two_chains_of_a_scenario_have_equal_state() -> None:
    def values(runtime: Runtime) -> dict[tuple[str, str], object]:
        return {name: store.data for name, store in runtime.state.stores.items()}

    one, other = ScenarioChain("small"), ScenarioChain("small")
    one.run(6)
    other.run(6)
    assert values(one.runtime) == values(other.runtime)


@pytest.mark.parametrize(("name", "blocks"), [("small", 0), ("demo", 0), ("demo", 30)])
def test_tao_is_conserved(name: str, blocks: int) -> None:
    rt = lived(name, blocks).runtime
    module = rt.subtensor
    free = sum(info["data"]["free"] for info in rt.system.Account.values())
    assert rt.balances.TotalIssuance.get() == free
    assert module.TotalIssuance.get() == free
    reserves = {netuid: module.SubnetTAO[netuid] for netuid in module.netuids()}
    # A purchase counts whole in TotalStake, its fee included, which the reserve never sees.
    fees = module.TotalStake.get() - sum(reserves.values())
    assert fees == 0 if blocks == 0 else 0 <= fees < sum(reserves.values()) // 10_000
    for netuid, reserve in reserves.items():
        assert rt.balances.free(subnet_account(netuid)) >= reserve


@pytest.mark.parametrize(("name", "blocks"), [("small", 0), ("demo", 0), ("demo", 30)])
def test_alpha_of_holders_makes_up_what_is_outstanding(name: str, blocks: int) -> None:
    module = lived(name, blocks).runtime.subtensor
    held = dict.fromkeys(module.netuids(), 0)
    for (_, netuid), amount in module.TotalHotkeyAlpha.items():
        held[netuid] += amount
    for netuid in module.netuids():
        waiting = (
            module.PendingServerEmission[netuid]
            + module.PendingValidatorEmission[netuid]
            + module.PendingRootAlphaDivs[netuid]
            + module.PendingOwnerCut[netuid]
        )
        outstanding = module.SubnetAlphaOut[netuid]
        if blocks == 0:
            assert held[netuid] == outstanding and waiting == 0
        else:
            # Beyond holders: root dividends not claimed yet, burned income, and roundings.
            assert held[netuid] + waiting <= outstanding


@pytest.mark.parametrize("name", ["small", "demo"])
def test_positions_add_up_to_each_hotkeys_stake(name: str) -> None:
    module = lived(name, 0).runtime.subtensor
    totals: dict[tuple[str, int], int] = {}
    for (hotkey, coldkey, netuid), _ in module.AlphaV2.items():
        totals.setdefault((hotkey, netuid), 0)
        totals[hotkey, netuid] += module.stake_of(hotkey, coldkey, netuid)
        assert hotkey in module.StakingHotkeys[coldkey]
    assert totals == dict(module.TotalHotkeyAlpha.items())


def test_every_neuron_is_owned() -> None:
    module = lived("demo", 0).runtime.subtensor
    for (_, _), hotkey in module.Keys.items():
        assert hotkey in module.OwnedHotkeys[module.Owner[hotkey]]


@pytest.mark.parametrize("name", ["small", "demo"])
def test_subnets_one_and_two_are_open_with_trading_on(name: str) -> None:
    module = lived(name, 0).runtime.subtensor
    for netuid in (1, 2):
        assert module.NetworkRegistrationAllowed[netuid]
        assert module.SubtokenEnabled[netuid]
        assert module.FirstEmissionBlockNumber[netuid] == 1
        assert not module.CommitRevealWeightsEnabled[netuid]


@pytest.mark.parametrize("name", ["small", "demo"])
def test_dev_accounts_and_sudo(name: str) -> None:
    rt = lived(name, 0).runtime
    assert len(DEV_ACCOUNTS) == 6
    for dev in DEV_ACCOUNTS:
        assert rt.balances.free(dev_account(dev)) == 10_000 * TAO
    assert rt.sudo.Key.get() == dev_account("Alice")


@pytest.mark.parametrize("name", list(SIZES))
def test_tempos_are_short_and_first_epochs_staggered(name: str) -> None:
    scenario = scenarios.SCENARIOS[name]
    low, high = scenario.tempo
    assert 10 <= low <= high <= 20
    world = draw_world(scenario)
    tempos = {s.parameters.tempo for s in world.subnets}
    assert tempos <= set(range(low, high + 1)) and len(tempos) > 1


def test_first_epochs_come_one_after_the_other() -> None:
    chain = lived("demo", 30)
    module = chain.runtime.subtensor
    assert all(module.SubnetEpochIndex[netuid] >= 1 for netuid in range(1, 13))
    last = [module.LastEpochBlock[netuid] for netuid in range(1, 13)]
    assert len(set(last)) > 6


def test_pools_stand_at_the_drawn_prices() -> None:
    chain = lived("demo", 0)
    for subnet in draw_world(chain.scenario).subnets:
        price = chain.runtime.swap.price_rao(subnet.netuid)
        assert abs(price - subnet.price_rao) <= subnet.price_rao // 10_000 + 1


def test_moving_prices_let_root_dividends_flow() -> None:
    for scenario in scenarios.SCENARIOS.values():
        world = draw_world(scenario)
        emitting = [s for s in world.subnets if s.parameters.started]
        assert sum(s.price_rao for s in emitting) > TAO


def test_symbols_and_names() -> None:
    assert names.symbol(0) == "\u03a4" and names.symbol(1) == "\u03b1"
    assert names.symbol(128) == "\u0db1"
    texts = [names.subnet_text(netuid).name for netuid in range(1, 129)]
    assert len(set(texts)) == 128
    assert all(text.isascii() and text.isprintable() for text in texts)


def test_unknown_scenario_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        scenarios.named("large")
    assert "small, demo, mainnet" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["small", "demo"])
def test_demo_wallets_have_neurons_that_tell_their_stories(name: str) -> None:
    chain = lived(name, 40)
    module = chain.runtime.subtensor
    miners, validator = scenarios.demo_wallets(name)
    assert scenarios.demo_wallets(name) == (miners, validator)
    seats = {
        label: (netuid, module.Uids.get((netuid, hotkey)))
        for label, hotkey in miners.hotkeys.items()
        for netuid, seated in module.IsNetworkMember.prefix(hotkey)
        if seated
    }
    assert seats.keys() == {"rising", "falling", "steady", "edge", "fresh", "idle"}
    assert len({netuid for netuid, _ in seats.values()}) >= 3
    incentive = {label: module.Incentive[netuid][uid] for label, (netuid, uid) in seats.items()}
    assert incentive.pop("idle") == 0
    assert all(incentive.values())
    idle_netuid, _ = seats["idle"]
    assert module.stake_of(miners.hotkeys["idle"], miners.coldkey_ss58, idle_netuid) == 0
    assert module.is_immune(*seats["fresh"])
    edge_netuid, edge_uid = seats["edge"]
    assert not module.is_immune(edge_netuid, edge_uid)
    emission = module.Emission[edge_netuid]
    assert sum(value < emission[edge_uid] for value in emission) <= len(emission) // 5
    (chief,) = validator.hotkeys.values()
    dividends = [
        module.Dividends[netuid][module.Uids[netuid, chief]]
        for netuid, seated in module.IsNetworkMember.prefix(chief)
        if seated and netuid
    ]
    assert len(dividends) >= 3 and all(dividends)


def test_rising_rises_and_falling_falls() -> None:
    early, late = lived("small", 20), lived("small", 220)
    hotkeys = scenarios.demo_wallets("small")[0].hotkeys

    def incentive(chain: ScenarioChain, label: str) -> int:
        module, netuid = chain.runtime.subtensor, {"rising": 1, "falling": 2}[label]
        return int(module.Incentive[netuid][module.Uids[netuid, hotkeys[label]]])

    assert incentive(late, "rising") > incentive(early, "rising")
    assert incentive(late, "falling") < incentive(early, "falling")

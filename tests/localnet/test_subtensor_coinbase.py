"""The block step: minting, sharing, epochs on time, payouts, and conservation of every rao."""

from __future__ import annotations

from itertools import pairwise

import pytest
from subtensor_chain import TAO, Chain, account

from taoctl.economics.emission import block_emission
from taoctl.economics.inheritance import proportion_bits
from taoctl.localnet.pallets.subtensor.subnets import ROOT, subnet_account

BLOCKS = 300


def free_total(chain: Chain) -> int:
    return sum(info["data"]["free"] for info in chain.rt.system.Account.values())


def busy(chain: Chain, blocks: int) -> None:
    """Blocks with weights, trades and registrations in them."""
    for _ in range(blocks):
        chain.begin()
        turn = chain.rt.block_number
        for netuid in (1, 2):
            chain.weights(netuid, [1 + turn % chain.validators])
        hotkey, netuid = account(f"h:val{turn % 3}-{1 + turn % 2}"), 1 + turn % 2
        stake = {"hotkey": hotkey, "netuid": netuid}
        if turn % 3 == 0:
            assert chain.call(
                "alice", "add_stake", amount_staked=(turn % 50 + 1) * TAO // 7, **stake
            ).ok
        elif turn % 5 == 4:
            held = chain.rt.subtensor.stake_of(hotkey, account("alice"), netuid)
            if held:
                assert chain.call("alice", "remove_stake", amount_unstaked=held // 2, **stake).ok
        elif turn % 7 == 1:
            fresh = {"netuid": netuid, "hotkey": account(f"h:fresh{turn}")}
            assert chain.call("alice", "burned_register", **fresh).ok
        elif turn % 7 == 2:
            root = {"hotkey": account("h:val0-1"), "netuid": ROOT}
            assert chain.call("alice", "add_stake", amount_staked=3 * TAO, **root).ok
        chain.end()


def test_tao_is_conserved_over_hundreds_of_busy_blocks():
    chain = Chain(tempo=7)
    balances, module = chain.rt.balances, chain.rt.subtensor
    before = balances.total_issuance
    minted = 0
    for _ in range(BLOCKS // 10):
        issued = module.TotalIssuance.get()
        busy(chain, 10)
        minted += 10 * block_emission(issued)
        assert free_total(chain) == balances.total_issuance == module.TotalIssuance.get()
        for netuid in (ROOT, 1, 2):
            reserve = module.SubnetTAO[netuid]
            assert balances.free(subnet_account(netuid)) >= reserve
    # What the shares floor away is not minted: at most a few rao per subnet and block.
    assert minted - 4 * 2 * BLOCKS <= balances.total_issuance - before <= minted


def test_alpha_outstanding_covers_all_stake_and_all_that_is_pending():
    chain = Chain(tempo=7)
    module = chain.rt.subtensor
    for _ in range(20):
        busy(chain, 10)
        for netuid in (1, 2):
            staked = sum(
                amount for (_, at), amount in module.TotalHotkeyAlpha.items() if at == netuid
            )
            pending = (
                module.PendingServerEmission[netuid]
                + module.PendingValidatorEmission[netuid]
                + module.PendingRootAlphaDivs[netuid]
                + module.PendingOwnerCut[netuid]
            )
            assert staked + pending <= module.SubnetAlphaOut[netuid]


def test_a_subnet_emits_one_alpha_and_splits_it():
    chain = Chain(subnets=1, tempo=50)
    module = chain.rt.subtensor
    before = module.SubnetAlphaOut[1]
    chain.run(1)
    assert module.SubnetAlphaOutEmission[1] == TAO
    owner = TAO * proportion_bits(11796, 65535) >> 32
    half = (TAO - owner) // 2
    assert module.PendingOwnerCut[1] == owner
    assert abs(module.PendingServerEmission[1] - half) <= 1
    assert abs(module.PendingValidatorEmission[1] - half) <= 1
    bought = module.SubnetProtocolAlpha[1]
    assert module.SubnetAlphaOut[1] == before + TAO + bought
    added = module.SubnetTaoInEmission[1] + module.SubnetExcessTao[1]
    assert TAO - 2 <= added <= TAO
    assert module.SubnetTAO[1] == 1_000 * TAO + added


def test_emission_follows_moving_prices_and_the_switch():
    chain = Chain()
    module = chain.rt.subtensor
    module.SubnetMovingPrice[1] = 3 << 30
    module.SubnetMovingPrice[2] = 1 << 30
    chain.run(1)
    shares = [module.SubnetTaoInEmission[n] + module.SubnetExcessTao[n] for n in (1, 2)]
    assert shares == pytest.approx([TAO * 3 // 4, TAO // 4], abs=3)
    module.SubnetEmissionEnabled[1] = False
    chain.run(1)
    assert module.SubnetTaoInEmission[1] + module.SubnetExcessTao[1] == 0
    assert module.SubnetTaoInEmission[2] + module.SubnetExcessTao[2] >= TAO - 2
    assert module.SubnetAlphaOutEmission[1] == TAO


def test_a_closed_subnet_neither_emits_nor_moves():
    chain = Chain()
    module = chain.rt.subtensor
    module.NetworkRegistrationAllowed[2] = False
    price, out = module.SubnetMovingPrice[2], module.SubnetAlphaOut[2]
    chain.run(3)
    assert (module.SubnetMovingPrice[2], module.SubnetAlphaOut[2]) == (price, out)
    assert module.BlocksSinceLastStep[2] == 3


def test_epochs_come_every_tempo():
    chain = Chain(subnets=1, tempo=7)
    module = chain.rt.subtensor
    fired = []
    for _ in range(40):
        chain.begin()
        if module.LastMechansimStepBlock[1] == chain.rt.block_number:
            fired.append(chain.rt.block_number)
            assert module.BlocksSinceLastStep[1] == 0
        chain.end()
    assert len(fired) >= 5
    assert all(later - earlier == 7 for earlier, later in pairwise(fired))
    assert module.SubnetEpochIndex[1] == len(fired)
    assert module.next_epoch_block(1) == fired[-1] + 7


def test_epochs_beyond_the_cap_wait_for_the_next_block():
    chain = Chain(subnets=5, tempo=20)
    module = chain.rt.subtensor
    chain.run(1)
    for netuid in range(1, 6):
        module.LastEpochBlock[netuid] = 0
        module.PendingEpochAt[netuid] = 2
    done: list[list[int]] = []
    for _ in range(3):
        chain.begin()
        now = chain.rt.block_number
        done.append([n for n in range(1, 6) if module.LastMechansimStepBlock[n] == now])
        deferred = chain.events("EpochDeferred")
        assert [event["netuid"] for event in deferred] == list(range(2 * len(done) + 1, 6))
        chain.end()
    assert done == [[1, 2], [3, 4], [5]]


def epoch(chain: Chain, netuid: int = 1) -> None:
    """Let every validator rate the miners, then run to the next epoch of the subnet."""
    chain.begin()
    chain.weights(netuid, range(1, 1 + chain.validators))
    chain.end()
    chain.run(chain.rt.subtensor.next_epoch_block(netuid) - chain.rt.state.head)


def test_an_epoch_pays_miners_validators_and_the_owner():
    chain = Chain(subnets=1, tempo=10)
    module = chain.rt.subtensor
    chain.run(module.next_epoch_block(1))
    names = ["owner0", "val0", "val1", "val2", *(f"miner{n}" for n in range(5))]
    hotkeys = [account(f"h:{name}-1") for name in names]
    before = [module.hotkey_alpha(hotkey, 1) for hotkey in hotkeys]
    pending = [
        item[1]
        for item in (
            module.PendingServerEmission,
            module.PendingValidatorEmission,
            module.PendingOwnerCut,
        )
    ]
    assert pending == [0, 0, 0]
    epoch(chain)
    gained = [module.hotkey_alpha(h, 1) - old for h, old in zip(hotkeys, before, strict=True)]
    incentive = module.Incentive[1]
    assert sum(incentive) == pytest.approx(65535, abs=9)
    assert list(incentive[4:]) == sorted(incentive[4:])
    assert incentive[4] > 0
    assert all(gain > 0 for gain in gained)
    miners, validators = sum(gained[4:]), sum(gained[1:4])
    assert miners == pytest.approx(validators, rel=1e-6)
    assert gained[0] / sum(gained) == pytest.approx(0.18, rel=1e-3)
    assert module.MinerBurned[1] == 0
    for number in range(3):
        hotkey, coldkey = account(f"h:val{number}-1"), account(f"c:val{number}-1")
        assert module.AlphaDividendsPerSubnet[1, hotkey] > 0
        last_epoch = module.TotalHotkeyAlphaLastEpoch[hotkey, 1]
        assert last_epoch == module.hotkey_alpha(hotkey, 1)
        assert last_epoch - module.stake_of(hotkey, coldkey, 1) <= 1


def test_take_goes_to_the_owner_and_the_rest_to_nominators():
    chain = Chain(subnets=1, tempo=10)
    module = chain.rt.subtensor
    hotkey = account("h:val0-1")
    module.Delegates[hotkey] = 65535 // 2
    chain.run(module.next_epoch_block(1))
    chain.begin()
    stake = {"hotkey": hotkey, "netuid": 1, "amount_staked": 90 * TAO}
    assert chain.call("alice", "add_stake", **stake).ok
    chain.end()
    people = {"alice": account("alice"), "owner": account("c:val0-1")}
    before = {n: module.stake_of(hotkey, cold, 1) for n, cold in people.items()}
    whole = module.hotkey_alpha(hotkey, 1)
    epoch(chain)
    gained = {n: module.stake_of(hotkey, c, 1) - before[n] for n, c in people.items()}
    total = module.hotkey_alpha(hotkey, 1) - whole
    assert gained["alice"] == pytest.approx(total / 2 * before["alice"] / whole, rel=1e-3)
    assert sum(gained.values()) == pytest.approx(total, abs=3)
    assert module.AlphaDividendsPerSubnet[1, hotkey] == pytest.approx(total / 2, rel=1e-3)


@pytest.mark.parametrize("mode", ["Burn", "Recycle"])
def test_the_owners_mining_income_is_withheld(mode: str):
    chain = Chain(subnets=1, tempo=10)
    module = chain.rt.subtensor
    module.RecycleOrBurn[1] = mode
    chain.run(module.next_epoch_block(1))
    chain.begin()
    for number in range(3):
        args = {"netuid": 1, "dests": (0, 4), "weights": (3, 1), "version_key": 0}
        assert chain.call(f"h:val{number}-1", "set_weights", **args).ok
    chain.end()
    chain.run(module.next_epoch_block(1) - chain.rt.state.head - 1)
    out, bought = module.SubnetAlphaOut[1], module.SubnetProtocolAlpha[1]
    chain.run(1)
    assert module.Incentive[1][0] > module.Incentive[1][4] > 0
    assert module.MinerBurned[1] / (1 << 32) == pytest.approx(0.75, abs=0.01)
    grown = module.SubnetAlphaOut[1] - out - (module.SubnetProtocolAlpha[1] - bought)
    withheld = 10 * TAO * 82 // 200 * 3 // 4
    kept = withheld if mode == "Recycle" else 0
    assert grown == pytest.approx(TAO - kept, rel=0.01)


def test_without_incentive_validators_get_everything():
    chain = Chain(subnets=1, tempo=10)
    module = chain.rt.subtensor
    miners = [account(f"h:miner{n}-1") for n in range(5)]
    chain.run(module.next_epoch_block(1))
    assert set(module.Incentive[1]) == {0}
    assert [module.hotkey_alpha(hotkey, 1) for hotkey in miners] == [0] * 5
    validators = [module.AlphaDividendsPerSubnet[1, account(f"h:val{n}-1")] for n in range(3)]
    assert sum(validators) > 0


def test_root_stakers_get_claimable_alpha_where_prices_sum_above_one():
    chain = Chain(subnets=1, tempo=10)
    module = chain.rt.subtensor
    hotkey, alice = account("h:val0-1"), account("alice")
    module.NumRootClaim.put(0)
    module.SubnetMovingPrice[1] = 5 << 32
    chain.begin()
    root = {"hotkey": hotkey, "netuid": ROOT, "amount_staked": 5_000 * TAO}
    assert chain.call("alice", "add_stake", **root).ok
    chain.end()
    chain.run(1)
    assert module.RootProp[1] > 0
    assert module.PendingRootAlphaDivs[1] > 0
    epoch(chain)
    divs = module.RootAlphaDividendsPerSubnet[1, hotkey]
    assert divs > 0
    owed = module.root_owed(hotkey, alice, 1)
    assert 0 < owed <= 2 * divs
    module.RootClaimableThreshold[1] = 0
    module.RootClaimType[alice] = "Keep"
    chain.begin()
    module.claim_root_dividends(alice)
    chain.end()
    assert module.stake_of(hotkey, alice, 1) == pytest.approx(owed, abs=1)
    assert module.root_owed(hotkey, alice, 1) == 0


def test_auto_claim_sells_alpha_for_root_stake():
    chain = Chain(subnets=1, tempo=10)
    module = chain.rt.subtensor
    hotkey, alice = account("h:val0-1"), account("alice")
    module.SubnetMovingPrice[1] = 5 << 32
    module.RootClaimableThreshold[1] = 0
    chain.begin()
    root = {"hotkey": hotkey, "netuid": ROOT, "amount_staked": 5_000 * TAO}
    assert chain.call("alice", "add_stake", **root).ok
    chain.end()
    epoch(chain)
    epoch(chain)
    chain.run(1)
    assert module.stake_of(hotkey, alice, ROOT) > 5_000 * TAO
    assert module.SubnetTAO[ROOT] == chain.rt.balances.free(subnet_account(ROOT))
    assert free_total(chain) == module.TotalIssuance.get()


def test_parents_share_the_dividends_of_their_child():
    chain = Chain(subnets=1, tempo=10)
    module = chain.rt.subtensor
    parent, child = account("h:val0-1"), account("h:val1-1")
    half = 2**63
    module.ChildKeys[parent, 1] = ((half, child),)
    module.ParentKeys[child, 1] = ((half, parent),)
    module.ChildkeyTake[child, 1] = 65535 // 10
    assert module.inherited_alpha(parent, 1) == 500 * TAO
    assert module.inherited_alpha(child, 1) == (500 + 1_001) * TAO
    epoch(chain)
    epoch(chain)
    dividends = module.Dividends[1]
    assert dividends[2] / dividends[1] == pytest.approx(3, rel=0.05)
    paid = [module.AlphaDividendsPerSubnet[1, key] for key in (parent, child)]
    # The parent has its own 500 and nine tenths of what the 500 lent earned.
    assert paid[0] / sum(paid) == pytest.approx((500 + 450) / 2_001, abs=0.02)


def test_issuance_ends_at_the_cap():
    chain = Chain(subnets=1)
    module = chain.rt.subtensor
    module.TotalIssuance.put(21 * 10**15)
    before = chain.rt.balances.total_issuance
    chain.run(2)
    assert chain.rt.balances.total_issuance == before
    assert module.SubnetTaoInEmission[1] + module.SubnetExcessTao[1] == 0
    assert module.SubnetAlphaOutEmission[1] == TAO


def test_a_failing_auto_claim_leaves_no_trace():
    chain = Chain(subnets=1, tempo=10)
    module = chain.rt.subtensor
    hotkey, alice = account("h:val0-1"), account("alice")
    module.SubnetMovingPrice[1] = 5 << 32
    module.RootClaimableThreshold[1] = 0
    chain.begin()
    root = {"hotkey": hotkey, "netuid": ROOT, "amount_staked": 5_000 * TAO}
    assert chain.call("alice", "add_stake", **root).ok
    chain.end()
    module.NumRootClaim.put(0)
    epoch(chain)
    epoch(chain)
    owed = module.root_owed(hotkey, alice, 1)
    assert owed > 0
    module.SubnetTAO[1] = 999_999
    module.NumRootClaim.put(1)
    chain.begin()
    assert chain.events("RootClaimed") == []
    assert module.root_owed(hotkey, alice, 1) == owed
    module.SubnetTAO[1] = 1_000 * TAO
    module.auto_claim_root(bytes(32))
    assert len(chain.events("RootClaimed")) == 1
    assert module.root_owed(hotkey, alice, 1) == 0

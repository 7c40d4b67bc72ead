"""Twenty people stake, move, lock, claim, recycle and burn: TAO and alpha always add up."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from stake_audit import check_block, check_extrinsic, check_signs, check_state
from stake_chain import PEOPLE, StakeChain
from stake_orders import KINDS, Orders
from subtensor_chain import TAO

from taoctl.localnet.pallets.subtensor.subnets import subnet_account

SEEDS = st.integers(0, 2**32 - 1)
KEPT = 1_700_000
"""A free balance that pays for few transactions, or none."""
STAKING = {
    *("add_stake", "add_stake_limit", "remove_stake", "remove_stake_limit"),
    *("remove_stake_full_limit", "unstake_all", "unstake_all_alpha", "move_stake", "swap_stake"),
    *("swap_stake_limit", "transfer_stake", "recycle_alpha", "burn_alpha", "add_stake_burn"),
    *("claim_root", "set_root_claim_type", "lock_stake", "move_lock", "set_perpetual_lock"),
    *("set_reject_locked_alpha", "set_coldkey_auto_stake_hotkey", "increase_take"),
    *("decrease_take", "set_childkey_take", "set_children"),
}
"""Every call that changes stake, or who it earns for."""


class Crowd:
    """Twenty people and what they did so far; each thing is held against the books."""

    def __init__(self, *, emission: bool, seed: int) -> None:
        self.chain = StakeChain(emission=emission)
        self.done: Counter[str] = Counter()
        dice = random.Random(seed)
        for who in PEOPLE[: len(PEOPLE) // 2]:
            hotkey, netuid = dice.choice(self.chain.hotkeys), dice.choice([0, 1, 2, 3, 4])
            amount = dice.randint(1, 300) * TAO
            self.apply(who, "add_stake", hotkey=hotkey, netuid=netuid, amount_staked=amount)

    def apply(self, who: str, name: str, pallet: str = "SubtensorModule", **args: Any) -> None:
        """Send a call, and account for all that it does."""
        before = self.chain.books()
        applied = self.chain.send(who, name, pallet, **args)
        check_extrinsic(self.chain, before, self.chain.books(), applied)
        self.done[applied.invalid or applied.error or name] += 1
        for event in applied.events:
            self.done[event.name] += event.name == "TransactionFeePaidWithAlpha"

    def order(self, dice: random.Random, kind: str) -> None:
        """Somebody sends a call of a kind."""
        who = dice.choice(PEOPLE)
        name, args = Orders(self.chain, dice).draw(who, kind)
        self.apply(who, name, **args)

    def become_poor(self, dice: random.Random) -> None:
        """Somebody gives its free TAO away, so that fees are paid in alpha from then on."""
        who, dest = dice.sample(PEOPLE, 2)
        left = max(self.chain.rt.balances.free(who) - dice.choice([500, KEPT, 2 * KEPT]), 0)
        self.chain.send(who, "transfer_keep_alive", "Balances", dest=dest, value=left)

    def pass_time(self, blocks: int) -> None:
        """Blocks go by, with their emission, epochs and claims."""
        for _ in range(blocks):
            self.chain.end()
            before = self.chain.books()
            self.chain.begin()
            check_block(self.chain, before, self.chain.books())

    def inject(self, netuid: int, tao: int) -> None:
        """The protocol adds TAO without alpha, so that the weights of a pool move."""
        rt = self.chain.rt
        added, _ = rt.swap.inject(netuid, tao, 0)
        if added:
            rt.subtensor.SubnetTAO[netuid] += added
            rt.subtensor.TotalIssuance.put(rt.subtensor.TotalIssuance.get() + added)
            rt.balances.deposit("Issued", added)
            rt.balances.put_back(subnet_account(netuid), added)

    def check(self) -> None:
        """What holds at any moment."""
        check_state(self.chain, self.chain.books())
        check_signs(self.chain)


class Staking(RuleBasedStateMachine):
    """A crowd whose next step hypothesis chooses."""

    def __init__(self) -> None:
        super().__init__()
        self.crowd: Crowd | None = None

    @initialize(emission=st.booleans(), seed=SEEDS)
    def begin(self, emission: bool, seed: int) -> None:
        self.crowd = Crowd(emission=emission, seed=seed)

    @rule(kind=st.sampled_from(sorted(KINDS)), seed=SEEDS)
    def order(self, kind: str, seed: int) -> None:
        assert self.crowd is not None
        self.crowd.order(random.Random(seed), kind)

    @rule(seed=SEEDS)
    def become_poor(self, seed: int) -> None:
        assert self.crowd is not None
        self.crowd.become_poor(random.Random(seed))

    @rule(blocks=st.integers(1, 9))
    def pass_time(self, blocks: int) -> None:
        assert self.crowd is not None
        self.crowd.pass_time(blocks)

    @rule(netuid=st.sampled_from([1, 2, 3]), tao=st.sampled_from([TAO, 10 * TAO]))
    def inject(self, netuid: int, tao: int) -> None:
        assert self.crowd is not None
        self.crowd.inject(netuid, tao)

    @invariant()
    def all_adds_up(self) -> None:
        if self.crowd is not None:
            self.crowd.check()


@pytest.mark.parametrize(
    ("examples", "steps"), [(6, 25), pytest.param(80, 50, marks=pytest.mark.soak)]
)
def test_tao_and_alpha_add_up_whatever_comes_next(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Staking,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def live(seed: int, calls: int) -> Counter[str]:
    """So many drawn calls on one chain, with what happens between them; what became of them."""
    dice = random.Random(seed)
    crowd = Crowd(emission=seed % 3 > 0, seed=seed)
    for _ in range(calls):
        at = dice.random()
        if at < 0.05:
            crowd.become_poor(dice)
        elif at < 0.15:
            crowd.pass_time(dice.randint(1, 9))
        elif at < 0.17:
            crowd.inject(dice.choice([1, 2, 3]), dice.choice([TAO, 10 * TAO]))
        crowd.order(dice, dice.choice(sorted(KINDS)))
        crowd.check()
    return crowd.done


def test_tao_and_alpha_add_up_over_a_history() -> None:
    done = live(seed=1, calls=150)
    assert len(STAKING & done.keys()) >= 15
    assert sum(done[name] for name in STAKING) >= 60


@pytest.mark.soak
def test_tao_and_alpha_add_up_over_thousands_of_calls() -> None:
    done: Counter[str] = Counter()
    for seed in (2, 3, 4):
        done += live(seed, calls=2_000)
    assert STAKING - done.keys() == set()
    assert done["TransactionFeePaidWithAlpha"] > 0
    refused = {name for name in done if name.startswith("SubtensorModule.")}
    assert len(refused) >= 15

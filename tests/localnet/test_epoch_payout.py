"""What an epoch pays to everybody is what was worked out of the state before it, to the rao."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import Any

import pytest
from payout_chain import Paid, PaidEpochs, changed, mixed, view_of
from quicknet import PULSES, pulse, sealed
from scenario_chain import ScenarioChain

from taoctl.economics.conviction import ONE, Lock
from taoctl.economics.dividends import miner_burned_bits
from taoctl.economics.earnings import (
    BLOCKS_PER_DAY,
    U16_MAX,
    neuron_alpha_per_day,
    nominator_alpha_per_day,
)
from taoctl.economics.payout import Fate, PendingAlpha, Role
from taoctl.economics.weights import max_upscale
from taoctl.localnet.pallets.subtensor.rows import unpack_row
from taoctl.reads.epoch_doubts import epoch_doubts
from taoctl.reads.epoch_gains import GainRow, epoch_gains
from taoctl.reads.epoch_owner import EpochOwner, epoch_owner
from taoctl.reads.epoch_payout import EpochPayout, epoch_payout
from taoctl.reads.neurons import neurons_of
from taoctl.reads.subnet_emission import subnet_emission
from taoctl.reads.what_if import what_if


@dataclass(frozen=True)
class Told:
    """What was said of an epoch in the block before it."""

    payout: EpochPayout
    gains: tuple[GainRow, ...]


async def told(chain: ScenarioChain) -> dict[int, Told]:
    """What clients say of all epochs of the next block."""
    view, found = view_of(chain), {}
    for netuid in sorted(one for one in chain.runtime.subtensor.netuids() if one):
        emission = await subnet_emission(view, netuid)
        if emission.blocks == 1:
            assert emission.pending is not None
            paid = await epoch_payout(view, netuid, block=view.block + 1, pending=emission.pending)
            found[netuid] = Told(paid, await epoch_gains(view, netuid, paid.payments))
    return found


def check(said: Told, paid: Paid) -> None:
    pending, payments = said.payout.pending, said.payout.payments
    real = paid.pending
    assert pending == PendingAlpha(real.owner, real.server, real.validator, real.root)
    for kind, which in (("stake", "stakes"), ("claim", "claims")):
        foretold = {
            (one.hotkey, one.coldkey): one.gain_rao for one in said.gains if one.kind == kind
        }
        assert foretold == paid.gains(which)
    recycled = sum(one.alpha_rao for one in payments if one.fate is Fate.RECYCLED)
    assert paid.alpha_out[0] - paid.alpha_out[1] == recycled
    terms = said.payout.terms
    assert paid.vectors["Emission"] == list(terms.emission)
    assert paid.vectors["Dividends"] == list(terms.dividends)
    assert paid.vectors["ValidatorTrust"] == list(terms.validator_trust)
    assert paid.vectors["ValidatorPermit"] == list(terms.validator_permit)
    withheld = sum(one.alpha_rao for one in payments if one.role is Role.WITHHELD)
    assert paid.burned == miner_burned_bits(withheld, sum(terms.server_emission))
    _check_dividends(said, paid)
    # Parts are floored to 2^-32 of the whole, then to a rao; those of all mechanisms to a rao.
    rows = len(payments) + len(said.payout.inputs.hotkeys) * len(paid.incentives)
    rounding = rows * ((pending.shared_out >> 32) + 2)
    idle = [part for part, each in zip(paid.parts, paid.incentives, strict=True) if not any(each)]
    lost = sum(idle) // 2 if len(idle) < len(paid.parts) else 0
    assert -rounding <= said.payout.nobody_rao - lost <= rounding


def _check_dividends(said: Told, paid: Paid) -> None:
    """What is stored of dividends, from which clients reckon what nominators earn in a day."""
    payments = said.payout.payments
    for role, item in (
        (Role.STAKERS, "AlphaDividendsPerSubnet"),
        (Role.ROOT, "RootAlphaDividendsPerSubnet"),
    ):
        foretold = {one.hotkey: one.alpha_rao for one in payments if one.role is role}
        assert paid.dividends[item] == foretold
    shared = paid.dividends["AlphaDividendsPerSubnet"]
    own = {(one.staked_to, one.coldkey) for one in payments if one.coldkey is not None}
    for one in said.gains:
        if one.kind == "stake" and one.hotkey in shared and (one.hotkey, one.coldkey) not in own:
            # A day of one epoch: each position is floored, before and after.
            earned = nominator_alpha_per_day(
                shared[one.hotkey], one.after_rao, paid.judged_by[one.hotkey], BLOCKS_PER_DAY
            )
            assert abs(earned - one.gain_rao) <= 1


def _check_earnings(chain: ScenarioChain, netuid: int, said: Told) -> None:
    """Earnings as screens and `neuron list` show them, after the block of the epoch."""
    hotkeys, terms = said.payout.inputs.hotkeys, said.payout.terms
    view = view_of(chain)
    rows = asyncio.run(neurons_of(view, {netuid: range(len(hotkeys))}))
    parts = [part for part, _ in said.payout.inputs.parts]
    for row in rows:
        if row.hotkey != hotkeys[row.uid]:
            continue  # It has taken the seat in this very block.
        server, validator = terms.server_emission[row.uid], terms.validator_emission[row.uid]
        assert row.emission_rao == terms.emission[row.uid]
        assert row.paid_rao is not None and row.tempo is not None
        if len(parts) == 1:
            assert row.paid_rao == terms.emission[row.uid]
            # Each of the three is floored by itself, to 2^-32 of the whole and to a rao.
            assert abs(row.paid_rao - server - validator) <= 2 * ((parts[0] >> 32) + 2)
            day = neuron_alpha_per_day(terms.emission[row.uid], row.tempo)
            assert row.alpha_per_day_rao == day
        elif not validator:
            # Kept are a mean of several mechanisms, and their incentives as u16; where one of them
            # is without weights, not what of its part is of which validator.
            most = sum(parts) // U16_MAX + len(parts)
            assert abs(row.paid_rao - server - validator) <= most


def run(chain: ScenarioChain, epochs: int, patch: pytest.MonkeyPatch) -> Counter[Role]:
    """Follow a chain until each subnet has had so many epochs; how often each role was paid."""
    watched, seen = PaidEpochs(chain, patch), Counter[Role]()
    netuids = [one for one in chain.runtime.subtensor.netuids() if one]
    counted = dict.fromkeys(netuids, 0)
    while min(counted.values()) < epochs:
        said = asyncio.run(told(chain))
        found = watched.run(chain)
        assert said.keys() == found.keys()
        for netuid, paid in found.items():
            check(said[netuid], paid)
            _check_earnings(chain, netuid, said[netuid])
            counted[netuid] += 1
            seen.update(one.role for one in said[netuid].payout.payments)
    return seen


EVERY_ROLE = set(Role) - {Role.ROOT_EXCESS}


def test_epochs_with_children_mechanisms_takes_and_auto_stake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = run(mixed(), 4, monkeypatch)
    assert set(seen) == EVERY_ROLE


def test_a_subnet_that_changes_hands_pays_its_new_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (
        "taoctl.localnet.pallets.subtensor.ownership.YEAR",
        "taoctl.economics.conviction.YEAR_BLOCKS",
        "taoctl.reads.epoch_owner.YEAR_BLOCKS",
    ):
        monkeypatch.setattr(place, 1)
    chain = ScenarioChain("small")
    chain.run(3)
    with changed(chain) as module:
        netuid = min(one for one in module.netuids() if one)
        before = module.SubnetOwner[netuid]
        king = next(
            one for one in module.seated_hotkeys(netuid) if module.Owner[one] not in (before, "")
        )
        module.NetworkRegisteredAt[netuid] = 0
        mass = module.SubnetAlphaOut[netuid]
        for other, part in ((king, 5), (module.SubnetOwnerHotkey[netuid], 6)):
            lock = Lock(mass // part, mass // part * ONE, chain.best_number)
            module.HotkeyLock[netuid, other] = asdict(lock)
    first = asyncio.run(epoch_owner(view_of(chain), netuid, chain.best_number + 1))
    assert (first.hotkey, first.before) == (king, before) and first.changes and first.seated
    assert not first.close
    run(chain, 1, monkeypatch)
    assert chain.runtime.subtensor.SubnetOwnerHotkey[netuid] == king


def test_a_conviction_that_the_blocks_own_alpha_outgrows_is_a_doubt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for place in (
        "taoctl.localnet.pallets.subtensor.ownership.YEAR",
        "taoctl.economics.conviction.YEAR_BLOCKS",
        "taoctl.reads.epoch_owner.YEAR_BLOCKS",
    ):
        monkeypatch.setattr(place, 1)
    chain = ScenarioChain("small")
    chain.run(3)
    module = chain.runtime.subtensor
    netuid = min(one for one in module.netuids() if one)
    while netuid not in asyncio.run(told(chain)):
        chain.run(1)
    with changed(chain):
        module.PendingEpochAt[netuid] = chain.best_number + 2
        before = module.SubnetOwner[netuid]
        king = next(
            one for one in module.seated_hotkeys(netuid) if module.Owner[one] not in (before, "")
        )
        module.NetworkRegisteredAt[netuid] = 0
        # Just enough of what is outstanding now; the next block adds to that, and then it is not.
        mass = -(-module.SubnetAlphaOut[netuid] // 10)
        module.HotkeyLock[netuid, king] = asdict(Lock(mass, mass * ONE, chain.best_number + 2))
    view = view_of(chain)
    owner = asyncio.run(epoch_owner(view, netuid, chain.best_number + 1))
    assert owner.hotkey == king and owner.close
    (doubt,) = asyncio.run(epoch_doubts(view, netuid, owner, 1, 1))
    assert doubt == "the locks are at the tenth of its alpha that hands the subnet over"
    chain.run(1)
    assert module.LastEpochBlock[netuid] == chain.best_number
    assert module.SubnetOwner[netuid] == before


def test_hidden_weights_that_open_in_the_block_of_an_epoch_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain = ScenarioChain("small")
    chain.run(3)
    module, netuid = chain.runtime.subtensor, 3
    _unlimited(module, monkeypatch)
    with changed(chain):
        module.CommitRevealWeightsEnabled[netuid] = True
        module.MechanismCountCurrent[netuid] = 2
        module.MaxWeightsLimit[netuid] = 1
    watched = PaidEpochs(chain, monkeypatch)
    for turn in range(4):
        while module.next_epoch_block(netuid) > chain.best_number + 2:
            chain.run(1)
        with changed(chain):
            # The runtime opens with a pulse whose signature begins with 0x, too.
            signature = b"0x" * (turn % 2) + PULSES[1000]
            module.rt.drand.Pulses[1000] = pulse(1000, signature)
            expected = _hide(module, netuid, turn)
        # Two others may be due in the same block, which puts this one off, unopened.
        while netuid not in (said := asyncio.run(told(chain))):
            chain.run(1)
        foretold = said[netuid]
        before = [part.weights for _, part in foretold.payout.inputs.parts]
        supposed = asyncio.run(what_if(view_of(chain), netuid)).rows
        paid = watched.run(chain)[netuid]
        check(foretold, paid)
        for mechid, incentives in enumerate(paid.incentives):
            assert [row.incentive for row in supposed if row.mechid == mechid] == incentives
        for mechid, uid in expected:
            stored = unpack_row(module.Weights[module.mechanism_index(netuid, mechid), uid])
            assert tuple(before[mechid][uid]) == stored
            assert [value for _, value in stored] == list(max_upscale(_values(len(stored), turn)))


def _unlimited(module: Any, patch: pytest.MonkeyPatch) -> None:
    """Take no limit of a weight from storage, as runtime 425 does."""
    kind = type(module)
    real = kind.hyperparameters

    def answered(self: Any, netuid: int) -> dict[str, Any]:
        return {**real(self, netuid), "max_weights_limit": U16_MAX}

    patch.setattr(kind, "hyperparameters", answered)
    patch.setattr(kind, "_check_largest", lambda *_: None)


def test_commits_of_a_block_in_which_the_epoch_was_put_off_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain = ScenarioChain("small")
    chain.run(3)
    module, netuid = chain.runtime.subtensor, 3
    while module.next_epoch_block(netuid) > chain.best_number + 2:
        chain.run(1)
    with changed(chain):
        block, hotkeys = module.rt.block_number, module.seated_hotkeys(netuid)
        module.CommitRevealWeightsEnabled[netuid] = True
        uid = next(one for one in range(len(hotkeys)) if module.Weights.get((netuid, one)))
        # It committed before others took their seats: what it said of them before counts no more.
        epoch = module.SubnetEpochIndex[netuid] + 1
        module.TimelockedWeightCommits[netuid, epoch] = ((hotkeys[uid], block - 2, b"", 1 << 40),)
        module.LastUpdate[netuid] = [block] * len(hotkeys)
        for other in range(len(hotkeys)):
            module.BlockAtRegistration[netuid, other] = block - 1
    watched = PaidEpochs(chain, monkeypatch)
    while netuid not in (said := asyncio.run(told(chain))):
        chain.run(1)
    ((_, inputs),) = said[netuid].payout.inputs.parts
    assert inputs.commit_blocks is not None and inputs.commit_blocks[uid] == block - 2
    check(said[netuid], watched.run(chain)[netuid])


def _values(n: int, turn: int) -> tuple[int, ...]:
    return tuple(7 + turn * uid for uid in range(n))


def _hide(module: Any, netuid: int, turn: int) -> list[tuple[int, int]]:
    """Commits that the next block opens, of each kind; those that are stored, by mechid and UID."""
    hotkeys, permits = module.seated_hotkeys(netuid), module.ValidatorPermit[netuid]
    ranked = sorted(hotkeys, key=lambda one: -module.hotkey_alpha(one, netuid))
    able = [one for one in ranked if permits[hotkeys.index(one)]]
    unable = next(one for one in hotkeys if not permits[hotkeys.index(one)])
    good, late, *_ = able
    uids, values = tuple(range(len(hotkeys))), _values(len(hotkeys), turn)
    version = module.WeightsVersionKey[netuid]
    assert version > 0

    def made(who: str, drand_round: int, *row: tuple[int, ...], by: str = "") -> Any:
        return who, sealed(by or who, drand_round, *row, version), drand_round

    rows = [
        made(good, 1000, uids[:2], (1, 1)),
        made(good, 1000, uids, values),
        (good, sealed(good, 1000, uids, values[::-1], version - 1), 1000),
        made(late, 2000, uids, values),
        made(late, 1000, uids, values, by=good),
        made(late, 1000, (1, 1), (5, 5)),
        (late, b"no ciphertext", 1000),
        made(unable, 1000, uids, values),
    ]
    epoch = module.SubnetEpochIndex[netuid] + 1 - module.RevealPeriodEpochs[netuid]
    block = module.rt.block_number
    for mechid in (0, 1):
        index = module.mechanism_index(netuid, mechid)
        module.TimelockedWeightCommits[index, epoch] = tuple(
            (who, block - 1, hidden, drand_round) for who, hidden, drand_round in rows
        )
    return [(mechid, hotkeys.index(good)) for mechid in (0, 1)]


def test_what_cannot_be_told_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = ScenarioChain("small")
    chain.run(3)
    with changed(chain) as module:
        netuid = min(one for one in module.netuids() if one)
        hotkey, epoch = module.seated_hotkeys(netuid)[0], module.SubnetEpochIndex[netuid]
        # Of the epoch that is revealed next: one has its pulse, one has not.
        module.RevealPeriodEpochs[netuid] = 1
        module.CommitRevealWeightsEnabled[netuid] = False
        commits = tuple((hotkey, chain.best_number, b"\0" * 8, number) for number in (7, 8))
        module.TimelockedWeightCommits[netuid, epoch] = commits
        module.rt.drand.Pulses[7] = pulse(7, b"\2" * 48)
        module.SubnetUidToLeaseId[netuid] = 1
    view = view_of(chain)

    def said(owner: EpochOwner, blocks: int) -> tuple[str, ...]:
        return asyncio.run(epoch_doubts(view, netuid, owner, blocks, 1))

    mine = EpochOwner(hotkey, hotkey, hotkey, seated=True)
    hidden, lease = said(mine, 1)
    assert hidden == "1 set of hidden weights may open in its block"
    assert lease.startswith("the subnet is leased")
    waits, *same = said(mine, 5)
    assert waits.startswith("4 more blocks") and tuple(same) == (hidden, lease)
    _, hands, _ = said(replace(mine, before="somebody", seated=False), 1)
    assert hands.startswith("the subnet changes hands")


@pytest.mark.soak
@pytest.mark.parametrize("name", ["demo", "mixed"])
def test_twenty_epochs_of_everybody(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = mixed() if name == "mixed" else ScenarioChain(name)
    assert run(chain, 20, monkeypatch).total() > 1_000


def test_epochs_of_a_plain_subnet(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {Role.OWNER, Role.MINER, Role.TAKE, Role.STAKERS, Role.ROOT_TAKE, Role.ROOT}
    assert set(run(ScenarioChain("small"), 2, monkeypatch)) == plain


def test_epochs_of_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(run(ScenarioChain("demo"), 1, monkeypatch)) >= {Role.WITHHELD, Role.ROOT}

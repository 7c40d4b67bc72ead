"""Running the consensus of a subnet on its state, and storing what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TypeVar

from taoctl.economics.mechanisms import MergedTerms, aggregate_mechanisms, split_emission
from taoctl.economics.schedule import activity_cutoff_blocks
from taoctl.economics.yuma import BONDS_SCALE, EpochInput, EpochOutput, run_epoch
from taoctl.localnet.pallets.subtensor.root_registration import RootRegistration
from taoctl.localnet.pallets.subtensor.rows import EMPTY, row_body

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HotkeyEmission:
    """Alpha in rao that an epoch gives a hotkey as a miner and as a validator."""

    hotkey: str
    server: int
    validator: int


class Epochs(RootRegistration):
    """Epochs of all mechanisms of a subnet."""

    def epoch_with_mechanisms(self, netuid: int, emission: int) -> list[HotkeyEmission]:
        """Run one epoch per mechanism on its part of the emission and store the outcome."""
        count = len(self.mechanisms(netuid))
        parts = split_emission(emission, count, self.MechanismEmissionSplit[netuid])
        hotkeys = self.seated_hotkeys(netuid)
        outputs = []
        for mechanism, part in enumerate(parts):
            output = run_epoch(self.epoch_input(netuid, mechanism, part, hotkeys))
            self._store_mechanism(self.mechanism_index(netuid, mechanism), output)
            outputs.append((part, output))
        terms = aggregate_mechanisms(emission, outputs)
        self._store_netuid(netuid, terms)
        emitted = zip(hotkeys, terms.server_emission, terms.validator_emission, strict=True)
        return [HotkeyEmission(*row) for row in emitted]

    def seated_hotkeys(self, netuid: int) -> list[str]:
        """Hotkeys of a subnet by UID."""
        keys = self.Keys
        return [keys[netuid, uid] for uid in range(self.SubnetworkN[netuid])]

    def epoch_input(
        self, netuid: int, mechanism: int, emission: int, hotkeys: Sequence[str]
    ) -> EpochInput:
        """Everything an epoch reads of a subnet's mechanism at this block.

        Only root can store a BondsMovingAverage above one million, with which the runtime lets
        bonds run away from the weights; it counts as one million here.
        """
        index, n = self.mechanism_index(netuid, mechanism), len(hotkeys)
        low, high = self.AlphaValues[netuid]
        alpha_stake, tao_stake = self.inherited_stakes(netuid, hotkeys)
        weights, bonds, registered = self.Weights, self.Bonds, self.BlockAtRegistration
        return EpochInput(
            n=n,
            block=self.rt.block_number,
            tempo=self.Tempo[netuid],
            last_mechanism_step_block=self.LastMechansimStepBlock[netuid],
            activity_cutoff=self.activity_cutoff_blocks(netuid),
            kappa=self.Kappa[netuid],
            bonds_penalty=self.BondsPenalty[netuid],
            bonds_moving_average=min(self.BondsMovingAverage[netuid], BONDS_SCALE),
            yuma3=self.Yuma3On[netuid],
            liquid_alpha=self.LiquidAlphaOn[netuid],
            alpha_low=low,
            alpha_high=high,
            alpha_sigmoid_steepness=self.AlphaSigmoidSteepness[netuid],
            max_allowed_validators=self.MaxAllowedValidators[netuid],
            stake_threshold=self.StakeThreshold.get(),
            owner_uid=self.owner_uid(netuid),
            rao_emission=emission,
            tao_weight_u64=self.TaoWeight.get(),
            alpha_stake=alpha_stake,
            tao_stake=tao_stake,
            last_update=_sized(self.LastUpdate[index], n, 0),
            block_at_registration=[registered[netuid, uid] for uid in range(n)],
            validator_permit=_sized(self.ValidatorPermit[netuid], n, False),
            weights=[row_body(weights.get((index, uid), EMPTY)) for uid in range(n)],
            bonds=[row_body(bonds.get((index, uid), EMPTY)) for uid in range(n)],
            commit_blocks=self._commit_blocks(netuid, index, hotkeys),
        )

    def activity_cutoff_blocks(self, netuid: int) -> int:
        """Blocks without weights after which a validator counts as inactive."""
        return activity_cutoff_blocks(self.ActivityCutoffFactorMilli[netuid], self.Tempo[netuid])

    def _commit_blocks(
        self, netuid: int, index: int, hotkeys: Sequence[str]
    ) -> list[int | None] | None:
        if not self.CommitRevealWeightsEnabled[netuid]:
            return None
        oldest_epoch = self.SubnetEpochIndex[netuid] - self.RevealPeriodEpochs[netuid]
        earliest: dict[str, int] = {}
        for who, commits in self.WeightCommits.prefix(index):
            block = next((at for _, epoch, at, _ in commits if epoch >= oldest_epoch), None)
            if block is not None:
                earliest[who] = block
        for epoch, commits in self.TimelockedWeightCommits.prefix(index):
            if epoch >= oldest_epoch:
                for who, block, *_ in commits:
                    earliest[who] = min(block, earliest.get(who, block))
        return [earliest.get(hotkey) for hotkey in hotkeys] if earliest else None

    def _store_mechanism(self, index: int, output: EpochOutput) -> None:
        self.Incentive[index] = output.incentive
        self.deposit("IncentiveAlphaEmittedToMiners", index, output.server_emission)
        for uid, row in enumerate(output.bonds):
            if row:
                self.set_bond_row(index, uid, row)
            elif self.Bonds.get((index, uid), b"") != EMPTY:
                self.Bonds[index, uid] = EMPTY

    def _store_netuid(self, netuid: int, terms: MergedTerms) -> None:
        self.Active[netuid] = terms.active
        self.Emission[netuid] = terms.emission
        self.Consensus[netuid] = terms.consensus
        self.Dividends[netuid] = terms.dividends
        self.ValidatorTrust[netuid] = terms.validator_trust
        self.ValidatorPermit[netuid] = terms.validator_permit
        self.StakeWeight[netuid] = terms.stake_weight


def _sized(values: Sequence[T], n: int, filler: T) -> Sequence[T]:
    return (*values[:n], *repeat(filler, n - len(values)))

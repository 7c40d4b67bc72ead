"""What is forgotten of a subnet that is dissolved, and what is not.

The chain keeps what it does not name here, and whoever gets the number next finds it: RootProp,
RecycleOrBurn, OwnerCutEnabled, MaxWeightsLimit, RootAlphaDividendsPerSubnet, auto-stake
destinations, and how often the number was registered.

Source: coinbase/root.rs (remove_network) and staking/lock.rs (destroy_lock_maps) of subtensor at
spec 425.
"""

from __future__ import annotations

from taoctl.localnet.pallets.subtensor.claims import Claims
from taoctl.localnet.pallets.subtensor.locks import drop
from taoctl.localnet.pallets.subtensor.rows import unpack_row
from taoctl.localnet.pallets.subtensor.subnets import ROOT

_BY_NETUID = """
    SubnetOwner SubnetworkN NetworksAdded NetworkRegisteredAt Active Emission Consensus Dividends
    ValidatorPermit ValidatorTrust Tempo Kappa Difficulty MaxAllowedUids ImmunityPeriod
    ActivityCutoff ActivityCutoffFactorMilli LastEpochBlock PendingEpochAt SubnetEpochIndex
    MinAllowedWeights RegistrationsThisInterval POWRegistrationsThisInterval
    BurnRegistrationsThisInterval SubnetAlphaInEmission SubnetAlphaOutEmission SubnetTaoInEmission
    SubnetVolume SubnetMovingPrice SubnetTaoFlow SubnetEmaTaoFlow SubnetProtocolFlow
    SubnetEmaProtocolFlow SubnetExcessTao SubnetRootSellTao TokenSymbol SubnetMechanism
    SubnetOwnerHotkey NetworkRegistrationAllowed NetworkPowRegistrationAllowed TransferToggle
    SubnetLocked LargestLocked FirstEmissionBlockNumber PendingValidatorEmission
    PendingServerEmission PendingRootAlphaDivs PendingOwnerCut MinerBurned BlocksSinceLastStep
    LastMechansimStepBlock LastAdjustmentBlock ServingRateLimit Rho AlphaSigmoidSteepness
    MaxAllowedValidators BondsMovingAverage BondsPenalty BondsResetOn WeightsSetRateLimit
    ValidatorPruneLen ScalingLawPower TargetRegistrationsPerInterval CommitRevealWeightsEnabled
    BurnHalfLife BurnIncreaseMult Burn MinBurn MaxBurn MinDifficulty MaxDifficulty
    RegistrationsThisBlock EMAPriceHalvingBlocks RAORecycledForRegistration
    MaxRegistrationsPerBlock WeightsVersionKey LiquidAlphaOn Yuma3On AlphaValues SubtokenEnabled
    OwnerCutAutoLockEnabled ImmuneOwnerUidsLimit StakeWeight LoadedEmission RevealPeriodEpochs
    MechanismEmissionSplit
"""
_BELOW_NETUID = """
    Uids Keys BlockAtRegistration Axons NeuronCertificates Prometheus AlphaDividendsPerSubnet
    PendingChildKeys AssociatedEvmAddress LastHotkeySwapOnNetuid
"""
_BELOW_INDEX = """
    WeightCommits TimelockedWeightCommits CRV3WeightCommits CRV3WeightCommitsV2 Bonds Weights
"""
_BY_HOTKEY = """
    ChildkeyTake ChildKeys ParentKeys LastHotkeyEmissionOnNetuid TotalHotkeyAlphaLastEpoch
"""


class Forgetting(Claims):
    """Removing a subnet's storage."""

    def remove_network(self, netuid: int) -> None:
        """Remove a subnet with its neurons, settings and schedule; its alpha must be gone."""
        self.TotalNetworks.put(max(self.TotalNetworks.get() - 1, 0))
        members = [hotkey for _, hotkey in self.Keys.prefix(netuid)]
        for hotkey in members:
            drop(self.IsNetworkMember, (hotkey, netuid))
        self._zero_root_weights(netuid)
        for mechanism in self.mechanisms(netuid):
            index = self.mechanism_index(netuid, mechanism)
            drop(self.LastUpdate, index)
            drop(self.Incentive, index)
            for name in _BELOW_INDEX.split():
                getattr(self, name).clear(index)
        drop(self.MechanismCountCurrent, netuid)
        for name in _BY_NETUID.split():
            drop(getattr(self, name), netuid)
        for name in _BELOW_NETUID.split():
            getattr(self, name).clear(netuid)
        if netuid in self.SubnetIdentitiesV3:
            del self.SubnetIdentitiesV3[netuid]
            self.deposit("SubnetIdentityRemoved", netuid)
        for name in _BY_HOTKEY.split():
            item = getattr(self, name)
            for key, _ in item.items():
                if key[1] == netuid:
                    del item[key]
        for key, _ in self.TransactionKeyLastBlock.items():
            if key[1] == netuid:
                del self.TransactionKeyLastBlock[key]
        self._end_lease(netuid)
        self.destroy_locks(netuid)

    def destroy_locks(self, netuid: int) -> None:
        """Remove all locks on a subnet with the totals that they count in."""
        for hotkey, coldkey in [place for place, _ in self.LockingColdkeys.prefix(netuid)]:
            drop(self.Lock, (coldkey, netuid, hotkey))
        for below in (self.LockingColdkeys, self.HotkeyLock, self.DecayingHotkeyLock):
            below.clear(netuid)
        for item in (self.OwnerLock, self.DecayingOwnerLock):
            drop(item, netuid)
        for key, _ in self.DecayingLock.items():
            if key[1] == netuid:
                del self.DecayingLock[key]

    def _zero_root_weights(self, netuid: int) -> None:
        for uid, packed in list(self.Weights.prefix(ROOT)):
            row = unpack_row(packed)
            if any(to == netuid and weight for to, weight in row):
                kept = [(to, 0 if to == netuid else weight) for to, weight in row]
                self.set_weight_row(ROOT, uid, kept)

    def _end_lease(self, netuid: int) -> None:
        lease = self.SubnetUidToLeaseId.take(netuid)
        if lease is not None:
            drop(self.SubnetLeases, lease)
            self.SubnetLeaseShares.clear(lease)
            drop(self.AccumulatedLeaseDividends, lease)

"""Per subnet: hyperparameters, and the counters of registration."""

from __future__ import annotations

from taoctl.localnet.frame import Pallet, StorageMap
from taoctl.localnet.pallets.subtensor.keys import NETUID, NETUID_BLAKE, NETUID_TWOX
from taoctl.localnet.pallets.subtensor.types import RecycleOrBurnEnum
from taoctl.localnet.types import U64F64, Tup, bool_, i16, u16, u32, u64


class Parameters(Pallet):
    """Per subnet: hyperparameters, and the counters of registration."""

    Burn = StorageMap(u64, [NETUID], default=100000000)
    MinBurn = StorageMap(u64, [NETUID], default=500000)
    MaxBurn = StorageMap(u64, [NETUID], default=100000000000)
    BurnHalfLife = StorageMap(u16, [NETUID], default=360)
    BurnIncreaseMult = StorageMap(U64F64, [NETUID], default=23242897532874035200)
    RAORecycledForRegistration = StorageMap(u64, [NETUID])
    NetworkRegistrationAllowed = StorageMap(bool_, [NETUID], default=True)
    NetworkPowRegistrationAllowed = StorageMap(bool_, [NETUID], default=True)
    RegistrationsThisBlock = StorageMap(u16, [NETUID])
    RegistrationsThisInterval = StorageMap(u16, [NETUID])
    POWRegistrationsThisInterval = StorageMap(u16, [NETUID])
    BurnRegistrationsThisInterval = StorageMap(u16, [NETUID])
    MaxRegistrationsPerBlock = StorageMap(u16, [NETUID], default=1)
    TargetRegistrationsPerInterval = StorageMap(u16, [NETUID], default=2)
    AdjustmentInterval = StorageMap(u16, [NETUID], default=100)
    AdjustmentAlpha = StorageMap(u64, [NETUID])
    LastAdjustmentBlock = StorageMap(u64, [NETUID])
    Difficulty = StorageMap(u64, [NETUID], default=10000000)
    MinDifficulty = StorageMap(u64, [NETUID], default=10000000)
    MaxDifficulty = StorageMap(u64, [NETUID], default=4611686018427387903)
    MinAllowedUids = StorageMap(u16, [NETUID], default=64)
    MaxAllowedUids = StorageMap(u16, [NETUID], default=256)
    MaxAllowedValidators = StorageMap(u16, [NETUID], default=128)
    MinNonImmuneUids = StorageMap(u16, [NETUID], default=10)
    ImmuneOwnerUidsLimit = StorageMap(u16, [NETUID], default=1)
    ImmunityPeriod = StorageMap(u16, [NETUID], default=4096)
    Rho = StorageMap(u16, [NETUID], default=10)
    Kappa = StorageMap(u16, [NETUID], default=32767)
    AlphaSigmoidSteepness = StorageMap(i16, [NETUID], default=1000)
    AlphaValues = StorageMap(Tup(u16, u16), [NETUID], default=(45875, 58982))
    LiquidAlphaOn = StorageMap(bool_, [NETUID_BLAKE])
    Yuma3On = StorageMap(bool_, [NETUID_BLAKE])
    BondsMovingAverage = StorageMap(u64, [NETUID], default=900000)
    BondsPenalty = StorageMap(u16, [NETUID], default=65535)
    BondsResetOn = StorageMap(bool_, [NETUID])
    ActivityCutoff = StorageMap(u16, [NETUID], default=5000)
    ActivityCutoffFactorMilli = StorageMap(u32, [NETUID], default=13889)
    MinAllowedWeights = StorageMap(u16, [NETUID], default=1024)
    MaxWeightsLimit = StorageMap(u16, [NETUID], default=65535)
    WeightsVersionKey = StorageMap(u64, [NETUID])
    WeightsSetRateLimit = StorageMap(u64, [NETUID], default=100)
    CommitRevealWeightsEnabled = StorageMap(bool_, [NETUID], default=True)
    RevealPeriodEpochs = StorageMap(u64, [NETUID_TWOX], default=1)
    ServingRateLimit = StorageMap(u64, [NETUID], default=50)
    TransferToggle = StorageMap(bool_, [NETUID], default=True)
    OwnerCutEnabled = StorageMap(bool_, [NETUID], default=True)
    OwnerCutAutoLockEnabled = StorageMap(bool_, [NETUID])
    RecycleOrBurn = StorageMap(RecycleOrBurnEnum, [NETUID])
    MinChildkeyTakePerSubnet = StorageMap(u16, [NETUID])
    ValidatorPruneLen = StorageMap(u64, [NETUID], default=1)
    ScalingLawPower = StorageMap(u16, [NETUID], default=50)
    VotingPowerTrackingEnabled = StorageMap(bool_, [NETUID])
    VotingPowerDisableAtBlock = StorageMap(u64, [NETUID])
    VotingPowerEmaAlpha = StorageMap(u64, [NETUID], default=3570000000000000)

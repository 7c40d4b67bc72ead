"""Values of the whole chain, rate limits, and what older runtimes left in place."""

from __future__ import annotations

from taoctl.localnet.frame import Identity, Pallet, StorageMap, StorageValue, Twox64Concat
from taoctl.localnet.pallets.subtensor.keys import (
    ACCOUNT,
    ACCOUNT_PLAIN,
    ACCOUNT_TWOX,
    NETUID,
    NETUID_TWOX,
)
from taoctl.localnet.pallets.subtensor.types import RateLimitKey, SubnetLease
from taoctl.localnet.types import (
    H256,
    I64F64,
    I96F32,
    U64F64,
    Bytes,
    Option,
    Tup,
    bool_,
    u8,
    u16,
    u32,
    u64,
)


class ChainWide(Pallet):
    """Values of the whole chain, rate limits, and what older runtimes left in place."""

    TotalIssuance = StorageValue(u64)
    TotalStake = StorageValue(u64)
    BlockEmission = StorageValue(u64, default=1000000000)
    TaoWeight = StorageValue(u64, default=971718665099567868)
    CKBurn = StorageValue(u64)
    StakeThreshold = StorageValue(u64)
    NominatorMinRequiredStake = StorageValue(u64)
    TotalNetworks = StorageValue(u16)
    SubnetLimit = StorageValue(u16, default=128)
    NetworkImmunityPeriod = StorageValue(u64, default=1296000)
    StartCallDelay = StorageValue(u64)
    NetworkMinLockCost = StorageValue(u64, default=1000000000000)
    NetworkLastLockCost = StorageValue(u64, default=1000000000000)
    NetworkLockReductionInterval = StorageValue(u64, default=100800)
    NetworkRateLimit = StorageValue(u64, default=7200)
    NetworkRegistrationStartBlock = StorageValue(u64)
    TaoInRefundDeploymentBlock = StorageValue(u64)
    SubnetOwnerCut = StorageValue(u16, default=11796)
    SubnetMovingAlpha = StorageValue(I96F32, default=12885)
    MaxEpochsPerBlock = StorageValue(u8, default=2)
    MaxMechanismCount = StorageValue(u8, default=2)
    AdminFreezeWindow = StorageValue(u16, default=10)
    OwnerHyperparamRateLimit = StorageValue(u16, default=2)
    DissolveNetworkScheduleDuration = StorageValue(u32, default=36000)
    MinActivityCutoff = StorageValue(u16, default=360)
    MaxDelegateTake = StorageValue(u16, default=11796)
    MinDelegateTake = StorageValue(u16)
    MaxChildkeyTake = StorageValue(u16, default=11796)
    MinChildkeyTake = StorageValue(u16)
    PendingChildKeyCooldown = StorageValue(u64, default=7200)
    TxRateLimit = StorageValue(u64, default=1000)
    TxDelegateTakeRateLimit = StorageValue(u64, default=216000)
    TxChildkeyTakeRateLimit = StorageValue(u64, default=216000)
    WeightsVersionKeyRateLimit = StorageValue(u64, default=5)
    CommitRevealWeightsVersion = StorageValue(u16, default=4)
    NumRootClaim = StorageValue(u64, default=5)
    NumStakingColdkeys = StorageValue(u64)
    NetTaoFlowEnabled = StorageValue(bool_, default=True)
    TaoFlowCutoff = StorageValue(I64F64)
    FlowNormExponent = StorageValue(U64F64, default=18446744073709551616)
    FlowEmaSmoothingFactor = StorageValue(u64, default=29597889189277)
    MaturityRate = StorageValue(u64, default=934866)
    UnlockRate = StorageValue(u64, default=934866)
    ColdkeySwapAnnouncementDelay = StorageValue(u32, default=36000)
    ColdkeySwapReannouncementDelay = StorageValue(u32, default=7200)
    ColdkeySwapAnnouncements = StorageMap(Tup(u32, H256), [ACCOUNT_TWOX], optional=True)
    ColdkeySwapDisputes = StorageMap(u32, [ACCOUNT_TWOX], optional=True)
    LastRateLimitedBlock = StorageMap(u64, [(Identity, RateLimitKey)])
    TransactionKeyLastBlock = StorageMap(u64, [ACCOUNT, NETUID, NETUID])
    LastTxBlock = StorageMap(u64, [ACCOUNT_PLAIN])
    LastTxBlockChildKeyTake = StorageMap(u64, [ACCOUNT_PLAIN])
    LastTxBlockDelegateTake = StorageMap(u64, [ACCOUNT_PLAIN])
    LastHotkeySwapOnNetuid = StorageMap(u64, [NETUID, ACCOUNT])
    UsedWork = StorageMap(u64, [(Identity, Bytes)])
    SubnetLeases = StorageMap(SubnetLease, [(Twox64Concat, u32)], optional=True)
    SubnetLeaseShares = StorageMap(U64F64, [(Twox64Concat, u32), ACCOUNT_PLAIN])
    SubnetUidToLeaseId = StorageMap(u32, [NETUID_TWOX], optional=True)
    NextSubnetLeaseId = StorageValue(u32)
    AccumulatedLeaseDividends = StorageMap(u64, [(Twox64Concat, u32)])
    NextStakeJobId = StorageValue(u64)
    AlphaMapLastKey = StorageValue(Option(Bytes))
    AlphaV2MapLastKey = StorageValue(Option(Bytes))
    HasMigrationRun = StorageMap(bool_, [(Identity, Bytes)])

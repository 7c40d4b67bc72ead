"""Per key: ownership, alpha positions, delegation, locks and root claims."""

from __future__ import annotations

from taoctl.localnet.frame import Identity, Pallet, StorageMap
from taoctl.localnet.pallets.subtensor.keys import (
    ACCOUNT,
    ACCOUNT_PLAIN,
    ACCOUNT_TWOX,
    NETUID,
    NETUID_BLAKE,
)
from taoctl.localnet.pallets.subtensor.types import (
    ChainIdentityV2,
    LockState,
    RootClaimTypeEnum,
    SafeFloat,
)
from taoctl.localnet.types import (
    I96F32,
    U64F64,
    AccountId32,
    BTreeMap,
    Tup,
    Unit,
    Vec,
    bool_,
    u16,
    u64,
    u128,
)


class Holdings(Pallet):
    """Per key: ownership, alpha positions, delegation, locks and root claims."""

    Owner = StorageMap(AccountId32, [ACCOUNT])
    OwnedHotkeys = StorageMap(Vec(AccountId32), [ACCOUNT])
    StakingHotkeys = StorageMap(Vec(AccountId32), [ACCOUNT])
    AccountFlags = StorageMap(u128, [ACCOUNT])
    Delegates = StorageMap(u16, [ACCOUNT], default=11796)
    ChildkeyTake = StorageMap(u16, [ACCOUNT, NETUID])
    ChildKeys = StorageMap(Vec(Tup(u64, AccountId32)), [ACCOUNT, NETUID])
    ParentKeys = StorageMap(Vec(Tup(u64, AccountId32)), [ACCOUNT, NETUID])
    PendingChildKeys = StorageMap(Tup(Vec(Tup(u64, AccountId32)), u64), [NETUID, ACCOUNT])
    AutoParentDelegationEnabled = StorageMap(bool_, [ACCOUNT], default=True)
    AutoStakeDestination = StorageMap(AccountId32, [ACCOUNT, NETUID], optional=True)
    AutoStakeDestinationColdkeys = StorageMap(Vec(AccountId32), [ACCOUNT, NETUID])
    IdentitiesV2 = StorageMap(ChainIdentityV2, [ACCOUNT], optional=True)
    TotalHotkeyAlpha = StorageMap(u64, [ACCOUNT, NETUID])
    TotalHotkeyAlphaLastEpoch = StorageMap(u64, [ACCOUNT, NETUID])
    TotalHotkeyShares = StorageMap(U64F64, [ACCOUNT, NETUID])
    TotalHotkeySharesV2 = StorageMap(SafeFloat, [ACCOUNT, NETUID])
    Alpha = StorageMap(U64F64, [ACCOUNT, ACCOUNT, NETUID])
    AlphaV2 = StorageMap(SafeFloat, [ACCOUNT, ACCOUNT, NETUID])
    LastColdkeyHotkeyStakeBlock = StorageMap(u64, [ACCOUNT_TWOX, ACCOUNT_TWOX], optional=True)
    LastHotkeyEmissionOnNetuid = StorageMap(u64, [ACCOUNT, NETUID])
    AlphaDividendsPerSubnet = StorageMap(u64, [NETUID, ACCOUNT])
    RootAlphaDividendsPerSubnet = StorageMap(u64, [NETUID, ACCOUNT])
    RootClaimable = StorageMap(BTreeMap(u16, I96F32), [ACCOUNT])
    RootClaimableThreshold = StorageMap(I96F32, [NETUID_BLAKE], default=2147483648000000)
    RootClaimed = StorageMap(u128, [NETUID, ACCOUNT, ACCOUNT])
    RootClaimType = StorageMap(RootClaimTypeEnum, [ACCOUNT])
    StakingColdkeys = StorageMap(u64, [ACCOUNT_PLAIN], optional=True)
    StakingColdkeysByIndex = StorageMap(AccountId32, [(Identity, u64)], optional=True)
    Lock = StorageMap(LockState, [ACCOUNT, NETUID, ACCOUNT], optional=True)
    LockingColdkeys = StorageMap(Unit, [NETUID, ACCOUNT, ACCOUNT], optional=True)
    HotkeyLock = StorageMap(LockState, [NETUID, ACCOUNT], optional=True)
    DecayingHotkeyLock = StorageMap(LockState, [NETUID, ACCOUNT], optional=True)
    OwnerLock = StorageMap(LockState, [NETUID], optional=True)
    DecayingOwnerLock = StorageMap(LockState, [NETUID], optional=True)
    DecayingLock = StorageMap(bool_, [ACCOUNT, NETUID], optional=True)

"""Per subnet: existence, owner, pool, prices, emission and the epoch schedule."""

from __future__ import annotations

from taoctl.localnet.frame import Pallet, StorageMap
from taoctl.localnet.pallets.subtensor.keys import NETUID, NETUID_BLAKE, NETUID_TWOX
from taoctl.localnet.pallets.subtensor.types import SubnetIdentityV3
from taoctl.localnet.types import (
    I64F64,
    I96F32,
    U96F32,
    AccountId32,
    Bytes,
    Tup,
    Vec,
    bool_,
    i64,
    u8,
    u16,
    u64,
    u128,
)


class Pools(Pallet):
    """Per subnet: existence, owner, pool, prices, emission and the epoch schedule."""

    NetworksAdded = StorageMap(bool_, [NETUID])
    NetworkRegisteredAt = StorageMap(u64, [NETUID])
    RegisteredSubnetCounter = StorageMap(u64, [NETUID])
    SubnetOwner = StorageMap(AccountId32, [NETUID])
    SubnetOwnerHotkey = StorageMap(AccountId32, [NETUID])
    SubnetLocked = StorageMap(u64, [NETUID])
    LargestLocked = StorageMap(u64, [NETUID])
    TokenSymbol = StorageMap(Bytes, [NETUID], default=b"\xf0\x9d\x9c\x8f")
    SubnetIdentitiesV3 = StorageMap(SubnetIdentityV3, [NETUID_BLAKE], optional=True)
    SubnetMechanism = StorageMap(u16, [NETUID])
    SubtokenEnabled = StorageMap(bool_, [NETUID])
    FirstEmissionBlockNumber = StorageMap(u64, [NETUID], optional=True)
    SubnetTAO = StorageMap(u64, [NETUID])
    SubnetAlphaIn = StorageMap(u64, [NETUID])
    SubnetAlphaOut = StorageMap(u64, [NETUID])
    SubnetProtocolAlpha = StorageMap(u64, [NETUID])
    SubnetVolume = StorageMap(u128, [NETUID])
    SubnetMovingPrice = StorageMap(I96F32, [NETUID])
    EMAPriceHalvingBlocks = StorageMap(u64, [NETUID], default=201600)
    RootProp = StorageMap(U96F32, [NETUID])
    MinerBurned = StorageMap(U96F32, [NETUID])
    SubnetTaoInEmission = StorageMap(u64, [NETUID])
    SubnetAlphaInEmission = StorageMap(u64, [NETUID])
    SubnetAlphaOutEmission = StorageMap(u64, [NETUID])
    SubnetExcessTao = StorageMap(u64, [NETUID])
    SubnetRootSellTao = StorageMap(u64, [NETUID])
    SubnetEmissionEnabled = StorageMap(bool_, [NETUID], default=True)
    SubnetTaoFlow = StorageMap(i64, [NETUID])
    SubnetEmaTaoFlow = StorageMap(Tup(u64, I64F64), [NETUID], optional=True)
    SubnetProtocolFlow = StorageMap(i64, [NETUID])
    SubnetEmaProtocolFlow = StorageMap(Tup(u64, I64F64), [NETUID], optional=True)
    PendingServerEmission = StorageMap(u64, [NETUID])
    PendingValidatorEmission = StorageMap(u64, [NETUID])
    PendingRootAlphaDivs = StorageMap(u64, [NETUID])
    PendingOwnerCut = StorageMap(u64, [NETUID])
    Tempo = StorageMap(u16, [NETUID], default=360)
    LastEpochBlock = StorageMap(u64, [NETUID])
    PendingEpochAt = StorageMap(u64, [NETUID])
    SubnetEpochIndex = StorageMap(u64, [NETUID])
    BlocksSinceLastStep = StorageMap(u64, [NETUID])
    LastMechansimStepBlock = StorageMap(u64, [NETUID])
    MechanismCountCurrent = StorageMap(u8, [NETUID_TWOX], default=1)
    MechanismEmissionSplit = StorageMap(Vec(u16), [NETUID_TWOX], optional=True)

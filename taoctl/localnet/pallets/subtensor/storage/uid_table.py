"""Per neuron: keys, scores, weights and bonds, commits and served addresses."""

from __future__ import annotations

from taoctl.localnet.frame import Pallet, StorageMap, Twox64Concat
from taoctl.localnet.pallets.subtensor.keys import ACCOUNT, ACCOUNT_TWOX, NETUID, NETUID_TWOX
from taoctl.localnet.pallets.subtensor.types import AxonInfo, NeuronCertificate, PrometheusInfo
from taoctl.localnet.types import H160, H256, AccountId32, Bounded, Tup, Vec, bool_, u8, u16, u64


class UidTable(Pallet):
    """Per neuron: keys, scores, weights and bonds, commits and served addresses."""

    SubnetworkN = StorageMap(u16, [NETUID])
    Keys = StorageMap(AccountId32, [NETUID, NETUID])
    Uids = StorageMap(u16, [NETUID, ACCOUNT], optional=True)
    IsNetworkMember = StorageMap(bool_, [ACCOUNT, NETUID])
    BlockAtRegistration = StorageMap(u64, [NETUID, NETUID])
    Active = StorageMap(Vec(bool_), [NETUID])
    StakeWeight = StorageMap(Vec(u16), [NETUID])
    Consensus = StorageMap(Vec(u16), [NETUID])
    Incentive = StorageMap(Vec(u16), [NETUID])
    Dividends = StorageMap(Vec(u16), [NETUID])
    Emission = StorageMap(Vec(u64), [NETUID])
    LastUpdate = StorageMap(Vec(u64), [NETUID])
    ValidatorTrust = StorageMap(Vec(u16), [NETUID])
    ValidatorPermit = StorageMap(Vec(bool_), [NETUID])
    Weights = StorageMap(Vec(Tup(u16, u16)), [NETUID, NETUID], as_bytes=True)
    Bonds = StorageMap(Vec(Tup(u16, u16)), [NETUID, NETUID], as_bytes=True)
    WeightCommits = StorageMap(
        Vec(Tup(H256, u64, u64, u64)), [NETUID_TWOX, ACCOUNT_TWOX], optional=True
    )
    TimelockedWeightCommits = StorageMap(
        Vec(Tup(AccountId32, u64, Bounded(u8), u64)), [NETUID_TWOX, (Twox64Concat, u64)]
    )
    CRV3WeightCommits = StorageMap(
        Vec(Tup(AccountId32, Bounded(u8), u64)), [NETUID_TWOX, (Twox64Concat, u64)]
    )
    CRV3WeightCommitsV2 = StorageMap(
        Vec(Tup(AccountId32, u64, Bounded(u8), u64)), [NETUID_TWOX, (Twox64Concat, u64)]
    )
    Axons = StorageMap(AxonInfo, [NETUID, ACCOUNT], optional=True)
    Prometheus = StorageMap(PrometheusInfo, [NETUID, ACCOUNT], optional=True)
    NeuronCertificates = StorageMap(NeuronCertificate, [NETUID, ACCOUNT], optional=True)
    AssociatedEvmAddress = StorageMap(Tup(H160, u64), [NETUID_TWOX, NETUID_TWOX], optional=True)
    VotingPower = StorageMap(u64, [NETUID, ACCOUNT])
    LoadedEmission = StorageMap(Vec(Tup(AccountId32, u64, u64)), [NETUID], optional=True)

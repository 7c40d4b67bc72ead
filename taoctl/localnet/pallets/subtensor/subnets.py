"""Subnets: existence, their accounts, and the parameters a new one starts with."""

from __future__ import annotations

from functools import lru_cache

from taoctl.addresses import decode_ss58, encode_ss58
from taoctl.localnet.pallets.subtensor.storage import Storage
from taoctl.localnet.types import ZERO_ACCOUNT
from taoctl.units import U16_MAX

ROOT = 0
"""The root network, whose stake is TAO itself."""
DYNAMIC = 1
"""Mechanism of a subnet with its own token and pool; 0 is 1:1 with TAO."""
PRICE_ONE = 1 << 64
"""A price of one TAO per alpha, as U64F64 bits."""
MECHANISM_STRIDE = 4096
"""Storage index of a mechanism = mechanism * 4096 + netuid."""
NEW_SUBNET_BURN = 1_000_000_000

_ACCOUNT_TAG = b"modl" + b"subtensr"
BURN_ACCOUNT = encode_ss58((b"modl" + b"burntnsr").ljust(32, b"\0"))
"""The account nobody can sign for, where burned TAO rests."""


@lru_cache(maxsize=4096)
def subnet_account(netuid: int) -> str:
    """The account that holds a subnet's TAO."""
    return encode_ss58((_ACCOUNT_TAG + netuid.to_bytes(2, "little")).ljust(32, b"\0"))


@lru_cache(maxsize=65536)
def account_bytes(ss58: str) -> bytes:
    """Public key bytes of an account: the order in which the chain walks sorted accounts."""
    return decode_ss58(ss58)


def is_subnet_account(ss58: str) -> bool:
    """Whether the account belongs to a subnet, so that it cannot be anybody's hotkey."""
    raw = account_bytes(ss58)
    return raw.startswith(_ACCOUNT_TAG) and not any(raw[len(_ACCOUNT_TAG) + 2 :])


def saturating_i64(value: int) -> int:
    """A value clamped to a signed 64-bit integer."""
    return max(min(value, 2**63 - 1), -(2**63))


class Subnets(Storage):
    """Existence and set-up of subnets."""

    def netuids(self) -> list[int]:
        """All networks with root, in the order of the chain's storage keys."""
        return sorted(self.NetworksAdded.keys(), key=_key_order)

    def subnet_exists(self, netuid: int) -> bool:
        """Whether the network was added."""
        return bool(self.NetworksAdded[netuid])

    def ensure_subnet_exists(self, netuid: int) -> None:
        """Raise SubnetNotExists for an unknown network."""
        if not self.subnet_exists(netuid):
            raise self.error("SubnetNotExists")

    def ensure_subtoken_enabled(self, netuid: int) -> None:
        """Raise SubtokenDisabled where start_call was not made."""
        if not self.SubtokenEnabled[netuid]:
            raise self.error("SubtokenDisabled")

    def is_dynamic(self, netuid: int) -> bool:
        """Whether alpha of the network trades through a pool."""
        return int(self.SubnetMechanism[netuid]) == DYNAMIC

    def owner_uid(self, netuid: int) -> int | None:
        """UID of the subnet owner's hotkey, None when it holds none."""
        if netuid not in self.SubnetOwnerHotkey:
            return None
        uid: int | None = self.Uids[netuid, self.SubnetOwnerHotkey[netuid]]
        return uid

    def alpha_issuance(self, netuid: int) -> int:
        """Alpha in the pool plus alpha of stakers, in rao."""
        return int(self.SubnetAlphaIn[netuid] + self.SubnetAlphaOut[netuid])

    def mechanism_index(self, netuid: int, mechanism: int) -> int:
        """Storage index of one mechanism of a subnet."""
        return min(mechanism * MECHANISM_STRIDE + netuid, U16_MAX)

    def mechanisms(self, netuid: int) -> range:
        """Mechanism ids of a subnet."""
        return range(self.MechanismCountCurrent[netuid])

    def recycle_alpha(self, netuid: int, amount: int) -> None:
        """Take alpha out of existence, so that it can be emitted again."""
        if amount:
            self.SubnetAlphaOut[netuid] = max(self.SubnetAlphaOut[netuid] - amount, 0)

    def record_tao_flow(self, netuid: int, tao: int) -> None:
        """Count TAO into (positive) or out of a subnet by its users."""
        self.SubnetTaoFlow[netuid] = saturating_i64(self.SubnetTaoFlow[netuid] + tao)

    def record_protocol_flow(self, netuid: int, tao: int) -> None:
        """Count TAO into (positive) or out of a subnet by the protocol itself."""
        self.SubnetProtocolFlow[netuid] = saturating_i64(self.SubnetProtocolFlow[netuid] + tao)

    def init_new_network(self, netuid: int, tempo: int) -> None:
        """Add an empty network with the parameters every new one gets.

        Its first epoch is staggered by `netuid mod tempo` blocks. Pool, owner, symbol and start
        of trading are the caller's, and so is SubnetEmissionEnabled, which starts true here and
        which register_network turns off.
        """
        self.SubnetworkN[netuid] = 0
        self.NetworksAdded[netuid] = True
        self.Tempo[netuid] = tempo
        stagger = netuid % max(tempo, 1)
        self.LastEpochBlock[netuid] = max(self.rt.block_number - stagger, 0)
        self.TotalNetworks.put(self.TotalNetworks.get() + 1)
        self.NetworkRegistrationAllowed[netuid] = True
        self.deposit("RegistrationAllowed", netuid, True)
        self.MaxAllowedUids[netuid] = 256
        self.deposit("MaxAllowedUidsSet", netuid, 256)
        self.MaxAllowedValidators[netuid] = 64
        self.deposit("MaxAllowedValidatorsSet", netuid, 64)
        self.MinAllowedWeights[netuid] = 1
        self.deposit("MinAllowedWeightSet", netuid, 1)
        self.ImmunityPeriod[netuid] = 5000
        self.deposit("ImmunityPeriodSet", netuid, 5000)
        self.Yuma3On[netuid] = True
        self.Burn[netuid] = NEW_SUBNET_BURN
        self.SubnetEmissionEnabled[netuid] = True
        for item in (self.Kappa, self.ActivityCutoff, self.RegistrationsThisInterval):
            if netuid not in item:
                item[netuid] = item[netuid]

    def init_root_network(self) -> None:
        """Add the root network as the chain's genesis does: 64 slots, tempo 100, no owner."""
        self.NetworksAdded[ROOT] = True
        self.TotalNetworks.put(self.TotalNetworks.get() + 1)
        self.SubnetOwner[ROOT] = ZERO_ACCOUNT
        self.SubnetOwnerHotkey[ROOT] = ZERO_ACCOUNT
        self.SubnetworkN[ROOT] = 0
        self.MaxAllowedUids[ROOT] = 64
        self.MaxAllowedValidators[ROOT] = 64
        self.MinAllowedWeights[ROOT] = 0
        self.Tempo[ROOT] = 100
        self.NetworkRegistrationAllowed[ROOT] = True
        self.TargetRegistrationsPerInterval[ROOT] = 1
        self.TokenSymbol[ROOT] = "Τ".encode()  # noqa: RUF001 (Greek capital tau)


def _key_order(netuid: int) -> bytes:
    return netuid.to_bytes(2, "little")

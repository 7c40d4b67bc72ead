"""Creating a subnet against a lock, in place of another where there is no room, and starting it.

Source: subnets/subnet.rs (do_register_network, do_start_call) and staking/set_children.rs
(do_set_root_validators_for_subnet) of subtensor at spec 425.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from taoctl.economics.dissolution import first_pool, median_price_bits
from taoctl.economics.symbols import symbol_of_new
from taoctl.localnet.frame import ModuleError, Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY, NETUID
from taoctl.localnet.pallets.subtensor.children import Children
from taoctl.localnet.pallets.subtensor.dissolution import Dissolution
from taoctl.localnet.pallets.subtensor.network_price import NetworkPrice
from taoctl.localnet.pallets.subtensor.owner_calls import is_valid_subnet_identity
from taoctl.localnet.pallets.subtensor.owner_guard import OwnerGuard
from taoctl.localnet.pallets.subtensor.subnets import DYNAMIC, ROOT, is_subnet_account
from taoctl.localnet.pallets.subtensor.types import SubnetIdentityV3
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import Option
from taoctl.units import U64_MAX

NEW_SUBNET_TEMPO = 360
_IDENTITY = ("identity", Option(SubnetIdentityV3), "Option<SubnetIdentityOfV3>")


class NetworkRegistration(NetworkPrice, Dissolution, Children, OwnerGuard):
    """register_network, register_network_with_identity and start_call."""

    @call(59, args=[HOTKEY], weight=277_125_000 + 40 * DB_READ + 48 * DB_WRITE)
    def register_network(self, origin: Origin, hotkey: str) -> None:
        """Create a subnet, of which the hotkey is the owner's and uid 0."""
        self.do_register_network(ensure_signed(origin), hotkey, None)

    @call(79, args=[HOTKEY, _IDENTITY], weight=275_041_000 + 39 * DB_READ + 47 * DB_WRITE)
    def register_network_with_identity(
        self, origin: Origin, hotkey: str, identity: dict[str, bytes] | None
    ) -> None:
        """As register_network, with what the subnet says of itself."""
        self.do_register_network(ensure_signed(origin), hotkey, identity)

    @call(92, args=[NETUID], weight=39_454_000 + 5 * DB_READ + 2 * DB_WRITE)
    def start_call(self, origin: Origin, netuid: int) -> None:
        """Let alpha of a subnet be traded, and the subnet take part in emission."""
        self.ensure_subnet_exists(netuid)
        self.ensure_subnet_owner(origin, netuid)
        if netuid in self.FirstEmissionBlockNumber:
            raise self.error("FirstEmissionBlockNumberAlreadySet")
        may_from = min(self.NetworkRegisteredAt[netuid] + self.StartCallDelay.get(), U64_MAX)
        if self.rt.block_number < may_from:
            raise self.error("NeedWaitingMoreBlocksToStarCall")
        following = self.rt.block_number + 1
        self.FirstEmissionBlockNumber[netuid] = following
        self.SubtokenEnabled[netuid] = True
        self.deposit("FirstEmissionBlockNumberSet", netuid, following)

    def do_register_network(
        self, coldkey: str, hotkey: str, identity: dict[str, bytes] | None
    ) -> None:
        """Create a subnet of a coldkey, dissolving another first where the chain is full."""
        leaving = self._ensure_registrable_network(coldkey, hotkey)
        cost = self.network_cost()
        if not self.can_pay(coldkey, cost):
            raise self.error("CannotAffordLockCost")
        if leaving is not None:
            self.do_dissolve_network(leaving)
        netuid = self._free_netuid() if leaving is None else leaving
        median = self._median_price_bits()
        self.init_new_network(netuid, NEW_SUBNET_TEMPO)
        paid = self.transfer_tao_to_subnet(netuid, coldkey, cost)
        self.NetworkLastLockCost.put(paid)
        self.LastRateLimitedBlock["NetworkLastRegistered"] = self.rt.block_number
        self.create_account_if_new(coldkey, hotkey)
        self.append_neuron(netuid, hotkey, self.rt.block_number)
        self._found(netuid, coldkey, hotkey)
        self._fill_pool(netuid, paid, median)
        if identity is not None:
            self._name(netuid, identity)
        self._make_root_validators_parents(netuid, hotkey)
        self.deposit("NetworkAdded", netuid, DYNAMIC)
        self.SubnetEmissionEnabled[netuid] = False

    def _ensure_registrable_network(self, coldkey: str, hotkey: str) -> int | None:
        """The subnet that must go, None where there is room; raises where none may be created."""
        if self.hotkey_exists(hotkey) and not self.owns_hotkey(coldkey, hotkey):
            raise self.error("NonAssociatedColdKey")
        if is_subnet_account(hotkey):
            raise self.error("CannotUseSystemAccount")
        if self.rt.block_number < self.NetworkRegistrationStartBlock.get():
            raise self.error("SubNetRegistrationDisabled")
        if self.creates_network_too_soon():
            raise self.error("NetworkTxRateLimitExceeded")
        added = [n for n in self.netuids() if n != ROOT and self.subnet_exists(n)]
        if len(added) < self.SubnetLimit.get():
            return None
        leaving = self.network_to_prune()
        if leaving is None:
            raise self.error("SubnetLimitReached")
        return leaving

    def _free_netuid(self) -> int:
        taken = set(self.NetworksAdded.keys())
        return next(netuid for netuid in range(1, len(taken) + 2) if netuid not in taken)

    def _median_price_bits(self) -> int:
        others = [n for n in self.netuids() if n != ROOT and self.subnet_exists(n)]
        return median_price_bits([self.rt.swap.price_bits(netuid) for netuid in others])

    def _found(self, netuid: int, coldkey: str, hotkey: str) -> None:
        self.SubnetMechanism[netuid] = DYNAMIC
        self.NetworkRegisteredAt[netuid] = self.rt.block_number
        self.RegisteredSubnetCounter[netuid] += 1
        used = frozenset(one.decode("utf-8", "replace") for one in self.TokenSymbol.values())
        self.TokenSymbol[netuid] = symbol_of_new(netuid, used).encode()
        self.SubnetOwner[netuid] = coldkey
        if is_subnet_account(hotkey):
            raise self.error("CannotUseSystemAccount")
        self.SubnetOwnerHotkey[netuid] = hotkey
        self.deposit("SubnetOwnerHotkeySet", netuid, hotkey)

    def _fill_pool(self, netuid: int, paid: int, median: int) -> None:
        tao, alpha = first_pool(paid, self.NetworkMinLockCost.get(), median)
        self.SubnetTAO[netuid] = tao
        self.SubnetAlphaIn[netuid] = alpha
        self.SubnetLocked[netuid] = paid
        self.SubnetAlphaOut[netuid] = 0
        self.SubnetVolume[netuid] = 0
        self.RAORecycledForRegistration[netuid] = 0
        self.TotalStake.put(min(self.TotalStake.get() + tao, U64_MAX))

    def _name(self, netuid: int, identity: dict[str, Any]) -> None:
        if not is_valid_subnet_identity(identity):
            raise self.error("InvalidIdentity")
        self.SubnetIdentitiesV3[netuid] = identity
        self.deposit("SubnetIdentitySet", netuid)

    def _make_root_validators_parents(self, netuid: int, hotkey: str) -> None:
        """Have each hotkey on root that wants it lend all its stake to the owner's hotkey."""
        for _, parent in sorted(self.Keys.prefix(ROOT)):
            if parent == hotkey or not self.AutoParentDelegationEnabled[parent]:
                continue
            with suppress(ModuleError):
                self.ask_for_children(self.Owner[parent], parent, netuid, ((U64_MAX, hotkey),))

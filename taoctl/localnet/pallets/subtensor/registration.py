"""Registering neurons against a burn, and the price of doing so.

Source: registration.rs of subtensor at spec 425.
"""

from __future__ import annotations

from taoctl.economics.registration_price import bumped
from taoctl.localnet.frame import Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.alpha_fees import AlphaFees
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY, NETUID
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.localnet.pallets.subtensor.treasury import BUY_LIMIT
from taoctl.localnet.types import AccountId32, Bytes, u64


class Registration(AlphaFees):
    """register, burned_register and register_limit."""

    @call(
        6,
        args=[
            NETUID,
            ("block_number", u64),
            ("nonce", u64),
            ("work", Bytes),
            HOTKEY,
            ("coldkey", AccountId32, "T::AccountId"),
        ],
        weight=4_099_872_000,
    )
    def register(
        self,
        origin: Origin,
        netuid: int,
        block_number: int,
        nonce: int,
        work: bytes,
        hotkey: str,
        coldkey: str,
    ) -> None:
        """Register a hotkey of the caller at the current burn; work and coldkey do not count."""
        self.do_register(ensure_signed(origin), netuid, hotkey)

    @call(7, args=[NETUID, HOTKEY], weight=4_086_815_000)
    def burned_register(self, origin: Origin, netuid: int, hotkey: str) -> None:
        """Register a hotkey of the caller at the current burn."""
        self.do_register(ensure_signed(origin), netuid, hotkey)

    @call(134, args=[NETUID, HOTKEY, ("limit_price", u64)], weight=5_529_200_000)
    def register_limit(self, origin: Origin, netuid: int, hotkey: str, limit_price: int) -> None:
        """Register a hotkey of the caller unless the burn is above a limit in rao."""
        coldkey = ensure_signed(origin)
        self._ensure_registrable(netuid)
        if self.Burn[netuid] > limit_price:
            raise self.error("RegistrationPriceLimitExceeded")
        self.do_register(coldkey, netuid, hotkey)

    def do_register(self, coldkey: str, netuid: int, hotkey: str) -> None:
        """Take the burn from the coldkey and seat its hotkey, replacing a neuron when full."""
        self._ensure_registrable(netuid)
        if not self.NetworkRegistrationAllowed[netuid]:
            raise self.error("SubNetRegistrationDisabled")
        if (netuid, hotkey) in self.Uids:
            raise self.error("HotKeyAlreadyRegisteredInSubNet")
        cost = self.Burn[netuid]
        if not self.can_pay(coldkey, cost):
            raise self.error("NotEnoughBalanceToStake")
        self.create_account_if_new(coldkey, hotkey)
        if not self.owns_hotkey(coldkey, hotkey):
            raise self.error("NonAssociatedColdKey")
        slots = self.MaxAllowedUids[netuid]
        full = self.SubnetworkN[netuid] >= slots
        leaving = self.neuron_to_prune(netuid) if full else None
        if slots == 0 or (full and leaving is None):
            raise self.error("NoNeuronIdAvailable")
        paid = self._burn_for_seat(netuid, coldkey, cost)
        uid = self._take_seat(netuid, hotkey, leaving)
        self.bump_burn(netuid)
        self.RegistrationsThisBlock[netuid] = min(self.RegistrationsThisBlock[netuid] + 1, 65535)
        recycled = self.RAORecycledForRegistration[netuid] + cost
        self.RAORecycledForRegistration[netuid] = recycled
        self.deposit("RAORecycledForRegistrationSet", netuid, recycled)
        self.record_tao_flow(netuid, paid)
        self.deposit("NeuronRegistered", netuid, uid, hotkey)

    def bump_burn(self, netuid: int) -> None:
        """Raise the burn of a subnet after a registration."""
        mult, bounds = self.BurnIncreaseMult[netuid], (self.MinBurn[netuid], self.MaxBurn[netuid])
        self.Burn[netuid] = bumped(self.Burn[netuid], mult, *bounds)

    def _ensure_registrable(self, netuid: int) -> None:
        if netuid == ROOT:
            raise self.error("RegistrationNotPermittedOnRootSubnet")
        self.ensure_subnet_exists(netuid)

    def _burn_for_seat(self, netuid: int, coldkey: str, cost: int) -> int:
        paid = self.transfer_tao_to_subnet(netuid, coldkey, cost)
        bought = self.buy_alpha(netuid, paid, BUY_LIMIT, free=False)
        self.recycle_alpha(netuid, bought.amount_paid_out)
        return paid

    def _take_seat(self, netuid: int, hotkey: str, leaving: int | None) -> int:
        if leaving is None:
            return self.append_neuron(netuid, hotkey, self.rt.block_number)
        self.replace_neuron(netuid, leaving, hotkey, self.rt.block_number)
        return leaving

"""Seats on the root network, which cost nothing and go to those with the most root stake.

Source: root.rs of subtensor at spec 425 (do_root_register).
"""

from __future__ import annotations

from taoctl.localnet.frame import Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY
from taoctl.localnet.pallets.subtensor.registration import Registration
from taoctl.localnet.pallets.subtensor.subnets import ROOT

DEFAULT_TAKE = 11_796
"""Share of 65535 that a member keeps of its stakers' dividends unless it chose one before."""
_INTERVAL_TARGETS = 3
"""How many times its target of registrations an interval allows."""


class RootRegistration(Registration):
    """root_register."""

    @call(62, args=[HOTKEY], weight=2_178_934_000)
    def root_register(self, origin: Origin, hotkey: str) -> None:
        """Seat a hotkey on root, whoever owns it, in place of the one with the least root stake."""
        if not self.subnet_exists(ROOT):
            raise self.error("RootNetworkDoesNotExist")
        coldkey = ensure_signed(origin)
        self._ensure_root_takes_more()
        if (ROOT, hotkey) in self.Uids:
            raise self.error("HotKeyAlreadyRegisteredInSubNet")
        self.create_account_if_new(coldkey, hotkey)
        uid = self._take_root_seat(hotkey)
        if hotkey not in self.Delegates:
            self.Delegates[hotkey] = DEFAULT_TAKE
        self.RegistrationsThisInterval[ROOT] += 1
        self.RegistrationsThisBlock[ROOT] += 1
        self.deposit("NeuronRegistered", ROOT, uid, hotkey)

    def _ensure_root_takes_more(self) -> None:
        if self.RegistrationsThisBlock[ROOT] >= self.MaxRegistrationsPerBlock[ROOT]:
            raise self.error("TooManyRegistrationsThisBlock")
        most = min(self.TargetRegistrationsPerInterval[ROOT] * _INTERVAL_TARGETS, 65535)
        if self.RegistrationsThisInterval[ROOT] >= most:
            raise self.error("TooManyRegistrationsThisInterval")

    def _take_root_seat(self, hotkey: str) -> int:
        block, owner = self.rt.block_number, self.Owner[hotkey]
        if self.SubnetworkN[ROOT] < self.MaxAllowedUids[ROOT]:
            uid = self.append_neuron(ROOT, hotkey, block)
            self.rt.tell_root_seats([owner])
            return uid
        uid, least = self._least_staked()
        if least >= self.hotkey_alpha(hotkey, ROOT):
            raise self.error("StakeTooLowForRoot")
        before = self.Owner[self.Keys[ROOT, uid]]
        self.replace_neuron(ROOT, uid, hotkey, block)
        self.rt.tell_root_seats([before, owner])
        return uid

    def _least_staked(self) -> tuple[int, int]:
        """UID and root stake of the member with the least; of equals the first in key order."""
        members = sorted(
            self.Keys.prefix(ROOT), key=lambda seat: int(seat[0]).to_bytes(2, "little")
        )
        stakes = [(uid, self.hotkey_alpha(member, ROOT)) for uid, member in members]
        if not stakes:
            # The chain starts its search at UID 0, which nobody holds then.
            raise self.error("HotKeyNotRegisteredInSubNet")
        uid, least = min(stakes, key=lambda one: one[1])
        return int(uid), least

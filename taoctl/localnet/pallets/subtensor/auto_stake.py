"""Where mining income goes, and which hotkeys belong to whom."""

from __future__ import annotations

from taoctl.localnet.frame import Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY, NETUID
from taoctl.localnet.pallets.subtensor.positions import Positions


class AutoStake(Positions):
    """set_coldkey_auto_stake_hotkey and try_associate_hotkey."""

    @call(91, args=[HOTKEY], weight=400_337_000)
    def try_associate_hotkey(self, origin: Origin, hotkey: str) -> None:
        """Make an unused hotkey the caller's; one that belongs to somebody stays theirs."""
        self.create_account_if_new(ensure_signed(origin), hotkey)

    @call(114, args=[NETUID, HOTKEY], weight=333_853_000)
    def set_coldkey_auto_stake_hotkey(self, origin: Origin, netuid: int, hotkey: str) -> None:
        """Stake what the caller's miners earn on a subnet to this hotkey of it."""
        coldkey = ensure_signed(origin)
        self.ensure_subnet_exists(netuid)
        if (netuid, hotkey) not in self.Uids:
            raise self.error("HotKeyNotRegisteredInSubNet")
        before = self.AutoStakeDestination[coldkey, netuid]
        if before == hotkey:
            raise self.error("SameAutoStakeHotkeyAlreadySet")
        listed = self.AutoStakeDestinationColdkeys
        if before is not None:
            listed[before, netuid] = tuple(c for c in listed[before, netuid] if c != coldkey)
        self.AutoStakeDestination[coldkey, netuid] = hotkey
        if coldkey not in listed[hotkey, netuid]:
            listed[hotkey, netuid] = (*listed[hotkey, netuid], coldkey)
        self.deposit("AutoStakeDestinationSet", coldkey, netuid, hotkey)

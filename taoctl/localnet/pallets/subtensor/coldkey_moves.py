"""Everything that a coldkey swap hands over, in the chain's own order.

What stays with the old coldkey, as on the chain: reserved TAO and the existential deposit under
it, proxies, the type of its root claims, leases, and claims already made on hotkeys where it has
root stake and no alpha of the subnet.

Source: swap_coldkey.rs, lock.rs (swap_coldkey_locks) and tao.rs of subtensor at spec 425.
"""

from __future__ import annotations

from taoctl.economics.conviction import Lock
from taoctl.localnet.pallets.subtensor.claims import Claims
from taoctl.localnet.pallets.subtensor.locks import ACCEPTS_LOCKED_ALPHA, drop
from taoctl.localnet.pallets.subtensor.subnets import ROOT, is_subnet_account
from taoctl.localnet.scaletypes import variant


class ColdkeyMoves(Claims):
    """What a coldkey has, given to another."""

    def move_coldkey(self, old: str, new: str) -> None:
        """Give everything that one coldkey has to another, which must be unused.

        Raises:
            ModuleError: ColdKeyAlreadyAssociated, NewColdKeyIsHotkey, ActiveLockExists.
        """
        if self.StakingHotkeys[new]:
            raise self.error("ColdKeyAlreadyAssociated")
        if self.hotkey_exists(new):
            raise self.error("NewColdKeyIsHotkey")
        if self.IdentitiesV2[new] is None and old in self.IdentitiesV2:
            self.IdentitiesV2[new] = self.IdentitiesV2.take(old)
        self.AccountFlags[new] = self.AccountFlags[new] | ACCEPTS_LOCKED_ALPHA
        for netuid in self.netuids():
            self._move_subnet(netuid, old, new)
            self._move_auto_stake(netuid, old, new)
            self._move_stake(netuid, old, new)
        self._move_staking_hotkeys(old, new)
        self._move_owned_hotkeys(old, new)
        self._move_locks(old, new)
        self._move_tao(old, new)
        self.LastRateLimitedBlock[variant("LastTxBlock", new)] = self.rt.block_number
        self.deposit("ColdkeySwapped", old, new)

    def _move_subnet(self, netuid: int, old: str, new: str) -> None:
        if self.SubnetOwner[netuid] == old:
            self.SubnetOwner[netuid] = new

    def _move_auto_stake(self, netuid: int, old: str, new: str) -> None:
        hotkey = self.AutoStakeDestination[old, netuid]
        if hotkey is None:
            return
        del self.AutoStakeDestination[old, netuid]
        self.AutoStakeDestination[new, netuid] = hotkey
        listed = self.AutoStakeDestinationColdkeys[hotkey, netuid]
        others = (one for one in listed if one not in (old, new))
        self.AutoStakeDestinationColdkeys[hotkey, netuid] = (*others, new)

    def _move_stake(self, netuid: int, old: str, new: str) -> None:
        for hotkey in self.StakingHotkeys[old]:
            alpha = self.stake_of(hotkey, old, netuid)
            self.remove_stake_shares(hotkey, old, netuid, alpha)
            self.add_stake_shares(hotkey, new, netuid, alpha)
            if not self.stake_of(hotkey, new, netuid):
                continue
            claimed = self.RootClaimed.take((netuid, hotkey, old))
            self.RootClaimed[netuid, hotkey, new] += claimed
            if netuid == ROOT:
                self.index_root_staker(new)
        if netuid == ROOT:
            self.unindex_root_staker(old)

    def _move_staking_hotkeys(self, old: str, new: str) -> None:
        before = self.StakingHotkeys.take(old)
        known = self.StakingHotkeys[new]
        self.StakingHotkeys[new] = (*known, *(one for one in before if one not in known))

    def _move_owned_hotkeys(self, old: str, new: str) -> None:
        before, known = self.OwnedHotkeys[old], self.OwnedHotkeys[new]
        for hotkey in before:
            if is_subnet_account(hotkey):
                raise self.error("CannotUseSystemAccount")
            self.Owner[hotkey] = new
        drop(self.OwnedHotkeys, old)
        self.OwnedHotkeys[new] = (*known, *(one for one in before if one not in known))
        if any((ROOT, hotkey) in self.Uids for hotkey in before):
            self.rt.tell_root_seats([old, new])

    def _move_locks(self, old: str, new: str) -> None:
        """Hand over locks, whether they decay, and whether the coldkey takes locked alpha."""
        self._ensure_no_active_locks(new)
        moving = [(*place, self._rolled_lock(old, *place)) for place, _ in self.Lock.prefix(old)]
        for netuid, hotkey, lock in moving:
            drop(self.Lock, (old, netuid, hotkey))
            drop(self.LockingColdkeys, (netuid, hotkey, old))
            self.discount_lock(old, netuid, hotkey, lock.locked_mass, lock.conviction)
        for netuid, decays in self.DecayingLock.prefix(old):
            del self.DecayingLock[old, netuid]
            self.DecayingLock[new, netuid] = decays
        flags = self.AccountFlags[old]
        drop(self.AccountFlags, old)
        self.AccountFlags[new] = flags or None
        for netuid, hotkey, lock in moving:
            self.put_lock(new, netuid, hotkey, lock)
            self.count_lock(new, netuid, hotkey, lock)

    def _ensure_no_active_locks(self, coldkey: str) -> None:
        for place, _ in self.Lock.prefix(coldkey):
            if self._rolled_lock(coldkey, *place).locked_mass:
                raise self.error("ActiveLockExists")

    def _rolled_lock(self, coldkey: str, netuid: int, hotkey: str) -> Lock:
        held = self.lock_to(coldkey, netuid, hotkey)
        return self.rolled(held.lock, held.to_owner, held.perpetual)

    def _move_tao(self, old: str, new: str) -> None:
        amount = self.rt.balances.reducible(old, keep_alive=False)
        if amount:
            self.transfer_tao(old, new, amount)

"""What a hotkey has on one subnet, put in the name of another hotkey of the same owner.

Source: swap_hotkey.rs of subtensor at spec 424 (perform_hotkey_swap_on_one_subnet).
"""

from __future__ import annotations

from taoctl.localnet.pallets.subtensor.claims import Claims
from taoctl.localnet.pallets.subtensor.db_weight import Tally
from taoctl.localnet.pallets.subtensor.hotkey_swap_family import FamilySwaps
from taoctl.localnet.pallets.subtensor.subnets import ROOT, account_bytes, is_subnet_account
from taoctl.localnet.store import MapStore
from taoctl.units import U64_MAX


class SubnetSwaps(FamilySwaps, Claims):
    """A seat and what belongs to it, the family, and the stake with its dividends."""

    def swap_on_subnet(
        self, old: str, new: str, netuid: int, tally: Tally, *, keep_stake: bool
    ) -> None:
        """Move everything a hotkey has on a subnet.

        Raises what swap_family raises, and CannotUseSystemAccount for a new hotkey of the owner.
        """
        self._swap_seat(old, new, netuid, tally)
        if (old, netuid) in self.ChildkeyTake:
            self.ChildkeyTake[new, netuid] = self.ChildkeyTake.take((old, netuid))
            tally.add(1, 2)
        self.swap_family(old, new, netuid, tally)
        self._swap_auto_stake(old, new, netuid)
        self._swap_owner_hotkey(old, new, netuid, tally)
        if keep_stake:
            return
        self._swap_records(old, new, netuid, tally)
        self._swap_stake(old, new, netuid, tally)
        if netuid == ROOT:
            self._swap_root_dividends(old, new, tally)

    def _swap_seat(self, old: str, new: str, netuid: int, tally: Tally) -> None:
        member = bool(self.IsNetworkMember.take((old, netuid)))
        # Also where there was no seat: the chain then takes the new hotkey for one that was there.
        self.IsNetworkMember[new, netuid] = member
        tally.add(1, 2)
        if not member:
            return
        uid = self.Uids[netuid, old]
        if uid is not None:
            del self.Uids[netuid, old]
            self.Uids[netuid, new] = uid
            self.Keys[netuid, uid] = new
            tally.add(1, 3)
        for item in (self.Prometheus, self.Axons):
            self._rename(item, netuid, old, new, tally)
        for mechanism in self.mechanisms(netuid):
            index = self.mechanism_index(netuid, mechanism)
            self._rename(self.WeightCommits, index, old, new, tally)
        loaded = self.LoadedEmission[netuid]
        if loaded is not None:
            self.LoadedEmission[netuid] = tuple(
                (new if row[0] == old else row[0], *row[1:]) for row in loaded
            )
            tally.add(1, 2)
        self._rename(self.NeuronCertificates, netuid, old, new, tally)

    def _rename(self, item: MapStore, place: int, old: str, new: str, tally: Tally) -> None:
        if (place, old) in item:
            item[place, new] = item.take((place, old))
            tally.add(1, 2)

    def _swap_auto_stake(self, old: str, new: str, netuid: int) -> None:
        """Whoever has mining income staked to the old hotkey has it staked to the new one."""
        if (old, netuid) in self.AutoStakeDestinationColdkeys:
            coldkeys = self.AutoStakeDestinationColdkeys.take((old, netuid))
            for coldkey in coldkeys:
                self.AutoStakeDestination[coldkey, netuid] = new
            self.AutoStakeDestinationColdkeys[new, netuid] = coldkeys

    def _swap_owner_hotkey(self, old: str, new: str, netuid: int, tally: Tally) -> None:
        if netuid not in self.SubnetOwnerHotkey:
            return
        tally.add(1)
        if self.SubnetOwnerHotkey[netuid] != old:
            return
        if is_subnet_account(new):
            raise self.error("CannotUseSystemAccount")
        self.SubnetOwnerHotkey[netuid] = new
        self.deposit("SubnetOwnerHotkeySet", netuid, new)
        tally.add(0, 1)

    def _swap_records(self, old: str, new: str, netuid: int, tally: Tally) -> None:
        """What was paid last, and the voting power."""
        for item, mine, other in (
            (self.TotalHotkeyAlphaLastEpoch, (old, netuid), (new, netuid)),
            (self.AlphaDividendsPerSubnet, (netuid, old), (netuid, new)),
        ):
            item[other] = min(item.take(mine) + item[other], U64_MAX)
        power = self.VotingPower.take((netuid, old))
        if power:
            self.VotingPower[netuid, new] = min(self.VotingPower[netuid, new] + power, U64_MAX)
        tally.add(6, 6)

    def _swap_stake(self, old: str, new: str, netuid: int, tally: Tally) -> None:
        stakers: set[str] = set()
        for item in (self.Alpha, self.AlphaV2):
            places = [place for place, _ in item.prefix(old)]
            tally.add(len(places), len(places))
            stakers |= {coldkey for coldkey, on in places if on == netuid}
        for coldkey in sorted(stakers, key=account_bytes):
            held = self.stake_of(old, coldkey, netuid)
            self.remove_stake_shares(old, coldkey, netuid, held)
            self.add_stake_shares(new, coldkey, netuid, held)
            tally.add(3, 2)
            staking = self.StakingHotkeys[coldkey]
            if old in staking and new not in staking:
                self.StakingHotkeys[coldkey] = (*staking, new)
                tally.add(0, 1)

    def _swap_root_dividends(self, old: str, new: str, tally: Tally) -> None:
        """What root stakers are owed, and what of it they had."""
        rates = dict(self.RootClaimable[new])
        for netuid, rate in self.RootClaimable.take(old).items():
            rates[netuid] = rates.get(netuid, 0) + rate
        self.RootClaimable[new] = dict(sorted(rates.items()))
        tally.add(3, 2)
        for netuid in sorted(rates):
            claimed = list(self.RootClaimed.prefix(netuid, old))
            tally.add(len(claimed))
            for coldkey, amount in claimed:
                del self.RootClaimed[netuid, old, coldkey]
                self.RootClaimed[netuid, new, coldkey] += amount
                tally.add(2, 2)
        if old in self.AutoParentDelegationEnabled:
            enabled = self.AutoParentDelegationEnabled.take(old)
            self.AutoParentDelegationEnabled[new] = enabled
            tally.add(1, 2)

"""Paying an epoch out: owner, miners, validators with their nominators, root stakers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from taoctl.economics.dividends import (
    HotkeyDividends,
    HotkeyStake,
    Parent,
    miner_burned_bits,
    split_dividends,
    split_to_parents,
)
from taoctl.localnet.pallets.subtensor.epoch import HotkeyEmission
from taoctl.localnet.pallets.subtensor.ownership import Ownership
from taoctl.localnet.pallets.subtensor.pending import Pending
from taoctl.localnet.pallets.subtensor.subnets import ROOT, account_bytes
from taoctl.localnet.store import MapStore


class Distribution(Ownership):
    """From pending emission to stake."""

    def distribute_emission(self, netuid: int, pending: Pending) -> None:
        """Run the epoch of a subnet and pay what it had pending."""
        total = pending.server + pending.validator + pending.root
        emitted = self.epoch_with_mechanisms(netuid, total)
        # The chain walks hotkeys in the order of their public keys.
        emitted.sort(key=lambda row: account_bytes(row.hotkey))
        validator_alpha = pending.validator
        if not any(row.server for row in emitted):
            validator_alpha += pending.server
        dividends = self._dividends(netuid, emitted, validator_alpha, pending.root)
        self._pay_owner(netuid, pending.owner)
        self._pay_miners(netuid, emitted)
        self._pay_validators(netuid, dividends)

    def owner_hotkeys(self, netuid: int) -> set[str]:
        """Seated hotkeys of the subnet's owner: their mining income is withheld."""
        hotkeys = {
            hotkey
            for hotkey in self.OwnedHotkeys[self.SubnetOwner[netuid]]
            if (netuid, hotkey) in self.Uids
        }
        if netuid in self.SubnetOwnerHotkey:
            main = self.SubnetOwnerHotkey[netuid]
            if (netuid, main) in self.Uids:
                hotkeys.add(main)
        return hotkeys

    def _dividends(
        self, netuid: int, emitted: Sequence[HotkeyEmission], validator_alpha: int, root_alpha: int
    ) -> dict[str, HotkeyDividends]:
        shares: dict[str, int] = {}
        for row in emitted:
            for hotkey, amount in self._over_parents(netuid, row):
                shares[hotkey] = shares.get(hotkey, 0) + amount
        return split_dividends(
            shares,
            {hotkey: self._own_stake(hotkey, netuid) for hotkey in shares},
            validator_alpha=validator_alpha,
            root_alpha=root_alpha,
            tao_weight_u64=self.TaoWeight.get(),
            takes_u16={hotkey: self.Delegates[hotkey] for hotkey in shares},
        )

    def _over_parents(self, netuid: int, row: HotkeyEmission) -> Iterable[tuple[str, int]]:
        hotkey = row.hotkey
        lenders = self.ParentKeys[hotkey, netuid]
        if not lenders:
            return ((hotkey, row.validator),)
        owner = self.Owner[hotkey]
        parents = [
            Parent(
                hotkey=parent,
                proportion_u64=proportion,
                stake=self._own_stake(parent, netuid),
                same_owner=self.Owner[parent] == owner,
            )
            for proportion, parent in lenders
        ]
        split = split_to_parents(
            hotkey,
            row.validator,
            self._own_stake(hotkey, netuid),
            parents,
            given_to_children_u64=[given for given, _ in self.ChildKeys[hotkey, netuid]],
            tao_weight_u64=self.TaoWeight.get(),
            childkey_take_u16=self.childkey_take(hotkey, netuid),
            childkey_burn_u64=self.CKBurn.get(),
        )
        self.recycle_alpha(netuid, split.recycled)
        return split.dividends

    def _own_stake(self, hotkey: str, netuid: int) -> HotkeyStake:
        held = self.TotalHotkeyAlpha
        return HotkeyStake(held[hotkey, netuid], held[hotkey, ROOT])

    def _pay_owner(self, netuid: int, amount: int) -> None:
        if netuid in self.SubnetOwner and netuid in self.SubnetOwnerHotkey:
            hotkey, coldkey = self.SubnetOwnerHotkey[netuid], self.SubnetOwner[netuid]
            self.add_stake_shares(hotkey, coldkey, netuid, amount)
            self.auto_lock_owner_cut(netuid, amount)

    def _pay_miners(self, netuid: int, emitted: Iterable[HotkeyEmission]) -> None:
        withheld_from = self.owner_hotkeys(netuid)
        recycles = self.RecycleOrBurn[netuid] == "Recycle"
        total = withheld = 0
        for row in emitted:
            total += row.server
            if row.hotkey in withheld_from:
                withheld += row.server
                if recycles:
                    self.recycle_alpha(netuid, row.server)
                continue
            owner = self.Owner[row.hotkey]
            target = self.AutoStakeDestination[owner, netuid]
            if target is not None:
                self.deposit("AutoStakeAdded", netuid, target, row.hotkey, owner, row.server)
            self.add_stake_shares(target or row.hotkey, owner, netuid, row.server)
        self.MinerBurned[netuid] = miner_burned_bits(withheld, total)

    def _pay_validators(self, netuid: int, dividends: dict[str, HotkeyDividends]) -> None:
        for hotkey, paid in dividends.items():
            if paid.alpha_take:
                self.add_stake_shares(hotkey, self.Owner[hotkey], netuid, paid.alpha_take)
            self.add_to_hotkey(hotkey, netuid, paid.alpha_nominators)
            _note(
                self.TotalHotkeyAlphaLastEpoch, (hotkey, netuid), self.hotkey_alpha(hotkey, netuid)
            )
        _renew(
            self.AlphaDividendsPerSubnet,
            netuid,
            {hotkey: paid.alpha_nominators for hotkey, paid in dividends.items()},
        )
        for hotkey, paid in dividends.items():
            if paid.root_take:
                self.add_stake_shares(hotkey, self.Owner[hotkey], netuid, paid.root_take)
            self.credit_root_dividends(hotkey, netuid, paid.root_claimable)
        _renew(
            self.RootAlphaDividendsPerSubnet,
            netuid,
            {hotkey: paid.root_claimable for hotkey, paid in dividends.items()},
        )


def _note(store: MapStore, key: Any, value: int) -> None:
    """Store a value unless it stands there already."""
    if store.get(key, None) != value:
        store[key] = value


def _renew(store: MapStore, netuid: int, amounts: dict[str, int]) -> None:
    """Make a subnet's entries exactly these, touching only what differs."""
    for hotkey, _ in store.prefix(netuid):
        if hotkey not in amounts:
            del store[netuid, hotkey]
    for hotkey, amount in amounts.items():
        _note(store, (netuid, hotkey), amount)

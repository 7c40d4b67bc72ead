"""Fewer UIDs for a subnet: those who earn least leave, the others close ranks.

Source: subnets/uids.rs of subtensor at spec 425 (trim_to_max_allowed_uids).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from taoctl.economics.trimming import immune_percent, leaving
from taoctl.localnet.pallets.subtensor.neurons import Neurons
from taoctl.localnet.pallets.subtensor.rows import unpack_row
from taoctl.localnet.pallets.subtensor.subnets import ROOT

if TYPE_CHECKING:
    from taoctl.localnet.store import MapStore


class Trimming(Neurons):
    """trim_to_max_allowed_uids."""

    def trim(self, netuid: int, most: int) -> None:
        """Let a subnet have `most` UIDs at the most, as owner or root may ask for."""
        self.ensure_subnet_exists(netuid)
        if not self.MinAllowedUids[netuid] <= most <= self.MaxAllowedUids[netuid]:
            raise self.error("InvalidValue")
        self.MaxAllowedUids[netuid] = most
        count = int(self.SubnetworkN[netuid])
        if count <= most:
            return
        stays = self._staying_uids(netuid, count)
        if immune_percent(len(stays), most) >= self.constant("MaxImmuneUidsPercentage"):
            raise self.error("TrimmingWouldExceedMaxImmunePercentage")
        gone = leaving(self.Emission[netuid], stays, count - most)
        owners = [self.Owner[self.Keys[netuid, uid]] for uid in gone if netuid == ROOT]
        for uid in gone:
            self._remove_uid(netuid, uid)
        kept = [uid for uid in range(len(self.Emission[netuid])) if uid not in gone]
        self._close_ranks(netuid, kept)
        self.SubnetworkN[netuid] = most
        if owners:
            self.rt.tell_root_seats(owners)

    def _staying_uids(self, netuid: int, count: int) -> frozenset[int]:
        """UIDs that are the owner's or in their immunity period."""
        owners = set(self.immune_owner_uids(netuid))
        return frozenset(
            uid for uid in range(count) if uid in owners or self.is_immune(netuid, uid)
        )

    def _remove_uid(self, netuid: int, uid: int) -> None:
        if (netuid, uid) in self.Keys:
            hotkey = self.Keys[netuid, uid]
            for by_subnet in (
                self.Uids,
                self.AlphaDividendsPerSubnet,
                self.Axons,
                self.NeuronCertificates,
                self.Prometheus,
            ):
                _drop(by_subnet, (netuid, hotkey))
            for by_hotkey in (self.IsNetworkMember, self.LastHotkeyEmissionOnNetuid):
                _drop(by_hotkey, (hotkey, netuid))
        for by_uid in (self.Keys, self.BlockAtRegistration, self.AssociatedEvmAddress):
            _drop(by_uid, (netuid, uid))
        for mechanism in self.mechanisms(netuid):
            index = self.mechanism_index(netuid, mechanism)
            for rows in (self.Weights, self.Bonds):
                _drop(rows, (index, uid))

    def _close_ranks(self, netuid: int, kept: Sequence[int]) -> None:
        """Give those who stay the UIDs from 0 up, in their order."""
        for vector in (self.Emission, self.Consensus, self.Dividends):
            vector[netuid] = _picked(vector[netuid], kept, 0)
        for vector in (self.ValidatorTrust, self.StakeWeight):
            vector[netuid] = _picked(vector[netuid], kept, 0)
        for vector in (self.Active, self.ValidatorPermit):
            vector[netuid] = _picked(vector[netuid], kept, False)
        indexes = [self.mechanism_index(netuid, one) for one in self.mechanisms(netuid)]
        for index in indexes:
            for vector in (self.Incentive, self.LastUpdate):
                vector[index] = _picked(vector[index], kept, 0)
        places = {old: new for new, old in enumerate(kept)}
        for old, new in places.items():
            for item in (self.Keys, self.AssociatedEvmAddress, self.BlockAtRegistration):
                _move(item, netuid, old, new)
            for index in indexes:
                for rows in (self.Weights, self.Bonds):
                    _move(rows, index, old, new)
                self.set_weight_row(index, new, _renumbered(self.Weights[index, new], places))
                self.set_bond_row(index, new, _renumbered(self.Bonds[index, new], places))
        for hotkey, _ in list(self.Uids.prefix(netuid)):
            del self.Uids[netuid, hotkey]
        for new in places.values():
            self.Uids[netuid, self.Keys[netuid, new]] = new


def _drop(item: MapStore, key: tuple[Any, Any]) -> None:
    if key in item:
        del item[key]


def _move(item: MapStore, first: int, old: int, new: int) -> None:
    """Move an entry, where there is one, to a place that is free."""
    if old != new and (first, old) in item:
        item[first, new] = item[first, old]
        del item[first, old]


def _picked(values: Sequence[Any], at: Sequence[int], missing: Any) -> tuple[Any, ...]:
    return tuple(values[uid] if uid < len(values) else missing for uid in at)


def _renumbered(row: bytes, places: Mapping[int, int]) -> list[tuple[int, int]]:
    return [(places[uid], value) for uid, value in unpack_row(row) if uid in places]

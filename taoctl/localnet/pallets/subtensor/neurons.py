"""UIDs: appending, replacing and choosing which neuron leaves a full subnet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from taoctl.economics.pruning import PruneOrder, Slot, immortal_uids, is_immune, prune_order
from taoctl.localnet.pallets.subtensor.locks import Locks
from taoctl.localnet.pallets.subtensor.rows import Pairs, pack_row, unpack_row

T = TypeVar("T")


class Neurons(Locks):
    """The table of neurons of each subnet."""

    def append_neuron(self, netuid: int, hotkey: str, block: int) -> int:
        """Give the hotkey the next UID; returns it."""
        uid = int(self.SubnetworkN[netuid])
        self.SubnetworkN[netuid] = uid + 1
        self.Active[netuid] = (*self.Active[netuid], True)
        self.Emission[netuid] = (*self.Emission[netuid], 0)
        self.Consensus[netuid] = (*self.Consensus[netuid], 0)
        self.Dividends[netuid] = (*self.Dividends[netuid], 0)
        self.ValidatorTrust[netuid] = (*self.ValidatorTrust[netuid], 0)
        self.ValidatorPermit[netuid] = (*self.ValidatorPermit[netuid], False)
        for mechanism in self.mechanisms(netuid):
            index = self.mechanism_index(netuid, mechanism)
            self.Incentive[index] = (*self.Incentive[index], 0)
            self.set_last_update(index, uid, block)
        self._seat(netuid, uid, hotkey, block)
        return uid

    def replace_neuron(self, netuid: int, uid: int, hotkey: str, block: int) -> None:
        """Give an occupied UID to a new hotkey; stake stays with the old one.

        The subnet owner's hotkey is never replaced.
        """
        old = self.Keys[netuid, uid]
        if netuid in self.SubnetOwnerHotkey and self.SubnetOwnerHotkey[netuid] == old:
            return
        self._unseat(netuid, uid, old)
        self.Active[netuid] = replaced(self.Active[netuid], uid, True)
        self._seat(netuid, uid, hotkey, block)
        self.clear_neuron(netuid, uid)
        for mechanism in self.mechanisms(netuid):
            self.set_last_update(self.mechanism_index(netuid, mechanism), uid, block)

    def clear_neuron(self, netuid: int, uid: int) -> None:
        """Forget the scores, bonds and weights of a UID, and zero the weights others gave it."""
        for vector in (
            self.Emission,
            self.Consensus,
            self.Dividends,
            self.StakeWeight,
            self.ValidatorTrust,
        ):
            vector[netuid] = replaced(vector[netuid], uid, 0)
        self.ValidatorPermit[netuid] = replaced(self.ValidatorPermit[netuid], uid, False)
        for mechanism in self.mechanisms(netuid):
            index = self.mechanism_index(netuid, mechanism)
            self.Incentive[index] = replaced(self.Incentive[index], uid, 0)
            for rows in (self.Bonds, self.Weights):
                if (index, uid) in rows:
                    del rows[index, uid]
            for setter, packed in self.Weights.prefix(index):
                row = unpack_row(packed)
                if any(target == uid and weight for target, weight in row):
                    kept = [(target, 0 if target == uid else weight) for target, weight in row]
                    self.set_weight_row(index, setter, kept)

    def weight_row(self, index: int, uid: int) -> tuple[tuple[int, int], ...]:
        """The (uid, u16) weights that a UID has set in a mechanism."""
        return unpack_row(self.Weights[index, uid])

    def set_weight_row(self, index: int, uid: int, pairs: Pairs) -> None:
        """Store the weights of a UID in a mechanism."""
        self.Weights[index, uid] = pack_row(pairs)

    def bond_row(self, index: int, uid: int) -> tuple[tuple[int, int], ...]:
        """The (uid, u16) bonds of a UID in a mechanism."""
        return unpack_row(self.Bonds[index, uid])

    def set_bond_row(self, index: int, uid: int, pairs: Pairs) -> None:
        """Store the bonds of a UID in a mechanism."""
        self.Bonds[index, uid] = pack_row(pairs)

    def reset_bonds(self, netuid: int, hotkey: str) -> None:
        """Take a neuron out of everybody's bonds, where its subnet has that switched on."""
        uid = self.Uids[netuid, hotkey]
        if uid is None or not self.BondsResetOn[netuid]:
            return
        for mechanism in self.mechanisms(netuid):
            index = self.mechanism_index(netuid, mechanism)
            for holder, packed in list(self.Bonds.prefix(index)):
                kept = [pair for pair in unpack_row(packed) if pair[0] != uid]
                self.set_bond_row(index, holder, kept)

    def set_last_update(self, index: int, uid: int, block: int) -> None:
        """Note when a UID last set weights in a mechanism."""
        netuid = index % 4096
        updates = tuple(self.LastUpdate[index])
        missing = self.SubnetworkN[netuid] - len(updates)
        if missing > 0:
            updates += (0,) * missing
        self.LastUpdate[index] = replaced(updates, uid, block)

    def is_immune(self, netuid: int, uid: int) -> bool:
        """Whether the neuron is within its immunity period."""
        registered = self.BlockAtRegistration[netuid, uid]
        return is_immune(registered, self.rt.block_number, self.ImmunityPeriod[netuid])

    def immune_owner_uids(self, netuid: int) -> tuple[int, ...]:
        """UIDs that never leave: the owner's hotkey and its oldest other hotkeys, up to a limit."""
        held = [
            Slot(uid, 0, self.BlockAtRegistration[netuid, uid])
            for hotkey in self.OwnedHotkeys[self.SubnetOwner[netuid]]
            if (uid := self.Uids[netuid, hotkey]) is not None
        ]
        return immortal_uids(held, self.owner_uid(netuid), self.ImmuneOwnerUidsLimit[netuid])

    def prune_order(self, netuid: int) -> PruneOrder:
        """Who would lose a slot to registrations from now on, in order."""
        n, emission = self.SubnetworkN[netuid], self.Emission[netuid]
        registered = self.BlockAtRegistration
        slots = [
            Slot(uid, emission[uid] if uid < len(emission) else 0, registered[netuid, uid])
            for uid in range(n)
        ]
        return prune_order(
            slots,
            block=self.rt.block_number,
            immunity_period=self.ImmunityPeriod[netuid],
            min_non_immune=self.MinNonImmuneUids[netuid],
            immortal=self.immune_owner_uids(netuid),
        )

    def neuron_to_prune(self, netuid: int) -> int | None:
        """The UID that the next registration in a full subnet takes; None when none can go."""
        return self.prune_order(netuid).next_uid

    def _seat(self, netuid: int, uid: int, hotkey: str, block: int) -> None:
        self.Keys[netuid, uid] = hotkey
        self.Uids[netuid, hotkey] = uid
        self.BlockAtRegistration[netuid, uid] = block
        self.IsNetworkMember[hotkey, netuid] = True

    def _unseat(self, netuid: int, uid: int, hotkey: str) -> None:
        pair = (netuid, hotkey)
        del self.Uids[pair]
        for item in (self.Axons, self.NeuronCertificates, self.Prometheus):
            if pair in item:
                del item[pair]
        if (netuid, uid) in self.AssociatedEvmAddress:
            del self.AssociatedEvmAddress[netuid, uid]
        if (hotkey, netuid) in self.IsNetworkMember:
            del self.IsNetworkMember[hotkey, netuid]


def replaced(values: Sequence[T], at: int, value: T) -> tuple[T, ...]:
    """The sequence with one element exchanged; unchanged when it is too short."""
    if at >= len(values):
        return tuple(values)
    return (*values[:at], value, *values[at + 1 :])

"""SubnetInfoRuntimeApi, part two: metagraphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from taoctl.economics.inheritance import combined_weight, combined_weight_bits
from taoctl.localnet.frame import api
from taoctl.localnet.pallets.apis import shapes
from taoctl.localnet.pallets.apis.subnets import API, SubnetApi
from taoctl.localnet.types import MechId, NetUid, Option, Vec, u16

NO_AXON = {
    "block": 0,
    "version": 0,
    "ip": 0,
    "port": 0,
    "ip_type": 0,
    "protocol": 0,
    "placeholder1": 0,
    "placeholder2": 0,
}
"""What the chain answers for a neuron that never served an axon."""

_ONE_SUBNET = (("netuid", NetUid),)
_INDEXES = (("metagraph_indexes", Vec(u16)),)


class MetagraphApi(SubnetApi):
    """Everything about the neurons of a subnet in one answer, whole or by field."""

    @api(API, args=_ONE_SUBNET, returns=Option(shapes.Metagraph))
    def get_metagraph(self, netuid: int) -> dict[str, Any] | None:
        """All fields of a subnet and of each of its neurons."""
        return self.get_mechagraph(netuid, 0)

    @api(API, returns=Vec(Option(shapes.Metagraph)))
    def get_all_metagraphs(self) -> list[dict[str, Any] | None]:
        """The metagraph of every network, root included."""
        return [self.get_metagraph(netuid) for netuid in self.netuids()]

    @api(API, args=(*_ONE_SUBNET, ("mecid", MechId)), returns=Option(shapes.Metagraph))
    def get_mechagraph(self, netuid: int, mecid: int) -> dict[str, Any] | None:
        """The metagraph with the incentives and updates of one mechanism."""
        if not self.subnet_exists(netuid) or mecid not in self.mechanisms(netuid):
            return None
        return {**self._per_subnet(netuid, mecid), **self._all_neurons(netuid, mecid)}

    @api(API, returns=Vec(Option(shapes.Metagraph)))
    def get_all_mechagraphs(self) -> list[dict[str, Any] | None]:
        """The metagraph of every mechanism of every network."""
        return [
            self.get_mechagraph(netuid, mecid)
            for netuid in self.netuids()
            for mecid in self.mechanisms(netuid)
        ]

    @api(API, args=(*_ONE_SUBNET, *_INDEXES), returns=Option(shapes.SelectiveMetagraph))
    def get_selective_metagraph(
        self, netuid: int, metagraph_indexes: Sequence[int]
    ) -> dict[str, Any] | None:
        """The chosen fields of a metagraph; netuid reads 0 unless its index 0 is asked for."""
        found = self._selected(netuid, 0, metagraph_indexes)
        if found is not None and 0 not in metagraph_indexes:
            found["netuid"] = 0
        return found

    @api(
        API,
        args=(*_ONE_SUBNET, ("subid", MechId), *_INDEXES),
        returns=Option(shapes.SelectiveMetagraph),
    )
    def get_selective_mechagraph(
        self, netuid: int, subid: int, metagraph_indexes: Sequence[int]
    ) -> dict[str, Any] | None:
        """The chosen fields of one mechanism's metagraph; netuid is always there."""
        return self._selected(netuid, subid, metagraph_indexes)

    @api(API, args=_ONE_SUBNET, returns=Option(shapes.SubnetState))
    def get_subnet_state(self, netuid: int) -> dict[str, Any] | None:
        """Scores and stake of each neuron, and its hotkey's last emission on every network."""
        if not self.subnet_exists(netuid):
            return None
        fields = [f.name for f in shapes.SubnetState.fields]
        every = self._all_neurons(netuid, 0)
        state = {str(name): every[str(name)] for name in fields[1:-1]}
        hotkeys = every["hotkeys"]
        last = self.LastHotkeyEmissionOnNetuid
        history = [[last[hotkey, other] for hotkey in hotkeys] for other in self.netuids()]
        return {"netuid": netuid, **state, "emission_history": history}

    def stake_vectors(self, netuid: int) -> tuple[list[int], list[int], list[int]]:
        """(total weight, alpha, TAO) per uid in rao, children and parents counted."""
        weight = self.TaoWeight.get()
        alpha, tao = self.inherited_stakes(netuid, self.seated_hotkeys(netuid))
        total = [combined_weight(a, t, weight) for a, t in zip(alpha, tao, strict=True)]
        return total, alpha, tao

    def _selected(self, netuid: int, mecid: int, indexes: Sequence[int]) -> dict[str, Any] | None:
        if not self.subnet_exists(netuid):
            return None
        names = shapes.METAGRAPH_FIELDS
        found: dict[str, Any] = dict.fromkeys(names)
        found["netuid"] = netuid
        wanted = {names[index] for index in indexes if index < len(names)} - {"netuid"}
        subnet = self._per_subnet(netuid, mecid) if wanted & _SUBNET_FIELDS else {}
        stakes = self.stake_vectors(netuid) if wanted & _STAKE_FIELDS.keys() else None
        for name in wanted:
            if name in _SUBNET_FIELDS:
                found[name] = subnet[name]
            elif stakes is not None and name in _STAKE_FIELDS:
                found[name] = stakes[_STAKE_FIELDS[name]]
            else:
                found[name] = _NEURON_FIELDS[name](self, netuid, mecid)
        return found

    def _all_neurons(self, netuid: int, mecid: int) -> dict[str, Any]:
        stakes = self.stake_vectors(netuid)
        fields = {name: stakes[place] for name, place in _STAKE_FIELDS.items()}
        for name, fill in _NEURON_FIELDS.items():
            if name not in ("validators", "commitments"):
                fields[name] = fill(self, netuid, mecid)
        return fields

    def _per_subnet(self, netuid: int, mecid: int) -> dict[str, Any]:
        return {
            **self.hyperparameters(netuid),
            "netuid": self.mechanism_index(netuid, mecid),
            "name": tuple(self.subnet_name(netuid)),
            "symbol": tuple(self.TokenSymbol[netuid]),
            "identity": self.SubnetIdentitiesV3.get(netuid),
            "network_registered_at": self.NetworkRegisteredAt[netuid],
            "owner_hotkey": self.SubnetOwnerHotkey[netuid],
            "owner_coldkey": self.SubnetOwner[netuid],
            "block": self.rt.block_number,
            "last_step": self.LastMechansimStepBlock[netuid],
            "blocks_since_last_step": self.blocks_since_epoch(netuid),
            "subnet_emission": 0,
            **self.pool_fields(netuid),
            "moving_price": self.SubnetMovingPrice[netuid],
            "num_uids": self.SubnetworkN[netuid],
            "max_uids": self.MaxAllowedUids[netuid],
            "burn": self.Burn[netuid],
            "pow_registration_allowed": self.NetworkPowRegistrationAllowed[netuid],
        }

    def _coldkeys(self, netuid: int) -> list[str]:
        return [self.Owner[hotkey] for hotkey in self.seated_hotkeys(netuid)]

    def _identities(self, netuid: int) -> list[Any]:
        return [self.IdentitiesV2.get(coldkey) for coldkey in self._coldkeys(netuid)]

    def _axons(self, netuid: int) -> list[Any]:
        axons = self.Axons
        return [axons.get((netuid, hotkey)) or NO_AXON for hotkey in self.seated_hotkeys(netuid)]

    def _registrations(self, netuid: int) -> list[int]:
        return [self.BlockAtRegistration[netuid, uid] for uid in range(self.SubnetworkN[netuid])]

    def _alpha_dividends(self, netuid: int) -> list[tuple[str, int]]:
        paid = self.AlphaDividendsPerSubnet
        return [(hotkey, paid[netuid, hotkey]) for hotkey in self.seated_hotkeys(netuid)]

    def _commitments(self, netuid: int) -> list[tuple[str, tuple[int, ...]]]:
        published = self.rt.commitments.published(netuid)
        return [(who, tuple(data)) for who, data in published]

    def _validators(self, netuid: int) -> list[int]:
        """UIDs with a permit and more than the threshold, lightest first."""
        permits = self.ValidatorPermit[netuid]
        weight, least = self.TaoWeight.get(), self.StakeThreshold.get() << 64
        weighed = []
        for uid, hotkey in enumerate(self.seated_hotkeys(netuid)):
            if uid < len(permits) and permits[uid]:
                alpha = self.inherited_alpha(hotkey, netuid)
                bits = combined_weight_bits(alpha, self.inherited_tao(hotkey, netuid), weight)
                weighed.append((bits, uid))
        return [uid for bits, uid in sorted(weighed) if bits > least]


Fill = Callable[[MetagraphApi, int, int], Any]

_STAKE_FIELDS = {"total_stake": 0, "alpha_stake": 1, "tao_stake": 2}
_NEURON_FIELDS: dict[str, Fill] = {
    "hotkeys": lambda p, n, m: p.seated_hotkeys(n),
    "coldkeys": lambda p, n, m: p._coldkeys(n),
    "identities": lambda p, n, m: p._identities(n),
    "axons": lambda p, n, m: p._axons(n),
    "active": lambda p, n, m: p.Active[n],
    "validator_permit": lambda p, n, m: p.ValidatorPermit[n],
    "pruning_score": lambda p, n, m: (),
    "last_update": lambda p, n, m: p.LastUpdate[p.mechanism_index(n, m)],
    "emission": lambda p, n, m: p.Emission[n],
    "dividends": lambda p, n, m: p.Dividends[n],
    "incentives": lambda p, n, m: p.Incentive[p.mechanism_index(n, m)],
    "consensus": lambda p, n, m: p.Consensus[n],
    "trust": lambda p, n, m: (),
    "rank": lambda p, n, m: (),
    "block_at_registration": lambda p, n, m: p._registrations(n),
    "tao_dividends_per_hotkey": lambda p, n, m: [(h, 0) for h in p.seated_hotkeys(n)],
    "alpha_dividends_per_hotkey": lambda p, n, m: p._alpha_dividends(n),
    "validators": lambda p, n, m: p._validators(n),
    "commitments": lambda p, n, m: p._commitments(n),
}
_SUBNET_FIELDS = frozenset(shapes.METAGRAPH_FIELDS) - _STAKE_FIELDS.keys() - _NEURON_FIELDS.keys()

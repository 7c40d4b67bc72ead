"""NeuronInfoRuntimeApi: one record per neuron."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taoctl.localnet.frame import api
from taoctl.localnet.pallets.apis import shapes
from taoctl.localnet.pallets.apis.metagraph import NO_AXON
from taoctl.localnet.pallets.subtensor.positions import Positions
from taoctl.localnet.pallets.subtensor.rows import unpack_row
from taoctl.localnet.types import NetUid, Option, Vec, u16
from taoctl.units import U16_MAX

API = "NeuronInfoRuntimeApi"

NO_PROMETHEUS = {"block": 0, "version": 0, "ip": 0, "port": 0, "ip_type": 0}
"""What the chain answers for a neuron that never served Prometheus."""

_SUBNET = (("netuid", NetUid),)
_NEURON = (*_SUBNET, ("uid", u16))


class NeuronApi(Positions):
    """Neurons one by one; rank, trust and pruning score are no longer computed by the chain."""

    @api(API, args=_SUBNET, returns=Vec(shapes.NeuronInfo))
    def get_neurons(self, netuid: int) -> list[dict[str, Any]]:
        """Every neuron of a subnet with its weights and bonds; none for an unknown subnet."""
        return [self._full(netuid, uid) for uid in self._uids(netuid)]

    @api(API, args=_NEURON, returns=Option(shapes.NeuronInfo))
    def get_neuron(self, netuid: int, uid: int) -> dict[str, Any] | None:
        """One neuron with its weights and bonds."""
        return self._full(netuid, uid) if uid in self._uids(netuid) else None

    @api(API, args=_SUBNET, returns=Vec(shapes.NeuronInfoLite))
    def get_neurons_lite(self, netuid: int) -> list[dict[str, Any]]:
        """Every neuron of a subnet; none for an unknown subnet."""
        return [self._lite(netuid, uid) for uid in self._uids(netuid)]

    @api(API, args=_NEURON, returns=Option(shapes.NeuronInfoLite))
    def get_neuron_lite(self, netuid: int, uid: int) -> dict[str, Any] | None:
        """One neuron."""
        return self._lite(netuid, uid) if uid in self._uids(netuid) else None

    def _uids(self, netuid: int) -> range:
        return range(self.SubnetworkN[netuid] if self.subnet_exists(netuid) else 0)

    def _lite(self, netuid: int, uid: int) -> dict[str, Any]:
        hotkey = self.Keys[netuid, uid]
        coldkey = self.Owner[hotkey]
        return {
            "hotkey": hotkey,
            "coldkey": coldkey,
            "uid": uid,
            "netuid": netuid,
            "active": _at(self.Active[netuid], uid, False),
            "axon_info": self.Axons.get((netuid, hotkey)) or NO_AXON,
            "prometheus_info": self.Prometheus.get((netuid, hotkey)) or NO_PROMETHEUS,
            "stake": ((coldkey, self.hotkey_alpha(hotkey, netuid)),),
            "rank": 0,
            "emission": _at(self.Emission[netuid], uid, 0),
            "incentive": _at(self.Incentive[netuid], uid, 0),
            "consensus": _at(self.Consensus[netuid], uid, 0),
            "trust": 0,
            "validator_trust": _at(self.ValidatorTrust[netuid], uid, 0),
            "dividends": _at(self.Dividends[netuid], uid, 0),
            "last_update": _at(self.LastUpdate[netuid], uid, 0),
            "validator_permit": _at(self.ValidatorPermit[netuid], uid, False),
            "pruning_score": U16_MAX,
        }

    def _full(self, netuid: int, uid: int) -> dict[str, Any]:
        return {
            **self._lite(netuid, uid),
            "weights": _nonzero(unpack_row(self.Weights[netuid, uid])),
            "bonds": _nonzero(unpack_row(self.Bonds[netuid, uid])),
        }


def _at(values: Sequence[Any], uid: int, missing: Any) -> Any:
    return values[uid] if uid < len(values) else missing


def _nonzero(row: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(target, value) for target, value in row if value]

"""Where a neuron can be reached: its axon, its certificate and its Prometheus endpoint.

Source: serving.rs and check_serving_endpoints.rs of subtensor at spec 425.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taoctl.localnet.frame import Call, Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import NETUID
from taoctl.localnet.pallets.subtensor.rate_limits import RateLimits
from taoctl.localnet.store import MapStore
from taoctl.localnet.types import Bytes, u8, u16, u32, u128

SERVING_CALLS = frozenset({"serve_axon", "serve_axon_tls", "serve_prometheus"})
"""Names of the calls that are checked before they are dispatched."""

SERVING_CHECK = 94_035_000
"""Weight (ref_time) that the check adds."""

_ENDPOINT = [NETUID, ("version", u32), ("ip", u128), ("port", u16), ("ip_type", u8)]
_AXON = [*_ENDPOINT, ("protocol", u8), ("placeholder1", u8), ("placeholder2", u8)]
_IPV4, _IPV6 = 4, 6
_REFUSED_IPS = {
    _IPV4: lambda ip: ip >= 2**32 - 1 or ip == 0x7F000001,
    _IPV6: lambda ip: ip in (2**128 - 1, 1),
}
"""Per version: broadcast or wider than it, and the one loopback address that the chain knows."""
_MOST_CERTIFICATE_BYTES = 65


class Serving(RateLimits):
    """serve_axon, serve_axon_tls and serve_prometheus."""

    @call(4, args=_AXON, weight=206_278_000, pays=False)
    def serve_axon(
        self,
        origin: Origin,
        netuid: int,
        version: int,
        ip: int,
        port: int,
        ip_type: int,
        protocol: int,
        placeholder1: int,
        placeholder2: int,
    ) -> None:
        """Store where the caller's axon listens; an IP of zero is taken."""
        hotkey = ensure_signed(origin)
        self.check_axon(hotkey, netuid, ip, port, ip_type)
        self.Axons[netuid, hotkey] = {
            **self._endpoint(version, ip, port, ip_type),
            "protocol": protocol,
            "placeholder1": placeholder1,
            "placeholder2": placeholder2,
        }
        self.deposit("AxonServed", netuid, hotkey)

    @call(40, args=[*_AXON, ("certificate", Bytes)], weight=205_617_000, pays=False)
    def serve_axon_tls(
        self,
        origin: Origin,
        netuid: int,
        version: int,
        ip: int,
        port: int,
        ip_type: int,
        protocol: int,
        placeholder1: int,
        placeholder2: int,
        certificate: bytes,
    ) -> None:
        """As serve_axon, with a certificate: one byte of algorithm, then the public key.

        One that is empty or longer than 65 bytes is left out without an error.
        """
        hotkey = ensure_signed(origin)
        self.check_axon(hotkey, netuid, ip, port, ip_type)
        if 0 < len(certificate) <= _MOST_CERTIFICATE_BYTES:
            self.NeuronCertificates[netuid, hotkey] = {
                "public_key": bytes(certificate[1:]),
                "algorithm": certificate[0],
            }
        self.serve_axon(
            origin, netuid, version, ip, port, ip_type, protocol, placeholder1, placeholder2
        )

    @call(5, args=_ENDPOINT, weight=204_294_000, pays=False)
    def serve_prometheus(
        self, origin: Origin, netuid: int, version: int, ip: int, port: int, ip_type: int
    ) -> None:
        """Store where the caller's Prometheus endpoint listens; an IP of zero is not taken."""
        hotkey = ensure_signed(origin)
        self.check_prometheus(hotkey, netuid, ip, port, ip_type)
        self.Prometheus[netuid, hotkey] = self._endpoint(version, ip, port, ip_type)
        self.deposit("PrometheusServed", netuid, hotkey)

    def check_serving_call(self, call: Call, who: str) -> None:
        """Raise the error that the guard has against one of `SERVING_CALLS`."""
        check = self.check_prometheus if call.name == "serve_prometheus" else self.check_axon
        check(who, *(call.args[name] for name in ("netuid", "ip", "port", "ip_type")))

    def check_axon(self, hotkey: str, netuid: int, ip: int, port: int, ip_type: int) -> None:
        """Raise what the chain has against an axon, in its order."""
        self._ensure_neuron(netuid, hotkey)
        self._check_ip(ip, ip_type)
        self._check_served(self.Axons, netuid, hotkey, port)

    def check_prometheus(self, hotkey: str, netuid: int, ip: int, port: int, ip_type: int) -> None:
        """Raise what the chain has against a Prometheus endpoint, in its order."""
        self._check_ip(ip, ip_type)
        if ip == 0:
            raise self.error("InvalidIpAddress")
        self._ensure_neuron(netuid, hotkey)
        self._check_served(self.Prometheus, netuid, hotkey, port)

    def _ensure_neuron(self, netuid: int, hotkey: str) -> None:
        if (netuid, hotkey) not in self.Uids:
            raise self.error("HotKeyNotRegisteredInNetwork")

    def _check_ip(self, ip: int, ip_type: int) -> None:
        refused: Callable[[int], bool] | None = _REFUSED_IPS.get(ip_type)
        if refused is None:
            raise self.error("InvalidIpType")
        if refused(ip):
            raise self.error("InvalidIpAddress")

    def _check_served(self, served: MapStore, netuid: int, hotkey: str, port: int) -> None:
        before = served.get((netuid, hotkey)) or {"block": 0}
        limit, last = self.ServingRateLimit[netuid], before["block"]
        if limit and last and self.rt.block_number - last < limit:
            raise self.error("ServingRateLimitExceeded")
        if port == 0:
            raise self.error("InvalidPort")

    def _endpoint(self, version: int, ip: int, port: int, ip_type: int) -> dict[str, Any]:
        block = self.rt.block_number
        return {"block": block, "version": version, "ip": ip, "port": port, "ip_type": ip_type}

"""Prometheus: where a neuron's own figures can be fetched."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.serving.checks import (
    NEEDS,
    bad_address,
    bad_port,
    changed_lately,
    no_neuron,
    unreachable,
    wait_after,
)
from taoctl.calls.stake.hotkeys import PALLET, item, read
from taoctl.chain.view import Call, View
from taoctl.endpoints import Endpoint, endpoint_of


@dataclass(frozen=True, slots=True)
class ServePrometheus(Intent):
    """Publish where a neuron's Prometheus endpoint listens; the signer is its hotkey.

    Attributes:
        netuid: the subnet.
        endpoint: address and port.
        version: u32, of the software that listens.
    """

    needs = (*NEEDS, item("Prometheus"), Call(PALLET, "serve_prometheus"))
    signs_with = "hotkey"

    netuid: int
    endpoint: Endpoint
    version: int = 1

    def summary(self) -> str:
        """Where it listens."""
        return f"serve Prometheus on subnet {self.netuid} at {self.endpoint}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`serve_prometheus`."""
        args = {
            "netuid": self.netuid,
            "version": self.version,
            "ip": self.endpoint.ip,
            "port": self.endpoint.port,
            "ip_type": self.endpoint.ip_type,
        }
        return ChainCall(PALLET, "serve_prometheus", args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """An address that is none, no UID, too soon, or a port that is none."""
        found = bad_address(self.endpoint, allow_zero=False)
        found = found or await no_neuron(view, self.netuid, origin)
        found = found or await changed_lately(view, "Prometheus", self.netuid, origin)
        return found or bad_port(self.endpoint)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The endpoint."""
        now = endpoint_of(await read(view, "Prometheus", self.netuid, origin))
        before = "none" if now is None or not now.is_served else str(now)
        return (Effect(origin, f"Prometheus on subnet {self.netuid}", before, str(self.endpoint)),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """An address that others do not reach, and the wait that follows."""
        return (*unreachable(self.endpoint), *await wait_after(view, self.netuid))

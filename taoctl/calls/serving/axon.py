"""The axon: where a neuron takes requests, with the key of its TLS certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
from taoctl.calls.stake.hotkeys import PALLET, item, read, read_or_none
from taoctl.certificates import MOST_KEY_BYTES, Certificate
from taoctl.chain.view import Call, View
from taoctl.endpoints import Endpoint, endpoint_of
from taoctl.scale.codec import vec_bytes

PROTOCOL = 4
"""What clients of the chain write as the protocol; subnets may use another."""

_NOWHERE = Endpoint(0, 4, 1)
"""What clients write to say that nothing is served: the chain takes no port of zero."""
_NO_KEY = Certificate(0, b"")


@dataclass(frozen=True, slots=True)
class ServeAxon(Intent):
    """Publish where a neuron's axon listens; the signer is its hotkey.

    Attributes:
        netuid: the subnet.
        endpoint: address and port.
        protocol: u8; its meaning is the subnet's.
        version: u32, of the software that listens.
        certificate: published with it; None to leave what there is.
    """

    needs = (*NEEDS, item("Axons"), Call(PALLET, "serve_axon"))
    signs_with = "hotkey"

    netuid: int
    endpoint: Endpoint
    protocol: int = PROTOCOL
    version: int = 1
    certificate: Certificate | None = None

    def summary(self) -> str:
        """Where it listens."""
        behind = "" if self.certificate is None else ", with a certificate"
        return f"serve an axon on subnet {self.netuid} at {self.endpoint}{behind}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`serve_axon`, or `serve_axon_tls` with a certificate."""
        args = {
            "netuid": self.netuid,
            "version": self.version,
            "ip": self.endpoint.ip,
            "port": self.endpoint.port,
            "ip_type": self.endpoint.ip_type,
            "protocol": self.protocol,
            "placeholder1": 0,
            "placeholder2": 0,
        }
        if self.certificate is None:
            return ChainCall(PALLET, "serve_axon", args)
        view.require(Call(PALLET, "serve_axon_tls"), item("NeuronCertificates"))
        return ChainCall(PALLET, "serve_axon_tls", {**args, "certificate": self.certificate.wire})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """No UID, an address or port that is none, too soon, or a key that does not fit."""
        found = await no_neuron(view, self.netuid, origin)
        found = found or bad_address(self.endpoint, allow_zero=True)
        found = found or await changed_lately(view, "Axons", self.netuid, origin)
        return found or bad_port(self.endpoint) or self._bad_certificate()

    def _bad_certificate(self) -> tuple[Refusal, ...]:
        if self.certificate is None or len(self.certificate.public_key) <= MOST_KEY_BYTES:
            return ()
        said = "the chain would drop the certificate without a word: its key does not fit"
        hint = f"the chain keeps {MOST_KEY_BYTES} bytes of key; use an Ed25519 or P-256 key"
        return (Refusal("CertificateTooLong", said, hint),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The axon, and the certificate where it changes."""
        now = await read(view, "Axons", self.netuid, origin)
        after = axon_words(self.endpoint, self.protocol, self.version)
        found = [Effect(origin, f"axon on subnet {self.netuid}", stored_words(now), after)]
        kept = await stored_certificate(view, self.netuid, origin)
        if self.certificate is not None and kept != self.certificate:
            before = "none" if kept is None else str(kept)
            what = f"certificate on subnet {self.netuid}"
            found.append(Effect(origin, what, before, str(self.certificate)))
        return tuple(found)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """An address that others do not reach, what changes nothing, and the wait that follows."""
        found = [*unreachable(self.endpoint)]
        if all(one.before == one.after for one in await self.effects(view, origin)):
            found.append("it says just that already: only its block changes, and the wait begins")
        kept = await stored_certificate(view, self.netuid, origin)
        if self.certificate is None and kept is not None and kept.public_key:
            found.append(f"the certificate of before stays: {kept}; --tls-cert replaces it")
        return (*found, *await wait_after(view, self.netuid))


@dataclass(frozen=True, slots=True)
class StopServing(Intent):
    """Say that nothing is served: the chain has no call that removes an axon.

    What clients write, and readers take for no axon, is the address 0.0.0.0. The key of a
    certificate is blanked with it. A Prometheus endpoint stays: the chain takes no zero there.

    Attributes:
        netuid: the subnet.
    """

    needs = (*NEEDS, item("Axons"), Call(PALLET, "serve_axon"))
    signs_with = "hotkey"

    netuid: int

    def summary(self) -> str:
        """Where it stops."""
        return f"say that no axon is served on subnet {self.netuid}"

    async def _written(self, view: View, origin: str) -> ServeAxon:
        kept = await stored_certificate(view, self.netuid, origin)
        blank = _NO_KEY if kept is not None and kept.public_key else None
        return ServeAxon(self.netuid, _NOWHERE, version=0, certificate=blank)

    async def call(self, view: View, origin: str) -> ChainCall:
        """`serve_axon` with an address of zero; `serve_axon_tls` where there is a key to blank."""
        return await (await self._written(view, origin)).call(view, origin)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """An axon that is not there, and what the chain has against it."""
        written = await self._written(view, origin)
        found = await no_neuron(view, self.netuid, origin)
        now = endpoint_of(await read(view, "Axons", self.netuid, origin))
        served = now is not None and now.is_served
        if not (found or served or written.certificate):
            said = f"{origin} serves no axon on subnet {self.netuid}"
            found = (Refusal("AxonNotServed", said, "there is nothing to take back"),)
        return found or await written.preflight(view, origin)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The axon, and the certificate where there is one."""
        return await (await self._written(view, origin)).effects(view, origin)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """A Prometheus endpoint that stays, and the wait that follows."""
        found = []
        left = endpoint_of(await read_or_none(view, "Prometheus", self.netuid, origin))
        if left is not None and left.is_served:
            found.append(
                f"the Prometheus endpoint {left} stays: the chain takes nothing empty in its place"
            )
        return (*found, *await wait_after(view, self.netuid))


def axon_words(endpoint: Endpoint, protocol: int, version: int) -> str:
    """An axon in words; one without an address is none."""
    if not endpoint.is_served:
        return "none"
    return f"{endpoint}, protocol {protocol}, version {version}"


def stored_words(stored: Mapping[str, Any] | None) -> str:
    """What the chain keeps as an axon, in words."""
    endpoint = endpoint_of(stored)
    if stored is None or endpoint is None:
        return "none"
    return axon_words(endpoint, int(stored["protocol"]), int(stored["version"]))


async def stored_certificate(view: View, netuid: int, hotkey: str) -> Certificate | None:
    """The certificate that the chain keeps; None for none."""
    stored = await read_or_none(view, "NeuronCertificates", netuid, hotkey)
    if stored is None:
        return None
    return Certificate(int(stored["algorithm"]), vec_bytes(stored["public_key"]))

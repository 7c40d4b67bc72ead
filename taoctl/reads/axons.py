"""What neurons publish of where they listen: axon, key of the certificate, Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.certificates import Certificate
from taoctl.chain.view import View
from taoctl.endpoints import Endpoint, endpoint_of
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import column_of, item
from taoctl.reads.neurons import holders, memberships
from taoctl.reads.registry import read
from taoctl.scale.codec import vec_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AxonRow:
    """A neuron, and what it publishes; None where it publishes nothing."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number")]
    uid: Annotated[int, Column("uid", Kind.UID, "slot in the subnet")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "key that mines or validates", drop=3)]
    axon: Annotated[str | None, Column("axon", Kind.TEXT, "address it serves at")]
    scope: Annotated[
        str | None,
        Column("who reaches it", Kind.TEXT, "everybody only where it is public", drop=1),
    ]
    axon_block: Annotated[
        int | None, Column("set in", Kind.BLOCK, "block in which the axon was set", drop=2)
    ]
    protocol: Annotated[
        int | None, Column("protocol", Kind.INT, "number whose meaning is the subnet's", wide=True)
    ]
    version: Annotated[
        int | None, Column("version", Kind.INT, "version of the software that listens", wide=True)
    ]
    certificate_key: Annotated[
        str | None, Column("tls key", Kind.HASH, "public key of its certificate", wide=True)
    ]
    certificate_algorithm: Annotated[
        int | None,
        Column("tls alg", Kind.INT, "number of the key's algorithm, the subnet's own", wide=True),
    ]
    prometheus: Annotated[
        str | None, Column("prometheus", Kind.TEXT, "where its own figures are", drop=4)
    ]
    prometheus_block: Annotated[
        int | None, Column("prom. set in", Kind.BLOCK, "block in which that was set", wide=True)
    ]
    endpoint: Endpoint | None = None
    """The axon, where it is one."""

    @property
    def certificate(self) -> Certificate | None:
        """The key of its certificate; None for none."""
        if self.certificate_key is None or self.certificate_algorithm is None:
            return None
        return Certificate(self.certificate_algorithm, bytes.fromhex(self.certificate_key[2:]))


_NEEDS = (item("NetworksAdded"), item("Uids"), item("Keys"), item("Axons"))
_WANTS = (item("OwnedHotkeys"), item("Prometheus"), item("NeuronCertificates"))


@read("axons", row=AxonRow, needs=_NEEDS, wants=_WANTS, help="where neurons of given keys listen")
async def axons(
    view: View,
    coldkeys: Sequence[str],
    hotkeys: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
) -> tuple[AxonRow, ...]:
    """Every UID whose hotkey is given, or is owned by a given coldkey; by netuid, then uid."""
    return await axons_of(view, await memberships(view, coldkeys, hotkeys), names)


async def axons_of(
    view: View, wanted: Mapping[int, Collection[int]], names: Mapping[str, str] | None = None
) -> tuple[AxonRow, ...]:
    """The wanted UIDs of each subnet, those that there are; by netuid, then uid."""
    found = await holders(view, wanted)
    keys = [(netuid, key) for netuid, _, key in found]
    columns = await asyncio.gather(
        *(column_of(view, name, keys) for name in ("Axons", "Prometheus", "NeuronCertificates"))
    )
    return tuple(
        _row(netuid, uid, hotkey, (names or {}).get(hotkey), *stored)
        for (netuid, uid, hotkey), *stored in zip(found, *columns, strict=True)
    )


def _row(
    netuid: int,
    uid: int,
    hotkey: str,
    name: str | None,
    axon: Mapping[str, Any] | None,
    prometheus: Mapping[str, Any] | None,
    certificate: Mapping[str, Any] | None,
) -> AxonRow:
    endpoint, figures = _served(axon), _served(prometheus)
    at = axon if endpoint is not None else None
    key = b"" if certificate is None else vec_bytes(certificate["public_key"])
    return AxonRow(
        netuid=netuid,
        uid=uid,
        hotkey=hotkey,
        hotkey_name=name,
        axon=None if endpoint is None else str(endpoint),
        scope=None if endpoint is None else endpoint.scope,
        axon_block=None if at is None else int(at["block"]),
        protocol=None if at is None else int(at["protocol"]),
        version=None if at is None else int(at["version"]),
        certificate_key="0x" + key.hex() if key else None,
        certificate_algorithm=int(certificate["algorithm"]) if certificate and key else None,
        prometheus=None if figures is None else str(figures),
        prometheus_block=int(prometheus["block"]) if prometheus and figures else None,
        endpoint=endpoint,
    )


def _served(stored: Mapping[str, Any] | None) -> Endpoint | None:
    found = endpoint_of(stored)
    return found if found is not None and found.is_served else None

"""Where neurons listen, as the chain keeps it: an IP address as a number, its version, a port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Literal, TypeAlias

from taoctl.errors import UsageError
from taoctl.text import printable

Scope: TypeAlias = Literal["public", "private", "loopback", "link-local", "multicast", "reserved"]
"""Who can reach an address: everybody only where it is public."""

PUBLIC: Scope = "public"
_IPV4_BITS = 32
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An IP address and a port.

    Attributes:
        ip: the address as a number.
        ip_type: 4 or 6; the chain has had others.
        port: u16.
    """

    ip: int
    ip_type: int
    port: int

    @property
    def host(self) -> str | None:
        """Text of the address; None for a number that is none."""
        return _host(self.ip, self.ip_type)

    @property
    def is_served(self) -> bool:
        """Whether it says where something listens: an address or a port of zero does not."""
        return bool(self.ip and self.port) and self.host is not None

    @property
    def scope(self) -> Scope | None:
        """Who can reach it; None for what is no address."""
        return None if self.host is None else scope_of(self.host)

    def __str__(self) -> str:
        host = self.host
        if host is None:
            return f"ip {self.ip} of type {self.ip_type}, port {self.port}"
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


def endpoint_of(stored: Mapping[str, Any] | None) -> Endpoint | None:
    """The endpoint in an AxonInfo or PrometheusInfo as it was decoded; None for none."""
    if stored is None:
        return None
    return Endpoint(int(stored["ip"]), int(stored["ip_type"]), int(stored["port"]))


def parse_ip(text: str) -> tuple[int, int]:
    """Number and version of an address such as `203.0.113.5` or `2001:db8::5`.

    Raises:
        UsageError: it is none, or one that holds on one interface only.
    """
    try:
        found = ip_address(text.strip())
    except ValueError:
        raise UsageError(
            f"{printable(text, _SHOWN)!r} is not an IP address",
            "write the address itself, such as 203.0.113.5 or 2001:db8::5; it takes no names",
        ) from None
    if isinstance(found, IPv6Address) and found.scope_id is not None:
        raise UsageError(f"{printable(text, _SHOWN)!r} holds on one interface only")
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return int(found), found.version


def scope_of(host: str) -> Scope:
    """Who can reach an address."""
    address = ip_address(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return "loopback"
    if address.is_multicast:
        return "multicast"
    if address.is_link_local:
        return "link-local"
    if address.is_global and (address.version == 4 or address in _GLOBAL_V6):
        return PUBLIC
    return "private" if _is_private(address) else "reserved"


_PRIVATE_V4 = ((0x0A000000, 8), (0xAC100000, 12), (0xC0A80000, 16), (0x64400000, 10))
"""10/8, 172.16/12, 192.168/16 and what carriers share, 100.64/10."""
_UNIQUE_LOCAL = 0xFC >> 1
_GLOBAL_V6 = IPv6Network("2000::/3")
"""What of IPv6 is given out; beside it are IPv4 addresses of any kind, and old site-local ones."""


def _is_private(address: IPv4Address | IPv6Address) -> bool:
    number = int(address)
    if isinstance(address, IPv6Address):
        return number >> 121 == _UNIQUE_LOCAL
    return any(
        number >> (_IPV4_BITS - bits) == net >> (_IPV4_BITS - bits) for net, bits in _PRIVATE_V4
    )


@lru_cache(maxsize=65_536)
def _host(number: int, ip_type: int) -> str | None:
    if ip_type == 6:
        return str(ip_address(number.to_bytes(16, "big"))) if number < 2**128 else None
    # Any other type is shown as IPv4: the chain once took whatever was sent.
    return str(ip_address(number.to_bytes(4, "big"))) if number < 2**_IPV4_BITS else None

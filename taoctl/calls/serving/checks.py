"""What the chain holds against an endpoint, and what it does not mind but its users do."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from taoctl.calls.base import Refusal
from taoctl.calls.stake.hotkeys import item, read, too_soon
from taoctl.chain.view import View
from taoctl.endpoints import PUBLIC, Endpoint, Scope
from taoctl.units import U16_MAX

Item: TypeAlias = Literal["Axons", "Prometheus"]
"""The storage item of an endpoint."""

NEEDS = (item("Uids"), item("ServingRateLimit"))
"""What every one of these checks reads."""

_IPV4_BROADCAST = 2**32 - 1
_LOOPBACK = {4: 0x7F000001, 6: 1}
_IPV6_MOST = 2**128 - 1
_MEANS: dict[Scope, str] = {
    "private": "a private address, which nobody outside that network reaches",
    "loopback": "a loopback address, which nobody but the machine itself reaches",
    "link-local": "a link-local address, which nobody outside that link reaches",
    "multicast": "a multicast address, on which nobody can connect",
    "reserved": "an address of a range that is not in use on the internet",
}


async def no_neuron(view: View, netuid: int, hotkey: str) -> tuple[Refusal, ...]:
    """The refusal of a hotkey without a UID on a subnet; empty when it has one."""
    if await read(view, "Uids", netuid, hotkey) is not None:
        return ()
    return (
        Refusal(
            "HotKeyNotRegisteredInNetwork",
            f"{hotkey} has no UID on subnet {netuid}",
            "register it with `taoctl subnet register`, or name a hotkey that is registered",
        ),
    )


def bad_address(endpoint: Endpoint, *, allow_zero: bool) -> tuple[Refusal, ...]:
    """The refusal of an address that the chain takes for none; empty when it takes it."""
    if endpoint.ip_type not in _LOOPBACK:
        said = f"{endpoint.ip_type} is no version of IP addresses"
        return (Refusal("InvalidIpType", said, "it is 4 or 6"),)
    most = _IPV4_BROADCAST if endpoint.ip_type == 4 else _IPV6_MOST
    if endpoint.ip == _LOOPBACK[endpoint.ip_type]:
        said = f"{endpoint.host} is the machine itself, and the chain takes no such address"
    elif endpoint.ip >= most:
        said = f"the chain takes no address such as {endpoint.host or endpoint.ip}"
    elif not endpoint.ip and not allow_zero:
        said = f"the chain takes no address of zero here: {endpoint.host}"
    else:
        return ()
    return (Refusal("InvalidIpAddress", said, "give the address that others reach it at"),)


def bad_port(endpoint: Endpoint) -> tuple[Refusal, ...]:
    """The refusal of a port of zero; empty for another."""
    if 0 < endpoint.port <= U16_MAX:
        return ()
    said = f"{endpoint.port} is no port to listen on"
    return (Refusal("InvalidPort", said, f"give one from 1 to {U16_MAX}"),)


async def changed_lately(view: View, kind: Item, netuid: int, hotkey: str) -> tuple[Refusal, ...]:
    """The refusal of another endpoint so soon after the last; empty when it is time."""
    stored: Any = await read(view, kind, netuid, hotkey)
    last = 0 if stored is None else int(stored["block"])
    limit = int(await read(view, "ServingRateLimit", netuid))
    if not (last and limit):
        return ()
    said = (
        f"it was set in block {last}, and subnet {netuid} takes a new one every {limit} blocks "
        "at most"
    )
    return too_soon(view, "ServingRateLimitExceeded", said, last + limit)


async def wait_after(view: View, netuid: int) -> tuple[str, ...]:
    """A warning of how long an endpoint then stays as it is."""
    limit = int(await read(view, "ServingRateLimit", netuid))
    if limit <= 1:
        return ()
    return (f"it can be changed again {limit} blocks after this, not before",)


def unreachable(endpoint: Endpoint) -> tuple[str, ...]:
    """A warning of an address that others cannot reach; empty for a public one."""
    scope = endpoint.scope
    if scope is None or scope == PUBLIC or not endpoint.ip:
        return ()
    return (f"{endpoint.host} is {_MEANS[scope]}",)

"""Names of networks, their public endpoints and the genesis that proves which one answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from taoctl.config import Pool
from taoctl.errors import UnreachableError, UsageError

FINNEY_GENESIS = "0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03"
TEST_GENESIS = "0x8f9cf856bf558a14440e75569c9e58594757048d7b3a84b5d25f6bd978263105"


_URL = re.compile(r"\w+://[^\s'\"]+")
_PLAIN_SEGMENT = re.compile(r"(?:v\d{1,2}|[a-z]{1,12}(?:-[a-z]{1,12}){0,3})?")
"""A part of a path that names a service. Providers put access keys into the path as well."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network.

    Attributes:
        name: its name, or the endpoints that were given instead.
        endpoints: WebSocket URLs in the order they are tried.
        genesis: `0x` hash of block 0, None where it is not known.
        archive: endpoints that have every old block and state, asked for what others dropped.
    """

    name: str
    endpoints: tuple[str, ...]
    genesis: str | None = None
    archive: tuple[str, ...] = ()


_ARCHIVE = "wss://archive.chain.opentensor.ai:443"

NETWORKS = {
    network.name: network
    for network in (
        Network(
            "finney",
            (
                "wss://entrypoint-finney.opentensor.ai:443",
                "wss://lite.chain.opentensor.ai:443",
                "wss://bittensor-finney.api.onfinality.io/public-ws",
            ),
            FINNEY_GENESIS,
            (_ARCHIVE,),
        ),
        Network(
            "test",
            ("wss://test.finney.opentensor.ai:443", "wss://test.chain.opentensor.ai:443"),
            TEST_GENESIS,
        ),
        Network("archive", (_ARCHIVE,), FINNEY_GENESIS),
        Network("local", ("ws://127.0.0.1:9944",)),
    )
}
"""The networks that have a name."""


def resolve(
    text: str,
    pools: Mapping[str, Pool] | None = None,
    *,
    fallback: Sequence[str] = (),
    archive: Sequence[str] = (),
) -> Network:
    """The network that a name, a WebSocket URL, or several URLs joined by commas means.

    Args:
        text: what was given.
        pools: networks of the configuration file. One with a known name replaces its endpoints,
            and has its genesis whatever the file says.
        fallback: endpoints that are tried after the network's own, where its genesis is known:
            nothing else would tell a dead dev chain's stand-in from the real network.
        archive: archive endpoints instead of the network's own.

    Raises:
        UsageError: neither a known name nor URLs; names what is known.
        UnreachableError: a URL that is none, or not of a WebSocket.
    """
    found = _named(text, pools or {})
    more = fallback if found.genesis is not None else ()
    for url in (*found.endpoints, *more, *found.archive, *archive):
        _check(url)
    endpoints = tuple(dict.fromkeys((*found.endpoints, *more)))
    return replace(found, endpoints=endpoints, archive=tuple(archive) or found.archive)


def _named(text: str, pools: Mapping[str, Pool]) -> Network:
    name = text.strip()
    known, own = NETWORKS.get(name), pools.get(name)
    if own is not None and (own.endpoints or known is not None):
        base = known or Network(name, ())
        return Network(
            name,
            own.endpoints or base.endpoints,
            base.genesis or own.genesis,
            own.archive or base.archive,
        )
    if known is not None:
        return known
    urls = tuple(part.strip() for part in text.split(",") if part.strip())
    if not urls or "://" not in urls[0]:
        raise UsageError(
            f"there is no network {text.rpartition('@')[2].partition('/')[0]!r}",
            f"known networks: {', '.join(dict.fromkeys((*NETWORKS, *pools)))}; "
            "or give a URL such as ws://127.0.0.1:9944",
        )
    return Network(", ".join(map(shown, urls)), urls)


def shown(url: str) -> str:
    """A URL as it may be printed: without the credentials and keys that providers put into it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "<broken URL>"
    host = f"[{host}]" if ":" in host else host
    at = f"{host}:{port}" if port else host
    segments = parts.path.rstrip("/").split("/")
    path = "/".join(one if _PLAIN_SEGMENT.fullmatch(one) else "…" for one in segments)
    return f"{parts.scheme}://{at}{path}{'?…' if parts.query else ''}"


def without_secrets(text: str) -> str:
    """A text that may name endpoints, each as `shown`."""
    return _URL.sub(lambda match: shown(match[0]), text)


def is_loopback(url: str) -> bool:
    """Whether the URL names this machine, so that no proxy is asked."""
    return (urlsplit(url).hostname or "") in ("127.0.0.1", "localhost", "::1")


def _check(url: str) -> None:
    hint = "an endpoint is a WebSocket URL such as ws://127.0.0.1:9944"
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("ws", "wss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise UnreachableError(
            "what was given is not a WebSocket URL: its address or port is broken",
            f"{hint}, with a port from 1 to 65535",
        ) from None
    if good:
        return
    if parts.scheme in ("http", "https"):
        hint = f"nodes answer WebSocket on the same port: {shown(url).replace('http', 'ws', 1)}"
    raise UnreachableError(f"{shown(url)} is not a WebSocket URL", hint)

"""Which localnet a command is about, and which others there are where it does not run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from taoctl.cli import context, options
from taoctl.errors import UnreachableError, UsageError
from taoctl.localnet.running import running_ports
from taoctl.localnet.service import DEFAULT_PORT

RunningPort = Annotated[
    int | None,
    typer.Option(
        "--port",
        min=1,
        max=65_535,
        help=f"Port of the localnet; that of the network, or else {DEFAULT_PORT}.",
    ),
]
_OWN_ENDPOINT = re.compile(r"wss?://(?:localhost|127\.0\.0\.1|\[::1\]):(?P<port>[0-9]{1,5})/?")


@contextmanager
def running_port(port: int | None) -> Iterator[int]:
    """The port of the localnet that a command asks, with the hint that helps where none is there.

    That which --port names, or else the endpoint of the network where it is one of this machine.

    Raises:
        UsageError: --network names something else, or another port than --port.
        UnreachableError: what happens inside found no localnet; it names those that run.
    """
    number = _port(port)
    try:
        yield number
    except UnreachableError as problem:
        others = ", ".join(str(one) for one in running_ports() if one != number)
        if others:
            problem.hint = f"localnets run here on {others}: name one with --port; {problem.hint}"
        raise


def _port(port: int | None) -> int:
    named = options.current().network
    own = _port_of_network()
    if named is None:
        return port or own or DEFAULT_PORT
    if own is None:
        raise UsageError(
            f"{named} is no localnet of this machine", "leave --network out, and use --port"
        )
    # `local` is where a localnet listens unless told otherwise, so that --port may say it.
    if port is not None and port != own and named != "local":
        raise UsageError(f"--network names port {own}, and --port {port}", "name one")
    return port or own


def _port_of_network() -> int | None:
    """The port of the network's first endpoint; None for one that is not of this machine."""
    own = _OWN_ENDPOINT.fullmatch(context.network_of(context.network()).endpoints[0])
    return None if own is None else int(own["port"])

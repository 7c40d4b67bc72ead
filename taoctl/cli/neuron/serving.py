"""`taoctl neuron serve` and `unserve`: where a neuron listens, as the chain tells others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli.neuron.app import app
from taoctl.cli.neuron.which import Netuid
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import UsageError
from taoctl.text import printable
from taoctl.units import U16_MAX

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.certificates import Certificate
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account

_U8_MAX = 255
_U32_MAX = 2**32 - 1
_LONGEST_FILE = 65_536


@app.command("serve")
@writes
def serve(
    flags: WriteFlags,
    netuid: Netuid,
    ip: Annotated[
        str, typer.Option("--ip", metavar="ADDRESS", help="IPv4 or IPv6 address others reach.")
    ],
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="PORT", min=1, max=U16_MAX, help="Where the axon listens."),
    ] = None,
    protocol: Annotated[
        int,
        typer.Option(
            "--protocol",
            metavar="N",
            min=0,
            max=_U8_MAX,
            help="A number whose meaning is the subnet's; clients of the chain write 4.",
        ),
    ] = 4,
    axon_version: Annotated[
        int,
        typer.Option(
            "--axon-version",
            metavar="N",
            min=0,
            max=_U32_MAX,
            help="Version of the software that listens, as its subnet counts it.",
        ),
    ] = 1,
    tls_cert: Annotated[
        Path | None,
        typer.Option(
            "--tls-cert",
            metavar="FILE",
            help="Publish the public key in this certificate: PEM, DER, or 0x and hexadecimal.",
        ),
    ] = None,
    tls_algorithm: Annotated[
        int | None,
        typer.Option(
            "--tls-algorithm",
            metavar="N",
            min=0,
            max=_U8_MAX,
            help="The number that the subnet uses for the key's algorithm.",
        ),
    ] = None,
    prometheus_port: Annotated[
        int | None,
        typer.Option(
            "--prometheus-port",
            metavar="PORT",
            min=1,
            max=U16_MAX,
            help="Publish where its Prometheus endpoint listens, at the same address.",
        ),
    ] = None,
) -> None:
    """Publish where a neuron listens: its axon, and the key of its certificate, or Prometheus.

    Signed by the neuron's hotkey, and free. It starts nothing: `taoctl neuron probe` tells whether
    something answers there. The chain keeps at most 64 bytes of public key, so not the certificate
    itself: an Ed25519 or P-256 key fits, an RSA key does not.

    \b
    Examples:
      taoctl neuron serve 1 --ip 8.8.4.4 --port 8091 --wallet my-wallet/miner
      taoctl neuron serve 1 --ip 2606:4700::6 --port 8091 --prometheus-port 9090 --wallet w/miner
      taoctl neuron serve 1 --ip 8.8.4.4 --port 8091 --tls-cert axon.pem --tls-algorithm 1 \
--wallet my-wallet/miner --dry-run
    """
    from taoctl.calls.batch import one_or_batch
    from taoctl.calls.batch_mode import BatchMode
    from taoctl.calls.serving.axon import ServeAxon
    from taoctl.calls.serving.prometheus import ServePrometheus
    from taoctl.cli.transact import right_key, transact
    from taoctl.endpoints import Endpoint, parse_ip

    if port is None and prometheus_port is None:
        raise UsageError("nothing was given to serve", "add --port, or --prometheus-port")
    if port is None and tls_cert is not None:
        raise UsageError("--tls-cert is for an axon", "add --port")
    number, version = parse_ip(ip)
    if not number:
        raise UsageError(
            f"{ip.strip()} says that nothing is served", "for that there is `taoctl neuron unserve`"
        )
    certificate = _certificate(tls_cert, tls_algorithm)

    async def order(view: View, signer: Account) -> Intent:
        wanted: list[Intent] = []
        if port is not None:
            at = Endpoint(number, version, port)
            wanted.append(ServeAxon(netuid, at, protocol, axon_version, certificate))
        if prometheus_port is not None:
            at = Endpoint(number, version, prometheus_port)
            wanted.append(ServePrometheus(netuid, at, axon_version))
        # Several become a batch, which does not know whose calls it holds.
        right_key(wanted[0], flags, signer)
        return one_or_batch(wanted, BatchMode.ALL)

    transact(order, flags)


@app.command("unserve")
@writes
def unserve(flags: WriteFlags, netuid: Netuid) -> None:
    """Say that a neuron serves no axon any more.

    The chain has no call that removes one: it is set to 0.0.0.0, which readers take for none, as
    other clients do. The key of its certificate is blanked. A Prometheus endpoint cannot be taken
    back, only changed. What a neuron served is gone when it loses its UID.

    \b
    Examples:
      taoctl neuron unserve 1 --wallet my-wallet/miner
      taoctl neuron unserve 1 --wallet my-wallet/miner --dry-run
    """
    from taoctl.calls.serving.axon import StopServing
    from taoctl.cli.transact import transact

    transact(StopServing(netuid), flags)


def _certificate(file: Path | None, algorithm: int | None) -> Certificate | None:
    from taoctl.certificates import parse_certificate

    if file is None:
        if algorithm is not None:
            raise UsageError("--tls-algorithm means nothing without --tls-cert")
        return None
    try:
        with file.open("rb") as stream:
            content = stream.read(_LONGEST_FILE + 1)
    except OSError as problem:
        why = problem.strerror or type(problem).__name__
        raise UsageError(f"{printable(str(file))!r} cannot be read: {why}") from None
    if len(content) > _LONGEST_FILE:
        raise UsageError(f"{printable(str(file))!r} is too long for a certificate")
    return parse_certificate(content, algorithm)

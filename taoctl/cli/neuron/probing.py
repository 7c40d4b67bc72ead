"""`taoctl neuron probe`: whether axons answer, asked from this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.arguments import a_number
from taoctl.cli.neuron.app import app
from taoctl.cli.neuron.which import every_uid, uid_of, wanted
from taoctl.cli.output import Result, Section
from taoctl.errors import Exit, UsageError

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.cli.neuron.probe_rows import ProbeRow
    from taoctl.reads.axons import AxonRow

PROBE_SCHEMA = "taoctl.neuron.probe/1"
_LIMIT_S = 5.0
_LONGEST_S = 60.0


@app.command("probe")
def probe_(
    which: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NETUID [UID|HOTKEY] | HOTKEY|WALLET]",
            help="A neuron, all of a subnet, or all of a key; your own when left out.",
            autocompletion=context.key_completions,
        ),
    ] = None,
    mine: Annotated[
        bool, typer.Option("--mine", help="Those of your wallets, or of the one of --wallet.")
    ] = False,
    within: Annotated[
        float,
        typer.Option(
            "--within",
            metavar="SECONDS",
            min=0.1,
            max=_LONGEST_S,
            callback=a_number,
            help="How long connecting, TLS and the answer may each take.",
        ),
    ] = _LIMIT_S,
    any_address: Annotated[
        bool,
        typer.Option(
            "--any-address",
            help="Try addresses too that are not public, such as those of your own network.",
        ),
    ] = False,
) -> None:
    """Whether axons answer, seen from this machine: TCP, TLS and HTTP, and how fast.

    It connects to the address on chain and asks `GET /`; any HTTP status shows that something
    listens. What it finds is true from here: a firewall may let others through, or stop them.
    Ends with exit code 1 where an axon was not reached, and where a neuron that was named serves
    none; for a whole subnet always with 0.

    \b
    Examples:
      taoctl neuron probe --mine
      taoctl neuron probe 1 7
      taoctl neuron probe my-wallet/miner --within 2
      taoctl neuron probe 1 -o json | jq '.data[] | select(.reachable)'
    """
    if mine and which:
        raise UsageError("--mine names your neurons already", "leave out the arguments, or --mine")
    from taoctl.cli.neuron.probe_rows import ProbeRow

    found, origin = context.run(_reader(which or ()))
    rows = _probed(found, within, any_address=any_address)
    section = Section(rows, ProbeRow)
    output.show(Result(PROBE_SCHEMA, origin, (section,)))
    context.warn_insecure(output.addresses_in(section))
    _judge(rows, which or ())


def _judge(rows: Sequence[ProbeRow], which: Sequence[str]) -> None:
    """Say how many were not reached; exit code 1 unless a whole subnet was asked for."""
    named = len(which) == 2
    missed = [row for row in rows if row.reachable is False or (named and not row.reachable)]
    if not missed:
        return
    served = sum(row.axon is not None for row in rows)
    output.warn(f"not reached from here: {len(missed)} of {served or len(rows)} axons")
    if not _is_subnet(which):
        raise typer.Exit(int(Exit.REFUSED))


def _probed(found: Sequence[AxonRow], limit_s: float, *, any_address: bool) -> list[ProbeRow]:
    import asyncio

    from taoctl.cli.neuron.probe_rows import is_tried, probe_row
    from taoctl.probe import Target, probe_all

    tried = [row for row in found if is_tried(row, any_address=any_address)]
    targets = [Target(row.endpoint, row.certificate) for row in tried if row.endpoint is not None]
    reached = dict(zip(tried, asyncio.run(probe_all(targets, limit_s)), strict=True))
    return [probe_row(row, reached.get(row)) for row in found]


def _reader(which: Sequence[str]) -> Callable[[View], Awaitable[tuple[AxonRow, ...]]]:
    """The read of the axons that arguments mean; raises UsageError for those that mean none."""
    if _starts_with_number(which):
        return _on_subnet(context.netuid(which[0]), which[1:])
    if len(which) > 1:
        raise UsageError(
            "name a neuron as NETUID UID, as NETUID HOTKEY, or its hotkey alone",
            "such as `taoctl neuron probe 1 7`",
        )
    coldkeys, hotkeys, names = context.keys(which)

    async def work(view: View) -> tuple[AxonRow, ...]:
        from taoctl.reads.axons import axons

        return await axons(view, coldkeys, hotkeys, names)

    return work


def _starts_with_number(which: Sequence[str]) -> bool:
    return bool(which) and which[0].isascii() and which[0].isdecimal()


def _is_subnet(which: Sequence[str]) -> bool:
    """Whether the arguments name a whole subnet, whose neurons are mostly others'."""
    return len(which) == 1 and _starts_with_number(which)


def _on_subnet(
    netuid: int, which: Sequence[str]
) -> Callable[[View], Awaitable[tuple[AxonRow, ...]]]:
    if len(which) > 1:
        raise UsageError("one neuron of a subnet is named at a time", "or all of it, by NETUID")
    one, names = wanted(which[0]) if which else (None, context.names())

    async def work(view: View) -> tuple[AxonRow, ...]:
        from taoctl.reads.axons import axons_of

        if one is None:
            return await axons_of(view, {netuid: await every_uid(view, netuid)}, names)
        return await axons_of(view, {netuid: (await uid_of(view, netuid, one),)}, names)

    return work

"""`taoctl tx`: what became of the transactions that were sent from here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from taoctl.cli import context, options, output, prompts
from taoctl.cli.arguments import a_number
from taoctl.cli.output import Origin, Result, Section
from taoctl.cli.schema_parts import Plain, Shape, array, obj, row_schema
from taoctl.cli.tx_rows import StepRow, TxRow, step_row, tx_row
from taoctl.errors import DeclinedError, Exit, RefusedError, TaoctlError, UsageError
from taoctl.submit.options import TxOptions, Wait

if TYPE_CHECKING:
    from taoctl.chain.client import Chain
    from taoctl.journal.record import Record
    from taoctl.journal.store import Journal

T = TypeVar("T")

app = typer.Typer(
    help="What became of the transactions that were sent from here.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

SCHEMAS: dict[str, Shape | Plain] = {
    "taoctl.tx.list/1": Shape("taoctl tx list", TxRow),
    "taoctl.tx.resume/1": Shape("taoctl tx resume", TxRow),
    "taoctl.tx.close/1": Shape("taoctl tx close", TxRow),
    "taoctl.tx.wait/1": Shape("taoctl tx wait", TxRow, single=True),
    "taoctl.tx.show/1": Plain(
        "taoctl tx show",
        obj(
            extrinsic={"type": "string", "pattern": "^0x[0-9a-f]+$"},
            transaction=row_schema(TxRow),
            steps=array(row_schema(StepRow)),
        ),
    ),
}

_WHICH = "Number in the journal, or hash of the transaction."


@app.command("list")
def list_(
    pending: Annotated[
        bool, typer.Option("--pending", help="Only those whose state can still change.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="The newest N.")] = 50,
) -> None:
    """Transactions in the journal, newest first; asks no chain.

    With --network only those of that network.

    \b
    Examples:
      taoctl tx list
      taoctl tx list --pending -o wide
      taoctl tx list -n finney --limit 500 -o csv
    """
    with _journal() as journal:
        records = tuple(reversed(journal.pending())) if pending else journal.list()
    network = _chosen_network()
    rows = [tx_row(one) for one in records if network is None or one.network == network][:limit]
    output.show(Result("taoctl.tx.list/1", Origin(), (Section(rows, TxRow),)))


@app.command("show")
def show(which: Annotated[str, typer.Argument(metavar="ID|HASH", help=_WHICH)]) -> None:
    """One transaction and everything that happened to it; asks no chain.

    \b
    Examples:
      taoctl tx show 12
      taoctl tx show 12 -o json
    """
    with _journal() as journal:
        record = _find(journal, which)
        steps = [step_row(step) for step in journal.steps(record.id)]
    sections = (
        Section([tx_row(record)], TxRow, key="transaction", single=True),
        Section(steps, StepRow, key="steps"),
    )
    extra = {"extrinsic": "0x" + record.extrinsic.hex()}
    output.show(Result("taoctl.tx.show/1", Origin(), sections, extra=extra))


@app.command("resume")
def resume(
    which: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID|HASH]...", help="All that are open when left out."),
    ] = None,
    rebroadcast: Annotated[
        bool,
        typer.Option(
            "--rebroadcast", help="Hand those that no block has to a node again, as they are."
        ),
    ] = False,
) -> None:
    """Find out from the blocks what became of transactions.

    Each is looked for on the network that it was sent to, unless --network names another way to
    reach the same chain. Exit code 7 says that the fate of some is still open. Sending the same
    bytes again never executes anything twice.

    \b
    Examples:
      taoctl tx resume
      taoctl tx resume 12 --rebroadcast
      taoctl tx resume -n archive
    """
    with _journal() as journal:
        wanted = tuple(_find(journal, one) for one in which or ())
        records = wanted or journal.pending()
        done, trouble = _resumed(journal, records, rebroadcast)
    rows = [tx_row(record) for record in done]
    output.show(Result("taoctl.tx.resume/1", Origin(), (Section(rows, TxRow),)))
    if trouble is not None and (wanted or not done):
        raise trouble
    seen = {record.id: record for record in done}
    if any(seen.get(record.id, record).unresolved for record in records):
        raise typer.Exit(int(Exit.UNKNOWN_OUTCOME))


@app.command("wait")
def wait(
    which: Annotated[str, typer.Argument(metavar="ID|HASH", help=_WHICH)],
    until: Annotated[Wait, typer.Option("--wait", help="In a block, or final.")] = Wait.FINALIZED,
    limit: Annotated[
        float | None,
        typer.Option(
            "--limit", metavar="SECONDS", min=0, callback=a_number, help="Give up after this."
        ),
    ] = None,
) -> None:
    """Wait until a transaction is final, or in a block.

    Exit code 1 says that it failed, expired or was replaced; 7 that its fate is still open.

    \b
    Examples:
      taoctl tx wait 12
      taoctl tx wait 12 --wait inblock --limit 60
    """
    with _journal() as journal:
        record = _find(journal, which)
        chosen = TxOptions(wait=until, deadline_s=limit)
        done, simulated = _on_chain(record, lambda chain: _followed(chain, journal, record, chosen))
    result = Section([tx_row(done)], TxRow, single=True)
    output.show(Result("taoctl.tx.wait/1", _origin(done, simulated), (result,)))
    if not done.succeeded:
        raise typer.Exit(int(Exit.UNKNOWN_OUTCOME if done.unresolved else Exit.REFUSED))


@app.command("close")
def close(
    which: Annotated[list[str], typer.Argument(metavar="ID|HASH...", help=_WHICH)],
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
) -> None:
    """Ask no more about transactions whose chain, or whose blocks, are gone for good.

    They stay in the journal as they are. Asks no chain, and takes nothing back: what a node still
    has may yet be carried out, and the same call can then be sent a second time without --again.

    \b
    Examples:
      taoctl tx close 12
      taoctl tx close 12 13 -y
    """
    with _journal() as journal:
        records = [_find(journal, one) for one in which]
        words = ", ".join(f"{one.id} ({one.intent})" for one in records)
        if not yes:
            prompts.require("close it?", "say yes beforehand with --yes")
            if not prompts.confirm(f"Ask no more about {words}?"):
                raise DeclinedError("nothing was closed")
        done = [journal.move(one.id, final=True, reason="closed by the user") for one in records]
    rows = [tx_row(record) for record in done]
    output.show(Result("taoctl.tx.close/1", Origin(), (Section(rows, TxRow),)))


async def _followed(
    chain: Chain, journal: Journal, record: Record, chosen: TxOptions
) -> tuple[Record, bool]:
    """The record as it is at the end, and whether its chain is a simulated one."""
    from taoctl.submit.send import follow

    _same_chain(chain, record)
    outcome = await follow(
        chain, journal, record, chosen, lambda progress: output.note(progress.text)
    )
    return outcome.record, chain.simulated


def _resumed(
    journal: Journal, records: Sequence[Record], rebroadcast: bool
) -> tuple[list[Record], TaoctlError | None]:
    """The records of every network as they are now, and the last thing that stood in the way."""
    done: list[Record] = []
    trouble: TaoctlError | None = None
    ordered = sorted(records, key=lambda one: (one.network, one.id))
    for network, group in groupby(ordered, key=lambda one: one.network):
        listed = list(group)
        try:
            work = partial(_settled, journal=journal, records=listed, again=rebroadcast)
            done += _on_chain(listed[0], work)
        except TaoctlError as problem:
            trouble = problem
            output.warn(f"{len(listed)} on {network}: {problem.message}")
    return sorted(done, key=lambda one: one.id), trouble


async def _settled(
    chain: Chain, journal: Journal, records: Sequence[Record], again: bool
) -> list[Record]:
    from taoctl.submit.settle import rebroadcast, settle

    done = []
    for record in records:
        if record.genesis != chain.genesis:
            output.note(f"transaction {record.id} belongs to another chain than {chain.network}")
            continue
        record = await settle(chain, journal, record)
        if again and record.unresolved and record.block is None:
            try:
                record = await rebroadcast(chain, journal, record)
            except RefusedError as problem:
                output.warn(f"{problem.message}; {problem.hint}")
        done.append(record)
    return done


def _on_chain(record: Record, work: Callable[[Chain], Awaitable[T]]) -> T:
    """Work on the network of a record, or the one that was asked for."""
    from taoctl.chain.client import connect
    from taoctl.cli import interrupts

    network = context.network() if options.current().network is not None else record.network

    async def connected() -> T:
        async with connect(context.network_of(network), timeout=context.timeout()) as chain:
            return await work(chain)

    return interrupts.run(connected())


def _same_chain(chain: Chain, record: Record) -> None:
    if chain.genesis != record.genesis:
        raise UsageError(
            f"transaction {record.id} belongs to another chain than {chain.network}",
            f"it was sent to {record.network}; name a way there with --network",
        )


def _journal() -> Journal:
    from taoctl.journal.store import Journal

    return Journal()


def _find(journal: Journal, which: str) -> Record:
    if which.isascii() and which.isdecimal() and len(which) <= 15:
        return journal.get(int(which))
    found = journal.find(which)
    if found is None:
        raise UsageError(
            f"there is no transaction {which!r} in the journal", "see `taoctl tx list`"
        )
    return found


def _chosen_network() -> str | None:
    """The network that --network names, as records name it."""
    from taoctl.chain.networks import resolve

    chosen = options.current().network
    return None if chosen is None else resolve(chosen).name


def _origin(record: Record, simulated: bool) -> Origin:
    return Origin(
        network=record.network,
        genesis=record.genesis,
        block=record.block,
        block_hash=record.block_hash,
        spec_version=record.spec_version,
        simulated=simulated,
    )

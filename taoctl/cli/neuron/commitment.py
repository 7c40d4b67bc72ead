"""`taoctl neuron commitment`: what neurons publish on their subnets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.groups import LazyGroup
from taoctl.cli.neuron.app import app
from taoctl.cli.neuron.which import Netuid, every_uid, uid_of, wanted
from taoctl.cli.output import Result, Section
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import UsageError
from taoctl.text import printable

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.reads.commitments import CommitmentRow

COMMITMENT_SCHEMA = "taoctl.neuron.commitment/1"
_LONGEST_FILE = 4_096

group = typer.Typer(
    cls=LazyGroup,
    help="Commitments: what neurons publish on their subnets, beside weights.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(group, name="commitment")


@group.command("get")
def get(
    netuid: Netuid,
    neuron: Annotated[
        str | None,
        typer.Argument(
            metavar="[UID|HOTKEY]",
            help="Only this neuron's; everybody's on the subnet when left out.",
            autocompletion=context.key_completions,
        ),
    ] = None,
) -> None:
    """What neurons publish on a subnet, field by field, and what drand opened of it.

    `taoctl query commitments` lists those of your wallets, on every subnet.

    \b
    Examples:
      taoctl neuron commitment get 1
      taoctl neuron commitment get 1 my-wallet/miner -o wide
    """
    from taoctl.reads.commitments import CommitmentRow

    which, names = (None, context.names()) if neuron is None else wanted(neuron)

    async def work(view: View) -> tuple[CommitmentRow, ...]:
        from taoctl.reads.commitments import commitments_of

        if which is None:
            return await commitments_of(view, {netuid: await every_uid(view, netuid)}, names)
        return await commitments_of(view, {netuid: {await uid_of(view, netuid, which)}}, names)

    rows, origin = context.run(work)
    section = Section(rows, CommitmentRow)
    output.show(Result(COMMITMENT_SCHEMA, origin, (section,)))
    context.warn_insecure(output.addresses_in(section))


@group.command("set")
@writes
def set_(
    flags: WriteFlags,
    netuid: Netuid,
    texts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TEXT]...", help="A field each; at most three, 512 bytes each."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Publish the bytes of this file instead."),
    ] = None,
) -> None:
    """Publish something on a subnet, in place of what was there; it is free.

    Signed by the neuron's hotkey. An epoch has room for 3100 bytes unless the chain says
    otherwise, and whatever is published counts as 100 at least.

    \b
    Examples:
      taoctl neuron commitment set 1 '{"model": "me/model-7b", "rev": 3}' --wallet my-wallet/miner
      taoctl neuron commitment set 1 --file model.json --wallet my-wallet/miner --dry-run
    """
    from taoctl.calls.commitment import SetCommitment
    from taoctl.cli.transact import transact

    if bool(texts) == (file is not None):
        raise UsageError("nothing was given to publish, or twice", "give texts, or --file")
    fields = tuple(map(_utf8, texts or ())) if file is None else (_content(file),)
    transact(SetCommitment(netuid, fields), flags)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{printable(text, 40)!r} is not UTF-8 text", "use --file") from None


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(_LONGEST_FILE)
    except OSError as problem:
        why = problem.strerror or type(problem).__name__
        raise UsageError(f"{printable(str(file))!r} cannot be read: {why}") from None
    return content

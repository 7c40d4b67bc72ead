"""`taoctl subnet symbol` and `identity`: what a subnet is called, and what it says of itself."""

from __future__ import annotations

from typing import Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.identity import utf8
from taoctl.cli.output import Result, Section
from taoctl.cli.schema_parts import Plain, Shape
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import UsageError
from taoctl.reads.subnet_identities import SubnetIdentityRow

GET_SCHEMA = "taoctl.subnet.identity/1"
SCHEMAS: dict[str, Shape | Plain] = {
    GET_SCHEMA: Shape("taoctl subnet identity get", SubnetIdentityRow)
}

identity = typer.Typer(
    help="Identities: what subnets say of themselves.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Netuid = Annotated[
    int, typer.Argument(metavar="NETUID", help="Subnet number.", parser=context.netuid)
]
_Text = str | None


@writes
def symbol(
    flags: WriteFlags,
    netuid: Netuid,
    character: Annotated[str, typer.Argument(metavar="SYMBOL", help="Of the chain's own list.")],
) -> None:
    """Give the alpha of a subnet another symbol, one that no subnet has.

    The chain knows 438 of them; a refusal names some that are free.

    \b
    Examples:
      taoctl subnet symbol 1 θ --wallet my-wallet --dry-run
      taoctl subnet symbol 1 β --wallet my-wallet
    """
    from taoctl.calls.owner.symbol import SetSymbol
    from taoctl.cli.transact import transact

    transact(SetSymbol(netuid, utf8(character)), flags)


@identity.command("get")
def get(
    netuids: Annotated[
        list[int] | None,
        typer.Argument(metavar="[NETUID]...", help="All when left out.", parser=context.netuid),
    ] = None,
) -> None:
    """What subnets say of themselves: their owners' own words, which nobody has checked.

    A subnet that says nothing has no row.

    \b
    Examples:
      taoctl subnet identity get 1
      taoctl subnet identity get -o json
    """
    from taoctl.chain.view import View
    from taoctl.reads.subnet_identities import subnet_identities

    async def work(view: View) -> tuple[SubnetIdentityRow, ...]:
        wanted = list(netuids or ())
        if not wanted:
            added = await view.map("SubtensorModule", "NetworksAdded")
            wanted = sorted(int(one) for one, there in added.items() if there)
        return await subnet_identities(view, wanted)

    rows, origin = context.run(work)
    section = Section(rows, SubnetIdentityRow, listed=len(rows) <= 1)
    output.show(Result(GET_SCHEMA, origin, (section,)))


@identity.command("set")
@writes
def set_(
    flags: WriteFlags,
    netuid: Netuid,
    name: Annotated[_Text, typer.Option("--name", help="At most 256 bytes.")] = None,
    github: Annotated[
        _Text, typer.Option("--github", help="Where its code is; at most 1024 bytes.")
    ] = None,
    contact: Annotated[
        _Text, typer.Option("--contact", help="How to reach its owner; at most 1024 bytes.")
    ] = None,
    url: Annotated[_Text, typer.Option("--url", help="Web page; at most 1024 bytes.")] = None,
    discord: Annotated[_Text, typer.Option("--discord", help="At most 256 bytes.")] = None,
    description: Annotated[_Text, typer.Option("--description", help="At most 1024 bytes.")] = None,
    logo: Annotated[
        _Text, typer.Option("--logo", help="Where its picture is; at most 1024 bytes.")
    ] = None,
    additional: Annotated[
        _Text, typer.Option("--additional", help="Anything else; at most 1024 bytes.")
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Empty every field that is not given.")
    ] = False,
) -> None:
    """Set what a subnet says of itself; fields that are not given stay as they are.

    Signed by its owner. The chain counts bytes: a character beyond ASCII has two to four. It has
    no call that removes an identity; --clear empties its fields.

    \b
    Examples:
      taoctl subnet identity set 1 --name "Rao Vision" --url https://rao.example --wallet w
      taoctl subnet identity set 1 --discord "" --wallet my-wallet --dry-run
    """
    from taoctl.calls.owner.identity import SetSubnetIdentity
    from taoctl.calls.subnet_identity import MOST_BYTES
    from taoctl.cli.transact import transact

    texts = (name, github, contact, url, discord, description, logo, additional)
    chosen = zip(MOST_BYTES, texts, strict=True)
    fields = tuple((key, utf8(text or "")) for key, text in chosen if clear or text is not None)
    if not fields:
        raise UsageError("nothing was given to set", "add --name, --url or another field")
    transact(SetSubnetIdentity(netuid, fields), flags)

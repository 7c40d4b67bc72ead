"""`taoctl identity`: what coldkeys say of themselves."""

from __future__ import annotations

from typing import Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.arguments import Accounts
from taoctl.cli.output import Result, Section
from taoctl.cli.schema_parts import Plain, Shape
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import UsageError
from taoctl.reads.identities import IdentityRow
from taoctl.text import printable

app = typer.Typer(
    help="Identities: what coldkeys say of themselves.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

GET_SCHEMA = "taoctl.identity.get/1"
SCHEMAS: dict[str, Shape | Plain] = {GET_SCHEMA: Shape("taoctl identity get", IdentityRow)}

_Text = str | None


@app.command("get")
def get(accounts: Accounts = None) -> None:
    """What coldkeys say of themselves: their own words, which nobody has checked.

    A coldkey that says nothing has no row.

    \b
    Examples:
      taoctl identity get
      taoctl identity get 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty -o wide
    """
    from taoctl.reads.identities import identities

    coldkeys, names = context.addresses(accounts or ())
    rows, origin = context.run(lambda view: identities(view, coldkeys, names))
    section = Section(rows, IdentityRow)
    output.show(Result(GET_SCHEMA, origin, (section,)))
    context.warn_insecure(output.addresses_in(section))


@app.command("set")
@writes
def set_(
    flags: WriteFlags,
    name: Annotated[_Text, typer.Option("--name", help="At most 256 bytes.")] = None,
    url: Annotated[_Text, typer.Option("--url", help="Web page; at most 256 bytes.")] = None,
    github: Annotated[
        _Text, typer.Option("--github", help="Where its code is; at most 256 bytes.")
    ] = None,
    image: Annotated[
        _Text, typer.Option("--image", help="Where its picture is; at most 1024 bytes.")
    ] = None,
    discord: Annotated[_Text, typer.Option("--discord", help="At most 256 bytes.")] = None,
    description: Annotated[_Text, typer.Option("--description", help="At most 1024 bytes.")] = None,
    additional: Annotated[
        _Text, typer.Option("--additional", help="Anything else; at most 1024 bytes.")
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Empty every field that is not given.")
    ] = False,
) -> None:
    """Set what a coldkey says of itself; fields that are not given stay as they are.

    Signed by the coldkey, one of whose hotkeys must have a UID on some subnet. The chain counts
    bytes: a character beyond ASCII has two to four. It has no call that removes an identity;
    --clear empties its fields.

    \b
    Examples:
      taoctl identity set --name "Rao Mining" --url https://rao.example --wallet my-wallet
      taoctl identity set --discord "" --wallet my-wallet --dry-run
    """
    from taoctl.calls.identity import MOST_BYTES, SetIdentity
    from taoctl.cli.transact import transact

    given = {
        "name": name,
        "url": url,
        "github_repo": github,
        "image": image,
        "discord": discord,
        "description": description,
        "additional": additional,
    }
    chosen = [(key, given[key]) for key in MOST_BYTES]
    fields = tuple((key, utf8(text or "")) for key, text in chosen if clear or text is not None)
    if not fields:
        raise UsageError("nothing was given to set", "add --name, --url or another field")
    transact(SetIdentity(fields), flags)


def utf8(text: str) -> str:
    """The text, if it is text; raises UsageError for bytes of another encoding."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"{printable(text, 40)!r} is not UTF-8 text", "write it in UTF-8, as terminals do"
        ) from None
    return text

"""`taoctl address`: names for addresses and multisig accounts, usable wherever one is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.groups import LazyGroup
from taoctl.cli.output import Origin, Result, Section
from taoctl.cli.schema_parts import Plain, Shape
from taoctl.errors import UsageError
from taoctl.reads.columns import Column, Kind
from taoctl.text import printable
from taoctl.wallet import book
from taoctl.wallet.book import BookEntry

app = typer.Typer(
    cls=LazyGroup,
    help="The address book: names for addresses and multisig accounts.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRow:
    """One name in an address book."""

    name: Annotated[str, Column("name", Kind.TEXT, "what the address is called")]
    ss58: Annotated[str, Column("address", Kind.SS58, "the address")]
    multisig: Annotated[
        str | None, Column("multisig", Kind.TEXT, "signatures needed of how many, as 2 of 3")
    ]
    note: Annotated[str | None, Column("note", Kind.TEXT, "free text", drop=1)]
    source: Annotated[str, Column("book", Kind.TEXT, "taoctl or btcli: whose book it is in")]
    signatories: Annotated[
        str | None,
        Column("members", Kind.TEXT, "addresses of a multisig's members, by commas", wide=True),
    ]


SCHEMAS: dict[str, Shape | Plain] = {
    "taoctl.address.add/1": Shape("taoctl address add", AddressRow, single=True),
    "taoctl.address.list/1": Shape("taoctl address list", AddressRow),
    "taoctl.address.remove/1": Shape("taoctl address remove", AddressRow, single=True),
}


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    addresses: Annotated[
        list[str],
        typer.Argument(
            metavar="SS58|NAME...", help="The address; of a multisig account, its members."
        ),
    ],
    threshold: Annotated[
        int | None,
        typer.Option(
            "--threshold", metavar="N", min=1, help="A multisig account: N signatures are needed."
        ),
    ] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Free text.")] = None,
) -> None:
    """Name an address, or a multisig account by its members.

    The address of a multisig account follows from its members and threshold. A name that is taken
    is refused.

    \b
    Examples:
      taoctl address add exchange 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
      taoctl address add treasury alice bob carol --threshold 2 --note "two of three"
    """
    output.require_form()
    accounts = tuple(context.account(text).ss58 for text in addresses)
    own = book.AddressBook(book.default_path())
    if threshold is not None:
        _check_free(name, book.multisig_entry(name, threshold, accounts).ss58)
        entry = own.add_multisig(name, threshold, accounts, note)
    elif len(accounts) == 1:
        _check_free(name, accounts[0])
        entry = own.add(name, accounts[0], note)
    else:
        raise UsageError(
            "several addresses make a multisig account, and its threshold is missing",
            "say with --threshold how many must sign, or give one address",
        )
    _show_one("taoctl.address.add/1", entry)
    context.warn_insecure([entry.ss58, *entry.signatories])


@app.command("list")
def list_() -> None:
    """Every name in the address book, and in btcli's own books.

    \b
    Examples:
      taoctl address list
      taoctl address list -o wide
      taoctl address list -o json
    """
    rows = [_row(entry) for entry in book.all_entries(book.default_path())]
    headline = f"address book {book.default_path()}"
    section = Section(rows, AddressRow)
    output.show(Result("taoctl.address.list/1", Origin(), (section,), headline=headline))
    context.warn_insecure(row.ss58 for row in rows)


def _names(incomplete: str) -> list[str]:
    return [name for name in context.book_names() if name.startswith(incomplete)]


@app.command("remove")
def remove(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What is to go.", autocompletion=_names)
    ],
) -> None:
    """Remove a name from the address book; btcli's books are left alone.

    \b
    Examples:
      taoctl address remove exchange
    """
    output.require_form()
    _show_one("taoctl.address.remove/1", book.AddressBook(book.default_path()).remove(name))


def _check_free(name: str, ss58: str) -> None:
    from taoctl.wallet.accounts import check_book_name

    check_book_name(name, ss58, context.wallet_path(), book.default_path())


def _row(entry: BookEntry) -> AddressRow:
    members = entry.signatories
    return AddressRow(
        name=printable(entry.name),
        ss58=entry.ss58,
        multisig=f"{entry.threshold} of {len(members)}" if members else None,
        note=printable(entry.note) if entry.note else None,
        source=entry.source,
        signatories=",".join(members) or None,
    )


def _show_one(schema: str, entry: BookEntry) -> None:
    output.show(Result(schema, Origin(), (Section((_row(entry),), AddressRow, single=True),)))

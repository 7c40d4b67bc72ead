"""`taoctl proxy`: who may act for an account."""

from __future__ import annotations

from typing import Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.groups import LazyGroup
from taoctl.cli.output import Result, Section
from taoctl.cli.writing import WriteFlags, writes

app = typer.Typer(
    cls=LazyGroup,
    help="Who may act for an account: list, add and take back proxies.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Delegate = Annotated[
    str,
    typer.Argument(
        metavar="DELEGATE", help="Who may act.", autocompletion=context.account_completions
    ),
]
ProxyType = Annotated[
    str,
    typer.Option("--type", metavar="TYPE", help="What it may do: Any, Staking, Transfer, …"),
]
Delay = Annotated[
    int,
    typer.Option(
        "--delay", metavar="BLOCKS", min=0, help="It must announce a call so long before."
    ),
]


@app.command("list")
def list_(
    accounts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SS58|NAME]...",
            help="Every wallet when left out.",
            autocompletion=context.account_completions,
        ),
    ] = None,
) -> None:
    """Who may act for accounts, and what they may do.

    \b
    Examples:
      taoctl proxy list
      taoctl proxy list my-wallet -o json
    """
    from taoctl.reads.delegations import ProxyRow, proxies

    coldkeys, names = context.addresses(accounts or ())
    rows, origin = context.run(lambda view: proxies(view, coldkeys, names))
    section = Section(rows, ProxyRow)
    output.show(Result("taoctl.proxy.list/1", origin, (section,)))
    context.warn_insecure(output.addresses_in(section))


@app.command("add")
@writes
def add(flags: WriteFlags, delegate: Delegate, kind: ProxyType = "Any", delay: Delay = 0) -> None:
    """Let another account act for this one; --wallet names it. A deposit is held meanwhile.

    \b
    Examples:
      taoctl proxy add hot-helper --type Staking --wallet my-wallet
      taoctl proxy add 5FHn…94ty --type Transfer --delay 7200 --wallet my-wallet --dry-run
    """
    from taoctl.calls.proxy import AddProxy
    from taoctl.cli.transact import transact

    transact(AddProxy(context.account(delegate).ss58, kind, delay), flags)


@app.command("remove")
@writes
def remove(
    flags: WriteFlags, delegate: Delegate, kind: ProxyType = "Any", delay: Delay = 0
) -> None:
    """Take back one right to act; its type and delay must be those it was given with.

    \b
    Examples:
      taoctl proxy remove hot-helper --type Staking --wallet my-wallet
    """
    from taoctl.calls.proxy import RemoveProxy
    from taoctl.cli.transact import transact

    transact(RemoveProxy(context.account(delegate).ss58, kind, delay), flags)


@app.command("remove-all")
@writes
def remove_all(flags: WriteFlags) -> None:
    """Take back every right to act for this account.

    \b
    Examples:
      taoctl proxy remove-all --wallet my-wallet
    """
    from taoctl.calls.proxy import RemoveProxies
    from taoctl.cli.transact import transact

    transact(RemoveProxies(), flags)


@app.command("create-pure")
@writes
def create_pure(
    flags: WriteFlags,
    kind: ProxyType = "Any",
    delay: Delay = 0,
    index: Annotated[
        int,
        typer.Option(
            "--index", metavar="N", min=0, max=65_535, help="Tells several made at once apart."
        ),
    ] = 0,
) -> None:
    """Make an account that has no key, and whose proxy the signer is.

    Its address is in the event `Proxy.PureCreated` of the answer.

    \b
    Examples:
      taoctl proxy create-pure --wallet my-wallet -o json
    """
    from taoctl.calls.proxy import CreatePure
    from taoctl.cli.transact import transact

    transact(CreatePure(kind, delay, index), flags)


@app.command("announce")
@writes
def announce(
    flags: WriteFlags,
    real: Annotated[
        str,
        typer.Argument(
            metavar="ACCOUNT",
            help="Who the call will be made for.",
            autocompletion=context.account_completions,
        ),
    ],
    call_hash: Annotated[
        str,
        typer.Option("--call-hash", metavar="HASH", help="Of the call, as a refused plan says it."),
    ],
) -> None:
    """Announce a call, as a proxy with a delay must before it makes it.

    \b
    Examples:
      taoctl proxy announce my-wallet --call-hash 0x1a2b… --wallet hot-helper
    """
    from taoctl.calls.proxy import Announce
    from taoctl.cli.call_hash import call_hash_of
    from taoctl.cli.transact import transact

    transact(Announce(context.account(real).ss58, call_hash_of(call_hash)), flags)


@app.command("real-pays")
@writes
def real_pays(
    flags: WriteFlags,
    delegate: Delegate,
    stop: Annotated[bool, typer.Option("--stop", help="Let the delegate pay again.")] = False,
) -> None:
    """Pay the fees of what a proxy does for this account.

    \b
    Examples:
      taoctl proxy real-pays hot-helper --wallet my-wallet
      taoctl proxy real-pays hot-helper --stop --wallet my-wallet
    """
    from taoctl.calls.proxy import RealPays
    from taoctl.cli.transact import transact

    transact(RealPays(context.account(delegate).ss58, pays=not stop), flags)

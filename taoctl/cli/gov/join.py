"""`taoctl gov join`: a seat in the Senate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context
from taoctl.cli.gov.acting import acted_for
from taoctl.cli.gov.app import app
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import NotInRuntimeError, UsageError

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account


@app.command("join")
@writes
def join(
    flags: WriteFlags,
    hotkey: Annotated[
        str | None,
        typer.Option(
            "--hotkey",
            metavar="NAME|SS58",
            help="The hotkey that takes the seat; the wallet's own when left out.",
        ),
    ] = None,
) -> None:
    """Take a seat in the Senate, with one on root where the hotkey has none.

    A full Senate takes only more root stake than its least member has, whose votes are erased; the
    plan says what it takes. There is no leaving: a seat goes to who has more stake.

    \b
    Examples:
      taoctl gov join --wallet my-wallet --dry-run
      taoctl gov join --wallet my-wallet --hotkey validator
    """
    from taoctl.cli.transact import transact

    async def build(view: View, account: Account) -> Intent:
        from taoctl.calls.governance.join import JoinSenate
        from taoctl.cli.stake.orders import hotkey_of, own_hotkey
        from taoctl.reads.governance.backends import Backend, backends

        if Backend.TRIUMVIRATE not in backends(view):
            raise NotInRuntimeError(
                f"this chain's runtime (spec {view.spec_version}) has no Senate",
                "see `taoctl gov status` for how it is governed",
            )
        acted_for(account, flags)
        acting = account if flags.proxy_for is None else context.account(flags.proxy_for)
        if hotkey is not None:
            return JoinSenate(hotkey_of(hotkey, acting))
        try:
            return JoinSenate(own_hotkey(acting))
        except UsageError as problem:
            raise UsageError(problem.message, "name who takes the seat with --hotkey") from None

    transact(build, flags)

"""`taoctl gov close`: have a motion decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taoctl.cli.gov.acting import ProposalId, groups, say_what_it_does
from taoctl.cli.gov.app import app
from taoctl.cli.writing import WriteFlags, writes

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account


@app.command("close")
@writes
def close(flags: WriteFlags, proposal: ProposalId) -> None:
    """Have a motion decided by its votes: carried out where they approve it, else removed.

    Any account may, where the runtime does not leave it to root. It works at once when enough
    senators have voted one way, and for every motion from its deadline on. The bounds of weight
    and length are those of its call.

    \b
    Examples:
      taoctl gov close 3 --wallet my-wallet --dry-run
      taoctl gov close 3 --wallet my-wallet
    """
    from taoctl.cli.transact import transact

    shared = groups()

    async def build(view: View, account: Account) -> Intent:
        from taoctl.reads.governance.finding import proposal as find
        from taoctl.submit.proposals import closing

        found = await find(view, proposal, shared)
        say_what_it_does(view, found)
        return closing(found)

    transact(build, flags)

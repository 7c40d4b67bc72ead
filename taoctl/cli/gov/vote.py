"""`taoctl gov vote` and `taoctl gov unvote`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.gov.acting import ProposalId, acted_for, chosen_signer, groups, say_what_it_does
from taoctl.cli.gov.app import app
from taoctl.cli.writing import WriteFlags, writes

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.chain.view import View
    from taoctl.reads.governance.proposal import Proposal
    from taoctl.reads.governance.standing import Seat
    from taoctl.wallet.accounts import Account


class Side(StrEnum):
    """How somebody votes."""

    AYE = "aye"
    NAY = "nay"


@app.command("vote")
@writes
def vote(
    flags: WriteFlags,
    proposal: ProposalId,
    side: Annotated[Side, typer.Argument(metavar="aye|nay", help="For it or against it.")],
    hotkey: Annotated[
        list[str] | None,
        typer.Option(
            "--hotkey",
            metavar="NAME|SS58",
            help="The senator that votes on a motion; all of the coldkey's when left out.",
        ),
    ] = None,
) -> None:
    """Vote on a motion or referendum, or change the vote.

    On a motion senators vote, which are hotkeys: those of the coldkey that have not voted so, or
    those that --hotkey names. On a referendum coldkeys vote that were in its collectives when it
    opened. An aye to a call of the sudo key's multisig approves it by its hash; `taoctl gov
    approve` takes the call too. Without --wallet the one of your wallets signs that may vote.

    \b
    Examples:
      taoctl gov vote 3 aye
      taoctl gov vote 3 nay --wallet my-wallet --dry-run
      taoctl gov vote 7 aye --wallet my-wallet --hotkey senator
    """
    from taoctl.cli.transact import transact

    shared = groups()

    def speaks(found: Proposal, seat: Seat) -> bool:
        return seat.voter in found.voters

    async def build(view: View, account: Account) -> Intent:
        from taoctl.cli.stake.orders import hotkey_of
        from taoctl.reads.governance.backends import Backend
        from taoctl.reads.governance.finding import proposal as find
        from taoctl.submit.approvals import approving
        from taoctl.submit.proposals import voting

        found = await find(view, proposal, shared)
        say_what_it_does(view, found)
        origin = acted_for(account, flags)
        if found.backend is Backend.SUDO and side is Side.AYE and flags.multisig is None:
            return await approving(view, found, origin, None, shared)
        acting = account if flags.proxy_for is None else context.account(flags.proxy_for)
        named = tuple(dict.fromkeys(hotkey_of(one, acting) for one in hotkey or ()))
        intent = await voting(view, found, origin, approve=side is Side.AYE, hotkeys=named)
        _say_senators(intent)
        return intent

    transact(build, flags, chosen_signer(proposal, flags, speaks, shared))


@app.command("unvote")
@writes
def unvote(flags: WriteFlags, proposal: ProposalId) -> None:
    """Take a vote on a referendum back, as if it had not been given.

    A senator's vote on a motion can only be changed, and an approval stays.

    \b
    Examples:
      taoctl gov unvote 3 --wallet my-wallet
      taoctl gov unvote 3 --dry-run
    """
    from taoctl.cli.transact import transact

    shared = groups()

    def speaks(found: Proposal, seat: Seat) -> bool:
        return seat.vote is not None

    async def build(view: View, account: Account) -> Intent:
        from taoctl.reads.governance.finding import proposal as find
        from taoctl.submit.proposals import unvoting

        acted_for(account, flags)
        return unvoting(await find(view, proposal, shared))

    transact(build, flags, chosen_signer(proposal, flags, speaks, shared))


def _say_senators(intent: Intent) -> None:
    """Say which senators vote where they were not named."""
    from taoctl.calls.batch import Batch
    from taoctl.calls.governance.senate_vote import SenateVote

    votes = intent.intents if isinstance(intent, Batch) else (intent,)
    names = context.names()
    hotkeys = [names.get(one.hotkey, one.hotkey) for one in votes if isinstance(one, SenateVote)]
    if len(hotkeys) > 1:
        output.note(f"as {len(hotkeys)} senators: {', '.join(hotkeys)}; --hotkey names one alone")

"""`taoctl gov approve` and `taoctl gov cancel`: calls that wait on the sudo key's multisig."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli.gov.acting import ProposalId, acted_for, chosen_signer, groups
from taoctl.cli.gov.app import app
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.calls.multisig import Group
    from taoctl.chain.view import View
    from taoctl.reads.governance.proposal import Proposal
    from taoctl.reads.governance.standing import Seat
    from taoctl.wallet.accounts import Account


@app.command("approve")
@writes
def approve(
    flags: WriteFlags,
    proposal: ProposalId,
    call_data: Annotated[
        str | None,
        typer.Option(
            "--call-data",
            metavar="HEX|FILE",
            help="The call's bytes, checked against its hash; the last approval needs them.",
        ),
    ] = None,
) -> None:
    """Approve a call that waits on the account of the sudo key; the last approval carries it out.

    --multisig, or the address book, tells the members of that account. The chain keeps only the
    call's hash: without its bytes nobody sees what is approved. Of a release's upgrade give the
    release's own call: a member of the sudo key's account approves what carries that out.

    \b
    Examples:
      taoctl gov approve 0x9f1c22 --wallet my-wallet --call-data 0x0c00130...
      taoctl gov approve 0x9f1c22 --multisig 2:alice,bob,carol --wallet alice --dry-run
      taoctl gov approve 0x77ab01 --call-data proxy_proxy_blob.hex --wallet alice
    """
    from taoctl.cli.gov.show_files import call_bytes
    from taoctl.cli.transact import transact

    data = call_bytes(call_data)
    given, rest = _members(flags)
    shared = groups(given)

    def speaks(found: Proposal, seat: Seat) -> bool:
        return seat.voter in found.voters and seat.vote is None

    async def build(view: View, account: Account) -> Intent:
        from taoctl.reads.governance.finding import proposal as find
        from taoctl.submit.approvals import approving

        found = await find(view, proposal, shared)
        return await approving(view, found, acted_for(account, rest), data, shared)

    transact(build, rest, chosen_signer(proposal, flags, speaks, shared))


@app.command("cancel")
@writes
def cancel(flags: WriteFlags, proposal: ProposalId) -> None:
    """Withdraw a call that waits on the account of the sudo key; only who opened it may.

    The deposit comes back. --multisig, or the address book, tells the members of the account.

    \b
    Examples:
      taoctl gov cancel 0x9f1c22 --wallet my-wallet
      taoctl gov cancel 0x9f1c22 --multisig 2:alice,bob,carol --wallet alice --dry-run
    """
    from taoctl.cli.transact import transact

    given, rest = _members(flags)
    shared = groups(given)

    def speaks(found: Proposal, seat: Seat) -> bool:
        return seat.coldkey == found.proposer

    async def build(view: View, account: Account) -> Intent:
        from taoctl.reads.governance.finding import proposal as find
        from taoctl.submit.approvals import cancelling

        found = await find(view, proposal, shared)
        return cancelling(found, acted_for(account, rest))

    transact(build, rest, chosen_signer(proposal, flags, speaks, shared))


def _members(flags: WriteFlags) -> tuple[Group | None, WriteFlags]:
    """The members that --multisig tells, and the other flags: it is no wrapper here.

    Raises:
        UsageError: it is no multisig account; or --sudo, which an approval is never sent with.
    """
    from taoctl.cli.transact import group

    if flags.sudo:
        raise UsageError("root approves nothing", "leave --sudo out; a member signs")
    if flags.multisig is None:
        return None, flags
    return group(flags.multisig), replace(flags, multisig=None)

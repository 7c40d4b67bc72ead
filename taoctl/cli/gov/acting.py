"""Who acts on a proposal: the account that is acted for, and which wallet signs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.gov.accounts import known_groups, my_coldkeys
from taoctl.cli.writing import WriteFlags
from taoctl.errors import UsageError
from taoctl.text import printable

if TYPE_CHECKING:
    from taoctl.calls.multisig import Group
    from taoctl.chain.view import View
    from taoctl.reads.governance.proposal import Proposal
    from taoctl.reads.governance.standing import Seat
    from taoctl.reads.governance.sudo_multisig import Shared
    from taoctl.wallet.accounts import Account

ProposalId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="Index of a motion or referendum, or 0x hash (from 6 digits) of a call.",
    ),
]


def acted_for(signer: Account, flags: WriteFlags) -> str:
    """The address of the coldkey that the chain sees: that acted for, or else the signer.

    Raises:
        UsageError: the one that a flag names is none, or the signer is a hotkey.
    """
    from taoctl.cli.transact import group

    if flags.proxy_for is not None:
        return context.account(flags.proxy_for).ss58
    if flags.multisig is not None:
        return group(flags.multisig).ss58
    if signer.kind == "hotkey":
        raise UsageError(
            f"coldkeys sign in governance, and {signer.label} is a hotkey",
            f"name the wallet alone with --wallet {signer.wallet}, a senator with --hotkey",
        )
    return signer.ss58


def groups(given: Group | None = None) -> tuple[Shared, ...]:
    """The multisig accounts whose members are known: that of a flag, and the address book's."""
    from taoctl.reads.governance.sudo_multisig import Shared

    own = () if given is None else (Shared(given.threshold, given.signatories),)
    return (*own, *known_groups())


def chosen_signer(
    proposal_id: str,
    flags: WriteFlags,
    speaks: Callable[[Proposal, Seat], bool],
    shared: Sequence[Shared],
) -> str | None:
    """The one of my coldkeys that may do it, where no wallet is named; None where none is.

    Args:
        speaks: whether a seat of mine is one that may.

    Raises:
        UsageError: several may, or there is no such proposal.
    """
    if context.wallet_names() or flags.proxy_for is not None or flags.multisig is not None:
        return None
    coldkeys = my_coldkeys()
    if not coldkeys:
        return None
    from taoctl.reads.governance.finding import proposal
    from taoctl.reads.governance.members import owned_hotkeys
    from taoctl.reads.governance.standing import my_standing

    async def work(view: View) -> list[str]:
        found = await proposal(view, proposal_id, shared)
        mine = await owned_hotkeys(view, coldkeys)
        seats = my_standing(found, mine).seats
        return list(dict.fromkeys(one.coldkey for one in seats if speaks(found, one)))

    able, _ = context.run(work)
    names = context.names()
    listed = [names.get(one, one) for one in able]
    if len(able) > 1:
        raise UsageError(
            f"several of your wallets may: {', '.join(listed)}", "name one with --wallet"
        )
    if not able:
        return None
    output.note(f"signed by {listed[0]}, the only wallet here that may")
    return able[0]


def say_what_it_does(view: View, found: Proposal) -> None:
    """Say in a line what a proposal does, for whoever is about to decide on it."""
    from taoctl.reads.governance.headline import headline

    line = headline(view.codec, found)
    if line is not None:
        output.note(f"proposal {printable(found.id, 80)} would do: {line}")

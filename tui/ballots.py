"""From a proposal on the screen to the call that acts on it, and the wallet that signs that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taoctl.errors import UsageError
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.finding import proposal
from taoctl.text import printable
from tui.governance_page import Entry
from tui.options import WalletRef
from tui.unlocking import wallet_named

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.chain.view import View
    from taoctl.reads.governance.standing import Seat
    from taoctl.reads.governance.sudo_multisig import Shared
    from tui.app import Dashboard

_ID_SHOWN = 18
"""Characters by which a hash is named in a form: sixteen of its digits."""


@dataclass(frozen=True, slots=True)
class OnProposal:
    """What is to be done with a proposal; which call does it depends on what the chain has.

    Attributes:
        proposal_id: an index, or a hash or the beginning of one.
        action: one of ACTIONS.
    """

    proposal_id: str
    action: str

    async def intent(self, view: View, coldkey: str, shared: Sequence[Shared]) -> Intent:
        """The intent of a coldkey, as a proposal is at a block.

        Raises:
            UsageError: there is no such proposal, or nobody can do that with one of its kind.
            RefusedError: it is gone.
        """
        from taoctl.submit.approvals import approving, cancelling
        from taoctl.submit.proposals import closing, unvoting, voting

        found = await proposal(view, self.proposal_id, shared)
        by_hash = found.backend is Backend.SUDO and self.action == "aye"
        if self.action == "approve" or by_hash:
            return await approving(view, found, coldkey, None, shared)
        if self.action == "cancel":
            return cancelling(found, coldkey)
        if self.action == "unvote":
            return unvoting(found)
        if self.action == "close":
            return closing(found)
        return await voting(view, found, coldkey, approve=self.action == "aye")


def id_in_form(entry: Entry) -> str:
    """What a proposal is called in a form: its index, or the beginning of its hash."""
    return entry.proposal.id[:_ID_SHOWN]


def voter(dash: Dashboard, entry: Entry, action: str, name: str) -> WalletRef:
    """The wallet that acts: the named one, else the first that may and is unlocked.

    Those that have not spoken so come first. Where none of mine may, an unlocked one is taken:
    the plan then says why the chain refuses it.

    Raises:
        UsageError: the wallet is locked, or none is unlocked and none may act.
    """
    signing = dash.signing
    if name:
        return signing.unlocked_wallet(wallet_named(dash, None, name))
    wallets = {one.coldkey: one for one in reversed(dash.options.wallets)}
    able = [wallets[key] for key in dict.fromkeys(_able(entry, action)) if key in wallets]
    held = [one for one in able if one.coldkey in signing.held]
    if held:
        return held[0]
    if able:
        return signing.unlocked_wallet(able[0])
    others = [one for one in dash.options.wallets if one.coldkey in signing.held]
    if others:
        return others[0]
    said = printable(entry.proposal.id, 20)
    if action == "close":
        raise UsageError("all keys are locked", "`:unlock WALLET` opens one; any account may close")
    raise UsageError(
        f"none of your keys can {printable(action)} on proposal {said}",
        "`taoctl gov members` lists who can",
    )


def unlockable(dash: Dashboard, entry: Entry | None) -> str:
    """The wallet whose key is to be opened for a proposal; empty where none of mine acts there."""
    if entry is None:
        return ""
    waiting = sorted(entry.standing.seats, key=lambda seat: seat.vote is not None)
    for seat in waiting:
        for one in dash.options.wallets:
            if one.coldkey == seat.coldkey and one.coldkey not in dash.signing.held:
                return one.name
    return ""


def _able(entry: Entry, action: str) -> Iterator[str]:
    """Coldkeys that may do it, those that have not spoken so first."""
    said = {"approve": "approved", "aye": "approved"} if _is_multisig(entry) else {"aye": "aye"}
    wanted = said.get(action, action)
    seats = sorted(entry.standing.seats, key=lambda seat: seat.vote == wanted)
    yield from (seat.coldkey for seat in seats if _may(entry, seat, action))


def _may(entry: Entry, seat: Seat, action: str) -> bool:
    if action == "cancel":
        return seat.coldkey == entry.proposal.proposer
    if action == "unvote":
        return seat.vote is not None
    return action != "close" and seat.voter in entry.proposal.voters


def _is_multisig(entry: Entry) -> bool:
    return entry.proposal.backend is Backend.SUDO

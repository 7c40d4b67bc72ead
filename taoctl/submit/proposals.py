"""From a proposal to the intent that acts on it, whatever way the chain is governed."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.calls.base import Intent
from taoctl.calls.governance.close import CloseMotion
from taoctl.calls.governance.referendum_vote import ReferendumVote, RemoveVote
from taoctl.calls.governance.senate_vote import senate_votes
from taoctl.chain.view import View
from taoctl.errors import RefusedError, UsageError
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.members import owned_hotkeys
from taoctl.reads.governance.proposal import Proposal

_APPROVED = "a call of a multisig account is approved, and has no nays"


async def voting(
    view: View,
    proposal: Proposal,
    origin: str,
    *,
    approve: bool,
    hotkeys: Sequence[str] = (),
) -> Intent:
    """The vote of an account on a motion or referendum.

    Args:
        origin: ss58 address of the coldkey that votes.
        hotkeys: the senators that vote on a motion; all of the coldkey's that have not voted so
            where none is named.

    Raises:
        UsageError: it is not voted on, or hotkeys are named where none vote.
        RefusedError: the motion is gone, or the coldkey has no hotkey to vote with.
    """
    if proposal.backend is Backend.SUDO:
        raise UsageError(_APPROVED, "approve it with `taoctl gov approve`, or leave it")
    if proposal.backend is Backend.REFERENDA:
        if hotkeys:
            raise UsageError("coldkeys vote on referenda", "leave --hotkey out")
        return ReferendumVote(_index(proposal), approve)
    motion = _open_motion(proposal)
    chosen = hotkeys or await _senators(view, proposal, origin, approve=approve)
    return senate_votes(motion, _index(proposal), chosen, approve=approve)


def unvoting(proposal: Proposal) -> Intent:
    """Taking a vote back.

    Raises:
        UsageError: the chain takes no vote on it back.
    """
    if proposal.backend is Backend.REFERENDA:
        return RemoveVote(_index(proposal))
    if proposal.backend is Backend.TRIUMVIRATE:
        raise UsageError(
            "a senator's vote on a motion is never taken back", "vote the other way to change it"
        )
    raise UsageError(
        "an approval is never taken back",
        "who opened the call may withdraw it, with `taoctl gov cancel`",
    )


def closing(proposal: Proposal) -> Intent:
    """Closing a motion.

    Raises:
        UsageError: nobody closes a proposal of this kind.
        RefusedError: it is closed already.
    """
    if proposal.backend is Backend.TRIUMVIRATE:
        return CloseMotion(_open_motion(proposal), _index(proposal))
    if proposal.backend is Backend.REFERENDA:
        raise UsageError(
            "nobody closes a referendum: the chain decides it one block after a vote",
            "`taoctl gov show` says what happens next, and when",
        )
    raise UsageError(_APPROVED, "see `taoctl gov approve` and `taoctl gov cancel`")


def _index(proposal: Proposal) -> int:
    if proposal.index is None:
        raise UsageError(f"{proposal.id} has no index", "see `taoctl gov list`")
    return proposal.index


def _open_motion(proposal: Proposal) -> str:
    if proposal.hash is not None:
        return proposal.hash
    raise RefusedError(
        f"motion {proposal.id} is closed, and gone from storage (ProposalNotExists)",
        "see `taoctl gov list` for what is open",
    )


async def _senators(
    view: View, proposal: Proposal, origin: str, *, approve: bool
) -> tuple[str, ...]:
    """A coldkey's senators that have not voted so; else one of its hotkeys, to be refused."""
    ((_, owned),) = await owned_hotkeys(view, [origin])
    seated = tuple(one for one in owned if one in proposal.voters)
    there = proposal.ayes if approve else proposal.nays
    free = tuple(one for one in seated if one not in there)
    found = free or seated[:1] or owned[:1]
    if found:
        return found
    raise RefusedError(
        f"{origin} owns no hotkey, and so no senator (NotSenateMember)",
        "see `taoctl gov members`; a seat comes with `taoctl gov join`",
    )

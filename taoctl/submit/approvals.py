"""Opening, approving and withdrawing calls of the account behind the sudo key."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.calls.base import ChainCall, Intent
from taoctl.calls.generic import Generic, from_bytes
from taoctl.calls.multisig import ByMultisig, Group
from taoctl.calls.multisig_by_hash import ApproveHash, Cancel
from taoctl.chain.view import View
from taoctl.errors import UsageError
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.details import checked_call
from taoctl.reads.governance.nested import opened
from taoctl.reads.governance.proposal import Proposal
from taoctl.reads.governance.sudo_multisig import ON_UPGRADER, Shared
from taoctl.reads.governance.upgrade import UpgradeFiles, upgrade

_HOW = "write them as --multisig N:SS58,SS58,SS58, or `taoctl address add NAME SS58... --threshold`"


async def approving(
    view: View, proposal: Proposal, signer: str, data: bytes | None, shared: Sequence[Shared]
) -> Intent:
    """The approval of a pending call by a member of its account.

    A call on the account that may upgrade for the sudo key is carried out by the sudo key's own
    account, once it is open there: its members approve that call, which holds the one given.

    Args:
        signer: ss58 address of the member.
        data: the call's bytes; None where only the hash is at hand.
        shared: multisig accounts whose members are known.

    Raises:
        UsageError: it is no multisig call, its members are not known, or the bytes are another's.
    """
    group = _group(proposal)
    if proposal.account_role == ON_UPGRADER and signer not in group.signatories:
        return await _for_sudo(view, proposal, data, shared)
    if data is None:
        return ApproveHash(group, _hash(proposal))
    call = await checked_call(view, proposal, data)
    return ByMultisig(Generic(from_bytes(view.codec, call)), group)


def cancelling(proposal: Proposal, signer: str) -> Intent:
    """Withdrawing a pending call; raises UsageError as `approving` does."""
    return Cancel(_group(proposal), _hash(proposal))


async def opening(
    view: View, call: ChainCall, shared: Sequence[Shared], *, wrapped: bool
) -> Intent:
    """A call of root, opened on the account of the sudo key.

    Args:
        wrapped: leave the account to a wrapper that is put around the intent.

    Raises:
        UsageError: the sudo key is nobody's, or its members are not known.
    """
    by_sudo = call if call.pallet == "Sudo" else ChainCall("Sudo", "sudo", {"call": call})
    if wrapped:
        return Generic(by_sudo)
    return ByMultisig(Generic(by_sudo), await sudo_group(view, shared))


async def sudo_group(view: View, shared: Sequence[Shared]) -> Group:
    """The members of the sudo key's account; raises UsageError where they are not known."""
    key = await view.value("Sudo", "Key")
    if key is None:
        raise UsageError("this chain has no sudo key any more", "see `taoctl gov status`")
    found = next((one for one in shared if one.ss58 == str(key)), None)
    if found is None:
        raise UsageError(
            f"no chain tells the members of the sudo key's account {key}",
            f"{_HOW}; where it is one key, its holder signs `taoctl chain call Sudo sudo`",
        )
    return Group(found.threshold, found.signatories)


async def _for_sudo(
    view: View, proposal: Proposal, data: bytes | None, shared: Sequence[Shared]
) -> Intent:
    """What carries a release's call out, approved by a member of the sudo key's account."""
    if data is None:
        raise UsageError(
            f"{proposal.account} waits for the sudo key, whose members approve another call",
            "give the release's call with --call-data, out of which that one is made",
        )
    release = await checked_call(view, proposal, data)
    found = await upgrade(view, opened(view.codec, release, None), proposal.hash, UpgradeFiles())
    if found is None or found.final is None:
        raise UsageError(
            "these bytes are no release's call that the sudo key could carry out",
            "see `taoctl gov show --call-data` for what they are",
        )
    group = await sudo_group(view, shared)
    return ByMultisig(Generic(from_bytes(view.codec, found.final.call)), group)


def _group(proposal: Proposal) -> Group:
    if proposal.backend is not Backend.SUDO:
        raise UsageError(
            f"{proposal.id} is voted on, and no call of a multisig account",
            "see `taoctl gov vote`",
        )
    if not proposal.voters or proposal.threshold is None:
        raise UsageError(f"no chain tells the members of {proposal.account}", _HOW)
    return Group(proposal.threshold, proposal.voters)


def _hash(proposal: Proposal) -> str:
    if proposal.hash is None:
        raise UsageError(f"{proposal.id} has no hash", "see `taoctl gov list`")
    return proposal.hash

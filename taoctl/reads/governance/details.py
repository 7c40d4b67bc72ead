"""One proposal in full: its call taken apart, what it would change, an upgrade's checks."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.chain.view import View
from taoctl.errors import UsageError
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.changes import Change, changes
from taoctl.reads.governance.nested import COLLECTIVE, ROOT, Opened, opened
from taoctl.reads.governance.proposal import WAITING, Proposal
from taoctl.reads.governance.sudo_multisig import ON_UPGRADER
from taoctl.reads.governance.upgrade import Upgrade, UpgradeFiles, blob_in, upgrade
from taoctl.scale.crypto import blake2_256

_NOTHING = UpgradeFiles()


@dataclass(frozen=True, slots=True)
class Details:
    """A proposal in full; `opened` is None where nobody knows its call.

    There are no changes of what has ended: its call has run by now, or never does.
    """

    proposal: Proposal
    opened: Opened | None
    changes: tuple[Change, ...]
    upgrade: Upgrade | None


def outermost_origin(proposal: Proposal) -> str | None:
    """Who a proposal's call acts as, before any wrapper of its own."""
    if proposal.backend is Backend.TRIUMVIRATE:
        return COLLECTIVE
    return ROOT if proposal.backend is Backend.REFERENDA else proposal.account


async def details(
    view: View,
    proposal: Proposal,
    call_data: bytes | None = None,
    files: UpgradeFiles = _NOTHING,
) -> Details:
    """A proposal in full, as far as the chain and what is at hand tell.

    Args:
        call_data: the bytes of a call of which the chain keeps only the hash; also those of a
            release's call, where the proposal is to carry that out.
        files: what a runtime upgrade is compared with.

    Raises:
        UsageError: the bytes are of another call.
    """
    known = proposal.call if call_data is None else await checked_call(view, proposal, call_data)
    found = None if known is None else opened(view.codec, known, outermost_origin(proposal))
    pending = proposal.hash if proposal.account_role == ON_UPGRADER else None
    to_run = proposal.open or proposal.status in WAITING
    return Details(
        proposal=proposal,
        opened=found,
        changes=await changes(view, found) if found is not None and to_run else (),
        upgrade=await upgrade(view, found, pending, files),
    )


async def checked_call(view: View, proposal: Proposal, data: bytes) -> bytes:
    """The bytes of a proposal's call, out of those or out of a release's call it carries out.

    Raises:
        UsageError: the bytes are of another call, or nothing tells of which they should be.
    """
    digest = "0x" + blake2_256(data).hex()
    if proposal.call_hash is None:
        raise UsageError(
            f"nothing tells the hash of the call of {proposal.id}: these bytes may be any other",
            "leave --call-data out",
        )
    if proposal.call_hash == digest:
        return data
    if blob_in(data) == data:
        release = await upgrade(view, opened(view.codec, data, None), None, _NOTHING)
        final = release.final if release is not None else None
        if final is not None and final.call_hash == proposal.call_hash:
            return final.call
    raise UsageError(
        f"these bytes are another call: their hash is {digest}",
        f"the proposal is the call {proposal.call_hash}",
    )

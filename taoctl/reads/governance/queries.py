"""Governance as reads by name: every open proposal, and every group with a say."""

from __future__ import annotations

from taoctl.chain.view import Storage, View
from taoctl.reads.governance.finding import proposals
from taoctl.reads.governance.members import collectives
from taoctl.reads.governance.rows import CollectiveRow, ProposalRow, collective_row, proposal_row
from taoctl.reads.registry import read

_NEEDS = (
    (
        Storage("Triumvirate", "Proposals"),
        Storage("Referenda", "ReferendumStatusFor"),
        Storage("Sudo", "Key"),
    ),
)


@read("proposals", row=ProposalRow, needs=_NEEDS, help="open motions, referenda and sudo calls")
async def proposal_rows(view: View) -> tuple[ProposalRow, ...]:
    """The proposals that are open or wait to run, by backend and age."""
    found = await proposals(view)
    return tuple(proposal_row(view.codec, view.block, one) for one in found)


@read("collectives", row=CollectiveRow, needs=_NEEDS, help="groups that may propose or vote")
async def collective_rows(view: View) -> tuple[CollectiveRow, ...]:
    """The Triumvirate and Senate, collectives, and the accounts behind sudo."""
    return tuple(collective_row(one) for one in await collectives(view))

"""Governance of a chain: motions, referenda and calls of the sudo multisig in one view model."""

from __future__ import annotations

from taoctl.reads.governance.backends import Backend, backends, why_none
from taoctl.reads.governance.proposal import Proposal, Rule, Status, Tally
from taoctl.reads.governance.proposals import proposal, proposals
from taoctl.reads.governance.standing import Standing, my_standing

__all__ = [
    "Backend",
    "Proposal",
    "Rule",
    "Standing",
    "Status",
    "Tally",
    "backends",
    "my_standing",
    "proposal",
    "proposals",
    "why_none",
]

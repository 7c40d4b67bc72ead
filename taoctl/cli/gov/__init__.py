"""`taoctl gov`: proposals, what they do, and votes, whatever way a chain is governed."""

from __future__ import annotations

from taoctl.cli.gov import (
    approve,
    backfill,
    close,
    join,
    members,
    propose,
    show,
    status,
    vote,
    watch,
)
from taoctl.cli.gov import list as listing
from taoctl.cli.gov.app import app

__all__ = [
    "app",
    "approve",
    "backfill",
    "close",
    "join",
    "listing",
    "members",
    "propose",
    "show",
    "status",
    "vote",
    "watch",
]

"""`taoctl wallet`: keys on this machine, and what wallets and addresses hold."""

from __future__ import annotations

from taoctl.cli.wallet import (
    access,
    audit,
    balance,
    create,
    export,
    importing,
    listing,
    moving,
    overview,
    passwd,
    sign,
    swap_coldkey,
    transfer,
    watch,
)
from taoctl.cli.wallet.app import app

__all__ = [
    "access",
    "app",
    "audit",
    "balance",
    "create",
    "export",
    "importing",
    "listing",
    "moving",
    "overview",
    "passwd",
    "sign",
    "swap_coldkey",
    "transfer",
    "watch",
]

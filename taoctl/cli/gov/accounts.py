"""Which coldkeys are mine, and which multisig accounts the address book knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taoctl.cli import context

if TYPE_CHECKING:
    from taoctl.reads.governance.sudo_multisig import Shared


def my_coldkeys() -> list[str]:
    """The coldkeys of the wallets that --wallet names, else of all wallets; none is no error.

    Raises:
        UsageError: a name that is no account.
    """
    from taoctl.wallet.public import discover

    if context.wallet_names():
        return context.addresses(())[0]
    found = (wallet.coldkey for wallet in discover(context.wallet_path()))
    return list(dict.fromkeys(one for one in found if one is not None))


def known_groups() -> tuple[Shared, ...]:
    """The multisig accounts of the address book, whose members no chain tells.

    Raises:
        BadDataError: the book is damaged.
    """
    from taoctl.reads.governance.sudo_multisig import Shared
    from taoctl.wallet.book import all_entries, default_path

    return tuple(
        Shared(one.threshold, one.signatories)
        for one in all_entries(default_path())
        if one.threshold is not None and one.signatories
    )

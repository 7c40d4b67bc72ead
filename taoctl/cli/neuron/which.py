"""Which neuron is meant: a uid, or the hotkey that holds one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context
from taoctl.errors import UsageError
from taoctl.text import printable
from taoctl.units import U16_MAX

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account

Netuid = Annotated[
    int, typer.Argument(metavar="NETUID", help="Subnet number.", parser=context.netuid)
]
NeuronName = Annotated[
    str,
    typer.Argument(
        metavar="UID|HOTKEY",
        help="The neuron: its uid, or its hotkey as an address or WALLET/HOTKEY.",
        autocompletion=context.account_completions,
    ),
]


def wanted(text: str) -> tuple[int | Account, dict[str, str]]:
    """The uid or hotkey that was typed, and names to show.

    Raises:
        UsageError: it is neither a uid nor an account.
    """
    if not (text.isascii() and text.isdecimal()):
        account = context.account(text)
        return account, context.names([account])
    if len(text) > 5 or int(text) > U16_MAX:
        raise UsageError(f"{text[:20]!r} is not a uid", f"a uid goes from 0 to {U16_MAX}")
    return int(text), context.names()


async def every_uid(view: View, netuid: int) -> range:
    """The uids of a subnet; raises UsageError when there is no such subnet."""
    if not await view.value("SubtensorModule", "NetworksAdded", netuid):
        raise UsageError(f"there is no subnet {netuid}", "see `taoctl subnet list`")
    return range(int(await view.value("SubtensorModule", "SubnetworkN", netuid)))


async def uid_of(view: View, netuid: int, which: int | Account) -> int:
    """The uid on a subnet; raises UsageError when there is none such, or the hotkey holds none."""
    if isinstance(which, int):
        if which not in await every_uid(view, netuid):
            raise UsageError(
                f"subnet {netuid} has no uid {which}", f"see `taoctl subnet metagraph {netuid}`"
            )
        return which
    found = await view.value("SubtensorModule", "Uids", netuid, which.ss58)
    if found is not None:
        return int(found)
    from taoctl.reads.neurons import memberships

    name = printable(which.label or which.ss58)
    owned = sorted((await memberships(view, [which.ss58], [])).get(netuid, ()))
    if owned:
        raise UsageError(
            f"{name} is a coldkey, whose hotkeys hold uid {', '.join(map(str, owned))} on "
            f"subnet {netuid}",
            "name the uid, or the hotkey",
        )
    raise UsageError(
        f"{name} holds no uid on subnet {netuid}", "`taoctl neuron list` shows the uids of a wallet"
    )

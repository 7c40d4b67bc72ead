"""`taoctl stake list`: the positions of accounts and what they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from taoctl.cli import context, output
from taoctl.cli.arguments import Accounts
from taoctl.cli.output import Result, Section
from taoctl.cli.stake.app import app
from taoctl.text import printable
from taoctl.units import Tao

if TYPE_CHECKING:
    from taoctl.reads.positions import PositionRow


@app.command("list")
def list_(
    accounts: Accounts = None,
) -> None:
    """Every stake position of addresses or wallets, and what it is worth.

    `value` is at the spot price; `exit` is what selling all of the position now would bring, after
    the pool's fee and with its price impact, each position alone. `24h` is the change of the price
    over 7200 blocks, unknown where the node no longer has the state of that block.

    \b
    Examples:
      taoctl stake list
      taoctl stake list my-wallet -o wide
      taoctl stake list 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY -o csv
    """
    from taoctl.reads.positions import PositionRow, positions

    coldkeys, names = context.addresses(accounts or ())
    rows, origin = context.run(lambda view: positions(view, coldkeys, names))
    section = Section(rows, PositionRow)
    output.show(Result("taoctl.stake.list/1", origin, (section,), headline=_totals(rows)))
    context.warn_insecure(coldkeys)
    _say_hotkeys(accounts or context.wallet_names())


def _say_hotkeys(given: Sequence[str]) -> None:
    """Say which of the names are hotkeys, by which positions are not listed."""
    for text in given:
        if context.account(text).kind == "hotkey":
            output.note(f"{printable(text)} is a hotkey, and stake is listed by coldkey")


def _totals(rows: Sequence[PositionRow]) -> str:
    """One line for people: what all positions are worth; what is not known is left out and said."""
    if not rows:
        return ""
    values = [row.value_tao_rao for row in rows]
    exits = [row.exit_tao_rao for row in rows]
    parts = [
        f"{Tao(sum(known))} {words}" + (f" ({missing} unknown)" if missing else "")
        for words, found in (("at spot", values), ("sold now", exits))
        if (known := [one for one in found if one is not None])
        for missing in (len(found) - len(known),)
    ]
    count = "1 position" if len(rows) == 1 else f"{len(rows)} positions"
    return ", ".join([count, *parts])

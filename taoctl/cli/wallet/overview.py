"""`taoctl wallet overview` and `neurons`: what keys hold and earn on the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from taoctl.cli import context, output
from taoctl.cli.arguments import Accounts
from taoctl.cli.output import Result, Section
from taoctl.cli.wallet.app import app
from taoctl.cli.wallet.swap_notice import swaps_of, warn_of

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.reads.balances import BalanceRow
    from taoctl.reads.coldkey_swaps import ColdkeySwapRow
    from taoctl.reads.neurons import MyNeuronRow
    from taoctl.reads.stake import StakeRow


@app.command("overview")
def overview(accounts: Accounts = None) -> None:
    """Balances, stake and every UID of wallets or addresses, at one block.

    \b
    Examples:
      taoctl wallet overview
      taoctl wallet overview my-wallet
      taoctl wallet overview my-wallet -o json
    """
    from taoctl.reads.balances import BalanceRow
    from taoctl.reads.neurons import MyNeuronRow
    from taoctl.reads.stake import StakeRow

    coldkeys, hotkeys, names = context.keys(accounts or ())
    (held, staked, mine, swaps), origin = context.run(
        lambda view: _everything(view, coldkeys, hotkeys, names)
    )
    sections = (
        Section(held, BalanceRow, key="balances", people=bool(held)),
        Section(staked, StakeRow, key="stake", people=bool(staked)),
        Section(mine, MyNeuronRow, key="neurons", people=bool(mine)),
    )
    absent = [name for name, rows in (("no stake", staked), ("no UID", mine)) if not rows]
    headline = ", ".join(absent)
    output.show(Result("taoctl.wallet.overview/1", origin, sections, headline=headline))
    context.warn_insecure([*coldkeys, *hotkeys])
    warn_of(swaps)


@app.command("neurons")
def neurons(accounts: Accounts = None) -> None:
    """Every UID of wallets or addresses, with or without stake, and what it earns.

    \b
    Examples:
      taoctl wallet neurons
      taoctl wallet neurons my-wallet -o wide
      taoctl wallet neurons my-wallet -o csv
    """
    from taoctl.reads.neurons import MyNeuronRow, my_neurons

    coldkeys, hotkeys, names = context.keys(accounts or ())
    rows, origin = context.run(lambda view: my_neurons(view, coldkeys, hotkeys, names))
    section = Section(rows, MyNeuronRow)
    output.show(Result("taoctl.wallet.neurons/1", origin, (section,)))
    context.warn_insecure(output.addresses_in(section))


async def _everything(
    view: View, coldkeys: Sequence[str], hotkeys: Sequence[str], names: Mapping[str, str]
) -> tuple[
    tuple[BalanceRow, ...],
    tuple[StakeRow, ...],
    tuple[MyNeuronRow, ...],
    tuple[ColdkeySwapRow, ...],
]:
    import asyncio

    from taoctl.reads.balances import balances
    from taoctl.reads.neurons import my_neurons
    from taoctl.reads.stake import stake

    return await asyncio.gather(
        balances(view, coldkeys, names),
        stake(view, coldkeys, names),
        my_neurons(view, coldkeys, hotkeys, names),
        swaps_of(view, coldkeys),
    )

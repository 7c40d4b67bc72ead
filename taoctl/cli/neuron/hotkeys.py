"""`taoctl neuron swap-hotkey` and `associate`: whose a hotkey is, and which one has the seat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from taoctl.cli import context, output
from taoctl.cli.neuron.app import app
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account


def _hotkey(metavar: str, text: str) -> Any:
    return typer.Argument(metavar=metavar, help=text, autocompletion=context.key_completions)


@app.command("swap-hotkey")
@writes
def swap_hotkey(
    flags: WriteFlags,
    old: Annotated[
        str, _hotkey("OLD", "The hotkey that is given up: an address or a hotkey's name.")
    ],
    new: Annotated[str, _hotkey("NEW", "The one that takes its place: nobody's, or yours too.")],
    netuid: Annotated[
        int | None,
        typer.Option(
            "--netuid",
            metavar="NETUID",
            help="Only on this subnet, which costs less; 0 is root. Everywhere when left out.",
            parser=context.netuid,
        ),
    ] = None,
    keep_stake: Annotated[
        bool,
        typer.Option("--keep-stake", help="Leave the stake, and what is owed on it, with OLD."),
    ] = False,
    keep_old: Annotated[
        bool,
        typer.Option("--keep-old", help="Associate OLD again at once, so that it stays yours."),
    ] = False,
) -> None:
    """Put the uids of a hotkey, and all that belongs to them, in the name of another hotkey.

    Uids, weights, bonds, immunity, children and parents, published addresses, locks and, unless it
    is kept, the stake of everybody go to NEW; nobody has to stake again. It costs a fixed price,
    and cannot be undone for a while. Weights that were committed and not revealed are lost.

    \b
    Examples:
      taoctl neuron swap-hotkey miner1 miner2 --wallet my-wallet --dry-run
      taoctl neuron swap-hotkey validator fresh --netuid 1 --wallet my-wallet
      taoctl neuron swap-hotkey validator fresh --keep-stake --keep-old --wallet my-wallet
    """
    from taoctl.cli.stake import orders

    _one_wallet()
    if keep_old and netuid is not None:
        raise UsageError("OLD stays yours when it is swapped on one subnet", "leave --keep-old out")

    async def order(view: View, account: Account) -> Intent:
        from taoctl.calls.hotkey_swap.swap import SwapHotkey

        taken = orders.hotkey_of(new, account)
        _warn_without_key(taken)
        return SwapHotkey(orders.hotkey_of(old, account), taken, netuid, keep_stake, keep_old)

    orders.send(order, flags)


@app.command("associate")
@writes
def associate(
    flags: WriteFlags,
    hotkey: Annotated[str, _hotkey("HOTKEY", "A hotkey that is nobody's: an address or a name.")],
) -> None:
    """Make a hotkey that is nobody's your coldkey's, without registering it anywhere.

    It takes no signature of the hotkey. One that is somebody's stays theirs. Needed for a hotkey
    whose stake stayed behind when it was swapped, and to name an unused one in proxies or locks.

    \b
    Examples:
      taoctl neuron associate fresh --wallet my-wallet
      taoctl neuron associate 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --wallet my-wallet
    """
    from taoctl.cli.stake import orders

    _one_wallet()

    async def order(view: View, account: Account) -> Intent:
        from taoctl.calls.hotkey_swap.associate import AssociateHotkey

        return AssociateHotkey(orders.hotkey_of(hotkey, account))

    orders.send(order, flags)


def _one_wallet() -> None:
    """Raise UsageError for several wallets: a hotkey belongs to one coldkey."""
    if len(dict.fromkeys(context.wallet_names())) > 1:
        raise UsageError("a hotkey belongs to one coldkey", "name one wallet")


def _warn_without_key(hotkey: str) -> None:
    """Say where the key of a hotkey is in no wallet of this machine."""
    from taoctl.wallet.public import discover

    wallets = discover(context.wallet_path())
    if not any(one.ss58 == hotkey for wallet in wallets for one in wallet.hotkeys):
        output.warn(
            f"no wallet here holds the key of {hotkey}: be sure that you do, for only it can set "
            "weights, serve and mine with the uid"
        )

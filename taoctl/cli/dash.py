"""`taoctl dash`: open the dashboard."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.addresses import decode_ss58, short_ss58
from taoctl.cli import context, options
from taoctl.errors import UsageError
from taoctl.paths import data_dir
from taoctl.wallet.dev_accounts import DEV_ACCOUNTS
from taoctl.wallet.public import WalletRef, discover, find_wallet, looks_like_address

if TYPE_CHECKING:
    from tui import options as dashboard

app = typer.Typer(help="The live dashboard.", rich_markup_mode=None, add_completion=False)


@app.command()
def dash(
    gpu: Annotated[
        bool, typer.Option("--gpu/--no-gpu", help="Watch the GPUs of this host.")
    ] = True,
    theme: Annotated[str | None, typer.Option(metavar="NAME", help="Colour theme.")] = None,
) -> int:
    """Open the live dashboard: my neurons, subnets, metagraph, stake, GPUs and earnings.

    Keys stay locked until `:unlock` in it; then stake is added, removed and moved from there.

    \b
    Examples:
      taoctl dash
      taoctl dash -n test
      taoctl dash --wallet my-wallet --no-gpu
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "the dashboard needs a terminal",
            "for scripts use `taoctl subnet list -o json` or `taoctl demo --headless`",
        )
    require_own_tui()
    from taoctl.cli.gov.accounts import known_groups

    # The one deferred import from one face into the other: it costs 0.4 s.
    from taoctl.gpu.nvml import NvmlSource
    from tui import options as dashboard
    from tui.run import run

    return run(
        dashboard.DashOptions(
            network=context.network(),
            chosen=context.network_of(context.network()),
            timeout=context.timeout(),
            wallets=dashboard_wallets(chosen_wallets()),
            gpus=NvmlSource() if gpu else None,
            history=data_dir() / "earnings.sqlite",
            theme=theme,
            insecure=frozenset(DEV_ACCOUNTS),
            wallet_path=context.wallet_path(),
            tolerance=options.current().config().tolerance,
            shared=known_groups(),
        )
    )


def dashboard_wallets(wallets: Iterable[WalletRef]) -> tuple[dashboard.WalletRef, ...]:
    """Wallets as the dashboard takes them; those without a known coldkey are left out."""
    from tui import options as dashboard

    return tuple(
        dashboard.WalletRef(
            wallet.name,
            wallet.coldkey,
            tuple((hotkey.name, hotkey.ss58) for hotkey in wallet.hotkeys if hotkey.ss58),
        )
        for wallet in wallets
        if wallet.coldkey
    )


def chosen_wallets() -> tuple[WalletRef, ...]:
    """The wallets that --wallet names, or every wallet; only those whose coldkey is known.

    An address is a wallet of its own, to watch, under its short form.

    Raises:
        UsageError: neither an address nor a wallet.
    """
    folder = context.wallet_path()
    wanted = context.wallet_names()
    found = tuple(_chosen(text, folder) for text in wanted) or discover(folder)
    return tuple(wallet for wallet in found if wallet.coldkey)


def _chosen(text: str, folder: Path) -> WalletRef:
    if looks_like_address(text):
        decode_ss58(text)
        return WalletRef(short_ss58(text), text, (), folder)
    return find_wallet(text, folder)


def require_own_tui() -> None:
    """Refuse to open a package that only happens to be called `tui`.

    Raises:
        UsageError: another package hides the dashboard.
    """
    import tui

    if getattr(tui, "OWNER", None) != "taoctl":
        raise UsageError(
            "another installed package named 'tui' hides the dashboard of taoctl",
            "install taoctl on its own: `uv tool install taoctl` or `pipx install taoctl`",
        )

"""What `taoctl demo` runs on: a chain, wallets and GPUs that last as long as the program."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from taoctl.chain.client import connect
from taoctl.cli import context, interrupts, output
from taoctl.cli.dash import dashboard_wallets
from taoctl.cli.demo_summary import Keys, Summary, to_json, to_text, watch_blocks
from taoctl.errors import UsageError
from taoctl.gpu.simulated import SimulatedSource
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.scenarios import demo_wallets
from taoctl.localnet.service import Launch
from taoctl.paths import HOME_VARIABLE
from taoctl.wallet.dev_accounts import DEV_ACCOUNTS
from taoctl.wallet.public import discover
from taoctl.wallet.watch_only import write_watch_only

if TYPE_CHECKING:
    from tui.options import DashOptions

SCENARIO = "demo"
BLOCK_SECONDS = 1.0
PRACTICE_WALLET = "practice"
PRACTICE_COLDKEY = next(ss58 for ss58, name in DEV_ACCOUNTS.items() if name == "//Bob")
HEADLESS_BLOCK_SECONDS = 0.5


def run_dashboard() -> int:
    """Open the dashboard on a new chain; returns the exit code."""
    # The one deferred import from one face into the other: it costs 0.4 s.
    from tui.run import run

    output.note("SIM: starting a chain that exists only on this machine …")
    with _stage(BLOCK_SECONDS) as options:
        return run(_with_practice(options))


def run_headless(blocks: int, screenshot: Path | None) -> None:
    """Run a new chain for some blocks, print what was seen and save a picture if wanted."""
    output.require_form()
    with _stage(HEADLESS_BLOCK_SECONDS) as options:
        summary = interrupts.run(_summarise(options, blocks, screenshot))
    output.show_data("taoctl.demo/1", to_json(summary), to_text(summary), summary.origin)


async def _summarise(options: DashOptions, blocks: int, screenshot: Path | None) -> Summary:
    keys = Keys(
        coldkeys=tuple(wallet.coldkey for wallet in options.wallets),
        hotkeys=tuple(key for wallet in options.wallets for _, key in wallet.hotkeys),
        names={
            **{wallet.coldkey: wallet.name for wallet in options.wallets},
            **{key: name for wallet in options.wallets for name, key in wallet.hotkeys},
        },
    )
    async with connect(options.network, timeout=options.timeout) as chain:
        watching = watch_blocks(
            chain, keys, SimulatedSource(), blocks, patience_s=2 * options.timeout
        )
        if screenshot is None:
            return await watching
        try:
            async with asyncio.TaskGroup() as group:
                summing = group.create_task(watching)
                group.create_task(_picture(options, screenshot, blocks))
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        return summing.result()


async def _picture(options: DashOptions, path: Path, blocks: int) -> None:
    from tui.run import screenshot as take

    try:
        await take(options, path, blocks=blocks)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None


def _with_practice(options: DashOptions) -> DashOptions:
    """With a wallet to try staking with; everybody knows its key, so it needs no password."""
    from tui import options as dashboard

    practice = dashboard.WalletRef(PRACTICE_WALLET, PRACTICE_COLDKEY)
    return replace(options, wallets=(*options.wallets, practice))


@contextmanager
def _stage(block_seconds: float) -> Iterator[DashOptions]:
    """A chain, wallets and GPUs for the time of the block; gone whatever way it ends."""
    from tui import options as dashboard

    timeout = context.timeout()
    scratch = Path(tempfile.mkdtemp(prefix="taoctl-demo-"))
    folder = scratch / "wallets"
    launch = Launch(Options(scenario=SCENARIO, block_time=block_seconds), port=0)
    with interrupts.ended_by_signals(), _home(scratch), service.tied(launch, scratch) as running:
        for wallet in demo_wallets(SCENARIO):
            write_watch_only(folder, wallet.name, wallet.coldkey_ss58, wallet.hotkeys)
        yield dashboard.DashOptions(
            network=running.endpoint,
            timeout=timeout,
            wallets=dashboard_wallets(discover(folder)),
            gpus=SimulatedSource(),
            insecure=frozenset(DEV_ACCOUNTS),
            wallet_path=folder,
        )


@contextmanager
def _home(scratch: Path) -> Iterator[None]:
    """Let this process and the chain's keep caches and logs of the demo with the demo."""
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(scratch / "home")
    try:
        yield
    finally:
        if before is None:
            del os.environ[HOME_VARIABLE]
        else:
            os.environ[HOME_VARIABLE] = before

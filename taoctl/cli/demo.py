"""`taoctl demo`: the dashboard on a throwaway chain of its own."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.chain.client import connect
from taoctl.cli import context, output
from taoctl.cli.dash import dashboard_wallets, require_own_tui
from taoctl.cli.demo_summary import Keys, Summary, to_json, to_text, watch_blocks
from taoctl.errors import UsageError
from taoctl.gpu.simulated import SimulatedSource
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.scenarios import demo_wallets
from taoctl.localnet.service import Launch
from taoctl.wallet.dev_accounts import DEV_ACCOUNTS
from taoctl.wallet.public import discover
from taoctl.wallet.watch_only import write_watch_only

if TYPE_CHECKING:
    from tui.options import DashOptions

SCENARIO = "demo"
BLOCK_SECONDS = 1.0
HEADLESS_BLOCK_SECONDS = 0.5
BLOCKS = 40

app = typer.Typer(
    help="The dashboard on a throwaway chain of its own.",
    rich_markup_mode=None,
    add_completion=False,
)


@app.command()
def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="No dashboard: run some blocks and sum up.")
    ] = False,
    blocks: Annotated[
        int, typer.Option("--blocks", help="How many blocks to run without a dashboard.")
    ] = BLOCKS,
    screenshot: Annotated[
        Path | None,
        typer.Option("--screenshot", metavar="FILE.svg", help="Save a picture of the overview."),
    ] = None,
) -> int:
    """Open the dashboard on a simulated chain with wallets, neurons and GPUs that do not exist.

    Everything starts in this moment, stays on this machine and is gone at the end. Without a
    terminal it runs some blocks and prints a summary.

    \b
    Examples:
      taoctl demo
      taoctl demo --headless --blocks 40 -o json
      taoctl demo --headless --screenshot overview.svg
    """
    if blocks < 1:
        raise UsageError(f"{blocks} blocks cannot be run", "use --blocks 1 or more")
    require_own_tui()
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if screenshot is not None:
        _check_writable(screenshot)
    if headless or screenshot is not None or not on_terminal:
        _run_headless(blocks, screenshot)
        return 0
    return _run_dashboard()


def _run_dashboard() -> int:
    # The one deferred import from one face into the other: it costs 0.4 s.
    from tui.app import run

    output.note("SIM: starting a chain that exists only on this machine …")
    with _stage(BLOCK_SECONDS) as options:
        return run(options)


def _run_headless(blocks: int, screenshot: Path | None) -> None:
    with _stage(HEADLESS_BLOCK_SECONDS) as options:
        summary = asyncio.run(_summarise(options, blocks, screenshot))
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
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(watch_blocks(chain, keys, SimulatedSource(), blocks))
            if screenshot is not None:
                from tui.app import screenshot as take

                group.create_task(take(options, screenshot, blocks=blocks))
        return watching.result()


@contextmanager
def _stage(block_seconds: float) -> Iterator[DashOptions]:
    """A chain, wallets and GPUs for the time of the block; gone whatever way it ends."""
    from tui import options as dashboard

    scratch = Path(tempfile.mkdtemp(prefix="taoctl-demo-"))
    folder = scratch / "wallets"
    launch = Launch(Options(scenario=SCENARIO, block_time=block_seconds), port=0)
    with _ended_by_signals(), service.tied(launch, scratch) as running:
        for wallet in demo_wallets(SCENARIO):
            write_watch_only(folder, wallet.name, wallet.coldkey_ss58, wallet.hotkeys)
        yield dashboard.DashOptions(
            network=running.endpoint,
            timeout=context.timeout(),
            wallets=dashboard_wallets(discover(folder)),
            gpus=SimulatedSource(),
            insecure=frozenset(DEV_ACCOUNTS),
        )


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the program as Ctrl-C does, so that nothing is left behind."""
    caught: list[int] = []

    def interrupt(number: int, frame: object) -> None:
        caught.append(number)
        signal.raise_signal(signal.SIGINT)

    before = {kind: signal.signal(kind, interrupt) for kind in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    except KeyboardInterrupt:
        if caught:
            raise SystemExit(128 + caught[0]) from None
        raise
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _check_writable(path: Path) -> None:
    """Refuse a picture that could not be saved, before a minute is spent on it."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(f"{path} cannot be written", "name a file in a folder that exists")

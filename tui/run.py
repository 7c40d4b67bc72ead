"""Opening the dashboard: on a terminal, or without one for a picture of it."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

from tui import commands
from tui.app import Dashboard
from tui.options import DashOptions
from tui.signals import ending_on_signals


class _Photographer(Dashboard):
    """A dashboard that leaves as soon as it has taken a picture of itself."""

    def __init__(self, options: DashOptions, blocks: int) -> None:
        super().__init__(options)
        self._blocks = blocks
        self.svg = ""

    def on_mount(self) -> None:
        """Wait for the blocks beside everything else."""
        self.run_worker(self._take())

    async def _take(self) -> None:
        await self.seen_blocks(self._blocks)
        self.svg = self.export_screenshot(title="taoctl")
        self.exit(0)


def run(options: DashOptions) -> int:
    """Open the dashboard on the terminal; returns the exit code.

    A signal that asks the program to end gives the terminal back first; then the exit code is
    128 and its number.

    Raises:
        TaoctlError: the chain could not be reached in the first place.
    """
    app = Dashboard(options)
    if options.theme is not None and options.theme not in app.available_themes:
        raise commands.unknown_theme(options.theme, app.available_themes)
    code = asyncio.run(_on_terminal(app))
    app.raise_failure()
    return code or 0


def _spare_the_collector() -> None:
    """Keep what start-up made out of every later collection, and collect seldom.

    A full collection over Textual's modules takes longer than a frame may.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


async def _on_terminal(app: Dashboard) -> int | None:
    _spare_the_collector()
    with ending_on_signals(lambda code: app.exit(code, return_code=code)):
        return await app.run_async()


async def screenshot(
    options: DashOptions, path: Path, *, blocks: int = 1, size: tuple[int, int] = (160, 48)
) -> None:
    """Run without a terminal until the overview has shown so many blocks, then save it as SVG.

    Raises:
        TaoctlError: the chain could not be reached.
        OSError: the file cannot be written.
    """
    app = _Photographer(options, blocks)
    await app.run_async(headless=True, size=size, mouse=False)
    app.raise_failure()
    await asyncio.to_thread(path.write_text, app.svg, encoding="utf-8")

"""Waiting for something that is to happen, however slow the machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENT_S = 120.0
"""After how long what does not happen is taken never to."""


async def until(done: Callable[[], bool]) -> None:
    """Wait for something that is to happen; raises TimeoutError when it does not."""
    async with asyncio.timeout(PATIENT_S):
        while not done():
            await asyncio.sleep(0.005)

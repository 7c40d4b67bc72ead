"""What holds for every test of the dashboard."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from steady_loop import SteadyPolicy


@pytest.fixture(autouse=True)
def steady() -> Iterator[None]:
    """A pause ends when all that was to be done is done, however slow the machine is."""
    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(SteadyPolicy())
    yield
    asyncio.set_event_loop_policy(before)

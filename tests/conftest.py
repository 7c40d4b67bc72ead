"""What holds for every test."""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says more of what else the machine does. The same examples every time:
# what fails is what was changed; new ones are looked for where there is time to look into them.
SAME, OTHERS = "unhurried", "searching"
settings.register_profile(
    SAME, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(OTHERS, settings.get_profile(SAME), derandomize=False)
settings.load_profile(SAME)


def pytest_configure(config: pytest.Config) -> None:
    if config.option.markexpr.strip() == "soak":
        settings.load_profile(OTHERS)
    # A shell's background job ignores SIGINT, nohup SIGHUP, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

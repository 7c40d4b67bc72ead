"""What holds for every test of the chain."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def a_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A home for the journal, locks and kept metadata, where a test names none.

    That of the user has the records of other runs, and tests of another worker write to it.
    """
    if "TAOCTL_HOME" not in os.environ:
        home = tmp_path_factory.getbasetemp() / "taoctl-home"
        monkeypatch.setenv("TAOCTL_HOME", str(home))

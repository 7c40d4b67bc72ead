"""Where taoctl keeps its files: the platform's own directories, or below TAOCTL_HOME."""

from __future__ import annotations

import os
from pathlib import Path

from taoctl.errors import UsageError

HOME_VARIABLE = "TAOCTL_HOME"
"""The environment variable that moves everything below one directory."""


def config_dir() -> Path:
    """Directory of `config.toml`, which the user writes."""
    return _dir("config")


def cache_dir() -> Path:
    """Directory of what can be fetched again, such as runtime metadata."""
    return _dir("cache")


def data_dir() -> Path:
    """Directory of what cannot be fetched again, such as earnings history and the journal."""
    return _dir("data")


def state_dir() -> Path:
    """Directory of machine-local state, such as dev chains."""
    return _dir("state")


def wallets_dir() -> Path:
    """Directory where Bittensor wallets live on every machine."""
    return expanded("~/.bittensor/wallets")


def expanded(path: str | Path) -> Path:
    """The path with a leading `~` replaced by the home directory.

    Raises:
        UsageError: there is no such home, as for a user id of a container that has no name.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise UsageError(
            f"there is no home directory, so {str(path)!r} is nowhere",
            f"set HOME, or write the whole path; {HOME_VARIABLE} moves taoctl's own files",
        ) from None


def _dir(kind: str) -> Path:
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return expanded(home) / kind
    import platformdirs

    found = {
        "config": platformdirs.user_config_path,
        "cache": platformdirs.user_cache_path,
        "data": platformdirs.user_data_path,
        "state": platformdirs.user_state_path,
    }
    try:
        return found[kind]("taoctl", appauthor=False)
    except RuntimeError:
        raise UsageError(
            f"there is no home directory to keep taoctl's {kind} in", f"set HOME or {HOME_VARIABLE}"
        ) from None

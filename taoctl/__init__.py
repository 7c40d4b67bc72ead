"""taoctl: operator tooling for Bittensor, as a library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taoctl.version import VERSION

if TYPE_CHECKING:
    from taoctl.chain.client import connect as connect

__version__ = VERSION
__all__ = ["__version__", "connect"]


def __getattr__(name: str) -> object:
    if name == "connect":
        from taoctl.chain.client import connect

        return connect
    raise AttributeError(f"module 'taoctl' has no attribute {name!r}")

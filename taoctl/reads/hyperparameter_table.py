"""Facts about hyperparameters, and where runtimes without an API for them keep the values."""

from __future__ import annotations

from taoctl.economics.hyperparameter import Known
from taoctl.economics.hyperparameters import KNOWN

__all__ = ["KNOWN", "STORED", "Known"]

STORED: dict[str, Known] = {name: known for name, known in KNOWN.items() if known.item}
"""Those with a storage item of their own."""

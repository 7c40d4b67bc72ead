"""Hyperparameters of a subnet, each with what it means and who may set it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from taoctl.reads.columns import Column, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class HyperparameterRow:
    """One hyperparameter: the raw value as the chain says it and what it means."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number", wide=True)]
    name: Annotated[str, Column("name", Kind.TEXT, "as the chain calls it")]
    value: Annotated[int | bool | None, Column("value", Kind.INT, "raw value")]
    meaning: Annotated[str, Column("means", Kind.TEXT, "the value in its own unit")]
    setter: Annotated[str | None, Column("set by", Kind.TEXT, "owner or root")]
    help: Annotated[str, Column("effect", Kind.TEXT, "what it does")]

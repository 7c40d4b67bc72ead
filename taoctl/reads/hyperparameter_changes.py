"""What changed of a subnet's hyperparameters between two blocks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.hyperparameters import HyperparameterRow, hyperparameters


@dataclass(frozen=True, slots=True, kw_only=True)
class HyperparameterChangeRow:
    """One hyperparameter that was another at an earlier block."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number", wide=True)]
    name: Annotated[str, Column("name", Kind.TEXT, "as the chain calls it")]
    since_block: Annotated[int, Column("since", Kind.BLOCK, "the earlier block", wide=True)]
    before: Annotated[
        str | None, Column("was", Kind.TEXT, "in its own unit; - where the runtime had none")
    ]
    after: Annotated[
        str | None, Column("is", Kind.TEXT, "in its own unit; - where the runtime has none")
    ]
    before_value: Annotated[
        int | bool | None, Column("raw before", Kind.INT, "as the chain counts", wide=True)
    ]
    after_value: Annotated[
        int | bool | None, Column("raw after", Kind.INT, "as the chain counts", wide=True)
    ]
    setter: Annotated[str | None, Column("set by", Kind.TEXT, "owner or root")]


async def hyperparameter_changes(
    then: View, now: View, netuid: int
) -> tuple[HyperparameterChangeRow, ...]:
    """Those that differ, in the order of the later block; UsageError: no subnet at either."""
    old, new = await asyncio.gather(hyperparameters(then, netuid), hyperparameters(now, netuid))
    before = {row.name: row for row in old}
    after = {row.name: row for row in new}
    return tuple(
        _row(then.block, before.get(name), after.get(name))
        for name in dict.fromkeys((*after, *before))
        if _said(before.get(name)) != _said(after.get(name))
    )


def _said(row: HyperparameterRow | None) -> tuple[int | bool | None, str] | None:
    return None if row is None else (row.value, row.meaning)


def _row(
    block: int, before: HyperparameterRow | None, after: HyperparameterRow | None
) -> HyperparameterChangeRow:
    one = after or before
    assert one is not None
    return HyperparameterChangeRow(
        netuid=one.netuid,
        name=one.name,
        since_block=block,
        before=None if before is None else before.meaning,
        after=None if after is None else after.meaning,
        before_value=None if before is None else before.value,
        after_value=None if after is None else after.value,
        setter=one.setter,
    )

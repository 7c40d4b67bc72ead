"""The columns of the lists on the screen of one subnet, made from what the reads declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taoctl.addresses import short_ss58
from taoctl.reads.hyperparameters import HyperparameterRow
from taoctl.reads.prune_order import PruneRow
from taoctl.reads.subnet_emission import EmissionRow
from tui.figures import grouped
from tui.screens.columns import amount, declared_in, muted
from tui.widgets.table_model import TableColumn, absent, quiet_zero


@dataclass(frozen=True, slots=True)
class Parameter:
    """A hyperparameter, and from when it may be set: None where no call sets it.

    `wait_blocks` is 0 where the next block would take a change.
    """

    row: HyperparameterRow
    wait_blocks: int | None


def parameter_of(row: HyperparameterRow, block: int) -> Parameter:
    """A hyperparameter as it was seen at a block."""
    opens = row.settable_from_block
    return Parameter(row, None if opens is None else max(0, opens - block - 1))


def parameter_columns() -> tuple[TableColumn, ...]:
    """The columns over `Parameter`."""
    declared = declared_in(HyperparameterRow)
    return (
        declared("name", title="hyperparameter", pinned=True, max_width=30),
        declared("meaning", title="value", max_width=24, tone=_changed),
        declared("setter", title="set by", right=False, tone=_setter),
        TableColumn(
            "when",
            "settable",
            value=lambda one: one.wait_blocks,
            text=absent(_when),
            rank=0,
            help="in how many blocks it may be set next; - where no call sets it",
            tone=_when_tone,
            min_width=9,
        ),
        declared("default", rank=1, max_width=20, tone=muted),
        declared("help", title="effect", rank=2, max_width=70, tone=muted),
        declared("value", title="raw", rank=3, tone=muted),
        declared("settable_from_block", title="from block", rank=4, tone=muted),
    )


def emission_columns() -> tuple[TableColumn, ...]:
    """The columns over `EmissionRow`."""
    declared = declared_in(EmissionRow, _itself)
    return (
        declared("part", pinned=True, max_width=12),
        declared("tao_rao", text=amount(6)),
        declared("alpha_rao", text=amount(6), delta=True),
        declared("share_ppm"),
        declared("pending_rao", text=amount(4), delta=True),
        declared("epoch_rao", text=amount(4), rank=1),
        declared("goes_to", rank=2, max_width=50, tone=muted),
    )


def prune_columns(names: Mapping[str, str]) -> tuple[TableColumn, ...]:
    """The columns over `PruneRow`; `names` of own keys by address."""
    declared = declared_in(PruneRow, _itself)

    def name(address: str) -> str:
        return names.get(address) or short_ss58(address)

    return (
        declared("prune_rank", title="place", pinned=True, min_width=5),
        declared("uid", pinned=True, min_width=4),
        declared("hotkey", rank=0, text=name, max_width=16, min_width=11),
        declared("standing", max_width=10, tone=_standing),
        declared("emission_rao", text=amount(4), delta=True),
        declared("immunity_left_blocks", rank=0, tone=_immune),
        declared("gap_rao", rank=2, text=amount(4)),
        declared("apart_how", title="goes after by", rank=1, max_width=46, tone=muted),
        declared("registered_at", rank=3, tone=muted),
        declared("coldkey", rank=4, text=name, max_width=16, tone=muted),
    )


def _itself(row: Any) -> Any:
    return row


def _when(blocks: int) -> str:
    return "now" if not blocks else f"in {grouped(blocks)}"


def _when_tone(one: Parameter, blocks: int | None) -> str | None:
    if blocks is None or one.row.setter != "owner":
        return "muted"
    return "warn" if blocks else "good"


def _changed(one: Parameter, meaning: str) -> str | None:
    """What differs from the runtime's own value stands out."""
    return "accent" if one.row.default not in (None, meaning) else None


def _setter(_row: Any, setter: str | None) -> str | None:
    return None if setter == "owner" else "muted"


def _standing(_row: Any, standing: str) -> str | None:
    return "warn" if standing == "exposed" else "muted"


def _immune(row: Any, blocks: int | None) -> str | None:
    return quiet_zero(row, blocks) or "good"

"""The columns of the screens about consensus: who weighs whom, and what that comes to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taoctl.reads.columns import column, ratio_text
from taoctl.reads.explain import BondPartRow, WeightPartRow
from taoctl.reads.metagraph import NeuronRow
from taoctl.text import printable
from tui.neuron_rows import Giver
from tui.widgets.heat_lines import GIVEN
from tui.widgets.table_model import TableColumn, absent, from_read, quiet_zero

Name = Callable[[str], str]


def heat_columns(name: Callable[[NeuronRow], str]) -> tuple[TableColumn, ...]:
    """What the heat map's rows are sorted and filtered by, over `HeatRow`s."""
    neuron = _from(NeuronRow, lambda row: row.line.neuron)
    return (
        neuron("uid", title="uid"),
        TableColumn(
            "validator",
            "validator",
            value=lambda row: name(row.line.neuron),
            text=printable,
            right=False,
            help="who gives the weights",
        ),
        neuron("stake_rao", help="its stake weight"),
        TableColumn(
            "updated",
            "updated",
            value=lambda row: row.line.updated_block,
            text=absent(str),
            largest_first=True,
            help="block in which it last set or committed weights",
        ),
        TableColumn(
            GIVEN,
            "weight",
            value=lambda row: row.given,
            text=absent(str),
            largest_first=True,
            help="what it gives the neuron that s sorted by",
        ),
    )


def giver_columns(name: Name) -> tuple[TableColumn, ...]:
    """Who weighs the neuron, over `Giver`s."""
    part = _from(WeightPartRow, lambda row: row.part)
    return (
        *_who("validator", "who weighs it", name),
        part("stake_bits", min_width=8),
        part("weight_bits", min_width=8),
        part("clipped_bits", min_width=8, tone=_cut),
        part("contribution_bits", min_width=8),
        part("share_ppm", min_width=7),
        _now("its weight on it as stored now, of all that it gives"),
        TableColumn(
            "updated",
            "updated",
            value=lambda row: row.updated_block,
            text=absent(str),
            rank=3,
            largest_first=True,
            help="block in which it last set or committed weights",
            tone=lambda _row, _value: "muted",
        ),
        part("consensus_bits", rank=4, tone=lambda _row, _value: "muted"),
        _address(),
    )


def holding_columns(name: Name) -> tuple[TableColumn, ...]:
    """Whom the neuron weighs and has bonds in, over `Holding`s."""
    part = _from(BondPartRow, lambda row: row.part)
    return (
        *_who("miner", "whom it weighs, or has bonds in", name),
        part("weight_bits", min_width=8, rank=1),
        part("clipped_bits", min_width=8, tone=_cut),
        part("bond_bits", min_width=8),
        part("incentive_bits", min_width=8),
        part("contribution_bits", min_width=8),
        part("share_ppm", min_width=7),
        _now("its weight as stored now, of all that it gives", rank=2),
        part("consensus_bits", rank=3, tone=lambda _row, _value: "muted"),
        _address(),
    )


def _from(row_type: type, take: Callable[[Any], Any]) -> Callable[..., TableColumn]:
    """Columns that a read declares, of what `take` finds in a row; None where it finds nothing."""

    def make(key: str, **changes: Any) -> TableColumn:
        found = column(row_type, key)

        def value(row: Any) -> Any:
            held = take(row)
            return None if held is None else found.value(held)

        text = absent(found.text)
        return from_read(found, **({"value": value, "text": text, "tone": quiet_zero} | changes))

    return make


def _who(title: str, meaning: str, name: Name) -> tuple[TableColumn, ...]:
    return (
        TableColumn(
            "uid",
            "uid",
            value=lambda row: row.uid,
            text=str,
            pinned=True,
            min_width=4,
            help=meaning,
        ),
        TableColumn(
            "name",
            title,
            value=lambda row: name(row.hotkey),
            text=printable,
            right=False,
            pinned=True,
            min_width=10,
            max_width=14,
            help="its hotkey, or the name of an own one",
        ),
    )


def _now(meaning: str, rank: int = 1) -> TableColumn:
    return TableColumn(
        "now_ppm",
        "now",
        value=lambda row: row.now_ppm,
        text=absent(lambda ppm: ratio_text(ppm, 1_000_000, 6)),
        rank=rank,
        delta=True,
        largest_first=True,
        min_width=8,
        help=meaning,
        tone=quiet_zero,
    )


def _address() -> TableColumn:
    return TableColumn(
        "hotkey",
        "address",
        value=lambda row: row.hotkey,
        text=str,
        right=False,
        rank=7,
        max_width=48,
        help="its hotkey in full",
        tone=lambda _row, _value: "muted",
    )


def _cut(row: Any, bits: int | None) -> str | None:
    """Marks a weight that consensus cut down."""
    part = row.part
    if part is None or not part.weight_bits:
        return "muted"
    return "warn" if bits is not None and bits < part.weight_bits else None


def cut_count(givers: tuple[Giver, ...]) -> int:
    """How many of the weights on a neuron consensus cut down in the last epoch."""
    return sum(
        one.part is not None and one.part.clipped_bits < one.part.weight_bits for one in givers
    )

"""The columns of the screens, made from what the reads declare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from taoctl.addresses import short_ss58
from taoctl.reads.alarms import old_weights_blocks
from taoctl.reads.columns import ABSENT, Column, column
from taoctl.reads.entries import ROOT_NETUID
from taoctl.reads.metagraph import NeuronRow
from taoctl.reads.neurons import MyNeuronRow
from taoctl.reads.positions import PositionRow
from taoctl.text import printable
from tui.attention import Severity, prune_severity
from tui.figures import fixed
from tui.widgets.table_model import TableColumn, absent, from_read, quiet_zero


@dataclass(frozen=True, slots=True)
class Seen:
    """A row, the block it was seen at, and what columns need to know of its subnet."""

    row: Any
    block: int
    tempo: int | None = None
    free_slots: int | None = None


def neuron_columns(names: Mapping[str, str]) -> tuple[TableColumn, ...]:
    """The columns of a metagraph, over `Seen` neuron rows; `names` of own keys by address."""
    declared = declared_in(NeuronRow)

    def name(address: str | None) -> str:
        return ABSENT if address is None else names.get(address) or short_ss58(address)

    return (
        declared("uid", pinned=True, min_width=4),
        declared("hotkey", text=name, pinned=True, max_width=14, min_width=10),
        _role(),
        declared("stake_rao", text=amount(2), min_width=12),
        declared("incentive", title="incent", min_width=6, delta=True),
        declared("dividends", title="divid", min_width=6, delta=True),
        declared("emission_rao", text=amount(4), min_width=8, delta=True),
        _weights_age(rank=1),
        declared("prune_rank", min_width=5, tone=_prune_tone),
        declared("immunity_left_blocks", rank=1, min_width=6, tone=_immune_tone),
        declared("margin_rao", rank=2, text=amount(4), min_width=8),
        declared("consensus", title="consens", rank=2, delta=True),
        declared("validator_trust", title="vtrust", rank=2, delta=True),
        declared("alpha_stake_rao", rank=4, text=amount(2), min_width=12),
        declared("tao_stake_rao", rank=4, text=amount(2), min_width=12),
        declared("coldkey", rank=3, text=name, max_width=14, tone=muted),
        declared("axon", rank=5, max_width=24, tone=muted),
        declared("active", rank=6, right=False, tone=muted),
        declared("registered_at", rank=6, tone=muted),
    )


def my_neuron_columns() -> tuple[TableColumn, ...]:
    """The columns of the overview's table, over `Seen` rows of own neurons."""
    declared = declared_in(MyNeuronRow)
    return (
        declared("netuid", title="sn", rank=0, pinned=True, min_width=3),
        _hotkey("hotkey"),
        declared("uid", min_width=4),
        declared("wallet_name", rank=2, max_width=14, tone=muted),
        declared("subnet_name", rank=2, max_width=14, tone=muted),
        _role(rank=1),
        declared("incentive", title="incent", min_width=6, delta=True),
        declared("dividends", title="divid", min_width=6, delta=True),
        declared("alpha_per_day_rao", text=amount(4), min_width=10, delta=True),
        declared("tao_per_day_rao", text=amount(4), min_width=9, delta=True),
        declared("prune_rank", min_width=5, tone=_prune_tone),
        declared("margin_rao", rank=1, text=amount(4), min_width=8),
        declared("immunity_left_blocks", min_width=6, tone=_immune_tone),
        _weights_age(rank=1),
        declared("emission_rao", rank=3, text=amount(4), min_width=8, delta=True),
        declared("stake_rao", rank=3, text=amount(2), min_width=11),
        declared("consensus", title="consens", rank=4),
        declared("validator_trust", title="vtrust", rank=4),
        declared("price_rao", rank=5, tone=muted),
        declared("axon", rank=6, max_width=24, tone=muted),
        declared("hotkey", title="address", rank=7, tone=muted),
        declared("coldkey", rank=7, tone=muted),
    )


def _hotkey(title: str) -> TableColumn:
    """The hotkey of a row by its name here, or else its address."""
    return TableColumn(
        "name",
        title,
        value=lambda seen: seen.row.hotkey_name or short_ss58(seen.row.hotkey),
        text=str,
        right=False,
        pinned=True,
        min_width=10,
        max_width=16,
        help="name of the hotkey, or its address",
    )


def position_columns(subnet_name: Callable[[int], str]) -> tuple[TableColumn, ...]:
    """The columns of the stake screen, over `Seen` rows of positions."""
    declared = declared_in(PositionRow)
    return (
        declared("netuid", title="sn", rank=0, pinned=True, min_width=3),
        _hotkey("on hotkey"),
        declared("wallet_name", rank=1, max_width=14, tone=muted),
        TableColumn(
            "subnet_name",
            "subnet",
            value=lambda seen: subnet_name(seen.row.netuid),
            text=printable,
            right=False,
            rank=2,
            max_width=14,
            tone=muted,
            help="name of the subnet",
        ),
        declared("alpha_rao", rank=0, text=amount(4), min_width=11, delta=True),
        declared("price_rao", rank=2, tone=muted, delta=True),
        declared("value_tao_rao", rank=0, text=amount(4), min_width=10, delta=True),
        declared("exit_tao_rao", rank=0, text=amount(4), min_width=10, delta=True),
        declared("price_change_ppm", rank=1, tone=up_or_down),
        declared("subnet_share_ppm", rank=2, tone=muted),
        declared("locked_rao", rank=3, text=amount(4)),
        declared("hotkey_share_ppm", rank=4, tone=muted),
        declared("registered", rank=5, right=False, tone=_unregistered),
        declared("emission_rao", rank=6, text=amount(4), tone=muted),
        declared("hotkey", title="address", rank=7, tone=muted),
        declared("coldkey", rank=7, tone=muted),
    )


def declared_in(
    row_type: type, row_of: Callable[[Any], Any] = lambda seen: seen.row
) -> Callable[..., TableColumn]:
    """Makes columns of what a row class declares; arguments change fields.

    `row_of` gets such a row from what the table holds, which are `Seen` rows unless it is told.
    """

    def make(key: str, **changes: Any) -> TableColumn:
        found: Column = column(row_type, key)
        return from_read(found, **({"value": lambda held: found.value(row_of(held))} | changes))

    return make


def _role(rank: int = 0) -> TableColumn:
    return TableColumn(
        "role",
        "role",
        rank=rank,
        value=lambda seen: seen.row.validator_permit,
        text=absent(lambda permit: "vali" if permit else "miner"),
        right=False,
        help="vali has a validator permit",
        tone=lambda _, permit: "accent" if permit else "muted",
        min_width=5,
    )


def _weights_age(rank: int) -> TableColumn:
    return TableColumn(
        "weights_age",
        "updated",
        value=_weights_age_of,
        text=absent(str),
        rank=rank,
        help="blocks since a validator set weights",
        tone=_age_tone,
        min_width=7,
    )


def _age_tone(seen: Seen, blocks: int | None) -> str | None:
    if blocks is None:
        return "muted"
    return "bad" if old_weights_blocks(seen.row, seen.tempo, seen.block) is not None else None


def amount(digits: int) -> Callable[[Any], str]:
    """A formatter of rao with a fixed number of digits."""
    return absent(lambda rao: fixed(rao, digits))


def _weights_age_of(seen: Seen) -> int | None:
    if seen.row.netuid == ROOT_NETUID:
        return None
    if seen.row.validator_permit is False or seen.row.last_update is None:
        return None
    return max(0, seen.block - int(seen.row.last_update))


def muted(_row: Any, _value: Any) -> str:
    """The tone of what is seldom looked for."""
    return "muted"


def up_or_down(_row: Any, ppm: int | None) -> str:
    """The tone of a change."""
    return "good" if (ppm or 0) > 0 else "bad" if (ppm or 0) < 0 else "muted"


def _unregistered(_row: Any, there: bool | None) -> str | None:
    return "warn" if there is False else "muted"


def _prune_tone(seen: Seen, rank: int | None) -> str | None:
    danger = prune_severity(rank, seen.free_slots)
    if danger is None:
        return "muted" if rank is None else None
    return "bad" if danger is Severity.BAD else "warn"


def _immune_tone(seen: Seen, blocks: int | None) -> str | None:
    return quiet_zero(seen, blocks) or "good"

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
from taoctl.reads.subnets import SubnetRow
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


def subnet_columns() -> tuple[TableColumn, ...]:
    """The columns of the subnets screen, over `Seen` subnet rows."""
    declared = _declared(SubnetRow)
    return (
        declared("netuid", title="sn", pinned=True, min_width=3, tone=None),
        declared("name", pinned=True, max_width=18, tone=_strong_if_named),
        declared("symbol", title="sym", rank=2, max_width=4, tone=_muted),
        declared("price_rao", min_width=11, delta=True),
        declared("emission_share_ppm", min_width=8, delta=True),
        declared("tao_in_rao", text=_amount(2), min_width=13),
        TableColumn(
            "uids",
            "uids",
            value=lambda seen: seen.row.neurons,
            text=absent(str),
            rank=0,
            largest_first=True,
            help="registered neurons",
            min_width=4,
        ),
        declared("max_neurons", rank=3, tone=_muted),
        declared("burn_rao", value=_registration_price, text=_amount(4), min_width=10, delta=True),
        declared("registration_allowed", rank=1, right=False, tone=_closed),
        declared("tempo", rank=2, tone=_muted),
        TableColumn(
            "next_epoch",
            "epoch in",
            value=lambda seen: _until(seen.row.next_epoch_block, seen.block),
            text=absent(str),
            rank=1,
            help="blocks until the next epoch",
            tone=lambda _, left: "accent" if left == 0 else "muted",
            min_width=6,
        ),
        declared("moving_price_bits", rank=4),
        declared("volume_rao", rank=5, text=_amount(0), min_width=12),
        declared("alpha_in_rao", rank=6, text=_amount(0), min_width=12),
        declared("alpha_out_rao", rank=6, text=_amount(0), min_width=12),
        declared("tao_in_emission_rao", rank=7, text=_amount(6)),
        declared("alpha_in_emission_rao", rank=7, text=_amount(6)),
        declared("alpha_out_emission_rao", rank=7, text=_amount(6)),
        declared("trading_enabled", rank=8, right=False, tone=_closed),
        declared("owner_coldkey", rank=8, tone=_muted),
        declared("registered_at", rank=8, tone=_muted),
        declared("github", rank=9, tone=_muted),
    )


def neuron_columns(names: Mapping[str, str]) -> tuple[TableColumn, ...]:
    """The columns of a metagraph, over `Seen` neuron rows; `names` of own keys by address."""
    declared = _declared(NeuronRow)

    def name(address: str | None) -> str:
        return ABSENT if address is None else names.get(address) or short_ss58(address)

    return (
        declared("uid", pinned=True, min_width=4),
        declared("hotkey", text=name, pinned=True, max_width=14, min_width=10),
        _role(),
        declared("stake_rao", text=_amount(2), min_width=12),
        declared("incentive", title="incent", min_width=6, delta=True),
        declared("dividends", title="divid", min_width=6, delta=True),
        declared("emission_rao", text=_amount(4), min_width=8, delta=True),
        _weights_age(rank=1),
        declared("prune_rank", min_width=5, tone=_prune_tone),
        declared("immunity_left_blocks", rank=1, min_width=6, tone=_immune_tone),
        declared("margin_rao", rank=2, text=_amount(4), min_width=8),
        declared("consensus", title="consens", rank=2, delta=True),
        declared("validator_trust", title="vtrust", rank=2, delta=True),
        declared("alpha_stake_rao", rank=4, text=_amount(2), min_width=12),
        declared("tao_stake_rao", rank=4, text=_amount(2), min_width=12),
        declared("coldkey", rank=3, text=name, max_width=14, tone=_muted),
        declared("axon", rank=5, max_width=24, tone=_muted),
        declared("active", rank=6, right=False, tone=_muted),
        declared("registered_at", rank=6, tone=_muted),
    )


def my_neuron_columns() -> tuple[TableColumn, ...]:
    """The columns of the overview's table, over `Seen` rows of own neurons."""
    declared = _declared(MyNeuronRow)
    return (
        declared("netuid", title="sn", rank=0, pinned=True, min_width=3),
        _hotkey("hotkey"),
        declared("uid", min_width=4),
        declared("wallet_name", rank=2, max_width=14, tone=_muted),
        declared("subnet_name", rank=2, max_width=14, tone=_muted),
        _role(rank=1),
        declared("incentive", title="incent", min_width=6, delta=True),
        declared("dividends", title="divid", min_width=6, delta=True),
        declared("alpha_per_day_rao", text=_amount(4), min_width=10, delta=True),
        declared("tao_per_day_rao", text=_amount(4), min_width=9, delta=True),
        declared("prune_rank", min_width=5, tone=_prune_tone),
        declared("margin_rao", rank=1, text=_amount(4), min_width=8),
        declared("immunity_left_blocks", min_width=6, tone=_immune_tone),
        _weights_age(rank=1),
        declared("emission_rao", rank=3, text=_amount(4), min_width=8, delta=True),
        declared("stake_rao", rank=3, text=_amount(2), min_width=11),
        declared("consensus", title="consens", rank=4),
        declared("validator_trust", title="vtrust", rank=4),
        declared("price_rao", rank=5, tone=_muted),
        declared("axon", rank=6, max_width=24, tone=_muted),
        declared("hotkey", title="address", rank=7, tone=_muted),
        declared("coldkey", rank=7, tone=_muted),
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
    declared = _declared(PositionRow)
    return (
        declared("netuid", title="sn", rank=0, pinned=True, min_width=3),
        _hotkey("on hotkey"),
        declared("wallet_name", rank=1, max_width=14, tone=_muted),
        TableColumn(
            "subnet_name",
            "subnet",
            value=lambda seen: subnet_name(seen.row.netuid),
            text=printable,
            right=False,
            rank=2,
            max_width=14,
            tone=_muted,
            help="name of the subnet",
        ),
        declared("alpha_rao", rank=0, text=_amount(4), min_width=11, delta=True),
        declared("price_rao", rank=2, tone=_muted, delta=True),
        declared("value_tao_rao", rank=0, text=_amount(4), min_width=10, delta=True),
        declared("exit_tao_rao", rank=0, text=_amount(4), min_width=10, delta=True),
        declared("price_change_ppm", rank=1, tone=_up_or_down),
        declared("subnet_share_ppm", rank=2, tone=_muted),
        declared("locked_rao", rank=3, text=_amount(4)),
        declared("hotkey_share_ppm", rank=4, tone=_muted),
        declared("registered", rank=5, right=False, tone=_unregistered),
        declared("emission_rao", rank=6, text=_amount(4), tone=_muted),
        declared("hotkey", title="address", rank=7, tone=_muted),
        declared("coldkey", rank=7, tone=_muted),
    )


def _declared(row_type: type) -> Callable[..., TableColumn]:
    def make(key: str, **changes: Any) -> TableColumn:
        found: Column = column(row_type, key)
        return from_read(found, **({"value": lambda seen: found.value(seen.row)} | changes))

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


def _amount(digits: int) -> Callable[[Any], str]:
    return absent(lambda rao: fixed(rao, digits))


def _weights_age_of(seen: Seen) -> int | None:
    if seen.row.netuid == ROOT_NETUID:
        return None
    if seen.row.validator_permit is False or seen.row.last_update is None:
        return None
    return max(0, seen.block - int(seen.row.last_update))


def _until(block: int | None, now: int) -> int | None:
    return None if block is None else max(0, block - now)


def _muted(_row: Any, _value: Any) -> str:
    return "muted"


def _up_or_down(_row: Any, ppm: int | None) -> str:
    return "good" if (ppm or 0) > 0 else "bad" if (ppm or 0) < 0 else "muted"


def _unregistered(_row: Any, there: bool | None) -> str | None:
    return "warn" if there is False else "muted"


def _strong_if_named(_seen: Seen, name: str) -> str | None:
    return None if name else "muted"


def _closed(_seen: Seen, allowed: bool | None) -> str | None:
    return None if allowed else "muted"


def _prune_tone(seen: Seen, rank: int | None) -> str | None:
    danger = prune_severity(rank, seen.free_slots)
    if danger is None:
        return "muted" if rank is None else None
    return "bad" if danger is Severity.BAD else "warn"


def _registration_price(seen: Seen) -> int | None:
    """Rao of TAO; None on root, which is joined by stake and has no such price."""
    return None if seen.row.netuid == ROOT_NETUID else seen.row.burn_rao


def _immune_tone(seen: Seen, blocks: int | None) -> str | None:
    return quiet_zero(seen, blocks) or "good"

"""The columns of the subnets screen, over `Seen` rows of the board."""

from __future__ import annotations

from collections.abc import Callable

from taoctl.reads.entries import ROOT_NETUID
from taoctl.reads.subnet_board import BoardRow
from tui.attention import Severity, prune_severity
from tui.screens.columns import Seen, amount, declared_in, muted, up_or_down
from tui.widgets.table_model import TableColumn, absent


def board_columns(
    owner_name: Callable[[str | None], str], is_mine: Callable[[BoardRow], bool]
) -> tuple[TableColumn, ...]:
    """Every column of the screen.

    Args:
        owner_name: what to call a coldkey.
        is_mine: whether a subnet is owned by one of the wallets.
    """
    declared = declared_in(BoardRow)
    return (
        declared("netuid", title="sn", pinned=True, min_width=3, tone=None),
        declared("name", pinned=True, max_width=14, tone=_muted_if_nameless),
        declared("symbol", title="sym", rank=10, max_width=4, tone=muted),
        declared("price_rao", rank=0, min_width=9, delta=True),
        declared("price_change_ppm", rank=1, min_width=7, tone=up_or_down),
        declared("emission_share_ppm", rank=0, min_width=8, delta=True),
        declared("tao_in_rao", rank=4, text=amount(0), min_width=9),
        declared("slippage_ppm", rank=2, min_width=7, tone=muted),
        declared(
            "owner_coldkey",
            rank=6,
            text=owner_name,
            max_width=14,
            min_width=11,
            tone=lambda seen, _: "accent" if is_mine(seen.row) else "muted",
        ),
        declared(
            "burn_rao",
            rank=0,
            value=_registration_price,
            text=amount(4),
            min_width=10,
            delta=True,
        ),
        TableColumn(
            "uids",
            "uids",
            value=_seats,
            text=absent(lambda seats: f"{seats[0]}/{seats[1]}"),
            rank=5,
            largest_first=True,
            help="seats that are taken, and how many there are",
            min_width=7,
            tone=_seats_tone,
        ),
        declared("registration_allowed", rank=8, right=False, tone=_closed),
        TableColumn(
            "next_epoch",
            "epoch in",
            value=lambda seen: _until(seen.row.next_epoch_block, seen.block),
            text=absent(str),
            rank=3,
            help="blocks until the next epoch",
            tone=lambda _, left: "accent" if left == 0 else "muted",
            min_width=6,
        ),
        declared("tempo", rank=7, tone=muted),
        declared("prune_rank", rank=9, tone=_prune_tone),
        declared("moving_price_bits", rank=11),
        declared("next_burn_rao", rank=12, text=amount(6), min_width=9),
        declared("risen_burn_rao", rank=12, text=amount(4), min_width=8),
        declared("volume_rao", rank=13, text=amount(0), min_width=12),
        declared("alpha_in_rao", rank=14, text=amount(0), min_width=12),
        declared("alpha_out_rao", rank=14, text=amount(0), min_width=12),
        declared("tao_in_emission_rao", rank=15, text=amount(6)),
        declared("alpha_in_emission_rao", rank=15, text=amount(6)),
        declared("alpha_out_emission_rao", rank=15, text=amount(6)),
        declared("trading_enabled", rank=16, right=False, tone=_closed),
        declared("registered_at", rank=16, tone=muted),
        declared("owner_hotkey", rank=17, tone=muted),
        declared("github", rank=17, tone=muted),
    )


def _registration_price(seen: Seen) -> int | None:
    """Rao of TAO; None on root, which is joined by stake and has no such price."""
    return None if seen.row.netuid == ROOT_NETUID else seen.row.burn_rao


def _seats(seen: Seen) -> tuple[int, int] | None:
    if seen.row.neurons is None or seen.row.max_neurons is None:
        return None
    return seen.row.neurons, seen.row.max_neurons


def _seats_tone(_seen: Seen, seats: tuple[int, int] | None) -> str | None:
    return "muted" if seats is None else "good" if seats[0] < seats[1] else None


def _until(block: int | None, now: int) -> int | None:
    return None if block is None else max(0, block - now)


def _muted_if_nameless(_seen: Seen, name: str) -> str | None:
    return None if name else "muted"


def _closed(_seen: Seen, allowed: bool | None) -> str | None:
    return None if allowed else "muted"


def _prune_tone(seen: Seen, rank: int | None) -> str | None:
    danger = prune_severity(rank, seen.free_slots)
    if danger is None:
        return "muted"
    return "bad" if danger is Severity.BAD else "warn"

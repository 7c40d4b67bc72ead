"""The order in which new subnets replace those that are there, where there is room for no more."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import Api, View
from taoctl.economics.emission import network_to_prune
from taoctl.errors import NotInRuntimeError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, ROOT_NETUID, bits_of, item
from taoctl.reads.registry import read
from taoctl.reads.subnets import SUBNET_WANTS, SubnetRow, subnets

_TO_PRUNE = Api("SubnetInfoRuntimeApi", "get_subnet_to_prune")
_ONE_BITS = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetPruneRow:
    """One subnet in the order in which new ones replace them."""

    prune_rank: Annotated[
        int | None, Column("place", Kind.INT, "1 is the next to go; - is immune for now")
    ]
    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number")]
    name: Annotated[str, Column("name", Kind.TEXT, "the subnet's own name")]
    standing: Annotated[
        str,
        Column(
            "standing",
            Kind.TEXT,
            "exposed: a new subnet in the next block can replace it; immune: it cannot",
        ),
    ]
    moving_price_bits: Annotated[
        int, Column("ema price", Kind.I96F32, "moving price, the lowest of which goes first")
    ]
    gap_bits: Annotated[
        int | None,
        Column("more", Kind.I96F32, "moving price that it has more than the one before", drop=1),
    ]
    registered_at: Annotated[
        int, Column("registered", Kind.BLOCK, "block of its registration; of equal ones the oldest")
    ]
    immunity_left_blocks: Annotated[
        int, Column("immune", Kind.BLOCKS, "blocks of immunity left, 0 when over")
    ]
    owner_coldkey: Annotated[str | None, Column("owner", Kind.SS58, "coldkey of the owner", drop=2)]
    tao_in_rao: Annotated[
        int | None, Column("pool τ", Kind.TAO, "TAO that its holders would be paid from", drop=3)
    ]


@dataclass(frozen=True, slots=True)
class SubnetPruneLine:
    """Subnets in the order in which new ones replace them, and whether any must go.

    Attributes:
        rows: those out of immunity, the next to go first, then the immune, the first to lose it
            first.
        limit: how many subnets there can be.
    """

    rows: tuple[SubnetPruneRow, ...]
    limit: int

    @property
    def room(self) -> int:
        """How many subnets can be made before one is replaced."""
        return max(0, self.limit - len(self.rows))


@read(
    "subnet-prune-order",
    row=SubnetPruneRow,
    needs=(
        _TO_PRUNE,
        item("SubnetLimit"),
        item("NetworkImmunityPeriod"),
        item("NetworkRegisteredAt"),
        item("SubnetMovingPrice"),
        item("SubnetMechanism"),
    ),
    wants=SUBNET_WANTS,
    help="the subnets in the order in which new ones replace them",
)
async def subnet_prune_rows(view: View) -> tuple[SubnetPruneRow, ...]:
    """Every subnet but root, the next to be replaced first, those that are immune last.

    Raises:
        NotInRuntimeError: the runtime names another subnet than this rule does.
    """
    return (await subnet_prune_line(view)).rows


async def subnet_prune_line(view: View) -> SubnetPruneLine:
    """The same with how many subnets there can be; raises as `subnet_prune_rows`."""
    rows, limit, immunity, told = await asyncio.gather(
        subnets(view),
        view.value(PALLET, "SubnetLimit"),
        view.value(PALLET, "NetworkImmunityPeriod"),
        view.api(_TO_PRUNE.api, _TO_PRUNE.method),
    )
    # The chain walks them by the bytes of their keys, which parts even those of equal age.
    known = sorted((row for row in rows if row.netuid != ROOT_NETUID), key=_key)
    prices = await _moving_prices(view, [row.netuid for row in known])
    ages = {row.netuid: row.registered_at or 0 for row in known}
    terms = {row.netuid: (prices[row.netuid], ages[row.netuid]) for row in known}
    first = network_to_prune(terms, view.block, int(immunity))
    if first != (None if told is None else int(told)):
        raise NotInRuntimeError(
            f"the runtime of this chain (spec {view.spec_version}) would replace subnet {told}, "
            f"not {first}: it goes by a rule that is not known here",
            "an older block may go by the rule that is (--at-block)",
        )
    ends = {netuid: age + int(immunity) for netuid, age in ages.items()}
    # A new subnet comes in the next block at the earliest.
    exposed = {n: one for n, one in terms.items() if ends[n] <= view.block + 1}
    order: list[int] = []
    while exposed:
        following = network_to_prune(exposed, view.block + 1, int(immunity))
        assert following is not None
        order.append(following)
        del exposed[following]
    immune = sorted((n for n in terms if n not in order), key=lambda n: (ends[n], *terms[n]))
    by_netuid = {row.netuid: row for row in known}
    return SubnetPruneLine(
        tuple(
            _row(
                by_netuid[netuid],
                place if place <= len(order) else None,
                prices[netuid],
                prices[order[place - 2]] if 1 < place <= len(order) else None,
                max(0, ends[netuid] - view.block),
            )
            for place, netuid in enumerate((*order, *immune), 1)
        ),
        int(limit),
    )


def _key(row: SubnetRow) -> bytes:
    return row.netuid.to_bytes(2, "little")


async def _moving_prices(view: View, netuids: list[int]) -> dict[int, int]:
    keys = [(netuid,) for netuid in netuids]
    prices, mechanisms = await asyncio.gather(
        view.values(PALLET, "SubnetMovingPrice", keys),
        view.values(PALLET, "SubnetMechanism", keys),
    )
    return {
        netuid: bits_of(price) or 0 if mechanism else _ONE_BITS
        for netuid, price, mechanism in zip(netuids, prices, mechanisms, strict=True)
    }


def _row(
    row: SubnetRow, place: int | None, price: int, before: int | None, left: int
) -> SubnetPruneRow:
    return SubnetPruneRow(
        prune_rank=place,
        netuid=row.netuid,
        name=row.name,
        standing="exposed" if place is not None else "immune",
        moving_price_bits=price,
        gap_bits=None if before is None else price - before,
        registered_at=row.registered_at or 0,
        immunity_left_blocks=left,
        owner_coldkey=row.owner_coldkey,
        tao_in_rao=row.tao_in_rao,
    )

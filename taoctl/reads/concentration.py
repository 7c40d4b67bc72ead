"""How concentrated stake is: the validators of each subnet, of root, and of the whole network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import Api, View
from taoctl.economics.concentration import LARGEST, By, Concentration, concentration
from taoctl.economics.earnings import tao_value
from taoctl.errors import BadDataError, UsageError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.dynamic import prices
from taoctl.reads.entries import PALLET, ROOT_NETUID, item, text_of
from taoctl.reads.registry import read

_SELECTIVE = Api("SubnetInfoRuntimeApi", "get_selective_metagraph")
_FIELDS = (1, 52, 53, 57, 69)
"""Numbers of its fields: name, hotkeys, coldkeys, permits, stake weights."""
_PPM = 1_000_000
_POINTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcentrationRow:
    """How the stake of validators is spread, on a subnet, on root or over all subnets."""

    scope: Annotated[
        str,
        Column(
            "scope", Kind.TEXT, "`network` is all subnets and root; `root`, or `subnet`", drop=1
        ),
    ]
    netuid: Annotated[int | None, Column("netuid", Kind.NETUID, "subnet number")]
    name: Annotated[str | None, Column("name", Kind.TEXT, "the subnet's own name")]
    holders: Annotated[
        int, Column("holders", Kind.INT, "coldkeys, or hotkeys, of validators that have stake")
    ]
    nakamoto: Annotated[
        int | None,
        Column("nakamoto", Kind.INT, "the fewest of them that have more than half together"),
    ]
    top_ten_ppm: Annotated[
        int | None, Column("top 10", Kind.PPM, f"part of the {LARGEST} largest, in millionths")
    ]
    gini_ppm: Annotated[
        int | None,
        Column("gini", Kind.PPM, "0 where all hold the same, in millionths; of holders alone"),
    ]
    hhi: Annotated[
        int | None,
        Column("hhi", Kind.INT, "sum of the squares of their parts in per cent, of 10000", drop=2),
    ]
    stake_weight_rao: Annotated[
        int | None,
        Column("stake weight", Kind.ALPHA, "what is spread on a subnet: its validators' weight"),
    ]
    staked_rao: Annotated[
        int | None,
        Column("stake τ", Kind.TAO, "what is spread elsewhere: stake, at the price", drop=3),
    ]


@dataclass(frozen=True, slots=True)
class _Validator:
    netuid: int
    hotkey: str
    coldkey: str
    weight: int


@read(
    "concentration",
    row=ConcentrationRow,
    needs=(_SELECTIVE, item("NetworksAdded"), item("TotalHotkeyAlpha")),
    help="how concentrated the stake of validators is, on each subnet and over all",
)
async def concentrations(
    view: View, only: int | None = None, by: By | None = None
) -> tuple[ConcentrationRow, ...]:
    """The whole network, then root, then each subnet by netuid; or one subnet alone.

    Validators are the neurons with a permit. On a subnet their stake weight counts, as in its
    epochs: alpha and weighted root TAO, after what parents lend to children. On root it is what is
    staked there on the validators of any subnet; over all, that and the alpha on the validators of
    each subnet at its price, which is what moves whole TAO and not what selling it would bring.

    Args:
        view: the block to read.
        only: a subnet, whose row alone is read.
        by: whose stake counts as one; coldkeys when left out.

    Raises:
        UsageError: there is no such subnet.
    """
    chosen = by or By.COLDKEY
    added = await view.map(PALLET, "NetworksAdded")
    netuids = sorted(int(n) for n, there in added.items() if there and int(n) != ROOT_NETUID)
    if only is not None:
        if only not in netuids:
            raise _no_subnet(only)
        netuids = [only]
    answers = await asyncio.gather(
        *(view.api(_SELECTIVE.api, _SELECTIVE.method, n, list(_FIELDS)) for n in netuids)
    )
    found = {n: (one, _validators(n, one)) for n, one in zip(netuids, answers, strict=True) if one}
    rows = [
        _row(
            "subnet",
            ((_holder(one, chosen), one.weight) for one in validators),
            netuid=netuid,
            name=text_of(answer["name"]) or None,
        )
        for netuid, (answer, validators) in found.items()
    ]
    if only is not None:
        return tuple(rows)
    everyone = [one for _, validators in found.values() for one in validators]
    return (*await _overall(view, everyone, chosen), *rows)


def _no_subnet(netuid: int) -> UsageError:
    if netuid == ROOT_NETUID:
        return UsageError("root is no subnet", "leave --netuid out: root is among them all")
    return UsageError(f"there is no subnet {netuid}", "`taoctl subnet list` shows all of them")


def _validators(netuid: int, answer: Mapping[str, Any]) -> list[_Validator]:
    columns = (answer["hotkeys"], answer["coldkeys"], answer["total_stake"])
    permits = answer["validator_permit"]
    return [
        _Validator(netuid, str(hotkey), str(coldkey), int(weight))
        for hotkey, coldkey, weight, permit in zip(*columns, permits, strict=True)
        if permit
    ]


def _holder(one: _Validator, by: By) -> str:
    return one.coldkey if by is By.COLDKEY else one.hotkey


async def _overall(
    view: View, validators: list[_Validator], by: By
) -> tuple[ConcentrationRow, ConcentrationRow]:
    """The rows of the whole network and of root."""
    unique = list({one.hotkey: one for one in validators}.values())
    keys = [(one.hotkey, one.netuid) for one in validators]
    root_keys = [(one.hotkey, ROOT_NETUID) for one in unique]
    price, alpha, root = await asyncio.gather(
        prices(view),
        view.values(PALLET, "TotalHotkeyAlpha", keys),
        view.values(PALLET, "TotalHotkeyAlpha", root_keys),
    )
    on_root = [(_holder(one, by), int(rao)) for one, rao in zip(unique, root, strict=True)]
    on_subnets = [
        (_holder(one, by), tao_value(int(rao), _price(price, one.netuid)))
        for one, rao in zip(validators, alpha, strict=True)
    ]
    return (
        _row("network", [*on_subnets, *on_root]),
        _row("root", on_root, netuid=ROOT_NETUID),
    )


def _price(known: Mapping[int, int], netuid: int) -> int:
    if netuid not in known:
        raise BadDataError(f"the chain tells no price of subnet {netuid}")
    return known[netuid]


def _row(
    scope: str,
    held: Iterable[tuple[str, int]],
    *,
    netuid: int | None = None,
    name: str | None = None,
) -> ConcentrationRow:
    sums: dict[str, int] = {}
    for holder, amount in held:
        sums[holder] = sums.get(holder, 0) + amount
    known = concentration(sums.values())
    total = 0 if known is None else known.total
    of_subnet = scope == "subnet"
    return ConcentrationRow(
        scope=scope,
        netuid=netuid,
        name=name,
        holders=0 if known is None else known.holders,
        stake_weight_rao=total if of_subnet else None,
        staked_rao=None if of_subnet else total,
        **_figures(known),
    )


def _figures(known: Concentration | None) -> dict[str, int | None]:
    """The figures of a row; none where there is no stake to spread."""
    if known is None:
        return dict.fromkeys(("nakamoto", "top_ten_ppm", "gini_ppm", "hhi"))
    return {
        "nakamoto": known.nakamoto,
        "top_ten_ppm": int(known.top * _PPM),
        "gini_ppm": int(known.gini * _PPM),
        "hhi": int(known.hhi * _POINTS),
    }

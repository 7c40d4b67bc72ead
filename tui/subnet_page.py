"""Everything about one subnet at one block: pool, emission, hyperparameters, pruning."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from taoctl.chain.view import View
from taoctl.errors import BadDataError, NotInRuntimeError, UsageError
from taoctl.reads.hyperparameters import HyperparameterRow, hyperparameters
from taoctl.reads.pools import Market, markets
from taoctl.reads.positions import change_ppm
from taoctl.reads.prune_order import PruneRow, prune_rows
from taoctl.reads.subnet_emission import SubnetEmission, subnet_emission
from taoctl.reads.subnet_identities import SubnetIdentityRow, subnet_identities
from taoctl.reads.subnets import SubnetRow, subnet
from taoctl.reads.tempo import TempoRow, tempo

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """A part of the page, or why there is none."""

    value: T | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SubnetPage:
    """A subnet at one block.

    Attributes:
        block: the block.
        subnet: what all screens tell of it.
        tempo: when its epochs come, and from when its owner may change something.
        parameters: its hyperparameters.
        market: where TAO buys its alpha; None where that is not known.
        change_ppm: of the price over a day; None where it is not known.
        emission: where TAO and alpha go.
        prunes: its neurons, the next to be replaced first; None where they were not asked for.
        identity: what it says of itself; None where it says nothing.
    """

    block: int
    subnet: SubnetRow
    tempo: TempoRow
    parameters: tuple[HyperparameterRow, ...]
    market: Market | None
    change_ppm: int | None
    emission: Part[SubnetEmission]
    prunes: Part[tuple[PruneRow, ...]] | None
    identity: SubnetIdentityRow | None


async def subnet_page(
    view: View,
    netuid: int,
    names: Mapping[str, str] | None,
    day_ago: Callable[[View], Awaitable[Mapping[int, int]]],
) -> SubnetPage:
    """One subnet at one block.

    Args:
        view: the block.
        netuid: the subnet.
        names: of hotkeys by address, for its neurons; None to leave them out.
        day_ago: gives prices per netuid of a day before, rao of TAO per alpha.

    Raises:
        UsageError: there is no such subnet.
    """
    row = await subnet(view, netuid)
    (times, parameters, market, before), (emission, prunes, identities) = await asyncio.gather(
        asyncio.gather(
            tempo(view, netuid),
            hyperparameters(view, netuid),
            markets(view, {netuid: row.price_rao}),
            day_ago(view),
        ),
        asyncio.gather(
            _where_there(subnet_emission(view, netuid)),
            _no_part() if names is None else _where_there(prune_rows(view, netuid, names)),
            _where_there(subnet_identities(view, [netuid])),
        ),
    )
    return SubnetPage(
        block=view.block,
        subnet=row,
        tempo=times,
        parameters=parameters,
        market=market.get(netuid),
        change_ppm=change_ppm(before.get(netuid), row.price_rao, netuid),
        emission=emission,
        prunes=prunes,
        identity=next(iter(identities.value or ()), None),
    )


async def _no_part() -> None:
    return None


async def _where_there(reading: Awaitable[T]) -> Part[T]:
    """What a read says, or why this runtime or this subnet has no such thing."""
    try:
        return Part(await reading)
    except (NotInRuntimeError, UsageError, BadDataError) as problem:
        return Part(None, problem.message)

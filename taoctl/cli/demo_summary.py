"""The headless demo: follow a chain for some blocks and say what was seen."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.chain.client import Chain
from taoctl.chain.view import View
from taoctl.cli import context, output
from taoctl.cli.machine_forms import row_json
from taoctl.cli.output import Origin
from taoctl.errors import UnreachableError
from taoctl.gpu.sample import GpuReading, GpuSample, GpuSource
from taoctl.history.series import EarningsPoint, EarningsSeries
from taoctl.history.store import EarningsSample
from taoctl.reads.columns import columns_of
from taoctl.reads.entries import ROOT_NETUID
from taoctl.reads.neurons import MyNeuronRow, my_neurons
from taoctl.reads.subnets import SubnetRow, subnets
from taoctl.units import rao_to_decimal
from taoctl.watch import follow


@dataclass(frozen=True, slots=True)
class Keys:
    """Whose neurons are followed: coldkeys, hotkeys, and names by address."""

    coldkeys: tuple[str, ...]
    hotkeys: tuple[str, ...]
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one block showed."""

    subnets: tuple[SubnetRow, ...]
    neurons: tuple[MyNeuronRow, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the demo saw from its first block to its last, both counted."""

    origin: Origin
    first_block: int
    last_block: int
    last: Seen
    points: tuple[EarningsPoint, ...]
    gpus: GpuReading

    @property
    def blocks(self) -> int:
        """How many blocks passed."""
        return self.last_block - self.first_block + 1


async def watch_blocks(
    chain: Chain, keys: Keys, gpus: GpuSource, blocks: int, *, patience_s: float
) -> Summary:
    """Follow the chain until so many blocks have passed, collecting an earnings sample per epoch.

    Raises:
        UnreachableError: the chain was in trouble for `patience_s` seconds.
    """
    series = EarningsSeries(chain.genesis)
    first: int | None = None
    problem: str | None = None
    now = asyncio.get_running_loop().time
    try:
        async with asyncio.timeout(patience_s) as patience:
            async for live in follow(chain, lambda view: _read(view, keys)):
                problem = live.problem
                if live.rows is None or live.block is None or problem is not None:
                    continue
                patience.reschedule(now() + patience_s)
                first = live.block if first is None else first
                series.add(_samples(live.rows.neurons, chain.genesis))
                if live.block - first + 1 >= blocks:
                    origin = context.origin_of(await chain.at_block(live.block))
                    reading = await gpus.sample()
                    return Summary(origin, first, live.block, live.rows, series.points(), reading)
    except TimeoutError:
        pass
    raise UnreachableError(
        f"the chain stopped on the way: {problem or 'no new block came'}",
        "start again; if the machine is busy, allow more with --timeout",
    )


async def _read(view: View, keys: Keys) -> Seen:
    rows, neurons = await asyncio.gather(
        subnets(view), my_neurons(view, keys.coldkeys, keys.hotkeys, keys.names)
    )
    return Seen(tuple(row for row in rows if row.netuid != ROOT_NETUID), neurons)


def _samples(neurons: Sequence[MyNeuronRow], genesis: str) -> list[EarningsSample]:
    return [
        EarningsSample(
            genesis, n.netuid, n.hotkey, n.last_epoch_block, n.tempo, n.paid_rao, n.price_rao
        )
        for n in neurons
        if n.last_epoch_block and n.tempo and n.paid_rao is not None
    ]


def to_json(summary: Summary) -> dict[str, Any]:
    """The `data` of the envelope; amounts in rao with their decimal beside them."""
    columns = columns_of(MyNeuronRow)
    neurons = summary.last.neurons
    return {
        "simulated": summary.origin.simulated,
        "blocks": summary.blocks,
        "first_block": summary.first_block,
        "last_block": summary.last_block,
        "subnets": len(summary.last.subnets),
        "neurons": sum(row.neurons or 0 for row in summary.last.subnets),
        "my_neurons": [row_json(row, columns) for row in neurons],
        "earnings": {
            "tao_per_day": _amount(_total(neurons)),
            "points": [
                {"block": point.block, "tao_per_day": _amount(point.tao_per_day_rao)}
                for point in summary.points
            ],
        },
        "gpus": [_gpu_json(gpu) for gpu in summary.gpus.gpus],
    }


def _total(neurons: Sequence[MyNeuronRow]) -> int | None:
    known = [n.tao_per_day_rao for n in neurons if n.tao_per_day_rao is not None]
    return sum(known) if known else None


def _amount(rao: int | None) -> dict[str, str] | None:
    return None if rao is None else {"rao": str(rao), "tao": rao_to_decimal(rao)}


def _gpu_json(gpu: GpuSample) -> dict[str, Any]:
    return {
        "index": gpu.index,
        "name": gpu.name,
        "simulated": gpu.simulated,
        "utilisation_pct": gpu.utilisation_pct,
        "memory_used_bytes": gpu.memory_used_bytes,
        "memory_total_bytes": gpu.memory_total_bytes,
        "power_mw": gpu.power_mw,
        "temperature_c": gpu.temperature_c,
        "energy_mj": gpu.energy_mj,
    }


def to_text(summary: Summary) -> str:
    """The same for people: a line of totals, my neurons, earnings and GPUs."""
    neurons = summary.last.neurons
    columns = [column for column in columns_of(MyNeuronRow) if not column.wide]
    table, _ = output.table_text(columns, neurons, None)
    count = sum(row.neurons or 0 for row in summary.last.subnets)
    total = _total(neurons)
    earned = "unknown" if total is None else f"{rao_to_decimal(total)} TAO"
    lines = [
        f"SIM · {summary.blocks} blocks ({summary.first_block} to {summary.last_block}), "
        f"{len(summary.last.subnets)} subnets, {count} neurons",
        "",
        table,
        "",
        f"earnings per day at the last epochs' rates: {earned}",
        *(_gpu_line(gpu) for gpu in summary.gpus.gpus),
    ]
    return "\n".join(lines)


def _gpu_line(gpu: GpuSample) -> str:
    mark = "SIM " if gpu.simulated else ""
    power = "unknown" if gpu.power_mw is None else f"{gpu.power_mw // 1000} W"
    busy = "unknown" if gpu.utilisation_pct is None else f"{gpu.utilisation_pct} %"
    return f"{mark}GPU {gpu.index} {gpu.name or 'unknown'}: {busy} busy, {power}"

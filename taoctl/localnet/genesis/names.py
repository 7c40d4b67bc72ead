"""Names of invented subnets, validators and operators; symbols follow the chain's own list."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_SUBNETS = (
    "Lumen Forge",
    "Tidepool",
    "Paper Kite",
    "Granite Relay",
    "Quiet Harbor",
    "Meridian",
    "Copper Finch",
    "Northlight",
    "Saltgrass",
    "Deep Orchard",
    "Ember Index",
    "Slow Glass",
)
_HEADS = (
    "Amber",
    "Birch",
    "Cobalt",
    "Delta",
    "Echo",
    "Fathom",
    "Glacier",
    "Hollow",
    "Iron",
    "Juniper",
    "Kestrel",
    "Larch",
)
_TAILS = (
    "Anvil",
    "Bridge",
    "Cairn",
    "Drift",
    "Engine",
    "Field",
    "Grove",
    "Heron",
    "Isle",
    "Junction",
    "Kiln",
    "Ledger",
)
TASKS = (
    "text inference with verified latency",
    "protein folding on rented GPUs",
    "storage of model checkpoints",
    "forecasting of power prices",
    "speech recognition in rare languages",
    "satellite image labelling",
    "distributed pre-training",
    "web page indexing",
    "code review by language models",
    "rendering of 3D scenes",
    "weather downscaling",
    "detection of synthetic images",
    "routing of compute jobs",
    "translation memory",
    "time series anomaly search",
    "agent benchmarks",
)
_VALIDATORS = (
    "Basalt Staking",
    "Harbor Light",
    "Ninefold",
    "Open Quarry",
    "Polar Desk",
    "Redwood Validation",
    "Stillwater",
    "Tern and Sons",
    "Umbra Nodes",
    "Vantage Point",
    "Willow Stake",
    "Zenith Yard",
)
_SYMBOL_RUNS = (
    (0x3A4, 0x3A4),
    (0x3B1, 0x3C1),
    (0x3C3, 0x3C3),
    (0x74, 0x74),
    (0x3C5, 0x3C9),
    (0x5D0, 0x5EA),
    (0x627, 0x628),
    (0x62A, 0x63A),
    (0x641, 0x648),
    (0x64A, 0x64A),
    (0x649, 0x649),
    (0x16A0, 0x16A0),
    (0x16A2, 0x16A2),
    (0x16A6, 0x16A6),
    (0x16A8, 0x16A8),
    (0x16B1, 0x16B1),
    (0x16B3, 0x16B3),
    (0x42B, 0x42B),
    (0x16C9, 0x16C9),
    (0x16D2, 0x16D2),
    (0x1680, 0x1685),
    (0x169B, 0x169B),
    (0x10D0, 0x10D5),
    (0x531, 0x536),
    (0x55E, 0x55E),
    (0x400, 0x405),
    (0x44A, 0x44A),
    (0x2C80, 0x2C85),
    (0x11000, 0x11003),
    (0x11005, 0x11005),
    (0xDB1, 0xDB1),
)
_SYMBOLS = "".join(chr(code) for low, high in _SYMBOL_RUNS for code in range(low, high + 1))


@dataclass(frozen=True, slots=True)
class SubnetText:
    """The texts of one subnet's identity."""

    name: str
    task: str
    slug: str


def symbol(netuid: int) -> str:
    """The token symbol that the chain gives this netuid, for 0 (root) to 128."""
    return _SYMBOLS[netuid]


def subnet_text(netuid: int) -> SubnetText:
    """Name, task and address slug of an invented subnet; distinct for netuids 1 to 144."""
    index = netuid - 1
    if index < len(FIRST_SUBNETS):
        name = FIRST_SUBNETS[index]
    else:
        head, tail = divmod(index, len(_HEADS))
        name = f"{_HEADS[(head + tail) % len(_HEADS)]} {_TAILS[tail]}"
    return SubnetText(name, TASKS[index % len(TASKS)], name.lower().replace(" ", "-"))


def validator_name(index: int) -> str:
    """The name in a validator's identity; distinct for every index."""
    lap, at = divmod(index, len(_VALIDATORS))
    return _VALIDATORS[at] if lap == 0 else f"{_VALIDATORS[at]} {lap + 1}"

"""Names of invented subnets, validators and operators; symbols follow the chain's own list."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.economics.symbols import SYMBOLS

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


@dataclass(frozen=True, slots=True)
class SubnetText:
    """The texts of one subnet's identity."""

    name: str
    task: str
    slug: str


def symbol(netuid: int) -> str:
    """The token symbol that the chain gives this netuid first, for 0 (root) to 438."""
    return SYMBOLS[netuid]


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

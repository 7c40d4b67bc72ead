"""Everything about one subnet, for its screen when it is looked at without a chain."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import dashboard_rows as made

from taoctl.economics.block_flow import BlockFlow
from taoctl.economics.hyperparameters import KNOWN
from taoctl.economics.pool import Pool
from taoctl.reads.hyperparameters import HyperparameterRow
from taoctl.reads.pools import Market
from taoctl.reads.prune_order import PruneRow
from taoctl.reads.subnet_emission import EmissionRow, SubnetEmission
from taoctl.reads.subnet_identities import SubnetIdentityRow
from taoctl.reads.tempo import TempoRow
from tui.prices import SPANS, STEPS, Prices
from tui.subnet_page import Part, SubnetPage

_ALPHA = 10**9
_PAID = (("owner", 18), ("miners", 41), ("withheld", 0), ("validators", 35), ("root", 6))
_VALUES = {
    "kappa": (32_767, "0.5000", "0.5000"),
    "immunity_period": (7_200, "7200 blocks", "4096 blocks"),
    "tempo": (360, "360 blocks", "360 blocks"),
    "weights_rate_limit": (100, "100 blocks", "100 blocks"),
    "registration_allowed": (True, "yes", "yes"),
    "min_burn": (500_000, "0.000500000 TAO", "0.000500000 TAO"),
    "bonds_moving_avg": (900_000, "0.900000", "0.900000"),
    "commit_reveal_weights_enabled": (True, "yes", "yes"),
    "mechanism_emission_split": (None, "even", "even"),
    "max_weights_limit": (65_535, "1.0000", "1.0000"),
}


def parameters(netuid: int, block: int) -> tuple[HyperparameterRow, ...]:
    """Ten of them, of which one may be set only later and three by root or by nobody."""
    return tuple(
        HyperparameterRow(
            netuid=netuid,
            name=name,
            value=value,
            meaning=meaning,
            default=default,
            setter=KNOWN[name].setter,
            settable_from_block=_from(name, block),
            help=KNOWN[name].effect,
        )
        for name, (value, meaning, default) in _VALUES.items()
    )


def _from(name: str, block: int) -> int | None:
    if KNOWN[name].change is None:
        return None
    return block + (720 if name == "immunity_period" else 1)


def emission(netuid: int, block: int) -> SubnetEmission:
    """A twentieth of a block's TAO, and an alpha a block for everybody but the owner's miners."""
    flow = BlockFlow(*[0] * 10)
    flow = replace(flow, minted=_ALPHA // 2, tao_in=_ALPHA // 40, alpha_out=_ALPHA)
    others = (("pool", flow.tao_in, _ALPHA // 2), ("protocol", 0, None))
    rows = [_part(part, tao, alpha) for part, tao, alpha in others]
    rows += [
        _part(part, None, _ALPHA * share // 100, share * 10_000, _ALPHA * share // 10)
        for part, share in _PAID
    ]
    rows.append(_part("recycled", None, 0, 0))
    subnet = made.subnet_row(netuid, block)
    return SubnetEmission(subnet, flow, block + 7, 7, None, "", tuple(rows))


def _part(
    part: str,
    tao: int | None,
    alpha: int | None,
    share: int | None = None,
    pending: int | None = None,
) -> EmissionRow:
    return EmissionRow(
        part=part,
        tao_rao=tao,
        alpha_rao=alpha,
        share_ppm=share,
        pending_rao=pending,
        epoch_rao=None if pending is None else pending + 7 * (alpha or 0),
        goes_to=f"where {part} goes",
    )


def prunes(netuid: int, block: int) -> tuple[PruneRow, ...]:
    """Twelve neurons: eight exposed, three immune, and the owner's own."""
    standings = ["exposed"] * 8 + ["immune"] * 3 + ["owner"]
    neurons = [made.neuron_values(netuid, uid, block) for uid in range(1, 13)]
    return tuple(
        PruneRow(
            prune_rank=None if standing == "owner" else place,
            uid=one["uid"],
            hotkey_name=None,
            hotkey=one["hotkey"],
            coldkey=one["coldkey"],
            standing=standing,
            emission_rao=place * 10**7,
            registered_at=one["registered_at"],
            immunity_left_blocks=place * 100 if standing == "immune" else 0,
            apart=None if place == 1 else "emission",
            gap_rao=None if place == 1 else 10**7,
            gap_blocks=None,
            apart_how="the next to go" if place == 1 else f"0.0100 α more than uid {place - 1}",
        )
        for place, (one, standing) in enumerate(zip(neurons, standings, strict=True), 1)
    )


def identity(netuid: int, **texts: str) -> SubnetIdentityRow:
    """What a subnet says of itself."""
    said: dict[str, Any] = {
        "subnet_name": made.NAMES[netuid % len(made.NAMES)],
        "github_repo": "https://git.example/apex",
        "subnet_contact": "owner@apex.example",
        "subnet_url": "https://apex.example",
        "discord": "apex",
        "description": "An invented subnet",
        "logo_url": None,
        "additional": None,
    }
    return SubnetIdentityRow(netuid=netuid, symbol="α", **(said | texts))


def page(netuid: int, block: int = 1000, **changes: Any) -> SubnetPage:
    """A subnet with everything that there may be."""
    subnet = made.subnet_row(netuid, block)
    assert subnet.alpha_in_rao is not None and subnet.tao_in_rao is not None
    found = SubnetPage(
        block=block,
        subnet=subnet,
        tempo=TempoRow(
            netuid=netuid,
            tempo=360,
            epoch=12,
            last_epoch_block=block - 300,
            next_epoch_block=block + 60,
            pending_epoch_at=None,
            open_from_block=block + 1,
            tempo_from_block=block + 1,
            trigger_from_block=None,
        ),
        parameters=parameters(netuid, block),
        market=Market(Pool(subnet.alpha_in_rao, subnet.tao_in_rao)),
        change_ppm=-12_345,
        emission=Part(emission(netuid, block)),
        prunes=Part(prunes(netuid, block)),
        identity=identity(netuid),
    )
    return replace(found, **changes)


def course(genesis: str, netuid: int, block: int, missing: int = 0) -> Prices:
    """Prices of an hour, but for the oldest steps."""
    prices, draw, price = Prices(genesis), random.Random(netuid), 70_123_000
    for step in range(STEPS):
        price += draw.randrange(-(10**6), 10**6)
        if step >= missing:
            prices.note(block - (STEPS - 1 - step) * SPANS[0].step, {netuid: price})
    return prices

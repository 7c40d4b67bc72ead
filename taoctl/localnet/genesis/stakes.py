"""Drawing who holds how much alpha, and the stake on root."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.localnet.genesis.accounts import account, signer
from taoctl.localnet.genesis.draw import Draw
from taoctl.localnet.genesis.keys import (
    TRADERS,
    demo_coldkey,
    trader_label,
    validators,
)
from taoctl.localnet.genesis.world import Neuron, Position, Scenario
from taoctl.units import RAO_PER_TAO

_ROOT_SHARE = 10
_Weighted = list[tuple[str, str, int]]


def root_position_count(scenario: Scenario) -> int:
    """How many of the scenario's positions lie on root."""
    return scenario.stake_positions // _ROOT_SHARE


def subnet_position_count(scenario: Scenario, netuid: int) -> int:
    """How many of the scenario's positions lie on this subnet; the first take the remainder."""
    rest = scenario.stake_positions - root_position_count(scenario)
    share, left = divmod(rest, scenario.subnets)
    return share + (1 if netuid <= left else 0)


def subnet_positions(
    scenario: Scenario,
    netuid: int,
    owner_hotkey: str,
    owner_coldkey: str,
    neurons: Sequence[Neuron],
    draw: Draw,
) -> tuple[Position, ...]:
    """All alpha positions of a subnet: owner, validators, traders, miners, then nominators."""
    count = subnet_position_count(scenario, netuid)
    chosen: _Weighted = [(owner_hotkey, owner_coldkey, draw.between(1_200, 2_000))]
    seated = [n for n in neurons if n.role == "validator"]
    strength = {n.hotkey: 4_000 // (place + 2) for place, n in enumerate(draw.shuffled(seated))}
    chosen += [(n.hotkey, n.coldkey, strength[n.hotkey]) for n in seated]
    chosen += [
        (owner_hotkey, signer(trader_label(scenario, index)).ss58, draw.between(5, 40))
        for index in range(TRADERS)
        if (netuid + index) % 4 == 0
    ]
    miners = [n for n in neurons if n.role not in ("owner", "validator", "idle")]
    room = max(0, (count - len(chosen)) // 2)
    chosen += [(n.hotkey, n.coldkey, draw.octaves(1, 60)) for n in draw.shuffled(miners)[:room]]
    hotkeys = sorted(strength, key=lambda hotkey: -strength[hotkey])
    chosen += _nominations(scenario, hotkeys, count - len(chosen), draw)
    total = draw.octaves(600_000, 3_500_000) * RAO_PER_TAO
    return _scaled(chosen[:count], total)


def root_positions(scenario: Scenario) -> tuple[Position, ...]:
    """All TAO positions on root: every validator's own, the demo wallet's, then nominators."""
    draw = Draw(scenario.seed, scenario.name, "root")
    count = root_position_count(scenario)
    every = validators(scenario)
    chosen: _Weighted = [
        (v.hotkey, v.coldkey, 6_000 // (place + 3)) for place, v in enumerate(draw.shuffled(every))
    ]
    chosen.append((every[-1].hotkey, demo_coldkey(scenario, "miners"), 10))
    chosen += _nominations(scenario, [v.hotkey for v in every], count - len(chosen), draw)
    return _scaled(chosen[:count], scenario.root_stake_tao * RAO_PER_TAO)


def _nominations(scenario: Scenario, hotkeys: Sequence[str], count: int, draw: Draw) -> _Weighted:
    """Distinct (hotkey, coldkey) pairs of holders who only nominate, mostly the first hotkeys."""
    holders = max(8, scenario.stake_positions // 5)
    seen: set[tuple[str, int]] = set()
    found: _Weighted = []
    while len(found) < count:
        place = min(draw.below(len(hotkeys)), draw.below(len(hotkeys)))
        pair = (hotkeys[place], draw.below(holders))
        if pair in seen:
            continue
        seen.add(pair)
        coldkey = account(f"{scenario.name}/holder/{pair[1]}")
        found.append((pair[0], coldkey, draw.octaves(1, 400)))
    return found


def _scaled(chosen: _Weighted, total: int) -> tuple[Position, ...]:
    """The chosen pairs with amounts in proportion to their weights, adding up to the total."""
    weight = sum(entry[2] for entry in chosen)
    amounts = [total * entry[2] // weight for entry in chosen]
    amounts[0] += total - sum(amounts)
    return tuple(
        Position(hotkey, coldkey, amount)
        for (hotkey, coldkey, _), amount in zip(chosen, amounts, strict=True)
    )

"""Drawing the subnets: settings, pools, seats and stake."""

from __future__ import annotations

from taoctl.localnet.genesis.accounts import account, signer
from taoctl.localnet.genesis.draw import Draw
from taoctl.localnet.genesis.keys import demo_coldkey, demo_hotkey, owner_label, stories, validators
from taoctl.localnet.genesis.stakes import subnet_positions
from taoctl.localnet.genesis.world import Hyperparameters, Neuron, Scenario, Subnet, Validator
from taoctl.units import RAO_PER_TAO

PERQUINTILL = 10**18
_IMMUNITY_SMALL = (7_200, 12, 5_000)
_IMMUNITY = (24, 12, 60, 12, 5_000, 7_200)
_OPEN_SUBNETS = 12
CHIEF_SUBNETS = 4
_TEST_NETWORKS = (0xC0000200, 0xC6336400, 0xCB007100)


def draw_subnets(scenario: Scenario) -> tuple[Subnet, ...]:
    """All subnets of a scenario, by netuid."""
    ranks = Draw(scenario.seed, scenario.name, "price order").shuffled(range(scenario.subnets))
    return tuple(_draw_subnet(scenario, netuid, ranks[netuid - 1]) for netuid in scenario.netuids)


def _draw_subnet(scenario: Scenario, netuid: int, rank: int) -> Subnet:
    draw = Draw(scenario.seed, scenario.name, "subnet", netuid)
    owner_coldkey = account(f"{scenario.name}/owner/{netuid}")
    owner_hotkey = signer(owner_label(scenario, netuid)).ss58
    parameters = _parameters(scenario, netuid, draw)
    price = draw.around(scenario.top_price_rao * 10 // (10 + 3 * rank), 12)
    alpha = draw.octaves(250_000, 2_500_000) * RAO_PER_TAO
    quote_weight = PERQUINTILL // 2
    if draw.chance(40):
        quote_weight = draw.around(quote_weight, 3)
    tao = price * alpha // RAO_PER_TAO * quote_weight // (PERQUINTILL - quote_weight)
    neurons = _seats(scenario, netuid, owner_hotkey, owner_coldkey, draw)
    return Subnet(
        netuid=netuid,
        owner_coldkey=owner_coldkey,
        owner_hotkey=owner_hotkey,
        parameters=parameters,
        tao_reserve=tao,
        alpha_reserve=alpha,
        quote_weight=quote_weight,
        price_rao=price,
        neurons=neurons,
        positions=subnet_positions(scenario, netuid, owner_hotkey, owner_coldkey, neurons, draw),
    )


def _parameters(scenario: Scenario, netuid: int, draw: Draw) -> Hyperparameters:
    periods = _IMMUNITY if scenario.subnets >= len(_IMMUNITY) else _IMMUNITY_SMALL
    special = netuid > _OPEN_SUBNETS
    burn = draw.octaves(500_000, 2 * RAO_PER_TAO)
    return Hyperparameters(
        tempo=draw.between(*scenario.tempo),
        immunity_blocks=periods[(netuid - 1) % len(periods)],
        yuma3=netuid % 3 != 2,
        liquid_alpha=netuid % 4 == 3,
        bonds_penalty=65_535 if netuid % 5 else 0,
        registration_allowed=not (special and draw.chance(4)),
        started=not (special and draw.chance(4)),
        emission_enabled=not (special and draw.chance(5)),
        burn_rao=burn,
        min_burn_rao=max(500_000, burn // 20),
        weights_version=draw.pick((0, 0, 0, 201, 1_130)),
        transfers=not draw.chance(10),
    )


def _seats(
    scenario: Scenario, netuid: int, owner_hotkey: str, owner_coldkey: str, draw: Draw
) -> tuple[Neuron, ...]:
    """Who sits where: the owner at uid 0, validators and miners in drawn order behind it."""
    rest = [
        Neuron(v.hotkey, v.coldkey, "validator") for v in _seated_validators(scenario, netuid, draw)
    ]
    for story in stories(scenario):
        if story.netuid == netuid:
            hotkey = demo_hotkey(scenario, story.hotkey_name)
            coldkey = demo_coldkey(scenario, "miners")
            rest.append(Neuron(hotkey, coldkey, story.course, _axon(draw)))
    operators = scenario.subnets * scenario.uids // 3
    for slot in range(scenario.uids - 1 - len(rest)):
        hotkey = account(f"{scenario.name}/miner/{netuid}/{slot}")
        coldkey = account(f"{scenario.name}/operator/{draw.below(operators)}")
        axon = _axon(draw) if draw.chance(85) else None
        rest.append(Neuron(hotkey, coldkey, "miner", axon))
    owner = Neuron(owner_hotkey, owner_coldkey, "owner")
    return (owner, *draw.shuffled(rest))


def _seated_validators(scenario: Scenario, netuid: int, draw: Draw) -> list[Validator]:
    """The validators of a subnet, without its owner's; the demo wallet's sits on the first ones."""
    chief, *others = validators(scenario)
    chosen = draw.shuffled(others)[: scenario.validators - 1]
    return [chief, *chosen[1:]] if netuid <= CHIEF_SUBNETS else chosen


def _axon(draw: Draw) -> tuple[int, int]:
    """An address from the networks that are reserved for documentation, and a port."""
    return draw.pick(_TEST_NETWORKS) + draw.between(1, 254), draw.between(8_000, 9_999)

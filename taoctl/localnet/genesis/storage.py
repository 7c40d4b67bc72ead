"""Writing a drawn world into the storage of a new chain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from taoctl.economics import shares
from taoctl.localnet.genesis import names
from taoctl.localnet.genesis.world import Neuron, Position, Scenario, Subnet, World
from taoctl.units import RAO_PER_TAO, U64_MAX

TAO_WEIGHT = U64_MAX * 18 // 100
"""Weight of root stake, 0.18 as on mainnet."""
MOVING_ALPHA_BITS = (1 << 32) // 200
"""Step of the moving prices, far larger than on mainnet, as tempos are far shorter."""
MOVING_HALVING_BLOCKS = 400
WEIGHTS_RATE_LIMIT_BLOCKS = 5
SPARE_PERMITS = 4
"""Permits beyond the seated validators, for whoever gathers enough stake."""
AXON_VERSION = 1_010

_OWN_SEATS_LIMIT = 1
_ROOT = 0


def write_world(world: World, rt: Any, sudo: str) -> None:
    """Put everything of the world into storage; the runtime must be inside its block 0."""
    rt.sudo.Key.put(sudo)
    _write_balances(rt, world)
    _write_chain(rt, world.scenario)
    ownership = _Ownership()
    _write_root(rt, world, ownership)
    for place, subnet in enumerate(world.subnets):
        _write_subnet(rt, world.scenario, subnet, place, ownership)
    ownership.write(rt)
    _write_delegates(rt, world)


class _Ownership:
    """Collects which coldkey owns and stakes on which hotkeys, in order of appearance."""

    def __init__(self) -> None:
        self.owner: dict[str, str] = {}
        self.staking: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def seat(self, neuron: Neuron) -> None:
        """Note a neuron's hotkey as its coldkey's."""
        self.owner.setdefault(neuron.hotkey, neuron.coldkey)
        self.staking[neuron.coldkey][neuron.hotkey] = None

    def write(self, rt: Any) -> None:
        """Write Owner, OwnedHotkeys and StakingHotkeys."""
        module = rt.subtensor
        owned: defaultdict[str, list[str]] = defaultdict(list)
        for hotkey, coldkey in self.owner.items():
            module.Owner[hotkey] = coldkey
            owned[coldkey].append(hotkey)
        for coldkey, hotkeys in owned.items():
            module.OwnedHotkeys[coldkey] = tuple(hotkeys)
        for coldkey, listed in self.staking.items():
            module.StakingHotkeys[coldkey] = tuple(listed)


def _write_balances(rt: Any, world: World) -> None:
    for account, free in world.balances.items():
        rt.balances.endow(account, free)


def _write_chain(rt: Any, scenario: Scenario) -> None:
    module = rt.subtensor
    module.TotalIssuance.put(scenario.total_issuance_tao * RAO_PER_TAO)
    module.TaoWeight.put(TAO_WEIGHT)
    module.StakeThreshold.put(scenario.stake_threshold_tao * RAO_PER_TAO)
    module.MaxEpochsPerBlock.put(scenario.max_epochs_per_block)
    module.SubnetMovingAlpha.put(MOVING_ALPHA_BITS)
    module.SubnetLimit.put(max(128, scenario.subnets))


def _write_root(rt: Any, world: World, ownership: _Ownership) -> None:
    module = rt.subtensor
    module.init_root_network()
    module.SubtokenEnabled[_ROOT] = True
    seats = [Neuron(v.hotkey, v.coldkey, "validator") for v in world.validators]
    _write_seats(rt, _ROOT, seats, {v.hotkey for v in world.validators}, ownership)
    staked = sum(position.amount for position in world.root_positions)
    module.SubnetTAO[_ROOT] = staked
    module.SubnetAlphaOut[_ROOT] = staked
    module.TotalStake.put(staked)
    _write_positions(rt, _ROOT, world.root_positions, ownership)
    for position in world.root_positions:
        module.index_root_staker(position.coldkey)


def _write_subnet(
    rt: Any, scenario: Scenario, subnet: Subnet, place: int, ownership: _Ownership
) -> None:
    module, netuid = rt.subtensor, subnet.netuid
    module.init_new_network(netuid, subnet.parameters.tempo)
    _write_parameters(rt, scenario, subnet, place)
    _write_pool(rt, subnet)
    module.SubnetOwner[netuid] = subnet.owner_coldkey
    module.SubnetOwnerHotkey[netuid] = subnet.owner_hotkey
    module.SubnetIdentitiesV3[netuid] = _subnet_identity(netuid)
    module.TokenSymbol[netuid] = names.symbol(netuid).encode()
    permits = {n.hotkey for n in subnet.neurons if n.role in ("owner", "validator")}
    _write_seats(rt, netuid, subnet.neurons, permits, ownership)
    _write_positions(rt, netuid, subnet.positions, ownership)


def _write_parameters(rt: Any, scenario: Scenario, subnet: Subnet, place: int) -> None:
    module, netuid, chosen = rt.subtensor, subnet.netuid, subnet.parameters
    module.LastEpochBlock[netuid] = 0
    module.PendingEpochAt[netuid] = first_epoch_block(scenario, place)
    module.MaxAllowedUids[netuid] = scenario.uids
    module.MaxAllowedValidators[netuid] = scenario.validators + SPARE_PERMITS
    module.ImmunityPeriod[netuid] = chosen.immunity_blocks
    module.ImmuneOwnerUidsLimit[netuid] = _OWN_SEATS_LIMIT
    module.Yuma3On[netuid] = chosen.yuma3
    module.LiquidAlphaOn[netuid] = chosen.liquid_alpha
    module.BondsPenalty[netuid] = chosen.bonds_penalty
    module.NetworkRegistrationAllowed[netuid] = chosen.registration_allowed
    module.SubnetEmissionEnabled[netuid] = chosen.emission_enabled
    module.Burn[netuid] = chosen.burn_rao
    module.MinBurn[netuid] = chosen.min_burn_rao
    module.WeightsVersionKey[netuid] = chosen.weights_version
    module.WeightsSetRateLimit[netuid] = WEIGHTS_RATE_LIMIT_BLOCKS
    module.CommitRevealWeightsEnabled[netuid] = False
    module.TransferToggle[netuid] = chosen.transfers
    if chosen.started:
        module.FirstEmissionBlockNumber[netuid] = 1
        module.SubtokenEnabled[netuid] = True


def first_epoch_block(scenario: Scenario, place: int) -> int:
    """When a subnet's first epoch comes: one after the other, from block 4 on."""
    step = max(1, scenario.max_epochs_per_block - 1)
    return 4 + place // step


def _write_pool(rt: Any, subnet: Subnet) -> None:
    module, netuid = rt.subtensor, subnet.netuid
    module.SubnetMechanism[netuid] = 1
    module.SubnetTAO[netuid] = subnet.tao_reserve
    module.SubnetAlphaIn[netuid] = subnet.alpha_reserve
    module.SubnetAlphaOut[netuid] = sum(p.amount for p in subnet.positions)
    module.TotalStake.put(module.TotalStake.get() + subnet.tao_reserve)
    module.SubnetMovingPrice[netuid] = min((subnet.price_rao << 32) // RAO_PER_TAO, 1 << 32)
    module.EMAPriceHalvingBlocks[netuid] = MOVING_HALVING_BLOCKS
    rt.swap.SwapBalancer[netuid] = {"quote": subnet.quote_weight}
    rt.swap.PalSwapInitialized[netuid] = True


def _write_seats(
    rt: Any, netuid: int, neurons: Iterable[Neuron], permits: set[str], ownership: _Ownership
) -> None:
    module = rt.subtensor
    seated = list(neurons)
    count = len(seated)
    for uid, neuron in enumerate(seated):
        module.Keys[netuid, uid] = neuron.hotkey
        module.Uids[netuid, neuron.hotkey] = uid
        module.BlockAtRegistration[netuid, uid] = 0
        module.IsNetworkMember[neuron.hotkey, netuid] = True
        if neuron.axon is not None:
            module.Axons[netuid, neuron.hotkey] = _axon(*neuron.axon)
        ownership.seat(neuron)
    module.SubnetworkN[netuid] = count
    module.Active[netuid] = (True,) * count
    module.ValidatorPermit[netuid] = tuple(n.hotkey in permits for n in seated)
    for vector in (
        module.Emission,
        module.Consensus,
        module.Dividends,
        module.Incentive,
        module.ValidatorTrust,
        module.LastUpdate,
    ):
        vector[netuid] = (0,) * count


def _write_positions(
    rt: Any, netuid: int, positions: Iterable[Position], ownership: _Ownership
) -> None:
    module = rt.subtensor
    totals: defaultdict[str, int] = defaultdict(int)
    for position in positions:
        share = shares.from_int(position.amount)
        module.AlphaV2[position.hotkey, position.coldkey, netuid] = share._asdict()
        totals[position.hotkey] += position.amount
        ownership.staking[position.coldkey][position.hotkey] = None
    for hotkey, total in totals.items():
        module.TotalHotkeyAlpha[hotkey, netuid] = total
        module.TotalHotkeySharesV2[hotkey, netuid] = shares.from_int(total)._asdict()


def _write_delegates(rt: Any, world: World) -> None:
    module = rt.subtensor
    for validator in world.validators:
        module.Delegates[validator.hotkey] = validator.take
        name = names.validator_name(validator.index)
        module.IdentitiesV2[validator.coldkey] = _identity(name)
    for subnet in world.subnets:
        text = names.subnet_text(subnet.netuid)
        module.IdentitiesV2[subnet.owner_coldkey] = _identity(f"{text.name} Foundation")


def _axon(ip: int, port: int) -> dict[str, int]:
    return {
        "block": 0,
        "version": AXON_VERSION,
        "ip": ip,
        "port": port,
        "ip_type": 4,
        "protocol": 4,
        "placeholder1": 0,
        "placeholder2": 0,
    }


def _identity(name: str) -> dict[str, bytes]:
    slug = name.lower().replace(" ", "-")
    return {
        "name": name.encode(),
        "url": f"https://{slug}.example".encode(),
        "github_repo": b"",
        "image": b"",
        "discord": b"",
        "description": b"An invented operator of the localnet",
        "additional": b"",
    }


def _subnet_identity(netuid: int) -> dict[str, bytes]:
    text = names.subnet_text(netuid)
    return {
        "subnet_name": text.name.encode(),
        "github_repo": f"https://git.example/{text.slug}".encode(),
        "subnet_contact": f"team@{text.slug}.example".encode(),
        "subnet_url": f"https://{text.slug}.example".encode(),
        "discord": b"",
        "description": f"An invented subnet for {text.task}".encode(),
        "logo_url": b"",
        "additional": b"",
    }

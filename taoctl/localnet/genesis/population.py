"""The whole world of a scenario, drawn from its seed."""

from __future__ import annotations

from taoctl.errors import UsageError
from taoctl.localnet.genesis.accounts import (
    DEV_ACCOUNTS,
    account,
    dev_account,
    signer,
)
from taoctl.localnet.genesis.draw import Draw
from taoctl.localnet.genesis.keys import (
    REGISTRANTS,
    TRADERS,
    registrant_label,
    trader_label,
    validators,
    wallets,
)
from taoctl.localnet.genesis.stakes import root_positions
from taoctl.localnet.genesis.subnets import draw_subnets
from taoctl.localnet.genesis.world import Position, Scenario, Subnet, World
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.units import RAO_PER_TAO

DEV_BALANCE_TAO = 10_000
_RESERVES = ("exchange/0", "exchange/1", "exchange/2", "foundation")


def draw_world(scenario: Scenario) -> World:
    """Everything that block 0 of the scenario holds; the same on every call."""
    subnets = draw_subnets(scenario)
    root = root_positions(scenario)
    balances = _balances(scenario, subnets, root)
    return World(scenario, subnets, validators(scenario), root, balances)


def _balances(
    scenario: Scenario, subnets: tuple[Subnet, ...], root: tuple[Position, ...]
) -> dict[str, int]:
    """Free TAO of every account, adding up to the scenario's total issuance.

    The TAO of a pool, and the stake on root, lie in the account of that subnet.
    """
    balances = {subnet_account(0): sum(p.amount for p in root)}
    for subnet in subnets:
        balances[subnet_account(subnet.netuid)] = subnet.tao_reserve
    for name in DEV_ACCOUNTS:
        balances[dev_account(name)] = DEV_BALANCE_TAO * RAO_PER_TAO
    for wallet in wallets(scenario):
        balances[wallet.coldkey_ss58] = 250 * RAO_PER_TAO
    for index in range(TRADERS):
        balances[signer(trader_label(scenario, index)).ss58] = 5_000 * RAO_PER_TAO
    for index in range(REGISTRANTS):
        balances[signer(registrant_label(scenario, index)).ss58] = 2_000 * RAO_PER_TAO
    draw = Draw(scenario.seed, scenario.name, "balances")
    for coldkey in _holders(subnets, root):
        balances.setdefault(coldkey, draw.octaves(RAO_PER_TAO // 10, 60 * RAO_PER_TAO))
    _fill(scenario, balances)
    return balances


def _holders(subnets: tuple[Subnet, ...], root: tuple[Position, ...]) -> list[str]:
    """Every coldkey of the world once, in a fixed order."""
    found: dict[str, None] = {}
    for subnet in subnets:
        found[subnet.owner_coldkey] = None
        found.update((neuron.coldkey, None) for neuron in subnet.neurons)
        found.update((position.coldkey, None) for position in subnet.positions)
    found.update((position.coldkey, None) for position in root)
    return list(found)


def _fill(scenario: Scenario, balances: dict[str, int]) -> None:
    """Give what is left of the issuance to a few large accounts."""
    left = scenario.total_issuance_tao * RAO_PER_TAO - sum(balances.values())
    if left < 0:
        raise UsageError(f"scenario {scenario.name} issues less TAO than its accounts hold")
    share, rest = divmod(left, len(_RESERVES))
    for label in _RESERVES:
        balances[account(f"{scenario.name}/{label}")] = share + rest
        rest = 0

"""The scenarios a localnet can start from: their sizes, their genesis and their demo wallets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taoctl.errors import UsageError
from taoctl.localnet.genesis import keys
from taoctl.localnet.genesis.keys import DemoWallet
from taoctl.localnet.genesis.world import Scenario

__all__ = ["SCENARIOS", "DemoWallet", "Scenario", "build", "demo_wallets", "named"]

if TYPE_CHECKING:
    from taoctl.localnet.frame import Runtime

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            name="small",
            subnets=3,
            uids=16,
            stake_positions=120,
            tempo=(10, 14),
            validators=4,
            validator_keys=5,
            warmup_blocks=16,
            extrinsics_per_block=20,
            total_issuance_tao=2_600_000,
            root_stake_tao=150_000,
            top_price_rao=600_000_000,
            max_epochs_per_block=2,
            stake_threshold_tao=0,
            registration_netuids=(),
            registration_every_blocks=0,
        ),
        Scenario(
            name="demo",
            subnets=12,
            uids=64,
            stake_positions=2_000,
            tempo=(10, 20),
            validators=10,
            validator_keys=16,
            warmup_blocks=26,
            extrinsics_per_block=20,
            total_issuance_tao=6_400_000,
            root_stake_tao=1_400_000,
            top_price_rao=350_000_000,
            max_epochs_per_block=2,
            stake_threshold_tao=1_000,
            registration_netuids=(7, 8, 9, 10),
            registration_every_blocks=9,
        ),
        Scenario(
            name="mainnet",
            subnets=128,
            uids=256,
            stake_positions=40_000,
            tempo=(19, 20),
            validators=8,
            validator_keys=64,
            warmup_blocks=8,
            extrinsics_per_block=20,
            total_issuance_tao=10_900_000,
            root_stake_tao=5_600_000,
            top_price_rao=120_000_000,
            max_epochs_per_block=8,
            stake_threshold_tao=1_000,
            registration_netuids=tuple(range(7, 100, 5)),
            registration_every_blocks=3,
        ),
    )
}


def named(name: str) -> Scenario:
    """The scenario of that name; raises UsageError listing the names there are."""
    try:
        return SCENARIOS[name]
    except KeyError:
        raise UsageError(
            f"there is no scenario {name!r}", f"choose one of {', '.join(SCENARIOS)}"
        ) from None


def build(name: str, runtime: Runtime, sudo: str) -> Scenario:
    """Write the genesis of a scenario into the runtime's state.

    Args:
        name: small, demo or mainnet.
        runtime: a fresh one, inside its block 0.
        sudo: SS58 address that holds the sudo key.

    Raises:
        UsageError: there is no such scenario.
    """
    from taoctl.localnet.genesis.population import draw_world
    from taoctl.localnet.genesis.storage import write_world

    scenario = named(name)
    write_world(draw_world(scenario), runtime, sudo)
    return scenario


def demo_wallets(name: str) -> tuple[DemoWallet, ...]:
    """Throwaway wallets whose neurons the scenario holds; the same on every call.

    Raises:
        UsageError: there is no such scenario.
    """
    return keys.wallets(named(name))

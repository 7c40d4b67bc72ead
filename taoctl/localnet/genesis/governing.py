"""Who governs a new chain, and what is under way there, as far as its scenario tells of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from taoctl.localnet.frame import Pallet, Runtime
from taoctl.localnet.genesis import bodies, sudo_multisig, under_way
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.genesis.world import Scenario
from taoctl.localnet.governance import has, pallets
from taoctl.localnet.opening import Opening, Step

ACTIVE = "demo"
"""The scenario in which something is under way; in the others //Alice holds the sudo key."""


def governed_pallets(scenario: Scenario, governance: str) -> tuple[type[Pallet], ...]:
    """The pallets of a scenario's runtime with one of CHOICES."""
    chosen = pallets(governance)
    if scenario.name != ACTIVE:
        return chosen
    patient = under_way.PatientAtFirst
    return tuple(patient if one.name == patient.name else one for one in chosen)


def sudo_key(scenario: str, governance: str) -> str:
    """Who holds the sudo key of a new chain unless somebody is named."""
    if scenario == ACTIVE and has(governance, "c"):
        return sudo_multisig.sudo_multisig()
    return dev_account("Alice")


def write_governing(rt: Runtime, scenario: Scenario, governance: str) -> None:
    """Write what block 0 knows of those who govern; the runtime must be inside it."""
    if has(governance, "a"):
        bodies.write_senate(rt, scenario)
    if has(governance, "b"):
        bodies.write_collectives(rt, scenario)
    if _has_sudo_multisig(rt.sudo.Key.get(), scenario, governance):
        sudo_multisig.write_sudo_multisig(rt, scenario)
    rt.events.clear()


def opening_of(
    rt: Runtime, nonce_of: Callable[[str], int], scenario: Scenario, governance: str, sudo: str
) -> Opening | None:
    """What is signed in the first blocks of the chain; None for nothing.

    Args:
        rt: the chain's.
        nonce_of: the next nonce of an account.
        scenario: of the chain.
        governance: one of CHOICES.
        sudo: who held the sudo key of the new chain.
    """
    if scenario.name != ACTIVE:
        return None

    def plan(rt: Runtime) -> Sequence[Step]:
        steps: list[Step] = []
        if _has_sudo_multisig(sudo, scenario, governance):
            steps += sudo_multisig.sudo_multisig_steps(rt)
        if has(governance, "a"):
            steps += under_way.motion_steps(rt)
        if has(governance, "b"):
            steps += under_way.referenda_steps(scenario)
        return steps

    return Opening(rt, nonce_of, under_way.LAST_BLOCK, plan)


def _has_sudo_multisig(sudo: str, scenario: Scenario, governance: str) -> bool:
    return (
        scenario.name == ACTIVE and has(governance, "c") and sudo == sudo_multisig.sudo_multisig()
    )

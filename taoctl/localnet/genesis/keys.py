"""Who is who in a scenario: labels of the accounts that sign, and the throwaway demo wallets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from taoctl.localnet.genesis.accounts import account, signer
from taoctl.localnet.genesis.world import Scenario, Validator

TAKES = (11_796, 5_898, 9_830, 0, 11_796, 2_949, 11_796)
TRADERS = 12
REGISTRANTS = 4


@dataclass(frozen=True, slots=True)
class DemoWallet:
    """Public keys of a throwaway wallet whose neurons the scenario holds."""

    name: str
    coldkey_ss58: str
    hotkeys: dict[str, str]


@dataclass(frozen=True, slots=True)
class Story:
    """A demo miner: where it mines and how its quality goes."""

    hotkey_name: str
    netuid: int
    course: str


def validator_label(scenario: Scenario, index: int) -> str:
    """The key label of a validator hotkey; index 0 belongs to the demo wallet."""
    return f"{scenario.name}/validator/{index}"


def owner_label(scenario: Scenario, netuid: int) -> str:
    """The key label of a subnet owner's hotkey."""
    return f"{scenario.name}/owner/{netuid}/hotkey"


def trader_label(scenario: Scenario, index: int) -> str:
    """The key label of a coldkey that trades alpha."""
    return f"{scenario.name}/trader/{index}"


def registrant_label(scenario: Scenario, index: int) -> str:
    """The key label of a coldkey that registers miners."""
    return f"{scenario.name}/registrant/{index}"


@lru_cache(maxsize=8)
def validators(scenario: Scenario) -> tuple[Validator, ...]:
    """All validators of a scenario, the demo wallet's first."""
    return tuple(_validator(scenario, index) for index in range(scenario.validator_keys))


def _validator(scenario: Scenario, index: int) -> Validator:
    label = validator_label(scenario, index)
    coldkey = demo_coldkey(scenario, "validator") if index == 0 else account(f"{label}/coldkey")
    return Validator(index, label, signer(label).ss58, coldkey, TAKES[index % len(TAKES)])


def demo_coldkey(scenario: Scenario, wallet: str) -> str:
    """The coldkey of a demo wallet."""
    return account(f"{scenario.name}/wallet/{wallet}")


def demo_hotkey(scenario: Scenario, name: str) -> str:
    """The hotkey of a demo miner."""
    return account(f"{scenario.name}/wallet/miners/{name}")


def stories(scenario: Scenario) -> tuple[Story, ...]:
    """The demo miners: one rising, one falling, one steady, one near the prune cut, one still
    immune, and one that earns nothing and holds no stake."""
    seats = (1, 2, 3, 2, 3, 1) if scenario.subnets < 6 else (1, 2, 3, 4, 5, 6)
    names = ("rising", "falling", "steady", "edge", "fresh", "idle")
    return tuple(Story(name, netuid, name) for name, netuid in zip(names, seats, strict=True))


def wallets(scenario: Scenario) -> tuple[DemoWallet, ...]:
    """The throwaway wallets of a scenario: one mines on several subnets, one validates."""
    miners = {
        story.hotkey_name: demo_hotkey(scenario, story.hotkey_name) for story in stories(scenario)
    }
    chief = validators(scenario)[0]
    return (
        DemoWallet("miners", demo_coldkey(scenario, "miners"), miners),
        DemoWallet("validator", chief.coldkey, {"chief": chief.hotkey}),
    )

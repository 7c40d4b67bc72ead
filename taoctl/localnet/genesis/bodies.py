"""Who sits in the bodies that govern a new chain."""

from __future__ import annotations

from collections.abc import Iterable

from taoctl.addresses import decode_ss58
from taoctl.localnet.frame import Runtime
from taoctl.localnet.genesis import keys
from taoctl.localnet.genesis.accounts import DEV_ACCOUNTS, account, dev_account, signer
from taoctl.localnet.genesis.world import Scenario
from taoctl.localnet.pallets.governance.collectives import COLLECTIVES
from taoctl.localnet.pallets.subtensor.root_registration import DEFAULT_TAKE
from taoctl.localnet.pallets.subtensor.subnets import ROOT

TRIUMVIRATE = ("Alice", "Bob", "Charlie")
PROPOSERS = (*TRIUMVIRATE, "Dave")
SENATORS = PROPOSERS
"""Development accounts that own a senator, beside those of the first validators."""
VALIDATING_SENATORS = 3


def senator(name: str) -> str:
    """The hotkey with which a development account sits in the Senate."""
    return account(f"senator/{name}")


def write_collectives(rt: Runtime, scenario: Scenario) -> None:
    """Seat the collectives of the referenda."""
    developers = [dev_account(name) for name in DEV_ACCOUNTS]
    validators = [validator.coldkey for validator in keys.validators(scenario)]
    owners = [rt.subtensor.SubnetOwner[netuid] for netuid in scenario.netuids]
    traders = [signer(keys.trader_label(scenario, n)).ss58 for n in range(keys.TRADERS)]
    seated = {
        "Proposers": [dev_account(name) for name in PROPOSERS],
        "Triumvirate": [dev_account(name) for name in TRIUMVIRATE],
        "Economic": [*developers, *validators, *traders],
        "Building": [*owners, *traders, *developers],
        "EconomicEligible": validators,
    }
    for name, candidates in seated.items():
        chosen = list(dict.fromkeys(candidates))[: COLLECTIVES[name].most]
        rt.multi_collective.Members[name] = _by_key(chosen)


def write_senate(rt: Runtime, scenario: Scenario) -> None:
    """Seat the Triumvirate and the Senate; senators of development accounts are on root too."""
    triumvirate = _by_key(dev_account(name) for name in TRIUMVIRATE)
    rt.triumvirate_members.Members.put(triumvirate)
    rt.triumvirate.Members.put(triumvirate)
    module, senators = rt.subtensor, []
    for name in SENATORS:
        hotkey = senator(name)
        module.create_account_if_new(dev_account(name), hotkey)
        module.append_neuron(ROOT, hotkey, 0)
        module.Delegates[hotkey] = DEFAULT_TAKE
        senators.append(hotkey)
    chiefs = keys.validators(scenario)[:VALIDATING_SENATORS]
    rt.senate_members.Members.put(_by_key([*senators, *(one.hotkey for one in chiefs)]))


def _by_key(accounts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(accounts, key=decode_ss58))

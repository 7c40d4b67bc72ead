"""Who may be chosen into the Economic collective: whoever has a hotkey on root, and nobody else."""

from __future__ import annotations

import pytest
from referenda_chain import ReferendaChain
from wrapped import ALICE, BOB, CHARLIE, RICH, TAO, by_key

from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.governance.referenda_stack import GOVERNANCE_B
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.scale.crypto import KeySigner

HOTKEYS = tuple(KeySigner(f"//Hotkey{n}").ss58 for n in range(4))


@pytest.fixture
def chain() -> ReferendaChain:
    made = ReferendaChain((*PALLETS, *GOVERNANCE_B))
    made.rt.subtensor.init_root_network()
    for who in (ALICE, BOB, CHARLIE):
        made.rt.balances.endow(who, RICH)
    return made


def register(chain: ReferendaChain, who: str, hotkey: str) -> None:
    outcome = chain.do(who, "SubtensorModule", "root_register", hotkey=hotkey)
    assert outcome.ok, outcome.error
    chain.rt.subtensor.RegistrationsThisBlock[ROOT] = 0
    chain.rt.subtensor.RegistrationsThisInterval[ROOT] = 0


def eligible(chain: ReferendaChain) -> tuple[str, ...]:
    found: tuple[str, ...] = chain.rt.multi_collective.Members["EconomicEligible"]
    return found


def test_the_first_seat_makes_eligible_and_the_last_one_lost_ends_it(
    chain: ReferendaChain,
) -> None:
    module = chain.rt.subtensor
    for who, hotkey in ((ALICE, HOTKEYS[0]), (ALICE, HOTKEYS[1]), (BOB, HOTKEYS[2])):
        register(chain, who, hotkey)
    assert eligible(chain) == by_key(ALICE, BOB)
    joined = [data["who"] for name, data in chain.told("MultiCollective") if name == "MemberAdded"]
    assert joined == [ALICE, BOB]
    module.MaxAllowedUids[ROOT] = 3
    for hotkey, stake in zip(HOTKEYS, (3, 4, 2, 5), strict=True):
        owner = BOB if hotkey == HOTKEYS[2] else CHARLIE if hotkey == HOTKEYS[3] else ALICE
        module.add_stake_shares(hotkey, owner, ROOT, stake * TAO)
    register(chain, CHARLIE, HOTKEYS[3])
    assert eligible(chain) == by_key(ALICE, CHARLIE)
    assert chain.told("MultiCollective")[-2:] == [
        ("MemberRemoved", {"collective_id": "EconomicEligible", "who": BOB}),
        ("MemberAdded", {"collective_id": "EconomicEligible", "who": CHARLIE}),
    ]


def test_a_coldkey_that_is_swapped_takes_its_eligibility_along(chain: ReferendaChain) -> None:
    register(chain, ALICE, HOTKEYS[0])
    chain.rt.subtensor.move_coldkey(ALICE, BOB)
    assert eligible(chain) == (BOB,)


def test_a_smaller_root_makes_those_who_leave_ineligible(chain: ReferendaChain) -> None:
    module = chain.rt.subtensor
    for who, hotkey in ((ALICE, HOTKEYS[0]), (BOB, HOTKEYS[1])):
        register(chain, who, hotkey)
    module.MinAllowedUids[ROOT], module.ImmunityPeriod[ROOT] = 1, 0
    chain.next_block()
    module.trim(ROOT, 1)
    assert eligible(chain) == (ALICE,)


def test_a_full_list_takes_nobody_more(chain: ReferendaChain) -> None:
    many = tuple(KeySigner(f"//Many{n}").ss58 for n in range(64))
    assert chain.root("MultiCollective", "set_members", "EconomicEligible", many).ok
    register(chain, ALICE, HOTKEYS[0])
    assert eligible(chain) == by_key(*many)

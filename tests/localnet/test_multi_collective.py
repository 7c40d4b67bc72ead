"""The members of the collectives: who root may put there, and how many."""

from __future__ import annotations

import pytest
from referenda_chain import (
    BUILDING,
    ECONOMIC,
    MEMBERS,
    PROPOSERS,
    TRIUMVIRATE,
    ReferendaChain,
)
from wrapped import ALICE, BOB, by_key, error_of

from taoctl.localnet.frame import Call, Signed
from taoctl.scale.crypto import KeySigner

MANY = tuple(KeySigner(f"//Many{n}").ss58 for n in range(65))


@pytest.fixture
def chain() -> ReferendaChain:
    return ReferendaChain()


def changed(chain: ReferendaChain, name: str, *values: object) -> str | None:
    return error_of(chain.root("MultiCollective", name, *values))


def test_members_are_sorted_by_their_bytes(chain: ReferendaChain) -> None:
    for name, members in MEMBERS.items():
        assert chain.rt.multi_collective.Members[name] == by_key(*members)
    assert chain.rt.multi_collective.Members["EconomicEligible"] == ()


def test_only_root_changes_members(chain: ReferendaChain) -> None:
    for name, args in (
        ("add_member", {"who": ALICE}),
        ("remove_member", {"who": PROPOSERS[0]}),
        ("swap_member", {"remove": PROPOSERS[0], "add": ALICE}),
        ("set_members", {"members": (ALICE,)}),
        ("force_rotate", {}),
    ):
        call = Call("MultiCollective", name, {"collective_id": "Proposers", **args})
        assert error_of(chain.rt.dispatch(call, Signed(PROPOSERS[0]))) == "BadOrigin"
    assert chain.told("MultiCollective") == []


def test_adding_and_removing(chain: ReferendaChain) -> None:
    assert changed(chain, "add_member", "Proposers", ALICE) is None
    assert changed(chain, "add_member", "Proposers", ALICE) == "MultiCollective.AlreadyMember"
    assert chain.rt.multi_collective.Members["Proposers"] == by_key(*PROPOSERS, ALICE)
    for who in PROPOSERS:
        assert changed(chain, "remove_member", "Proposers", who) is None
    assert changed(chain, "remove_member", "Proposers", BOB) == "MultiCollective.NotMember"
    assert changed(chain, "remove_member", "Proposers", ALICE) == "MultiCollective.TooFewMembers"
    told = chain.told("MultiCollective")
    assert told[0] == ("MemberAdded", {"collective_id": "Proposers", "who": ALICE})
    assert told[1] == ("MemberRemoved", {"collective_id": "Proposers", "who": PROPOSERS[0]})


@pytest.mark.parametrize(
    ("name", "who"), [("Triumvirate", TRIUMVIRATE), ("Economic", ECONOMIC), ("Building", BUILDING)]
)
def test_full_collectives_only_swap(chain: ReferendaChain, name: str, who: tuple[str, ...]) -> None:
    assert changed(chain, "add_member", name, ALICE) == "MultiCollective.TooManyMembers"
    assert changed(chain, "remove_member", name, who[0]) == "MultiCollective.TooFewMembers"
    assert changed(chain, "swap_member", name, ALICE, BOB) == "MultiCollective.NotMember"
    assert changed(chain, "swap_member", name, who[0], who[1]) == "MultiCollective.AlreadyMember"
    assert changed(chain, "swap_member", name, who[0], who[0]) == "MultiCollective.AlreadyMember"
    assert changed(chain, "swap_member", name, who[0], ALICE) is None
    assert chain.told("MultiCollective") == [
        ("MemberSwapped", {"collective_id": name, "removed": who[0], "added": ALICE})
    ]
    expected = by_key(*(m for m in MEMBERS[name] if m != who[0]), ALICE)
    assert chain.rt.multi_collective.Members[name] == expected


def test_a_whole_list_is_set_within_its_bounds(chain: ReferendaChain) -> None:
    few, many = "MultiCollective.TooFewMembers", "MultiCollective.TooManyMembers"
    assert changed(chain, "set_members", "Proposers", ()) == few
    assert changed(chain, "set_members", "Proposers", MANY[:21]) == many
    assert changed(chain, "set_members", "Triumvirate", MANY[:2]) == few
    assert changed(chain, "set_members", "Economic", MANY[:17]) == many
    assert changed(chain, "set_members", "EconomicEligible", MANY) == many
    twice = (ALICE, BOB, ALICE)
    assert changed(chain, "set_members", "Triumvirate", twice) == (
        "MultiCollective.DuplicateAccounts"
    )
    assert changed(chain, "set_members", "EconomicEligible", MANY[:64]) is None
    assert changed(chain, "set_members", "EconomicEligible", ()) is None
    assert changed(chain, "set_members", "Triumvirate", (ALICE, BOB, TRIUMVIRATE[0])) is None
    assert chain.told("MultiCollective")[-1] == (
        "MembersSet",
        {
            "collective_id": "Triumvirate",
            "incoming": by_key(ALICE, BOB),
            "outgoing": by_key(*TRIUMVIRATE[1:]),
        },
    )


def test_only_collectives_with_terms_rotate(chain: ReferendaChain) -> None:
    for name in ("Proposers", "Triumvirate", "EconomicEligible"):
        assert changed(chain, "force_rotate", name) == "MultiCollective.CollectiveDoesNotRotate"
    for name in ("Economic", "Building"):
        assert changed(chain, "force_rotate", name) is None
        assert chain.rt.multi_collective.Members[name] == by_key(*MEMBERS[name])

"""What the fields of an order come to: an intent, or what is wrong by field."""

from __future__ import annotations

import pytest
from dashboard_rows import address
from hypothesis import given
from hypothesis import strategies as st

from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.amount import Amount
from taoctl.calls.stake.limits import Tolerance
from taoctl.calls.stake.move import MoveStake, SwapStake
from taoctl.calls.stake.remove import RemoveAllAtLimit, RemoveStake
from taoctl.errors import TaoctlError, UsageError
from tui.ballots import OnProposal
from tui.form_hints import command_of, in_form
from tui.orders import ACTIONS, FIELDS, Draft, Kind, check, intent_of

VALI, OTHER = address("vali"), address("other")


def find(text: str) -> str:
    if text != "vali":
        raise UsageError(f"{text!r} is unknown", "say vali")
    return VALI


def draft(kind: Kind, **texts: str) -> Draft:
    usual = {"hotkey": "vali", "netuid": "1", "tolerance": "1%"}
    if kind is Kind.MOVE:
        usual |= {"to_hotkey": "vali", "to_netuid": "1"}
    return Draft(kind, usual | texts)


def test_each_order_becomes_its_intent() -> None:
    tolerance = Tolerance(10_000)
    assert intent_of(draft(Kind.ADD, amount=" 10tao "), find) == AddStake(
        VALI, 1, Amount("tao", 10**10), tolerance
    )
    assert intent_of(draft(Kind.REMOVE, amount="2.5alpha", tolerance="0.5"), find) == RemoveStake(
        VALI, 1, Amount("alpha", 2_500_000_000), Tolerance(5_000)
    )
    everything = draft(Kind.REMOVE, amount="all")
    assert intent_of(everything, find) == RemoveAllAtLimit(VALI, 1, tolerance)
    whole = Amount("all")
    assert intent_of(draft(Kind.MOVE, amount="all", to_hotkey=OTHER), find) == MoveStake(
        VALI, OTHER, 1, 1, whole
    )
    assert intent_of(draft(Kind.MOVE, amount="all", to_netuid="2"), find) == SwapStake(
        VALI, 1, 2, whole, tolerance
    )


def test_what_is_typed_again_may_be_written_otherwise_but_not_be_another() -> None:
    share = Draft(Kind.SET, {"netuid": "1", "parameter": "kappa", "value": "18%"})
    key = Draft(Kind.SET, {"netuid": "1", "parameter": "owner_hotkey", "value": "vali"})
    for one, same, others in (
        (share, ("18%", "0.18"), ("18", "19%", "")),
        (key, ("vali", VALI), (OTHER, "other", "")),
        (draft(Kind.ADD, amount="1tao"), ("1.0tao",), ("1", "1alpha", "10tao", "")),
    ):
        assert all(one.means_the_same(text, find) for text in same), one
        assert not any(one.means_the_same(text, find) for text in others), one


@pytest.mark.parametrize(
    ("kind", "texts", "field", "said"),
    [
        (Kind.ADD, {}, "amount", "how much is missing: write 10tao"),
        (Kind.ADD, {"amount": "10"}, "amount", "has no unit: write 10tao"),
        (Kind.ADD, {"amount": "10alpha"}, "amount", "not TAO"),
        (Kind.REMOVE, {"amount": "10tao"}, "amount", "not alpha"),
        (Kind.ADD, {"amount": "1tao", "hotkey": ""}, "hotkey", "the hotkey is missing"),
        (Kind.ADD, {"amount": "1tao", "hotkey": "bob"}, "hotkey", "'bob' is unknown: say vali"),
        (Kind.ADD, {"amount": "1tao", "netuid": "one"}, "netuid", "'one' is no subnet number"),
        (Kind.ADD, {"amount": "1tao", "netuid": "65536"}, "netuid", "from 0 to 65535"),
        (Kind.ADD, {"amount": "1tao", "netuid": "\uff11"}, "netuid", "no subnet number"),
        (Kind.ADD, {"amount": "1tao", "tolerance": "0%"}, "tolerance", "no tolerance"),
        (Kind.ADD, {"amount": "1tao", "tolerance": ""}, "tolerance", "no tolerance"),
        (Kind.MOVE, {"amount": "all"}, "to_netuid", "that is where it is already"),
        (
            Kind.MOVE,
            {"amount": "all", "to_hotkey": OTHER, "to_netuid": "2"},
            "to_netuid",
            "the chain cannot limit the price",
        ),
    ],
)
def test_what_is_wrong_is_said_of_its_field(
    kind: Kind, texts: dict[str, str], field: str, said: str
) -> None:
    wrong = draft(kind, **texts)
    problems = check(wrong, find).problems
    assert list(problems) == [field] and said in problems[field]
    with pytest.raises(UsageError):
        intent_of(wrong, find)


@pytest.mark.parametrize(
    ("order", "hint", "said"),
    [
        (
            draft(Kind.ADD),
            "stake less, allow more with --tolerance, or take what the limit lets with --partial",
            "stake less, allow more in the field tolerance, or take what the limit lets "
            "with `taoctl stake add --partial`",
        ),
        (
            draft(Kind.REMOVE),
            "ask with `taoctl tx resume 3 --rebroadcast`, or take its place with --nonce 7",
            "ask with `taoctl tx resume 3 --rebroadcast`, or take its place "
            "with `taoctl stake remove --nonce 7`",
        ),
        (
            draft(Kind.MOVE, to_netuid="2"),
            "swap at any price with --unsafe",
            "swap at any price with `taoctl stake swap --unsafe`",
        ),
        (
            draft(Kind.MOVE, to_hotkey=OTHER),
            "send it a second time with --again",
            "send it a second time with `taoctl stake move --again`",
        ),
        (
            draft(Kind.ADD),
            "name another endpoint with --network",
            "name another endpoint with `taoctl dash --network`",
        ),
        (
            Draft(Kind.SET, {"netuid": "1", "parameter": "kappa", "value": "18%"}),
            "on a chain of your own, add --sudo",
            "on a chain of your own, with `taoctl subnet hyperparameters 1 set --sudo`",
        ),
        (draft(Kind.ADD), "trade less -- or not", "trade less -- or not"),
    ],
)
def test_a_hint_names_what_the_form_or_a_command_has(order: Draft, hint: str, said: str) -> None:
    assert in_form(hint, order) == said


@given(st.sampled_from(list(Kind)), st.data())
def test_no_text_in_a_field_breaks_the_form(kind: Kind, data: st.DataObject) -> None:
    texts = {name: data.draw(st.text(max_size=12)) for name in FIELDS[kind]}
    any_draft = Draft(kind, texts)
    problems = check(any_draft, find).problems
    assert set(problems) <= set(FIELDS[kind])
    if problems:
        with pytest.raises(TaoctlError):
            intent_of(any_draft, find)
    else:
        assert intent_of(any_draft, find)


def test_what_is_done_with_a_proposal_is_one_of_a_few_words() -> None:
    ballot = Draft(Kind.VOTE, {"proposal": " 3 ", "action": " Aye "})
    assert intent_of(ballot, find) == OnProposal("3", "aye")
    assert ballot.main == "action"
    assert ballot.means_the_same("AYE", find) and not ballot.means_the_same("nay", find)
    assert not ballot.means_the_same("", find)
    for word in ACTIONS:
        assert check(ballot.changed("action", word), find).problems == {}
    for field, text, said in (
        ("action", "", "what to do is missing: write aye, nay, unvote"),
        ("action", "yes\x1b", "is none: write aye"),
        ("proposal", " ", "the proposal is missing"),
    ):
        problems = check(ballot.changed(field, text), find).problems
        assert set(problems) == {field} and said in problems[field]
        assert "\x1b" not in problems[field]


def test_hints_name_the_command_that_does_the_same_with_a_proposal() -> None:
    def command(proposal: str, action: str) -> str:
        return command_of(Draft(Kind.VOTE, {"proposal": proposal, "action": action}))

    assert command("3", "nay") == "taoctl gov vote 3"
    assert command("3", "unvote") == "taoctl gov unvote 3"
    assert command("0x9f1c22", "aye") == "taoctl gov approve 0x9f1c22"
    approve = Draft(Kind.VOTE, {"proposal": "0x9f1c22", "action": "approve"})
    said = in_form("give the call with --call-data", approve)
    assert said == "give the call with `taoctl gov approve 0x9f1c22 --call-data`"

"""What the order forms ask for: text of the fields to an intent, with what is wrong by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from taoctl.addresses import is_ss58
from taoctl.errors import TaoctlError, UsageError
from taoctl.text import printable
from taoctl.units import U16_MAX

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.calls.stake.amount import Amount, Takes
    from taoctl.calls.stake.limits import Tolerance
    from taoctl.chain.view import View
    from taoctl.economics.hyperparameter import Known, Value
    from tui.ballots import OnProposal

T = TypeVar("T")

FindHotkey = Callable[[str], str]
"""The address that a name, `WALLET/HOTKEY` or address stands for; raises TaoctlError for others."""


class Kind(StrEnum):
    """What an order does."""

    ADD = "add"
    REMOVE = "remove"
    MOVE = "move"
    SET = "set"
    VOTE = "vote"


TITLES = {
    Kind.ADD: "Add stake",
    Kind.REMOVE: "Remove stake",
    Kind.MOVE: "Move stake",
    Kind.SET: "Set a hyperparameter",
    Kind.VOTE: "Act on a proposal",
}
"""What the forms are called."""

FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.ADD: ("hotkey", "netuid", "amount", "tolerance"),
    Kind.REMOVE: ("hotkey", "netuid", "amount", "tolerance"),
    Kind.MOVE: ("hotkey", "netuid", "to_hotkey", "to_netuid", "amount", "tolerance"),
    Kind.SET: ("netuid", "parameter", "value"),
    Kind.VOTE: ("proposal", "action"),
}
"""What each order needs to be told, in the order of the form."""

LABELS = {
    "hotkey": "hotkey",
    "netuid": "subnet",
    "to_hotkey": "to hotkey",
    "to_netuid": "to subnet",
    "amount": "amount",
    "tolerance": "tolerance",
    "parameter": "parameter",
    "value": "value",
    "proposal": "proposal",
    "action": "what",
}
"""What the fields are called."""


ACTIONS = ("aye", "nay", "unvote", "approve", "cancel", "close")
"""What may be done with a proposal, by the names that the commands have."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An order as its fields say it, right or wrong.

    Attributes:
        kind: what it does.
        texts: what stands in each field, by the names in FIELDS.
    """

    kind: Kind
    texts: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What stands in a field, without the blanks around it."""
        return self.texts.get(name, "").strip()

    def changed(self, name: str, text: str) -> Draft:
        """The draft with another text in one field."""
        return replace(self, texts={**self.texts, name: text})

    @property
    def main(self) -> str:
        """The field that says how much, or what to."""
        return {Kind.SET: "value", Kind.VOTE: "action"}.get(self.kind, "amount")

    def means_the_same(self, text: str, find: FindHotkey) -> bool:
        """Whether a text would be read as what stands in the main field; False for what is none."""
        other = self.changed(self.main, text)
        try:
            if self.kind is Kind.VOTE:
                return action(other) == action(self)
            if self.kind is Kind.SET:
                return parameter_value(other, find) == parameter_value(self, find)
            return other.amount() == self.amount()
        except TaoctlError:
            return False

    @property
    def takes(self) -> Takes:
        """The unit of the amount."""
        return "tao" if self.kind is Kind.ADD else "alpha"

    def amount(self) -> Amount:
        """The amount; raises UsageError for one that is none, or of the wrong unit."""
        from taoctl.calls.stake.amount import parse_amount

        if not self.text("amount"):
            unit = "10tao" if self.takes == "tao" else "10alpha"
            raise UsageError("how much is missing", f"write {unit}, 50% or all")
        return parse_amount(self.text("amount"), self.takes)

    def tolerance(self) -> Tolerance:
        """How far the price may move; raises UsageError for what is no share."""
        from taoctl.calls.stake.limits import parse_tolerance

        text = self.text("tolerance")
        return parse_tolerance(text if text.endswith("%") or not text else f"{text}%")

    def netuid(self, name: str = "netuid") -> int:
        """The subnet number in a field; raises UsageError for what is none."""
        text = self.text(name)
        if not (text.isascii() and text.isdecimal()) or len(text) > 5 or int(text) > U16_MAX:
            said = f"{printable(text)!r} is no subnet number" if text else "the subnet is missing"
            raise UsageError(said, f"from 0 to {U16_MAX}; 0 is root")
        return int(text)


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that was looked at.

    Attributes:
        problems: what is wrong, by field; empty where nothing is.
        hotkeys: the addresses that the fields of hotkeys stand for, as far as they do.
    """

    problems: Mapping[str, str]
    hotkeys: Mapping[str, str]


def check(draft: Draft, find: FindHotkey) -> Checked:
    """What can be known to be wrong without a chain."""
    problems: dict[str, str] = {}
    hotkeys: dict[str, str] = {}

    def look(name: str, work: Callable[[], T]) -> T | None:
        try:
            return work()
        except TaoctlError as problem:
            problems[name] = _said(problem)
            return None

    for name in FIELDS[draft.kind]:
        if name.endswith("hotkey"):
            found = look(name, lambda name=name: hotkey_of(draft, name, find))  # type: ignore[misc]
            if found is not None:
                hotkeys[name] = found
        elif name.endswith("netuid"):
            look(name, lambda name=name: draft.netuid(name))  # type: ignore[misc]
        elif name == "proposal":
            look(name, lambda: proposal_id(draft))
        elif name == "action":
            look(name, lambda: action(draft))
        elif name == "parameter":
            look(name, lambda: parameter(draft))
        elif name == "value":
            # Of a parameter that is none there are no values.
            if "parameter" not in problems:
                look(name, lambda: parameter_value(draft, find))
        else:
            look(name, draft.amount if name == "amount" else draft.tolerance)
    if draft.kind is Kind.MOVE and not problems:
        look("to_netuid", lambda: _one_step(draft, hotkeys))
    return Checked(problems, hotkeys)


def hotkey_of(draft: Draft, name: str, find: FindHotkey) -> str:
    """The address in a hotkey's field; raises TaoctlError for what names none."""
    text = draft.text(name)
    if not text:
        raise UsageError("the hotkey is missing", "an address, or the name of a hotkey")
    return text if is_ss58(text) else find(text)


def parameter(draft: Draft) -> Known:
    """The hyperparameter that is named; raises UsageError for what no call sets."""
    from taoctl.calls.owner.hyperparameter import settable

    if not draft.text("parameter"):
        raise UsageError("the hyperparameter is missing", "name one, such as immunity_period")
    return settable(draft.text("parameter"))[0]


def parameter_value(draft: Draft, find: FindHotkey) -> Value:
    """The value, as the chain counts; raises TaoctlError for what is none of its unit."""
    from taoctl.calls.owner.bounds import range_text
    from taoctl.calls.owner.values import HOW, parse_value

    known, text = parameter(draft), draft.text("value")
    if not text:
        within = range_text(known)
        raise UsageError(
            "the value is missing", f"write {HOW[known.unit]}" + (f", {within}" if within else "")
        )
    if known.unit == "account" and not is_ss58(text):
        text = find(text)
    return parse_value(known, text)


def proposal_id(draft: Draft) -> str:
    """What the proposal is called; raises UsageError where nothing stands there."""
    if not draft.text("proposal"):
        raise UsageError("the proposal is missing", "its index, or the 0x hash of its call")
    return draft.text("proposal")


def action(draft: Draft) -> str:
    """What is to be done, as one of ACTIONS; raises UsageError for what is none of them."""
    text = draft.text("action").lower()
    if text not in ACTIONS:
        said = f"{printable(text, 20)!r} is none" if text else "what to do is missing"
        raise UsageError(said, f"write {', '.join(ACTIONS)}")
    return text


def _one_step(draft: Draft, hotkeys: Mapping[str, str]) -> None:
    """Refuse a move of nothing, and one whose price the chain cannot limit."""
    other_hotkey = hotkeys["hotkey"] != hotkeys["to_hotkey"]
    other_subnet = draft.netuid() != draft.netuid("to_netuid")
    if not other_hotkey and not other_subnet:
        raise UsageError("that is where it is already", "name another hotkey, or another subnet")
    if other_hotkey and other_subnet:
        raise UsageError(
            "the chain cannot limit the price of a move to another hotkey and another subnet",
            "change the subnet first, then the hotkey: two moves",
        )


def intent_of(draft: Draft, find: FindHotkey) -> Intent | OnProposal:
    """The intent of a draft, or what is made into one when the chain is asked.

    Raises:
        UsageError: something is wrong with it; the first problem that `check` finds.
    """
    checked = check(draft, find)
    for name, problem in checked.problems.items():
        raise UsageError(f"{LABELS[name]}: {problem}")
    if draft.kind is Kind.VOTE:
        from tui.ballots import OnProposal

        return OnProposal(proposal_id(draft), action(draft))
    if draft.kind is Kind.SET:
        from taoctl.calls.owner.hyperparameter import SetHyperparameter

        value = parameter_value(draft, find)
        return SetHyperparameter(draft.netuid(), draft.text("parameter"), value)
    hotkey, netuid, amount = checked.hotkeys["hotkey"], draft.netuid(), draft.amount()
    limit = draft.tolerance()
    if draft.kind is Kind.ADD:
        from taoctl.calls.stake.add import AddStake

        return AddStake(hotkey, netuid, amount, limit)
    if draft.kind is Kind.REMOVE:
        from taoctl.calls.stake.remove import RemoveAllAtLimit, RemoveStake

        if amount.kind == "all":
            return RemoveAllAtLimit(hotkey, netuid, limit)
        return RemoveStake(hotkey, netuid, amount, limit)
    from taoctl.calls.stake.move import MoveStake, SwapStake

    to_hotkey, to_netuid = checked.hotkeys["to_hotkey"], draft.netuid("to_netuid")
    if netuid == to_netuid:
        return MoveStake(hotkey, to_hotkey, netuid, to_netuid, amount)
    return SwapStake(hotkey, netuid, to_netuid, amount, limit)


async def dated(view: View, intent: Intent) -> Intent:
    """The intent, good for no longer than the chain takes it where the rules tell until when."""
    from taoctl.calls.owner.hyperparameter import SetHyperparameter, before_the_window

    if isinstance(intent, SetHyperparameter):
        return await before_the_window(view, intent.netuid, intent.name, intent.value)
    return intent


def _said(problem: TaoctlError) -> str:
    return problem.message if problem.hint is None else f"{problem.message}: {problem.hint}"

"""A decoded call as people read it, long ones made short: every call is whole in JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from taoctl.chain.calltree import CallTree
from taoctl.text import printable
from taoctl.units import Tao

MOST = 12
"""Effects and warnings that a person is shown, so that the price stays in sight."""

_MOST_LINES = 60
_MOST_TRANSFERS = 40
_FEW = 3
"""Transfers that are shown as calls; more of them are a table."""

_TRANSFERS = frozenset({"transfer_keep_alive", "transfer_allow_death", "transfer"})


def named(ss58: str, names: Mapping[str, str]) -> str:
    """An address with the name it goes by here."""
    name = names.get(ss58)
    return f"{ss58} ({name})" if name else ss58


def call_lines(tree: CallTree, names: Mapping[str, str]) -> tuple[str, ...]:
    """The lines of a call; a batch of transfers as a table of them."""
    lines = tree.lines(lambda call: _table(call, names))
    return (*lines[:_MOST_LINES], *more(len(lines), _MOST_LINES, "lines"))


def more(count: int, most: int, what: str = "") -> tuple[str, ...]:
    """What is said where only the first of many are shown; nothing where all are."""
    left = f"{count - most} more {what}".rstrip()
    return (f"… and {left}; all of them with --dry-run -o json",) if count > most else ()


def _table(call: CallTree, names: Mapping[str, str]) -> Sequence[str] | None:
    """The transfers of a batch, one a line; None where it is something else, or short."""
    if call.pallet != "Utility" or len(call.args) != 1 or not isinstance(call.args[0].value, list):
        return None
    inside = call.args[0].value
    kinds = {str(one) for one in inside}
    sent = [payment for one in inside for payment in _payment(one)]
    if len(inside) <= _FEW or len(kinds) != 1 or len(sent) != len(inside):
        return None
    total = sum((amount for amount, _ in sent), Tao(0))
    shown = sent[:_MOST_TRANSFERS]
    width = max(len(str(amount)) for amount, _ in shown)
    return (
        f"{len(sent)} times {printable(kinds.pop())}, {total} in all:",
        *(f"  {amount!s:>{width}}  to {named(dest, names)}" for amount, dest in shown),
        *(f"  {text}" for text in more(len(sent), _MOST_TRANSFERS)),
    )


def _payment(call: object) -> Iterator[tuple[Tao, str]]:
    if not isinstance(call, CallTree) or call.pallet != "Balances" or call.name not in _TRANSFERS:
        return
    args = {one.name: one.value for one in call.args}
    dest, value = args.get("dest"), args.get("value")
    if isinstance(dest, str) and isinstance(value, int) and len(args) == 2:
        yield Tao(value), dest

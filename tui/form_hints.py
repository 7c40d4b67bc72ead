"""Hints that name options of commands, said so that they are of use at a form."""

from __future__ import annotations

import re

from tui.orders import Draft, Kind

_OPTION = re.compile(r"(?:(?:add|with) )?(--[a-z][a-z-]*(?: (?:[0-9]+|-o json))?)")

_FIELDS = {"--tolerance": "in the field tolerance"}
"""What the form has itself."""

_OF_DASHBOARD = ("--network", "--timeout", "--wallet", "--wallet-path")
"""What is chosen when the dashboard is opened."""


def in_form(text: str, draft: Draft) -> str:
    """A text in which each option is a field of the form, or is named with its command.

    What stands between backticks is a command already, and stays as it is.
    """
    parts = text.split("`")
    parts[::2] = [_OPTION.sub(lambda found: _placed(found, draft), part) for part in parts[::2]]
    return "`".join(parts)


def command_of(draft: Draft) -> str:
    """The command that does what a draft says, with more options than the form has fields."""
    if draft.kind is Kind.VOTE:
        action = draft.text("action")
        if action in ("aye", "nay"):
            action = "approve" if draft.text("proposal").startswith("0x") else "vote"
        return f"taoctl gov {action} {draft.text('proposal')}"
    if draft.kind is Kind.SET:
        return f"taoctl subnet hyperparameters {draft.text('netuid')} set"
    if draft.kind is Kind.MOVE and draft.text("netuid") != draft.text("to_netuid"):
        return "taoctl stake swap"
    return f"taoctl stake {draft.kind}"


def _placed(found: re.Match[str], draft: Draft) -> str:
    option = found[1]
    if option in _FIELDS:
        return _FIELDS[option]
    of_dashboard = option in _OF_DASHBOARD
    return f"with `{'taoctl dash' if of_dashboard else command_of(draft)} {option}`"

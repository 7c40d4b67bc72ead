"""What is said of a command that there is none of: which one the user may mean."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from taoctl.cli.btcli_words import here_for
from taoctl.errors import UsageError
from taoctl.text import printable

_LONGEST = 80


def unknown(group: Any, context: Any, args: Sequence[str]) -> UsageError:
    """The error for the first of some words, which names no command of a group.

    Args:
        group: the click group.
        context: its click context.
        args: the words after the group's, of which the first is unknown.
    """
    said = f"No such command {printable(args[0], _LONGEST)!r}"
    words = [*_path(context), *takewhile(lambda word: not word.startswith("-"), args)]
    root = context.find_root()
    here = _existing(root, here_for(words)) or _existing(root, here_for(words[:1]))
    if here:
        named = " or ".join(f"`taoctl {one}`" for one in here)
        return UsageError(said, f"here that is {named}; see `{context.command_path} --help`")
    known = [name for name in group.list_commands(context) if not group.is_hidden(name)]
    near = difflib.get_close_matches(args[0], known)
    meant = f". Did you mean {', '.join(repr(name) for name in near)}?" if near else ""
    return UsageError(said + meant, f"see `{context.command_path} --help`")


def _path(context: Any) -> list[str]:
    """The names of the groups down to one, without the program's."""
    names: list[str] = []
    while context.parent is not None:
        names.insert(0, str(context.info_name))
        context = context.parent
    return names


def _existing(root: Any, lines: Sequence[str]) -> list[str]:
    return [line for line in lines if _exists(root, line)]


def _exists(root: Any, line: str) -> bool:
    """Whether the words that are no values name a command, or one with values after it."""
    command = root.command
    for word in line.split():
        if not hasattr(command, "list_commands"):
            return True
        if word.isupper():
            continue
        command = command.get_command(root, word)
        if command is None:
            return False
    return True

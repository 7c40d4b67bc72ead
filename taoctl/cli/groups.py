"""Command groups that import their commands only when asked for, and take the global options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, util
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup

from taoctl.cli import options


@dataclass(frozen=True, slots=True)
class Lazy:
    """Where a command lives: a module with a Typer `app`, and the line shown in help."""

    module: str
    help: str


_COMPLETION = frozenset({"install_completion", "show_completion"})
"""Options that Typer adds to every app of its own; `taoctl completion` replaces them."""


class LazyGroup(TyperGroup):
    """A group whose subcommands are modules, loaded on first use.

    `lazy` maps a command's name to its module; a module that is not installed is left out.
    """

    lazy: dict[str, Lazy] = {}

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """The names of all subcommands."""
        return [*super().list_commands(ctx), *(n for n, one in self.lazy.items() if _there(one))]

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        """The subcommand of a name, imported now; None for an unknown name."""
        found = super().get_command(ctx, cmd_name)
        if found is not None or cmd_name not in self.lazy or not _there(self.lazy[cmd_name]):
            return found
        command = loaded(cmd_name, self.lazy[cmd_name].module)
        self.commands[cmd_name] = command
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the subcommands without importing them."""
        rows = [(name, self._line(ctx, name)) for name in sorted(self.list_commands(ctx))]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _line(self, ctx: Any, name: str) -> str:
        if name in self.lazy:
            return self.lazy[name].help
        command = self.commands[name]
        return str(command.get_short_help_str(limit=60))


def loaded(name: str, module: str) -> Any:
    """The click command of a module's Typer `app`, with the global options on every part."""
    command = typer.main.get_command(import_module(module).app)
    command.name = name
    with_globals(command)
    return command


def with_globals(command: Any) -> None:
    """Give a command, and every subcommand it holds, the global options.

    A command that has an option of the same name or letter keeps its own.
    """
    if getattr(command, "takes_globals", False):
        return
    command.takes_globals = True
    command.rich_markup_mode = None
    taken = {opt for param in command.params for opt in (*param.opts, *param.secondary_opts)}
    names = {param.name for param in command.params}
    kept = [param for param in command.params if param.name not in _COMPLETION]
    added = [
        param
        for param in options.parameters()
        if param.name not in names and not taken.intersection(param.opts)
    ]
    command.params = [*kept, *added]
    command.callback = _absorbing(command.callback, frozenset(param.name for param in added))
    for sub in getattr(command, "commands", {}).values():
        with_globals(sub)


def _absorbing(callback: Callable[..., Any] | None, names: frozenset[str]) -> Callable[..., Any]:
    def run(**values: Any) -> Any:
        options.absorb({name: values.pop(name) for name in names if name in values})
        return callback(**values) if callback is not None else None

    return run


def _there(one: Lazy) -> bool:
    return util.find_spec(one.module) is not None

"""Command groups that import their commands only when asked for, and take the global options."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module, util
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup
from typer.models import TyperInfo

from taoctl.cli import options


@dataclass(frozen=True, slots=True)
class Lazy:
    """Where a command lives: a module with a Typer `app`, and the line shown in help."""

    module: str
    help: str


_COMPLETION = frozenset({"install_completion", "show_completion"})
"""Options that Typer adds to every app of its own; `taoctl completion` replaces them."""


_NO_LIMIT = 1_000
"""More characters than the first sentence of a command's help has."""


class LazyGroup(TyperGroup):
    """A group whose subcommands are modules, loaded on first use.

    `lazy` maps a command's name to its module; a module that is not installed is left out.
    """

    lazy: dict[str, Lazy] = {}

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """The names of all subcommands."""
        lazy = (name for name, one in self.lazy.items() if _there(one))
        return list(dict.fromkeys((*self.commands, *lazy)))

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        """The subcommand of a name, imported now; None for an unknown name."""
        found = super().get_command(ctx, cmd_name)
        if found is not None or cmd_name not in self.lazy or not _there(self.lazy[cmd_name]):
            return found
        command = loaded(cmd_name, self.lazy[cmd_name].module)
        self.commands[cmd_name] = command
        return command

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        """The subcommand that the first word names.

        Raises:
            UsageError: there is none; it says which the user may mean.
        """
        # What begins with a dash is an option that is none, which click says better.
        named = bool(args) and not args[0].startswith("-") and not ctx.resilient_parsing
        if named and self.get_command(ctx, args[0]) is None:
            from taoctl.cli.unknown_commands import unknown

            raise unknown(self, ctx, args)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the subcommands without importing them."""
        names = (name for name in sorted(self.list_commands(ctx)) if not self.is_hidden(name))
        rows = [(name, self._line(ctx, name)) for name in names]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def is_hidden(self, name: str) -> bool:
        """Whether help does not list a subcommand."""
        return name not in self.lazy and bool(self.commands[name].hidden)

    def _line(self, ctx: Any, name: str) -> str:
        if name in self.lazy:
            return self.lazy[name].help
        # Whole, and wrapped where the terminal is too narrow: a sentence cut short tells little.
        return str(self.commands[name].get_short_help_str(limit=_NO_LIMIT))


class Deferred(MutableMapping[str, Any]):
    """Commands by name, each of which is made, with the global options, when it is looked up.

    Making the commands of a large group takes longer than anything else of a start.
    """

    def __init__(self, makers: dict[str, Callable[[], Any]]) -> None:
        self._makers, self._made = makers, dict[str, Any]()

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self[name] = self._makers[name]()
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        with_globals(command)
        self._makers.setdefault(name, lambda: command)
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._makers[name]
        self._made.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def loaded(name: str, module: str) -> Any:
    """The click command of a module's Typer `app`, with the global options on every part."""
    app = import_module(module).app
    if app.registered_callback or app.registered_groups or len(app.registered_commands) > 1:
        command = _group(TyperInfo(app))
    else:
        command = typer.main.get_command(app)
    command.name = name
    with_globals(command)
    return command


def _group(info: TyperInfo) -> Any:
    """The click group of a Typer app, whose commands are made when they are looked up."""
    app = info.typer_instance
    assert app is not None
    bare, empty = copy.copy(info), copy.copy(app)
    empty.registered_commands, empty.registered_groups = [], []
    bare.typer_instance = empty
    empty.info = copy.copy(app.info)
    if not (isinstance(app.info.cls, type) and issubclass(app.info.cls, LazyGroup)):
        empty.info.cls = LazyGroup
    short, markup = app.pretty_exceptions_short, app.rich_markup_mode
    group = typer.main.get_group_from_info(
        bare, pretty_exceptions_short=short, rich_markup_mode=markup, suggest_commands=True
    )
    makers: dict[str, Callable[[], Any]] = {}
    for one in app.registered_commands:
        assert one.callback is not None
        name = one.name or typer.main.get_command_name(one.callback.__name__)
        makers[name] = partial(
            typer.main.get_command_from_info,
            one,
            pretty_exceptions_short=short,
            rich_markup_mode=markup,
        )
    makers |= {str(one.name): partial(_group, one) for one in app.registered_groups}
    group.commands = Deferred(makers)
    return group


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
    commands = getattr(command, "commands", {})
    if not isinstance(commands, Deferred):
        for sub in commands.values():
            with_globals(sub)


def _absorbing(callback: Callable[..., Any] | None, names: frozenset[str]) -> Callable[..., Any]:
    def run(**values: Any) -> Any:
        options.absorb({name: values.pop(name) for name in names if name in values})
        return callback(**values) if callback is not None else None

    return run


def _there(one: Lazy) -> bool:
    return util.find_spec(one.module) is not None

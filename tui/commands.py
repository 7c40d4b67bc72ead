"""Commands by name: what `:` runs, and what the command palette offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from taoctl.errors import UsageError
from taoctl.text import printable
from tui.screens.base import LiveScreen

if TYPE_CHECKING:
    from tui.app import Dashboard


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its names, its arguments for the help, and what it does with them."""

    names: tuple[str, ...]
    usage: str
    help: str
    run: Callable[[Dashboard, Sequence[str]], None]
    in_palette: bool = True


def run_line(dash: Dashboard, line: str) -> None:
    """Run what was typed after `:`; raises UsageError for anything not understood."""
    words = line.split()
    if not words:
        return
    for command in COMMANDS:
        if words[0].lower() in command.names:
            command.run(dash, words[1:])
            return
    if words[0].isdigit():
        dash.open_metagraph(int(words[0]))
        return
    known = ", ".join(command.names[0] for command in COMMANDS)
    raise UsageError(f"there is no command {words[0]!r}", f"commands: {known}")


def words(dash: Dashboard) -> Iterator[str]:
    """What the prompt completes to."""
    for command in COMMANDS:
        yield from command.names
    for netuid in sorted(dash.subnet_names):
        yield f"metagraph {netuid}"
    for column in _table_columns(dash):
        yield f"sort {column}"
    for theme in dash.available_themes:
        yield f"theme {theme}"


def _table_columns(dash: Dashboard) -> list[str]:
    screen = dash.screen
    return [c.key for c in screen.table.model.columns] if isinstance(screen, LiveScreen) else []


def _metagraph(dash: Dashboard, args: Sequence[str]) -> None:
    if not args:
        dash.action_go("metagraph")
    elif args[0].isdigit():
        dash.open_metagraph(int(args[0]))
    else:
        raise UsageError(f"{args[0]!r} is not a subnet number", "for example: metagraph 1")


def _sort(dash: Dashboard, args: Sequence[str]) -> None:
    table = dash.live_screen.table
    if not args:
        table.sort_by(None)
        return
    wanted = args[0].lower()
    for column in table.model.columns:
        if wanted in (column.key, column.title.lower()):
            down = column.largest_first if len(args) < 2 else args[1].startswith("d")
            table.sort_by(column.key, descending=down)
            return
    keys = ", ".join(column.key for column in table.model.columns)
    raise UsageError(f"this table has no column {args[0]!r}", f"columns: {keys}")


def _filter(dash: Dashboard, args: Sequence[str]) -> None:
    dash.live_screen.table.set_filter(" ".join(args))


def _theme(dash: Dashboard, args: Sequence[str]) -> None:
    if not args or args[0] not in dash.available_themes:
        raise UsageError("name a theme", ", ".join(sorted(dash.available_themes)))
    dash.theme = args[0]


COMMANDS: tuple[Command, ...] = (
    Command(
        ("overview", "ov"), "", "my neurons, earnings, GPUs", lambda d, _: d.action_go("overview")
    ),
    Command(("subnets", "sn"), "", "all subnets", lambda d, _: d.action_go("subnets")),
    Command(("metagraph", "mg"), "[NETUID]", "the neurons of one subnet", _metagraph),
    Command(
        ("sort",),
        "[COLUMN [asc|desc]]",
        "order the table by a column, or as it came",
        _sort,
        in_palette=False,
    ),
    Command(
        ("filter",),
        "[REGEX]",
        "show rows that match, or with ! those that do not",
        _filter,
        in_palette=False,
    ),
    Command(
        ("wide",),
        "",
        "show all columns, or those that fit",
        lambda d, _: d.live_screen.table.action_wide(),
    ),
    Command(("theme",), "NAME", "change the colours", _theme, in_palette=False),
    Command(
        ("reconnect",), "", "connect anew, to whichever chain answers", lambda d, _: d.reconnect()
    ),
    Command(("help", "h"), "", "keys, commands and columns", lambda d, _: d.action_help()),
    Command(("quit", "q"), "", "leave", lambda d, _: d.exit(0)),
)
"""All commands, in the order of the help."""


class DashCommands(Provider):
    """Offers the commands and every known subnet to the palette."""

    @property
    def _dash(self) -> Dashboard:
        return cast("Dashboard", self.app)

    def _entries(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        dash = self._dash
        for command in COMMANDS:
            if command.in_palette:
                yield command.names[0], command.help, _bound(dash, command.names[0])
        for netuid, name in sorted(dash.subnet_names.items()):
            title = f"metagraph {netuid} {printable(name)}".rstrip()
            yield title, "the neurons of this subnet", _bound(dash, f"metagraph {netuid}")

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for title, help_text, run in self._entries():
            yield DiscoveryHit(title, run, help=help_text)

    async def search(self, query: str) -> Hits:
        """What fits to what is typed, best first."""
        matcher = self.matcher(query)
        for title, help_text, run in self._entries():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, help=help_text)


def _bound(dash: Dashboard, line: str) -> Callable[[], None]:
    return lambda: dash.run_command(line)

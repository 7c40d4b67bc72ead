"""Commands by name: what `:` runs, and what the command palette offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from taoctl.errors import UsageError
from taoctl.text import printable
from taoctl.units import U16_MAX
from tui.orders import Kind
from tui.screens.base import LiveScreen

if TYPE_CHECKING:
    from tui.app import Dashboard

_SHOWN = 8


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
        _metagraph(dash, words)
        return
    known = ", ".join(command.names[0] for command in COMMANDS)
    raise UsageError(f"there is no command {words[0]!r}", f"commands: {known}")


def words(dash: Dashboard) -> Iterator[str]:
    """What the prompt completes to."""
    for command in COMMANDS:
        yield from command.names
    for netuid in sorted(dash.subnet_names):
        yield f"subnet {netuid}"
        yield f"metagraph {netuid}"
        yield f"weights {netuid}"
    for name in dash.signing.parameters.get(dash.focus_netuid, ()):
        yield f"set {printable(name)}"
    for wallet in dash.options.wallets:
        yield f"unlock {printable(wallet.name)}"
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
    elif args[0].isdecimal() and int(args[0]) <= U16_MAX:
        dash.open_metagraph(int(args[0]))
    else:
        raise UsageError(f"{args[0]!r} is not a subnet number", "for example: metagraph 1")


def _subnets(dash: Dashboard, args: Sequence[str]) -> None:
    if args:
        _metagraph(dash, args)
    else:
        dash.action_go("subnets")


def _subnet(dash: Dashboard, args: Sequence[str]) -> None:
    if not args:
        dash.open_subnet(dash.focus_netuid)
    elif len(args) == 1 and args[0].isdecimal() and int(args[0]) <= U16_MAX:
        dash.open_subnet(int(args[0]))
    else:
        said = printable(" ".join(args), 40)
        raise UsageError(f"{said!r} is not a subnet number", "for example: subnet 1")


def _set(dash: Dashboard, args: Sequence[str]) -> None:
    if len(args) > 1:
        raise UsageError("the value goes into the form", f"`:set {printable(args[0], 40)}`")
    dash.signing.open_edit(dash.focus_netuid, *args)


def _neuron(dash: Dashboard, args: Sequence[str]) -> None:
    numbers = [int(word) for word in args if word.isdecimal() and int(word) <= U16_MAX]
    if not args or len(numbers) != len(args) or len(args) > 2:
        said = printable(" ".join(args), 40)
        raise UsageError(f"{said!r} is not a neuron", "name its subnet and UID: neuron 1 7")
    netuid, uid = (dash.focus_netuid, *numbers)[-2:]
    dash.open_neuron(netuid, uid)


def _weights(dash: Dashboard, args: Sequence[str]) -> None:
    numbers = [int(word) for word in args if word.isdecimal() and int(word) <= U16_MAX]
    if len(numbers) != len(args) or len(args) > 2:
        said = printable(" ".join(args), 40)
        raise UsageError(f"{said!r} is not a subnet", "for example: weights 1, or weights 1 0")
    if numbers:
        dash.open_weights(*numbers)
    else:
        dash.action_go("weights")


def _proposal(dash: Dashboard, args: Sequence[str]) -> None:
    if len(args) != 1:
        raise UsageError("name one proposal", "its index, or the 0x hash of its call: proposal 3")
    dash.open_proposal(args[0])


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
    keys = _some((column.key for column in table.model.columns), wanted)
    raise UsageError(f"this table has no column {args[0]!r}", f"columns: {keys}")


def _filter(dash: Dashboard, args: Sequence[str]) -> None:
    dash.live_screen.table.set_filter(" ".join(args))


def _theme(dash: Dashboard, args: Sequence[str]) -> None:
    if not args:
        raise UsageError("name a theme", _some(dash.available_themes, ""))
    if args[0] not in dash.available_themes:
        raise unknown_theme(args[0], dash.available_themes)
    dash.theme = args[0]


def unknown_theme(name: str, known: Iterable[str]) -> UsageError:
    """The error for a theme that is none of the known ones."""
    return UsageError(f"there is no theme {name!r}", _some(known, name))


def _some(known: Iterable[str], wanted: str) -> str:
    """A few of the names there are, the likeliest ones first."""
    names = sorted(known)
    close = get_close_matches(wanted, names, n=_SHOWN)
    shown = [*close, *(name for name in names if name not in close)][:_SHOWN]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _order(kind: Kind) -> Callable[[Dashboard, Sequence[str]], None]:
    def run(dash: Dashboard, args: Sequence[str]) -> None:
        dash.signing.open_order(kind, " ".join(args))

    return run


COMMANDS: tuple[Command, ...] = (
    Command(
        ("overview", "ov"), "", "my neurons, earnings, GPUs", lambda d, _: d.action_go("overview")
    ),
    Command(("subnets", "sn"), "[NETUID]", "all subnets, or the neurons of one", _subnets),
    Command(
        ("subnet",),
        "[NETUID]",
        "one subnet: price, emission, pool, hyperparameters",
        _subnet,
    ),
    Command(("metagraph", "mg"), "[NETUID]", "the neurons of one subnet", _metagraph),
    Command(
        ("stake", "wallets", "st"),
        "",
        "balances, positions, claims and locks",
        lambda d, _: d.action_go("stake"),
    ),
    Command(
        ("neuron", "n"),
        "[NETUID] UID",
        "one neuron: why it earns what it does, and its risk",
        _neuron,
        in_palette=False,
    ),
    Command(
        ("weights", "w"),
        "[NETUID [MECH]]",
        "who weighs whom on a subnet",
        _weights,
    ),
    Command(
        ("governance", "gov"),
        "",
        "what is proposed, and how the votes stand",
        lambda d, _: d.action_go("governance"),
    ),
    Command(
        ("proposal",),
        "ID",
        "one proposal: its call, what it would change, who voted",
        _proposal,
        in_palette=False,
    ),
    Command(
        ("vote",),
        "WHAT [WALLET]",
        "aye, nay, unvote, approve, cancel or close, of the row's proposal",
        lambda d, args: d.signing.open_ballot(
            d.live_screen.entry, "".join(args[:1]), " ".join(args[1:])
        ),
        in_palette=False,
    ),
    Command(("add",), "[WALLET]", "stake TAO, with unlocked keys", _order(Kind.ADD)),
    Command(("remove",), "", "remove stake of the row", _order(Kind.REMOVE)),
    Command(("move",), "", "move stake of the row", _order(Kind.MOVE)),
    Command(
        ("set",),
        "[HYPERPARAMETER]",
        "set one of the subnet last looked at, with its owner's key",
        _set,
        in_palette=False,
    ),
    Command(
        ("unlock",),
        "[WALLET]",
        "open a wallet's key, to sign with",
        lambda d, args: d.signing.unlock(" ".join(args)),
    ),
    Command(("lock",), "", "forget all keys", lambda d, _: d.signing.lock()),
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
    Command(
        ("dismiss",),
        "",
        "drop the notice of a UID or commit that was lost",
        lambda d, _: d.action_dismiss(),
    ),
    Command(("help", "h"), "", "keys, commands and columns", lambda d, _: d.action_help()),
    Command(("quit", "q"), "", "leave", lambda d, _: d.call_next(d.action_quit)),
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
            title = f"subnet {netuid} {printable(name)}".rstrip()
            yield title, "price, emission, pool, parameters", _bound(dash, f"subnet {netuid}")
            title = f"metagraph {netuid} {printable(name)}".rstrip()
            yield title, "the neurons of this subnet", _bound(dash, f"metagraph {netuid}")
            title = f"weights {netuid} {printable(name)}".rstrip()
            yield title, "who weighs whom on this subnet", _bound(dash, f"weights {netuid}")

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

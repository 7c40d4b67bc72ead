"""`taoctl query NAME`: every registered read by name, straight from the registry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taoctl.cli import context, output
from taoctl.cli.output import Result, Section
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.reads.registry import Parameter, Read

app = typer.Typer(help="Every read by name.", rich_markup_mode=None)

_HOTKEYS = "hotkeys"
_LIST_SCHEMA = "taoctl.query.list/1"


def _names(incomplete: str) -> list[str]:
    from taoctl.reads.registry import load

    return [name for name in sorted(load()) if name.startswith(incomplete)]


@app.command()
def query(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="A read; --list shows them.", autocompletion=_names),
    ] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ARGUMENT]...", help="A subnet number, or addresses and wallet names."
        ),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the reads and stop.")] = False,
) -> None:
    """Run any read by name.

    \b
    Examples:
      taoctl query --list
      taoctl query subnets
      taoctl query metagraph 1 -o csv
      taoctl query neurons my-wallet -o json
    """
    from taoctl.reads.registry import load

    reads = load()
    if list_ or name is None:
        _list(reads)
        return
    if name not in reads:
        raise UsageError(f"there is no read {name!r}", f"reads: {', '.join(sorted(reads))}")
    read = reads[name]
    found, origin = context.run(_prepared(read, arguments or ()))
    single = not isinstance(found, tuple)
    section = Section((found,) if single else found, read.row, single=single)
    output.show(Result(f"taoctl.query.{name}/1", origin, (section,)))
    context.warn_insecure(output.addresses_in(section))


def usage(read: Read) -> str:
    """A read and its arguments as one would type them."""
    shown = [_metavar(p) for p in read.parameters if p.name != _HOTKEYS]
    return " ".join([read.name, *shown])


def _metavar(parameter: Parameter) -> str:
    if parameter.many:
        return "[SS58|NAME]..."
    return parameter.name.upper() if parameter.required else f"[{parameter.name.upper()}]"


def _list(reads: dict[str, Read]) -> None:
    ordered = [reads[name] for name in sorted(reads)]
    width = max(len(usage(read)) for read in ordered)
    text = "\n".join(f"{usage(read).ljust(width)}  {read.help}" for read in ordered)
    data = [
        {
            "name": read.name,
            "usage": usage(read),
            "help": read.help,
            "needs": [_need_text(need) for need in read.needs],
        }
        for read in ordered
    ]
    output.show_data(_LIST_SCHEMA, data, text)


def _need_text(need: Any) -> str:
    return " or ".join(map(str, need)) if isinstance(need, tuple) else str(need)


def _prepared(read: Read, arguments: Sequence[str]) -> Callable[[View], Awaitable[Any]]:
    """The read with its arguments; raises UsageError for wrong ones."""
    given = list(arguments)
    values: dict[str, Any] = {}
    with_hotkeys = any(parameter.name == _HOTKEYS for parameter in read.parameters)
    for parameter in read.parameters:
        if parameter.name == _HOTKEYS:
            continue
        if parameter.many and with_hotkeys:
            values[parameter.name], values[_HOTKEYS], values["names"] = context.keys(given)
            given = []
        elif parameter.many:
            values[parameter.name], values["names"] = context.addresses(given)
            given = []
        else:
            if not given and not parameter.required:
                continue
            if not given:
                raise UsageError(f"{parameter.name} is missing", f"taoctl query {usage(read)}")
            values[parameter.name] = context.netuid(given.pop(0))
    if given:
        raise UsageError(f"{given[0]!r} is one argument too many", f"taoctl query {usage(read)}")
    return lambda view: read.function(view, **values)

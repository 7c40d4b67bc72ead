"""The reference pages and schemas of `docs/`, written from the code.

`python -m taoctl.cli.reference DIRECTORY` writes them; a test compares.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from taoctl.cli import options, schemas
from taoctl.cli.dispatch import tree
from taoctl.cli.query import usage
from taoctl.errors import Exit, TaoctlError
from taoctl.reads.columns import columns_of
from taoctl.reads.registry import Need, Read, load

_MADE = "<!-- Made from the code by `python -m taoctl.cli.reference docs`. -->\n"
_ERROR_MODULES = (
    "taoctl.errors",
    "taoctl.chain.extrinsic.terms",
    "taoctl.chain.rpc",
    "taoctl.cli.output",
    "taoctl.economics.pool",
    "taoctl.localnet.state",
    "taoctl.wallet.agent_client",
)
"""The modules that define errors with a `code` of their own."""

_MEANINGS = {
    Exit.DONE: "done",
    Exit.REFUSED: "refused, by the chain or by a check before it; or a bug",
    Exit.USAGE: "wrong arguments, options or configuration",
    Exit.UNREACHABLE: "no endpoint of the network answers",
    Exit.DEADLINE: "no answer before the deadline",
    Exit.DECLINED: "the user said no",
    Exit.NO_KEY: "no access to the key that must sign",
    Exit.UNKNOWN_OUTCOME: "submitted, outcome not seen yet",
    Exit.BAD_DATA: "a file or an answer that cannot be decoded",
    Exit.INTERRUPTED: "interrupted with Ctrl-C",
}


def pages() -> dict[str, str]:
    """Every generated file below `docs/`, by its path there."""
    made = {
        "reference/commands.md": commands_page(),
        "reference/reads.md": reads_page(),
        "reference/exit-codes.md": exit_codes_page(),
    }
    for name, schema in schemas.every().items():
        made[f"schemas/{name}"] = json.dumps(schema, indent=2) + "\n"
    return made


def commands_page() -> str:
    """Every command with its help and own options; the global options once."""
    lines = [_MADE, "# Commands", "", "## Global options", ""]
    lines += ["They work before and after a subcommand; the nearer one wins.", ""]
    lines += [_option_line(param) for param in options.parameters()]
    for path, command in leaves(tree(), "taoctl"):
        lines += ["", f"## {path}", "", "```text", *_help(command, path), "```"]
    return "\n".join(lines) + "\n"


def reads_page() -> str:
    """Every read: arguments, needs and columns."""
    lines = [_MADE, "# Reads", ""]
    lines += [
        "`taoctl query NAME` runs any of them. JSON writes amounts as objects of strings.",
        "",
    ]
    for name in sorted(load()):
        lines += _read_section(load()[name])
    return "\n".join(lines).rstrip("\n") + "\n"


def exit_codes_page() -> str:
    """The exit codes and the `code` of JSON errors that lead to each."""
    lines = [_MADE, "# Exit codes", "", "| exit | means | `code` in JSON errors |", "|---|---|---|"]
    for code in Exit:
        lines.append(f"| {int(code)} | {_MEANINGS[code]} | {_codes(code)} |")
    return "\n".join(lines) + "\n"


def _codes(code: Exit) -> str:
    kinds = [
        kind
        for module in map(import_module, _ERROR_MODULES)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, TaoctlError) and kind.exit_code == code
    ]
    names = {kind.code for kind in kinds}
    names |= {"bug"} if code is Exit.REFUSED else set()
    return ", ".join(f"`{name}`" for name in sorted(names))


def _read_section(read: Read) -> list[str]:
    lines = [f"## {usage(read)}", "", f"{read.help[0].upper()}{read.help[1:]}.", ""]
    lines.append(f"Needs: {', '.join(map(_need, read.needs)) or 'nothing'}.")
    lines += ["", "| field | JSON | kind | meaning |", "|---|---|---|---|"]
    for column in columns_of(read.row):
        cells = (f"`{column.key}`", f"`{column.json_key}`", column.kind.value, column.help)
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _need(need: Need) -> str:
    return " or ".join(map(str, need)) if isinstance(need, tuple) else str(need)


def leaves(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every command below one that is not a group, with the words that lead to it."""
    if not hasattr(command, "list_commands"):
        yield path, command
        return
    if command.invoke_without_command:
        yield path, command
        path = " ".join(
            [path, *(one.metavar for one in command.params if not one.opts[0].startswith("-"))]
        )
    context = typer.Context(command)
    for name in sorted(command.list_commands(context)):
        sub = command.get_command(context, name)
        if not sub.hidden:
            yield from leaves(sub, f"{path} {name}")


def _help(command: Any, path: str) -> list[str]:
    """A command's help as the terminal shows it, without the global options."""
    own = [param for param in command.params if param not in options.parameters()]
    every, command.params = command.params, own
    try:
        text = command.get_help(typer.Context(command, info_name=path, terminal_width=88))
    finally:
        command.params = every
    return [line.rstrip() for line in text.splitlines()]


def _option_line(param: Any) -> str:
    value = "" if param.is_flag else f" {_value_name(param)}"
    return f"- `{', '.join(param.opts)}{value}`: {param.help}"


def _value_name(param: Any) -> str:
    return param.metavar or "|".join(param.type.choices)


def write(folder: Path) -> None:
    """Write every page below a folder."""
    for name, text in pages().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run(arguments: list[str]) -> None:
    """Write the pages into the folder that is named; anything else ends with a line of usage."""
    match arguments:
        case [folder] if not folder.startswith("-"):
            write(Path(folder))
        case _:
            sys.exit("usage: python -m taoctl.cli.reference FOLDER")


if __name__ == "__main__":
    run(sys.argv[1:])

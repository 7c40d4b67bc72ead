"""The global options: taken before or after the subcommand, the nearer one wins."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.main

from taoctl.config import Config


class Format(StrEnum):
    """How a result is written to stdout."""

    TABLE = "table"
    WIDE = "wide"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    YAML = "yaml"


@dataclass(slots=True)
class GlobalOptions:
    """What the flags said; None means that no flag did."""

    network: str | None = None
    output: Format | None = None
    at_block: str | None = None
    timeout: float | None = None
    quiet: bool = False
    no_input: bool = False
    wallet_path: Path | None = None
    wallet: list[str] = field(default_factory=list)
    context: str | None = None
    _config: Config | None = None

    @property
    def format(self) -> Format:
        """The output format: of the flag, the environment, the context, or else a table."""
        return self.output or Format(self.config().output)

    def config(self) -> Config:
        """The settings that hold for this run; raises UsageError for one that cannot be read."""
        if self._config is None:
            flags = {
                "network": self.network,
                "timeout": self.timeout,
                "output": self.output,
                "wallet_path": self.wallet_path,
                "wallet": ", ".join(self.wallet) or None,
            }
            self._config = Config(flags, context=self.context)
        return self._config


_current: ContextVar[GlobalOptions | None] = ContextVar("taoctl_options", default=None)


def current() -> GlobalOptions:
    """The options of the running command."""
    options = _current.get()
    if options is None:
        options = GlobalOptions()
        _current.set(options)
    return options


def reset() -> None:
    """Forget the options of an earlier command in the same process."""
    _current.set(GlobalOptions())


def _as_it_is(value: Any) -> Any:
    return value


_TYPED: dict[str, Callable[[Any], Any]] = {"output": Format, "wallet_path": Path, "wallet": list}
"""What turns the parser's plain values into the fields' own types, which Typer does only for
the parameters of its own commands."""


def absorb(values: dict[str, Any]) -> None:
    """Take the global options out of a command's values; those that were given win."""
    options = current()
    for name in _names():
        value = values.pop(name, None)
        if value is not None and value is not False and value not in ([], ()):
            setattr(options, name, _TYPED.get(name, _as_it_is)(value))


@cache
def parameters() -> tuple[Any, ...]:
    """The option objects, made by Typer from `_declaration`, to append to any command."""
    app = typer.Typer(add_completion=False)
    app.command()(_declaration)
    return tuple(p for p in typer.main.get_command(app).params if p.name in _names())


def _names() -> frozenset[str]:
    return frozenset(one.name for one in fields(GlobalOptions) if not one.name.startswith("_"))


def _declaration(
    network: Annotated[
        str | None,
        typer.Option(
            "-n",
            "--network",
            metavar="NAME|URL",
            help="finney, test, archive, local, or a ws:// URL (several joined by commas).",
        ),
    ] = None,
    output: Annotated[
        Format | None,
        typer.Option("-o", "--output", help="Output format."),
    ] = None,
    at_block: Annotated[
        str | None,
        typer.Option(
            "--at-block",
            metavar="NUMBER|HASH",
            help="Read the state of this block instead of the newest.",
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="SECONDS", help="Give up after this; 10 unless set."),
    ] = None,
    quiet: Annotated[
        bool,
        typer.Option("-q", "--quiet", help="Only data, warnings and errors."),
    ] = False,
    no_input: Annotated[
        bool,
        typer.Option("--no-input", help="Never ask anything."),
    ] = False,
    wallet_path: Annotated[
        Path | None,
        typer.Option("--wallet-path", metavar="DIR", help="Folder of the wallets."),
    ] = None,
    wallet: Annotated[
        list[str] | None,
        typer.Option(
            "--wallet",
            metavar="SS58|NAME",
            help="Wallet or address to use; repeatable.",
        ),
    ] = None,
    context: Annotated[
        str | None,
        typer.Option(
            "--context",
            metavar="NAME",
            help="Settings to use, by their name in the configuration file.",
        ),
    ] = None,
) -> None:
    """Declare the global options; never run."""

"""`taoctl config`: the settings that hold for a command."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from taoctl.cli import options, output
from taoctl.cli.output import Origin, Result, Section
from taoctl.reads.columns import Column, Kind
from taoctl.wallet.keychain import BACKEND_VARIABLE
from taoctl.wallet.password import FILE_VARIABLES

SCHEMA = "taoctl.config.explain/1"

app = typer.Typer(
    help="The settings that hold, and where they come from.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One setting as text."""

    name: Annotated[
        str,
        Column("setting", Kind.TEXT, "name in a context of the file, or of variables alone"),
    ]
    value: Annotated[str | None, Column("value", Kind.TEXT, "what holds")]
    source: Annotated[
        str, Column("from", Kind.TEXT, "flag, environment variable, context or default")
    ]


@app.callback()
def group() -> None:
    """Keep `explain` a subcommand while it is the only one."""


@app.command("explain")
def explain() -> None:
    """Every setting: its value and where it comes from.

    A flag wins over the environment, the environment over the context, and the context over the
    default. Contexts are named groups of settings in the configuration file. Credentials in
    endpoints are not shown.

    \b
    Examples:
      taoctl config explain
      taoctl config explain --context test -o json
    """
    config = options.current().config()
    rows = [
        SettingRow(
            name=setting.name,
            value=None if setting.value is None else _text(setting.name, setting.value),
            source=setting.source,
        )
        for setting in config.explain()
    ]
    rows += [
        _of_variables("password_file", FILE_VARIABLES),
        _of_variables("keyring_backend", (BACKEND_VARIABLE,)),
    ]
    output.show(
        Result(
            SCHEMA,
            Origin(),
            (Section(rows, SettingRow, key="settings"),),
            extra={"file": str(config.path), "context": config.context},
            headline=f"settings file {config.path}{'' if config.path.exists() else ' (not there)'}",
        )
    )


def _of_variables(name: str, variables: Sequence[str]) -> SettingRow:
    """A setting of the secrets: a context cannot hold it, the first variable that is set counts."""
    found = next((variable for variable in variables if os.environ.get(variable)), None)
    value = os.environ[found] if found else None
    return SettingRow(name=name, value=value, source=f"${found}" if found else "default")


def _text(name: str, value: object) -> str:
    from taoctl.chain.networks import without_secrets

    if isinstance(value, tuple):
        return ",".join(without_secrets(str(url)) for url in value)
    return without_secrets(str(value)) if name == "network" else str(value)

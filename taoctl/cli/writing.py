"""The options that every command takes which changes a chain."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from taoctl.cli import context
from taoctl.cli.passwords import PasswordFd, PasswordFile
from taoctl.errors import UsageError
from taoctl.submit.options import ERA_BLOCKS, TxOptions, Wait
from taoctl.units import U64_MAX, Tao

_LONGEST_ERA = 65_536
_LARGEST_NONCE = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteFlags:
    """What the flags of a writing command said."""

    dry_run: bool
    yes: bool
    wait: Wait
    era: int
    tip: str | None
    nonce: int | None
    again: bool
    proxy_for: str | None
    proxy_type: str | None
    multisig: str | None
    sudo: bool
    password_fd: int | None
    password_file: Path | None

    def tx_options(self) -> TxOptions:
        """How to sign, send and wait; raises UsageError for a tip that is no amount."""
        return TxOptions(
            tip=Tao(0) if self.tip is None else tao_amount(self.tip),
            era_blocks=self.era,
            nonce=self.nonce,
            wait=self.wait,
            again=self.again,
        )


def tao_amount(text: str) -> Tao:
    """An amount such as `1.5`, `1.5tao` or `1500000000rao`; raises UsageError for another."""
    lower = text.strip().lower().replace("τ", "tao")
    if lower.endswith("rao"):
        digits = lower.removesuffix("rao").strip()
        if not digits.isdecimal() or not digits.isascii():
            raise UsageError(f"{text!r} is not a whole number of rao")
        amount = Tao(int(digits))
    else:
        try:
            amount = Tao.parse(lower.removesuffix("tao"))
        except UsageError as problem:
            raise UsageError(f"{text!r} is not an amount of TAO", problem.hint) from None
    if amount.rao > U64_MAX:
        raise UsageError(f"{text!r} is more than the chain can count", f"at most {Tao(U64_MAX)}")
    return amount


def writes(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of writing, as its keyword argument `flags: WriteFlags`."""
    own = inspect.signature(command, eval_str=True)
    common = inspect.signature(_declaration, eval_str=True)
    names = {field.name for field in fields(WriteFlags)}

    @functools.wraps(command)
    def run(**values: Any) -> None:
        flags = WriteFlags(**{name: values.pop(name) for name in names})
        command(**values, flags=flags)

    kept = [one for one in own.parameters.values() if one.name != "flags"]
    parameters = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for one in (*kept, *common.parameters.values())
    ]
    run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    hints = {
        **get_type_hints(command, include_extras=True),
        **get_type_hints(_declaration, include_extras=True),
    }
    hints.pop("flags", None)
    run.__annotations__ = hints
    return run


def _declaration(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent, and stop.")
    ] = False,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask before sending.")] = False,
    wait: Annotated[
        Wait, typer.Option("--wait", help="Return once it is sent, in a block, or final.")
    ] = Wait.INBLOCK,
    era: Annotated[
        int,
        typer.Option(
            "--era",
            metavar="BLOCKS",
            min=0,
            max=_LONGEST_ERA,
            help="In how many blocks it may be included; 0 for ever, so that it never expires.",
        ),
    ] = ERA_BLOCKS,
    tip: Annotated[
        str | None,
        typer.Option(
            "--tip", metavar="TAO", help="Paid on top of the fee; it does not come first for it."
        ),
    ] = None,
    nonce: Annotated[
        int | None,
        typer.Option(
            "--nonce",
            metavar="N",
            min=0,
            max=_LARGEST_NONCE,
            help="Use this nonce, to fill a gap, or in place of one that no pool holds.",
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Send even if the same is on its way already.")
    ] = False,
    proxy_for: Annotated[
        str | None,
        typer.Option(
            "--proxy-for",
            metavar="SS58|NAME",
            help="Act for this account, whose proxy the signer is.",
            autocompletion=context.account_completions,
        ),
    ] = None,
    proxy_type: Annotated[
        str | None,
        typer.Option(
            "--proxy-type",
            metavar="TYPE",
            help="With --proxy-for: use the right of this type, not the first that fits.",
        ),
    ] = None,
    multisig: Annotated[
        str | None,
        typer.Option(
            "--multisig",
            metavar="NAME|N:SS58,SS58,…",
            help="Act as this multisig account, one of whose members the signer is.",
            autocompletion=context.account_completions,
        ),
    ] = None,
    sudo: Annotated[
        bool, typer.Option("--sudo", help="As root; on chains of your own only.")
    ] = False,
    password_fd: PasswordFd = None,
    password_file: PasswordFile = None,
) -> None:
    """Declare the options; never run."""

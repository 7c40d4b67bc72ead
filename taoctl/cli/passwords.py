"""The options that say where a password comes from; a password itself is never an option."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output, prompts
from taoctl.errors import NoKeyError, UsageError

if TYPE_CHECKING:
    from taoctl.cli.wallet.named import KeyName
    from taoctl.wallet.accounts import Account
    from taoctl.wallet.password import PasswordSources
    from taoctl.wallet.signer import OpenedSigner
    from taoctl.wallet.unlock import OpenedKey

PasswordFd = Annotated[
    int | None,
    typer.Option(
        "--password-fd", metavar="N", min=0, help="Read the password from this file descriptor."
    ),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", metavar="FILE", help="Read the password from this file."),
]
NoPassword = Annotated[
    bool,
    typer.Option("--no-password", help="Leave the key unencrypted: who reads the file has it."),
]

_TRIES = 3
_SHORT = 8
"""Fewer characters than this in a new password are warned of."""


def sources(fd: int | None, file: Path | None) -> PasswordSources:
    """Where the password of an existing key may come from in this run."""
    from taoctl.wallet.password import PasswordSources

    return PasswordSources(fd, file, os.environ, prompts.asker())


def open_signer(account: Account, fd: int | None, file: Path | None) -> OpenedSigner:
    """The signer of an account, after warning of what is not as it should be; may take seconds.

    Raises:
        NoKeyError: no access to the key; says which source failed, or which option to use.
        BadDataError: the key file is damaged.
    """
    from taoctl.wallet import unlock

    with _nothing_shown():
        opened = unlock.open_signer(account, context.wallet_path(), sources(fd, file))
    for text in opened.warnings:
        output.warn(text)
    return opened


def open_key(account: Account, fd: int | None, file: Path | None) -> OpenedKey:
    """The key in an account's own file, as `open_signer`; the agent is not asked."""
    from taoctl.wallet import unlock

    with _nothing_shown():
        opened = unlock.open_key(account, context.wallet_path(), sources(fd, file))
    for text in opened.warnings:
        output.warn(text)
    return opened


def open_file(name: KeyName, ss58: str | None, fd: int | None, file: Path | None) -> OpenedKey:
    """As `open_key`, of a key whose address may not be known: its public file is missing."""
    from taoctl.wallet import unlock

    with _nothing_shown():
        opened = unlock.open_file(
            name.wallet, name.hotkey, ss58, context.wallet_path(), sources(fd, file)
        )
    for text in opened.warnings:
        output.warn(text)
    return opened


def _nothing_shown() -> AbstractContextManager[None]:
    """Show nothing that is typed while a key is derived: it could be a second try."""
    return prompts.silent() if prompts.possible() else nullcontext()


def new_password(
    fd: int | None, file: Path | None, none: bool, what: str, option: str = "--password"
) -> str | None:
    """The password for a key that is about to be written; None when it is to have none.

    Only `--password-*` may come from the environment: the variables name the password of keys
    that are there, which is also that of a new key, but not the one it is changed to.

    Args:
        fd: of `<option>-fd`.
        file: of `<option>-file`.
        none: of --no-password.
        what: the key, for the question.
        option: how the two options begin.

    Raises:
        UsageError: --no-password beside a password, or three different answers.
        NoKeyError: there is no source of one.
    """
    if none:
        if fd is not None or file is not None:
            raise UsageError(f"--no-password contradicts {option}-fd and {option}-file")
        return None
    from taoctl.wallet.password import PasswordSources
    from taoctl.wallet.unlock import new_password as found

    ask = (lambda _: _ask_twice(what, option)) if prompts.possible() else None
    environ = os.environ if option == "--password" else {}
    with _said_of(option):
        password = found(PasswordSources(fd, file, environ), ask)
    if len(password) < _SHORT:
        output.warn(
            f"the password of {what} has fewer than {_SHORT} characters: whoever gets its file "
            "can try them all"
        )
    return password


def other_password(fd: int | None, file: Path | None, option: str, what: str) -> str:
    """The password of something that is no key file, such as a backup.

    Raises:
        NoKeyError: there is no source of it; names the option to use.
    """
    from taoctl.wallet.password import PasswordSources

    with _said_of(option):
        given = PasswordSources(fd, file).given()
    if given is not None:
        for text in given.warnings:
            output.warn(text.replace("--password", option))
        return given.text
    if not prompts.possible():
        raise NoKeyError(
            f"the password of {what} is needed, and there is no terminal to ask at",
            f"give it with {option}-fd N or {option}-file FILE",
        )
    return prompts.ask_password(f"Password of {what}")


@contextmanager
def _said_of(option: str) -> Iterator[None]:
    """Let errors about a password name the option that was meant."""
    try:
        yield
    except NoKeyError as problem:
        if option == "--password":
            raise
        hint = (problem.hint or "").split(", or set ")[0].replace("--password", option)
        raise NoKeyError(problem.message.replace("--password", option), hint or None) from None


def _ask_twice(what: str, option: str) -> str:
    without = "use --no-password to have none" if option != "--backup-password" else "type one"
    for _ in range(_TRIES):
        password = prompts.ask_password(f"New password for {what}")
        if not password:
            raise UsageError("an empty password protects nothing", without)
        if prompts.ask_password("The same again") == password:
            return password
        prompts.say("The two were not the same.\n")
    raise UsageError("the password was not typed the same twice", "try again")

"""`taoctl wallet unlock` and `lock`: the agent that signs for a time, and the keyring."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.addresses import is_ss58
from taoctl.cli import context, output
from taoctl.cli.output import Origin, Result, Section
from taoctl.cli.passwords import PasswordFd, PasswordFile, open_key
from taoctl.cli.wallet.app import app
from taoctl.cli.wallet.named import ExistingKey, account_text, existing
from taoctl.cli.wallet.rows import HeldRow
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.wallet.accounts import Account
    from taoctl.wallet.agent_client import AgentStatus
    from taoctl.wallet.unlock import OpenedKey

_DEFAULT = "15m"
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"([0-9]{1,9})([smhd]?)")


@app.command("unlock")
def unlock(
    key: ExistingKey = None,
    for_: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="TIME", help=f"How long: 45s, 30m, 8h, 1d; {_DEFAULT} unless given."
        ),
    ] = None,
    keyring: Annotated[
        bool,
        typer.Option("--keyring", help="Save the password in the system's keyring instead."),
    ] = False,
    list_: Annotated[
        bool, typer.Option("--list", help="Say which keys are unlocked, and stop.")
    ] = False,
    password_fd: PasswordFd = None,
    password_file: PasswordFile = None,
) -> None:
    """Unlock a key: for a time in the agent, or for good through the system's keyring.

    The agent is a process of yours that signs for other taoctl commands until its time is over,
    you log out, or `taoctl wallet lock` ends it. The keyring keeps the password; only commands
    that sign ask it.

    \b
    Examples:
      taoctl wallet unlock my-wallet --for 30m
      taoctl wallet unlock my-wallet --keyring
      taoctl wallet unlock --list
    """
    from taoctl.wallet import agent_client
    from taoctl.wallet.accounts import signing_account

    if list_:
        _show(agent_client.status())
        return
    seconds = _seconds(_DEFAULT if for_ is None else for_)
    name = existing(account_text(key))
    account = signing_account(str(name), context.wallet_path())
    opened = open_key(account, password_fd, password_file)
    saved = _save(account, opened) if keyring else None
    if keyring and for_ is None:
        _show(agent_client.status(), saved)
        return
    _show(agent_client.unlock(opened.key, str(name), seconds), saved)


@app.command("lock")
def lock(
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="[WALLET[/HOTKEY]|SS58]",
            help="The key; all of them when left out.",
            autocompletion=context.key_completions,
        ),
    ] = None,
    keyring: Annotated[
        bool, typer.Option("--keyring", help="Delete the password in the system's keyring too.")
    ] = False,
) -> None:
    """Make the agent forget a key, or end it with all its keys.

    \b
    Examples:
      taoctl wallet lock
      taoctl wallet lock my-wallet
      taoctl wallet lock my-wallet --keyring
    """
    from taoctl.wallet import agent_client, keychain
    from taoctl.wallet.accounts import signing_account

    output.require_form()
    if key is None:
        if keyring:
            raise UsageError("--keyring needs a key to forget", "name it: taoctl wallet lock KEY")
        locked = agent_client.lock()
        forgotten = False
    else:
        # An address is enough: the wallet may be gone.
        wallet = context.wallet_path()
        ss58 = key if is_ss58(key) else signing_account(str(existing(key)), wallet).ss58
        locked = agent_client.lock(ss58)
        forgotten = keyring and keychain.forget(ss58, os.environ)
    if locked.killed:
        output.warn("the agent did not answer and was ended, with every key it held")
    said = ", ".join(locked.keys) or ("all" if locked.killed else "nothing was unlocked")
    kept = "\nthe keyring has no password of it any more" if forgotten else ""
    data = {"locked": list(locked.keys), "killed": locked.killed, "keyring_forgotten": forgotten}
    output.show_data("taoctl.wallet.lock/1", data, f"locked: {said}{kept}")


def _save(account: Account, opened: OpenedKey) -> str:
    from taoctl.wallet import keychain

    if opened.password is None:
        raise UsageError(
            f"the key file of {account.label} is not encrypted, so there is no password to save",
            "`taoctl wallet passwd` encrypts it",
        )
    name = keychain.save(account.ss58, opened.password.text, os.environ)
    output.note(f"the password is in the keyring {name}")
    return name


def _show(status: AgentStatus | None, keyring: str | None = None) -> None:
    rows = [
        HeldRow(name=held.label, ss58=held.ss58, seconds_left=held.seconds_left)
        for held in (status.keys if status else ())
    ]
    for problem in status.problems if status else ():
        output.warn(f"the agent is less safe than it could be: {problem}")
    extra = {"agent_pid": status.pid if status else None, "keyring": keyring}
    section = Section(rows, HeldRow, key="keys", people=bool(rows))
    headline = "" if rows or keyring else "no key is unlocked"
    output.show(
        Result("taoctl.wallet.unlock/1", Origin(), (section,), extra=extra, headline=headline)
    )


def _seconds(text: str) -> int:
    from taoctl.wallet.agent_protocol import MAX_SECONDS

    found = _DURATION.fullmatch(text.strip().lower())
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < seconds <= MAX_SECONDS:
        raise UsageError(
            f"{text!r} is not a time to unlock for",
            f"write it as 45s, 30m, 8h or 1d, at most {MAX_SECONDS // 86_400}d",
        )
    return seconds

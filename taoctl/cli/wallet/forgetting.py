"""Locking keys again whose files were moved or sealed anew."""

from __future__ import annotations

import os
from collections.abc import Iterable

from taoctl.cli import output
from taoctl.cli.wallet.named import KeyName, existing_wallet
from taoctl.errors import NoKeyError


def addresses(target: KeyName) -> tuple[str, ...]:
    """The known addresses of a hotkey, or of a wallet's coldkey and all its hotkeys."""
    wallet = existing_wallet(target.wallet)
    hotkeys = (key.ss58 for key in wallet.hotkeys if target.hotkey in (None, key.name))
    coldkey = wallet.coldkey if target.hotkey is None else None
    return tuple(ss58 for ss58 in (coldkey, *hotkeys) if ss58)


def forget(keys: Iterable[str]) -> None:
    """Make the agent forget these keys, and the keyring their passwords; says what it did.

    What cannot be reached is a warning: the files are already as they were asked to be.
    """
    every = tuple(dict.fromkeys(keys))
    _lock(every)
    for ss58 in every:
        _forget_saved(ss58)


def _lock(keys: tuple[str, ...]) -> None:
    from taoctl.wallet import agent_client

    try:
        locked = [agent_client.lock(ss58) for ss58 in keys]
    except NoKeyError as problem:
        output.warn(f"{problem.message}: it may still hold a key; `taoctl wallet lock` ends it")
        return
    for ss58 in (one for found in locked for one in found.keys):
        output.note(f"the agent has forgotten {ss58}; `taoctl wallet unlock` unlocks it again")
    if any(found.killed for found in locked):
        output.warn("the agent did not answer and was ended, with every key it held")


def _forget_saved(ss58: str) -> None:
    from taoctl.wallet import keychain

    if not keychain.enabled(ss58):
        return
    try:
        keychain.forget(ss58, os.environ)
    except NoKeyError as problem:
        output.warn(f"{problem.message}; {problem.hint}")
        return
    output.note(
        f"the keyring has forgotten the password of {ss58}; "
        "`taoctl wallet unlock --keyring` saves it again"
    )

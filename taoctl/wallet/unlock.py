"""From an account to a signer: the agent, then a file that needs no password, then the ladder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from taoctl.errors import BadDataError, NoKeyError
from taoctl.secrecy import remember
from taoctl.text import printable
from taoctl.wallet import keychain
from taoctl.wallet.accounts import Account
from taoctl.wallet.agent_client import AgentError, agent_signer
from taoctl.wallet.keyfile import Encryption, encryption_of, open_keyfile
from taoctl.wallet.keys import Key
from taoctl.wallet.memory import no_dumps
from taoctl.wallet.password import OPTIONS_HINT, Password, PasswordSources
from taoctl.wallet.signer import OpenedSigner
from taoctl.wallet.store import WalletStore, loose_permissions

__all__ = ["OpenedKey", "PasswordSources", "new_password", "open_file", "open_key", "open_signer"]

_TRIES = 3
_ASKED = "the terminal"
_KEYRING = "the keyring"


@dataclass(frozen=True, slots=True)
class OpenedKey:
    """A key from its file, with how it was opened.

    Args:
        key: the key itself.
        via: the source of the password, in words fit for a sentence.
        password: what opened it, to save or to change it; None for an unencrypted file.
        warnings: complete sentences without a period, such as loose file permissions.
    """

    key: Key = field(repr=False)
    via: str
    password: Password | None = None
    warnings: tuple[str, ...] = ()


def open_signer(account: Account, wallet_path: Path, sources: PasswordSources) -> OpenedSigner:
    """The signer of an account; may block for seconds (key derivation, a question to the user).

    Asked are the agent, then the key file if it is not encrypted, then the password ladder.

    Args:
        account: who signs, from `signing_account`.
        wallet_path: folder of the wallets.
        sources: where a password may come from.

    Raises:
        NoKeyError: no access to the key; says which source failed, or which option to use.
        BadDataError: the key file is damaged, or holds another key than its public file says.
    """
    if account.kind == "dev":
        from taoctl.scale.crypto import KeySigner

        uri = (account.label or "").split(" ")[0]
        return OpenedSigner(
            KeySigner(uri), "the development key", (f"{uri} is INSECURE: everybody knows its key",)
        )
    trouble: tuple[str, ...] = ()
    try:
        held = agent_signer(account.ss58)
    except AgentError as error:
        trouble = (f"the agent was not used: {error.message}",)
    else:
        if held is not None:
            return OpenedSigner(held, "the agent")
    try:
        opened = open_key(account, wallet_path, sources)
    except NoKeyError as problem:
        said = "; ".join((problem.message, *trouble))
        raise NoKeyError(said, problem.hint) from None
    return OpenedSigner(opened.key, opened.via, (*trouble, *opened.warnings))


def open_key(account: Account, wallet_path: Path, sources: PasswordSources) -> OpenedKey:
    """The key in an account's own file, however long that takes; the agent is not asked.

    Raises:
        NoKeyError: no access to the key; says which source failed, or which option to use.
        BadDataError: the key file is damaged, or holds another key than its public file says.
    """
    if account.wallet is None:
        raise NoKeyError(
            f"no wallet here holds the key of {account.label or account.ss58}",
            "name a wallet with --wallet, or its folder with --wallet-path",
        )
    return open_file(account.wallet, account.hotkey, account.ss58, wallet_path, sources)


def open_file(
    wallet: str, hotkey: str | None, ss58: str | None, wallet_path: Path, sources: PasswordSources
) -> OpenedKey:
    """The key in a wallet's file, as `open_key`; `ss58` None where no public file tells it.

    Raises:
        NoKeyError: no access to the key; says which source failed, or which option to use.
        BadDataError: the key file is damaged, or holds another key than that of `ss58`.
    """
    label = printable(wallet if hotkey is None else f"{wallet}/{hotkey}")
    what = f"hotkey {label!r}" if hotkey else f"wallet {label!r}"
    store = WalletStore(wallet_path)
    if not store.has_key(wallet, hotkey):
        raise NoKeyError(
            f"{what} is watch-only: its private key is not in {wallet_path}",
            "sign on the machine that has the key, or import it with `taoctl wallet import`",
        )
    no_dumps()
    data = store.read(wallet, hotkey)
    path = store.key_path(wallet, hotkey)
    if encryption_of(data) is Encryption.NONE:
        opened = OpenedKey(open_keyfile(data, None), "its unencrypted file")
    else:
        opened = _unlocked(data, what, label, _ladder(ss58, path, what, sources))
    if ss58 is not None and opened.key.ss58 != ss58:
        raise BadDataError(
            f"{what}: the key file holds {opened.key.ss58}, its public file says {ss58}",
            f"find out who changed one of them; if the key is right, move {path.name}pub.txt away "
            f"and let `taoctl wallet passwd {label}` write it from the key",
        )
    loose = loose_permissions(path)
    return replace(opened, warnings=(loose, *opened.warnings)) if loose else opened


def new_password(sources: PasswordSources, ask_twice: Callable[[str], str] | None) -> str:
    """The password for a key that is being written: --password-fd, files, or asked for twice.

    Args:
        sources: where passwords may come from; its `ask` is not used.
        ask_twice: asks, asks again, and returns it; None where there is no terminal.

    Raises:
        NoKeyError: there is no source, or what it gave is empty; names the option to use.
    """
    given = sources.given()
    if given is not None:
        return given.text
    if ask_twice is None:
        raise NoKeyError(
            "a password for the new key is needed, and there is no terminal to ask at",
            "give it with --password-fd N or --password-file FILE, or set TAOCTL_PASSWORD_FILE",
        )
    answer = ask_twice("Password for the new key")
    if not answer:
        raise NoKeyError("the password is empty", "type one; it encrypts the key file")
    return remember(answer)


def _unlocked(data: bytes, what: str, name: str, ladder: Iterator[Password]) -> OpenedKey:
    for password in ladder:
        try:
            return OpenedKey(
                open_keyfile(data, password.text), password.source, password, password.warnings
            )
        except NoKeyError:
            if password.source == _ASKED:
                continue
            raise NoKeyError(
                f"the password from {password.source} does not open {what}",
                f"`taoctl wallet lock {name} --keyring` deletes it there"
                if password.source == _KEYRING
                else "check that it is this wallet's password",
            ) from None
    raise NoKeyError(f"{what} stays locked: no typed password opened it", OPTIONS_HINT)


def _ladder(
    ss58: str | None, path: Path, what: str, sources: PasswordSources
) -> Iterator[Password]:
    """The passwords to try: of the first source that was given, or else what the user types."""
    given = sources.given() or sources.of_btwallet(path)
    if given is not None:
        yield given
        return
    warnings: tuple[str, ...] = ()
    if ss58 is not None and keychain.enabled(ss58):
        try:
            found = keychain.load(ss58, sources.environ)
        except NoKeyError as error:
            if sources.ask is None:
                raise
            warnings = (f"{error.message}; the password was asked for instead",)
        else:
            yield Password(found, _KEYRING)
            return
    if sources.ask is None:
        raise NoKeyError(
            f"the password of {what} is needed, and there is no terminal to ask at", OPTIONS_HINT
        )
    for attempt in range(_TRIES):
        typed = sources.ask(f"{'Wrong password. ' if attempt else ''}Password of {what}")
        if typed:
            yield Password(typed, _ASKED, warnings)

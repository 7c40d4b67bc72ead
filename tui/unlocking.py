"""From a wallet on the screen to its signer, by the same ladder as the commands climb."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from taoctl.errors import DeclinedError, NoKeyError, TaoctlError, UsageError
from taoctl.text import printable
from tui.options import WalletRef
from tui.screens.password import PasswordScreen

if TYPE_CHECKING:
    from taoctl.wallet.accounts import Account
    from taoctl.wallet.signer import OpenedSigner
    from tui.app import Dashboard
    from tui.screens.base import Place


def wallet_named(dash: Dashboard, row: Place | None, name: str) -> WalletRef:
    """The wallet that is meant: the one of that name, or of the cursor's row, or the only one.

    Without a name only wallets count whose key is on this machine.

    Raises:
        UsageError: there is none of that name, or none was named and there are several, or none
            that can sign.
    """
    wallets = dash.options.wallets
    if not wallets:
        raise UsageError("there are no wallets to unlock", "open the dashboard with --wallet-path")
    if name:
        low = name.casefold()
        found = [one for one in wallets if one.name == name]
        found = found or [one for one in wallets if one.name.casefold() == low]
        if not found:
            raise UsageError(f"there is no wallet {printable(name)!r} here", _listed(wallets))
    else:
        wallets = tuple(one for one in wallets if may_sign(dash, one))
        if not wallets:
            raise NoKeyError(
                "all of these wallets are watch-only: no key of theirs is on this machine",
                "sign where the key is, or import it with `taoctl wallet import`",
            )
        of_row = [one for one in wallets if row is not None and one.coldkey == row.coldkey]
        found = of_row or list(wallets)
    if len({one.coldkey for one in found}) == 1:
        return found[0]
    example = f"for example `:unlock {printable(found[0].name)}`"
    raise UsageError("name the wallet", f"{_listed(wallets)}; {example}")


def may_sign(dash: Dashboard, wallet: WalletRef) -> bool:
    """Whether the key of a wallet seems to be on this machine; opens nothing."""
    from taoctl.wallet.accounts import signing_account
    from taoctl.wallet.store import WalletStore

    folder = dash.options.wallet_path
    if folder is None:
        return False
    try:
        account = signing_account(wallet.coldkey, folder)
        return account.wallet is None or WalletStore(folder).has_key(account.wallet)
    except TaoctlError:
        return False


def _listed(wallets: Iterable[WalletRef]) -> str:
    return f"wallets: {', '.join(printable(one.name) for one in wallets)}"


async def open_wallet(dash: Dashboard, wallet: WalletRef) -> OpenedSigner:
    """The signer of a wallet's coldkey; asks for its password where that is needed.

    The agent comes first, then a file that is not encrypted, then the sources that commands have
    too, and what the user types last. Keys are derived in a thread.

    Raises:
        UsageError: the wallet's key is not on this machine.
        NoKeyError: no access to the key.
        BadDataError: the key file is damaged.
        DeclinedError: the user cancelled the question.
    """
    folder = dash.options.wallet_path
    if folder is None:
        raise NoKeyError("this dashboard was opened without a wallet folder, so it cannot sign")
    questions = _Questions(dash)

    def climb() -> OpenedSigner:
        from taoctl.wallet.accounts import signing_account
        from taoctl.wallet.password import PasswordSources
        from taoctl.wallet.unlock import open_signer

        account: Account = signing_account(wallet.coldkey, folder)
        sources = PasswordSources(environ=os.environ, ask=questions.ask)
        return open_signer(account, folder, sources)

    try:
        return await asyncio.to_thread(climb)
    finally:
        questions.end()


class _Questions:
    """Asks on the screen for a thread, which waits; none waits on once the asking is over.

    Made in the task that opens a key, which ends when the user gives up while that goes on.
    """

    def __init__(self, dash: Dashboard) -> None:
        self._dash = dash
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._answer: asyncio.Future[str | None] | None = None
        self._screen: PasswordScreen | None = None
        self._over = False

    def ask(self, question: str) -> str:
        """What the user types; called in another thread than the screen's."""
        answer = asyncio.run_coroutine_threadsafe(self._ask(question), self._loop).result()
        if answer is None:
            raise DeclinedError("the key stays locked", "`:unlock` asks again")
        return answer

    async def _ask(self, question: str) -> str | None:
        self._answer = answer = self._loop.create_future()
        if self._over:
            raise asyncio.CancelledError
        if self._screen is None:
            self._screen = PasswordScreen(question, self._settle)
            self._dash.push_screen(self._screen)
        else:
            self._screen.ask(question)
        typed: str | None = await answer
        return typed

    def _settle(self, typed: str | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(typed)
        elif typed is None and self._task is not None:
            self._task.cancel()

    def end(self) -> None:
        """Take the question away, and let a thread that still waits for an answer go."""
        self._over = True
        if self._answer is not None:
            self._answer.cancel()
        if self._screen is not None and self._screen.is_current:
            self._screen.dismiss()

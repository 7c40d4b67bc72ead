"""From options to trades: who acts, which hotkeys are meant, and one transaction of all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from taoctl.calls.batch_mode import BatchMode
from taoctl.cli import context, output
from taoctl.cli.writing import WriteFlags
from taoctl.errors import RefusedError, UsageError
from taoctl.text import printable
from taoctl.units import subnet_name
from taoctl.wallet.public import discover

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.calls.stake.trade import Trade
    from taoctl.chain.view import View
    from taoctl.reads.stake import StakeRow
    from taoctl.wallet.accounts import Account

_DEFAULT = "default"
"""The hotkey that other wallet programs take where none is named."""

Order: TypeAlias = "Callable[[View, Account], Awaitable[Intent]]"
"""What makes an intent once the chain is there, for the account that acts."""


def send(order: Order, flags: WriteFlags) -> None:
    """Carry out what an order makes, for every wallet that --wallet names; raises as `transact`."""
    from taoctl.cli.transact import transact

    async def build(view: View, signer: Account) -> Intent:
        return await order(view, acting(signer, flags))

    named = list(dict.fromkeys(context.wallet_names()))
    if len(named) > 1:
        from taoctl.cli.transact_many import transact_many

        transact_many([(name, build) for name in named], flags)
    else:
        transact(build, flags, named[0] if named else None)


def acting(signer: Account, flags: WriteFlags) -> Account:
    """The account whose stake is traded: the one acted for, or else the signer.

    Raises:
        UsageError: the one that a flag names is none, or the signer is a hotkey.
    """
    from taoctl.cli.transact import group
    from taoctl.wallet.accounts import Account

    if flags.proxy_for is not None:
        return context.account(flags.proxy_for)
    if flags.multisig is not None:
        return Account(group(flags.multisig).ss58, None, "ss58")
    if signer.kind == "hotkey":
        raise UsageError(
            f"stake belongs to coldkeys, and {signer.label} is a hotkey",
            f"name the wallet alone with --wallet {signer.wallet}, and whom it backs with --hotkey",
        )
    return signer


def together(trades: Sequence[Trade], mode: BatchMode) -> Intent:
    """One transaction of all trades; one alone goes bare."""
    from taoctl.calls.stake.trade import Trades

    return trades[0] if len(trades) == 1 else Trades(tuple(trades), mode)


def hotkey_of(text: str, account: Account) -> str:
    """The address of a hotkey, whose name counts first among those of the acting wallet.

    Raises:
        UsageError: nothing has that name, or it is a coldkey's.
    """
    own = dict(_hotkeys_in(account))
    if text in own:
        return own[text]
    try:
        found = context.account(text)
    except UsageError as problem:
        raise _no_hotkey(problem, account, own) from None
    if found.kind == "coldkey":
        raise UsageError(
            f"{text!r} is the coldkey of a wallet, not a hotkey",
            f"name the hotkey: {text}/HOTKEY",
        )
    return found.ss58


def _no_hotkey(problem: UsageError, account: Account, own: Iterable[str]) -> UsageError:
    """What is wrong with a name, and the hotkeys there are where it was meant for one of them."""
    listed = ", ".join(map(printable, own))
    if account.wallet is None or not listed:
        return problem
    return UsageError(
        str(problem), f"hotkeys of {printable(account.wallet)}: {listed}; {problem.hint}"
    )


def own_hotkey(account: Account) -> str:
    """The one hotkey of the acting wallet, or that called `default` among several.

    Raises:
        UsageError: there is no telling which.
    """
    own = dict(_hotkeys_in(account))
    if len(own) == 1 or _DEFAULT in own:
        name = _DEFAULT if _DEFAULT in own else next(iter(own))
        output.note(f"at the hotkey {printable(f'{account.wallet}/{name}')} ({own[name]})")
        return own[name]
    said = f"; there are {', '.join(map(printable, own))}" if own else ""
    raise UsageError(f"no hotkey was named{said}", "name whom the stake backs with --hotkey")


def staking_hotkeys(named: Sequence[str] | None, account: Account) -> list[str]:
    """The addresses of the hotkeys to stake to: those named, or the wallet's own."""
    if not named:
        return [own_hotkey(account)]
    return list(dict.fromkeys(hotkey_of(one, account) for one in named))


async def held_by(
    view: View,
    account: Account,
    netuids: Iterable[int],
    named: Sequence[str] | None,
    option: str = "--hotkey",
) -> list[tuple[str, int]]:
    """The (hotkey, netuid) that are meant: those named, or the one that holds stake there.

    Args:
        option: the one that names them.

    Raises:
        UsageError: several hotkeys hold stake on a subnet, and none was named.
        RefusedError: none does.
    """
    if named:
        hotkeys = list(dict.fromkeys(hotkey_of(one, account) for one in named))
        return [(hotkey, netuid) for netuid in netuids for hotkey in hotkeys]
    rows = await _positions(view, account)
    found = [_holder(rows, netuid, account, option) for netuid in netuids]
    for row in found:
        called = f"{printable(row.hotkey_name)} ({row.hotkey})" if row.hotkey_name else row.hotkey
        output.note(f"on {subnet_name(row.netuid)} at the hotkey {called}")
    return [(row.hotkey, row.netuid) for row in found]


async def _positions(view: View, account: Account) -> Sequence[StakeRow]:
    from taoctl.reads.stake import stake

    return await stake(view, [account.ss58], context.names([account]))


def _holder(rows: Sequence[StakeRow], netuid: int, account: Account, option: str) -> StakeRow:
    there = [row for row in rows if row.netuid == netuid]
    if len(there) == 1:
        return there[0]
    whose = account.label or account.ss58
    if not there:
        raise RefusedError(
            f"{whose} holds no stake on {subnet_name(netuid)}", "see `taoctl stake list`"
        )
    listed = ", ".join(
        f"{row.hotkey_name} ({row.hotkey})" if row.hotkey_name else row.hotkey for row in there
    )
    raise UsageError(
        f"{whose} holds stake on {subnet_name(netuid)} through several hotkeys: {listed}",
        f"name which with {option}",
    )


def _hotkeys_in(account: Account) -> list[tuple[str, str]]:
    """Names and addresses of the hotkeys in the acting account's wallet folder."""
    if account.wallet is None:
        return []
    return [
        (hotkey.name, hotkey.ss58)
        for wallet in discover(context.wallet_path())
        if wallet.name == account.wallet
        for hotkey in wallet.hotkeys
        if hotkey.ss58
    ]

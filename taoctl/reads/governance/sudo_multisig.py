"""Calls that wait for approvals on the account of the sudo key, or of who may upgrade for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.chain.view import View
from taoctl.economics.governance import multisig_threshold
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.proposal import Proposal, Status, Tally
from taoctl.scale.derived_accounts import multisig_account

UPGRADER = "SudoUncheckedSetCode"
"""The type of proxy whose holder may replace the runtime, and do nothing else, for the sudo key."""
ON_SUDO, ON_UPGRADER = "sudo", "upgrade"
"""What a pending call's account is: the sudo key itself, or a delegate that may upgrade for it."""
_OF_TWO = 2


@dataclass(frozen=True, slots=True)
class Shared:
    """A multisig account whose members somebody knows; the chain does not tell them."""

    threshold: int
    signatories: tuple[str, ...]

    @property
    def ss58(self) -> str:
        """Its address."""
        return multisig_account(self.signatories, self.threshold)


@dataclass(frozen=True, slots=True)
class SudoAccounts:
    """The sudo key, and the delegates that may upgrade the runtime for it; None without one."""

    sudo: str | None
    upgraders: tuple[str, ...]


async def sudo_accounts(view: View) -> SudoAccounts:
    """Whose pending calls are proposals."""
    key = await view.value("Sudo", "Key")
    if key is None:
        return SudoAccounts(None, ())
    listed, _ = await view.value("Proxy", "Proxies", key)
    found = [
        str(one["delegate"])
        for one in listed
        if str(one["proxy_type"]) == UPGRADER and int(one["delay"]) == 0
    ]
    return SudoAccounts(str(key), tuple(dict.fromkeys(found)))


async def pending_calls(view: View, shared: Sequence[Shared] = ()) -> tuple[Proposal, ...]:
    """The calls that wait on those accounts, the oldest first.

    Args:
        shared: multisig accounts whose members are known.
    """
    accounts = await sudo_accounts(view)
    if accounts.sudo is None:
        return ()
    roles = dict.fromkeys(accounts.upgraders, ON_UPGRADER) | {accounts.sudo: ON_SUDO}
    known = {one.ss58: one for one in shared}
    maps = await asyncio.gather(*(view.map("Multisig", "Multisigs", one) for one in roles))
    found = [
        _pending(
            view, account, role, str(call_hash), entry, _members(account, accounts, entry, known)
        )
        for (account, role), entries in zip(roles.items(), maps, strict=True)
        for call_hash, entry in entries.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.timepoint or (0, 0), one.id)))


def _members(
    account: str, accounts: SudoAccounts, entry: Mapping[str, Any], known: Mapping[str, Shared]
) -> Shared | None:
    """The members of an account: those somebody knows, or opener and sudo key where they fit."""
    if account in known:
        return known[account]
    opener = str(entry["depositor"])
    if accounts.sudo is None or accounts.sudo in (account, opener):
        return None
    pair = Shared(_OF_TWO, (opener, accounts.sudo))
    return pair if pair.ss58 == account else None


def _pending(
    view: View,
    account: str,
    role: str,
    call_hash: str,
    entry: Mapping[str, Any],
    members: Shared | None,
) -> Proposal:
    given = tuple(map(str, entry["approvals"]))
    deposit = int(entry["deposit"])
    threshold = members.threshold if members is not None else _threshold(view, deposit)
    enough = threshold is not None and len(given) >= threshold
    seats = len(members.signatories) if members is not None else None
    height, index = (int(entry["when"][name]) for name in ("height", "index"))
    return Proposal(
        backend=Backend.SUDO,
        id=call_hash,
        hash=call_hash,
        status=Status.PENDING,
        call_hash=call_hash,
        no_call="the chain keeps only its hash; `--call-data` shows it",
        proposer=str(entry["depositor"]),
        opened_block=height,
        tally=Tally(len(given), 0, seats),
        ayes=given,
        threshold=threshold,
        seats=seats,
        voters=members.signatories if members is not None else (),
        decided=Status.APPROVED if enough else None,
        account=account,
        account_role=role,
        timepoint=(height, index),
        deposit_rao=deposit,
        next_step=_then(threshold, len(given)),
    )


def _threshold(view: View, deposit: int) -> int | None:
    base, factor = (
        int(view.constant("Multisig", name)) for name in ("DepositBase", "DepositFactor")
    )
    return multisig_threshold(deposit, base, factor)


def _then(threshold: int | None, given: int) -> str:
    if threshold is None:
        return "it waits for approvals; how many, the chain does not say"
    missing = threshold - given
    if missing <= 0:
        return "approved; any member may carry it out with the call's bytes"
    what = "1 more approval, which carries it out" if missing == 1 else f"{missing} more approvals"
    return f"waits for {what}; there is no deadline"

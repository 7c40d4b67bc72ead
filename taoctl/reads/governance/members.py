"""Who may propose and vote: the Triumvirate and Senate, collectives, and those behind sudo."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from taoctl.chain.view import Storage, View
from taoctl.economics.governance import MAX_SENATORS
from taoctl.reads.governance.backends import Backend, backends
from taoctl.reads.governance.proposal import Proposal
from taoctl.reads.governance.sudo_multisig import Shared, pending_calls, sudo_accounts

OWNED = Storage("SubtensorModule", "OwnedHotkeys")
_TRIUMVIRATE_SEATS = 3

_OF_REFERENDA = {
    "Proposers": (1, 20, "submits on track 0"),
    "Triumvirate": (3, 3, "votes on track 0"),
    "Economic": (16, 16, "votes on track 1"),
    "Building": (16, 16, "votes on track 1"),
    "EconomicEligible": (0, 64, "may become Economic; no vote"),
}
"""Fewest and most members of each collective, and what they may do; in the order of their index.

Source: governance/collectives.rs of subtensor at d0910bde9; no metadata tells it.
"""


@dataclass(frozen=True, slots=True)
class Collective:
    """One group of accounts with a say.

    Attributes:
        keys: what its members are: `coldkey` or `hotkey`.
        may: what they may do, in words.
        least, most: how many members it has to have and can have; None where nothing tells it.
        members: those that are known.
        complete: whether they are all; the chain does not tell who is behind a multisig account,
            only who has approved what waits on it.
        account: the account that they act as together, for those behind sudo.
        threshold: how many of them make its decision; None where nothing tells it.
    """

    backend: Backend
    name: str
    keys: str
    may: str
    members: tuple[str, ...]
    complete: bool = True
    least: int | None = None
    most: int | None = None
    prime: str | None = None
    account: str | None = None
    threshold: int | None = None


async def collectives(view: View, shared: Sequence[Shared] = ()) -> tuple[Collective, ...]:
    """Every group with a say on a chain; none without governance.

    Args:
        shared: multisig accounts whose members are known, as from an address book.
    """
    await view.settle()
    there = backends(view)
    reads = []
    if Backend.TRIUMVIRATE in there:
        reads.append(_triumvirate(view))
    if Backend.REFERENDA in there:
        reads.append(_multi_collective(view))
    if Backend.SUDO in there:
        reads.append(_behind_sudo(view, shared))
    return tuple(one for found in await asyncio.gather(*reads) for one in found)


async def owned_hotkeys(
    view: View, coldkeys: Sequence[str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each coldkey with the hotkeys it owns; none on a chain that does not list them."""
    await view.settle()
    if not coldkeys or not view.has(OWNED):
        return tuple((one, ()) for one in coldkeys)
    found = await view.values(OWNED.pallet, OWNED.item, [(one,) for one in coldkeys])
    return tuple(
        (coldkey, tuple(map(str, hotkeys)))
        for coldkey, hotkeys in zip(coldkeys, found, strict=True)
    )


async def _triumvirate(view: View) -> tuple[Collective, ...]:
    # The Senate's own prime is asked by nobody: for absent senators that of the Triumvirate counts.
    members, prime, senators = await asyncio.gather(
        view.value("Triumvirate", "Members"),
        view.value("Triumvirate", "Prime"),
        view.value("SenateMembers", "Members"),
    )
    return (
        Collective(
            Backend.TRIUMVIRATE,
            "Triumvirate",
            "coldkey",
            "proposes motions",
            tuple(map(str, members)),
            most=_TRIUMVIRATE_SEATS,
            prime=_text(prime),
        ),
        Collective(
            Backend.TRIUMVIRATE,
            "Senate",
            "hotkey",
            "votes on motions",
            tuple(map(str, senators)),
            most=MAX_SENATORS,
        ),
    )


async def _multi_collective(view: View) -> tuple[Collective, ...]:
    names = list(_OF_REFERENDA)
    found = await view.values("MultiCollective", "Members", [(name,) for name in names])
    return tuple(
        Collective(
            Backend.REFERENDA,
            name,
            "coldkey",
            _OF_REFERENDA[name][2],
            tuple(map(str, members)),
            least=_OF_REFERENDA[name][0],
            most=_OF_REFERENDA[name][1],
        )
        for name, members in zip(names, found, strict=True)
    )


async def _behind_sudo(view: View, shared: Sequence[Shared]) -> tuple[Collective, ...]:
    accounts, pending = await asyncio.gather(sudo_accounts(view), pending_calls(view, shared))
    if accounts.sudo is None:
        return ()
    known = {one.ss58: one for one in shared}
    groups = [("sudo key", "makes any root call", accounts.sudo)]
    groups += [
        ("upgrade proxy", "replaces the runtime, with the sudo key", one)
        for one in accounts.upgraders
    ]
    return tuple(
        _group(name, may, account, known.get(account), [o for o in pending if o.account == account])
        for name, may, account in groups
    )


def _group(
    name: str, may: str, account: str, known: Shared | None, pending: Sequence[Proposal]
) -> Collective:
    """A group behind an account: its members as known, or as what waits on it shows them."""
    told = known.signatories if known is not None else next((o.voters for o in pending), ())
    seen = [who for one in pending for who in (one.proposer, *one.ayes) if who is not None]
    thresholds = {one.threshold for one in pending}
    if known is not None:
        thresholds = {known.threshold}
    return Collective(
        Backend.SUDO,
        name,
        "coldkey",
        may,
        told or tuple(dict.fromkeys(seen)),
        complete=bool(told),
        account=account,
        threshold=thresholds.pop() if len(thresholds) == 1 else None,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)

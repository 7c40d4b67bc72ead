"""What a runtime refuses of every call of a coldkey whose swap is announced or disputed.

The runtime asks this of each call that an account is the origin of: the signed one, those in a
batch, the one that a proxy has an account make, and the one that a multisig account makes.

Source: `check_coldkey_swap.rs` of pallet subtensor at spec 425.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from taoctl.calls.base import ChainCall, Refusal
from taoctl.calls.coldkey_swap.state import (
    ANNOUNCEMENTS,
    CHANGE_DELAY,
    DISPUTES,
    Announcement,
    announcement,
)
from taoctl.calls.multisig import Group
from taoctl.calls.stake.hotkeys import PALLET
from taoctl.chain.view import View

_ANNOUNCE = "announce_coldkey_swap"
_SWAP_CALLS = frozenset(
    {
        _ANNOUNCE,
        "swap_coldkey_announced",
        "dispute_coldkey_swap",
        "clear_coldkey_swap_announcement",
    }
)


async def frozen(view: View, signer: str, call: ChainCall) -> tuple[Refusal, ...]:
    """The refusal of a call by the swap of one of the accounts that it is made by; else empty.

    An announcement that the call itself holds counts for what comes after it. Empty too on
    runtimes that know no announcements of swaps.
    """
    if not all(view.has(entry) for entry in (ANNOUNCEMENTS, DISPUTES, CHANGE_DELAY)):
        return ()
    made = list(_made(signer, call))
    accounts = list(dict.fromkeys(who for who, _ in made))
    keys = [(who,) for who in accounts]
    found = await view.values(PALLET, ANNOUNCEMENTS.item, keys)
    before = {who for who, one in zip(accounts, found, strict=True) if one is not None}
    announced = set(before)
    for who, one in made:
        if who in before:
            swap = await announcement(view, who)
            if swap is not None and (swap.disputed is not None or not _goes_on(one)):
                return (_refusal(who, swap),)
        elif who in announced and not _goes_on(one):
            return (_announced_just_before(who, one),)
        if (one.pallet, one.name) == (PALLET, _ANNOUNCE):
            announced.add(who)
    return ()


def _made(origin: str, call: ChainCall) -> Iterator[tuple[str, ChainCall]]:
    """Each call with the account that makes it, the outer ones first; root may do all."""
    yield origin, call
    match call.pallet, call.name:
        case "Proxy", "proxy" | "proxy_announced":
            yield from _inside(call.args["real"], call)
        case "Utility", "batch" | "batch_all" | "force_batch":
            yield from _inside(origin, call)
        case "Sudo", "sudo_as":
            yield from _inside(call.args["who"], call)
        case "Multisig", "as_multi" | "as_multi_threshold_1":
            yield from _inside(_multisig(origin, call), call)


def _inside(origin: Any, call: ChainCall) -> Iterator[tuple[str, ChainCall]]:
    """The calls inside a call, where an address, and not an index or the like, names who acts."""
    if not isinstance(origin, str):
        return
    for one in call.nested():
        yield from _made(origin, one)


def _multisig(signer: str, call: ChainCall) -> str | None:
    """The account that a multisig call acts as; None where it is none."""
    others = tuple(str(one) for one in call.args["other_signatories"])
    members = (signer, *others)
    if len(set(members)) != len(members) or len(members) < 2:
        return None
    threshold = int(call.args.get("threshold", 1))
    if not 1 <= threshold <= len(members):
        return None
    return Group(threshold, members).ss58


def _goes_on(call: ChainCall) -> bool:
    """Whether a call is taken although a swap is announced."""
    if call.pallet == PALLET:
        return call.name in _SWAP_CALLS
    return (call.pallet, call.name) == ("MevShield", "submit_encrypted")


def _refusal(who: str, swap: Announcement) -> Refusal:
    if swap.disputed is not None:
        return Refusal(
            "ColdkeySwapDisputed",
            f"the swap of the coldkey {who} was disputed in block {swap.disputed}, and since then "
            "the chain takes nothing from it",
            "only root can end that: turn to those who run the chain, with proof that the coldkey "
            "is yours",
        )
    return Refusal(
        "ColdkeySwapAnnounced",
        f"the coldkey {who} is announced to be swapped, and until that is over the chain takes "
        "nothing else from it",
        f"from block {swap.due} on carry it out with `taoctl wallet swap-coldkey execute NEW`, or "
        f"from block {swap.changeable} on call it off with `... clear`; `... status` tells what is "
        "announced. If it was not you who announced it, stop it with `... dispute`",
    )


def _announced_just_before(who: str, call: ChainCall) -> Refusal:
    return Refusal(
        "ColdkeySwapAnnounced",
        f"the swap of the coldkey {who} is announced before {call} in the same transaction, and "
        "from then on the chain takes nothing else from it",
        "put the announcement last, or send it alone",
    )

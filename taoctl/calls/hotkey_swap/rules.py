"""What the chain refuses of a swap of hotkeys, in its order.

Source: swap_hotkey.rs and set_children.rs of pallet subtensor at spec 424.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from taoctl.calls.accounts import holdings
from taoctl.calls.base import Refusal
from taoctl.calls.hotkey_swap.standing import OnSubnet, Standing, standing
from taoctl.calls.registration.words import foreign, system_account
from taoctl.calls.stake.children import MOST_CHILDREN
from taoctl.calls.stake.holdings import is_worthless
from taoctl.calls.stake.hotkeys import (
    PALLET,
    is_stored,
    item,
    no_subnet,
    not_owned,
    read,
    read_or_none,
    too_soon,
)
from taoctl.calls.stake.refusals import WOULD_BE_LOST
from taoctl.chain.view import Call, Constant, View
from taoctl.units import ROOT_NETUID as ROOT
from taoctl.units import U64_MAX, Tao, subnet_name

V2 = Call(PALLET, "swap_hotkey_v2")
_INTERVAL = Constant(PALLET, "HotkeySwapOnSubnetInterval")
_COSTS = (Constant(PALLET, "KeySwapOnSubnetCost"), Constant(PALLET, "KeySwapCost"))


@dataclass(frozen=True, slots=True)
class Swap:
    """A swap to be judged: of which hotkey for which, on one subnet or on all, by whom.

    Attributes:
        keep_old: whether the old hotkey is associated again in the same transaction.
    """

    origin: str
    old: str
    new: str
    netuid: int | None
    keep_stake: bool
    keep_old: bool

    def concerned(self, of: Standing) -> tuple[OnSubnet, ...]:
        """What a hotkey has where it is swapped."""
        return tuple(one for one in of.on.values() if self.netuid in (None, one.netuid))


def cost_of(view: View, netuid: int | None) -> Tao:
    """What a swap costs: less on one subnet than on all, where the runtime tells them apart."""
    one, every = _COSTS
    which = one if netuid is not None and view.has(one) else every
    return Tao(int(view.constant(which.pallet, which.name)))


async def swap_refused(view: View, swap: Swap) -> tuple[Refusal, ...]:
    """The first thing that the chain, or common sense, has against a swap; empty for nothing."""
    return (
        await not_owned(view, swap.origin, swap.old)
        or await foreign(view, swap.origin, swap.new)
        or _the_same(swap)
        or await _too_soon_again(view, swap)
        or await _seated(view, swap)
        or await _unclean(view, swap)
        or await _too_soon_there(view, swap)
        or system_account(swap.new)
        or await _unpayable(view, swap)
        or await _family_refuses(view, swap)
        or await _in_vain(view, swap)
    )


def _the_same(swap: Swap) -> tuple[Refusal, ...]:
    if swap.old != swap.new:
        return ()
    said = f"{swap.old} cannot be swapped for itself"
    return (Refusal("NewHotKeyIsSameWithOld", said, "name another hotkey"),)


async def _too_soon_again(view: View, swap: Swap) -> tuple[Refusal, ...]:
    limit, last = await asyncio.gather(read(view, "TxRateLimit"), swapped_at(view, swap.origin))
    if not int(limit) or not last:
        return ()
    said = f"{swap.origin} swapped a key in block {last}, and does so every {limit} blocks at most"
    return too_soon(view, "HotKeySetTxRateLimitExceeded", said, last + int(limit) + 1)


async def swapped_at(view: View, coldkey: str) -> int:
    """The block in which a coldkey swapped a key last; 0 for never."""
    limited = item("LastRateLimitedBlock")
    found = [await read_or_none(view, "LastTxBlock", coldkey)]
    if view.has(limited):
        found.append(await read(view, limited.item, {"LastTxBlock": coldkey}))
    return max(int(one or 0) for one in found)


async def _seated(view: View, swap: Swap) -> tuple[Refusal, ...]:
    """A hotkey with a seat cannot take another's, nor where a swap has noted that it has none."""
    name, new = "HotKeyAlreadyRegisteredInSubNet", await standing(view, swap.new)
    seats = [one for one in new.on.values() if one.member]
    if swap.netuid is None or not view.has(V2):
        if not seats:
            return ()
        where = ", ".join(subnet_name(one.netuid) for one in seats)
        said = f"{swap.new} has a seat already, on {where}"
        return (Refusal(name, said, "name a hotkey without any"),)
    if not await is_stored(view, "IsNetworkMember", swap.new, swap.netuid):
        return ()
    where = subnet_name(swap.netuid)
    said = f"{swap.new} is on {where} already"
    if not any(one.netuid == swap.netuid for one in seats):
        said = f"{swap.new} counts as one that was on {where}, since an earlier swap"
    return (Refusal(name, said, "name another hotkey"),)


async def _unclean(view: View, swap: Swap) -> tuple[Refusal, ...]:
    """Root dividends of two hotkeys do not mix: the new one must have neither stake nor claims."""
    name = "NewHotKeyNotCleanForRootSwap"
    if swap.netuid not in (None, ROOT) or not _knows(view, name):
        return ()
    rates, stake, claimed = await asyncio.gather(
        read(view, "RootClaimable", swap.new),
        read(view, "TotalHotkeyAlpha", swap.new, ROOT),
        view.map(PALLET, "RootClaimed", ROOT, swap.new),
    )
    has = [
        words
        for words, there in (
            (f"{Tao(int(stake))} of root stake", int(stake)),
            ("root dividends of its own to be claimed", rates),
            ("notes of root dividends that were claimed", claimed),
        )
        if there
    ]
    if not has:
        return ()
    said = f"{swap.new} has {' and '.join(has)}"
    hint = "name a hotkey that was never staked to on root, or swap on a subnet with --netuid"
    return (Refusal(name, said, hint),)


def _knows(view: View, error: str) -> bool:
    """Whether the runtime has an error, and with it the rule that it is about."""
    errors = view.codec.pallets.get(PALLET, {}).get("errors") or ()
    return any(one["name"] == error for one in errors)


async def _too_soon_there(view: View, swap: Swap) -> tuple[Refusal, ...]:
    if not view.has(_INTERVAL):
        return ()
    wait = int(view.constant(_INTERVAL.pallet, _INTERVAL.name))
    netuids = await affected(view, swap)
    keys = [(netuid, swap.origin) for netuid in netuids]
    blocks = await view.values(PALLET, "LastHotkeySwapOnNetuid", keys) if keys else []
    found = [(int(last), netuid) for netuid, last in zip(netuids, blocks, strict=True)]
    if swap.netuid is None:
        found = [one for one in found if one[0]]
    if not found:
        return ()
    last, netuid = max(found)
    name = "HotKeySwapOnSubnetIntervalNotPassed"
    said = f"{swap.origin} swapped a hotkey on {subnet_name(netuid)} in block {last}"
    if not last:
        said = f"this chain is young, and counts as if one had been swapped there in block {last}"
    what = f"{said}; it takes {wait} blocks until the next"
    soon, missing = too_soon(view, name, what, last + wait + 1), await no_subnet(view, netuid)
    if soon and missing:
        # The chain looks at the interval first, but no wait would help.
        return (Refusal(name, missing[0].message, missing[0].hint),)
    return soon


async def affected(view: View, swap: Swap) -> list[int]:
    """The subnets on which no other hotkey of the coldkey is swapped for a while after it."""
    if swap.netuid is not None:
        return [swap.netuid]
    if not _knows(view, "NewHotKeyNotCleanForRootSwap"):  # it came with the same runtime
        return []
    old = await standing(view, swap.old)
    return [one.netuid for one in old.on.values() if one.member or one.children]


async def _unpayable(view: View, swap: Swap) -> tuple[Refusal, ...]:
    cost, held = cost_of(view, swap.netuid), await holdings(view, swap.origin)
    most = held.spendable()
    if cost <= most:
        return ()
    said = f"{swap.origin} can spend {most}, and it costs {cost}"
    if cost <= held.spendable(keep_alive=False):
        hint = "leave the existential deposit in the account"
        return (Refusal("InsufficientBalance", said, hint),)
    return (Refusal("NotEnoughBalanceToPaySwapHotKey", said, "fund the account first"),)


async def _family_refuses(view: View, swap: Swap) -> tuple[Refusal, ...]:
    old = await standing(view, swap.old)
    for one in swap.concerned(old):
        found = _family_on(swap, one)
        if found:
            return found
    return ()


def _family_on(swap: Swap, at: OnSubnet) -> tuple[Refusal, ...]:
    where, hint = subnet_name(at.netuid), "see `taoctl stake child list`; set them anew first"
    parents = {one.hotkey for one in at.parents}
    for kin, word in ((at.children, "child"), (at.parents, "parent"), (at.pending or (), "child")):
        if any(one.hotkey == swap.new for one in kin):
            asked = " that is asked for" if kin is at.pending else ""
            said = f"{swap.new} is a {word}{asked} of {swap.old} on {where}, and cannot be its own"
            return (Refusal("InvalidChild", said, hint),)
    asked_for = {one.hotkey: one.share for one in at.pending or ()}
    if len(asked_for) > MOST_CHILDREN:
        said = f"{swap.old} asks for more than {MOST_CHILDREN} children on {where}"
        return (Refusal("TooManyChildren", said, hint),)
    if any(sum(shares) > U64_MAX for shares in _shares(at, asked_for.values())):
        said = f"{swap.old} lends, or asks to lend, more than all it has on {where}"
        return (Refusal("ProportionOverflow", said, hint),)
    lent = {one.hotkey for one in at.children} | asked_for.keys()
    both = sorted(parents & lent)
    if both:
        said = f"{both[0]} is a parent of {swap.old} on {where}, and its child or to be one"
        return (Refusal("ChildParentInconsistency", said, hint),)
    return ()


def _shares(at: OnSubnet, asked_for: Iterable[int]) -> Sequence[Sequence[int]]:
    return [one.share for one in at.children], list(asked_for)


async def _in_vain(view: View, swap: Swap) -> tuple[Refusal, ...]:
    """What the chain would take payment for: no such subnet, or stake that nobody gets."""
    if swap.netuid is not None:
        missing = await no_subnet(view, swap.netuid)
        if missing:
            return missing
    if swap.keep_stake:
        return ()
    old = await standing(view, swap.old)
    for one in swap.concerned(old):
        if one.alpha_rao and await is_worthless(view, swap.new, one.netuid):
            said = (
                f"{swap.new} has shares of earlier stakers and no stake left on "
                f"{subnet_name(one.netuid)}: the stake of whoever is moved first would be theirs"
            )
            return (Refusal(WOULD_BE_LOST, said, "name another hotkey"),)
    return ()

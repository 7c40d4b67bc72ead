"""Who owns a subnet, and whether its owner may change something now."""

from __future__ import annotations

from taoctl.calls.base import Refusal
from taoctl.calls.stake.hotkeys import NETWORKS, read
from taoctl.chain.owner_clock import Limit, OwnerClock, last_changes, owner_clock
from taoctl.chain.view import View

FROZEN = "AdminActionProhibitedDuringWeightsWindow"
TOO_SOON = "TxRateLimitExceeded"
_NOBODY = "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM"
"""The account of 32 zero bytes, that owns what nobody owns."""


async def not_owner(
    view: View, origin: str, netuid: int, name: str = "BadOrigin"
) -> tuple[Refusal, ...]:
    """The refusal of an account that does not own the subnet; empty for the owner."""
    missing = await no_subnet(view, netuid, name)
    if missing:
        return missing
    owner = str(await read(view, "SubnetOwner", netuid))
    if owner == origin:
        return ()
    if owner == _NOBODY:
        hint = "only root changes it; on a chain of your own, with --sudo"
        return (Refusal(name, f"nobody owns subnet {netuid}", hint),)
    said = f"{origin} does not own subnet {netuid}, which belongs to {owner}"
    return (Refusal(name, said, "sign with its owner's coldkey, or act for it with --proxy-for"),)


async def no_subnet(view: View, netuid: int, name: str) -> tuple[Refusal, ...]:
    """The refusal where there is no such subnet; empty where there is."""
    if await read(view, NETWORKS.item, netuid):
        return ()
    hint = "see `taoctl subnet list` for the subnets there are"
    return (Refusal(name, f"there is no subnet {netuid}", hint),)


async def not_in_time(
    view: View,
    netuid: int,
    what: str,
    limit: Limit | None,
    *,
    window: bool = True,
    window_first: bool = False,
) -> tuple[Refusal, ...]:
    """What keeps an owner waiting: a limit on changes, the freeze window, or both.

    Args:
        what: that is changed, in words.
        window: whether the freeze window counts.
        window_first: whether the chain looks at the window before the limit.
    """
    clock = await owner_clock(view, netuid)
    last = 0
    if limit is not None:
        last = (await last_changes(view, clock.owner, netuid, (limit,)))[limit]
    allowed = clock.allowed_from(last, limit, window=window)
    found = [
        *_too_soon(clock, what, last, limit, allowed),
        *(_frozen(clock, netuid, allowed) if window else ()),
    ]
    return tuple(reversed(found) if window_first else found)


def _too_soon(
    clock: OwnerClock, what: str, last: int, limit: Limit | None, allowed: int | None
) -> tuple[Refusal, ...]:
    if limit is None or not last:
        return ()
    blocks = clock.limit_blocks(limit)
    if clock.block + 1 >= last + blocks:
        return ()
    said = f"{what} was changed in block {last}, and may be every {blocks} blocks"
    return (Refusal(TOO_SOON, said, _wait(allowed), allowed),)


def _frozen(clock: OwnerClock, netuid: int, allowed: int | None) -> tuple[Refusal, ...]:
    following = clock.block + 1
    opens = clock.open_from(following)
    if opens == following:
        return ()
    if opens is None:
        said = f"subnet {netuid} is always frozen: its tempo is shorter than the freeze window"
        hint = "root alone can open it, with a shorter freeze window for the whole chain"
        return (Refusal(FROZEN, said, hint),)
    until = "until" if clock.last_epoch_block is not None else "until after"
    epoch = opens if clock.last_epoch_block is not None else opens - 1
    said = f"subnet {netuid} is frozen {until} its epoch in block {epoch}"
    return (Refusal(FROZEN, said, _wait(allowed), allowed),)


def _wait(allowed: int | None) -> str:
    if allowed is None:
        return "wait, and run it again"
    return f"wait until block {allowed}, and run it again"

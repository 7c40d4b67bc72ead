"""Whether a coldkey may take over what another has: only one that was never used.

Source: `do_swap_coldkey` of pallet subtensor at spec 425.
"""

from __future__ import annotations

from taoctl.calls.accounts import holdings
from taoctl.calls.base import Refusal
from taoctl.calls.stake.hotkeys import OWNER, item, owner_of, read
from taoctl.calls.stake.lock_state import lock_on, rejects_locked_alpha
from taoctl.chain.view import View

FITNESS = (OWNER, item("StakingHotkeys"))
"""What tells whether a coldkey may take over."""

_LOCK = item("Lock")


async def cannot_take_over(
    view: View, new: str, *, announcing: bool = False
) -> tuple[Refusal, ...]:
    """The refusal of a coldkey that is in use; empty for one that may take over.

    Args:
        announcing: the chain takes the announcement, and would refuse the swap days later.
    """
    late = ", so the swap would be refused when its time has come" if announcing else ""
    hint = "swap to a new coldkey: `taoctl wallet new-coldkey NAME` makes one"
    if await read(view, "StakingHotkeys", new):
        said = f"{new} has hotkeys or stake of its own already{late}"
        return (Refusal("ColdKeyAlreadyAssociated", said, hint),)
    owner = await owner_of(view, new)
    if owner is not None:
        return (Refusal("NewColdKeyIsHotkey", f"{new} is a hotkey of {owner}{late}", hint),)
    if view.has(_LOCK) and await _locks(view, new):
        said = f"{new} has a lock of its own on alpha{late}"
        return (Refusal("ActiveLockExists", said, hint),)
    return ()


async def unready_words(view: View, old: str, new: str) -> tuple[str, ...]:
    """What the user should check about a coldkey that may take over."""
    found = []
    if not (await holdings(view, new)).exists:
        found.append(f"{new} holds nothing yet: check the address")
    if view.has(_LOCK) and await _locks(view, old) and await rejects_locked_alpha(view, new):
        found.append(
            f"{old} has locked alpha: some builds of this runtime hand it only to a coldkey that "
            f"takes locked alpha, so run `taoctl stake lock accept yes` with {new} before"
        )
    return tuple(found)


async def _locks(view: View, coldkey: str) -> bool:
    """Whether a lock of the coldkey still holds alpha in the next block."""
    for netuid, _ in await view.map(_LOCK.pallet, _LOCK.item, coldkey):
        held = await lock_on(view, coldkey, int(netuid), view.block + 1)
        if held is not None and held.lock.locked_mass:
            return True
    return False

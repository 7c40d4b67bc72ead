"""Carrying out the announced swap of a coldkey.

Source: `swap_coldkey_announced` and `do_swap_coldkey` of pallet subtensor at spec 425.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.accounts import ACCOUNT, EXISTENTIAL_DEPOSIT, holdings
from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.coldkey_swap.announcing import (
    FROM,
    NONE,
    SWAP,
    announced_texts,
    not_announced,
    stays_words,
)
from taoctl.calls.coldkey_swap.fitness import FITNESS, cannot_take_over, unready_words
from taoctl.calls.coldkey_swap.inventory import INVENTORY, moved
from taoctl.calls.coldkey_swap.state import ENTRIES, announcement
from taoctl.calls.stake.hotkeys import PALLET, too_soon
from taoctl.calls.transfer import BELOW_MINIMUM
from taoctl.chain.view import Call, View
from taoctl.scale.crypto import account_hash
from taoctl.units import Tao


@dataclass(frozen=True, slots=True)
class SwapColdkey(Intent):
    """Hand everything that the signing coldkey has to the coldkey that it announced.

    Attributes:
        new_coldkey: its ss58 address.
    """

    needs = (
        *ENTRIES,
        *FITNESS,
        *INVENTORY,
        ACCOUNT,
        EXISTENTIAL_DEPOSIT,
        Call(PALLET, "swap_coldkey_announced"),
    )

    new_coldkey: str

    def summary(self) -> str:
        """To whom."""
        return f"swap the coldkey for {self.new_coldkey}"

    @property
    def may_end_account(self) -> bool:
        """The old account ends by it."""
        return True

    async def call(self, view: View, origin: str) -> ChainCall:
        """`swap_coldkey_announced`."""
        args = {"new_coldkey": self.new_coldkey}
        return ChainCall(PALLET, "swap_coldkey_announced", args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Not announced, another coldkey than announced, too early, or one that is in use."""
        now = await announcement(view, origin)
        if now is None:
            return not_announced(origin)
        if now.new_hash != account_hash(self.new_coldkey):
            said = (
                f"{self.new_coldkey} is not the coldkey that {origin} announced to be swapped for"
            )
            hint = "`taoctl wallet swap-coldkey status` tells what was announced"
            return (Refusal("AnnouncedColdkeyHashDoesNotMatch", said, hint),)
        said = f"the swap of {origin} may be carried out from block {now.due} on"
        early = too_soon(view, "ColdkeySwapTooEarly", said, now.due)
        early += await cannot_take_over(view, self.new_coldkey)
        return early + await self._too_little(view, origin)

    async def _too_little(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Free TAO that is less than a new account needs; nothing at all is no hindrance."""
        source, dest = await asyncio.gather(
            holdings(view, origin), holdings(view, self.new_coldkey)
        )
        leaves, least = source.spendable(keep_alive=False), Tao(source.existential_rao)
        if not leaves.rao or dest.exists or leaves >= least:
            return ()
        said = f"{leaves} would move to {self.new_coldkey}, and a new account needs {least}"
        hint = f"send {least} or more to {self.new_coldkey} first"
        return (Refusal(BELOW_MINIMUM, said, hint),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The announcement is over; TAO, stake, hotkeys, subnets and locks change hands."""
        hash_then, due_then = announced_texts(await announcement(view, origin))
        return (
            Effect(origin, SWAP, hash_then, NONE),
            Effect(origin, FROM, due_then, NONE),
            *await moved(view, origin, self.new_coldkey),
        )

    async def spends(self, view: View, origin: str) -> Tao | None:
        """All that can leave, which is not known before the fee is."""
        return None

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That there is no way back, and what does not follow."""
        return (
            f"it cannot be undone: only {self.new_coldkey} can do anything with all of this then",
            await stays_words(view, origin),
            *await unready_words(view, origin, self.new_coldkey),
        )

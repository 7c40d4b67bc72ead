"""Putting what a hotkey has in the name of another of the same coldkey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from taoctl.calls.accounts import ACCOUNT, EXISTENTIAL_DEPOSIT
from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.batch_mode import BatchMode
from taoctl.calls.hotkey_swap.rules import V2, Swap, cost_of, swap_refused
from taoctl.calls.hotkey_swap.words import swap_effects, swap_warnings
from taoctl.calls.stake.hotkeys import NETWORKS, OWNER, PALLET, item
from taoctl.calls.stake.trade import one_call
from taoctl.chain.view import Call, Constant, View
from taoctl.errors import NotInRuntimeError
from taoctl.units import Tao, subnet_name

_V1 = Call(PALLET, "swap_hotkey")
_ASSOCIATE = Call(PALLET, "try_associate_hotkey")


@dataclass(frozen=True, slots=True)
class SwapHotkey(Intent):
    """Swap a hotkey for another: seats, family and published addresses, and the stake unless kept.

    Attributes:
        hotkey: ss58 address; the signer must own it.
        new_hotkey: ss58 address; nobody's yet, or the signer's too.
        netuid: the one subnet it is about; None for all of them.
        keep_stake: whether stake, and what is owed on it, stays with the old hotkey.
        keep_old: whether the old hotkey, which a swap on all subnets leaves to anybody, is
            associated with the signer again in the same transaction.
    """

    needs = (
        ACCOUNT,
        EXISTENTIAL_DEPOSIT,
        OWNER,
        NETWORKS,
        item("IsNetworkMember"),
        item("Uids"),
        item("TotalHotkeyAlpha"),
        item("Delegates"),
        item("TxRateLimit"),
        Constant(PALLET, "KeySwapCost"),
    )

    hotkey: str
    new_hotkey: str
    netuid: int | None = None
    keep_stake: bool = False
    keep_old: bool = False

    def summary(self) -> str:
        """Which for which, where, and what becomes of the stake."""
        where = "all subnets" if self.netuid is None else subnet_name(self.netuid)
        stake = ", and leave its stake where it is" if self.keep_stake else ""
        old = ", keeping the hotkey" if self.keep_old else ""
        return f"swap the hotkey {self.hotkey} for {self.new_hotkey} on {where}{stake}{old}"

    async def words(self, view: View, origin: str) -> str:
        """The same with the price."""
        return f"{self.summary()}, for {cost_of(view, self.netuid)}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`swap_hotkey_v2`, or `swap_hotkey` where the runtime has only that.

        With keep_old it goes in one batch with `try_associate_hotkey`.

        Raises:
            NotInRuntimeError: the runtime's call knows no single subnet, or no stake that stays.
        """
        swap = self._call(view)
        if not self.keep_old:
            return swap
        view.require(_ASSOCIATE)
        again = ChainCall(PALLET, _ASSOCIATE.name, {"hotkey": self.hotkey})
        return one_call([swap, again], BatchMode.ALL)

    def _call(self, view: View) -> ChainCall:
        args: dict[str, Any] = {"hotkey": self.hotkey, "new_hotkey": self.new_hotkey}
        if view.has(V2):
            more = {"netuid": self.netuid, "keep_stake": self.keep_stake}
            return ChainCall(PALLET, V2.name, {**args, **more})
        view.require(_V1)
        if self.keep_stake:
            raise self._absent(view, f"no {V2}, so stake goes along with every swap", "keep-stake")
        known = {name for name, _ in view.codec.call_args(PALLET, _V1.name) or ()}
        if "netuid" in known:
            args["netuid"] = self.netuid
        elif self.netuid is not None:
            raise self._absent(view, "a swap of all subnets only", "netuid")
        return ChainCall(PALLET, _V1.name, args)

    def _absent(self, view: View, what: str, option: str) -> NotInRuntimeError:
        said = f"this chain's runtime (spec {view.spec_version}) has {what}"
        return NotInRuntimeError(said, f"leave --{option} out")

    def _swap(self, origin: str) -> Swap:
        hotkeys = (self.hotkey, self.new_hotkey)
        return Swap(origin, *hotkeys, self.netuid, self.keep_stake, self.keep_old)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """What the chain checks, in its order; and what it takes payment for in vain."""
        return await swap_refused(view, self._swap(origin))

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The balance, whose the hotkeys are, their seats, families, locks and stake."""
        if self.hotkey == self.new_hotkey:
            return ()
        return await swap_effects(view, self._swap(origin))

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What is lost, what stays behind, and that there is no way back for a while."""
        return await swap_warnings(view, self._swap(origin))

    async def spends(self, view: View, origin: str) -> Tao | None:
        """The price of a swap."""
        return cost_of(view, self.netuid)

"""Transaction fees in alpha: what unstaking and its kin may pay with where TAO is short."""

from __future__ import annotations

from collections.abc import Callable

from taoctl.localnet.frame import Call
from taoctl.localnet.pallets.subtensor.recycling import Recycling
from taoctl.localnet.pallets.subtensor.subnets import BURN_ACCOUNT

_ONE_POSITION = {
    "remove_stake": ("hotkey", "netuid"),
    "remove_stake_limit": ("hotkey", "netuid"),
    "remove_stake_full_limit": ("hotkey", "netuid"),
    "move_stake": ("origin_hotkey", "origin_netuid"),
    "transfer_stake": ("hotkey", "origin_netuid"),
    "swap_stake": ("hotkey", "origin_netuid"),
    "swap_stake_limit": ("hotkey", "origin_netuid"),
    "recycle_alpha": ("hotkey", "netuid"),
    "burn_alpha": ("hotkey", "netuid"),
}
"""The arguments that name the position a fee comes from, by call."""

_EVERY_POSITION = {"unstake_all", "unstake_all_alpha"}
_NO_LIMIT = 0


class AlphaFees(Recycling):
    """The fee of a call from the alpha that it works on, at the spot price and for good.

    Only the signed call itself counts, not one inside a batch or a proxy call, and only where one
    position is involved. The TAO goes to the burn account, since no block author is there to
    earn it.
    """

    def can_pay_fee(self, call: Call, who: str, amount: int) -> bool:
        """Whether the call's position is worth a fee in rao of TAO."""
        position = self._fee_position(call, who)
        if position is None:
            return False
        hotkey, netuid = position
        fee: int = self.rt.swap.alpha_worth(netuid, amount)
        return self.stake_of(hotkey, who, netuid) >= fee

    def pay_fee(self, call: Call, who: str, amount: int) -> Callable[[], None] | None:
        """Sell alpha of the call's position for a fee in rao of TAO; raises as a sale does."""
        position = self._fee_position(call, who)
        if position is None:
            return None
        hotkey, netuid = position
        held = self.stake_of(hotkey, who, netuid)
        fee = min(self.rt.swap.alpha_worth(netuid, amount) or held, held)
        with self.attempt():
            paid = self.unstake_from_subnet(
                hotkey, who, netuid, fee, _NO_LIMIT, free=True, beneficiary=BURN_ACCOUNT
            )
        return lambda: self.deposit("TransactionFeePaidWithAlpha", who, netuid, fee, paid)

    def _fee_position(self, call: Call, who: str) -> tuple[str, int] | None:
        """Hotkey and netuid that a call's fee may come from; None where it may not."""
        if call.pallet != self.name:
            return None
        if call.name in _EVERY_POSITION:
            hotkey = call.args["hotkey"]
            held = [n for n in self.netuids() if self._pays_from(hotkey, who, n)]
            return (hotkey, held[0]) if len(held) == 1 else None
        names = _ONE_POSITION.get(call.name)
        return None if names is None else (call.args[names[0]], call.args[names[1]])

    def _pays_from(self, hotkey: str, who: str, netuid: int) -> bool:
        return bool(self.SubtokenEnabled[netuid] and self.stake_of(hotkey, who, netuid))

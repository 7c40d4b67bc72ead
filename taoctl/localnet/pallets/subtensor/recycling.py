"""Calls that end alpha: recycled to be emitted again, or burned for good."""

from __future__ import annotations

from taoctl.localnet.frame import Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY, NETUID, alpha, tao
from taoctl.localnet.pallets.subtensor.moves import Moves
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.localnet.types import Option, TaoBalance


class Recycling(Moves):
    """recycle_alpha, burn_alpha and add_stake_burn."""

    @call(101, name="recycle_alpha", args=[HOTKEY, alpha("amount"), NETUID], weight=1_097_139_000)
    def recycle_stake(self, origin: Origin, hotkey: str, amount: int, netuid: int) -> None:
        """Give up alpha of the caller, at most what is held, so that it can be emitted again."""
        coldkey = ensure_signed(origin)
        given = self._give_up(coldkey, hotkey, amount, netuid)
        self.recycle_alpha(netuid, given)
        self.deposit("AlphaRecycled", coldkey, hotkey, given, netuid)

    @call(102, args=[HOTKEY, alpha("amount"), NETUID], weight=868_964_000)
    def burn_alpha(self, origin: Origin, hotkey: str, amount: int, netuid: int) -> None:
        """Give up alpha of the caller, at most what is held; it still counts as issued."""
        self._burn(ensure_signed(origin), hotkey, amount, netuid)

    @call(
        132,
        args=[HOTKEY, NETUID, tao("amount"), ("limit", Option(TaoBalance), "Option<TaoBalance>")],
        weight=3_492_308_000,
    )
    def add_stake_burn(
        self, origin: Origin, hotkey: str, netuid: int, amount: int, limit: int | None
    ) -> None:
        """Buy alpha with TAO of the caller, up to a price where one is given, and burn it."""
        coldkey = ensure_signed(origin)
        if limit is None:
            bought = self.do_add_stake(coldkey, hotkey, netuid, amount)
        else:
            bought = self.do_add_stake_limit(coldkey, hotkey, netuid, amount, limit, False)
        self._burn(coldkey, hotkey, bought, netuid)
        self.deposit("AddStakeBurn", netuid, hotkey, amount, bought)

    def _burn(self, coldkey: str, hotkey: str, amount: int, netuid: int) -> None:
        given = self._give_up(coldkey, hotkey, amount, netuid)
        self.deposit("AlphaBurned", coldkey, hotkey, given, netuid)

    def _give_up(self, coldkey: str, hotkey: str, amount: int, netuid: int) -> int:
        """Take alpha out of a position; returns how much, in rao."""
        self.ensure_subnet_exists(netuid)
        if netuid == ROOT:
            raise self.error("CannotBurnOrRecycleOnRootSubnet")
        self.ensure_subtoken_enabled(netuid)
        self.ensure_hotkey_exists(hotkey)
        given = min(amount, self.stake_of(hotkey, coldkey, netuid))
        if self.SubnetAlphaOut[netuid] < given:
            raise self.error("InsufficientLiquidity")
        self.ensure_available(coldkey, netuid, given)
        self.remove_stake_shares(hotkey, coldkey, netuid, given)
        return given

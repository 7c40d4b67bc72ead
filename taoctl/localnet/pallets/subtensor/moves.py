"""Moving stake: to another hotkey, another subnet or another coldkey, in one call."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.localnet.frame import Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY, alpha, tao
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.localnet.pallets.subtensor.trading import Order
from taoctl.localnet.pallets.subtensor.treasury import BUY_LIMIT, MIN_STAKE, SELL_LIMIT
from taoctl.localnet.pallets.subtensor.unstaking import Unstaking
from taoctl.localnet.types import AccountId32, NetUid, bool_
from taoctl.units import U64_MAX

_ORIGIN_NETUID = ("origin_netuid", NetUid, "NetUid")
_DESTINATION_NETUID = ("destination_netuid", NetUid, "NetUid")
_AMOUNT = alpha("alpha_amount")


def _account(name: str) -> tuple[str, object, str]:
    return (name, AccountId32, "T::AccountId")


@dataclass(frozen=True, slots=True)
class Place:
    """Where stake is: the coldkey whose it is, the hotkey it is on, and the subnet."""

    coldkey: str
    hotkey: str
    netuid: int


class Moves(Unstaking):
    """move_stake, transfer_stake, swap_stake and swap_stake_limit."""

    @call(
        85,
        args=[
            _account("origin_hotkey"),
            _account("destination_hotkey"),
            _ORIGIN_NETUID,
            _DESTINATION_NETUID,
            _AMOUNT,
        ],
        weight=1_391_061_000,
    )
    def move_stake(
        self,
        origin: Origin,
        origin_hotkey: str,
        destination_hotkey: str,
        origin_netuid: int,
        destination_netuid: int,
        alpha_amount: int,
    ) -> None:
        """Move stake of the caller to another hotkey, or subnet, or both."""
        coldkey = ensure_signed(origin)
        source = Place(coldkey, origin_hotkey, origin_netuid)
        target = Place(coldkey, destination_hotkey, destination_netuid)
        tao = self._move(source, target, alpha_amount)
        ends = (origin_hotkey, origin_netuid, destination_hotkey, destination_netuid)
        self.deposit("StakeMoved", coldkey, *ends, tao)

    @call(
        86,
        args=[
            _account("destination_coldkey"),
            HOTKEY,
            _ORIGIN_NETUID,
            _DESTINATION_NETUID,
            _AMOUNT,
        ],
        weight=1_333_541_000,
    )
    def transfer_stake(
        self,
        origin: Origin,
        destination_coldkey: str,
        hotkey: str,
        origin_netuid: int,
        destination_netuid: int,
        alpha_amount: int,
    ) -> None:
        """Give stake of the caller to another coldkey, on the same hotkey."""
        coldkey = ensure_signed(origin)
        source = Place(coldkey, hotkey, origin_netuid)
        target = Place(destination_coldkey, hotkey, destination_netuid)
        tao = self._move(source, target, alpha_amount, toggled=True)
        ends = (destination_coldkey, hotkey, origin_netuid, destination_netuid)
        self.deposit("StakeTransferred", coldkey, *ends, tao)

    @call(
        87,
        args=[HOTKEY, _ORIGIN_NETUID, _DESTINATION_NETUID, _AMOUNT],
        weight=4_317_019_000,
    )
    def swap_stake(
        self,
        origin: Origin,
        hotkey: str,
        origin_netuid: int,
        destination_netuid: int,
        alpha_amount: int,
    ) -> None:
        """Change stake of the caller into that of another subnet, on the same hotkey."""
        self._swap(ensure_signed(origin), hotkey, origin_netuid, destination_netuid, alpha_amount)

    @call(
        90,
        args=[
            HOTKEY,
            _ORIGIN_NETUID,
            _DESTINATION_NETUID,
            _AMOUNT,
            tao("limit_price"),
            ("allow_partial", bool_),
        ],
        weight=4_519_515_000,
    )
    def swap_stake_limit(
        self,
        origin: Origin,
        hotkey: str,
        origin_netuid: int,
        destination_netuid: int,
        alpha_amount: int,
        limit_price: int,
        allow_partial: bool,
    ) -> None:
        """As swap_stake, while the origin's price over the destination's is above a limit.

        The limit is that ratio times 10^9.
        """
        coldkey, limit = ensure_signed(origin), (limit_price, allow_partial)
        self._swap(coldkey, hotkey, origin_netuid, destination_netuid, alpha_amount, limit)

    def _swap(
        self,
        coldkey: str,
        hotkey: str,
        origin_netuid: int,
        destination_netuid: int,
        amount: int,
        limit: tuple[int, bool] | None = None,
    ) -> None:
        source = Place(coldkey, hotkey, origin_netuid)
        target = Place(coldkey, hotkey, destination_netuid)
        tao = self._move(source, target, amount, limit)
        self.deposit("StakeSwapped", coldkey, hotkey, origin_netuid, destination_netuid, tao)

    def _move(
        self,
        source: Place,
        target: Place,
        wanted: int,
        limit: tuple[int, bool] | None = None,
        *,
        toggled: bool = False,
    ) -> int:
        """Move at most `wanted` rao of alpha; returns what it was worth in rao of TAO.

        Args:
            limit: lowest ratio of the two prices, times 10^9, and whether a part will do.
            toggled: only where both subnets allow transfers.
        """
        amount = min(wanted, self.stake_of(source.hotkey, source.coldkey, source.netuid))
        crosses = source.netuid != target.netuid
        most, partial = amount, True
        if limit is not None:
            price, partial = limit
            if crosses:
                most = self.rt.swap.most_to_move(source.netuid, target.netuid, price)
        order = Order(amount, most, partial)
        self._validate_move(source, target, order, toggled=toggled)
        if crosses:
            return self._move_across(source, target, order.filled)
        return self._move_within(source, target, order.filled)

    def _validate_move(self, source: Place, target: Place, order: Order, *, toggled: bool) -> None:
        if source == target:
            raise self.error("SameNetuid")
        for netuid in (source.netuid, target.netuid):
            self.ensure_subnet_exists(netuid)
        for netuid in (source.netuid, target.netuid):
            self.ensure_subtoken_enabled(netuid)
        self.ensure_hotkey_exists(source.hotkey)
        self.ensure_hotkey_exists(target.hotkey)
        crosses = source.netuid != target.netuid
        if crosses:
            if self.sale_proceeds(source.netuid, order.amount) <= MIN_STAKE:
                raise self.error("AmountTooLow")
            self.ensure_slippage(order)
        if toggled and not all(self.TransferToggle[p.netuid] for p in (source, target)):
            raise self.error("TransferDisallowed")
        if crosses:
            self.ensure_available(source.coldkey, source.netuid, order.amount)

    def _move_across(self, source: Place, target: Place, amount: int) -> int:
        """Sell on one subnet and buy on the other, with the fee of only one of the two pools.

        TAO that is too little to stake rests with the receiving coldkey.
        """
        from_root = source.netuid == ROOT
        ends = (source.hotkey, source.coldkey, source.netuid)
        tao = self.unstake_from_subnet(*ends, amount, SELL_LIMIT, free=from_root)
        if source.coldkey != target.coldkey:
            self.transfer_tao(source.coldkey, target.coldkey, tao)
        if tao >= MIN_STAKE:
            self.become_delegate(target.coldkey, target.hotkey)
            ends = (target.hotkey, target.coldkey, target.netuid)
            self.stake_into_subnet(*ends, tao, BUY_LIMIT, free=not from_root)
        return tao

    def _move_within(self, source: Place, target: Place, amount: int) -> int:
        """Hand alpha over on one subnet, without a swap; a lock follows what it holds."""
        netuid = source.netuid
        self.transfer_lock(source.coldkey, target.coldkey, netuid, amount)
        self.remove_stake_shares(source.hotkey, source.coldkey, netuid, amount)
        if netuid == ROOT:
            self.forget_root_stake(source.hotkey, source.coldkey, amount)
        self.add_stake_shares(target.hotkey, target.coldkey, netuid, amount)
        if netuid == ROOT:
            self.note_root_stake(target.hotkey, target.coldkey, amount)
            # The chain lists whom it finds holding root stake, a block later.
            self.index_root_staker(target.coldkey)
        worth: int = min(self.rt.swap.price_bits(netuid) * amount >> 64, U64_MAX)
        if worth < MIN_STAKE:
            raise self.error("AmountTooLow")
        self.LastColdkeyHotkeyStakeBlock[target.coldkey, target.hotkey] = self.rt.block_number
        moved = (worth, amount, netuid, 0)
        self.deposit("StakeRemoved", source.coldkey, source.hotkey, *moved)
        self.deposit("StakeAdded", target.coldkey, target.hotkey, *moved)
        return worth

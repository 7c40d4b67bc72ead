"""The Swap pallet: one weighted pool of TAO and alpha per dynamic subnet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from taoctl.economics import pool as pools
from taoctl.economics.pool import Pool, SwapError, SwapResult
from taoctl.localnet.frame import (
    Constant,
    Event,
    Identity,
    Origin,
    StorageMap,
    Twox64Concat,
    call,
    ensure_root,
)
from taoctl.localnet.pallets.apis.swap import SwapApi
from taoctl.localnet.pallets.subtensor.subnets import PRICE_ONE
from taoctl.localnet.pallets.subtensor.types import PalletId
from taoctl.localnet.types import (
    AccountId32,
    Bounded,
    NetUid,
    Struct,
    bool_,
    i32,
    i64,
    u8,
    u16,
    u64,
    u128,
)
from taoctl.units import U64_MAX

MAX_FEE_RATE = 10_000
STABLE_PRICE_RAO = 1_000_000_000

Perquintill = Struct("sp_arithmetic::per_things::Perquintill", [u64])
Balancer = Struct("pallet_subtensor_swap::pallet::balancer::Balancer", [("quote", Perquintill)])
TickIndex = Struct("pallet_subtensor_swap::pallet::TickIndex", [i32])
PositionId = Struct("pallet_subtensor_swap::pallet::PositionId", [u128])
NonZeroU64 = Struct("NonZeroU64", [(None, u64, None)])

_NETUID = ("netuid", NetUid, "NetUid")
_HOTKEY = ("hotkey", AccountId32, "T::AccountId")
_TICKS = (("tick_low", TickIndex), ("tick_high", TickIndex))
_RETIRED = 15_000_000


class Swap(SwapApi):
    """Prices and swaps. Reserves live in SubtensorModule, which books what a swap moves."""

    name = "Swap"
    index = 28
    crate = "pallet_subtensor_swap::pallet::pallet"

    FeeRate = StorageMap(u16, [(Twox64Concat, NetUid)], default=pools.DEFAULT_FEE_RATE_U16)
    SwapBalancer = StorageMap(
        Balancer, [(Twox64Concat, NetUid)], default={"quote": pools.WEIGHT_ONE // 2}
    )
    PalSwapInitialized = StorageMap(bool_, [(Twox64Concat, NetUid)])
    HasMigrationRun = StorageMap(bool_, [(Identity, Bounded(u8))])
    ScrapReservoirAlpha = StorageMap(u64, [(Twox64Concat, NetUid)])

    events = [Event(0, "FeeRateSet", [("netuid", NetUid, "NetUid"), ("rate", u16)])]
    errors = [
        "FeeRateTooHigh",
        "InsufficientInputAmount",
        "InsufficientLiquidity",
        "PriceLimitExceeded",
        "InsufficientBalance",
        "InvalidTickRange",
        "InvalidLiquidityValue",
        "ReservesTooLow",
        "MechanismDoesNotExist",
        "SubtokenDisabled",
        "ReservesOutOfBalance",
        "SwapInputTooLarge",
        "Deprecated",
    ]
    constants = [
        Constant("ProtocolId", PalletId, b"ten/swap"),
        Constant("MaxFeeRate", u16, MAX_FEE_RATE),
        Constant("MinimumLiquidity", u64, 1_000),
        Constant("MinimumReserve", NonZeroU64, pools.MINIMUM_RESERVE_RAO),
    ]

    @call(0, args=[_NETUID, ("rate", u16)], weight=140_063_000)
    def set_fee_rate(self, origin: Origin, netuid: int, rate: int) -> None:
        """Set the swap fee of a subnet (65535 = 100 %); root only."""
        ensure_root(origin)
        if not self.rt.subtensor.subnet_exists(netuid):
            raise self.error("MechanismDoesNotExist")
        if rate > MAX_FEE_RATE:
            raise self.error("FeeRateTooHigh")
        self.FeeRate[netuid] = rate
        self.deposit("FeeRateSet", netuid, rate)

    @call(1, args=[_HOTKEY, _NETUID, *_TICKS, ("liquidity", u64)], weight=_RETIRED)
    def add_liquidity(self, origin: Origin, *_args: Any) -> None:
        """Retired with the tick-based pools: always fails."""
        raise self.error("Deprecated")

    @call(2, args=[_HOTKEY, _NETUID, ("position_id", PositionId)], weight=_RETIRED)
    def remove_liquidity(self, origin: Origin, *_args: Any) -> None:
        """Retired with the tick-based pools: always fails."""
        raise self.error("Deprecated")

    @call(
        3,
        args=[_HOTKEY, _NETUID, ("position_id", PositionId), ("liquidity_delta", i64)],
        weight=_RETIRED,
    )
    def modify_position(self, origin: Origin, *_args: Any) -> None:
        """Retired with the tick-based pools: always fails."""
        raise self.error("Deprecated")

    @call(4, args=[_NETUID, ("enable", bool_)], weight=_RETIRED)
    def toggle_user_liquidity(self, origin: Origin, *_args: Any) -> None:
        """Retired with the tick-based pools: always fails."""
        raise self.error("Deprecated")

    @call(5, weight=_RETIRED)
    def disable_lp(self, origin: Origin) -> None:
        """Retired with the tick-based pools: always fails."""
        raise self.error("Deprecated")

    def pool(self, netuid: int) -> Pool:
        """The pool of a dynamic subnet as it stands."""
        subtensor = self.rt.subtensor
        return Pool(
            alpha_reserve=subtensor.SubnetAlphaIn[netuid],
            tao_reserve=subtensor.SubnetTAO[netuid],
            quote_weight_perquintill=self.SwapBalancer[netuid]["quote"],
            fee_rate_u16=self.FeeRate[netuid],
        )

    def price_bits(self, netuid: int) -> int:
        """TAO per alpha as U64F64 bits; one for root and stable subnets."""
        if not self.rt.subtensor.is_dynamic(netuid):
            return PRICE_ONE
        return pools.spot_price_bits(self.pool(netuid))

    def price_rao(self, netuid: int) -> int:
        """Rao of TAO per alpha, floored."""
        return min(self.price_bits(netuid) * STABLE_PRICE_RAO >> 64, U64_MAX)

    def buy(self, netuid: int, tao: int, limit: int, *, free: bool) -> SwapResult:
        """Alpha for TAO up to a limit price in rao; the caller books the reserves."""
        return self._swap(
            netuid, tao, lambda pool: pools.swap(pool, "buy", tao, limit, drop_fees=free)
        )

    def sell(self, netuid: int, alpha: int, limit: int, *, free: bool) -> SwapResult:
        """TAO for alpha down to a limit price in rao; the caller books the reserves."""
        return self._swap(
            netuid, alpha, lambda pool: pools.swap(pool, "sell", alpha, limit, drop_fees=free)
        )

    def simulate_buy(self, netuid: int, tao: int) -> SwapResult:
        """What a market buy would give; nothing at all on an unknown subnet."""
        if not self.rt.subtensor.subnet_exists(netuid):
            tao = 0
        return self._swap(netuid, tao, lambda pool: pools.swap(pool, "buy", tao), write=False)

    def simulate_sell(self, netuid: int, alpha: int) -> SwapResult:
        """What a market sale would give; nothing at all on an unknown subnet."""
        if not self.rt.subtensor.subnet_exists(netuid):
            alpha = 0
        return self._swap(netuid, alpha, lambda pool: pools.swap(pool, "sell", alpha), write=False)

    def buy_fee(self, netuid: int, tao: int) -> int:
        """The fee inside a purchase, in rao of TAO."""
        if not self.rt.subtensor.is_dynamic(netuid):
            return 0
        pool = self.pool(netuid)
        try:
            return pools.swap(pool, "buy", tao).fee_paid
        except SwapError:
            return pools.fee_rao(pool, tao)

    def most_to_buy_with(self, netuid: int, limit_rao: int) -> int:
        """The most TAO (rao, fee included) that can buy alpha within a price limit."""
        if not self.rt.subtensor.is_dynamic(netuid):
            return U64_MAX if limit_rao >= STABLE_PRICE_RAO else 0
        return self._most(netuid, "buy", limit_rao)

    def most_to_sell(self, netuid: int, limit_rao: int) -> int:
        """The most alpha (rao, fee included) that can be sold within a price limit."""
        if not self.rt.subtensor.is_dynamic(netuid):
            return U64_MAX if limit_rao <= STABLE_PRICE_RAO else 0
        return self._most(netuid, "sell", limit_rao)

    def most_to_move(self, origin: int, destination: int, limit_rao: int) -> int:
        """The most alpha (rao) of one subnet that can become another's within a limit.

        The limit is the origin's price over the destination's, times 10^9.
        """
        dynamic = self.rt.subtensor.is_dynamic
        if dynamic(origin) and dynamic(destination):
            return pools.max_amount_moved(self.pool(origin), self.pool(destination), limit_rao)
        if dynamic(origin):
            return self.most_to_sell(origin, limit_rao)
        if not dynamic(destination):
            return U64_MAX if limit_rao <= STABLE_PRICE_RAO else 0
        if limit_rao == 0:
            return U64_MAX
        price = (STABLE_PRICE_RAO << 64) // limit_rao * STABLE_PRICE_RAO >> 64
        return self.most_to_buy_with(destination, price)

    def alpha_worth(self, netuid: int, tao: int) -> int:
        """Alpha in rao that an amount of TAO is worth at the spot price; 0 without a price."""
        if not self.rt.subtensor.is_dynamic(netuid):
            return tao
        return min(pools.alpha_for_tao(self.pool(netuid), tao), U64_MAX)

    def _most(self, netuid: int, side: pools.Side, limit_rao: int) -> int:
        try:
            return pools.max_amount(self.pool(netuid), side, limit_rao)
        except SwapError as error:
            raise self.error(error.name) from error

    def inject(self, netuid: int, tao: int, alpha: int) -> tuple[int, int]:
        """Shift the weights for protocol liquidity that keeps the price.

        Returns:
            TAO and alpha that may be added; nothing where a weight would leave its bounds.
        """
        injected = pools.inject(self.pool(netuid), tao, alpha)
        if injected.tao or injected.alpha:
            weight = injected.pool.quote_weight_perquintill
            self.SwapBalancer[netuid] = {"quote": weight}
        return injected.tao, injected.alpha

    def _swap(
        self,
        netuid: int,
        amount: int,
        run: Callable[[Pool], SwapResult],
        *,
        write: bool = True,
    ) -> SwapResult:
        pool = self.pool(netuid)
        if not self.rt.subtensor.is_dynamic(netuid):
            return _one_to_one(pool, amount)
        first = not self.PalSwapInitialized[netuid]
        if first:
            pool = replace(pool, quote_weight_perquintill=pools.WEIGHT_ONE // 2)
        try:
            result = run(pool)
        except SwapError as error:
            raise self.error(error.name) from error
        if write and first:
            self.PalSwapInitialized[netuid] = True
            self.SwapBalancer[netuid] = {"quote": pools.WEIGHT_ONE // 2}
        return result


def _one_to_one(pool: Pool, amount: int) -> SwapResult:
    return SwapResult(
        pool=pool,
        amount_paid_in=amount,
        amount_paid_out=amount,
        fee_paid=0,
        refund=0,
        partial=False,
        price_before_bits=PRICE_ONE,
        price_after_bits=PRICE_ONE,
    )

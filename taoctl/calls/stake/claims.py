"""Root dividends: claiming what a coldkey is owed, and choosing what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from taoctl.calls.base import ChainCall, Effect, Intent, Quote, Refusal
from taoctl.calls.stake.desk import ROOT, Desk, RefusedOrder
from taoctl.calls.stake.hotkeys import NETWORKS, PALLET, item, read
from taoctl.calls.stake.trade import Trade, Worked, one_call
from taoctl.chain.view import Call, View
from taoctl.economics.root_claims import owed_bits, past_share
from taoctl.units import U64_MAX

MOST_AT_ONCE = 5
"""How many subnets one call claims of; the runtime has no entry that says it."""

SWAP, KEEP, KEEP_SUBNETS = "Swap", "Keep", "KeepSubnets"

_NEEDS = (
    item("RootClaimable"),
    item("RootClaimableThreshold"),
    item("RootClaimed"),
    item("RootClaimType"),
    item("StakingHotkeys"),
)


@dataclass(frozen=True, slots=True)
class ClaimType:
    """What becomes of claimed alpha.

    Attributes:
        kind: `Swap`: it is sold and staked on root; `Keep`: it stays alpha; `KeepSubnets`: it
            stays alpha of some subnets, and is sold of the others.
        netuids: those subnets.
    """

    kind: str
    netuids: tuple[int, ...] = ()

    def keeps(self, netuid: int) -> bool:
        """Whether alpha of a subnet stays alpha."""
        return self.kind == KEEP or (self.kind == KEEP_SUBNETS and netuid in self.netuids)

    def __str__(self) -> str:
        listed = ",".join(map(str, self.netuids))
        return {SWAP: "swap", KEEP: "keep"}.get(self.kind, f"keep:{listed}")

    @classmethod
    def decoded(cls, value: Any) -> ClaimType:
        """The type that the chain's value says."""
        if isinstance(value, str):
            return cls(value)
        return cls(KEEP_SUBNETS, tuple(sorted(int(one) for one in value[KEEP_SUBNETS]["subnets"])))

    def value(self) -> Any:
        """The chain's value."""
        if self.kind != KEEP_SUBNETS:
            return self.kind
        return {KEEP_SUBNETS: {"subnets": list(self.netuids)}}


async def claim_type_of(view: View, coldkey: str) -> ClaimType:
    """What becomes of what a coldkey claims."""
    return ClaimType.decoded(await read(view, "RootClaimType", coldkey))


@dataclass(slots=True)
class _Ledger:
    """What the root stake of a coldkey is owed, kept up to date while it is claimed.

    Rates are I96F32 bits of alpha for a rao of root stake, by hotkey and then subnet.
    """

    rates: dict[str, dict[int, int]]
    claimed: dict[tuple[str, int], int]
    thresholds: dict[int, int]

    def owed(self, hotkey: str, netuid: int, root_stake: int) -> int:
        """Rao of alpha that a claim pays now: 0 below the subnet's threshold."""
        bits = owed_bits(self.rates[hotkey][netuid], root_stake, self.claimed[hotkey, netuid])
        return 0 if bits < self.thresholds[netuid] else min(max(bits, 0) >> 32, U64_MAX)

    def staked(self, hotkey: str, amount: int) -> None:
        """Carry past rates along with new root stake, which earns only from now on, or with old.

        Args:
            amount: rao; negative where it was taken away.
        """
        for netuid, rate in self.rates[hotkey].items():
            share, had = past_share(rate, abs(amount)), self.claimed[hotkey, netuid]
            self.claimed[hotkey, netuid] = had + share if amount >= 0 else max(had - share, 0)


async def _ledger(view: View, coldkey: str) -> _Ledger:
    hotkeys = [str(one) for one in await read(view, "StakingHotkeys", coldkey)]
    found = await view.values(PALLET, "RootClaimable", [(one,) for one in hotkeys])
    rates = {
        hotkey: {int(netuid): _bits(rate) for netuid, rate in sorted(stored.items())}
        for hotkey, stored in zip(hotkeys, found, strict=True)
    }
    pairs = [(hotkey, netuid) for hotkey, of in rates.items() for netuid in of]
    netuids = sorted({netuid for _, netuid in pairs})
    claimed, thresholds = await asyncio.gather(
        view.values(PALLET, "RootClaimed", [(netuid, hotkey, coldkey) for hotkey, netuid in pairs]),
        view.values(PALLET, "RootClaimableThreshold", [(one,) for one in netuids]),
    )
    return _Ledger(
        rates,
        {pair: int(one) for pair, one in zip(pairs, claimed, strict=True)},
        {netuid: _bits(one) for netuid, one in zip(netuids, thresholds, strict=True)},
    )


def _bits(value: Any) -> int:
    return int(value["bits"] if isinstance(value, dict) else value)


async def claimable_subnets(view: View, coldkey: str) -> tuple[int, ...]:
    """The subnets of which a claim would pay something now, ascending.

    Raises:
        NotInRuntimeError: the runtime knows no root claims.
    """
    view.require(*ClaimRoot.needs)
    ledger, desk = await _ledger(view, coldkey), Desk(view)
    found: set[int] = set()
    for hotkey, rates in ledger.rates.items():
        stake = (await desk.position(hotkey, coldkey, ROOT)).rao if rates else 0
        found.update(netuid for netuid in rates if ledger.owed(hotkey, netuid, stake))
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class ClaimRoot(Trade):
    """Claim the root dividends of subnets, for every hotkey that the coldkey staked to on root.

    Attributes:
        netuids: the subnets; one call claims of five, more are claimed in a batch.
    """

    needs = (*_NEEDS, Call(PALLET, "claim_root"))

    netuids: tuple[int, ...]

    def summary(self) -> str:
        """Of which subnets."""
        return f"claim the root dividends of {_subnets(self.netuids)}"

    async def words(self, view: View, origin: str) -> str:
        """The same, and what becomes of them."""
        kind = await claim_type_of(view, origin)
        kept = [netuid for netuid in self.netuids if kind.keeps(netuid)]
        if not kept:
            return f"{self.summary()}, sold for TAO and staked on root"
        if len(kept) == len(self.netuids):
            return f"{self.summary()}, kept as alpha"
        return f"{self.summary()}, kept as alpha of {_subnets(kept)}, else sold and staked on root"

    def _chunks(self) -> Iterator[tuple[int, ...]]:
        netuids = tuple(sorted(set(self.netuids)))
        for at in range(0, len(netuids), MOST_AT_ONCE):
            yield netuids[at : at + MOST_AT_ONCE]

    def _calls(self) -> tuple[ChainCall, ...]:
        chunks = tuple(self._chunks()) or ((),)
        return tuple(ChainCall(PALLET, "claim_root", {"subnets": list(one)}) for one in chunks)

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """`claim_root`, in a batch where the subnets are more than one call takes."""
        return one_call(self._calls(), self.batch_mode)

    async def work(self, desk: Desk, origin: str) -> Worked:
        """Work through it; its calls one by one, for a batch takes no other batch."""
        return replace(await Trade.work(self, desk, origin), calls=self._calls())

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """Pay what is owed, hotkey by hotkey, as it is kept or sold.

        The chain passes over a subnet that does not exist; a fee for nothing is refused here.
        """
        if not self.netuids:
            said = "a claim names one subnet at least"
            raise RefusedOrder(Refusal("InvalidSubnetNumber", said, "name subnets with --netuid"))
        ledger = await _ledger(desk.view, origin)
        for hotkey in ledger.rates:
            ledger.staked(hotkey, await desk.gained(hotkey, origin, ROOT))
        kind = await claim_type_of(desk.view, origin)
        paid: set[int] = set()
        for chunk in self._chunks():
            for hotkey, rates in ledger.rates.items():
                for netuid in (one for one in rates if one in chunk):
                    if await _claim(desk, ledger, (hotkey, origin, netuid), kind.keeps(netuid)):
                        paid.add(netuid)
        unpaid = sorted(set(self.netuids) - paid)
        for netuid in unpaid:
            await desk.check_subnet(netuid)
        if unpaid:
            desk.warn(f"nothing is owed of {_subnets(unpaid)}, or less than its claim threshold")
        return ()


async def _claim(desk: Desk, ledger: _Ledger, position: tuple[str, str, int], keep: bool) -> int:
    """Pay what one position is owed of a subnet; returns the rao of alpha."""
    hotkey, coldkey, netuid = position
    stake = (await desk.position(hotkey, coldkey, ROOT)).rao
    amount = ledger.owed(hotkey, netuid, stake)
    if not amount:
        return 0
    if keep:
        await desk.move_alpha(hotkey, coldkey, netuid, amount)
    else:
        sold = await desk.trade(netuid, "sell", amount, drop_fee=True)
        await desk.move_alpha(hotkey, coldkey, ROOT, sold.out)
        ledger.staked(hotkey, sold.out)
    ledger.claimed[hotkey, netuid] += amount
    return amount


@dataclass(frozen=True, slots=True)
class SetRootClaimType(Intent):
    """Choose what becomes of the root dividends that are claimed for the coldkey."""

    needs = (item("RootClaimType"), NETWORKS, Call(PALLET, "set_root_claim_type"))

    claim_type: ClaimType

    def summary(self) -> str:
        """What becomes of them."""
        kept = self.claim_type.netuids
        words = {
            SWAP: "sell claimed root dividends, and stake the TAO on root",
            KEEP: "keep claimed root dividends as alpha",
        }
        other = f"keep claimed root dividends of {_subnets(kept)} as alpha, and sell the others"
        return words.get(self.claim_type.kind, other)

    async def call(self, view: View, origin: str) -> ChainCall:
        """`set_root_claim_type`."""
        args = {"new_root_claim_type": self.claim_type.value()}
        return ChainCall(PALLET, "set_root_claim_type", args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """A list of no subnets."""
        if self.claim_type.kind != KEEP_SUBNETS or self.claim_type.netuids:
            return ()
        said = "no subnet is named whose dividends to keep"
        hint = "name some, as in keep:1,2, or write swap or keep"
        return (Refusal("InvalidSubnetNumber", said, hint),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The type."""
        now = await claim_type_of(view, origin)
        return (Effect(origin, "root claim type", str(now), str(self.claim_type)),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That nothing changes, or that there is no such subnet."""
        found = []
        if await claim_type_of(view, origin) == self.claim_type:
            found.append(f"the type is {self.claim_type} already")
        netuids = self.claim_type.netuids
        there = await view.values(PALLET, NETWORKS.item, [(one,) for one in netuids])
        gone = [netuid for netuid, one in zip(netuids, there, strict=True) if not one]
        if gone:
            found.append(f"the chain has no {_subnets(gone)}")
        return tuple(found)


def _subnets(netuids: Sequence[int]) -> str:
    listed = ", ".join(map(str, netuids)) or "none"
    return f"subnet {listed}" if len(netuids) == 1 else f"subnets {listed}"

"""Root dividends that wait to be claimed, and what becomes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import View
from taoctl.economics.root_claims import owed, owed_bits
from taoctl.reads.columns import Column, Kind
from taoctl.reads.dynamic import DYNAMIC_ENTRIES, prices
from taoctl.reads.entries import ROOT_NETUID, bits_of, column_of, item
from taoctl.reads.registry import read
from taoctl.reads.stake import NEEDS, STAKE_ENTRIES, StakeRow, stake
from taoctl.units import mul_rao

_TYPE = item("RootClaimType")
_CLAIMS = (item("RootClaimable"), item("RootClaimed"), item("RootClaimableThreshold"), _TYPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RootClaimRow:
    """What one root position is owed of a subnet's alpha. Amounts are rao."""

    wallet_name: Annotated[str | None, Column("wallet", Kind.TEXT, "name of the coldkey")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet of the alpha")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "whom the root stake backs")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "who is owed", wide=True)]
    owed_rao: Annotated[int, Column("owed α", Kind.ALPHA, "alpha that waits to be claimed")]
    price_rao: Annotated[int | None, Column("price τ", Kind.PRICE, "TAO per alpha")]
    value_tao_rao: Annotated[int | None, Column("value τ", Kind.TAO, "alpha at the price")]
    claimable: Annotated[
        bool, Column("claimable", Kind.BOOL, "whether it has reached the claim threshold")
    ]
    threshold_rao: Annotated[
        int, Column("threshold α", Kind.ALPHA, "what a claim pays at least", wide=True)
    ]
    becomes: Annotated[
        str, Column("becomes", Kind.TEXT, "`alpha` of the subnet, or `root` stake once it is sold")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTypeRow:
    """What becomes of the root dividends that are claimed for a coldkey."""

    wallet_name: Annotated[str | None, Column("wallet", Kind.TEXT, "name of the coldkey")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "whose dividends they are")]
    claim_type: Annotated[
        str,
        Column(
            "type", Kind.TEXT, "`swap`: sold and staked on root; `keep`: alpha; `keep:1,2`: of some"
        ),
    ]


@read(
    "root-claims",
    row=RootClaimRow,
    needs=(*_CLAIMS, *NEEDS),
    wants=(*STAKE_ENTRIES, *DYNAMIC_ENTRIES),
    help="root dividends that accounts may claim",
)
async def root_claims(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[RootClaimRow, ...]:
    """What is owed to every root position, by coldkey as given, then hotkey, then netuid."""
    rows, kinds = await asyncio.gather(
        stake(view, coldkeys, names),
        column_of(view, _TYPE.item, [(one,) for one in coldkeys]),
    )
    roots = [row for row in rows if row.netuid == ROOT_NETUID]
    rates = await column_of(view, "RootClaimable", [(row.hotkey,) for row in roots])
    found = [
        (row, int(netuid), bits_of(rate) or 0)
        for row, of in zip(roots, rates, strict=True)
        for netuid, rate in sorted(of.items())
    ]
    subnets = sorted({netuid for _, netuid, _ in found})
    claimed, thresholds, price = await asyncio.gather(
        column_of(view, "RootClaimed", [(netuid, r.hotkey, r.coldkey) for r, netuid, _ in found]),
        column_of(view, "RootClaimableThreshold", [(one,) for one in subnets]),
        _prices(view, subnets),
    )
    least = {netuid: bits_of(one) or 0 for netuid, one in zip(subnets, thresholds, strict=True)}
    kind = dict(zip(coldkeys, kinds, strict=True))
    made = (
        _row(row, (netuid, rate, int(done)), least[netuid], price.get(netuid), kind[row.coldkey])
        for (row, netuid, rate), done in zip(found, claimed, strict=True)
    )
    return tuple(row for row in made if row.owed_rao)


async def _prices(view: View, netuids: Sequence[int]) -> Mapping[int, int]:
    return await prices(view) if netuids else {}


def _row(
    root: StakeRow,
    claim: tuple[int, int, int],
    least_bits: int,
    price: int | None,
    kind: Any,
) -> RootClaimRow:
    netuid, rate, claimed = claim
    alpha = owed(rate, root.alpha_rao, claimed)
    return RootClaimRow(
        wallet_name=root.wallet_name,
        hotkey_name=root.hotkey_name,
        netuid=netuid,
        hotkey=root.hotkey,
        coldkey=root.coldkey,
        owed_rao=alpha,
        price_rao=price,
        value_tao_rao=None if price is None else mul_rao(alpha, price),
        claimable=owed_bits(rate, root.alpha_rao, claimed) >= least_bits,
        threshold_rao=least_bits >> 32,
        becomes="alpha" if _keeps(kind, netuid) else "root",
    )


def _keeps(kind: Any, netuid: int) -> bool:
    if isinstance(kind, str):
        return kind == "Keep"
    return netuid in kind["KeepSubnets"]["subnets"]


@read(
    "claim-types",
    row=ClaimTypeRow,
    needs=(_TYPE,),
    help="what becomes of the root dividends that are claimed for accounts",
)
async def claim_types(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[ClaimTypeRow, ...]:
    """The claim type of each coldkey, in the order given."""
    kinds = await column_of(view, _TYPE.item, [(one,) for one in coldkeys])
    return tuple(
        ClaimTypeRow(
            wallet_name=(names or {}).get(coldkey), coldkey=coldkey, claim_type=_type_text(kind)
        )
        for coldkey, kind in zip(coldkeys, kinds, strict=True)
    )


def _type_text(kind: Any) -> str:
    if isinstance(kind, str):
        return kind.lower()
    subnets = sorted(int(one) for one in kind["KeepSubnets"]["subnets"])
    return f"keep:{','.join(map(str, subnets))}"

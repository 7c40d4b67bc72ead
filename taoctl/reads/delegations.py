"""Who may act for an account, and the calls that shared accounts have pending."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import Storage, View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.registry import read

_PROXIES = Storage("Proxy", "Proxies")
_PENDING = Storage("Multisig", "Multisigs")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRow:
    """One right to act for an account."""

    name: Annotated[str | None, Column("name", Kind.TEXT, "name of the account acted for")]
    real: Annotated[str, Column("account", Kind.SS58, "the account acted for")]
    delegate: Annotated[str, Column("delegate", Kind.SS58, "who may act")]
    delegate_name: Annotated[str | None, Column("delegate name", Kind.TEXT, "its name here")]
    proxy_type: Annotated[str, Column("type", Kind.TEXT, "what the delegate may do")]
    delay_blocks: Annotated[
        int, Column("delay", Kind.BLOCKS, "blocks between announcing a call and making it")
    ]
    deposit_rao: Annotated[
        int, Column("deposit τ", Kind.TAO, "held for all proxies of the account", wide=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRow:
    """A call of a multisig account that waits for approvals."""

    name: Annotated[str | None, Column("name", Kind.TEXT, "name of the multisig account")]
    multisig: Annotated[str, Column("multisig", Kind.SS58, "the shared account")]
    call_hash: Annotated[str, Column("call hash", Kind.HASH, "blake2-256 of the call's bytes")]
    approved: Annotated[int, Column("approved", Kind.INT, "approvals so far")]
    approvals: Annotated[str, Column("by", Kind.TEXT, "who has approved, by commas", wide=True)]
    depositor: Annotated[str, Column("opened by", Kind.SS58, "who opened it, and may cancel it")]
    height: Annotated[int, Column("block", Kind.BLOCK, "block it was opened in")]
    index: Annotated[int, Column("extrinsic", Kind.INT, "place in that block", wide=True)]
    deposit_rao: Annotated[int, Column("deposit τ", Kind.TAO, "held until it is done", wide=True)]


@read(
    "proxies",
    row=ProxyRow,
    needs=(_PROXIES,),
    help="who may act for accounts, and what they may do",
)
async def proxies(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[ProxyRow, ...]:
    """The proxies of each account, in the order the chain keeps them; none for none."""
    known = names or {}
    found = await view.values(_PROXIES.pallet, _PROXIES.item, [(one,) for one in coldkeys])
    return tuple(
        ProxyRow(
            name=known.get(real),
            real=real,
            delegate=str(one["delegate"]),
            delegate_name=known.get(str(one["delegate"])),
            proxy_type=str(one["proxy_type"]),
            delay_blocks=int(one["delay"]),
            deposit_rao=int(deposit),
        )
        for real, (listed, deposit) in zip(coldkeys, found, strict=True)
        for one in listed
    )


@read(
    "multisigs",
    row=PendingRow,
    needs=(_PENDING,),
    help="calls of multisig accounts that wait for approvals",
)
async def multisigs(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[PendingRow, ...]:
    """What each account has pending, the oldest first; none for an account that is no multisig."""
    found = await asyncio.gather(
        *(view.map(_PENDING.pallet, _PENDING.item, one) for one in coldkeys)
    )
    rows = [
        _pending(multisig, str(call_hash), one, (names or {}).get(multisig))
        for multisig, entries in zip(coldkeys, found, strict=True)
        for call_hash, one in entries.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.height, row.index)))


def _pending(multisig: str, call_hash: str, one: Any, name: str | None) -> PendingRow:
    return PendingRow(
        name=name,
        multisig=multisig,
        call_hash=call_hash,
        approved=len(one["approvals"]),
        approvals=", ".join(str(who) for who in one["approvals"]),
        depositor=str(one["depositor"]),
        height=int(one["when"]["height"]),
        index=int(one["when"]["index"]),
        deposit_rao=int(one["deposit"]),
    )

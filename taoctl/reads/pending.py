"""The alpha that an epoch shares out: what waits for it, block by block."""

from __future__ import annotations

import asyncio
from typing import Any

from taoctl.chain.view import Entry, View
from taoctl.economics.emission import root_proportion, root_sells, split_alpha_out
from taoctl.reads.entries import PALLET, ROOT_NETUID, bits_of, item

_PENDING = ("PendingServerEmission", "PendingValidatorEmission", "PendingRootAlphaDivs")
_ELIGIBLE = ("FirstEmissionBlockNumber", "SubtokenEnabled", "NetworkRegistrationAllowed")
_ONE_32 = 1 << 32
_DYNAMIC = 1
NEEDS: tuple[Entry, ...] = tuple(
    item(name)
    for name in (
        *_PENDING,
        *_ELIGIBLE,
        "SubnetAlphaOutEmission",
        "SubnetAlphaInEmission",
        "SubnetAlphaIn",
        "SubnetAlphaOut",
        "SubnetTAO",
        "SubnetMovingPrice",
        "SubnetMechanism",
        "SubnetOwnerCut",
        "OwnerCutEnabled",
        "TaoWeight",
        "RootProp",
    )
)
"""Entries without which the alpha of an epoch is not known."""


async def shared_out(before: View, after: View, netuid: int) -> int:
    """Alpha rao that the epoch in a block shared out.

    It is what was pending before the block, and what the block added before its epoch.

    Args:
        before: the state of the parent block.
        after: the state of the block whose epoch it was.
    """
    names = ("SubnetAlphaIn", "SubnetAlphaOut")
    (alpha_in, alpha_out), root_tao, weight, added_in, added_out, waiting = await asyncio.gather(
        _of_subnet(before, netuid, *names),
        before.value(PALLET, "SubnetTAO", ROOT_NETUID),
        before.value(PALLET, "TaoWeight"),
        after.value(PALLET, "SubnetAlphaInEmission", netuid),
        after.value(PALLET, "SubnetAlphaOutEmission", netuid),
        _waiting(before, netuid),
    )
    issuance = int(alpha_in) + int(alpha_out) + int(added_in) + int(added_out)
    proportion = root_proportion(int(root_tao), issuance, int(weight))
    return int(waiting) + await _of_block(before, netuid, int(added_out), proportion)


async def expected(view: View, netuid: int, blocks: int) -> int:
    """Alpha rao that an epoch shares out in some blocks, were each to add what the last one did."""
    added, proportion, waiting = await asyncio.gather(
        view.value(PALLET, "SubnetAlphaOutEmission", netuid),
        view.value(PALLET, "RootProp", netuid),
        _waiting(view, netuid),
    )
    each = await _of_block(view, netuid, int(added), bits_of(proportion) or 0)
    return waiting + blocks * each


async def _waiting(view: View, netuid: int) -> int:
    return sum(int(one) for one in await _of_subnet(view, netuid, *_PENDING))


async def _of_subnet(view: View, netuid: int, *names: str) -> list[Any]:
    return list(await asyncio.gather(*(view.value(PALLET, name, netuid) for name in names)))


async def _of_block(view: View, netuid: int, alpha_out: int, proportion: int) -> int:
    """What a block's new alpha adds for miners and validators, root stakers among them."""
    cut, cut_taken, sells, eligible = await asyncio.gather(
        view.value(PALLET, "SubnetOwnerCut"),
        view.value(PALLET, "OwnerCutEnabled", netuid),
        _root_sells(view),
        emits(view, netuid),
    )
    if not eligible:
        return 0
    split = split_alpha_out(alpha_out, int(cut) if cut_taken else None, proportion)
    return split.server + split.validator + (split.root if sells else 0)


async def emits(view: View, netuid: int) -> bool:
    """Whether a subnet shares in emission: started, trading, open for registration."""
    started, trading, opened = await _of_subnet(view, netuid, *_ELIGIBLE)
    return started is not None and bool(trading) and bool(opened)


async def _root_sells(view: View) -> bool:
    """Whether root's part of the alpha is kept for root stakers at this block."""
    started = sorted(int(one) for one in await view.map(PALLET, "FirstEmissionBlockNumber"))
    keys = [(netuid,) for netuid in started if netuid != ROOT_NETUID]
    names = ("SubtokenEnabled", "NetworkRegistrationAllowed", "SubnetMechanism")
    trading, opened, kinds, prices = await asyncio.gather(
        *(view.values(PALLET, name, keys) for name in (*names, "SubnetMovingPrice"))
    )
    rows = zip(trading, opened, kinds, prices, strict=True)
    return root_sells(
        (bits_of(price) or 0) if int(kind) == _DYNAMIC else _ONE_32
        for trades, takes, kind, price in rows
        if trades and takes
    )

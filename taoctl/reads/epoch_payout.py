"""What the next epoch of a subnet pays to everybody who has a part in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from taoctl.chain.view import Entry, View
from taoctl.economics.dividends import HotkeyStake
from taoctl.economics.mechanisms import MergedTerms, aggregate_mechanisms
from taoctl.economics.payout import Emitted, Payment, PayoutTerms, PendingAlpha, Role, payout
from taoctl.economics.yuma import run_epoch
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, ROOT_NETUID, column_of, item, value_or_none
from taoctl.reads.epoch_input import NEEDS as EPOCH_NEEDS
from taoctl.reads.epoch_input import SubnetEpoch, epoch_inputs
from taoctl.reads.epoch_owner import OWNER_NEEDS, EpochOwner, epoch_owner

_OF_HOTKEY = ("TotalHotkeyAlpha", "ParentKeys", "ChildKeys", "ChildkeyTake")
_PLAIN = ("TaoWeight", "CKBurn", "MinChildkeyTake")
PAYOUT_NEEDS: tuple[Entry, ...] = (
    *EPOCH_NEEDS,
    *OWNER_NEEDS,
    *(item(name) for name in (*_OF_HOTKEY, *_PLAIN, "RecycleOrBurn")),
    *(item(name) for name in ("Owner", "Delegates", "OwnedHotkeys", "AutoStakeDestination")),
)
"""Entries without which it is not known who is paid what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """Alpha that the next epoch pays to somebody, or keeps from them."""

    uid: Annotated[int | None, Column("uid", Kind.UID, "of the hotkey; none without a seat")]
    role: Annotated[
        str,
        Column(
            "for",
            Kind.TEXT,
            "owner, miner, withheld, take, stakers, root-take, root, root-excess or child-burn",
        ),
    ]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "who earned it")]
    coldkey: Annotated[
        str | None, Column("to", Kind.SS58, "whose it becomes; none where several share it")
    ]
    staked_to: Annotated[
        str | None, Column("staked to", Kind.SS58, "the hotkey that it is staked to", wide=True)
    ]
    alpha_rao: Annotated[int, Column("α", Kind.ALPHA, "alpha of the epoch")]
    becomes: Annotated[
        str, Column("becomes", Kind.TEXT, "stake, claimable, burned or recycled", drop=1)
    ]


@dataclass(frozen=True, slots=True)
class EpochPayout:
    """What an epoch shares out, and who gets it.

    Attributes:
        block: in which it runs.
        owner: whose the subnet is then.
        pending: what it shares out.
        inputs: what its consensus reads.
        terms: what its consensus says.
        payments: in the order in which they are made.
        rows: the same, by role and size.
    """

    block: int
    owner: EpochOwner
    pending: PendingAlpha
    inputs: SubnetEpoch
    terms: MergedTerms
    payments: tuple[Payment, ...]
    rows: tuple[PaymentRow, ...]

    @property
    def nobody_rao(self) -> int:
        """Alpha that was emitted and is paid to nobody: it counts as issued all the same.

        It is what rounding leaves; the part of root, or of validators, where no stake of its kind
        is with those who have dividends, or nobody has any; and the miners' part of a mechanism in
        which nobody has an incentive while another pays miners: its consensus gives that to
        validators, who are paid what waited for them.
        Negative where a mechanism has incentives and no dividends, for the reverse. What is burned
        of children's dividends is no part of it: the chain takes that off the alpha issued, and
        shares out all the same.
        """
        paid = sum(one.alpha_rao for one in self.payments if one.role is not Role.CHILD_BURN)
        return self.pending.owner + self.pending.shared_out - paid


async def epoch_payout(
    view: View, netuid: int, *, block: int, pending: PendingAlpha
) -> EpochPayout:
    """Who is paid what by an epoch in `block`, if nothing changes after this view.

    Args:
        pending: what has gathered for it by then.

    Raises:
        UsageError: there is no such subnet.
    """
    inputs, owner = await asyncio.gather(
        epoch_inputs(
            view,
            netuid,
            block=block,
            emission=pending.shared_out,
            opens=block == view.block + 1,
        ),
        epoch_owner(view, netuid, block),
    )
    if owner.changes and owner.seated:
        inputs = _owned(inputs, inputs.hotkeys.index(owner.hotkey))
    outputs = [(part, run_epoch(epoch)) for part, epoch in inputs.parts]
    merged = aggregate_mechanisms(pending.shared_out, outputs)
    emitted = [
        Emitted(*one)
        for one in zip(
            inputs.hotkeys, merged.server_emission, merged.validator_emission, strict=True
        )
    ]
    terms = await _terms(view, netuid, owner, emitted)
    payments = payout(pending, emitted, terms)
    rows = _rows(payments, inputs.hotkeys)
    return EpochPayout(block, owner, pending, inputs, merged, payments, rows)


def _owned(inputs: SubnetEpoch, uid: int) -> SubnetEpoch:
    parts = tuple((part, replace(epoch, owner_uid=uid)) for part, epoch in inputs.parts)
    return replace(inputs, parts=parts)


async def _terms(
    view: View, netuid: int, owner: EpochOwner, emitted: Sequence[Emitted]
) -> PayoutTerms:
    validating = [one.hotkey for one in emitted if one.validator]
    lent, borrowed, takes, plain, minimum, how, owned = await asyncio.gather(
        _lists(view, "ChildKeys", validating, netuid),
        _lists(view, "ParentKeys", validating, netuid),
        column_of(view, "ChildkeyTake", [(one, netuid) for one in validating]),
        asyncio.gather(*(view.value(PALLET, name) for name in _PLAIN)),
        value_or_none(view, "MinChildkeyTakePerSubnet", netuid),
        view.value(PALLET, "RecycleOrBurn", netuid),
        view.value(PALLET, "OwnedHotkeys", owner.coldkey),
    )
    parents = [parent for each in borrowed.values() for _, parent in each]
    paid = list(dict.fromkeys([*validating, *parents]))
    earning = list(dict.fromkeys([*(one.hotkey for one in emitted if one.server), *paid]))
    stakes, delegates, coldkeys = await asyncio.gather(
        _stakes(view, paid, netuid),
        column_of(view, "Delegates", [(one,) for one in paid]),
        _accounts(view, "Owner", earning),
    )
    weight, burn, least = (int(one) for one in plain)
    floor = max(least, int(minimum or 0))
    return PayoutTerms(
        owner=(owner.coldkey, owner.hotkey) if owner.known else None,
        withheld={str(one) for one in (*(owned or ()), owner.hotkey)},
        recycles=str(how) == "Recycle",
        coldkeys=coldkeys,
        stakes=stakes,
        parents=borrowed,
        given={hotkey: [share for share, _ in each] for hotkey, each in lent.items()},
        takes_u16=dict(zip(paid, (int(one) for one in delegates), strict=True)),
        childkey_takes_u16={
            hotkey: max(int(take), floor) for hotkey, take in zip(validating, takes, strict=True)
        },
        auto_stake=await _goals(view, netuid, coldkeys.values()),
        tao_weight_u64=weight,
        childkey_burn_u64=burn,
    )


async def _lists(
    view: View, name: str, hotkeys: Sequence[str], netuid: int
) -> dict[str, list[tuple[int, str]]]:
    found = await column_of(view, name, [(one, netuid) for one in hotkeys])
    return {
        hotkey: [(int(share), str(other)) for share, other in each or ()]
        for hotkey, each in zip(hotkeys, found, strict=True)
    }


async def _stakes(view: View, hotkeys: Sequence[str], netuid: int) -> dict[str, HotkeyStake]:
    alpha, root = await asyncio.gather(
        *(
            column_of(view, "TotalHotkeyAlpha", [(one, where) for one in hotkeys])
            for where in (netuid, ROOT_NETUID)
        )
    )
    return {
        hotkey: HotkeyStake(int(own), int(tao))
        for hotkey, own, tao in zip(hotkeys, alpha, root, strict=True)
    }


async def _accounts(view: View, name: str, keys: Sequence[str]) -> dict[str, str]:
    found = await column_of(view, name, [(one,) for one in keys])
    return {key: str(one) for key, one in zip(keys, found, strict=True)}


async def _goals(view: View, netuid: int, coldkeys: Iterable[str]) -> dict[str, str]:
    each = list(dict.fromkeys(coldkeys))
    found = await column_of(view, "AutoStakeDestination", [(one, netuid) for one in each])
    return {key: str(one) for key, one in zip(each, found, strict=True) if one is not None}


def _rows(payments: Iterable[Payment], hotkeys: Sequence[str]) -> tuple[PaymentRow, ...]:
    uids: Mapping[str, int] = {hotkey: uid for uid, hotkey in enumerate(hotkeys)}
    order = list(Role)
    ranked = sorted(payments, key=lambda one: (order.index(one.role), -one.alpha_rao, one.hotkey))
    return tuple(
        PaymentRow(
            uid=uids.get(one.hotkey),
            role=str(one.role),
            hotkey=one.hotkey,
            coldkey=one.coldkey,
            staked_to=one.staked_to,
            alpha_rao=one.alpha_rao,
            becomes=str(one.fate),
        )
        for one in ranked
    )

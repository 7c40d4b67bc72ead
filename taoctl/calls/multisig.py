"""Acting as an account that several keys share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from taoctl.addresses import decode_ss58
from taoctl.calls.accounts import ACCOUNT, EXISTENTIAL_DEPOSIT, cannot_spend, reserving
from taoctl.calls.base import Approval, ChainCall, Effect, Intent, Quote, Refusal, call_bytes
from taoctl.calls.batch import summed
from taoctl.chain.view import Api, Call, Storage, View
from taoctl.errors import UsageError
from taoctl.scale.crypto import blake2_256
from taoctl.scale.derived_accounts import multisig_account
from taoctl.units import Tao

PENDING = Storage("Multisig", "Multisigs")
_INFO = Api("TransactionPaymentCallApi", "query_call_info")
_NEEDS = (ACCOUNT, EXISTENTIAL_DEPOSIT, PENDING, Call("Multisig", "as_multi"))
_NO_WEIGHT = {"ref_time": 0, "proof_size": 0}


@dataclass(frozen=True, slots=True)
class Group:
    """The signatories of a multisig account and how many of them must approve.

    Raises:
        UsageError: fewer than two signatories, the same twice, or an impossible threshold.
    """

    threshold: int
    signatories: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.signatories)) != len(self.signatories) or len(self.signatories) < 2:
            raise UsageError("a multisig needs at least two signatories, each named once")
        if not 1 <= self.threshold <= len(self.signatories):
            raise UsageError(
                f"{self.threshold} of {len(self.signatories)} is no threshold",
                f"it goes from 1 to {len(self.signatories)}",
            )

    @property
    def sorted(self) -> tuple[str, ...]:
        """The signatories in the order of their public keys, as the chain wants them."""
        return tuple(sorted(self.signatories, key=decode_ss58))

    @property
    def ss58(self) -> str:
        """The account's address."""
        return multisig_account(self.signatories, self.threshold)

    def others(self, signer: str) -> list[str]:
        """Every signatory but one, sorted."""
        return [one for one in self.sorted if one != signer]

    def __str__(self) -> str:
        return f"{self.threshold} of {len(self.signatories)}"


@dataclass(frozen=True, slots=True)
class Approvals:
    """A call of a multisig account that waits for approvals."""

    call_hash: str
    height: int
    index: int
    deposit: Tao
    depositor: str
    approved: tuple[str, ...]

    @property
    def timepoint(self) -> dict[str, int]:
        """Where it was opened, as the chain wants to be told."""
        return {"height": self.height, "index": self.index}


async def approvals(view: View, multisig: str, call_hash: str) -> Approvals | None:
    """What a multisig account has pending under a call hash, None for nothing."""
    found = await view.value(PENDING.pallet, PENDING.item, multisig, call_hash)
    return None if found is None else _approvals(call_hash, found)


async def pending(view: View, multisig: str) -> tuple[Approvals, ...]:
    """Everything a multisig account has pending, the oldest first."""
    found = await view.map(PENDING.pallet, PENDING.item, multisig)
    listed = [_approvals(str(key), one) for key, one in found.items()]
    return tuple(sorted(listed, key=lambda one: (one.height, one.index)))


def _approvals(call_hash: str, found: Mapping[str, Any]) -> Approvals:
    return Approvals(
        call_hash=call_hash,
        height=int(found["when"]["height"]),
        index=int(found["when"]["index"]),
        deposit=Tao(int(found["deposit"])),
        depositor=str(found["depositor"]),
        approved=tuple(str(one) for one in found["approvals"]),
    )


_ANOTHER = (
    "on another block the same command makes another call, which nobody has approved: give the "
    "others these bytes, or for a trade write the amount in figures and its limit as a price, and "
    "for a new subnet use --unguarded"
)


@dataclass(frozen=True, slots=True)
class ByMultisig(Intent):
    """Carry out an intent as a multisig account, or approve it where more must still do so.

    An approval that is not the last stores only the call's hash; the last one sends the call.
    """

    needs = _NEEDS

    inner: Intent
    group: Group

    def summary(self) -> str:
        """The inner intent and as whom."""
        return f"as the multisig {self.group.ss58} ({self.group}): {self.inner.summary()}"

    async def words(self, view: View, origin: str) -> str:
        """Whether this only approves, or carries the inner intent out."""
        inner = await self.inner.words(view, self.group.ss58)
        whose = f"the multisig {self.group.ss58} ({self.group})"
        given = await self.approval(view, origin)
        if given is None:
            return f"as {whose}: {inner}"
        if given.carries_out:
            return f"approve and carry out as {whose}: {inner}"
        return f"approve {given.number} of {given.threshold} for {whose}: {inner}"

    async def approval(self, view: View, origin: str) -> Approval | None:
        """This approval; None where one is enough."""
        if self.group.threshold == 1:
            return None
        data = call_bytes(view.codec, await self.inner.call(view, self.group.ss58))
        state = await approvals(view, self.group.ss58, _digest(data))
        given = approval_of(self.group, origin, _digest(data), state, "0x" + data.hex())
        return replace(given, repeatable=not self.inner.varies)

    async def call(self, view: View, origin: str) -> ChainCall:
        """`as_multi_threshold_1`, `approve_as_multi`, or for the last approval `as_multi`."""
        inner = await self.inner.call(view, self.group.ss58)
        return await approving(view, self.group, origin, call_bytes(view.codec, inner), inner)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """A signer who is no signatory or has approved, no deposit; for the last, the call too."""
        view.require(*self.inner.needs)
        data = call_bytes(view.codec, await self.inner.call(view, self.group.ss58))
        refused = await cannot_approve(view, self.group, origin, _digest(data))
        if refused or not await self._last(view, origin):
            return refused
        return await self.inner.preflight(view, self.group.ss58)

    async def _state(self, view: View) -> Approvals | None:
        data = call_bytes(view.codec, await self.inner.call(view, self.group.ss58))
        return await approvals(view, self.group.ss58, _digest(data))

    async def _last(self, view: View, origin: str) -> bool:
        return is_last(self.group, origin, await self._state(view))

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The approvals and the deposit; for the last approval what the call does."""
        state = await self._state(view)
        own = await approving_effects(view, self.group, origin, state)
        if not is_last(self.group, origin, state):
            return own
        return summed((*own, *await self.inner.effects(view, self.group.ss58)))

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """Those of the inner intent; where more must approve, what they need, and what may fail."""
        found = await self.inner.warnings(view, self.group.ss58)
        if await self._last(view, origin):
            return found
        later = await self.inner.preflight(view, self.group.ss58)
        data = call_bytes(view.codec, await self.inner.call(view, self.group.ss58))
        return (
            *found,
            *(f"as things are, it would be refused: {one.message}" for one in later),
            f"whoever approves last needs the call itself: 0x{data.hex()}",
            *((_ANOTHER,) if self.inner.varies else ()),
        )

    @property
    def varies(self) -> bool:
        """Whether what it approves does."""
        return self.inner.varies

    @property
    def good_until(self) -> int | None:
        """That of what it approves."""
        return self.inner.good_until

    async def quotes(self, view: View, origin: str) -> tuple[Quote, ...]:
        """Those of the inner intent, where this approval carries it out."""
        if not await self._last(view, origin):
            return ()
        return await self.inner.quotes(view, self.group.ss58)

    async def call_by_hash(self, view: View, origin: str) -> ChainCall | None:
        """The inner call, unless this approval carries it."""
        if await self._last(view, origin):
            return None
        return await self.inner.call(view, self.group.ss58)

    async def spends(self, view: View, origin: str) -> Tao | None:
        """The deposit of the one who opens it."""
        return await opening_deposit(view, self.group, await self._state(view))


async def approving(
    view: View, group: Group, origin: str, data: bytes, inner: ChainCall
) -> ChainCall:
    """The call that adds one signatory's approval, and carries the call out if it is the last."""
    others = group.others(origin)
    if group.threshold == 1:
        args: dict[str, Any] = {"other_signatories": others, "call": inner}
        return ChainCall("Multisig", "as_multi_threshold_1", args)
    state = await approvals(view, group.ss58, _digest(data))
    base = {
        "threshold": group.threshold,
        "other_signatories": others,
        "maybe_timepoint": state.timepoint if state else None,
    }
    if is_last(group, origin, state):
        weight = await _max_weight(view, data)
        return ChainCall("Multisig", "as_multi", {**base, "call": inner, "max_weight": weight})
    return approving_by_hash(group, origin, _digest(data), state)


def approving_by_hash(
    group: Group, origin: str, call_hash: str, state: Approvals | None
) -> ChainCall:
    """The call that adds an approval of a call of which only the hash is known."""
    args = {
        "threshold": group.threshold,
        "other_signatories": group.others(origin),
        "maybe_timepoint": state.timepoint if state else None,
        "call_hash": call_hash,
        "max_weight": _NO_WEIGHT,
    }
    return ChainCall("Multisig", "approve_as_multi", args)


def is_last(group: Group, origin: str, state: Approvals | None) -> bool:
    """Whether this member's approval, or the call after it, carries the call out."""
    given = () if state is None else state.approved
    return len({*given, origin}) >= group.threshold


def approval_of(
    group: Group, origin: str, call_hash: str, state: Approvals | None, call: str
) -> Approval:
    """The approval of one member, `call` being what the next one names the call by."""
    given = () if state is None else state.approved
    return Approval(
        multisig=group.ss58,
        call_hash=call_hash,
        number=len({*given, origin}),
        threshold=group.threshold,
        carries_out=is_last(group, origin, state),
        may_approve=tuple(one for one in group.others(origin) if one not in given),
        resume=f"taoctl multisig approve {group.threshold}:{','.join(group.sorted)} {call}",
    )


async def cannot_approve(
    view: View, group: Group, origin: str, call_hash: str
) -> tuple[Refusal, ...]:
    """Why this account cannot add its approval; empty when it can."""
    if origin not in group.signatories:
        listed = ", ".join(group.signatories)
        message = f"{origin} is no signatory of {group.ss58}"
        return (Refusal("NotSignatory", message, f"sign with one of {listed}"),)
    state = await approvals(view, group.ss58, call_hash)
    # With enough approvals any member may have it carried out, also one that has approved.
    enough = state is not None and len(state.approved) >= group.threshold
    if state is not None and origin in state.approved and not enough:
        missing = ", ".join(one for one in group.sorted if one not in state.approved)
        message = f"{origin} has approved this call already"
        return (Refusal("AlreadyApproved", message, f"approvals may come from {missing}"),)
    deposit = await opening_deposit(view, group, state)
    return await cannot_spend(view, origin, deposit) if deposit.rao else ()


async def approving_effects(
    view: View, group: Group, origin: str, state: Approvals | None
) -> tuple[Effect, ...]:
    """The number of approvals, and the deposit that is taken or given back."""
    if group.threshold == 1:
        return ()
    given = 0 if state is None else len(state.approved)
    number = given if state is not None and origin in state.approved else given + 1
    after = "carried out" if is_last(group, origin, state) else f"{number} of {group.threshold}"
    found = [Effect(group.ss58, "approvals", f"{given} of {group.threshold}", after)]
    if state is None:
        found += await reserving(view, origin, await opening_deposit(view, group, state))
    elif is_last(group, origin, state):
        found += await reserving(view, state.depositor, Tao(-state.deposit.rao))
    return tuple(found)


async def opening_deposit(view: View, group: Group, state: Approvals | None) -> Tao:
    """What opening a call costs in deposit; nothing when it is open, or one approval is enough."""
    if state is not None or group.threshold == 1:
        return Tao(0)
    base = int(view.constant("Multisig", "DepositBase"))
    return Tao(base + int(view.constant("Multisig", "DepositFactor")) * group.threshold)


async def _max_weight(view: View, data: bytes) -> dict[str, int]:
    """The weight the call may have: what the runtime says of it and a tenth more."""
    info = await view.api(_INFO.api, _INFO.method, data, len(data))
    weight = info["weight"]
    return {name: int(weight[name]) * 11 // 10 + 1 for name in ("ref_time", "proof_size")}


def _digest(data: bytes) -> str:
    return "0x" + blake2_256(data).hex()


def parse_group(text: str, resolve: Any) -> Group:
    """A group written as `2:ADDRESS,ADDRESS,ADDRESS`; names are resolved.

    Raises:
        UsageError: it is not of that form.
    """
    count, colon, rest = text.partition(":")
    names: Sequence[str] = [one.strip() for one in rest.split(",") if one.strip()]
    if not colon or not count.strip().isdecimal() or not names:
        raise UsageError(
            f"{text!r} is no multisig",
            "write the threshold and the signatories: 2:ADDRESS,ADDRESS,ADDRESS",
        )
    return Group(int(count), tuple(resolve(one) for one in names))

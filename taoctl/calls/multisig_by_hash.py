"""Approving and cancelling calls of a multisig account of which only the hash is at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace

from taoctl.calls.accounts import ACCOUNT, EXISTENTIAL_DEPOSIT, reserving
from taoctl.calls.base import Approval, ChainCall, Effect, Intent, Refusal
from taoctl.calls.multisig import (
    PENDING,
    Group,
    approval_of,
    approvals,
    approving_by_hash,
    approving_effects,
    cannot_approve,
    is_last,
    opening_deposit,
)
from taoctl.chain.view import Call, View
from taoctl.units import Tao


@dataclass(frozen=True, slots=True)
class ApproveHash(Intent):
    """Add an approval to a call that another member will carry out."""

    needs = (ACCOUNT, EXISTENTIAL_DEPOSIT, PENDING, Call("Multisig", "approve_as_multi"))

    group: Group
    call_hash: str

    def summary(self) -> str:
        """What is approved."""
        return f"approve {self.call_hash} as a member of {self.group.ss58} ({self.group})"

    async def words(self, view: View, origin: str) -> str:
        """Which of the approvals this is."""
        given = await self.approval(view, origin)
        whose = f"the multisig {self.group.ss58} ({self.group})"
        return f"approve {given.number} of {given.threshold} for {whose}: call {self.call_hash}"

    async def approval(self, view: View, origin: str) -> Approval:
        """This approval; it never carries the call out."""
        state = await approvals(view, self.group.ss58, self.call_hash)
        found = approval_of(self.group, origin, self.call_hash, state, "CALL")
        return replace(found, carries_out=False)

    async def call(self, view: View, origin: str) -> ChainCall:
        """`Multisig.approve_as_multi`."""
        state = await approvals(view, self.group.ss58, self.call_hash)
        return approving_by_hash(self.group, origin, self.call_hash, state)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """A signer who is no member or has approved; a last approval needs the call itself."""
        refused = await cannot_approve(view, self.group, origin, self.call_hash)
        state = await approvals(view, self.group.ss58, self.call_hash)
        if refused or not is_last(self.group, origin, state):
            return refused
        return (
            Refusal(
                "CallNeeded",
                "this approval is the last, and the last one must carry the call itself",
                "give the call's bytes instead of its hash; whoever opened it has them",
            ),
        )

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The number of approvals, and the deposit of the one who opens it."""
        state = await approvals(view, self.group.ss58, self.call_hash)
        return await approving_effects(view, self.group, origin, state)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That nobody can see what is approved."""
        return ("only the hash is known here: be sure of what the call does",)

    async def spends(self, view: View, origin: str) -> Tao | None:
        """The deposit of the one who opens it."""
        state = await approvals(view, self.group.ss58, self.call_hash)
        return await opening_deposit(view, self.group, state)


@dataclass(frozen=True, slots=True)
class Cancel(Intent):
    """Withdraw a pending call; only who opened it may."""

    needs = (ACCOUNT, EXISTENTIAL_DEPOSIT, PENDING, Call("Multisig", "cancel_as_multi"))

    group: Group
    call_hash: str

    def summary(self) -> str:
        """What is withdrawn."""
        return f"cancel {self.call_hash} of {self.group.ss58} ({self.group})"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`Multisig.cancel_as_multi`."""
        state = await approvals(view, self.group.ss58, self.call_hash)
        args = {
            "threshold": self.group.threshold,
            "other_signatories": self.group.others(origin),
            "timepoint": state.timepoint if state else {"height": 0, "index": 0},
            "call_hash": self.call_hash,
        }
        return ChainCall("Multisig", "cancel_as_multi", args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Nothing is pending, or somebody else opened it."""
        state = await approvals(view, self.group.ss58, self.call_hash)
        if state is None:
            hint = "see `taoctl multisig list`"
            return (Refusal("NotFound", f"{self.call_hash} is not pending", hint),)
        if state.depositor == origin:
            return ()
        message = f"only {state.depositor}, who opened it, may cancel it"
        return (Refusal("NotOwner", message, "sign with that account"),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The approvals and the deposit that comes back."""
        state = await approvals(view, self.group.ss58, self.call_hash)
        if state is None:
            return ()
        given = f"{len(state.approved)} of {self.group.threshold}"
        back = await reserving(view, state.depositor, Tao(-state.deposit.rao))
        return (Effect(self.group.ss58, "approvals", given, "cancelled"), *back)

    async def spends(self, view: View, origin: str) -> Tao | None:
        """Less than nothing: the deposit comes back."""
        state = await approvals(view, self.group.ss58, self.call_hash)
        return Tao(0) if state is None else Tao(-state.deposit.rao)

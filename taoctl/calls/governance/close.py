"""Closing a motion: what its votes decide is carried out.

Source: `do_close` of pallet_collective of subtensor at e2b8367b8.
"""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.governance.motion import (
    PALLET,
    PRIME,
    SENATE,
    VOTING,
    motion,
    not_that_motion,
)
from taoctl.chain.view import Api, Call, Storage, View
from taoctl.economics.governance import MotionOutcome

_CALL = Call(PALLET, "close")
_PROPOSAL = Storage(PALLET, "ProposalOf")
_INFO = Api("TransactionPaymentCallApi", "query_call_info")


@dataclass(frozen=True, slots=True)
class CloseMotion(Intent):
    """Have a motion decided by its votes, and carried out where they approve it.

    Attributes:
        motion_hash: `0x` hash of the motion.
        index: its number, which the chain wants beside the hash.
    """

    needs = (VOTING, SENATE, PRIME, _PROPOSAL, _INFO, _CALL)

    motion_hash: str
    index: int

    def summary(self) -> str:
        """Which one."""
        return f"close motion {self.index}"

    @property
    def root_may(self) -> bool:
        """Root may too, and on some runtimes nobody else."""
        return True

    async def call(self, view: View, origin: str) -> ChainCall:
        """`Triumvirate.close`, with bounds that the proposed call just fits in.

        The fee grows with the bound of weight, so it is no larger than the call's own.
        """
        key = view.codec.storage_key(_PROPOSAL.pallet, _PROPOSAL.item, self.motion_hash)
        data = await view.raw(key) or b""
        weight = {"ref_time": 0, "proof_size": 0}
        if data:
            info = await view.api(_INFO.api, _INFO.method, data, len(data))
            weight = {name: int(info["weight"][name]) for name in weight}
        args = {
            "proposal_hash": self.motion_hash,
            "index": self.index,
            "proposal_weight_bound": weight,
            "length_bound": len(data),
        }
        return ChainCall(PALLET, _CALL.name, args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """No such motion, or one of which nothing is certain before its end."""
        return await self.root_preflight(view)

    async def root_preflight(self, view: View) -> tuple[Refusal, ...]:
        """The same of root."""
        found = await motion(view, self.motion_hash)
        wrong = not_that_motion(found, self.motion_hash, self.index)
        if wrong or found is None:
            return wrong
        if found.outcome(view.block + 1) is not MotionOutcome.WAITS:
            return ()
        said = (
            f"motion {self.index} has {len(found.ayes)} of {found.threshold} ayes, and "
            f"{len(found.senators) - len(found.ayes) - len(found.nays)} senators have not voted"
        )
        hint = f"wait for more votes, or until block {found.end}"
        return (Refusal("TooEarlyToCloseProposal", said, hint, found.end),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """What becomes of the motion."""
        found = await motion(view, self.motion_hash)
        if found is None:
            return ()
        outcome = found.outcome(view.block + 1)
        after = {
            MotionOutcome.APPROVED: "approved, its call carried out",
            MotionOutcome.REJECTED: "rejected, removed",
            MotionOutcome.WAITS: None,
        }[outcome]
        return (Effect(None, f"motion {self.index}", "ongoing", after),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That the call may fail all the same, and that some runtimes let only root close."""
        found = await motion(view, self.motion_hash)
        said = ["where only root closes motions the chain refuses this with BadOrigin"]
        if found is not None and found.outcome(view.block + 1) is MotionOutcome.APPROVED:
            said.append("an approved motion is gone afterwards, also where its call fails")
        return tuple(said)

"""Proposing a motion to the Senate.

Source: `do_propose_proposed` of pallet_collective of subtensor at e2b8367b8.
"""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal, call_bytes
from taoctl.calls.generic import Generic
from taoctl.calls.governance.motion import PALLET, SENATE
from taoctl.chain.view import Call, Storage, View
from taoctl.economics.governance import MAX_MOTIONS, motion_threshold
from taoctl.scale.crypto import blake2_256

MEMBERS = Storage(PALLET, "Members")
_OPEN = Storage(PALLET, "Proposals")
_CALL = Call(PALLET, "propose")
_WRAPPER = Call("SubtensorModule", "sudo_unchecked_weight")
_WRAPPERS = frozenset({_WRAPPER.name, "sudo"})
_NO_WEIGHT = {"ref_time": 0, "proof_size": 0}
_SHORTEST_MS = 12 * 3_600_000
_U32_MAX = 2**32 - 1


def shortest_blocks(view: View) -> int:
    """The blocks of 12 hours, the least a motion is open for; no metadata tells it.

    Half of a block's time is the constant MinimumPeriod of the Timestamp pallet.
    """
    return _SHORTEST_MS // (2 * int(view.constant("Timestamp", "MinimumPeriod")))


@dataclass(frozen=True, slots=True)
class ProposeMotion(Intent):
    """Open a motion on which the Senate votes.

    Attributes:
        proposed: what root shall do, or that with its wrapper.
        duration_blocks: blocks until it may be closed whoever has voted; None for the shortest.
        wrapped: put the call into the wrapper that gives it root's power, unless it has it.
    """

    needs = (MEMBERS, _OPEN, SENATE, _CALL, _WRAPPER)

    proposed: ChainCall
    duration_blocks: int | None = None
    wrapped: bool = True

    def summary(self) -> str:
        """What is proposed."""
        return f"propose to the Senate: {Generic(self.proposed).summary()}"

    def motion(self) -> ChainCall:
        """The call that the motion is of, its wrapper included."""
        has_it = self.proposed.pallet == _WRAPPER.pallet and self.proposed.name in _WRAPPERS
        if has_it or not self.wrapped:
            return self.proposed
        args = {"call": self.proposed, "weight": _NO_WEIGHT}
        return ChainCall(_WRAPPER.pallet, _WRAPPER.name, args)

    async def call(self, view: View, origin: str) -> ChainCall:
        """`Triumvirate.propose`, its length bound that of the call."""
        proposal = self.motion()
        args = {
            "proposal": proposal,
            "length_bound": len(call_bytes(view.codec, proposal)),
            "duration": self._duration(view),
        }
        return ChainCall(PALLET, _CALL.name, args)

    def _duration(self, view: View) -> int:
        return shortest_blocks(view) if self.duration_blocks is None else self.duration_blocks

    def hash_in(self, view: View) -> str:
        """The hash that the motion will go by."""
        return "0x" + blake2_256(call_bytes(view.codec, self.motion())).hex()

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """No member, too short, the same motion open already, or too many of them."""
        members = [str(one) for one in await view.value(MEMBERS.pallet, MEMBERS.item)]
        if origin not in members:
            said = f"{origin} is no member of the Triumvirate"
            hint = f"its members propose: {', '.join(members) or 'it has none'}"
            return (Refusal("NotMember", said, hint),)
        short = self._too_short(view)
        if short is not None and not view.chain.simulated:
            least = shortest_blocks(view)
            name = "DurationLowerThanConfiguredMotionDuration"
            return (Refusal(name, short, f"give {least} blocks or more, or leave it out"),)
        is_open = [str(one) for one in await view.value(_OPEN.pallet, _OPEN.item)]
        if self.hash_in(view) in is_open:
            said = "a motion of the same call is open already"
            return (Refusal("DuplicateProposal", said, "vote on that one; see `taoctl gov list`"),)
        if len(is_open) < MAX_MOTIONS:
            return ()
        said = f"{len(is_open)} motions are open, and no more than {MAX_MOTIONS} can be"
        hint = "close one that is decided, with `taoctl gov close`"
        return (Refusal("TooManyActiveProposals", said, hint),)

    def _too_short(self, view: View) -> str | None:
        least = shortest_blocks(view)
        if self._duration(view) >= least:
            return None
        return f"a motion is open for 12 hours at least, {least} blocks, not {self.duration_blocks}"

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The motion, the ayes it needs, and until when it is voted on."""
        count, senators = (
            await view.value(PALLET, "ProposalCount"),
            await view.value(SENATE.pallet, SENATE.item),
        )
        # It ends that many blocks after the one that it comes into: the next at the earliest.
        end = min(view.block + 1 + self._duration(view), _U32_MAX)
        needed = motion_threshold(len(senators))
        after = f"ongoing: {needed} of {len(senators)} ayes, until block {end}"
        return (Effect(None, f"motion {int(count)}", "none", after),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """A call without root's power, or a time that only a chain for tests allows."""
        said = []
        if self.motion() is self.proposed and not self._is_wrapped():
            said.append("without sudo_unchecked_weight the call has no power of root, and may fail")
        short = self._too_short(view)
        if short is not None and view.chain.simulated:
            said.append(f"{short}; this dev chain may allow it")
        return tuple(said)

    def _is_wrapped(self) -> bool:
        return self.motion().pallet == _WRAPPER.pallet and self.motion().name in _WRAPPERS

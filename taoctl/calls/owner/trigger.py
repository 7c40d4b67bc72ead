"""An epoch at once, or nearly so."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.owner.standing import not_in_time, not_owner
from taoctl.calls.stake.hotkeys import NETWORKS, PALLET, item, read
from taoctl.chain.owner_clock import owner_clock
from taoctl.chain.view import Call, View

_CALL = Call(PALLET, "trigger_epoch")
_LIMIT = "TriggerEpoch"


@dataclass(frozen=True, slots=True)
class TriggerEpoch(Intent):
    """Have the epoch of a subnet run before its time.

    Attributes:
        netuid: the subnet; the signer must own it.
    """

    needs = (
        NETWORKS,
        item("SubnetOwner"),
        item("Tempo"),
        item("LastEpochBlock"),
        item("PendingEpochAt"),
        item("AdminFreezeWindow"),
        _CALL,
    )

    netuid: int

    def summary(self) -> str:
        """Where."""
        return f"trigger an epoch of subnet {self.netuid}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`trigger_epoch`."""
        return ChainCall(PALLET, _CALL.name, {"netuid": self.netuid})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Not the owner, hidden weights, an epoch that is near or pending, or too soon again."""
        foreign = await not_owner(view, origin, self.netuid)
        if foreign:
            return foreign
        if await read(view, "CommitRevealWeightsEnabled", self.netuid):
            said = f"weights of subnet {self.netuid} are hidden, and open in epochs of their own"
            hint = "set commit_reveal_weights_enabled to no first, if that is wanted"
            return (Refusal("DynamicTempoBlockedByCommitReveal", said, hint),)
        waits = await not_in_time(view, self.netuid, "an epoch", _LIMIT, window_first=True)
        return tuple([await self._named(view, one) for one in waits])

    async def _named(self, view: View, refusal: Refusal) -> Refusal:
        """The freeze window by the names that it has here, and the limit in its own words."""
        allowed, hint = refusal.allowed_from_block, refusal.hint
        if refusal.name == "TxRateLimitExceeded":
            said = refusal.message.replace("was changed", "was triggered")
            return Refusal(refusal.name, said, hint, allowed)
        clock = await owner_clock(view, self.netuid)
        if clock.pending_epoch_at > view.block:
            said = f"an epoch is pending for block {clock.pending_epoch_at}"
            return Refusal("EpochTriggerAlreadyPending", said, hint, allowed)
        due = clock.open_from(view.block + 1)
        when = "in a few blocks" if due is None else f"in block {due}"
        said = f"the epoch of subnet {self.netuid} comes by itself, {when}"
        return Refusal("AutoEpochAlreadyImminent", said, hint, allowed)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The next epoch, counted from the block that the transaction comes into."""
        clock = await owner_clock(view, self.netuid)
        due = clock.next_epoch
        before = None if due is None else f"block {due}"
        after = f"{max(clock.window, 1)} blocks after this"
        return (Effect(None, "next epoch", before, after, netuid=self.netuid),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What is frozen until then, and that the tempo counts anew."""
        clock = await owner_clock(view, self.netuid)
        found = ["nothing of the subnet can be changed until then, and the tempo counts from then"]
        if blocks := clock.limit_blocks(_LIMIT):
            found.append(f"the next one can be triggered {blocks} blocks after this, not before")
        return tuple(found)

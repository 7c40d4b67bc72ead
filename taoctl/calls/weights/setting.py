"""Weights in the open: what is set is there at once, for everybody to see."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.stake.hotkeys import PALLET, read
from taoctl.calls.weights.checks import NEEDS, Place, row_refused, too_little_stake, too_often
from taoctl.calls.weights.row import Row, row_text
from taoctl.chain.view import Call, View
from taoctl.economics.weights import max_upscale


@dataclass(frozen=True, slots=True)
class SetWeights(Intent):
    """Set a hotkey's weights on a subnet that takes them in the open.

    Attributes:
        netuid: the subnet.
        row: (uid, u16) as they are sent; the chain scales them so that the largest is 65535.
        version_key: of the code that made them.
        mechanism: 0 for the one that every subnet has.
    """

    needs = (*NEEDS, Call(PALLET, "set_weights"))
    signs_with = "hotkey"

    netuid: int
    row: Row
    version_key: int = 0
    mechanism: int = 0

    def _at(self, origin: str) -> Place:
        return Place(origin, self.netuid, self.mechanism)

    def summary(self) -> str:
        """How many weights, and where."""
        return f"set {len(self.row)} weights on {self._at('').words}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`set_weights`, or `set_mechanism_weights` for another mechanism than the first."""
        args = {
            "netuid": self.netuid,
            "dests": [uid for uid, _ in self.row],
            "weights": [weight for _, weight in self.row],
            "version_key": self.version_key,
        }
        if not self.mechanism:
            return ChainCall(PALLET, "set_weights", args)
        view.require(Call(PALLET, "set_mechanism_weights"))
        return ChainCall(PALLET, "set_mechanism_weights", {**args, "mecid": self.mechanism})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """A subnet that wants a commit first, and all that the chain holds against the row."""
        at = self._at(origin)
        found = await too_little_stake(view, at)
        hidden = await at.commits(view)
        if not hidden:
            found = found or await too_often(view, at, "SettingWeightsTooFast")
        if hidden and not found:
            said = f"subnet {self.netuid} takes weights only after they were committed"
            hint = "`taoctl weights set` commits to them there; run it again"
            found = (Refusal("CommitRevealEnabled", said, hint),)
        return found or await row_refused(view, at, self.row, self.version_key, dated=True)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The row, as it was and as it will be."""
        return await row_effects(view, self._at(origin), self.row)


async def row_effects(view: View, at: Place, row: Row) -> tuple[Effect, ...]:
    """A row of weights as it was and as it will be; none for a hotkey without a UID."""
    uid = await at.uid(view)
    if uid is None:
        return ()
    now = await read(view, "Weights", at.index, uid)
    scaled = max_upscale([weight for _, weight in row])
    stored = [(target, weight) for (target, _), weight in zip(row, scaled, strict=True)]
    return (Effect(at.hotkey, f"weights on {at.words}", row_text(now), row_text(stored)),)

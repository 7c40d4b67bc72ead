"""Setting several hyperparameters of a subnet in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.batch_limit import too_many
from taoctl.calls.batch_mode import first_of
from taoctl.calls.owner.scheduling import Step
from taoctl.calls.stake.hotkeys import NETWORKS, item
from taoctl.chain.view import Call, View


@dataclass(frozen=True, slots=True)
class SetHyperparameters(Intent):
    """Set hyperparameters of a subnet that the signer owns, all or none.

    Attributes:
        steps: in the order in which the chain takes them, each on what those before it leave.
    """

    needs = (NETWORKS, item("SubnetOwner"), item("Tempo"), Call("Utility", "batch_all"))

    netuid: int
    steps: tuple[Step, ...]

    def summary(self) -> str:
        """How many, and the first of them."""
        said = [one.summary() for step in self.steps for one in step.intents]
        return said[0] if len(said) == 1 else f"{len(said)} changes, all or none: {first_of(said)}"

    async def _on(self, view: View) -> list[tuple[Step, View]]:
        """Each step with the state that it is taken on."""
        found = []
        for step in self.steps:
            found.append((step, await step.before(view)))
            view = await step.after(view)
        return found

    async def call(self, view: View, origin: str) -> ChainCall:
        """The call that sets it, or `batch_all` of those that set all."""
        calls = [await step.last.call(state, origin) for step, state in await self._on(view)]
        return calls[0] if len(calls) == 1 else ChainCall("Utility", "batch_all", {"calls": calls})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """What the chain has against each, those before it done."""
        found = list(too_many(view, len(self.steps)))
        for step, state in await self._on(view):
            found += await step.last.preflight(state, origin)
        return tuple(found)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """All values."""
        found: list[Effect] = []
        for step in self.steps:
            for one in step.intents:
                found += await one.effects(view, origin)
        return tuple(found)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What each does besides, and how long it then stays; each once."""
        found: dict[str, None] = {}
        for step, state in await self._on(view):
            for text in await step.last.warnings(state, origin):
                found[f"{step.last.name}: {text}" if len(self.steps) > 1 else text] = None
        return tuple(found)
